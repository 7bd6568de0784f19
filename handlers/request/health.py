"""Whether the server lives, and whether it can do its work: for load balancers, and for who restarts what hangs."""

import asyncio
import logging
import time

import orjson

from generated.errors import MethodNotAllowed, ServiceUnavailable
from handlers.request.answers import JSON, RETRY_UNAVAILABLE, Header, Scope, Send, send, send_error
from models import database, schema

LIVE = "/health/live"
READY = "/health/ready"
PATHS = (LIVE, READY)
PATIENCE = 1.0
"""Seconds that the database may take to answer."""
KEPT = 1.0
"""Seconds for which a finding holds, so that asking often costs nothing."""

log = logging.getLogger(__name__)

_ALIVE = {"status": "ok"}
_UNCACHED: Header = (b"cache-control", b"no-store")


class Health:
    """Answers at `/health/live` and `/health/ready`."""

    def __init__(self) -> None:
        self._looking: asyncio.Task[dict[str, str]] | None = None
        self._look_again_at = 0.0

    async def answer(self, scope: Scope, to: Send) -> None:
        """Answer a request for one of PATHS."""
        if scope["method"] != "GET":
            await send_error(to, MethodNotAllowed(), (b"allow", b"GET, HEAD, OPTIONS"))
            return
        found = _ALIVE if scope["path"] == LIVE else await self._readiness()
        if found["status"] == "ok":
            await send(to, 200, orjson.dumps(found), [JSON, _UNCACHED])
        else:
            await send(to, ServiceUnavailable.status, orjson.dumps(found), [JSON, _UNCACHED, RETRY_UNAVAILABLE])

    async def _readiness(self) -> dict[str, str]:
        """What was found a moment ago, or else is found now; whoever asks meanwhile waits for the same finding."""
        looking = self._looking
        if looking is None or (looking.done() and time.monotonic() >= self._look_again_at):
            looking = self._looking = asyncio.create_task(self._look())
        return await asyncio.shield(looking)

    async def _look(self) -> dict[str, str]:
        store = database.store()
        try:
            async with asyncio.timeout(PATIENCE):
                lacking = await store.run(schema.lacking) if store.blocking else schema.lacking()
        except Exception as error:  # noqa: BLE001 - whatever it is, the database is of no use
            log.warning("not ready: the database cannot be used: %s", type(error).__name__)
            found = {"status": "unavailable", "database": "unreachable"}
        else:
            found = {"status": "unavailable" if lacking else "ok", "database": "ok"}
            found["migrations"] = "pending" if lacking else "ok"
        self._look_again_at = time.monotonic() + KEPT
        return found
