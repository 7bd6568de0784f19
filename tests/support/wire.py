"""Requests exactly as written: no header is added that the test did not ask for."""

import http.client
import json
import select
import socket
from collections.abc import Iterable
from dataclasses import dataclass
from email.message import Message
from typing import Any
from urllib.parse import urlsplit

from tests.support.problems import Problem

PATIENCE = 30.0
"""Seconds after which an answer that does not come is a failure."""


@dataclass(frozen=True)
class RawAnswer:
    """Status, headers and body as they were on the wire."""

    status: int
    headers: Message
    body: bytes

    def fails(self, problem: Problem) -> None:
        """Expect exactly this problem, as JSON."""
        assert self.headers["content-type"].split(";")[0] == "application/json", self
        found: Any = json.loads(self.body)
        assert (self.status, found) == (problem.status, {"message": problem.message, "code": problem.code}), self


def exchange(
    base_url: str,
    method: str,
    target: str,
    headers: Iterable[tuple[str, str]] = (),
    body: bytes | None = None,
    *,
    source: str = "",
) -> RawAnswer:
    """Send `method target` with `Host` and these headers only, from the address `source`, and read the answer."""
    address = urlsplit(base_url)
    host, port = str(address.hostname), address.port
    connection = http.client.HTTPConnection(host, port, PATIENCE, (source, 0) if source else None)
    try:
        connection.putrequest(method, target, skip_accept_encoding=True)
        for name, value in headers:
            connection.putheader(name, value)
        connection.endheaders(body)
        return _read(connection.getresponse())
    finally:
        connection.close()


def flood(
    base_url: str, method: str, target: str, headers: Iterable[tuple[str, str]], pieces: Iterable[bytes]
) -> RawAnswer:
    """Send headers, then `pieces` until the server answers or hangs up; returns its answer."""
    address = urlsplit(base_url)
    head = "".join(f"{name}: {value}\r\n" for name, value in [("Host", address.netloc), *headers])
    with socket.create_connection((str(address.hostname), address.port or 80), timeout=PATIENCE) as connection:
        connection.sendall(f"{method} {target} HTTP/1.1\r\n{head}\r\n".encode())
        try:
            for piece in pieces:
                if select.select([connection], [], [], 0)[0]:
                    break
                connection.sendall(piece)
        except OSError:
            pass  # it hung up; what it said before that is still to be read
        response = http.client.HTTPResponse(connection, method=method)
        response.begin()
        return _read(response)


def _read(response: http.client.HTTPResponse) -> RawAnswer:
    body = response.read()
    return RawAnswer(response.status, response.headers, body)
