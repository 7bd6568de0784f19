"""Ways in which a request or an answer is changed on its way, from which faults are made."""

import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

from tests.contract.proxy import Answer, Request, Tamper, Upstream

Object = dict[str, Any]
Change = Callable[[Any], Any]
"""Returns what takes the place of a value."""
When = Callable[[Request], bool]


def always(request: Request) -> bool:
    """Not only sometimes."""
    return True


def at(*calls: str) -> When:
    """Whether it is one of these calls: `PATCH /members/*`, where a star is one segment and `GET|HEAD` is either."""
    patterns = [_pattern(call) for call in calls]
    return lambda request: any(pattern.fullmatch(f"{request.method} {request.path}") for pattern in patterns)


@cache
def _pattern(call: str) -> re.Pattern[str]:
    method, path = call.split()
    return re.compile(f"(?:{method.replace('*', '[A-Z]+')}) /v2{re.escape(path).replace(re.escape('*'), '[^/]+')}")


async def honest(request: Request, server: Upstream) -> Answer:
    """No fault at all."""
    return await server(request)


# What a client sends


def asks(when: When, change: Callable[[Request], Request]) -> Tamper:
    """The server hears something else."""

    async def tamper(request: Request, server: Upstream) -> Answer:
        return await server(change(request) if when(request) else request)

    return tamper


def sends(when: When, change: Change) -> Tamper:
    """The server hears another body."""

    def said(request: Request) -> Request:
        return request if request.body is None else request.saying(change(request.body))

    return asks(when, said)


def sets(when: When, key: str, change: Change) -> Tamper:
    """The server hears another value of a key, where it is sent and is not null."""

    def said(body: Any) -> Any:
        given = isinstance(body, dict) and body.get(key) is not None
        return body | {key: change(body[key])} if given else body

    return sends(when, said)


# What a client is told


def answers(when: When, change: Callable[[Answer], Answer]) -> Tamper:
    """A good answer comes back as something else."""
    return _told(when, change, range(200, 300))


def fails(when: When, change: Callable[[Answer], Answer], *, status: int | None = None) -> Tamper:
    """An error comes back as something else; with `status`, only that."""
    return _told(when, change, range(400, 600) if status is None else range(status, status + 1))


def _told(when: When, change: Callable[[Answer], Answer], statuses: range) -> Tamper:
    async def tamper(request: Request, server: Upstream) -> Answer:
        answer = await server(request)
        return change(answer) if answer.status in statuses and when(request) else answer

    return tamper


def says(when: When, change: Change) -> Tamper:
    """A good answer has another body."""
    return answers(when, lambda answer: answer.saying(change(answer.body)) if answer.content else answer)


def shows(key: str, change: Change, when: When = always) -> Tamper:
    """In good answers, every object that has this key has another value of it; null stays."""

    def changed(each: Object) -> None:
        if each.get(key) is not None:
            each[key] = change(each[key])

    return reshapes(key, changed, when)


def reshapes(key: str, change: Callable[[Object], Any], when: When = always) -> Tamper:
    """In good answers, every object that has this key is changed in place."""

    def said(body: Any) -> Any:
        for each in list(objects(body, key)):
            change(each)
        return body

    return says(when, said)


def objects(body: Any, key: str) -> Iterator[Object]:
    """All objects that have this key, however deep."""
    if isinstance(body, dict) and key in body:
        yield body
    inner = body.values() if isinstance(body, dict) else body if isinstance(body, list) else ()
    for each in inner:
        yield from objects(each, key)


def headers(change: Callable[[dict[str, str]], dict[str, str]], when: When = always) -> Tamper:
    """Every answer has other headers."""
    return _told(when, lambda answer: Answer(answer.status, change(answer.headers), answer.content), range(200, 600))


# In place of the server

_ALWAYS = {"x-pluralkit-version": "tampered", "access-control-allow-origin": "*"}


def refusal(status: int, error: Any) -> Answer:
    """What a server would say that has no fault but this."""
    return Answer(status, _ALWAYS).saying(error)


def done() -> Answer:
    """What a server would say that has done it."""
    return Answer(204, _ALWAYS)


def refuses(when: When, status: int, message: str, code: int = 0, **more: Any) -> Tamper:
    """The server is not even asked."""

    async def tamper(request: Request, server: Upstream) -> Answer:
        error = {"message": message, "code": code, **more}
        return refusal(status, error) if when(request) else await server(request)

    return tamper


def invalid(when: When, key: str, wording: str = "Field {key} is invalid.") -> Tamper:
    """Refused for the value of a key."""
    errors = {key: [{"message": wording.format(key=key)}]}
    return refuses(when, 400, "Error parsing JSON model", 40001, errors=errors)


def gives(key: str, condition: Change, at_all: When = always) -> When:
    """Whether the body has a value of this key of which the condition holds."""

    def when(request: Request) -> bool:
        body = request.body
        return at_all(request) and isinstance(body, dict) and key in body and bool(condition(body[key]))

    return when


def pretends(when: When) -> Tamper:
    """204, and nothing has happened."""

    async def tamper(request: Request, server: Upstream) -> Answer:
        if not when(request):
            return await server(request)
        # Who may not, or names what is not there, is told so all the same.
        there = await server.as_owner(Request("GET", request.path, headers=request.headers))
        return done() if there.status == 200 and server.is_owner(request) else await server(request)

    return tamper
