"""gunicorn's worker: uvicorn on uvloop and httptools, speaking of malformed requests in this API's own words."""

from typing import Any, ClassVar

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn_worker import UvicornWorker

from generated.errors import BadRequest
from handlers.request.answers import JSON, body_of
from handlers.request.transport import COMMON


class Protocol(HttpToolsProtocol):
    """HTTP/1.1, with a JSON answer to what is no HTTP."""

    def send_400_response(self, msg: str) -> None:
        """Refuse what could not be parsed, and close."""
        error = body_of(BadRequest())
        headers = [*COMMON, JSON, (b"content-length", b"%d" % len(error)), (b"connection", b"close")]
        lines = [b"HTTP/1.1 400 Bad Request", *(name + b": " + value for name, value in headers), b"", error]
        self.transport.write(b"\r\n".join(lines))
        self.transport.close()


class Worker(UvicornWorker):
    """What `pluralspec serve` runs; for gunicorn's `--worker-class handlers.request.worker.Worker`."""

    CONFIG_KWARGS: ClassVar[dict[str, Any]] = {
        "loop": "uvloop",
        "http": Protocol,
        "ws": "none",
        # Compiles the operations before the first request; a failure stops the worker.
        "lifespan": "on",
        "server_header": False,
        # Whom to believe about a client's address is this server's own setting.
        "proxy_headers": False,
    }
