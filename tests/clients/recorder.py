"""A relay between a client and the server that keeps what passed through it."""

import http.client
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

OWN_TO_A_CONNECTION = {"connection", "host", "keep-alive", "transfer-encoding"}


@dataclass(frozen=True)
class Exchange:
    """A request as it came, and what it was answered; times are of a clock that never goes back."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes
    status: int
    answer: dict[str, str]
    came: float
    answered: float


@dataclass
class Recorder:
    """Listens on a free port, for the time of a `with` block."""

    upstream: str
    exchanges: list[Exchange] = field(default_factory=list)

    def __enter__(self) -> Self:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def base_url(self) -> str:
        """Where clients find it."""
        return f"http://127.0.0.1:{self._server.server_address[1]}/v2"

    def relay(self, method: str, target: str, headers: dict[str, str], body: bytes) -> tuple[Exchange, bytes]:
        """Ask the server the same."""
        came = time.monotonic()
        connection = http.client.HTTPConnection(urlsplit(self.upstream).netloc, timeout=30)
        sent = {name: value for name, value in headers.items() if name not in OWN_TO_A_CONNECTION}
        connection.request(method, target, body, sent)
        response = connection.getresponse()
        content = response.read()
        connection.close()
        answer = {name.lower(): value for name, value in response.getheaders()}
        exchange = Exchange(method, target, headers, body, response.status, answer, came, time.monotonic())
        self.exchanges.append(exchange)
        return exchange, content

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        recorder = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def _relay(self) -> None:
                headers = {name.lower(): value for name, value in self.headers.items()}
                body = self.rfile.read(int(headers.get("content-length", 0)))
                exchange, content = recorder.relay(self.command, self.path, headers, body)
                self.send_response(exchange.status)
                for name, value in exchange.answer.items():
                    if name not in OWN_TO_A_CONNECTION | {"content-length", "date", "server"}:
                        self.send_header(name, value)
                if exchange.status != 204:
                    self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_POST = do_PATCH = do_DELETE = _relay  # noqa: N815

            def log_message(self, format: str, *arguments: Any) -> None:  # noqa: A002
                """Be silent."""

        return Handler
