"""gunicorn's arbiter: replaces workers without refusing anybody, and does not give up once the server has been up."""

import signal
import time
from typing import Any

from gunicorn import arbiter
from gunicorn.errors import HaltServer
from gunicorn.glogging import Logger

from handlers.request.logs import LINES
from handlers.request.metrics import Board
from handlers.request.patience import DRAIN

PATIENCE = 60.0
"""Seconds that new workers may take to begin, before the old ones are told to end nevertheless."""


class GunicornLogger(Logger):
    """gunicorn's own lines, and through it uvicorn's, in the form of all others."""

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        self.error_log.handlers = [LINES]


class Arbiter(arbiter.Arbiter):
    """Keeps the workers; each has a row of `board`, which says what it is doing."""

    def __init__(self, app: Any, board: Board) -> None:
        self._board = board
        self._draining: set[int] = set()
        super().__init__(app)

    def reload(self) -> None:
        """Replace the workers; the old ones go on until the new ones answer, and for good if those cannot start."""
        self.log.info("replacing the workers")
        begun = [self.spawn_worker() for _ in range(self.num_workers)]
        give_up_at = time.monotonic() + PATIENCE
        while not all(self._answers(pid) for pid in begun) and time.monotonic() < give_up_at:
            time.sleep(0.05)
            self.reap_workers()
        self.manage_workers()

    def kill_worker(self, pid: int, sig: int) -> None:
        # Without listeners the whole server is ending, otherwise this one worker while others go on.
        if sig != signal.SIGTERM or not self.LISTENERS:
            super().kill_worker(pid, sig)
        elif pid not in self._draining:
            self._draining.add(pid)
            super().kill_worker(pid, DRAIN)

    def reap_workers(self) -> None:
        try:
            super().reap_workers()
        except HaltServer as reason:
            if not self._board.ever_up():
                raise
            # What keeps it from starting may pass, as when the database is down; trying may not take all the time.
            self.log.error("a worker cannot start, another will try: %s", reason.reason)
            time.sleep(1)
        self._board.keep(worker.row for worker in self.WORKERS.values())
        self._draining.intersection_update(self.WORKERS)

    def _answers(self, pid: int) -> bool:
        """Whether a worker answers, or is there no more to be waited for."""
        return pid not in self.WORKERS or self._board.up(self.WORKERS[pid].row)
