"""How fast requests may follow each other: by what the server says of its limits, else by the documentation."""

import time
from collections.abc import Mapping

DOCUMENTED = {"generic_get": 10, "message": 10, "generic_update": 3}
"""Requests per second, where the server says nothing."""
_BELIEVED = range(1, 10_001)


def scope_of(method: str, path: str) -> str:
    """The class that the documentation counts such a request in."""
    if method not in ("GET", "HEAD", "OPTIONS"):
        return "generic_update"
    return "message" if "/messages/" in path else "generic_get"


class Pace:
    """Spaces requests of each scope evenly, whoever makes them; never a burst."""

    def __init__(self, *, on: bool = True) -> None:
        self.limits: dict[str, int] = dict(DOCUMENTED)
        self._on = on
        self._next: dict[str, float] = {}

    def wait(self, scope: str) -> None:
        """Return when the next request may be sent."""
        if self._on:
            time.sleep(max(0.0, self._next.get(scope, 0.0) - time.monotonic()))
            self._next[scope] = time.monotonic() + 1 / self.limits[scope]

    def learn(self, scope: str, headers: Mapping[str, str]) -> None:
        """Take the server's word for its limit, unless it is nonsense; when nothing is left, wait for one to be."""
        limit, remaining = headers.get("X-RateLimit-Limit", ""), headers.get("X-RateLimit-Remaining", "")
        if _is_number(limit) and int(limit) in _BELIEVED and headers.get("X-RateLimit-Scope", scope) == scope:
            self.limits[scope] = int(limit)
        if _is_number(remaining) and int(remaining) == 0:
            self._next[scope] = time.monotonic() + 2 / self.limits[scope]

    def seconds(self, requests: Mapping[str, int]) -> float:
        """How long so many requests of each scope take at least; scopes are counted apart."""
        return max((number / self.limits[scope] for scope, number in requests.items()), default=0.0) if self._on else 0


def refusal_ends(headers: Mapping[str, str], body: object) -> float:
    """How many seconds a 429 asks to wait, in the body to the millisecond, or in its header."""
    told = body.get("retry_after") if isinstance(body, dict) else None
    if isinstance(told, int | float) and not isinstance(told, bool):
        return min(max(told / 1000, 0.05), 120)
    header = headers.get("Retry-After", "")
    return min(max(float(header), 0.05), 120) if _is_number(header) else 1.0


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 12
