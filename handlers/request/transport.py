"""What holds for every request and every answer, whatever they are about."""

from collections.abc import MutableMapping
from typing import Any

from generated.contract import OPERATIONS, VERSION
from handlers.request.answers import Header, Receive, Scope, Send

_METHODS = ", ".join([*dict.fromkeys(each.method for each in OPERATIONS.values()), "HEAD", "OPTIONS"]).encode()

COMMON: list[Header] = [
    (b"x-pluralkit-version", f"pluralspec {VERSION}".encode()),
    (b"access-control-allow-origin", b"*"),
    (
        b"access-control-expose-headers",
        b"X-PluralKit-Version, X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset, X-RateLimit-Scope",
    ),
]
_PREFLIGHT: list[Header] = [
    (b"access-control-allow-methods", _METHODS),
    (b"access-control-allow-headers", b"Content-Type, Authorization, User-Agent, sentry-trace"),
    (b"access-control-max-age", b"86400"),
]


class Transport:
    """The outermost middleware: headers of every answer, preflight, HEAD as GET without a body."""

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
        elif scope["method"] == "OPTIONS":
            await send({"type": "http.response.start", "status": 204, "headers": COMMON + _PREFLIGHT})
            await send({"type": "http.response.body"})
        elif scope["method"] == "HEAD":
            await self.app({**scope, "method": "GET"}, receive, _finished(send, keep_body=False))
        else:
            await self.app(scope, receive, _finished(send))


def _finished(send: Send, *, keep_body: bool = True) -> Send:
    """A `send` that adds the common headers, and takes the body away from answers to HEAD."""

    async def finished(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            message["headers"].extend(COMMON)
        elif not keep_body:
            message["body"] = b""
        await send(message)

    return finished
