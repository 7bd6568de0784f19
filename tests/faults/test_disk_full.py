"""The disk is full, and has room again, while clients write."""

import os
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.faults.conftest import WRITERS
from tests.faults.service import Service
from tests.faults.small_disk import NoSmallDisk, SmallDisk, small_disk
from tests.faults.trial import Trial
from tests.support.postgres_server import PostgresServer

LOGGED = {"sqlite": "database or disk is full", "postgres": "No space left on device"}


@pytest.fixture
def disk() -> Iterator[SmallDisk]:
    """A disk that can be filled up; where none can be had the test is skipped, but never where changes are judged."""
    try:
        with small_disk() as found:
            yield found
    except NoSmallDisk as error:
        if os.environ.get("CI"):
            raise
        pytest.skip(str(error))


@pytest.fixture
def address(engine: str, disk: SmallDisk, request: pytest.FixtureRequest) -> Iterator[str]:
    """A database on that disk; Postgres has what it needs to keep its promises on another one."""
    if engine == "sqlite":
        yield f"sqlite:///{disk.folder / 'test.db'}"
        return
    server: PostgresServer = request.getfixturevalue("postgres_to_break")
    place = disk.folder / "postgres"
    _make_place(place, server)
    with psycopg.connect(server.url(), autocommit=True) as connection:
        connection.execute(f"CREATE TABLESPACE small LOCATION '{place}'".encode())
        connection.execute("CREATE DATABASE small TABLESPACE small")
        try:
            yield server.url("small")
        finally:
            connection.execute("DROP DATABASE small WITH (FORCE)")
            connection.execute("DROP TABLESPACE small")


def _make_place(place: Path, server: PostgresServer) -> None:
    place.mkdir()
    owner = server.folder.stat()
    if owner.st_uid != place.stat().st_uid:
        os.chown(place, owner.st_uid, owner.st_gid)


def test_writes_are_refused_and_reads_go_on(
    engine: str, disk: SmallDisk, service: Service, trial: Trial, rounds: int
) -> None:
    workers = service.workers()
    with trial("disk full", rounds, final=True) as journal:
        for _ in range(rounds):
            trial.any_moment(journal)
            disk.fill()
            try:
                journal.await_refusals(WRITERS)
            finally:
                disk.free()
            journal.await_service()
    assert journal.unanswered == journal.refused_reads == 0
    assert service.workers() == workers
    assert LOGGED[engine] in service.log
