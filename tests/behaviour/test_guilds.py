"""Guild settings of a system and of a member, in a guild where they are known."""

from dataclasses import dataclass
from typing import Any

import pytest

from tests.support import shapes
from tests.support.check import MARKER, check
from tests.support.client import Answer, Client
from tests.support.problems import (
    BAD_REQUEST,
    FORBIDDEN,
    MEMBER_GUILD_NOT_FOUND,
    MEMBER_NOT_FOUND,
    NOT_OWN_MEMBER,
    SYSTEM_GUILD_NOT_FOUND,
    UNAUTHORIZED,
    Problem,
    invalid,
    too_long,
)

UNKNOWN_GUILD = "700000000000000001"
URL = "https://example.org/"
Settings = dict[str, Any]


@dataclass(frozen=True)
class Place:
    """The settings of a system or of a new member, in a guild that is known."""

    owner: Client
    path: str
    """As the owner asks for it, without the guild."""
    outside: str
    """As others do."""
    guild: str
    full: Settings
    other: Settings
    nullable: tuple[str, ...]
    unknown: Problem
    """What an unknown guild is answered with."""
    foreign: Problem
    """What another system is answered with."""

    @property
    def here(self) -> str:
        return self.path + self.guild

    @property
    def there(self) -> str:
        return self.outside + self.guild

    def get(self) -> Any:
        return self.owner.get(self.here).ok()

    def patch(self, body: Settings) -> Answer:
        return self.owner.patch(self.here, body)


def in_system(owner: Client, guild: str) -> Place:
    other = {"proxying_enabled": True, "tag": "| there", "tag_enabled": True}
    problems = (SYSTEM_GUILD_NOT_FOUND, FORBIDDEN)
    paths = ("/systems/@me/guilds/", f"/systems/{owner.id}/guilds/")
    return Place(owner, *paths, guild, shapes.FULL_SYSTEM_GUILD, other, ("tag",), *problems)


def in_new_member(owner: Client, guild: str) -> Place:
    other = {"display_name": "Ayo there", "avatar_url": f"{URL}there.png", "keep_proxy": False}
    problems = (MEMBER_GUILD_NOT_FOUND, NOT_OWN_MEMBER)
    path = f"/members/{owner.new_member()['id']}/guilds/"
    return Place(owner, path, path, guild, shapes.FULL_MEMBER_GUILD, other, tuple(other), *problems)


@pytest.fixture
def of_system(owner: Client, guild: str) -> Place:
    return in_system(owner, guild)


@pytest.fixture
def of_member(owner: Client, guild: str) -> Place:
    return in_new_member(owner, guild)


@pytest.fixture(params=[in_system, in_new_member], ids=["system", "member"])
def place(request: pytest.FixtureRequest, owner: Client, guild: str) -> Place:
    """Either of them, as the same rules hold for both."""
    found: Place = request.param(owner, guild)
    return found


# Get


@check("guilds/get/all-keys", must="Endpoints will always return all fields, using null when a value is missing.")
def test_owner_sees_every_key(place: Place) -> None:
    assert place.get().keys() >= place.full.keys() - {"keep_proxy"}


@check(
    "guilds/get/undocumented-keys", should="The guild settings of a member have `keep_proxy`; no answer has `guild_id`."
)
def test_owner_sees_every_key_and_no_other(place: Place) -> None:
    assert place.get().keys() == place.full.keys()


@check("guilds/get/member-defaults", should="A member for whom nothing was set in a guild has null for all there.")
def test_new_member_has_nothing_set(of_member: Place) -> None:
    assert of_member.get() == shapes.MEMBER_GUILD


@check("guilds/get/by-any-reference", should="The own system and member can be named by either id.")
def test_any_reference_of_the_own_system_will_do(owner: Client, guild: str) -> None:
    member = owner.new_member()
    for path in (f"/systems/{owner.id}", f"/systems/{owner.uuid}", f"/members/{member['uuid']}"):
        owner.get(f"{path}/guilds/{guild}").ok()


@check(
    "guilds/get/unknown-guild",
    should="A guild in which nothing is known of the system (20009) or of the member (20010) is 404.",
)
def test_get_of_unknown_guild_is_404(place: Place) -> None:
    place.owner.get(place.path + UNKNOWN_GUILD).fails(place.unknown)


@check("guilds/get/malformed-guild", should="What is no guild id is 400.")
def test_malformed_guild_id_is_400(owner: Client) -> None:
    member = owner.new_member()
    for guild in ("abc", "-1", "1.5", "18446744073709551616"):
        for path in ("/systems/@me", f"/members/{member['id']}"):
            owner.get(f"{path}/guilds/{guild}").fails(BAD_REQUEST)


@check("guilds/get/403", should="Another system's guild settings are 403, those of its members with 30006.")
def test_guild_settings_of_another_system_are_403(place: Place, stranger: Client) -> None:
    stranger.get(place.there).fails(place.foreign)


@check("guilds/get/401", should="Guild settings need credentials: 401.")
def test_guild_settings_without_credentials_are_401(place: Place, anonymous: Client) -> None:
    anonymous.get(place.there).fails(UNAUTHORIZED)


@check("guilds/get/20002", should="Guild settings of a member that does not exist are 404 with 20002.")
def test_guild_settings_of_unknown_member_are_404(owner: Client, guild: str) -> None:
    owner.get(f"/members/dddddd/guilds/{guild}").fails(MEMBER_NOT_FOUND)


# Update


@check("guilds/update/every-key", must="Takes a partial system guild settings object.")
def test_patch_of_the_system_sets_every_key(of_system: Place) -> None:
    assert of_system.patch(of_system.full).ok() == of_system.full
    assert of_system.get() == of_system.full


@check("guilds/update/every-key-of-a-member", must="Takes a partial member guild settings object.")
def test_patch_of_a_member_sets_every_key(of_member: Place) -> None:
    given = shapes.without(of_member.full, "keep_proxy")
    changed = of_member.patch(given).ok()
    assert {key: changed[key] for key in given} == given
    assert of_member.get() == changed


@check("guilds/update/keep-proxy", should="`keep_proxy` of a member in a guild is true, false or null.")
def test_keep_proxy_is_true_false_or_null(of_member: Place) -> None:
    for value in (True, False, None):
        assert of_member.patch({"keep_proxy": value}).ok() == {**shapes.MEMBER_GUILD, "keep_proxy": value}


@check(
    "guilds/update/missing-is-kept",
    must="On PATCH endpoints, missing fields from the JSON request will be ignored and preserved as is",
)
def test_patch_of_one_key_keeps_the_others(place: Place) -> None:
    expected = place.patch(place.full).ok()
    for key, value in shapes.without(place.other, "keep_proxy").items():
        expected = {**expected, key: value}
        assert place.patch({key: value}).ok() == expected
    assert place.get() == expected


@check("guilds/update/null-clears", should="`null` clears the tag of the system, and everything of a member.")
def test_patch_null_clears(place: Place) -> None:
    full = place.patch(place.full).ok()
    cleared = {**full, **dict.fromkeys(place.nullable)}
    assert place.patch(dict.fromkeys(place.nullable)).ok() == cleared
    assert place.get() == cleared


@check("guilds/update/null-40001", should="`null` for a boolean of the system's guild settings is 40001 on its key.")
def test_patch_null_is_an_error_where_there_is_no_null(of_system: Place) -> None:
    answer = of_system.patch({"proxying_enabled": None, "tag_enabled": None})
    answer.rejects(invalid("proxying_enabled"), invalid("tag_enabled"))


@check("guilds/update/blank-is-null", should="A text of nothing but white space is stored as null.")
def test_blank_is_stored_as_null(place: Place) -> None:
    place.patch(place.full).ok()
    keys = [key for key, value in place.full.items() if isinstance(value, str)]
    found = place.patch(dict.fromkeys(keys, " \t")).ok()
    assert {key: found[key] for key in keys} == dict.fromkeys(keys)


@check(
    "guilds/update/no-valid-key",
    must="Sending a PATCH request with an empty JSON object, or with a JSON object that contains no valid keys for the"
    " target entity, will result in a 400 bad request error.",
)
def test_patch_of_nothing_is_400(place: Place) -> None:
    for body in ({}, {"colour": "x"}):
        answer = place.patch(body)
        assert answer.status == 400, answer.story


@check("guilds/update/guild-id", should="`guild_id` in the body is ignored, and is no settable key by itself.")
def test_guild_id_in_the_body_is_ignored(place: Place) -> None:
    place.patch({"guild_id": UNKNOWN_GUILD}).fails(BAD_REQUEST)
    assert place.patch({**place.full, "guild_id": UNKNOWN_GUILD}).ok() == place.full
    place.owner.get(place.path + UNKNOWN_GUILD).fails(place.unknown)


@check("guilds/update/tag-79", must="79-character limit")
def test_tag_has_at_most_79_characters(of_system: Place) -> None:
    assert of_system.patch({"tag": "x" * 79}).ok()["tag"] == "x" * 79
    of_system.patch({"tag": "x" * 80}).refused()


@check("guilds/update/display-name-100", must="100-character limit")
def test_display_name_has_at_most_100_characters(of_member: Place) -> None:
    name = MARKER + "x" * (100 - len(MARKER))
    assert of_member.patch({"display_name": name}).ok()["display_name"] == name
    of_member.patch({"display_name": name + "x"}).refused()


@check("guilds/update/avatar-url-256", must="256-character limit, must be a publicly-accessible URL")
def test_avatar_url_has_at_most_256_characters(of_member: Place) -> None:
    url = URL + "a" * (256 - len(URL))
    assert of_member.patch({"avatar_url": url}).ok()["avatar_url"] == url
    of_member.patch({"avatar_url": url + "a"}).refused()
    of_member.patch({"avatar_url": "example.org/a.png"}).refused()


@check("guilds/update/40001", should="All mistakes are reported together, and with one of them nothing is changed.")
def test_mistakes_of_the_system_are_reported(of_system: Place) -> None:
    before = of_system.get()
    of_system.patch({"tag": "x" * 80, "tag_enabled": not before["tag_enabled"]}).rejects(too_long("tag", 79, 80))
    assert of_system.get() == before


@check("guilds/update/40001-of-a-member", should="All mistakes are reported together, and nothing is changed.")
def test_mistakes_of_a_member_are_reported(of_member: Place) -> None:
    wrong = {"display_name": "x" * 101, "avatar_url": "http://example.org/a.png", "keep_proxy": True}
    of_member.patch(wrong).rejects(too_long("display_name", 100, 101), invalid("avatar_url"))
    assert of_member.get() == shapes.MEMBER_GUILD


@check("guilds/update/type", may="A value of the wrong JSON type is 40001 on its key.")
def test_value_of_wrong_type_is_an_error(of_system: Place, of_member: Place) -> None:
    wrong: Settings = {"tag": True, "proxying_enabled": "true", "tag_enabled": 1}
    of_system.patch(wrong).rejects(*(invalid(key) for key in wrong))
    wrong = {"display_name": [], "avatar_url": {}, "keep_proxy": "yes"}
    of_member.patch(wrong).rejects(*(invalid(key) for key in wrong))


@check(
    "guilds/update/unknown-guild", should="Nothing can be set in a guild that is not known: 404 with 20009 or 20010."
)
def test_patch_of_unknown_guild_is_404(place: Place) -> None:
    place.owner.patch(place.path + UNKNOWN_GUILD, place.full).fails(place.unknown)
    place.owner.get(place.path + UNKNOWN_GUILD).fails(place.unknown)


@check("guilds/update/403", should="Changing another system's guild settings is 403, and changes nothing.")
def test_patch_of_another_system_is_403(place: Place, stranger: Client) -> None:
    before = place.get()
    stranger.patch(place.there, place.full).fails(place.foreign)
    assert place.get() == before


@check("guilds/update/401", should="Changing guild settings needs credentials: 401, and nothing is changed.")
def test_patch_without_credentials_is_401(place: Place, anonymous: Client) -> None:
    before = place.get()
    anonymous.patch(place.there, place.full).fails(UNAUTHORIZED)
    assert place.get() == before


@check("guilds/update/20002", should="Setting something for a member that does not exist is 404 with 20002.")
def test_patch_of_unknown_member_is_404(owner: Client, guild: str) -> None:
    owner.patch(f"/members/dddddd/guilds/{guild}", {"display_name": "x"}).fails(MEMBER_NOT_FOUND)
