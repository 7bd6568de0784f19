"""Clients that write almost as fast as they are answered, each to their own system, and know what must be there."""

import threading
import traceback
from collections.abc import Callable, Sequence
from contextlib import closing
from random import Random
from typing import Any

from tests.faults import picture, writes
from tests.faults.caller import Caller, Reply
from tests.faults.journal import PATIENCE, Journal
from tests.faults.owners import Owner
from tests.faults.picture import Picture
from tests.faults.writes import Write

_PAUSE = 0.05
"""Seconds before a client that was not served tries again."""
_THOUGHT = 0.01
"""Seconds between two writes of a client: without them the load would keep a server from starting."""
_READER = "reader"


class Unserved(Exception):
    """The client got what it may never get, or the load ended while it waited to be served."""


class Client(threading.Thread):
    """One that sends a request after the other and takes down what becomes of each."""

    def __init__(self, name: str, port: int, token: str | None, journal: Journal) -> None:
        super().__init__(name=name, daemon=True)
        self._call, self._journal = Caller(port, token), journal
        self._stop_wanted, self._given_up = threading.Event(), threading.Event()

    def run(self) -> None:
        try:
            while not self._stop_wanted.is_set():
                self.step()
        except Unserved as error:
            self._journal.note_wrong(str(error))
        except Exception:  # noqa: BLE001 - whatever it is, the test must hear of it
            self._journal.note_wrong(traceback.format_exc())
        finally:
            self._call.close()

    def step(self) -> None:
        """Do one thing."""
        raise NotImplementedError

    def stop(self) -> None:
        """Let it end what it does."""
        self._stop_wanted.set()

    def give_up(self) -> None:
        """Let it no longer wait to be served."""
        self._given_up.set()

    def ask(self, method: str, path: str, body: Any = None) -> Reply:
        """Send one request, whatever becomes of it."""
        reply = self._call(method, path, body)
        self._journal.note(self.name, reply, f"{self.name}: {method} {path}", write=method != "GET")
        return reply

    def insist(self, method: str, path: str, body: Any = None) -> Any:
        """Send a request until it is done; the answer's body."""
        while not (reply := self.ask(method, path, body)).good:
            if reply.fault or self._given_up.wait(_PAUSE):
                raise Unserved(f"{self.name} gives up {method} {path}: {reply}")
        return reply.body

    def look(self) -> Picture:
        """What the API says that there is."""
        return picture.read(lambda path: self.insist("GET", path))


class Writer(Client):
    """The only client that writes to its system, so it knows what must be there."""

    def __init__(self, owner: Owner, port: int, random: Random, journal: Journal, *, final: bool) -> None:
        """`final` says that a refusal is final: nothing was changed, and reading shows it at once."""
        super().__init__(owner.id, port, owner.token, journal)
        self._random, self._final, self._marks = random, final, 0
        self.picture = self.look()

    def step(self) -> None:
        write = writes.draw(self._random, self.picture)
        reply = self.ask(write.method, write.path, write.body)
        if reply.good:
            write.effect(self.picture, reply.body)
            self._stop_wanted.wait(_THOUGHT)
        elif reply.status and self._final:
            self._expect(self.look(), self.picture)
        else:
            self._settle(write)

    def check(self) -> None:
        """Compare what there is with what must be there, when the load has ended."""
        with closing(self._call):
            self._expect(self.look(), self.picture)

    def _settle(self, write: Write) -> None:
        """Find out what became of a write that was not acknowledged: all of it was done, or nothing."""
        before = self.picture
        before.system["tag"] = self._mark()
        found = self.look()
        self._expect(found, before, write.after(before, found))

    def _mark(self) -> str:
        """A write of no importance: once it is acknowledged, what was under way before has ended."""
        self._marks += 1
        mark = writes.mark(f"mark {self._marks}")
        self.insist(mark.method, mark.path, mark.body)
        return str(mark.body["tag"])

    def _expect(self, found: Picture, *possible: Picture) -> None:
        if found not in possible:
            nearest: list[str] = min((picture.differences(each, found) for each in possible), key=len)
            self._journal.note_lost(nearest)
        self.picture = found


class Reader(Client):
    """Reads what the writers change."""

    def __init__(self, owners: Sequence[Owner], port: int, journal: Journal) -> None:
        super().__init__(_READER, port, None, journal)
        self._owners, self._turn = owners, 0

    def step(self) -> None:
        self._turn = (self._turn + 1) % len(self._owners)
        self.ask("GET", f"/systems/{self._owners[self._turn].id}/members")
        self._stop_wanted.wait(_PAUSE)


class Load:
    """Writers and a reader, for the time of a `with` block; `journal` says how they fare."""

    def __init__(self, owners: Sequence[Owner], port: int, random: Random, *, final: bool = False) -> None:
        self.journal = Journal([owner.id for owner in owners], _READER)
        self._writers = [Writer(owner, port, Random(random.random()), self.journal, final=final) for owner in owners]
        self._clients: list[Client] = [*self._writers, Reader(owners, port, self.journal)]

    def __enter__(self) -> Journal:
        for client in self._clients:
            client.start()
        return self.journal

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        self._each(Client.stop)
        if kind is not None:
            self._each(Client.give_up)
        self._join()
        self._each(Client.give_up)
        self._join()

    def check(self) -> None:
        """Compare what the API says with what must be there, when the load has ended."""
        for writer in self._writers:
            writer.check()

    @property
    def pictures(self) -> list[Picture]:
        """What must be there."""
        return [writer.picture for writer in self._writers]

    def _each(self, tell: Callable[[Client], None]) -> None:
        for client in self._clients:
            tell(client)

    def _join(self) -> None:
        for client in self._clients:
            client.join(PATIENCE)
