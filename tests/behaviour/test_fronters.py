"""Get Current System Fronters."""

from tests.support import shapes
from tests.support.client import Client
from tests.support.problems import FRONTERS_PRIVATE, SYSTEM_NOT_FOUND

JANUARY, FEBRUARY = "2024-01-01T00:00:00Z", "2024-02-01T00:00:00Z"


def test_no_switch_at_all_is_204(owner: Client, stranger: Client, anonymous: Client) -> None:
    owner.get("/systems/@me/fronters").done()
    stranger.get(f"/systems/{owner.id}/fronters").done()
    anonymous.get(f"/systems/{owner.id}/fronters").done()


def test_newest_switch_by_timestamp_with_whole_members(owner: Client) -> None:
    first, second = owner.new_member(**shapes.FULL_MEMBER), owner.new_member("Bo")
    newest = owner.new_switch(second["id"], first["id"], timestamp=FEBRUARY)
    owner.new_switch(first["id"], timestamp=JANUARY)
    found = owner.get("/systems/@me/fronters").ok()
    assert found == {"id": newest["id"], "timestamp": FEBRUARY, "members": [second, first]}
    assert found.keys() == shapes.SWITCH_KEYS
    assert owner.get(f"/systems/{owner.uuid}/fronters").ok() == found


def test_switch_in_the_future_is_the_newest(owner: Client) -> None:
    future = owner.new_switch(owner.new_member()["id"], timestamp="2999-01-01T00:00:00Z")
    owner.new_switch()
    assert owner.get("/systems/@me/fronters").ok() == future


def test_switch_out_has_no_members(owner: Client, anonymous: Client) -> None:
    switch = owner.new_switch(timestamp=JANUARY)
    assert owner.get("/systems/@me/fronters").ok() == {"id": switch["id"], "timestamp": JANUARY, "members": []}
    assert anonymous.get(f"/systems/{owner.id}/fronters").ok() == switch


def test_stranger_sees_the_public_view_of_members(owner: Client, stranger: Client, anonymous: Client) -> None:
    member = owner.new_member(birthday="2000-01-01", privacy={"birthday_privacy": "private"})
    switch = owner.new_switch(member["id"], timestamp=JANUARY)
    public = {**switch, "members": [{**member, "birthday": None, "privacy": None, "autoproxy_enabled": None}]}
    assert stranger.get(f"/systems/{owner.id}/fronters").ok() == public
    assert anonymous.get(f"/systems/{owner.id}/fronters").ok() == public


def test_private_fronters_without_any_switch_are_403(owner: Client, stranger: Client, anonymous: Client) -> None:
    owner.patch("/systems/@me", {"privacy": {"front_privacy": "private"}}).ok()
    stranger.get(f"/systems/{owner.id}/fronters").fails(FRONTERS_PRIVATE)
    anonymous.get(f"/systems/{owner.id}/fronters").fails(FRONTERS_PRIVATE)
    owner.get("/systems/@me/fronters").done()


def test_fronters_are_of_the_one_system_only(owner: Client, stranger: Client) -> None:
    stranger.new_switch()
    owner.get("/systems/@me/fronters").done()


def test_unknown_system_is_404(owner: Client) -> None:
    owner.get("/systems/dddddd/fronters").fails(SYSTEM_NOT_FOUND)
