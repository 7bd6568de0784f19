"""What must hold when many requests come at once."""

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest

from tests.support.client import Answer, Client
from tests.support.home import Home
from tests.support.keeper import Keeper, new_snowflake
from tests.support.problems import GROUP_LIMIT_REACHED, MEMBER_LIMIT_REACHED, SWITCH_EXISTS, Problem
from tests.support.shapes import FULL_MEMBER, MEMBER_GUILD, SYSTEM_GUILD

Request = Callable[[], Answer]


def at_once(requests: Sequence[Request]) -> list[Answer]:
    """Send all of them at the same moment; the answers in the same order."""
    gate = threading.Barrier(len(requests))

    def send(request: Request) -> Answer:
        gate.wait(timeout=30)
        return request()

    with ThreadPoolExecutor(len(requests)) as threads:
        return list(threads.map(send, requests))


def statuses(answers: Sequence[Answer]) -> Counter[int]:
    """How often each status came."""
    return Counter(answer.status for answer in answers)


@pytest.mark.parametrize(("kind", "problem"), [("member", MEMBER_LIMIT_REACHED), ("group", GROUP_LIMIT_REACHED)])
def test_limit_holds(keeper: Keeper, owner: Client, kind: str, problem: Problem) -> None:
    keeper.set_limits(owner, members=5, groups=5)
    answers = at_once([lambda: owner.post(f"/{kind}s", {"name": "x"})] * 16)
    assert statuses(answers) == {200: 5, 400: 11}
    for answer in answers:
        if answer.status == 400:
            answer.fails(problem)
    assert len(owner.get(f"/systems/@me/{kind}s").ok()) == 5


def test_all_of_many_new_members_are_kept_and_apart(owner: Client) -> None:
    answers = at_once([lambda: owner.post("/members", FULL_MEMBER)] * 16)
    made = [answer.ok() for answer in answers]
    assert len({member["id"] for member in made}) == len({member["uuid"] for member in made}) == 16
    assert {member["id"] for member in owner.get("/systems/@me/members").ok()} == {member["id"] for member in made}


def test_one_of_many_switches_gets_the_timestamp(owner: Client) -> None:
    members = [owner.new_member()["id"] for _ in range(12)]
    requests: list[Request] = [
        partial(owner.post, "/systems/@me/switches", {"members": [ref], "timestamp": "2024-01-01T00:00:00Z"})
        for ref in members
    ]
    answers = at_once(requests)
    assert statuses(answers) == {200: 1, 400: 11}
    for answer in answers:
        if answer.status == 400:
            answer.fails(SWITCH_EXISTS)
    assert len(owner.get("/systems/@me/switches").ok()) == 1


def test_one_of_many_moved_switches_gets_the_timestamp(owner: Client) -> None:
    members = [owner.new_member()["id"] for _ in range(2)]
    switches = [owner.new_switch(members[n % 2], timestamp=f"2024-01-01T00:00:{n:02}Z")["id"] for n in range(10)]
    requests: list[Request] = [
        partial(owner.patch, f"/systems/@me/switches/{ref}", {"timestamp": "2024-02-01T00:00:00Z"}) for ref in switches
    ]
    assert statuses(at_once(requests)) == {200: 1, 400: 9}
    moved = [
        switch for switch in owner.get("/systems/@me/switches").ok() if switch["timestamp"] == "2024-02-01T00:00:00Z"
    ]
    assert len(moved) == 1


def test_same_members_are_added_once(owner: Client) -> None:
    refs = [owner.new_member()["id"] for _ in range(5)]
    group = owner.new_group()
    answers = at_once([lambda: owner.post(f"/groups/{group['id']}/members/add", refs)] * 10)
    assert statuses(answers) == {204: 10}
    assert [member["id"] for member in owner.get(f"/groups/{group['id']}/members").ok()] == refs


def test_different_members_are_all_added(owner: Client) -> None:
    refs = [owner.new_member()["id"] for _ in range(10)]
    group = owner.new_group()
    requests: list[Request] = [partial(owner.post, f"/groups/{group['id']}/members/add", [ref]) for ref in refs]
    assert statuses(at_once(requests)) == {204: 10}
    assert [member["id"] for member in owner.get(f"/groups/{group['id']}/members").ok()] == refs


def test_members_are_added_and_others_removed(owner: Client) -> None:
    come, go = [owner.new_member()["id"] for _ in range(6)], [owner.new_member()["id"] for _ in range(6)]
    group = owner.new_group(members=go)
    path = f"/groups/{group['id']}/members"
    adding: list[Request] = [partial(owner.post, f"{path}/add", [ref]) for ref in come]
    removing: list[Request] = [partial(owner.post, f"{path}/remove", [ref]) for ref in go]
    assert statuses(at_once(adding + removing)) == {204: 12}
    assert [member["id"] for member in owner.get(path).ok()] == come


def test_overwriting_ends_with_one_of_the_lists(owner: Client) -> None:
    lists = [[owner.new_member()["id"] for _ in range(3)] for _ in range(6)]
    group = owner.new_group()
    path = f"/groups/{group['id']}/members"
    requests: list[Request] = [partial(owner.post, f"{path}/overwrite", refs) for refs in lists]
    assert statuses(at_once(requests)) == {204: 6}
    assert [member["id"] for member in owner.get(path).ok()] in lists


def test_membership_from_both_sides(owner: Client) -> None:
    members, groups = [owner.new_member()["id"] for _ in range(4)], [owner.new_group()["id"] for _ in range(4)]
    by_group: list[Request] = [partial(owner.post, f"/groups/{ref}/members/add", members) for ref in groups]
    by_member: list[Request] = [partial(owner.post, f"/members/{ref}/groups/add", groups) for ref in members]
    assert statuses(at_once(by_group + by_member)) == {204: 8}
    for group in groups:
        assert [member["id"] for member in owner.get(f"/groups/{group}/members").ok()] == members


def test_changes_of_different_keys_are_all_kept(owner: Client) -> None:
    member = owner.new_member()
    fields = {key: value for key, value in FULL_MEMBER.items() if key not in ("privacy", "webhook_avatar_url")}
    requests: list[Request] = [partial(owner.patch, f"/members/{member['id']}", {key: fields[key]}) for key in fields]
    assert statuses(at_once(requests)) == {200: len(fields)}
    assert owner.get(f"/members/{member['id']}").ok() == {**member, **fields}


def test_one_of_many_deletes_succeeds(owner: Client) -> None:
    member = owner.new_member()
    answers = at_once([lambda: owner.delete(f"/members/{member['id']}")] * 8)
    assert statuses(answers) == {204: 1, 404: 7}


def test_deleting_a_member_while_it_is_used_never_breaks_the_server(owner: Client) -> None:
    stays, goes = owner.new_member()["id"], owner.new_member()["id"]
    group = owner.new_group()
    requests: list[Request] = [
        lambda: owner.delete(f"/members/{goes}"),
        lambda: owner.post(f"/groups/{group['id']}/members/add", [goes, stays]),
        lambda: owner.post("/systems/@me/switches", {"members": [goes, stays]}),
        lambda: owner.patch(f"/members/{goes}", {"name": "x"}),
        lambda: owner.patch(
            f"/systems/@me/autoproxy?guild_id={new_snowflake()}", {"autoproxy_mode": "latch", "autoproxy_member": goes}
        ),
    ]
    answers = at_once(requests)
    answers[0].done()
    assert {answer.status for answer in answers} <= {200, 204, 400, 404}, [answer.story for answer in answers]
    left = [member["id"] for member in owner.get(f"/groups/{group['id']}/members").ok()]
    assert left in ([], [stays])


@pytest.mark.parametrize(
    ("template", "fresh"),
    [("/systems/{system}/guilds/{guild}", SYSTEM_GUILD), ("/members/{member}/guilds/{guild}", MEMBER_GUILD)],
    ids=["system", "member"],
)
def test_guild_settings_are_created_once(home: Home, template: str, fresh: dict[str, object]) -> None:
    answers = at_once([lambda: home.owner.get(home.path(template))] * 8)
    assert [answer.ok() for answer in answers] == [fresh] * 8


def test_autoproxy_is_created_once(owner: Client) -> None:
    path = f"/systems/@me/autoproxy?guild_id={new_snowflake()}"
    answers = at_once([lambda: owner.patch(path, {"autoproxy_mode": "front"})] * 8)
    assert statuses(answers) == {200: 8}
    assert owner.get(path).ok()["autoproxy_mode"] == "front"
