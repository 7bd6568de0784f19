"""Get Current System Fronters. The newest switch is always one that the check makes now."""

from tests.support import shapes
from tests.support.check import check
from tests.support.client import Client
from tests.support.made import called, past, visible
from tests.support.problems import SYSTEM_NOT_FOUND

FRONTERS = "/systems/@me/fronters"


@check("fronters/get/full-members", must="Returns a switch object containing a list of member objects.")
def test_newest_switch_with_whole_members(owner: Client) -> None:
    first, second = owner.new_member(**shapes.FULL_MEMBER), owner.new_member(called("Bo"))
    newest = owner.new_switch(second["id"], first["id"])
    found = owner.get(FRONTERS).ok()
    assert found == {"id": newest["id"], "timestamp": newest["timestamp"], "members": [second, first]}
    assert owner.get(f"/systems/{owner.uuid}/fronters").ok() == found


@check("fronters/get/newest-by-timestamp", should="Fronters are those of the switch with the latest timestamp.")
def test_older_switch_made_later_changes_nothing(owner: Client) -> None:
    ref = owner.new_member()["id"]
    newest = owner.new_switch(ref)
    owner.new_switch(timestamp=past(1)[0])
    assert owner.get(FRONTERS).ok() == newest


@check("fronters/get/switch-out", should="After a switch-out there is a switch without members.")
def test_switch_out_has_no_members(owner: Client, anonymous: Client) -> None:
    visible(owner, "front_privacy")
    owner.new_switch(owner.new_member()["id"])
    switch = owner.new_switch()
    assert switch["members"] == []
    assert owner.get(FRONTERS).ok() == switch
    assert anonymous.get(f"/systems/{owner.id}/fronters").ok() == switch


@check(
    "privacy/fronters/members",
    must="For fields with specific privacy settings (e.g. descriptions), the field will simply contain null",
)
def test_stranger_sees_the_public_view_of_members(owner: Client, stranger: Client, anonymous: Client) -> None:
    visible(owner, "front_privacy")
    member = owner.new_member(birthday="2000-01-01", privacy={"birthday_privacy": "private"})
    owner.new_switch(member["id"])
    for viewer in (stranger, anonymous):
        (shown,) = viewer.get(f"/systems/{owner.id}/fronters").ok()["members"]
        assert (shown["id"], shown["birthday"], shown["privacy"]) == (member["id"], None, None)


@check("fronters/get/20001", should="An unknown system is 404 with 20001.")
def test_unknown_system_is_404(anonymous: Client) -> None:
    anonymous.get("/systems/dddddd/fronters").fails(SYSTEM_NOT_FOUND)
