"""Switches, where it takes many of them, other systems of our own, or an empty history."""

import json
from typing import Any

import pytest

from tests.support.client import Client
from tests.support.keeper import Keeper, new_snowflake
from tests.support.problems import BAD_REQUEST, SWITCH_NOT_ACCESSIBLE

SWITCHES = "/systems/@me/switches"
JANUARY = "2024-01-01T00:00:00Z"


def test_list_of_a_system_without_switches_is_empty(owner: Client, anonymous: Client) -> None:
    assert owner.get(SWITCHES).ok() == []
    assert anonymous.get(f"/systems/{owner.id}/switches").ok() == []


def test_first_switch_may_have_no_members(owner: Client) -> None:
    assert owner.new_switch()["members"] == []


def test_systems_may_use_the_same_timestamp(owner: Client, stranger: Client) -> None:
    mine, theirs = owner.new_switch(timestamp=JANUARY), stranger.new_switch(timestamp=JANUARY)
    assert owner.get(SWITCHES).ok() == [mine]
    assert stranger.get(SWITCHES).ok() == [theirs]


@pytest.mark.parametrize(
    ("method", "end", "body"),
    [("PATCH", "", {"timestamp": "2023-01-01T00:00:00Z"}), ("PATCH", "/members", []), ("DELETE", "", None)],
    ids=["update", "members", "delete"],
)
def test_switch_of_another_system_can_not_be_changed(
    owner: Client, stranger: Client, method: str, end: str, body: Any
) -> None:
    theirs = stranger.new_switch(timestamp=JANUARY)
    owner.send_json(method, f"{SWITCHES}/{theirs['id']}{end}", json.dumps(body)).fails(SWITCH_NOT_ACCESSIBLE)
    assert stranger.get(SWITCHES).ok() == [theirs]


def test_create_by_account(keeper: Keeper) -> None:
    account = new_snowflake()
    owner = keeper.new_system(accounts=[account])
    switch = owner.post(f"/systems/{account}/switches", {"members": []}).ok()
    assert owner.get(SWITCHES).ok() == [switch]


def test_limit_is_100_by_default_and_at_most(owner: Client) -> None:
    refs = [owner.new_member()["id"] for _ in range(2)]
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


@pytest.mark.parametrize(
    "before",
    ["", "now", "2024-02-30T00:00:00Z", "2024-02-01", "1706745600", "2016-12-31T23:59:60Z", "0000-01-01T00:00:00Z"],
)
def test_before_that_is_no_timestamp_is_400(owner: Client, before: str) -> None:
    owner.get(SWITCHES, before=before).fails(BAD_REQUEST)


@pytest.mark.parametrize("before", ["2024-01-01t00:00:00Z", "2024-01-01T00:00:00.0000009Z", "2024-01-01 00:00:00Z"])
def test_before_in_a_rare_form(owner: Client, before: str) -> None:
    owner.new_switch(timestamp=JANUARY)
    assert owner.get(SWITCHES, before=before).ok() == []
