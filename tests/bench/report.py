"""The results, as tables for people and as JSON for machines."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

import orjson

from scripts.terminal import table
from tests.bench.databases import KINDS
from tests.bench.machine import in_a_line
from tests.bench.measure import GROWTH_STEP, GROWTH_STEPS, STEADY, Results, Run
from tests.bench.servers import COMPARED, EMPTY, FASTAPI, LIMIT, OURS, STOCK, UNLIMITED, Peer

Value = Callable[[Sequence[Run]], str]


@dataclass(frozen=True)
class Table:
    """Headings and rows, and a line that says what they are."""

    title: str
    headings: Sequence[str]
    rows: Sequence[Sequence[str]]

    def text(self) -> str:
        """For a terminal."""
        return f"{self.title}\n\n{table(self.headings, self.rows)}"

    def markdown(self) -> str:
        """For a page."""
        rule = ["---", *("---:" for _ in self.headings[1:])]
        return "\n".join(
            [f"{self.title}:", "", *(f"| {' | '.join(row)} |" for row in (self.headings, rule, *self.rows))]
        )


class Report:
    """What is to be said of all results."""

    def __init__(self, machine: dict[str, Any], rounds: int, seconds: float, results: Sequence[Results]) -> None:
        self._machine, self._rounds, self._seconds, self._results = machine, rounds, seconds, results

    def text(self) -> str:
        """For a terminal."""
        parts = [part for results in self._results for part in self._parts(results, Table.text, "{}")]
        return "\n\n".join([*parts, self._conditions()])

    def markdown(self) -> str:
        """For a page."""
        parts = [part for results in self._results for part in self._parts(results, Table.markdown, "### {}")]
        return "\n\n".join([*parts, self._conditions()]) + "\n"

    def json(self) -> str:
        """Everything that was measured, run by run."""
        plan = {"rounds": self._rounds, "seconds": self._seconds}
        value = {"machine": self._machine, **plan, "results": self._results}
        return orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE).decode()

    def _parts(self, results: Results, written: Callable[[Table], str], heading: str) -> Iterator[str]:
        yield heading.format(KINDS[results.kind])
        yield from (written(each) for each in _tables(results))
        yield "\n".join(f"* {note}" for note in _notes(results))

    def _conditions(self) -> str:
        return (
            f"Medians of {self._rounds} interleaved rounds of {self._seconds:g} s; ± is half the range. "
            f"Each server is one gunicorn worker. {in_a_line(self._machine)}."
        )


def _tables(results: Results) -> Iterator[Table]:
    if results.runs:
        yield _by_work(results, "Answers a second", lambda runs: _spread([run.rate for run in runs]))
        yield _ratios(results)
        yield _by_work(results, "Time of an answer, p50 / p99 in ms", _times)
        yield _by_work(results, "Processor time of the worker, µs a request", lambda runs: f"{_cpu(runs):,.0f}")
    yield _workers(results)


def _by_work(results: Results, title: str, value: Value) -> Table:
    rows = [
        [results.titles[work], *(value(by_peer[peer.name]) for peer in COMPARED)]
        for work, by_peer in results.runs.items()
    ]
    return Table(title, ["", *(peer.short for peer in COMPARED)], rows)


def _ratios(results: Results) -> Table:
    """Ours as a share of the limit, and as a multiple of the others."""
    rows = [
        [
            results.titles[work],
            *(" / ".join(_ratio(by_peer, ours, other) for ours in (UNLIMITED, OURS)) for other in _OTHERS),
        ]
        for work, by_peer in results.runs.items()
    ]
    return Table("Ours, rate limits off / on", ["", "share of the limit", "× FastAPI", "× stock"], rows)


_OTHERS = (LIMIT, FASTAPI, STOCK)


def _ratio(by_peer: dict[str, list[Run]], one: Peer, other: Peer) -> str:
    ratio = _rate(by_peer[one.name]) / _rate(by_peer[other.name])
    return f"{ratio:.2f}" if other is LIMIT else f"{ratio:.1f}"


def _workers(results: Results) -> Table:
    peers = (*COMPARED, EMPTY)
    rows = [["memory, MB", *(_or_dash(f"{results.resident.get(peer.name, 0) / 1e6:.0f}") for peer in peers)]]
    if results.starts:
        starts = [results.starts.get(peer.name) for peer in peers]
        rows.append(["start to answer, s", *(f"{median(each):.2f}" if each else "-" for each in starts)])
    if results.steady:
        steady = [results.steady.get(peer.name) for peer in peers]
        rows.append([f"p99/p50 at {STEADY:.0%}", *(_steadiness(each) if each else "-" for each in steady)])
    return Table("The worker", ["", *(peer.short for peer in peers)], rows)


def _or_dash(number: str) -> str:
    return "-" if number == "0" else number


def _steadiness(runs: Sequence[Run]) -> str:
    return f"{median(run.p99 / run.p50 for run in runs):.1f}"


def _notes(results: Results) -> Iterator[str]:
    yield f"{results.checked} requests were answered alike by all servers before anything was timed."
    runs = [run for by_peer in results.runs.values() for peer in by_peer.values() for run in peer]
    if runs:
        busy = max(run.load_busy for run in runs)
        verdict = "it did not hold anybody up" if busy < 0.9 else "IT MAY HAVE HELD SOMEBODY UP"
        yield f"The load generator was busy for at most {busy:.0%} of a run: {verdict}."
    if "member" in results.runs:
        member = results.runs["member"]
        cost = _cpu(member[OURS.name]) - _cpu(member[UNLIMITED.name])
        yield f"Counting a request against its limit takes {cost:.0f} µs."
    if results.growth:
        first, last = results.growth[0] / 1e6, results.growth[-1] / 1e6
        requests = GROWTH_STEPS * GROWTH_STEP
        yield f"{requests:,} requests of the mix took our worker from {first:.1f} to {last:.1f} MB."
    if results.round_trip:
        yield f"A round trip to the database takes {results.round_trip * 1000:.2f} ms."


def _rate(runs: Sequence[Run]) -> float:
    return median(run.rate for run in runs)


def _cpu(runs: Sequence[Run]) -> float:
    return median(run.cpu for run in runs) * 1e6


def _times(runs: Sequence[Run]) -> str:
    p50, p99 = median(run.p50 for run in runs) * 1000, median(run.p99 for run in runs) * 1000
    return f"{_three_digits(p50)} / {_three_digits(p99)}"


def _three_digits(number: float) -> str:
    return f"{number:,.0f}" if number >= 100 else f"{number:.3g}"


def _spread(values: Sequence[float]) -> str:
    middle = median(values)
    return f"{middle:,.0f} ±{(max(values) - min(values)) / 2 / middle:.0%}"
