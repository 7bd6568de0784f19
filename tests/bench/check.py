"""Before anything is timed: every server must give the very same answers."""

import http.client
import json
from collections.abc import Iterable, Sequence
from typing import Any

from tests.bench.load import Address
from tests.bench.servers import Server
from tests.bench.works import Request, Work

_REQUESTS, _LARGE_REQUESTS = 40, 1


class Disagreement(Exception):
    """Two servers answer the same request differently; the text says which and how."""


def check(works: Iterable[Work], servers: Sequence[Server]) -> int:
    """Send the last requests of each work to all servers; how many that were. Raises Disagreement."""
    requests = [each for work in works for each in work.requests[-_LARGE_REQUESTS if work.large else -_REQUESTS :]]
    # What is read after a switch shows the ids and times that each server made up.
    requests.sort(key=lambda request: request.method != "GET")
    for request in requests:
        expected = _ask(servers[0].address, request)
        for server in servers[1:]:
            found = _ask(server.address, request)
            if found != expected:
                raise Disagreement(_told(request, servers[0], expected, server, found))
    return len(requests)


def _ask(address: Address, request: Request) -> tuple[int, Any]:
    connection = http.client.HTTPConnection(*address, timeout=60)
    try:
        connection.request(request.method, f"/v2{request.path}", request.content or None, request.headers)
        answer = connection.getresponse()
        return answer.status, _comparable(request, json.loads(answer.read() or b"null"))
    finally:
        connection.close()


def _comparable(request: Request, answer: Any) -> Any:
    """The answer without what every server makes up for itself: the id and the time of a new switch."""
    return {**answer, "id": None, "timestamp": None} if request.method == "POST" else answer


def _told(request: Request, one: Server, expected: Any, other: Server, found: Any) -> str:
    said = f"{request.method} {request.path}: {one.peer.title} answers {expected}, {other.peer.title} {found}"
    return said[:4000]
