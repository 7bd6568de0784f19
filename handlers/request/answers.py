"""Writing answers: JSON, in two messages, with the headers that go with it."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import orjson

from generated.errors import ApiError, PayloadTooLarge, ServiceUnavailable

Header = tuple[bytes, bytes]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

JSON: Header = (b"content-type", b"application/json")
RETRY_UNAVAILABLE: Header = (b"retry-after", b"1")

FIRST_VALUES = "pluralspec.headers"
"""The key of a request's scope under which each header's first value stands by its name."""
OPERATION = "pluralspec.operation"
"""The key under which the id of the operation stands, once there is one: `handlers.members.get_member`."""

_CLOSE: Header = (b"connection", b"close")


def body_of(error: ApiError) -> bytes:
    """The JSON text of an error."""
    return orjson.dumps({"message": error.text, "code": error.code, **error.extra})


def headers_of(error: ApiError) -> list[Header]:
    """The headers that an error's answer has beside those of every answer."""
    if isinstance(error, ServiceUnavailable):
        return [JSON, RETRY_UNAVAILABLE]
    # The rest of an oversized body is not read, so the connection has no next request.
    return [JSON, _CLOSE] if isinstance(error, PayloadTooLarge) else [JSON]


async def send(send: Send, status: int, body: bytes, headers: list[Header]) -> None:
    """Send a whole answer."""
    if status != 204:
        headers.append((b"content-length", b"%d" % len(body)))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def send_error(to: Send, error: ApiError, *headers: Header) -> None:
    """Send an error of the catalogue."""
    await send(to, error.status, body_of(error), [*headers_of(error), *headers])
