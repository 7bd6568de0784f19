"""Reading a request's body: bounded, and never more of it than is needed."""

from generated.errors import PayloadTooLarge
from handlers.request.answers import FIRST_VALUES, Receive, Scope

LARGEST = 1 << 20
"""Bytes that a body may have."""


class Disconnected(Exception):
    """The client went away before its request was whole."""


def header(scope: Scope, name: bytes) -> bytes | None:
    """The first value of a request's header."""
    value: bytes | None = scope[FIRST_VALUES].get(name)
    return value


async def read(scope: Scope, receive: Receive) -> bytearray | PayloadTooLarge:
    """The body, or the error that it is too large: to be raised when it is this error's turn."""
    length = header(scope, b"content-length")
    if length is not None and int(length) > LARGEST:
        return PayloadTooLarge()
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Disconnected
        body += message.get("body", b"")
        if len(body) > LARGEST:
            return PayloadTooLarge()
        if not message.get("more_body", False):
            return body


def is_json(scope: Scope) -> bool:
    """Whether the request says that its body is JSON."""
    content_type = header(scope, b"content-type")
    return content_type is not None and content_type.split(b";")[0].strip().lower() == b"application/json"
