"""Whether requests take longer when there is more: the same requests to a small and to a large database, in turns.

Both servers run at the same time and every request goes to the one and then to the other, so that what else the machine
does weighs on both alike.
"""

import json
import random
import socket
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from models import database, schema
from models.tables import Account, Message, Switch, System
from scripts.bench_data import Amounts, Crowd, fill
from tests.support.postgres_server import PostgresServer
from tests.support.server import Server

Say = Callable[[str], None]

SMALL = Amounts(systems=1000, members=10_000, groups=1000, switches=100_000, messages=10_000)
_SAMPLE = 200
"""Systems that are asked about."""
_WARM_UP = 20
_POSTGRES = {"shared_buffers": "1GB", "fsync": "on", "full_page_writes": "on"}


@dataclass(frozen=True)
class Asked:
    """A system, and one of each of its things."""

    system: str
    token: str
    account: str
    guild: str
    member: str
    group: str
    switch: str
    middle: str
    """When a switch in the middle of its history was."""
    message: str
    members: tuple[str, ...]


@dataclass(frozen=True)
class Timed:
    """How long an operation took, in seconds: the median of both databases."""

    name: str
    small: float
    large: float

    @property
    def ratio(self) -> float:
        return self.large / self.small


def times(amounts: Amounts, factor: int) -> Amounts:
    """So many times as many rows of each kind."""
    return Amounts(*(number * factor for number in vars(amounts).values()))


def measure(dialect: str, factor: int, requests: int, folder: Path, say: Say) -> list[Timed]:
    """Make both databases, and time every operation on both."""
    with ExitStack() as stack:
        urls = stack.enter_context(_databases(dialect, folder))
        targets = []
        for url, amounts in zip(urls, (SMALL, times(SMALL, factor)), strict=True):
            asked = _fill(url, amounts, say)
            environment = {"DATABASE_URL": url, "RATE_LIMITS": "off", "PLURALSPEC_DATA": str(folder)}
            server = stack.enter_context(Server("--workers", "1", environment=environment))
            targets.append((server.base_url, asked))
        # Connections that were opened before all was filled would have been idle for too long.
        each = [Target(*target) for target in targets]
        _timed(next(iter(REQUESTS)), each, requests, say)  # nothing is warm yet, and the disk is still being written to
        return [_timed(name, each, requests, say) for name in REQUESTS]


@contextmanager
def _databases(dialect: str, folder: Path) -> Iterator[tuple[str, str]]:
    if dialect == "sqlite":
        yield f"sqlite:///{folder / 'small.db'}", f"sqlite:///{folder / 'large.db'}"
        return
    with PostgresServer(**_POSTGRES) as server:
        yield server.database(), server.database()


def _fill(url: str, amounts: Amounts, say: Say) -> list[Asked]:
    began, done = time.monotonic(), 0

    def told(rows: int) -> None:
        nonlocal done
        done += rows
        say(f"{done / amounts.rows:4.0%} of {amounts.systems} systems")

    store = database.connect(url)
    schema.migrate()
    crowd = fill(amounts, told, seed=amounts.systems)
    say(f"{amounts.rows} rows in {time.monotonic() - began:.0f} s\n")
    asked = [_asked(crowd, place) for place in range(0, amounts.systems, max(1, amounts.systems // _SAMPLE))]
    store.close()
    return asked


def _asked(crowd: Crowd, place: int) -> Asked:
    known = crowd.known(place)
    system = System.get(System.short_id == known.id)
    history = list(Switch.select().where(Switch.system == system).order_by(Switch.timestamp))
    message = Message.select().join(Account, on=(Account.id == Message.sender)).where(Account.system == system).get()
    return Asked(
        known.id, known.token, known.account, message.guild, known.members[0], known.groups[0],
        history[-2].uuid, f"{history[len(history) // 2].timestamp}Z", message.id, known.members,
    )  # fmt: skip


class Target:
    """A server, and what to ask it about."""

    def __init__(self, base_url: str, asked: list[Asked]) -> None:
        address = urlsplit(base_url)
        self._socket = socket.create_connection((str(address.hostname), address.port))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._asked = asked
        random.Random(1).shuffle(self._asked)

    def time(self, name: str, number: int) -> float:
        """The seconds that one request took."""
        asked = self._asked[number % len(self._asked)]
        method, path, body = REQUESTS[name](asked, number)
        lines = [f"{method} /v2{path} HTTP/1.1", "Host: x", "User-Agent: scale", f"Authorization: {asked.token}"]
        content = b"" if body is None else json.dumps(body).encode()
        lines += ["Content-Type: application/json", f"Content-Length: {len(content)}"] if content else []
        began = time.perf_counter()
        self._socket.sendall("\r\n".join([*lines, "", ""]).encode() + content)
        status = self._read()
        took = time.perf_counter() - began
        if status != 200:
            raise RuntimeError(f"{method} {path} was answered {status}")
        return took

    def _read(self) -> int:
        head = b""
        while b"\r\n\r\n" not in head:
            head += self._heard()
        head, _, body = head.partition(b"\r\n\r\n")
        missing = int(head.lower().partition(b"content-length:")[2].split()[0]) - len(body)
        while missing > 0:
            missing -= len(self._heard())
        return int(head.split()[1])

    def _heard(self) -> bytes:
        if data := self._socket.recv(1 << 16):
            return data
        raise RuntimeError("the server closed the connection")


Request = tuple[str, str, object]


def _get(template: str) -> Callable[[Asked, int], Request]:
    return lambda asked, number: ("GET", template.format(**vars(asked)), None)


def _switch(asked: Asked, number: int) -> Request:
    first = number // _SAMPLE % len(asked.members)
    # Two in the order that no switch has which is there already.
    front = [asked.members[first - 1], asked.members[first]]
    return "POST", "/systems/@me/switches", {"members": front}


REQUESTS: dict[str, Callable[[Asked, int], Request]] = {
    "system": _get("/systems/{system}"),
    "system by account": _get("/systems/{account}"),
    "settings": _get("/systems/@me/settings"),
    "system in guild": _get("/systems/@me/guilds/{guild}"),
    "autoproxy": _get("/systems/@me/autoproxy?guild_id={guild}"),
    "members": _get("/systems/{system}/members"),
    "groups": _get("/systems/{system}/groups"),
    "groups with members": _get("/systems/{system}/groups?with_members=true"),
    "switches": _get("/systems/{system}/switches"),
    "switches before": _get("/systems/{system}/switches?before={middle}"),
    "fronters": _get("/systems/{system}/fronters"),
    "switch": _get("/systems/{system}/switches/{switch}"),
    "member": _get("/members/{member}"),
    "member's groups": _get("/members/{member}/groups"),
    "member in guild": _get("/members/{member}/guilds/{guild}"),
    "group": _get("/groups/{group}"),
    "group's members": _get("/groups/{group}/members"),
    "message": _get("/messages/{message}"),
    "system's oEmbed": _get("/systems/{system}/oembed.json"),
    "member's oEmbed": _get("/members/{member}/oembed.json"),
    "group's oEmbed": _get("/groups/{group}/oembed.json"),
    "create switch": _switch,
}


def _timed(name: str, targets: list[Target], requests: int, say: Say) -> Timed:
    say(name)
    took: list[list[float]] = [[] for _ in targets]
    for number in range(_WARM_UP + requests):
        for target, each in zip(targets, took, strict=True):
            each.append(target.time(name, number))
    small, large = (statistics.median(each[_WARM_UP:]) for each in took)
    return Timed(name, small, large)


def table(results: list[Timed]) -> str:
    """The results in columns."""
    lines = [f"{'operation':22} {'small':>10} {'large':>10} {'ratio':>6}"]
    lines += [
        f"{each.name:22} {each.small * 1e6:7.0f} µs {each.large * 1e6:7.0f} µs {each.ratio:6.2f}" for each in results
    ]
    return "\n".join(lines)
