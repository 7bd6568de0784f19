"""oEmbed, as the settings and the keeper of our own server have a say in it."""

import pytest

from tests.support.client import Client
from tests.support.keeper import Keeper, new_snowflake


@pytest.mark.parametrize("kind", ["system", "member", "group"])
def test_provider_is_the_server(base_url: str, owner: Client, anonymous: Client, kind: str) -> None:
    made = {"system": owner.id, "member": owner.new_member()["id"], "group": owner.new_group()["id"]}
    found = anonymous.get(f"/{kind}s/{made[kind]}/oembed.json").ok()
    assert found["provider_url"] == base_url.removesuffix("/v2")


@pytest.mark.parametrize("kind", ["members", "groups"])
def test_private_name_is_told_to_nobody(owner: Client, stranger: Client, anonymous: Client, kind: str) -> None:
    private = {"privacy": {"name_privacy": "private"}}
    made = owner.post(f"/{kind}", {"name": "Secret", "display_name": "Shown", **private}).ok()
    for client in (owner, stranger, anonymous):
        answer = client.get(f"/{kind}/{made['id']}/oembed.json")
        assert answer.ok()["title"] == "Shown"
        assert b"Secret" not in answer.raw


@pytest.mark.parametrize("kind", ["members", "groups"])
def test_private_name_without_display_name_is_told(owner: Client, anonymous: Client, kind: str) -> None:
    made = owner.post(f"/{kind}", {"name": "Ayo", "privacy": {"name_privacy": "private"}}).ok()
    assert anonymous.get(f"/{kind}/{made['id']}/oembed.json").ok()["title"] == "Ayo"


def test_private_name_of_a_system_is_told_to_nobody(owner: Client, stranger: Client, anonymous: Client) -> None:
    owner.patch("/systems/@me", {"name": "Lighthouse", "privacy": {"name_privacy": "private"}}).ok()
    for client in (owner, stranger, anonymous):
        assert client.get(f"/systems/{owner.id}/oembed.json").ok()["title"] == f"System with ID `{owner.id}`"


def test_system_by_account(keeper: Keeper, anonymous: Client) -> None:
    account = new_snowflake()
    system = keeper.new_system("Lighthouse", accounts=[account])
    assert anonymous.get(f"/systems/{account}/oembed.json").ok()["title"] == "Lighthouse"
    assert system.get("/systems/@me/oembed.json").ok()["title"] == "Lighthouse"
