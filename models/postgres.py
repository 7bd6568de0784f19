"""The connection to Postgres: psycopg 3, a bounded pool, and one connection a thread for the time of a request."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any, ClassVar

import psycopg
from peewee import PostgresqlDatabase
from psycopg_pool import ConnectionPool, PoolTimeout

from models.database import Cursor, Transaction


class PostgresStore:
    """A Postgres database; its queries wait for another machine, so they run in threads beside the event loop."""

    dialect: ClassVar[str] = "postgres"
    blocking: ClassVar[bool] = True
    unavailable: tuple[type[Exception], ...] = (psycopg.OperationalError, PoolTimeout)

    def __init__(self, url: str, connections: int) -> None:
        self.peewee = PostgresqlDatabase(
            url, prefer_psycopg3=True, field_types={"INSTANT": 'TEXT COLLATE "C"'}, autoconnect=False
        )
        self.connections = connections
        self._pool = ConnectionPool(
            url, min_size=1, max_size=connections, timeout=1.5, kwargs={"autocommit": True}, open=False
        )
        self._thread = threading.local()

    def open(self) -> None:
        self.peewee.connect(reuse_if_open=True)
        self._pool.open(wait=False)

    def close(self) -> None:
        self._pool.close()
        self.peewee.close()

    @contextmanager
    def session(self) -> Iterator[None]:
        with self._pool.connection() as connection:
            self._thread.connection = connection
            try:
                yield
            finally:
                del self._thread.connection

    def execute(self, sql: str, parameters: Sequence[Any] = (), /) -> Cursor:
        cursor: Cursor = self._thread.connection.execute(sql, parameters)
        return cursor

    def executemany(self, sql: str, rows: Sequence[Sequence[Any]], /) -> Cursor:
        cursor = self._thread.connection.cursor()
        cursor.executemany(sql, rows)
        many: Cursor = cursor
        return many

    def transaction(self, system: int) -> AbstractContextManager[None]:
        # The lock on the system's row makes its writers take turns: limits hold, and no two of them can deadlock.
        return Transaction(
            self.execute, ("BEGIN", ()), ('SELECT "id" FROM "system" WHERE "id" = %s FOR UPDATE', (system,))
        )
