"""The databases: the data is made once, and each server gets a copy of its own."""

import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

from models import database, schema
from tests.bench import data
from tests.bench.data import Refs
from tests.bench.servers import ROOT
from tests.support.postgres_server import PostgresServer

KINDS = {
    "sqlite": "SQLite",
    "postgres": "Postgres",
    "distant": "Postgres, 2 ms added to every round trip",
}
_DISTANCE_MS = 2
# As safe as SQLite is here: what was acknowledged survives a loss of power.
_SAFE = {"fsync": "on", "full_page_writes": "on"}


@dataclass(frozen=True)
class Copies:
    """A database for each of the servers, by the server's name, and what is in all of them."""

    urls: dict[str, str]
    systems: list[Refs]
    round_trip: float | None
    """Seconds; None where there is none."""


@contextmanager
def copies(kind: str, names: list[str], folder: Path) -> Iterator[Copies]:
    """One for each of `names`, for the time of a `with` block."""
    if kind == "sqlite":
        yield _sqlite(names, folder)
        return
    with PostgresServer(**_SAFE) as server:
        url = server.database()
        systems = _fill(url)
        urls = {name: _copy(server, url, name) for name in names}
        with _proxy(server.port) if kind == "distant" else _nothing() as port:
            reached = {
                name: each.replace(f":{server.port}/", f":{port or server.port}/") for name, each in urls.items()
            }
            yield Copies(reached, systems, _round_trip(next(iter(reached.values()))))


def _sqlite(names: list[str], folder: Path) -> Copies:
    file = folder / "bench.db"
    systems = _fill(f"sqlite:///{file}")
    for name in names:
        # In folders of their own: servers keep more beside a database.
        (folder / name).mkdir()
        shutil.copy(file, folder / name)
    return Copies({name: f"sqlite:///{folder / name / file.name}" for name in names}, systems, None)


def _fill(url: str) -> list[Refs]:
    store = database.connect(url)
    try:
        schema.migrate()
        return data.fill(data.systems())
    finally:
        store.close()


def _copy(server: PostgresServer, url: str, name: str) -> str:
    with psycopg.connect(server.url(), autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{urlsplit(url).path[1:]}"'.encode())
        connection.execute("CHECKPOINT")
    return server.url(name)


@contextmanager
def _proxy(port: int) -> Iterator[int]:
    command = [sys.executable, "-m", "tests.bench.proxy", str(port), str(_DISTANCE_MS)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as proxy:
        assert proxy.stdout is not None
        try:
            yield int(proxy.stdout.readline())
        finally:
            proxy.terminate()


@contextmanager
def _nothing() -> Iterator[None]:
    yield None


def _round_trip(url: str) -> float:
    """How long the simplest query takes."""
    with psycopg.connect(url) as connection:
        begun = time.perf_counter()
        for _ in range(100):
            connection.execute("SELECT 1")
        return (time.perf_counter() - begun) / 100
