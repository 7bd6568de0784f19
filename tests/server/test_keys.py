"""API keys: their form, what ends them, and what is none. What each scope opens is in tests/test_scopes.py."""

import base64
import json
import re
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from tests.support import shapes
from tests.support.client import Client
from tests.support.home import PUBLIC_READS, Home
from tests.support.keeper import Keeper, key_parts
from tests.support.problems import FORBIDDEN, FRONTERS_PRIVATE, MEMBER_LIST_PRIVATE, UNAUTHORIZED

# Scopes, some of it in words


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
