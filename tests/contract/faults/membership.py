"""Faults in who is in which group."""

from dataclasses import replace

from tests.contract.fault import Fault
from tests.contract.proxy import Answer, Request, Tamper, Upstream
from tests.contract.tampering import When, answers, asks, at, done, reshapes

BOTH = at("POST /groups/*/members/*", "POST /members/*/groups/*")
GROUPS = at("GET /systems/*/groups")


def instead(call: str, other: str) -> Tamper:
    """Another operation is done than the one that was asked for."""
    return asks(at(call), lambda request: replace(request, path=f"{request.path.rpartition('/')[0]}/{other}"))


async def all_but_unknown(request: Request, server: Upstream) -> Answer:
    """What is known of a list is done, and what is unknown is passed over."""
    answer = await server(request)
    if not BOTH(request) or answer.status != 404 or not isinstance(request.body, list):
        return answer
    for ref in request.body:
        await server(request.saying([ref]))
    return done()


async def partly(request: Request, server: Upstream) -> Answer:
    """A list is done until one of it is unknown."""
    answer = await server(request)
    if BOTH(request) and answer.status == 404 and isinstance(request.body, list):
        for ref in request.body:
            if (await server(request.saying([ref]))).status != 204:
                break
    return answer


def forgets(when: When) -> Tamper:
    """204, and nothing has happened."""

    async def tamper(request: Request, server: Upstream) -> Answer:
        if when(request) and server.is_owner(request):
            return done()
        return await server(request)

    return tamper


async def short_ids(request: Request, server: Upstream) -> Answer:
    """`with_members` gives short ids."""
    answer = await server(request)
    if not GROUPS(request) or answer.status != 200:
        return answer
    body = answer.body
    for group in body:
        for place, uuid in enumerate(group.get("members", [])):
            found = await server(Request("GET", f"/v2/members/{uuid}", headers=request.headers))
            group["members"][place] = found.body["id"]
    return answer.saying(body)


FAULTS = (
    Fault(
        "membership/add-overwrites",
        "Adding members to a group takes out the others.",
        instead("POST /groups/*/members/add", "overwrite"),
        "membership",
    ),
    Fault(
        "membership/overwrite-adds",
        "Overwriting the members of a group leaves the others in.",
        instead("POST /groups/*/members/overwrite", "add"),
        "membership",
    ),
    Fault(
        "membership/overwrite-groups-adds",
        "Overwriting the groups of a member leaves it in the others.",
        instead("POST /members/*/groups/overwrite", "add"),
        "membership",
    ),
    Fault(
        "membership/not-removed",
        "Removing members from a group does nothing.",
        forgets(at("POST /groups/*/members/remove")),
        "membership",
    ),
    Fault(
        "membership/200-on-adding",
        "Adding members is answered with 200 and the list.",
        answers(BOTH, lambda answer: answer.saying([], 200)),
        "membership",
    ),
    Fault(
        "membership/unknown-passed-over", "Unknown references in a list are passed over.", all_but_unknown, "membership"
    ),
    Fault("membership/partly-done", "A list with an unknown reference is done up to it.", partly, "membership"),
    Fault(
        "groups/with-members-ignored",
        "`with_members` is ignored.",
        asks(GROUPS, lambda request: replace(request, query="")),
        "groups/list",
    ),
    Fault("groups/with-members-short-ids", "`with_members` gives short ids, not UUIDs.", short_ids, "groups/list"),
    Fault(
        "groups/members-null",
        "Groups have `members: null` where nobody asked for members.",
        reshapes("icon", lambda group: group.update(members=group.get("members"))),
        "groups/list groups/get",
    ),
)
