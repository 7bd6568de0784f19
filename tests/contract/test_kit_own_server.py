"""Our own server has all that the kit asks for, and is left as it was."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.contract.kit import Household, Kits
from tests.notes import SAID
from tests.support import shapes
from tests.support.client import Client
from tests.support.keeper import Keeper
from tests.support.server import Server

OWNED = (
    "/systems/@me",
    "/systems/@me/settings",
    "/systems/@me/members",
    "/systems/@me/groups?with_members=true",
    "/systems/@me/switches",
    "/systems/@me/guilds/{guild}",
    "/systems/@me/autoproxy?guild_id={guild}",
)
FULL_MEMBER = shapes.without(shapes.FULL_MEMBER, "name")
# Checks of what strangers see in lists and among fronters are skipped where these are private.
OPEN = ("member_list_privacy", "group_list_privacy", "front_privacy", "front_history_privacy")
FULL_SYSTEM = shapes.FULL_SYSTEM | {"privacy": shapes.FULL_SYSTEM["privacy"] | shapes.public(OPEN)}
# It tells its limits, which are far away.
LIMITS = {"RATE_LIMITS": "4096"}


@pytest.fixture(params=[1, 4], ids="{}-workers".format)
def own_server(environment: dict[str, str], request: pytest.FixtureRequest) -> Iterator[Server]:
    """Our server, with as many workers."""
    with Server("--workers", str(request.param), environment=environment | LIMITS) as running:
        yield running
    assert "Traceback" not in "".join(running.log), "".join(running.log)


def furnish(owner: Client, guild: str) -> None:
    """Give a system something of everything, so that whatever is lost is missed."""
    members = [owner.new_member(f"Member {number}", **FULL_MEMBER)["id"] for number in range(3)]
    owner.new_group(members=members[::-1], **shapes.without(shapes.FULL_GROUP, "name"))
    for day, fronting in enumerate((members, members[:1], []), start=1):
        owner.new_switch(*fronting, timestamp=f"2024-06-0{day}T10:00:00.25Z")
    owner.patch("/systems/@me", FULL_SYSTEM).ok()
    owner.patch("/systems/@me/settings", shapes.FULL_SETTINGS).ok()
    owner.patch(f"/systems/@me/guilds/{guild}", shapes.FULL_SYSTEM_GUILD).ok()
    mode = {"autoproxy_mode": "member", "autoproxy_member": members[1]}
    owner.patch(f"/systems/@me/autoproxy?guild_id={guild}", mode).ok()


def picture(owner: Client, guild: str) -> dict[str, Any]:
    """All that the system has."""
    return {path: owner.get(path.format(guild=guild)).ok() for path in OWNED}


def holds(kits: Kits, server: Server, keeper: Keeper, *options: str, furnished: bool) -> str:
    """Run the kit, and find nothing wrong and nothing changed; returns the last lines that people see."""
    household = Household.new(keeper)
    if furnished:
        furnish(household.owner, household.guild)
    before = picture(household.owner, household.guild)
    report = kits.run(f"{server.base_url}/v2", household, *options)
    assert report.outcome.code == 0, report.outcome
    assert len(report.having("pass")) == len(report.data["checks"]) > 0, report.outcome.out
    assert report.left == []
    assert picture(household.owner, household.guild) == before
    return report.outcome.out


def test_own_server_passes_some_of_it(server: Server, two_kits: Kits, keeper: Keeper) -> None:
    holds(two_kits, server, keeper, "--only", "fronters", "--only", "systems/update", furnished=True)


@pytest.mark.long
@pytest.mark.parametrize("furnished", [False, True], ids=["empty", "furnished"])
def test_own_server_passes_all_of_it(
    own_server: Server, two_kits: Kits, keeper: Keeper, furnished: bool, record_property: Callable[[str, object], None]
) -> None:
    said = holds(two_kits, own_server, keeper, furnished=furnished)
    record_property(SAID, next(line for line in said.splitlines() if " requests in " in line))
