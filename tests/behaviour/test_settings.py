"""Get System Settings and Update System Settings."""

from typing import Any

import pytest

from tests.support import shapes
from tests.support.client import Client
from tests.support.keeper import Keeper
from tests.support.problems import BAD_REQUEST, FORBIDDEN, SYSTEM_NOT_FOUND, UNAUTHORIZED, invalid

SETTINGS = "/systems/@me/settings"
BOOLEANS = [key for key, value in shapes.SETTINGS.items() if isinstance(value, bool)]


def test_owner_sees_every_key_with_its_default(owner: Client) -> None:
    assert owner.get(SETTINGS).ok() == {**shapes.SETTINGS, **shapes.SETTINGS_LIMITS}


def test_owner_sees_every_key_by_any_reference(owner: Client) -> None:
    everything = {**shapes.SETTINGS, **shapes.SETTINGS_LIMITS}
    assert owner.get(f"/systems/{owner.id}/settings").ok() == everything
    assert owner.get(f"/systems/{owner.uuid}/settings").ok() == everything


def test_stranger_sees_the_public_settings_object(owner: Client, stranger: Client, anonymous: Client) -> None:
    public = {key: shapes.SETTINGS[key] for key in shapes.PUBLIC_SETTINGS}
    assert stranger.get(f"/systems/{owner.id}/settings").ok() == public
    assert anonymous.get(f"/systems/{owner.id}/settings").ok() == public


def test_stranger_sees_changed_public_settings(owner: Client, stranger: Client) -> None:
    owner.patch(SETTINGS, shapes.FULL_SETTINGS).ok()
    public = {key: shapes.FULL_SETTINGS[key] for key in shapes.PUBLIC_SETTINGS}
    assert stranger.get(f"/systems/{owner.id}/settings").ok() == public


def test_patch_sets_every_key(owner: Client) -> None:
    everything = {**shapes.FULL_SETTINGS, **shapes.SETTINGS_LIMITS}
    assert owner.patch(SETTINGS, shapes.FULL_SETTINGS).ok() == everything
    assert owner.get(SETTINGS).ok() == everything


@pytest.mark.parametrize("key", shapes.SETTINGS)
def test_patch_of_one_key_keeps_the_others(owner: Client, key: str) -> None:
    value = shapes.FULL_SETTINGS[key]
    expected = {**shapes.SETTINGS, **shapes.SETTINGS_LIMITS, key: value}
    assert owner.patch(SETTINGS, {key: value}).ok() == expected
    assert owner.get(SETTINGS).ok() == expected


@pytest.mark.parametrize("key", ["latch_timeout", "name_format", "description_templates"])
def test_patch_null_means_the_default(owner: Client, key: str) -> None:
    full = owner.patch(SETTINGS, shapes.FULL_SETTINGS).ok()
    expected = shapes.changed(full, **{key: shapes.SETTINGS[key]})
    assert owner.patch(SETTINGS, {key: None}).ok() == expected
    assert owner.get(SETTINGS).ok() == expected


@pytest.mark.parametrize("key", [*BOOLEANS, "timezone", "hid_list_padding", "proxy_switch"])
def test_patch_null_is_an_error_where_there_is_no_null(owner: Client, key: str) -> None:
    owner.patch(SETTINGS, {key: None}).rejects(invalid(key))
    assert owner.get(SETTINGS).ok()[key] == shapes.SETTINGS[key]


@pytest.mark.parametrize("key", shapes.SETTINGS_LIMITS)
def test_limits_can_not_be_set(owner: Client, key: str) -> None:
    owner.patch(SETTINGS, {key: 5}).fails(BAD_REQUEST)
    assert owner.patch(SETTINGS, {key: 5, "pings_enabled": False}).ok()[key] == shapes.SETTINGS_LIMITS[key]
    assert owner.get(SETTINGS).ok()[key] == shapes.SETTINGS_LIMITS[key]


def test_own_limits_are_shown(keeper: Keeper, owner: Client) -> None:
    keeper.set_limits(owner, members=2000, groups=500)
    found = owner.get(SETTINGS).ok()
    assert (found["member_limit"], found["group_limit"]) == (2000, 500)


@pytest.mark.parametrize("body", [{}, {"colour": "x"}, {"member_limit": 1, "group_limit": 1}])
def test_patch_without_settable_key_is_400(owner: Client, body: dict[str, Any]) -> None:
    owner.patch(SETTINGS, body).fails(BAD_REQUEST)


def test_what_was_read_can_be_sent_back(owner: Client) -> None:
    owner.patch(SETTINGS, shapes.FULL_SETTINGS).ok()
    read = owner.get(SETTINGS).ok()
    assert owner.patch(SETTINGS, read).ok() == read


def test_patch_of_another_system_is_403(owner: Client, stranger: Client) -> None:
    stranger.patch(f"/systems/{owner.id}/settings", {"pings_enabled": False}).fails(FORBIDDEN)
    assert owner.get(SETTINGS).ok()["pings_enabled"] is True


def test_patch_without_credentials_is_401(owner: Client, anonymous: Client) -> None:
    anonymous.patch(f"/systems/{owner.id}/settings", {"pings_enabled": False}).fails(UNAUTHORIZED)
    assert owner.get(SETTINGS).ok()["pings_enabled"] is True


def test_unknown_system_is_404(owner: Client) -> None:
    owner.get("/systems/dddddd/settings").fails(SYSTEM_NOT_FOUND)
    owner.patch("/systems/dddddd/settings", {"pings_enabled": False}).fails(SYSTEM_NOT_FOUND)


def test_default_private_settings_do_not_affect_the_api(owner: Client) -> None:
    owner.patch(SETTINGS, {"member_default_private": True, "group_default_private": True}).ok()
    assert owner.new_member()["privacy"] == shapes.public(shapes.MEMBER_PRIVACY)
    assert owner.new_group()["privacy"] == shapes.public(shapes.GROUP_PRIVACY)
