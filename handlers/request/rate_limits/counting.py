"""What the request path asks: count this request, and say which headers its answer gets and whether it is refused."""

import logging
import threading
import time
from collections.abc import Callable
from typing import Literal, NamedTuple

from generated.errors import ApiError, ServiceUnavailable, TooManyRequests
from handlers.request.rate_limits.addresses import Client
from handlers.request.rate_limits.gcra import Decision, Limiter, RemoteLimiter, StoreUnavailable, make
from models.limits import Address, Exceptions, Limits
from models.references import Reference

logger = logging.getLogger(__name__)

PAUSE = 1.0
"""Seconds for which a store that has failed is not asked again."""
LOG_EVERY = 60.0
LOOK_UP_EVERY = 60.0

FindSystem = Callable[[Reference], int | None]
Headers = tuple[tuple[bytes, bytes], ...]


class Verdict(NamedTuple):
    """What counting a request led to: headers for its answer, and the error to answer with, if any."""

    headers: Headers
    refusal: ApiError | None


class Rate:
    """One class of operations with one limit."""

    def __init__(self, name: str, limit: int) -> None:
        self.name = name
        self.limit = limit
        self._prefix = f"{name} ".encode()
        self._limit = (b"x-ratelimit-limit", b"%d" % limit)
        self._scope = (b"x-ratelimit-scope", name.encode())
        self._remaining = [(b"x-ratelimit-remaining", b"%d" % number) for number in range(limit + 1)]

    def key(self, client: Client, system: int | None) -> bytes:
        """What the store counts under; what a client sends is not in it."""
        return self._prefix + (b"address " + client.key if system is None else b"system %d" % system)

    def verdict(self, decision: Decision) -> Verdict:
        """The headers, and the refusal when the request was one too many."""
        allowed, remaining, reset_ms, retry_after_ms = decision
        headers = self._limit, self._remaining[remaining], (b"x-ratelimit-reset", b"%d" % reset_ms), self._scope
        if allowed:
            return make(Verdict, (headers, None))
        seconds = -(-retry_after_ms // 1000)
        extra = {"retry_after": retry_after_ms, "scope": self.name}
        return Verdict((*headers, (b"retry-after", b"%d" % seconds)), TooManyRequests(extra=extra))

    def uncounted(self, now_us: int, refusal: ApiError | None) -> Verdict:
        """The answer when nobody can tell how many requests there were."""
        return self.verdict(Decision(True, self.limit, now_us // 1000, 0))._replace(refusal=refusal)


def _rates(limits: Limits) -> dict[str, Rate]:
    return {name: Rate(name, limit) for name, limit in limits}


class Rates:
    """Which limit counts for whom."""

    def __init__(self, limits: Limits, exceptions: Exceptions, find_system: FindSystem) -> None:
        self._usual = _rates(limits)
        self._networks = [(network, _rates(others)) for network, others in exceptions.networks]
        self._wanted = {reference: _rates(others) for reference, others in exceptions.systems}
        self._systems: dict[int, dict[str, Rate]] = {}
        self._find_system = find_system
        self._look_up_at = 0.0

    def of(self, name: str, address: Address | None, system: int | None) -> Rate | None:
        """The rate that counts, or None when the request is not counted."""
        rates = self._usual
        if system is not None:
            self.look_up()
            rates = self._systems.get(system, rates)
        elif address is not None:
            for network, others in self._networks:
                if address in network:
                    return others.get(name)
        return rates.get(name)

    def look_up(self) -> None:
        """Find the systems that are named in the settings, now and then: some may be made only later."""
        if not self._wanted or time.monotonic() < self._look_up_at:
            return
        self._look_up_at = time.monotonic() + LOOK_UP_EVERY
        found = {reference: self._find_system(reference) for reference in self._wanted}
        self._systems = {system: self._wanted[ref] for ref, system in found.items() if system is not None}


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

    def without(self, rate: Rate, now_us: int, error: StoreUnavailable) -> Verdict:
        """What a request gets while it cannot be counted."""
        now = time.monotonic()
        if not self.failed:
            self.failed, self._ask_at = True, now + PAUSE
        if now >= self._log_at:
            self._log_at = now + LOG_EVERY
            logger.error("Requests are %s: %s", "refused" if self._refuse else "not counted", error)
        return rate.uncounted(now_us, ServiceUnavailable() if self._refuse else None)


class LocalCounter:
    """Counts in the table that the processes of this machine share."""

    remote: Literal[False] = False

    def __init__(self, rates: Rates, store: Limiter, availability: Availability) -> None:
        self.rates, self._store, self._availability = rates, store, availability
        # Where handlers run in threads, this is asked from all of them; the table's own lock is between processes.
        self._turn = threading.Lock()

    def count(self, name: str, client: Client, system: int | None) -> Verdict | None:
        """Count a request to the class `name`, for `system` or else for the client; None if it has no limit."""
        rate = self.rates.of(name, client.address, system)
        if rate is None:
            return None
        now_us = time.time_ns() // 1000
        try:
            if self._availability.failed:
                self._availability.check()
            with self._turn:
                decision = self._store.hit(rate.key(client, system), rate.limit, now_us)
        except StoreUnavailable as error:
            return self._availability.without(rate, now_us, error)
        self._availability.failed = False
        return rate.verdict(decision)

    async def close(self) -> None:
        """Let the store go."""
        self._store.close()


class RemoteCounter:
    """Counts in a Redis that many machines share."""

    remote: Literal[True] = True

    def __init__(self, rates: Rates, store: RemoteLimiter, availability: Availability) -> None:
        self.rates, self._store, self._availability = rates, store, availability

    async def count(self, name: str, client: Client, system: int | None) -> Verdict | None:
        """Count a request to the class `name`, for `system` or else for the client; None if it has no limit."""
        rate = self.rates.of(name, client.address, system)
        if rate is None:
            return None
        now_us = time.time_ns() // 1000
        try:
            if self._availability.failed:
                self._availability.check()
            decision = await self._store.hit(rate.key(client, system), rate.limit, now_us)
        except StoreUnavailable as error:
            return self._availability.without(rate, now_us, error)
        self._availability.failed = False
        return rate.verdict(decision)

    async def close(self) -> None:
        """Let the store go."""
        await self._store.close()
