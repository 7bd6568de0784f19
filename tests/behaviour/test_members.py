"""Get System Members, Create, Get, Update and Delete Member."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from tests.support import shapes
from tests.support.client import Client
from tests.support.home import Home
from tests.support.keeper import Keeper
from tests.support.problems import (
    BAD_REQUEST,
    MEMBER_GUILD_NOT_FOUND,
    MEMBER_LIMIT_REACHED,
    MEMBER_NOT_FOUND,
    NOT_OWN_MEMBER,
    SYSTEM_NOT_FOUND,
    UNAUTHORIZED,
)

PUBLIC_FULL_MEMBER = {**shapes.FULL_MEMBER, "privacy": shapes.public(shapes.MEMBER_PRIVACY)}
NOT_SETTABLE = {
    "id": "abcef",
    "uuid": "b6cb3e17-52d6-4f0a-8a4b-2f9b3a5f3d11",
    "system": "abcef",
    "created": "2020-01-01T00:00:00Z",
    "message_count": 5,
    "last_message_timestamp": "2020-01-01T00:00:00Z",
    "autoproxy_enabled": False,
    "colour": "ff0000",
}
UNCLEARABLE = ("name", "keep_proxy", "tts", "privacy")


def given_by_server(member: dict[str, Any]) -> dict[str, Any]:
    """What a client cannot choose."""
    return {key: member[key] for key in ("id", "uuid", "created")}


# Create


def test_create_with_a_name_alone_gives_defaults(owner: Client) -> None:
    member = owner.new_member("Ayo")
    expected = {"name": "Ayo", "system": owner.id, **shapes.MEMBER, **shapes.MEMBER_COUNTS}
    assert member == {**given_by_server(member), **expected}
    assert member.keys() == shapes.MEMBER_KEYS


def test_create_with_every_key(owner: Client) -> None:
    member = owner.new_member(**shapes.FULL_MEMBER)
    expected = {"system": owner.id, **shapes.FULL_MEMBER, **shapes.MEMBER_COUNTS}
    assert member == {**given_by_server(member), **expected}


@pytest.mark.parametrize("fields", [{}, shapes.FULL_MEMBER], ids=["name alone", "every key"])
def test_created_member_can_be_read(owner: Client, fields: dict[str, Any]) -> None:
    member = owner.new_member(**fields)
    assert owner.get(f"/members/{member['id']}").ok() == member
    assert owner.get(f"/members/{member['uuid']}").ok() == member


def test_create_sets_uuid_and_time(owner: Client) -> None:
    member = owner.new_member()
    assert str(UUID(member["uuid"])) == member["uuid"]
    assert abs(datetime.now(UTC) - datetime.fromisoformat(member["created"])) < timedelta(hours=1)


def test_members_with_the_same_name_are_apart(owner: Client) -> None:
    first, second = owner.new_member("Ayo"), owner.new_member("Ayo")
    assert first["id"] != second["id"]
    assert first["uuid"] != second["uuid"]


@pytest.mark.parametrize("key", NOT_SETTABLE)
def test_create_ignores_what_can_not_be_set(owner: Client, key: str) -> None:
    member = owner.post("/members", {"name": "x", key: NOT_SETTABLE[key]}).ok()
    assert member.get(key) != NOT_SETTABLE[key]
    assert member.keys() == shapes.MEMBER_KEYS


@pytest.mark.parametrize("privacy", [None, {}])
def test_create_without_privacy_is_public(owner: Client, privacy: Any) -> None:
    assert owner.new_member(privacy=privacy)["privacy"] == shapes.public(shapes.MEMBER_PRIVACY)


@pytest.mark.parametrize("key", shapes.MEMBER_PRIVACY)
def test_create_with_one_privacy_key_leaves_the_others_public(owner: Client, key: str) -> None:
    privacy = owner.new_member(privacy={key: "private"})["privacy"]
    assert privacy == shapes.public(shapes.MEMBER_PRIVACY) | {key: "private"}


@pytest.mark.parametrize("key", [key for key in shapes.MEMBER if key not in UNCLEARABLE])
def test_create_with_null_is_like_create_without(owner: Client, key: str) -> None:
    assert owner.post("/members", {"name": "x", key: None}).ok()[key] == shapes.MEMBER[key]


def test_create_without_credentials_is_401(anonymous: Client) -> None:
    anonymous.post("/members", {"name": "x"}).fails(UNAUTHORIZED)


def test_create_past_the_own_limit_is_40007(keeper: Keeper, owner: Client) -> None:
    keeper.set_limits(owner, members=2)
    first = owner.new_member()
    owner.new_member()
    owner.post("/members", {"name": "x"}).fails(MEMBER_LIMIT_REACHED)
    assert len(owner.get("/systems/@me/members").ok()) == 2
    owner.delete(f"/members/{first['id']}").done()
    owner.new_member()
    owner.post("/members", {"name": "x"}).fails(MEMBER_LIMIT_REACHED)


def test_limit_does_not_hinder_updates_and_groups(keeper: Keeper, owner: Client) -> None:
    keeper.set_limits(owner, members=1)
    member = owner.new_member()
    assert owner.patch(f"/members/{member['id']}", {"name": "x"}).ok()["name"] == "x"
    owner.new_group()


def test_default_limit_is_1000_members(owner: Client) -> None:
    for number in range(1000):
        owner.post("/members", {"name": str(number)}).ok()
    owner.post("/members", {"name": "one too many"}).fails(MEMBER_LIMIT_REACHED)
    assert [member["name"] for member in owner.get("/systems/@me/members").ok()] == [
        str(number) for number in range(1000)
    ]


# Get


def test_stranger_sees_every_public_key(owner: Client, stranger: Client, anonymous: Client) -> None:
    own = owner.new_member(**PUBLIC_FULL_MEMBER)
    public = shapes.changed(own, privacy=None, autoproxy_enabled=None)
    assert stranger.get(f"/members/{own['id']}").ok() == public
    assert anonymous.get(f"/members/{own['id']}").ok() == public
    assert public.keys() == shapes.MEMBER_KEYS


def test_counts_of_messages_are_shown(keeper: Keeper, owner: Client, anonymous: Client) -> None:
    member = owner.new_member()
    values = {"message_count": 12, "last_message_timestamp": "2024-02-03T04:05:06.789Z", "autoproxy_enabled": False}
    keeper.set_member(member["uuid"], **values)
    assert owner.get(f"/members/{member['id']}").ok() == {**member, **values}
    public = {**member, **values, "autoproxy_enabled": None, "privacy": None}
    assert anonymous.get(f"/members/{member['id']}").ok() == public


# Update


def test_patch_sets_every_key_and_answers_the_owner_view(owner: Client) -> None:
    member = owner.new_member()
    changed = owner.patch(f"/members/{member['id']}", shapes.FULL_MEMBER).ok()
    assert changed == {**member, **shapes.FULL_MEMBER}
    assert owner.get(f"/members/{member['id']}").ok() == changed


@pytest.mark.parametrize("key", ["name", *(key for key in shapes.MEMBER if key != "privacy")])
def test_patch_of_one_key_keeps_the_others(owner: Client, key: str) -> None:
    path = f"/members/{owner.new_member()['id']}"
    before = owner.patch(path, shapes.without(shapes.FULL_MEMBER, key)).ok()
    value = shapes.FULL_MEMBER[key]
    assert owner.patch(path, {key: value}).ok() == {**before, key: value}
    assert owner.get(path).ok() == {**before, key: value}


@pytest.mark.parametrize("key", [key for key in shapes.MEMBER if key not in UNCLEARABLE])
def test_patch_null_clears(owner: Client, key: str) -> None:
    full = owner.new_member(**shapes.FULL_MEMBER)
    cleared = {**full, key: shapes.MEMBER[key]}
    assert owner.patch(f"/members/{full['id']}", {key: None}).ok() == cleared
    assert owner.get(f"/members/{full['id']}").ok() == cleared


@pytest.mark.parametrize("key", shapes.MEMBER_PRIVACY)
def test_patch_of_one_privacy_key_keeps_the_others(owner: Client, key: str) -> None:
    member = owner.new_member()
    expected = {**member, "privacy": member["privacy"] | {key: "private"}}
    assert owner.patch(f"/members/{member['id']}", {"privacy": {key: "private"}}).ok() == expected
    assert owner.get(f"/members/{member['id']}").ok() == expected


@pytest.mark.parametrize("key", shapes.MEMBER_PRIVACY)
def test_patch_null_of_a_privacy_key_means_public(owner: Client, key: str) -> None:
    full = owner.new_member(**shapes.FULL_MEMBER)
    changed = owner.patch(f"/members/{full['id']}", {"privacy": {key: None}}).ok()
    assert changed["privacy"] == full["privacy"] | {key: "public"}


@pytest.mark.parametrize("key", NOT_SETTABLE)
def test_patch_ignores_what_can_not_be_set(owner: Client, key: str) -> None:
    member = owner.new_member()
    changed = owner.patch(f"/members/{member['id']}", {key: NOT_SETTABLE[key], "name": "x"}).ok()
    assert changed == {**member, "name": "x"}
    assert owner.get(f"/members/{member['id']}").ok() == changed


def test_patch_of_nothing_settable_is_400(owner: Client) -> None:
    member = owner.new_member()
    owner.patch(f"/members/{member['id']}", NOT_SETTABLE).fails(BAD_REQUEST)
    assert owner.get(f"/members/{member['id']}").ok() == member


def test_patch_leaves_other_members_alone(owner: Client) -> None:
    first, second = owner.new_member("First"), owner.new_member("Second")
    owner.patch(f"/members/{first['id']}", shapes.FULL_MEMBER).ok()
    assert owner.get(f"/members/{second['id']}").ok() == second


def test_patch_of_another_systems_member_is_403(home: Home, stranger: Client) -> None:
    stranger.patch(f"/members/{home.member['id']}", {"name": "x"}).fails(NOT_OWN_MEMBER)
    assert home.owner.get(f"/members/{home.member['id']}").ok() == home.member


def test_patch_without_credentials_is_401(home: Home, anonymous: Client) -> None:
    anonymous.patch(f"/members/{home.member['id']}", {"name": "x"}).fails(UNAUTHORIZED)
    assert home.owner.get(f"/members/{home.member['id']}").ok() == home.member


def test_patch_of_unknown_member_is_404(owner: Client) -> None:
    owner.patch("/members/dddddd", {"name": "x"}).fails(MEMBER_NOT_FOUND)


# Delete


def test_delete_is_204_and_the_member_is_gone(owner: Client) -> None:
    member, other = owner.new_member(), owner.new_member()
    owner.delete(f"/members/{member['id']}").done()
    owner.get(f"/members/{member['id']}").fails(MEMBER_NOT_FOUND)
    owner.get(f"/members/{member['uuid']}").fails(MEMBER_NOT_FOUND)
    owner.delete(f"/members/{member['id']}").fails(MEMBER_NOT_FOUND)
    assert owner.get("/systems/@me/members").ok() == [other]


def test_delete_by_uuid(owner: Client) -> None:
    member = owner.new_member()
    owner.delete(f"/members/{member['uuid']}").done()
    owner.get(f"/members/{member['id']}").fails(MEMBER_NOT_FOUND)


def test_deleted_member_leaves_its_groups(owner: Client) -> None:
    stays, goes = owner.new_member(), owner.new_member()
    group = owner.new_group(members=[stays["id"], goes["id"]])
    owner.delete(f"/members/{goes['id']}").done()
    assert owner.get(f"/groups/{group['id']}/members").ok() == [stays]
    assert owner.get("/systems/@me/groups", with_members="true").ok() == [{**group, "members": [stays["uuid"]]}]


def test_deleted_member_leaves_past_switches_which_stay(owner: Client) -> None:
    stays, goes = owner.new_member(), owner.new_member()
    alone = owner.new_switch(goes["id"], timestamp="2024-01-01T00:00:00Z")
    both = owner.new_switch(goes["id"], stays["id"], timestamp="2024-01-02T00:00:00Z")
    owner.delete(f"/members/{goes['id']}").done()
    assert owner.get("/systems/@me/switches").ok() == [
        {"id": both["id"], "timestamp": both["timestamp"], "members": [stays["id"]]},
        {"id": alone["id"], "timestamp": alone["timestamp"], "members": []},
    ]
    assert owner.get(f"/systems/@me/switches/{both['id']}").ok() == {**both, "members": [stays]}
    assert owner.get("/systems/@me/fronters").ok() == {**both, "members": [stays]}


def test_deleted_member_leaves_its_guild_settings(home: Home, keeper: Keeper) -> None:
    other = home.owner.new_member()
    home.owner.get(f"/members/{other['id']}/guilds/{home.guild}").ok()
    keeper.forget_message(home.message["id"])
    home.owner.delete(home.path("/members/{member}")).done()
    home.owner.get(home.path("/members/{member}/guilds/{guild}")).fails(MEMBER_NOT_FOUND)
    third = home.owner.new_member()
    home.owner.get(f"/members/{third['id']}/guilds/{home.guild}").fails(MEMBER_GUILD_NOT_FOUND)
    home.owner.get(f"/members/{other['id']}/guilds/{home.guild}").ok()


def test_messages_of_a_deleted_member_stay_with_nobody(home: Home) -> None:
    before = home.owner.get(f"/messages/{home.message['id']}").ok()
    home.owner.delete(home.path("/members/{member}")).done()
    after = {**before, "member": None, "system": None}
    assert home.owner.get(f"/messages/{home.message['id']}").ok() == after
    assert home.owner.get(f"/messages/{home.message['original']}").ok() == after


def test_delete_of_another_systems_member_is_403(home: Home, stranger: Client) -> None:
    stranger.delete(f"/members/{home.member['id']}").fails(NOT_OWN_MEMBER)
    assert home.owner.get(f"/members/{home.member['id']}").ok() == home.member


def test_delete_without_credentials_is_401(home: Home, anonymous: Client) -> None:
    anonymous.delete(f"/members/{home.member['id']}").fails(UNAUTHORIZED)
    assert home.owner.get(f"/members/{home.member['id']}").ok() == home.member


def test_delete_of_unknown_member_is_404(owner: Client) -> None:
    owner.delete("/members/dddddd").fails(MEMBER_NOT_FOUND)


# List


def test_list_of_an_empty_system_is_empty(owner: Client, anonymous: Client) -> None:
    assert owner.get("/systems/@me/members").ok() == []
    assert anonymous.get(f"/systems/{owner.id}/members").ok() == []


def test_list_has_whole_members_by_creation(owner: Client) -> None:
    members = [owner.new_member(name, description=name) for name in ("Zoe", "ayo", "Bo", "Ayo")]
    members[0] = owner.patch(f"/members/{members[0]['id']}", {"pronouns": "x"}).ok()
    assert owner.get("/systems/@me/members").ok() == members
    assert owner.get(f"/systems/{owner.uuid}/members").ok() == members


def test_list_for_a_stranger_has_whole_members_by_creation(owner: Client, stranger: Client, anonymous: Client) -> None:
    made = [owner.new_member(name, **shapes.without(PUBLIC_FULL_MEMBER, "name")) for name in ("Zoe", "ayo", "Bo")]
    public = [{**member, "privacy": None, "autoproxy_enabled": None} for member in made]
    assert stranger.get(f"/systems/{owner.id}/members").ok() == public
    assert anonymous.get(f"/systems/{owner.id}/members").ok() == public


def test_list_has_members_of_the_one_system_only(owner: Client, stranger: Client) -> None:
    mine = owner.new_member()
    theirs = stranger.new_member()
    assert owner.get("/systems/@me/members").ok() == [mine]
    assert stranger.get("/systems/@me/members").ok() == [theirs]


def test_list_of_unknown_system_is_404(owner: Client) -> None:
    owner.get("/systems/dddddd/members").fails(SYSTEM_NOT_FOUND)
