"""Faults in the values that are taken and given back."""

import re
from datetime import datetime
from typing import Any

from tests.contract.fault import Fault
from tests.contract.proxy import Answer, Request, Tamper, Upstream
from tests.contract.tampering import When, at, gives, invalid, refuses, reshapes, sets, shows
from tests.support import shapes

MEMBER = at("POST /members", "PATCH /members/*")
GROUP = at("POST /groups", "PATCH /groups/*")
SYSTEM = at("PATCH /systems/*")
ENTITY = at("POST /members", "PATCH /members/*", "POST /groups", "PATCH /groups/*", "PATCH /systems/*")
SETTINGS = at("PATCH /systems/*/settings")
GUILD = at("PATCH /systems/*/guilds/*")
A_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def cuts(when: When, key: str, length: int) -> Tamper:
    """What is one too long is taken, and cut."""
    return sets(when, key, lambda text: text[:length] if isinstance(text, str) and len(text) == length + 1 else text)


def too_long(when: When, key: str, length: int) -> Tamper:
    """What has exactly the length that is allowed is refused."""
    wrong = gives(key, lambda text: isinstance(text, str) and len(text) == length, when)
    said = {"message": f"Field {key} is too long.", "max_length": length - 1, "actual_length": length}
    return refuses(wrong, 400, "Error parsing JSON model", 40001, errors={key: [said]})


def counts_bytes(text: Any) -> bool:
    return isinstance(text, str) and len(text) <= 100 < len(text.encode())


def real_date(text: Any) -> Any:
    """The nearest date that there is."""
    if isinstance(text, str) and A_DATE.fullmatch(text) and text.endswith(("-29", "-30", "-31")):
        try:
            datetime.fromisoformat(text)
        except ValueError:
            return text[:-2] + "28"
    return text


def echoes(when: When, key: str) -> Tamper:
    """The value that was sent is answered."""

    async def tamper(request: Request, server: Upstream) -> Answer:
        answer = await server(request)
        asked = when(request) and answer.status == 200 and key in request.body
        return answer.saying(answer.body | {key: request.body[key]}) if asked else answer

    return tamper


def unknown(body: Any, known: set[str]) -> bool:
    return isinstance(body, dict) and bool(body.keys() - known)


def ascii_only(value: Any) -> Any:
    return value.encode("ascii", "replace").decode() if isinstance(value, str) else value


FAULTS = (
    Fault(
        "members/name-of-101", "A member's name may have 101 characters.", cuts(MEMBER, "name", 100), "fields/length"
    ),
    Fault(
        "groups/description-of-1001",
        "A group's description may have 1001 characters.",
        cuts(GROUP, "description", 1000),
        "fields/length",
    ),
    Fault(
        "systems/pronouns-of-101", "Pronouns may have 101 characters.", cuts(SYSTEM, "pronouns", 100), "fields/length"
    ),
    Fault(
        "systems/name-of-100",
        "A system's name of 100 characters is too long.",
        too_long(SYSTEM, "name", 100),
        "fields/length",
    ),
    Fault(
        "members/avatar-of-256",
        "An address of 256 characters is too long for an avatar.",
        too_long(MEMBER, "avatar_url", 256),
        "fields/length",
    ),
    Fault("guilds/tag-of-80", "The tag of a guild may have 80 characters.", cuts(GUILD, "tag", 79), "guilds/update"),
    Fault(
        "members/length-in-bytes",
        "Lengths count bytes, not characters.",
        invalid(gives("name", counts_bytes, MEMBER), "name", "Field {key} is too long."),
        "fields/length fields/text",
    ),
    Fault(
        "members/color-with-hash",
        "Colours are answered with a # before them.",
        shows("color", "#{}".format),
        "fields/color",
    ),
    Fault(
        "members/color-not-lowered",
        "Colours are given back as they were sent, in upper case.",
        shows("color", str.upper, at("POST /members", "PATCH /members/*")),
        "fields/color",
    ),
    Fault(
        "groups/color-with-hash-accepted",
        "A colour with a # before it is accepted.",
        sets(GROUP, "color", lambda color: color.lstrip("#") if isinstance(color, str) else color),
        "fields/color",
    ),
    Fault(
        "systems/color-of-three",
        "A colour of three digits is accepted.",
        sets(SYSTEM, "color", lambda color: color * 2 if isinstance(color, str) and len(color) == 3 else color),
        "fields/color",
    ),
    Fault(
        "members/year-0004-refused",
        "A birthday without a year is refused.",
        invalid(gives("birthday", lambda date: str(date).startswith("0004"), MEMBER), "birthday"),
        "fields/birthday members/create",
    ),
    Fault(
        "members/year-0004-left-out",
        "A birthday without a year is answered as month and day.",
        shows("birthday", lambda date: date.removeprefix("0004-")),
        "fields/birthday members/create",
    ),
    Fault(
        "members/impossible-date",
        "The 30th of February is accepted.",
        sets(MEMBER, "birthday", real_date),
        "fields/birthday",
    ),
    Fault(
        "members/no-url",
        "An avatar may be any text.",
        sets(MEMBER, "avatar_url", lambda url: url if str(url).startswith("https://") else "https://example.org/a.png"),
        "fields/url",
    ),
    Fault(
        "members/truncated-text",
        "What is too long is cut without a word.",
        sets(ENTITY, "name", lambda name: name[:100] if isinstance(name, str) else name),
        "fields/length",
    ),
    Fault(
        "members/ascii-only",
        "Letters beyond ASCII come back as question marks.",
        shows("name", ascii_only),
        "fields/text fields/length members/create",
    ),
    Fault(
        "members/proxy-tag-without-null",
        "A proxy tag without a suffix has an empty string there.",
        reshapes("suffix", lambda tag: tag.update(suffix=tag["suffix"] or "", prefix=tag["prefix"] or "")),
        "fields/proxy-tags members/create",
    ),
    Fault(
        "members/proxy-tags-null",
        "A member without proxy tags has null there.",
        reshapes("proxy_tags", lambda each: each.update(proxy_tags=each["proxy_tags"] or None)),
        "fields/proxy-tags members/create",
    ),
    Fault(
        "members/proxy-tags-sorted",
        "Proxy tags lose their order.",
        shows("proxy_tags", lambda tags: tags[::-1]),
        "fields/proxy-tags",
    ),
    Fault(
        "members/keep-proxy-number", "`keep_proxy` is 0 or 1.", shows("keep_proxy", int), "members/create members/get"
    ),
    Fault("members/settable-uuid", "The `uuid` of a member can be set.", echoes(MEMBER, "uuid"), "members/update"),
    Fault("settings/settable-limit", "`member_limit` can be set.", echoes(SETTINGS, "member_limit"), "settings/update"),
    Fault(
        "members/read-only-refused",
        "Keys that cannot be set are refused, so that what was read cannot be sent back.",
        invalid(gives("uuid", bool, MEMBER), "uuid"),
        "members/update",
    ),
    Fault(
        "groups/unknown-refused",
        "Keys that nobody knows are refused.",
        refuses(lambda request: GROUP(request) and unknown(request.body, shapes.GROUP_KEYS), 400, "400: Bad Request"),
        "groups/create groups/update",
    ),
    Fault(
        "settings/any-timezone",
        "`timezone` may be any text.",
        sets(SETTINGS, "timezone", lambda zone: zone if "/" in str(zone) else "UTC"),
        "settings/timezone",
    ),
    Fault(
        "settings/negative-timeout",
        "`latch_timeout` may be negative.",
        sets(SETTINGS, "latch_timeout", lambda seconds: abs(seconds) if isinstance(seconds, int) else seconds),
        "settings/latch-timeout",
    ),
)
