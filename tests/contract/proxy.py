"""A proxy that makes our server look like one with a fault: what a request or its answer is changed into on the way.

One process serves all faults at once, each under an address of its own, so that kits can run side by side.
"""

import json
import socket
import threading
import traceback
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from itertools import count
from types import TracebackType
from typing import Any, Self

import httpx
import uvicorn
import uvloop
from starlette.requests import Request as Incoming
from starlette.types import Receive, Scope, Send

_PATIENCE = 30.0
# What belongs to a connection, or is written anew by whoever sends on.
_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length"}


@dataclass(frozen=True)
class Request:
    """What a client asks for; `path` begins with /v2 and is as it was sent."""

    method: str
    path: str
    query: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    """By their names in lower case."""
    content: bytes = b""

    @property
    def body(self) -> Any:
        """The parsed body; None if it has none that can be."""
        return parsed(self.content)

    def saying(self, body: Any) -> "Request":
        """The same request with another body."""
        return replace(self, content=json.dumps(body).encode())

    def identified(self, token: str | None) -> "Request":
        """The same request from somebody else."""
        others = {name: value for name, value in self.headers.items() if name != "authorization"}
        return replace(self, headers=others | ({"authorization": token} if token else {}))


@dataclass(frozen=True)
class Answer:
    """What comes back."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    content: bytes = b""

    @property
    def body(self) -> Any:
        """The parsed body; None if it has none that can be."""
        return parsed(self.content)

    def saying(self, body: Any, status: int | None = None) -> "Answer":
        """The same answer with another body, and perhaps status."""
        headers = self.headers | {"content-type": "application/json"}
        content = json.dumps(body, ensure_ascii=False).encode(errors="replace")
        return Answer(status or self.status, headers, content)


def parsed(content: bytes) -> Any:
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        return None


@dataclass(frozen=True)
class Upstream:
    """The real server, as a fault may use it."""

    send: Callable[[Request], Awaitable[Answer]]
    owner: str
    """The token of the system that is written to."""

    async def __call__(self, request: Request) -> Answer:
        return await self.send(request)

    async def as_owner(self, request: Request) -> Answer:
        """What the owner would be answered."""
        return await self.send(request.identified(self.owner))

    def is_owner(self, request: Request) -> bool:
        return request.headers.get("authorization") == self.owner


# Nothing added, nothing taken away.
_AS_IT_CAME: dict[str, Any] = {
    "interface": "asgi3",
    "ws": "none",
    "lifespan": "off",
    "log_config": None,
    "proxy_headers": False,
    "server_header": False,
    "date_header": False,
}

Tamper = Callable[[Request, Upstream], Awaitable[Answer]]
"""Answers a request in place of the server, which it may ask as often as it likes."""


@dataclass(frozen=True)
class _Route:
    tamper: Tamper
    owner: str


class Proxy:
    """The proxy on a free port, for the time of a `with` block."""

    def __init__(self, server: str) -> None:
        self.mistakes: list[str] = []
        """Where a fault itself is at fault: nothing that a kit finds by this counts."""
        self._server = httpx.URL(server)
        self._routes: dict[str, _Route] = {}
        self._numbers = count()
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._uvicorn = uvicorn.Server(uvicorn.Config(self._app, **_AS_IT_CAME))
        self._thread = threading.Thread(target=lambda: uvloop.run(self._serve()), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._uvicorn.should_exit = True
        self._thread.join(_PATIENCE)
        self._socket.close()

    def address(self, tamper: Tamper, owner: str) -> str:
        """Where the server has this fault; `owner` is the token of the system that may be written to."""
        number = str(next(self._numbers))
        self._routes[number] = _Route(tamper, owner)
        return f"http://127.0.0.1:{self._socket.getsockname()[1]}/{number}"

    async def _serve(self) -> None:
        async with httpx.AsyncClient(timeout=_PATIENCE, trust_env=False) as self._client:
            # Only what the client under test has sent goes on.
            del self._client.headers["user-agent"]
            await self._uvicorn.serve([self._socket])

    async def _app(self, scope: Scope, receive: Receive, send: Send) -> None:
        number, _, path = scope["raw_path"].decode("ascii")[1:].partition("/")
        route, incoming = self._routes[number], Incoming(scope, receive)
        headers = {name: value for name, value in incoming.headers.items() if name not in _HOP}
        query = scope["query_string"].decode("latin-1")
        request = Request(incoming.method, f"/{path}", query, headers, await incoming.body())
        try:
            answer = await route.tamper(request, Upstream(self._ask, route.owner))
        except Exception:
            self.mistakes.append(f"{request}\n{traceback.format_exc()}")
            raise
        await _say(answer, incoming.method, send)

    async def _ask(self, request: Request) -> Answer:
        target = f"{request.path}?{request.query}" if request.query else request.path
        url = self._server.copy_with(raw_path=target.encode("latin-1"))
        # Faults know GET only; a HEAD is answered like it, less the body.
        method = "GET" if request.method == "HEAD" else request.method
        answer = await self._client.request(method, url, headers=request.headers, content=request.content)
        kept = {name: value for name, value in answer.headers.items() if name not in _HOP}
        return Answer(answer.status_code, kept, answer.content)


async def _say(answer: Answer, method: str, send: Send) -> None:
    silent = answer.status in (204, 304) and not answer.content
    length = {} if silent else {"content-length": str(len(answer.content))}
    headers = [(name.encode(), value.encode("latin-1")) for name, value in (answer.headers | length).items()]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if method == "HEAD" else answer.content})
