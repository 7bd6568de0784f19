"""Which operation a request is for.

Connexion's routing middleware tries a list of Starlette routes one after another (25 to 51 µs), and leaves in the scope
what Connexion's own middlewares behind it ask for. This subclass finds the operation in a tree of path segments (1 µs),
and leaves its id.
"""

from collections.abc import Awaitable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from connexion.middleware.routing import RoutingMiddleware
from connexion.spec import Specification

from generated.errors import BadRequest, InvalidPath, MethodNotAllowed, NotFound, UnsupportedVersion
from handlers.request.answers import FIRST_VALUES, OPERATION, Receive, Scope, Send, send_error


@dataclass
class _Node:
    """A place in the tree: further segments by name, or whatever segment is a parameter."""

    named: dict[str, "_Node"] = field(default_factory=dict)
    parameter: "_Node | None" = None
    operations: dict[str, str] = field(default_factory=dict)
    """Operation ids by method."""
    allow: bytes = b""

    def child(self, segment: str) -> "_Node":
        if not segment.startswith("{"):
            return self.named.setdefault(segment, _Node())
        self.parameter = self.parameter or _Node()
        return self.parameter


class Routing(RoutingMiddleware):
    """Routes by a tree; what is no operation is answered here."""

    def __init__(self, app: Any) -> None:
        self.app = app
        self._root = _Node()
        self._base = b""
        """What all paths begin with: `/v2/`."""

    def add_api(self, specification: Specification, base_path: str | None = None, **options: Any) -> None:
        """Add the paths of the contract. One API; its base path is the contract's own."""
        self._base = f"{specification.base_path}/".encode()
        for path, methods in specification["paths"].items():
            node = self._root
            for segment in path.split("/")[1:]:
                node = node.child(segment)
            for method, operation in ((each, methods[each]) for each in methods if each != "parameters"):
                name = f"{operation['x-openapi-router-controller']}.{operation['operationId']}"
                node.operations[method.upper()] = name
            node.allow = ", ".join([*node.operations, "HEAD", "OPTIONS"]).encode()

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """Attach the operation to the scope, or answer for what is none."""
        if scope["type"] != "http":
            return self.app(scope, receive, send)  # type: ignore[no-any-return]
        path: bytes = scope["raw_path"]
        if not path.startswith(self._base):
            return send_error(send, UnsupportedVersion() if path.split(b"/")[1:2] == [b"v1"] else NotFound())
        segments = path[len(self._base) :].decode("latin-1").split("/")
        node, values = self._find(segments)
        if node is None:
            return send_error(send, InvalidPath() if _is_legacy(*segments) else NotFound())
        operation = node.operations.get(scope["method"])
        if operation is None:
            return send_error(send, MethodNotAllowed(), (b"allow", node.allow))
        if not scope[FIRST_VALUES].get(b"user-agent", b"").strip():
            return send_error(send, BadRequest())
        scope["path_values"], scope[OPERATION] = values, operation
        return self.app(scope, receive, send)  # type: ignore[no-any-return]

    def _find(self, segments: list[str]) -> tuple[_Node | None, list[str]]:
        """The node that the segments lead to, and the values of the parameters on the way."""
        node = self._root
        values: list[str] = []
        for segment in segments:
            child = node.named.get(segment)
            if child is None:
                child = node.parameter if segment else None
                if child is None:
                    return None, values
                values.append(unquote(segment) if "%" in segment else segment)
            node = child
        return (node if node.operations else None), values


def _is_legacy(first: str, *further: str) -> bool:
    """Whether this is one of the short paths of the first version: /s, /s/..., /m, /m/..., /a/..., /msg/..."""
    return first in ("s", "m") or (first in ("a", "msg") and bool(further))
