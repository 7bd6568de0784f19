"""gunicorn's worker: uvicorn on uvloop and httptools."""

import asyncio
import gc
import os
import resource
import signal
import sys
from typing import Any, ClassVar

from gunicorn.arbiter import Arbiter
from uvicorn.server import Server
from uvicorn_worker import UvicornWorker

from handlers.request import patience
from handlers.request.connection import Connection
from handlers.request.metrics import Board, Exposition, Meter, Use
from models import database


class Worker(UvicornWorker):
    """What `pluralspec serve` runs; for gunicorn's `--worker-class handlers.request.worker.Worker`."""

    CONFIG_KWARGS: ClassVar[dict[str, Any]] = {
        "loop": "uvloop",
        "http": Connection,
        "ws": "none",
        # Compiles the operations before the first request; a failure stops the worker.
        "lifespan": "on",
        "server_header": False,
        # Whom to believe about a client's address is this server's own setting.
        "proxy_headers": False,
        # Less than gunicorn's patience, which would end us in the middle of an answer.
        "timeout_graceful_shutdown": 20,
    }
    meter: Meter | None = None
    metrics: tuple[int, Board] | None = None
    """The port that shows the board, if one does."""

    def init_signals(self) -> None:
        super().init_signals()
        # Who closes a terminal sends it to all processes; what is to be done about it is the arbiter's business.
        signal.signal(signal.SIGHUP, signal.SIG_IGN)

    async def _serve(self) -> None:
        self.config.app = self.wsgi
        Connection.meter = self.meter
        Connection.most = _room()
        if self.metrics:
            Connection.elsewhere = {self.metrics[0]: Exposition(self.metrics[1])}
        server = _Server(self.config, self.ppid, self.meter)
        asyncio.get_running_loop().add_signal_handler(patience.DRAIN, server.drain)
        await server.serve(sockets=self.sockets)
        if not server.started:
            sys.exit(Arbiter.WORKER_BOOT_ERROR)


class _Server(Server):
    """uvicorn's, which looks after its connections once a second."""

    def __init__(self, config: Any, parent: int, meter: Meter | None) -> None:
        super().__init__(config)
        self._parent, self._meter = parent, meter

    async def startup(self, sockets: Any = None) -> None:
        await super().startup(sockets)
        gc.collect()
        gc.freeze()  # what is there now stays, so that nobody who waits for an answer waits for a look at all of it
        self._looking_after = asyncio.create_task(self._look_after())
        if self._meter:
            self._meter.start()

    async def shutdown(self, sockets: Any = None) -> None:
        Connection.ending = True
        for listener in sockets or ():
            # The loop closes it. A second time could close what a thread that talks to Postgres has just opened.
            listener.detach()
        await super().shutdown()

    def drain(self) -> None:
        """End without refusing anybody."""
        Connection.draining = True
        self.should_exit = True

    async def _look_after(self) -> None:
        state, loop = self.server_state, asyncio.get_running_loop()
        while True:
            await asyncio.sleep(1)
            patience.look_after(state.connections, loop.time())  # type: ignore[arg-type]
            if self._meter:
                self._meter.show(Use(len(state.connections), len(state.tasks), *_pool()))
            if os.getppid() != self._parent:
                self.should_exit = True  # nobody would ever end us, and the port would stay taken


def _room() -> int:
    """How many connections to allow, with as many open files as the system lets us have."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = patience.CONNECTIONS + patience.OTHER_FILES
    if soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return max(1, min(soft, wanted) - patience.OTHER_FILES)


def _pool() -> tuple[int, int]:
    """Connections to the database that may be used, and those at work; none where there is nothing to wait for."""
    store = database.store()
    return (store.connections, store.working) if store.blocking else (0, 0)
