"""One client on one connection, which has an answer for everything that can become of a request."""

import http.client
import json
import time
from dataclasses import dataclass
from typing import Any

PATIENCE = 40.0
"""Seconds after which a request without an answer is one that hangs. A server takes connections as soon as it starts,
and answers when it has started, so this is more than a start may take on a busy machine."""
USER_AGENT = "fault-tests (https://example.org)"

_UNAVAILABLE = {"message": "503: Service Unavailable", "code": 0}


@dataclass(frozen=True)
class Reply:
    """What became of a request; `status` 0 is a connection that ended, or never began, without an answer."""

    status: int
    body: Any
    seconds: float
    fault: str = ""
    """What is wrong with it, whatever happens to the server meanwhile."""

    @property
    def good(self) -> bool:
        """Whether the server has done what it was asked."""
        return self.status in (200, 204)


class Caller:
    """A client of the server on a port of this machine; connects anew when it must."""

    def __init__(self, port: int, token: str | None = None) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, PATIENCE)
        self._headers = {"User-Agent": USER_AGENT} | ({"Authorization": token} if token else {})

    def __call__(self, method: str, path: str, body: Any = None) -> Reply:
        """Send one request, and wait for what becomes of it."""
        content = None if body is None else json.dumps(body).encode()
        headers = self._headers | ({"Content-Type": "application/json"} if content else {})
        begun = time.monotonic()
        try:
            self._connection.request(method, f"/v2{path}", content, headers)
            response = self._connection.getresponse()
            text = response.read()
        except TimeoutError:
            self.close()
            return Reply(0, None, time.monotonic() - begun, "no answer and no end of the connection")
        except (OSError, http.client.HTTPException):
            self.close()
            return Reply(0, None, time.monotonic() - begun)
        return _judged(response, text, time.monotonic() - begun)

    def close(self) -> None:
        """Let the connection go."""
        self._connection.close()


def _judged(response: http.client.HTTPResponse, text: bytes, seconds: float) -> Reply:
    if response.status == 204 and not text:
        return Reply(204, None, seconds)
    kind = response.headers.get("content-type", "")
    if kind.split(";")[0] != "application/json":
        return Reply(response.status, None, seconds, f"no JSON but {kind}: {text[:200]!r}")
    body = json.loads(text)
    if response.status == 200:
        return Reply(200, body, seconds)
    if response.status == 503 and body == _UNAVAILABLE:
        told = response.headers.get("retry-after", "")
        return Reply(503, body, seconds, "" if told.isdecimal() else f"a 503 with Retry-After {told!r}")
    return Reply(response.status, body, seconds, f"answered with {body}")
