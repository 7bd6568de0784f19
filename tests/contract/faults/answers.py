"""Faults in the shape of objects and lists."""

from typing import Any

from tests.contract.fault import Fault
from tests.contract.tampering import at, reshapes, says, shows


def rounded(timestamp: str) -> str:
    """To milliseconds."""
    head, point, fraction = timestamp.removesuffix("Z").partition(".")
    return f"{head}.{fraction[:3]}Z" if point else timestamp


def drop(*keys: str) -> Any:
    return lambda each: [each.pop(key, None) for key in keys]


def drop_nulls(each: dict[str, Any]) -> None:
    for key in [key for key, value in each.items() if value is None]:
        del each[key]


FAULTS = (
    Fault(
        "members/nulls-left-out",
        "A member's keys are left out when they are null.",
        reshapes("proxy_tags", drop_nulls),
        "members/create members/get",
    ),
    Fault(
        "groups/nulls-left-out",
        "A group's keys are left out when they are null.",
        reshapes("icon", drop_nulls),
        "groups/create groups/get",
    ),
    Fault(
        "systems/nulls-left-out",
        "A system's keys are left out when they are null.",
        reshapes("tag", drop_nulls),
        "systems/get",
    ),
    Fault(
        "members/banner-left-out",
        "A member has no `banner`.",
        reshapes("proxy_tags", drop("banner")),
        "members/create members/get",
    ),
    Fault("groups/icon-left-out", "A group has no `icon`.", reshapes("icon", drop("icon")), "groups/create groups/get"),
    Fault(
        "settings/limits-left-out",
        "The settings have no limits.",
        reshapes("member_limit", drop("member_limit", "group_limit")),
        "settings/get",
    ),
    Fault(
        "members/internal-id",
        "A member shows the number that it has in the database.",
        reshapes("proxy_tags", lambda each: each.update(internal_id=4711)),
        "members/create members/get",
    ),
    Fault(
        "systems/null-for-absent",
        "A system has `webhook_url: null` where the key may not be.",
        reshapes("tag", lambda each: each.setdefault("webhook_url", None) if "uuid" in each else None),
        "systems/get",
    ),
    Fault(
        "members/created-without-zone",
        "`created` has no time zone.",
        shows("created", lambda time: time.removesuffix("Z")),
        "members/create fields/timestamp",
    ),
    Fault(
        "switches/timestamp-without-zone",
        "A switch's timestamp has no time zone.",
        shows("timestamp", lambda time: time.removesuffix("Z")),
        "switches/create switches/list",
    ),
    Fault(
        "switches/timestamp-in-milliseconds",
        "A switch's timestamp is cut to milliseconds.",
        shows("timestamp", rounded),
        "switches/create switches/list fields/timestamp",
    ),
    Fault(
        "members/created-as-number",
        "`created` is a number of seconds.",
        shows("created", lambda time: 1700000000),
        "members/create members/get",
    ),
    Fault(
        "members/uuid-without-dashes",
        "UUIDs are written without dashes.",
        shows("uuid", lambda uuid: uuid.replace("-", "")),
        "members/create members/get",
    ),
    Fault(
        "members/list-in-object",
        "The list of members is in an object.",
        says(at("GET /systems/*/members"), lambda body: {"data": body}),
        "members/list",
    ),
    Fault(
        "groups/list-in-object",
        "The list of groups is in an object.",
        says(at("GET /systems/*/groups"), lambda body: {"groups": body, "total": len(body)}),
        "groups/list",
    ),
    Fault(
        "members/list-of-ids",
        "The list of members has their ids only.",
        says(at("GET /systems/*/members"), lambda body: [each["id"] for each in body]),
        "members/list",
    ),
    Fault(
        "members/privacy-at-top",
        "A member's privacy keys stand beside its other keys.",
        reshapes("proxy_tags", lambda each: each.update(each.pop("privacy") or {})),
        "members/create members/get",
    ),
    Fault(
        "members/privacy-boolean",
        "A privacy value is true or false.",
        shows("privacy", lambda privacy: {key: value == "private" for key, value in privacy.items()}),
        "members/create fields/privacy",
    ),
    Fault(
        "members/count-as-text", "`message_count` is a text.", shows("message_count", str), "members/create members/get"
    ),
)
