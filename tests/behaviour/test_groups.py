"""Get System Groups, Create, Get, Update and Delete Group."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from tests.support import shapes
from tests.support.check import MARKER, check
from tests.support.client import Client
from tests.support.made import among, called, visible
from tests.support.problems import (
    BAD_REQUEST,
    GROUP_NOT_FOUND,
    NOT_OWN_GROUP,
    SYSTEM_NOT_FOUND,
    UNAUTHORIZED,
    name_missing,
)

GROUPS = "/systems/@me/groups"
PUBLIC_FULL_GROUP = {**shapes.FULL_GROUP, "privacy": shapes.public(shapes.GROUP_PRIVACY)}
OTHER_GROUP: dict[str, Any] = {
    "name": called("Over"),
    "display_name": "The Over",
    "description": "Upstairs.",
    "icon": "https://example.org/o.png",
    "banner": "https://example.org/p.png",
    "color": "123abc",
}
NOT_SETTABLE: dict[str, Any] = {
    "id": "abcef",
    "uuid": "b6cb3e17-52d6-4f0a-8a4b-2f9b3a5f3d11",
    "created": "2020-01-01T00:00:00Z",
}
READ_ONLY: dict[str, Any] = {"system": "abcef", "members": ["abcef"], "colour": "ff0000"}
NULLABLE: dict[str, Any] = {key: None for key, value in shapes.GROUP.items() if value is None}
SOME_PRIVACY, OTHER_PRIVACY = shapes.GROUP_PRIVACY[::2], shapes.GROUP_PRIVACY[1::2]


def path_of(group: Any) -> str:
    return f"/groups/{group['id']}"


def private(*keys: str) -> dict[str, str]:
    """A whole privacy object that hides these alone."""
    return shapes.public(shapes.GROUP_PRIVACY) | dict.fromkeys(keys, "private")


# Create


@check("groups/create/all-keys", must="Endpoints will always return all fields, using null when a value is missing.")
def test_create_answers_every_documented_key(owner: Client) -> None:
    group = owner.new_group()
    assert group.keys() >= shapes.DOCUMENTED_GROUP
    assert owner.get(path_of(group)).ok().keys() >= shapes.DOCUMENTED_GROUP


@check("groups/create/missing-is-null", must="on POST endpoints will be set to null or cleared")
def test_create_with_a_name_alone_leaves_the_rest_empty(owner: Client) -> None:
    group = owner.new_group()
    assert {key: group[key] for key in NULLABLE} == NULLABLE


@check("groups/create/defaults", should="A new group with a name alone hides nothing, and names its system.")
def test_create_with_a_name_alone_gives_defaults(owner: Client) -> None:
    group = owner.new_group()
    given = {key: group[key] for key in ("id", "uuid", "name", "created")}
    assert group == {**given, "system": owner.id, **shapes.GROUP}


@check("groups/create/null-is-missing", should="A key that is null in a POST counts as missing, `privacy` as well.")
def test_create_with_null_is_like_create_without(owner: Client) -> None:
    group = owner.new_group(**NULLABLE, privacy=None)
    assert {key: group[key] for key in shapes.GROUP} == shapes.GROUP


@check("groups/create/every-key", must="Takes a partial group object as input.")
def test_create_with_every_key(owner: Client) -> None:
    group = owner.new_group(**shapes.FULL_GROUP)
    given = shapes.without(shapes.FULL_GROUP, "privacy")
    assert {key: group[key] for key in given} == given
    assert owner.get(path_of(group)).ok() == group


@check(
    "groups/create/privacy", should="Each of the seven privacy keys can be given to a new group; the rest is public."
)
def test_create_with_some_privacy_keys(owner: Client) -> None:
    for keys in (SOME_PRIVACY, OTHER_PRIVACY):
        assert owner.new_group(privacy=dict.fromkeys(keys, "private"))["privacy"] == private(*keys)


@check("groups/create/name-required", must="Key `name` is required.")
def test_create_without_a_name_is_refused(owner: Client) -> None:
    owner.post("/groups", {"description": MARKER}).refused()


@check("groups/create/name-required-40001", should="A new group without a name is 40001, with a wording of its own.")
def test_create_without_a_name_is_40001(owner: Client) -> None:
    owner.post("/groups", {"description": MARKER}).rejects(name_missing("group"))


@check("groups/create/ids", must="Every PluralKit entity has two IDs: a short (5-character) ID and a longer UUID.")
def test_create_gives_ids_of_its_own(owner: Client) -> None:
    first, second = owner.new_group(), owner.new_group()
    assert first["name"] == second["name"]
    assert first["id"] != second["id"]
    assert first["uuid"] != second["uuid"]
    assert str(UUID(first["uuid"])) == first["uuid"]


@check("groups/create/created", should="`created` is the moment at which the group was made.")
def test_create_sets_the_time(owner: Client) -> None:
    created = datetime.fromisoformat(owner.new_group()["created"])
    assert abs(datetime.now(UTC) - created) < timedelta(hours=1)


@check("groups/create/not-settable", must="the keys id, uuid and created are not user-settable")
def test_create_ignores_what_can_not_be_set(owner: Client) -> None:
    group = owner.new_group(**NOT_SETTABLE)
    assert {key for key, value in NOT_SETTABLE.items() if group.get(key) == value} == set()


@check("groups/create/read-only", should="The system, members and unknown keys in the body of a new group are ignored.")
def test_create_ignores_what_is_read_only(owner: Client) -> None:
    group = owner.post("/groups", {"name": called("Household"), **READ_ONLY}).ok()
    assert group["system"] == owner.id
    assert {"members", "colour"} & group.keys() == set()
    assert owner.get(f"{path_of(group)}/members").ok() == []


@check("groups/create/empty-privacy", should="`privacy: {}` in the body of a new group hides nothing.")
def test_create_with_empty_privacy_is_public(owner: Client) -> None:
    assert owner.new_group(privacy={})["privacy"] == private()


@check("groups/create/401", should="Making a group needs credentials: 401.")
def test_create_without_credentials_is_401(anonymous: Client) -> None:
    anonymous.post("/groups", {"name": called("Household")}).fails(UNAUTHORIZED)


# Get


@check("groups/get/by-either-id", must="`groupRef` can be a group's short (5-character ID) or a group's UUID.")
def test_get_by_short_id_and_by_uuid(owner: Client) -> None:
    group = owner.new_group()
    assert owner.get(path_of(group)).ok() == group
    assert owner.get(f"/groups/{group['uuid']}").ok() == group


@check(
    "groups/get/privacy-of-others",
    should="`privacy` of another system's group is there and null, whatever the group hides.",
)
def test_stranger_does_not_see_privacy(owner: Client, stranger: Client, anonymous: Client) -> None:
    path = path_of(owner.new_group())
    for client in (stranger, anonymous):
        seen = client.get(path).ok()
        assert "privacy" in seen
        assert seen["privacy"] is None


@check("groups/get/public-group", should="Anybody sees all of a group that hides nothing, with `privacy` null.")
def test_stranger_sees_every_public_key(owner: Client, stranger: Client, anonymous: Client) -> None:
    own = owner.new_group(**PUBLIC_FULL_GROUP)
    public = {**own, "privacy": None}
    assert stranger.get(path_of(own)).ok() == public
    assert anonymous.get(path_of(own)).ok() == public


@check("groups/get/no-members", should="A group that is asked for alone has no key `members`.")
def test_one_group_has_no_members_key(owner: Client) -> None:
    group = owner.new_group(members=[owner.new_member()["id"]])
    assert "members" not in owner.get(path_of(group)).ok()


# Update


@check("groups/update/answers-the-group", must="Returns a group object on success, or an error object on failure.")
def test_patch_sets_every_key_and_answers_the_owner_view(owner: Client) -> None:
    group = owner.new_group()
    changed = owner.patch(path_of(group), shapes.FULL_GROUP).ok()
    assert shapes.documented_group(changed) == shapes.documented_group({**group, **shapes.FULL_GROUP})
    assert owner.get(path_of(group)).ok() == changed


@check("groups/update/undocumented-keys", should="`banner_privacy` can be changed, like the other privacy keys.")
def test_patch_sets_every_key_of_the_reference_service(owner: Client) -> None:
    group = owner.new_group()
    changed = owner.patch(path_of(group), shapes.FULL_GROUP).ok()
    assert changed == {**group, **shapes.FULL_GROUP}


@check(
    "groups/update/missing-is-kept",
    must="On PATCH endpoints, missing fields from the JSON request will be ignored and preserved as is",
)
def test_patch_of_one_key_keeps_the_others(owner: Client) -> None:
    expected = owner.new_group(**shapes.FULL_GROUP)
    for key, value in OTHER_GROUP.items():
        expected = {**expected, key: value}
        assert owner.patch(path_of(expected), {key: value}).ok() == expected
    assert owner.get(path_of(expected)).ok() == expected


@check("groups/update/keeps-members", should="Changing a group leaves its members as they are.")
def test_patch_keeps_the_members(owner: Client) -> None:
    member = owner.new_member()
    group = owner.new_group(members=[member["id"]])
    owner.patch(path_of(group), shapes.FULL_GROUP).ok()
    assert owner.get(f"{path_of(group)}/members").ok() == [member]


@check("groups/update/null-clears", should="`null` in a PATCH clears a key that can be null.")
def test_patch_null_clears(owner: Client) -> None:
    full = owner.new_group(**shapes.FULL_GROUP)
    cleared = {**full, **NULLABLE}
    assert owner.patch(path_of(full), NULLABLE).ok() == cleared
    assert owner.get(path_of(full)).ok() == cleared


@check("groups/update/null-clears-one", should="`null` for one key in a PATCH leaves the other keys as they are.")
def test_patch_null_clears_one_key_alone(owner: Client) -> None:
    full = owner.new_group(**shapes.FULL_GROUP)
    expected = {**full, "description": None}
    assert owner.patch(path_of(full), {"description": None}).ok() == expected
    assert owner.get(path_of(full)).ok() == expected


@check("groups/update/privacy-one-key", should="A privacy key that a PATCH leaves out stays as it is.")
def test_patch_of_some_privacy_keys_keeps_the_others(owner: Client) -> None:
    group = owner.new_group()
    changed = owner.patch(path_of(group), {"privacy": dict.fromkeys(SOME_PRIVACY, "private")}).ok()
    assert changed == {**group, "privacy": private(*SOME_PRIVACY)}
    changed = owner.patch(path_of(group), {"privacy": dict.fromkeys(OTHER_PRIVACY, "private")}).ok()
    assert changed == {**group, "privacy": private(*shapes.GROUP_PRIVACY)}
    assert owner.get(path_of(group)).ok() == changed


@check("groups/update/privacy-null", must="Patching a privacy value to null will set to public.")
def test_patch_null_of_a_privacy_key_means_public(owner: Client) -> None:
    group = owner.new_group(privacy=dict.fromkeys(shapes.GROUP_PRIVACY, "private"))
    changed = owner.patch(path_of(group), {"privacy": dict.fromkeys(SOME_PRIVACY)}).ok()
    hidden = {"privacy": private(*OTHER_PRIVACY)}
    assert shapes.documented_group(changed)["privacy"] == shapes.documented_group(hidden)["privacy"]
    assert owner.get(path_of(group)).ok() == changed


@check("groups/update/not-settable", must="the keys id, uuid and created are not user-settable")
def test_patch_ignores_what_can_not_be_set(owner: Client) -> None:
    group = owner.new_group()
    expected = {**group, "description": "x"}
    assert owner.patch(path_of(group), {**NOT_SETTABLE, "description": "x"}).ok() == expected
    assert owner.get(path_of(group)).ok() == expected


@check("groups/update/read-only", should="The system, members and unknown keys in a PATCH are ignored.")
def test_patch_ignores_what_is_read_only(owner: Client) -> None:
    group = owner.new_group()
    expected = {**group, "description": "x"}
    assert owner.patch(path_of(group), {**READ_ONLY, "description": "x"}).ok() == expected
    assert owner.get(path_of(group)).ok() == expected
    assert owner.get(f"{path_of(group)}/members").ok() == []


@check(
    "groups/update/no-valid-key",
    must="Sending a PATCH request with an empty JSON object, or with a JSON object that contains no valid keys for the"
    " target entity, will result in a 400 bad request error.",
)
def test_patch_of_nothing_is_400(owner: Client) -> None:
    group = owner.new_group()
    for body in ({}, {"colour": "ff0000"}):
        answer = owner.patch(path_of(group), body)
        assert answer.status == 400, answer.story
    assert owner.get(path_of(group)).ok() == group


@check(
    "groups/update/no-settable-key",
    should="A PATCH that names only what cannot be set is `400: Bad Request` and changes nothing.",
)
def test_patch_of_nothing_settable_is_400(owner: Client) -> None:
    group = owner.new_group()
    owner.patch(path_of(group), {**NOT_SETTABLE, **READ_ONLY}).fails(BAD_REQUEST)
    assert owner.get(path_of(group)).ok() == group


@check("groups/update/30007", should="Changing another system's group is 403 with 30007, and changes nothing.")
def test_patch_of_another_systems_group_is_403(owner: Client, stranger: Client) -> None:
    group = owner.new_group()
    stranger.patch(path_of(group), {"description": "x"}).fails(NOT_OWN_GROUP)
    assert owner.get(path_of(group)).ok() == group


@check("groups/update/401", should="Changing a group needs credentials: 401, and nothing is changed.")
def test_patch_without_credentials_is_401(owner: Client, anonymous: Client) -> None:
    group = owner.new_group()
    anonymous.patch(path_of(group), {"description": "x"}).fails(UNAUTHORIZED)
    assert owner.get(path_of(group)).ok() == group


@check("groups/update/20004", should="Changing a group that does not exist is 404 with 20004.")
def test_patch_of_unknown_group_is_404(owner: Client) -> None:
    owner.patch("/groups/dddddd", {"description": "x"}).fails(GROUP_NOT_FOUND)


# Delete


@check("groups/delete/204", must="Returns 204 No Content on success.")
def test_delete_is_204_and_the_group_is_gone(owner: Client) -> None:
    group, other = owner.new_group(), owner.new_group()
    owner.delete(path_of(group)).done()
    owner.get(path_of(group)).refused()
    assert among(owner.get(GROUPS).ok(), group, other) == [other]


@check(
    "groups/delete/20004", should="A deleted group is unknown by either id, also to a second delete: 404 with 20004."
)
def test_deleted_group_is_unknown(owner: Client) -> None:
    group = owner.new_group()
    owner.delete(f"/groups/{group['uuid']}").done()
    owner.get(path_of(group)).fails(GROUP_NOT_FOUND)
    owner.get(f"/groups/{group['uuid']}/members").fails(GROUP_NOT_FOUND)
    owner.delete(path_of(group)).fails(GROUP_NOT_FOUND)


@check("groups/delete/keeps-members", should="The members of a deleted group stay, also in their other groups.")
def test_delete_keeps_the_members(owner: Client) -> None:
    member = owner.new_member()
    group, other = owner.new_group(members=[member["id"]]), owner.new_group(members=[member["id"]])
    owner.delete(path_of(group)).done()
    assert owner.get(f"/members/{member['id']}").ok() == member
    assert owner.get(f"/members/{member['id']}/groups").ok() == [other]


@check("groups/delete/30007", should="Deleting another system's group is 403 with 30007, and deletes nothing.")
def test_delete_of_another_systems_group_is_403(owner: Client, stranger: Client) -> None:
    group = owner.new_group()
    stranger.delete(path_of(group)).fails(NOT_OWN_GROUP)
    assert owner.get(path_of(group)).ok() == group


@check("groups/delete/401", should="Deleting a group needs credentials: 401, and nothing is deleted.")
def test_delete_without_credentials_is_401(owner: Client, anonymous: Client) -> None:
    group = owner.new_group()
    anonymous.delete(path_of(group)).fails(UNAUTHORIZED)
    assert owner.get(path_of(group)).ok() == group


@check("groups/delete/unknown", should="Deleting a group that never was is 404 with 20004.")
def test_delete_of_unknown_group_is_404(owner: Client) -> None:
    owner.delete("/groups/dddddd").fails(GROUP_NOT_FOUND)


# List


@check("groups/list/whole-groups", must="Returns a list of group objects.")
def test_list_has_whole_groups(owner: Client) -> None:
    group = owner.new_group(**shapes.FULL_GROUP)
    assert among(owner.get(GROUPS).ok(), group) == [group]


@check(
    "groups/list/by-creation", should="Groups are listed in the order in which they were made, whatever was changed."
)
def test_list_is_by_creation(owner: Client) -> None:
    groups = [owner.new_group(called(name)) for name in ("Zoo", "attic", "Barn")]
    groups[0] = owner.patch(path_of(groups[0]), {"color": "ff0000"}).ok()
    assert among(owner.get(f"/systems/{owner.uuid}/groups").ok(), *groups) == groups


@check("groups/list/public-groups", should="Anybody sees a list of public groups as each of them is seen alone.")
def test_list_for_a_stranger_has_whole_groups_by_creation(owner: Client, stranger: Client, anonymous: Client) -> None:
    visible(owner, "group_list_privacy")
    made = [owner.new_group(**shapes.changed(PUBLIC_FULL_GROUP, name=called(name))) for name in ("Zoo", "attic")]
    public = [{**group, "privacy": None} for group in made]
    for client in (stranger, anonymous):
        assert among(client.get(f"/systems/{owner.id}/groups").ok(), *made) == public


@check("groups/list/one-system", should="A list has the groups of the one system, and no others.")
def test_list_has_groups_of_the_one_system_only(owner: Client, stranger: Client, foreign_group: str) -> None:
    mine = owner.new_group()
    assert foreign_group not in [group["id"] for group in owner.get(GROUPS).ok()]
    assert mine["id"] not in [group["id"] for group in stranger.get(GROUPS).ok()]


@check("groups/list/20001", should="The groups of a system that does not exist are 404 with 20001.")
def test_list_of_unknown_system_is_404(owner: Client) -> None:
    owner.get("/systems/dddddd/groups").fails(SYSTEM_NOT_FOUND)


@check("groups/list/with-members", must="includes `members` key with array of member UUIDs in each group object")
def test_with_members_adds_member_uuids(owner: Client) -> None:
    first, second = owner.new_member(), owner.new_member()
    full, empty = owner.new_group(members=[second["id"], first["id"]]), owner.new_group()
    found_full, found_empty = among(owner.get(GROUPS, with_members="true").ok(), full, empty)
    assert {**found_full, "members": set(found_full["members"])} == {**full, "members": {first["uuid"], second["uuid"]}}
    assert found_empty == {**empty, "members": []}


@check("groups/list/with-members-order", should="The members of a group are listed by creation, also for strangers.")
def test_with_members_lists_them_by_creation(owner: Client, anonymous: Client) -> None:
    visible(owner, "group_list_privacy")
    first, second = owner.new_member(), owner.new_member()
    group = owner.new_group(members=[second["id"], first["id"]])
    for client in (owner, anonymous):
        (found,) = among(client.get(f"/systems/{owner.id}/groups", with_members="true").ok(), group)
        assert found["members"] == [first["uuid"], second["uuid"]]


@check("groups/list/with-members-any-case", should="`with_members` is `true` or `false` in any case.")
@pytest.mark.parametrize(("value", "shown"), [("True", True), ("TRUE", True), ("false", False), ("False", False)])
def test_with_members_in_any_case(reader: Client, value: str, shown: bool) -> None:
    groups = reader.get(GROUPS, with_members=value).ok()
    assert [group["id"] for group in groups if ("members" in group) is not shown] == []


@check("groups/list/without-members", should="Without `with_members`, groups in a list have no key `members`.")
def test_list_leaves_members_out(owner: Client) -> None:
    group = owner.new_group(members=[owner.new_member()["id"]])
    assert among(owner.get(GROUPS).ok(), group) == [group]
    assert "members" not in group


@check("groups/list/with-members-400", may="`with_members` that is neither true nor false is 400.")
@pytest.mark.parametrize("value", ["", "1", "yes", "null"])
def test_with_members_other_than_true_or_false_is_400(reader: Client, value: str) -> None:
    reader.send("GET", f"{GROUPS}?with_members={value}").fails(BAD_REQUEST)
