"""Get System Switches, Create, Get, Update and Delete Switch, Update Switch Members.

The system may have a history: what is compared are switches of an hour long ago, by `before`; the newest is made now.
"""

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import pytest

from tests.support import shapes
from tests.support.check import check
from tests.support.client import Answer, Client
from tests.support.made import among, called, instant, past, rfc3339, visible
from tests.support.problems import (
    BAD_REQUEST,
    DUPLICATE_MEMBERS,
    FORBIDDEN,
    IDENTICAL_MEMBERS,
    MEMBER_REF_NOT_FOUND,
    MEMBERS_REQUIRED,
    NOT_OWN_MEMBER_REF,
    SWITCH_EXISTS,
    SWITCH_NOT_ACCESSIBLE,
    SYSTEM_NOT_FOUND,
    TIMESTAMP_REQUIRED,
    UNAUTHORIZED,
    FieldErrors,
    invalid,
)

SWITCHES = "/systems/@me/switches"
UNKNOWN_UUID = "b6cb3e17-52d6-4f0a-8a4b-2f9b3a5f3d11"


def in_list(switch: dict[str, Any]) -> dict[str, Any]:
    """The switch as lists show it: with short ids of its members."""
    return {**switch, "members": [member["id"] for member in switch["members"]]}


def just_after(timestamp: str) -> str:
    """A microsecond later, so that `before` includes the moment itself."""
    return rfc3339(instant(timestamp) + timedelta(microseconds=1))


def path_of(switch: dict[str, Any]) -> str:
    return f"{SWITCHES}/{switch['id']}"


@pytest.fixture
def members(owner: Client) -> list[Any]:
    """Two members."""
    return [owner.new_member(called(name)) for name in ("Ayo", "Bo")]


@pytest.fixture
def refs(members: list[Any]) -> list[str]:
    """Their short ids."""
    return [member["id"] for member in members]


@pytest.fixture
def member(owner: Client) -> Any:
    """One member, where it takes no more to make two switches that differ: the other one has nobody."""
    return owner.new_member()


@pytest.fixture
def ref(member: Any) -> str:
    """Its short id."""
    return str(member["id"])


# Create


@check("switches/create/answers-the-switch", should="The answer is the new switch, 200, with full member objects.")
def test_create_answers_the_switch_with_member_objects(owner: Client, members: list[Any], refs: list[str]) -> None:
    (moment,) = past(1)
    switch = owner.new_switch(*refs, timestamp=moment)
    assert switch.keys() == shapes.SWITCH_KEYS
    assert (instant(switch["timestamp"]), switch["members"]) == (instant(moment), members)
    assert str(UUID(switch["id"])) == switch["id"]
    assert owner.get(path_of(switch)).ok() == switch


@check("switches/create/keeps-order-of-members", should="The order of the members is kept, in every answer.")
def test_create_keeps_the_order_of_members(owner: Client, members: list[Any], refs: list[str]) -> None:
    switch = owner.new_switch(*refs[::-1])
    assert switch["members"] == members[::-1]
    assert owner.get(path_of(switch)).ok() == switch
    assert among(owner.get(SWITCHES, before=just_after(switch["timestamp"])).ok(), switch) == [in_list(switch)]
    assert owner.get("/systems/@me/fronters").ok() == switch


@check("switches/create/switch-out", must="members present in the switch (or empty list for switch-out)")
def test_create_with_no_members_is_a_switch_out(owner: Client) -> None:
    switch = owner.new_switch(timestamp=past(1)[0])
    assert switch["members"] == []
    assert owner.get(path_of(switch)).ok() == switch


@check("switches/create/timestamp-absent-is-now", must='Defaults to "now" when missing.')
def test_create_without_timestamp_is_now(owner: Client, ref: str) -> None:
    timestamp = owner.post(SWITCHES, {"members": [ref]}).ok()["timestamp"]
    assert abs(datetime.now(UTC) - instant(timestamp)) < timedelta(hours=1)


@check("switches/create/timestamp-null-is-now", should="A null timestamp counts as missing.")
def test_create_with_null_timestamp_is_now(owner: Client, ref: str) -> None:
    timestamp = owner.post(SWITCHES, {"members": [ref], "timestamp": None}).ok()["timestamp"]
    assert abs(datetime.now(UTC) - instant(timestamp)) < timedelta(hours=1)


@check("switches/create/future", should="A switch may start in the future, and is then the newest.")
def test_create_in_the_future_is_accepted(owner: Client, ref: str) -> None:
    future = owner.new_switch(ref, timestamp="2999-01-01T00:00:00Z")
    try:
        assert instant(future["timestamp"]).year == 2999
        assert owner.get("/systems/@me/fronters").ok() == future
    finally:  # whatever else is newest, for other checks, is made now
        owner.delete(path_of(future)).done()


@check("switches/create/microseconds", should="Timestamps keep their microseconds, and a microsecond tells two apart.")
def test_create_a_microsecond_apart_is_accepted(owner: Client, ref: str) -> None:
    (moment,) = past(1)
    first = owner.new_switch(timestamp=moment)
    second = owner.new_switch(ref, timestamp=just_after(moment))
    assert instant(second["timestamp"]) - instant(first["timestamp"]) == timedelta(microseconds=1)


BAD_BODIES: dict[str, tuple[dict[str, Any], list[FieldErrors]]] = {
    "empty": ({}, [MEMBERS_REQUIRED]),
    "members missing": ({"timestamp": "2003-01-01T00:00:00Z"}, [MEMBERS_REQUIRED]),
    "members null": ({"members": None}, [MEMBERS_REQUIRED]),
    "members no list": ({"members": "abcef"}, [invalid("members")]),
    "items no strings": ({"members": [None, "abcef", 5]}, [invalid("members[0]"), invalid("members[2]")]),
    "timestamp no time": ({"members": [], "timestamp": "soon"}, [invalid("timestamp")]),
    "all wrong": ({"members": [5], "timestamp": 5}, [invalid("members[0]"), invalid("timestamp")]),
}


@check("switches/create/40001", should="All that is wrong with a body is reported together, by key, as 40001.")
@pytest.mark.parametrize(("body", "errors"), BAD_BODIES.values(), ids=BAD_BODIES)
def test_create_with_a_bad_body_is_40001(owner: Client, body: dict[str, Any], errors: list[FieldErrors]) -> None:
    owner.post(SWITCHES, body).rejects(*errors)


@check("switches/create/40003", should="The same member twice, by whatever reference, is refused with 40003.")
def test_create_with_the_same_member_twice_is_40003(owner: Client, member: Any, ref: str) -> None:
    for twice in ([ref, ref], [ref, member["uuid"]]):
        owner.post(SWITCHES, {"members": twice}).fails(DUPLICATE_MEMBERS)


@check("switches/create/40003-display-form", may="The same member twice is found under display forms of its id, too.")
def test_create_with_a_display_form_of_the_same_member_is_40003(owner: Client, ref: str) -> None:
    for form in (ref.upper(), f"{ref[:3]}-{ref[3:]}"):
        owner.post(SWITCHES, {"members": [ref, form]}).fails(DUPLICATE_MEMBERS)


@check("switches/create/40005", should="A timestamp that a switch of the system has already is refused with 40005.")
def test_create_with_a_taken_timestamp_is_40005(owner: Client, ref: str) -> None:
    (moment,) = past(1)
    switch = owner.new_switch(ref, timestamp=moment)
    elsewhere = instant(moment).astimezone(timezone(timedelta(hours=2))).isoformat()
    for same in (moment, elsewhere):
        owner.post(SWITCHES, {"members": [], "timestamp": same}).fails(SWITCH_EXISTS)
    assert owner.get(path_of(switch)).ok() == switch


@check("switches/create/40004", should="The members of the newest switch, in the same order, are refused with 40004.")
def test_create_with_the_members_of_the_newest_switch_is_40004(
    owner: Client, members: list[Any], refs: list[str]
) -> None:
    switch = owner.new_switch(*refs[::-1])
    for same in (refs[::-1], [member["uuid"] for member in members[::-1]]):
        owner.post(SWITCHES, {"members": same}).fails(IDENTICAL_MEMBERS)
    assert owner.get("/systems/@me/fronters").ok() == switch


@check("switches/create/40004-switch-out", should="A switch-out right after a switch-out is refused with 40004.")
def test_create_with_no_members_after_a_switch_out_is_40004(owner: Client, ref: str) -> None:
    owner.new_switch(ref)
    owner.new_switch()
    owner.post(SWITCHES, {"members": []}).fails(IDENTICAL_MEMBERS)


@check("switches/create/other-order-is-other", should="The same members in another order are another switch.")
def test_create_with_the_same_members_in_another_order_is_accepted(owner: Client, refs: list[str]) -> None:
    owner.new_switch(*refs)
    assert in_list(owner.new_switch(*refs[::-1]))["members"] == refs[::-1]


@check("switches/create/40004-only-if-newest", should="40004 is only for a switch that would become the newest.")
def test_create_with_the_same_members_in_the_past_is_accepted(owner: Client, ref: str) -> None:
    owner.new_switch(ref)
    assert in_list(owner.new_switch(ref, timestamp=past(1)[0]))["members"] == [ref]


@check("switches/create/unknown-member", should="An unknown member is refused with 20003, which names it.")
def test_create_with_unknown_member_is_404_naming_it(owner: Client) -> None:
    for ref in ("dddddd", UNKNOWN_UUID):
        owner.post(SWITCHES, {"members": [ref]}).fails(MEMBER_REF_NOT_FOUND.naming(ref))


@check("switches/create/foreign-member", should="A member of another system is refused with 30008, which names it.")
def test_create_with_member_of_another_system_is_403_naming_it(owner: Client, foreign_member: str) -> None:
    owner.post(SWITCHES, {"members": [foreign_member]}).fails(NOT_OWN_MEMBER_REF.naming(foreign_member))


@check("switches/create/by-reference", must="systemRef can be a system's short (5-character) ID, a system's UUID")
def test_create_by_any_reference_of_the_own_system(owner: Client, ref: str) -> None:
    for reference, refs, moment in zip((owner.id, owner.uuid), ([], [ref]), past(2), strict=True):
        body = {"members": refs, "timestamp": moment}
        assert in_list(owner.post(f"/systems/{reference}/switches", body).ok())["members"] == refs


@check("switches/create/foreign-system", should="To switch for another system is refused with 403.")
def test_create_for_another_system_is_403(owner: Client, stranger: Client) -> None:
    stranger.post(f"/systems/{owner.id}/switches", {"members": []}).fails(FORBIDDEN)


# Get


@check("switches/get/full-members", must="Returns a switch object containing a list of member objects.")
def test_get_shows_whole_members(owner: Client) -> None:
    member = owner.new_member(**shapes.FULL_MEMBER)
    switch = owner.new_switch(member["id"], timestamp=past(1)[0])
    found = owner.get(path_of(switch)).ok()
    assert found["members"] == [member]
    assert found.keys() == shapes.SWITCH_KEYS


@check("switches/get/id-in-any-case", should="A UUID may be written in upper case.")
def test_get_by_id_in_upper_case(owner: Client) -> None:
    switch = owner.new_switch(timestamp=past(1)[0])
    assert owner.get(f"{SWITCHES}/{switch['id'].upper()}").ok() == switch


@check(
    "privacy/switch/members",
    must="For fields with specific privacy settings (e.g. descriptions), the field will simply contain null",
)
def test_get_for_a_stranger_shows_the_public_view_of_members(
    owner: Client, stranger: Client, anonymous: Client
) -> None:
    visible(owner, "front_history_privacy")
    member = owner.new_member(pronouns="she/her", privacy={"pronoun_privacy": "private"})
    switch = owner.new_switch(member["id"], timestamp=past(1)[0])
    for viewer in (stranger, anonymous):
        (shown,) = viewer.get(f"/systems/{owner.id}/switches/{switch['id']}").ok()["members"]
        assert (shown["id"], shown["pronouns"], shown["privacy"]) == (member["id"], None, None)


WRITES: tuple[tuple[str, str, Any], ...] = (
    ("PATCH", "", {"timestamp": "2003-01-01T00:00:00Z"}),
    ("PATCH", "/members", []),
    ("DELETE", "", None),
)


def ask(client: Client, method: str, path: str, body: Any) -> Answer:
    """Send the request, with the body if there is one."""
    return client.send(method, path) if body is None else client.send_json(method, path, json.dumps(body))


@check("switches/get/foreign-id", should="A switch of another system is not below one's own: 404 with 20008.")
def test_switch_of_another_system_is_404(owner: Client, stranger: Client) -> None:
    switch = owner.new_switch(timestamp=past(1)[0])
    stranger.get(path_of(switch)).fails(SWITCH_NOT_ACCESSIBLE)


@check("switches/foreign-system/403", should="To change a switch of another system is refused with 403.")
def test_writing_to_a_switch_under_another_system_is_403(owner: Client, stranger: Client) -> None:
    switch = owner.new_switch(timestamp=past(1)[0])
    for method, end, body in WRITES:
        ask(stranger, method, f"/systems/{owner.id}/switches/{switch['id']}{end}", body).fails(FORBIDDEN)
    assert owner.get(path_of(switch)).ok() == switch


@check("switches/anonymous/401", should="To change a switch needs credentials: 401.")
def test_writing_to_a_switch_without_credentials_is_401(owner: Client, anonymous: Client) -> None:
    switch = owner.new_switch(timestamp=past(1)[0])
    for method, end, body in WRITES:
        ask(anonymous, method, f"/systems/{owner.id}/switches/{switch['id']}{end}", body).fails(UNAUTHORIZED)
    anonymous.post(f"/systems/{owner.id}/switches", {"members": []}).fails(UNAUTHORIZED)
    assert owner.get(path_of(switch)).ok() == switch


@check("switches/unknown-system/20001", should="Below an unknown system everything about a switch is 404 with 20001.")
def test_switch_under_unknown_system_is_404(owner: Client) -> None:
    switch = owner.new_switch(timestamp=past(1)[0])
    for method, end, body in (("GET", "", None), *WRITES):
        ask(owner, method, f"/systems/dddddd/switches/{switch['id']}{end}", body).fails(SYSTEM_NOT_FOUND)


# Update


@check("switches/update/moves", must="Returns a switch object containing a list of member objects on success.")
def test_update_moves_the_switch(owner: Client, ref: str) -> None:
    moments = past(2)
    switch = owner.new_switch(ref, timestamp=moments[0])
    moved = owner.patch(path_of(switch), {"timestamp": moments[1]}).ok()
    assert moved == {**switch, "timestamp": moved["timestamp"]}
    assert instant(moved["timestamp"]) == instant(moments[1])
    assert owner.get(path_of(switch)).ok() == moved


@check("switches/update/order", should="A switch that is moved takes its new place in the list and among fronters.")
def test_update_changes_the_order_of_switches(owner: Client, ref: str) -> None:
    moments = past(3)
    first, second = owner.new_switch(timestamp=moments[0]), owner.new_switch(ref, timestamp=moments[1])
    moved = owner.patch(path_of(first), {"timestamp": moments[2]}).ok()
    found = owner.get(SWITCHES, before=just_after(moments[2])).ok()
    assert among(found, first, second) == [in_list(moved), in_list(second)]
    now = owner.patch(path_of(second), {"timestamp": rfc3339(datetime.now(UTC))}).ok()
    assert owner.get("/systems/@me/fronters").ok() == now


@check("switches/update/40005", should="The timestamp of another switch of the system is refused with 40005.")
def test_update_to_the_timestamp_of_another_switch_is_40005(owner: Client, ref: str) -> None:
    moments = past(2)
    _, second = owner.new_switch(timestamp=moments[0]), owner.new_switch(ref, timestamp=moments[1])
    owner.patch(path_of(second), {"timestamp": moments[0]}).fails(SWITCH_EXISTS)
    assert owner.get(path_of(second)).ok() == second


@check("switches/update/own-timestamp", should="A switch may be moved to where it is.")
def test_update_to_its_own_timestamp_is_fine(owner: Client) -> None:
    (moment,) = past(1)
    switch = owner.new_switch(timestamp=moment)
    assert owner.patch(path_of(switch), {"timestamp": moment}).ok() == switch


@check("switches/update/never-40004", may="A switch may be moved to where it has the members of its neighbour.")
def test_update_never_answers_40004(owner: Client, ref: str) -> None:
    moments = past(4)
    first = owner.new_switch(ref, timestamp=moments[0])
    owner.new_switch(timestamp=moments[1])
    owner.new_switch(ref, timestamp=moments[2])
    assert instant(owner.patch(path_of(first), {"timestamp": moments[3]}).ok()["timestamp"]) == instant(moments[3])


@check("switches/update/timestamp-required", should="Without a timestamp, or with null, it is 40001 on `timestamp`.")
def test_update_without_timestamp_is_an_error(owner: Client) -> None:
    switch = owner.new_switch(timestamp=past(1)[0])
    bodies: list[dict[str, Any]] = [{}, {"timestamp": None}, {"members": []}]
    for body in bodies:
        owner.patch(path_of(switch), body).rejects(TIMESTAMP_REQUIRED)
    assert owner.get(path_of(switch)).ok() == switch


@check("switches/update/ignores-other-keys", should="Keys that cannot be changed, and unknown ones, are ignored.")
def test_update_ignores_other_keys(owner: Client, ref: str) -> None:
    moments = past(2)
    switch = owner.new_switch(timestamp=moments[0])
    body = {"timestamp": moments[1], "members": [ref], "id": UNKNOWN_UUID, "colour": "x"}
    moved = owner.patch(path_of(switch), body).ok()
    assert moved == {**switch, "timestamp": moved["timestamp"]}


# Update members


@check("switches/update-members/replaces", must="Takes a list of member short IDs or UUIDs as input.")
def test_update_members_replaces_them_in_order(owner: Client, members: list[Any], refs: list[str]) -> None:
    (moment,) = past(1)
    switch = owner.new_switch(refs[0], timestamp=moment)
    changed = {**switch, "members": members[::-1]}
    assert owner.patch(f"{path_of(switch)}/members", [refs[1], members[0]["uuid"]]).ok() == changed
    assert owner.get(path_of(switch)).ok() == changed
    assert among(owner.get(SWITCHES, before=just_after(moment)).ok(), switch) == [in_list(changed)]


@check("switches/update-members/empty", should="An empty list makes it a switch-out.")
def test_update_members_to_none(owner: Client, ref: str) -> None:
    switch = owner.new_switch(ref, timestamp=past(1)[0])
    assert owner.patch(f"{path_of(switch)}/members", []).ok() == {**switch, "members": []}


@check("switches/update-members/40004", should="The members that it has, in the same order, are refused with 40004.")
def test_update_members_to_the_same_is_40004(owner: Client, members: list[Any], refs: list[str]) -> None:
    switch = owner.new_switch(*refs[::-1], timestamp=past(1)[0])
    for same in (refs[::-1], [member["uuid"] for member in members[::-1]]):
        owner.patch(f"{path_of(switch)}/members", same).fails(IDENTICAL_MEMBERS)
    assert owner.patch(f"{path_of(switch)}/members", refs).ok()["members"] == members


@check("switches/update-members/40003", should="The same member twice, by whatever reference, is refused with 40003.")
def test_update_members_with_the_same_twice_is_40003(owner: Client, member: Any, ref: str) -> None:
    switch = owner.new_switch(timestamp=past(1)[0])
    for twice in ([ref, ref], [ref, member["uuid"]]):
        owner.patch(f"{path_of(switch)}/members", twice).fails(DUPLICATE_MEMBERS)
    assert owner.get(path_of(switch)).ok() == switch


@check("switches/update-members/unknown-member", should="An unknown member is refused with 20003, which names it.")
def test_update_members_with_unknown_member_is_404_naming_it(owner: Client, ref: str) -> None:
    switch = owner.new_switch(timestamp=past(1)[0])
    owner.patch(f"{path_of(switch)}/members", [ref, "dddddd"]).fails(MEMBER_REF_NOT_FOUND.naming("dddddd"))
    assert owner.get(path_of(switch)).ok() == switch


@check("switches/update-members/foreign-member", should="A member of another system is refused with 30008, naming it.")
def test_update_members_with_member_of_another_system_is_403_naming_it(
    owner: Client, foreign_member: str, ref: str
) -> None:
    switch = owner.new_switch(timestamp=past(1)[0])
    foreign = [ref, foreign_member]
    owner.patch(f"{path_of(switch)}/members", foreign).fails(NOT_OWN_MEMBER_REF.naming(foreign_member))
    assert owner.get(path_of(switch)).ok() == switch


@check("switches/update-members/no-list", should="A body that is no list of strings is 400 with code 0.")
def test_update_members_with_what_is_no_list_of_references_is_400(owner: Client) -> None:
    switch = owner.new_switch(timestamp=past(1)[0])
    bodies: list[Any] = [{"members": []}, "abcef", None, [5]]
    for body in bodies:
        owner.patch(f"{path_of(switch)}/members", body).fails(BAD_REQUEST)


# Delete


@check("switches/delete/204", must="Returns 204 No Content on success.")
def test_delete_is_204_and_the_switch_is_gone(owner: Client, ref: str) -> None:
    moments = past(2)
    first, second = owner.new_switch(timestamp=moments[0]), owner.new_switch(ref, timestamp=moments[1])
    owner.delete(path_of(second)).done()
    assert owner.get(path_of(second)).status == 404
    assert owner.delete(path_of(second)).status == 404
    found = owner.get(SWITCHES, before=just_after(moments[1])).ok()
    assert among(found, first, second) == [in_list(first)]


@check("switches/delete/fronters", should="When the newest switch is deleted, the one before it is the newest.")
def test_delete_of_the_newest_switch_changes_the_fronters(owner: Client, member: Any) -> None:
    first, second = owner.new_switch(member["id"]), owner.new_switch()
    owner.delete(path_of(second)).done()
    assert owner.get("/systems/@me/fronters").ok() == first
    owner.delete(path_of(first)).done()
    assert owner.get(f"/members/{member['id']}").ok() == member


@check("switches/delete/20008", should="A switch that was deleted is 404 with 20008.")
def test_deleted_switch_is_20008(owner: Client) -> None:
    switch = owner.new_switch(timestamp=past(1)[0])
    owner.delete(path_of(switch)).done()
    owner.get(path_of(switch)).fails(SWITCH_NOT_ACCESSIBLE)
    owner.delete(path_of(switch)).fails(SWITCH_NOT_ACCESSIBLE)


@check("switches/delete/frees-timestamp", should="The timestamp of a deleted switch can be used again.")
def test_timestamp_of_a_deleted_switch_is_free_again(owner: Client) -> None:
    (moment,) = past(1)
    switch = owner.new_switch(timestamp=moment)
    owner.delete(path_of(switch)).done()
    assert owner.new_switch(timestamp=moment)["id"] != switch["id"]


# List


@check("switches/list/newest-first", should="The list is in the order of timestamps, the newest first.")
def test_list_is_newest_first_by_timestamp(owner: Client, anonymous: Client, refs: list[str]) -> None:
    visible(owner, "front_history_privacy")
    moments = past(3)
    second = owner.new_switch(*refs[::-1], timestamp=moments[1])
    first = owner.new_switch(refs[0], timestamp=moments[0])
    third = owner.new_switch(timestamp=moments[2])
    expected = [in_list(switch) for switch in (third, second, first)]
    for path, client in ((SWITCHES, owner), (f"/systems/{owner.id}/switches", anonymous)):
        found = client.get(path, before=just_after(moments[2])).ok()
        assert among(found, first, second, third) == expected


@check("switches/list/short-ids", must="Returns a switch object containing a list of IDs.")
def test_list_names_members_by_their_ids(owner: Client, refs: list[str]) -> None:
    (moment,) = past(1)
    switch = owner.new_switch(*refs, timestamp=moment)
    (found,) = among(owner.get(SWITCHES, before=just_after(moment)).ok(), switch)
    assert found["members"] == refs


@check("switches/list/order-within-a-second", should="Switches of the same second are in order of their fractions.")
def test_list_is_in_order_of_time_whatever_the_length_of_the_fraction(owner: Client, ref: str) -> None:
    (moment,) = past(1)
    fractions = ["", ".000001", ".1", ".15", ".2"]
    moments = [moment.replace("Z", fraction + "Z") for fraction in fractions]
    switches = [owner.new_switch(*[ref] * (number % 2), timestamp=at) for number, at in enumerate(moments)]
    found = owner.get(SWITCHES, before=just_after(moments[-1])).ok()
    assert among(found, *switches) == [in_list(switch) for switch in switches[::-1]]


@check("switches/list/before-is-exclusive", should="`before` leaves out a switch of that very moment.")
def test_before_excludes_its_own_instant(owner: Client, ref: str) -> None:
    moments = past(2)
    first, second = owner.new_switch(timestamp=moments[0]), owner.new_switch(ref, timestamp=moments[1])
    expected = {moments[0]: [], moments[1]: [first], just_after(moments[1]): [second, first]}
    for before, switches in expected.items():
        found = owner.get(SWITCHES, before=before).ok()
        assert among(found, first, second) == [in_list(switch) for switch in switches]


@check("switches/list/before-forms", should="`before` is any RFC 3339 timestamp; one without an offset is UTC.")
def test_before_accepts_every_form_of_a_timestamp(owner: Client, ref: str) -> None:
    moments = past(2)
    first, second = owner.new_switch(timestamp=moments[0]), owner.new_switch(ref, timestamp=moments[1])
    same = instant(moments[1])
    elsewhere = same.astimezone(timezone(timedelta(hours=2))).isoformat()
    for before in (
        moments[1].removesuffix("Z"),
        elsewhere,
        moments[1].replace("T", " "),
        moments[1].replace("Z", ".000Z"),
    ):
        assert among(owner.get(SWITCHES, before=before).ok(), first, second) == [in_list(first)]


@check("switches/list/before-invalid", should="A `before` that is no timestamp is 400.")
@pytest.mark.parametrize("before", ["now", "2024-02-30T00:00:00Z", "1706745600", ""])
def test_before_that_is_no_timestamp_is_400(reader: Client, before: str) -> None:
    reader.get(SWITCHES, before=before).fails(BAD_REQUEST)


@check("switches/list/limit", must="number of switches to get (defaults to 100)")
def test_limit_cuts_the_list(owner: Client, ref: str) -> None:
    moments = past(3)
    switches = [owner.new_switch(*[ref] * (number % 2), timestamp=at) for number, at in enumerate(moments)]
    end = just_after(moments[2])
    for limit in (1, 2, 3):
        expected = [in_list(switch) for switch in switches[::-1][:limit]]
        assert owner.get(SWITCHES, limit=limit, before=end).ok() == expected
    assert owner.get(SWITCHES, limit=1, before=moments[2]).ok() == [in_list(switches[1])]


@check("switches/list/at-most-100", must="This endpoint returns at most 100 switches.")
@pytest.mark.parametrize("limit", ["101", "1000"])
def test_limit_is_100_at_most(reader: Client, limit: str) -> None:
    found = reader.get(SWITCHES, limit=limit).ok()
    assert found == reader.get(SWITCHES).ok()
    assert len(found) <= 100


@check("switches/list/limit-invalid", should="A `limit` that is no whole number is 400.")
@pytest.mark.parametrize("limit", ["abc", "1.5", ""])
def test_limit_that_is_no_number_is_400(reader: Client, limit: str) -> None:
    reader.get(SWITCHES, limit=limit).fails(BAD_REQUEST)
