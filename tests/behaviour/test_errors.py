"""Section "errors": what an error looks like, who is refused, which error wins, and that what fails changes nothing."""

from collections.abc import Iterable
from typing import Any

import pytest

from tests.support.check import check
from tests.support.client import Client
from tests.support.home import (
    CREATIONS,
    GROUP_WRITES,
    MEMBER_WRITES,
    OWNER_ONLY,
    OWNER_READS,
    SYSTEM_WRITES,
    Call,
    Home,
    furnish,
)
from tests.support.made import past
from tests.support.problems import (
    FORBIDDEN,
    NOT_FOUND,
    NOT_OWN_GROUP,
    NOT_OWN_MEMBER,
    SYSTEM_NOT_FOUND,
    UNAUTHORIZED,
    Problem,
)

ME = "/systems/@me"
UNKNOWN_UUID = "b6cb3e17-52d6-4f0a-8a4b-2f9b3a5f3d11"


@pytest.fixture
def home(owner: Client) -> Home:
    """Something of the owner's that others might want to change."""
    return furnish(owner)


def all_refused(home: Home, client: Client, calls: Iterable[Call], problem: Problem) -> None:
    """Expect that each of these is refused, and that nothing has changed after all of them."""
    paths = [
        home.path(each) for each in ("/members/{member}", "/groups/{group}", "/systems/{system}/switches/{switch}")
    ]
    before = [home.owner.get(path).ok() for path in (ME, f"{ME}/settings", *paths)]
    for call in calls:
        home.call(call, client).fails(problem)
    assert [home.owner.get(path).ok() for path in (ME, f"{ME}/settings", *paths)] == before


# What an error looks like


@check("errors/form", should="An error is a JSON object of `message` and `code`, and nothing else.")
@pytest.mark.parametrize(
    ("path", "problem"),
    [("/systems/dddddd", SYSTEM_NOT_FOUND), ("/systems/@me", UNAUTHORIZED), ("/nothing", NOT_FOUND)],
    ids=["unknown system", "no credentials", "unknown path"],
)
def test_error_is_a_json_object(anonymous: Client, path: str, problem: Problem) -> None:
    anonymous.get(path).fails(problem)


@check("errors/never-html", should="An error is JSON, also for who asks for HTML.")
@pytest.mark.parametrize("path", ["/systems/dddddd", "/systems/@me", "/nothing"])
def test_error_is_never_html(anonymous: Client, path: str) -> None:
    answer = anonymous.send("GET", path, headers={"Accept": "text/html"})
    assert answer.body.keys() == {"message", "code"}


@check("errors/utf-8", should="An error names what was sent as it was sent, in UTF-8.")
def test_error_is_json_in_utf8(owner: Client) -> None:
    answer = owner.post(f"/groups/{owner.new_group()['id']}/members/add", ["ünknown🦊"])
    assert "'ünknown🦊'" in answer.body["message"]


@check("errors/40001", should="40001 has `errors`: for each key that is wrong, a list of what is wrong with it.")
def test_errors_of_a_body_are_told_by_key(owner: Client) -> None:
    answer = owner.post("/members", {"name": "x" * 101, "color": 5})
    assert answer.status == 400
    assert answer.body == {
        "message": "Error parsing JSON model",
        "code": 40001,
        "errors": {
            "name": [{"message": "Field name is too long.", "max_length": 100, "actual_length": 101}],
            "color": [{"message": "Field color is invalid."}],
        },
    }


# Who is refused


@check("errors/401/reads", should="To read what is the owner's alone without credentials is 401.")
def test_owners_reads_without_credentials_are_401(public: Client) -> None:
    for path in (
        f"/systems/{public.id}/guilds/1",
        f"/systems/{public.id}/autoproxy?guild_id=1",
        "/members/dddddd/guilds/1",
    ):
        public.get(path).fails(UNAUTHORIZED)


@check("errors/401/writes", should="To write without credentials is 401, for every operation, and changes nothing.")
def test_every_write_without_credentials_is_401(home: Home, anonymous: Client) -> None:
    all_refused(home, anonymous, OWNER_ONLY, UNAUTHORIZED)


@check("errors/403/system", should="To write to another system, or to read what is its alone, is 403 with code 0.")
def test_operation_on_another_system_is_403(home: Home, stranger: Client) -> None:
    all_refused(home, stranger, [*SYSTEM_WRITES, *OWNER_READS[:2]], FORBIDDEN)


@check("errors/30006", should="To write to another system's member, or to read its guild settings, is 403 with 30006.")
def test_operation_on_another_systems_member_is_403(home: Home, stranger: Client) -> None:
    all_refused(home, stranger, [*MEMBER_WRITES, OWNER_READS[2]], NOT_OWN_MEMBER)


@check("errors/30007", should="To write to another system's group is 403 with 30007.")
def test_operation_on_another_systems_group_is_403(home: Home, stranger: Client) -> None:
    all_refused(home, stranger, GROUP_WRITES, NOT_OWN_GROUP)


# Which error wins


@check("errors/precedence/credentials-before-path", should="Missing credentials win over what the path names: 401.")
def test_missing_credentials_win_over_what_the_path_names(owner: Client, anonymous: Client) -> None:
    body = {"color": "ff0000", "timestamp": past(1)[0]}
    ends = ("", "/settings", "/guilds/1", f"/switches/{UNKNOWN_UUID}", "/switches/no-uuid")
    for path in (*(f"/systems/dddddd{end}" for end in ends), "/members/dddddd", "/groups/dddddd"):
        anonymous.patch(path, body).fails(UNAUTHORIZED)


@check(
    "errors/precedence/credentials-before-body", should="Missing credentials win over what is wrong with the body: 401."
)
def test_missing_credentials_win_over_the_body(owner: Client, anonymous: Client) -> None:
    bodies: tuple[tuple[bytes, dict[str, str]], ...] = (
        (b"{", {"Content-Type": "application/json"}),
        (b'{"name": 5}', {"Content-Type": "application/json"}),
        (b"x", {"Content-Type": "text/plain"}),
        (b"", {}),
    )
    for call in (CREATIONS[0], Call("PATCH", f"/systems/{owner.id}")):
        for content, headers in bodies:
            anonymous.send(call.method, call.template, content=content, headers=headers).fails(UNAUTHORIZED)


@check(
    "errors/precedence/credentials-before-query", should="Missing credentials win over what is wrong with the query."
)
def test_bad_query_without_credentials_where_they_are_needed_is_401(anonymous: Client) -> None:
    anonymous.get(f"{ME}/switches?limit=none").fails(UNAUTHORIZED)
    anonymous.get(f"{ME}/groups?with_members=none").fails(UNAUTHORIZED)


# An operation that fails changes nothing


@check("errors/nothing-changed/switch", should="A switch that is refused leaves the history as it was.")
def test_failed_switch_changes_nothing(owner: Client) -> None:
    ref = owner.new_member()["id"]
    newest = owner.new_switch(ref)
    before = owner.get(f"{ME}/switches").ok()
    bodies: list[dict[str, Any]] = [
        {"members": ["dddddd"]},
        {"members": [ref, ref]},
        {"members": [], "timestamp": newest["timestamp"]},
        {"members": [ref]},
    ]
    assert [owner.post(f"{ME}/switches", body).status for body in bodies] == [404, 400, 400, 400]
    assert owner.get(f"{ME}/switches").ok() == before


@check("errors/nothing-changed/update", should="One mistake in a body, and none of its keys is changed.")
def test_failed_update_changes_nothing(home: Home) -> None:
    for path, own in ((f"/members/{home.member['id']}", home.member), (f"/groups/{home.group['id']}", home.group)):
        answer = home.owner.patch(path, {"display_name": "changed", "description": "changed", "color": "green"})
        assert answer.status == 400, answer.story
        assert home.owner.get(path).ok() == own
