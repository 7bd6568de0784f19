"""oEmbed of a system, a member and a group: always what a stranger would see."""

from typing import Any

import pytest

from tests.support.client import Client
from tests.support.home import Home
from tests.support.keeper import Keeper, new_snowflake
from tests.support.problems import GROUP_NOT_FOUND, MEMBER_NOT_FOUND, SYSTEM_NOT_FOUND, UNAUTHORIZED

PRIVATE_NAME = {"privacy": {"name_privacy": "private"}}
KINDS = [("members", "PluralKit Member"), ("groups", "PluralKit Group")]
for_both = pytest.mark.parametrize(("kind", "provider"), KINDS, ids=["member", "group"])


def make(owner: Client, kind: str, **fields: Any) -> str:
    """Make a member or group; returns the path of its oEmbed."""
    made = owner.post(f"/{kind}", fields).ok()
    return f"/{kind}/{made['id']}/oembed.json"


def test_system_has_exactly_these_keys(base_url: str, owner: Client, anonymous: Client) -> None:
    owner.patch("/systems/@me", {"name": "Lighthouse"}).ok()
    assert anonymous.get(f"/systems/{owner.id}/oembed.json").ok() == {
        "type": "rich",
        "provider_name": "PluralKit System",
        "provider_url": base_url.removesuffix("/v2"),
        "title": "Lighthouse",
    }


@for_both
def test_member_or_group_has_exactly_these_keys(
    base_url: str, owner: Client, anonymous: Client, kind: str, provider: str
) -> None:
    assert anonymous.get(make(owner, kind, name="Ayo")).ok() == {
        "type": "rich",
        "provider_name": provider,
        "provider_url": base_url.removesuffix("/v2"),
        "title": "Ayo",
    }


def test_system_without_name_is_called_by_its_id(owner: Client, anonymous: Client) -> None:
    assert anonymous.get(f"/systems/{owner.id}/oembed.json").ok()["title"] == f"System with ID `{owner.id}`"


def test_system_with_private_name_is_called_by_its_id_for_everybody(
    owner: Client, stranger: Client, anonymous: Client
) -> None:
    owner.patch("/systems/@me", {"name": "Lighthouse", **PRIVATE_NAME}).ok()
    for client in (owner, stranger, anonymous):
        answer = client.get(f"/systems/{owner.id}/oembed.json")
        assert answer.ok()["title"] == f"System with ID `{owner.id}`"
        assert b"Lighthouse" not in answer.raw


@for_both
@pytest.mark.parametrize(
    ("fields", "title"),
    [
        ({"name": "Ayo"}, "Ayo"),
        ({"name": "Ayo", "display_name": "Shown"}, "Shown"),
        ({"name": "Ayo", "display_name": "Shown", **PRIVATE_NAME}, "Shown"),
        ({"name": "Ayo", **PRIVATE_NAME}, "Ayo"),
    ],
    ids=["name", "display name", "display name while the name is private", "private name without display name"],
)
def test_title_is_the_name_that_a_stranger_would_use(
    owner: Client, stranger: Client, anonymous: Client, kind: str, provider: str, fields: dict[str, Any], title: str
) -> None:
    path = make(owner, kind, **fields)
    for client in (owner, stranger, anonymous):
        assert client.get(path).ok()["title"] == title


@for_both
def test_private_name_does_not_leak(owner: Client, anonymous: Client, kind: str, provider: str) -> None:
    path = make(owner, kind, name="Secret", display_name="Shown", **PRIVATE_NAME)
    for client in (owner, anonymous):
        assert b"Secret" not in client.get(path).raw


@for_both
def test_public_name_of_the_system_follows(owner: Client, anonymous: Client, kind: str, provider: str) -> None:
    owner.patch("/systems/@me", {"name": "Lighthouse"}).ok()
    assert anonymous.get(make(owner, kind, name="Ayo")).ok()["title"] == "Ayo (Lighthouse)"
    assert anonymous.get(make(owner, kind, name="Ayo", display_name="Shown")).ok()["title"] == "Shown (Lighthouse)"


@for_both
def test_private_name_of_the_system_does_not_follow(owner: Client, anonymous: Client, kind: str, provider: str) -> None:
    owner.patch("/systems/@me", {"name": "Lighthouse", **PRIVATE_NAME}).ok()
    path = make(owner, kind, name="Ayo")
    for client in (owner, anonymous):
        assert client.get(path).ok()["title"] == "Ayo"


@for_both
def test_member_or_group_by_uuid_and_display_form(owner: Client, anonymous: Client, kind: str, provider: str) -> None:
    made = owner.post(f"/{kind}", {"name": "Ayo"}).ok()
    for reference in (made["uuid"], made["id"].upper(), f"{made['id'][:3]}-{made['id'][3:]}"):
        assert anonymous.get(f"/{kind}/{reference}/oembed.json").ok()["title"] == "Ayo"


@for_both
def test_invisible_member_or_group_is_shown(owner: Client, anonymous: Client, kind: str, provider: str) -> None:
    path = make(owner, kind, name="Ayo", privacy={"visibility": "private"})
    assert anonymous.get(path).ok()["title"] == "Ayo"


def test_system_by_every_reference(keeper: Keeper, anonymous: Client) -> None:
    account = new_snowflake()
    system = keeper.new_system("Lighthouse", accounts=[account])
    for reference in (system.id, system.uuid, account, system.id.upper()):
        assert anonymous.get(f"/systems/{reference}/oembed.json").ok()["title"] == "Lighthouse"
    assert system.get("/systems/@me/oembed.json").ok()["title"] == "Lighthouse"


def test_me_needs_credentials(anonymous: Client) -> None:
    anonymous.get("/systems/@me/oembed.json").fails(UNAUTHORIZED)


def test_unknown_is_404(home: Home) -> None:
    home.owner.get("/systems/dddddd/oembed.json").fails(SYSTEM_NOT_FOUND)
    home.owner.get("/members/dddddd/oembed.json").fails(MEMBER_NOT_FOUND)
    home.owner.get("/groups/dddddd/oembed.json").fails(GROUP_NOT_FOUND)
