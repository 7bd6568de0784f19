"""Writing to SQLite from an event loop: those who wait for the disk at the same time wait for it together.

A write is safe when its transaction is on the disk, which takes a hundred times as long as the write itself. So that
happens in a thread, on a connection of its own, while the loop goes on reading; and what is to be written meanwhile
becomes one transaction, the next one. Nobody is told anything before it is on the disk, and each write succeeds or
fails by itself, unless the disk fails: then nothing of the transaction is there, and all hear of it.
"""

import asyncio
import sqlite3
import time
from collections.abc import Callable
from contextlib import suppress
from contextvars import Context, copy_context
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from models.threads import Threads

Result = TypeVar("Result")

_MOST = 50
"""Writes in one transaction: reading waits for all of them, though not for the disk."""
_PAUSE = 0.001
"""Seconds between two attempts while another process writes: SQLite's own pauses grow until others are always first."""


class _Write(NamedTuple):
    work: Callable[[], Any]
    promise: "asyncio.Future[Any]"
    context: Context


class Writer:
    """The connection that writes; to be used from one event loop."""

    def __init__(self, path: Path, patience: float, using: Callable[[sqlite3.Connection | None], None]) -> None:
        """`patience`: seconds to wait for other processes. `using` makes what a write executes go to a connection."""
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, cached_statements=512)
        self._patience, self._using = patience, using
        self._waiting: list[_Write] = []
        self._writing: asyncio.Task[None] | None = None
        self._disk = Threads(1)
        for pragma in ("synchronous=full", "foreign_keys=1", "busy_timeout=0"):
            self._connection.execute(f"PRAGMA {pragma}")

    async def write(self, work: Callable[[], Result]) -> Result:
        """What `work` returns, once all that it wrote is safe; or what it raises, and nothing is written."""
        promise: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._waiting.append(_Write(work, promise, copy_context()))
        if self._writing is None:
            self._writing = asyncio.create_task(self._write_all())
        return await promise

    def close(self) -> None:
        """Let the connection go."""
        self._disk.close()
        self._connection.close()

    async def _write_all(self) -> None:
        try:
            while self._waiting:
                await self._write_together()
                await asyncio.sleep(0)  # those who were told go first, and what they bring comes along
        finally:
            self._writing = None

    async def _write_together(self) -> None:
        """One transaction for those who are waiting."""
        try:
            await self._begin()
        except Exception as error:  # noqa: BLE001 - each that waits must hear of it
            self._tell(self._waiting, [error] * len(self._waiting))
            return
        together = self._waiting[:_MOST]
        try:
            outcomes = [self._outcome(write) for write in together]
            await self._disk.run(None, self._connection.execute, "COMMIT")
        except Exception as error:  # noqa: BLE001 - each that takes part must hear of it
            outcomes = [error] * len(together)
            with suppress(sqlite3.Error):  # SQLite has done it already where the disk is full
                self._connection.execute("ROLLBACK")
        self._tell(together, outcomes)

    def _tell(self, writes: list[_Write], outcomes: list[Any]) -> None:
        self._waiting = self._waiting[len(writes) :]
        for write, outcome in zip(writes, outcomes, strict=True):
            if write.promise.done():
                continue  # nobody waits any more
            if isinstance(outcome, Exception):
                write.promise.set_exception(outcome)
            else:
                write.promise.set_result(outcome)

    async def _begin(self) -> None:
        try:
            self._connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            await self._disk.run(None, self._wait_and_begin)

    def _wait_and_begin(self) -> None:
        """Begin when the other process that is writing has ended."""
        deadline = time.monotonic() + self._patience
        while True:
            try:
                self._connection.execute("BEGIN IMMEDIATE")
                return
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                    raise
            time.sleep(_PAUSE)

    def _outcome(self, write: _Write) -> Any:
        """What a write returns; or what it raises, and all that it did is taken back."""
        self._connection.execute("SAVEPOINT one")
        self._using(self._connection)
        try:
            outcome = write.context.run(write.work)
        except Exception as error:
            if not self._connection.in_transaction:
                raise  # SQLite has taken back everything, as it does where the disk is full
            self._connection.execute("ROLLBACK TO one")
            outcome = error
        finally:
            self._using(None)
        self._connection.execute("RELEASE one")
        return outcome
