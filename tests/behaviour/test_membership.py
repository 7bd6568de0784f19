"""Add, remove and overwrite, seen from either side: the members of a group, and the groups of a member."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from tests.support.client import Answer, Client
from tests.support.problems import (
    BAD_REQUEST,
    GROUP_NOT_FOUND,
    GROUP_REF_NOT_FOUND,
    MEMBER_NOT_FOUND,
    MEMBER_REF_NOT_FOUND,
    NOT_OWN_GROUP,
    NOT_OWN_GROUP_REF,
    NOT_OWN_MEMBER,
    NOT_OWN_MEMBER_REF,
    UNAUTHORIZED,
    Problem,
)

UNKNOWN_UUID = "b6cb3e17-52d6-4f0a-8a4b-2f9b3a5f3d11"


@dataclass(frozen=True)
class Side:
    """One way to look at membership: a target, and the items that it has."""

    path: str
    new_target: Callable[[Client], Any]
    new_item: Callable[[Client], Any]
    target_not_found: Problem
    target_not_own: Problem
    item_not_found: Problem
    item_not_own: Problem


def new_member(client: Client) -> Any:
    return client.new_member()


def new_group(client: Client) -> Any:
    return client.new_group()


GROUP_MEMBERS = Side(
    "/groups/{ref}/members",
    new_group,
    new_member,
    GROUP_NOT_FOUND,
    NOT_OWN_GROUP,
    MEMBER_REF_NOT_FOUND,
    NOT_OWN_MEMBER_REF,
)
MEMBER_GROUPS = Side(
    "/members/{ref}/groups",
    new_member,
    new_group,
    MEMBER_NOT_FOUND,
    NOT_OWN_MEMBER,
    GROUP_REF_NOT_FOUND,
    NOT_OWN_GROUP_REF,
)


@dataclass(frozen=True)
class Target:
    """A fresh target of the owner's."""

    side: Side
    owner: Client
    id: str

    def path(self, action: str = "") -> str:
        return self.side.path.format(ref=self.id) + (f"/{action}" if action else "")

    def post(self, action: str, references: Any) -> Answer:
        return self.owner.post(self.path(action), references)

    def has(self, *items: Any) -> None:
        """Expect that the target has these and no others, in this order."""
        assert self.owner.get(self.path()).ok() == list(items)

    def new_items(self, count: int) -> list[Any]:
        return [self.side.new_item(self.owner) for _ in range(count)]


@pytest.fixture(params=[GROUP_MEMBERS, MEMBER_GROUPS], ids=["group members", "member groups"])
def target(request: pytest.FixtureRequest, owner: Client) -> Target:
    """A group without members, and a member without groups."""
    side: Side = request.param
    return Target(side, owner, side.new_target(owner)["id"])


every_action = pytest.mark.parametrize("action", ["add", "remove", "overwrite"])


def ids(items: list[Any]) -> list[str]:
    """Their short ids."""
    return [item["id"] for item in items]


def test_add_adds(target: Target) -> None:
    items = target.new_items(3)
    target.post("add", ids(items[:1])).done()
    target.has(items[0])
    target.post("add", ids(items[1:])).done()
    target.has(*items)


def test_add_of_what_is_there_is_fine(target: Target) -> None:
    items = target.new_items(2)
    target.post("add", ids(items)).done()
    target.post("add", ids(items)).done()
    target.has(*items)
    third = target.new_items(1)
    target.post("add", ids(items + third)).done()
    target.has(*items, *third)


def test_remove_removes(target: Target) -> None:
    items = target.new_items(3)
    target.post("add", ids(items)).done()
    target.post("remove", ids(items[:1])).done()
    target.has(*items[1:])
    target.post("remove", ids(items[1:])).done()
    target.has()


def test_remove_of_what_is_not_there_is_fine(target: Target) -> None:
    items = target.new_items(3)
    target.post("add", ids(items[:2])).done()
    target.post("remove", ids(items[1:])).done()
    target.has(items[0])


def test_overwrite_replaces(target: Target) -> None:
    items = target.new_items(3)
    target.post("overwrite", ids(items[:2])).done()
    target.has(*items[:2])
    target.post("overwrite", ids(items[1:])).done()
    target.has(*items[1:])


def test_overwrite_with_an_empty_list_removes_all(target: Target) -> None:
    target.post("add", ids(target.new_items(2))).done()
    target.post("overwrite", []).done()
    target.has()
    target.post("overwrite", []).done()


@pytest.mark.parametrize("action", ["add", "remove"])
def test_empty_list_is_400(target: Target, action: str) -> None:
    items = target.new_items(1)
    target.post("add", ids(items)).done()
    target.post(action, []).fails(BAD_REQUEST)
    target.has(*items)


def test_items_are_listed_by_creation(target: Target) -> None:
    items = target.new_items(4)
    target.post("add", [items[2]["id"]]).done()
    target.post("add", [items[3]["id"], items[0]["id"]]).done()
    target.has(items[0], items[2], items[3])
    target.post("overwrite", ids(items[::-1])).done()
    target.has(*items)


@pytest.mark.parametrize("action", ["add", "overwrite"])
def test_repeated_references_count_once(target: Target, action: str) -> None:
    (item,) = target.new_items(1)
    target.post(action, [item["id"], item["uuid"], item["id"].upper(), item["id"]]).done()
    target.has(item)


def test_repeated_references_are_removed_once(target: Target) -> None:
    first, second = target.new_items(2)
    target.post("add", ids([first, second])).done()
    target.post("remove", [first["id"], first["uuid"], first["id"]]).done()
    target.has(second)


@every_action
@pytest.mark.parametrize("ref", ["dddddd", UNKNOWN_UUID, "no reference", "it's"])
def test_unknown_reference_is_404_naming_it_and_nothing_changes(target: Target, action: str, ref: str) -> None:
    items = target.new_items(2)
    target.post("add", [items[0]["id"]]).done()
    target.post(action, [items[0]["id"], items[1]["id"], ref]).fails(target.side.item_not_found.naming(ref))
    target.has(items[0])


@every_action
def test_reference_of_another_system_is_403_naming_it_and_nothing_changes(
    target: Target, stranger: Client, action: str
) -> None:
    items = target.new_items(2)
    target.post("add", [items[0]["id"]]).done()
    foreign = target.side.new_item(stranger)
    for ref in (foreign["id"], foreign["uuid"]):
        target.post(action, [items[0]["id"], items[1]["id"], ref]).fails(target.side.item_not_own.naming(ref))
    target.has(items[0])


@every_action
@pytest.mark.parametrize("item", [None, 5, True, {}, [], {"id": "abcef"}])
def test_item_that_is_no_string_is_400(target: Target, action: str, item: Any) -> None:
    items = target.new_items(1)
    target.post("add", ids(items)).done()
    target.post(action, [item]).fails(BAD_REQUEST)
    target.post(action, [items[0]["id"], item]).fails(BAD_REQUEST)
    target.has(*items)


@every_action
@pytest.mark.parametrize("body", [{}, {"members": []}, "abcef", 5, None, True])
def test_body_that_is_no_list_is_400(target: Target, action: str, body: Any) -> None:
    items = target.new_items(1)
    target.post("add", ids(items)).done()
    target.post(action, body).fails(BAD_REQUEST)
    target.has(*items)


@every_action
def test_unknown_target_is_404(target: Target, action: str) -> None:
    (item,) = target.new_items(1)
    path = target.side.path.format(ref="dddddd")
    target.owner.post(f"{path}/{action}", [item["id"]]).fails(target.side.target_not_found)


@every_action
def test_target_of_another_system_is_403(target: Target, stranger: Client, action: str) -> None:
    foreign = target.side.new_item(stranger)
    stranger.post(target.path(action), [foreign["id"]]).fails(target.side.target_not_own)
    target.has()


@every_action
def test_without_credentials_is_401(target: Target, anonymous: Client, action: str) -> None:
    (item,) = target.new_items(1)
    anonymous.post(target.path(action), [item["id"]]).fails(UNAUTHORIZED)
    target.has()


@every_action
def test_target_may_be_named_by_uuid(owner: Client, action: str) -> None:
    group, member = owner.new_group(), owner.new_member()
    owner.post(f"/groups/{group['uuid']}/members/{action}", [member["id"]]).done()
    owner.post(f"/members/{member['uuid']}/groups/{action}", [group["id"]]).done()


def test_both_sides_see_the_same_membership(owner: Client) -> None:
    members, groups = [owner.new_member() for _ in range(2)], [owner.new_group() for _ in range(2)]
    owner.post(f"/groups/{groups[0]['id']}/members/add", ids(members)).done()
    assert owner.get(f"/members/{members[1]['id']}/groups").ok() == groups[:1]
    owner.post(f"/members/{members[1]['id']}/groups/overwrite", [groups[1]["id"]]).done()
    assert owner.get(f"/groups/{groups[0]['id']}/members").ok() == members[:1]
    assert owner.get(f"/groups/{groups[1]['id']}/members").ok() == members[1:]
    owner.post(f"/members/{members[0]['id']}/groups/remove", [groups[0]["id"]]).done()
    assert owner.get(f"/groups/{groups[0]['id']}/members").ok() == []


def test_targets_are_apart(target: Target) -> None:
    items = target.new_items(2)
    other = Target(target.side, target.owner, target.side.new_target(target.owner)["id"])
    other.post("add", ids(items)).done()
    target.post("overwrite", ids(items[:1])).done()
    target.post("remove", ids(items)).done()
    other.has(*items)
