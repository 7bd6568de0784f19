"""Get Group Members. Adding, removing and overwriting are in test_membership."""

from tests.support import shapes
from tests.support.check import check
from tests.support.client import Client
from tests.support.problems import GROUP_NOT_FOUND


@check("groups/members/none", should="The members of an empty group are an empty list, for anybody.")
def test_group_without_members_has_an_empty_list(owner: Client, anonymous: Client) -> None:
    group = owner.new_group()
    for client in (owner, anonymous):
        assert client.get(f"/groups/{group['id']}/members").ok() == []


@check("groups/members/whole-members", must="Returns an array of member objects.")
def test_owner_sees_whole_members(owner: Client) -> None:
    member = owner.new_member(**shapes.FULL_MEMBER)
    owner.new_member()
    group = owner.new_group(members=[member["id"]])
    assert owner.get(f"/groups/{group['id']}/members").ok() == [member]
    assert owner.get(f"/groups/{group['uuid']}/members").ok() == [member]


@check("groups/members/public-view", should="Others see a group's members without what each of them hides.")
def test_stranger_sees_the_public_view_of_members(owner: Client, stranger: Client, anonymous: Client) -> None:
    member = owner.new_member(description="Likes tea", privacy={"description_privacy": "private"})
    group = owner.new_group(members=[member["id"]])
    public = {**member, "description": None, "privacy": None, "autoproxy_enabled": None}
    for client in (stranger, anonymous):
        assert client.get(f"/groups/{group['id']}/members").ok() == [public]


@check("groups/members/20004", should="The members of a group that does not exist are 404 with 20004.")
def test_unknown_group_is_404(anonymous: Client) -> None:
    anonymous.get("/groups/dddddd/members").fails(GROUP_NOT_FOUND)
