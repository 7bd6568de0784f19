"""A server as a process of its own, found by the address that it prints."""

import os
import queue
import re
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import ClassVar, Self

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 60.0
"""Seconds that a start or a stop may take before it counts as failed."""
_ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+")


class Server:
    """`pluralspec serve` on a free port, for the time of a `with` block; `base_url` is its address without a path."""

    own_group: ClassVar[bool] = False
    """Whether it leads a process group, so that all of it can be sent a signal."""

    def __init__(self, *options: str, environment: Mapping[str, str]) -> None:
        self.command = [sys.executable, "-m", "scripts.cli", "serve", "--port", "0", *options]
        self.environment = {**os.environ, "PYTHONUNBUFFERED": "1", **environment}
        self.log: list[str] = []
        self.base_url = ""
        self._lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()

    def __enter__(self) -> Self:
        self.process = subprocess.Popen(
            self.command,
            cwd=ROOT,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=self.own_group,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        try:
            self.base_url = self._wait_for_address()
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.process.terminate()
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise
        finally:
            self._reader.join(PATIENCE)
            assert self.process.stdout is not None
            self.process.stdout.close()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.log.append(line)
            self._lines.put(line)
        self._lines.put(None)

    def _wait_for_address(self) -> str:
        while (line := self._lines.get(timeout=PATIENCE)) is not None:
            if match := _ADDRESS.search(line):
                return match.group()
        raise RuntimeError("the server stopped before it printed its address:\n" + "".join(self.log))
