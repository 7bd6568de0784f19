"""The servers that are compared, as processes with one gunicorn worker each."""

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

import psutil

from tests.bench.load import Address

ROOT = Path(__file__).parents[2]
_PATIENCE = 60.0


class ServerError(Exception):
    """A server that does not start; the text holds what it said."""


@dataclass(frozen=True)
class Peer:
    """One way to serve the contract."""

    name: str
    title: str
    short: str
    command: tuple[str, ...]
    environment: dict[str, str] = field(default_factory=dict)


def _ours(limits: str) -> dict[str, str]:
    # The requests say whose they are as a proxy would, so that each client stays below the largest limit there is.
    return {"RATE_LIMITS": limits, "TRUSTED_PROXIES": "127.0.0.1"}


def _gunicorn(module: str) -> tuple[str, ...]:
    worker = ("--worker-class", "handlers.request.worker.Worker", "--log-level", "warning", "--no-control-socket")
    return ("gunicorn", *worker, f"tests.bench.peers.{module}:create_app()", "--bind", "127.0.0.1:{port}")


_SERVE = ("scripts.cli", "serve", "--port", "{port}")
LIMIT = Peer("limit", "limit", "limit", _gunicorn("limit"))
OURS = Peer("ours", "ours", "ours", _SERVE, _ours("4096"))
UNLIMITED = Peer("unlimited", "ours, rate limits off", "ours, off", _SERVE, _ours("off"))
FASTAPI = Peer("fastapi", "FastAPI", "FastAPI", _gunicorn("fastapi_app"))
STOCK = Peer("stock", "stock Connexion", "stock", _gunicorn("stock"))
EMPTY = Peer("empty", "empty Connexion", "empty", _gunicorn("empty"))
COMPARED = (LIMIT, UNLIMITED, OURS, FASTAPI, STOCK)


class Server:
    """One of them, running for the time of a `with` block, once it has answered `first`."""

    def __init__(self, peer: Peer, database_url: str, first: bytes) -> None:
        self.peer, self._first = peer, first
        self._environment = {**os.environ, **peer.environment, "DATABASE_URL": database_url}

    def __enter__(self) -> Self:
        self.address: Address = ("127.0.0.1", _free_port())
        command = [sys.executable, "-m", *(part.format(port=self.address[1]) for part in self.peer.command)]
        self._log = tempfile.TemporaryFile()
        begun = time.perf_counter()
        self._process = subprocess.Popen(
            command, cwd=ROOT, env=self._environment, stdout=self._log, stderr=subprocess.STDOUT
        )
        try:
            pin(self._process.pid, 0)
            self._wait(begun + _PATIENCE)
        except BaseException:
            self.__exit__(None, None, None)
            raise
        self.start_seconds = time.perf_counter() - begun
        self._worker = psutil.Process(self._process.pid).children()[0]
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.terminate()
        try:
            self._process.wait(_PATIENCE)
        finally:
            self._process.kill()
            self._log.close()

    def computed(self) -> float:
        """Seconds of processor time that the worker has used."""
        times = self._worker.cpu_times()
        return float(times.user + times.system)

    def resident(self) -> int:
        """Bytes of memory that the worker holds."""
        return int(self._worker.memory_info().rss)

    def _wait(self, deadline: float) -> None:
        while not self._answers():
            if self._process.poll() is not None or time.perf_counter() > deadline:
                self._log.seek(0)
                said = self._log.read().decode(errors="replace")
                raise ServerError(f"{self.peer.title} does not start: {said[-2000:]}")
            time.sleep(0.005)

    def _answers(self) -> bool:
        try:
            with socket.create_connection(self.address, timeout=_PATIENCE) as connection:
                connection.sendall(self._first)
                return connection.recv(1 << 16).startswith(b"HTTP/1.1 200")
        except ConnectionError:
            return False


def pin(process: int, processor: int) -> None:
    """Keep a process (0: this one) on one processor, where there are two at least: servers on 0, the load on -1."""
    if hasattr(os, "sched_setaffinity") and len(PROCESSORS) > 1:
        os.sched_setaffinity(process, {PROCESSORS[processor]})


@contextmanager
def pinned(processor: int) -> Iterator[None]:
    """Keep this process on one processor for a while."""
    pin(0, processor)
    try:
        yield
    finally:
        if hasattr(os, "sched_setaffinity"):
            os.sched_setaffinity(0, PROCESSORS)


PROCESSORS = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
