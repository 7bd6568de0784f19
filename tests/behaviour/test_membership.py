"""Add, remove and overwrite, seen from either side: the members of a group, and the groups of a member."""

from typing import Any

import pytest

from tests.support.check import check
from tests.support.client import Client
from tests.support.membership import ACTIONS, GROUP_MEMBERS, MEMBER_GROUPS, UNKNOWN_UUID, Side, Target, ids
from tests.support.problems import BAD_REQUEST, UNAUTHORIZED

Couple = list[tuple[Target, Any]]


@pytest.fixture(params=[GROUP_MEMBERS, MEMBER_GROUPS], ids=["group members", "member groups"])
def target(request: pytest.FixtureRequest, owner: Client) -> Target:
    """A group without members, and a member without groups."""
    return Target.new(request.param, owner)


@pytest.fixture
def couple(owner: Client) -> Couple:
    """A group and its one member: each as a target, with the item that it has."""
    member = owner.new_member()
    group = owner.new_group(members=[member["id"]])
    return [(Target(GROUP_MEMBERS, owner, group["id"]), member), (Target(MEMBER_GROUPS, owner, member["id"]), group)]


@pytest.fixture
def foreign(foreign_member: str, foreign_group: str) -> dict[Side, str]:
    """What another system has, by the side whose targets could have it."""
    return {GROUP_MEMBERS: foreign_member, MEMBER_GROUPS: foreign_group}


# Add


@check("membership/add/204", must="Returns 204 No Content on success.")
def test_add_adds(target: Target) -> None:
    items = target.new_items(2)
    target.post("add", ids(items[:1])).done()
    target.has(items[0])
    target.post("add", ids(items[1:])).done()
    target.has(*items)


@check("membership/add/again", should="Adding what is there already is fine, and changes nothing.")
def test_add_of_what_is_there_is_fine(couple: Couple) -> None:
    for target, item in couple:
        target.post("add", [item["id"]]).done()
        target.has(item)


# Remove


@check("membership/remove/204", must="Returns 204 No Content on success.")
def test_remove_removes(target: Target) -> None:
    items = target.new_items(2)
    target.post("add", ids(items)).done()
    target.post("remove", ids(items[:1])).done()
    target.has(items[1])


@check("membership/remove/absent", should="Removing what is not there is fine.")
def test_remove_of_what_is_not_there_is_fine(couple: Couple) -> None:
    for target, item in couple:
        target.post("remove", [item["id"]]).done()
        target.has()
    couple[0][0].post("remove", [couple[0][1]["id"]]).done()


# Overwrite


@check("membership/overwrite/204", must="Returns 204 No Content on success.")
def test_overwrite_replaces(target: Target) -> None:
    items = target.new_items(2)
    target.post("overwrite", ids(items[:1])).done()
    target.has(items[0])
    target.post("overwrite", ids(items[1:])).done()
    target.has(items[1])


@check("membership/overwrite/empty", must="(An empty list is accepted.)")
def test_overwrite_with_an_empty_list_removes_all(couple: Couple) -> None:
    for target, item in couple:
        target.post("overwrite", []).done()
        target.has()
        target.post("add", [item["id"]]).done()


# Lists


@check("membership/by-creation", should="What a group or member has is listed by creation, however it was added.")
def test_items_are_listed_by_creation(target: Target) -> None:
    items = target.new_items(2)
    for item in items[::-1]:
        target.post("add", [item["id"]]).done()
    target.has(*items)


@check("membership/both-sides", should="A group's members and a member's groups are two views of one thing.")
def test_both_sides_see_the_same_membership(owner: Client) -> None:
    members, groups = [owner.new_member() for _ in range(2)], [owner.new_group() for _ in range(2)]
    owner.post(f"/groups/{groups[0]['id']}/members/add", ids(members)).done()
    assert owner.get(f"/members/{members[1]['id']}/groups").ok() == groups[:1]
    owner.post(f"/members/{members[1]['id']}/groups/overwrite", [groups[1]["id"]]).done()
    assert owner.get(f"/groups/{groups[0]['id']}/members").ok() == members[:1]
    assert owner.get(f"/groups/{groups[1]['id']}/members").ok() == members[1:]
    owner.post(f"/members/{members[0]['id']}/groups/remove", [groups[0]["id"]]).done()
    assert owner.get(f"/groups/{groups[0]['id']}/members").ok() == []


# References


@check("membership/uuids", should="Groups and members can be named by UUID, in the path and in the list.")
def test_references_may_be_uuids(owner: Client) -> None:
    group, member = owner.new_group(), owner.new_member()
    owner.post(f"/groups/{group['uuid']}/members/add", [member["uuid"]]).done()
    assert owner.get(f"/groups/{group['id']}/members").ok() == [member]
    owner.post(f"/members/{member['uuid']}/groups/remove", [group["uuid"]]).done()
    assert owner.get(f"/groups/{group['id']}/members").ok() == []


@check(
    "membership/unknown-reference",
    should="An unknown reference is 404 with 20003 (member) or 20005 (group), which names it; nothing changes.",
)
def test_unknown_reference_is_404_naming_it_and_nothing_changes(couple: Couple) -> None:
    for target, item in couple:
        (other,) = target.new_items(1)
        for action, ref in zip(ACTIONS, ("dddddd", UNKNOWN_UUID, "no reference"), strict=True):
            references = [item["id"], other["id"], ref]
            target.post(action, references).fails(target.side.item_not_found.naming(ref))
        target.has(item)


@check(
    "membership/foreign-reference",
    should="Another system's member is 403 with 30008, its group with 30009, naming the reference; nothing changes.",
)
def test_reference_of_another_system_is_403_naming_it_and_nothing_changes(
    couple: Couple, foreign: dict[Side, str]
) -> None:
    for target, item in couple:
        (other,), ref = target.new_items(1), foreign[target.side]
        for action in ACTIONS:
            target.post(action, [item["id"], other["id"], ref]).fails(target.side.item_not_own.naming(ref))
        target.has(item)


# Bodies


@check("membership/empty-list", should="An empty list to add or to remove is `400: Bad Request`, and changes nothing.")
def test_empty_list_is_400(couple: Couple) -> None:
    for target, item in couple:
        for action in ("add", "remove"):
            target.post(action, []).fails(BAD_REQUEST)
        target.has(item)


@check(
    "membership/body",
    should="A body that is no list, or an item that is no string, is `400: Bad Request`; nothing changes.",
)
def test_body_that_is_no_list_of_strings_is_400(couple: Couple) -> None:
    for target, item in couple:
        bodies: list[Any] = [{"members": []}, [item["id"], 5], item["id"]]
        for action, body in zip(ACTIONS, bodies, strict=True):
            target.post(action, body).fails(BAD_REQUEST)
        target.has(item)


# Targets


@check("membership/unknown-target", should="A group that does not exist is 404 with 20004, a member with 20002.")
def test_unknown_target_is_404(couple: Couple) -> None:
    for target, item in couple:
        path = target.side.path.format(ref="dddddd")
        for action in ACTIONS:
            target.owner.post(f"{path}/{action}", [item["id"]]).fails(target.side.target_not_found)


@check(
    "membership/foreign-target",
    should="Changing what another system's group (30007) or member (30006) has is 403; nothing changes.",
)
def test_target_of_another_system_is_403(couple: Couple, stranger: Client, foreign: dict[Side, str]) -> None:
    for target, item in couple:
        for action in ACTIONS:
            stranger.post(target.path(action), [foreign[target.side]]).fails(target.side.target_not_own)
        target.has(item)


@check("membership/401", should="Adding, removing and overwriting need credentials: 401, and nothing changes.")
def test_without_credentials_is_401(couple: Couple, anonymous: Client) -> None:
    for target, item in couple:
        for action in ACTIONS:
            anonymous.post(target.path(action), [item["id"]]).fails(UNAUTHORIZED)
        target.has(item)
