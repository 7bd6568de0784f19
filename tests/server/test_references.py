"""Section "references", by exhaustion: every form in every place, and accounts, which only the keeper can link."""

import re
from collections.abc import Callable

import pytest

from tests.support.client import Client, part
from tests.support.home import Home
from tests.support.keeper import Keeper, new_snowflake
from tests.support.problems import (
    GROUP_NOT_FOUND,
    GROUP_REF_NOT_FOUND,
    INVALID_SWITCH_ID,
    MEMBER_NOT_FOUND,
    MEMBER_REF_NOT_FOUND,
    SWITCH_NOT_ACCESSIBLE,
    SYSTEM_NOT_FOUND,
    UNAUTHORIZED,
    Problem,
)

UNKNOWN_UUID = "b6cb3e17-52d6-4f0a-8a4b-2f9b3a5f3d11"
ALPHABET = "abcefghjknoprstuvwxyz"

# How a short id may be written.
SHORT_FORMS: dict[str, Callable[[str], str]] = {
    "as given": lambda ref: ref,
    "upper case": str.upper,
    "mixed case": str.title,
    "with the dash of the display form": lambda ref: f"{ref[:3]}-{ref[3:]}",
    "in upper case with the dash": lambda ref: f"{ref[:3]}-{ref[3:]}".upper(),
    "with dashes everywhere": lambda ref: "-" + "-".join(ref) + "-",
    "with a space before it": lambda ref: f" {ref}",
    "with spaces around it": lambda ref: f"  {ref} ",
    "with spaces and a dash": lambda ref: f" {ref[:3]}-{ref[3:]} ",
}
# How a UUID may be written.
UUID_FORMS: dict[str, Callable[[str], str]] = {
    "as given": lambda ref: ref,
    "upper case": str.upper,
    "with spaces around it": lambda ref: f" {ref} ",
}
# What is no reference to a member or group at all, and must be "not found" and nothing else.
NO_FORM = {
    "unknown short id": "dddddd",
    "unknown short id of five letters": "ddddd",
    "unknown uuid": UNKNOWN_UUID,
    "four letters": "abce",
    "seven letters": "abcefgh",
    "with a digit": "abc1ef",
    "letters outside ascii": "äbcéfg",
    "dots": "...a",
    "digits": "123456",
    "only dashes": "------",
    "a space": " ",
    "emoji": "🦊🦊🦊🦊🦊",
    "nul": "abcef\0",
    "line feed after it": "dddddd\n",
    "sql": "' OR 1=1 --",
    "very long": "a" * 2000,
    "account id": "466378653216014359",
    "uuid too short": UNKNOWN_UUID[:-1],
    "uuid in braces": "{" + UNKNOWN_UUID + "}",
}

short_forms = pytest.mark.parametrize("form", SHORT_FORMS.values(), ids=SHORT_FORMS)
uuid_forms = pytest.mark.parametrize("form", UUID_FORMS.values(), ids=UUID_FORMS)
Write = Callable[[dict[str, str]], str]
EVERY_FORM: dict[str, Write] = {
    f"{key} {what}": lambda thing, key=key, form=form: form(thing[key])  # type: ignore[misc]
    for key, forms in (("id", SHORT_FORMS), ("uuid", UUID_FORMS))
    for what, form in forms.items()
}
"""A reference to a thing, in each way that there is."""
every_form = pytest.mark.parametrize("write", EVERY_FORM.values(), ids=EVERY_FORM)
no_form = pytest.mark.parametrize("ref", NO_FORM.values(), ids=NO_FORM)


# Paths


@short_forms
def test_system_by_short_id(owner: Client, anonymous: Client, form: Callable[[str], str]) -> None:
    assert anonymous.get(f"/systems/{part(form(owner.id))}").ok()["uuid"] == owner.uuid


@uuid_forms
def test_system_by_uuid(owner: Client, anonymous: Client, form: Callable[[str], str]) -> None:
    assert anonymous.get(f"/systems/{part(form(owner.uuid))}").ok()["uuid"] == owner.uuid


def test_system_by_me(owner: Client) -> None:
    assert owner.get("/systems/@me").ok()["uuid"] == owner.uuid


def test_system_by_me_with_spaces_around_it(owner: Client, anonymous: Client) -> None:
    assert owner.get("/systems/%20@me%20").ok()["uuid"] == owner.uuid
    anonymous.get("/systems/%20@me%20").fails(UNAUTHORIZED)


@pytest.mark.parametrize(
    "account",
    ["10000000000000017", "466378653216014359", "4663786532160143590", "9223372036854775808", "18446744073709551615"],
)
def test_system_by_account_of_17_to_20_digits(keeper: Keeper, anonymous: Client, account: str) -> None:
    system = keeper.new_system(accounts=[account])
    assert anonymous.get(f"/systems/{account}").ok()["uuid"] == system.uuid
    keeper.unlink_account(system, account)
    anonymous.get(f"/systems/{account}").fails(SYSTEM_NOT_FOUND)


def test_system_by_each_of_its_accounts(keeper: Keeper, anonymous: Client) -> None:
    accounts = [new_snowflake(), new_snowflake()]
    system = keeper.new_system(accounts=accounts)
    for account in accounts:
        assert anonymous.get(f"/systems/{account}").ok()["uuid"] == system.uuid


def test_system_by_account_with_spaces_around_it(keeper: Keeper, anonymous: Client) -> None:
    account = new_snowflake()
    system = keeper.new_system(accounts=[account])
    assert anonymous.get(f"/systems/%20{account}%20").ok()["uuid"] == system.uuid


@short_forms
def test_member_by_short_id(owner: Client, anonymous: Client, form: Callable[[str], str]) -> None:
    member = owner.new_member()
    assert anonymous.get(f"/members/{part(form(member['id']))}").ok()["uuid"] == member["uuid"]


@uuid_forms
def test_member_by_uuid(owner: Client, anonymous: Client, form: Callable[[str], str]) -> None:
    member = owner.new_member()
    assert anonymous.get(f"/members/{part(form(member['uuid']))}").ok()["uuid"] == member["uuid"]


@short_forms
def test_group_by_short_id(owner: Client, anonymous: Client, form: Callable[[str], str]) -> None:
    group = owner.new_group()
    assert anonymous.get(f"/groups/{part(form(group['id']))}").ok()["uuid"] == group["uuid"]


@uuid_forms
def test_group_by_uuid(owner: Client, anonymous: Client, form: Callable[[str], str]) -> None:
    group = owner.new_group()
    assert anonymous.get(f"/groups/{part(form(group['uuid']))}").ok()["uuid"] == group["uuid"]


@uuid_forms
def test_switch_by_uuid(owner: Client, form: Callable[[str], str]) -> None:
    switch = owner.new_switch()
    assert owner.get(f"/systems/@me/switches/{part(form(switch['id']))}").ok() == switch


def test_short_ids_of_five_letters_are_accepted(keeper: Keeper, owner: Client, anonymous: Client) -> None:
    member, group = owner.new_member(), owner.new_group()
    keeper.set_system(owner.uuid, short_id="sysid")
    keeper.set_member(member["uuid"], short_id="memid")
    keeper.set_group(group["uuid"], short_id="grpid")
    assert anonymous.get("/systems/SYS-ID").ok()["uuid"] == owner.uuid
    assert anonymous.get("/members/%20memid").ok()["uuid"] == member["uuid"]
    assert anonymous.get("/groups/GrpId").ok()["uuid"] == group["uuid"]
    keeper.set_system(owner.uuid, short_id=owner.id)
    keeper.set_member(member["uuid"], short_id=member["id"])
    keeper.set_group(group["uuid"], short_id=group["id"])


def test_member_and_group_may_share_a_short_id(keeper: Keeper, owner: Client) -> None:
    member, group = owner.new_member(), owner.new_group()
    keeper.set_group(group["uuid"], short_id=member["id"])
    assert owner.get(f"/members/{member['id']}").ok()["uuid"] == member["uuid"]
    assert owner.get(f"/groups/{member['id']}").ok()["uuid"] == group["uuid"]
    owner.post(f"/groups/{member['id']}/members/add", [member["id"]]).done()
    assert [each["uuid"] for each in owner.get(f"/groups/{member['id']}/members").ok()] == [member["uuid"]]


def test_new_short_ids_have_six_letters_of_the_alphabet(owner: Client) -> None:
    made = [owner.id, *(owner.new_member()["id"] for _ in range(10)), *(owner.new_group()["id"] for _ in range(10))]
    assert all(re.fullmatch(f"[{ALPHABET}]{{6}}", each) for each in made), made
    assert len(set(made[1:11])) == len(set(made[11:])) == 10


@no_form
def test_no_system_by_what_is_no_reference(anonymous: Client, ref: str) -> None:
    anonymous.get(f"/systems/{part(ref)}").fails(SYSTEM_NOT_FOUND)


@no_form
def test_no_member_by_what_is_no_reference(anonymous: Client, ref: str) -> None:
    anonymous.get(f"/members/{part(ref)}").fails(MEMBER_NOT_FOUND)


@no_form
def test_no_group_by_what_is_no_reference(anonymous: Client, ref: str) -> None:
    anonymous.get(f"/groups/{part(ref)}").fails(GROUP_NOT_FOUND)


@pytest.mark.parametrize("path", ["/systems/%ff", "/systems/%c3%28", "/systems/%ed%a0%80"])
def test_no_system_by_what_is_not_utf8(anonymous: Client, path: str) -> None:
    anonymous.get(path).fails(SYSTEM_NOT_FOUND)


@pytest.mark.parametrize(
    "account", ["99999999999999999999", "18446744073709551616", "100000000000000000000", "1234567890123456"]
)
def test_no_system_by_a_number_that_is_no_account(anonymous: Client, account: str) -> None:
    anonymous.get(f"/systems/{account}").fails(SYSTEM_NOT_FOUND)


def test_no_system_by_an_account_in_other_digits(keeper: Keeper, anonymous: Client) -> None:
    account = new_snowflake()
    keeper.new_system(accounts=[account])
    other_digits = account.translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))
    anonymous.get(f"/systems/{part(other_digits)}").fails(SYSTEM_NOT_FOUND)


def test_uuid_needs_its_dashes(home: Home) -> None:
    bare = {
        kind: uuid.replace("-", "") for kind, uuid in (("member", home.member["uuid"]), ("group", home.group["uuid"]))
    }
    home.owner.get(f"/systems/{home.owner.uuid.replace('-', '')}").fails(SYSTEM_NOT_FOUND)
    home.owner.get(f"/members/{bare['member']}").fails(MEMBER_NOT_FOUND)
    home.owner.get(f"/groups/{bare['group']}").fails(GROUP_NOT_FOUND)


@pytest.mark.parametrize(("path", "problem"), [("/members/@me", MEMBER_NOT_FOUND), ("/groups/@me", GROUP_NOT_FOUND)])
def test_me_is_no_member_or_group(owner: Client, path: str, problem: Problem) -> None:
    owner.get(path).fails(problem)


def test_account_is_no_member_or_group(keeper: Keeper) -> None:
    account = new_snowflake()
    system = keeper.new_system(accounts=[account])
    system.get(f"/members/{account}").fails(MEMBER_NOT_FOUND)
    system.get(f"/groups/{account}").fails(GROUP_NOT_FOUND)


def test_each_kind_has_ids_of_its_own(home: Home, anonymous: Client) -> None:
    anonymous.get(f"/members/{home.owner.uuid}").fails(MEMBER_NOT_FOUND)
    anonymous.get(f"/groups/{home.member['uuid']}").fails(GROUP_NOT_FOUND)
    anonymous.get(f"/systems/{home.group['uuid']}").fails(SYSTEM_NOT_FOUND)


SWITCH_PATHS = [
    ("GET", "/systems/@me/switches/{ref}", None),
    ("PATCH", "/systems/@me/switches/{ref}", b'{"timestamp": "2024-01-01T00:00:00Z"}'),
    ("PATCH", "/systems/@me/switches/{ref}/members", b"[]"),
    ("DELETE", "/systems/@me/switches/{ref}", None),
]
switch_paths = pytest.mark.parametrize(
    ("method", "path", "body"), SWITCH_PATHS, ids=["get", "update", "members", "delete"]
)


@switch_paths
@pytest.mark.parametrize("ref", ["exampl", "1", "@me", UNKNOWN_UUID.replace("-", ""), UNKNOWN_UUID + "0", "%ff", "🦊"])
def test_switch_by_what_is_no_uuid_is_400(owner: Client, method: str, path: str, body: bytes | None, ref: str) -> None:
    target = path.format(ref=ref if ref == "%ff" else part(ref))
    headers = {"Content-Type": "application/json"} if body else {}
    owner.send(method, target, content=body, headers=headers).fails(INVALID_SWITCH_ID)


@switch_paths
def test_switch_by_unknown_uuid_is_404(owner: Client, method: str, path: str, body: bytes | None) -> None:
    headers = {"Content-Type": "application/json"} if body else {}
    owner.send(method, path.format(ref=UNKNOWN_UUID), content=body, headers=headers).fails(SWITCH_NOT_ACCESSIBLE)


@pytest.mark.parametrize("path", ["/members/{ref}", "/members/{ref}/groups", "/members/{ref}/oembed.json"])
def test_unknown_member_is_404_for_reading(owner: Client, path: str) -> None:
    owner.get(path.format(ref="dddddd")).fails(MEMBER_NOT_FOUND)


@pytest.mark.parametrize("path", ["/groups/{ref}", "/groups/{ref}/members", "/groups/{ref}/oembed.json"])
def test_unknown_group_is_404_for_reading(owner: Client, path: str) -> None:
    owner.get(path.format(ref="dddddd")).fails(GROUP_NOT_FOUND)


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/settings",
        "/members",
        "/groups",
        "/switches",
        "/fronters",
        "/guilds/1",
        "/autoproxy?guild_id=1",
        "/oembed.json",
        f"/switches/{UNKNOWN_UUID}",
    ],
)
def test_unknown_system_is_404_for_reading(owner: Client, path: str) -> None:
    owner.get(f"/systems/dddddd{path}").fails(SYSTEM_NOT_FOUND)


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PATCH", "", {"name": "x"}),
        ("PATCH", "/settings", {"pings_enabled": True}),
        ("PATCH", "/guilds/1", {"tag": "x"}),
        ("PATCH", "/autoproxy?guild_id=1", {"autoproxy_mode": "front"}),
        ("POST", "/switches", {"members": []}),
    ],
)
def test_unknown_system_is_404_for_writing(owner: Client, method: str, path: str, body: dict[str, object]) -> None:
    send = owner.patch if method == "PATCH" else owner.post
    send(f"/systems/dddddd{path}", body).fails(SYSTEM_NOT_FOUND)


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/settings",
        "/members",
        "/groups",
        "/switches",
        "/fronters",
        "/guilds/1",
        "/autoproxy?guild_id=1",
        "/oembed.json",
        f"/switches/{UNKNOWN_UUID}",
    ],
)
def test_me_without_credentials_is_401(anonymous: Client, path: str) -> None:
    anonymous.get(f"/systems/@me{path}").fails(UNAUTHORIZED)


# Bodies


@every_form
def test_members_of_a_group_by_any_of_its_ids(owner: Client, write: Write) -> None:
    member, group = owner.new_member(), owner.new_group()
    for action, expected in (("add", [member["uuid"]]), ("remove", []), ("overwrite", [member["uuid"]])):
        owner.post(f"/groups/{group['id']}/members/{action}", [write(member)]).done()
        assert [each["uuid"] for each in owner.get(f"/groups/{group['id']}/members").ok()] == expected


@every_form
def test_groups_of_a_member_by_any_of_its_ids(owner: Client, write: Write) -> None:
    member, group = owner.new_member(), owner.new_group()
    for action, expected in (("add", [group["uuid"]]), ("remove", []), ("overwrite", [group["uuid"]])):
        owner.post(f"/members/{member['id']}/groups/{action}", [write(group)]).done()
        assert [each["uuid"] for each in owner.get(f"/members/{member['id']}/groups").ok()] == expected


@every_form
def test_members_of_a_switch_by_any_of_its_ids(owner: Client, write: Write) -> None:
    first, second = owner.new_member(), owner.new_member()
    switch = owner.new_switch(write(first))
    assert switch["members"] == [first]
    changed = owner.patch(f"/systems/@me/switches/{switch['id']}/members", [write(second)]).ok()
    assert changed["members"] == [second]


@every_form
def test_autoproxy_member_by_any_of_its_ids(owner: Client, write: Write) -> None:
    member = owner.new_member()
    body = {"autoproxy_mode": "member", "autoproxy_member": write(member)}
    assert (
        owner.patch(f"/systems/@me/autoproxy?guild_id={new_snowflake()}", body).ok()["autoproxy_member"] == member["id"]
    )


NO_FORM_IN_A_BODY = {what: ref for what, ref in NO_FORM.items() if what != "nul"}
no_form_in_a_body = pytest.mark.parametrize("ref", NO_FORM_IN_A_BODY.values(), ids=NO_FORM_IN_A_BODY)


@no_form_in_a_body
def test_no_member_in_a_list_by_what_is_no_reference(owner: Client, ref: str) -> None:
    group = owner.new_group()
    owner.post(f"/groups/{group['id']}/members/add", [ref]).fails(MEMBER_REF_NOT_FOUND.naming(ref))


@no_form_in_a_body
def test_no_group_in_a_list_by_what_is_no_reference(owner: Client, ref: str) -> None:
    member = owner.new_member()
    owner.post(f"/members/{member['id']}/groups/add", [ref]).fails(GROUP_REF_NOT_FOUND.naming(ref))


@no_form_in_a_body
def test_no_member_in_a_switch_by_what_is_no_reference(owner: Client, ref: str) -> None:
    owner.post("/systems/@me/switches", {"members": [ref]}).fails(MEMBER_REF_NOT_FOUND.naming(ref))


def test_empty_string_in_a_list_is_no_reference(owner: Client) -> None:
    group = owner.new_group()
    owner.post(f"/groups/{group['id']}/members/add", [""]).fails(MEMBER_REF_NOT_FOUND.naming(""))
