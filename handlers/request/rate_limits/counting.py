"""What the request path asks: count this request, give its answer the headers of the count, and refuse one too many."""

import logging
import time

from generated.errors import ServiceUnavailable
from handlers.request.answers import Header
from handlers.request.rate_limits.addresses import Client, Clients
from handlers.request.rate_limits.gcra import Decision, Limiter, RemoteLimiter, StoreUnavailable

logger = logging.getLogger(__name__)

PAUSE = 1.0
"""Seconds for which a store that has failed is not asked again."""
LOG_EVERY = 60.0


class Availability:
    """Keeps a store that has failed from costing each request the time that the failure takes."""

    def __init__(self, *, refuse: bool) -> None:
        self._refuse = refuse
        self.failed = False
        self._ask_at = 0.0
        self._log_at = 0.0

    def check(self) -> None:
        """After a failure, raise StoreUnavailable during the pause; at its end one request tries again."""
        if time.monotonic() < self._ask_at:
            raise StoreUnavailable("it has just failed")
        self._ask_at = time.monotonic() + PAUSE

    def without(self, error: StoreUnavailable) -> None:
        """Let a request in that cannot be counted, or raise ServiceUnavailable."""
        now = time.monotonic()
        if not self.failed:
            self.failed, self._ask_at = True, now + PAUSE
        if now >= self._log_at:
            self._log_at = now + LOG_EVERY
            logger.error("Requests are %s: %s", "refused" if self._refuse else "not counted", error)
        if self._refuse:
            raise ServiceUnavailable


class LocalCounter:
    """Counts in the table that the processes of this machine share."""

    def __init__(self, clients: Clients, store: Limiter, availability: Availability) -> None:
        self.clients, self._store, self._availability = clients, store, availability
        self._hit = store.hit

    def count(self, name: str, client: Client, headers: list[Header]) -> None:
        """Count a request to the class `name`, and add to the headers of its answer.

        Raises TooManyRequests; and ServiceUnavailable if what cannot be counted is to be refused.
        """
        rate = client.rates.get(name)
        if rate is None:
            return
        now_us = time.time_ns() // 1000
        try:
            decision = self._hit(rate.prefix + client.key, rate.limit, now_us)
        except StoreUnavailable as error:
            self._hit = self._hit_again
            rate.heed(rate.uncounted(now_us), headers)
            self._availability.without(error)
        else:
            rate.heed(decision, headers)

    def _hit_again(self, key: bytes, limit: int, now_us: int, /) -> Decision:
        """In the place of the store's own after a failure, until the store answers."""
        self._availability.check()
        decision = self._store.hit(key, limit, now_us)
        self._hit, self._availability.failed = self._store.hit, False
        return decision

    async def close(self) -> None:
        """Let the store go."""
        self._store.close()


class RemoteCounter:
    """Counts in a Redis that many machines share."""

    def __init__(self, clients: Clients, store: RemoteLimiter, availability: Availability) -> None:
        self.clients, self._store, self._availability = clients, store, availability

    async def count(self, name: str, client: Client, headers: list[Header]) -> None:
        """As LocalCounter does."""
        rate = client.rates.get(name)
        if rate is None:
            return
        now_us = time.time_ns() // 1000
        try:
            if self._availability.failed:
                self._availability.check()
            decision = await self._store.hit(rate.prefix + client.key, rate.limit, now_us)
        except StoreUnavailable as error:
            rate.heed(rate.uncounted(now_us), headers)
            self._availability.without(error)
        else:
            self._availability.failed = False
            rate.heed(decision, headers)

    async def close(self) -> None:
        """Let the store go."""
        await self._store.close()
