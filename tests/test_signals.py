"""What becomes of clients in the middle of something when the server is told to end, or to replace its workers."""

import os
import re
import signal
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.support.server import PATIENCE, Server
from tests.support.workers import workers

CONNECTIONS = 8
"""Enough for each of two workers to have some."""
BODY = b'{"name": "Robin"}'
IDLE = b"GET /v2/systems/wazvno HTTP/1.1\r\nHost: x\r\nUser-Agent: signal-tests\r\n\r\n"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    environment = {"PLURALSPEC_DATA": str(tmp_path), "RATE_LIMITS": "off"}
    with Server("--demo", "--workers", "2", environment=environment) as running:
        yield running
    assert "Traceback" not in "".join(running.log), "".join(running.log)


class Client:
    """One connection."""

    def __init__(self, server: Server) -> None:
        address = urlsplit(server.base_url)
        self._socket = socket.create_connection((str(address.hostname), address.port or 80), PATIENCE)

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def send(self, data: bytes) -> None:
        self._socket.sendall(data)

    def hear(self, end: bytes) -> bytes:
        """What comes until these are its last bytes, or until the server hangs up."""
        heard = b""
        while not (end and heard.endswith(end)) and (more := self._socket.recv(1 << 16)):
            heard += more
        return heard

    def begin(self, token: str) -> None:
        """Begin a request, as far as that its handler waits for the body."""
        self.send(
            b"POST /v2/members HTTP/1.1\r\nHost: x\r\nUser-Agent: signal-tests\r\nContent-Type: application/json\r\n"
            b"Authorization: %b\r\nExpect: 100-continue\r\nContent-Length: %d\r\n\r\n" % (token.encode(), len(BODY))
        )
        assert self.hear(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"


def token_of(server: Server) -> str:
    """The token of a demo system, which the server prints."""
    until(lambda: re.search(r"token  \S+", "".join(server.log)) is not None)
    found = re.search(r"token  (\S+)", "".join(server.log))
    assert found
    return found[1]


def until(true: Callable[[], bool]) -> None:
    """Wait for it."""
    deadline = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def is_refused(server: Server) -> bool:
    """Whether nobody listens any more."""
    try:
        with Client(server):
            return False
    except ConnectionRefusedError:
        return True


def test_requests_in_flight_are_answered_and_new_ones_refused_when_it_is_told_to_end(server: Server) -> None:
    token = token_of(server)
    with ExitStack() as stack:
        clients = [stack.enter_context(Client(server)) for _ in range(CONNECTIONS)]
        for client in clients:
            client.begin(token)
        idle = stack.enter_context(Client(server))
        idle.send(IDLE)
        assert idle.hear(b"}").startswith(b"HTTP/1.1 200 ")
        server.process.terminate()
        assert idle.hear(b"") == b""
        until(lambda: is_refused(server))
        for client in clients:
            client.send(BODY)
            answer = client.hear(b"")
            assert answer.startswith(b"HTTP/1.1 200 ")
            assert b'"name":"Robin"' in answer
    assert server.process.wait(PATIENCE) == 0


def test_no_socket_is_closed_twice(tmp_path: Path) -> None:
    """The second time it is another's: of a thread that is opening a connection to Postgres, say."""
    with Server("--log-level", "info", environment={"PLURALSPEC_DATA": str(tmp_path)}) as server:
        with Client(server) as client:
            client.send(IDLE)
            assert client.hear(b"}").startswith(b"HTTP/1.1 404 ")
        server.process.terminate()
        assert server.process.wait(PATIENCE) == 0
    log = "".join(server.log)
    assert "Shutting down" in log
    assert "closing socket" not in log


def test_clients_of_workers_that_are_replaced_go_on(server: Server) -> None:
    token, before = token_of(server), set(workers(server))
    with ExitStack() as stack:
        clients = [stack.enter_context(Client(server)) for _ in range(CONNECTIONS)]
        for client in clients:
            client.begin(token)
        os.kill(server.process.pid, signal.SIGHUP)
        # The old ones wait for these clients, and the new ones take others.
        until(lambda: len(set(workers(server)) - before) == 2)
        with Client(server) as other:
            other.send(IDLE)
            assert other.hear(b"}").startswith(b"HTTP/1.1 200 ")
        for client in clients:
            client.send(BODY)
            assert client.hear(b"}").startswith(b"HTTP/1.1 200 ")
    until(lambda: not before & set(workers(server)))
    assert server.process.poll() is None
