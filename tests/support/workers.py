"""A server's workers one by one: what must hold between processes is asked of each of them."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from tests.support.pipeline import Pipeline, Request
from tests.support.server import PATIENCE, Server

PAUSE = 0.02


def workers(server: Server) -> list[int]:
    """The processes that answer for the server, once all of them have started."""
    number = int(server.command[server.command.index("--workers") + 1])
    deadline = time.monotonic() + PATIENCE
    while len(found := _children(server.process.pid)) < number:
        assert time.monotonic() < deadline, f"{number} workers expected, found {found}"
        time.sleep(PAUSE)
    return found


@contextmanager
def pipelines(server: Server, each: int = 1) -> Iterator[list[Pipeline]]:
    """Connections to a server: so many to the first of its workers, then to the next, and so on."""
    processes = workers(server)
    with ExitStack() as stack:
        yield [
            stack.enter_context(pipeline)
            for process in processes
            for pipeline in _pipelines_to(server, process, processes, each)
        ]


def _pipelines_to(server: Server, worker: int, processes: Sequence[int], number: int) -> list[Pipeline]:
    """New connections, each of which `worker` has answered, as no other could."""
    with _stopped([process for process in processes if process != worker]):
        made = [Pipeline(server.base_url, "workers-tests (https://example.org)") for _ in range(number)]
        for pipeline in made:
            assert next(pipeline.send_all([Request("GET", "/openapi.json")])).status == 200
        return made


@contextmanager
def _stopped(processes: Sequence[int]) -> Iterator[None]:
    try:
        for process in processes:
            os.kill(process, signal.SIGSTOP)
        yield
    finally:
        for process in processes:
            os.kill(process, signal.SIGCONT)


def _children(parent: int) -> list[int]:
    return sorted(process for process, of in _processes() if of == parent)


def _processes() -> Iterator[tuple[int, int]]:
    """Every process with its parent: from the kernel where it says so in files, or else from ps."""
    files = list(Path("/proc").glob("[0-9]*/stat"))
    if not files:
        listed = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
        yield from ((int(process), int(of)) for process, of in map(str.split, listed.splitlines()))
    for file in files:
        with suppress(OSError):  # it may have ended meanwhile
            # What follows the name, which is in parentheses and may hold anything, is the state and the parent.
            yield int(file.parent.name), int(file.read_text().rpartition(")")[2].split()[1])
