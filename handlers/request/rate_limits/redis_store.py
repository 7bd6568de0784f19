"""The count shared by many machines: one script in a Redis, which runs it as one step by its own clock.

Requests that arrive while an answer is under way go out together in the next call of the script, so that a busy worker
pays for one round trip, not for one a request.
"""

import asyncio
from typing import NamedTuple

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from handlers.request.rate_limits.gcra import PERIOD, Decision, StoreUnavailable, decide

TIMEOUT = 0.25
"""Seconds that a request waits for the store at most."""
_LARGEST_BATCH = 256

# A key holds its arrival time in whole microseconds and the ticks that are less than one (see gcra). ARGV holds the
# time, or 0 for Redis' own, and each key's limit. Returned: the time, and how many ticks ahead each request found it.
_SCRIPT = f"""
local now = tonumber(ARGV[1])
if now == 0 then
  local time = redis.call('TIME')
  now = time[1] * {PERIOD} + time[2]
end
local answer = {{now}}
for i, key in ipairs(KEYS) do
  local limit, ahead = tonumber(ARGV[i + 1]), 0
  local whole, ticks = string.match(redis.call('GET', key) or '', '^(%d+) (%d+)$')
  if whole then
    ahead = (whole - now) * limit + ticks
    if ahead < 0 or ahead > {2 * PERIOD} * limit then ahead = 0 end
  end
  if ahead + {PERIOD} <= limit * {PERIOD} then
    local after = math.floor((ahead + {PERIOD}) / limit)
    local value = string.format('%.0f %d', now + after, ahead + {PERIOD} - after * limit)
    redis.call('SET', key, value, 'PX', math.ceil(after / 1000) + 1000)
  end
  answer[i + 1] = ahead
end
return answer
"""


class _Hit(NamedTuple):
    key: bytes
    limit: int
    now_us: int
    decision: asyncio.Future[Decision]


class RedisLimiter:
    """Counts exactly across everything that uses the Redis at `url`; to be used from one event loop."""

    def __init__(self, url: str, *, own_clock: bool = True) -> None:
        once = Retry(NoBackoff(), 0)
        self._redis = Redis.from_url(url, socket_timeout=TIMEOUT, socket_connect_timeout=TIMEOUT, retry=once)
        self._script = self._redis.register_script(_SCRIPT)
        self._own_clock = own_clock
        self._waiting: list[_Hit] = []
        self._sender: asyncio.Task[None] | None = None

    async def hit(self, key: bytes, limit: int, now_us: int) -> Decision:
        """Count one request of `key`, unless it is one too many; `now_us` only counts without the store's own clock."""
        hit = _Hit(key, limit, now_us, asyncio.get_running_loop().create_future())
        self._waiting.append(hit)
        if self._sender is None:
            self._sender = asyncio.create_task(self._send())
        return await hit.decision

    async def close(self) -> None:
        """Answer what is waiting, and let the connection go."""
        if self._sender is not None:
            await self._sender
        await self._redis.aclose()

    async def _send(self) -> None:
        """Send what is waiting until nothing is."""
        try:
            while self._waiting:
                batch, self._waiting = self._waiting[:_LARGEST_BATCH], self._waiting[_LARGEST_BATCH:]
                await self._send_batch(batch)
        finally:
            self._sender = None

    async def _send_batch(self, batch: list[_Hit]) -> None:
        now_us = 0 if self._own_clock else batch[0].now_us
        try:
            async with asyncio.timeout(TIMEOUT):
                found = await self._script([hit.key for hit in batch], [now_us, *(hit.limit for hit in batch)])
        except Exception as error:  # noqa: BLE001 - whatever it was, nobody may be left waiting
            self._fail(batch, error)
            return
        for hit, ahead in zip(batch, found[1:], strict=True):
            if not hit.decision.done():
                hit.decision.set_result(decide(ahead, hit.limit, found[0]))

    def _fail(self, batch: list[_Hit], error: Exception) -> None:
        """Whoever waits need not wait for the same failure again."""
        failed, self._waiting = batch + self._waiting, []
        cause = " ".join(str(error).split()) or "no answer in time"
        reason = f"the Redis that counts requests cannot be used: {cause}"
        for hit in failed:
            if not hit.decision.done():
                hit.decision.set_exception(StoreUnavailable(reason))
