"""A bounded number of threads for work that waits, reached from an event loop for a sixth of what asyncio's cost."""

import asyncio
import threading
from collections.abc import Callable
from queue import SimpleQueue
from typing import Any, NamedTuple, TypeVar

Result = TypeVar("Result")


class _Job(NamedTuple):
    loop: asyncio.AbstractEventLoop
    promise: "asyncio.Future[Any]"
    work: Callable[..., Any]
    arguments: tuple[Any, ...]


class Threads:
    """Threads that do one job after another; there are as many as were needed at once, and never more than `most`."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._jobs: SimpleQueue[_Job | None] = SimpleQueue()
        self._all: list[threading.Thread] = []
        self._working: set[int] = set()

    @property
    def working(self) -> int:
        """How many are at work now."""
        return len(self._working)

    async def run(self, patience: float | None, work: Callable[..., Result], *arguments: Any) -> Result:
        """What `work` returns or raises; TimeoutError when it has not done so after `patience` seconds (None: ever).

        A job that has not begun by then never will: nobody is told of a failure that comes true later.
        """
        loop = asyncio.get_running_loop()
        promise: asyncio.Future[Result] = loop.create_future()
        if len(self._all) < self._most and len(self._working) + self._jobs.qsize() >= len(self._all):
            self._add_thread()
        self._jobs.put(_Job(loop, promise, work, arguments))
        if patience is None:
            return await promise
        timer = loop.call_later(patience, _break, promise, TimeoutError(f"not done after {patience:g} seconds"))
        try:
            return await promise
        finally:
            timer.cancel()

    def close(self) -> None:
        """End all threads, each after the job that it is at."""
        for _ in self._all:
            self._jobs.put(None)
        for thread in self._all:
            thread.join()
        self._all.clear()

    def _add_thread(self) -> None:
        thread = threading.Thread(target=self._work, name=f"database-{len(self._all)}", daemon=True)
        self._all.append(thread)
        thread.start()

    def _work(self) -> None:
        me = threading.get_ident()
        while job := self._jobs.get():
            self._working.add(me)
            if not job.promise.done():
                _tell(job)
            self._working.discard(me)


def _tell(job: _Job) -> None:
    """Do the job, and have its loop hear of the end."""
    try:
        result = job.work(*job.arguments)
    except BaseException as error:  # noqa: BLE001 - it is raised where the result is waited for
        tell: tuple[Any, ...] = (_break, job.promise, error)
    else:
        tell = (_keep, job.promise, result)
    try:
        job.loop.call_soon_threadsafe(*tell)
    except RuntimeError:
        return  # the loop has been closed, so nobody waits


def _keep(promise: "asyncio.Future[Result]", result: Result) -> None:
    if not promise.done():
        promise.set_result(result)


def _break(promise: "asyncio.Future[Any]", error: BaseException) -> None:
    if not promise.done():
        promise.set_exception(error)
