"""oEmbed of a system, a member and a group: always what a stranger would see."""

from typing import Any

import pytest

from tests.support.check import check
from tests.support.client import Client
from tests.support.made import called
from tests.support.problems import GROUP_NOT_FOUND, MEMBER_NOT_FOUND, SYSTEM_NOT_FOUND, UNAUTHORIZED

NAME, SHOWN = called("Ayo"), called("Shown")
KEYS = {"type", "provider_name", "provider_url", "title"}
KINDS = {"member": ("members", "PluralKit Member"), "group": ("groups", "PluralKit Group")}
for_both = pytest.mark.parametrize(("kind", "provider"), KINDS.values(), ids=KINDS)


def private_name(value: str = "private") -> dict[str, Any]:
    """The part of a body that hides or shows the name."""
    return {"privacy": {"name_privacy": value}}


def make(owner: Client, kind: str, **fields: Any) -> str:
    """Make a member or group of a system without name; returns the path of its oEmbed."""
    owner.patch("/systems/@me", {"name": None}).ok()
    made = owner.post(f"/{kind}", fields).ok()
    return f"/{kind}/{made['id']}/oembed.json"


@check("oembed/system/keys", should="The oEmbed of a system is `rich`, of `PluralKit System`, and has a title.")
def test_system_has_exactly_these_keys(public: Client) -> None:
    found = public.get(f"/systems/{public.id}/oembed.json").ok()
    assert found.keys() == KEYS
    assert (found["type"], found["provider_name"]) == ("rich", "PluralKit System")


@check("oembed/member-and-group/keys", should="The oEmbed of a member or group is `rich` and names what it is about.")
@for_both
def test_member_or_group_has_exactly_these_keys(owner: Client, anonymous: Client, kind: str, provider: str) -> None:
    found = anonymous.get(make(owner, kind, name=NAME)).ok()
    assert found.keys() == KEYS
    assert (found["type"], found["provider_name"], found["title"]) == ("rich", provider, NAME)


@check("oembed/system/title", should="A system is called by its name; one without a name, or a private one, by its id.")
def test_title_of_a_system_is_its_public_name(owner: Client, anonymous: Client) -> None:
    by_id = f"System with ID `{owner.id}`"
    bodies: dict[str, dict[str, Any]] = {
        "Lighthouse": {"name": "Lighthouse", **private_name("public")},
        f"{by_id}": {"name": None},
    }
    for title, body in bodies.items():
        owner.patch("/systems/@me", body).ok()
        assert anonymous.get(f"/systems/{owner.id}/oembed.json").ok()["title"] == title
    owner.patch("/systems/@me", {"name": "Lighthouse", **private_name()}).ok()
    answer = anonymous.get(f"/systems/{owner.id}/oembed.json")
    assert answer.ok()["title"] == by_id
    assert b"Lighthouse" not in answer.raw


@check("oembed/member-and-group/title", should="The title is the display name if there is one, else the name.")
@for_both
def test_title_is_the_display_name_or_else_the_name(owner: Client, anonymous: Client, kind: str, provider: str) -> None:
    path = make(owner, kind, name=NAME)
    for body, title in (({"display_name": SHOWN}, SHOWN), ({"display_name": None}, NAME)):
        owner.patch(path.removesuffix("/oembed.json"), body).ok()
        assert anonymous.get(path).ok()["title"] == title


@check("oembed/member-and-group/system-name", should="The name of the system follows in brackets, if it is public.")
@for_both
def test_public_name_of_the_system_follows(owner: Client, anonymous: Client, kind: str, provider: str) -> None:
    path = make(owner, kind, name=NAME)
    for value, title in (("public", f"{NAME} (Lighthouse)"), ("private", NAME)):
        owner.patch("/systems/@me", {"name": "Lighthouse", **private_name(value)}).ok()
        assert anonymous.get(path).ok()["title"] == title


@check("oembed/member-and-group/by-reference", should="The same references work as elsewhere.")
@for_both
def test_member_or_group_by_uuid_and_display_form(owner: Client, anonymous: Client, kind: str, provider: str) -> None:
    short_id = make(owner, kind, name=NAME).split("/")[2]
    uuid = owner.get(f"/{kind}/{short_id}").ok()["uuid"]
    for reference in (uuid, short_id.upper(), f"{short_id[:3]}-{short_id[3:]}"):
        assert anonymous.get(f"/{kind}/{reference}/oembed.json").ok()["title"] == NAME


@check("oembed/member-and-group/invisible", should="A member or group that is in no list has its oEmbed all the same.")
@for_both
def test_invisible_member_or_group_is_shown(owner: Client, anonymous: Client, kind: str, provider: str) -> None:
    path = make(owner, kind, name=NAME, privacy={"visibility": "private"})
    assert anonymous.get(path).ok()["title"] == NAME


@check("oembed/system/by-reference", should="The same references work as elsewhere; `@me` needs credentials.")
def test_system_by_every_reference(reader: Client, anonymous: Client) -> None:
    own = reader.get("/systems/@me").ok()
    expected = anonymous.get(f"/systems/{own['id']}/oembed.json").ok()
    for reference in (own["uuid"], own["id"].upper()):
        assert anonymous.get(f"/systems/{reference}/oembed.json").ok() == expected
    assert reader.get("/systems/@me/oembed.json").ok()["type"] == "rich"
    anonymous.get("/systems/@me/oembed.json").fails(UNAUTHORIZED)


@check("oembed/unknown", should="What does not exist is 404 with the code of its kind.")
def test_unknown_is_404(anonymous: Client) -> None:
    anonymous.get("/systems/dddddd/oembed.json").fails(SYSTEM_NOT_FOUND)
    anonymous.get("/members/dddddd/oembed.json").fails(MEMBER_NOT_FOUND)
    anonymous.get("/groups/dddddd/oembed.json").fails(GROUP_NOT_FOUND)
