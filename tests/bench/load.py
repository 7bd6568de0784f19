"""The load: connections that each have one request under way, or a fixed rate, whatever the answers do.

Requests are bytes that were made before, and of an answer only the status and the length are read: so a request costs
some ten microseconds here, and every run says how busy this process was.

Where nothing else needs the processor it looks for answers without a pause. Whoever sleeps must be woken, and the
kernel does that in the time of the server that answers: some twenty microseconds between processors of a virtual
machine, which only those servers pay that are slow enough to let the load fall asleep.
"""

import selectors
import socket
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

Address = tuple[str, int]

_PATIENCE = 60.0
_SCRATCH = bytearray(1 << 18)
_SPIN = 0.0015
"""Seconds before a request is due in which the selector, which waits whole milliseconds, is too coarse."""
_ENOUGH = 3
"""Answers for each connection without which a run goes on."""


class LoadError(Exception):
    """An answer that no measured request should get."""


@dataclass(frozen=True)
class Sample:
    """One run. `sent` counts all its requests; the rest is about those that came after the warm-up."""

    sent: int
    rate: float
    p50: float
    p99: float
    busy: float
    """The share of the time in which this process had something to do."""


class _Answer(NamedTuple):
    at: float
    took: float


class _Connection:
    """One client, with at most one request under way."""

    def __init__(self, address: Address) -> None:
        self.socket = socket.create_connection(address, timeout=_PATIENCE)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.due = 0.0
        self._request = b""
        self._missing = 0

    def send(self, request: bytes, due: float) -> None:
        self._request, self.due = request, due
        self.socket.sendall(request)

    def receive(self) -> bool:
        """Read what has come; whether that was the rest of the answer."""
        if self._missing:
            self._missing -= self.socket.recv_into(_SCRATCH, min(self._missing, len(_SCRATCH)))
        else:
            self._missing = self._begin(self.socket.recv(1 << 16))
        return not self._missing

    def _begin(self, start: bytes) -> int:
        """How many bytes are missing of the answer that begins with `start`, where all its headers are."""
        end = start.find(b"\r\n\r\n") + 4
        field = start.find(b"content-length: ", 0, end) + 16
        if start[9:10] != b"2" or end < 4 or (field < 16 and start[9:12] != b"204"):
            raise LoadError(f"{self._request.decode()!r} was answered {start[:500].decode()!r}")
        length = int(start[field : start.find(b"\r", field)]) if field >= 16 else 0
        return end + length - len(start)


class Load:
    """Sends `requests`, which have no end, to the server at `address`."""

    def __init__(self, address: Address, requests: Iterator[bytes], connections: int, *, sleeps: bool) -> None:
        """`sleeps` leaves the processor to others while there is nothing to do."""
        self._requests, self._sleeps = requests, sleeps
        self._idle = 0.0
        self._selector = selectors.DefaultSelector()
        self._all = [_Connection(address) for _ in range(connections)]
        # First in, first out: none is idle for so long that the server would close it.
        self._free = deque(self._all)
        for connection in self._all:
            self._selector.register(connection.socket, selectors.EVENT_READ, connection)

    def close(self) -> None:
        """End all connections."""
        self._selector.close()
        for connection in self._all:
            connection.socket.close()

    def flat_out(self, seconds: float, warm_up: float) -> Sample:
        """As many requests as get answered: for so long, and until there are enough answers to tell."""
        self._idle = 0.0
        start = begun = now = time.perf_counter()
        counted = start + warm_up
        took: list[float] = []
        while self._free:
            self._send(now)
        sent = len(self._all)
        while now < counted + seconds or len(took) < _ENOUGH * len(self._all):
            for now, latency in self._answers(_PATIENCE):
                self._send(now)
                sent += 1
                if now < counted:
                    begun = now
                else:
                    took.append(latency)
        busy = 1 - self._idle / (now - start)
        self._drain()
        return _sample(took, len(took) / (now - begun), sent, busy)

    def at_rate(self, rate: float, seconds: float, warm_up: float) -> Sample:
        """`rate` requests a second, evenly; an answer's time runs from when its request was due, sent or not."""
        self._idle = 0.0
        start = now = time.perf_counter()
        answers: list[_Answer] = []
        sent = 0
        while sent < (warm_up + seconds) * rate:
            due = start + sent / rate
            if due <= now and self._free:
                self._send(due)
                sent += 1
            else:
                answers += self._answers(max(due - now - _SPIN, 0.0) if self._free else _PATIENCE)
            now = time.perf_counter()
        busy = 1 - self._idle / (now - start)
        answers += self._drain()
        return _sample([took for at, took in answers if at - took >= start + warm_up], rate, sent, busy)

    def count(self, requests: int) -> None:
        """So many requests, as fast as they get answered."""
        for _ in range(requests):
            while not self._free:
                list(self._answers(_PATIENCE))
            self._send(time.perf_counter())
        self._drain()

    def _send(self, due: float) -> None:
        self._free.popleft().send(next(self._requests), due)

    def _answers(self, wait: float) -> Iterator[_Answer]:
        """The answers that have come, waiting so long for the first."""
        events = self._events(wait)
        if not events and wait == _PATIENCE:
            raise LoadError(f"no answer in {_PATIENCE:g} seconds")
        for key, _ in events:
            connection: _Connection = key.data
            if connection.receive():
                self._free.append(connection)
                now = time.perf_counter()
                yield _Answer(now, now - connection.due)

    def _events(self, wait: float) -> list[tuple[selectors.SelectorKey, int]]:
        """What the selector finds within so long."""
        begun = now = time.perf_counter()
        while not (found := self._selector.select(wait if self._sleeps else 0)):
            now = time.perf_counter()
            if now >= begun + wait:
                break
        self._idle += (time.perf_counter() if self._sleeps else now) - begun
        return found

    def _drain(self) -> list[_Answer]:
        """Wait for what is still under way: the server must have nothing left to do when another is measured."""
        answers: list[_Answer] = []
        while len(self._free) < len(self._all):
            answers += self._answers(_PATIENCE)
        return answers


def _sample(took: list[float], rate: float, sent: int, busy: float) -> Sample:
    took.sort()
    return Sample(sent, rate, took[len(took) // 2], took[len(took) * 99 // 100], busy)
