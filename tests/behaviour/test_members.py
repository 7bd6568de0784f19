"""Get System Members, Create, Get, Update and Delete Member."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from tests.support import shapes
from tests.support.check import MARKER, check
from tests.support.client import Client
from tests.support.made import among, called, past, visible
from tests.support.problems import (
    BAD_REQUEST,
    MEMBER_NOT_FOUND,
    NOT_OWN_MEMBER,
    SYSTEM_NOT_FOUND,
    UNAUTHORIZED,
    name_missing,
)

PUBLIC_FULL_MEMBER = {**shapes.FULL_MEMBER, "privacy": shapes.public(shapes.MEMBER_PRIVACY)}
OTHER_MEMBER: dict[str, Any] = {
    "name": called("Bo"),
    "display_name": "Bo (he)",
    "color": "0088ff",
    "birthday": "1999-12-31",
    "pronouns": "he/him",
    "avatar_url": "https://example.org/bo.png",
    "webhook_avatar_url": "https://example.org/bo-small.png",
    "banner": "https://example.org/bo-wide.png",
    "description": "Likes none.",
    "keep_proxy": False,
    "tts": False,
    "proxy_tags": [{"prefix": None, "suffix": "-b"}],
}
NOT_SETTABLE: dict[str, Any] = {
    "id": "abcef",
    "uuid": "b6cb3e17-52d6-4f0a-8a4b-2f9b3a5f3d11",
    "created": "2020-01-01T00:00:00Z",
}
READ_ONLY: dict[str, Any] = {
    "system": "abcef",
    "message_count": 5,
    "last_message_timestamp": "2020-01-01T00:00:00Z",
    "autoproxy_enabled": False,
    "colour": "ff0000",
}
NULLABLE: dict[str, Any] = {key: None for key, value in shapes.MEMBER.items() if value is None}
SOME_PRIVACY, OTHER_PRIVACY = shapes.MEMBER_PRIVACY[::2], shapes.MEMBER_PRIVACY[1::2]


def path_of(member: Any) -> str:
    return f"/members/{member['id']}"


def private(*keys: str) -> dict[str, str]:
    """A whole privacy object that hides these alone."""
    return shapes.public(shapes.MEMBER_PRIVACY) | dict.fromkeys(keys, "private")


# Create


@check("members/create/all-keys", must="Endpoints will always return all fields, using null when a value is missing.")
def test_create_answers_every_documented_key(owner: Client) -> None:
    member = owner.new_member()
    assert member.keys() >= shapes.DOCUMENTED_MEMBER
    assert owner.get(path_of(member)).ok().keys() >= shapes.DOCUMENTED_MEMBER


@check("members/create/missing-is-null", must="on POST endpoints will be set to null or cleared")
def test_create_with_a_name_alone_leaves_the_rest_empty(owner: Client) -> None:
    member = owner.new_member()
    empty = [key for key in NULLABLE if key in shapes.DOCUMENTED_MEMBER]
    assert {key: member[key] for key in empty} == dict.fromkeys(empty)
    assert member["proxy_tags"] == []


@check(
    "members/create/defaults",
    should="A new member with a name alone keeps no proxy tags in messages, is not read aloud, may be autoproxied, has"
    " sent no messages, hides nothing, and names its system.",
)
def test_create_with_a_name_alone_gives_defaults(owner: Client) -> None:
    member = owner.new_member()
    given = {key: member[key] for key in ("id", "uuid", "name", "created")}
    assert member == {**given, "system": owner.id, **shapes.MEMBER, **shapes.MEMBER_COUNTS}


@check("members/create/null-is-missing", should="A key that is null in a POST counts as missing, `privacy` as well.")
def test_create_with_null_is_like_create_without(owner: Client) -> None:
    member = owner.new_member(**NULLABLE, privacy=None)
    assert {key: member[key] for key in shapes.MEMBER} == shapes.MEMBER


@check("members/create/every-key", must="Takes a partial member object as input.")
def test_create_with_every_key(owner: Client) -> None:
    member = owner.new_member(**shapes.FULL_MEMBER)
    given = {key: value for key, value in shapes.FULL_MEMBER.items() if key in shapes.DOCUMENTED_MEMBER}
    assert shapes.without(member, *member.keys() - given.keys(), "privacy") == shapes.without(given, "privacy")
    assert owner.get(path_of(member)).ok() == member


@check(
    "members/create/undocumented-keys",
    should="`webhook_avatar_url`, `tts` and each of the nine privacy keys can be given to a new member.",
)
def test_create_with_every_key_of_the_reference_service(owner: Client) -> None:
    member = owner.new_member(**{**shapes.FULL_MEMBER, "privacy": dict.fromkeys(SOME_PRIVACY, "private")})
    assert (member["webhook_avatar_url"], member["tts"]) == (shapes.FULL_MEMBER["webhook_avatar_url"], True)
    assert member["privacy"] == private(*SOME_PRIVACY)
    other = owner.new_member(privacy=dict.fromkeys(OTHER_PRIVACY, "private"))
    assert other["privacy"] == private(*OTHER_PRIVACY)


@check("members/create/name-required", must="Key `name` is required.")
def test_create_without_a_name_is_refused(owner: Client) -> None:
    owner.post("/members", {"description": MARKER}).refused()


@check("members/create/name-required-40001", should="A new member without a name is 40001, with a wording of its own.")
def test_create_without_a_name_is_40001(owner: Client) -> None:
    owner.post("/members", {"description": MARKER}).rejects(name_missing("member"))


@check(
    "members/create/ids",
    must="The short ID is unique across the resource (a member can have the same short ID as a system, for example),"
    " while the UUID is consistent for the lifetime of the entity and globally unique across the bot.",
)
def test_create_gives_ids_of_its_own(owner: Client) -> None:
    first, second = owner.new_member(), owner.new_member()
    assert first["name"] == second["name"]
    assert first["id"] != second["id"]
    assert first["uuid"] != second["uuid"]
    assert str(UUID(first["uuid"])) == first["uuid"]
    assert owner.patch(path_of(first), {"name": called("Bo")}).ok()["uuid"] == first["uuid"]


@check("members/create/created", should="`created` is the moment at which the member was made.")
def test_create_sets_the_time(owner: Client) -> None:
    created = datetime.fromisoformat(owner.new_member()["created"])
    assert abs(datetime.now(UTC) - created) < timedelta(hours=1)


@check("members/create/not-settable", must="the keys id, uuid and created are not user-settable")
def test_create_ignores_what_can_not_be_set(owner: Client) -> None:
    member = owner.new_member(**NOT_SETTABLE)
    assert {key for key, value in NOT_SETTABLE.items() if member[key] == value} == set()


@check(
    "members/create/read-only", should="Counts, the system and unknown keys in the body of a new member are ignored."
)
def test_create_ignores_what_is_read_only(owner: Client) -> None:
    member = owner.new_member(**READ_ONLY)
    assert {key: member.get(key) for key in READ_ONLY} == {"system": owner.id, "colour": None, **shapes.MEMBER_COUNTS}


@check("members/create/empty-privacy", should="`privacy: {}` in the body of a new member hides nothing.")
def test_create_with_empty_privacy_is_public(owner: Client) -> None:
    assert owner.new_member(privacy={})["privacy"] == private()


@check("members/create/401", should="Making a member needs credentials: 401.")
def test_create_without_credentials_is_401(anonymous: Client) -> None:
    anonymous.post("/members", {"name": called("Ayo")}).fails(UNAUTHORIZED)


# Get


@check("members/get/by-either-id", must="`memberRef` can be a member's short (5-character ID) or a member's UUID.")
def test_get_by_short_id_and_by_uuid(owner: Client) -> None:
    member = owner.new_member()
    assert owner.get(path_of(member)).ok() == member
    assert owner.get(f"/members/{member['uuid']}").ok() == member


@check(
    "members/get/privacy-of-others",
    must="If you do not have access to view the privacy object of the member, the value of the `privacy` key will be"
    " null, rather than the values of individual privacy keys.",
)
def test_stranger_does_not_see_privacy(owner: Client, stranger: Client, anonymous: Client) -> None:
    path = path_of(owner.new_member())
    for client in (stranger, anonymous):
        seen = client.get(path).ok()
        assert "privacy" in seen
        assert seen["privacy"] is None


@check(
    "members/get/public-member",
    should="Anybody sees all of a member who hides nothing, with `privacy` and `autoproxy_enabled` null.",
)
def test_stranger_sees_every_public_key(owner: Client, stranger: Client, anonymous: Client) -> None:
    own = owner.new_member(**PUBLIC_FULL_MEMBER)
    public = shapes.changed(own, privacy=None, autoproxy_enabled=None)
    assert stranger.get(path_of(own)).ok() == public
    assert anonymous.get(path_of(own)).ok() == public


# Update


@check("members/update/answers-the-member", must="Returns a member object on success.")
def test_patch_sets_every_key_and_answers_the_owner_view(owner: Client) -> None:
    member = owner.new_member()
    changed = owner.patch(path_of(member), shapes.FULL_MEMBER).ok()
    assert shapes.documented_member(changed) == shapes.documented_member({**member, **shapes.FULL_MEMBER})
    assert owner.get(path_of(member)).ok() == changed


@check(
    "members/update/undocumented-keys",
    should="`webhook_avatar_url`, `tts` and each of the nine privacy keys can be changed.",
)
def test_patch_sets_every_key_of_the_reference_service(owner: Client) -> None:
    member = owner.new_member()
    changed = owner.patch(path_of(member), shapes.FULL_MEMBER).ok()
    assert changed == {**member, **shapes.FULL_MEMBER}


@check(
    "members/update/missing-is-kept",
    must="On PATCH endpoints, missing fields from the JSON request will be ignored and preserved as is",
)
def test_patch_of_one_key_keeps_the_others(owner: Client) -> None:
    expected = owner.new_member(**shapes.FULL_MEMBER)
    for key, value in OTHER_MEMBER.items():
        if key not in shapes.DOCUMENTED_MEMBER:
            continue
        expected = {**expected, key: value}
        assert owner.patch(path_of(expected), {key: value}).ok() == expected
    assert owner.get(path_of(expected)).ok() == expected


@check(
    "members/update/null-clears", should="`null` in a PATCH clears a key that can be null; tags become an empty list."
)
def test_patch_null_clears(owner: Client) -> None:
    full = owner.new_member(**shapes.FULL_MEMBER)
    cleared = {**full, **NULLABLE, "proxy_tags": []}
    assert owner.patch(path_of(full), {**NULLABLE, "proxy_tags": None}).ok() == cleared
    assert owner.get(path_of(full)).ok() == cleared


@check("members/update/null-clears-one", should="`null` for one key in a PATCH leaves the other keys as they are.")
def test_patch_null_clears_one_key_alone(owner: Client) -> None:
    full = owner.new_member(**shapes.FULL_MEMBER)
    expected = {**full, "description": None}
    assert owner.patch(path_of(full), {"description": None}).ok() == expected
    assert owner.get(path_of(full)).ok() == expected


@check("members/update/privacy-one-key", should="A privacy key that a PATCH leaves out stays as it is.")
def test_patch_of_some_privacy_keys_keeps_the_others(owner: Client) -> None:
    member = owner.new_member()
    changed = owner.patch(path_of(member), {"privacy": dict.fromkeys(SOME_PRIVACY, "private")}).ok()
    assert changed == {**member, "privacy": private(*SOME_PRIVACY)}
    changed = owner.patch(path_of(member), {"privacy": dict.fromkeys(OTHER_PRIVACY, "private")}).ok()
    assert changed == {**member, "privacy": private(*shapes.MEMBER_PRIVACY)}
    assert owner.get(path_of(member)).ok() == changed


@check("members/update/privacy-null", must="Patching a privacy value to null will set to public.")
def test_patch_null_of_a_privacy_key_means_public(owner: Client) -> None:
    member = owner.new_member(privacy=dict.fromkeys(shapes.MEMBER_PRIVACY, "private"))
    changed = owner.patch(path_of(member), {"privacy": dict.fromkeys(SOME_PRIVACY)}).ok()
    hidden = {"privacy": private(*OTHER_PRIVACY)}
    assert shapes.documented_member(changed)["privacy"] == shapes.documented_member(hidden)["privacy"]
    assert owner.get(path_of(member)).ok() == changed


@check("members/update/not-settable", must="the keys id, uuid and created are not user-settable")
def test_patch_ignores_what_can_not_be_set(owner: Client) -> None:
    member = owner.new_member()
    expected = {**member, "pronouns": "x"}
    assert owner.patch(path_of(member), {**NOT_SETTABLE, "pronouns": "x"}).ok() == expected
    assert owner.get(path_of(member)).ok() == expected


@check("members/update/read-only", should="Counts, the system and unknown keys in a PATCH are ignored.")
def test_patch_ignores_what_is_read_only(owner: Client) -> None:
    member = owner.new_member()
    expected = {**member, "pronouns": "x"}
    assert owner.patch(path_of(member), {**READ_ONLY, "pronouns": "x"}).ok() == expected
    assert owner.get(path_of(member)).ok() == expected


@check(
    "members/update/no-valid-key",
    must="Sending a PATCH request with an empty JSON object, or with a JSON object that contains no valid keys for the"
    " target entity, will result in a 400 bad request error.",
)
def test_patch_of_nothing_is_400(owner: Client) -> None:
    member = owner.new_member()
    for body in ({}, {"colour": "ff0000"}):
        answer = owner.patch(path_of(member), body)
        assert answer.status == 400, answer.story
    assert owner.get(path_of(member)).ok() == member


@check(
    "members/update/no-settable-key",
    should="A PATCH that names only what cannot be set is `400: Bad Request` and changes nothing.",
)
def test_patch_of_nothing_settable_is_400(owner: Client) -> None:
    member = owner.new_member()
    owner.patch(path_of(member), {**NOT_SETTABLE, **READ_ONLY}).fails(BAD_REQUEST)
    assert owner.get(path_of(member)).ok() == member


@check("members/update/30006", should="Changing another system's member is 403 with 30006, and changes nothing.")
def test_patch_of_another_systems_member_is_403(owner: Client, stranger: Client) -> None:
    member = owner.new_member()
    stranger.patch(path_of(member), {"pronouns": "x"}).fails(NOT_OWN_MEMBER)
    assert owner.get(path_of(member)).ok() == member


@check("members/update/401", should="Changing a member needs credentials: 401, and nothing is changed.")
def test_patch_without_credentials_is_401(owner: Client, anonymous: Client) -> None:
    member = owner.new_member()
    anonymous.patch(path_of(member), {"pronouns": "x"}).fails(UNAUTHORIZED)
    assert owner.get(path_of(member)).ok() == member


@check("members/update/20002", should="Changing a member that does not exist is 404 with 20002.")
def test_patch_of_unknown_member_is_404(owner: Client) -> None:
    owner.patch("/members/dddddd", {"pronouns": "x"}).fails(MEMBER_NOT_FOUND)


# Delete


@check("members/delete/204", must="Returns 204 No Content on success.")
def test_delete_is_204_and_the_member_is_gone(owner: Client) -> None:
    member, other = owner.new_member(), owner.new_member()
    owner.delete(path_of(member)).done()
    owner.get(path_of(member)).refused()
    assert among(owner.get("/systems/@me/members").ok(), member, other) == [other]


@check(
    "members/delete/20002", should="A deleted member is unknown by either id, also to a second delete: 404 with 20002."
)
def test_deleted_member_is_unknown(owner: Client) -> None:
    member = owner.new_member()
    owner.delete(f"/members/{member['uuid']}").done()
    owner.get(path_of(member)).fails(MEMBER_NOT_FOUND)
    owner.get(f"/members/{member['uuid']}").fails(MEMBER_NOT_FOUND)
    owner.delete(path_of(member)).fails(MEMBER_NOT_FOUND)


@check("members/delete/leaves-groups", should="A deleted member leaves its groups; the others stay in them.")
def test_deleted_member_leaves_its_groups(owner: Client) -> None:
    stays, goes = owner.new_member(), owner.new_member()
    group = owner.new_group(members=[stays["id"], goes["id"]])
    owner.delete(path_of(goes)).done()
    assert owner.get(f"/groups/{group['id']}/members").ok() == [stays]
    listed = owner.get("/systems/@me/groups", with_members="true").ok()
    assert among(listed, group) == [{**group, "members": [stays["uuid"]]}]


@check("members/delete/leaves-switches", should="A deleted member leaves past switches, which stay without it.")
def test_deleted_member_leaves_past_switches_which_stay(owner: Client) -> None:
    stays, goes = owner.new_member(), owner.new_member()
    early, late = past(2)
    alone = owner.new_switch(goes["id"], timestamp=early)
    both = owner.new_switch(goes["id"], stays["id"], timestamp=late)
    owner.delete(path_of(goes)).done()
    assert owner.get(f"/systems/@me/switches/{alone['id']}").ok() == {**alone, "members": []}
    assert owner.get(f"/systems/@me/switches/{both['id']}").ok() == {**both, "members": [stays]}
    (listed,) = among(owner.get("/systems/@me/switches", before=late, limit=1).ok(), alone)
    assert listed["members"] == []


@check("members/delete/leaves-fronters", should="A deleted member is among the fronters no more; the switch stays.")
def test_deleted_member_leaves_the_fronters(owner: Client) -> None:
    stays, goes = owner.new_member(), owner.new_member()
    switch = owner.new_switch(goes["id"], stays["id"])
    owner.delete(path_of(goes)).done()
    assert owner.get("/systems/@me/fronters").ok() == {**switch, "members": [stays]}


@check("members/delete/30006", should="Deleting another system's member is 403 with 30006, and deletes nothing.")
def test_delete_of_another_systems_member_is_403(owner: Client, stranger: Client) -> None:
    member = owner.new_member()
    stranger.delete(path_of(member)).fails(NOT_OWN_MEMBER)
    assert owner.get(path_of(member)).ok() == member


@check("members/delete/401", should="Deleting a member needs credentials: 401, and nothing is deleted.")
def test_delete_without_credentials_is_401(owner: Client, anonymous: Client) -> None:
    member = owner.new_member()
    anonymous.delete(path_of(member)).fails(UNAUTHORIZED)
    assert owner.get(path_of(member)).ok() == member


@check("members/delete/unknown", should="Deleting a member that never was is 404 with 20002.")
def test_delete_of_unknown_member_is_404(owner: Client) -> None:
    owner.delete("/members/dddddd").fails(MEMBER_NOT_FOUND)


# List


@check("members/list/whole-members", must="Returns a list of member objects.")
def test_list_has_whole_members(owner: Client) -> None:
    member = owner.new_member(**shapes.FULL_MEMBER)
    assert among(owner.get("/systems/@me/members").ok(), member) == [member]


@check(
    "members/list/by-creation", should="Members are listed in the order in which they were made, whatever was changed."
)
def test_list_is_by_creation(owner: Client) -> None:
    members = [owner.new_member(called(name)) for name in ("Zoe", "ayo", "Bo")]
    members[0] = owner.patch(path_of(members[0]), {"pronouns": "x"}).ok()
    assert among(owner.get(f"/systems/{owner.uuid}/members").ok(), *members) == members


@check("members/list/public-members", should="Anybody sees a list of public members as each of them is seen alone.")
def test_list_for_a_stranger_has_whole_members_by_creation(owner: Client, stranger: Client, anonymous: Client) -> None:
    visible(owner, "member_list_privacy")
    made = [owner.new_member(**shapes.changed(PUBLIC_FULL_MEMBER, name=called(name))) for name in ("Zoe", "ayo")]
    public = [{**member, "privacy": None, "autoproxy_enabled": None} for member in made]
    for client in (stranger, anonymous):
        assert among(client.get(f"/systems/{owner.id}/members").ok(), *made) == public


@check("members/list/one-system", should="A list has the members of the one system, and no others.")
def test_list_has_members_of_the_one_system_only(owner: Client, stranger: Client, foreign_member: str) -> None:
    mine = owner.new_member()
    assert foreign_member not in [member["id"] for member in owner.get("/systems/@me/members").ok()]
    assert mine["id"] not in [member["id"] for member in stranger.get("/systems/@me/members").ok()]


@check("members/list/20001", should="The members of a system that does not exist are 404 with 20001.")
def test_list_of_unknown_system_is_404(owner: Client) -> None:
    owner.get("/systems/dddddd/members").fails(SYSTEM_NOT_FOUND)
