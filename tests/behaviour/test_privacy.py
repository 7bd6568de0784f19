"""Section "who may see what": fields, whole endpoints, lists and visibility, one rule at a time.

The stranger is nobody, without credentials; one check of each kind asks whether another system sees the same.
"""

from typing import Any

import pytest

from tests.support import shapes
from tests.support.check import check
from tests.support.client import Answer, Client
from tests.support.made import among, called, past, visible
from tests.support.problems import (
    FRONT_HISTORY_PRIVATE,
    FRONTERS_PRIVATE,
    GROUP_LIST_PRIVATE,
    GROUP_MEMBER_LIST_PRIVATE,
    MEMBER_LIST_PRIVATE,
    SWITCH_NOT_ACCESSIBLE,
    Problem,
)

ME = "/systems/@me"
UNKNOWN_UUID = "b6cb3e17-52d6-4f0a-8a4b-2f9b3a5f3d11"
FIELD = "For fields with specific privacy settings (e.g. descriptions), the field will simply contain null"
ENDPOINT = "For entire endpoints which show private data (e.g. member/group lists), a 403 Forbidden response"
NO_PRIVACY = (
    "If you do not have access to view the privacy object of the member, the value of the privacy key will be null"
)
FIELDS_OF_SYSTEM = ("name_privacy", "description_privacy", "pronoun_privacy", "avatar_privacy", "banner_privacy")
ALWAYS_PUBLIC_OF_SYSTEM = ("id", "uuid", "tag", "color", "created")
ALWAYS_PUBLIC_OF_MEMBER = ("id", "uuid", "system", "color", "keep_proxy", "tts")
ALWAYS_PUBLIC_OF_GROUP = ("id", "uuid", "system", "color")


def private(*keys: str) -> dict[str, Any]:
    """The body that makes these privacy keys private."""
    return {"privacy": dict.fromkeys(keys, "private")}


def keeps_secret(answer: Answer, values: dict[str, Any]) -> None:
    """Expect that none of the values is anywhere in the bytes of the answer."""
    assert not [value for value in values.values() if str(value).encode() in answer.raw], answer.story


def hides_only(answer: Answer, own: dict[str, Any], values: dict[str, Any]) -> None:
    """Expect that of what anybody may see of a thing, these values and no others are null."""
    others = ("privacy", "autoproxy_enabled", "webhook_url")  # what no stranger sees is for checks of its own
    assert shapes.without(answer.ok(), *others) == {**shapes.without(own, *others), **dict.fromkeys(values)}
    keeps_secret(answer, values)


def public_member(member: dict[str, Any], **hidden: Any) -> dict[str, Any]:
    """A member as strangers see it, with what is hidden in its place."""
    return {**member, "privacy": None, "autoproxy_enabled": None, **hidden}


def public_group(group: dict[str, Any], **hidden: Any) -> dict[str, Any]:
    """A group as strangers see it, with what is hidden in its place."""
    return {**group, "privacy": None, **hidden}


# Fields of a system


def hides_of_system(owner: Client, anonymous: Client, key: str, **values: Any) -> None:
    """Expect that the key hides these values of a system, and nothing else."""
    full = {**shapes.FULL_SYSTEM, "privacy": shapes.public(FIELDS_OF_SYSTEM) | {key: "private"}}
    own = owner.patch(ME, full | values).ok()
    hides_only(anonymous.get(f"/systems/{owner.id}"), own, values)


@check("privacy/system/name", should="A private name of a system is null for strangers.")
def test_private_name_of_a_system(owner: Client, anonymous: Client) -> None:
    hides_of_system(owner, anonymous, "name_privacy", name="Hidden name")


@check("privacy/system/description", must=FIELD)
def test_private_description_of_a_system(owner: Client, anonymous: Client) -> None:
    hides_of_system(owner, anonymous, "description_privacy", description="Hidden description")


@check("privacy/system/pronouns", must=FIELD)
def test_private_pronouns_of_a_system(owner: Client, anonymous: Client) -> None:
    hides_of_system(owner, anonymous, "pronoun_privacy", pronouns="hid/den")


@check("privacy/system/avatar", should="A private avatar of a system is null for strangers.")
def test_private_avatar_of_a_system(owner: Client, anonymous: Client) -> None:
    hides_of_system(owner, anonymous, "avatar_privacy", avatar_url="https://example.org/hidden-avatar.png")


@check("privacy/system/banner", should="A private banner of a system is null for strangers.")
def test_private_banner_of_a_system(owner: Client, anonymous: Client) -> None:
    hides_of_system(owner, anonymous, "banner_privacy", banner="https://example.org/hidden-banner.png")


@check("privacy/system/always-shown", should="Id, tag, color and creation time of a system are never hidden.")
def test_everything_of_a_private_system_that_is_always_shown(owner: Client, anonymous: Client) -> None:
    own = owner.patch(ME, shapes.FULL_SYSTEM).ok()
    shown = {key: own[key] for key in ALWAYS_PUBLIC_OF_SYSTEM}
    assert anonymous.get(f"/systems/{owner.id}").ok() == {**dict.fromkeys(shapes.SYSTEM_KEYS), **shown}


@check("privacy/system/other-system", should="Another system sees of a system what nobody in particular sees.")
def test_another_system_sees_what_anybody_sees(owner: Client, stranger: Client, anonymous: Client) -> None:
    owner.patch(ME, shapes.FULL_SYSTEM).ok()
    owner.patch(f"{ME}/settings", {"timezone": "Antarctica/Troll"}).ok()
    for path in (f"/systems/{owner.id}", f"/systems/{owner.id}/settings"):
        assert stranger.get(path).ok() == anonymous.get(path).ok()
    for end, status in (("members", 403), ("groups", 403), ("fronters", 403), ("switches", 403)):
        answer = stranger.get(f"/systems/{owner.id}/{end}")
        assert answer.status == status, answer.story


# Fields of a member


def hides_of_member(owner: Client, anonymous: Client, key: str, **values: Any) -> None:
    """Expect that the key hides these values of a member, and nothing else."""
    own = owner.new_member(**values, **private(key))
    assert {name: own[name] for name in values} == values
    hides_only(anonymous.get(f"/members/{own['id']}"), own, values)


@check("privacy/member/description", must=FIELD)
def test_private_description_of_a_member(owner: Client, anonymous: Client) -> None:
    hides_of_member(owner, anonymous, "description_privacy", description="Hidden description")


@check("privacy/member/birthday", must=FIELD)
def test_private_birthday_of_a_member(owner: Client, anonymous: Client) -> None:
    hides_of_member(owner, anonymous, "birthday_privacy", birthday="1999-12-31")


@check("privacy/member/pronouns", must=FIELD)
def test_private_pronouns_of_a_member(owner: Client, anonymous: Client) -> None:
    hides_of_member(owner, anonymous, "pronoun_privacy", pronouns="hid/den")


@check("privacy/member/avatar", must=FIELD)
def test_private_avatar_of_a_member(owner: Client, anonymous: Client) -> None:
    hides_of_member(owner, anonymous, "avatar_privacy", avatar_url="https://example.org/hidden-avatar.png")


@check("privacy/member/webhook-avatar", should="`webhook_avatar_url` is hidden with `avatar_url`.")
def test_private_webhook_avatar_of_a_member(owner: Client, anonymous: Client) -> None:
    hides_of_member(owner, anonymous, "avatar_privacy", webhook_avatar_url="https://example.org/hidden-webhook.png")


@check("privacy/member/banner", should="A private banner of a member is null for strangers.")
def test_private_banner_of_a_member(owner: Client, anonymous: Client) -> None:
    hides_of_member(owner, anonymous, "banner_privacy", banner="https://example.org/hidden-banner.png")


@check("privacy/member/metadata", should="Private metadata are creation time, message count and last message: null.")
def test_private_metadata_of_a_member(owner: Client, anonymous: Client) -> None:
    own = owner.new_member(**private("metadata_privacy"))
    hidden = {"created": None, "message_count": None, "last_message_timestamp": None}
    assert anonymous.get(f"/members/{own['id']}").ok() == public_member(own, **hidden)


@check("privacy/member/proxy-tags", should="Private proxy tags are an empty list for strangers.")
def test_private_proxy_tags_of_a_member(owner: Client, anonymous: Client) -> None:
    own = owner.new_member(proxy_tags=[{"prefix": "hidden:", "suffix": None}], **private("proxy_privacy"))
    answer = anonymous.get(f"/members/{own['id']}")
    assert answer.ok() == public_member(own, proxy_tags=[])
    assert b"hidden" not in answer.raw


@check("privacy/member/name", should="In place of a private name strangers see the display name.")
def test_private_name_of_a_member_gives_way_to_its_display_name(owner: Client, anonymous: Client) -> None:
    own = owner.new_member(called("Hidden"), display_name="Shown", **private("name_privacy"))
    answer = anonymous.get(f"/members/{own['id']}")
    assert answer.ok() == public_member(own, name="Shown", display_name=None)
    assert b"Hidden" not in answer.raw


@check("privacy/member/name-alone", should="A private name without a display name is shown all the same.")
def test_private_name_of_a_member_without_display_name_is_shown(owner: Client, anonymous: Client) -> None:
    own = owner.new_member(**private("name_privacy"))
    assert anonymous.get(f"/members/{own['id']}").ok() == public_member(own)


@check("privacy/member/public", should="What is public of a member is shown to everybody.")
def test_public_values_of_a_member_are_shown(owner: Client, anonymous: Client) -> None:
    own = owner.new_member(**{**shapes.FULL_MEMBER, "privacy": shapes.public(shapes.MEMBER_PRIVACY)})
    assert anonymous.get(f"/members/{own['id']}").ok() == public_member(own)


@check("privacy/member/always-shown", should="Ids, system, color, `keep_proxy` and `tts` of a member are never hidden.")
def test_everything_of_a_private_member_that_is_always_shown(owner: Client, anonymous: Client) -> None:
    own = owner.new_member(**shapes.FULL_MEMBER)
    shown = {key: own[key] for key in ALWAYS_PUBLIC_OF_MEMBER}
    public = {**dict.fromkeys(shapes.MEMBER_KEYS), **shown, "name": own["display_name"], "proxy_tags": []}
    assert anonymous.get(f"/members/{own['id']}").ok() == public


@check("privacy/member/privacy", must=NO_PRIVACY)
def test_privacy_of_a_member_is_the_owners_alone(owner: Client, anonymous: Client) -> None:
    own = owner.new_member()
    assert own["privacy"] is not None
    assert anonymous.get(f"/members/{own['id']}").ok()["privacy"] is None


@check("privacy/member/other-system", should="Another system sees of a member what nobody in particular sees.")
def test_another_system_sees_of_a_member_what_anybody_sees(owner: Client, stranger: Client, anonymous: Client) -> None:
    path = f"/members/{owner.new_member(**shapes.FULL_MEMBER)['id']}"
    assert stranger.get(path).ok() == anonymous.get(path).ok()


@check("privacy/member/at-once", should="A change of privacy counts for the very next request.")
def test_change_of_privacy_counts_at_once(owner: Client, anonymous: Client) -> None:
    path = f"/members/{owner.new_member(pronouns='she/her')['id']}"
    for value, shown in (("private", None), ("public", "she/her"), ("private", None), (None, "she/her")):
        owner.patch(path, {"privacy": {"pronoun_privacy": value}}).ok()
        assert anonymous.get(path).ok()["pronouns"] == shown


# Fields of a group


def hides_of_group(owner: Client, anonymous: Client, key: str, **values: Any) -> None:
    """Expect that the key hides these values of a group, and nothing else."""
    own = owner.new_group(**values, **private(key))
    assert {name: own[name] for name in values} == values
    hides_only(anonymous.get(f"/groups/{own['id']}"), own, values)


@check("privacy/group/description", must=FIELD)
def test_private_description_of_a_group(owner: Client, anonymous: Client) -> None:
    hides_of_group(owner, anonymous, "description_privacy", description="Hidden description")


@check("privacy/group/icon", must=FIELD)
def test_private_icon_of_a_group(owner: Client, anonymous: Client) -> None:
    hides_of_group(owner, anonymous, "icon_privacy", icon="https://example.org/hidden-icon.png")


@check("privacy/group/banner", should="A private banner of a group is null for strangers.")
def test_private_banner_of_a_group(owner: Client, anonymous: Client) -> None:
    hides_of_group(owner, anonymous, "banner_privacy", banner="https://example.org/hidden-banner.png")


@check("privacy/group/metadata", should="Private metadata of a group are its creation time: null for strangers.")
def test_private_metadata_of_a_group(owner: Client, anonymous: Client) -> None:
    own = owner.new_group(**private("metadata_privacy"))
    assert anonymous.get(f"/groups/{own['id']}").ok() == public_group(own, created=None)


@check("privacy/group/name", should="In place of a private name strangers see the display name.")
def test_private_name_of_a_group_gives_way_to_its_display_name(owner: Client, anonymous: Client) -> None:
    own = owner.new_group(called("Hidden"), display_name="Shown", **private("name_privacy"))
    answer = anonymous.get(f"/groups/{own['id']}")
    assert answer.ok() == public_group(own, name="Shown", display_name=None)
    assert b"Hidden" not in answer.raw


@check("privacy/group/name-alone", should="A private name without a display name is shown all the same.")
def test_private_name_of_a_group_without_display_name_is_shown(owner: Client, anonymous: Client) -> None:
    own = owner.new_group(**private("name_privacy"))
    assert anonymous.get(f"/groups/{own['id']}").ok() == public_group(own)


@check("privacy/group/always-shown", should="Ids, system and color of a group are never hidden.")
def test_everything_of_a_private_group_that_is_always_shown(owner: Client, anonymous: Client) -> None:
    own = owner.new_group(**shapes.FULL_GROUP)
    shown = {key: own[key] for key in ALWAYS_PUBLIC_OF_GROUP}
    public = {**dict.fromkeys(shapes.GROUP_KEYS), **shown, "name": own["display_name"]}
    assert anonymous.get(f"/groups/{own['id']}").ok() == public


@check("privacy/group/other-system", should="Another system sees of a group what nobody in particular sees.")
def test_another_system_sees_of_a_group_what_anybody_sees(owner: Client, stranger: Client, anonymous: Client) -> None:
    path = f"/groups/{owner.new_group(**shapes.FULL_GROUP)['id']}"
    assert stranger.get(path).ok() == anonymous.get(path).ok()


# The same view wherever the object is shown


@check("privacy/member/alike-everywhere", should="A member is filtered alike on its own, in lists and in switches.")
def test_member_is_filtered_alike_wherever_it_is_shown(owner: Client, anonymous: Client) -> None:
    visible(owner, "member_list_privacy", "front_privacy", "front_history_privacy")
    listed = shapes.FULL_MEMBER["privacy"] | {"visibility": "public"}
    member = owner.new_member(**{**shapes.FULL_MEMBER, "privacy": listed})
    group, switch = owner.new_group(members=[member["id"]]), owner.new_switch(member["id"])
    public = anonymous.get(f"/members/{member['id']}").ok()
    assert public["description"] is None
    assert among(anonymous.get(f"/systems/{owner.id}/members").ok(), member) == [public]
    assert anonymous.get(f"/groups/{group['id']}/members").ok() == [public]
    assert anonymous.get(f"/systems/{owner.id}/fronters").ok()["members"] == [public]
    assert anonymous.get(f"/systems/{owner.id}/switches/{switch['id']}").ok()["members"] == [public]


@check("privacy/group/alike-everywhere", should="A group is filtered alike on its own and in lists.")
def test_group_is_filtered_alike_wherever_it_is_shown(owner: Client, anonymous: Client) -> None:
    visible(owner, "group_list_privacy")
    listed = shapes.FULL_GROUP["privacy"] | {"visibility": "public", "list_privacy": "public"}
    member = owner.new_member()
    group = owner.new_group(members=[member["id"]], **{**shapes.FULL_GROUP, "privacy": listed})
    public = anonymous.get(f"/groups/{group['id']}").ok()
    assert public["description"] is None
    assert among(anonymous.get(f"/systems/{owner.id}/groups").ok(), group) == [public]
    assert anonymous.get(f"/members/{member['id']}/groups").ok() == [public]
    found = anonymous.get(f"/systems/{owner.id}/groups", with_members="true").ok()
    assert among(found, group) == [{**public, "members": [member["uuid"]]}]


# Whole endpoints


def refused(owner: Client, anonymous: Client, key: str, *paths: str) -> None:
    """Expect that the key closes these paths to strangers, and not to the owner."""
    owner.patch(ME, private(key)).ok()
    for path in paths:
        answer = anonymous.get(path)
        assert answer.status == 403, answer.story
        assert owner.get(path).status == 200


@check("privacy/endpoint/members", must=ENDPOINT)
def test_private_list_of_members_is_refused(owner: Client, anonymous: Client) -> None:
    refused(owner, anonymous, "member_list_privacy", f"/systems/{owner.id}/members")


@check("privacy/endpoint/groups", must=ENDPOINT)
def test_private_list_of_groups_is_refused(owner: Client, anonymous: Client) -> None:
    path = f"/systems/{owner.id}/groups"
    refused(owner, anonymous, "group_list_privacy", path, f"{path}?with_members=true")


@check("privacy/endpoint/member-groups", should="A private list of groups closes the groups of a member, too: 403.")
def test_private_list_of_groups_closes_the_groups_of_a_member(owner: Client, anonymous: Client) -> None:
    refused(owner, anonymous, "group_list_privacy", f"/members/{owner.new_member()['id']}/groups")


@check("privacy/endpoint/group-members", must=ENDPOINT)
def test_private_member_list_of_a_group_is_refused(owner: Client, anonymous: Client) -> None:
    member = owner.new_member()
    group = owner.new_group(members=[member["id"]], **private("list_privacy"))
    assert anonymous.get(f"/groups/{group['id']}/members").status == 403
    assert owner.get(f"/groups/{group['id']}/members").ok() == [member]


@check("privacy/endpoint/fronters", must=ENDPOINT)
def test_private_fronters_are_refused(owner: Client, anonymous: Client) -> None:
    owner.new_switch(owner.new_member()["id"])
    refused(owner, anonymous, "front_privacy", f"/systems/{owner.id}/fronters")


@check("privacy/endpoint/switches", must=ENDPOINT)
def test_private_history_is_refused(owner: Client, anonymous: Client) -> None:
    refused(owner, anonymous, "front_history_privacy", f"/systems/{owner.id}/switches")


@check("privacy/endpoint/switch", should="While the front history is private, one switch is 404 with 20008.")
def test_hidden_switch_is_answered_like_one_that_does_not_exist(owner: Client, anonymous: Client) -> None:
    switch = owner.new_switch(timestamp=past(1)[0])
    owner.patch(ME, private("front_history_privacy")).ok()
    for uuid in (switch["id"], UNKNOWN_UUID):
        anonymous.get(f"/systems/{owner.id}/switches/{uuid}").fails(SWITCH_NOT_ACCESSIBLE)
    assert owner.get(f"/systems/@me/switches/{switch['id']}").ok() == switch


CODES: dict[str, tuple[str, Problem]] = {
    "30001": ("/systems/{system}/members", MEMBER_LIST_PRIVATE),
    "30002": ("/systems/{system}/groups", GROUP_LIST_PRIVATE),
    "30002 of a member": ("/members/{member}/groups", GROUP_LIST_PRIVATE),
    "30003": ("/groups/{group}/members", GROUP_MEMBER_LIST_PRIVATE),
    "30004": ("/systems/{system}/fronters", FRONTERS_PRIVATE),
    "30005": ("/systems/{system}/switches", FRONT_HISTORY_PRIVATE),
}


@check("privacy/endpoint/codes", should="Each private endpoint has a code and a message of its own, 30001 to 30005.")
def test_private_endpoints_are_told_apart_by_code(owner: Client, anonymous: Client) -> None:
    owner.patch(ME, private(*shapes.SYSTEM_PRIVACY)).ok()
    member, group = owner.new_member(), owner.new_group(**private("list_privacy"))
    for path, problem in CODES.values():
        anonymous.get(path.format(system=owner.id, member=member["id"], group=group["id"])).fails(problem)


@check("privacy/endpoint/own-key-only", should="Each endpoint is closed by its own key, and by no other.")
@pytest.mark.parametrize(
    ("key", "path"),
    [
        ("member_list_privacy", "members"),
        ("group_list_privacy", "groups"),
        ("front_privacy", "fronters"),
        ("front_history_privacy", "switches"),
    ],
)
def test_endpoint_is_closed_by_its_own_key_only(owner: Client, anonymous: Client, key: str, path: str) -> None:
    visible(owner, key)
    owner.patch(ME, private(*(other for other in shapes.SYSTEM_PRIVACY if other != key))).ok()
    answer = anonymous.get(f"/systems/{owner.id}/{path}")
    assert answer.status in (200, 204), answer.story


@check("privacy/endpoint/group-members-own-key", should="A group's `list_privacy` alone decides about its member list.")
def test_list_privacy_of_a_group_alone_decides_about_its_members(owner: Client, anonymous: Client) -> None:
    owner.patch(ME, private("member_list_privacy", "group_list_privacy")).ok()
    member = owner.new_member()
    others = [key for key in shapes.GROUP_PRIVACY if key != "list_privacy"]
    group = owner.new_group(members=[member["id"]], **private(*others))
    assert anonymous.get(f"/groups/{group['id']}/members").ok() == [public_member(member)]


@check("privacy/endpoint/one-by-one", should="Private lists do not hide a single member or group.")
def test_private_lists_do_not_hide_one_member_or_group(owner: Client, anonymous: Client) -> None:
    owner.patch(ME, private(*shapes.SYSTEM_PRIVACY)).ok()
    member, group = owner.new_member(), owner.new_group()
    assert anonymous.get(f"/members/{member['id']}").ok() == public_member(member)
    assert anonymous.get(f"/groups/{group['id']}").ok() == public_group(group)


# Visibility


@pytest.fixture
def invisible(owner: Client) -> Any:
    """A member that is in no public list."""
    return owner.new_member(called("Quiet"), **private("visibility"))


@check("privacy/visibility/members", should="An invisible member is not in the list of members that strangers see.")
def test_invisible_member_is_not_in_the_list_of_members(owner: Client, anonymous: Client, invisible: Any) -> None:
    visible(owner, "member_list_privacy")
    shown = owner.new_member()
    assert among(owner.get(f"{ME}/members").ok(), invisible, shown) == [invisible, shown]
    answer = anonymous.get(f"/systems/{owner.id}/members")
    assert among(answer.ok(), invisible, shown) == [public_member(shown)]
    assert invisible["id"].encode() not in answer.raw


@check("privacy/visibility/group-members", should="An invisible member is not in the list of a group, for strangers.")
def test_invisible_member_is_not_in_the_members_of_a_group(owner: Client, anonymous: Client, invisible: Any) -> None:
    shown = owner.new_member()
    group = owner.new_group(members=[shown["id"], invisible["id"]])
    assert owner.get(f"/groups/{group['id']}/members").ok() == [invisible, shown]
    assert anonymous.get(f"/groups/{group['id']}/members").ok() == [public_member(shown)]


@check("privacy/visibility/with-members", should="An invisible member is not in `members` of a group, for strangers.")
def test_invisible_member_is_not_in_with_members(owner: Client, anonymous: Client, invisible: Any) -> None:
    visible(owner, "group_list_privacy")
    shown = owner.new_member()
    group = owner.new_group(members=[shown["id"], invisible["id"]])
    own = owner.get(f"{ME}/groups", with_members="true").ok()
    assert among(own, group) == [{**group, "members": [invisible["uuid"], shown["uuid"]]}]
    seen = anonymous.get(f"/systems/{owner.id}/groups", with_members="true").ok()
    assert among(seen, group) == [public_group(group, members=[shown["uuid"]])]


@check("privacy/visibility/member-by-id", should="An invisible member can be fetched by its id.")
def test_invisible_member_can_be_fetched(owner: Client, anonymous: Client, invisible: Any) -> None:
    for reference in (invisible["id"], invisible["uuid"]):
        assert anonymous.get(f"/members/{reference}").ok() == public_member(invisible)


@check("privacy/visibility/switches", should="An invisible member is shown among fronters and in switches.")
def test_invisible_member_is_shown_in_switches(owner: Client, anonymous: Client, invisible: Any) -> None:
    visible(owner, "front_privacy", "front_history_privacy")
    switch = owner.new_switch(invisible["id"])
    public = {**switch, "members": [public_member(invisible)]}
    assert anonymous.get(f"/systems/{owner.id}/fronters").ok() == public
    assert anonymous.get(f"/systems/{owner.id}/switches/{switch['id']}").ok() == public
    (listed,) = among(anonymous.get(f"/systems/{owner.id}/switches").ok(), switch)
    assert listed["members"] == [invisible["id"]]


@check("privacy/visibility/groups-of-invisible", should="The groups of an invisible member are shown.")
def test_groups_of_an_invisible_member_are_shown(owner: Client, anonymous: Client, invisible: Any) -> None:
    visible(owner, "group_list_privacy")
    group = owner.new_group(members=[invisible["id"]])
    assert anonymous.get(f"/members/{invisible['id']}/groups").ok() == [public_group(group)]


@check("privacy/visibility/groups", should="An invisible group is not in the list of groups that strangers see.")
def test_invisible_group_is_not_in_the_list_of_groups(owner: Client, anonymous: Client) -> None:
    visible(owner, "group_list_privacy")
    hidden, shown = owner.new_group(called("Quiet"), **private("visibility")), owner.new_group()
    assert among(owner.get(f"{ME}/groups").ok(), hidden, shown) == [hidden, shown]
    answer = anonymous.get(f"/systems/{owner.id}/groups")
    assert among(answer.ok(), hidden, shown) == [public_group(shown)]
    assert hidden["id"].encode() not in answer.raw


@check("privacy/visibility/member-groups", should="An invisible group is not among a member's groups, for strangers.")
def test_invisible_group_is_not_in_the_groups_of_a_member(owner: Client, anonymous: Client) -> None:
    visible(owner, "group_list_privacy")
    member = owner.new_member()
    hidden = owner.new_group(called("Quiet"), members=[member["id"]], **private("visibility"))
    shown = owner.new_group(members=[member["id"]])
    assert owner.get(f"/members/{member['id']}/groups").ok() == [hidden, shown]
    assert anonymous.get(f"/members/{member['id']}/groups").ok() == [public_group(shown)]


@check("privacy/visibility/group-by-id", should="An invisible group can be fetched by its id, with its members.")
def test_invisible_group_can_be_fetched(owner: Client, anonymous: Client) -> None:
    member = owner.new_member()
    hidden = owner.new_group(called("Quiet"), members=[member["id"]], **private("visibility"))
    assert anonymous.get(f"/groups/{hidden['id']}").ok() == public_group(hidden)
    assert anonymous.get(f"/groups/{hidden['id']}/members").ok() == [public_member(member)]


@check("privacy/list/with-members", should="A group whose member list is private has no `members` for strangers.")
def test_group_with_private_list_has_no_members_in_with_members(owner: Client, anonymous: Client) -> None:
    visible(owner, "group_list_privacy")
    member = owner.new_member()
    group = owner.new_group(members=[member["id"]], **private("list_privacy"))
    own = owner.get(f"{ME}/groups", with_members="true").ok()
    assert among(own, group) == [{**group, "members": [member["uuid"]]}]
    answer = anonymous.get(f"/systems/{owner.id}/groups", with_members="true")
    assert among(answer.ok(), group) == [public_group(group, members=[])]
    assert member["uuid"].encode() not in answer.raw


@check("privacy/list/member-groups", may="A group whose member list is private is not among a member's groups.")
def test_group_with_private_list_is_not_in_the_groups_of_a_member(owner: Client, anonymous: Client) -> None:
    visible(owner, "group_list_privacy")
    member = owner.new_member()
    hidden = owner.new_group(members=[member["id"]], **private("list_privacy"))
    shown = owner.new_group(members=[member["id"]])
    assert owner.get(f"/members/{member['id']}/groups").ok() == [hidden, shown]
    assert anonymous.get(f"/members/{member['id']}/groups").ok() == [public_group(shown)]
    public = anonymous.get(f"/systems/{owner.id}/groups").ok()
    assert among(public, hidden, shown) == [public_group(hidden), public_group(shown)]


# Settings


@check("privacy/settings", should="Strangers see the public settings only; the other keys are left out.")
def test_private_settings_do_not_leak(owner: Client, anonymous: Client) -> None:
    values = {"timezone": "Antarctica/Troll", "description_templates": ["Hidden text"]}
    owner.patch(f"{ME}/settings", values).ok()
    answer = anonymous.get(f"/systems/{owner.id}/settings")
    assert answer.ok().keys() == set(shapes.PUBLIC_SETTINGS)
    keeps_secret(answer, {"timezone": "Troll", "description_templates": "Hidden"})


# Other roads


@check("privacy/refusals", should="To refuse a request about somebody else's member tells nothing private about it.")
def test_refusal_tells_nothing_about_the_member(owner: Client, stranger: Client) -> None:
    member = owner.new_member(**shapes.FULL_MEMBER | {"name": called("Hidden")})
    path = f"/members/{member['id']}"
    answers = [stranger.patch(path, {"name": 5}), stranger.get(f"{path}/guilds/1"), stranger.delete(path)]
    for answer in answers:
        assert answer.status in (400, 403), answer.story
        secrets = {key: member[key] for key in ("name", "description", "display_name", "uuid", "birthday")}
        keeps_secret(answer, secrets)
    assert owner.get(path).ok() == member
