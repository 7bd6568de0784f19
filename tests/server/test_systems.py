"""A system as the keeper makes it: empty, with accounts, a name, a webhook."""

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.support import shapes
from tests.support.client import Client
from tests.support.keeper import Keeper, new_snowflake


def expected(system: Client, created: str, **values: Any) -> dict[str, Any]:
    """The owner's view of a system that has these values and is empty otherwise."""
    own = {"id": system.id, "uuid": system.uuid, "created": created, "webhook_url": None}
    return own | shapes.SYSTEM | values


def test_owner_sees_every_key_of_an_empty_system(owner: Client) -> None:
    found = owner.get("/systems/@me").ok()
    assert found == expected(owner, found["created"])
    assert found.keys() == shapes.OWN_SYSTEM_KEYS


def test_created_is_when_the_system_was_made(owner: Client) -> None:
    created = datetime.fromisoformat(owner.get("/systems/@me").ok()["created"])
    assert created.tzinfo == UTC
    assert abs(datetime.now(UTC) - created) < timedelta(hours=1)


def test_owner_view_has_webhook_url(keeper: Keeper, owner: Client, anonymous: Client) -> None:
    keeper.set_system(owner.uuid, webhook_url="https://hooks.example.org/pk")
    assert owner.get("/systems/@me").ok()["webhook_url"] == "https://hooks.example.org/pk"
    assert owner.patch("/systems/@me", {"name": "x"}).ok()["webhook_url"] == "https://hooks.example.org/pk"
    answer = anonymous.get(f"/systems/{owner.id}")
    assert "webhook_url" not in answer.ok()
    assert b"hooks.example.org" not in answer.raw


def test_system_made_with_a_name_has_it(keeper: Keeper, anonymous: Client) -> None:
    system = keeper.new_system("Lighthouse")
    assert anonymous.get(f"/systems/{system.id}").ok()["name"] == "Lighthouse"


def test_get_and_patch_by_account(keeper: Keeper) -> None:
    account = new_snowflake()
    owner = keeper.new_system(accounts=[account])
    assert owner.get(f"/systems/{account}").ok() == owner.get("/systems/@me").ok()
    assert owner.patch(f"/systems/{account}", {"tag": "x"}).ok()["tag"] == "x"
