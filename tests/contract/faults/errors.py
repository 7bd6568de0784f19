"""Faults in what is refused, and how."""

from collections.abc import Callable
from typing import Any

from tests.contract.fault import Fault
from tests.contract.proxy import Answer, Request, Tamper, Upstream
from tests.contract.tampering import always, at, fails

MEMBER, SWITCH = at("GET|PATCH|DELETE /members/*"), at("GET|PATCH|DELETE /systems/*/switches/*")
HTML = b"<!DOCTYPE html><html><body><h1>Something is wrong</h1></body></html>"


def status(number: int) -> Callable[[Answer], Answer]:
    return lambda answer: Answer(number, answer.headers, answer.content)


def page(answer: Answer) -> Answer:
    return Answer(answer.status, answer.headers | {"content-type": "text/html; charset=utf-8"}, HTML)


def text(answer: Answer) -> Answer:
    return Answer(answer.status, answer.headers | {"content-type": "text/plain"}, answer.body["message"].encode())


def document(answer: Answer) -> Answer:
    return answer.saying({"type": "about:blank", "title": answer.body["message"], "status": answer.status})


def says_instead(change: Callable[[Any], Any]) -> Callable[[Answer], Answer]:
    """An error's body is another."""
    return lambda answer: answer.saying(change(answer.body)) if isinstance(answer.body, dict) else answer


def coded(number: int, other: int) -> Tamper:
    """One error has the code of another."""
    return fails(always, says_instead(lambda body: body | {"code": other} if body["code"] == number else body))


def of_errors(change: Callable[[dict[str, Any]], Any]) -> Tamper:
    """The errors by key of a 40001 are told otherwise."""
    return fails(
        always, says_instead(lambda body: body | {"errors": change(body["errors"])} if "errors" in body else body)
    )


async def writes_of_strangers(request: Request, server: Upstream) -> Answer:
    answer = await server(request)
    stranger = "authorization" in request.headers and not server.is_owner(request)
    return await server.as_owner(request) if stranger and answer.status == 403 and request.method != "GET" else answer


async def writes_of_anybody(request: Request, server: Upstream) -> Answer:
    answer = await server(request)
    return await server.as_owner(request) if answer.status == 401 and request.method != "GET" else answer


async def me_not_found(request: Request, server: Upstream) -> Answer:
    answer = await server(request)
    if "/@me" in request.path and answer.status == 401:
        return answer.saying({"message": "System not found.", "code": 20001}, 404)
    return answer


async def unknown_token_refused(request: Request, server: Upstream) -> Answer:
    answer = await server(request)
    if request.method == "GET" and answer.status == 200 and request.headers.get("authorization"):
        who = await server(Request("GET", "/v2/systems/@me", headers=request.headers))
        return who if who.status == 401 else answer
    return answer


async def malformed_as_empty(request: Request, server: Upstream) -> Answer:
    malformed = request.content and request.body is None and request.content.strip() != b"null"
    return await server(request.saying({"name": "contract-kit"}) if malformed else request)


async def unknown_switch_answered(request: Request, server: Upstream) -> Answer:
    answer = await server(request)
    return answer.saying(None, 200) if SWITCH(request) and answer.status == 404 else answer


async def scopes_ignored(request: Request, server: Upstream) -> Answer:
    key = request.headers.get("authorization", "").startswith("Bearer ")
    return await server.as_owner(request) if key else await server(request)


FAULTS = (
    Fault("keys/scopes-ignored", "A key may do whatever its system may.", scopes_ignored, "keys"),
    Fault("errors/html", "Errors are pages of HTML.", fails(always, page), "errors"),
    Fault("errors/text", "Errors are plain text.", fails(always, text), "errors"),
    Fault(
        "errors/problem-documents",
        "Errors are problem documents, without `message` and `code`.",
        fails(always, document),
        "errors",
    ),
    Fault(
        "errors/without-code",
        "Errors have no `code`.",
        fails(always, says_instead(lambda body: {"message": body["message"]})),
        "errors",
    ),
    Fault(
        "errors/code-as-text",
        "The `code` of an error is a text.",
        fails(always, says_instead(lambda body: body | {"code": str(body["code"])})),
        "errors",
    ),
    Fault(
        "errors/404-as-200",
        "What is not found is answered with 200 and null.",
        fails(MEMBER, lambda answer: answer.saying(None, 200), status=404),
        "errors references/unknown",
    ),
    Fault(
        "errors/422",
        "What is not valid is answered with 422.",
        fails(always, status(422), status=400),
        "errors fields/color",
    ),
    Fault(
        "errors/403-as-404",
        "What is forbidden is answered as if it were not found.",
        fails(always, status(404), status=403),
        "errors members/update",
    ),
    Fault(
        "errors/400-as-500",
        "What is not valid is answered as an error of the server.",
        fails(
            always, lambda answer: answer.saying({"message": "500: Internal Server Error", "code": 0}, 500), status=400
        ),
        "errors fields/birthday",
    ),
    Fault(
        "members/wrong-code",
        "A member that does not exist has the code of a system.",
        coded(20002, 20001),
        "members/delete members/update",
    ),
    Fault(
        "groups/wrong-code",
        "A group that does not exist has the code of a member.",
        coded(20004, 20002),
        "groups/delete groups/update",
    ),
    Fault(
        "switches/wrong-code",
        "A switch to those who front already has the code of a duplicate.",
        coded(40004, 40003),
        "switches/create",
    ),
    Fault(
        "errors/without-keys",
        "A 40001 does not say which keys are wrong.",
        fails(always, says_instead(lambda body: {"message": body["message"], "code": body["code"]})),
        "errors fields/mistakes",
    ),
    Fault(
        "errors/first-key-only",
        "A 40001 names the first wrong key only.",
        of_errors(lambda errors: dict(list(errors.items())[:1])),
        "fields/mistakes",
    ),
    Fault(
        "errors/keys-as-list",
        "The errors of a 40001 are a list.",
        of_errors(lambda errors: [{"key": key} for key in errors]),
        "errors fields/mistakes",
    ),
    Fault(
        "tokens/strangers-write",
        "Any token may write to anything.",
        writes_of_strangers,
        "members/update systems/update groups/delete",
    ),
    Fault("tokens/anybody-writes", "Writing needs no token.", writes_of_anybody, "members/update tokens groups/create"),
    Fault("tokens/me-not-found", "`@me` without a token is not found.", me_not_found, "tokens"),
    Fault(
        "tokens/unknown-refused", "An unknown token is refused where none is needed.", unknown_token_refused, "tokens"
    ),
    Fault(
        "bodies/malformed-accepted",
        "A body that is no JSON is taken for an empty one.",
        malformed_as_empty,
        "bodies/malformed",
    ),
    Fault(
        "switches/404-as-200",
        "An unknown switch is answered with 200 and null.",
        unknown_switch_answered,
        "switches/get switches/delete references/switch",
    ),
)
