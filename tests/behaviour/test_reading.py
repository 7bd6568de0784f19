"""What can be seen of any system without changing anything: as a stranger, and as its owner.

Nothing is known of what the system has. Where it has none of something, a check has nothing to object to; where it
keeps a whole list to itself, that must be said in the right way.
"""

import re
from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from tests.support import shapes
from tests.support.check import check
from tests.support.client import Client
from tests.support.made import instant
from tests.support.problems import (
    FRONT_HISTORY_PRIVATE,
    FRONTERS_PRIVATE,
    GROUP_LIST_PRIVATE,
    GROUP_MEMBER_LIST_PRIVATE,
    GROUP_NOT_FOUND,
    INVALID_SWITCH_ID,
    MEMBER_LIST_PRIVATE,
    MEMBER_NOT_FOUND,
    SWITCH_NOT_ACCESSIBLE,
    SYSTEM_NOT_FOUND,
    UNAUTHORIZED,
)

UNKNOWN_UUID = "b6cb3e17-52d6-4f0a-8a4b-2f9b3a5f3d11"
PRIVATE_LISTS = {"members": MEMBER_LIST_PRIVATE, "groups": GROUP_LIST_PRIVATE, "switches": FRONT_HISTORY_PRIVATE}
KEYS = {"members": shapes.MEMBER_KEYS, "groups": shapes.GROUP_KEYS}
DOCUMENTED_KEYS = {"members": shapes.DOCUMENTED_MEMBER, "groups": shapes.DOCUMENTED_GROUP}
PICTURES = ("avatar_url", "banner", "icon")
FEW = 3
"""Of so many of a list each is asked for by itself."""

every_list = pytest.mark.parametrize("kind", ["members", "groups"])


def listed(client: Client, kind: str, **query: str | int) -> list[Any]:
    """What the system has of it; nothing if it keeps that to itself."""
    answer = client.get(f"/systems/{client.id}/{kind}", **query)
    if answer.status == 403:
        answer.fails(PRIVATE_LISTS[kind])
        return []
    found: list[Any] = answer.ok()
    return found


def everything(client: Client) -> list[Any]:
    """The system, its members and its groups."""
    return [client.get(f"/systems/{client.id}").ok(), *listed(client, "members"), *listed(client, "groups")]


def wrong(things: Iterable[Any], *keys: str, pattern: str) -> list[Any]:
    """The values of these keys that are there, not null, and not of the form."""
    values = [thing[key] for thing in things for key in keys if thing.get(key) is not None]
    return [value for value in values if not re.fullmatch(pattern, str(value), re.DOTALL)]


# Values, wherever they are


@check(
    "reading/values/ids",
    must="Every PluralKit entity has two IDs: a short (5-character) ID and a longer UUID.",
)
def test_everything_has_two_ids(public: Client) -> None:
    for thing in everything(public):
        assert re.fullmatch("[a-z]{5,6}", thing["id"]), thing
        assert str(UUID(thing["uuid"])) == thing["uuid"], thing


@check("reading/values/names", must="100-character limit")
def test_names_have_at_most_100_characters(public: Client) -> None:
    assert wrong(everything(public), "name", "display_name", "pronouns", pattern=".{1,100}") == []


@check("reading/values/descriptions", must="1000-character limit")
def test_descriptions_have_at_most_1000_characters(public: Client) -> None:
    assert wrong(everything(public), "description", pattern=".{1,1000}") == []


@check("reading/values/pictures", must="256-character limit, must be a publicly-accessible URL")
def test_pictures_are_urls(public: Client) -> None:
    things = everything(public)
    assert wrong(things, *PICTURES, pattern=r"https?://\S+") == []
    assert wrong(things, *PICTURES, pattern=".{1,256}") == []


@check("reading/values/colors", must="6-character hex code, no `#` at the beginning")
def test_colors_are_hex_codes(public: Client) -> None:
    assert wrong(everything(public), "color", pattern="[0-9a-fA-F]{6}") == []


@check("reading/values/colors-lower-case", should="Colours are shown in lower case.")
def test_colors_are_in_lower_case(public: Client) -> None:
    assert wrong(everything(public), "color", pattern="[^A-F]*") == []


@check("reading/values/timestamps", should="Timestamps are UTC, end in Z, and have no zeros at the end of a fraction.")
def test_timestamps_are_utc(public: Client) -> None:
    form = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{0,5}[1-9])?Z"
    assert wrong(everything(public), "created", "last_message_timestamp", pattern=form) == []
    assert wrong(listed(public, "switches"), "timestamp", pattern=form) == []


@check(
    "reading/values/privacy",
    must="If you do not have access to view the privacy object of the member, the value of the `privacy` key will be"
    " null, rather than the values of individual privacy keys.",
)
def test_nobodys_privacy_is_shown(public: Client) -> None:
    for thing in everything(public):
        assert "privacy" in thing
        assert thing["privacy"] is None


# Lists of members and groups


@check("reading/lists/members", must="Returns a list of member objects.")
def test_members_are_a_list(public: Client) -> None:
    assert isinstance(listed(public, "members"), list)


@check("reading/lists/groups", must="Returns a list of group objects.")
def test_groups_are_a_list(public: Client) -> None:
    assert isinstance(listed(public, "groups"), list)


@check("reading/lists/all-keys", must="Endpoints will always return all fields, using null when a value is missing.")
@every_list
def test_each_has_every_documented_key(public: Client, kind: str) -> None:
    for thing in listed(public, kind):
        assert thing.keys() >= DOCUMENTED_KEYS[kind], thing


@check("reading/lists/no-other-keys", should="Each has the keys of its kind and no others.")
@every_list
def test_each_has_no_other_key(public: Client, kind: str) -> None:
    for thing in listed(public, kind):
        assert thing.keys() == KEYS[kind], thing


@check(
    "reading/lists/unique-ids",
    must="The short ID is unique across the resource (a member can have the same short ID as a system, for example),"
    " while the UUID is consistent for the lifetime of the entity and globally unique across the bot.",
)
@every_list
def test_ids_are_unique(public: Client, kind: str) -> None:
    found = listed(public, kind)
    for key in ("id", "uuid"):
        assert len({thing[key] for thing in found}) == len(found)


@check("reading/lists/names", should="Everybody listed has a name that is not blank.")
@every_list
def test_each_has_a_name(public: Client, kind: str) -> None:
    assert [thing for thing in listed(public, kind) if not thing["name"].strip()] == []


@check("reading/lists/system", should="Each names the system, by its short id.")
@every_list
def test_each_names_its_system(public: Client, kind: str) -> None:
    short_id = public.get(f"/systems/{public.id}").ok()["id"]
    assert {thing["system"] for thing in listed(public, kind)} <= {short_id}


@check("reading/lists/by-creation", should="Lists are in the order of creation, as far as that is shown.")
@every_list
def test_lists_are_by_creation(public: Client, kind: str) -> None:
    moments = [instant(thing["created"]) for thing in listed(public, kind) if thing["created"]]
    assert moments == sorted(moments)


@check("reading/lists/alone", should="Each is the same alone, by short id and by UUID, as it is in the list.")
@every_list
def test_each_is_the_same_alone(public: Client, kind: str) -> None:
    for thing in listed(public, kind)[:FEW]:
        for reference in (thing["id"], thing["uuid"]):
            assert public.get(f"/{kind}/{reference}").ok() == thing


@check("reading/lists/again", should="Reading changes nothing: a list that is asked for again is the same.")
@every_list
def test_list_is_the_same_again(public: Client, kind: str) -> None:
    assert listed(public, kind) == listed(public, kind)


@check("reading/lists/by-uuid", must="`systemRef` can be a system's short (5-character) ID, a system's UUID")
@every_list
def test_list_is_the_same_by_uuid(public: Client, kind: str) -> None:
    uuid = public.get(f"/systems/{public.id}").ok()["uuid"]
    by_id, by_uuid = (public.get(f"/systems/{reference}/{kind}") for reference in (public.id, uuid))
    assert (by_uuid.status, by_uuid.body) == (by_id.status, by_id.body)


@check("reading/lists/head", should="HEAD of a list answers like GET, without a body.")
@every_list
def test_head_of_a_list(public: Client, kind: str) -> None:
    path = f"/systems/{public.id}/{kind}"
    head = public.send("HEAD", path)
    assert (head.status, head.raw) == (public.get(path).status, b"")


# Members


@check("reading/members/birthdays", must="`YYYY-MM-DD` format, 0004 hides the year")
def test_birthdays_are_dates(public: Client) -> None:
    members = listed(public, "members")
    assert wrong(members, "birthday", pattern=r"\d{4}-\d\d-\d\d") == []
    for birthday in [member["birthday"] for member in members if member["birthday"]]:
        assert str(date.fromisoformat(birthday)) == birthday


@check("reading/members/proxy-tags", must='`prefix + "text" + suffix` must be shorter than 100 characters in total.')
def test_proxy_tags_are_short(public: Client) -> None:
    for tags in (member["proxy_tags"] for member in listed(public, "members")):
        for tag in tags:
            assert tag.keys() == {"prefix", "suffix"}
            assert len(tag["prefix"] or "") + len("text") + len(tag["suffix"] or "") <= 100, tag


@check("reading/members/proxy-tags-stored", should="A tag has a prefix or a suffix, none that is empty, and no double.")
def test_proxy_tags_mean_something(public: Client) -> None:
    for tags in (member["proxy_tags"] for member in listed(public, "members")):
        ends = [(tag["prefix"], tag["suffix"]) for tag in tags]
        assert [pair for pair in ends if "" in pair or not any(pair)] == []
        assert len(set(ends)) == len(ends)


@check("reading/members/autoproxy", should="Whether a member may be autoproxied is shown to nobody else: null.")
def test_autoproxy_is_not_shown(public: Client) -> None:
    assert {member["autoproxy_enabled"] for member in listed(public, "members")} <= {None}


@check("reading/members/counts", should="A message count is not negative; who has a last message has a count.")
def test_counts_of_messages_fit_together(public: Client) -> None:
    for member in listed(public, "members"):
        assert (member["message_count"] or 0) >= 0, member
        assert member["message_count"] or not member["last_message_timestamp"], member


@check("reading/members/groups", should="A member's groups are groups of the system; 403 with 30002 if it hides those.")
def test_groups_of_members(public: Client) -> None:
    groups = {group["id"]: group for group in listed(public, "groups")}
    for member in listed(public, "members")[:FEW]:
        answer = public.get(f"/members/{member['id']}/groups")
        if answer.status == 403:
            answer.fails(GROUP_LIST_PRIVATE)
            continue
        for group in answer.ok():
            assert group == groups.get(group["id"])


# Groups


def members_of(client: Client, group: Any) -> list[Any]:
    """Those whom anybody sees; nobody if the group keeps them to itself."""
    answer = client.get(f"/groups/{group['id']}/members")
    if answer.status == 403:
        answer.fails(GROUP_MEMBER_LIST_PRIVATE)
        return []
    found: list[Any] = answer.ok()
    return found


@check("reading/groups/members", must="Returns an array of member objects.")
def test_members_of_groups_are_whole(public: Client) -> None:
    for group in listed(public, "groups")[:FEW]:
        for member in members_of(public, group):
            assert member.keys() >= shapes.DOCUMENTED_MEMBER
            assert member["system"] == group["system"]


@check("reading/groups/with-members", must="includes `members` key with array of member UUIDs in each group object")
def test_with_members_lists_uuids(public: Client) -> None:
    for group in listed(public, "groups", with_members="true"):
        assert [str(UUID(uuid)) for uuid in group["members"]] == group["members"]


@check("reading/groups/with-members-agrees", should="`with_members` shows the members that the group itself shows.")
def test_with_members_is_what_each_group_says(public: Client) -> None:
    for group in listed(public, "groups", with_members="true")[:FEW]:
        assert group["members"] == [member["uuid"] for member in members_of(public, group)]


@check("reading/groups/without-members", should="Without `with_members` there is no key `members`.")
def test_list_leaves_members_out(public: Client) -> None:
    with_members = listed(public, "groups", with_members="true")
    assert listed(public, "groups") == [shapes.without(group, "members") for group in with_members]


# Switches


@check("reading/switches/ids", must="Returns a switch object containing a list of IDs.")
def test_switches_list_ids(public: Client) -> None:
    for switch in listed(public, "switches"):
        assert switch.keys() == shapes.SWITCH_KEYS
        assert str(UUID(switch["id"])) == switch["id"]
        assert [member for member in switch["members"] if not re.fullmatch("[a-z]{5,6}", member)] == []


@check("reading/switches/at-most-100", must="This endpoint returns at most 100 switches.")
def test_at_most_100_switches(public: Client) -> None:
    assert len(listed(public, "switches")) <= 100


@check("reading/switches/newest-first", should="Switches are listed newest first, no two of them at one moment.")
def test_switches_are_newest_first(public: Client) -> None:
    moments = [instant(switch["timestamp"]) for switch in listed(public, "switches")]
    assert moments == sorted(set(moments), reverse=True)


@check("reading/switches/limit", must="number of switches to get (defaults to 100)")
def test_limit_of_switches(public: Client) -> None:
    assert listed(public, "switches", limit=1) == listed(public, "switches")[:1]


@check("reading/switches/before", must="date to get latest switch from")
def test_switches_before_a_moment(public: Client) -> None:
    switches = listed(public, "switches")
    for earlier, later in zip(switches[1:2], switches, strict=False):
        assert listed(public, "switches", before=later["timestamp"], limit=1) == [earlier]


@check("reading/switches/one", must="Returns a switch object containing a list of member objects.")
def test_switch_alone_has_member_objects(public: Client) -> None:
    for switch in listed(public, "switches")[:FEW]:
        found = public.get(f"/systems/{public.id}/switches/{switch['id']}").ok()
        assert found == {**switch, "members": found["members"]}
        assert [member["id"] for member in found["members"]] == switch["members"]
        for member in found["members"]:
            assert member.keys() >= shapes.DOCUMENTED_MEMBER


@check("reading/switches/20008", should="An unknown switch is 404 with 20008, also where switches are private.")
def test_unknown_switch_is_404(public: Client) -> None:
    public.get(f"/systems/{public.id}/switches/{UNKNOWN_UUID}").fails(SWITCH_NOT_ACCESSIBLE)


@check("reading/switches/40006", should="A switch id that is no UUID is 400 with 40006.")
def test_switch_by_what_is_no_uuid_is_400(public: Client) -> None:
    if public.get(f"/systems/{public.id}/switches", limit=1).status == 403:
        pytest.skip("the system's front history is private, and a server may say so first")
    public.get(f"/systems/{public.id}/switches/exampl").fails(INVALID_SWITCH_ID)


# Fronters


@check(
    "reading/fronters/newest",
    should="Fronters are those of the newest switch; 204 if there is none, 403 with 30004 if they are private.",
)
def test_fronters_are_those_of_the_newest_switch(public: Client) -> None:
    newest = public.get(f"/systems/{public.id}/switches", limit=1)
    answer = public.get(f"/systems/{public.id}/fronters")
    if answer.status == 403:
        answer.fails(FRONTERS_PRIVATE)
    elif answer.status == 204:
        answer.done()
        assert newest.status == 403 or newest.ok() == []
    elif newest.status == 200:
        found = answer.ok()
        assert [{**found, "members": [member["id"] for member in found["members"]]}] == newest.ok()


@check("reading/fronters/members", must="includes the full Member model")
def test_fronters_are_whole_members(public: Client) -> None:
    answer = public.get(f"/systems/{public.id}/fronters")
    for member in answer.ok()["members"] if answer.status == 200 else ():
        assert member.keys() >= shapes.DOCUMENTED_MEMBER


# Settings, and what does not exist


@check("reading/settings/public", should="Anybody sees nine settings of a system, and not even the keys of the others.")
def test_public_settings(public: Client) -> None:
    assert public.get(f"/systems/{public.id}/settings").ok().keys() == set(shapes.PUBLIC_SETTINGS)


@check("reading/unknown/system", should="Whatever is asked of a system that does not exist is 404 with 20001.")
def test_unknown_system_is_404(anonymous: Client) -> None:
    for what in ("", "/settings", "/members", "/groups", "/switches", "/fronters", f"/switches/{UNKNOWN_UUID}"):
        anonymous.get(f"/systems/dddddd{what}").fails(SYSTEM_NOT_FOUND)


@check("reading/unknown/member", should="Whatever is asked of a member that does not exist is 404 with 20002.")
def test_unknown_member_is_404(anonymous: Client) -> None:
    for path in ("/members/dddddd", f"/members/{UNKNOWN_UUID}", "/members/dddddd/groups"):
        anonymous.get(path).fails(MEMBER_NOT_FOUND)


@check("reading/unknown/group", should="Whatever is asked of a group that does not exist is 404 with 20004.")
def test_unknown_group_is_404(anonymous: Client) -> None:
    for path in ("/groups/dddddd", f"/groups/{UNKNOWN_UUID}", "/groups/dddddd/members"):
        anonymous.get(path).fails(GROUP_NOT_FOUND)


@check(
    "reading/unknown/anything", should="What is no reference at all names nothing: 404, never an error of the server."
)
@pytest.mark.parametrize("reference", ["0", "-", "%20", "%00", "..%2F..%2Fetc", "%F0%9F%A6%8A", "'--", "a" * 300])
def test_what_is_no_reference_is_404(anonymous: Client, reference: str) -> None:
    for kind in ("systems", "members", "groups"):
        answer = anonymous.get(f"/{kind}/{reference}")
        assert answer.status == 404, answer.story


# The owner's view


@check("reading/own/privacy", must='Privacy objects (`privacy` key in models) contain values "private" or "public".')
def test_owner_sees_privacy(reader: Client) -> None:
    for thing in everything(reader):
        assert set(thing["privacy"].values()) <= {"private", "public"}, thing


@check(
    "reading/own/privacy-keys",
    should="The owner sees nine privacy keys of the system, nine of each member and seven of each group.",
)
def test_owner_sees_every_privacy_key(reader: Client) -> None:
    assert reader.get("/systems/@me").ok()["privacy"].keys() == set(shapes.SYSTEM_PRIVACY)
    for kind, keys in (("members", shapes.MEMBER_PRIVACY), ("groups", shapes.GROUP_PRIVACY)):
        for thing in listed(reader, kind):
            assert thing["privacy"].keys() == set(keys), thing


@check("reading/own/all-keys", must="Endpoints will always return all fields, using null when a value is missing.")
@every_list
def test_owner_sees_every_documented_key(reader: Client, kind: str) -> None:
    for thing in listed(reader, kind):
        assert thing.keys() >= DOCUMENTED_KEYS[kind], thing


@check("reading/own/never-refused", should="No list is private to its owner.")
@pytest.mark.parametrize("what", ["members", "groups", "switches", "fronters"])
def test_nothing_is_private_to_the_owner(reader: Client, what: str) -> None:
    answer = reader.get(f"/systems/@me/{what}")
    assert answer.status in (200, 204), answer.story


@check("reading/own/autoproxy", should="The owner sees of each member whether it may be autoproxied.")
def test_owner_sees_autoproxy(reader: Client) -> None:
    assert {type(member["autoproxy_enabled"]) for member in listed(reader, "members")} <= {bool}


HIDES_SYSTEM = {
    "name": "name_privacy",
    "description": "description_privacy",
    "pronouns": "pronoun_privacy",
    "avatar_url": "avatar_privacy",
    "banner": "banner_privacy",
}
HIDES_MEMBER = {
    "display_name": "name_privacy",
    "description": "description_privacy",
    "birthday": "birthday_privacy",
    "pronouns": "pronoun_privacy",
    "avatar_url": "avatar_privacy",
    "webhook_avatar_url": "avatar_privacy",
    "banner": "banner_privacy",
    "created": "metadata_privacy",
    "message_count": "metadata_privacy",
    "last_message_timestamp": "metadata_privacy",
}
HIDES_GROUP = {
    "display_name": "name_privacy",
    "description": "description_privacy",
    "banner": "banner_privacy",
    "icon": "icon_privacy",
    "created": "metadata_privacy",
}


def hidden(own: Any, hides: dict[str, str]) -> Any:
    """As others see it: null where the key's own privacy is private."""
    private = {key for key, value in own["privacy"].items() if value == "private"}
    return {**own, **{key: None for key, hider in hides.items() if hider in private}, "privacy": None}


def member_in_public(own: Any) -> Any:
    seen = hidden(own, HIDES_MEMBER) | {"autoproxy_enabled": None}
    tags = [] if own["privacy"]["proxy_privacy"] == "private" else own["proxy_tags"]
    return {**seen, "name": name_in_public(own), "proxy_tags": tags}


def group_in_public(own: Any) -> Any:
    return {**hidden(own, HIDES_GROUP), "name": name_in_public(own)}


def name_in_public(own: Any) -> str:
    """A private name gives way to the display name, if there is one."""
    name = own["display_name"] if own["privacy"]["name_privacy"] == "private" and own["display_name"] else own["name"]
    return str(name)


def shown(things: list[Any]) -> list[Any]:
    """Those that lists show to others."""
    return [thing for thing in things if thing["privacy"]["visibility"] == "public"]


@check(
    "reading/own/private-fields",
    must="For fields with specific privacy settings (e.g. descriptions), the field will simply contain null rather than"
    " the true value",
)
def test_private_fields_are_null_for_others(reader: Client, anonymous: Client) -> None:
    own, seen = reader.get("/systems/@me").ok(), anonymous.get(f"/systems/{reader.id}").ok()
    expected = hidden(own, HIDES_SYSTEM)
    for key in ("description", "pronouns"):
        assert seen[key] == expected[key]


@check("reading/own/system-as-others-see-it", should="Others see of a system what each privacy key lets them.")
def test_system_as_others_see_it(reader: Client, anonymous: Client) -> None:
    own = shapes.without(reader.get("/systems/@me").ok(), "webhook_url")
    assert anonymous.get(f"/systems/{reader.id}").ok() == hidden(own, HIDES_SYSTEM)


@check(
    "reading/own/lists-as-others-see-them",
    must="For entire endpoints which show private data (e.g. member/group lists), a 403 Forbidden response"
    " will be returned",
)
def test_private_lists_are_refused(reader: Client, anonymous: Client) -> None:
    privacy = reader.get("/systems/@me").ok()["privacy"]
    lists = {"members": "member_list_privacy", "groups": "group_list_privacy", "switches": "front_history_privacy"}
    for what, key in {**lists, "fronters": "front_privacy"}.items():
        answer = anonymous.get(f"/systems/{reader.id}/{what}")
        assert (answer.status == 403) is (privacy[key] == "private"), answer.story


@check("reading/own/members-as-others-see-them", should="Others see of each listed member what its privacy lets them.")
def test_members_as_others_see_them(reader: Client, anonymous: Client) -> None:
    answer = anonymous.get(f"/systems/{reader.id}/members")
    if answer.status != 403:
        assert answer.ok() == [member_in_public(own) for own in shown(listed(reader, "members"))]


@check("reading/own/groups-as-others-see-them", should="Others see of each listed group what its privacy lets them.")
def test_groups_as_others_see_them(reader: Client, anonymous: Client) -> None:
    answer = anonymous.get(f"/systems/{reader.id}/groups")
    if answer.status != 403:
        assert answer.ok() == [group_in_public(own) for own in shown(listed(reader, "groups"))]


@check(
    "reading/own/hidden-ones-by-id",
    should="A member or group that lists leave out is found by its id all the same, in its public view.",
)
def test_hidden_members_and_groups_are_found_by_id(reader: Client, anonymous: Client) -> None:
    for kind, public in (("members", member_in_public), ("groups", group_in_public)):
        unlisted = [own for own in listed(reader, kind) if own["privacy"]["visibility"] == "private"]
        for own in unlisted[:FEW]:
            assert anonymous.get(f"/{kind}/{own['id']}").ok() == public(own)


@check(
    "reading/own/group-members-as-others-see-them",
    should="With members, others see those of a group who are visible, and `[]` where the group's list is private.",
)
def test_members_of_groups_as_others_see_them(reader: Client, anonymous: Client) -> None:
    visible = {member["uuid"] for member in shown(listed(reader, "members"))}
    answer = anonymous.get(f"/systems/{reader.id}/groups", with_members="true")
    if answer.status == 403:
        return
    for own, seen in zip(shown(listed(reader, "groups", with_members="true")), answer.ok(), strict=True):
        private = own["privacy"]["list_privacy"] == "private"
        assert seen["members"] == [uuid for uuid in own["members"] if uuid in visible and not private]


@check("reading/own/switches-as-others-see-them", should="Others see the same switches, unless those are private.")
def test_switches_as_others_see_them(reader: Client, anonymous: Client) -> None:
    answer = anonymous.get(f"/systems/{reader.id}/switches")
    if answer.status != 403:
        assert answer.ok() == listed(reader, "switches")


@check("reading/own/fronters-as-others-see-them", should="Others see each fronter as a member is seen by others.")
def test_fronters_as_others_see_them(reader: Client, anonymous: Client) -> None:
    own, seen = (client.get(f"/systems/{reader.id}/fronters") for client in (reader, anonymous))
    if own.status == 200 and seen.status != 403:
        public = [member_in_public(member) for member in own.ok()["members"]]
        assert seen.ok() == {**own.ok(), "members": public}


@check("reading/own/guild-settings", must="Returns a system guild settings object.")
def test_own_guild_settings(reader: Client, guild: str) -> None:
    found = reader.get(f"/systems/@me/guilds/{guild}").ok()
    assert found.keys() >= shapes.SYSTEM_GUILD.keys()
    assert wrong([found], "tag", pattern=".{1,79}") == []


@check("reading/own/guild-settings-401", should="Guild settings are the owner's alone: without credentials 401.")
def test_guild_settings_of_others_are_401(reader: Client, anonymous: Client, guild: str) -> None:
    anonymous.get(f"/systems/{reader.id}/guilds/{guild}").fails(UNAUTHORIZED)
