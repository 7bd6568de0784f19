"""The limits by class of operations, and who has others."""

import time
from collections.abc import Callable, Mapping

from generated.errors import TooManyRequests
from handlers.request.answers import Header
from handlers.request.rate_limits.gcra import Decision
from models.limits import Address, Exceptions, Limits
from models.references import Reference

LOOK_UP_EVERY = 60.0
"""Seconds after which systems that are named in the settings are looked for again."""

FindSystem = Callable[[Reference], int | None]


class Rate:
    """One class of operations with one limit."""

    def __init__(self, name: str, limit: int) -> None:
        self.name = name
        self.limit = limit
        self.prefix = f"{name} ".encode()
        """What the store counts under, before the client's key; nothing that a client sends is in it."""
        self._limit = (b"x-ratelimit-limit", b"%d" % limit)
        self._scope = (b"x-ratelimit-scope", name.encode())
        self._remaining = [(b"x-ratelimit-remaining", b"%d" % number) for number in range(limit + 1)]

    def heed(self, decision: Decision, headers: list[Header]) -> None:
        """Add to the headers of the answer; raise TooManyRequests when the request was one too many."""
        allowed, remaining, reset_ms, retry_after_ms = decision
        headers += self._limit, self._remaining[remaining], (b"x-ratelimit-reset", b"%d" % reset_ms), self._scope
        if not allowed:
            headers.append((b"retry-after", b"%d" % -(-retry_after_ms // 1000)))
            raise TooManyRequests(extra={"retry_after": retry_after_ms, "scope": self.name})

    def uncounted(self, now_us: int) -> Decision:
        """What is said when nobody can tell how many requests there were."""
        return Decision(True, self.limit, now_us // 1000, 0)


ByClass = Mapping[str, Rate]
"""Rates by their names; a class that has none is not counted."""


def _rates(limits: Limits) -> ByClass:
    return {name: Rate(name, limit) for name, limit in limits}


class Rates:
    """Which limits hold for whom."""

    def __init__(self, limits: Limits, exceptions: Exceptions, find_system: FindSystem) -> None:
        self._usual = _rates(limits)
        self._networks = [(network, _rates(others)) for network, others in exceptions.networks]
        self._wanted = {reference: _rates(others) for reference, others in exceptions.systems}
        self._systems: dict[int, ByClass] = {}
        self._find_system = find_system
        self._look_up_at = 0.0

    def of_address(self, address: Address | None) -> ByClass:
        """The limits for a client by its address (None: it has none)."""
        own = (others for network, others in self._networks if address is not None and address in network)
        return next(own, self._usual)

    def of_system(self, system: int) -> ByClass:
        """The limits for a system."""
        self.look_up()
        return self._systems.get(system, self._usual)

    def look_up(self) -> None:
        """Find the systems that are named in the settings, now and then: some may be made only later."""
        if not self._wanted or time.monotonic() < self._look_up_at:
            return
        self._look_up_at = time.monotonic() + LOOK_UP_EVERY
        found = {reference: self._find_system(reference) for reference in self._wanted}
        self._systems = {system: self._wanted[ref] for ref, system in found.items() if system is not None}
