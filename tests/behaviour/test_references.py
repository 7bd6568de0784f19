"""Section "references": the ways to name a system, a member, a group or a switch, in paths and in bodies."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.support.check import check
from tests.support.client import Client, part
from tests.support.made import past
from tests.support.problems import (
    GROUP_NOT_FOUND,
    GROUP_REF_NOT_FOUND,
    INVALID_SWITCH_ID,
    MEMBER_NOT_FOUND,
    MEMBER_REF_NOT_FOUND,
    SWITCH_NOT_ACCESSIBLE,
    SYSTEM_NOT_FOUND,
    UNAUTHORIZED,
    Problem,
)

UNKNOWN_UUID = "b6cb3e17-52d6-4f0a-8a4b-2f9b3a5f3d11"
KINDS = {"systems": SYSTEM_NOT_FOUND, "members": MEMBER_NOT_FOUND, "groups": GROUP_NOT_FOUND}
# What is no reference to a member or group at all, and must be "not found" and nothing else.
NO_FORM = {
    "unknown short id": "dddddd",
    "unknown uuid": UNKNOWN_UUID,
    "four letters": "abce",
    "seven letters": "abcefgh",
    "with a digit": "abc1ef",
    "letters outside ascii": "äbcéfg",
    "dots": "...a",
    "digits": "123456",
    "emoji": "🦊🦊🦊🦊🦊",
    "nul": "abcef\0",
    "sql": "' OR 1=1 --",
    "very long": "a" * 500,
    "uuid too short": UNKNOWN_UUID[:-1],
}

# One of each kind, as the path of its list has it: `systems`, `members`, `groups`.
Things = dict[str, Any]


@pytest.fixture
def things(owner: Client) -> Things:
    """Something of each kind that can be named."""
    return {"systems": {"id": owner.id, "uuid": owner.uuid}, "members": owner.new_member(), "groups": owner.new_group()}


def is_found_by(anonymous: Client, things: Things, key: str, *forms: Callable[[str], str]) -> None:
    """Expect that each of them is found by every form of its id or UUID."""
    for kind, thing in things.items():
        for form in forms:
            assert anonymous.get(f"/{kind}/{part(form(thing[key]))}").ok()["uuid"] == thing["uuid"]


def dashed(ref: str) -> str:
    """The display form of a short id."""
    return f"{ref[:3]}-{ref[3:]}"


# Paths


@check("references/system", must="systemRef can be a system's short (5-character) ID, a system's UUID")
def test_system_by_short_id_and_uuid(public: Client) -> None:
    found = public.get(f"/systems/{public.id}").ok()
    assert public.get(f"/systems/{found['uuid']}").ok() == found


@check("references/member", must="memberRef can be a member's short (5-character ID) or a member's UUID.")
def test_member_by_short_id_and_uuid(owner: Client, anonymous: Client) -> None:
    member = owner.new_member()
    for reference in (member["id"], member["uuid"]):
        assert owner.get(f"/members/{reference}").ok() == member
        assert anonymous.get(f"/members/{reference}").ok()["uuid"] == member["uuid"]


@check("references/group", must="groupRef can be a group's short (5-character ID) or a group's UUID.")
def test_group_by_short_id_and_uuid(owner: Client, anonymous: Client) -> None:
    group = owner.new_group()
    for reference in (group["id"], group["uuid"]):
        assert owner.get(f"/groups/{reference}").ok() == group
        assert anonymous.get(f"/groups/{reference}").ok()["uuid"] == group["uuid"]


@check("references/switch", must="switchRef must be a switch's UUID.")
def test_switch_by_uuid(owner: Client) -> None:
    switch = owner.new_switch(timestamp=past(1)[0])
    assert owner.get(f"/systems/@me/switches/{switch['id']}").ok() == switch


@check("references/short-id/form", should="Short ids are five or six letters, in lower case.")
def test_short_ids_are_five_or_six_letters(things: Things) -> None:
    assert [thing["id"] for thing in things.values() if not re.fullmatch("[a-z]{5,6}", thing["id"])] == []


@check("references/short-id/case", should="Short ids are the same in any case.")
def test_short_id_in_any_case(anonymous: Client, things: Things) -> None:
    is_found_by(anonymous, things, "id", str.upper, str.title)


@check("references/short-id/dashes", should="Dashes in a short id do not matter.")
def test_short_id_with_dashes(anonymous: Client, things: Things) -> None:
    is_found_by(anonymous, things, "id", dashed, lambda ref: dashed(ref).upper())


@check("references/short-id/spaces", should="Spaces around a short id do not matter.")
def test_short_id_with_spaces(anonymous: Client, things: Things) -> None:
    is_found_by(anonymous, things, "id", lambda ref: f" {ref}", lambda ref: f"  {dashed(ref)} ")


@check("references/uuid/case", should="UUIDs are the same in any case.")
def test_uuid_in_any_case(anonymous: Client, things: Things) -> None:
    is_found_by(anonymous, things, "uuid", str.upper)


@check("references/uuid/dashes", may="A UUID needs its dashes: without them nothing is found.")
def test_uuid_needs_its_dashes(anonymous: Client, things: Things) -> None:
    for kind, thing in things.items():
        anonymous.get(f"/{kind}/{thing['uuid'].replace('-', '')}").fails(KINDS[kind])


@check("references/me/spaces", may="Spaces around `@me` do not matter; it needs credentials all the same.")
def test_me_with_spaces_around_it(reader: Client, anonymous: Client) -> None:
    assert reader.get("/systems/%20@me%20").ok() == reader.get("/systems/@me").ok()
    anonymous.get("/systems/%20@me%20").fails(UNAUTHORIZED)


@check("references/me/escaped", should="`@me` may be escaped in the path.")
def test_me_with_its_sign_escaped(reader: Client) -> None:
    assert reader.send("GET", "/systems/%40me").ok() == reader.get("/systems/@me").ok()


@check("references/me/no-member-or-group", should="`@me` is no member and no group.")
def test_me_is_no_member_or_group(reader: Client) -> None:
    reader.get("/members/@me").fails(MEMBER_NOT_FOUND)
    reader.get("/groups/@me").fails(GROUP_NOT_FOUND)


@check("references/kinds-apart", should="An id of one kind names nothing of another kind.")
def test_each_kind_has_ids_of_its_own(anonymous: Client, things: Things) -> None:
    for kind, other in (("members", "systems"), ("groups", "members"), ("systems", "groups")):
        anonymous.get(f"/{kind}/{things[other]['uuid']}").fails(KINDS[kind])


@check("references/unknown", should="Whatever names nothing is 404 with the code of its kind, and never another error.")
@pytest.mark.parametrize(("kind", "problem"), KINDS.items(), ids=KINDS)
@pytest.mark.parametrize("ref", NO_FORM.values(), ids=NO_FORM)
def test_nothing_is_found_by_what_is_no_reference(anonymous: Client, kind: str, problem: Problem, ref: str) -> None:
    anonymous.get(f"/{kind}/{part(ref)}").fails(problem)


@check("references/unknown-account", should="A number that is no account of a system is 404 with 20001.")
@pytest.mark.parametrize("account", ["10000000000000001", "18446744073709551615", "18446744073709551616"])
def test_no_system_by_an_unknown_account(anonymous: Client, account: str) -> None:
    anonymous.get(f"/systems/{account}").fails(SYSTEM_NOT_FOUND)


@check("references/not-utf8", should="A path that is no UTF-8 names nothing: 404.")
def test_no_system_by_what_is_not_utf8(anonymous: Client) -> None:
    anonymous.get("/systems/%c3%28").fails(SYSTEM_NOT_FOUND)


@check("references/unknown/below-a-system", should="Everything below an unknown system is 404 with 20001.")
@pytest.mark.parametrize("end", ["settings", "members", "groups", "switches", "fronters", f"switches/{UNKNOWN_UUID}"])
def test_unknown_system_is_404_for_reading(anonymous: Client, end: str) -> None:
    anonymous.get(f"/systems/dddddd/{end}").fails(SYSTEM_NOT_FOUND)


@check("references/unknown/below-a-member-or-group", should="What is below an unknown member or group is 404, too.")
def test_unknown_member_or_group_is_404_for_reading(anonymous: Client) -> None:
    anonymous.get("/members/dddddd/groups").fails(MEMBER_NOT_FOUND)
    anonymous.get("/groups/dddddd/members").fails(GROUP_NOT_FOUND)


@check("references/unknown/to-write", should="To write to what does not exist is 404 with the code of its kind.")
def test_unknown_is_404_for_writing(owner: Client) -> None:
    owner.patch("/systems/dddddd/settings", {"pings_enabled": True}).fails(SYSTEM_NOT_FOUND)
    owner.post("/systems/dddddd/switches", {"members": []}).fails(SYSTEM_NOT_FOUND)
    owner.patch("/members/dddddd", {"color": "ff0000"}).fails(MEMBER_NOT_FOUND)
    owner.delete("/groups/dddddd").fails(GROUP_NOT_FOUND)


@check("references/switch/40006", should="What is no UUID names no switch: 400 with 40006, for every use.")
@pytest.mark.parametrize("ref", ["exampl", "@me", UNKNOWN_UUID.replace("-", ""), UNKNOWN_UUID + "0"])
def test_switch_by_what_is_no_uuid_is_400(reader: Client, ref: str) -> None:
    reader.get(f"/systems/@me/switches/{ref}").fails(INVALID_SWITCH_ID)


@check("references/switch/40006-to-write", should="What is no UUID names no switch: 400 with 40006, for every use.")
def test_switch_to_change_by_what_is_no_uuid_is_400(owner: Client) -> None:
    owner.patch("/systems/@me/switches/exampl", {"timestamp": past(1)[0]}).fails(INVALID_SWITCH_ID)
    owner.patch("/systems/@me/switches/exampl/members", []).fails(INVALID_SWITCH_ID)
    owner.delete("/systems/@me/switches/exampl").fails(INVALID_SWITCH_ID)


@check("references/switch/20008", should="An unknown UUID names no switch: 404 with 20008.")
def test_switch_by_unknown_uuid_is_404(reader: Client) -> None:
    reader.get(f"/systems/@me/switches/{UNKNOWN_UUID}").fails(SWITCH_NOT_ACCESSIBLE)


# Bodies


@check("references/bodies/short-id-and-uuid", must="Can be short IDs or UUIDs.")
def test_bodies_take_short_ids_and_uuids(owner: Client, things: Things) -> None:
    member, group = things["members"], things["groups"]
    by_group, by_member = f"/groups/{group['id']}/members", f"/members/{member['id']}/groups"
    for key in ("id", "uuid"):
        owner.post(f"{by_group}/add", [member[key]]).done()
        assert owner.get(by_group).ok() == [member]
        owner.post(f"{by_member}/remove", [group[key]]).done()
        assert owner.get(by_member).ok() == []
    for reference, moment in zip((member["id"], member["uuid"]), past(2)[::-1], strict=True):
        assert owner.new_switch(reference, timestamp=moment)["members"] == [member]


@check("references/bodies/unknown", should="What names nothing in a list is 404, with 20003 or 20005, and is named.")
def test_nothing_is_found_in_a_list_by_what_is_no_reference(owner: Client, things: Things) -> None:
    for what in ("unknown uuid", "letters outside ascii", "sql", "seven letters"):
        ref = NO_FORM[what]
        owner.post(f"/groups/{things['groups']['id']}/members/add", [ref]).fails(MEMBER_REF_NOT_FOUND.naming(ref))
        owner.post(f"/members/{things['members']['id']}/groups/add", [ref]).fails(GROUP_REF_NOT_FOUND.naming(ref))
    owner.post(f"/groups/{things['groups']['id']}/members/add", [""]).fails(MEMBER_REF_NOT_FOUND.naming(""))
