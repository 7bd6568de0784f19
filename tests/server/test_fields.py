"""Section "field rules" in full: every value with every key of every body, by table."""

from dataclasses import dataclass
from typing import Any

import pytest

from tests.support import shapes
from tests.support.client import Answer, Client
from tests.support.problems import (
    BAD_REQUEST,
    FieldErrors,
    invalid,
    name_missing,
    name_null,
    too_long,
    worded,
)

BLANKS = ("", " ", "  \t\n", "\u00a0\u3000")
# Values of a wrong JSON type, where text is expected.
NO_TEXT: tuple[Any, ...] = (5, 0, 1.5, True, False, [], {}, ["x"])
NO_BOOLEAN: tuple[Any, ...] = ("true", "false", "", 0, 1, [], {})


@dataclass(frozen=True)
class Body:
    """One way to send an object: what is sent beside the key under test, and where."""

    kind: str
    method: str

    def send(self, owner: Client, fields: dict[str, Any]) -> Answer:
        """Send these fields; a PATCH goes to a fresh object."""
        if self.method == "POST":
            return owner.post(f"/{self.kind}s", {"name": "Ayo", **fields})
        return owner.patch(self.path(owner), fields)

    def path(self, owner: Client) -> str:
        """The path of an object that can be changed."""
        if self.kind in ("member", "group"):
            return f"/{self.kind}s/{owner.post(f'/{self.kind}s', {'name': 'Ayo'}).ok()['id']}"
        return {"system": "/systems/@me", "settings": "/systems/@me/settings"}[self.kind]

    def __str__(self) -> str:
        return f"{self.method} {self.kind}"


SYSTEM, SETTINGS = Body("system", "PATCH"), Body("settings", "PATCH")
NEW_MEMBER, MEMBER = Body("member", "POST"), Body("member", "PATCH")
NEW_GROUP, GROUP = Body("group", "POST"), Body("group", "PATCH")


def fields_of(**kinds: tuple[str, ...]) -> list[Any]:
    """Every way to send these keys of these kinds of object."""
    bodies = (SYSTEM, SETTINGS, NEW_MEMBER, MEMBER, NEW_GROUP, GROUP)
    found = [(body, key) for body in bodies for key in kinds.get(body.kind, ())]
    return [pytest.param(body, key, id=f"{body} {key}") for body, key in found]


# Text

TEXT_LENGTHS = {"name": 100, "display_name": 100, "pronouns": 100, "description": 1000, "tag": 79}
NULLABLE_TEXT = fields_of(
    system=("name", "description", "tag", "pronouns"),
    member=("display_name", "pronouns", "description"),
    group=("display_name", "description"),
)
TEXT = NULLABLE_TEXT + fields_of(member=("name",), group=("name",))


@pytest.mark.parametrize(("body", "key"), TEXT)
def test_longest_text_is_accepted(owner: Client, body: Body, key: str) -> None:
    text = "x" * TEXT_LENGTHS[key]
    assert body.send(owner, {key: text}).ok()[key] == text


@pytest.mark.parametrize(("body", "key"), TEXT)
def test_length_of_text_counts_characters(owner: Client, body: Body, key: str) -> None:
    text = "🦊" * TEXT_LENGTHS[key]
    assert body.send(owner, {key: text}).ok()[key] == text
    body.send(owner, {key: text + "é"}).rejects(too_long(key, TEXT_LENGTHS[key], TEXT_LENGTHS[key] + 1))


@pytest.mark.parametrize(("body", "key"), TEXT)
def test_text_one_too_long_is_an_error(owner: Client, body: Body, key: str) -> None:
    maximum = TEXT_LENGTHS[key]
    body.send(owner, {key: "x" * (maximum + 1)}).rejects(too_long(key, maximum, maximum + 1))
    body.send(owner, {key: "x" * 5000}).rejects(too_long(key, maximum, 5000))


@pytest.mark.parametrize(("body", "key"), NULLABLE_TEXT)
@pytest.mark.parametrize("blank", BLANKS)
def test_blank_text_is_stored_as_null(owner: Client, body: Body, key: str, blank: str) -> None:
    assert body.send(owner, {key: blank}).ok()[key] is None


@pytest.mark.parametrize(("body", "key"), NULLABLE_TEXT)
def test_blank_text_clears(owner: Client, body: Body, key: str) -> None:
    if body.method == "PATCH":
        path = body.path(owner)
        owner.patch(path, {key: "x"}).ok()
        assert owner.patch(path, {key: "  "}).ok()[key] is None


@pytest.mark.parametrize(("body", "key"), TEXT)
@pytest.mark.parametrize("value", NO_TEXT, ids=repr)
def test_text_of_wrong_type_is_an_error(owner: Client, body: Body, key: str, value: Any) -> None:
    body.send(owner, {key: value}).rejects(invalid(key))


@pytest.mark.parametrize(("body", "key"), TEXT)
def test_text_with_nul_is_an_error(owner: Client, body: Body, key: str) -> None:
    body.send(owner, {key: "a\0b"}).rejects(invalid(key))


@pytest.mark.parametrize(("body", "key"), TEXT)
def test_text_that_is_too_long_and_malformed_has_both_errors(owner: Client, body: Body, key: str) -> None:
    maximum = TEXT_LENGTHS[key]
    body.send(owner, {key: "\0" + "x" * maximum}).rejects(too_long(key, maximum, maximum + 1), invalid(key))


@pytest.mark.parametrize(("body", "key"), TEXT)
@pytest.mark.parametrize(
    "text", ["null", "<b>&amp;\"'</b>", "line\nline\ttab", "\u202eright\u200b", "a\u0301", "🏳️‍🌈", "\u0001\u007f"]
)
def test_text_comes_back_as_it_was_sent(owner: Client, body: Body, key: str, text: str) -> None:
    assert body.send(owner, {key: text}).ok()[key] == text


# Names of members and groups


@pytest.mark.parametrize("body", [NEW_MEMBER, MEMBER, NEW_GROUP, GROUP], ids=str)
@pytest.mark.parametrize("value", [None, *BLANKS], ids=repr)
def test_name_can_not_be_null(owner: Client, body: Body, value: str | None) -> None:
    body.send(owner, {"name": value}).rejects(name_null(body.kind))


@pytest.mark.parametrize("kind", ["member", "group"])
@pytest.mark.parametrize("fields", [{}, {"description": "x"}, {"colour": "x"}])
def test_new_object_needs_a_name(owner: Client, kind: str, fields: dict[str, str]) -> None:
    owner.post(f"/{kind}s", fields).rejects(name_missing(kind))
    assert owner.get(f"/systems/@me/{kind}s").ok() == []


@pytest.mark.parametrize("kind", ["member", "group"])
def test_missing_name_is_reported_with_other_mistakes(owner: Client, kind: str) -> None:
    owner.post(f"/{kind}s", {"color": "blue"}).rejects(name_missing(kind), invalid("color"))


def test_wordings_of_name_errors() -> None:
    assert name_missing("group") == worded("name", "Key 'name' is required when creating new group.")
    assert name_null("member") == worded("name", "Member name can not be set to null.")


# URLs

URLS = fields_of(
    system=("avatar_url", "banner"), member=("avatar_url", "webhook_avatar_url", "banner"), group=("icon", "banner")
)
NO_URLS = (
    "http://example.org/a.png",
    "ftp://example.org/a.png",
    "https://",
    "https:///a.png",
    "https:example.org/a.png",
    "https:/example.org/a.png",
    "//example.org/a.png",
    "/a.png",
    "example.org/a.png",
    "javascript:alert(1)",
    "data:image/png;base64,AAAA",
    "https",
    "https://?a",
    "https://#a",
)


@pytest.mark.parametrize(("body", "key"), URLS)
@pytest.mark.parametrize(
    "url", ["https://example.org", "https://example.org/a.png?size=5#top", "https://cdn.example.org:8443/%C3%A4.png"]
)
def test_https_url_is_accepted(owner: Client, body: Body, key: str, url: str) -> None:
    assert body.send(owner, {key: url}).ok()[key] == url


@pytest.mark.parametrize(("body", "key"), URLS)
@pytest.mark.parametrize("url", NO_URLS)
def test_what_is_no_https_url_is_an_error(owner: Client, body: Body, key: str, url: str) -> None:
    body.send(owner, {key: url}).rejects(invalid(key))


def url_of(length: int, scheme: str = "https") -> str:
    """A URL that is exactly so long."""
    start = f"{scheme}://example.org/"
    return start + "a" * (length - len(start))


@pytest.mark.parametrize(("body", "key"), URLS)
def test_longest_url_is_accepted(owner: Client, body: Body, key: str) -> None:
    assert body.send(owner, {key: url_of(256)}).ok()[key] == url_of(256)


@pytest.mark.parametrize(("body", "key"), URLS)
def test_url_one_too_long_is_an_error(owner: Client, body: Body, key: str) -> None:
    body.send(owner, {key: url_of(257)}).rejects(too_long(key, 256, 257))


@pytest.mark.parametrize(("body", "key"), URLS)
def test_url_that_is_too_long_and_malformed_has_both_errors(owner: Client, body: Body, key: str) -> None:
    body.send(owner, {key: url_of(300, "http")}).rejects(too_long(key, 256, 300), invalid(key))


@pytest.mark.parametrize(("body", "key"), URLS)
@pytest.mark.parametrize("blank", BLANKS)
def test_blank_url_is_stored_as_null(owner: Client, body: Body, key: str, blank: str) -> None:
    assert body.send(owner, {key: blank}).ok()[key] is None


@pytest.mark.parametrize(("body", "key"), URLS)
@pytest.mark.parametrize("value", NO_TEXT, ids=repr)
def test_url_of_wrong_type_is_an_error(owner: Client, body: Body, key: str, value: Any) -> None:
    body.send(owner, {key: value}).rejects(invalid(key))


@pytest.mark.parametrize(("body", "key"), URLS)
def test_url_with_nul_is_an_error(owner: Client, body: Body, key: str) -> None:
    body.send(owner, {key: "https://example.org/\0"}).rejects(invalid(key))


@pytest.mark.parametrize("body", [NEW_MEMBER, MEMBER], ids=str)
def test_webhook_avatar_equal_to_avatar_of_the_same_body_is_null(owner: Client, body: Body) -> None:
    url = "https://example.org/a.png"
    member = body.send(owner, {"avatar_url": url, "webhook_avatar_url": url}).ok()
    assert (member["avatar_url"], member["webhook_avatar_url"]) == (url, None)


def test_webhook_avatar_equal_to_avatar_of_another_body_is_kept(owner: Client) -> None:
    url = "https://example.org/a.png"
    path = f"/members/{owner.new_member(avatar_url=url)['id']}"
    assert owner.patch(path, {"webhook_avatar_url": url}).ok()["webhook_avatar_url"] == url
    assert owner.patch(path, {"avatar_url": url}).ok()["webhook_avatar_url"] == url


# Colours

COLORS = fields_of(system=("color",), member=("color",), group=("color",))


@pytest.mark.parametrize(("body", "key"), COLORS)
@pytest.mark.parametrize(
    ("color", "stored"), [("00ff99", "00ff99"), ("00FF99", "00ff99"), ("AbCdEf", "abcdef"), ("000000", "000000")]
)
def test_color_is_stored_in_lower_case(owner: Client, body: Body, key: str, color: str, stored: str) -> None:
    assert body.send(owner, {key: color}).ok()[key] == stored


@pytest.mark.parametrize(("body", "key"), COLORS)
@pytest.mark.parametrize(
    "color",
    [
        "#00ff99",
        "00ff9",
        "00ff999",
        "00ff9g",
        "0x00ff",
        "red",
        "00ff99 ",
        " 00ff99",
        "00ff99\n",
        "００ff99",
        "٠٠٠٠٠٠",
        "fff",
    ],
)
def test_what_is_no_color_is_an_error(owner: Client, body: Body, key: str, color: str) -> None:
    body.send(owner, {key: color}).rejects(invalid(key))


@pytest.mark.parametrize(("body", "key"), COLORS)
@pytest.mark.parametrize("blank", BLANKS)
def test_blank_color_is_stored_as_null(owner: Client, body: Body, key: str, blank: str) -> None:
    assert body.send(owner, {key: blank}).ok()[key] is None


@pytest.mark.parametrize(("body", "key"), COLORS)
@pytest.mark.parametrize("value", [123456, 0, True, [], {}], ids=repr)
def test_color_of_wrong_type_is_an_error(owner: Client, body: Body, key: str, value: Any) -> None:
    body.send(owner, {key: value}).rejects(invalid(key))


# Birthdays

MEMBERS = pytest.mark.parametrize("body", [NEW_MEMBER, MEMBER], ids=str)


@MEMBERS
@pytest.mark.parametrize(
    "birthday", ["1999-12-31", "2000-02-29", "0004-02-29", "0004-01-01", "0001-01-01", "9999-12-31", "1600-02-29"]
)
def test_birthday_is_accepted(owner: Client, body: Body, birthday: str) -> None:
    assert body.send(owner, {"birthday": birthday}).ok()["birthday"] == birthday


@MEMBERS
@pytest.mark.parametrize(
    "birthday",
    [
        "2001-02-29",
        "1900-02-29",
        "2000-02-30",
        "2000-13-01",
        "2000-00-01",
        "2000-01-00",
        "2000-01-32",
        "0000-01-01",
        "0005-02-29",
        "2000-1-1",
        "20000101",
        "01-01-2000",
        "2000/01/01",
        "2000-01-01T00:00:00Z",
        "10000-01-01",
        "-2000-01-01",
        "99-01-01",
        "2000-W01-1",
        "2000-001",
        " 2000-01-01",
        "2000-01-01\n",
        "２０００-01-01",
        "٢٠٠٠-01-01",
        "today",
    ],
)
def test_what_is_no_birthday_is_an_error(owner: Client, body: Body, birthday: str) -> None:
    body.send(owner, {"birthday": birthday}).rejects(invalid("birthday"))


@MEMBERS
@pytest.mark.parametrize("blank", BLANKS)
def test_blank_birthday_is_stored_as_null(owner: Client, body: Body, blank: str) -> None:
    assert body.send(owner, {"birthday": blank}).ok()["birthday"] is None


@MEMBERS
@pytest.mark.parametrize("value", [20000101, True, [], {}], ids=repr)
def test_birthday_of_wrong_type_is_an_error(owner: Client, body: Body, value: Any) -> None:
    body.send(owner, {"birthday": value}).rejects(invalid("birthday"))


# Booleans

BOOLEANS = [key for key, value in shapes.SETTINGS.items() if isinstance(value, bool)]
FLAGS = fields_of(settings=tuple(BOOLEANS), member=("keep_proxy", "tts"))


@pytest.mark.parametrize(("body", "key"), FLAGS)
@pytest.mark.parametrize("value", [True, False])
def test_boolean_is_accepted(owner: Client, body: Body, key: str, value: bool) -> None:
    assert body.send(owner, {key: value}).ok()[key] is value


@pytest.mark.parametrize(("body", "key"), FLAGS)
@pytest.mark.parametrize("value", NO_BOOLEAN, ids=repr)
def test_what_is_no_boolean_is_an_error(owner: Client, body: Body, key: str, value: Any) -> None:
    body.send(owner, {key: value}).rejects(invalid(key))


@pytest.mark.parametrize("key", ["keep_proxy", "tts"])
def test_boolean_of_a_member_can_not_be_null_on_patch(owner: Client, key: str) -> None:
    MEMBER.send(owner, {key: None}).rejects(invalid(key))


# Proxy tags


def tag(prefix: str | None, suffix: str | None = None) -> dict[str, str | None]:
    return {"prefix": prefix, "suffix": suffix}


def tags_of(owner: Client, body: Body, tags: Any) -> Any:
    """What is stored when these tags are sent."""
    return body.send(owner, {"proxy_tags": tags}).ok()["proxy_tags"]


@MEMBERS
@pytest.mark.parametrize(
    ("sent", "stored"),
    [
        ([tag("a:", None), tag(None, "-a"), tag("[", "]")], [tag("a:", None), tag(None, "-a"), tag("[", "]")]),
        ([{"prefix": "a"}, {"suffix": "b"}], [tag("a", None), tag(None, "b")]),
        ([tag("a", ""), tag("", "b")], [tag("a", None), tag(None, "b")]),
        ([tag("", ""), tag(None, None), {}, tag("a", None)], [tag("a", None)]),
        ([tag("a", None), tag("b", None), tag("a", None)], [tag("a", None), tag("b", None)]),
        ([tag("a", None), tag("a", ""), {"prefix": "a"}], [tag("a", None)]),
        ([tag("a", None), tag("A", None)], [tag("a", None), tag("A", None)]),
        ([tag(" ", "x"), tag("x", " \t")], [tag(" ", "x"), tag("x", " \t")]),
        ([tag(" "), tag(None, "\t"), tag(" ", " "), tag("a")], [tag("a")]),
        ([tag(" a ", None)], [tag(" a ", None)]),
        ([{**tag("a", "b"), "colour": "x"}], [tag("a", "b")]),
        ([], []),
    ],
    ids=[
        "given",
        "absent end",
        "empty end",
        "neither end",
        "repeated",
        "repeated in another form",
        "other case",
        "white space at one end",
        "white space alone",
        "spaces kept",
        "unknown key",
        "none",
    ],
)
def test_proxy_tags_are_stored(owner: Client, body: Body, sent: list[Any], stored: list[Any]) -> None:
    assert tags_of(owner, body, sent) == stored


def test_proxy_tags_null_is_an_empty_list_on_patch(owner: Client) -> None:
    path = f"/members/{owner.new_member(proxy_tags=[tag('a')])['id']}"
    assert owner.patch(path, {"proxy_tags": None}).ok()["proxy_tags"] == []


def test_proxy_tags_are_replaced_as_a_whole(owner: Client) -> None:
    path = f"/members/{owner.new_member(proxy_tags=[tag('a'), tag('b')])['id']}"
    assert owner.patch(path, {"proxy_tags": [tag("c")]}).ok()["proxy_tags"] == [tag("c")]
    assert owner.get(path).ok()["proxy_tags"] == [tag("c")]


@MEMBERS
@pytest.mark.parametrize("longest", [tag("x" * 96), tag(None, "x" * 96), tag("🦊" * 48, "x" * 48)])
def test_proxy_tag_of_100_characters_with_text_is_accepted(owner: Client, body: Body, longest: dict[str, str]) -> None:
    assert tags_of(owner, body, [longest]) == [longest]


@MEMBERS
@pytest.mark.parametrize(
    ("long_tag", "total"),
    [(tag("x" * 97), 101), (tag(None, "x" * 97), 101), (tag("🦊" * 49, "x" * 48), 101), (tag("x" * 500, "y"), 505)],
)
def test_proxy_tag_past_100_characters_with_text_is_an_error(
    owner: Client, body: Body, long_tag: dict[str, str], total: int
) -> None:
    body.send(owner, {"proxy_tags": [tag("fine"), long_tag]}).rejects(too_long("proxy_tags[1]", 100, total))


@MEMBERS
def test_every_proxy_tag_that_is_too_long_is_reported(owner: Client, body: Body) -> None:
    tags = [tag("x" * 97), tag("fine"), tag("y" * 98)]
    errors = (too_long("proxy_tags[0]", 100, 101), too_long("proxy_tags[2]", 100, 102))
    body.send(owner, {"proxy_tags": tags}).rejects(*errors)


@MEMBERS
def test_100_proxy_tags_are_accepted_and_kept_in_order(owner: Client, body: Body) -> None:
    tags = [tag(f"{number}:") for number in range(100)]
    assert tags_of(owner, body, tags) == tags


@MEMBERS
def test_101_proxy_tags_are_an_error(owner: Client, body: Body) -> None:
    tags = [tag(f"{number}:") for number in range(101)]
    body.send(owner, {"proxy_tags": tags}).rejects(too_long("proxy_tags", 100, 101))


@MEMBERS
def test_proxy_tags_are_counted_after_dropping_and_merging(owner: Client, body: Body) -> None:
    tags = [tag(f"{number}:") for number in range(100)]
    assert tags_of(owner, body, [tag(""), *tags, *tags, {}]) == tags
    body.send(owner, {"proxy_tags": [tag(""), *tags, *tags, tag("x")]}).rejects(too_long("proxy_tags", 100, 101))


@MEMBERS
@pytest.mark.parametrize("value", ["a", 5, True, {}, tag("a")], ids=repr)
def test_proxy_tags_that_are_no_list_are_an_error(owner: Client, body: Body, value: Any) -> None:
    body.send(owner, {"proxy_tags": value}).rejects(invalid("proxy_tags"))


@MEMBERS
@pytest.mark.parametrize("item", ["a", 5, None, []], ids=repr)
def test_proxy_tag_that_is_no_object_is_an_error_of_the_item(owner: Client, body: Body, item: Any) -> None:
    body.send(owner, {"proxy_tags": [tag("a"), item]}).rejects(invalid("proxy_tags[1]"))


# Privacy

PRIVACY = [
    pytest.param(body, key, id=f"{body} {key}")
    for bodies, keys in (
        ((SYSTEM,), shapes.SYSTEM_PRIVACY),
        ((NEW_MEMBER, MEMBER), shapes.MEMBER_PRIVACY),
        ((NEW_GROUP, GROUP), shapes.GROUP_PRIVACY),
    )
    for body in bodies
    for key in keys
]
WITH_PRIVACY = pytest.mark.parametrize("body", [SYSTEM, NEW_MEMBER, MEMBER, NEW_GROUP, GROUP], ids=str)


@pytest.mark.parametrize(("body", "key"), PRIVACY)
@pytest.mark.parametrize(
    ("value", "stored"),
    [("private", "private"), ("public", "public"), (None, "public"), ("", "public"), (" ", "public")],
)
def test_privacy_value_is_stored(owner: Client, body: Body, key: str, value: str | None, stored: str) -> None:
    assert body.send(owner, {"privacy": {key: value}}).ok()["privacy"][key] == stored


@pytest.mark.parametrize(("body", "key"), PRIVACY)
@pytest.mark.parametrize("value", ["Private", "secret", "private ", 0, 1, True, [], {}], ids=repr)
def test_other_privacy_value_is_an_error_under_its_own_name(owner: Client, body: Body, key: str, value: Any) -> None:
    body.send(owner, {"privacy": {key: value}}).rejects(invalid(key))


@WITH_PRIVACY
@pytest.mark.parametrize("value", ["private", "", 5, True, [], ["private"]], ids=repr)
def test_privacy_that_is_no_object_is_an_error(owner: Client, body: Body, value: Any) -> None:
    body.send(owner, {"privacy": value}).rejects(invalid("privacy"))


@WITH_PRIVACY
@pytest.mark.parametrize("value", [None, {}])
def test_empty_privacy_counts_as_missing(owner: Client, body: Body, value: Any) -> None:
    answer = body.send(owner, {"privacy": value, "color": "00ff99"}).ok()
    assert set(answer["privacy"].values()) == {"public"}
    assert answer["color"] == "00ff99"


@pytest.mark.parametrize("body", [SYSTEM, MEMBER, GROUP], ids=str)
@pytest.mark.parametrize("value", [None, {}, {"colour_privacy": "private"}])
def test_empty_privacy_alone_is_400(owner: Client, body: Body, value: Any) -> None:
    body.send(owner, {"privacy": value}).fails(BAD_REQUEST)


@WITH_PRIVACY
def test_unknown_privacy_keys_are_ignored(owner: Client, body: Body) -> None:
    privacy = body.send(owner, {"privacy": {"colour_privacy": "private", "name_privacy": "private"}}).ok()["privacy"]
    assert privacy["name_privacy"] == "private"
    assert "colour_privacy" not in privacy


@WITH_PRIVACY
def test_privacy_keys_at_the_top_level_are_ignored(owner: Client, body: Body) -> None:
    answer = body.send(owner, {"name_privacy": "private", "color": "00ff99"}).ok()
    assert answer["privacy"]["name_privacy"] == "public"
    assert "name_privacy" not in answer


@WITH_PRIVACY
def test_all_mistakes_of_privacy_are_reported_by_key(owner: Client, body: Body) -> None:
    answer = body.send(owner, {"privacy": {"name_privacy": "x", "description_privacy": 5, "banner_privacy": "private"}})
    answer.rejects(invalid("name_privacy"), invalid("description_privacy"))


# Settings


def set_to(owner: Client, key: str, value: Any) -> Any:
    """What a setting is after it was set."""
    assert owner.patch("/systems/@me/settings", {key: value}).ok() == owner.get("/systems/@me/settings").ok()
    return owner.get("/systems/@me/settings").ok()[key]


@pytest.mark.parametrize(
    "zone", ["UTC", "Europe/Berlin", "America/Argentina/Buenos_Aires", "Etc/GMT+5", "Pacific/Kiritimati"]
)
def test_timezone_of_the_database_is_accepted(owner: Client, zone: str) -> None:
    assert set_to(owner, "timezone", zone) == zone


@pytest.mark.parametrize(
    "zone",
    [
        "Mars/Olympus",
        "Berlin",
        "+02:00",
        "UTC+2",
        "Europe/Berlin ",
        "../../etc/passwd",
        "/etc/localtime",
        "Europe",
        "Europe/",
        "posixrules",
        "a\x00b",
        "",
        " ",
        None,
        5,
        True,
        [],
        {},
    ],
    ids=repr,
)
def test_what_is_no_timezone_is_an_error(owner: Client, zone: Any) -> None:
    owner.patch("/systems/@me/settings", {"timezone": zone}).rejects(invalid("timezone"))


@pytest.mark.parametrize(
    ("value", "stored"), [(None, None), (0, 0), (1, 1), (21600, 21600), (2147483647, 2147483647), (5.0, 5)]
)
def test_latch_timeout_is_accepted(owner: Client, value: Any, stored: Any) -> None:
    found = set_to(owner, "latch_timeout", value)
    assert (found, type(found)) == (stored, type(stored))


@pytest.mark.parametrize("value", [-1, -0.5, 1.5, 2147483648, 10**30, "5", "", True, False, [], {}], ids=repr)
def test_what_is_no_latch_timeout_is_an_error(owner: Client, value: Any) -> None:
    owner.patch("/systems/@me/settings", {"latch_timeout": value}).rejects(invalid("latch_timeout"))


@pytest.mark.parametrize(
    ("key", "value"),
    [("hid_list_padding", value) for value in ("off", "left", "right")]
    + [("proxy_switch", value) for value in ("off", "new", "add")],
)
def test_choice_is_accepted(owner: Client, key: str, value: str) -> None:
    assert set_to(owner, key, value) == value


@pytest.mark.parametrize("key", ["hid_list_padding", "proxy_switch"])
@pytest.mark.parametrize("value", ["Off", "center", "on", "", " ", None, True, False, 0, [], {}], ids=repr)
def test_other_choice_is_an_error(owner: Client, key: str, value: Any) -> None:
    owner.patch("/systems/@me/settings", {key: value}).rejects(invalid(key))


@pytest.mark.parametrize("value", ["{name}", "{tag} {name}", "x", "x" * 100, "🦊" * 100])
def test_name_format_is_accepted(owner: Client, value: str) -> None:
    assert set_to(owner, "name_format", value) == value


@pytest.mark.parametrize("value", [None, *BLANKS], ids=repr)
def test_name_format_null_or_blank_is_the_default(owner: Client, value: str | None) -> None:
    set_to(owner, "name_format", "{name}")
    assert set_to(owner, "name_format", value) == "{name} {tag}"


def test_name_format_past_100_characters_is_an_error(owner: Client) -> None:
    owner.patch("/systems/@me/settings", {"name_format": "x" * 101}).rejects(too_long("name_format", 100, 101))


@pytest.mark.parametrize("value", [5, True, [], {}, "a\0b"], ids=repr)
def test_what_is_no_name_format_is_an_error(owner: Client, value: Any) -> None:
    owner.patch("/systems/@me/settings", {"name_format": value}).rejects(invalid("name_format"))


@pytest.mark.parametrize("value", [[], ["a"], ["a", "a", "b"], ["x" * 1000, "🦊" * 1000], ["", "  ", "x"]], ids=len)
def test_description_templates_are_accepted(owner: Client, value: list[str]) -> None:
    assert set_to(owner, "description_templates", value) == value


@pytest.mark.parametrize(
    ("value", "errors"),
    [
        (["a", "b", "c", "d"], too_long("description_templates", 3, 4)),
        ([""] * 5, too_long("description_templates", 3, 5)),
        (["a", "x" * 1001], too_long("description_templates[1]", 1000, 1001)),
        (["a", 5], invalid("description_templates[1]")),
        ([None], invalid("description_templates[0]")),
        (["a\0b"], invalid("description_templates[0]")),
        (
            ["x" * 1001, "a", True],
            too_long("description_templates[0]", 1000, 1001) | invalid("description_templates[2]"),
        ),
        ("a", invalid("description_templates")),
        (5, invalid("description_templates")),
        ({}, invalid("description_templates")),
    ],
)
def test_what_are_no_description_templates_is_an_error(owner: Client, value: Any, errors: FieldErrors) -> None:
    owner.patch("/systems/@me/settings", {"description_templates": value}).rejects(errors)


# Timestamps

TIMESTAMPS = {
    "2021-06-14T01:48:54.911915Z": "2021-06-14T01:48:54.911915Z",
    "2021-06-14T01:48:54.911900Z": "2021-06-14T01:48:54.9119Z",
    "2021-06-14T01:48:54.100000Z": "2021-06-14T01:48:54.1Z",
    "2021-06-14T01:48:54.000001Z": "2021-06-14T01:48:54.000001Z",
    "2021-06-14T01:48:54.000000Z": "2021-06-14T01:48:54Z",
    "2021-06-14T01:48:54.0Z": "2021-06-14T01:48:54Z",
    "2021-06-14T01:48:54Z": "2021-06-14T01:48:54Z",
    "2021-06-14T01:48:54.5Z": "2021-06-14T01:48:54.5Z",
    "2021-06-14T01:48:54": "2021-06-14T01:48:54Z",
    "2021-06-14T01:48:54.25": "2021-06-14T01:48:54.25Z",
    "2021-06-14T01:48:54+00:00": "2021-06-14T01:48:54Z",
    "2021-06-14T01:48:54-00:00": "2021-06-14T01:48:54Z",
    "2021-06-14T01:48:54+02:00": "2021-06-13T23:48:54Z",
    "2021-06-14T01:48:54.911915-05:30": "2021-06-14T07:18:54.911915Z",
    "2021-06-14T01:48:54+23:59": "2021-06-13T01:49:54Z",
    "2021-06-14 01:48:54Z": "2021-06-14T01:48:54Z",
    "2021-06-14t01:48:54Z": "2021-06-14T01:48:54Z",
    "2021-06-14t01:48:54z": "2021-06-14T01:48:54Z",
    "2021-06-14T01:48:54.9119159Z": "2021-06-14T01:48:54.911915Z",
    "2021-06-14T01:48:54.00000099999Z": "2021-06-14T01:48:54Z",
    "2021-06-14T01:48:54.123456789012345678Z": "2021-06-14T01:48:54.123456Z",
    "2020-02-29T23:59:59.999999Z": "2020-02-29T23:59:59.999999Z",
    "0001-01-01T00:00:00Z": "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59.999999Z": "9999-12-31T23:59:59.999999Z",
    "1969-12-31T23:59:59.999999Z": "1969-12-31T23:59:59.999999Z",
}
NO_TIMESTAMPS = (
    "2021-02-29T01:48:54Z",
    "2021-06-31T01:48:54Z",
    "2021-13-01T01:48:54Z",
    "2021-06-14T24:00:00Z",
    "2021-06-14T01:60:00Z",
    "2016-12-31T23:59:60Z",
    "2021-06-14",
    "01:48:54Z",
    "2021-06-14T",
    "2021-06-14T01Z",
    "20210614T014854Z",
    "2021-W24-1T01:48:54Z",
    "2021-6-14T1:48:54Z",
    "0000-01-01T00:00:00Z",
    "10000-01-01T00:00:00Z",
    "0001-01-01T00:00:00+00:01",
    "9999-12-31T23:59:59-00:01",
    "2021-06-14T01:48:54+24:00",
    "2021-06-14T01:48:54+00:60",
    "2021-06-14T01:48:54.Z",
    "2021-06-14T01:48:54ZZ",
    "2021-06-14T01:48:54 Europe/Berlin",
    "２０２１-06-14T01:48:54Z",
    "1623635334",
    "now",
    "2021-06-14T01:48:54Z\0",
    "",
    " ",
)


@pytest.mark.parametrize(("sent", "shown"), TIMESTAMPS.items(), ids=TIMESTAMPS)
def test_timestamp_is_accepted_and_shown_in_utc(owner: Client, sent: str, shown: str) -> None:
    switch = owner.new_switch(timestamp=sent)
    path = f"/systems/@me/switches/{switch['id']}"
    assert switch["timestamp"] == shown
    assert owner.get(path).ok()["timestamp"] == shown
    assert owner.patch(path, {"timestamp": sent}).ok()["timestamp"] == shown


@pytest.mark.parametrize("timestamp", [*NO_TIMESTAMPS, 1623635334, 1.5, True, [], {}], ids=repr)
def test_what_is_no_timestamp_is_an_error(owner: Client, timestamp: Any) -> None:
    owner.post("/systems/@me/switches", {"members": [], "timestamp": timestamp}).rejects(invalid("timestamp"))
    switch = owner.new_switch()
    owner.patch(f"/systems/@me/switches/{switch['id']}", {"timestamp": timestamp}).rejects(invalid("timestamp"))
    assert owner.get(f"/systems/@me/switches/{switch['id']}").ok() == switch


# Several mistakes

MISTAKES: dict[str, tuple[Any, FieldErrors]] = {
    "display_name": ("x" * 101, too_long("display_name", 100, 101)),
    "color": ("blue", invalid("color")),
    "banner": ("http://example.org", invalid("banner")),
    "description": (5, invalid("description")),
    "privacy": ({"name_privacy": "x"}, invalid("name_privacy")),
}


@pytest.mark.parametrize("body", [NEW_MEMBER, MEMBER, NEW_GROUP, GROUP], ids=str)
def test_all_mistakes_are_reported_together(owner: Client, body: Body) -> None:
    body.send(owner, {key: value for key, (value, _) in MISTAKES.items()}).rejects(
        *(errors for _, errors in MISTAKES.values())
    )


@pytest.mark.parametrize("key", MISTAKES)
@pytest.mark.parametrize("kind", ["member", "group"])
def test_patch_with_one_mistake_changes_nothing(owner: Client, kind: str, key: str) -> None:
    made = owner.post(f"/{kind}s", {"name": "Ayo"}).ok()
    value, errors = MISTAKES[key]
    good = {"name": "Changed", "color": "00ff99", "description": "Changed", "privacy": {"visibility": "private"}}
    owner.patch(f"/{kind}s/{made['id']}", {**good, key: value}).rejects(errors)
    assert owner.get(f"/{kind}s/{made['id']}").ok() == made


@pytest.mark.parametrize("key", MISTAKES)
@pytest.mark.parametrize("kind", ["member", "group"])
def test_post_with_one_mistake_makes_nothing(owner: Client, kind: str, key: str) -> None:
    value, errors = MISTAKES[key]
    owner.post(f"/{kind}s", {"name": "Ayo", key: value}).rejects(errors)
    assert owner.get(f"/systems/@me/{kind}s").ok() == []


def test_settings_with_one_mistake_change_nothing(owner: Client) -> None:
    before = owner.get("/systems/@me/settings").ok()
    body = {"timezone": "Europe/Berlin", "latch_timeout": -1, "proxy_switch": "x"}
    owner.patch("/systems/@me/settings", body).rejects(invalid("latch_timeout"), invalid("proxy_switch"))
    assert owner.get("/systems/@me/settings").ok() == before
