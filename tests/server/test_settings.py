"""Settings, where it takes a fresh system or the keeper; and every key on its own."""

import pytest

from tests.support import shapes
from tests.support.client import Client
from tests.support.keeper import Keeper
from tests.support.problems import BAD_REQUEST, invalid

SETTINGS = "/systems/@me/settings"
BOOLEANS = [key for key, value in shapes.SETTINGS.items() if isinstance(value, bool)]


def test_owner_sees_every_key_with_its_default(owner: Client) -> None:
    assert owner.get(SETTINGS).ok() == {**shapes.SETTINGS, **shapes.SETTINGS_LIMITS}


def test_stranger_sees_the_public_settings_object(owner: Client, stranger: Client, anonymous: Client) -> None:
    public = {key: shapes.SETTINGS[key] for key in shapes.PUBLIC_SETTINGS}
    assert stranger.get(f"/systems/{owner.id}/settings").ok() == public
    assert anonymous.get(f"/systems/{owner.id}/settings").ok() == public


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
