"""What may be wrong with a body before any of its keys is looked at, and what is not wrong."""

from typing import Any

import pytest

from tests.support import shapes
from tests.support.check import check
from tests.support.client import Client
from tests.support.home import WRITES, Call, Home, furnish
from tests.support.made import called
from tests.support.problems import BAD_REQUEST, invalid

# Guild settings take a guild that is known.
CALLS = [call for call in WRITES if call.method != "DELETE" and "/guilds/" not in call.template]
MALFORMED = (
    b'{"description": "x"',
    b'{"description": "x"}}',
    b"{'description': 'x'}",
    b'{"description": "x",}',
    b'{"description": NaN}',
    b'{"description": "a\nb"}',
    b'{"description": "\\x"}',
    b"description=x",
)
NOT_UTF8 = (b'{"description": "\xff"}', b'{"description": "\xed\xa0\x80"}', '{"description": "x"}'.encode("utf-16"))
LONE_SURROGATES = (
    rb'{"description": "\ud800"}',
    rb'{"description": "a\udc00b"}',
    rb'{"colour": "\ud800", "color": null}',
)


@pytest.fixture
def home(owner: Client) -> Home:
    """A member, a group and a switch, for paths to name."""
    return furnish(owner)


def refused(home: Home, *bodies: tuple[Call, bytes]) -> None:
    """Expect that each of these is a bad request, and that none of them changed anything."""
    for call, body in bodies:
        home.owner.send_json(call.method, home.path(call.template), body).fails(BAD_REQUEST)
    assert home.owner.get(home.path("/members/{member}")).ok() == home.member
    assert home.owner.get(home.path("/groups/{group}/members")).ok() == [home.member]


@pytest.fixture
def path(owner: Client) -> str:
    """That of a new member."""
    return f"/members/{owner.new_member()['id']}"


# What is no JSON


@check("bodies/malformed/everywhere", should="A body that is no JSON is `400: Bad Request`, whatever it is for.")
def test_malformed_json_is_400_everywhere(home: Home) -> None:
    refused(home, *((call, b"{" if isinstance(call.body, dict) else b"[") for call in CALLS))


@check("bodies/malformed/kinds", should="JSON that is cut off, has more after it or is nearly right is 400.")
def test_malformed_json_is_400(owner: Client, path: str) -> None:
    for content in MALFORMED:
        owner.send_json("PATCH", path, content).fails(BAD_REQUEST)
    assert owner.get(path).ok()["description"] is None


@check("bodies/malformed/not-utf-8", should="A body that is not UTF-8 is 400.")
def test_body_that_is_not_utf8_is_400(owner: Client, path: str) -> None:
    for content in NOT_UTF8:
        owner.send_json("PATCH", path, content).fails(BAD_REQUEST)


@check("bodies/malformed/lone-surrogates", may="A surrogate without its other half is no text: 400.")
def test_lone_surrogate_is_400(owner: Client, path: str) -> None:
    for content in LONE_SURROGATES:
        owner.send_json("PATCH", path, content).fails(BAD_REQUEST)


@check("bodies/empty", should="An empty body, or none at all, is 400 where one is needed.")
def test_empty_body_is_400(home: Home) -> None:
    calls = [
        call for call in CALLS if call.template in ("/members", "/members/{member}", "/groups/{group}/members/add")
    ]
    refused(home, *((call, content) for call in calls for content in (b"", b"\n")))
    home.owner.send("PATCH", f"/members/{home.member['id']}").fails(BAD_REQUEST)


# The outer type


@check(
    "bodies/outer-type/everywhere",
    should="An array where an object is expected, and an object where an array is, is `400: Bad Request`.",
)
def test_wrong_outer_type_is_400_everywhere(home: Home) -> None:
    refused(home, *((call, b"[]" if isinstance(call.body, dict) else b"{}") for call in CALLS))


@check("bodies/outer-type/scalars", should="Text, a number, true or null instead of an object or an array is 400.")
def test_scalar_is_400(home: Home) -> None:
    calls = [call for call in CALLS if call.template in ("/members/{member}", "/groups/{group}/members/overwrite")]
    refused(home, *((call, content) for call in calls for content in (b'"x"', b"5", b"true", b"null")))


# What is not wrong


@check("bodies/white-space", should="White space around JSON does not matter.")
def test_white_space_around_json_is_fine(owner: Client, path: str) -> None:
    assert owner.send_json("PATCH", path, b' \r\n\t{"pronouns" : "x" }\n').ok()["pronouns"] == "x"


@check("bodies/surrogate-pair", should="A pair of escaped surrogates is one character.")
def test_pair_of_surrogates_is_a_character(owner: Client, path: str) -> None:
    assert owner.send_json("PATCH", path, rb'{"pronouns": "\ud83e\udd8a"}').ok()["pronouns"] == "🦊"


@check("bodies/duplicate-keys", may="Of a key that is there twice the last counts.")
def test_last_of_duplicate_keys_counts(owner: Client, path: str) -> None:
    assert owner.send_json("PATCH", path, b'{"pronouns": 5, "pronouns": "last"}').ok()["pronouns"] == "last"
    owner.send_json("PATCH", path, b'{"pronouns": "good", "pronouns": true}').rejects(invalid("pronouns"))


@check("bodies/unknown-keys", should="Unknown keys are ignored, whatever they hold.")
def test_unknown_keys_are_ignored(owner: Client, path: str) -> None:
    fields = {
        "pronouns": "x",
        "colour": {"deep": [[[1.5, None]]]},
        "": "",
        "__proto__": {"name": "x"},
        "a" * 300: 1e300,
    }
    found = owner.patch(path, fields).ok()
    assert (found["pronouns"], found.keys() - shapes.MEMBER_KEYS) == ("x", set())


@check("bodies/nul-in-unknown-key", may="A NUL character in an unknown key does no harm.")
def test_nul_in_an_unknown_key_is_ignored(owner: Client, path: str) -> None:
    body = rb'{"a\u0000b": "c\u0000d", "pronouns": "x"}'
    assert owner.send_json("PATCH", path, body).ok()["pronouns"] == "x"


@check("bodies/nul-in-list", may="A reference with a NUL character is 400, or names nothing: 404.")
def test_nul_in_a_list_is_refused(home: Home) -> None:
    for path in (f"/groups/{home.group['id']}/members", f"/members/{home.member['id']}/groups"):
        answer = home.owner.send_json("POST", f"{path}/add", rb'["abc\u0000ef"]')
        assert answer.status in (400, 404), answer.story


@check("bodies/numbers", may="A number of any size in an unknown key is ignored or refused, and breaks nothing.")
def test_extreme_number_never_breaks_the_server(owner: Client, path: str) -> None:
    for number in ("1e400", "1" * 400):
        answer = owner.send_json("PATCH", path, f'{{"pronouns": "x", "padding": {number}}}')
        assert answer.status in (200, 400), answer.story


@check("bodies/nesting", may="Deep nesting in an unknown key is ignored or refused, and breaks nothing.")
def test_deep_nesting_never_breaks_the_server(owner: Client, path: str) -> None:
    nested = b"[" * 1000 + b"]" * 1000
    answer = owner.send_json("PATCH", path, b'{"pronouns": "x", "padding": ' + nested + b"}")
    assert answer.status in (200, 400), answer.story


# Round trips

ROUND_TRIPS: dict[str, dict[str, Any]] = {"member": shapes.FULL_MEMBER, "group": shapes.FULL_GROUP}


@check(
    "bodies/round-trip/member-and-group", should="What was read of a member or group can be sent back, and is the same."
)
@pytest.mark.parametrize("kind", ROUND_TRIPS)
def test_what_was_read_can_be_sent_back(owner: Client, kind: str) -> None:
    fresh = owner.post(f"/{kind}s", {"name": called("round")}).ok()
    path = f"/{kind}s/{fresh['id']}"
    assert owner.patch(path, fresh).ok() == fresh
    full = owner.patch(path, ROUND_TRIPS[kind]).ok()
    assert owner.patch(path, full).ok() == full
    assert owner.patch(path, fresh).ok() == fresh


@check(
    "bodies/round-trip/system", should="What was read of the system and its settings can be sent back, and is the same."
)
@pytest.mark.parametrize("path", ["/systems/@me", "/systems/@me/settings"])
def test_what_was_read_of_the_system_can_be_sent_back(owner: Client, path: str) -> None:
    before = owner.get(path).ok()
    assert owner.patch(path, before).ok() == before
    assert owner.get(path).ok() == before


@check("bodies/round-trip/guild", should="What was read of guild settings can be sent back, and is the same.")
def test_what_was_read_of_a_guild_can_be_sent_back(owner: Client, guild: str) -> None:
    for path in (f"/systems/@me/guilds/{guild}", f"/members/{owner.new_member()['id']}/guilds/{guild}"):
        before = owner.get(path).ok()
        assert owner.patch(path, before).ok() == before


@check(
    "bodies/round-trip/copies",
    should="What was read of a member or group can be sent as a new one, with ids of its own.",
)
@pytest.mark.parametrize("kind", ROUND_TRIPS)
def test_what_was_read_can_be_sent_as_new(owner: Client, kind: str) -> None:
    first = owner.post(f"/{kind}s", ROUND_TRIPS[kind]).ok()
    second = owner.post(f"/{kind}s", first).ok()
    by_server = ("id", "uuid", "created")
    assert shapes.without(second, *by_server) == shapes.without(first, *by_server)
    assert {key for key in by_server if second[key] == first[key]} == set()
