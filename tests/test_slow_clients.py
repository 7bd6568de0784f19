"""Clients that keep the server waiting or send it too much: each costs little, and the others are still served."""

import json
import select
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from tests.support.server import Server
from tests.support.workers import workers

START = b"GET /v2/systems/wazvno HTTP/1.1\r\nHost: x\r\nUser-Agent: slow-tests\r\n"
REQUEST = START + b"\r\n"
POST = (
    b"POST /v2/members HTTP/1.1\r\nHost: x\r\nUser-Agent: slow-tests\r\nContent-Type: application/json\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n"
)
TOKEN = b"oTB9EZBinMtEK813OxDlPxujEKH6OaFz7hg45kuZc3W8LhTTNDeQXoqokc16gK3C"
"""Of the first demo system, as the README has it."""
PATIENCE = 30.0
MEBIBYTE = 1 << 20


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    environment = {"PLURALSPEC_DATA": str(tmp_path_factory.mktemp("data")), "RATE_LIMITS": "off"}
    with Server("--demo", "--workers", "1", environment=environment) as running:
        yield running
    assert "Traceback" not in "".join(running.log), "".join(running.log)


def _connect(server: Server) -> socket.socket:
    address = urlsplit(server.base_url)
    return socket.create_connection((str(address.hostname), address.port or 80), timeout=PATIENCE)


def _rest(connection: socket.socket) -> bytes:
    """All that comes until the server hangs up."""
    received = bytearray()
    try:
        while piece := connection.recv(1 << 16):
            received += piece
    except ConnectionResetError:
        pass
    return bytes(received)


def _answers(received: bytes) -> list[int]:
    """The statuses of answers that came one behind the other."""
    return [int(part[:3]) for part in received.split(b"HTTP/1.1 ")[1:]]


def _is_refusal(received: bytes, status: int, words: str) -> None:
    head, _, body = received.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 %d " % status), received
    headers = {line.partition(b":")[0].lower() for line in head.split(b"\r\n")[1:]}
    assert headers >= {b"content-type", b"content-length", b"x-request-id", b"x-pluralkit-version", b"connection"}
    assert json.loads(body) == {"message": f"{status}: {words}", "code": 0}


def _exchange(server: Server, sent: bytes) -> bytes:
    with _connect(server) as connection:
        connection.sendall(sent)
        return _rest(connection)


def _flood(server: Server, pieces: Iterator[bytes]) -> bytes:
    """Send until the server answers or hangs up."""
    with _connect(server) as connection:
        try:
            for piece in pieces:
                if select.select([connection], [], [], 0)[0]:
                    break
                connection.sendall(piece)
        except OSError:
            pass
        return _rest(connection)


def _is_served(server: Server) -> None:
    """Expect that somebody else gets an answer, and soon."""
    began = time.monotonic()
    assert httpx.get(f"{server.base_url}/v2/systems/wazvno").status_code == 200
    assert time.monotonic() - began < 5


@contextmanager
def _costs_at_most(server: Server, growth: int) -> Iterator[None]:
    """Expect that the memory of the server's worker does not grow by more bytes than these."""
    if sys.platform != "linux":
        yield
        return
    (worker,) = workers(server)
    before = _memory(worker)
    yield
    assert _memory(worker) - before < growth


def _memory(process: int) -> int:
    return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * 4096


@pytest.mark.parametrize(
    "headers",
    [b"X-Filler: " + b"a" * 70_000, b"\r\n".join(b"X-Filler-%d: %s" % (n, b"b" * 900) for n in range(80))],
    ids=["one", "several"],
)
def test_headers_of_more_than_64_kib_are_431(server: Server, headers: bytes) -> None:
    _is_refusal(_exchange(server, START + headers + b"\r\n\r\n"), 431, "Request Header Fields Too Large")


def test_headers_that_do_not_end_are_431(server: Server) -> None:
    with _costs_at_most(server, 8 * MEBIBYTE):
        received = _flood(
            server, (START if first else b"X-Filler: " + b"a" * 1000 for first in [True] + [False] * 10**5)
        )
    _is_refusal(received, 431, "Request Header Fields Too Large")


def test_more_than_a_hundred_headers_are_431(server: Server) -> None:
    many = b"".join(b"X-%d: y\r\n" % number for number in range(101))
    _is_refusal(_exchange(server, START + many + b"\r\n"), 431, "Request Header Fields Too Large")


def test_an_address_that_does_not_end_is_431(server: Server) -> None:
    received = _flood(server, (b"GET /v2/" if first else b"a" * 1000 for first in [True] + [False] * 10**5))
    _is_refusal(received, 431, "Request Header Fields Too Large")


def test_headers_of_56_kib_are_taken_whole_or_in_pieces(server: Server) -> None:
    request = START + b"Connection: close\r\nX-Filler: " + b"a" * (56 << 10) + b"\r\n\r\n"
    assert _answers(_exchange(server, request)) == [200]
    with _connect(server) as connection:
        for start in range(0, len(request), 777):
            connection.sendall(request[start : start + 777])
        assert _answers(_rest(connection)) == [200]


@pytest.mark.parametrize(
    "garbage", [b"\x16\x03\x01\x02\x00\x01\x00", b"HELO there\r\n\r\n", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"]
)
def test_garbage_is_400(server: Server, garbage: bytes) -> None:
    _is_refusal(_exchange(server, garbage), 400, "Bad Request")


def test_garbage_behind_requests_ends_the_connection_after_their_answers(server: Server) -> None:
    received = _exchange(server, REQUEST * 3 + b"\x00garbage\r\n\r\n" * 100)
    assert _answers(received) in ([200] * 3, [200] * 3 + [400])


def test_a_chunk_that_is_none_is_400_at_once(server: Server) -> None:
    _is_refusal(_exchange(server, POST + b'5\r\n{"nam\r\nno number\r\n'), 400, "Bad Request")


def test_requests_sent_far_ahead_are_answered_or_not_but_cost_little(server: Server) -> None:
    with _costs_at_most(server, 32 * MEBIBYTE):
        received = _flood(server, iter([REQUEST * 5000]))
        answers = _answers(received)
        assert set(answers) <= {200, 400}
    assert len(answers) < 5001
    _is_served(server)


def test_requests_sent_a_little_ahead_are_all_answered(server: Server) -> None:
    last = REQUEST.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
    assert _answers(_exchange(server, REQUEST * 50 + last)) == [200] * 51


def test_headers_behind_a_body_are_not_kept(server: Server) -> None:
    def pieces() -> Iterator[bytes]:
        yield POST + b"2\r\n{}\r\n0\r\n"
        for _ in range(32):
            yield b"X-Trailer: y\r\n" * 80_000

    with _costs_at_most(server, 16 * MEBIBYTE):
        _is_refusal(_flood(server, pieces()), 400, "Bad Request")
    _is_served(server)


def test_who_does_not_take_answers_costs_little(server: Server) -> None:
    with _costs_at_most(server, 32 * MEBIBYTE), _connect(server) as connection:
        connection.setblocking(False)
        refused = 0
        # Answers are many times as long as requests: soon the server can send no more, and must not take more either.
        while refused < 200:
            try:
                connection.send(REQUEST * 20)
            except BlockingIOError:
                refused += 1
                select.select([], [connection], [], 0.01)
            except OSError:
                break
        _is_served(server)


def test_an_upgrade_is_ignored_and_the_connection_goes_on(server: Server) -> None:
    upgrade = START + b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n\r\n"
    last = REQUEST.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
    assert _answers(_exchange(server, upgrade + last)) == [200, 200]


def test_the_body_of_a_request_that_wants_an_upgrade_is_read(server: Server) -> None:
    # What Java's own client says with its first request.
    body = b'{"name": "\\u0000"}'
    head = START.replace(b"GET /v2/systems/wazvno", b"PATCH /v2/systems/@me") + b"Content-Type: application/json\r\n"
    upgrade = b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n"
    sized = head + b"Authorization: %b\r\n" % TOKEN + upgrade + b"Content-Length: %d\r\n\r\n" % len(body) + body
    chunked = head + upgrade + b"Transfer-Encoding: chunked\r\n\r\n%x\r\n%b\r\n0\r\n\r\n" % (len(body), body)
    last = REQUEST.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
    received = _exchange(server, sized + chunked + sized + last)
    assert _answers(received) == [400, 401, 400, 200]
    assert received.count(b"Field name is invalid.") == 2
    with _connect(server) as connection:
        connection.sendall(sized[: -len(body)])
        connection.sendall(body + last)
        assert _answers(_rest(connection)) == [400, 200]


def test_who_has_said_all_still_gets_an_answer(server: Server) -> None:
    with _connect(server) as connection:
        connection.sendall(REQUEST)
        connection.shutdown(socket.SHUT_WR)
        assert _answers(_rest(connection)) == [200]


def _trickle(server: Server, begin: bytes, byte: bytes, seconds: float) -> bytes:
    """Send a byte every now and then, while others are served, until the server has had enough."""
    with _connect(server) as connection:
        connection.sendall(begin)
        deadline = time.monotonic() + seconds
        while not select.select([connection], [], [], 0.5)[0]:
            assert time.monotonic() < deadline, "the server is still waiting"
            connection.sendall(byte)
            _is_served(server)
        return _rest(connection)


def test_headers_a_byte_at_a_time_are_408(server: Server) -> None:
    _is_refusal(_trickle(server, START[:-2] + b"\r\nX-Slow: ", b"a", 13), 408, "Request Timeout")


@pytest.mark.long
def test_a_body_a_byte_at_a_time_is_408(server: Server) -> None:
    _is_refusal(_trickle(server, POST + b"fff\r\n", b" ", 35), 408, "Request Timeout")


@pytest.mark.long
def test_who_says_no_more_or_takes_no_answer_is_sent_away(server: Server) -> None:
    unfinished = START + b"Content-Length: 9\r\n\r\n1"
    with ExitStack() as held:
        silent = [(held.enter_context(_connect(server)), sent) for sent in (b"", b"\r\n", REQUEST, unfinished)]
        for connection, sent in silent:
            connection.settimeout(90)
            connection.sendall(sent)
        deaf = held.enter_context(_connect(server))
        deaf.sendall(b"GET /docs/swagger-ui-bundle.js HTTP/1.1\r\nHost: x\r\n\r\n" * 20)
        assert [_answers(_rest(connection)) for connection, _ in silent] == [[], [], [200], [200]]
        deaf.settimeout(5)
        _rest(deaf)  # it ends, which it would not if the server still kept it


def test_new_clients_are_served_where_others_hold_all_connections(tmp_path: Path) -> None:
    environment = {"PLURALSPEC_DATA": str(tmp_path), "RATE_LIMITS": "off"}
    server = Server("--demo", environment=environment)
    server.command = ["sh", "-c", 'ulimit -n 150; exec "$@"', "sh", *server.command]
    with server, ExitStack() as held:
        connections = [held.enter_context(_connect(server)) for _ in range(400)]
        for connection in connections[::2]:
            with suppress(OSError):  # it may have had to make room already
                connection.sendall(START)
        _is_served(server)
        ended = [each for each in connections if select.select([each], [], [], 0)[0]]
        assert 300 < len(ended) < 400
    assert "Traceback" not in "".join(server.log), "".join(server.log)
