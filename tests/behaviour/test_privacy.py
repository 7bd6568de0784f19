"""Section "who may see what": fields, whole endpoints, lists and visibility, one rule at a time."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.support import shapes
from tests.support.client import Answer, Client
from tests.support.home import Home
from tests.support.keeper import Keeper
from tests.support.problems import (
    FRONT_HISTORY_PRIVATE,
    FRONTERS_PRIVATE,
    GROUP_LIST_PRIVATE,
    GROUP_MEMBER_LIST_PRIVATE,
    MEMBER_LIST_PRIVATE,
    SWITCH_NOT_ACCESSIBLE,
    Problem,
)

# Which keys a privacy key makes null for a stranger, with values that can be searched for in an answer.
SYSTEM_RULES = {
    "name_privacy": {"name": "Hidden name"},
    "description_privacy": {"description": "Hidden description"},
    "pronoun_privacy": {"pronouns": "hid/den"},
    "avatar_privacy": {"avatar_url": "https://example.org/hidden-avatar.png"},
    "banner_privacy": {"banner": "https://example.org/hidden-banner.png"},
}
MEMBER_RULES = {
    "description_privacy": {"description": "Hidden description"},
    "birthday_privacy": {"birthday": "1999-12-31"},
    "pronoun_privacy": {"pronouns": "hid/den"},
    "banner_privacy": {"banner": "https://example.org/hidden-banner.png"},
    "avatar_privacy": {
        "avatar_url": "https://example.org/hidden-avatar.png",
        "webhook_avatar_url": "https://example.org/hidden-webhook.png",
    },
}
GROUP_RULES = {
    "description_privacy": {"description": "Hidden description"},
    "banner_privacy": {"banner": "https://example.org/hidden-banner.png"},
    "icon_privacy": {"icon": "https://example.org/hidden-icon.png"},
}
ALWAYS_PUBLIC_OF_SYSTEM = ("id", "uuid", "tag", "color", "created")
ALWAYS_PUBLIC_OF_MEMBER = ("id", "uuid", "system", "color", "keep_proxy", "tts")
ALWAYS_PUBLIC_OF_GROUP = ("id", "uuid", "system", "color")
NAME_PRIVATE = {"privacy": {"name_privacy": "private"}}


@pytest.fixture(params=["another system", "nobody"])
def viewer(request: pytest.FixtureRequest, stranger: Client, anonymous: Client) -> Client:
    """Everybody who is not the owner."""
    return stranger if request.param == "another system" else anonymous


def private(*keys: str) -> dict[str, Any]:
    """The body that makes these privacy keys private."""
    return {"privacy": dict.fromkeys(keys, "private")}


def nulls(values: dict[str, Any]) -> dict[str, None]:
    """The same keys, all null."""
    return dict.fromkeys(values)


def keeps_secret(answer: Answer, values: dict[str, Any]) -> None:
    """Expect that none of the values is anywhere in the bytes of the answer."""
    assert not [value for value in values.values() if str(value).encode() in answer.raw], answer.story


# Fields of a system


@pytest.mark.parametrize("key", SYSTEM_RULES)
def test_private_field_of_a_system_is_null(owner: Client, viewer: Client, key: str) -> None:
    values = SYSTEM_RULES[key]
    own = owner.patch("/systems/@me", values | private(key)).ok()
    assert {name: own[name] for name in values} == values
    answer = viewer.get(f"/systems/{owner.id}")
    assert {name: answer.ok()[name] for name in values} == nulls(values)
    keeps_secret(answer, values)


@pytest.mark.parametrize("key", SYSTEM_RULES)
def test_private_field_of_a_system_hides_no_other(owner: Client, viewer: Client, key: str) -> None:
    everything = {name: value for values in SYSTEM_RULES.values() for name, value in values.items()}
    own = owner.patch("/systems/@me", everything | private(key)).ok()
    public = {**shapes.without(own, "webhook_url"), "privacy": None, **nulls(SYSTEM_RULES[key])}
    assert viewer.get(f"/systems/{owner.id}").ok() == public


@pytest.mark.parametrize("key", ["member_list_privacy", "group_list_privacy", "front_privacy", "front_history_privacy"])
def test_privacy_of_a_list_hides_no_field_of_the_system(owner: Client, viewer: Client, key: str) -> None:
    own = owner.patch(
        "/systems/@me", shapes.FULL_SYSTEM | {"privacy": shapes.public(shapes.SYSTEM_PRIVACY) | {key: "private"}}
    )
    public = {**shapes.without(own.ok(), "webhook_url"), "privacy": None}
    assert viewer.get(f"/systems/{owner.id}").ok() == public


def test_everything_of_a_private_system_that_is_always_shown(owner: Client, viewer: Client) -> None:
    own = owner.patch("/systems/@me", shapes.FULL_SYSTEM).ok()
    shown = {key: own[key] for key in ALWAYS_PUBLIC_OF_SYSTEM}
    public = viewer.get(f"/systems/{owner.id}").ok()
    assert public == {**dict.fromkeys(shapes.SYSTEM_KEYS), **shown}


# Fields of a member


@pytest.mark.parametrize("key", MEMBER_RULES)
def test_private_field_of_a_member_is_null(owner: Client, viewer: Client, key: str) -> None:
    values = MEMBER_RULES[key]
    own = owner.new_member(**values, **private(key))
    assert {name: own[name] for name in values} == values
    answer = viewer.get(f"/members/{own['id']}")
    assert answer.ok() == {**own, **nulls(values), "privacy": None, "autoproxy_enabled": None}
    keeps_secret(answer, values)


def test_private_metadata_of_a_member_is_null(keeper: Keeper, owner: Client, viewer: Client) -> None:
    own = owner.new_member(**private("metadata_privacy"))
    keeper.set_member(own["uuid"], message_count=7, last_message_timestamp="2024-02-03T04:05:06Z")
    hidden = {"created": None, "message_count": None, "last_message_timestamp": None}
    answer = viewer.get(f"/members/{own['id']}")
    assert answer.ok() == {**own, **hidden, "privacy": None, "autoproxy_enabled": None}
    assert owner.get(f"/members/{own['id']}").ok()["message_count"] == 7


def test_private_proxy_tags_of_a_member_are_an_empty_list(owner: Client, viewer: Client) -> None:
    own = owner.new_member(proxy_tags=[{"prefix": "hidden:", "suffix": None}], **private("proxy_privacy"))
    answer = viewer.get(f"/members/{own['id']}")
    assert answer.ok() == {**own, "proxy_tags": [], "privacy": None, "autoproxy_enabled": None}
    assert b"hidden" not in answer.raw


def test_private_name_of_a_member_gives_way_to_its_display_name(owner: Client, viewer: Client) -> None:
    own = owner.new_member("Hidden", display_name="Shown", **NAME_PRIVATE)
    answer = viewer.get(f"/members/{own['id']}")
    assert answer.ok() == {**own, "name": "Shown", "display_name": None, "privacy": None, "autoproxy_enabled": None}
    assert b"Hidden" not in answer.raw


def test_private_name_of_a_member_without_display_name_is_shown(owner: Client, viewer: Client) -> None:
    own = owner.new_member("Ayo", **NAME_PRIVATE)
    assert viewer.get(f"/members/{own['id']}").ok() == {**own, "privacy": None, "autoproxy_enabled": None}


def test_public_name_and_display_name_of_a_member_are_shown(owner: Client, viewer: Client) -> None:
    own = owner.new_member("Ayo", display_name="Shown")
    assert viewer.get(f"/members/{own['id']}").ok() == {**own, "privacy": None, "autoproxy_enabled": None}


def test_everything_of_a_private_member_that_is_always_shown(owner: Client, viewer: Client) -> None:
    own = owner.new_member(**shapes.FULL_MEMBER)
    shown = {key: own[key] for key in ALWAYS_PUBLIC_OF_MEMBER}
    public = {**dict.fromkeys(shapes.MEMBER_KEYS), **shown, "name": own["display_name"], "proxy_tags": []}
    assert viewer.get(f"/members/{own['id']}").ok() == public


# Fields of a group


@pytest.mark.parametrize("key", GROUP_RULES)
def test_private_field_of_a_group_is_null(owner: Client, viewer: Client, key: str) -> None:
    values = GROUP_RULES[key]
    own = owner.new_group(**values, **private(key))
    assert {name: own[name] for name in values} == values
    answer = viewer.get(f"/groups/{own['id']}")
    assert answer.ok() == {**own, **nulls(values), "privacy": None}
    keeps_secret(answer, values)


def test_private_metadata_of_a_group_is_null(owner: Client, viewer: Client) -> None:
    own = owner.new_group(**private("metadata_privacy"))
    assert viewer.get(f"/groups/{own['id']}").ok() == {**own, "created": None, "privacy": None}


def test_private_name_of_a_group_gives_way_to_its_display_name(owner: Client, viewer: Client) -> None:
    own = owner.new_group("Hidden", display_name="Shown", **NAME_PRIVATE)
    answer = viewer.get(f"/groups/{own['id']}")
    assert answer.ok() == {**own, "name": "Shown", "display_name": None, "privacy": None}
    assert b"Hidden" not in answer.raw


def test_private_name_of_a_group_without_display_name_is_shown(owner: Client, viewer: Client) -> None:
    own = owner.new_group("Attic", **NAME_PRIVATE)
    assert viewer.get(f"/groups/{own['id']}").ok() == {**own, "privacy": None}


def test_everything_of_a_private_group_that_is_always_shown(owner: Client, viewer: Client) -> None:
    own = owner.new_group(**shapes.FULL_GROUP)
    shown = {key: own[key] for key in ALWAYS_PUBLIC_OF_GROUP}
    public = {**dict.fromkeys(shapes.GROUP_KEYS), **shown, "name": own["display_name"]}
    assert viewer.get(f"/groups/{own['id']}").ok() == public


# The same view wherever the object is shown


def test_member_is_filtered_alike_wherever_it_is_shown(home: Home, viewer: Client) -> None:
    home.owner.patch(home.path("/members/{member}"), {**shapes.FULL_MEMBER, "privacy": {"visibility": "public"}}).ok()
    home.owner.patch(home.path("/members/{member}"), private(*shapes.MEMBER_PRIVACY[1:])).ok()
    public = viewer.get(home.path("/members/{member}")).ok()
    assert public["description"] is None
    assert viewer.get(home.path("/systems/{system}/members")).ok() == [public]
    assert viewer.get(home.path("/groups/{group}/members")).ok() == [public]
    assert viewer.get(home.path("/systems/{system}/fronters")).ok()["members"] == [public]
    assert viewer.get(home.path("/systems/{system}/switches/{switch}")).ok()["members"] == [public]
    assert viewer.get(home.path("/messages/{message}")).ok()["member"] == shapes.without(public, "system")


def test_group_is_filtered_alike_wherever_it_is_shown(home: Home, viewer: Client) -> None:
    keys = [key for key in shapes.GROUP_PRIVACY if key not in ("visibility", "list_privacy")]
    home.owner.patch(
        home.path("/groups/{group}"), {**shapes.without(shapes.FULL_GROUP, "privacy"), **private(*keys)}
    ).ok()
    public = viewer.get(home.path("/groups/{group}")).ok()
    assert public["description"] is None
    assert viewer.get(home.path("/systems/{system}/groups")).ok() == [public]
    assert viewer.get(home.path("/members/{member}/groups")).ok() == [public]
    with_members = [{**public, "members": [home.member["uuid"]]}]
    assert viewer.get(home.path("/systems/{system}/groups?with_members=true")).ok() == with_members


def test_change_of_privacy_counts_at_once(owner: Client, viewer: Client) -> None:
    path = f"/members/{owner.new_member(pronouns='she/her')['id']}"
    for value, shown in (("private", None), ("public", "she/her"), ("private", None), (None, "she/her")):
        owner.patch(path, {"privacy": {"pronoun_privacy": value}}).ok()
        assert viewer.get(path).ok()["pronouns"] == shown


# Whole endpoints

ENDPOINTS: list[tuple[str, str, Problem]] = [
    ("member_list_privacy", "/systems/{system}/members", MEMBER_LIST_PRIVATE),
    ("group_list_privacy", "/systems/{system}/groups", GROUP_LIST_PRIVATE),
    ("group_list_privacy", "/systems/{system}/groups?with_members=true", GROUP_LIST_PRIVATE),
    ("group_list_privacy", "/members/{member}/groups", GROUP_LIST_PRIVATE),
    ("front_privacy", "/systems/{system}/fronters", FRONTERS_PRIVATE),
    ("front_history_privacy", "/systems/{system}/switches", FRONT_HISTORY_PRIVATE),
    ("front_history_privacy", "/systems/{system}/switches/{switch}", SWITCH_NOT_ACCESSIBLE),
]
endpoints = pytest.mark.parametrize(("key", "path", "problem"), ENDPOINTS, ids=[path for _, path, _ in ENDPOINTS])


@endpoints
def test_private_endpoint_is_refused(home: Home, viewer: Client, key: str, path: str, problem: Problem) -> None:
    home.owner.patch("/systems/@me", private(key)).ok()
    viewer.get(home.path(path)).fails(problem)


@endpoints
def test_private_endpoint_is_open_to_its_owner(home: Home, key: str, path: str, problem: Problem) -> None:
    before = home.owner.get(home.path(path)).ok()
    home.owner.patch("/systems/@me", private(key)).ok()
    assert home.owner.get(home.path(path)).ok() == before


@endpoints
def test_endpoint_is_refused_for_its_own_key_only(
    home: Home, viewer: Client, key: str, path: str, problem: Problem
) -> None:
    home.owner.patch("/systems/@me", private(*(other for other in shapes.SYSTEM_PRIVACY if other != key))).ok()
    viewer.get(home.path(path)).ok()


def test_private_member_list_of_a_group_is_refused(home: Home, viewer: Client) -> None:
    before = home.owner.get(home.path("/groups/{group}/members")).ok()
    home.owner.patch(home.path("/groups/{group}"), private("list_privacy")).ok()
    viewer.get(home.path("/groups/{group}/members")).fails(GROUP_MEMBER_LIST_PRIVATE)
    assert home.owner.get(home.path("/groups/{group}/members")).ok() == before


def test_list_privacy_of_a_group_alone_decides_about_its_members(home: Home, viewer: Client) -> None:
    home.owner.patch("/systems/@me", private("member_list_privacy", "group_list_privacy")).ok()
    others = [key for key in shapes.GROUP_PRIVACY if key != "list_privacy"]
    home.owner.patch(home.path("/groups/{group}"), private(*others)).ok()
    assert [member["id"] for member in viewer.get(home.path("/groups/{group}/members")).ok()] == [home.member["id"]]


def test_hidden_switch_is_answered_like_one_that_does_not_exist(home: Home, viewer: Client) -> None:
    home.owner.patch("/systems/@me", private("front_history_privacy")).ok()
    hidden = viewer.get(home.path("/systems/{system}/switches/{switch}"))
    unknown = viewer.get(home.path("/systems/{system}/switches/b6cb3e17-52d6-4f0a-8a4b-2f9b3a5f3d11"))
    assert (hidden.status, hidden.raw) == (unknown.status, unknown.raw)


@pytest.mark.parametrize("key", ["front_privacy", "front_history_privacy"])
def test_refusal_is_the_same_with_and_without_switches(owner: Client, viewer: Client, key: str) -> None:
    path = f"/systems/{owner.id}/{'fronters' if key == 'front_privacy' else 'switches'}"
    owner.patch("/systems/@me", private(key)).ok()
    before = viewer.get(path)
    owner.new_switch(owner.new_member()["id"])
    after = viewer.get(path)
    assert (before.status, before.raw) == (after.status, after.raw)
    assert before.status == 403


@pytest.mark.parametrize(("key", "path"), [("member_list_privacy", "members"), ("group_list_privacy", "groups")])
def test_refusal_is_the_same_with_and_without_items(owner: Client, viewer: Client, key: str, path: str) -> None:
    owner.patch("/systems/@me", private(key)).ok()
    before = viewer.get(f"/systems/{owner.id}/{path}")
    owner.new_group(members=[owner.new_member()["id"]])
    after = viewer.get(f"/systems/{owner.id}/{path}")
    assert (before.status, before.raw) == (after.status, after.raw)
    assert before.status == 403


def test_private_lists_do_not_hide_one_member_or_group(home: Home, viewer: Client) -> None:
    home.owner.patch("/systems/@me", private(*shapes.SYSTEM_PRIVACY)).ok()
    assert viewer.get(home.path("/members/{member}")).ok()["id"] == home.member["id"]
    assert viewer.get(home.path("/groups/{group}")).ok()["id"] == home.group["id"]


# Visibility


@pytest.fixture
def invisible(owner: Client) -> Any:
    """A member that is in no public list."""
    return owner.new_member("Quiet", **private("visibility"))


def public_member(member: dict[str, Any]) -> dict[str, Any]:
    """A member with no private field, as a stranger sees it."""
    return {**member, "privacy": None, "autoproxy_enabled": None}


def test_invisible_member_is_not_in_the_list_of_members(owner: Client, viewer: Client, invisible: Any) -> None:
    visible = owner.new_member()
    assert owner.get("/systems/@me/members").ok() == [invisible, visible]
    answer = viewer.get(f"/systems/{owner.id}/members")
    assert answer.ok() == [public_member(visible)]
    assert invisible["id"].encode() not in answer.raw


def test_invisible_member_is_not_in_the_members_of_a_group(owner: Client, viewer: Client, invisible: Any) -> None:
    visible = owner.new_member()
    group = owner.new_group(members=[visible["id"], invisible["id"]])
    assert owner.get(f"/groups/{group['id']}/members").ok() == [invisible, visible]
    assert viewer.get(f"/groups/{group['id']}/members").ok() == [public_member(visible)]


def test_invisible_member_is_not_in_with_members(owner: Client, viewer: Client, invisible: Any) -> None:
    visible = owner.new_member()
    group = owner.new_group(members=[visible["id"], invisible["id"]])
    own = owner.get("/systems/@me/groups", with_members="true").ok()
    assert own == [{**group, "members": [invisible["uuid"], visible["uuid"]]}]
    public = viewer.get(f"/systems/{owner.id}/groups", with_members="true").ok()
    assert public == [{**group, "members": [visible["uuid"]], "privacy": None}]


def test_invisible_member_can_be_fetched(owner: Client, viewer: Client, invisible: Any) -> None:
    assert viewer.get(f"/members/{invisible['id']}").ok() == public_member(invisible)
    assert viewer.get(f"/members/{invisible['uuid']}").ok() == public_member(invisible)


def test_invisible_member_is_shown_among_fronters_and_in_switches(
    owner: Client, viewer: Client, invisible: Any
) -> None:
    switch = owner.new_switch(invisible["id"])
    public = {**switch, "members": [public_member(invisible)]}
    assert viewer.get(f"/systems/{owner.id}/fronters").ok() == public
    assert viewer.get(f"/systems/{owner.id}/switches/{switch['id']}").ok() == public
    assert viewer.get(f"/systems/{owner.id}/switches").ok() == [{**switch, "members": [invisible["id"]]}]


def test_groups_of_an_invisible_member_are_shown(owner: Client, viewer: Client, invisible: Any) -> None:
    group = owner.new_group(members=[invisible["id"]])
    assert viewer.get(f"/members/{invisible['id']}/groups").ok() == [{**group, "privacy": None}]


def test_invisible_group_is_not_in_the_list_of_groups(owner: Client, viewer: Client) -> None:
    hidden, shown = owner.new_group("Quiet", **private("visibility")), owner.new_group()
    assert owner.get("/systems/@me/groups").ok() == [hidden, shown]
    answer = viewer.get(f"/systems/{owner.id}/groups")
    assert answer.ok() == [{**shown, "privacy": None}]
    assert hidden["id"].encode() not in answer.raw


def test_invisible_group_is_not_in_the_groups_of_a_member(owner: Client, viewer: Client) -> None:
    member = owner.new_member()
    hidden = owner.new_group("Quiet", members=[member["id"]], **private("visibility"))
    shown = owner.new_group(members=[member["id"]])
    assert owner.get(f"/members/{member['id']}/groups").ok() == [hidden, shown]
    assert viewer.get(f"/members/{member['id']}/groups").ok() == [{**shown, "privacy": None}]


def test_invisible_group_can_be_fetched(owner: Client, viewer: Client) -> None:
    member = owner.new_member()
    hidden = owner.new_group("Quiet", members=[member["id"]], **private("visibility"))
    assert viewer.get(f"/groups/{hidden['id']}").ok() == {**hidden, "privacy": None}
    assert viewer.get(f"/groups/{hidden['id']}/members").ok() == [public_member(member)]


def test_group_with_private_list_has_no_members_in_with_members(owner: Client, viewer: Client) -> None:
    member = owner.new_member()
    group = owner.new_group(members=[member["id"]], **private("list_privacy"))
    own = owner.get("/systems/@me/groups", with_members="true").ok()
    assert own == [{**group, "members": [member["uuid"]]}]
    answer = viewer.get(f"/systems/{owner.id}/groups", with_members="true")
    assert answer.ok() == [{**group, "members": [], "privacy": None}]
    assert member["uuid"].encode() not in answer.raw


def test_group_with_private_list_is_not_in_the_groups_of_a_member(owner: Client, viewer: Client) -> None:
    member = owner.new_member()
    hidden = owner.new_group(members=[member["id"]], **private("list_privacy"))
    shown = owner.new_group(members=[member["id"]])
    assert owner.get(f"/members/{member['id']}/groups").ok() == [hidden, shown]
    assert viewer.get(f"/members/{member['id']}/groups").ok() == [{**shown, "privacy": None}]
    public = viewer.get(f"/systems/{owner.id}/groups").ok()
    assert public == [{**hidden, "privacy": None}, {**shown, "privacy": None}]


# Settings


def test_private_settings_do_not_leak(owner: Client, viewer: Client) -> None:
    owner.patch(
        "/systems/@me/settings", {"timezone": "Antarctica/Troll", "description_templates": ["Hidden text"]}
    ).ok()
    answer = viewer.get(f"/systems/{owner.id}/settings")
    assert answer.ok().keys() == set(shapes.PUBLIC_SETTINGS)
    keeps_secret(answer, {"timezone": "Troll", "description_templates": "Hidden"})


# Other roads


Writer = Callable[[Client, Home], Answer]
FOREIGN_USES: dict[str, Writer] = {
    "switch": lambda client, home: client.post("/systems/@me/switches", {"members": [home.member["id"]]}),
    "group": lambda client, home: client.post(f"/groups/{client.new_group()['id']}/members/add", [home.member["id"]]),
    "update": lambda client, home: client.patch(home.path("/members/{member}"), {"name": "x"}),
    "update with a mistake": lambda client, home: client.patch(home.path("/members/{member}"), {"name": 5}),
    "guild": lambda client, home: client.get(home.path("/members/{member}/guilds/{guild}")),
    "delete": lambda client, home: client.delete(home.path("/members/{member}")),
}


@pytest.mark.parametrize("use", FOREIGN_USES.values(), ids=FOREIGN_USES)
def test_refusal_tells_nothing_about_the_member(home: Home, stranger: Client, use: Writer) -> None:
    home.owner.patch(home.path("/members/{member}"), {**shapes.FULL_MEMBER, "name": "Hidden"}).ok()
    answer = use(stranger, home)
    assert answer.status in (400, 403), answer.story
    keeps_secret(
        answer, {"name": "Hidden", "description": "tea", "display_name": "Ayo (she)", "uuid": home.member["uuid"]}
    )
