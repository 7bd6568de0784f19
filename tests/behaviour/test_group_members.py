"""Get Group Members. Adding, removing and overwriting are in test_membership."""

from tests.support import shapes
from tests.support.client import Client
from tests.support.problems import GROUP_NOT_FOUND


def test_group_without_members_has_an_empty_list(owner: Client, anonymous: Client) -> None:
    group = owner.new_group()
    assert owner.get(f"/groups/{group['id']}/members").ok() == []
    assert anonymous.get(f"/groups/{group['id']}/members").ok() == []


def test_owner_sees_whole_members(owner: Client) -> None:
    member = owner.new_member(**shapes.FULL_MEMBER)
    group = owner.new_group(members=[member["id"]])
    assert owner.get(f"/groups/{group['id']}/members").ok() == [member]
    assert owner.get(f"/groups/{group['uuid']}/members").ok() == [member]


def test_stranger_sees_the_public_view_of_members(owner: Client, stranger: Client, anonymous: Client) -> None:
    member = owner.new_member(description="Likes tea", privacy={"description_privacy": "private"})
    group = owner.new_group(members=[member["id"]])
    public = {**member, "description": None, "privacy": None, "autoproxy_enabled": None}
    assert stranger.get(f"/groups/{group['id']}/members").ok() == [public]
    assert anonymous.get(f"/groups/{group['id']}/members").ok() == [public]


def test_only_members_of_the_group_are_listed(owner: Client) -> None:
    inside = owner.new_member()
    owner.new_member()
    group = owner.new_group(members=[inside["id"]])
    assert owner.get(f"/groups/{group['id']}/members").ok() == [inside]


def test_unknown_group_is_404(owner: Client) -> None:
    owner.get("/groups/dddddd/members").fails(GROUP_NOT_FOUND)
