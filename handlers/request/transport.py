"""What holds for every request and every answer, whatever they are about."""

from collections.abc import Awaitable, MutableMapping
from time import perf_counter_ns
from typing import Any

from generated.contract import OPERATIONS, VERSION
from handlers.request.answers import FIRST_VALUES, Header, Receive, Scope, Send
from handlers.request.logs import AccessLog, identify
from handlers.request.metrics import LEFT, Meter

_METHODS = ", ".join([*dict.fromkeys(each.method for each in OPERATIONS.values()), "HEAD", "OPTIONS"]).encode()

COMMON: list[Header] = [
    (b"x-pluralkit-version", f"pluralspec {VERSION}".encode()),
    (b"access-control-allow-origin", b"*"),
    (
        b"access-control-expose-headers",
        b"X-PluralKit-Version, X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset, X-RateLimit-Scope, "
        b"X-Request-Id",
    ),
]
_PREFLIGHT: list[Header] = [
    (b"access-control-allow-methods", _METHODS),
    (b"access-control-allow-headers", b"Content-Type, Authorization, User-Agent, sentry-trace"),
    (b"access-control-max-age", b"86400"),
]


class Transport:
    """The outermost middleware: headers of every answer, preflight, HEAD as GET without a body, counting, logging."""

    def __init__(self, app: Any, meter: Meter | None = None, access_log: AccessLog | None = None) -> None:
        self.app = app
        self._records = [each.record for each in (meter, access_log) if each]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began, status, method = perf_counter_ns(), LEFT, scope["method"]
        scope[FIRST_VALUES] = headers = dict(reversed(scope["headers"]))
        request_id = identify(headers)

        def finished(message: MutableMapping[str, Any]) -> Awaitable[None]:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] += (*COMMON, request_id)
            else:
                if method == "HEAD":
                    message["body"] = b""
                if not message.get("more_body"):
                    # Before it is sent: whoever has an answer finds it counted.
                    for record in self._records:
                        record(scope, method, status, perf_counter_ns() - began)
            return send(message)

        if method == "HEAD":
            scope = {**scope, "method": "GET"}
        await (_preflight(finished) if method == "OPTIONS" else self.app(scope, receive, finished))
        if status == LEFT:
            for record in self._records:
                record(scope, method, status, perf_counter_ns() - began)


async def _preflight(send: Send) -> None:
    await send({"type": "http.response.start", "status": 204, "headers": list(_PREFLIGHT)})
    await send({"type": "http.response.body"})
