"""What is measured: each work is a list of requests, made before and sent over and over."""

import json
import random
from collections.abc import Callable
from dataclasses import dataclass
from itertools import cycle, permutations
from typing import Any

from tests.bench.data import SEED, Refs

_REQUESTS = 4000
"""In a list, before it starts again."""
_CLIENTS = 500
"""Addresses that the requests come from, as a proxy tells them: so many that no limit is reached."""
_MANY, _FEW = 32, 4
"""Connections: for small answers, and for large ones."""


@dataclass(frozen=True)
class Request:
    """One request, before it is bytes."""

    method: str
    path: str
    token: str | None = None
    body: Any = None

    @property
    def content(self) -> bytes:
        """The body."""
        return b"" if self.body is None else json.dumps(self.body, ensure_ascii=False).encode()

    @property
    def headers(self) -> dict[str, str]:
        """What every client sends, and what goes with the token and the body."""
        headers = {"Host": "127.0.0.1", "User-Agent": "pluralspec-bench", "Accept": "*/*"}
        if self.token:
            headers["Authorization"] = self.token
        if self.content:
            headers |= {"Content-Type": "application/json", "Content-Length": str(len(self.content))}
        return headers

    def encoded(self, client: int) -> bytes:
        """What goes over the wire, from one of the clients."""
        headers = self.headers | {"X-Forwarded-For": f"10.0.{client // 250}.{client % 250}"}
        lines = [f"{self.method} /v2{self.path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
        return "\r\n".join([*lines, "", ""]).encode() + self.content


@dataclass(frozen=True)
class Work:
    """Something that clients do again and again."""

    name: str
    title: str
    requests: list[Request]
    large: bool = False
    """Whether an answer takes milliseconds and not microseconds."""

    @property
    def connections(self) -> int:
        """How many requests are under way at once."""
        return _FEW if self.large else _MANY

    def encoded(self) -> list[bytes]:
        """All requests as bytes."""
        return [request.encoded(number % _CLIENTS) for number, request in enumerate(self.requests)]


class Clients:
    """Makes the requests that clients send for this data."""

    def __init__(self, large: Refs, ordinary: list[Refs]) -> None:
        self._dice = random.Random(SEED)
        self._large, self._ordinary = large, ordinary
        # Nobody switches to those who are here already: the same front comes again only after all others.
        self._fronts = cycle([(system, front) for front in _fronts() for system in ordinary[:40]])
        # Few enough that each of them switches more than once in the list of requests, which is sent over and over.
        self._rare_fronts = cycle([(system, front) for front in _fronts() for system in ordinary[40:50]])

    def works(self) -> list[Work]:
        """Everything that is measured."""
        amount = len(self._large.members)
        return [
            self._work("member", "GET a member", self._member),
            self._work("system", "GET a system, token", self._own_system),
            self._work("owner", f"{amount} members, owner", self._large_members, large=True),
            self._work("public", f"{amount} members, public", self._large_members_public, large=True),
            self._work("groups", "250 groups, members", self._large_groups, large=True),
            self._work("switches", "100 switches", self._switches),
            self._work("fronters", "fronters", self._fronters),
            self._work("patch", "PATCH a member", self._patch),
            self._work("switch", "POST a switch", self._switch),
            self._work("mix", "the mix", self._mix),
        ]

    def _work(self, name: str, title: str, make: Callable[[], Request], *, large: bool = False) -> Work:
        return Work(name, title, [make() for _ in range(_REQUESTS)], large)

    def _system_at_random(self) -> Refs:
        return self._dice.choice(self._ordinary)

    def _member(self) -> Request:
        return Request("GET", f"/members/{self._dice.choice(self._system_at_random().members)}")

    def _own_system(self) -> Request:
        return Request("GET", "/systems/@me", self._system_at_random().token)

    def _system(self) -> Request:
        return Request("GET", f"/systems/{self._system_at_random().id}")

    def _large_members(self) -> Request:
        return Request("GET", "/systems/@me/members", self._large.token)

    def _large_members_public(self) -> Request:
        return Request("GET", f"/systems/{self._large.id}/members")

    def _large_groups(self) -> Request:
        return Request("GET", "/systems/@me/groups?with_members=true", self._large.token)

    def _members(self) -> Request:
        return Request("GET", f"/systems/{self._system_at_random().id}/members")

    def _own_members(self) -> Request:
        return Request("GET", "/systems/@me/members", self._system_at_random().token)

    def _own_groups(self) -> Request:
        return Request("GET", "/systems/@me/groups?with_members=true", self._system_at_random().token)

    def _switches(self) -> Request:
        return Request("GET", f"/systems/{self._system_at_random().id}/switches?limit=100")

    def _fronters(self) -> Request:
        return Request("GET", f"/systems/{self._system_at_random().id}/fronters")

    def _own_fronters(self) -> Request:
        return Request("GET", "/systems/@me/fronters", self._system_at_random().token)

    def _patch(self) -> Request:
        system, number = self._system_at_random(), self._dice.randrange(1000)
        body = self._dice.choice(
            [
                {"description": f"Seen {number} times.\nNever the same twice.", "pronouns": "they/them"},
                {"display_name": f"Number {number} 🦊", "color": "ffaa00"},
                {"avatar_url": f"https://pictures.example.org/new/{number}.png"},
                {"privacy": {"description_privacy": self._dice.choice(["public", "private"])}},
                {"proxy_tags": [{"prefix": f"{number}:"}, {"prefix": "[", "suffix": "]"}]},
            ]
        )
        return Request("PATCH", f"/members/{self._dice.choice(system.members)}", system.token, body)

    def _switch(self) -> Request:
        return _switch_to(*next(self._fronts))

    def _rare_switch(self) -> Request:
        return _switch_to(*next(self._rare_fronts))

    def _mix(self) -> Request:
        kinds = list(_MIX)
        kind = self._dice.choices(kinds, weights=[_MIX[each] for each in kinds])[0]
        return kind(self)


def _switch_to(system: Refs, front: tuple[int, ...]) -> Request:
    members = [system.members[number] for number in front]
    return Request("POST", "/systems/@me/switches", system.token, {"members": members})


def _fronts() -> list[tuple[int, ...]]:
    """Fronts of two by the numbers of their members."""
    return list(permutations(range(24), 2))


_MIX: dict[Callable[[Clients], Request], int] = {
    # A widget on a page shows who is here ...
    Clients._fronters: 30,
    Clients._system: 12,
    Clients._members: 6,
    # ... a bot looks up who is speaking, and switches ...
    Clients._member: 20,
    Clients._own_fronters: 8,
    Clients._own_system: 6,
    Clients._rare_switch: 2,
    # ... and a dashboard shows everything and lets it be changed.
    Clients._own_members: 6,
    Clients._own_groups: 4,
    Clients._switches: 4,
    Clients._patch: 2,
}
"""Of a hundred requests, how many are which."""
