"""Numbers for Prometheus, counted in memory that all workers share: each has a row of its own, so nobody waits.

A count costs half a microsecond here, and five to eight in the files of prometheus_client's multiprocess mode.
"""

import mmap
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from generated.contract import OPERATIONS, RATE_LIMITS, VERSION
from generated.errors import MethodNotAllowed, NotFound, TooManyRequests
from handlers.request.answers import OPERATION, Receive, Scope, Send, send, send_error

PATH = "/metrics"
LEFT = 499
"""The status of a request whose client left before the answer."""
ROWS = 256
"""Workers that may live at the same time, those that end while others replace them among them."""

_BOUNDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_BOUNDS_NS = tuple(round(bound * 1e9) for bound in _BOUNDS)
_STATUSES = (200, 204, 307, 400, 401, 403, 404, 405, 408, 410, 413, 415, 429, 431, LEFT, 500, 501, 503, 0)
_STATUS = {status: index for index, status in enumerate(_STATUSES)}
_OTHER_STATUS = _STATUS[0]
_OTHER = "other"
_NAMES = (*OPERATIONS, _OTHER)

_WORD = 8
_UP, _STARTS, _CONNECTIONS, _REQUESTS, _POOL, _POOL_USED, _HEAD = range(7)
_BUCKETS = len(_STATUSES)
_SUM = _BUCKETS + len(_BOUNDS) + 1
_BLOCK = _SUM + 1
_ROW = _HEAD + _BLOCK * len(_NAMES)


class Use(NamedTuple):
    """What a worker is busy with: connections of clients, requests, and connections to the database."""

    connections: int
    requests: int
    pool: int
    pool_used: int


class Meter:
    """What one worker counts."""

    def __init__(self, words: memoryview) -> None:
        self._words = words
        self._blocks = {
            f"{operation.controller}.{name}": _block(index)
            for index, (name, operation) in enumerate(OPERATIONS.items())
        }
        self._other = _block(len(OPERATIONS))

    def start(self) -> None:
        """The worker answers from now on."""
        self._words[_UP] = 1
        self._words[_STARTS] += 1

    def show(self, use: Use) -> None:
        """Say what the worker is busy with at the moment."""
        for place, value in zip((_CONNECTIONS, _REQUESTS, _POOL, _POOL_USED), use, strict=True):
            self._words[place] = value

    def record(self, scope: Scope, method: str, status: int, took_ns: int) -> None:
        """Count an answer to the request of this scope."""
        words, block = self._words, self._blocks.get(scope.get(OPERATION, ""), self._other)
        words[block + _STATUS.get(status, _OTHER_STATUS)] += 1
        words[block + _BUCKETS + bisect_left(_BOUNDS_NS, took_ns)] += 1
        words[block + _SUM] += took_ns

    def refused(self, status: int) -> None:
        """Count an answer to what was no whole request, so that there is no time to be measured."""
        self._words[self._other + _STATUS[status]] += 1


class Board:
    """The memory with all rows, made before the workers that are forked; and its text for Prometheus."""

    def __init__(self) -> None:
        self._words = memoryview(mmap.mmap(-1, ROWS * _ROW * _WORD)).cast("Q")

    def meter(self, row: int) -> Meter:
        """What the worker with this row counts with."""
        return Meter(self._row(row))

    def free(self, taken: Iterable[int]) -> int:
        """A row that nobody has; counts stay in it, so the sums only ever grow."""
        return min(set(range(ROWS)).difference(taken), default=ROWS - 1)

    def keep(self, taken: Iterable[int]) -> None:
        """Forget what workers that have ended were busy with."""
        for row in set(self._used()).difference(taken):
            words = self._row(row)
            for place in range(_HEAD):
                words[place] = words[place] if place == _STARTS else 0

    def up(self, row: int) -> bool:
        """Whether the worker with this row answers."""
        return bool(self._row(row)[_UP])

    def ever_up(self) -> bool:
        """Whether a worker has ever answered."""
        return bool(self._used())

    def text(self) -> str:
        """All of it, in Prometheus' text format."""
        rows = [self._row(row).tolist() for row in self._used()]
        return "".join(
            f"{line}\n" for line in _lines([sum(column) for column in zip(*rows, strict=True)] or [0] * _ROW)
        )

    def _row(self, row: int) -> memoryview:
        return self._words[row * _ROW : (row + 1) * _ROW]

    def _used(self) -> list[int]:
        return [row for row in range(ROWS) if self._words[row * _ROW + _STARTS]]


class Exposition:
    """The ASGI application on the port for metrics."""

    def __init__(self, board: Board) -> None:
        self._board = board

    async def __call__(self, scope: Scope, receive: Receive, to: Send) -> None:
        if scope["path"] != PATH:
            await send_error(to, NotFound())
        elif scope["method"] not in ("GET", "HEAD"):
            await send_error(to, MethodNotAllowed(), (b"allow", b"GET, HEAD"))
        else:
            text = self._board.text().encode()
            # uvicorn leaves the body of an answer to HEAD away.
            await send(to, 200, text, [(b"content-type", b"text/plain; version=0.0.4; charset=utf-8")])


def _block(index: int) -> int:
    return _HEAD + index * _BLOCK


def _lines(words: Sequence[int]) -> Iterator[str]:
    yield from _metric("info", "gauge", "The release that answers.", [(f'{{version="{VERSION}"}}', 1)])
    yield from _metric("workers", "gauge", "Processes that answer.", [("", words[_UP])])
    yield from _metric("worker_starts_total", "counter", "Processes that ever did.", [("", words[_STARTS])])
    yield from _metric("connections", "gauge", "Open connections of clients.", [("", words[_CONNECTIONS])])
    yield from _metric("requests_in_progress", "gauge", "Requests under way.", [("", words[_REQUESTS])])
    if words[_POOL]:
        yield from _metric("database_connections", "gauge", "Connections that may be used.", [("", words[_POOL])])
        yield from _metric("database_connections_used", "gauge", "Those at work.", [("", words[_POOL_USED])])
    yield from _metric(
        "requests_total",
        "counter",
        f"Answers by operation and status; {LEFT}: the client left before.",
        _by_status(words),
    )
    yield from _metric("rate_limited_total", "counter", "Requests refused, by class.", _limited(words).items())
    yield from _metric("request_seconds", "histogram", "From a request's head to its answer's end.", _histograms(words))


def _metric(name: str, kind: str, about: str, samples: Iterable[tuple[str, float]]) -> Iterator[str]:
    """A metric's lines; a sample is what stands behind the name, and the value."""
    yield f"# HELP pluralspec_{name} {about}"
    yield f"# TYPE pluralspec_{name} {kind}"
    for behind, value in samples:
        yield f"pluralspec_{name}{behind} {value}"


def _by_status(words: Sequence[int]) -> Iterator[tuple[str, float]]:
    for index, name in enumerate(_NAMES):
        for place, status in enumerate(_STATUSES):
            if count := words[_block(index) + place]:
                yield f'{{operation="{name}",status="{status or _OTHER}"}}', count


def _limited(words: Sequence[int]) -> dict[str, float]:
    counts: dict[str, float] = {_label(name): 0 for name in RATE_LIMITS}
    for index, operation in enumerate(OPERATIONS.values()):
        counts[_label(operation.rate_limit)] += words[_block(index) + _STATUS[TooManyRequests.status]]
    return counts


def _label(scope: str) -> str:
    return f'{{scope="{scope}"}}'


def _histograms(words: Sequence[int]) -> Iterator[tuple[str, float]]:
    for index, name in enumerate(_NAMES):
        first, total = _block(index) + _BUCKETS, 0
        counts = words[first : first + len(_BOUNDS) + 1]
        if not any(counts):
            continue
        for bound, count in zip((*_BOUNDS, "+Inf"), counts, strict=True):
            total += count
            yield f'_bucket{{operation="{name}",le="{bound}"}}', total
        yield f'_sum{{operation="{name}"}}', words[_block(index) + _SUM] / 1e9
        yield f'_count{{operation="{name}"}}', total
