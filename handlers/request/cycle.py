"""One request and its answer: uvicorn's cycle, which writes an answer that comes in one piece in one piece.

uvicorn writes the head of an answer and then its body, and looks through each name and value by itself for characters
that must not be there: of a small answer's time, that is a tenth. Here the head waits for the body, both are written
together, and the head is looked through once. Whatever is more than a head and the whole body goes uvicorn's way.
"""

from typing import Any

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, RequestResponseCycle

_CLOSE = b"connection: close\r\n\r\n"
_HARMLESS = bytes({*range(32, 256), *b"\t"} - {127})
"""All that a header may consist of."""


class Cycle(RequestResponseCycle):
    """For any ASGI application."""

    _start: Any = None
    """The answer's head, which waits for its body."""

    async def send(self, message: Any) -> None:
        """Take a message of the answer; what is no whole answer is for uvicorn to write, or to refuse."""
        if message["type"] == "http.response.start" and not self.response_started:
            self._start = message
            return
        start, self._start = self._start, None
        if start is None:
            await self._drained()
            await super().send(message)
        elif not await self._written(start, message):
            await super().send(start)
            await super().send(message)

    async def _written(self, start: Any, end: Any) -> bool:
        """Write the answer, if these two messages are all of it."""
        body = end.get("body", b"")
        if end.get("more_body") or self.scope["method"] == "HEAD":
            return False
        lines = [*self.default_headers, *start["headers"]]
        head = b"%b%b\r\n" % (STATUS_LINE[start["status"]], b"\r\n".join(map(b": ".join, lines)))
        if head.translate(None, _HARMLESS) != b"\r\n" * (len(lines) + 1):
            return False
        if b"\r\ncontent-length: %d\r\n" % len(body) not in head or b"\r\nconnection: " in head:
            return False
        head += b"\r\n" if self.keep_alive else _CLOSE
        await self._drained()
        if not self.disconnected:
            self._write(head, body)
        return True

    async def _drained(self) -> None:
        """Wait until there is room for more, or nobody to write to."""
        if self.flow.write_paused and not self.disconnected:
            await self.flow.drain()
            # Where requests were sent ahead, uvicorn tells only the last of them that the connection has ended.
            self.disconnected |= self.transport.is_closing()

    def _write(self, head: bytes, body: bytes) -> None:
        self.transport.writelines((head, body))
        self.waiting_for_100_continue = False
        self.response_started = self.response_complete = True
        self.message_event.set()
        if not self.keep_alive:
            self.transport.close()
        self.on_response()
