"""Get System Groups, Create, Get, Update and Delete Group."""

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
    GROUP_LIMIT_REACHED,
    GROUP_NOT_FOUND,
    NOT_OWN_GROUP,
    SYSTEM_NOT_FOUND,
    UNAUTHORIZED,
)

PUBLIC_FULL_GROUP = {**shapes.FULL_GROUP, "privacy": shapes.public(shapes.GROUP_PRIVACY)}
NOT_SETTABLE = {
    "id": "abcef",
    "uuid": "b6cb3e17-52d6-4f0a-8a4b-2f9b3a5f3d11",
    "system": "abcef",
    "created": "2020-01-01T00:00:00Z",
    "members": ["abcef"],
    "colour": "ff0000",
}


def given_by_server(group: dict[str, Any]) -> dict[str, Any]:
    """What a client cannot choose."""
    return {key: group[key] for key in ("id", "uuid", "created")}


# Create


def test_create_with_a_name_alone_gives_defaults(owner: Client) -> None:
    group = owner.new_group("Household")
    assert group == {**given_by_server(group), "name": "Household", "system": owner.id, **shapes.GROUP}
    assert group.keys() == shapes.GROUP_KEYS


def test_create_with_every_key(owner: Client) -> None:
    group = owner.new_group(**shapes.FULL_GROUP)
    assert group == {**given_by_server(group), "system": owner.id, **shapes.FULL_GROUP}


@pytest.mark.parametrize("fields", [{}, shapes.FULL_GROUP], ids=["name alone", "every key"])
def test_created_group_can_be_read(owner: Client, fields: dict[str, Any]) -> None:
    group = owner.new_group(**fields)
    assert owner.get(f"/groups/{group['id']}").ok() == group
    assert owner.get(f"/groups/{group['uuid']}").ok() == group


def test_create_sets_uuid_and_time(owner: Client) -> None:
    group = owner.new_group()
    assert str(UUID(group["uuid"])) == group["uuid"]
    assert abs(datetime.now(UTC) - datetime.fromisoformat(group["created"])) < timedelta(hours=1)


@pytest.mark.parametrize("key", NOT_SETTABLE)
def test_create_ignores_what_can_not_be_set(owner: Client, key: str) -> None:
    group = owner.post("/groups", {"name": "x", key: NOT_SETTABLE[key]}).ok()
    assert group.get(key) != NOT_SETTABLE[key]
    assert group.keys() == shapes.GROUP_KEYS


@pytest.mark.parametrize("privacy", [None, {}])
def test_create_without_privacy_is_public(owner: Client, privacy: Any) -> None:
    assert owner.new_group(privacy=privacy)["privacy"] == shapes.public(shapes.GROUP_PRIVACY)


@pytest.mark.parametrize("key", shapes.GROUP_PRIVACY)
def test_create_with_one_privacy_key_leaves_the_others_public(owner: Client, key: str) -> None:
    privacy = owner.new_group(privacy={key: "private"})["privacy"]
    assert privacy == shapes.public(shapes.GROUP_PRIVACY) | {key: "private"}


@pytest.mark.parametrize("key", [key for key in shapes.GROUP if key != "privacy"])
def test_create_with_null_is_like_create_without(owner: Client, key: str) -> None:
    assert owner.post("/groups", {"name": "x", key: None}).ok()[key] is None


def test_create_without_credentials_is_401(anonymous: Client) -> None:
    anonymous.post("/groups", {"name": "x"}).fails(UNAUTHORIZED)


def test_create_past_the_own_limit_is_40008(keeper: Keeper, owner: Client) -> None:
    keeper.set_limits(owner, groups=2)
    first = owner.new_group()
    owner.new_group()
    owner.post("/groups", {"name": "x"}).fails(GROUP_LIMIT_REACHED)
    assert len(owner.get("/systems/@me/groups").ok()) == 2
    owner.delete(f"/groups/{first['id']}").done()
    owner.new_group()
    owner.post("/groups", {"name": "x"}).fails(GROUP_LIMIT_REACHED)


def test_limit_does_not_hinder_updates_and_members(keeper: Keeper, owner: Client) -> None:
    keeper.set_limits(owner, groups=1)
    group = owner.new_group()
    assert owner.patch(f"/groups/{group['id']}", {"name": "x"}).ok()["name"] == "x"
    owner.new_member()


def test_default_limit_is_250_groups(owner: Client) -> None:
    for number in range(250):
        owner.new_group(str(number))
    owner.post("/groups", {"name": "one too many"}).fails(GROUP_LIMIT_REACHED)
    assert [group["name"] for group in owner.get("/systems/@me/groups").ok()] == [str(number) for number in range(250)]


# Get


def test_stranger_sees_every_public_key(owner: Client, stranger: Client, anonymous: Client) -> None:
    own = owner.new_group(**PUBLIC_FULL_GROUP)
    public = {**own, "privacy": None}
    assert stranger.get(f"/groups/{own['id']}").ok() == public
    assert anonymous.get(f"/groups/{own['id']}").ok() == public
    assert public.keys() == shapes.GROUP_KEYS


# Update


def test_patch_sets_every_key_and_answers_the_owner_view(owner: Client) -> None:
    group = owner.new_group()
    changed = owner.patch(f"/groups/{group['id']}", shapes.FULL_GROUP).ok()
    assert changed == {**group, **shapes.FULL_GROUP}
    assert owner.get(f"/groups/{group['id']}").ok() == changed


@pytest.mark.parametrize("key", ["name", *(key for key in shapes.GROUP if key != "privacy")])
def test_patch_of_one_key_keeps_the_others(owner: Client, key: str) -> None:
    path = f"/groups/{owner.new_group()['id']}"
    before = owner.patch(path, shapes.without(shapes.FULL_GROUP, key)).ok()
    value = shapes.FULL_GROUP[key]
    assert owner.patch(path, {key: value}).ok() == {**before, key: value}
    assert owner.get(path).ok() == {**before, key: value}


@pytest.mark.parametrize("key", [key for key in shapes.GROUP if key != "privacy"])
def test_patch_null_clears(owner: Client, key: str) -> None:
    full = owner.new_group(**shapes.FULL_GROUP)
    assert owner.patch(f"/groups/{full['id']}", {key: None}).ok() == {**full, key: None}
    assert owner.get(f"/groups/{full['id']}").ok() == {**full, key: None}


@pytest.mark.parametrize("key", shapes.GROUP_PRIVACY)
def test_patch_of_one_privacy_key_keeps_the_others(owner: Client, key: str) -> None:
    group = owner.new_group()
    expected = {**group, "privacy": group["privacy"] | {key: "private"}}
    assert owner.patch(f"/groups/{group['id']}", {"privacy": {key: "private"}}).ok() == expected
    assert owner.get(f"/groups/{group['id']}").ok() == expected


@pytest.mark.parametrize("key", shapes.GROUP_PRIVACY)
def test_patch_null_of_a_privacy_key_means_public(owner: Client, key: str) -> None:
    full = owner.new_group(**shapes.FULL_GROUP)
    changed = owner.patch(f"/groups/{full['id']}", {"privacy": {key: None}}).ok()
    assert changed["privacy"] == full["privacy"] | {key: "public"}


@pytest.mark.parametrize("key", NOT_SETTABLE)
def test_patch_ignores_what_can_not_be_set(owner: Client, key: str) -> None:
    group = owner.new_group()
    changed = owner.patch(f"/groups/{group['id']}", {key: NOT_SETTABLE[key], "name": "x"}).ok()
    assert changed == {**group, "name": "x"}
    assert owner.get(f"/groups/{group['id']}").ok() == changed


def test_patch_of_nothing_settable_is_400(owner: Client) -> None:
    group = owner.new_group()
    owner.patch(f"/groups/{group['id']}", NOT_SETTABLE).fails(BAD_REQUEST)
    assert owner.get(f"/groups/{group['id']}").ok() == group


def test_patch_leaves_other_groups_alone(owner: Client) -> None:
    first, second = owner.new_group("First"), owner.new_group("Second")
    owner.patch(f"/groups/{first['id']}", shapes.FULL_GROUP).ok()
    assert owner.get(f"/groups/{second['id']}").ok() == second


def test_patch_keeps_the_members(owner: Client) -> None:
    member = owner.new_member()
    group = owner.new_group(members=[member["id"]])
    owner.patch(f"/groups/{group['id']}", shapes.FULL_GROUP).ok()
    assert owner.get(f"/groups/{group['id']}/members").ok() == [member]


def test_patch_of_another_systems_group_is_403(home: Home, stranger: Client) -> None:
    stranger.patch(f"/groups/{home.group['id']}", {"name": "x"}).fails(NOT_OWN_GROUP)
    assert home.owner.get(f"/groups/{home.group['id']}").ok() == home.group


def test_patch_without_credentials_is_401(home: Home, anonymous: Client) -> None:
    anonymous.patch(f"/groups/{home.group['id']}", {"name": "x"}).fails(UNAUTHORIZED)
    assert home.owner.get(f"/groups/{home.group['id']}").ok() == home.group


def test_patch_of_unknown_group_is_404(owner: Client) -> None:
    owner.patch("/groups/dddddd", {"name": "x"}).fails(GROUP_NOT_FOUND)


# Delete


def test_delete_is_204_and_the_group_is_gone(owner: Client) -> None:
    group, other = owner.new_group(), owner.new_group()
    owner.delete(f"/groups/{group['id']}").done()
    owner.get(f"/groups/{group['id']}").fails(GROUP_NOT_FOUND)
    owner.get(f"/groups/{group['uuid']}/members").fails(GROUP_NOT_FOUND)
    owner.delete(f"/groups/{group['id']}").fails(GROUP_NOT_FOUND)
    assert owner.get("/systems/@me/groups").ok() == [other]


def test_delete_keeps_the_members(owner: Client) -> None:
    member = owner.new_member()
    group, other = owner.new_group(members=[member["id"]]), owner.new_group(members=[member["id"]])
    owner.delete(f"/groups/{group['uuid']}").done()
    assert owner.get(f"/members/{member['id']}").ok() == member
    assert owner.get(f"/members/{member['id']}/groups").ok() == [other]


def test_delete_of_another_systems_group_is_403(home: Home, stranger: Client) -> None:
    stranger.delete(f"/groups/{home.group['id']}").fails(NOT_OWN_GROUP)
    assert home.owner.get(f"/groups/{home.group['id']}").ok() == home.group


def test_delete_without_credentials_is_401(home: Home, anonymous: Client) -> None:
    anonymous.delete(f"/groups/{home.group['id']}").fails(UNAUTHORIZED)
    assert home.owner.get(f"/groups/{home.group['id']}").ok() == home.group


def test_delete_of_unknown_group_is_404(owner: Client) -> None:
    owner.delete("/groups/dddddd").fails(GROUP_NOT_FOUND)


# List


def test_list_of_an_empty_system_is_empty(owner: Client, anonymous: Client) -> None:
    assert owner.get("/systems/@me/groups").ok() == []
    assert anonymous.get(f"/systems/{owner.id}/groups").ok() == []


def test_list_has_whole_groups_by_creation(owner: Client) -> None:
    groups = [owner.new_group(name, description=name) for name in ("Zoo", "attic", "Barn", "Attic")]
    groups[0] = owner.patch(f"/groups/{groups[0]['id']}", {"color": "ff0000"}).ok()
    assert owner.get("/systems/@me/groups").ok() == groups
    assert owner.get(f"/systems/{owner.uuid}/groups").ok() == groups


def test_list_for_a_stranger_has_whole_groups_by_creation(owner: Client, stranger: Client, anonymous: Client) -> None:
    made = [owner.new_group(name, **shapes.without(PUBLIC_FULL_GROUP, "name")) for name in ("Zoo", "attic", "Barn")]
    public = [{**group, "privacy": None} for group in made]
    assert stranger.get(f"/systems/{owner.id}/groups").ok() == public
    assert anonymous.get(f"/systems/{owner.id}/groups").ok() == public


def test_list_has_groups_of_the_one_system_only(owner: Client, stranger: Client) -> None:
    mine, theirs = owner.new_group(), stranger.new_group()
    assert owner.get("/systems/@me/groups").ok() == [mine]
    assert stranger.get("/systems/@me/groups").ok() == [theirs]


def test_list_of_unknown_system_is_404(owner: Client) -> None:
    owner.get("/systems/dddddd/groups").fails(SYSTEM_NOT_FOUND)


@pytest.mark.parametrize("value", ["true", "True", "TRUE", "tRuE"])
def test_with_members_adds_member_uuids(owner: Client, anonymous: Client, value: str) -> None:
    first, second = owner.new_member(), owner.new_member()
    full = owner.new_group(members=[second["id"], first["id"]])
    empty = owner.new_group()
    expected = [{**full, "members": [first["uuid"], second["uuid"]]}, {**empty, "members": []}]
    assert owner.get("/systems/@me/groups", with_members=value).ok() == expected
    public = [{**group, "privacy": None} for group in expected]
    assert anonymous.get(f"/systems/{owner.id}/groups", with_members=value).ok() == public


@pytest.mark.parametrize("value", ["false", "False", "FALSE"])
def test_with_members_false_leaves_the_key_out(owner: Client, value: str) -> None:
    group = owner.new_group(members=[owner.new_member()["id"]])
    assert owner.get("/systems/@me/groups", with_members=value).ok() == [group]


@pytest.mark.parametrize("value", ["", "1", "0", "yes", "no", "null", "truee"])
def test_with_members_other_than_true_or_false_is_400(owner: Client, value: str) -> None:
    owner.send("GET", f"/systems/@me/groups?with_members={value}").fails(BAD_REQUEST)


def test_one_group_has_no_members_key(owner: Client) -> None:
    group = owner.new_group(members=[owner.new_member()["id"]])
    assert owner.get(f"/groups/{group['id']}").ok().keys() == shapes.GROUP_KEYS
