"""The connection to the database: one `Store` a process, on SQLite or on Postgres.

Peewee's database (`Store.peewee`) serves the schema, the migrations and the commands. The request path runs compiled
SQL through `Store.execute`, straight on the driver's connection.
"""

import sqlite3
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any, ClassVar, Protocol

from peewee import Database, DatabaseProxy, PeeweeException, SqliteDatabase

proxy = DatabaseProxy()
"""What the tables are bound to; `connect` decides what stands behind it."""

# json_group_array() and RETURNING, which the queries use, are in every SQLite from this one on.
OLDEST_SQLITE = (3, 38, 0)

CONNECTIONS = 8
"""To Postgres, for each process."""


class DatabaseUnusable(Exception):
    """The database cannot be opened; the text is one line that says why and what to do."""


class Cursor(Protocol):
    """The part of a driver's cursor that the queries use."""

    rowcount: int

    def fetchone(self) -> Any: ...

    def fetchall(self) -> list[Any]: ...


class Store(Protocol):
    """A database, as the queries and the request path see it."""

    dialect: ClassVar[str]
    blocking: ClassVar[bool]
    """Whether a query waits for another machine, so that it must not run on the event loop."""
    unavailable: tuple[type[Exception], ...]
    """What the driver raises when the database cannot be reached, is full or is locked."""
    peewee: Database

    def open(self) -> None:
        """Connect; to be called in the process that will use the connection."""

    def close(self) -> None:
        """Let the connection go."""

    def session(self) -> AbstractContextManager[None]:
        """A connection for this thread, for the time of one request."""

    def execute(self, sql: str, parameters: Sequence[Any], /) -> Cursor:
        """Run one statement on this thread's connection."""

    def executemany(self, sql: str, rows: Sequence[Sequence[Any]], /) -> Cursor:
        """Run one statement for each of `rows`."""

    def transaction(self, system: int) -> AbstractContextManager[None]:
        """All or nothing; writers to the same `system` come one after another."""


class SQLiteStore:
    """The embedded default: one file, one connection a process, used on the event loop."""

    dialect: ClassVar[str] = "sqlite"
    blocking: ClassVar[bool] = False
    unavailable: tuple[type[Exception], ...] = (sqlite3.OperationalError,)

    def __init__(self, path: str) -> None:
        if sqlite3.sqlite_version_info < OLDEST_SQLITE:
            raise DatabaseUnusable(f"SQLite {sqlite3.sqlite_version} is too old: 3.38 or later is needed")
        self.path = Path(path)
        self.peewee = SqliteDatabase(
            path,
            # FULL makes an acknowledged write survive a loss of power, not only of the process.
            pragmas={"journal_mode": "wal", "synchronous": "full", "foreign_keys": 1, "busy_timeout": 5000},
            field_types={"INSTANT": "TEXT"},
            # A deferred transaction that turns into a writer fails at once when another one is writing.
            lock_type="IMMEDIATE",
            cached_statements=512,
        )

    def open(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.peewee.connect(reuse_if_open=True)
        self._connection: sqlite3.Connection = self.peewee.connection()
        self.execute = self._connection.execute
        self.executemany = self._connection.executemany

    def close(self) -> None:
        self.peewee.close()

    def session(self) -> AbstractContextManager[None]:
        return nullcontext()

    def transaction(self, system: int) -> AbstractContextManager[None]:
        return Transaction(self.execute, ("BEGIN IMMEDIATE", ()))


class Transaction:
    """Commits what ran in its block, or takes all of it back."""

    def __init__(self, execute: Callable[..., Any], *begin: tuple[str, Sequence[Any]]) -> None:
        """`begin` are the statements that the transaction starts with."""
        self._execute, self._begin = execute, begin

    def __enter__(self) -> None:
        for sql, parameters in self._begin:
            self._execute(sql, parameters)

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        if kind is not None:
            self._execute("ROLLBACK")
            return
        try:
            self._execute("COMMIT")
        except BaseException:
            self._execute("ROLLBACK")
            raise


_current: Store | None = None


def store() -> Store:
    """The database of this process."""
    if _current is None:
        raise RuntimeError("no database is connected: call models.database.connect() first")
    return _current


def connect(url: str) -> Store:
    """Open the database at `url` and bind the tables to it. Raises DatabaseUnusable."""
    global _current
    if _current is not None:
        _current.close()
    opened = _store_of(url)
    proxy.initialize(opened.peewee)
    try:
        opened.open()
    except (PeeweeException, OSError) as error:
        raise DatabaseUnusable(f"{url}: {error}") from error
    _current = opened
    return opened


def _store_of(url: str) -> Store:
    if url.startswith("sqlite:///"):
        return SQLiteStore(url.removeprefix("sqlite:///"))
    from models.postgres import PostgresStore  # its driver takes a while to load, and SQLite needs none of it

    return PostgresStore(url, CONNECTIONS)
