"""Section "rate limits", seen from outside.

No test waits, and none trusts a clock to stand still: what an answer says is compared with the earliest and the latest
moment at which its request can have been counted.
"""

import itertools
import math
import re
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace

import pytest

from tests.support.client import USER_AGENT, Answer, Client
from tests.support.home import EVERY_OPERATION, Call, Home
from tests.support.keeper import Keeper
from tests.support.pipeline import Pipeline, Request, Seen
from tests.support.server import Server
from tests.support.wire import RawAnswer, exchange

LIMITS = {"message": 10, "generic_get": 10, "generic_update": 3}
PROXY = "127.0.0.9"
UNKNOWN_UUID = "b6cb3e17-52d6-4f0a-8a4b-2f9b3a5f3d11"
_addresses = (f"127.77.{high}.{low}" for high, low in itertools.product(range(1, 250), range(1, 250)))


@pytest.fixture(scope="module")
def limited(serve: Callable[..., AbstractContextManager[Server]]) -> Iterator[str]:
    """The base URL of a server on the same database, with the limits of the documentation and one trusted proxy."""
    with serve(TRUSTED_PROXIES=PROXY) as running:
        yield running.base_url + "/v2"


@pytest.fixture
def address() -> str:
    """An address of this machine that no other test has sent a request from."""
    return next(_addresses)


@dataclass(frozen=True)
class Count:
    """What an answer says about its limit, and between which moments (in milliseconds) it was counted."""

    answer: Answer | RawAnswer
    sent: float
    received: float

    def header(self, name: str) -> str:
        return str(self.answer.headers[f"X-RateLimit-{name}"])

    @property
    def limit(self) -> int:
        return LIMITS[self.header("Scope")]

    @property
    def remaining(self) -> int:
        return int(self.header("Remaining"))

    @property
    def reset(self) -> int:
        return int(self.header("Reset"))

    @property
    def interval(self) -> float:
        """Milliseconds after which one more request is allowed."""
        return 1000 / self.limit

    @property
    def refused(self) -> bool:
        return self.answer.status == 429

    def is_first(self) -> None:
        """Expect that it is the first one counted for its client."""
        assert not self.refused
        assert self.remaining == self.limit - 1
        assert self.sent + self.interval - 2 <= self.reset <= self.received + self.interval + 2

    def follows(self, others: "list[Count]") -> None:
        """Expect that it was counted for the same client as these, after them."""
        assert self.reset >= others[-1].reset + self.interval - 2, (others[-1], self)


Send = Callable[[], Answer | RawAnswer]


def counted(send: Send) -> Count:
    """Send one request."""
    sent = time.time() * 1000
    answer = send()
    return Count(answer, sent, time.time() * 1000)


def spend(send: Send, number: int) -> list[Count]:
    """Send some requests, fewer than a burst."""
    return [counted(send) for _ in range(number)]


def until_refused(send: Send) -> list[Count]:
    """Send until a request is refused, which is the last one returned."""
    counts = []
    for _ in range(2000):
        counts.append(counted(send))
        if counts[-1].refused:
            return counts
    raise AssertionError("none of 2000 requests was refused")


def get_of(base_url: str, path: str, source: str, *headers: tuple[str, str]) -> Send:
    """A GET without credentials from an address of this machine."""

    def send() -> RawAnswer:
        try:
            return exchange(base_url, "GET", "/v2" + path, [("User-Agent", USER_AGENT), *headers], source=source)
        except OSError as error:
            pytest.skip(f"this machine cannot send from {source}: {error}")

    return send


def me(owner: Client, base_url: str) -> Send:
    """GET of the own system."""
    return lambda: owner.at(base_url).get("/systems/@me")


def scope_of(call: Call) -> str:
    """The class that an operation is limited in."""
    if call.method != "GET":
        return "generic_update"
    return "message" if call.template.startswith("/messages") else "generic_get"


# Headers


@pytest.mark.parametrize("call", EVERY_OPERATION, ids=str)
def test_operation_is_limited_in_its_class_for_its_owner(home: Home, limited: str, call: Call) -> None:
    count = counted(lambda: home.call(call, home.owner.at(limited)))
    assert count.answer.status in (200, 204)
    assert (count.header("Scope"), count.header("Limit")) == (scope_of(call), str(LIMITS[scope_of(call)]))
    count.is_first()


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("PATCH", "/systems/@me", b"{}", 400),
        ("PATCH", "/systems/@me", b'{"name": 5}', 400),
        ("POST", "/members", b"{", 400),
        ("GET", "/systems/@me/switches?limit=none", None, 400),
        ("GET", "/systems/@me/autoproxy", None, 501),
        ("GET", "/systems/@me/switches/no-uuid", None, 400),
        ("GET", f"/systems/@me/switches/{UNKNOWN_UUID}", None, 404),
        ("GET", "/systems/@me/guilds/1", None, 404),
        ("POST", "/groups", b" " * (1024 * 1024 + 1), 413),
    ],
)
def test_error_of_an_operation_counts(
    owner: Client, limited: str, method: str, path: str, body: bytes | None, status: int
) -> None:
    headers = {"Content-Type": "application/json"} if body else {}
    count = counted(lambda: owner.at(limited).send(method, path, content=body, headers=headers))
    assert count.answer.status == status
    count.is_first()


def test_415_counts(owner: Client, limited: str) -> None:
    count = counted(lambda: owner.at(limited).send("POST", "/members", content=b"{}"))
    assert count.answer.status == 415
    count.is_first()


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/systems/@me", 401),
        ("/systems/dddddd", 404),
        ("/members/dddddd", 404),
        ("/messages/1", 404),
        ("/messages/x", 400),
    ],
)
def test_error_without_credentials_counts_for_the_address(limited: str, address: str, path: str, status: int) -> None:
    send = get_of(limited, path, address)
    first = spend(send, 1)
    assert first[0].answer.status == status
    first[0].is_first()
    counted(send).follows(first)


NO_OPERATIONS = (
    ("GET", "/"),
    ("GET", "/docs"),
    ("GET", "/openapi.json"),
    ("GET", "/nothing"),
    ("GET", "/v2/nothing"),
    ("GET", "/v2/s/exampl"),
    ("GET", "/v1/s/exampl"),
    ("PUT", "/v2/systems/@me"),
    ("GET", "/v2/members"),
)


@pytest.mark.parametrize(("method", "path"), NO_OPERATIONS)
def test_what_is_no_operation_is_not_limited(limited: str, address: str, method: str, path: str) -> None:
    for _ in range(12):
        answer = exchange(limited, method, path, [("User-Agent", USER_AGENT)], source=address)
        assert answer.status != 429
        assert not [name for name in answer.headers if name.lower().startswith("x-ratelimit")]


def test_preflight_is_not_limited(limited: str, address: str) -> None:
    asked = [("Origin", "https://app.example"), ("Access-Control-Request-Method", "PATCH")]
    for _ in range(12):
        answer = exchange(limited, "OPTIONS", "/v2/members/exampl", asked, source=address)
        assert answer.status == 204
        assert not [name for name in answer.headers if name.lower().startswith("x-ratelimit")]
    counted(get_of(limited, "/members/exampl", address)).is_first()


def test_missing_user_agent_is_not_counted(limited: str, address: str) -> None:
    for _ in range(12):
        answer = exchange(limited, "GET", "/v2/systems/exampl", source=address)
        assert answer.status == 400
        assert not [name for name in answer.headers if name.lower().startswith("x-ratelimit")]
    counted(get_of(limited, "/systems/exampl", address)).is_first()


def test_head_counts_as_get(owner: Client, limited: str) -> None:
    first = spend(lambda: owner.at(limited).send("HEAD", "/systems/@me"), 1)
    first[0].is_first()
    assert first[0].header("Scope") == "generic_get"
    counted(me(owner, limited)).follows(first)


# The algorithm


def check_against_gcra(counts: list[Count]) -> None:
    """Expect that all of this can have been answered by GCRA with a burst of the limit and a period of a second."""
    interval, limit = counts[0].interval, counts[0].limit
    for number, count in enumerate(counts[:-1]):
        refilled = math.ceil((count.received - counts[0].sent) / interval)
        assert not count.refused
        assert limit - 1 - number <= count.remaining <= min(limit - 1, limit - 1 - number + refilled)
        assert counts[0].sent + (number + 1) * interval - 2 <= count.reset
        assert count.reset <= count.received + min(number + 1, limit) * interval + 2
    refused = counts[-1]
    assert len(counts) > limit
    assert refused.received - counts[0].sent >= (len(counts) - 1 - limit) * interval - 2
    assert refused.remaining == 0


@pytest.mark.parametrize(
    ("path", "limit"),
    [("/systems/@me", 10), ("/systems/@me/members", 10), ("/members/{member}", 10), ("/messages/{message}", 10)],
)
def test_burst_of_reads(home: Home, limited: str, path: str, limit: int) -> None:
    counts = until_refused(lambda: home.owner.at(limited).get(home.path(path)))
    counts[0].is_first()
    assert counts[0].remaining == limit - 1
    check_against_gcra(counts)


def test_burst_of_writes(owner: Client, limited: str) -> None:
    counts = until_refused(lambda: owner.at(limited).post("/members", {"name": "x"}))
    counts[0].is_first()
    assert counts[0].remaining == 2
    check_against_gcra(counts)
    assert len(owner.get("/systems/@me/members").ok()) == len(counts) - 1


@pytest.mark.parametrize(
    ("template", "limit"),
    [(Request("GET", "/systems/@me"), 10), (Request("POST", "/groups", body=b'{"name": "Household"}'), 3)],
    ids=["reads", "writes"],
)
def test_burst_counts_down_to_zero_and_then_is_refused(
    keeper: Keeper, limited: str, template: Request, limit: int
) -> None:
    took = math.inf
    while took > 1 / limit:  # something was refilled meanwhile: another time, and another system
        asked = [replace(template, token=keeper.new_system().token)] * (limit + 1)
        with Pipeline(limited, USER_AGENT) as pipeline:
            began = time.monotonic()
            answers = list(pipeline.send_all(asked))
            took = time.monotonic() - began
    assert [seen.status for seen in answers] == [200] * limit + [429]
    assert [header(seen, "remaining") for seen in answers] == [*reversed(range(limit)), 0]
    resets = [header(seen, "reset") for seen in answers]
    assert all(abs(after - before - 1000 / limit) <= 1 for before, after in itertools.pairwise(resets[:-1]))
    assert resets[-1] == resets[-2]


def header(seen: Seen, name: str) -> int:
    """The number in a header of the limits."""
    found = re.search(rf"\r\nx-ratelimit-{name}: (\d+)\r\n".encode(), seen.raw.lower())
    assert found, seen
    return int(found[1])


def test_burst_without_credentials(limited: str, address: str) -> None:
    check_against_gcra(until_refused(get_of(limited, "/systems/dddddd", address)))


def test_refusal_says_when_to_come_back(owner: Client, limited: str) -> None:
    refused = until_refused(me(owner, limited))[-1]
    assert isinstance(refused.answer, Answer)
    retry_after = refused.answer.body["retry_after"]
    assert refused.answer.body == {
        "message": "429: too many requests",
        "retry_after": retry_after,
        "scope": "generic_get",
        "code": 0,
    }
    assert isinstance(retry_after, int)
    assert 1 <= retry_after <= 100
    assert refused.header("Limit") == "10"
    # The next request is allowed one interval before the full burst but one is there.
    earliest = refused.reset - 900
    assert refused.sent + retry_after - 2 <= earliest + 2
    assert earliest <= refused.received + retry_after + 2


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_retry_after_is_in_whole_seconds_rounded_up(owner: Client, limited: str, method: str) -> None:
    body = None if method == "GET" else b"{"
    path = "/systems/@me" if method == "GET" else "/groups"
    headers = {"Content-Type": "application/json"} if body else {}
    refused = until_refused(lambda: owner.at(limited).send(method, path, content=body, headers=headers))[-1].answer
    assert isinstance(refused, Answer)
    assert refused.headers["Retry-After"] == str(math.ceil(refused.body["retry_after"] / 1000)) == "1"


def test_refused_request_costs_nothing(owner: Client, limited: str) -> None:
    counts = until_refused(me(owner, limited))
    accepted = counts[-2]
    more = spend(me(owner, limited), 5)
    for count in itertools.takewhile(lambda count: count.refused, [counts[-1], *more]):
        assert count.reset == accepted.reset


def test_refused_request_changes_nothing(home: Home, limited: str) -> None:
    until_refused(lambda: home.owner.at(limited).send("POST", "/groups", content=b"{"))
    before = home.owner.get("/systems/@me").ok()
    answers = [home.owner.at(limited).patch("/systems/@me", {"tag": str(number)}) for number in range(20)]
    accepted = [number for number, answer in enumerate(answers) if answer.status == 200]
    assert len(accepted) < 20
    assert home.owner.get("/systems/@me").ok() == {**before, "tag": str(accepted[-1]) if accepted else before["tag"]}


def test_limit_holds_over_all_connections_and_processes(owner: Client, limited: str) -> None:
    with ThreadPoolExecutor(16) as threads:
        counts = list(threads.map(lambda _: counted(me(owner, limited)), range(120)))
    accepted = sorted((count for count in counts if not count.refused), key=lambda count: count.reset)
    elapsed = max(count.received for count in counts) - min(count.sent for count in counts)
    assert 10 <= len(accepted) <= 10 + elapsed / 100 + 1
    for before, after in itertools.pairwise(accepted):
        assert after.reset >= before.reset + 99


def test_error_answers_carry_cors_headers_when_refused(owner: Client, limited: str) -> None:
    refused = until_refused(
        lambda: owner.at(limited).send("GET", "/systems/@me", headers={"Origin": "https://app.example"})
    )[-1]
    assert refused.answer.headers["Access-Control-Allow-Origin"] in ("*", "https://app.example")
    assert refused.answer.headers["X-PluralKit-Version"]


# For whom a request is counted


def test_classes_are_counted_apart(home: Home, limited: str) -> None:
    client = home.owner.at(limited)
    until_refused(me(home.owner, limited))
    counted(lambda: client.patch("/systems/@me", {"tag": "x"})).is_first()
    counted(lambda: client.get(f"/messages/{home.message['id']}")).is_first()


def test_systems_are_counted_apart(owner: Client, stranger: Client, limited: str) -> None:
    until_refused(me(owner, limited))
    counted(me(stranger, limited)).is_first()


OWN_READS = [call for call in EVERY_OPERATION if call.method == "GET" and not call.template.startswith("/messages")]


@pytest.mark.parametrize("call", OWN_READS, ids=str)
def test_reads_about_the_own_system_are_counted_together(home: Home, limited: str, call: Call) -> None:
    before = spend(me(home.owner, limited), 8)
    counted(lambda: home.call(call, home.owner.at(limited))).follows(before)


@pytest.mark.parametrize("reference", ["id", "uuid", "account", "upper case"])
def test_every_reference_of_the_own_system_counts_for_it(home: Home, limited: str, reference: str) -> None:
    names = {"id": home.owner.id, "uuid": home.owner.uuid, "account": home.account, "upper case": home.owner.id.upper()}
    before = spend(me(home.owner, limited), 8)
    counted(lambda: home.owner.at(limited).get(f"/systems/{names[reference]}")).follows(before)


@pytest.mark.parametrize("path", ["/members", "/groups"])
def test_creation_counts_for_the_own_system(owner: Client, limited: str, path: str) -> None:
    before = spend(lambda: owner.at(limited).patch("/systems/@me", {"tag": "x"}), 2)
    counted(lambda: owner.at(limited).post(path, {"name": "x"})).follows(before)


def as_system(client: Client) -> tuple[str, str]:
    """The header that a system's client sends."""
    return ("Authorization", str(client.token))


FOREIGN_READS = ["/systems/{system}", "/systems/{system}/members", "/members/{member}", "/groups/{group}/members"]


@pytest.mark.parametrize("path", [*FOREIGN_READS, "/systems/dddddd", "/members/dddddd", "/groups/dddddd"])
def test_request_about_another_or_no_system_counts_for_the_address(
    home: Home, stranger: Client, limited: str, address: str, path: str
) -> None:
    before = spend(get_of(limited, "/systems/dddddd", address), 8)
    counted(get_of(limited, home.path(path), address, as_system(stranger))).follows(before)
    counted(me(stranger, limited)).is_first()


def test_refused_write_to_another_system_counts_for_the_address(
    home: Home, stranger: Client, limited: str, address: str
) -> None:
    headers = [("User-Agent", USER_AGENT), as_system(stranger)]

    def send() -> RawAnswer:
        return exchange(limited, "DELETE", f"/v2/members/{home.member['id']}", headers, source=address)

    before = spend(send, 2)
    assert [count.answer.status for count in before] == [403, 403]
    before[0].is_first()
    counted(send).follows(before)


def test_message_of_another_system_counts_for_the_address(
    home: Home, stranger: Client, limited: str, address: str
) -> None:
    before = spend(get_of(limited, "/messages/1", address), 8)
    counted(get_of(limited, f"/messages/{home.message['id']}", address, as_system(stranger))).follows(before)


def test_message_of_the_own_system_counts_for_it(home: Home, limited: str, address: str) -> None:
    before = spend(lambda: home.owner.at(limited).get(f"/messages/{home.message['id']}"), 8)
    later = counted(get_of(limited, f"/messages/{home.message['original']}", address, as_system(home.owner)))
    later.follows(before)


def test_own_system_without_credentials_counts_for_the_address(home: Home, limited: str, address: str) -> None:
    until_refused(me(home.owner, limited))
    counted(get_of(limited, f"/systems/{home.owner.id}", address)).is_first()


def test_bad_credentials_count_for_the_address(home: Home, limited: str, address: str) -> None:
    send = get_of(limited, f"/systems/{home.owner.id}", address, ("Authorization", "nonsense"))
    before = spend(send, 8)
    counted(get_of(limited, "/systems/dddddd", address)).follows(before)


def test_addresses_are_counted_apart(limited: str, address: str) -> None:
    until_refused(get_of(limited, "/systems/dddddd", address))
    counted(get_of(limited, "/systems/dddddd", next(_addresses))).is_first()


def test_token_and_key_of_a_system_are_counted_together(keeper: Keeper, owner: Client, limited: str) -> None:
    before = spend(me(owner, limited), 8)
    counted(me(keeper.new_key(owner, "read:all"), limited)).follows(before)


# Proxies


def forwarded(value: str) -> tuple[str, str]:
    return ("X-Forwarded-For", value)


def test_forwarded_address_of_an_untrusted_peer_is_ignored(limited: str, address: str) -> None:
    before = spend(get_of(limited, "/systems/dddddd", address), 8)
    counted(get_of(limited, "/systems/dddddd", address, forwarded("203.0.113.77"))).follows(before)


def test_forwarded_address_of_a_trusted_proxy_counts(limited: str) -> None:
    before = spend(get_of(limited, "/systems/dddddd", PROXY, forwarded("203.0.113.1")), 8)
    counted(get_of(limited, "/systems/dddddd", PROXY, forwarded("203.0.113.2"))).is_first()
    counted(get_of(limited, "/systems/dddddd", PROXY, forwarded("203.0.113.1"))).follows(before)


@pytest.mark.parametrize(
    "value", ["203.0.113.99, 203.0.113.{}", "203.0.113.99,203.0.113.{}, 127.0.0.9", " 1.1.1.1 ,203.0.113.{}"]
)
def test_last_untrusted_forwarded_address_counts(limited: str, value: str) -> None:
    last = 10 + len(value)
    before = spend(get_of(limited, "/systems/dddddd", PROXY, forwarded(f"203.0.113.{last}")), 8)
    counted(get_of(limited, "/systems/dddddd", PROXY, forwarded(value.format(last)))).follows(before)


def test_network_of_ipv6_is_one_client(limited: str) -> None:
    before = spend(get_of(limited, "/systems/dddddd", PROXY, forwarded("2001:db8:1:2::1")), 8)
    counted(get_of(limited, "/systems/dddddd", PROXY, forwarded("2001:db8:1:3::1"))).is_first()
    counted(get_of(limited, "/systems/dddddd", PROXY, forwarded("2001:DB8:1:2:ffff:0:0:9"))).follows(before)


def test_client_cannot_choose_its_own_key(limited: str) -> None:
    sends = [
        get_of(limited, "/systems/dddddd", PROXY, forwarded(f"198.51.100.{number}, 203.0.113.200"))
        for number in range(50)
    ]
    counts = [counted(send) for send in sends]
    elapsed = counts[-1].received - counts[0].sent
    assert len([count for count in counts if not count.refused]) <= 10 + elapsed / 100 + 1
