"""A client of the API for tests: short calls, and answers that can say what is expected of them."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import httpx

from tests.support.check import MARKER
from tests.support.problems import INVALID_MODEL, FieldErrors, Problem

Observer = Callable[[str, str, httpx.Response], None]
"""Is shown each answer, with the method and the path (below the base URL, without query) that were asked for."""
USER_AGENT = "pluralspec-contract-kit"


def part(reference: str) -> str:
    """A reference as one segment of a path."""
    return quote(reference, safe="@")


def sorted_errors(errors: FieldErrors) -> FieldErrors:
    """The same errors with each list in one order, as none is promised."""
    return {key: sorted(found, key=json.dumps) for key, found in errors.items()}


class Unexpected(AssertionError):
    """An answer that is not the one that a check expects."""

    def __init__(self, answer: "Answer", expected: str) -> None:
        super().__init__(f"expected {expected}\n{answer.story}")
        self.expected = expected


@dataclass(frozen=True)
class Answer:
    """What came back; the methods assert what is expected and return what is left to look at."""

    response: httpx.Response

    @property
    def status(self) -> int:
        return self.response.status_code

    @property
    def headers(self) -> Mapping[str, str]:
        return self.response.headers

    @property
    def raw(self) -> bytes:
        return self.response.content

    @property
    def body(self) -> Any:
        """The parsed body, which must be declared as JSON."""
        self._must(self.headers.get("content-type", "").split(";")[0] == "application/json", "a body declared as JSON")
        try:
            return json.loads(self.raw)
        except ValueError:
            raise Unexpected(self, "a body that is JSON") from None

    @property
    def story(self) -> str:
        """Request and answer in a few lines, for a failed assertion."""
        request = self.response.request
        sent = request.content.decode(errors="replace")[:500]
        return f"{request.method} {request.url} {sent}\n{self.status} {self.raw.decode(errors='replace')[:1000]}"

    def ok(self) -> Any:
        """Expect 200; returns the body."""
        self._must(self.status == 200, "200")
        return self.body

    def done(self) -> None:
        """Expect 204 without a body."""
        self._must((self.status, self.raw) == (204, b""), "204 without a body")

    def refused(self) -> None:
        """Expect that the server took the request for wrong, whatever it says of it."""
        self._must(400 <= self.status < 500, "a status from 400 to 499")

    def fails(self, problem: Problem) -> None:
        """Expect exactly this problem, and not a key more."""
        expected = {"message": problem.message, "code": problem.code}
        self._must(self.status == problem.status and self.body == expected, f"{problem.status} {json.dumps(expected)}")

    def rejects(self, *errors: FieldErrors) -> None:
        """Expect 40001 with exactly these errors by key."""
        merged: FieldErrors = {}
        for each in errors:
            for key, found in each.items():
                merged.setdefault(key, []).extend(found)
        told = {"message": INVALID_MODEL.message, "code": INVALID_MODEL.code, "errors": sorted_errors(merged)}
        self._must(self.status == 400 and _sorted(self.body) == told, f"400 {json.dumps(told, ensure_ascii=False)}")

    def _must(self, holds: bool, expected: str) -> None:
        if not holds:
            raise Unexpected(self, expected)


def _sorted(body: Any) -> Any:
    """The body of a 40001 with its errors in one order."""
    return body | {"errors": sorted_errors(body["errors"])} if body.get("errors") else body


class Client:
    """Speaks to one base URL, as the system whose token it has or as nobody."""

    def __init__(
        self,
        http: httpx.Client,
        base_url: str,
        observe: Observer,
        *,
        token: str | None = None,
        short_id: str = "",
        uuid: str = "",
    ) -> None:
        self.base_url = base_url
        self.token = token
        self.id = short_id
        self.uuid = uuid
        self._http = http
        self._observe = observe

    def identified(self, token: str | None, short_id: str = "", uuid: str = "") -> "Client":
        """A client like this one with another `Authorization` header."""
        return Client(self._http, self.base_url, self._observe, token=token, short_id=short_id, uuid=uuid)

    def at(self, base_url: str) -> "Client":
        """The same client, speaking to another address."""
        return Client(self._http, base_url, self._observe, token=self.token, short_id=self.id, uuid=self.uuid)

    def send(
        self,
        method: str,
        path: str,
        *,
        content: bytes | Iterable[bytes] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Any request; `path` is relative to the base URL and may have a query."""
        all_headers = (
            {"User-Agent": USER_AGENT} | ({"Authorization": self.token} if self.token else {}) | dict(headers or {})
        )
        response = self._http.request(method, self.base_url + path, content=content, headers=all_headers)
        self._observe(method, path.split("?")[0], response)
        return Answer(response)

    def send_json(self, method: str, path: str, text: str | bytes) -> Answer:
        """A request whose body is this text, declared as JSON."""
        content = text.encode() if isinstance(text, str) else text
        return self.send(method, path, content=content, headers={"Content-Type": "application/json"})

    def get(self, path: str, **query: str | int) -> Answer:
        pairs = "&".join(f"{key}={quote(str(value), safe='')}" for key, value in query.items())
        return self.send("GET", f"{path}?{pairs}" if pairs else path)

    def post(self, path: str, body: Any) -> Answer:
        return self.send_json("POST", path, json.dumps(body, ensure_ascii=False))

    def patch(self, path: str, body: Any) -> Answer:
        return self.send_json("PATCH", path, json.dumps(body, ensure_ascii=False))

    def delete(self, path: str) -> Answer:
        return self.send("DELETE", path)

    def new_member(self, name: str = f"{MARKER} Ayo", **fields: Any) -> Any:
        """Make a member; returns the object."""
        return self.post("/members", {"name": name, **fields}).ok()

    def new_group(self, name: str = f"{MARKER} Household", members: Iterable[str] = (), **fields: Any) -> Any:
        """Make a group with these members; returns the object."""
        group = self.post("/groups", {"name": name, **fields}).ok()
        if references := list(members):
            self.post(f"/groups/{group['id']}/members/add", references).done()
        return group

    def new_switch(self, *members: str, timestamp: str | None = None) -> Any:
        """Register a switch; returns the object."""
        body: dict[str, Any] = {"members": members}
        return self.post("/systems/@me/switches", body if timestamp is None else body | {"timestamp": timestamp}).ok()
