"""Get System Settings and Update System Settings."""

from typing import Any

import pytest

from tests.support import shapes
from tests.support.check import check
from tests.support.client import Client
from tests.support.problems import (
    BAD_REQUEST,
    FORBIDDEN,
    SYSTEM_NOT_FOUND,
    UNAUTHORIZED,
    FieldErrors,
    invalid,
    too_long,
)

SETTINGS = "/systems/@me/settings"
EVERY_KEY = {*shapes.SETTINGS, *shapes.SETTINGS_LIMITS}
BOOLEANS = [key for key, value in shapes.SETTINGS.items() if isinstance(value, bool)]
# The reference service ignores `hid_list_padding` in a PATCH: test_differences looks at that.
FULL = shapes.without(shapes.FULL_SETTINGS, "hid_list_padding")


def sets(owner: Client, **fields: Any) -> None:
    """Expect that these can be set, and are shown as they were sent."""
    answer = owner.patch(SETTINGS, fields)
    found = answer.ok()
    assert {key: found[key] for key in fields} == fields, answer.story


# Get


@check("settings/get/all-keys", must="Endpoints will always return all fields, using null when a value is missing.")
def test_owner_sees_every_documented_key(reader: Client) -> None:
    assert reader.get(SETTINGS).ok().keys() >= shapes.DOCUMENTED_SETTINGS


@check(
    "settings/get/undocumented-keys", should="The owner also sees the settings that the reference service has beside."
)
def test_owner_sees_every_key(reader: Client) -> None:
    assert reader.get(SETTINGS).ok().keys() == EVERY_KEY


@check("settings/get/by-any-reference", should="The owner sees the same settings by `@me`, short id and UUID.")
def test_owner_sees_every_key_by_any_reference(reader: Client) -> None:
    everything = reader.get(SETTINGS).ok()
    for reference in (reader.id, reader.uuid):
        assert reader.get(f"/systems/{reference}/settings").ok() == everything


@check("settings/get/public", should="Anybody else sees nine public settings, and not even the keys of the others.")
def test_stranger_sees_the_public_settings_object(reader: Client, anonymous: Client) -> None:
    own = reader.get(SETTINGS).ok()
    public = {key: own[key] for key in shapes.PUBLIC_SETTINGS}
    assert anonymous.get(f"/systems/{reader.id}/settings").ok() == public


@check("settings/get/public-stranger", should="Another system sees nine public settings, as they are now.")
def test_stranger_sees_changed_public_settings(owner: Client, stranger: Client) -> None:
    own = owner.patch(SETTINGS, FULL).ok()
    public = {key: own[key] for key in shapes.PUBLIC_SETTINGS}
    assert stranger.get(f"/systems/{owner.id}/settings").ok() == public


@check("settings/get/20001", should="The settings of a system that does not exist are 404 with 20001.")
def test_settings_of_unknown_system_are_404(reader: Client) -> None:
    reader.get("/systems/dddddd/settings").fails(SYSTEM_NOT_FOUND)


# Update


@check("settings/update/documented-keys", must="Takes a partial system settings object.")
def test_patch_sets_every_documented_key(owner: Client) -> None:
    given = {key: value for key, value in FULL.items() if key in shapes.DOCUMENTED_SETTINGS}
    sets(owner, **given)
    found = owner.get(SETTINGS).ok()
    assert {key: found[key] for key in given} == given


@check("settings/update/undocumented-keys", should="The settings that the reference service has beside can be set.")
def test_patch_sets_every_key(owner: Client) -> None:
    given = {key: value for key, value in FULL.items() if key not in shapes.DOCUMENTED_SETTINGS}
    sets(owner, **given)
    found = owner.get(SETTINGS).ok()
    assert {key: found[key] for key in given} == given


@check(
    "settings/update/missing-is-kept",
    must="On PATCH endpoints, missing fields from the JSON request will be ignored and preserved as is",
)
def test_patch_of_one_key_keeps_the_others(owner: Client) -> None:
    expected = owner.patch(SETTINGS, FULL).ok()
    for key in [each for each in FULL if each in shapes.DOCUMENTED_SETTINGS]:
        expected = {**expected, key: shapes.SETTINGS[key]}
        assert owner.patch(SETTINGS, {key: shapes.SETTINGS[key]}).ok() == expected
    assert owner.get(SETTINGS).ok() == expected


@check(
    "settings/update/null-is-default",
    should="`null` means the default for `latch_timeout`, `name_format` and `description_templates`.",
)
def test_patch_null_means_the_default(owner: Client) -> None:
    full = owner.patch(SETTINGS, FULL).ok()
    keys = ("latch_timeout", "name_format", "description_templates")
    expected = {**full, **{key: shapes.SETTINGS[key] for key in keys}}
    assert owner.patch(SETTINGS, dict.fromkeys(keys)).ok() == expected
    assert owner.get(SETTINGS).ok() == expected


@check("settings/update/null-40001", should="`null` for a boolean, a choice or the time zone is 40001 on its key.")
def test_patch_null_is_an_error_where_there_is_no_null(owner: Client) -> None:
    keys = [*BOOLEANS, "timezone", "proxy_switch"]
    owner.patch(SETTINGS, dict.fromkeys(keys)).rejects(*(invalid(key) for key in keys))


@check("settings/update/limits-read-only", must="read-only, defaults to 1000")
def test_limits_can_not_be_set(owner: Client) -> None:
    limits = {key: owner.get(SETTINGS).ok()[key] for key in shapes.SETTINGS_LIMITS}
    found = owner.patch(SETTINGS, {"member_limit": 5, "group_limit": 5, "pings_enabled": False}).ok()
    assert {key: found[key] for key in limits} == limits


@check(
    "settings/update/no-valid-key",
    must="Sending a PATCH request with an empty JSON object, or with a JSON object that contains no valid keys for the"
    " target entity, will result in a 400 bad request error.",
)
def test_patch_of_nothing_is_400(owner: Client) -> None:
    for body in ({}, {"colour": "x"}):
        answer = owner.patch(SETTINGS, body)
        assert answer.status == 400, answer.story


@check("settings/update/no-settable-key", should="A PATCH that names only the limits is `400: Bad Request`.")
def test_patch_of_the_limits_alone_is_400(owner: Client) -> None:
    owner.patch(SETTINGS, {"member_limit": 5, "group_limit": 5}).fails(BAD_REQUEST)


@check(
    "settings/update/default-private",
    must="this *does not* affect members/groups created through the API - please specify privacy keys in the JSON"
    " payload instead",
)
def test_default_private_settings_do_not_affect_the_api(owner: Client) -> None:
    sets(owner, member_default_private=True, group_default_private=True)
    for made in (owner.new_member(), owner.new_group()):
        assert set(made["privacy"].values()) == {"public"}


@check(
    "settings/update/mistakes", should="All mistakes are reported together, and with one of them nothing is changed."
)
def test_settings_with_one_mistake_change_nothing(owner: Client) -> None:
    before = owner.get(SETTINGS).ok()
    body = {"pings_enabled": not before["pings_enabled"], "latch_timeout": -1, "timezone": "Mars/Olympus"}
    owner.patch(SETTINGS, body).rejects(invalid("latch_timeout"), invalid("timezone"))
    assert owner.get(SETTINGS).ok() == before


@check("settings/update/403", should="Changing another system's settings is 403, and changes nothing.")
def test_patch_of_another_system_is_403(owner: Client, stranger: Client) -> None:
    before = owner.get(SETTINGS).ok()
    stranger.patch(f"/systems/{owner.id}/settings", {"pings_enabled": not before["pings_enabled"]}).fails(FORBIDDEN)
    assert owner.get(SETTINGS).ok() == before


@check("settings/update/401", should="Changing settings needs credentials: 401, and nothing is changed.")
def test_patch_without_credentials_is_401(owner: Client, anonymous: Client) -> None:
    before = owner.get(SETTINGS).ok()
    change = {"pings_enabled": not before["pings_enabled"]}
    anonymous.patch(f"/systems/{owner.id}/settings", change).fails(UNAUTHORIZED)
    assert owner.get(SETTINGS).ok() == before


@check("settings/update/20001", should="Changing the settings of a system that does not exist is 404 with 20001.")
def test_patch_of_unknown_system_is_404(owner: Client) -> None:
    owner.patch("/systems/dddddd/settings", {"pings_enabled": False}).fails(SYSTEM_NOT_FOUND)


# Values


@check("settings/timezone/names", should="`timezone` is a name of the IANA time zone database.")
def test_timezone_of_the_database_is_accepted(owner: Client) -> None:
    for zone in ("America/Argentina/Buenos_Aires", "Etc/GMT+5", "UTC"):
        sets(owner, timezone=zone)


@check("settings/timezone/40001", should="What is no name of a time zone is 40001 on `timezone`.")
def test_what_is_no_timezone_is_an_error(owner: Client) -> None:
    for zone in ("Mars/Olympus", "Berlin", "Europe/Berlin ", "../../etc/passwd", "Europe", ""):
        owner.patch(SETTINGS, {"timezone": zone}).rejects(invalid("timezone"))


@check("settings/latch-timeout/seconds", should="`latch_timeout` is a number of seconds, 0 for never, or null.")
def test_latch_timeout_is_accepted(owner: Client) -> None:
    for value in (0, 21600, 2147483647, None):
        sets(owner, latch_timeout=value)


@check("settings/latch-timeout/40001", should="A `latch_timeout` below 0 or that is no whole number is 40001.")
def test_what_is_no_latch_timeout_is_an_error(owner: Client) -> None:
    for value in (-1, 1.5, "abc", True):
        owner.patch(SETTINGS, {"latch_timeout": value}).rejects(invalid("latch_timeout"))


@check("settings/latch-timeout/float", may="A whole number may be written with a point or an exponent.")
def test_integer_may_be_written_as_a_float(owner: Client) -> None:
    for text in ("60.0", "6e1"):
        assert owner.send_json("PATCH", SETTINGS, f'{{"latch_timeout": {text}}}').ok()["latch_timeout"] == 60


@check("settings/proxy-switch/values", should="`proxy_switch` is `off`, `new` or `add`.")
def test_proxy_switch_is_accepted(owner: Client) -> None:
    for value in ("new", "add", "off"):
        sets(owner, proxy_switch=value)


@check("settings/name-format/values", should="`name_format` is a text of at most 100 characters.")
def test_name_format_is_accepted(owner: Client) -> None:
    for value in ("{tag} {name}", "🦊" * 100):
        sets(owner, name_format=value)
    owner.patch(SETTINGS, {"name_format": "x" * 101}).rejects(too_long("name_format", 100, 101))


@check("settings/name-format/blank-is-default", should="A `name_format` that is blank is the default, `{name} {tag}`.")
def test_blank_name_format_is_the_default(owner: Client) -> None:
    sets(owner, name_format="{name}")
    assert owner.patch(SETTINGS, {"name_format": " "}).ok()["name_format"] == "{name} {tag}"


@check("settings/description-templates/values", should="There are up to three templates of up to 1000 characters each.")
def test_description_templates_are_accepted(owner: Client) -> None:
    for value in (["b", "a"], ["x" * 1000, "🦊" * 1000, "  "], []):
        sets(owner, description_templates=value)


NO_TEMPLATES: dict[str, tuple[Any, FieldErrors]] = {
    "too many": (["a", "b", "c", "d"], too_long("description_templates", 3, 4)),
    "too long": (["a", "x" * 1001], too_long("description_templates[1]", 1000, 1001)),
    "no text": ([None], invalid("description_templates[0]")),
    "no list": ("a", invalid("description_templates")),
}


@check(
    "settings/description-templates/40001",
    should="Too many templates are 40001 on the key, one that is too long or no text on its index.",
)
@pytest.mark.parametrize(("value", "errors"), NO_TEMPLATES.values(), ids=NO_TEMPLATES)
def test_what_are_no_description_templates_is_an_error(owner: Client, value: Any, errors: FieldErrors) -> None:
    owner.patch(SETTINGS, {"description_templates": value}).rejects(errors)


@check(
    "settings/type/no-boolean", may="What is neither true nor false where a boolean is expected is 40001 on its key."
)
def test_what_is_no_boolean_is_an_error(owner: Client) -> None:
    wrong: tuple[Any, ...] = ("true", 0, 1, [], {}, "", 1.5)
    body = {key: wrong[number % len(wrong)] for number, key in enumerate(BOOLEANS)}
    owner.patch(SETTINGS, body).rejects(*(invalid(key) for key in body))


@check("settings/type/no-text", may="What is no text where text is expected is 40001 on its key.")
def test_what_is_no_text_is_an_error(owner: Client) -> None:
    body = {"timezone": [], "proxy_switch": {}, "name_format": True}
    owner.patch(SETTINGS, body).rejects(*(invalid(key) for key in body))
