"""What may leave the machine at all."""

from collections.abc import Iterable
from urllib.parse import unquote

import httpx

from scripts.contract.errors import NotAllowedError

SAFE = ("GET", "HEAD", "OPTIONS")


def plain(reference: str) -> str:
    """A reference in the one form in which all its forms are the same."""
    return unquote(reference).strip().lower().replace("-", "")


class Guard:
    """Without permission to write, only requests that read; with it, none that could hit what is not the kit's."""

    def __init__(self, base_url: str, *, writes: bool = False, other_token: str = "") -> None:
        self._base, self._writes, self._other_token = httpx.URL(base_url), writes, other_token
        self._kept: set[str] = set()
        self._foreign: set[str] = set()

    def keep(self, references: Iterable[str]) -> None:
        """These were there before: nothing may change them."""
        self._kept |= {plain(reference) for reference in references if reference}

    def keep_foreign(self, references: Iterable[str]) -> None:
        """These are another system's."""
        self._foreign |= {plain(reference) for reference in references if reference}

    def below(self, request: httpx.Request) -> str:
        """The path below the base address."""
        return request.url.path.removeprefix(self._base.path.rstrip("/"))

    def check(self, request: httpx.Request) -> None:
        """Raise an error if it must not be sent."""
        if (request.url.host, request.url.port) != (self._base.host, self._base.port):
            raise NotAllowedError(f"not sent: {request.url.host} is not the server under test")
        if request.method in SAFE:
            return
        what = f"{request.method} {self.below(request)}"
        if not self._writes:
            raise NotAllowedError(f"not sent: {what} may change something, and only --write --throwaway allows that")
        if problem := self._problem(request):
            raise NotAllowedError(f"not sent: {what} could change {problem}")

    def _problem(self, request: httpx.Request) -> str:
        raw = request.url.raw_path.split(b"?")[0].decode("ascii", "replace").removeprefix(self._base.path.rstrip("/"))
        parts = [plain(part) for part in raw.strip("/").split("/")]
        if self._kept & set(parts[1:]):
            return "what was in the system before"
        if request.method == "DELETE" and self._foreign & set(parts[1:]):
            return "what another system has"
        other = bool(self._other_token) and request.headers.get("Authorization") == self._other_token
        if other and (len(parts) == 1 or "@me" in parts or self._foreign & set(parts[1:])):
            return "the other token's system"
        return ""
