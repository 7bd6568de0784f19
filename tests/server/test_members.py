"""Members, where it takes limits, messages or an empty system; and every key on its own."""

from typing import Any

import pytest

from tests.support import shapes
from tests.support.client import Client
from tests.support.home import Home
from tests.support.keeper import Keeper
from tests.support.problems import MEMBER_GUILD_NOT_FOUND, MEMBER_LIMIT_REACHED, MEMBER_NOT_FOUND

NULLABLE = [key for key, value in shapes.MEMBER.items() if value is None or value == []]


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


def test_counts_of_messages_are_shown(keeper: Keeper, owner: Client, anonymous: Client) -> None:
    member = owner.new_member()
    values = {"message_count": 12, "last_message_timestamp": "2024-02-03T04:05:06.789Z", "autoproxy_enabled": False}
    keeper.set_member(member["uuid"], **values)
    assert owner.get(f"/members/{member['id']}").ok() == {**member, **values}
    public = {**member, **values, "autoproxy_enabled": None, "privacy": None}
    assert anonymous.get(f"/members/{member['id']}").ok() == public


@pytest.mark.parametrize("key", shapes.MEMBER_PRIVACY)
def test_one_privacy_key_leaves_the_others_public(owner: Client, key: str) -> None:
    one = shapes.public(shapes.MEMBER_PRIVACY) | {key: "private"}
    assert owner.new_member(privacy={key: "private"})["privacy"] == one
    member = owner.new_member()
    changed = owner.patch(f"/members/{member['id']}", {"privacy": {key: "private"}}).ok()
    assert changed == {**member, "privacy": one}
    assert owner.patch(f"/members/{member['id']}", {"privacy": {key: None}}).ok() == member


@pytest.mark.parametrize("key", NULLABLE)
def test_patch_null_clears_one_key_alone(owner: Client, key: str) -> None:
    full = owner.new_member(**shapes.FULL_MEMBER)
    cleared = {**full, key: shapes.MEMBER[key]}
    assert owner.patch(f"/members/{full['id']}", {key: None}).ok() == cleared
    assert owner.get(f"/members/{full['id']}").ok() == cleared


def test_patch_leaves_other_members_alone(owner: Client) -> None:
    first, second = owner.new_member(), owner.new_member()
    owner.patch(f"/members/{first['id']}", shapes.FULL_MEMBER).ok()
    assert owner.get(f"/members/{second['id']}").ok() == second


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


def test_list_of_an_empty_system_is_empty(owner: Client, anonymous: Client) -> None:
    assert owner.get("/systems/@me/members").ok() == []
    assert anonymous.get(f"/systems/{owner.id}/members").ok() == []


def test_lists_of_two_systems_are_apart(owner: Client, stranger: Client) -> None:
    members: list[Any] = [client.new_member() for client in (owner, stranger)]
    assert owner.get("/systems/@me/members").ok() == members[:1]
    assert stranger.get("/systems/@me/members").ok() == members[1:]
