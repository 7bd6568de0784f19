"""The one way out: every request of the kit is allowed, paced, tried again, written down and remembered here."""

import json
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx

from scripts.contract.errors import LostError, UnreachableError
from scripts.contract.guard import SAFE, Guard
from scripts.contract.journal import Journal, Thing
from scripts.contract.masking import Masks
from scripts.contract.pace import Pace, refusal_ends, scope_of
from scripts.contract.results import Exchange

PATIENCE = 60.0
"""Seconds for which a server may be gone, or refuse all requests, before the kit gives up."""
_NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
_SHOWN = 20_000


class Wire(httpx.BaseTransport):
    """A transport for httpx; `journal` is there once something may be written."""

    def __init__(self, guard: Guard, pace: Pace, masks: Masks, inner: httpx.BaseTransport | None = None) -> None:
        self.guard, self.pace, self.masks = guard, pace, masks
        self.journal: Journal | None = None
        self.sent: Counter[str] = Counter()
        self.exchanges: list[Exchange] = []
        """Of the case that runs."""
        self.refused: Callable[[httpx.Request, httpx.Response], None] = lambda request, response: None
        """Is shown each 429."""
        self.patience = PATIENCE
        self.gone = ""
        """Why there is no use in going on."""
        self._inner = inner or httpx.HTTPTransport(retries=0, trust_env=False)
        self.recording = True

    @contextmanager
    def unrecorded(self) -> Iterator[None]:
        """For requests of the kit's own, which are no part of a check."""
        before, self.recording = self.recording, False
        try:
            yield
        finally:
            self.recording = before

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send it, if it may be sent."""
        request.read()
        self.guard.check(request)
        if request.method in SAFE or self.journal is None:
            return self._patiently(request)
        return self._journalled(request, self.journal)

    def _journalled(self, request: httpx.Request, journal: Journal) -> httpx.Response:
        path = self.guard.below(request)
        creation = made_by(request.method, path)
        if change := changed_by(request.method, path, request.url.params.get("guild_id", "")):
            journal.say(touched=change)
        if not creation:
            return self._patiently(request)
        journal.say(sending=creation)
        response = self._patiently(request)
        if response.is_success and (identity := _identity(response)):
            journal.say(made=(creation, identity))
        journal.say(answered=response.status_code)
        return response

    def _patiently(self, request: httpx.Request) -> httpx.Response:
        """Wait for the pace, wait out refusals, and try again what is safe to."""
        scope, deadline, pause = scope_of(request.method, request.url.path), time.monotonic() + self.patience, 0.25
        while True:
            self.pace.wait(scope)
            try:
                response = self._once(request)
            except httpx.TransportError as error:
                if request.method not in SAFE and not isinstance(error, _NEVER_SENT):
                    raise LostError(f"the answer to {request.method} {request.url.path} never came: {error}") from error
                self._give_up_after(deadline, error)
                time.sleep(pause)
                pause = min(2 * pause, 5)
                continue
            self.pace.learn(scope, response.headers)
            if response.status_code != 429:
                return response
            self.refused(request, response)
            wait = refusal_ends(response.headers, _parsed(response))
            if time.monotonic() + wait > deadline + 120:
                return response
            time.sleep(wait)

    def _give_up_after(self, deadline: float, error: Exception) -> None:
        if time.monotonic() > deadline:
            self.gone = f"the server cannot be reached any more: {error}"
            raise UnreachableError(self.gone) from error

    def _once(self, request: httpx.Request) -> httpx.Response:
        self.sent[request.method] += 1
        response = self._inner.handle_request(request)
        response.request = request
        response.read()
        if response.status_code == 204 and response.headers.get("Content-Length", "0") != "0":
            self._inner.close()  # the body that may not be there would be taken for the next answer
        if self.recording:
            self.exchanges.append(self._remembered(request, response))
        return response

    def _remembered(self, request: httpx.Request, response: httpx.Response) -> Exchange:
        return Exchange(
            method=request.method,
            url=self.masks(str(request.url)),
            headers=self.masks.each((name, value) for name, value in request.headers.multi_items() if name != "host"),
            body=self.masks(_text(request.content)),
            status=response.status_code,
            answer_headers=self.masks.each(response.headers.multi_items()),
            answer=self.masks(_text(response.content)),
        )

    def close(self) -> None:
        """Close the connections."""
        self._inner.close()


def made_by(method: str, path: str) -> str:
    """The kind of thing that such a request makes."""
    match method, path.strip("/").split("/"):
        case "POST", ["members"]:
            return "member"
        case "POST", ["groups"]:
            return "group"
        case "POST", ["systems", _, "switches"]:
            return "switch"
    return ""


def changed_by(method: str, path: str, guild: str) -> Thing | None:
    """The object of the system itself that such a request changes."""
    match method, path.strip("/").split("/"):
        case "PATCH", ["systems", _]:
            return "system", ""
        case "PATCH", ["systems", _, "settings"]:
            return "settings", ""
        case "PATCH", ["systems", _, "guilds", known] if known.isdecimal():
            return "guild", known
        case "PATCH", ["systems", _, "autoproxy"] if guild.isdecimal():
            return "autoproxy", guild
    return None


def _identity(response: httpx.Response) -> str:
    body = _parsed(response)
    return str(body.get("id") or "") if isinstance(body, dict) else ""


def _parsed(response: httpx.Response) -> Any:
    try:
        return json.loads(response.content)
    except ValueError:
        return None


def _text(body: bytes) -> str:
    text = body.decode(errors="replace")
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}… ({len(body)} bytes in all)"
