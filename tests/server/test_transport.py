"""Section "transport", as raw requests on the wire, and by exhaustion."""

import gzip
import json
import re
from urllib.parse import urlsplit

import pytest

from tests.support.client import USER_AGENT, Client
from tests.support.home import EVERY_OPERATION, PUBLIC_READS, Call, Home
from tests.support.keeper import Keeper
from tests.support.problems import (
    BAD_REQUEST,
    INVALID_PATH,
    METHOD_NOT_ALLOWED,
    NOT_FOUND,
    PAYLOAD_TOO_LARGE,
    UNSUPPORTED_MEDIA_TYPE,
    UNSUPPORTED_VERSION,
    Problem,
)
from tests.support.wire import RawAnswer, exchange, flood

AGENT = ("User-Agent", USER_AGENT)
MIB = 1024 * 1024
ORIGIN = {"Origin": "https://app.example"}
LEGACY_PATHS = (
    "/v2/s",
    "/v2/s/exampl",
    "/v2/s/exampl/members",
    "/v2/m",
    "/v2/m/exampl",
    "/v2/a/466378653216014359",
    "/v2/a/466378653216014359/fronters",
    "/v2/msg/859883754233741322",
)
V1_PATHS = ("/v1", "/v1/", "/v1/s", "/v1/s/exampl", "/v1/systems/@me", "/v1/m/exampl")
UNKNOWN_PATHS = (
    "/nothing",
    "/systems/@me",
    "/v3/systems/@me",
    "/v2",
    "/v2/",
    "/v2/nothing",
    "/v2/systems",
    "/v2/sx",
    "/v2/systems/exampl/nothing",
    "/v2/members/exampl/switches",
    "/v2/groups/exampl/members/replace",
    "/v2/systems/@me/",
    "/v2/members/exampl/",
    "/v2/systems/exampl/oembed.xml",
)
# A known path, a method that it does not have, and those that it has.
WRONG_METHODS = (
    ("DELETE", "/systems/exampl", {"GET", "PATCH"}),
    ("POST", "/systems/exampl", {"GET", "PATCH"}),
    ("PUT", "/systems/exampl", {"GET", "PATCH"}),
    ("PUT", "/members/exampl", {"GET", "PATCH", "DELETE"}),
    ("POST", "/members/exampl", {"GET", "PATCH", "DELETE"}),
    ("DELETE", "/groups/exampl/members", {"GET"}),
    ("PATCH", "/systems/exampl/members", {"GET"}),
    ("DELETE", "/systems/exampl/switches", {"GET", "POST"}),
    ("DELETE", "/messages/859883754233741322", {"GET"}),
    ("TRACE", "/systems/exampl", {"GET", "PATCH"}),
)
POST_ONLY_PATHS = ("/members", "/groups", "/members/exampl/groups/add", "/groups/exampl/members/overwrite")


def raw_get(base_url: str, path: str, *headers: tuple[str, str]) -> RawAnswer:
    """GET of a path below the server's own address, with these headers only."""
    return exchange(base_url, "GET", path, headers)


# JSON, UTF-8


def test_answer_is_json(owner: Client) -> None:
    assert owner.get("/systems/@me").headers["content-type"].split(";")[0] == "application/json"


def test_text_outside_ascii_comes_back_as_utf8(owner: Client) -> None:
    name = "Ünï ко́т 日本 🦊"
    answer = owner.patch("/systems/@me", {"name": name})
    assert json.loads(answer.raw.decode("utf-8"))["name"] == name
    assert owner.get("/systems/@me").ok()["name"] == name


def test_text_escaped_in_json_is_the_same_text(owner: Client) -> None:
    assert owner.send_json("PATCH", "/systems/@me", rb'{"name": "\u00dc \ud83e\udd8a"}').ok()["name"] == "Ü 🦊"


def test_content_length_is_the_length_of_the_body(owner: Client) -> None:
    answer = owner.get("/systems/@me")
    assert int(answer.headers["content-length"]) == len(answer.raw)


# User-Agent


@pytest.mark.parametrize(
    "headers", [[], [("User-Agent", "")], [("User-Agent", "  ")]], ids=["missing", "empty", "blank"]
)
@pytest.mark.parametrize("path", ["/v2/systems/dddddd", "/v2/members/dddddd", "/v2/messages/1"])
def test_user_agent_is_required(base_url: str, path: str, headers: list[tuple[str, str]]) -> None:
    raw_get(base_url, path, *headers).fails(BAD_REQUEST)


def test_any_user_agent_that_is_not_empty_will_do(base_url: str, owner: Client) -> None:
    assert raw_get(base_url, f"/v2/systems/{owner.id}", ("User-Agent", "x")).status == 200


def test_write_without_user_agent_changes_nothing(base_url: str, owner: Client) -> None:
    headers = [("Authorization", str(owner.token)), ("Content-Type", "application/json"), ("Content-Length", "13")]
    exchange(base_url, "PATCH", "/v2/systems/@me", headers, b'{"name": "x"}').fails(BAD_REQUEST)
    assert owner.get("/systems/@me").ok()["name"] is None


# Content-Type


@pytest.mark.parametrize(
    "content_type",
    ["application/json", "application/json; charset=utf-8", "application/json;charset=UTF-8", "Application/JSON"],
)
def test_content_type_of_a_body_is_accepted(owner: Client, content_type: str) -> None:
    answer = owner.send("PATCH", "/systems/@me", content=b'{"name": "x"}', headers={"Content-Type": content_type})
    assert answer.ok()["name"] == "x"


@pytest.mark.parametrize(
    "content_type",
    [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/jsonx",
        "json",
        "",
    ],
)
def test_other_content_type_of_a_body_is_415(owner: Client, content_type: str) -> None:
    answer = owner.send("PATCH", "/systems/@me", content=b'{"name": "x"}', headers={"Content-Type": content_type})
    answer.fails(UNSUPPORTED_MEDIA_TYPE)
    assert owner.get("/systems/@me").ok()["name"] is None


@pytest.mark.parametrize("method_and_path", ["POST /members", "POST /groups", "POST /systems/@me/switches"])
def test_body_without_content_type_is_415(owner: Client, method_and_path: str) -> None:
    method, path = method_and_path.split()
    owner.send(method, path, content=b'{"name": "x", "members": []}').fails(UNSUPPORTED_MEDIA_TYPE)


# Size


def body_of_size(size: int) -> bytes:
    """A body for PATCH of a system that is exactly `size` bytes long."""
    start, end = b'{"name": "x", "padding": "', b'"}'
    return start + b"a" * (size - len(start) - len(end)) + end


def test_body_of_1_mib_is_accepted(owner: Client) -> None:
    assert owner.send_json("PATCH", "/systems/@me", body_of_size(MIB)).ok()["name"] == "x"


def test_body_past_1_mib_is_413(owner: Client) -> None:
    owner.send_json("PATCH", "/systems/@me", body_of_size(MIB + 1)).fails(PAYLOAD_TOO_LARGE)
    assert owner.get("/systems/@me").ok()["name"] is None


def test_body_past_1_mib_without_length_is_413(owner: Client) -> None:
    pieces = (body_of_size(MIB + 1)[start : start + 65536] for start in range(0, MIB + 1, 65536))
    answer = owner.send("PATCH", "/systems/@me", content=pieces, headers={"Content-Type": "application/json"})
    answer.fails(PAYLOAD_TOO_LARGE)
    assert owner.get("/systems/@me").ok()["name"] is None


def test_body_without_length_is_accepted(owner: Client) -> None:
    pieces = [b'{"na', b'me": ', b'"x"}']
    answer = owner.send("PATCH", "/systems/@me", content=iter(pieces), headers={"Content-Type": "application/json"})
    assert answer.ok()["name"] == "x"


@pytest.mark.parametrize(
    "framing", [("Content-Length", str(64 * MIB)), ("Transfer-Encoding", "chunked")], ids=lambda f: f[0]
)
def test_413_comes_without_reading_the_rest(base_url: str, owner: Client, framing: tuple[str, str]) -> None:
    chunked = framing[0] == "Transfer-Encoding"
    piece = b" " * 65536
    pieces = [b"10000\r\n" + piece + b"\r\n" if chunked else piece] * 17  # one past 1 MiB, and then nothing more
    headers = [AGENT, ("Authorization", str(owner.token)), ("Content-Type", "application/json"), framing]
    flood(base_url, "PATCH", "/v2/systems/@me", headers, pieces).fails(PAYLOAD_TOO_LARGE)


def test_compressed_body_is_not_taken_for_json(owner: Client) -> None:
    headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
    answer = owner.send("PATCH", "/systems/@me", content=gzip.compress(b'{"name": "x"}'), headers=headers)
    assert answer.status in (400, 415), answer.story


# CORS


def allowed(value: str) -> set[str]:
    """The items of a header that lists them."""
    return {item.strip().lower() for item in value.split(",")}


def test_any_origin_may_read_an_answer(owner: Client) -> None:
    answer = owner.send("GET", "/systems/@me", headers=ORIGIN)
    assert answer.headers["access-control-allow-origin"] in ("*", ORIGIN["Origin"])


@pytest.mark.parametrize("path", ["/systems/dddddd", "/systems/@me", "/nothing"])
def test_any_origin_may_read_an_error(anonymous: Client, path: str) -> None:
    answer = anonymous.send("GET", path, headers=ORIGIN)
    assert answer.status >= 400
    assert answer.headers["access-control-allow-origin"] in ("*", ORIGIN["Origin"])


def test_rate_limit_and_version_headers_are_exposed_to_any_origin(owner: Client) -> None:
    exposed = owner.send("GET", "/systems/@me", headers=ORIGIN).headers["access-control-expose-headers"]
    limits = {f"x-ratelimit-{name}" for name in ("limit", "remaining", "reset", "scope")}
    assert limits | {"x-pluralkit-version"} <= allowed(exposed)


def preflight(base_url: str, path: str, method: str = "PATCH") -> RawAnswer:
    """The question a browser asks before it sends a request of another origin; without a User-Agent."""
    asked = [
        ("Access-Control-Request-Method", method),
        ("Access-Control-Request-Headers", "authorization,content-type"),
    ]
    return exchange(base_url, "OPTIONS", path, [("Origin", ORIGIN["Origin"]), *asked])


def assert_allows_everything(answer: RawAnswer) -> None:
    """The answer to a preflight that lets a browser use the whole API for a day."""
    assert (answer.status, answer.body) == (204, b"")
    assert answer.headers["access-control-allow-origin"] in ("*", ORIGIN["Origin"])
    assert {"get", "post", "patch", "delete"} <= allowed(answer.headers["access-control-allow-methods"])
    named = {"content-type", "authorization", "user-agent", "sentry-trace"}
    assert named <= allowed(answer.headers["access-control-allow-headers"])
    assert answer.headers["access-control-max-age"] == "86400"


@pytest.mark.parametrize("call", EVERY_OPERATION, ids=str)
def test_preflight_of_operation(base_url: str, call: Call) -> None:
    path = re.sub(r"{.*?}", "exampl", call.template)
    assert_allows_everything(preflight(base_url, "/v2" + path, call.method))


@pytest.mark.parametrize("path", ["/v2/nothing", "/nothing", "/", "/v1/s/exampl", "/v2/s/exampl"])
def test_preflight_of_any_other_path(base_url: str, path: str) -> None:
    assert_allows_everything(preflight(base_url, path))


# X-PluralKit-Version


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/v2/systems/{id}", 200),
        ("/v2/systems/{id}/fronters", 204),
        ("/v2/systems/@me", 401),
        ("/v2/members/dddddd", 404),
        ("/v2/nothing", 404),
        ("/nothing", 404),
        ("/v2/members", 405),
        ("/v1/s", 410),
        ("/v2/s", 400),
        ("/", 307),
        ("/docs", None),
        ("/openapi.yaml", 200),
        ("/openapi.json", 200),
    ],
)
def test_version_is_in_every_answer(base_url: str, owner: Client, path: str, status: int | None) -> None:
    answer = raw_get(base_url, path.format(id=owner.id), AGENT)
    assert status in (None, answer.status)
    assert re.fullmatch(r"pluralspec\W+\d+\.\d+\.\d+\S*", answer.headers["x-pluralkit-version"])


def test_version_is_in_an_answer_without_user_agent(base_url: str) -> None:
    assert raw_get(base_url, "/v2/systems/dddddd").headers["x-pluralkit-version"]


def test_version_is_in_a_preflight(base_url: str) -> None:
    assert preflight(base_url, "/v2/members").headers["x-pluralkit-version"]


# Paths


def test_root_redirects_to_the_documentation(base_url: str) -> None:
    answer = raw_get(base_url, "/")
    assert answer.status == 307
    assert urlsplit(answer.headers["location"]).path == "/docs"


@pytest.mark.parametrize("path", V1_PATHS)
@pytest.mark.parametrize("headers", [[AGENT], []], ids=["", "without user agent"])
def test_v1_is_410(base_url: str, path: str, headers: list[tuple[str, str]]) -> None:
    raw_get(base_url, path, *headers).fails(UNSUPPORTED_VERSION)


@pytest.mark.parametrize("method", ["POST", "PATCH", "DELETE"])
def test_v1_is_410_for_every_method(base_url: str, method: str) -> None:
    exchange(base_url, method, "/v1/s/exampl", [AGENT]).fails(UNSUPPORTED_VERSION)


@pytest.mark.parametrize("path", LEGACY_PATHS)
@pytest.mark.parametrize("headers", [[AGENT], []], ids=["", "without user agent"])
def test_legacy_path_is_400(base_url: str, path: str, headers: list[tuple[str, str]]) -> None:
    raw_get(base_url, path, *headers).fails(INVALID_PATH)


@pytest.mark.parametrize("method", ["POST", "PATCH", "DELETE"])
def test_legacy_path_is_400_for_every_method(base_url: str, method: str) -> None:
    exchange(base_url, method, "/v2/m/exampl", [AGENT]).fails(INVALID_PATH)


@pytest.mark.parametrize("path", UNKNOWN_PATHS)
@pytest.mark.parametrize("headers", [[AGENT], []], ids=["", "without user agent"])
def test_unknown_path_is_404(base_url: str, path: str, headers: list[tuple[str, str]]) -> None:
    raw_get(base_url, path, *headers).fails(NOT_FOUND)


@pytest.mark.parametrize("method", ["POST", "PATCH", "PUT", "DELETE"])
def test_unknown_path_is_404_for_every_method(base_url: str, method: str) -> None:
    exchange(base_url, method, "/v2/nothing", [AGENT]).fails(NOT_FOUND)


@pytest.mark.parametrize(("method", "path", "methods"), WRONG_METHODS)
def test_wrong_method_is_405_with_allow(base_url: str, method: str, path: str, methods: set[str]) -> None:
    answer = exchange(base_url, method, "/v2" + path, [AGENT])
    answer.fails(METHOD_NOT_ALLOWED)
    assert allowed(answer.headers["allow"]) == {each.lower() for each in methods | {"HEAD", "OPTIONS"}}


@pytest.mark.parametrize("path", POST_ONLY_PATHS)
def test_wrong_method_on_a_path_for_posting_is_405_with_allow(base_url: str, path: str) -> None:
    answer = exchange(base_url, "GET", "/v2" + path, [AGENT])
    answer.fails(METHOD_NOT_ALLOWED)
    assert allowed(answer.headers["allow"]) == {"post", "head", "options"}


def test_wrong_method_is_answered_before_the_user_agent_rule(base_url: str) -> None:
    exchange(base_url, "DELETE", "/v2/systems/exampl").fails(METHOD_NOT_ALLOWED)


def test_wrong_method_is_answered_before_credentials_are_asked_for(base_url: str) -> None:
    exchange(base_url, "DELETE", "/v2/systems/@me", [AGENT]).fails(METHOD_NOT_ALLOWED)


def test_path_is_matched_with_its_escapes_resolved(owner: Client) -> None:
    assert owner.send("GET", "/systems/%40me").ok()["id"] == owner.id


def test_unknown_query_parameters_are_ignored(owner: Client) -> None:
    assert owner.get("/systems/@me", colour="blue").ok()["id"] == owner.id


# HEAD


def comparable(answer: RawAnswer) -> dict[str, str]:
    """The headers that do not tell one answer from the next."""
    return {
        name.lower(): value
        for name, value in answer.headers.items()
        if name.lower() not in ("date", "x-ratelimit-reset", "x-request-id")
    }


@pytest.mark.parametrize("call", PUBLIC_READS, ids=str)
def test_head_answers_like_get_without_a_body(base_url: str, home: Home, call: Call) -> None:
    path = "/v2" + home.path(call.template)
    head, get = exchange(base_url, "HEAD", path, [AGENT]), exchange(base_url, "GET", path, [AGENT])
    assert (head.status, head.body) == (200, b"")
    limits = ("x-ratelimit-remaining",)
    expected = {name: value for name, value in comparable(get).items() if name not in limits}
    assert {name: value for name, value in comparable(head).items() if name not in limits} == expected


@pytest.mark.parametrize(
    ("path", "status"), [("/systems/dddddd", 404), ("/systems/@me", 401), ("/nothing", 404), ("/s", 400)]
)
def test_head_of_an_error_answers_like_get_without_a_body(base_url: str, path: str, status: int) -> None:
    answer = exchange(base_url, "HEAD", "/v2" + path, [AGENT])
    assert (answer.status, answer.body) == (status, b"")


def test_head_of_nothing_to_show_is_204(base_url: str, owner: Client) -> None:
    answer = exchange(base_url, "HEAD", f"/v2/systems/{owner.id}/fronters", [AGENT])
    assert (answer.status, answer.body) == (204, b"")


# Query


def test_last_of_repeated_query_keys_counts(owner: Client) -> None:
    owner.new_group()
    assert "members" in owner.get("/systems/@me/groups?with_members=false&with_members=true").ok()[0]
    assert "members" not in owner.get("/systems/@me/groups?with_members=true&with_members=false").ok()[0]


def test_last_of_repeated_query_keys_counts_even_if_an_earlier_one_is_wrong(owner: Client) -> None:
    owner.new_switch()
    assert len(owner.get("/systems/@me/switches?limit=none&limit=1").ok()) == 1
    owner.get("/systems/@me/switches?limit=1&limit=none").fails(BAD_REQUEST)


# Snowflakes beyond 2^63


def test_large_snowflakes_travel_as_strings_and_stay_apart(keeper: Keeper, owner: Client) -> None:
    member = owner.new_member()
    ids = ["18446744073709551615", "18446744073709551614", "9223372036854775808", "9223372036854775807"]
    originals = ["18446744073709551611", "18446744073709551610", "9223372036854775818", "9223372036854775797"]
    for snowflake, original in zip(ids, originals, strict=True):
        keeper.add_message(
            member["uuid"], id=snowflake, original=original, sender=snowflake, channel=original, guild=snowflake
        )
    for snowflake, original in zip(ids, originals, strict=True):
        shown = owner.get(f"/messages/{snowflake}").ok()
        keys = ("id", "original", "sender", "channel", "guild")
        assert [shown[key] for key in keys] == [snowflake, original, snowflake, original, snowflake]
        assert owner.get(f"/messages/{original}").ok() == shown
        keeper.forget_message(snowflake)


def test_error_is_never_html(base_url: str) -> None:
    problems: tuple[tuple[str, Problem], ...] = (
        ("/nothing", NOT_FOUND),
        ("/v2/s", INVALID_PATH),
        ("/v1", UNSUPPORTED_VERSION),
    )
    for path, problem in problems:
        raw_get(base_url, path, AGENT, ("Accept", "text/html")).fails(problem)
