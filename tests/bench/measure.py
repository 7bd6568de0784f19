"""The measurement: every server in turn, work by work, round by round."""

import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path

from tests.bench.check import check
from tests.bench.databases import Copies, copies
from tests.bench.load import Load, Sample
from tests.bench.servers import COMPARED, EMPTY, FASTAPI, OURS, STOCK, Peer, Server, pinned
from tests.bench.works import Clients, Work

EXTRAS = ("start", "steady", "growth")
"""What is measured beside the works: starts, the mix at four fifths of its maximum, memory over many requests."""
STEADY = 0.8
GROWTH_STEPS, GROWTH_STEP = 10, 20_000
_STARTED = (EMPTY, OURS, FASTAPI, STOCK)


@dataclass(frozen=True)
class Plan:
    """What to measure, and for how long."""

    rounds: int
    seconds: float
    only: frozenset[str]
    """Names of works, and of EXTRAS."""

    @property
    def warm_up(self) -> float:
        """Seconds at the beginning of each run that do not count."""
        return min(self.seconds / 4, 0.5)


@dataclass(frozen=True)
class Run:
    """One run of a work on a server: answers a second, their times in seconds, and who was computing for how long."""

    rate: float
    p50: float
    p99: float
    cpu: float
    """Seconds of processor time that the worker took for one request."""
    load_busy: float
    """The share of the time in which the load generator was computing."""


@dataclass
class Results:
    """What came out for one kind of database."""

    kind: str
    round_trip: float | None
    titles: dict[str, str]
    """Of the works, by name."""
    checked: int = 0
    """Requests that were answered alike by everybody."""
    runs: dict[str, dict[str, list[Run]]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(list)))
    """By work and server."""
    steady: dict[str, list[Run]] = field(default_factory=lambda: defaultdict(list))
    starts: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    resident: dict[str, int] = field(default_factory=dict)
    """Bytes that each worker holds in the end."""
    growth: list[int] = field(default_factory=list)
    """Bytes that our worker held before and after each step of many requests."""


def measure(kind: str, plan: Plan, say: Callable[[str], None]) -> Results:
    """Measure what `plan` wants on one kind of database; `say` is told what is going on."""
    with tempfile.TemporaryDirectory(prefix="pluralspec-bench-") as folder:
        say(f"{kind}: making the data")
        with copies(kind, [peer.name for peer in (*COMPARED, EMPTY)], Path(folder)) as made, pinned(-1):
            return _Measurement(kind, made, plan, say).run()


class _Measurement:
    def __init__(self, kind: str, made: Copies, plan: Plan, say: Callable[[str], None]) -> None:
        self._made, self._plan, self._say = made, plan, say
        works = Clients(made.systems[0], made.systems[1:]).works()
        self._works = [work for work in works if work.name in plan.only]
        self._mix = works[-1]
        # Where a list of requests was left, so that the next run goes on there.
        self._requests: dict[tuple[str, str], Iterator[bytes]] = {}
        self._results = Results(kind, made.round_trip, {work.name: work.title for work in self._works})

    def run(self) -> Results:
        if "start" in self._plan.only:
            self._start_all()
        with ExitStack() as stack:
            servers = [stack.enter_context(self._server(peer)) for peer in COMPARED]
            self._results.checked = check(self._works, servers)
            for number in range(self._plan.rounds):
                # Each begins a round once, so that none always follows the same other one.
                first = number % len(servers)
                self._round(number, servers[first:] + servers[:first])
            if "growth" in self._plan.only:
                self._grow(next(server for server in servers if server.peer is OURS))
            self._results.resident = {server.peer.name: server.resident() for server in servers}
        return self._results

    def _server(self, peer: Peer) -> Server:
        return Server(peer, self._made.urls[peer.name], self._mix.encoded()[0])

    def _start_all(self) -> None:
        for number in range(self._plan.rounds):
            for peer in _STARTED:
                self._say(f"{self._results.kind}: round {number + 1} of starts, {peer.title}")
                with self._server(peer) as server:
                    self._results.starts[peer.name].append(server.start_seconds)

    def _round(self, number: int, servers: list[Server]) -> None:
        for work in self._works:
            for server in servers:
                self._say(f"{self._results.kind}: round {number + 1}, {work.title}, {server.peer.title}")
                run = self._run(work, server, lambda load: load.flat_out(self._plan.seconds, self._plan.warm_up))
                self._results.runs[work.name][server.peer.name].append(run)
        if "steady" in self._plan.only:
            for server in servers:
                self._steady(server)

    def _steady(self, server: Server) -> None:
        seconds, warm_up = self._plan.seconds, self._plan.warm_up
        most = self._run(self._mix, server, lambda load: load.flat_out(seconds / 2, warm_up)).rate
        self._say(f"{self._results.kind}: {STEADY:.0%} of {most:.0f} a second, {server.peer.title}")
        run = self._run(self._mix, server, lambda load: load.at_rate(STEADY * most, seconds, warm_up))
        self._results.steady[server.peer.name].append(run)

    def _run(self, work: Work, server: Server, load_it: Callable[[Load], Sample]) -> Run:
        computed = server.computed()
        with closing(self._load(work, server)) as load:
            sample = load_it(load)
        cpu = (server.computed() - computed) / sample.sent
        return Run(sample.rate, sample.p50, sample.p99, cpu, sample.busy)

    def _load(self, work: Work, server: Server) -> Load:
        key = work.name, server.peer.name
        requests = self._requests.get(key) or self._requests.setdefault(key, cycle(work.encoded()))
        # Beside SQLite, which is within the server, the other processor has nothing else to do.
        return Load(server.address, requests, work.connections, sleeps=self._results.kind != "sqlite")

    def _grow(self, server: Server) -> None:
        """Send many requests of the mix, and see what they leave behind."""
        self._results.growth = [server.resident()]
        with closing(self._load(self._mix, server)) as load:
            for step in range(GROWTH_STEPS):
                self._say(f"{self._results.kind}: memory after {step * GROWTH_STEP} requests")
                load.count(GROWTH_STEP)
                self._results.growth.append(server.resident())
