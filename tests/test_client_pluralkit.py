"""A client that none of us wrote: `pluralkit` from PyPI, unmodified but for the address of the server."""

import asyncio
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from pluralkit.v2 import (
    AutoproxyMode,
    Birthday,
    Color,
    GenericBadRequest,
    GroupNotFound,
    GuildNotFound,
    HTTPError,
    MemberId,
    MemberNotFound,
    MessageNotFound,
    NotFound,
    NotOwnGroup,
    NotOwnMember,
    NotOwnSystem,
    PluralKitException,
    Privacy,
    ProxyTag,
    SwitchNotFound,
    SystemNotFound,
    Timestamp,
    Timezone,
    Unauthorized,
)
from pluralkit.v2 import Client as PluralKit

from tests.support.client import Client
from tests.support.commands import Commands
from tests.support.keeper import Keeper, new_snowflake
from tests.support.server import Server

# It warns of every key that it is too old to know.
pytestmark = pytest.mark.filterwarnings("ignore:unexpected key")

NOBODY = "00000000-0000-4000-8000-000000000000"
NOON, ONE, TWO = (Timestamp(year=2024, month=5, day=1, hour=hour) for hour in (12, 13, 14))
HOW_MANY = 12
"""Members that the session under limits makes: four bursts of writes, in some ten seconds."""

Connect = Callable[[str | None], Any]


@pytest.fixture
def connect(monkeypatch: pytest.MonkeyPatch, base_url: str) -> Iterator[Connect]:
    """Makes a synchronous client that has this token."""
    speak_to(base_url, monkeypatch)
    loop = asyncio.new_event_loop()
    yield lambda token: PluralKit(token, async_mode=False, loop=loop)
    loop.close()


@pytest.fixture
def pk(connect: Connect, owner: Client) -> Any:
    """A synchronous client of a fresh system."""
    return connect(owner.token)


def speak_to(base_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Send all such clients there, past whatever proxy the environment has."""
    monkeypatch.setattr("pluralkit.v2.client.SERVER", base_url)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


def test_every_method_is_called_below() -> None:
    methods = {name for name in vars(PluralKit) if not name.startswith("_") and callable(getattr(PluralKit, name))}
    called = set(re.findall(r"\b(?:pk|other|stranger|connect\(\w+\))\.(\w+)\(", Path(__file__).read_text()))
    assert methods - called == set()


def names(things: Any) -> list[str]:
    return [thing.name for thing in things]


def test_system(pk: Any, owner: Client) -> None:
    system = pk.get_system()
    assert (system.id.uuid, system.id.id.replace("-", ""), system.name) == (owner.uuid, owner.id, None)
    pk.update_system(
        name="Harbor",
        description="By the sea.",
        tag="| H",
        pronouns="they/them",
        avatar_url="https://example.org/a.png",
        banner=None,
        color=Color("2e86ab"),
        description_privacy=Privacy.PRIVATE,
        front_privacy=None,
    )
    for reference in (None, owner.id, owner.uuid):
        seen = pk.get_system(reference)
        assert (seen.name, seen.description, seen.tag, seen.pronouns) == ("Harbor", "By the sea.", "| H", "they/them")
        assert (seen.avatar_url, seen.banner, seen.color) == ("https://example.org/a.png", None, Color("2e86ab"))
        assert (seen.description_privacy, seen.front_privacy) == (Privacy.PRIVATE, Privacy.PUBLIC)
        assert seen.created == system.created


def test_system_of_an_account_as_a_stranger_sees_it(connect: Connect, keeper: Keeper) -> None:
    account = new_snowflake()
    owner = connect(keeper.new_system("Harbor", accounts=[account]).token)
    owner.update_system(description="Private.", description_privacy=Privacy.PRIVATE)
    seen = connect(None).get_system(int(account))
    assert (seen.name, seen.description, seen.description_privacy) == ("Harbor", None, None)


def test_settings(pk: Any, connect: Connect, owner: Client) -> None:
    before = pk.get_system_settings()
    assert (before.timezone, before.pings_enabled, before.latch_timeout) == (Timezone("UTC"), True, None)
    assert (before.member_limit, before.group_limit) == (1000, 250)
    after = pk.update_system_settings(timezone=Timezone("Europe/Lisbon"), latch_timeout=60, pings_enabled=False)
    assert (after.timezone, after.pings_enabled, after.latch_timeout) == (Timezone("Europe/Lisbon"), False, 60)
    assert pk.get_system_settings().json() == after.json()
    assert not hasattr(connect(None).get_system_settings(owner.id), "timezone")


def test_members(pk: Any) -> None:
    made = pk.new_member(
        "Aspen",
        display_name="Aspen of the Harbor",
        color=Color("7fb069"),
        birthday=Birthday(year=4, month=2, day=29),
        proxy_tags=[ProxyTag("a:"), ProxyTag("<", ">")],
        keep_proxy=True,
        metadata_privacy=Privacy.PRIVATE,
    )
    assert (made.name, made.display_name, made.birthday) == ("Aspen", "Aspen of the Harbor", "0004-02-29")
    assert (made.color, made.keep_proxy, made.message_count) == (Color("7fb069"), True, 0)
    assert list(made.proxy_tags) == [ProxyTag("a:"), ProxyTag("<", ">")]
    assert (made.metadata_privacy, made.visibility) == (Privacy.PRIVATE, Privacy.PUBLIC)
    for reference in (made.id, MemberId(made.id.id), made.id.uuid):
        assert pk.get_member(reference).json() == made.json()
    changed = pk.update_member(made.id, name="Wren", display_name=None, proxy_tags=[], visibility=Privacy.PRIVATE)
    assert (changed.name, changed.display_name, changed.proxy_tags) == ("Wren", None, [])
    assert (changed.visibility, changed.metadata_privacy, changed.keep_proxy) == (
        Privacy.PRIVATE,
        Privacy.PRIVATE,
        True,
    )
    pk.new_member("Birch")
    assert names(pk.get_members()) == ["Wren", "Birch"]
    assert pk.delete_member(made.id) is None
    assert names(pk.get_members()) == ["Birch"]


def test_members_as_a_stranger_sees_them(pk: Any, connect: Connect, owner: Client) -> None:
    shown = pk.new_member("Aspen", display_name="A.", name_privacy=Privacy.PRIVATE, metadata_privacy=Privacy.PRIVATE)
    hidden = pk.new_member("Wren", visibility=Privacy.PRIVATE)
    stranger = connect(None)
    assert names(stranger.get_members(owner.id)) == ["A."]
    seen = stranger.get_member(shown.id)
    assert (seen.name, seen.display_name, seen.created, seen.message_count) == ("A.", None, None, None)
    assert (seen.name_privacy, seen.autoproxy_enabled) == (None, None)
    assert stranger.get_member(hidden.id).name == "Wren"


def test_groups(pk: Any) -> None:
    made = pk.new_group("Forest", description="Trees.", color=Color("386641"), list_privacy=Privacy.PRIVATE)
    assert (made.name, made.description, made.color) == ("Forest", "Trees.", Color("386641"))
    assert (made.list_privacy, made.visibility) == (Privacy.PRIVATE, Privacy.PUBLIC)
    assert pk.get_group(made.id).json() == made.json()
    changed = pk.update_group(made.id, display_name="The Forest", description=None, list_privacy=Privacy.PUBLIC)
    assert (changed.name, changed.display_name, changed.description) == ("Forest", "The Forest", None)
    assert changed.list_privacy == Privacy.PUBLIC
    pk.new_group("Sea")
    assert names(pk.get_groups()) == ["Forest", "Sea"]
    assert pk.delete_group(made) is None
    assert names(pk.get_groups()) == ["Sea"]


def test_membership_from_both_sides(pk: Any) -> None:
    aspen, wren = pk.new_member("Aspen"), pk.new_member("Wren")
    forest, sea = pk.new_group("Forest"), pk.new_group("Sea")
    pk.add_group_members(forest.id, [aspen, wren])
    assert names(pk.get_group_members(forest.id)) == ["Aspen", "Wren"]
    pk.remove_group_members(forest.id, [wren.id])
    assert names(pk.get_group_members(forest.id)) == ["Aspen"]
    pk.set_group_members(forest.id, [wren])
    assert names(pk.get_group_members(forest.id)) == ["Wren"]
    pk.add_member_groups(wren.id, [sea])
    assert names(pk.get_member_groups(wren.id)) == ["Forest", "Sea"]
    pk.remove_member_groups(wren.id, [forest.id])
    assert names(pk.get_member_groups(wren.id)) == ["Sea"]
    pk.set_member_groups(wren.id, [forest])
    assert names(pk.get_member_groups(wren.id)) == ["Forest"]
    pk.set_member_groups(wren.id, [])
    assert names(pk.get_member_groups(wren.id)) == []


def test_switches(pk: Any) -> None:
    aspen, wren = pk.new_member("Aspen"), pk.new_member("Wren")
    first = pk.new_switch([aspen, wren], timestamp=NOON)
    assert (names(first.members), first.timestamp) == (["Aspen", "Wren"], NOON)
    second = pk.new_switch([wren.id], timestamp=TWO)
    listed = pk.get_switches()
    assert [switch.timestamp for switch in listed] == [TWO, NOON]
    assert [[member.id for member in switch.members] for switch in listed] == [[wren.id.id], [aspen.id.id, wren.id.id]]
    assert [switch.id.uuid for switch in pk.get_switches(before=TWO)] == [first.id.uuid]
    assert [switch.id.uuid for switch in pk.get_switches(limit=1)] == [second.id.uuid]
    changed = pk.update_switch(first.id, members=[aspen], timestamp=ONE)
    assert (names(changed.members), changed.timestamp) == (["Aspen"], ONE)
    seen = pk.get_switch(first.id)
    assert (names(seen.members), seen.timestamp, seen.id.uuid) == (["Aspen"], ONE, first.id.uuid)
    assert pk.delete_switch(first) is None
    assert [switch.id.uuid for switch in pk.get_switches()] == [second.id.uuid]


def test_fronters(pk: Any, connect: Connect, owner: Client) -> None:
    with pytest.raises(HTTPError, match=r"^204$"):  # no switch yet: the client takes only 200 for an answer
        pk.get_fronters()
    aspen, wren = pk.new_member("Aspen"), pk.new_member("Wren")
    pk.new_switch([wren, aspen])
    assert names(pk.get_fronters()) == ["Wren", "Aspen"]
    assert names(connect(None).get_fronters(owner.id)) == ["Wren", "Aspen"]
    pk.new_switch([])
    assert pk.get_fronters() == []


def test_message(pk: Any, keeper: Keeper, owner: Client) -> None:
    pk.update_system(name="Harbor")
    aspen = pk.new_member("Aspen")
    stored = keeper.add_message(aspen.id.uuid)
    for key in ("id", "original"):
        message = pk.get_message(int(stored[key]))
        assert {name: getattr(message, name) for name in stored} == {name: int(stored[name]) for name in stored}
        assert (message.system.name, message.member.name) == ("Harbor", "Aspen")
        assert (message.system.id.uuid, message.member.id.uuid) == (owner.uuid, aspen.id.uuid)
        assert message.timestamp.year == 2024
    pk.delete_member(aspen.id)
    assert (pk.get_message(int(stored["id"])).system, pk.get_message(int(stored["id"])).member) == (None, None)


def test_guild_settings(connect: Connect, keeper: Keeper) -> None:
    account, guild = new_snowflake(), new_snowflake()
    pk = connect(keeper.new_system(accounts=[account]).token)
    member = pk.new_member("Aspen")
    keeper.add_message(member.id.uuid, sender=account, guild=guild)
    here = pk.get_system_guild_settings(int(guild))
    assert (here.proxying_enabled, here.tag, here.tag_enabled) == (True, None, True)
    changed = pk.update_system_guild_settings(int(guild), tag="| here", proxying_enabled=False)
    assert (changed.proxying_enabled, changed.tag, changed.tag_enabled) == (False, "| here", True)
    assert pk.get_system_guild_settings(int(guild)).json() == changed.json()
    assert pk.get_member_guild_settings(int(guild), member.id).display_name is None
    renamed = pk.update_member_guild_settings(int(guild), member, display_name="Mod")
    assert (renamed.display_name, renamed.avatar_url) == ("Mod", None)
    assert pk.get_member_guild_settings(int(guild), member.id).display_name == "Mod"


def test_autoproxy(pk: Any) -> None:
    guild, aspen = int(new_snowflake()), pk.new_member("Aspen")
    before = pk.get_autoproxy_settings(guild)
    assert (before.autoproxy_mode, before.autoproxy_member, before.last_latch_timestamp) == ("off", None, None)
    after = pk.update_autoproxy_settings(guild, AutoproxyMode.MEMBER, autoproxy_member=aspen)
    assert (after.autoproxy_mode, after.autoproxy_member) == ("member", aspen.id.id.replace("-", ""))
    assert pk.get_autoproxy_settings(guild).json() == after.json()
    assert pk.update_autoproxy_settings(guild, AutoproxyMode.FRONT).autoproxy_member is None


@pytest.mark.parametrize(
    ("call", "error", "text"),
    [
        (lambda pk: pk.get_system("zzzzz"), SystemNotFound, "20001: System not found."),
        (lambda pk: pk.get_member("zzzzz"), MemberNotFound, "20002: Member not found."),
        (lambda pk: pk.get_group("zzzzz"), GroupNotFound, "20004: Group not found."),
        (lambda pk: pk.get_message(1), MessageNotFound, "20006: Message not found."),
        (lambda pk: pk.get_switch(NOBODY), SwitchNotFound, "20008: Switch not found, "),
        (lambda pk: pk.get_switch("x"), GenericBadRequest, "40006: Invalid switch ID."),
        (lambda pk: pk.get_system_guild_settings(1), NotFound, "20009: No system guild settings "),
        (lambda pk: pk.update_system_guild_settings(1, tag="x"), GuildNotFound, "20009: No system guild settings "),
        (lambda pk: pk.delete_member(NOBODY), MemberNotFound, "20002: Member not found."),
        (lambda pk: pk.new_member(" "), GenericBadRequest, "40001: Error parsing JSON model"),
        (lambda pk: pk.update_system(avatar_url="no"), GenericBadRequest, "40001: Error parsing JSON model"),
        (lambda pk: pk.new_switch([NOBODY]), NotFound, f"20003: Member '{NOBODY}' not found."),
        (lambda pk: pk.get_switches(limit=0), GenericBadRequest, "0: 400: Bad Request"),
    ],
)
def test_errors_of_ones_own(pk: Any, call: Callable[[Any], Any], error: type[PluralKitException], text: str) -> None:
    with pytest.raises(PluralKitException) as raised:
        call(pk)
    assert type(raised.value) is error
    assert str(raised.value).startswith(text)


def test_errors_of_switches(pk: Any) -> None:
    aspen = pk.new_member("Aspen")
    with pytest.raises(GenericBadRequest, match=r"^40003: Duplicate members"):
        pk.new_switch([aspen, aspen])
    pk.new_switch([aspen], timestamp=NOON)
    with pytest.raises(GenericBadRequest, match=r"^40005: Switch with provided timestamp"):
        pk.new_switch([], timestamp=NOON)
    with pytest.raises(GenericBadRequest, match=r"^40004: Member list identical"):
        pk.new_switch([aspen])


def test_errors_of_somebody_else(pk: Any, connect: Connect, owner: Client, stranger: Client) -> None:
    member, group = pk.new_member("Aspen"), pk.new_group("Forest", list_privacy=Privacy.PRIVATE)
    pk.update_system(member_list_privacy=Privacy.PRIVATE, front_privacy=Privacy.PRIVATE)
    other = connect(stranger.token)
    with pytest.raises(NotOwnSystem, match=r"^30001: "):
        other.get_members(owner.id)
    with pytest.raises(NotOwnGroup, match=r"^30003: "):
        other.get_group_members(group.id)
    with pytest.raises(Unauthorized, match=r"^30004: "):
        other.get_fronters(owner.id)
    with pytest.raises(NotOwnMember, match=r"^30006: "):
        other.update_member(member.id, name="Mine")
    with pytest.raises(NotOwnGroup, match=r"^30007: "):
        other.delete_group(group.id)
    assert (pk.get_member(member.id).name, names(pk.get_groups())) == ("Aspen", ["Forest"])


@pytest.mark.parametrize("token", [None, "not a token"])
def test_errors_without_valid_token(connect: Connect, token: str | None) -> None:
    with pytest.raises(Unauthorized):
        connect(token).get_system()


# With limits on: the client waits when the headers say that nothing is left, until the time that they name.


@pytest.fixture
def limited(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Server, str]]:
    """A server with the limits that it has by default, and the token of a system."""
    commands = Commands(tmp_path / "data")
    token: str = commands("system", "create", "--name", "Harbor", "--json").json()["token"]
    settings = {"PLURALSPEC_DATA": str(tmp_path / "data"), "DATABASE_URL": "", "RATE_LIMITS": ""}
    with Server("--workers", "2", environment=settings) as server:
        speak_to(f"{server.base_url}/v2", monkeypatch)
        yield server, token


async def session(pk: Any) -> int:
    """A few dozen calls without a pause of our own; how many."""
    made = [await pk.new_member(f"Member {number}") for number in range(HOW_MANY)]
    for member in made:
        assert (await pk.get_member(member.id)).name == member.name
    group = await pk.new_group("Everybody")
    await pk.add_group_members(group.id, made)
    for _ in range(HOW_MANY):
        assert [member.name async for member in pk.get_group_members(group.id)] == [member.name for member in made]
    await pk.new_switch(made[:2], timestamp=NOON)
    assert [member.name async for member in pk.get_fronters()] == ["Member 0", "Member 1"]
    return 3 * HOW_MANY + 4


def test_session_under_limits_meets_no_429(limited: tuple[Server, str]) -> None:
    server, token = limited
    assert asyncio.run(asyncio.wait_for(session(PluralKit(token)), timeout=60)) == 40
    # The limits were on: who does not heed the headers is refused.
    headers = {"Authorization": token, "User-Agent": "impatient"}
    with httpx.Client(base_url=f"{server.base_url}/v2", headers=headers, trust_env=False) as impatient:
        statuses = [impatient.get("/systems/@me").status_code for _ in range(30)]
    assert 429 in statuses
