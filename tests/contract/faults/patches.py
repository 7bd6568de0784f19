"""Faults in what absent, null and blank mean, and in what is created, changed and deleted."""

from typing import Any

from tests.contract.fault import Fault
from tests.contract.proxy import Answer, Request, Tamper, Upstream
from tests.contract.tampering import Change, When, answers, at, pretends, reshapes, says, sends
from tests.support import shapes

MEMBER, GROUP, SYSTEM = at("PATCH /members/*"), at("PATCH /groups/*"), at("PATCH /systems/*")
SETTINGS = at("PATCH /systems/*/settings")
ENTITY = at("PATCH /members/*", "PATCH /groups/*", "PATCH /systems/*")
SWITCH = at("PATCH /systems/*/switches/*")


def fills(call: When, defaults: dict[str, Any]) -> Tamper:
    """What is absent is taken for what a new object has."""
    start = shapes.without(defaults, "privacy")
    return sends(call, lambda body: start | body if body else body)


def within(key: str, change: Change) -> Change:
    """The change, of the object that is the value of the key."""
    return lambda body: body | {key: change(body[key])} if isinstance(body.get(key), dict) else body


def without_nulls(thing: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in thing.items() if value is not None}


def looking(request: Request) -> Request:
    """The request that looks at what this one changes."""
    return Request("GET", request.path, headers=request.headers)


def changes_only_if_given(call: When, read: Change) -> Tamper:
    """A PATCH changes what is left of its body when it is read so; if that is nothing, the object is answered."""

    async def tamper(request: Request, server: Upstream) -> Answer:
        if not call(request) or not isinstance(request.body, dict):
            return await server(request)
        left = read(request.body)
        return await server(request.saying(left) if left else looking(request))

    return tamper


def stale(call: When) -> Tamper:
    """The answer to a PATCH is the object as it was before."""

    async def tamper(request: Request, server: Upstream) -> Answer:
        before = await server(looking(request)) if call(request) else None
        answer = await server(request)
        return answer.saying(before.body) if before and answer.status == 200 else answer

    return tamper


def only_changed(call: When) -> Tamper:
    """The answer to a PATCH has only the keys that were sent."""

    async def tamper(request: Request, server: Upstream) -> Answer:
        answer = await server(request)
        if not call(request) or answer.status != 200:
            return answer
        return answer.saying({key: value for key, value in answer.body.items() if key in request.body})

    return tamper


def not_stored(call: When) -> Tamper:
    """A PATCH is answered with the changed object, and nothing has changed."""

    async def tamper(request: Request, server: Upstream) -> Answer:
        before = await server(looking(request)) if call(request) else None
        answer = await server(request)
        if before and answer.status == 200:
            await server(request.saying({key: before.body[key] for key in request.body if key in before.body}))
        return answer

    return tamper


def empty(answer: Answer) -> Answer:
    return Answer(204, {name: value for name, value in answer.headers.items() if name != "content-type"})


FAULTS = (
    Fault(
        "members/absent-cleared",
        "PATCH clears the member's keys that were not sent.",
        fills(MEMBER, shapes.MEMBER),
        "members/update",
    ),
    Fault(
        "groups/absent-cleared",
        "PATCH clears the group's keys that were not sent.",
        fills(GROUP, shapes.GROUP),
        "groups/update",
    ),
    Fault(
        "systems/absent-cleared",
        "PATCH clears the system's keys that were not sent.",
        fills(SYSTEM, shapes.SYSTEM),
        "systems/update",
    ),
    Fault(
        "settings/absent-reset",
        "PATCH sets the settings that were not sent to their defaults.",
        fills(SETTINGS, shapes.SETTINGS),
        "settings/update",
    ),
    Fault(
        "members/null-ignored",
        "PATCH ignores null where it should clear a member's key.",
        changes_only_if_given(MEMBER, without_nulls),
        "members/update",
    ),
    Fault(
        "groups/null-ignored",
        "PATCH ignores null where it should clear a group's key.",
        changes_only_if_given(GROUP, without_nulls),
        "groups/update",
    ),
    Fault(
        "systems/null-ignored",
        "PATCH ignores null where it should clear a system's key.",
        changes_only_if_given(SYSTEM, without_nulls),
        "systems/update",
    ),
    Fault(
        "privacy/null-ignored",
        "A privacy key that is patched to null stays private.",
        changes_only_if_given(ENTITY, within("privacy", without_nulls)),
        "members/update/privacy-* groups/update/privacy-* systems/update/*privacy* fields/privacy",
    ),
    Fault(
        "privacy/absent-public",
        "PATCH of one privacy key of a member makes the others public.",
        sends(MEMBER, within("privacy", lambda keys: shapes.public(shapes.MEMBER_PRIVACY) | keys if keys else keys)),
        "members/update/privacy-one-key privacy/member fields/privacy",
    ),
    Fault(
        "privacy/not-on-creation",
        "A member is created public, whatever its `privacy` says.",
        sends(at("POST /members"), lambda body: {**body, "privacy": {}} if isinstance(body, dict) else body),
        "members/create privacy/member privacy/visibility",
    ),
    Fault(
        "members/stale-answer", "PATCH of a member answers with what was there before.", stale(MEMBER), "members/update"
    ),
    Fault(
        "groups/partial-answer",
        "PATCH of a group answers with the changed keys only.",
        only_changed(GROUP),
        "groups/update",
    ),
    Fault(
        "systems/204-on-update",
        "PATCH of a system answers 204 without the system.",
        answers(SYSTEM, empty),
        "systems/update",
    ),
    Fault(
        "groups/not-stored",
        "PATCH of a group is answered as if it were done, and is not.",
        not_stored(GROUP),
        "groups/update",
    ),
    Fault(
        "switches/not-stored",
        "A switch is said to be moved, and is where it was.",
        not_stored(SWITCH),
        "switches/update",
    ),
    Fault(
        "members/201-on-creation",
        "A new member is answered with 201.",
        answers(at("POST /members"), lambda answer: Answer(201, answer.headers, answer.content)),
        "members/create",
    ),
    Fault(
        "groups/only-ids-on-creation",
        "A new group is answered with its ids only.",
        says(at("POST /groups"), lambda group: {key: group[key] for key in ("id", "uuid")}),
        "groups/create",
    ),
    Fault(
        "members/empty-accepted",
        "A PATCH of a member without any key is accepted.",
        changes_only_if_given(MEMBER, dict),
        "members/update",
    ),
    Fault(
        "groups/empty-accepted",
        "A PATCH of a group without any key is accepted.",
        changes_only_if_given(GROUP, dict),
        "groups/update",
    ),
    Fault(
        "members/blank-instead-of-null",
        "A text that a member does not have is answered as an empty string.",
        reshapes(
            "pronouns",
            lambda each: each.update(pronouns=each["pronouns"] or ""),
            at("GET|PATCH /members/*", "POST /members"),
        ),
        "members/create members/get fields/text",
    ),
    Fault(
        "members/not-deleted",
        "DELETE of a member answers 204 and deletes nothing.",
        pretends(at("DELETE /members/*")),
        "members/delete",
    ),
    Fault(
        "groups/not-deleted",
        "DELETE of a group answers 204 and deletes nothing.",
        pretends(at("DELETE /groups/*")),
        "groups/delete",
    ),
    Fault(
        "switches/not-deleted",
        "DELETE of a switch answers 204 and deletes nothing.",
        pretends(at("DELETE /systems/*/switches/*")),
        "switches/delete",
    ),
    Fault(
        "members/200-on-deletion",
        "DELETE of a member answers 200 with a message.",
        answers(at("DELETE /members/*"), lambda answer: answer.saying({"message": "Member deleted."}, 200)),
        "members/delete",
    ),
)
