"""The algorithm that decides: GCRA with a burst equal to the limit and a period of one second, in exact integers.

All that is kept of a client is one point in time, the theoretical arrival time: when its full burst is available again.
With `limit` requests a second that point moves by 1/limit second for each request, which is no whole number of
microseconds for a limit such as 3. So time ahead of now is counted in ticks, `limit` to a microsecond.
"""

from typing import NamedTuple, Protocol

make = tuple.__new__
"""What the constructor of a NamedTuple comes to, at a third of its time."""
PERIOD = 1_000_000
"""A second in microseconds; also what one request costs in ticks, whatever the limit."""


class Decision(NamedTuple):
    """What becomes of one request."""

    allowed: bool
    remaining: int
    reset_ms: int
    retry_after_ms: int


class Limiter(Protocol):
    """Where the counts are kept."""

    def hit(self, key: bytes, limit: int, now_us: int, /) -> Decision:
        """Count one request of `key`, unless it is one too many. Raises StoreUnavailable."""

    def close(self) -> None:
        """Let the store go."""


class RemoteLimiter(Protocol):
    """Where the counts are kept, on another machine."""

    async def hit(self, key: bytes, limit: int, now_us: int, /) -> Decision:
        """Count one request of `key`, unless it is one too many. Raises StoreUnavailable."""

    async def close(self) -> None:
        """Let the store go."""


class StoreUnavailable(Exception):
    """The count cannot be read or written now; the text is one line that says why."""


def decide(ahead: int, limit: int, now_us: int) -> Decision:
    """Judge a request that finds the arrival time `ahead` ticks (0 or more) in the future."""
    room = limit * PERIOD - ahead
    # Rounded up, to microseconds and then to milliseconds: nobody is told to come back too early.
    if room < PERIOD:
        full = -(-(now_us - -ahead // limit) // 1000)
        return Decision(False, 0, full, -(-(PERIOD - room) // (limit * 1000)))
    full = -(-(now_us - -(ahead + PERIOD) // limit) // 1000)
    return make(Decision, (True, room // PERIOD - 1, full, 0))
