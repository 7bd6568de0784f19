"""Many requests over one connection, sent ahead of their answers: for tests that ask tens of thousands of times."""

import json
import socket
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any
from urllib.parse import urlsplit

AHEAD = 40
"""Requests that are sent before the answer to the first of them is read."""
PATIENCE = 60.0


@dataclass(frozen=True)
class Request:
    """What to ask; a body is sent as JSON."""

    method: str
    path: str
    token: str | None = None
    body: bytes | None = None


@dataclass(frozen=True)
class Seen:
    """What came back: the status, the parsed body, and every byte of headers and body."""

    status: int
    body: Any
    raw: bytes


class Pipeline:
    """One connection to a base URL, for the time of a `with` block."""

    def __init__(self, base_url: str, user_agent: str) -> None:
        address = urlsplit(base_url)
        self._base = address.path
        self._socket = socket.create_connection((str(address.hostname), address.port or 80), timeout=PATIENCE)
        self._answers = self._socket.makefile("rb")
        self._always = f"Host: {address.netloc}\r\nUser-Agent: {user_agent}\r\n"

    def __enter__(self) -> "Pipeline":
        return self

    def __exit__(self, *_: object) -> None:
        self._answers.close()
        self._socket.close()

    def send_all(self, requests: Iterable[Request]) -> Iterator[Seen]:
        """The answers, in the order of the requests."""
        remaining = iter(requests)
        while batch := list(islice(remaining, AHEAD)):
            self._socket.sendall(b"".join(self._written(request) for request in batch))
            # All are read before any is judged: a test that fails must leave none behind for the next one.
            yield from [self._read() for _ in batch]

    def _written(self, request: Request) -> bytes:
        head = f"{request.method} {self._base}{request.path} HTTP/1.1\r\n{self._always}"
        if request.token is not None:
            head += f"Authorization: {request.token}\r\n"
        if request.body is not None:
            head += f"Content-Type: application/json\r\nContent-Length: {len(request.body)}\r\n"
        return head.encode() + b"\r\n" + (request.body or b"")

    def _read(self) -> Seen:
        lines = list(iter(self._line, b"\r\n"))
        headers = dict(line.lower().split(b":", 1) for line in lines[1:])
        body = self._answers.read(int(headers.get(b"content-length", b"0")))
        return Seen(int(lines[0].split()[1]), json.loads(body) if body else None, b"".join(lines) + body)

    def _line(self) -> bytes:
        if line := self._answers.readline():
            return line
        raise ConnectionError("the server hung up before it had answered")
