"""The connection to Postgres: psycopg 3, in a bounded number of threads that each have a connection of their own.

A thread connects when it is first used and again when it finds its connection dead, so requests go on by themselves
after Postgres was away. `psycopg_pool` would hand connections from thread to thread, and wait ever longer between its
attempts to reconnect.
"""

import logging
import select
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from typing import Any, ClassVar, TypeVar

import psycopg
from peewee import PostgresqlDatabase
from psycopg import errors
from psycopg.conninfo import conninfo_to_dict
from psycopg.pq import TransactionStatus

from models.database import Cursor, DatabaseUnusable, SystemGone, Transaction
from models.threads import Threads

log = logging.getLogger(__name__)

Result = TypeVar("Result")
Parameters = dict[str, Any]

_DEFAULTS: Parameters = {
    "application_name": "pluralspec",
    # Seconds, and milliseconds, after which a machine that does not answer is taken for gone.
    "connect_timeout": 2,
    "tcp_user_timeout": 3000,
    "keepalives_idle": 2,
    "keepalives_interval": 1,
    "keepalives_count": 2,
}
"""What an address may say otherwise."""

_PAUSE = 0.5
"""Seconds after a failure to connect in which nobody else tries."""

_ATTEMPTS = 3
_AGAIN = (errors.DeadlockDetected, errors.SerializationFailure, psycopg.IntegrityError)
"""Others were in the way and all was taken back: the same work may succeed the next time."""

_STATEMENTS = 500
"""That a connection keeps prepared: more than there are."""

_ROOM = """
    SELECT LEAST(
        current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int
            - COALESCE(current_setting('reserved_connections', true)::int, 0),
        (SELECT NULLIF(datconnlimit, -1) FROM pg_database WHERE datname = current_database()),
        (SELECT NULLIF(rolconnlimit, -1) FROM pg_roles WHERE rolname = current_user)
    )
"""
# The lock makes a system's writers take turns: limits hold, and no two of them can deadlock. Others may still insert
# rows that refer to the system.
_BEGIN = 'BEGIN; SELECT 1 FROM "system" WHERE "id" = {:d} FOR NO KEY UPDATE'


class _Own(threading.local):
    """What each thread has for itself."""

    connection: psycopg.Connection[Any] | None = None
    cursor: psycopg.Cursor[Any] | None = None
    hung_up: "select.poll | None" = None


class PostgresStore:
    """A Postgres database; its queries wait for another machine, so they run in threads beside the event loop."""

    dialect: ClassVar[str] = "postgres"
    blocking: ClassVar[bool] = True
    # Beside what cannot be reached: a server that has become a replica, and one that is frozen.
    unavailable: tuple[type[Exception], ...] = (
        psycopg.OperationalError,
        errors.ReadOnlySqlTransaction,
        errors.IdleInTransactionSessionTimeout,
        TimeoutError,
    )

    def __init__(self, url: str, connections: int, patience: float) -> None:
        parameters = _DEFAULTS | _parsed(url)
        self.peewee = _Peewee(parameters)
        self.connections = connections
        self._parameters = parameters | {"options": f"{_timeouts(patience)} {parameters.get('options', '')}".strip()}
        # Postgres ends a statement that takes too long; a second later it has lost the right to be believed.
        self._patience = patience + 1
        self._threads = Threads(connections)
        self._own = _Own()
        self._all: list[psycopg.Connection[Any]] = []
        self._retry_at = 0.0

    def open(self) -> None:
        self.peewee.connect(reuse_if_open=True)

    def check(self) -> None:
        """Nothing: asking it tells enough."""

    def release(self) -> None:
        self.peewee.close()

    def close(self) -> None:
        self._threads.close()
        for connection in self._all:
            connection.close()
        self.peewee.close()

    def check_room(self, workers: int) -> None:
        room: int = self.peewee.execute_sql(_ROOM).fetchone()[0]
        most = (room - 1) // (2 * workers)
        if self.connections > most:
            advice = f"set PLURALSPEC_POOL to {most} or less" if most else "use fewer workers"
            raise DatabaseUnusable(
                f"{workers} workers with {self.connections} connections each may need "
                f"{2 * workers * self.connections + 1} connections (twice as many while workers are replaced, and one "
                f"for a command), but Postgres has only {room} for this user: {advice}, or raise its max_connections"
            )

    @property
    def working(self) -> int:
        """How many of the connections are in use now."""
        return self._threads.working

    async def run(self, work: Callable[..., Result], *arguments: Any) -> Result:
        return await self._threads.run(self._patience, self._in_session, work, arguments)

    def _in_session(self, work: Callable[..., Result], arguments: tuple[Any, ...]) -> Result:
        connection = self._alive()
        try:
            return work(*arguments)
        finally:
            if connection.pgconn.transaction_status != TransactionStatus.IDLE:
                connection.close()

    def session(self) -> AbstractContextManager[None]:
        # Within `run`, the thread has its connection; anywhere else Peewee's serves.
        return nullcontext()

    def execute(self, sql: str, parameters: Sequence[Any] | None = (), /) -> Cursor:
        run = self._own.cursor.execute if self._own.cursor else self.peewee.execute_sql
        cursor: Cursor = run(sql, parameters)
        return cursor

    def executemany(self, sql: str, rows: Sequence[Sequence[Any]], /) -> Cursor:
        cursor = self._own.cursor or self.peewee.cursor()
        cursor.executemany(sql, rows)
        return cursor

    async def write(self, system: int, work: Callable[..., Result], arguments: dict[str, Any]) -> Result:
        return await self.run(self._written, system, work, arguments)

    def _written(self, system: int, work: Callable[..., Result], arguments: dict[str, Any]) -> Result:
        for _ in range(_ATTEMPTS - 1):
            try:
                return self._written_once(system, work, arguments)
            except _AGAIN as error:
                log.info("another attempt, after %s", type(error).__name__)  # its text may quote what was sent
        return self._written_once(system, work, arguments)

    def _written_once(self, system: int, work: Callable[..., Result], arguments: dict[str, Any]) -> Result:
        with _Writing(self.execute, system):
            return work(**arguments)

    def _alive(self) -> psycopg.Connection[Any]:
        """This thread's connection. An idle one on which something has come was ended by the server."""
        connection, hung_up = self._own.connection, self._own.hung_up
        if connection and hung_up and not connection.closed and not hung_up.poll(0):
            return connection
        return self._connect()

    def _connect(self) -> psycopg.Connection[Any]:
        if self._own.connection:
            self._own.connection.close()
            with suppress(ValueError):
                self._all.remove(self._own.connection)
            self._own.connection = self._own.cursor = None
        if time.monotonic() < self._retry_at:
            raise psycopg.OperationalError("it could not be reached a moment ago")
        try:
            connection = psycopg.connect(**self._parameters, autocommit=True)
        except psycopg.OperationalError:
            self._retry_at = time.monotonic() + _PAUSE
            raise
        connection.prepared_max = _STATEMENTS
        self._own.connection, self._own.cursor, self._own.hung_up = connection, connection.cursor(), select.poll()
        self._own.hung_up.register(connection.fileno(), select.POLLIN)
        self._all.append(connection)
        return connection


class _Writing(Transaction):
    """A transaction for a system that writes, which begins with the lock on its row: both in one round trip."""

    def __init__(self, execute: Callable[..., Any], system: int) -> None:
        super().__init__(execute, (_BEGIN.format(system), ()))

    def __enter__(self) -> None:
        try:
            cursor = self._execute(self._begin[0], None)  # Postgres takes several statements if they have no arguments
            cursor.nextset()
            if cursor.fetchone() is None:
                raise SystemGone
        except BaseException:
            self.roll_back()
            raise

    def roll_back(self) -> None:
        # Postgres does it by itself where it cannot be told to; to hear of that would hide what was wrong.
        with suppress(psycopg.Error):
            super().roll_back()


class _Peewee(PostgresqlDatabase):
    """Peewee's database on the connection that the address describes, for the schema and the commands."""

    def __init__(self, parameters: Parameters) -> None:
        super().__init__(
            # Which one to connect to is for the driver to say; Peewee only insists that there is a name.
            str(parameters.get("dbname", "the user's own")),
            prefer_psycopg3=True,
            field_types={"INSTANT": 'TEXT COLLATE "C"'},
            autoconnect=False,
        )
        self._parameters = parameters

    def _connect(self) -> Any:
        return psycopg.connect(**self._parameters, autocommit=True)


def shown(url: str) -> str:
    """The address without what is secret in it."""
    given = _parsed(url)
    user = f"{given['user']}@" if "user" in given else ""
    port = f":{given['port']}" if "port" in given else ""
    return f"postgresql://{user}{given.get('host', '')}{port}/{given.get('dbname', '')}"


def _parsed(url: str) -> Parameters:
    try:
        return dict(conninfo_to_dict(url))
    except psycopg.ProgrammingError:
        # What the driver says may quote the password.
        raise DatabaseUnusable(
            "DATABASE_URL is no address of a Postgres database: expected postgresql://USER:PASSWORD@HOST:PORT/NAME "
            "and options of libpq such as ?sslmode=verify-full, special characters written as in %40 for @"
        ) from None


def _timeouts(seconds: float) -> str:
    """The server's own limits: for a statement, and for a transaction in which nothing happens any more."""
    names = ("statement_timeout", "idle_in_transaction_session_timeout")
    return " ".join(f"-c {name}={seconds * 1000:.0f}" for name in names)
