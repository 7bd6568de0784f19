"""The proxy changes nothing where there is no fault, and no two faults are the same."""

from collections.abc import Iterator

import httpx
import pytest

from tests.contract.faults import FAULTS
from tests.contract.proxy import Proxy
from tests.contract.tampering import honest
from tests.support.home import Home
from tests.support.server import Server

# The proxy knows nothing of what is behind the server.
pytestmark = pytest.mark.databases("sqlite")
NOTED_BY_THE_SERVER = {"date", "x-request-id", "x-ratelimit-reset", "x-ratelimit-remaining"}
REQUESTS = (
    ("GET", "/v2/systems/@me?x=%20%2F&y=é", b""),
    ("HEAD", "/v2/systems/@me", b""),
    ("GET", "/v2/members/%20a-b%00", b""),
    ("GET", "/", b""),
    ("GET", "/v1/s", b""),
    ("OPTIONS", "/v2/members", b""),
    ("PUT", "/v2/members", b"{}"),
    ("PATCH", "/v2/systems/@me", b"{no json"),
)


@pytest.fixture(scope="module")
def proxy(server: Server) -> Iterator[Proxy]:
    with Proxy(server.base_url) as running:
        yield running
    assert running.mistakes == []


@pytest.mark.parametrize(("method", "path", "content"), REQUESTS)
def test_without_a_fault_nothing_is_changed(
    proxy: Proxy, server: Server, home: Home, http: httpx.Client, method: str, path: str, content: bytes
) -> None:
    token = home.owner.token or ""
    behind = proxy.address(honest, token)
    headers = {"Authorization": token, "Content-Type": "application/json"}
    ours, theirs = (
        http.request(method, f"{at}{path}", content=content, headers=headers) for at in (server.base_url, behind)
    )
    assert (theirs.status_code, theirs.content) == (ours.status_code, ours.content)
    told = [{name: each.headers[name] for name in each.headers.keys() - NOTED_BY_THE_SERVER} for each in (ours, theirs)]
    assert told[0] == told[1]


def test_faults_are_distinct() -> None:
    assert len({fault.id for fault in FAULTS}) == len({fault.sentence for fault in FAULTS}) == len(FAULTS) >= 60
