"""How long a connection may wait for its client, looked after once a second for all connections of a worker."""

import signal
from collections.abc import Iterable
from enum import Enum
from math import inf
from typing import Any, Protocol

CONNECTIONS = 1000
"""As many connections may be open in a worker; files permitting, of which there should be some more."""
OTHER_FILES = 100
DRAIN = signal.SIGUSR2
"""Ends a worker as SIGTERM does, but lets each connection send one more request: others take over meanwhile."""


class Stage(Enum):
    """What a connection waits for; the value says for how many seconds at most."""

    IDLE = "a request", 75.0
    LAST = "a last request, while the worker ends", 5.0
    HEAD = "the rest of a request's headers", 10.0
    BODY = "the rest of a request's body", 30.0
    WORK = "us", inf
    TAKING = "the client to take its answer", 60.0
    PARTING = "the client to hang up", 2.0

    @property
    def patience(self) -> float:
        """Seconds."""
        return self.value[1]


class Waiting(Protocol):
    """What is looked after."""

    transport: Any
    scope: Any
    seen: tuple[Stage, object] | None
    since: float

    def stage(self) -> Stage:
        """What it waits for."""

    def give_up(self, stage: Stage) -> None:
        """It has waited for too long."""


def look_after(connections: Iterable[Waiting], now: float) -> None:
    """Have those give up that have been waiting for one thing for too long."""
    for connection in list(connections):
        stage = connection.stage()
        if connection.seen is None or connection.seen[0] is not stage or connection.seen[1] is not connection.scope:
            connection.seen, connection.since = (stage, connection.scope), now
        elif now - connection.since > stage.patience:
            connection.give_up(stage)


def make_room(connections: Iterable[Waiting], most: int) -> None:
    """End those that have been waiting for their clients for longest, where there are more than `most`."""
    open_ = [each for each in connections if not each.transport.is_closing()]
    if len(open_) > most:
        waiting = [each for each in open_ if each.stage() is not Stage.WORK]
        # A good many at once, as looking for them takes time; those that nobody has looked at yet are new.
        for each in sorted(waiting, key=lambda each: each.since or inf)[: 1 + most // 20]:
            each.transport.abort()
