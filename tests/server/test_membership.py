"""Add, remove and overwrite, from either side, with every wrong body and every wrong reference for every action."""

from typing import Any

import pytest

from tests.support.client import Client
from tests.support.membership import ACTIONS, GROUP_MEMBERS, MEMBER_GROUPS, UNKNOWN_UUID, Target, ids
from tests.support.problems import BAD_REQUEST


@pytest.fixture(params=[GROUP_MEMBERS, MEMBER_GROUPS], ids=["group members", "member groups"])
def target(request: pytest.FixtureRequest, owner: Client) -> Target:
    """A group without members, and a member without groups."""
    return Target.new(request.param, owner)


every_action = pytest.mark.parametrize("action", ACTIONS)


def test_add_of_what_is_there_is_fine(target: Target) -> None:
    items = target.new_items(2)
    target.post("add", ids(items)).done()
    target.post("add", ids(items)).done()
    target.has(*items)
    third = target.new_items(1)
    target.post("add", ids(items + third)).done()
    target.has(*items, *third)


def test_remove_of_what_is_not_there_is_fine(target: Target) -> None:
    items = target.new_items(3)
    target.post("add", ids(items[:2])).done()
    target.post("remove", ids(items[1:])).done()
    target.has(items[0])


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
def test_target_may_be_named_by_uuid(owner: Client, action: str) -> None:
    group, member = owner.new_group(), owner.new_member()
    owner.post(f"/groups/{group['uuid']}/members/{action}", [member["id"]]).done()
    owner.post(f"/members/{member['uuid']}/groups/{action}", [group["id"]]).done()


def test_targets_are_apart(target: Target) -> None:
    items = target.new_items(2)
    other = Target.new(target.side, target.owner)
    other.post("add", ids(items)).done()
    target.post("overwrite", ids(items[:1])).done()
    target.post("remove", ids(items)).done()
    other.has(*items)
