"""Guild settings, where it takes messages: which guilds are known. And every value of every key."""

from typing import Any

import pytest

from tests.support import shapes
from tests.support.client import Client
from tests.support.home import Home
from tests.support.keeper import Keeper, new_snowflake
from tests.support.problems import (
    BAD_REQUEST,
    FORBIDDEN,
    MEMBER_GUILD_NOT_FOUND,
    NOT_OWN_MEMBER,
    SYSTEM_GUILD_NOT_FOUND,
    UNAUTHORIZED,
    FieldErrors,
    Problem,
    invalid,
    too_long,
)

LONG_URL = "https://example.org/" + "a" * 236
MALFORMED = ("abc", "-1", "1.5", "+1", "18446744073709551616", "99999999999999999999999", "0x10", "1e5", "١٢٣", "@me")

# The same rules for both: the path of a Home, what a fresh row holds, what an unknown guild is answered with.
SYSTEM = ("/systems/{system}/guilds/{guild}", shapes.SYSTEM_GUILD, shapes.FULL_SYSTEM_GUILD, SYSTEM_GUILD_NOT_FOUND)
MEMBER = ("/members/{member}/guilds/{guild}", shapes.MEMBER_GUILD, shapes.FULL_MEMBER_GUILD, MEMBER_GUILD_NOT_FOUND)
Settings = dict[str, Any]

for_both = pytest.mark.parametrize(("path", "fresh", "full", "unknown"), [SYSTEM, MEMBER], ids=["system", "member"])


def in_guild(home: Home, path: str, guild: str) -> str:
    """The path for another guild than the one that is known."""
    return home.path(path.replace("{guild}", guild))


# Which guilds are known


@for_both
def test_get_creates_the_row_of_a_known_guild(
    home: Home, keeper: Keeper, path: str, fresh: Settings, full: Settings, unknown: Problem
) -> None:
    assert home.owner.get(home.path(path)).ok() == fresh
    keeper.forget_message(home.message["id"])
    assert home.owner.get(home.path(path)).ok() == fresh


@for_both
def test_patch_creates_the_row_of_a_known_guild(
    home: Home, keeper: Keeper, path: str, fresh: Settings, full: Settings, unknown: Problem
) -> None:
    key, value = next(iter(full.items()))
    expected = {**fresh, key: value}
    assert home.owner.patch(home.path(path), {key: value}).ok() == expected
    keeper.forget_message(home.message["id"])
    assert home.owner.get(home.path(path)).ok() == expected


@for_both
def test_message_of_another_system_does_not_make_a_guild_known(
    home: Home, keeper: Keeper, path: str, fresh: Settings, full: Settings, unknown: Problem
) -> None:
    guild, account = new_snowflake(), new_snowflake()
    other = keeper.new_system(accounts=[account])
    keeper.add_message(other.new_member()["uuid"], sender=account, guild=guild)
    home.owner.get(in_guild(home, path, guild)).fails(unknown)


@for_both
def test_message_of_any_account_makes_a_guild_known(
    home: Home, keeper: Keeper, path: str, fresh: Settings, full: Settings, unknown: Problem
) -> None:
    guild, second_account = new_snowflake(), new_snowflake()
    keeper.link_account(home.owner, second_account)
    keeper.add_message(home.member["uuid"], sender=second_account, guild=guild)
    assert home.owner.get(in_guild(home, path, guild)).ok() == fresh


def test_message_of_one_member_makes_a_guild_known_for_all(home: Home) -> None:
    quiet = home.owner.new_member()
    assert home.owner.get(f"/members/{quiet['id']}/guilds/{home.guild}").ok() == shapes.MEMBER_GUILD


def test_row_of_the_system_does_not_make_a_guild_known_for_its_members(home: Home, keeper: Keeper) -> None:
    home.owner.get(home.path("/systems/{system}/guilds/{guild}")).ok()
    keeper.forget_message(home.message["id"])
    home.owner.get(home.path("/members/{member}/guilds/{guild}")).fails(MEMBER_GUILD_NOT_FOUND)


def test_row_of_a_member_does_not_make_a_guild_known_for_the_system(home: Home, keeper: Keeper) -> None:
    home.owner.get(home.path("/members/{member}/guilds/{guild}")).ok()
    keeper.forget_message(home.message["id"])
    home.owner.get(home.path("/systems/{system}/guilds/{guild}")).fails(SYSTEM_GUILD_NOT_FOUND)


def test_row_of_a_member_does_not_make_a_guild_known_for_another(home: Home, keeper: Keeper) -> None:
    quiet = home.owner.new_member()
    home.owner.get(home.path("/members/{member}/guilds/{guild}")).ok()
    keeper.forget_message(home.message["id"])
    home.owner.get(f"/members/{quiet['id']}/guilds/{home.guild}").fails(MEMBER_GUILD_NOT_FOUND)


@for_both
@pytest.mark.parametrize("guild", MALFORMED)
def test_malformed_guild_id_is_400(
    home: Home, path: str, fresh: Settings, full: Settings, unknown: Problem, guild: str
) -> None:
    home.owner.get(in_guild(home, path, guild)).fails(BAD_REQUEST)
    home.owner.patch(in_guild(home, path, guild), full).fails(BAD_REQUEST)


@for_both
@pytest.mark.parametrize("guild", ["9223372036854775807", "9223372036854775808", "18446744073709551615"])
def test_guild_ids_use_all_64_bits(
    home: Home, keeper: Keeper, path: str, fresh: Settings, full: Settings, unknown: Problem, guild: str
) -> None:
    keeper.add_message(home.member["uuid"], sender=home.account, guild=guild)
    assert home.owner.patch(in_guild(home, path, guild), full).ok() == full
    assert home.owner.get(in_guild(home, path, guild)).ok() == full


# What can be set there


@pytest.mark.parametrize(("path", "key"), [(SYSTEM[0], "tag"), *((MEMBER[0], key) for key in shapes.MEMBER_GUILD)])
def test_patch_null_clears(home: Home, path: str, key: str) -> None:
    full = home.owner.patch(home.path(path), shapes.FULL_SYSTEM_GUILD | shapes.FULL_MEMBER_GUILD).ok()
    assert home.owner.patch(home.path(path), {key: None}).ok() == {**full, key: None}
    assert home.owner.get(home.path(path)).ok() == {**full, key: None}


@for_both
@pytest.mark.parametrize("body", [{}, {"colour": "x"}, {"guild_id": "1"}, {"id": "x"}])
def test_patch_without_settable_key_is_400(
    home: Home, path: str, fresh: Settings, full: Settings, unknown: Problem, body: Settings
) -> None:
    home.owner.patch(home.path(path), body).fails(BAD_REQUEST)


@for_both
def test_guilds_are_apart(
    home: Home, keeper: Keeper, path: str, fresh: Settings, full: Settings, unknown: Problem
) -> None:
    second_guild = new_snowflake()
    keeper.add_message(home.member["uuid"], sender=home.account, guild=second_guild)
    home.owner.patch(home.path(path), full).ok()
    assert home.owner.get(in_guild(home, path, second_guild)).ok() == fresh


def test_members_are_apart(home: Home) -> None:
    second = home.owner.new_member()
    home.owner.patch(home.path(MEMBER[0]), shapes.FULL_MEMBER_GUILD).ok()
    assert home.owner.get(f"/members/{second['id']}/guilds/{home.guild}").ok() == shapes.MEMBER_GUILD


@pytest.mark.parametrize(
    ("path", "body", "errors"),
    [
        (SYSTEM[0], {"tag": "x" * 80}, too_long("tag", 79, 80)),
        (SYSTEM[0], {"tag": 5}, invalid("tag")),
        (SYSTEM[0], {"proxying_enabled": "true"}, invalid("proxying_enabled")),
        (SYSTEM[0], {"tag_enabled": 1}, invalid("tag_enabled")),
        (MEMBER[0], {"display_name": "x" * 101}, too_long("display_name", 100, 101)),
        (MEMBER[0], {"display_name": []}, invalid("display_name")),
        (MEMBER[0], {"avatar_url": "http://example.org/a.png"}, invalid("avatar_url")),
        (MEMBER[0], {"avatar_url": LONG_URL + "a"}, too_long("avatar_url", 256, 257)),
        (MEMBER[0], {"keep_proxy": "yes"}, invalid("keep_proxy")),
        (MEMBER[0], {"keep_proxy": 0}, invalid("keep_proxy")),
    ],
)
def test_mistake_is_reported_and_changes_nothing(home: Home, path: str, body: Settings, errors: FieldErrors) -> None:
    before = home.owner.get(home.path(path)).ok()
    good = {"tag_enabled": False, "display_name": "good"}
    home.owner.patch(home.path(path), {**good, **body}).rejects(errors)
    assert home.owner.get(home.path(path)).ok() == before


@pytest.mark.parametrize(("path", "key"), [(SYSTEM[0], "tag"), (MEMBER[0], "display_name"), (MEMBER[0], "avatar_url")])
@pytest.mark.parametrize("blank", ["", "  ", "\t\n"])
def test_blank_is_stored_as_null(home: Home, path: str, key: str, blank: str) -> None:
    home.owner.patch(home.path(path), {key: "https://example.org/x"}).ok()
    assert home.owner.patch(home.path(path), {key: blank}).ok()[key] is None


# Who


@for_both
def test_any_reference_of_the_own_system_will_do(
    home: Home, path: str, fresh: Settings, full: Settings, unknown: Problem
) -> None:
    systems = (home.owner.id, home.owner.uuid, "@me", home.account)
    members = (home.member["id"], home.member["uuid"])
    for reference in systems if "{system}" in path else members:
        target = path.format(system=reference, member=reference, guild=home.guild)
        assert home.owner.patch(target, full).ok() == full
        assert home.owner.get(target).ok() == full


@pytest.mark.parametrize(
    ("path", "problem"), [(SYSTEM[0], FORBIDDEN), (MEMBER[0], NOT_OWN_MEMBER)], ids=["system", "member"]
)
def test_guild_settings_of_another_system_are_403(home: Home, stranger: Client, path: str, problem: Problem) -> None:
    stranger.get(home.path(path)).fails(problem)
    stranger.patch(home.path(path), {"tag": "x", "display_name": "x"}).fails(problem)
    home.owner.get(home.path(path)).ok()
    stranger.get(home.path(path)).fails(problem)


@pytest.mark.parametrize("path", [SYSTEM[0], MEMBER[0], "/systems/@me/guilds/{guild}"])
def test_guild_settings_without_credentials_are_401(home: Home, anonymous: Client, path: str) -> None:
    anonymous.get(home.path(path)).fails(UNAUTHORIZED)
    anonymous.patch(home.path(path), {"tag": "x", "display_name": "x"}).fails(UNAUTHORIZED)
