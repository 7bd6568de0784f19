"""Who may see what, by exhaustion: every combination of privacy keys, every page that shows a thing, every viewer.

The data is random, but the same in every run; `PRIVACY_SEED=7` in the environment draws other data.
"""

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.support import outside
from tests.support.crowd import TRACE, Draw, Entity, Household, crowd_of_every_privacy, store, systems_of_every_privacy
from tests.support.home import CREATIONS, OWNER_ONLY, Call
from tests.support.keeper import Keeper
from tests.support.pipeline import Pipeline, Request, Seen
from tests.support.problems import (
    FRONT_HISTORY_PRIVATE,
    FRONTERS_PRIVATE,
    GROUP_LIST_PRIVATE,
    GROUP_MEMBER_LIST_PRIVATE,
    MEMBER_LIST_PRIVATE,
    SWITCH_NOT_ACCESSIBLE,
    Problem,
)
from tests.support.shapes import GROUP_PRIVACY, MEMBER_PRIVACY, SYSTEM_PRIVACY, without

# What Postgres answers to whom is in tests/server too.
pytestmark = pytest.mark.databases("sqlite", long=["postgres"])
SEED = int(os.environ.get("PRIVACY_SEED", "20240309"))
VIEWERS = ("owner", "another system", "nobody")


@dataclass(frozen=True)
class Page:
    """A GET, and what must come back for the owner and for everybody else."""

    path: str
    own: Any
    outside: Any


@dataclass(frozen=True)
class World:
    """All that there is to be asked for."""

    households: list[Household]
    """The last of them is the crowd."""
    secrets: set[bytes]
    """The trace of every private value."""

    def visits(self, who: str) -> Iterator[tuple[Household, str | None]]:
        """Each household, and the token with which `who` asks about it."""
        others = self.households[1:] + self.households[:1]
        for household, other in zip(self.households, others, strict=True):
            yield household, {"owner": household.token, "another system": other.token, "nobody": None}[who]


def traces(values: Any) -> set[bytes]:
    """What would be found of these values wherever they turn up."""
    return set(TRACE.findall(json.dumps(values, ensure_ascii=False).encode()))


def secrets(household: Household) -> Iterator[Any]:
    """Every private value of the household."""
    yield from outside.secrets_of_system(household.system)
    yield from outside.secrets_of_settings(household.settings)
    yield from (household.system_guild["tag"], household.member_guild["display_name"])
    yield household.member_guild["avatar_url"]
    for member in household.members:
        yield from outside.secrets_of_member(member)
    for group in household.groups:
        yield from outside.secrets_of_group(group)


@pytest.fixture(scope="module")
def world(keeper: Keeper) -> World:
    """Everything, in the server's database."""
    draw = Draw(SEED)
    households = [*systems_of_every_privacy(draw), crowd_of_every_privacy(draw)]
    store(households)
    return World(households, traces([list(secrets(household)) for household in households]))


@pytest.fixture(scope="module")
def pipeline(base_url: str) -> Iterator[Pipeline]:
    with Pipeline(base_url, "privacy-tests (https://example.org)") as connection:
        yield connection


# The pages, each with the rule about it


def system_itself(h: Household) -> Iterator[Page]:
    for reference in (h.id, h.system["uuid"], h.account):
        yield Page(f"/systems/{reference}", h.system, outside.system(h.system))


def settings(h: Household) -> Iterator[Page]:
    yield Page(f"/systems/{h.id}/settings", h.settings, outside.settings(h.settings))


def members_of_system(h: Household) -> Iterator[Page]:
    seen = [outside.member(each) for each in outside.visible(h.members)]
    shown = MEMBER_LIST_PRIVATE if outside.is_private(h.system, "member_list_privacy") else seen
    yield Page(f"/systems/{h.id}/members", h.members, shown)


def one_member(h: Household) -> Iterator[Page]:
    for each in h.members:
        for reference in (each["id"], each["uuid"]):
            yield Page(f"/members/{reference}", each, outside.member(each))


def bare(groups: list[Entity]) -> list[Entity]:
    """Groups as they are shown without their members."""
    return [without(group, "members") for group in groups]


def groups_of_system(h: Household) -> Iterator[Page]:
    seen = [outside.group(each) for each in bare(outside.visible(h.groups))]
    shown = GROUP_LIST_PRIVATE if outside.is_private(h.system, "group_list_privacy") else seen
    yield Page(f"/systems/{h.id}/groups", bare(h.groups), shown)


def groups_with_members(h: Household) -> Iterator[Page]:
    listed = {each["uuid"] for each in outside.visible(h.members)}
    seen = [outside.group(each) | {"members": _shown_members(each, listed)} for each in outside.visible(h.groups)]
    shown = GROUP_LIST_PRIVATE if outside.is_private(h.system, "group_list_privacy") else seen
    yield Page(f"/systems/{h.id}/groups?with_members=true", h.groups, shown)


def _shown_members(group: Entity, listed: set[str]) -> list[str]:
    return [] if outside.is_private(group, "list_privacy") else [uuid for uuid in group["members"] if uuid in listed]


def one_group(h: Household) -> Iterator[Page]:
    for own in bare(h.groups):
        for reference in (own["id"], own["uuid"]):
            yield Page(f"/groups/{reference}", own, outside.group(own))


def members_of_group(h: Household) -> Iterator[Page]:
    for group in h.groups:
        own = [each for each in h.members if each["uuid"] in set(group["members"])]
        seen = [outside.member(each) for each in outside.visible(own)]
        shown = GROUP_MEMBER_LIST_PRIVATE if outside.is_private(group, "list_privacy") else seen
        yield Page(f"/groups/{group['id']}/members", own, shown)


def groups_of_member(h: Household) -> Iterator[Page]:
    for member in h.members:
        own = [each for each in h.groups if member["uuid"] in each["members"]]
        open_ones = [each for each in outside.visible(own) if not outside.is_private(each, "list_privacy")]
        seen = [outside.group(each) for each in bare(open_ones)]
        shown = GROUP_LIST_PRIVATE if outside.is_private(h.system, "group_list_privacy") else seen
        yield Page(f"/members/{member['id']}/groups", bare(own), shown)


def switches(h: Household) -> Iterator[Page]:
    shown = FRONT_HISTORY_PRIVATE if outside.is_private(h.system, "front_history_privacy") else h.switches
    yield Page(f"/systems/{h.id}/switches", h.switches, shown)


def with_whole_members(h: Household, switch: Entity) -> tuple[Entity, Entity]:
    """The switch with member objects, for its owner and for everybody else: invisible members are in it too."""
    members = {each["id"]: each for each in h.members}
    own = [members[short_id] for short_id in switch["members"]]
    return switch | {"members": own}, switch | {"members": [outside.member(each) for each in own]}


def one_switch(h: Household) -> Iterator[Page]:
    for switch in h.switches:
        own, seen = with_whole_members(h, switch)
        shown = SWITCH_NOT_ACCESSIBLE if outside.is_private(h.system, "front_history_privacy") else seen
        yield Page(f"/systems/{h.id}/switches/{switch['id']}", own, shown)


def fronters(h: Household) -> Iterator[Page]:
    own, seen = with_whole_members(h, h.switches[0])
    shown = FRONTERS_PRIVATE if outside.is_private(h.system, "front_privacy") else seen
    yield Page(f"/systems/{h.id}/fronters", own, shown)


def messages(h: Household) -> Iterator[Page]:
    members = {each["uuid"]: without(each, "system") for each in h.members}
    for message in h.messages:
        member = members[message["member"]]
        own = message | {"system": h.system, "member": member}
        seen = message | {"system": outside.system(h.system), "member": outside.member(member)}
        yield Page(f"/messages/{message['id']}", own, seen)


def cards(h: Household) -> Iterator[Page]:
    """The oEmbed pages are the same for everybody."""
    yield _card(f"/systems/{h.id}", "System", outside.system_title(h.system))
    for member in h.members:
        yield _card(f"/members/{member['id']}", "Member", outside.title(member, h.system))
    for group in h.groups:
        yield _card(f"/groups/{group['id']}", "Group", outside.title(group, h.system))


def _card(path: str, kind: str, title: str) -> Page:
    card = {"type": "rich", "provider_name": f"PluralKit {kind}", "title": title}
    return Page(f"{path}/oembed.json", card, card)


PAGES: tuple[Callable[[Household], Iterator[Page]], ...] = (
    system_itself,
    settings,
    members_of_system,
    one_member,
    groups_of_system,
    groups_with_members,
    one_group,
    members_of_group,
    groups_of_member,
    switches,
    one_switch,
    fronters,
    messages,
    cards,
)


def test_every_combination_is_there(world: World) -> None:
    *households, crowd = world.households
    assert len({tuple(each.system["privacy"].items()) for each in households}) == 2 ** len(SYSTEM_PRIVACY)
    for entities, keys in ((crowd.members, MEMBER_PRIVACY), (crowd.groups, GROUP_PRIVACY)):
        combinations = {(*each["privacy"].items(), each["display_name"] is None) for each in entities}
        assert len(combinations) == 2 ** len(keys) * 2
    assert len(world.secrets) > 5000


@pytest.mark.parametrize("who", VIEWERS)
@pytest.mark.parametrize("pages", PAGES, ids=lambda pages: pages.__name__)
def test_page(world: World, pipeline: Pipeline, pages: Callable[[Household], Iterator[Page]], who: str) -> None:
    asked = [(page, token) for household, token in world.visits(who) for page in pages(household)]
    answers = pipeline.send_all(Request("GET", page.path, token) for page, token in asked)
    for (page, _), seen in zip(asked, answers, strict=True):
        expect(seen, page.own if who == "owner" else page.outside, page.path)
        if who != "owner" or pages is cards:
            keeps_secrets(seen, world, page.path)


def expect(seen: Seen, expected: Any, path: str) -> None:
    """Expect exactly this body, or this problem."""
    if isinstance(expected, Problem):
        assert (seen.status, seen.body) == (
            expected.status,
            {"code": expected.code, "message": expected.message},
        ), path
        return
    assert seen.status == 200, f"{path}: {seen}"
    body = seen.body
    if path.startswith("/messages/"):
        body = without(body, "timestamp")  # a matter of its id
    if path.endswith("/oembed.json"):
        body = without(body, "provider_url")  # a matter of the server
    assert body == expected, path


def keeps_secrets(seen: Seen, world: World, path: str) -> None:
    """Expect that nothing private, of this household or any other, is anywhere in the answer."""
    assert not world.secrets.intersection(TRACE.findall(seen.raw)), path


@pytest.mark.parametrize("who", ["another system", "nobody"])
@pytest.mark.parametrize("call", [call for call in OWNER_ONLY if call not in CREATIONS], ids=str)
def test_refusal_tells_nothing(world: World, pipeline: Pipeline, call: Call, who: str) -> None:
    household, other = world.households[-2], world.households[0]
    assert set(household.system["privacy"].values()) == {"private"}
    path = call.template.format(
        system=household.id,
        member=household.members[0]["id"],
        group=household.groups[0]["id"],
        switch=household.switches[0]["id"],
        guild=household.guild,
    )
    body = None if call.body is None else json.dumps(call.body).encode()
    request = Request(call.method, path, other.token if who == "another system" else None, body)
    (seen,) = pipeline.send_all([request])
    assert seen.status == (403 if who == "another system" else 401), seen
    keeps_secrets(seen, world, path)
