"""Whom a request is counted for, and what the settings of the limits accept."""

import asyncio
import logging
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generated.contract import RATE_LIMITS
from generated.errors import ApiError, ServiceUnavailable, TooManyRequests
from handlers.request.answers import FIRST_VALUES, Header
from handlers.request.rate_limits import counting as counting_module
from handlers.request.rate_limits import open_counter
from handlers.request.rate_limits.addresses import Client, Clients
from handlers.request.rate_limits.counting import Availability, LocalCounter
from handlers.request.rate_limits.gcra import Decision, StoreUnavailable
from handlers.request.rate_limits.rates import Rates
from models.limits import Exceptions, TrustedProxies, contract_limits, parse_proxies
from models.references import parse_system
from models.settings import SettingError, Settings

PROXIES = parse_proxies("10.0.0.0/8, 2001:db8:ffff::1, local")


USUAL = Rates(contract_limits(), Exceptions(), lambda reference: None)


def scope(peer: str | None, *forwarded: bytes) -> dict[str, Any]:
    """A request with these X-Forwarded-For headers."""
    headers = [(b"host", b"example.org"), *((b"x-forwarded-for", value) for value in forwarded)]
    address = None if peer is None else (peer, 50000)
    return {"client": address, "headers": headers, FIRST_VALUES: dict(reversed(headers))}


def client(peer: str | None, *forwarded: bytes, trusted: TrustedProxies = PROXIES) -> Client:
    """The client of a request with these X-Forwarded-For headers."""
    return Clients(trusted, USUAL).behind(scope(peer, *forwarded))


def same(one: Client, *others: Client) -> bool:
    """Whether all share one count."""
    return all(other.key == one.key for other in others)


@pytest.mark.parametrize(
    ("peer", "forwarded", "expected"),
    [
        ("203.0.113.1", [], "203.0.113.1"),
        ("203.0.113.1", [b"198.51.100.1"], "203.0.113.1"),
        ("10.1.2.3", [b"198.51.100.1"], "198.51.100.1"),
        ("10.1.2.3", [b"198.51.100.9, 198.51.100.1"], "198.51.100.1"),
        ("10.1.2.3", [b"198.51.100.9,198.51.100.1 ,10.9.9.9"], "198.51.100.1"),
        ("10.1.2.3", [b"198.51.100.9", b"198.51.100.1", b"10.9.9.9"], "198.51.100.1"),
        ("10.1.2.3", [b"198.51.100.1:51234"], "198.51.100.1"),
        ("10.1.2.3", [b'"[2001:db8::1]:51234"'], "2001:db8::1"),
        ("10.1.2.3", [b"[2001:db8::1]"], "2001:db8::1"),
        ("10.1.2.3", [b"::ffff:198.51.100.1"], "198.51.100.1"),
        ("::ffff:10.1.2.3", [b"198.51.100.1"], "198.51.100.1"),
        ("2001:db8:ffff::1", [b"198.51.100.1"], "198.51.100.1"),
        (None, [b"198.51.100.1"], "198.51.100.1"),
        ("", [b"198.51.100.1"], "198.51.100.1"),
        ("10.1.2.3", [], "10.1.2.3"),
        ("10.1.2.3", [b""], "10.1.2.3"),
        ("10.1.2.3", [b"10.4.4.4, 10.5.5.5"], "10.4.4.4"),
        ("10.1.2.3", [b"198.51.100.9, unknown"], "10.1.2.3"),
        ("10.1.2.3", [b"198.51.100.9, unknown, 10.7.7.7"], "10.7.7.7"),
        ("10.1.2.3", [b"198.51.100.9, " + b"1" * 5000], "10.1.2.3"),
        ("10.1.2.3", [b"\xff\xfe"], "10.1.2.3"),
        ("fe80::1%eth0", [], "fe80::1"),
    ],
)
def test_the_client_is_the_last_address_that_is_not_a_proxy(
    peer: str | None, forwarded: list[bytes], expected: str
) -> None:
    assert same(client(peer, *forwarded), client(expected))


def test_without_trusted_proxies_the_header_is_ignored() -> None:
    nobody = TrustedProxies()
    assert same(client("10.1.2.3", b"198.51.100.1", trusted=nobody), client("10.1.2.3"))
    assert same(client(None, b"198.51.100.1", trusted=nobody), client(None))


def test_a_network_of_ipv6_is_one_client() -> None:
    assert same(client("2001:db8:1:2::1"), client("2001:db8:1:2:ffff:ffff:ffff:ffff"))
    assert not same(client("2001:db8:1:2::1"), client("2001:db8:1:3::1"))
    assert not same(client("0.0.0.1"), client("::1"))


@given(st.lists(st.binary(max_size=200), max_size=3))
def test_whatever_a_client_sends_it_stays_itself_behind_a_proxy(forged: list[bytes]) -> None:
    assert same(client("10.1.2.3", *forged, b"198.51.100.1"), client("198.51.100.1"))


@given(st.none() | st.text(max_size=100), st.lists(st.binary(max_size=200), max_size=3))
def test_nothing_malformed_raises(peer: str | None, forwarded: list[bytes]) -> None:
    assert len(client(peer, *forwarded).key) <= len(b"address ") + 8


@pytest.mark.parametrize(
    ("variable", "text", "accepted"),
    [
        ("RATE_LIMITS", "fast", "off, a number from 1 to 4096"),
        ("RATE_LIMITS", "0", "off, a number from 1 to 4096"),
        ("RATE_LIMITS", "-1", "off, a number from 1 to 4096"),
        ("RATE_LIMITS", "5000", "off, a number from 1 to 4096"),
        ("RATE_LIMITS", "²", "off, a number from 1 to 4096"),
        ("RATE_LIMITS", "generic_post:5", "off, a number from 1 to 4096"),
        ("RATE_LIMITS", "message:", "off, a number from 1 to 4096"),
        ("RATE_LIMIT_URL", "localhost:6379", "redis://HOST:PORT"),
        ("RATE_LIMIT_FAILURE", "closed", "open"),
        ("RATE_LIMIT_EXCEPTIONS", "exampl", "in 'exampl', after =, off"),
        ("RATE_LIMIT_EXCEPTIONS", "example.org=off", "not 'example.org=off'"),
        ("TRUSTED_PROXIES", "proxy.example.org", "not 'proxy.example.org'"),
        ("TRUSTED_PROXIES", "*", "not '*'"),
        ("TRUSTED_PROXIES", "0.0.0.0/0", "trusting everybody"),
        ("TRUSTED_PROXIES", "::/0", "trusting everybody"),
    ],
)
def test_a_setting_that_makes_no_sense_is_one_line_that_names_it(variable: str, text: str, accepted: str) -> None:
    with pytest.raises(SettingError) as error:
        Settings.from_env({variable: text})
    assert variable in str(error.value)
    assert accepted in str(error.value)
    assert "\n" not in str(error.value)


Counting = Callable[..., LocalCounter]


@pytest.fixture
def counting(tmp_path: Path) -> Counting:
    """Makes a counter from settings; the system `exampl` is number 7."""

    def made(**environment: str) -> LocalCounter:
        settings = Settings.from_env({"PLURALSPEC_DATA": str(tmp_path), **environment})
        counter = open_counter(settings, {parse_system("exampl"): 7}.get, threads=False)
        assert isinstance(counter, LocalCounter)
        return counter

    return made


class Counted(NamedTuple):
    """What counting a request came to."""

    headers: dict[str, str]
    refusal: ApiError | None


def count(counter: LocalCounter, name: str, address: str, system: int | None = None) -> Counted:
    """Count a request of a client with this address, or of this system."""
    headers: list[Header] = []
    clients, refusal = counter.clients, None
    try:
        counter.count(name, clients.behind(scope(address)) if system is None else clients.system(system), headers)
    except ApiError as error:
        refusal = error
    return Counted({name.decode(): value.decode() for name, value in headers}, refusal)


def limit_of(counter: LocalCounter, name: str, address: str, system: int | None = None) -> str | None:
    """The limit that a request is told, or None when it is not counted."""
    return count(counter, name, address, system).headers.get("x-ratelimit-limit")


def test_the_headers_tell_the_limit_and_what_is_left_of_it(counting: Counting) -> None:
    told = count(counting(), "generic_get", "203.0.113.1").headers
    assert int(told.pop("x-ratelimit-reset")) > 1_700_000_000_000
    assert told == {"x-ratelimit-limit": "10", "x-ratelimit-remaining": "9", "x-ratelimit-scope": "generic_get"}


def test_past_the_limit_the_answer_is_429_with_the_time_to_wait(counting: Counting) -> None:
    counter = counting()
    counted = [count(counter, "generic_update", "203.0.113.1") for _ in range(4)]
    assert [each.refusal for each in counted[:3]] == [None] * 3
    refused = counted[3]
    assert isinstance(refused.refusal, TooManyRequests)
    assert refused.refusal.extra["scope"] == "generic_update"
    assert 0 < refused.refusal.extra["retry_after"] <= 334
    assert refused.headers["retry-after"] == "1"
    assert refused.headers["x-ratelimit-remaining"] == "0"


def test_systems_addresses_and_classes_are_counted_apart(counting: Counting) -> None:
    counter = counting(RATE_LIMITS="1")
    for name in RATE_LIMITS:
        for address, system in (("203.0.113.1", None), ("203.0.113.2", None), ("203.0.113.1", 1), ("203.0.113.1", 2)):
            assert count(counter, name, address, system).refusal is None


def test_a_system_is_one_client_wherever_it_comes_from(counting: Counting) -> None:
    counter = counting(RATE_LIMITS="1")
    count(counter, "message", "203.0.113.1", 1)
    assert count(counter, "message", "203.0.113.2", 1).refusal is not None


def test_limits_are_settings_by_class(counting: Counting) -> None:
    counter = counting(RATE_LIMITS="generic_get:20,message:5")
    assert [limit_of(counter, name, "203.0.113.1") for name in ("generic_get", "message")] == ["20", "5"]
    assert limit_of(counter, "generic_update", "203.0.113.1") == str(RATE_LIMITS["generic_update"])


def test_off_is_off(tmp_path: Path) -> None:
    settings = Settings.from_env({"PLURALSPEC_DATA": str(tmp_path), "RATE_LIMITS": "off"})
    assert open_counter(settings, lambda reference: None, threads=False) is None
    assert not list(tmp_path.iterdir())


def test_some_have_other_limits(counting: Counting) -> None:
    counter = counting(RATE_LIMIT_EXCEPTIONS="EXA-MPL=50 198.51.100.0/24=off 2001:db8::/32=message:7")
    assert limit_of(counter, "generic_get", "203.0.113.1", 7) == "50"
    assert limit_of(counter, "generic_get", "203.0.113.1", 8) == "10"
    assert limit_of(counter, "generic_get", "198.51.100.77") is None
    assert limit_of(counter, "generic_get", "198.51.100.77", 8) == "10"
    assert limit_of(counter, "message", "2001:db8::1") == "7"
    assert limit_of(counter, "generic_get", "2001:db8::1") == "10"


class Broken:
    """A store that cannot be reached, until it is mended."""

    def __init__(self) -> None:
        self.asked = 0
        self.mended = False

    def hit(self, key: bytes, limit: int, now_us: int, /) -> Decision:
        self.asked += 1
        if not self.mended:
            raise StoreUnavailable("out of reach")
        return Decision(True, 3, now_us // 1000 + 1, 0)

    def close(self) -> None:
        pass


@pytest.mark.parametrize("refuse", [False, True])
def test_a_store_that_fails_is_not_asked_by_each_request(refuse: bool, caplog: pytest.LogCaptureFixture) -> None:
    store = Broken()
    counter = LocalCounter(Clients(PROXIES, USUAL), store, Availability(refuse=refuse))
    with caplog.at_level(logging.ERROR):
        counted = [count(counter, "message", "203.0.113.1") for _ in range(100)]
    assert store.asked == 1
    assert [record.getMessage() for record in caplog.records] == [
        f"Requests are {'refused' if refuse else 'not counted'}: out of reach"
    ]
    expected = ServiceUnavailable if refuse else type(None)
    assert all(type(each.refusal) is expected for each in counted)
    assert counted[-1].headers["x-ratelimit-remaining"] == "10"
    asyncio.run(counter.close())


def test_a_store_that_is_back_is_asked_by_each_request_again(monkeypatch: pytest.MonkeyPatch) -> None:
    clock: Any = SimpleNamespace(time_ns=time.time_ns, seconds=100.0)
    clock.monotonic = lambda: clock.seconds
    monkeypatch.setattr(counting_module, "time", clock)
    store = Broken()
    counter = LocalCounter(Clients(PROXIES, USUAL), store, Availability(refuse=False))

    def remaining() -> list[str]:
        return [count(counter, "message", "203.0.113.1").headers["x-ratelimit-remaining"] for _ in range(5)]

    for outage in range(1, 4):
        assert (remaining(), store.asked) == (["10"] * 5, outage)
        clock.seconds += counting_module.PAUSE
    store.mended = True
    assert (remaining(), store.asked) == (["3"] * 5, 8)
    store.mended = False
    assert (remaining(), store.asked) == (["10"] * 5, 9)
    store.mended = True
    assert (remaining(), store.asked) == (["10"] * 5, 9)
    asyncio.run(counter.close())
