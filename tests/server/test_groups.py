"""Groups, where it takes limits or an empty system; and every key on its own."""

import pytest

from tests.support import shapes
from tests.support.client import Client
from tests.support.keeper import Keeper
from tests.support.problems import BAD_REQUEST, GROUP_LIMIT_REACHED

NULLABLE = [key for key, value in shapes.GROUP.items() if value is None]


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


@pytest.mark.parametrize("key", shapes.GROUP_PRIVACY)
def test_one_privacy_key_leaves_the_others_public(owner: Client, key: str) -> None:
    one = shapes.public(shapes.GROUP_PRIVACY) | {key: "private"}
    assert owner.new_group(privacy={key: "private"})["privacy"] == one
    group = owner.new_group()
    changed = owner.patch(f"/groups/{group['id']}", {"privacy": {key: "private"}}).ok()
    assert changed == {**group, "privacy": one}
    assert owner.patch(f"/groups/{group['id']}", {"privacy": {key: None}}).ok() == group


@pytest.mark.parametrize("key", NULLABLE)
def test_patch_null_clears_one_key_alone(owner: Client, key: str) -> None:
    full = owner.new_group(**shapes.FULL_GROUP)
    assert owner.patch(f"/groups/{full['id']}", {key: None}).ok() == {**full, key: None}
    assert owner.get(f"/groups/{full['id']}").ok() == {**full, key: None}


def test_patch_leaves_other_groups_alone(owner: Client) -> None:
    first, second = owner.new_group(), owner.new_group()
    owner.patch(f"/groups/{first['id']}", shapes.FULL_GROUP).ok()
    assert owner.get(f"/groups/{second['id']}").ok() == second


def test_list_of_an_empty_system_is_empty(owner: Client, anonymous: Client) -> None:
    assert owner.get("/systems/@me/groups").ok() == []
    assert anonymous.get(f"/systems/{owner.id}/groups").ok() == []


def test_lists_of_two_systems_are_apart(owner: Client, stranger: Client) -> None:
    mine, theirs = owner.new_group(), stranger.new_group()
    assert owner.get("/systems/@me/groups").ok() == [mine]
    assert stranger.get("/systems/@me/groups").ok() == [theirs]


@pytest.mark.parametrize("value", ["true", "True", "TRUE", "tRuE", "false", "False", "FALSE"])
def test_with_members_in_any_case(owner: Client, anonymous: Client, value: str) -> None:
    first, second = owner.new_member(), owner.new_member()
    full, empty = owner.new_group(members=[second["id"], first["id"]]), owner.new_group()
    shown = value.lower() == "true"
    members: list[dict[str, list[str]]] = [{"members": [first["uuid"], second["uuid"]]}, {"members": []}]
    expected = [group | more if shown else group for group, more in zip([full, empty], members, strict=True)]
    assert owner.get("/systems/@me/groups", with_members=value).ok() == expected
    public = [{**group, "privacy": None} for group in expected]
    assert anonymous.get(f"/systems/{owner.id}/groups", with_members=value).ok() == public


@pytest.mark.parametrize("value", ["", "1", "0", "yes", "no", "null", "truee"])
def test_with_members_other_than_true_or_false_is_400(owner: Client, value: str) -> None:
    owner.send("GET", f"/systems/@me/groups?with_members={value}").fails(BAD_REQUEST)
