"""Get Member Groups. Adding, removing and overwriting are in test_membership."""

from tests.support import shapes
from tests.support.client import Client
from tests.support.problems import MEMBER_NOT_FOUND


def test_member_without_groups_has_an_empty_list(owner: Client, anonymous: Client) -> None:
    member = owner.new_member()
    assert owner.get(f"/members/{member['id']}/groups").ok() == []
    assert anonymous.get(f"/members/{member['id']}/groups").ok() == []


def test_owner_sees_whole_groups(owner: Client) -> None:
    member = owner.new_member()
    group = owner.new_group(members=[member["id"]], **shapes.FULL_GROUP)
    assert owner.get(f"/members/{member['id']}/groups").ok() == [group]
    assert owner.get(f"/members/{member['uuid']}/groups").ok() == [group]


def test_stranger_sees_the_public_view_of_groups(owner: Client, stranger: Client, anonymous: Client) -> None:
    member = owner.new_member()
    group = owner.new_group(
        members=[member["id"]], description="Downstairs", privacy={"description_privacy": "private"}
    )
    public = {**group, "description": None, "privacy": None}
    assert stranger.get(f"/members/{member['id']}/groups").ok() == [public]
    assert anonymous.get(f"/members/{member['id']}/groups").ok() == [public]


def test_only_groups_of_the_member_are_listed(owner: Client) -> None:
    member = owner.new_member()
    owner.new_group()
    group = owner.new_group(members=[member["id"]])
    assert owner.get(f"/members/{member['id']}/groups").ok() == [group]


def test_unknown_member_is_404(owner: Client) -> None:
    owner.get("/members/dddddd/groups").fails(MEMBER_NOT_FOUND)
