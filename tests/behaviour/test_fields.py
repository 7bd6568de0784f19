"""What the keys of a system, a member and a group may hold. Settings have their own checks beside their operations."""

from dataclasses import dataclass
from typing import Any

import pytest

from tests.support import shapes
from tests.support.check import MARKER, TakesSide, check
from tests.support.client import Answer, Client
from tests.support.made import called, instant, past
from tests.support.problems import (
    BAD_REQUEST,
    FieldErrors,
    invalid,
    name_missing,
    name_null,
    too_long,
)

BLANKS = ("", " ", "  \t\n", "\u00a0\u3000")


@dataclass(frozen=True)
class Thing:
    """An object that the check may change."""

    owner: Client
    kind: str
    path: str

    def patch(self, **fields: Any) -> Answer:
        return self.owner.patch(self.path, fields)

    def get(self) -> Any:
        return self.owner.get(self.path).ok()

    def takes(self, **fields: Any) -> None:
        """Expect that these can be set, and are shown as they were sent."""
        answer = self.patch(**fields)
        found = answer.ok()
        assert {key: found[key] for key in fields} == fields, answer.story


@pytest.fixture
def system(owner: Client) -> Thing:
    return Thing(owner, "system", "/systems/@me")


@pytest.fixture
def member(owner: Client) -> Thing:
    return Thing(owner, "member", f"/members/{owner.new_member()['id']}")


@pytest.fixture
def group(owner: Client) -> Thing:
    return Thing(owner, "group", f"/groups/{owner.new_group()['id']}")


@pytest.fixture
def things(system: Thing, member: Thing, group: Thing) -> list[Thing]:
    """One of each kind."""
    return [system, member, group]


def merged(*errors: FieldErrors) -> FieldErrors:
    """The errors of several keys."""
    return {key: found for each in errors for key, found in each.items()}


# Lengths

NAMES: dict[str, tuple[str, ...]] = {
    "system": ("name", "pronouns"),
    "member": ("name", "display_name", "pronouns"),
    "group": ("name", "display_name"),
}
URLS: dict[str, tuple[str, ...]] = {
    "system": ("avatar_url", "banner"),
    "member": ("avatar_url", "banner"),
    "group": ("icon", "banner"),
}
TEXT_LENGTHS = {"name": 100, "display_name": 100, "pronouns": 100, "description": 1000, "tag": 79}


def text_of(length: int, letter: str = "x") -> str:
    """A text that is exactly so long."""
    return MARKER + letter * (length - len(MARKER))


def url_of(length: int, scheme: str = "https") -> str:
    """A URL that is exactly so long."""
    start = f"{scheme}://example.org/"
    return start + "a" * (length - len(start))


def texts(kind: str, letter: str, more: int = 0) -> dict[str, str]:
    """The longest texts that an object of the kind takes, or longer ones by some characters."""
    known = {"system": shapes.FULL_SYSTEM, "member": shapes.FULL_MEMBER, "group": shapes.FULL_GROUP}[kind]
    return {key: text_of(length + more, letter) for key, length in TEXT_LENGTHS.items() if key in known}


def too_long_texts(longer: dict[str, str]) -> FieldErrors:
    """What is said of texts that are all too long."""
    return merged(*(too_long(key, TEXT_LENGTHS[key], len(text)) for key, text in longer.items()))


@check("fields/length/100", must="100-character limit")
def test_names_have_at_most_100_characters(things: list[Thing]) -> None:
    for thing in things:
        thing.takes(**{key: text_of(100) for key in NAMES[thing.kind]})
        for key in NAMES[thing.kind]:
            thing.patch(**{key: text_of(101)}).refused()


@check("fields/length/1000", must="1000-character limit")
def test_descriptions_have_at_most_1000_characters(things: list[Thing]) -> None:
    for thing in things:
        thing.takes(description=text_of(1000))
        thing.patch(description=text_of(1001)).refused()


@check("fields/length/256", must="256-character limit, must be a publicly-accessible URL")
def test_urls_have_at_most_256_characters(things: list[Thing]) -> None:
    for thing in things:
        thing.takes(**{key: url_of(256) for key in URLS[thing.kind]})
        for key in URLS[thing.kind]:
            thing.patch(**{key: url_of(257)}).refused()


@check(
    "fields/length/40001",
    should="What is too long is 40001, by key, with `max_length` and `actual_length`; nothing is changed.",
)
def test_text_one_too_long_is_an_error(things: list[Thing]) -> None:
    for thing in things:
        before, longer = thing.get(), texts(thing.kind, "x", 1)
        urls = [*URLS[thing.kind], *(["webhook_avatar_url"] if thing.kind == "member" else [])]
        errors = [too_long_texts(longer), *(too_long(key, 256, 257) for key in urls)]
        thing.patch(**longer, **{key: url_of(257) for key in urls}).rejects(*errors)
        assert thing.get() == before


@check("fields/length/characters", should="Lengths count characters, whatever they take in UTF-8 or UTF-16.")
def test_length_of_text_counts_characters(things: list[Thing]) -> None:
    for thing in things:
        thing.takes(**texts(thing.kind, "🦊"))
        longer = texts(thing.kind, "🦊", 1)
        thing.patch(**longer).rejects(too_long_texts(longer))


# Text


@check(
    "fields/text/as-sent", should="Text comes back exactly as it was sent: markup, direction marks, emoji, line ends."
)
def test_text_comes_back_as_it_was_sent(member: Thing) -> None:
    member.takes(display_name="null", pronouns="<b>&amp;\"'</b>", description="line\nline\ttab\r\n")
    member.takes(display_name="\u202eright\u200b", pronouns="a\u0301", description="🏳️‍🌈 \u0001\u007f \\ %s {} $x")


@check(
    "fields/text/blank-is-null", should="A text of nothing but white space is stored as null, whatever key it is for."
)
def test_blank_is_stored_as_null(system: Thing, owner: Client) -> None:
    member, group = owner.new_member(**shapes.FULL_MEMBER), owner.new_group(**shapes.FULL_GROUP)
    made = [Thing(owner, "member", f"/members/{member['id']}"), Thing(owner, "group", f"/groups/{group['id']}")]
    for thing, empty in zip([system, *made], (shapes.SYSTEM, shapes.MEMBER, shapes.GROUP), strict=True):
        keys = [key for key, value in empty.items() if value is None]
        found = thing.patch(**{key: BLANKS[number % len(BLANKS)] for number, key in enumerate(keys)}).ok()
        assert {key: found[key] for key in keys} == dict.fromkeys(keys)


@check("fields/text/nul", may="A text with a NUL character is 40001 on its key, as databases cannot keep it.")
def test_text_with_nul_is_an_error(things: list[Thing]) -> None:
    for thing in things:
        keys = texts(thing.kind, "x")
        thing.patch(**dict.fromkeys(keys, "a\0b")).rejects(*(invalid(key) for key in keys))


@check("fields/text/too-long-and-malformed", may="A text that is both too long and malformed has both errors.")
def test_text_that_is_too_long_and_malformed_has_both_errors(member: Thing) -> None:
    answer = member.patch(display_name="\0" + "x" * 100, avatar_url=url_of(300, "http"))
    names = [too_long("display_name", 100, 101), invalid("display_name")]
    answer.rejects(*names, too_long("avatar_url", 256, 300), invalid("avatar_url"))


# Types


@check("fields/type/no-text", may="What is neither text nor null where text is expected is 40001 on its key.")
def test_text_of_wrong_type_is_an_error(things: list[Thing]) -> None:
    values: list[Any] = [True, [], {}, False, ["x"]]
    for thing in things:
        keys = [*texts(thing.kind, "x"), *URLS[thing.kind], "color"]
        fields = {key: values[number % len(values)] for number, key in enumerate(keys)}
        thing.patch(**fields).rejects(*(invalid(key) for key in keys))


@check("fields/type/no-boolean", may="What is neither true nor false where a boolean is expected is 40001 on its key.")
def test_what_is_no_boolean_is_an_error(member: Thing) -> None:
    for one, other in (("true", 1), (0, "")):
        member.patch(keep_proxy=one, tts=other).rejects(invalid("keep_proxy"), invalid("tts"))


@check("fields/type/null-boolean", should="null for a boolean of a member is 40001 on its key.")
def test_boolean_of_a_member_can_not_be_null_on_patch(member: Thing) -> None:
    member.patch(keep_proxy=None, tts=None).rejects(invalid("keep_proxy"), invalid("tts"))


# Names of members and groups


@check(
    "fields/name/null", should="The name of a member or group that is null or blank is 40001 with a wording of its own."
)
def test_name_can_not_be_null(owner: Client, member: Thing, group: Thing) -> None:
    for thing in (member, group):
        owner.post(f"/{thing.kind}s", {"name": None}).rejects(name_null(thing.kind))
        for value in (None, " "):
            thing.patch(name=value).rejects(name_null(thing.kind))


# URLs


@check("fields/url/no-url", must="must be a publicly-accessible URL")
def test_what_is_no_url_is_refused(things: list[Thing]) -> None:
    for thing, value in zip(things, ("example.org/a.png", "/a.png", "javascript:alert(1)"), strict=True):
        thing.patch(**{URLS[thing.kind][0]: value}).refused()


@check("fields/url/https", should="A URL of https with a port, a query, a fragment or escapes is taken as it is.")
def test_https_url_is_accepted(things: list[Thing]) -> None:
    urls = ("https://example.org", "https://cdn.example.org:8443/%C3%A4.png?size=5#top")
    for thing in things:
        thing.takes(**dict(zip(URLS[thing.kind], urls, strict=True)))


NO_URLS = (
    "http://example.org/a.png",
    "ftp://example.org/a.png",
    "https://",
    "https:///a.png",
    "https:example.org/a.png",
    "//example.org/a.png",
    "/a.png",
    "data:image/png;base64,AAAA",
    "https://?a",
)


@check("fields/url/40001", should="What is no absolute https URL with a host is 40001 on its key.")
def test_what_is_no_https_url_is_an_error(things: list[Thing]) -> None:
    system, member, group = things
    for thing in (system, group):
        thing.patch(**dict.fromkeys(URLS[thing.kind], NO_URLS[0])).rejects(*(invalid(key) for key in URLS[thing.kind]))
    keys = ("avatar_url", "webhook_avatar_url", "banner")
    for urls in (NO_URLS[:3], NO_URLS[3:6], NO_URLS[6:]):
        member.patch(**dict(zip(keys, urls, strict=True))).rejects(*(invalid(key) for key in keys))


@check("fields/url/webhook-avatar", should="A `webhook_avatar_url` equal to the `avatar_url` of its body becomes null.")
def test_webhook_avatar_equal_to_avatar_of_the_same_body_is_null(owner: Client, member: Thing) -> None:
    same = dict.fromkeys(("avatar_url", "webhook_avatar_url"), "https://example.org/a.png")
    for found in (owner.new_member(**same), member.patch(**same).ok()):
        assert (found["avatar_url"], found["webhook_avatar_url"]) == (same["avatar_url"], None)


# Colours


@check("fields/color/hex", must="6-character hex code, no `#` at the beginning")
def test_color_is_a_hex_code(things: list[Thing]) -> None:
    for thing, wrong in zip(things, ("00ff9", "00ff999", "00ff9g"), strict=True):
        for color in ("#00ff99", wrong):
            thing.patch(color=color).refused()
    things[0].takes(color="00ff99")


@check("fields/color/lower-case", should="A colour is stored in lower case.")
def test_color_is_stored_in_lower_case(things: list[Thing]) -> None:
    for thing in things:
        assert thing.patch(color="AbCdEf").ok()["color"] == "abcdef"


@check("fields/color/40001", should="What is no colour is 40001 on `color`.")
def test_what_is_no_color_is_an_error(things: list[Thing]) -> None:
    system, member, group = things
    for thing, color in ((system, "fff"), (member, "0x00ff"), (member, "00ff99\n"), (group, "００ff99")):
        thing.patch(color=color).rejects(invalid("color"))


# Birthdays


@check("fields/birthday/format", must="`YYYY-MM-DD` format, 0004 hides the year")
def test_birthday_is_a_date(member: Thing) -> None:
    for birthday in ("1999-12-31", "2000-02-29", "0004-02-29"):
        member.takes(birthday=birthday)
    for no_birthday in ("01-01-2000", "2000/01/01", "2000-13-01", "today"):
        member.patch(birthday=no_birthday).refused()


@check("fields/birthday/years", should="The years of birthdays run from 0001 to 9999.")
def test_birthday_of_any_year(member: Thing) -> None:
    for birthday in ("0001-01-01", "9999-12-31"):
        member.takes(birthday=birthday)
    for no_birthday in ("0000-01-01", "10000-01-01"):
        member.patch(birthday=no_birthday).rejects(invalid("birthday"))


NO_BIRTHDAYS = (
    "2001-02-29",
    "1900-02-29",
    "2000-1-1",
    "2000-01-01T00:00:00Z",
    "2000-W01-1",
    " 2000-01-01",
)


@check("fields/birthday/40001", should="What is no date, in exactly that format, is 40001 on `birthday`.")
def test_what_is_no_birthday_is_an_error(member: Thing) -> None:
    for birthday in NO_BIRTHDAYS:
        member.patch(birthday=birthday).rejects(invalid("birthday"))


# Proxy tags


def tag(prefix: str | None, suffix: str | None = None) -> dict[str, str | None]:
    return {"prefix": prefix, "suffix": suffix}


def numbered(count: int) -> list[dict[str, str | None]]:
    """That many tags, all different."""
    return [tag(f"{number}:") for number in range(count)]


STORED_TAGS: dict[str, tuple[list[Any], list[Any]]] = {
    "an absent end is null": ([{"prefix": "a"}, {"suffix": "b"}], [tag("a"), tag(None, "b")]),
    "an empty end is null": ([tag("a", ""), tag("", "b")], [tag("a"), tag(None, "b")]),
    "a tag with neither is dropped": ([tag("", ""), {}, tag(None), tag("a")], [tag("a")]),
    "equal tags are kept once": ([tag("a"), tag("b"), tag("a", ""), {"prefix": "a"}], [tag("a"), tag("b")]),
    "case matters": ([tag("a"), tag("A")], [tag("a"), tag("A")]),
    "white space is kept": ([tag(" a "), tag(" ", "x"), tag("x", " \t")], [tag(" a "), tag(" ", "x"), tag("x", " \t")]),
    "unknown keys are ignored": ([{**tag("a", "b"), "colour": "x"}], [tag("a", "b")]),
    "none": ([], []),
}


@check("fields/proxy-tags/given", must="array of ProxyTag objects")
def test_proxy_tags_are_stored_as_given(member: Thing) -> None:
    member.takes(proxy_tags=[tag("a:"), tag(None, "-a"), tag("[", "]")])
    member.takes(proxy_tags=[tag("c")])


@check(
    "fields/proxy-tags/stored", should="Empty ends are null; tags with neither end are dropped; equal ones kept once."
)
def test_proxy_tags_are_stored(member: Thing) -> None:
    for what, (sent, stored) in STORED_TAGS.items():
        answer = member.patch(proxy_tags=sent)
        assert answer.ok()["proxy_tags"] == stored, f"{what}:\n{answer.story}"


@check("fields/proxy-tags/length", must='`prefix + "text" + suffix` must be shorter than 100 characters in total.')
def test_proxy_tag_with_text_is_shorter_than_100_characters(member: Thing) -> None:
    member.takes(proxy_tags=[tag("x" * 95), tag(None, "x" * 95), tag("x" * 50, "🦊" * 45)])
    for longer in (tag("x" * 97), tag(None, "x" * 97), tag("x" * 50, "x" * 47)):
        member.patch(proxy_tags=[longer]).refused()


@check(
    "fields/proxy-tags/too-long-40001", should="Each tag that is too long is 40001 by its index, with its total length."
)
def test_every_proxy_tag_that_is_too_long_is_reported(member: Thing) -> None:
    tags = [tag("x" * 97), tag("fine"), tag("🦊" * 50, "x" * 50)]
    errors = (too_long("proxy_tags[0]", 100, 101), too_long("proxy_tags[2]", 100, 104))
    member.patch(proxy_tags=tags).rejects(*errors)


@check("fields/proxy-tags/at-most-100", should="A member has at most 100 tags, counted after dropping and merging.")
def test_at_most_100_proxy_tags(member: Thing) -> None:
    tags = numbered(100)
    assert member.patch(proxy_tags=[tag(""), *tags, *tags, {}]).ok()["proxy_tags"] == tags
    member.patch(proxy_tags=numbered(101)).rejects(too_long("proxy_tags", 100, 101))


@check("fields/proxy-tags/40001", may="Proxy tags that are no list, or no objects, are 40001 by key or by index.")
def test_proxy_tags_that_are_no_list_are_an_error(member: Thing) -> None:
    for value in ("a", tag("a")):
        member.patch(proxy_tags=value).rejects(invalid("proxy_tags"))
    member.patch(proxy_tags=[tag("a"), "a", None]).rejects(invalid("proxy_tags[1]"), invalid("proxy_tags[2]"))


# Privacy

PRIVACY = {"member": shapes.MEMBER_PRIVACY, "group": shapes.GROUP_PRIVACY}


@check("fields/privacy/values", must='contain values "private" or "public"')
def test_privacy_is_private_or_public(member: Thing, group: Thing) -> None:
    for thing, documented in ((member, shapes.documented_member), (group, shapes.documented_group)):
        for value in ("private", "public"):
            sent = {"privacy": dict.fromkeys(PRIVACY[thing.kind], value)}
            assert documented(thing.patch(**sent).ok())["privacy"] == documented(sent)["privacy"]


@check("fields/privacy/blank-is-public", should="A blank privacy value counts as null, which means public.")
def test_blank_privacy_value_is_public(owner: Client) -> None:
    hidden = owner.new_member(privacy={"visibility": "private", "name_privacy": "private"})
    found = owner.patch(f"/members/{hidden['id']}", {"privacy": {"visibility": "", "name_privacy": " "}}).ok()
    assert found["privacy"] == shapes.public(shapes.MEMBER_PRIVACY)


@check(
    "fields/privacy/other-values",
    may="Any other privacy value is 40001 under the key's own name. (The reference service takes some for a default.)",
)
def test_other_privacy_value_is_an_error_under_its_own_name(member: Thing, group: Thing, side: TakesSide) -> None:
    for thing in (member, group):
        keys = PRIVACY[thing.kind]
        answer = thing.patch(privacy=dict.fromkeys(keys, "secret"))
        side("reference" if answer.status == 200 else "documentation")
        if answer.status != 200:
            answer.rejects(*(invalid(key) for key in keys))


@check("fields/privacy/no-text", may="A privacy value that is no text is 40001 under the key's own name.")
def test_privacy_value_of_wrong_type_is_an_error(member: Thing) -> None:
    values: list[Any] = [0, 1, True, False, [], {}, "Private", "private ", 1.5]
    wrong = dict(zip(shapes.MEMBER_PRIVACY, values, strict=True))
    member.patch(privacy=wrong).rejects(*(invalid(key) for key in wrong))


@check("fields/privacy/no-object", may="`privacy` that is no object is 40001 on `privacy`.")
def test_privacy_that_is_no_object_is_an_error(member: Thing, group: Thing) -> None:
    member.patch(privacy="private").rejects(invalid("privacy"))
    group.patch(privacy=["private"]).rejects(invalid("privacy"))


@check(
    "fields/privacy/empty", should="`privacy` that is null or empty counts as missing: 400 if there is nothing else."
)
def test_empty_privacy_counts_as_missing(member: Thing, group: Thing) -> None:
    empty: list[Any] = [None, {}]
    hidden = dict.fromkeys(PRIVACY["member"], "private")
    member.takes(privacy=hidden)
    for value in empty:
        member.patch(privacy=value).fails(BAD_REQUEST)
        assert member.patch(privacy=value, color="00ff99").ok()["privacy"] == hidden
        group.patch(privacy=value).fails(BAD_REQUEST)


@check("fields/privacy/unknown-keys", should="Unknown privacy keys, and privacy keys outside `privacy`, are ignored.")
def test_unknown_privacy_keys_are_ignored(member: Thing) -> None:
    member.patch(privacy={"colour_privacy": "private"}).fails(BAD_REQUEST)
    found = member.patch(privacy={"colour_privacy": "x", "visibility": "private"}, name_privacy="private").ok()
    assert found["privacy"] == shapes.public(shapes.MEMBER_PRIVACY) | {"visibility": "private"}
    assert "name_privacy" not in found


# Timestamps

SAME_MOMENT = (
    "2021-06-14T01:48:54.25Z",
    "2021-06-14T01:48:54.25+00:00",
    "2021-06-14T03:48:54.25+02:00",
    "2021-06-13T20:18:54.25-05:30",
    "2021-06-14T01:48:54.25",
)
RARE_FORMS = ("2021-06-14 01:49:54.25Z", "2021-06-14t01:49:54.25z", "2021-06-14T01:49:54.2500009Z")
NO_TIMESTAMPS = (
    "2021-02-29T01:48:54Z",
    "2021-06-14T24:00:00Z",
    "2016-12-31T23:59:60Z",
    "2021-06-14",
    "1623635334",
    "",
)


@pytest.fixture
def switch(owner: Client) -> Thing:
    return Thing(owner, "switch", f"/systems/@me/switches/{owner.new_switch(timestamp=past(1)[0])['id']}")


@check("fields/timestamp/offsets", should="A timestamp may have any offset; one without an offset is taken for UTC.")
def test_timestamp_with_any_offset_is_accepted(switch: Thing) -> None:
    for sent in SAME_MOMENT:
        assert instant(switch.patch(timestamp=sent).ok()["timestamp"]) == instant(SAME_MOMENT[0])


@check("fields/timestamp/rare-forms", may="A space or `t` before the time is fine; digits beyond microseconds are cut.")
def test_timestamp_in_a_rare_form_is_accepted(switch: Thing) -> None:
    for sent in RARE_FORMS:
        assert switch.patch(timestamp=sent).ok()["timestamp"] == "2021-06-14T01:49:54.25Z"


@check("fields/timestamp/40001", should="What is no moment that exists, with date and time, is 40001 on `timestamp`.")
def test_what_is_no_timestamp_is_an_error(switch: Thing) -> None:
    before = switch.get()
    for timestamp in NO_TIMESTAMPS:
        switch.patch(timestamp=timestamp).rejects(invalid("timestamp"))
    assert switch.get() == before


# Several mistakes

MISTAKES: dict[str, tuple[Any, FieldErrors]] = {
    "display_name": ("x" * 101, too_long("display_name", 100, 101)),
    "color": ("blue", invalid("color")),
    "banner": ("http://example.org", invalid("banner")),
    "description": ("x" * 1001, too_long("description", 1000, 1001)),
}


@check("fields/mistakes/together", should="All that is wrong with a body is reported in one answer, by key.")
def test_all_mistakes_are_reported_together(owner: Client, member: Thing, group: Thing) -> None:
    wrong = {key: value for key, (value, _) in MISTAKES.items()}
    errors = [errors for _, errors in MISTAKES.values()]
    for thing in (member, group):
        thing.patch(**wrong).rejects(*errors)
        owner.post(f"/{thing.kind}s", wrong).rejects(name_missing(thing.kind), *errors)


@check(
    "fields/mistakes/change-nothing", should="A PATCH with one mistake changes nothing, not even what is right in it."
)
def test_patch_with_one_mistake_changes_nothing(member: Thing, group: Thing) -> None:
    good = {"color": "00ff99", "description": "Changed", "privacy": {"visibility": "private"}}
    for thing in (member, group):
        before = thing.get()
        for key in ("display_name", "color"):
            thing.patch(**{**good, key: MISTAKES[key][0]}).rejects(MISTAKES[key][1])
        assert thing.get() == before


@check("fields/mistakes/make-nothing", should="A POST with a mistake makes nothing.")
def test_post_with_one_mistake_makes_nothing(owner: Client) -> None:
    name = called("never to be made")
    for kind in ("member", "group"):
        owner.post(f"/{kind}s", {"name": name, "color": "blue"}).rejects(invalid("color"))
        assert name not in [each["name"] for each in owner.get(f"/systems/@me/{kind}s").ok()]
