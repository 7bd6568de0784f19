"""Section "transport": what holds for every request, whatever it asks for."""

import re
from typing import Any

import pytest

from tests.support.check import check
from tests.support.client import Answer, Client
from tests.support.made import instant, past
from tests.support.problems import (
    BAD_REQUEST,
    INVALID_PATH,
    METHOD_NOT_ALLOWED,
    NOT_FOUND,
    PAYLOAD_TOO_LARGE,
    UNSUPPORTED_MEDIA_TYPE,
    UNSUPPORTED_VERSION,
)

ME = "/systems/@me"
MIB = 1024 * 1024
ORIGIN = {"Origin": "https://app.example"}
UNKNOWN_PATHS = ("/nothing", "/systems", "/systems/exampl/nothing", "/members/exampl/switches", "/members/exampl/")
LEGACY_PATHS = ("/s", "/s/exampl", "/m/exampl", "/a/466378653216014359", "/msg/859883754233741322")


# JSON, UTF-8, timestamps


@check("transport/json", should="An answer is `application/json`.")
def test_answer_is_json(public: Client) -> None:
    assert public.get(f"/systems/{public.id}").headers["content-type"].split(";")[0] == "application/json"


@check("transport/utf-8", should="Text of any script comes back as it was sent, in UTF-8.")
def test_text_outside_ascii_comes_back_as_utf8(owner: Client) -> None:
    name = "Ünï ко́т 日本 🦊"
    answer = owner.patch(ME, {"name": name})
    assert name in answer.raw.decode("utf-8")
    assert owner.get(ME).ok()["name"] == name


@check("transport/json-escapes", should="Text escaped in JSON is the same text.")
def test_text_escaped_in_json_is_the_same_text(owner: Client) -> None:
    assert owner.send_json("PATCH", ME, rb'{"name": "\u00dc \ud83e\udd8a"}').ok()["name"] == "Ü 🦊"


@check("transport/timestamps/form", should="Timestamps are UTC and end in Z; a fraction has no zeros at its end.")
def test_timestamps_are_in_utc_without_needless_zeros(owner: Client) -> None:
    (moment,) = past(1)
    second = moment.removesuffix("Z")
    sent = {
        f"{second}.120Z": f"{second}.12Z",
        f"{second}.000+00:00": f"{second}Z",
        f"{second}.000001": f"{second}.000001Z",
    }
    ref = owner.new_member()["id"]
    for number, (given, shown) in enumerate(sent.items()):
        assert owner.new_switch(*[ref] * (number % 2), timestamp=given)["timestamp"] == shown


@check("transport/timestamps/offset", should="A timestamp of another offset is the same moment.")
def test_timestamp_with_an_offset_is_the_same_moment(owner: Client) -> None:
    (moment,) = past(1)
    switch = owner.new_switch(timestamp=moment.replace("Z", "-05:30"))
    assert (instant(switch["timestamp"]) - instant(moment)).total_seconds() == 5.5 * 3600


@check("transport/timestamps/zone", should="A timestamp in an answer names its zone: it ends in Z.")
def test_timestamps_have_a_zone(public: Client) -> None:
    created = public.get(f"/systems/{public.id}").ok()["created"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{0,5}[1-9])?Z", created), created


@check("transport/204", must="Returns 204 No Content on success.")
def test_no_content_is_no_content(owner: Client) -> None:
    member, group = owner.new_member(), owner.new_group()
    answers = [
        owner.post(f"/groups/{group['id']}/members/add", [member["id"]]),
        owner.delete(f"/members/{member['id']}"),
    ]
    for answer in answers:
        answer.done()
        # What follows a 204 is taken for the beginning of the next answer: a client sees it announced, at most.
        assert answer.headers.get("content-length", "0") == "0", answer.story


# User-Agent, Content-Type, size


@check("transport/user-agent", must="The API requires the User-Agent header to be set to a non-empty string.")
def test_user_agent_is_required(public: Client) -> None:
    answer = public.send("GET", f"/systems/{public.id}", headers={"User-Agent": ""})
    assert answer.status == 400, answer.story


@check("transport/user-agent/any", should="Any User-Agent that is not empty will do.")
def test_any_user_agent_that_is_not_empty_will_do(public: Client) -> None:
    public.send("GET", f"/systems/{public.id}", headers={"User-Agent": "x"}).ok()


@check("transport/user-agent/write", should="A change without User-Agent is refused, and changes nothing.")
def test_write_without_user_agent_changes_nothing(owner: Client) -> None:
    before = owner.get(ME).ok()
    headers = {"User-Agent": "", "Content-Type": "application/json"}
    assert owner.send("PATCH", ME, content=b'{"name": "x"}', headers=headers).status == 400
    assert owner.get(ME).ok() == before


@check("transport/content-type/required", must="require the Content-Type: application/json header set")
def test_body_of_another_type_is_refused(owner: Client) -> None:
    before = owner.get(ME).ok()
    for headers in ({"Content-Type": "text/plain"}, {"Content-Type": "application/x-www-form-urlencoded"}, {}):
        answer = owner.send("PATCH", ME, content=b'{"name": "x"}', headers=headers)
        assert 400 <= answer.status < 500, answer.story
    assert owner.get(ME).ok() == before


@check("transport/content-type/415", should="A body that is not declared as JSON is 415.")
def test_body_of_another_type_is_415(owner: Client) -> None:
    owner.send("PATCH", ME, content=b'{"name": "x"}', headers={"Content-Type": "text/plain"}).fails(
        UNSUPPORTED_MEDIA_TYPE
    )
    owner.send("POST", "/members", content=b'{"name": "contract-kit"}').fails(UNSUPPORTED_MEDIA_TYPE)


@check("transport/content-type/charset", should="The type may have a charset, and be in any case.")
def test_content_type_may_have_a_charset(owner: Client) -> None:
    for number, content_type in enumerate(("application/json; charset=utf-8", "Application/JSON")):
        body = f'{{"tag": "{number}"}}'.encode()
        answer = owner.send("PATCH", ME, content=body, headers={"Content-Type": content_type})
        assert answer.ok()["tag"] == str(number)


def body_of_size(size: int) -> bytes:
    """A body for PATCH of a system that is exactly `size` bytes long."""
    start, end = b'{"tag": "sized", "padding": "', b'"}'
    return start + b"a" * (size - len(start) - len(end)) + end


@check("transport/size/1-mib", should="A body of 1 MiB is accepted.")
def test_body_of_1_mib_is_accepted(owner: Client) -> None:
    assert owner.send_json("PATCH", ME, body_of_size(MIB)).ok()["tag"] == "sized"


@check("transport/size/413", should="A body past 1 MiB is 413, and changes nothing.")
def test_body_past_1_mib_is_413(owner: Client) -> None:
    before = owner.get(ME).ok()
    owner.send_json("PATCH", ME, body_of_size(MIB + 1)).fails(PAYLOAD_TOO_LARGE)
    assert owner.get(ME).ok() == before


# CORS


def listed(value: str) -> set[str]:
    """The items of a header that lists them."""
    return {item.strip().lower() for item in value.split(",")}


def assert_open(answer: Answer) -> None:
    """Any origin may read this."""
    assert answer.headers.get("access-control-allow-origin") in ("*", ORIGIN["Origin"]), answer.story


@check("transport/cors/answers", should="A page of any origin may read an answer, an error too.")
def test_any_origin_may_read_an_answer(public: Client) -> None:
    for path in (f"/systems/{public.id}", "/systems/dddddd", "/systems/@me", "/nothing"):
        assert_open(public.send("GET", path, headers=ORIGIN))


@check("transport/cors/exposed", should="A page may read the headers of the rate limits and of the version.")
def test_rate_limit_and_version_headers_are_exposed_to_any_origin(public: Client) -> None:
    answer = public.send("GET", f"/systems/{public.id}", headers=ORIGIN)
    limits = {f"x-ratelimit-{name}" for name in ("limit", "remaining", "reset", "scope")}
    assert limits | {"x-pluralkit-version"} <= listed(answer.headers.get("access-control-expose-headers", ""))


@check("transport/cors/preflight", should="A preflight is answered for every path, and lets a page use the whole API.")
@pytest.mark.parametrize("path", ["/systems/exampl", "/members", "/groups/exampl/members/add", "/nothing"])
def test_preflight_allows_everything(anonymous: Client, path: str) -> None:
    asked = {"Access-Control-Request-Method": "PATCH", "Access-Control-Request-Headers": "authorization,content-type"}
    answer = anonymous.send("OPTIONS", path, headers=ORIGIN | asked)
    answer.done()
    assert_open(answer)
    assert {"get", "post", "patch", "delete"} <= listed(answer.headers["access-control-allow-methods"])
    named = {"content-type", "authorization", "user-agent", "sentry-trace"}
    assert named <= listed(answer.headers["access-control-allow-headers"])


@check("transport/cors/max-age", should="The answer to a preflight may be kept for a day.")
def test_preflight_is_kept_for_a_day(anonymous: Client) -> None:
    asked = {"Access-Control-Request-Method": "PATCH"}
    answer = anonymous.send("OPTIONS", "/members/exampl", headers=ORIGIN | asked)
    assert answer.headers["access-control-max-age"] == "86400"


# X-PluralKit-Version


@check("transport/version", should="Every answer carries `X-PluralKit-Version`.")
def test_version_is_in_every_answer(public: Client) -> None:
    for path in (f"/systems/{public.id}", "/systems/@me", "/members/dddddd", "/nothing", "/members"):
        answer = public.get(path)
        assert answer.headers.get("x-pluralkit-version"), answer.story


# Paths


@check("transport/paths/unknown", should="A path that the API does not have is 404 with code 0.")
@pytest.mark.parametrize("path", UNKNOWN_PATHS)
def test_unknown_path_is_404(anonymous: Client, path: str) -> None:
    anonymous.get(path).fails(NOT_FOUND)


@check("transport/paths/legacy", should="The short paths of old are 400: `Invalid path for API version`.")
@pytest.mark.parametrize("path", LEGACY_PATHS)
def test_legacy_path_is_400(anonymous: Client, path: str) -> None:
    anonymous.get(path).fails(INVALID_PATH)


@check("transport/paths/v1", should="Version 1 is gone: 410.")
@pytest.mark.parametrize("path", ["/v1/s/exampl", "/v1/systems/@me"])
def test_v1_is_410(anonymous: Client, path: str) -> None:
    if not anonymous.base_url.endswith("/v2"):
        pytest.skip("the base URL does not end in /v2, so nobody knows where version 1 was")
    anonymous.at(anonymous.base_url.removesuffix("/v2")).get(path).fails(UNSUPPORTED_VERSION)


@check("transport/paths/405", should="A method that a path does not have is 405, and `Allow` lists those it has.")
@pytest.mark.parametrize("path", ["/members", "/groups", "/groups/exampl/members/overwrite"])
def test_wrong_method_is_405_with_allow(anonymous: Client, path: str) -> None:
    answer = anonymous.get(path)
    answer.fails(METHOD_NOT_ALLOWED)
    assert "post" in listed(answer.headers["allow"])


@check("transport/paths/405-to-write", should="A method that a path does not have is 405, and changes nothing.")
def test_wrong_method_to_write_is_405(owner: Client) -> None:
    member = owner.new_member()
    for method, path in (("PUT", f"/members/{member['id']}"), ("POST", f"/members/{member['id']}")):
        answer = owner.send_json(method, path, b'{"name": "contract-kit changed"}')
        answer.fails(METHOD_NOT_ALLOWED)
        assert {"get", "patch", "delete"} <= listed(answer.headers["allow"])
    assert owner.get(f"/members/{member['id']}").ok() == member


# HEAD


@check("transport/head", should="HEAD answers like GET, without a body.")
def test_head_answers_like_get_without_a_body(public: Client) -> None:
    for path in (f"/systems/{public.id}", f"/systems/{public.id}/settings", "/systems/dddddd", "/systems/@me"):
        head, get = public.send("HEAD", path), public.get(path)
        assert (head.status, head.raw) == (get.status, b"")
        assert head.headers["content-type"] == get.headers["content-type"]


# Query


@check("transport/query/unknown", should="Query keys that nobody knows are ignored.")
def test_unknown_query_parameters_are_ignored(public: Client) -> None:
    found: Any = public.get(f"/systems/{public.id}", colour="blue").ok()
    assert found == public.get(f"/systems/{public.id}").ok()


@check("transport/query/repeated", may="Of a query key that is repeated the last counts.")
def test_last_of_repeated_query_keys_counts(reader: Client) -> None:
    assert len(reader.get(f"{ME}/switches?limit=none&limit=1").ok()) <= 1
    reader.get(f"{ME}/switches?limit=1&limit=none").fails(BAD_REQUEST)
