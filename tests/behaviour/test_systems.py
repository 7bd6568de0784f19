"""Get System and Update System. The system may have values; all of them are put back by the fixture."""

from typing import Any

from tests.support import shapes
from tests.support.check import check
from tests.support.client import Client
from tests.support.made import instant
from tests.support.problems import FORBIDDEN, SYSTEM_NOT_FOUND, UNAUTHORIZED

ME = "/systems/@me"
# What hides the fields of a system, and not its lists. Those a check may close for a moment, but not open.
FIELDS_PRIVACY = ("name_privacy", "description_privacy", "pronoun_privacy", "avatar_privacy", "banner_privacy")
DOCUMENTED = ("name", "description", "tag", "pronouns", "avatar_url", "banner", "color")
UNSETTABLE = {
    "id": "abcef",
    "uuid": "b6cb3e17-52d6-4f0a-8a4b-2f9b3a5f3d11",
    "created": "2020-01-01T00:00:00Z",
}


def filled(owner: Client) -> Any:
    """Give the system a value for every key; returns the object."""
    return owner.patch(ME, shapes.FULL_SYSTEM).ok()


@check("systems/get/every-key", must="Endpoints will always return all fields, using null when a value is missing.")
def test_every_key_is_there(reader: Client) -> None:
    assert reader.get(ME).ok().keys() >= {"id", "uuid", "created", "privacy", *DOCUMENTED}


@check("systems/get/owner-keys", should="The owner's view has exactly the documented keys and `webhook_url`.")
def test_owner_sees_these_keys(reader: Client) -> None:
    found = reader.get(ME).ok()
    assert found.keys() == shapes.OWN_SYSTEM_KEYS
    assert found["privacy"].keys() == set(shapes.SYSTEM_PRIVACY)


@check("systems/get/public-keys", should="Others see the documented keys only; `webhook_url` is left out for them.")
def test_others_see_these_keys(public: Client) -> None:
    assert public.get(f"/systems/{public.id}").ok().keys() == shapes.SYSTEM_KEYS


@check("systems/get/created", should="`created` is a moment with an offset.")
def test_created_is_a_moment(public: Client) -> None:
    assert instant(public.get(f"/systems/{public.id}").ok()["created"]).tzinfo is not None


@check("systems/get/me", must="the string @me to refer to the currently authenticated system")
def test_me_is_the_authenticated_system(reader: Client) -> None:
    own = reader.get(ME).ok()
    assert own["privacy"] is not None
    for reference in (own["id"], own["uuid"]):
        assert reader.get(f"/systems/{reference}").ok() == own


@check("privacy/system/public", should="What is public of a system is shown to everybody, but not its `privacy`.")
def test_stranger_sees_every_public_value(owner: Client, stranger: Client, anonymous: Client) -> None:
    own = owner.patch(ME, {**shapes.FULL_SYSTEM, "privacy": shapes.public(FIELDS_PRIVACY)}).ok()
    public = shapes.changed(shapes.without(own, "webhook_url"), privacy=None)
    for viewer in (stranger, anonymous):
        assert viewer.get(f"/systems/{owner.id}").ok() == public


@check("systems/update/answers-the-system", must="Returns a system object.")
def test_patch_sets_every_key_and_answers_the_owner_view(owner: Client) -> None:
    before = owner.get(ME).ok()
    changed = filled(owner)
    assert shapes.documented_system(changed) == shapes.documented_system(before | shapes.FULL_SYSTEM)
    assert owner.get(ME).ok() == changed


@check("systems/update/undocumented-keys", should="A system's name, avatar and banner have privacy keys of their own.")
def test_patch_sets_every_key_of_the_reference_service(owner: Client) -> None:
    before = owner.get(ME).ok()
    assert filled(owner) == before | shapes.FULL_SYSTEM


@check(
    "systems/update/keeps-what-is-missing",
    must="On PATCH endpoints, missing fields from the JSON request will be ignored and preserved as is",
)
def test_patch_of_one_key_keeps_the_others(owner: Client) -> None:
    full = filled(owner)
    for key in DOCUMENTED:
        value = "123456" if key == "color" else f"{full[key]}2"
        full = shapes.changed(full, **{key: value})
        assert owner.patch(ME, {key: value}).ok() == full


@check("systems/update/null-clears", should="Null clears a key that is nullable, and no other.")
def test_patch_null_clears(owner: Client) -> None:
    full = filled(owner)
    for key in DOCUMENTED:
        full = shapes.changed(full, **{key: None})
        assert owner.patch(ME, {key: None}).ok() == full
    assert owner.get(ME).ok() == full


@check("systems/update/one-privacy-key", should="One privacy key is changed and the others are kept.")
def test_patch_of_one_privacy_key_keeps_the_others(owner: Client) -> None:
    fields = shapes.without(shapes.FULL_SYSTEM, "privacy")
    privacy = owner.patch(ME, {**fields, "privacy": shapes.public(FIELDS_PRIVACY)}).ok()["privacy"]
    for key in shapes.SYSTEM_PRIVACY:
        privacy = privacy | {key: "private"}
        assert owner.patch(ME, {"privacy": {key: "private"}}).ok()["privacy"] == privacy
    assert owner.get(ME).ok()["privacy"] == privacy


@check("systems/update/privacy-null-is-public", must="Patching a privacy value to null will set to public.")
def test_patch_null_of_privacy_keys_means_public(owner: Client) -> None:
    filled(owner)
    changed = owner.patch(ME, {"privacy": {"pronoun_privacy": None}}).ok()
    assert (changed["privacy"]["pronoun_privacy"], changed["privacy"]["description_privacy"]) == ("public", "private")
    changed = owner.patch(ME, {"privacy": dict.fromkeys(FIELDS_PRIVACY)}).ok()
    expected = {"privacy": shapes.FULL_SYSTEM["privacy"] | shapes.public(FIELDS_PRIVACY)}
    assert shapes.documented_system(changed)["privacy"] == shapes.documented_system(expected)["privacy"]


@check("systems/update/not-settable", must="the keys id, uuid and created are not user-settable")
def test_patch_does_not_set_what_can_not_be_set(owner: Client) -> None:
    before = owner.get(ME).ok()
    changed = owner.patch(ME, {**UNSETTABLE, "tag": "x"}).ok()
    assert changed == shapes.changed(before, tag="x")
    assert owner.get(ME).ok() == changed


@check("systems/update/ignores-unknown", should="Unknown keys, and `webhook_url`, are ignored.")
def test_patch_ignores_other_keys(owner: Client) -> None:
    before = owner.get(ME).ok()
    others = {"colour": "ff0000", "webhook_url": "https://hooks.example.org/pk"}
    assert owner.patch(ME, {**others, "tag": "x"}).ok() == shapes.changed(before, tag="x")


@check("systems/update/by-reference", must="systemRef can be a system's short (5-character) ID, a system's UUID")
def test_patch_by_short_id_and_uuid(owner: Client) -> None:
    for reference in (owner.id, owner.uuid):
        assert owner.patch(f"/systems/{reference}", {"tag": reference}).ok()["tag"] == reference


@check("systems/update/foreign", should="To change another system is refused with 403.")
def test_patch_of_another_system_is_403(owner: Client, stranger: Client) -> None:
    before = owner.get(ME).ok()
    stranger.patch(f"/systems/{owner.id}", {"name": "x"}).fails(FORBIDDEN)
    assert owner.get(ME).ok() == before


@check("systems/update/anonymous", should="To change a system without credentials is refused with 401.")
def test_patch_without_credentials_is_401(owner: Client, anonymous: Client) -> None:
    before = owner.get(ME).ok()
    anonymous.patch(f"/systems/{owner.id}", {"name": "x"}).fails(UNAUTHORIZED)
    assert owner.get(ME).ok() == before


@check("systems/update/20001", should="To change an unknown system is 404 with 20001.")
def test_patch_of_unknown_system_is_404(owner: Client) -> None:
    owner.patch("/systems/dddddd", {"name": "x"}).fails(SYSTEM_NOT_FOUND)


@check(
    "systems/update/nothing-settable",
    must="with a JSON object that contains no valid keys for the target entity, will result in a 400 bad request error",
)
def test_patch_of_nothing_settable_is_400_and_changes_nothing(owner: Client) -> None:
    before = owner.get(ME).ok()
    for body in ({}, UNSETTABLE, {"colour": "ff0000"}):
        answer = owner.patch(ME, body)
        assert answer.status == 400, answer.story
    assert owner.get(ME).ok() == before
