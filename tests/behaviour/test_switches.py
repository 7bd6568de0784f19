"""Get System Switches, Create, Get, Update and Delete Switch, Update Switch Members."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from tests.support import shapes
from tests.support.client import Client
from tests.support.home import Home
from tests.support.keeper import Keeper, new_snowflake
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
    invalid,
)

SWITCHES = "/systems/@me/switches"
UNKNOWN_UUID = "b6cb3e17-52d6-4f0a-8a4b-2f9b3a5f3d11"
JANUARY, FEBRUARY, MARCH = "2024-01-01T00:00:00Z", "2024-02-01T00:00:00Z", "2024-03-01T00:00:00Z"


def in_list(switch: dict[str, Any]) -> dict[str, Any]:
    """The switch as lists show it: with short ids of its members."""
    return {**switch, "members": [member["id"] for member in switch["members"]]}


@pytest.fixture
def members(owner: Client) -> list[Any]:
    """Three members."""
    return [owner.new_member(name) for name in ("Ayo", "Bo", "Cy")]


@pytest.fixture
def refs(members: list[Any]) -> list[str]:
    """Their short ids."""
    return [member["id"] for member in members]


# Create


def test_create_answers_the_switch_with_member_objects(owner: Client, members: list[Any], refs: list[str]) -> None:
    switch = owner.post(SWITCHES, {"members": refs[:2], "timestamp": JANUARY}).ok()
    assert switch == {"id": switch["id"], "timestamp": JANUARY, "members": members[:2]}
    assert str(UUID(switch["id"])) == switch["id"]
    assert owner.get(f"{SWITCHES}/{switch['id']}").ok() == switch


def test_create_keeps_the_order_of_members(owner: Client, members: list[Any], refs: list[str]) -> None:
    switch = owner.new_switch(refs[2], refs[0], refs[1])
    assert switch["members"] == [members[2], members[0], members[1]]
    assert owner.get(f"{SWITCHES}/{switch['id']}").ok() == switch
    assert owner.get(SWITCHES).ok() == [in_list(switch)]
    assert owner.get("/systems/@me/fronters").ok() == switch


def test_create_with_no_members_is_a_switch_out(owner: Client, refs: list[str]) -> None:
    owner.new_switch(refs[0], timestamp=JANUARY)
    switch = owner.new_switch(timestamp=FEBRUARY)
    assert switch == {"id": switch["id"], "timestamp": FEBRUARY, "members": []}
    assert owner.get("/systems/@me/fronters").ok() == switch


def test_first_switch_may_have_no_members(owner: Client) -> None:
    assert owner.new_switch()["members"] == []


@pytest.mark.parametrize("body", [{"members": []}, {"members": [], "timestamp": None}], ids=["absent", "null"])
def test_create_without_timestamp_is_now(owner: Client, body: dict[str, Any]) -> None:
    timestamp = owner.post(SWITCHES, body).ok()["timestamp"]
    assert abs(datetime.now(UTC) - datetime.fromisoformat(timestamp)) < timedelta(hours=1)


def test_create_in_the_future_is_accepted(owner: Client) -> None:
    assert owner.new_switch(timestamp="2999-01-01T00:00:00Z")["timestamp"] == "2999-01-01T00:00:00Z"


@pytest.mark.parametrize("body", [{}, {"timestamp": JANUARY}, {"members": None}, {"colour": "x"}])
def test_create_without_members_is_an_error(owner: Client, body: dict[str, Any]) -> None:
    owner.post(SWITCHES, body).rejects(MEMBERS_REQUIRED)
    assert owner.get(SWITCHES).ok() == []


@pytest.mark.parametrize("value", ["abcef", {}, 5, True])
def test_create_with_members_that_are_no_list_is_an_error(owner: Client, value: Any) -> None:
    owner.post(SWITCHES, {"members": value}).rejects(invalid("members"))


@pytest.mark.parametrize("item", [None, 5, True, {}, []])
def test_create_with_item_that_is_no_string_is_an_error_of_the_item(owner: Client, refs: list[str], item: Any) -> None:
    owner.post(SWITCHES, {"members": [refs[0], item]}).rejects(invalid("members[1]"))
    owner.post(SWITCHES, {"members": [item, refs[0], item]}).rejects(invalid("members[0]"), invalid("members[2]"))
    assert owner.get(SWITCHES).ok() == []


def test_create_reports_all_mistakes_together(owner: Client) -> None:
    owner.post(SWITCHES, {"timestamp": "soon"}).rejects(MEMBERS_REQUIRED, invalid("timestamp"))
    owner.post(SWITCHES, {"members": [5], "timestamp": 5}).rejects(invalid("members[0]"), invalid("timestamp"))


def test_create_with_the_same_member_twice_is_40003(owner: Client, members: list[Any]) -> None:
    short, uuid = members[0]["id"], members[0]["uuid"]
    for twice in (
        [short, short],
        [short, uuid],
        [uuid, short.upper()],
        [short, members[1]["id"], f"{short[:3]}-{short[3:]}"],
    ):
        owner.post(SWITCHES, {"members": twice}).fails(DUPLICATE_MEMBERS)
    assert owner.get(SWITCHES).ok() == []


def test_create_with_a_taken_timestamp_is_40005(owner: Client, refs: list[str]) -> None:
    switch = owner.new_switch(refs[0], timestamp=JANUARY)
    owner.post(SWITCHES, {"members": refs[1:], "timestamp": JANUARY}).fails(SWITCH_EXISTS)
    owner.post(SWITCHES, {"members": refs[1:], "timestamp": "2024-01-01T02:00:00+02:00"}).fails(SWITCH_EXISTS)
    assert owner.get(SWITCHES).ok() == [in_list(switch)]


def test_create_a_microsecond_apart_is_accepted(owner: Client, refs: list[str]) -> None:
    owner.new_switch(refs[0], timestamp=JANUARY)
    assert (
        owner.new_switch(refs[1], timestamp="2024-01-01T00:00:00.000001Z")["timestamp"] == "2024-01-01T00:00:00.000001Z"
    )


def test_systems_may_use_the_same_timestamp(owner: Client, stranger: Client) -> None:
    owner.new_switch(timestamp=JANUARY)
    stranger.new_switch(timestamp=JANUARY)


def test_create_with_the_members_of_the_newest_switch_is_40004(owner: Client, refs: list[str]) -> None:
    order = [refs[1], refs[2], refs[0]]
    switch = owner.new_switch(*order, timestamp=JANUARY)
    owner.post(SWITCHES, {"members": order, "timestamp": FEBRUARY}).fails(IDENTICAL_MEMBERS)
    owner.post(SWITCHES, {"members": order}).fails(IDENTICAL_MEMBERS)
    assert owner.get(SWITCHES).ok() == [in_list(switch)]


def test_create_with_no_members_after_a_switch_out_is_40004(owner: Client) -> None:
    owner.new_switch(timestamp=JANUARY)
    owner.post(SWITCHES, {"members": []}).fails(IDENTICAL_MEMBERS)


def test_create_with_the_same_members_in_another_order_is_accepted(owner: Client, refs: list[str]) -> None:
    owner.new_switch(*refs, timestamp=JANUARY)
    assert in_list(owner.new_switch(*refs[::-1], timestamp=FEBRUARY))["members"] == refs[::-1]


def test_create_with_the_same_members_is_accepted_if_it_does_not_become_the_newest(
    owner: Client, refs: list[str]
) -> None:
    owner.new_switch(*refs, timestamp=FEBRUARY)
    assert in_list(owner.new_switch(*refs, timestamp=JANUARY))["members"] == refs


def test_create_with_the_members_of_an_older_switch_is_accepted(owner: Client, refs: list[str]) -> None:
    owner.new_switch(refs[0], timestamp=JANUARY)
    owner.new_switch(refs[1], timestamp=FEBRUARY)
    owner.new_switch(refs[0], timestamp=MARCH)


def test_create_with_unknown_member_is_404_naming_it(owner: Client, refs: list[str]) -> None:
    for ref in ("dddddd", UNKNOWN_UUID):
        owner.post(SWITCHES, {"members": [refs[0], ref]}).fails(MEMBER_REF_NOT_FOUND.naming(ref))
    assert owner.get(SWITCHES).ok() == []


def test_create_with_member_of_another_system_is_403_naming_it(
    owner: Client, stranger: Client, refs: list[str]
) -> None:
    foreign = stranger.new_member()
    for ref in (foreign["id"], foreign["uuid"]):
        owner.post(SWITCHES, {"members": [refs[0], ref]}).fails(NOT_OWN_MEMBER_REF.naming(ref))
    assert owner.get(SWITCHES).ok() == []


def test_create_by_any_reference_of_the_own_system(keeper: Keeper) -> None:
    account = new_snowflake()
    owner = keeper.new_system(accounts=[account])
    for month, reference in enumerate((owner.id, owner.uuid, account), start=1):
        member = owner.new_member()
        body = {"members": [member["id"]], "timestamp": f"2024-0{month}-01T00:00:00Z"}
        assert owner.post(f"/systems/{reference}/switches", body).ok()["members"] == [member]


def test_create_for_another_system_is_403(owner: Client, stranger: Client) -> None:
    stranger.post(f"/systems/{owner.id}/switches", {"members": []}).fails(FORBIDDEN)
    assert owner.get(SWITCHES).ok() == []


def test_create_without_credentials_is_401(owner: Client, anonymous: Client) -> None:
    anonymous.post(f"/systems/{owner.id}/switches", {"members": []}).fails(UNAUTHORIZED)
    assert owner.get(SWITCHES).ok() == []


# Get


def test_get_shows_whole_members(owner: Client) -> None:
    member = owner.new_member(**shapes.FULL_MEMBER)
    switch = owner.new_switch(member["id"], timestamp=JANUARY)
    found = owner.get(f"{SWITCHES}/{switch['id']}").ok()
    assert found == {"id": switch["id"], "timestamp": JANUARY, "members": [member]}
    assert found.keys() == shapes.SWITCH_KEYS


def test_get_for_a_stranger_shows_the_public_view_of_members(
    owner: Client, stranger: Client, anonymous: Client
) -> None:
    member = owner.new_member(pronouns="she/her", privacy={"pronoun_privacy": "private"})
    switch = owner.new_switch(member["id"], timestamp=JANUARY)
    public = {**switch, "members": [{**member, "pronouns": None, "privacy": None, "autoproxy_enabled": None}]}
    path = f"/systems/{owner.id}/switches/{switch['id']}"
    assert stranger.get(path).ok() == public
    assert anonymous.get(path).ok() == public


SWITCH_CALLS = [
    ("GET", "", None),
    ("PATCH", "", b'{"timestamp": "2023-01-01T00:00:00Z"}'),
    ("PATCH", "/members", b"[]"),
    ("DELETE", "", None),
]
switch_calls = pytest.mark.parametrize(
    ("method", "end", "body"), SWITCH_CALLS, ids=["get", "update", "members", "delete"]
)


@switch_calls
def test_switch_of_another_system_is_404(
    owner: Client, stranger: Client, method: str, end: str, body: bytes | None
) -> None:
    theirs = stranger.new_switch(stranger.new_member()["id"], timestamp=JANUARY)
    headers = {"Content-Type": "application/json"} if body else {}
    answer = owner.send(method, f"{SWITCHES}/{theirs['id']}{end}", content=body, headers=headers)
    answer.fails(SWITCH_NOT_ACCESSIBLE)
    assert stranger.get(SWITCHES).ok() == [in_list(theirs)]


@pytest.mark.parametrize(("method", "end", "body"), SWITCH_CALLS[1:], ids=["update", "members", "delete"])
def test_writing_to_a_switch_under_another_system_is_403(
    home: Home, stranger: Client, method: str, end: str, body: bytes
) -> None:
    headers = {"Content-Type": "application/json"} if body else {}
    path = home.path("/systems/{system}/switches/{switch}") + end
    stranger.send(method, path, content=body, headers=headers).fails(FORBIDDEN)
    assert home.owner.get(SWITCHES).ok() == [in_list(home.switch)]


@pytest.mark.parametrize(("method", "end", "body"), SWITCH_CALLS[1:], ids=["update", "members", "delete"])
def test_writing_to_a_switch_without_credentials_is_401(
    home: Home, anonymous: Client, method: str, end: str, body: bytes
) -> None:
    headers = {"Content-Type": "application/json"} if body else {}
    path = home.path("/systems/{system}/switches/{switch}") + end
    anonymous.send(method, path, content=body, headers=headers).fails(UNAUTHORIZED)
    assert home.owner.get(SWITCHES).ok() == [in_list(home.switch)]


@switch_calls
def test_switch_under_unknown_system_is_404(owner: Client, method: str, end: str, body: bytes | None) -> None:
    switch = owner.new_switch()
    headers = {"Content-Type": "application/json"} if body else {}
    path = f"/systems/dddddd/switches/{switch['id']}{end}"
    owner.send(method, path, content=body, headers=headers).fails(SYSTEM_NOT_FOUND)


# Update


def test_update_moves_the_switch(owner: Client, refs: list[str]) -> None:
    switch = owner.new_switch(*refs, timestamp=JANUARY)
    moved = {**switch, "timestamp": FEBRUARY}
    assert owner.patch(f"{SWITCHES}/{switch['id']}", {"timestamp": FEBRUARY}).ok() == moved
    assert owner.get(f"{SWITCHES}/{switch['id']}").ok() == moved


def test_update_changes_the_order_of_switches(owner: Client, refs: list[str]) -> None:
    first, second = owner.new_switch(refs[0], timestamp=JANUARY), owner.new_switch(refs[1], timestamp=FEBRUARY)
    moved = owner.patch(f"{SWITCHES}/{first['id']}", {"timestamp": MARCH}).ok()
    assert owner.get(SWITCHES).ok() == [in_list(moved), in_list(second)]
    assert owner.get("/systems/@me/fronters").ok() == moved


def test_update_to_the_timestamp_of_another_switch_is_40005(owner: Client, refs: list[str]) -> None:
    first, second = owner.new_switch(refs[0], timestamp=JANUARY), owner.new_switch(refs[1], timestamp=FEBRUARY)
    owner.patch(f"{SWITCHES}/{second['id']}", {"timestamp": JANUARY}).fails(SWITCH_EXISTS)
    assert owner.get(SWITCHES).ok() == [in_list(second), in_list(first)]


def test_update_to_its_own_timestamp_is_fine(owner: Client, refs: list[str]) -> None:
    switch = owner.new_switch(refs[0], timestamp=JANUARY)
    assert owner.patch(f"{SWITCHES}/{switch['id']}", {"timestamp": JANUARY}).ok() == switch


def test_update_never_answers_40004(owner: Client, refs: list[str]) -> None:
    first = owner.new_switch(refs[0], timestamp=JANUARY)
    owner.new_switch(refs[1], timestamp=FEBRUARY)
    owner.new_switch(refs[0], timestamp=MARCH)
    moved = owner.patch(f"{SWITCHES}/{first['id']}", {"timestamp": "2024-04-01T00:00:00Z"}).ok()
    assert moved == {**first, "timestamp": "2024-04-01T00:00:00Z"}


@pytest.mark.parametrize("body", [{}, {"timestamp": None}, {"colour": "x"}, {"members": []}])
def test_update_without_timestamp_is_an_error(owner: Client, body: dict[str, Any]) -> None:
    switch = owner.new_switch(timestamp=JANUARY)
    owner.patch(f"{SWITCHES}/{switch['id']}", body).rejects(TIMESTAMP_REQUIRED)
    assert owner.get(f"{SWITCHES}/{switch['id']}").ok() == switch


def test_update_ignores_other_keys(owner: Client, members: list[Any], refs: list[str]) -> None:
    switch = owner.new_switch(refs[0], timestamp=JANUARY)
    body = {"timestamp": FEBRUARY, "members": refs, "id": UNKNOWN_UUID, "colour": "x"}
    assert owner.patch(f"{SWITCHES}/{switch['id']}", body).ok() == {**switch, "timestamp": FEBRUARY}


# Update members


def test_update_members_replaces_them_in_order(owner: Client, members: list[Any], refs: list[str]) -> None:
    switch = owner.new_switch(refs[0], timestamp=JANUARY)
    changed = {**switch, "members": [members[2], members[1]]}
    assert owner.patch(f"{SWITCHES}/{switch['id']}/members", [refs[2], refs[1]]).ok() == changed
    assert owner.get(f"{SWITCHES}/{switch['id']}").ok() == changed
    assert owner.get(SWITCHES).ok() == [in_list(changed)]


def test_update_members_to_none(owner: Client, refs: list[str]) -> None:
    switch = owner.new_switch(refs[0], timestamp=JANUARY)
    assert owner.patch(f"{SWITCHES}/{switch['id']}/members", []).ok() == {**switch, "members": []}


def test_update_members_to_another_order(owner: Client, members: list[Any], refs: list[str]) -> None:
    switch = owner.new_switch(*refs[::-1], timestamp=JANUARY)
    assert owner.patch(f"{SWITCHES}/{switch['id']}/members", refs).ok()["members"] == members


def test_update_members_to_the_same_is_40004(owner: Client, members: list[Any], refs: list[str]) -> None:
    switch = owner.new_switch(*refs[::-1], timestamp=JANUARY)
    by_uuid = [member["uuid"] for member in members[::-1]]
    owner.patch(f"{SWITCHES}/{switch['id']}/members", refs[::-1]).fails(IDENTICAL_MEMBERS)
    owner.patch(f"{SWITCHES}/{switch['id']}/members", by_uuid).fails(IDENTICAL_MEMBERS)


def test_update_members_of_an_older_switch_to_the_same_is_40004(owner: Client, refs: list[str]) -> None:
    older = owner.new_switch(refs[0], timestamp=JANUARY)
    owner.new_switch(refs[1], timestamp=FEBRUARY)
    owner.patch(f"{SWITCHES}/{older['id']}/members", [refs[0]]).fails(IDENTICAL_MEMBERS)
    assert in_list(owner.patch(f"{SWITCHES}/{older['id']}/members", [refs[1]]).ok())["members"] == [refs[1]]


def test_update_members_of_an_empty_switch_to_none_is_40004(owner: Client) -> None:
    switch = owner.new_switch(timestamp=JANUARY)
    owner.patch(f"{SWITCHES}/{switch['id']}/members", []).fails(IDENTICAL_MEMBERS)


def test_update_members_with_the_same_twice_is_40003(owner: Client, members: list[Any], refs: list[str]) -> None:
    switch = owner.new_switch(refs[0], timestamp=JANUARY)
    for twice in ([refs[1], refs[1]], [refs[1], members[1]["uuid"]], [refs[1], refs[2], refs[1].upper()]):
        owner.patch(f"{SWITCHES}/{switch['id']}/members", twice).fails(DUPLICATE_MEMBERS)
    assert owner.get(f"{SWITCHES}/{switch['id']}").ok() == switch


def test_update_members_with_unknown_member_is_404_naming_it(owner: Client, refs: list[str]) -> None:
    switch = owner.new_switch(refs[0], timestamp=JANUARY)
    owner.patch(f"{SWITCHES}/{switch['id']}/members", [refs[1], "dddddd"]).fails(MEMBER_REF_NOT_FOUND.naming("dddddd"))
    assert owner.get(f"{SWITCHES}/{switch['id']}").ok() == switch


def test_update_members_with_member_of_another_system_is_403_naming_it(
    owner: Client, stranger: Client, refs: list[str]
) -> None:
    switch = owner.new_switch(refs[0], timestamp=JANUARY)
    foreign = stranger.new_member()["id"]
    owner.patch(f"{SWITCHES}/{switch['id']}/members", [refs[1], foreign]).fails(NOT_OWN_MEMBER_REF.naming(foreign))
    assert owner.get(f"{SWITCHES}/{switch['id']}").ok() == switch


@pytest.mark.parametrize("body", [{}, {"members": []}, "abcef", 5, None, [None], [5], [{}]])
def test_update_members_with_what_is_no_list_of_references_is_400(owner: Client, refs: list[str], body: Any) -> None:
    switch = owner.new_switch(refs[0], timestamp=JANUARY)
    owner.patch(f"{SWITCHES}/{switch['id']}/members", body).fails(BAD_REQUEST)
    assert owner.get(f"{SWITCHES}/{switch['id']}").ok() == switch


# Delete


def test_delete_is_204_and_the_switch_is_gone(owner: Client, members: list[Any], refs: list[str]) -> None:
    first, second = owner.new_switch(refs[0], timestamp=JANUARY), owner.new_switch(refs[1], timestamp=FEBRUARY)
    owner.delete(f"{SWITCHES}/{second['id']}").done()
    owner.get(f"{SWITCHES}/{second['id']}").fails(SWITCH_NOT_ACCESSIBLE)
    owner.delete(f"{SWITCHES}/{second['id']}").fails(SWITCH_NOT_ACCESSIBLE)
    assert owner.get(SWITCHES).ok() == [in_list(first)]
    assert owner.get("/systems/@me/fronters").ok() == first
    assert owner.get("/systems/@me/members").ok() == members


def test_timestamp_of_a_deleted_switch_is_free_again(owner: Client) -> None:
    switch = owner.new_switch(timestamp=JANUARY)
    owner.delete(f"{SWITCHES}/{switch['id']}").done()
    assert owner.new_switch(timestamp=JANUARY)["id"] != switch["id"]


# List


def test_list_of_a_system_without_switches_is_empty(owner: Client, anonymous: Client) -> None:
    assert owner.get(SWITCHES).ok() == []
    assert anonymous.get(f"/systems/{owner.id}/switches").ok() == []


def test_list_is_newest_first_by_timestamp(owner: Client, anonymous: Client, refs: list[str]) -> None:
    second = owner.new_switch(refs[1], refs[0], timestamp=FEBRUARY)
    first = owner.new_switch(refs[0], timestamp=JANUARY)
    third = owner.new_switch(timestamp=MARCH)
    expected = [in_list(switch) for switch in (third, second, first)]
    assert owner.get(SWITCHES).ok() == expected
    assert anonymous.get(f"/systems/{owner.id}/switches").ok() == expected
    assert expected[1]["members"] == [refs[1], refs[0]]


def test_list_is_in_order_of_time_whatever_the_length_of_the_fraction(owner: Client) -> None:
    moments = [
        "2024-01-01T00:00:00Z",
        "2024-01-01T00:00:00.000001Z",
        "2024-01-01T00:00:00.1Z",
        "2024-01-01T00:00:00.15Z",
    ]
    moments += ["2024-01-01T00:00:00.2Z", "2024-01-01T00:00:01Z", "2024-01-01T00:00:10Z"]
    member = owner.new_member()["id"]
    for number, moment in enumerate(moments):
        owner.new_switch(*([member] if number % 2 else []), timestamp=moment)
    assert [switch["timestamp"] for switch in owner.get(SWITCHES).ok()] == moments[::-1]


def test_list_has_switches_of_the_one_system_only(owner: Client, stranger: Client) -> None:
    mine, theirs = owner.new_switch(), stranger.new_switch()
    assert owner.get(SWITCHES).ok() == [in_list(mine)]
    assert stranger.get(SWITCHES).ok() == [in_list(theirs)]


def test_before_excludes_its_own_instant(owner: Client, refs: list[str]) -> None:
    first, second = owner.new_switch(refs[0], timestamp=JANUARY), owner.new_switch(refs[1], timestamp=FEBRUARY)
    assert owner.get(SWITCHES, before=FEBRUARY).ok() == [in_list(first)]
    assert owner.get(SWITCHES, before="2024-02-01T00:00:00.000001Z").ok() == [in_list(second), in_list(first)]
    assert owner.get(SWITCHES, before=JANUARY).ok() == []


@pytest.mark.parametrize(
    "before",
    [
        "2024-02-01T00:00:00Z",
        "2024-02-01T02:00:00+02:00",
        "2024-02-01T00:00:00",
        "2024-02-01 00:00:00Z",
        "2024-02-01t00:00:00Z",
        "2024-02-01T00:00:00.0000009Z",
    ],
)
def test_before_accepts_every_form_of_a_timestamp(owner: Client, refs: list[str], before: str) -> None:
    first = owner.new_switch(refs[0], timestamp=JANUARY)
    owner.new_switch(refs[1], timestamp=FEBRUARY)
    assert owner.get(SWITCHES, before=before).ok() == [in_list(first)]


@pytest.mark.parametrize(
    "before",
    ["", "now", "2024-02-30T00:00:00Z", "2024-02-01", "1706745600", "2016-12-31T23:59:60Z", "0000-01-01T00:00:00Z"],
)
def test_before_that_is_no_timestamp_is_400(owner: Client, before: str) -> None:
    owner.get(SWITCHES, before=before).fails(BAD_REQUEST)


def test_limit_cuts_the_list(owner: Client, refs: list[str]) -> None:
    switches = [
        owner.new_switch(ref, timestamp=moment) for ref, moment in zip(refs, (JANUARY, FEBRUARY, MARCH), strict=True)
    ]
    for limit in (1, 2, 3, 4):
        assert owner.get(SWITCHES, limit=limit).ok() == [in_list(switch) for switch in switches[::-1][:limit]]
    assert owner.get(SWITCHES, limit=1, before=MARCH).ok() == [in_list(switches[1])]


def test_limit_is_100_by_default_and_at_most(owner: Client, refs: list[str]) -> None:
    moments = [f"2024-01-01T00:{number // 60:02}:{number % 60:02}Z" for number in range(101)]
    for number, moment in enumerate(moments):
        owner.new_switch(refs[number % 2], timestamp=moment)
    newest = moments[:0:-1]
    assert [switch["timestamp"] for switch in owner.get(SWITCHES).ok()] == newest
    for limit in ("100", "101", "1000", "99999999999999999999"):
        assert [switch["timestamp"] for switch in owner.get(SWITCHES, limit=limit).ok()] == newest
    assert [switch["timestamp"] for switch in owner.get(SWITCHES, limit=99).ok()] == newest[:99]
    assert [switch["timestamp"] for switch in owner.get(SWITCHES, before=newest[-1]).ok()] == moments[:1]


@pytest.mark.parametrize("limit", ["0", "-1", "-100", "1.5", "abc", "", "1e1", "0x10", "١"])
def test_limit_below_1_or_no_number_is_400(owner: Client, limit: str) -> None:
    owner.get(SWITCHES, limit=limit).fails(BAD_REQUEST)
