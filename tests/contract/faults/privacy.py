"""Faults in what strangers see."""

from collections.abc import Callable
from typing import Any

from tests.contract.fault import Fault
from tests.contract.proxy import Answer, Request, Tamper, Upstream
from tests.contract.tampering import When, at, objects, refusal


def is_private(entity: dict[str, Any], key: str) -> bool:
    return bool(entity["privacy"] and entity["privacy"][key] == "private")


def reveals(*keys: str, having: str = "uuid") -> Tamper:
    """Strangers see these keys of every object that has the key `having` as its owner sees them."""

    async def tamper(request: Request, server: Upstream) -> Answer:
        answer = await server(request)
        if request.method != "GET" or answer.status != 200 or server.is_owner(request):
            return answer
        body, own = answer.body, (await server.as_owner(request)).body
        by_uuid = {each["uuid"]: each for each in objects(own, having)}
        for each in objects(body, having):
            if real := by_uuid.get(each["uuid"]):
                each.update({key: real[key] for key in keys if key in real})
        return answer.saying(body)

    return tamper


def opens(code: int) -> Tamper:
    """Whoever is refused with this code sees what the owner sees."""
    return _refused(code, lambda own: own)


def empties(code: int) -> Tamper:
    """Whoever is refused with this code is given an empty list."""
    return _refused(code, lambda own: own.saying([]))


def _refused(code: int, instead: Callable[[Answer], Answer]) -> Tamper:
    async def tamper(request: Request, server: Upstream) -> Answer:
        answer = await server(request)
        if answer.status < 400 or answer.body.get("code") != code:
            return answer
        return instead(await server.as_owner(request))

    return tamper


def lists_private(call: When) -> Tamper:
    """Strangers find in lists whom they should not, in the public view."""

    async def tamper(request: Request, server: Upstream) -> Answer:
        answer = await server(request)
        if not call(request) or answer.status != 200 or server.is_owner(request):
            return answer
        own = (await server.as_owner(request)).body
        kind = "members" if request.path.endswith("members") else "groups"
        return answer.saying([await _public(request, server, kind, each) for each in own])

    return tamper


async def _public(request: Request, server: Upstream, kind: str, own: dict[str, Any]) -> Any:
    return (await server(Request("GET", f"/v2/{kind}/{own['uuid']}", headers=request.headers))).body


async def conceals(request: Request, server: Upstream) -> Answer:
    """Who is not in lists is not found by its id either."""
    answer = await server(request)
    if at("GET /members/*")(request) and answer.status == 200 and not server.is_owner(request):
        own = (await server.as_owner(request)).body
        if is_private(own, "visibility"):
            return refusal(404, {"message": "Member not found.", "code": 20002})
    return answer


async def leaves_out(request: Request, server: Upstream) -> Answer:
    """Strangers find no key where a value is private."""
    answer = await server(request)
    if request.method != "GET" or answer.status != 200 or server.is_owner(request):
        return answer
    body, own = answer.body, (await server.as_owner(request)).body
    by_uuid = {each["uuid"]: each for each in objects(own, "uuid")}
    for each in objects(body, "uuid"):
        real = by_uuid.get(each["uuid"], {})
        for key in [key for key, value in each.items() if value is None and real.get(key) is not None]:
            del each[key]
    return answer.saying(body)


def blinds(call: When) -> Tamper:
    """The owner sees what a stranger sees."""

    async def tamper(request: Request, server: Upstream) -> Answer:
        return await server(request.identified(None) if call(request) else request)

    return tamper


async def trusts_all(request: Request, server: Upstream) -> Answer:
    """Any token opens everything that is read."""
    known = request.method == "GET" and "authorization" in request.headers and "@me" not in request.path
    return await (server.as_owner(request) if known else server(request))


FAULTS = (
    Fault(
        "privacy/description-shown",
        "A private description is shown.",
        reveals("description"),
        "privacy/member privacy/system privacy/group",
    ),
    Fault("privacy/birthday-shown", "A private birthday is shown.", reveals("birthday"), "privacy/member"),
    Fault(
        "privacy/pronouns-shown",
        "Private pronouns of a member are shown.",
        reveals("pronouns", having="proxy_tags"),
        "privacy/member",
    ),
    Fault(
        "privacy/system-pronouns-shown",
        "Private pronouns of a system are shown.",
        reveals("pronouns", having="tag"),
        "privacy/system",
    ),
    Fault(
        "privacy/avatar-shown",
        "A private avatar of a member is shown.",
        reveals("avatar_url", having="proxy_tags"),
        "privacy/member",
    ),
    Fault(
        "privacy/metadata-shown",
        "`created` is shown though metadata is private.",
        reveals("created", having="proxy_tags"),
        "privacy/member",
    ),
    Fault(
        "privacy/name-shown",
        "A private name is shown in place of the display name.",
        reveals("name", having="display_name"),
        "privacy/member privacy/group",
    ),
    Fault("privacy/icon-shown", "A private icon of a group is shown.", reveals("icon"), "privacy/group"),
    Fault("privacy/proxy-tags-shown", "Private proxy tags are shown.", reveals("proxy_tags"), "privacy/member"),
    Fault(
        "privacy/privacy-shown",
        "Strangers see what is private, though not what it says.",
        reveals("privacy"),
        "privacy/member privacy/group privacy/system members/get",
    ),
    Fault(
        "privacy/keys-left-out",
        "Keys whose values are private are left out.",
        leaves_out,
        "privacy/member privacy/system",
    ),
    Fault(
        "privacy/any-token",
        "Whoever has a token, of whatever system, sees what its owner sees.",
        trusts_all,
        "privacy/member privacy/system",
    ),
    Fault(
        "privacy/private-members-listed",
        "Private members are listed.",
        lists_private(at("GET /systems/*/members")),
        "privacy/visibility",
    ),
    Fault(
        "privacy/private-groups-listed",
        "Private groups are listed.",
        lists_private(at("GET /systems/*/groups")),
        "privacy/visibility",
    ),
    Fault(
        "privacy/private-group-members-listed",
        "Private members are listed among those of a group.",
        lists_private(at("GET /groups/*/members")),
        "privacy/visibility",
    ),
    Fault(
        "privacy/private-member-not-found", "A private member is not found by its id.", conceals, "privacy/visibility"
    ),
    Fault(
        "privacy/member-list-open", "The member list is shown though it is private.", opens(30001), "privacy/endpoint"
    ),
    Fault("privacy/fronters-open", "Fronters are shown though they are private.", opens(30004), "privacy/endpoint"),
    Fault("privacy/history-open", "Switches are shown though they are private.", opens(30005), "privacy/endpoint"),
    Fault(
        "privacy/group-members-open",
        "A group's members are shown though their list is private.",
        opens(30003),
        "privacy/endpoint",
    ),
    Fault("privacy/private-list-empty", "A private list is empty, not refused.", empties(30001), "privacy/endpoint"),
    Fault(
        "privacy/owner-is-stranger",
        "The owner of a member sees only what strangers see.",
        blinds(at("GET /members/*")),
        "members/get members/create members/update privacy/member",
    ),
)
