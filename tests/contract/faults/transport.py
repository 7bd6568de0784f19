"""Faults in headers, methods and all that comes before an operation."""

from collections.abc import Callable
from dataclasses import replace

from tests.contract.fault import Fault
from tests.contract.proxy import Answer, Request, Upstream
from tests.contract.tampering import always, answers, asks, at, fails, headers, refusal

LIMITS = "x-ratelimit-"
Headers = dict[str, str]


def without(start: str) -> Callable[[Headers], Headers]:
    return lambda given: {name: value for name, value in given.items() if not name.startswith(start)}


def other(name: str, value: Callable[[str], str]) -> Callable[[Headers], Headers]:
    return lambda given: given | {name: value(given[name])} if name in given else given


def named(request: Request) -> Request:
    return (
        replace(request, headers=request.headers | {"user-agent": "unknown"})
        if not request.headers.get("user-agent")
        else request
    )


def declared(request: Request) -> Request:
    return replace(request, headers=request.headers | {"content-type": "application/json"})


def with_body(answer: Answer) -> Answer:
    return (
        Answer(204, answer.headers | {"content-type": "application/json"}, b"null") if answer.status == 204 else answer
    )


async def no_head(request: Request, server: Upstream) -> Answer:
    if request.method == "HEAD":
        return refusal(405, {"message": "405: Method Not Allowed", "code": 0})
    return await server(request)


async def preflight_needs_token(request: Request, server: Upstream) -> Answer:
    if request.method == "OPTIONS":
        return refusal(401, {"message": "401: Missing or invalid Authorization header", "code": 0})
    return await server(request)


FAULTS = (
    Fault("rate-limits/no-headers", "No answer tells the limits.", headers(without(LIMITS)), "rate-limits"),
    Fault(
        "rate-limits/no-scope",
        "No answer tells the scope of the limit.",
        headers(without(LIMITS + "scope")),
        "rate-limits",
    ),
    Fault(
        "rate-limits/wrong-scope",
        "Writing is counted as reading.",
        headers(other(LIMITS + "scope", lambda _: "generic_get")),
        "rate-limits",
    ),
    Fault(
        "rate-limits/remaining-as-text",
        "What remains is told in words.",
        headers(other(LIMITS + "remaining", "{} left".format)),
        "rate-limits",
    ),
    Fault(
        "rate-limits/reset-in-the-past",
        "The reset is long past.",
        headers(other(LIMITS + "reset", lambda _: "1500000000000")),
        "rate-limits",
    ),
    Fault(
        "transport/no-version",
        "No answer tells the version.",
        headers(without("x-pluralkit-version")),
        "transport/version transport/head",
    ),
    Fault(
        "transport/no-cors",
        "Pages of other origins may not read answers.",
        headers(without("access-control-")),
        "transport/cors",
    ),
    Fault(
        "transport/cors-hides-limits",
        "Pages of other origins cannot read the limits.",
        headers(without("access-control-expose-headers")),
        "transport/cors",
    ),
    Fault(
        "transport/preflight-needs-token",
        "A preflight is refused without a token.",
        preflight_needs_token,
        "transport/cors",
    ),
    Fault("transport/any-user-agent", "No `User-Agent` is needed.", asks(always, named), "transport/user-agent"),
    Fault(
        "transport/any-content-type",
        "A body need not be declared as JSON.",
        asks(always, declared),
        "transport/content-type",
    ),
    Fault(
        "transport/content-type-text",
        "Members are declared as text.",
        answers(
            at("GET|PATCH /members/*", "POST /members"),
            lambda answer: Answer(answer.status, answer.headers | {"content-type": "text/plain"}, answer.content),
        ),
        "transport/json* members/get members/create",
    ),
    Fault("transport/204-with-body", "A 204 has a body.", answers(always, with_body), "transport/204 members/delete"),
    Fault("transport/no-head", "HEAD is not answered.", no_head, "transport/head"),
    Fault("transport/no-allow", "A 405 does not say what is allowed.", headers(without("allow")), "transport/paths"),
    Fault(
        "transport/405-as-404",
        "A wrong method is answered as a path that is not there.",
        fails(always, lambda answer: answer.saying({"message": "404: Not Found", "code": 0}, 404), status=405),
        "transport/paths",
    ),
)
