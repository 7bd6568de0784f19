"""What may be wrong with a body before any of its keys is looked at: every mistake for every operation."""

import json
from typing import Any

import pytest

from tests.support import shapes
from tests.support.client import Client
from tests.support.home import WRITES, Call, Home
from tests.support.problems import BAD_REQUEST, invalid

WITH_OBJECT = [call for call in WRITES if isinstance(call.body, dict)]
WITH_LIST = [call for call in WRITES if isinstance(call.body, list)]
PATCHES = [
    call for call in WITH_OBJECT if call.method == "PATCH" and not call.template.endswith("/switches/{switch}")
]  # moving a switch has a wording of its own for what is missing
MALFORMED = (
    b"{",
    b"[",
    b'{"name": "x"',
    b'{"name": "x"}}',
    b'{"name": "x"} {}',
    b"{'name': 'x'}",
    b'{name: "x"}',
    b'{"name": "x",}',
    b'["x",]',
    b'{"name": x}',
    b'{"name": NaN}',
    b'{"name": Infinity}',
    b'{"name": 01}',
    b'{"name": "a\nb"}',
    b'{"name": "\\x"}',
    b'{"name": "\\u12"}',
    b"nonsense",
    b"\x00",
)
NOT_UTF8 = (b'{"name": "\xff"}', b'{"name": "\xc3"}', b'{"name": "\xed\xa0\x80"}', '{"name": "x"}'.encode("utf-16"))
LONE_SURROGATES = (
    rb'{"name": "\ud800"}',
    rb'{"name": "a\udc00b"}',
    rb'{"colour": "\ud800"}',
    rb'{"\ud800": 1, "name": "x"}',
)


def refused(home: Home, call: Call, content: bytes) -> None:
    """Expect that this body is a bad request and leaves everything as it was."""
    before = snapshot(home)
    home.owner.send_json(call.method, home.path(call.template), content).fails(BAD_REQUEST)
    assert snapshot(home) == before


def snapshot(home: Home) -> list[Any]:
    """Everything that a write could have changed."""
    paths = ["", "/settings", "/members", "/groups?with_members=true", "/switches", f"/autoproxy?guild_id={home.guild}"]
    paths += [f"/guilds/{home.guild}"]
    answers = [home.owner.get(f"/systems/@me{path}").ok() for path in paths]
    return [*answers, home.owner.get(home.path("/members/{member}/guilds/{guild}")).ok()]


@pytest.mark.parametrize("call", [*WITH_OBJECT, *WITH_LIST], ids=str)
@pytest.mark.parametrize("content", [b"{", b"[", b"nonsense"])
def test_malformed_json_is_400_everywhere(home: Home, call: Call, content: bytes) -> None:
    refused(home, call, content)


@pytest.mark.parametrize("content", [*MALFORMED, *NOT_UTF8], ids=repr)
def test_malformed_json_is_400(owner: Client, content: bytes) -> None:
    owner.send_json("PATCH", "/systems/@me", content).fails(BAD_REQUEST)
    owner.send_json("POST", "/members", content).fails(BAD_REQUEST)
    assert owner.get("/systems/@me").ok()["name"] is None
    assert owner.get("/systems/@me/members").ok() == []


@pytest.mark.parametrize("call", [*WITH_OBJECT, *WITH_LIST], ids=str)
@pytest.mark.parametrize("content", [b"", b" ", b"\n"])
def test_empty_body_is_400(home: Home, call: Call, content: bytes) -> None:
    refused(home, call, content)


@pytest.mark.parametrize("call", [*WITH_OBJECT, *WITH_LIST], ids=str)
def test_no_body_at_all_is_400(home: Home, call: Call) -> None:
    home.owner.send(call.method, home.path(call.template)).fails(BAD_REQUEST)


@pytest.mark.parametrize("call", WITH_OBJECT, ids=str)
@pytest.mark.parametrize("value", [[], [{}], "x", 5, True, None], ids=repr)
def test_what_is_no_object_is_400_where_one_is_needed(home: Home, call: Call, value: Any) -> None:
    refused(home, call, json.dumps(value).encode())


@pytest.mark.parametrize("call", WITH_LIST, ids=str)
@pytest.mark.parametrize("value", [{}, {"members": []}, "x", 5, True, None], ids=repr)
def test_what_is_no_list_is_400_where_one_is_needed(home: Home, call: Call, value: Any) -> None:
    refused(home, call, json.dumps(value).encode())


@pytest.mark.parametrize("call", PATCHES, ids=str)
@pytest.mark.parametrize("value", [{}, {"colour": "x"}, {"id": "abcef", "uuid": "x", "created": "x"}], ids=repr)
def test_patch_without_settable_key_is_400(home: Home, call: Call, value: Any) -> None:
    refused(home, call, json.dumps(value).encode())


@pytest.mark.parametrize("content", LONE_SURROGATES, ids=repr)
def test_lone_surrogate_is_400(owner: Client, content: bytes) -> None:
    owner.send_json("PATCH", "/systems/@me", content).fails(BAD_REQUEST)
    owner.send_json("POST", "/members", content).fails(BAD_REQUEST)


@pytest.mark.parametrize("call", WITH_LIST, ids=str)
def test_lone_surrogate_in_a_list_is_400(home: Home, call: Call) -> None:
    refused(home, call, rb'["\ud800"]')


def test_escaped_nul_is_an_error_of_the_key(owner: Client) -> None:
    owner.send_json("PATCH", "/systems/@me", rb'{"name": "a\u0000b", "tag": "x"}').rejects(invalid("name"))
    owner.send_json("POST", "/members", rb'{"name": "\u0000"}').rejects(invalid("name"))


@pytest.mark.parametrize("call", WITH_LIST, ids=str)
def test_nul_in_a_list_is_refused(home: Home, call: Call) -> None:
    before = snapshot(home)
    answer = home.owner.send_json(call.method, home.path(call.template), rb'["abc\u0000ef"]')
    assert answer.status in (400, 404), answer.story
    assert snapshot(home) == before


def test_last_of_duplicate_keys_counts(owner: Client) -> None:
    assert owner.send_json("PATCH", "/systems/@me", b'{"name": "first", "name": "last"}').ok()["name"] == "last"
    assert owner.send_json("PATCH", "/systems/@me", b'{"name": 5, "name": "good"}').ok()["name"] == "good"
    owner.send_json("PATCH", "/systems/@me", b'{"name": "good", "name": 5}').rejects(invalid("name"))
    privacy = b'{"privacy": {"name_privacy": "private", "name_privacy": "public"}}'
    assert owner.send_json("PATCH", "/systems/@me", privacy).ok()["privacy"]["name_privacy"] == "public"


@pytest.mark.parametrize("depth", [100, 10_000, 200_000])
def test_deep_nesting_never_breaks_the_server(owner: Client, depth: int) -> None:
    nested = b"[" * depth + b"]" * depth
    answer = owner.send_json("PATCH", "/systems/@me", b'{"name": "x", "padding": ' + nested + b"}")
    assert answer.status in (200, 400), answer.story
    owner.send_json("POST", f"/groups/{owner.new_group()['id']}/members/add", nested).fails(BAD_REQUEST)


@pytest.mark.parametrize("number", ["1e400", "-1e400", "1" * 400, "0." + "1" * 400], ids=lambda number: number[:6])
def test_extreme_number_never_breaks_the_server(owner: Client, number: str) -> None:
    answer = owner.send_json("PATCH", "/systems/@me", f'{{"name": "x", "padding": {number}}}')
    assert answer.status in (200, 400), answer.story
    answer = owner.send_json("PATCH", "/systems/@me/settings", f'{{"latch_timeout": {number}}}')
    assert answer.status == 400, answer.story


def test_body_of_a_get_or_delete_is_not_needed(home: Home) -> None:
    home.owner.get("/systems/@me").ok()
    home.owner.delete(home.path("/groups/{group}")).done()


ROUND_TRIPS = {
    "/systems/{system}": shapes.FULL_SYSTEM,
    "/systems/{system}/settings": shapes.FULL_SETTINGS,
    "/systems/{system}/guilds/{guild}": shapes.FULL_SYSTEM_GUILD,
    "/members/{member}": shapes.FULL_MEMBER,
    "/members/{member}/guilds/{guild}": shapes.FULL_MEMBER_GUILD,
    "/groups/{group}": shapes.FULL_GROUP,
}


@pytest.mark.parametrize(("template", "full"), ROUND_TRIPS.items(), ids=ROUND_TRIPS)
def test_what_was_read_can_be_sent_back(home: Home, template: str, full: dict[str, Any]) -> None:
    path = home.path(template)
    fresh = home.owner.get(path).ok()
    assert home.owner.patch(path, fresh).ok() == fresh
    changed = home.owner.patch(path, full).ok()
    assert home.owner.patch(path, changed).ok() == changed
    assert home.owner.patch(path, fresh).ok() == fresh
