"""API keys: what each scope opens in each operation, and what is no key.

The table of scopes is written down here apart from the contract, by the headings of the documentation.
"""

import base64
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest

from tests.support import shapes
from tests.support.client import Answer, Client
from tests.support.home import CREATIONS, EVERY_OPERATION, OWNER_ONLY, PUBLIC_READS, Call, Home
from tests.support.keeper import Keeper, key_parts
from tests.support.problems import FORBIDDEN, FRONTERS_PRIVATE, MEMBER_LIST_PRIVATE, UNAUTHORIZED

TOPICS = ("system", "members", "groups", "fronters", "switches", "all")
LEVELS = ("publicread", "read", "write")
SCOPES = ("identify", *(f"{level}:{topic}" for level in LEVELS for topic in TOPICS))
OEMBEDS = [call for call in PUBLIC_READS if call.template.endswith("oembed.json")]
READS = [call for call in PUBLIC_READS if call not in OEMBEDS]
SYSTEM_READS = [call for call in READS if call.template.startswith("/systems/")]


def topics_of(call: Call) -> set[str]:
    """Which scopes cover an operation, beside `all`."""
    path = call.template.split("?")[0]
    if path.endswith("/fronters"):
        return {"fronters", "switches"}
    if "/switches" in path:
        return {"switches"}
    if path.startswith("/groups") or "/groups" in path:
        return {"groups"}
    if path.startswith("/members") or path.endswith("/members"):
        return {"members"}
    return {"system"} if path.startswith("/systems") else set()


def worth(scope: str, call: Call) -> int:
    """What a scope is worth in an operation: nothing, or how far in LEVELS it reaches."""
    level, _, topic = scope.partition(":")
    if scope == "identify":
        return 1 if (call.method, call.template) == ("GET", "/systems/{system}") else 0
    return LEVELS.index(level) + 1 if topic in topics_of(call) | {"all"} else 0


def test_table_of_scopes_is_the_one_of_the_documentation() -> None:
    covered = {(call.method, call.template.split("?")[0]): topics_of(call) for call in EVERY_OPERATION}
    assert covered["GET", "/systems/{system}/members"] == {"members"}
    assert covered["GET", "/systems/{system}/groups"] == covered["POST", "/members/{member}/groups/add"] == {"groups"}
    assert covered["GET", "/members/{member}/guilds/{guild}"] == {"members"}
    assert (
        covered["GET", "/systems/{system}/autoproxy"]
        == covered["GET", "/systems/{system}/guilds/{guild}"]
        == {"system"}
    )
    assert covered["GET", "/messages/{message}"] == set()
    assert covered["POST", "/systems/{system}/switches"] == {"switches"}


@dataclass(frozen=True)
class Secretive:
    """A system that hides all it can, with one of everything, and its keys: one for each scope."""

    home: Home
    keys: dict[str, Client]

    def me(self, call: Call) -> Call:
        """The same call with `@me` for the system."""
        return Call(call.method, call.template.replace("{system}", "@me"), call.body)


def new_home(keeper: Keeper) -> Home:
    """A system that hides all it can, with one of everything."""
    home = keeper.new_home()
    home.owner.patch("/systems/@me", shapes.FULL_SYSTEM).ok()
    home.owner.patch(home.path("/members/{member}"), shapes.FULL_MEMBER).ok()
    home.owner.patch(home.path("/groups/{group}"), shapes.FULL_GROUP).ok()
    home.owner.patch(home.path("/systems/@me/guilds/{guild}"), shapes.FULL_SYSTEM_GUILD).ok()
    home.owner.patch(home.path("/members/{member}/guilds/{guild}"), shapes.FULL_MEMBER_GUILD).ok()
    return home


@pytest.fixture(scope="module")
def secretive(keeper: Keeper) -> Secretive:
    """For what changes nothing."""
    home = new_home(keeper)
    return Secretive(home, {scope: keeper.new_key(home.owner, scope) for scope in SCOPES})


@pytest.fixture(scope="module")
def other(keeper: Keeper) -> Home:
    """Another system that hides all it can."""
    return new_home(keeper)


def outcome(answer: Answer, owners: Answer, strangers: Answer) -> str:
    """Which answer this is: the owner's, a stranger's, or a refusal for lack of scope."""
    if answer.status == 403 and answer.body == {"message": FORBIDDEN.message, "code": FORBIDDEN.code}:
        return "forbidden"
    known = {"owner's": owners, "stranger's": strangers}
    found = [name for name, each in known.items() if (answer.status, answer.raw) == (each.status, each.raw)]
    return found[0] if found else answer.story


# Reading


@pytest.mark.parametrize("call", READS, ids=str)
def test_owner_and_stranger_are_told_apart(secretive: Secretive, anonymous: Client, call: Call) -> None:
    owners, strangers = secretive.home.call(call, secretive.home.owner), secretive.home.call(call, anonymous)
    owners.ok()
    assert owners.raw != strangers.raw


@pytest.mark.parametrize("call", READS, ids=str)
def test_scopes_for_reading_the_own_system_by_reference(secretive: Secretive, anonymous: Client, call: Call) -> None:
    home = secretive.home
    owners, strangers = home.call(call, home.owner), home.call(call, anonymous)
    found = {scope: outcome(home.call(call, key), owners, strangers) for scope, key in secretive.keys.items()}
    assert found == {scope: "owner's" if worth(scope, call) >= 2 else "stranger's" for scope in SCOPES}


@pytest.mark.parametrize("call", SYSTEM_READS, ids=str)
def test_scopes_for_reading_the_own_system_by_me(secretive: Secretive, anonymous: Client, call: Call) -> None:
    home, by_me = secretive.home, secretive.me(call)
    owners, strangers = home.call(call, home.owner), home.call(call, anonymous)
    found = {scope: outcome(home.call(by_me, key), owners, strangers) for scope, key in secretive.keys.items()}
    expected = ("forbidden", "stranger's", "owner's", "owner's")
    assert found == {scope: expected[worth(scope, call)] for scope in SCOPES}


@pytest.mark.parametrize("call", READS, ids=str)
def test_scopes_for_reading_another_system(secretive: Secretive, other: Home, anonymous: Client, call: Call) -> None:
    owners, strangers = other.call(call, other.owner), other.call(call, anonymous)
    found = {scope: outcome(other.call(call, key), owners, strangers) for scope, key in secretive.keys.items()}
    assert found == dict.fromkeys(SCOPES, "stranger's")


@pytest.mark.parametrize("call", OEMBEDS, ids=str)
def test_scopes_do_not_matter_for_oembed(secretive: Secretive, anonymous: Client, call: Call) -> None:
    expected = secretive.home.call(call, anonymous).ok()
    for key in secretive.keys.values():
        assert secretive.home.call(call, key).ok() == expected
        assert secretive.home.call(secretive.me(call), key).ok() == expected


# What is the owner's alone

OWNER_READS = [call for call in OWNER_ONLY if call.method == "GET"]
WRITES = [call for call in OWNER_ONLY if call.method != "GET"]


@pytest.mark.parametrize("call", OWNER_READS, ids=str)
def test_scopes_for_reading_what_is_the_owners_alone(secretive: Secretive, call: Call) -> None:
    home = secretive.home
    owners = home.call(call, home.owner)
    owners.ok()
    for each in (call, secretive.me(call)):
        found = {scope: outcome(home.call(each, key), owners, owners) for scope, key in secretive.keys.items()}
        assert found == {scope: "owner's" if worth(scope, call) >= 2 else "forbidden" for scope in SCOPES}


@pytest.mark.parametrize("call", WRITES, ids=str)
def test_scopes_that_do_not_reach_for_writing(secretive: Secretive, call: Call) -> None:
    before = snapshot(secretive.home)
    for scope, key in secretive.keys.items():
        if worth(scope, call) < 3:
            for each in (call, secretive.me(call)):
                secretive.home.call(each, key).fails(FORBIDDEN)
    assert snapshot(secretive.home) == before


WRITING = [(call, scope) for call in WRITES for scope in SCOPES if worth(scope, call) == 3]


@pytest.mark.parametrize(("call", "scope"), WRITING, ids=[f"{call} with {scope}" for call, scope in WRITING])
def test_scopes_that_reach_for_writing(keeper: Keeper, home: Home, call: Call, scope: str) -> None:
    answer = home.call(call, keeper.new_key(home.owner, scope))
    no_content = call.method == "DELETE" or call.template.endswith(("/add", "/remove", "/overwrite"))
    assert answer.status == (204 if no_content else 200), answer.story


def test_every_operation_that_writes_has_a_topic_and_all() -> None:
    assert {str(call) for call, _ in WRITING} == {str(call) for call in WRITES}
    assert len(WRITING) == 2 * len(WRITES)


@pytest.mark.parametrize("call", [call for call in OWNER_ONLY if call not in CREATIONS], ids=str)
def test_scopes_for_what_is_another_owners_alone(secretive: Secretive, other: Home, call: Call) -> None:
    with_token = other.call(call, secretive.home.owner)
    assert with_token.status == 403
    for scope, key in secretive.keys.items():
        answer = other.call(call, key)
        if worth(scope, call) >= (2 if call.method == "GET" else 3):
            assert (answer.status, answer.raw) == (403, with_token.raw), scope
        else:
            answer.fails(FORBIDDEN)


def snapshot(home: Home) -> list[Any]:
    """All that a write could have changed."""
    ends = ("", "/settings", "/members", "/groups?with_members=true", "/switches", f"/guilds/{home.guild}")
    paths = [f"/systems/@me{end}" for end in (*ends, f"/autoproxy?guild_id={home.guild}")]
    return [home.owner.get(path).ok() for path in (*paths, home.path("/members/{member}/guilds/{guild}"))]


# Some of it in words


def test_publicread_gets_the_public_view_of_the_own_system(keeper: Keeper, owner: Client, anonymous: Client) -> None:
    owner.patch("/systems/@me", shapes.FULL_SYSTEM).ok()
    key = keeper.new_key(owner, "publicread:all")
    assert key.get("/systems/@me").ok() == anonymous.get(f"/systems/{owner.id}").ok()
    key.get("/systems/@me/members").fails(MEMBER_LIST_PRIVATE)
    key.get("/systems/@me/fronters").fails(FRONTERS_PRIVATE)


def test_identify_opens_the_own_system_only(keeper: Keeper, owner: Client) -> None:
    key = keeper.new_key(owner, "identify")
    assert key.get("/systems/@me").ok()["id"] == owner.id
    assert key.get("/systems/@me").ok()["privacy"] is None
    for end in ("/settings", "/members", "/groups", "/switches", "/fronters"):
        key.get(f"/systems/@me{end}").fails(FORBIDDEN)


def test_scopes_add_up(keeper: Keeper, owner: Client) -> None:
    key = keeper.new_key(owner, "write:members", "read:groups", "identify")
    member, group = key.new_member(), owner.new_group()
    assert key.get("/systems/@me/groups").ok() == [group]
    key.post(f"/groups/{group['id']}/members/add", [member["id"]]).fails(FORBIDDEN)
    assert key.get("/systems/@me").ok()["privacy"] is None
    key.patch("/systems/@me", {"name": "x"}).fails(FORBIDDEN)


def test_members_come_in_the_view_of_the_endpoints_own_scope(keeper: Keeper, owner: Client) -> None:
    member = owner.new_member(**shapes.FULL_MEMBER)
    group = owner.new_group(members=[member["id"]])
    switch = owner.new_switch(member["id"])
    fronters, switches = keeper.new_key(owner, "read:fronters"), keeper.new_key(owner, "read:switches")
    assert fronters.get("/systems/@me/fronters").ok() == switch
    assert switches.get("/systems/@me/fronters").ok() == switch
    assert switches.get(f"/systems/@me/switches/{switch['id']}").ok() == switch
    assert keeper.new_key(owner, "read:groups").get(f"/groups/{group['id']}/members").ok() == [member]
    assert fronters.get(f"/members/{member['id']}").ok()["privacy"] is None


# Keys as such


def test_key_has_the_documented_form(keeper: Keeper, owner: Client) -> None:
    key = keeper.new_key(owner, "read:members", "identify")
    assert re.fullmatch(r"Bearer pkapi:[A-Za-z0-9+/]+={0,2}:[A-Za-z0-9_-]{86}", str(key.token))
    payload = key_parts(key)
    assert payload.keys() == {"tid", "sid", "type", "scopes"}
    assert (payload["sid"], payload["type"], set(payload["scopes"])) == (
        owner.uuid,
        "user_created",
        {"read:members", "identify"},
    )
    assert str(UUID(payload["tid"])) == payload["tid"]


def test_system_has_any_number_of_keys(keeper: Keeper, owner: Client) -> None:
    made = [keeper.new_key(owner, "read:all") for _ in range(12)]
    assert len({key.token for key in made}) == 12
    assert [key.get("/systems/@me").ok()["id"] for key in made] == [owner.id] * 12


def test_deleted_key_stops_working_at_once(keeper: Keeper, owner: Client) -> None:
    owner.patch("/systems/@me", shapes.FULL_SYSTEM).ok()
    key, other_key = keeper.new_key(owner, "write:all"), keeper.new_key(owner, "write:all")
    for _ in range(20):  # whichever process answers, and whatever it remembers
        key.get("/systems/@me").ok()
    keeper.delete_key(key)
    for _ in range(20):
        key.get("/systems/@me").fails(UNAUTHORIZED)
    assert key.get(f"/systems/{owner.id}").ok()["privacy"] is None
    key.post("/members", {"name": "x"}).fails(UNAUTHORIZED)
    assert other_key.get("/systems/@me").ok()["id"] == owner.id
    assert owner.get("/systems/@me").ok()["id"] == owner.id


def test_stored_scopes_count_and_not_those_of_the_payload(keeper: Keeper, owner: Client) -> None:
    key = keeper.new_key(owner, "write:all")
    keeper.set_scopes(key, "read:members")
    key.patch("/systems/@me", {"name": "x"}).fails(FORBIDDEN)
    key.get("/systems/@me").fails(FORBIDDEN)
    assert key.get("/systems/@me/members").ok() == []
    keeper.set_scopes(key, "write:system")
    assert key.patch("/systems/@me", {"name": "x"}).ok()["name"] == "x"
    key.get("/systems/@me/members").fails(FORBIDDEN)


def resealed(token: str, **claims: Any) -> str:
    """The key with other claims and the old signature."""
    head, payload, signature = token.removeprefix("Bearer ").split(":")
    changed = json.loads(base64.b64decode(payload)) | claims
    return f"Bearer {head}:{base64.b64encode(json.dumps(changed).encode()).decode()}:{signature}"


def with_parts(token: str, *, payload: str | None = None, signature: str | None = None) -> str:
    """The key with another payload or signature."""
    head, old_payload, old_signature = token.removeprefix("Bearer ").split(":")
    return f"Bearer {head}:{payload or old_payload}:{signature or old_signature}"


NO_KEYS: dict[str, Callable[[str], str]] = {
    "without Bearer": lambda key: key.removeprefix("Bearer "),
    "behind Basic": lambda key: key.replace("Bearer", "Basic"),
    "without pkapi": lambda key: key.replace("pkapi:", ""),
    "with another prefix": lambda key: key.replace("pkapi", "pkapo"),
    "without signature": lambda key: key.rpartition(":")[0],
    "with an empty signature": lambda key: key.rpartition(":")[0] + ":",
    "with a short signature": lambda key: key[:-4],
    "with a long signature": lambda key: key + "AAAA",
    "with a padded signature": lambda key: key + "==",
    "with a signature of zeros": lambda key: with_parts(key, signature="A" * 86),
    "with a mirrored signature": lambda key: with_parts(key, signature=key[-86:-1][::-1] + "A"),
    "with other claims": lambda key: resealed(key, scopes=["write:all", "identify"]),
    "with the claims in another form": lambda key: resealed(key),
    "with no json": lambda key: with_parts(key, payload=base64.b64encode(b"nonsense").decode()),
    "with a list": lambda key: with_parts(key, payload=base64.b64encode(b"[]").decode()),
    "with no base64": lambda key: with_parts(key, payload="%%%%"),
    "with a further part": lambda key: key + ":AAAA",
    "very long": lambda key: with_parts(key, payload="A" * 20_000),
    "twice": lambda key: f"{key}, {key}",
}


@pytest.mark.parametrize("change", NO_KEYS.values(), ids=NO_KEYS)
def test_what_is_no_key_is_anonymous(keeper: Keeper, owner: Client, change: Callable[[str], str]) -> None:
    token = str(keeper.new_key(owner, "write:all").token)
    impostor = owner.identified(change(token))
    impostor.get("/systems/@me").fails(UNAUTHORIZED)
    impostor.patch(f"/systems/{owner.id}", {"name": "x"}).fails(UNAUTHORIZED)
    assert impostor.get(f"/systems/{owner.id}").ok()["privacy"] is None


def test_key_of_one_system_with_the_payload_of_another_is_anonymous(
    keeper: Keeper, owner: Client, stranger: Client
) -> None:
    own, foreign = str(keeper.new_key(owner, "write:all").token), str(keeper.new_key(stranger, "write:all").token)
    mixed = with_parts(own, payload=foreign.split(":")[1])
    owner.identified(mixed).get("/systems/@me").fails(UNAUTHORIZED)


def test_key_is_in_no_answer(keeper: Keeper, home: Home) -> None:
    key = keeper.new_key(home.owner, "write:all")
    signature = str(key.token).rpartition(":")[2].encode()
    for call in PUBLIC_READS:
        assert signature not in home.call(call, key).raw
