"""Get System and Update System."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.support import shapes
from tests.support.check import check
from tests.support.client import Client
from tests.support.keeper import Keeper, new_snowflake
from tests.support.problems import BAD_REQUEST, FORBIDDEN, SYSTEM_NOT_FOUND, UNAUTHORIZED


def expected(system: Client, created: str, **values: Any) -> dict[str, Any]:
    """The owner's view of a system that has these values and is empty otherwise."""
    own = {"id": system.id, "uuid": system.uuid, "created": created, "webhook_url": None}
    return own | shapes.SYSTEM | values


@check(
    "systems/get/keys",
    must="Endpoints will always return all fields, using `null` when a value is missing.",
)
def test_anybody_sees_every_public_key(public: Client) -> None:
    assert public.get(f"/systems/{public.id}").ok().keys() == shapes.SYSTEM_KEYS


@check("systems/get/me", must="the string `@me` to refer to the currently authenticated system")
def test_me_is_the_own_system(reader: Client) -> None:
    assert reader.get("/systems/@me").ok() == reader.get(f"/systems/{reader.id}").ok()


def test_owner_sees_every_key_of_an_empty_system(owner: Client) -> None:
    found = owner.get("/systems/@me").ok()
    assert found == expected(owner, found["created"])
    assert found.keys() == shapes.OWN_SYSTEM_KEYS


def test_created_is_when_the_system_was_made(owner: Client) -> None:
    created = datetime.fromisoformat(owner.get("/systems/@me").ok()["created"])
    assert created.tzinfo == UTC
    assert abs(datetime.now(UTC) - created) < timedelta(hours=1)


def test_stranger_sees_every_public_key(owner: Client, stranger: Client, anonymous: Client) -> None:
    full = {**shapes.FULL_SYSTEM, "privacy": shapes.public(shapes.SYSTEM_PRIVACY)}
    own = owner.patch("/systems/@me", full).ok()
    public = shapes.changed(shapes.without(own, "webhook_url"), privacy=None)
    assert stranger.get(f"/systems/{owner.id}").ok() == public
    assert anonymous.get(f"/systems/{owner.id}").ok() == public
    assert public.keys() == shapes.SYSTEM_KEYS


def test_owner_view_has_webhook_url(keeper: Keeper, owner: Client, anonymous: Client) -> None:
    keeper.set_system(owner.uuid, webhook_url="https://hooks.example.org/pk")
    assert owner.get("/systems/@me").ok()["webhook_url"] == "https://hooks.example.org/pk"
    assert owner.patch("/systems/@me", {"name": "x"}).ok()["webhook_url"] == "https://hooks.example.org/pk"
    answer = anonymous.get(f"/systems/{owner.id}")
    assert "webhook_url" not in answer.ok()
    assert b"hooks.example.org" not in answer.raw


def test_owner_view_is_given_for_every_reference(keeper: Keeper) -> None:
    account = new_snowflake()
    owner = keeper.new_system(accounts=[account])
    own = owner.get("/systems/@me").ok()
    assert own["privacy"] is not None
    for reference in (owner.id, owner.uuid, account):
        assert owner.get(f"/systems/{reference}").ok() == own


def test_system_made_with_a_name_has_it(keeper: Keeper, anonymous: Client) -> None:
    system = keeper.new_system("Lighthouse")
    assert anonymous.get(f"/systems/{system.id}").ok()["name"] == "Lighthouse"


def test_patch_sets_every_key_and_answers_the_owner_view(owner: Client) -> None:
    before = owner.get("/systems/@me").ok()
    changed = owner.patch("/systems/@me", shapes.FULL_SYSTEM).ok()
    assert changed == expected(owner, before["created"], **shapes.FULL_SYSTEM)
    assert owner.get("/systems/@me").ok() == changed


@pytest.mark.parametrize("key", [key for key in shapes.SYSTEM if key != "privacy"])
def test_patch_of_one_key_keeps_the_others(owner: Client, key: str) -> None:
    value = shapes.FULL_SYSTEM[key]
    assert owner.patch("/systems/@me", {key: value}).ok()[key] == value
    rest = shapes.without(shapes.FULL_SYSTEM, key)
    full = owner.patch("/systems/@me", rest).ok()
    assert full == expected(owner, full["created"], **shapes.FULL_SYSTEM)


@check("systems/update/null-clears", should="`null` for a key clears it.")
@pytest.mark.parametrize("key", [key for key in shapes.SYSTEM if key != "privacy"])
def test_patch_null_clears(owner: Client, key: str) -> None:
    full = owner.patch("/systems/@me", shapes.FULL_SYSTEM).ok()
    cleared = shapes.changed(full, **{key: None})
    assert owner.patch("/systems/@me", {key: None}).ok() == cleared
    assert owner.get("/systems/@me").ok() == cleared


@pytest.mark.parametrize("key", shapes.SYSTEM_PRIVACY)
def test_patch_of_one_privacy_key_keeps_the_others(owner: Client, key: str) -> None:
    changed = owner.patch("/systems/@me", {"privacy": {key: "private"}}).ok()
    assert changed["privacy"] == shapes.public(shapes.SYSTEM_PRIVACY) | {key: "private"}
    assert owner.get("/systems/@me").ok() == changed


@pytest.mark.parametrize("key", shapes.SYSTEM_PRIVACY)
def test_patch_null_of_a_privacy_key_means_public(owner: Client, key: str) -> None:
    owner.patch("/systems/@me", shapes.FULL_SYSTEM).ok()
    changed = owner.patch("/systems/@me", {"privacy": {key: None}}).ok()
    assert changed["privacy"] == shapes.FULL_SYSTEM["privacy"] | {key: "public"}


@pytest.mark.parametrize(
    "value",
    [
        {"id": "abcef"},
        {"uuid": "b6cb3e17-52d6-4f0a-8a4b-2f9b3a5f3d11"},
        {"created": "2020-01-01T00:00:00Z"},
        {"webhook_url": "https://hooks.example.org/pk"},
        {"colour": "ff0000"},
    ],
    ids=lambda value: next(iter(value)),
)
def test_patch_ignores_what_can_not_be_set(owner: Client, value: dict[str, str]) -> None:
    before = owner.get("/systems/@me").ok()
    assert owner.patch("/systems/@me", {**value, "tag": "x"}).ok() == shapes.changed(before, tag="x")
    assert owner.get("/systems/@me").ok() == shapes.changed(before, tag="x")


def test_patch_by_short_id_uuid_and_account(keeper: Keeper) -> None:
    account = new_snowflake()
    owner = keeper.new_system(accounts=[account])
    for reference in (owner.id, owner.uuid, account):
        assert owner.patch(f"/systems/{reference}", {"tag": reference}).ok()["tag"] == reference


@check("systems/update/of-another", should="Only the system itself may change it: 403.")
def test_patch_of_another_system_is_403(owner: Client, stranger: Client) -> None:
    before = owner.get("/systems/@me").ok()
    stranger.patch(f"/systems/{owner.id}", {"name": "x"}).fails(FORBIDDEN)
    assert owner.get("/systems/@me").ok() == before


def test_patch_without_credentials_is_401(owner: Client, anonymous: Client) -> None:
    anonymous.patch(f"/systems/{owner.id}", {"name": "x"}).fails(UNAUTHORIZED)
    assert owner.get("/systems/@me").ok()["name"] is None


@check("systems/update/unknown", should="A reference that matches nothing is not found.")
def test_patch_of_unknown_system_is_404(owner: Client) -> None:
    owner.patch("/systems/dddddd", {"name": "x"}).fails(SYSTEM_NOT_FOUND)


def test_patch_of_nothing_settable_is_400_and_changes_nothing(owner: Client) -> None:
    before = owner.get("/systems/@me").ok()
    owner.patch("/systems/@me", {"id": "abcef", "webhook_url": "https://hooks.example.org/pk"}).fails(BAD_REQUEST)
    assert owner.get("/systems/@me").ok() == before
