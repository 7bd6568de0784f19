"""System tokens: what they open, and what is no token."""

import base64
from collections.abc import Callable

import pytest

from tests.support import shapes
from tests.support.client import Client
from tests.support.home import PUBLIC_READS, Call, Home
from tests.support.keeper import Keeper
from tests.support.problems import UNAUTHORIZED
from tests.support.wire import exchange

NO_TOKENS: dict[str, Callable[[str], str]] = {
    "unknown": lambda _: base64.b64encode(b"x" * 48).decode(),
    "behind Bearer": lambda token: f"Bearer {token}",
    "behind Bot": lambda token: f"Bot {token}",
    "in the other case": str.swapcase,
    "one character short": lambda token: token[:-1],
    "one character long": lambda token: token + "A",
    "with another end": lambda token: token[:-1] + ("A" if token[-1] != "A" else "B"),
    "in quotes": lambda token: f'"{token}"',
    "twice": lambda token: f"{token},{token}",
    "nonsense": lambda _: "nonsense",
    "very long": lambda token: token * 100,
    "an api key in form": lambda _: "Bearer pkapi:e30=:AAAA",
    "Bearer alone": lambda _: "Bearer",
}
no_tokens = pytest.mark.parametrize("change", NO_TOKENS.values(), ids=NO_TOKENS)


def test_token_is_48_bytes_in_base64(owner: Client, stranger: Client) -> None:
    assert owner.token is not None
    assert len(owner.token) == 64
    assert len(base64.b64decode(owner.token, validate=True)) == 48
    assert owner.token != stranger.token


def test_token_opens_its_own_system(owner: Client, stranger: Client) -> None:
    assert owner.get("/systems/@me").ok()["uuid"] == owner.uuid
    assert stranger.get("/systems/@me").ok()["uuid"] == stranger.uuid


def test_new_token_ends_the_old_one(keeper: Keeper, owner: Client) -> None:
    renewed = keeper.new_token(owner)
    assert renewed.token != owner.token
    assert renewed.get("/systems/@me").ok()["uuid"] == owner.uuid
    owner.get("/systems/@me").fails(UNAUTHORIZED)
    assert owner.get(f"/systems/{owner.id}").ok()["privacy"] is None


@no_tokens
def test_what_is_no_token_is_anonymous_for_me(owner: Client, change: Callable[[str], str]) -> None:
    owner.identified(change(str(owner.token))).get("/systems/@me").fails(UNAUTHORIZED)


@no_tokens
def test_what_is_no_token_sees_the_public_view(owner: Client, change: Callable[[str], str]) -> None:
    owner.patch("/systems/@me", shapes.FULL_SYSTEM).ok()
    found = owner.identified(change(str(owner.token))).get(f"/systems/{owner.id}").ok()
    assert found.keys() == shapes.SYSTEM_KEYS
    assert (found["privacy"], found["description"]) == (None, None)


@no_tokens
def test_what_is_no_token_can_not_write(owner: Client, change: Callable[[str], str]) -> None:
    impostor = owner.identified(change(str(owner.token)))
    impostor.patch(f"/systems/{owner.id}", {"name": "x"}).fails(UNAUTHORIZED)
    impostor.post("/members", {"name": "x"}).fails(UNAUTHORIZED)
    assert owner.get("/systems/@me").ok()["name"] is None
    assert owner.get("/systems/@me/members").ok() == []


@pytest.mark.parametrize("value", [b"", b" ", b"\xff\xfe", "ünïcode".encode(), b"Bearer pkapi:\xff:\xff"])
def test_header_that_is_no_text_is_anonymous(base_url: str, owner: Client, value: bytes) -> None:
    headers = [("User-Agent", "x"), ("Authorization", value.decode("latin-1"))]
    assert exchange(base_url, "GET", f"/v2/systems/{owner.id}", headers).status == 200
    exchange(base_url, "GET", "/v2/systems/@me", headers).fails(UNAUTHORIZED)


@pytest.mark.parametrize("call", PUBLIC_READS, ids=str)
def test_public_reads_need_no_credentials(home: Home, anonymous: Client, call: Call) -> None:
    home.call(call, anonymous).ok()
    home.call(call, anonymous.identified("nonsense")).ok()


def test_token_in_the_query_or_a_cookie_is_none(owner: Client, anonymous: Client) -> None:
    anonymous.get("/systems/@me", token=str(owner.token), Authorization=str(owner.token)).fails(UNAUTHORIZED)
    anonymous.send("GET", "/systems/@me", headers={"Cookie": f"token={owner.token}"}).fails(UNAUTHORIZED)


@pytest.mark.parametrize("call", PUBLIC_READS, ids=str)
def test_token_is_in_no_answer(home: Home, call: Call) -> None:
    answer = home.call(call, home.owner)
    assert str(home.owner.token).encode() not in answer.raw
    assert str(home.owner.token) not in str(answer.headers)
