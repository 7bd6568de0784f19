"""What the clients of one load have seen, and waiting for them to see something."""

import threading
import time
from collections.abc import Callable, Iterable, Sequence

from tests.faults.caller import Reply

PATIENCE = 90.0
"""Seconds that what is waited for may take."""


class Journal:
    """Written by all clients of a load; `refused` are answers with 503, `unanswered` are connections that ended."""

    def __init__(self, writers: Sequence[str], reader: str) -> None:
        self.acknowledged = self.refused = self.unanswered = self.refused_reads = 0
        self.slowest_refusal = self.outage = 0.0
        """Seconds: until a 503, and between two acknowledged writes of one client or two answers to the reader."""
        self.wrong: list[str] = []
        """What may never happen."""
        self.lost: list[str] = []
        """Where the data was not what was acknowledged."""
        self._news = threading.Condition()
        self._reader = reader
        self._good_at = dict.fromkeys([*writers, reader], time.monotonic())
        self._refused_at = dict.fromkeys(self._good_at, 0.0)

    def note(self, client: str, reply: Reply, request: str, *, write: bool) -> None:
        """Take down what became of a request."""
        with self._news:
            if reply.fault:
                self.wrong.append(f"{request} after {reply.seconds:.2f} s: {reply.status} {reply.fault}")
            if reply.good:
                self._note_good(client, write=write)
            elif reply.status:
                self.refused += 1
                self.refused_reads += not write
                self.slowest_refusal = max(self.slowest_refusal, reply.seconds)
                self._refused_at[client] = time.monotonic()
            else:
                self.unanswered += 1
            self._news.notify_all()

    def _note_good(self, client: str, *, write: bool) -> None:
        self.acknowledged += write
        # That a writer can read does not mean that it is served.
        if write or client == self._reader:
            now = time.monotonic()
            self.outage = max(self.outage, now - self._good_at[client])
            self._good_at[client] = now

    def note_wrong(self, line: str) -> None:
        """Take down what may never happen."""
        with self._news:
            self.wrong.append(line)
            self._news.notify_all()

    def note_lost(self, lines: Iterable[str]) -> None:
        """Take down where the data is not what was acknowledged."""
        with self._news:
            self.lost.extend(lines)
            self._news.notify_all()

    def await_writes(self, number: int) -> None:
        """Wait until so many more writes are acknowledged."""
        target = self.acknowledged + number
        self._await(lambda: self.acknowledged >= target, f"{number} more writes to be acknowledged")

    def await_service(self) -> None:
        """Wait until every client has got a good answer to a request that ended from now on."""
        now = time.monotonic()
        self._await(lambda: min(self._good_at.values()) > now, "every client to be served")

    def await_refusals(self, clients: int = 1) -> None:
        """Wait until so many of the clients are refused."""
        now = time.monotonic()
        self._await(
            lambda: sum(moment > now for moment in self._refused_at.values()) >= clients, f"{clients} refused clients"
        )

    def _await(self, condition: Callable[[], bool], what: str) -> None:
        with self._news:
            happened = self._news.wait_for(lambda: self.wrong or condition(), PATIENCE)
            assert not self.wrong, self.wrong
            assert happened, f"waited {PATIENCE} s in vain for {what}"
