"""Section "errors", by exhaustion: the catalogue row by row, which error wins, and the owner let in everywhere."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.support.client import Answer, Client
from tests.support.home import (
    CREATIONS,
    EVERY_OPERATION,
    GROUP_WRITES,
    MEMBER_WRITES,
    OWNER_ONLY,
    OWNER_READS,
    SYSTEM_WRITES,
    WRITES,
    Call,
    Home,
)
from tests.support.keeper import Keeper, new_snowflake
from tests.support.problems import (
    BAD_REQUEST,
    FORBIDDEN,
    INVALID_PATH,
    METHOD_NOT_ALLOWED,
    NOT_FOUND,
    NOT_OWN_GROUP,
    NOT_OWN_MEMBER,
    UNAUTHORIZED,
    UNSUPPORTED_VERSION,
    Problem,
    invalid,
)
from tests.support.wire import exchange

UNKNOWN_UUID = "b6cb3e17-52d6-4f0a-8a4b-2f9b3a5f3d11"


class Scene:
    """A home, a stranger who has one too, and the keeper: enough to provoke every error."""

    def __init__(self, home: Home, keeper: Keeper, anonymous: Client) -> None:
        self.home, self.keeper, self.anonymous = home, keeper, anonymous
        self.owner = home.owner
        self.stranger = keeper.new_system()

    def hide(self, key: str) -> None:
        """Make one privacy key of the system private."""
        self.owner.patch("/systems/@me", {"privacy": {key: "private"}}).ok()

    def get(self, template: str) -> Answer:
        """GET as a stranger."""
        return self.stranger.get(self.home.path(template))

    def after_hiding(self, key: str, template: str) -> Answer:
        """GET as a stranger after the owner has made a key private."""
        self.hide(key)
        return self.get(template)

    def after_limits(self, kind: str) -> Answer:
        """Create one more than the limit allows."""
        self.keeper.set_limits(self.owner, members=1, groups=1)
        return self.owner.post(f"/{kind}s", {"name": "x"})


@pytest.fixture
def scene(home: Home, keeper: Keeper, anonymous: Client) -> Scene:
    """Where errors are provoked."""
    return Scene(home, keeper, anonymous)


Provoke = Callable[[Scene], Answer]
CATALOGUE: list[tuple[int, int, str, Provoke]] = [
    (0, 400, "400: Bad Request", lambda s: s.owner.patch("/systems/@me", {})),
    (0, 400, "Invalid path for API version", lambda s: s.owner.get("/s/exampl")),
    (0, 401, "401: Missing or invalid Authorization header", lambda s: s.anonymous.get("/systems/@me")),
    (
        0,
        403,
        "403: Missing permissions to access this resource",
        lambda s: s.stranger.patch(f"/systems/{s.owner.id}", {"tag": "x"}),
    ),
    (0, 404, "404: Not Found", lambda s: s.owner.get("/nothing")),
    (0, 405, "405: Method Not Allowed", lambda s: s.owner.delete("/systems/@me")),
    (0, 413, "413: Payload Too Large", lambda s: s.owner.post("/members", {"name": "x" * 1024 * 1024})),
    (0, 415, "415: Unsupported Media Type", lambda s: s.owner.send("POST", "/members", content=b"{}")),
    (20001, 404, "System not found.", lambda s: s.anonymous.get("/systems/dddddd")),
    (20002, 404, "Member not found.", lambda s: s.anonymous.get("/members/dddddd")),
    (
        20003,
        404,
        "Member 'dddddd' not found.",
        lambda s: s.owner.post(s.home.path("/groups/{group}/members/add"), ["dddddd"]),
    ),
    (20004, 404, "Group not found.", lambda s: s.anonymous.get("/groups/dddddd")),
    (
        20005,
        404,
        "Group 'dddddd' not found.",
        lambda s: s.owner.post(s.home.path("/members/{member}/groups/add"), ["dddddd"]),
    ),
    (20006, 404, "Message not found.", lambda s: s.anonymous.get("/messages/1")),
    (
        20008,
        404,
        "Switch not found, switch associated with different system, or unauthorized to view front history.",
        lambda s: s.owner.get(f"/systems/@me/switches/{UNKNOWN_UUID}"),
    ),
    (
        20009,
        404,
        "No system guild settings found for target guild.",
        lambda s: s.owner.get(f"/systems/@me/guilds/{new_snowflake()}"),
    ),
    (
        20010,
        404,
        "No member guild settings found for target guild.",
        lambda s: s.owner.get(s.home.path("/members/{member}/guilds/") + new_snowflake()),
    ),
    (
        30001,
        403,
        "Unauthorized to view member list",
        lambda s: s.after_hiding("member_list_privacy", "/systems/{system}/members"),
    ),
    (
        30002,
        403,
        "Unauthorized to view group list",
        lambda s: s.after_hiding("group_list_privacy", "/systems/{system}/groups"),
    ),
    (
        30003,
        403,
        "Unauthorized to view group member list",
        lambda s: s.stranger.get(
            f"/groups/{s.owner.new_group(privacy={'list_privacy': 'private'})['id']}/members",
        ),
    ),
    (
        30004,
        403,
        "Unauthorized to view current fronters.",
        lambda s: s.after_hiding("front_privacy", "/systems/{system}/fronters"),
    ),
    (
        30005,
        403,
        "Unauthorized to view front history.",
        lambda s: s.after_hiding("front_history_privacy", "/systems/{system}/switches"),
    ),
    (
        30006,
        403,
        "Target member is not part of your system.",
        lambda s: s.stranger.delete(s.home.path("/members/{member}")),
    ),
    (
        30007,
        403,
        "Target group is not part of your system.",
        lambda s: s.stranger.delete(s.home.path("/groups/{group}")),
    ),
    (
        30008,
        403,
        "Member '{member}' is not part of your system.",
        lambda s: s.stranger.post("/systems/@me/switches", {"members": [s.home.member["id"]]}),
    ),
    (
        30009,
        403,
        "Group '{group}' is not part of your system.",
        lambda s: s.stranger.post(f"/members/{s.stranger.new_member()['id']}/groups/add", [s.home.group["id"]]),
    ),
    (
        40003,
        400,
        "Duplicate members in member list.",
        lambda s: s.owner.post("/systems/@me/switches", {"members": [s.home.member["id"], s.home.member["uuid"]]}),
    ),
    (
        40004,
        400,
        "Member list identical to current fronter list.",
        lambda s: s.owner.post("/systems/@me/switches", {"members": [s.home.member["id"]]}),
    ),
    (
        40005,
        400,
        "Switch with provided timestamp already exists.",
        lambda s: s.owner.post("/systems/@me/switches", {"members": [], "timestamp": s.home.switch["timestamp"]}),
    ),
    (40006, 400, "Invalid switch ID.", lambda s: s.owner.get("/systems/@me/switches/exampl")),
    (40007, 400, "Member limit reached.", lambda s: s.after_limits("member")),
    (40008, 400, "Group limit reached.", lambda s: s.after_limits("group")),
    (50001, 501, "Unimplemented", lambda s: s.owner.get("/systems/@me/autoproxy")),
]


@pytest.mark.parametrize(
    ("code", "status", "message", "provoke"),
    CATALOGUE,
    ids=[f"{code}-{status}-{text}" for code, status, text, _ in CATALOGUE],
)
def test_row_of_the_catalogue(scene: Scene, code: int, status: int, message: str, provoke: Provoke) -> None:
    answer = provoke(scene)
    answer.fails(Problem(code, status, scene.home.path(message)))


def test_error_is_json_in_utf8(owner: Client) -> None:
    answer = owner.post(f"/groups/{owner.new_group()['id']}/members/add", ["ünknown🦊"])
    assert answer.headers["content-type"].split(";")[0] == "application/json"
    assert "'ünknown🦊'" in answer.body["message"]


# Nobody


@pytest.mark.parametrize("call", OWNER_ONLY, ids=str)
def test_owners_operation_without_credentials_is_401(home: Home, anonymous: Client, call: Call) -> None:
    home.call(call, anonymous).fails(UNAUTHORIZED)


@pytest.mark.parametrize("call", OWNER_ONLY, ids=str)
@pytest.mark.parametrize("authorization", ["nonsense", "Bearer nonsense", "A" * 64, "Basic dXNlcjpwYXNz"])
def test_owners_operation_with_bad_credentials_is_401(
    home: Home, anonymous: Client, call: Call, authorization: str
) -> None:
    home.call(call, anonymous.identified(authorization)).fails(UNAUTHORIZED)


# Another system


@pytest.mark.parametrize("call", [*SYSTEM_WRITES, *OWNER_READS[:2]], ids=str)
def test_operation_on_another_system_is_403(home: Home, stranger: Client, call: Call) -> None:
    home.call(call, stranger).fails(FORBIDDEN)


@pytest.mark.parametrize("call", [*MEMBER_WRITES, OWNER_READS[2]], ids=str)
def test_operation_on_another_systems_member_is_403(home: Home, stranger: Client, call: Call) -> None:
    home.call(call, stranger).fails(NOT_OWN_MEMBER)


@pytest.mark.parametrize("call", GROUP_WRITES, ids=str)
def test_operation_on_another_systems_group_is_403(home: Home, stranger: Client, call: Call) -> None:
    home.call(call, stranger).fails(NOT_OWN_GROUP)


@pytest.mark.parametrize("call", [call for call in WRITES if call not in CREATIONS], ids=str)
def test_refused_operation_changes_nothing(home: Home, stranger: Client, anonymous: Client, call: Call) -> None:
    ends = ("", "/settings", "/members", "/groups?with_members=true", "/switches", "/guilds/{guild}")
    templates = [f"/systems/@me{end}" for end in (*ends, "/autoproxy?guild_id={guild}")]
    paths = [home.path(template) for template in (*templates, "/members/{member}/guilds/{guild}")]
    before = [home.owner.get(path).ok() for path in paths]
    assert home.call(call, stranger).status == 403
    assert home.call(call, anonymous).status == 401
    assert [home.owner.get(path).ok() for path in paths] == before


# The owner is let in everywhere


@pytest.mark.parametrize("call", EVERY_OPERATION, ids=str)
def test_owner_is_let_in(home: Home, call: Call) -> None:
    answer = home.call(call, home.owner)
    no_content = call.method == "DELETE" or call.template.endswith(("/add", "/remove", "/overwrite"))
    assert answer.status == (204 if no_content else 200), answer.story


# Which error wins


@pytest.mark.parametrize(
    ("method", "path", "problem"),
    [
        ("GET", "/v2/nothing", NOT_FOUND),
        ("PATCH", "/v2/systems/@me/nothing", NOT_FOUND),
        ("GET", "/v2/s/exampl", INVALID_PATH),
        ("GET", "/v1/s/exampl", UNSUPPORTED_VERSION),
        ("DELETE", "/v2/systems/@me", METHOD_NOT_ALLOWED),
    ],
)
def test_path_wins_over_missing_user_agent(base_url: str, method: str, path: str, problem: Problem) -> None:
    exchange(base_url, method, path).fails(problem)


@pytest.mark.parametrize("call", OWNER_ONLY, ids=str)
def test_missing_user_agent_wins_over_missing_credentials(base_url: str, home: Home, call: Call) -> None:
    exchange(base_url, call.method, "/v2" + home.path(call.template)).fails(BAD_REQUEST)


@pytest.mark.parametrize(
    "path",
    [
        "/systems/dddddd",
        "/systems/dddddd/settings",
        "/systems/dddddd/guilds/1",
        "/systems/dddddd/autoproxy?guild_id=1",
        "/members/dddddd",
        "/members/dddddd/guilds/1",
        "/groups/dddddd",
        f"/systems/dddddd/switches/{UNKNOWN_UUID}",
        "/systems/dddddd/switches/no-uuid",
        "/systems/dddddd/guilds/no-number",
        "/systems/dddddd/autoproxy",
    ],
)
def test_missing_credentials_win_over_what_the_path_names(anonymous: Client, path: str) -> None:
    anonymous.patch(path, {"name": "x", "timestamp": "2024-01-01T00:00:00Z"}).fails(UNAUTHORIZED)


@pytest.mark.parametrize("call", WRITES, ids=str)
@pytest.mark.parametrize(
    ("content", "headers"),
    [
        (b"{", {"Content-Type": "application/json"}),
        (b'{"name": 5}', {"Content-Type": "application/json"}),
        (b"x", {"Content-Type": "text/plain"}),
        (b"", {}),
        (b" " * (1024 * 1024 + 1), {"Content-Type": "application/json"}),
    ],
    ids=["malformed", "mistaken", "of another type", "missing", "too large"],
)
def test_missing_credentials_win_over_the_body(
    home: Home, anonymous: Client, call: Call, content: bytes, headers: dict[str, str]
) -> None:
    anonymous.send(call.method, home.path(call.template), content=content, headers=headers).fails(UNAUTHORIZED)


def test_bad_query_without_credentials_where_they_are_needed_is_401(anonymous: Client) -> None:
    anonymous.get("/systems/@me/switches?limit=none").fails(UNAUTHORIZED)
    anonymous.get("/systems/@me/groups?with_members=none").fails(UNAUTHORIZED)


# An operation that fails changes nothing


def test_failed_switch_changes_nothing(home: Home) -> None:
    before = home.owner.get("/systems/@me/switches").ok()
    bodies: list[dict[str, Any]] = [
        {"members": ["dddddd"]},
        {"members": [home.member["id"], home.member["id"]]},
        {"members": [], "timestamp": home.switch["timestamp"]},
        {"members": [home.member["id"]]},
    ]
    assert [home.owner.post("/systems/@me/switches", body).status for body in bodies] == [404, 400, 400, 400]
    assert home.owner.get("/systems/@me/switches").ok() == before


def test_failed_autoproxy_changes_nothing(home: Home) -> None:
    path = home.path("/systems/@me/autoproxy?guild_id={guild}")
    before = home.owner.patch(path, {"autoproxy_mode": "member", "autoproxy_member": home.member["id"]}).ok()
    home.owner.patch(path, {"autoproxy_mode": "front", "autoproxy_member": home.member["id"]}).rejects(
        invalid("autoproxy_member")
    )
    assert home.owner.get(path).ok() == before
