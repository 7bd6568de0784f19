"""Get Member Groups. Adding, removing and overwriting are in test_membership."""

from tests.support import shapes
from tests.support.check import check
from tests.support.client import Client
from tests.support.made import visible
from tests.support.problems import MEMBER_NOT_FOUND


@check("members/groups/none", should="The groups of a member who is in none are an empty list.")
def test_member_without_groups_has_an_empty_list(owner: Client) -> None:
    assert owner.get(f"/members/{owner.new_member()['id']}/groups").ok() == []


@check("members/groups/whole-groups", should="A member's groups, and no others, are listed whole, by creation.")
def test_owner_sees_whole_groups(owner: Client) -> None:
    member = owner.new_member()
    first = owner.new_group(members=[member["id"]], **shapes.FULL_GROUP)
    owner.new_group()
    last = owner.new_group(members=[member["id"]])
    assert owner.get(f"/members/{member['id']}/groups").ok() == [first, last]
    assert owner.get(f"/members/{member['uuid']}/groups").ok() == [first, last]


@check("members/groups/public-view", should="Others see a member's groups without what each of them hides.")
def test_stranger_sees_the_public_view_of_groups(owner: Client, stranger: Client, anonymous: Client) -> None:
    visible(owner, "group_list_privacy")
    member = owner.new_member()
    group = owner.new_group(members=[member["id"]], description="x", privacy={"description_privacy": "private"})
    public = {**group, "description": None, "privacy": None}
    for client in (stranger, anonymous):
        assert client.get(f"/members/{member['id']}/groups").ok() == [public]


@check("members/groups/20002", should="The groups of a member that does not exist are 404 with 20002.")
def test_unknown_member_is_404(anonymous: Client) -> None:
    anonymous.get("/members/dddddd/groups").fails(MEMBER_NOT_FOUND)
