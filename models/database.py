"""The connection to the database: one `Store` a process, on SQLite or on Postgres.

Peewee's database (`Store.peewee`) serves the schema, the migrations and the commands. The request path runs compiled
SQL through `Store.execute`, straight on the driver's connection.
"""

import os
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from os.path import samestat
from pathlib import Path
from typing import Any, ClassVar, Protocol, TypeVar

from peewee import Database, DatabaseProxy, PeeweeException, SqliteDatabase

from models.writer import Writer

Result = TypeVar("Result")

SQLITE = "sqlite:///"

proxy = DatabaseProxy()
"""What the tables are bound to; `connect` decides what stands behind it."""

# json_group_array() and RETURNING, which the queries use, are in every SQLite from this one on.
OLDEST_SQLITE = (3, 38, 0)

CONNECTIONS = 8
"""To Postgres, for each worker process."""
PATIENCE = 5.0
"""Seconds that a statement may take on Postgres, or wait for its turn on SQLite."""


class DatabaseUnusable(Exception):
    """The database cannot be opened; the text is one line that says why and what to do."""


class SystemGone(Exception):
    """The system that wants to write was deleted a moment ago."""


class Cursor(Protocol):
    """The part of a driver's cursor that the queries use."""

    @property
    def rowcount(self) -> int: ...

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
    connections: int
    """How many requests can be at the database at once."""

    @property
    def working(self) -> int:
        """How many are now."""

    def open(self) -> None:
        """Connect; to be called in the process that will use the connection."""

    def release(self) -> None:
        """Let go of what only the schema and the commands need: from now on there are only requests."""

    def close(self) -> None:
        """Let every connection go."""

    def check_room(self, workers: int) -> None:
        """Raise DatabaseUnusable if so many worker processes could ask for more connections than there are."""

    async def run(self, work: Callable[..., Result], *arguments: Any) -> Result:
        """Do `work` where it may wait for the database, in a session."""

    async def write(self, system: int, work: Callable[..., Result], arguments: dict[str, Any]) -> Result:
        """What `work` returns for these arguments, once all that it wrote is safe; or what it raises, and nothing was.

        Writers to the same `system` come one after another. Raises SystemGone.
        """

    def session(self) -> AbstractContextManager[None]:
        """A connection that works for this thread, for the time of one request."""

    def execute(self, sql: str, parameters: Sequence[Any], /) -> Cursor:
        """Run one statement on this thread's connection."""

    def executemany(self, sql: str, rows: Sequence[Sequence[Any]], /) -> Cursor:
        """Run one statement for each of `rows`."""

    def check(self) -> None:
        """Raise something if what is written would not be where it is looked for later."""


class SQLiteStore:
    """The embedded default: one file; a process has one connection to read on the event loop, and one to write."""

    dialect: ClassVar[str] = "sqlite"
    blocking: ClassVar[bool] = False
    unavailable: tuple[type[Exception], ...] = (sqlite3.OperationalError,)

    def __init__(self, path: str) -> None:
        if sqlite3.sqlite_version_info < OLDEST_SQLITE:
            raise DatabaseUnusable(f"SQLite {sqlite3.sqlite_version} is too old: 3.38 or later is needed")
        self.path = Path(path)
        self.connections = 1
        self._writer: Writer | None = None
        self.peewee = SqliteDatabase(
            path,
            # FULL makes an acknowledged write survive a loss of power, not only of the process.
            pragmas={
                "journal_mode": "wal",
                "synchronous": "full",
                "foreign_keys": 1,
                "busy_timeout": round(PATIENCE * 1000),
            },
            field_types={"INSTANT": "TEXT"},
            # A deferred transaction that turns into a writer fails at once when another one is writing.
            lock_type="IMMEDIATE",
            cached_statements=512,
        )

    @property
    def working(self) -> int:
        return 0  # nothing else happens in the process while a query runs

    def open(self) -> None:
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # For its owner alone: whatever SQLite puts beside it is made like the file itself.
        with suppress(FileExistsError):
            os.close(os.open(self.path, os.O_CREAT | os.O_EXCL, 0o600))
        self.peewee.connect(reuse_if_open=True)
        self._file = self.path.stat()
        self._connection: sqlite3.Connection = self.peewee.connection()
        self._use(None)

    def _use(self, connection: sqlite3.Connection | None) -> None:
        """Execute on this connection; None: on that which reads."""
        used = connection or self._connection
        self.execute, self.executemany = used.execute, used.executemany

    def check(self) -> None:
        if not samestat(self._file, self.path.stat()):
            raise DatabaseUnusable(f"{self.path} is another file than that which was opened: start the server again")

    def release(self) -> None:
        # What is written here would wait for the other connection, which waits for the event loop.
        self._connection.execute("PRAGMA query_only=1")
        self._writer = Writer(self.path, PATIENCE, self._use)

    def close(self) -> None:
        if self._writer:
            self._writer.close()
            self._writer = None
        self.peewee.close()

    def check_room(self, workers: int) -> None:
        """Nothing: as many processes as there are may open a file."""

    async def run(self, work: Callable[..., Result], *arguments: Any) -> Result:
        return work(*arguments)

    async def write(self, system: int, work: Callable[..., Result], arguments: dict[str, Any]) -> Result:
        def checked() -> Result:
            if self.execute('SELECT 1 FROM "system" WHERE "id" = ?', (system,)).fetchone() is None:
                raise SystemGone
            return work(**arguments)

        assert self._writer is not None
        return await self._writer.write(checked)

    def session(self) -> AbstractContextManager[None]:
        return nullcontext()


class Transaction:
    """Commits what ran in its block, or takes all of it back."""

    def __init__(self, execute: Callable[..., Any], begin: tuple[str, Sequence[Any]]) -> None:
        """`begin` is the statement that it begins with."""
        self._execute, self._begin = execute, begin

    def __enter__(self) -> None:
        self._execute(*self._begin)

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        if kind is not None:
            self.roll_back()
            return
        try:
            self._execute("COMMIT", ())
        except BaseException:
            self.roll_back()
            raise

    def roll_back(self) -> None:
        """Take all of it back."""
        self._execute("ROLLBACK", ())


_current: Store | None = None


def store() -> Store:
    """The database of this process."""
    if _current is None:
        raise RuntimeError("no database is connected: call models.database.connect() first")
    return _current


def connect(url: str, *, connections: int = CONNECTIONS, patience: float = PATIENCE) -> Store:
    """Open the database at `url` and bind the tables to it. Raises DatabaseUnusable.

    On Postgres, requests have so many `connections`, and a statement may take so many seconds (`patience`).
    """
    global _current
    if _current is not None:
        _current.close()
    opened = _store_of(url, connections, patience)
    proxy.initialize(opened.peewee)
    try:
        opened.open()
    except (PeeweeException, OSError) as error:
        named = "DATABASE_URL or PLURALSPEC_DATA" if url.startswith(SQLITE) else "DATABASE_URL"
        said = " ".join(str(error).split())
        raise DatabaseUnusable(f"{shown(url)}, which {named} names, cannot be used: {said}") from error
    _current = opened
    return opened


def shown(url: str) -> str:
    """The address of a database as it may be printed: without a password. Raises DatabaseUnusable."""
    if url.startswith(SQLITE):
        return url
    from models import postgres

    return postgres.shown(url)


def _store_of(url: str, connections: int, patience: float) -> Store:
    if url.startswith(SQLITE):
        return SQLiteStore(url.removeprefix(SQLITE))
    from models.postgres import PostgresStore  # its driver takes a while to load, and SQLite needs none of it

    return PostgresStore(url, connections, patience)
