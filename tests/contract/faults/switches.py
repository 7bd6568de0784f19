"""Faults in the history of who fronted."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode

from tests.contract.fault import Fault
from tests.contract.proxy import Answer, Request, Tamper, Upstream
from tests.contract.tampering import When, asks, at, refuses, reshapes, says, sends

LIST = at("GET /systems/*/switches")
CREATE = at("POST /systems/*/switches")
MEMBERS = at("PATCH /systems/*/switches/*/members")
FULL = at("GET /systems/*/fronters", "GET|PATCH /systems/*/switches/*", "POST /systems/*/switches")


def query(when: When, key: str, change: Callable[[str], str]) -> Tamper:
    """The server hears another value of a key of the query."""

    def said(request: Request) -> Request:
        pairs = parse_qsl(request.query, keep_blank_values=True)
        changed = [(name, change(value) if name == key else value) for name, value in pairs]
        return replace(request, query=urlencode(changed))

    return asks(when, said)


def a_microsecond_more(text: str) -> str:
    try:
        return (datetime.fromisoformat(text) + timedelta(microseconds=1)).isoformat()
    except ValueError:
        return text


def one_more(text: str) -> str:
    return str(int(text) + 1) if text.isdecimal() and text != "0" else text


def distinct(refs: Any) -> Any:
    return list(dict.fromkeys(refs)) if isinstance(refs, list) and all(isinstance(ref, str) for ref in refs) else refs


def within_members(change: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda body: (
        body | {"members": change(body["members"])} if isinstance(body, dict) and "members" in body else body
    )


def by_name(switch: dict[str, Any]) -> None:
    switch["members"].sort(key=lambda member: member["uuid"] if isinstance(member, dict) else member)


def to_ids(body: Any) -> Any:
    return body | {"members": [member["id"] for member in body["members"]]}


def ignores(code: int, change: Callable[[Any], Any]) -> Tamper:
    """What is refused with this code is done all the same, with a body that is not refused."""

    async def tamper(request: Request, server: Upstream) -> Answer:
        answer = await server(request)
        refused = CREATE(request) and answer.status == 400 and answer.body.get("code") == code
        return await server(request.saying(change(request.body))) if refused else answer

    return tamper


def later(body: Any) -> Any:
    """At nearly the moment that is taken."""
    return body | {"timestamp": a_microsecond_more(body["timestamp"])}


async def repeats(request: Request, server: Upstream) -> Answer:
    """The same members again are answered with the switch that is there."""
    answer = await server(request)
    if CREATE(request) and answer.status == 400 and answer.body.get("code") == 40004:
        return await server(Request("GET", request.path.replace("/switches", "/fronters"), headers=request.headers))
    return answer


async def ignores_timestamp(request: Request, server: Upstream) -> Answer:
    """A new switch is always now."""
    if CREATE(request) and isinstance(request.body, dict) and isinstance(request.body.get("timestamp"), str):
        return await server(request.saying(request.body | {"timestamp": datetime.now(UTC).isoformat()}))
    return await server(request)


FAULTS = (
    Fault(
        "switches/oldest-first",
        "Switches are listed from the oldest.",
        says(LIST, lambda body: body[::-1]),
        "switches/list",
    ),
    Fault(
        "switches/before-inclusive",
        "`before` includes its own moment.",
        query(LIST, "before", a_microsecond_more),
        "switches/list",
    ),
    Fault(
        "switches/before-ignored",
        "`before` is ignored.",
        asks(LIST, lambda request: replace(request, query="")),
        "switches/list",
    ),
    Fault("switches/limit-one-more", "`limit` gives one switch more.", query(LIST, "limit", one_more), "switches/list"),
    Fault(
        "switches/limit-over-100-refused",
        "A `limit` above 100 is refused.",
        refuses(
            lambda request: LIST(request) and "limit=1" in request.query and len(request.query) > 8,
            400,
            "400: Bad Request",
        ),
        "switches/list",
    ),
    Fault(
        "switches/order-lost-on-creation",
        "A new switch has its members in the order in which they were made.",
        reshapes("timestamp", by_name, FULL),
        "switches/create",
    ),
    Fault(
        "switches/order-lost-on-update",
        "Changed members of a switch are stored in an order of their own.",
        sends(MEMBERS, lambda refs: sorted(refs) if refs == distinct(refs) and isinstance(refs, list) else refs),
        "switches/update-members",
    ),
    Fault(
        "switches/duplicates-accepted",
        "The same member twice in a switch counts once.",
        sends(CREATE, within_members(distinct)),
        "switches/create",
    ),
    Fault(
        "switches/duplicates-accepted-on-update",
        "The same member twice counts once when members are changed.",
        sends(MEMBERS, distinct),
        "switches/update-members",
    ),
    Fault(
        "switches/identical-accepted", "A switch to those who front already is accepted.", repeats, "switches/create"
    ),
    Fault(
        "switches/taken-timestamp-accepted",
        "Two switches may start at the same moment.",
        ignores(40005, later),
        "switches/create",
    ),
    Fault(
        "switches/timestamp-ignored",
        "A new switch starts now, whatever its timestamp.",
        ignores_timestamp,
        "switches/create",
    ),
    Fault(
        "switches/members-in-list",
        "The list of switches has full members.",
        reshapes("timestamp", lambda switch: switch.update(members=[{"id": ref} for ref in switch["members"]]), LIST),
        "switches/list",
    ),
    Fault(
        "switches/ids-on-creation",
        "A new switch is answered with the ids of its members.",
        says(CREATE, to_ids),
        "switches/create",
    ),
    Fault("fronters/ids-only", "Fronters are ids.", says(at("GET /systems/*/fronters"), to_ids), "fronters"),
    Fault(
        "switches/id-as-number",
        "The id of a switch is a number.",
        reshapes("timestamp", lambda switch: switch.update(id=4711), LIST),
        "switches/list",
    ),
    Fault(
        "switches/switch-out-refused",
        "A switch needs members.",
        refuses(
            lambda request: CREATE(request) and isinstance(request.body, dict) and request.body.get("members") == [],
            400,
            "400: Bad Request",
        ),
        "switches/create",
    ),
)
