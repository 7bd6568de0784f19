"""Postgres under requests that meet: locks, deadlocks, timeouts, and systems that end in between.

The tests are in the way themselves, with transactions of their own, and look into Postgres to see who waits for them.
"""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

from tests.support.commands import Commands
from tests.support.postgres_server import PostgresServer
from tests.support.server import PATIENCE, Server

POOL = 4
Connection = psycopg.Connection[Any]


@dataclass(frozen=True)
class Place:
    """A server with one worker and few connections, and two systems with a member each."""

    url: str
    http: httpx.Client
    mine: dict[str, str]
    other: dict[str, str]
    log: list[str]

    def call(self, method: str, path: str, system: dict[str, str], body: Any = None) -> httpx.Response:
        """A request of a system."""
        headers = {"Authorization": system["token"], "User-Agent": "postgres-tests"}
        return self.http.request(method, path, json=body, headers=headers)

    def rename(self, system: dict[str, str], name: str) -> httpx.Response:
        """Write something as the system."""
        return self.call("PATCH", "/systems/@me", system, {"name": name})


@contextmanager
def serving(url: str, folder: Path, **settings: str) -> Iterator[Place]:
    """A server on the database, with these settings."""
    run = Commands(folder)
    environment = {"DATABASE_URL": url, "RATE_LIMITS": "off", "PLURALSPEC_DATA": str(folder), **settings}
    mine, other = (run("system", "create", "--json", DATABASE_URL=url).json() for _ in range(2))
    with (
        Server("--workers", "1", environment=environment) as server,
        httpx.Client(base_url=f"{server.base_url}/v2", timeout=PATIENCE, trust_env=False) as http,
    ):
        yield Place(url, http, mine, other, server.log)
    assert "Traceback" not in "".join(server.log), "".join(server.log)


@pytest.fixture(scope="module")
def place(postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    settings = {"PLURALSPEC_POOL": str(POOL), "PLURALSPEC_STATEMENT_TIMEOUT": str(PATIENCE)}
    with serving(postgres.database(), tmp_path_factory.mktemp("place"), **settings) as place:
        yield place


@pytest.fixture
def connection(place: Place) -> Iterator[Connection]:
    """A transaction that is in the way, and ends with the test."""
    with psycopg.connect(place.url) as connection:
        yield connection


@pytest.fixture
def watcher(place: Place) -> Iterator[Connection]:
    """A connection to see who waits."""
    with psycopg.connect(place.url, autocommit=True) as connection:
        yield connection


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(32) as pool:
        yield pool


def until(true: Callable[[], bool]) -> None:
    """Wait for it, at most as long as anything may take."""
    deadline = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def waiting(watcher: Connection) -> int:
    """How many of the server's statements wait for a lock."""
    query = (
        "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'pluralspec' AND wait_event_type = 'Lock' "
        "AND datname = current_database()"
    )
    return int(watcher.execute(query).fetchall()[0][0])


def lock(connection: Connection, table: str, column: str, value: str) -> None:
    """Hold a row until the transaction ends."""
    connection.execute(f'SELECT 1 FROM "{table}" WHERE "{column}" = %s FOR UPDATE'.encode(), (value,))


def test_slow_query_does_not_hold_up_the_others_of_its_worker(
    place: Place, connection: Connection, watcher: Connection, threads: ThreadPoolExecutor
) -> None:
    lock(connection, "system", "uuid", place.mine["uuid"])
    slow = [threads.submit(place.rename, place.mine, f"slow {number}") for number in range(POOL - 1)]
    until(lambda: waiting(watcher) == POOL - 1)
    for number in range(20):
        assert place.rename(place.other, f"quick {number}").json()["name"] == f"quick {number}"
        assert place.call("GET", "/systems/@me", place.mine).status_code == 200
    assert waiting(watcher) == POOL - 1
    assert not any(each.done() for each in slow)
    connection.commit()
    assert [each.result().status_code for each in slow] == [200] * (POOL - 1)


def test_no_more_connections_than_the_pool_has(
    place: Place, connection: Connection, watcher: Connection, threads: ThreadPoolExecutor
) -> None:
    lock(connection, "system", "uuid", place.mine["uuid"])
    all_of_them = [threads.submit(place.rename, place.mine, f"name {number}") for number in range(3 * POOL)]
    until(lambda: waiting(watcher) == POOL)
    # What needs no connection is answered all the same.
    assert place.call("GET", "/nothing", place.mine).status_code == 404
    ours = (
        "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'pluralspec' AND datname = current_database()"
    )
    assert watcher.execute(ours).fetchall() == [(POOL,)]
    connection.commit()
    assert [each.result().status_code for each in all_of_them] == [200] * 3 * POOL
    assert watcher.execute(ours).fetchall() == [(POOL,)]


def test_request_that_waits_too_long_is_503_and_changes_nothing(postgres: PostgresServer, tmp_path: Path) -> None:
    with (
        serving(postgres.database(), tmp_path, PLURALSPEC_STATEMENT_TIMEOUT="0.2") as place,
        psycopg.connect(place.url) as connection,
    ):
        lock(connection, "system", "uuid", place.mine["uuid"])
        refused = place.rename(place.mine, "late")
        connection.commit()
        assert (refused.status_code, refused.headers["Retry-After"]) == (503, "1")
        assert refused.json() == {"message": "503: Service Unavailable", "code": 0}
        assert place.call("GET", "/systems/@me", place.mine).json()["name"] is None
        assert place.rename(place.mine, "in time").status_code == 200


def test_victim_of_a_deadlock_tries_again(
    place: Place, connection: Connection, watcher: Connection, threads: ThreadPoolExecutor
) -> None:
    member = place.call("POST", "/members", place.mine, {"name": "Ayo"}).json()
    # The one that looks for deadlocks first is their victim: the server, not this test.
    connection.execute("SET deadlock_timeout = '1min'")
    lock(connection, "member", "uuid", member["uuid"])
    change = threads.submit(place.call, "PATCH", f"/members/{member['id']}", place.mine, {"name": "Bao"})
    until(lambda: waiting(watcher) == 1)
    lock(connection, "system", "uuid", place.mine["uuid"])
    assert _deadlocks(watcher) == 1
    connection.commit()
    assert change.result().json()["name"] == "Bao"


def _deadlocks(watcher: Connection) -> int:
    watcher.execute("SELECT pg_stat_clear_snapshot(), pg_stat_force_next_flush()")
    query = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
    until(lambda: int(watcher.execute(query).fetchall()[0][0]) > 0)
    return int(watcher.execute(query).fetchall()[0][0])


@pytest.mark.parametrize("table", ["system", "member"])
def test_connection_that_ends_within_a_transaction_is_503_and_the_log_says_why(
    place: Place, connection: Connection, watcher: Connection, threads: ThreadPoolExecutor, table: str
) -> None:
    member = place.call("POST", "/members", place.mine, {"name": "Ayo"}).json()
    lock(connection, table, "uuid", {"system": place.mine, "member": member}[table]["uuid"])
    change = threads.submit(place.call, "PATCH", f"/members/{member['id']}", place.mine, {"name": "Bao"})
    until(lambda: waiting(watcher) == 1)
    watcher.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
    assert change.result().status_code == 503
    # And not that nothing could be taken back on a connection that was gone.
    request_id = change.result().headers["X-Request-Id"]
    until(lambda: any(request_id in line for line in place.log))
    (said,) = (line for line in place.log if request_id in line)
    assert "terminating connection due to administrator command" in said


def test_system_that_is_deleted_meanwhile_is_nobody_any_more(
    place: Place, connection: Connection, watcher: Connection, threads: ThreadPoolExecutor, tmp_path: Path
) -> None:
    doomed = Commands(tmp_path)("system", "create", "--json", DATABASE_URL=place.url).json()
    connection.execute("DELETE FROM system WHERE uuid = %s", (doomed["uuid"],))
    requests: list[Future[httpx.Response]] = [
        threads.submit(place.call, "POST", "/members", doomed, {"name": "Ayo"}),
        threads.submit(place.rename, doomed, "late"),
        threads.submit(place.call, "POST", "/systems/@me/switches", doomed, {"members": []}),
    ]
    until(lambda: waiting(watcher) == len(requests))
    connection.commit()
    assert [each.result().status_code for each in requests] == [401] * len(requests)


def test_member_that_is_deleted_while_its_guild_settings_are_made(
    place: Place, connection: Connection, watcher: Connection, threads: ThreadPoolExecutor, tmp_path: Path
) -> None:
    account, guild = "123456789012345678", "234567890123456789"
    Commands(tmp_path)("account", "link", place.mine["id"], account, DATABASE_URL=place.url).ok()
    member = place.call("POST", "/members", place.mine, {"name": "Ayo"}).json()
    shifted = [int(account) - (1 << 63), int(guild) - (1 << 63)]
    watcher.execute(
        "INSERT INTO message (id, original, sender, channel, guild, member_id) SELECT 1, 1, %s, 1, %s, id FROM member "
        "WHERE uuid = %s",
        (*shifted, member["uuid"]),
    )
    connection.execute("DELETE FROM member WHERE uuid = %s", (member["uuid"],))
    settings = threads.submit(place.call, "GET", f"/members/{member['id']}/guilds/{guild}", place.mine)
    until(lambda: waiting(watcher) == 1)
    connection.commit()
    assert (settings.result().status_code, settings.result().json()["code"]) == (404, 20002)
