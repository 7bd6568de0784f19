"""One client's connection: uvicorn's on httptools, with bounds to what a client may cost before there is a request.

The bounds of time are looked after once a second for all connections (`patience`), so that they cost a request nothing.
"""

import asyncio
from typing import Any, ClassVar
from urllib.parse import unquote

import httptools
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from generated.errors import ApiError, BadRequest, HeadersTooLarge, RequestTimeout
from handlers.request import patience
from handlers.request.answers import JSON, body_of
from handlers.request.cycle import Cycle
from handlers.request.logs import identify
from handlers.request.metrics import Meter
from handlers.request.patience import Stage
from handlers.request.transport import COMMON

_PIECE = 4096
_LARGEST_HEAD = (64 << 10) - _PIECE
_MOST_HEADERS = 100
_MOST_PIPELINED = 100


class _NoRequest(Exception):
    """Raised within the parser, which makes an error of its own of it and goes no further."""


class _Trailers(list[Any]):
    """Takes headers that come behind a body, and keeps none of them."""

    seen = 0

    def append(self, header: Any) -> None:
        self.seen += 1
        if self.seen > _MOST_HEADERS:
            raise _NoRequest


class Connection(HttpToolsProtocol):
    """HTTP/1.1, with a JSON answer to what is no request."""

    meter: ClassVar[Meter | None] = None
    elsewhere: ClassVar[dict[int, Any]] = {}
    """What answers on other ports than the API's."""
    most: ClassVar[int] = patience.CONNECTIONS
    ending: ClassVar[bool] = False
    """The worker takes no more connections ..."""
    draining: ClassVar[bool] = False
    """... and others have taken over, so that nobody need be refused."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.seen: tuple[Stage, object] | None = None
        self.since = 0.0
        self._deaf = False
        self._last = self.ending
        self._head, self._head_of = 0, self.scope
        self._fault: ApiError | None = None
        self._trailers = _Trailers()

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin, if need be in the place of connections that have been waiting for their clients for longest."""
        super().connection_made(transport)
        self.app = self.elsewhere.get(self.server[1] or 0, self.app) if self.server else self.app
        if len(self.connections) > self.most:
            patience.make_room(self.connections, self.most)  # type: ignore[arg-type]

    def data_received(self, data: bytes) -> None:
        """Parse what has come; piece by piece, as the parser knows no bounds and they can only be kept in between."""
        if len(data) <= _PIECE:
            self._parse(data)
        else:
            for start in range(0, len(data), _PIECE):
                self._parse(data[start : start + _PIECE])

    def eof_received(self) -> bool:  # type: ignore[override]
        """A client that says no more still gets the answer to a whole request."""
        waits = self.cycle is not None and not self.cycle.response_complete and not self.cycle.more_body
        if waits:
            self.cycle.keep_alive = False
        return waits

    def _parse(self, data: bytes) -> None:
        if self._deaf or not data:
            return
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserError:
            self.refuse(self._fault or BadRequest())
        except httptools.HttpParserUpgrade as upgrade:
            # Nothing else is spoken here: the client sees that by the answer, and goes on as it began.
            self._parse(self._head_without_upgrade() + data[upgrade.args[0] :])
        else:
            if self.cycle is None or self.cycle.scope is not self.scope:
                self._bound_head(len(data))

    def _bound_head(self, received: int) -> None:
        """Keep headers that have not ended yet within bounds."""
        if self._head_of is not self.scope:
            self._head, self._head_of = 0, self.scope
        self._head += received
        if self._head > _LARGEST_HEAD or (self.headers and len(self.headers) > _MOST_HEADERS):
            self.refuse(HeadersTooLarge())

    def _wants_upgrade(self) -> bool:
        return self.parser.should_upgrade() and self.parser.get_method() != b"CONNECT"

    def _head_without_upgrade(self) -> bytes:
        """The head that has just come, for a parser that will not stop behind it: a body may follow."""
        if not self._wants_upgrade():
            return b""
        line = b"%b %b HTTP/%b" % (self.parser.get_method(), self.url, self.parser.get_http_version().encode())
        headers = [b"%b: %b" % header for header in self.headers if header[0] != b"upgrade"]
        self.parser = httptools.HttpRequestParser(self)
        self.parser.set_dangerous_leniencies(lenient_data_after_close=True)
        return b"\r\n".join([line, *headers, b"", b""])

    def on_message_complete(self) -> None:
        """A request that wants another protocol comes once more, without that wish."""
        if not self._wants_upgrade():
            super().on_message_complete()

    def on_headers_complete(self) -> None:
        """Start the request, with a cycle of ours; the base class also knows other protocols to change over to."""
        if self._wants_upgrade():
            return
        if len(self.headers) > _MOST_HEADERS:
            self._fault = HeadersTooLarge()
        if self._fault or len(self.pipeline) >= _MOST_PIPELINED:
            raise _NoRequest
        before, self.cycle = self.cycle, self._new_cycle()
        if before is None or before.response_complete:
            self._start_asgi_task(self.cycle, self.app)
        else:
            self.flow.pause_reading()
            self.pipeline.appendleft((self.cycle, self.app))
        self.headers, self._trailers.seen = self._trailers, 0

    def _new_cycle(self) -> Cycle:
        """For the request whose headers have come."""
        scope, version, url = self.scope, self.parser.get_http_version(), httptools.parse_url(self.url)
        path = url.path.decode("ascii")
        scope["method"], scope["http_version"] = self.parser.get_method().decode("ascii"), version
        scope["path"], scope["raw_path"] = unquote(path) if "%" in path else path, url.path
        scope["query_string"] = url.query or b""
        return Cycle(
            scope=scope,
            transport=self.transport,
            flow=self.flow,
            logger=self.logger,
            access_logger=self.access_logger,
            access_log=False,  # uvicorn's own would hold whatever a query holds
            default_headers=self.server_state.default_headers,
            message_event=asyncio.Event(),
            expect_100_continue=self.expect_100_continue,
            keep_alive=not self._last and version != "1.0" and self.parser.should_keep_alive(),
            on_response=self.on_response_complete,
        )

    def on_response_complete(self) -> None:
        """Start the next request, if it has come; the base class would also start a clock, which `patience` has."""
        self.server_state.total_requests += 1
        if not self.transport.is_closing():
            self.flow.resume_reading()
            if self.pipeline:
                self._start_asgi_task(*self.pipeline.pop())

    def refuse(self, error: ApiError) -> None:
        """Answer what is no request with an error, and listen no more; requests before it still get their answers."""
        self._deaf = True
        cycle = self.cycle
        if cycle is None or cycle.response_complete:
            self._hang_up(error)
        elif cycle.scope is not self.scope or not cycle.more_body:
            cycle.keep_alive = False
        elif self.pipeline or cycle.response_started:
            self.transport.abort()
        else:
            # Who waits for the rest of the body is told that there is none, and their answer goes nowhere.
            cycle.disconnected = True
            cycle.message_event.set()
            self._hang_up(error)

    def _hang_up(self, error: ApiError) -> None:
        """Send an error and close our side: to close both would take the answer from a client that is still sending."""
        body = body_of(error)
        headers = [*COMMON, identify({}), JSON, (b"content-length", b"%d" % len(body)), (b"connection", b"close")]
        lines = b"".join(b"%b: %b\r\n" % header for header in headers)
        self.transport.write(b"%b%b\r\n%b" % (STATUS_LINE[error.status], lines, body))
        self.transport.write_eof()
        if self.meter:
            self.meter.refused(error.status)

    def stage(self) -> Stage:
        """What the connection waits for."""
        cycle = self.cycle
        if self._deaf and (cycle is None or cycle.response_complete or cycle.disconnected):
            return Stage.PARTING
        if self.transport.get_write_buffer_size():
            return Stage.TAKING
        if cycle is not None and not cycle.response_complete:
            waits = cycle.more_body and cycle.scope is self.scope and not self.flow.read_paused
            return Stage.BODY if waits else Stage.WORK
        if self.scope is not None and (cycle is None or cycle.scope is not self.scope):
            return Stage.HEAD
        return Stage.LAST if self._last else Stage.IDLE

    def give_up(self, stage: Stage) -> None:
        """End the connection, as its client has kept us waiting for too long."""
        if stage in (Stage.HEAD, Stage.BODY):
            self.refuse(RequestTimeout())
        elif stage in (Stage.IDLE, Stage.LAST):
            self.transport.close()
        else:
            self.transport.abort()

    def shutdown(self) -> None:
        """The worker ends: this request is the last one, or that which has begun; or the next, if others take over."""
        if self.cycle is not None and not self.cycle.response_complete:
            self.cycle.keep_alive = False
        elif self.draining or self.stage() is Stage.HEAD:
            self._last = True
        else:
            self.transport.close()
