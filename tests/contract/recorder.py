"""A proxy that writes down what passes, and loses or spoils what it is told to."""

import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

import httpx

_HOP = ("connection", "content-length", "transfer-encoding", "keep-alive", "host", "date", "server")


@dataclass
class Passing:
    """A request on its way, and its answer once there is one."""

    method: str
    path: str
    headers: dict[str, str]
    """By their names in lower case."""
    status: int = 0
    answer_headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    moment: float = field(default_factory=time.monotonic)
    lost: bool = False
    """Whether the client never gets to see the answer."""


Meddle = Callable[[Passing], None]


class _Server(ThreadingHTTPServer):
    def handle_error(self, *args: Any) -> None:
        """A client that has gone away is what some tests are about."""


class Recorder:
    """Between clients and the server at `base_url`, for the time of a `with` block."""

    def __init__(self, base_url: str) -> None:
        self.seen: list[Passing] = []
        self.after: Meddle = lambda passing: None
        """Called with each answer, which it may change."""
        self.instead: Callable[[str, str], int] = lambda method, path: 0
        """May give a status, with which a request is answered that the server never sees."""
        self._upstream = httpx.Client(base_url=base_url, timeout=30, trust_env=False)
        self._server = _Server(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def methods(self) -> set[str]:
        """All that have passed."""
        return {each.method for each in self.seen}

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(30)
        self._upstream.close()

    def _handler(recorder) -> type[BaseHTTPRequestHandler]:  # noqa: N805
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True
            wbufsize = -1

            def __getattr__(self, name: str) -> Any:
                if name.startswith("do_"):  # whatever the method is called
                    return lambda: recorder._pass(self)
                raise AttributeError(name)

            def log_message(self, *args: Any) -> None:
                pass

        return Handler

    def _pass(self, handler: BaseHTTPRequestHandler) -> None:
        content = handler.rfile.read(int(handler.headers.get("content-length") or 0))
        headers = {name.lower(): value for name, value in handler.headers.items() if name.lower() not in _HOP}
        passing = Passing(handler.command, handler.path, headers)
        self.seen.append(passing)
        if status := self.instead(passing.method, passing.path):
            passing.status, passing.body = status, json.dumps({"message": "instead", "code": 0}).encode()
            passing.answer_headers = {"content-type": "application/json", "X-PluralKit-Version": "recorder"}
        else:
            self._forward(passing, content)
        self.after(passing)
        if passing.lost:
            handler.close_connection = True
        else:
            self._answer(handler, passing)

    def _forward(self, passing: Passing, content: bytes) -> None:
        answer = self._upstream.request(passing.method, passing.path, content=content, headers=passing.headers)
        passing.status, passing.body = answer.status_code, answer.content
        passing.answer_headers = {name: value for name, value in answer.headers.items() if name not in _HOP}

    def _answer(self, handler: BaseHTTPRequestHandler, passing: Passing) -> None:
        handler.send_response_only(passing.status)
        for name, value in passing.answer_headers.items():
            handler.send_header(name, value)
        if passing.status != 204:
            handler.send_header("content-length", str(len(passing.body)))
        handler.end_headers()
        if passing.method != "HEAD":
            handler.wfile.write(passing.body)
