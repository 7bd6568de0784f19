"""Faults in messages, cards, settings and everything about guilds."""

from typing import Any

from tests.contract.fault import Fault
from tests.contract.proxy import Answer, Request, Upstream
from tests.contract.tampering import at, gives, invalid, refusal, reshapes, says, sends, shows
from tests.support import shapes

MESSAGE = at("GET /messages/*")
SYSTEM_GUILD, MEMBER_GUILD = at("PATCH /systems/*/guilds/*"), at("PATCH /members/*/guilds/*")
SETTINGS = at("GET /systems/*/settings")


def as_numbers(message: dict[str, Any]) -> None:
    for key in ("id", "original", "sender", "channel", "guild"):
        message[key] = int(message[key])


async def open_settings(request: Request, server: Upstream) -> Answer:
    """Strangers see all settings."""
    return await (server.as_owner(request) if SETTINGS(request) else server(request))


async def closed_settings(request: Request, server: Upstream) -> Answer:
    """Strangers see no settings."""
    if SETTINGS(request) and not server.is_owner(request):
        return refusal(403, {"message": "403: Missing permissions to access this resource", "code": 0})
    return await server(request)


async def telling_cards(request: Request, server: Upstream) -> Answer:
    """The card of a member tells its real name."""
    answer = await server(request)
    if not at("GET /members/*/oembed.json")(request) or answer.status != 200:
        return answer
    member = await server.as_owner(Request("GET", request.path.rpartition("/")[0], headers=request.headers))
    return answer.saying(answer.body | {"title": member.body["name"]})


FAULTS = (
    Fault(
        "messages/snowflakes-as-numbers",
        "The ids of a message are numbers.",
        reshapes("original", as_numbers),
        "messages",
    ),
    Fault(
        "messages/timestamp-of-now",
        "The timestamp of a message is not that of its id.",
        shows("timestamp", lambda _: "2020-01-01T00:00:00Z", MESSAGE),
        "messages",
    ),
    Fault(
        "messages/system-as-id",
        "The `system` of a message is its id.",
        says(MESSAGE, lambda body: body | {"system": body["system"] and body["system"]["id"]}),
        "messages",
    ),
    Fault(
        "messages/channel-left-out",
        "A message has no `channel`.",
        says(MESSAGE, lambda body: shapes.without(body, "channel")),
        "messages",
    ),
    Fault("oembed/real-name", "A card tells the name that is private.", telling_cards, "oembed"),
    Fault(
        "oembed/type-link",
        "A card is of the type `link`.",
        shows(
            "type",
            lambda _: "link",
            at("GET /members/*/oembed.json", "GET /systems/*/oembed.json", "GET /groups/*/oembed.json"),
        ),
        "oembed",
    ),
    Fault("settings/open", "Strangers see all settings.", open_settings, "settings/get privacy/settings"),
    Fault("settings/closed", "Strangers see no settings.", closed_settings, "settings/get privacy/settings"),
    Fault(
        "settings/timezone-left-out",
        "The settings have no `timezone`.",
        says(SETTINGS, lambda body: shapes.without(body, "timezone")),
        "settings/get",
    ),
    Fault(
        "guilds/absent-reset",
        "PATCH of a system's guild settings resets what was not sent.",
        sends(SYSTEM_GUILD, lambda body: shapes.SYSTEM_GUILD | body if body else body),
        "guilds/update",
    ),
    Fault(
        "guilds/id-shown",
        "Guild settings tell the guild's id.",
        reshapes("tag_enabled", lambda each: each.update(guild_id="1"), at("GET|PATCH /systems/*/guilds/*")),
        "guilds",
    ),
    Fault(
        "guilds/null-refused",
        "The name of a member in a guild cannot be cleared.",
        invalid(gives("display_name", lambda name: name is None, MEMBER_GUILD), "display_name"),
        "guilds/update",
    ),
    Fault(
        "autoproxy/member-kept",
        "The member stays though the mode is `front`.",
        reshapes("autoproxy_mode", lambda each: each.update(autoproxy_member=each["autoproxy_member"] or "abcdef")),
        "autoproxy/update",
    ),
    Fault(
        "autoproxy/mode-as-number",
        "The mode of autoproxy is a number.",
        shows("autoproxy_mode", lambda mode: ["off", "front", "latch", "member"].index(mode) + 1),
        "autoproxy/update",
    ),
)
