"""The server on a port of its own, which faults end and which can be started again."""

import os
import signal
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from types import TracebackType
from typing import Self

import psutil

from tests.faults.afterwards import Afterwards
from tests.support.redis_server import free_port
from tests.support.server import PATIENCE, Server
from tests.support.workers import workers

WORKERS = 2
_PAUSE = 0.02


class GroupServer(Server):
    """A server that leads a process group of its own."""

    own_group = True


class Service:
    """`pluralspec serve` with two workers, for the time of a `with` block."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self.port = free_port()
        self._environment = environment
        self._server: GroupServer | None = None
        self._logs: list[list[str]] = []

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._server:
            self._end(self.master, signal.SIGTERM if kind is None else signal.SIGKILL)

    @property
    def log(self) -> str:
        """What was printed since the first start."""
        return "".join(line for log in self._logs for line in log)

    @property
    def master(self) -> int:
        """The process that was started: gunicorn, the leader of the group."""
        assert self._server
        return self._server.process.pid

    def start(self) -> None:
        """Start it, again if need be, on the same port; it answers then."""
        server = GroupServer("--workers", str(WORKERS), "--port", str(self.port), environment=self._environment)
        self._logs.append(server.log)
        self._server = server.__enter__()
        self._leash = Afterwards("kill", "-9", f"-{self.master}").__enter__()

    def workers(self) -> list[int]:
        """The processes that answer, once there are as many as there should be."""
        assert self._server
        return workers(self._server)

    def kill_worker(self, worker: int) -> None:
        """End one of the workers."""
        os.kill(worker, signal.SIGKILL)

    def kill_group(self) -> None:
        """End all of its processes at once."""
        self._end(-self.master, signal.SIGKILL)

    def kill_master(self) -> None:
        """End gunicorn; its workers must notice that by themselves."""
        self._end(self.master, signal.SIGKILL)

    def stop(self) -> int:
        """Tell it to end; its exit code."""
        return self._end(self.master, signal.SIGTERM)

    def replace_workers(self) -> None:
        """Tell it to replace its workers, and wait until none of the old ones is left."""
        old = set(self.workers())
        os.kill(self.master, signal.SIGHUP)
        _await(lambda: not old & set(self.workers()), lambda: f"these workers are not replaced: {old}")

    def _end(self, process: int, number: signal.Signals) -> int:
        """Send the signal to the process, or to the group that has the negative number; wait until all have ended."""
        assert self._server
        server, self._server = self._server, None
        group = server.process.pid
        try:
            os.kill(process, number)
            _await(lambda: not any(_living(group)), lambda: f"these processes live on: {list(_living(group))}")
        finally:
            self._leash.__exit__(None, None, None)
            server.__exit__(None, None, None)
        return server.process.returncode


def _await(condition: Callable[[], bool], complaint: Callable[[], str]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, complaint()
        time.sleep(_PAUSE)


def _living(group: int) -> Iterator[psutil.Process]:
    """The processes of the group that have not ended."""
    for process in psutil.process_iter():
        with suppress(psutil.Error, ProcessLookupError):
            if os.getpgid(process.pid) == group and process.status() != psutil.STATUS_ZOMBIE:
                yield process
