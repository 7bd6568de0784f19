"""Postgres that goes away, comes back or stands still under a server that goes on running."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress

import httpx
import psycopg
import pytest

from tests.support.commands import Commands
from tests.support.postgres_server import PostgresServer, executables
from tests.support.server import PATIENCE, Server
from tests.support.workers import workers

AT_ONCE = 8
SOON = 2.0
"""Seconds within which an answer must come, whatever Postgres does."""


class House:
    """A server with one worker on a Postgres of its own, and a client of a system."""

    def __init__(self, postgres: PostgresServer, url: str, server: Server, http: httpx.Client) -> None:
        self.postgres, self.url, self.server, self._http = postgres, url, server, http

    def answers(self) -> bool:
        """Whether a worker serves at all; the answer may take as long as a start does."""
        with suppress(httpx.TransportError):
            return self._http.get("/systems/@me").status_code == 200
        return False

    def get(self, _: int = 0) -> httpx.Response:
        """The system itself: this asks the database who asks and for what."""
        return self._soon("GET", None)

    def rename(self, name: str) -> httpx.Response:
        """Write something."""
        return self._soon("PATCH", {"name": name})

    def many(self) -> list[httpx.Response]:
        """As many requests at once as there are connections."""
        with ThreadPoolExecutor(AT_ONCE) as threads:
            return list(threads.map(self.get, range(AT_ONCE)))

    def comes_back(self) -> None:
        """Expect that requests succeed again without anybody's help, and at once."""
        deadline = time.monotonic() + SOON
        while self.get().status_code != 200:
            assert time.monotonic() < deadline
            time.sleep(0.02)
        assert [answer.status_code for answer in self.many()] == [200] * AT_ONCE

    def _soon(self, method: str, body: object) -> httpx.Response:
        began = time.monotonic()
        answer = self._http.request(method, "/systems/@me", json=body)
        assert time.monotonic() - began < SOON
        return answer


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    if not executables():
        pytest.skip("there is no Postgres")
    folder = tmp_path_factory.mktemp("house")
    with PostgresServer() as postgres:
        url = postgres.database()
        token = Commands(folder)("system", "create", "--json", DATABASE_URL=url).json()["token"]
        environment = {"DATABASE_URL": url, "RATE_LIMITS": "off", "PLURALSPEC_DATA": str(folder)}
        with (
            Server("--workers", "1", environment=environment | {"PLURALSPEC_STATEMENT_TIMEOUT": "0.5"}) as server,
            httpx.Client(base_url=f"{server.base_url}/v2", headers={"Authorization": token}, timeout=PATIENCE) as http,
        ):
            yield House(postgres, url, server, http)
        # That a worker cannot start without Postgres is told with its place; nothing else may be.
        odd = [line for line in server.log if "Traceback" in line and "Exception in worker process" not in line]
        assert odd == []
        assert postgres.password not in "".join(server.log)


def is_503(answer: httpx.Response) -> None:
    """Expect that the answer says so, and when to ask again."""
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
    assert answer.json() == {"message": "503: Service Unavailable", "code": 0}


@pytest.mark.parametrize("mode", ["fast", "immediate"])
def test_restart_that_nobody_sees(house: House, mode: str) -> None:
    assert [answer.status_code for answer in house.many()] == [200] * AT_ONCE
    house.postgres.stop(mode)
    house.postgres.start()
    # Every connection is dead, and not one request fails of it.
    assert [answer.status_code for answer in house.many()] == [200] * AT_ONCE


@pytest.mark.parametrize("mode", ["fast", "immediate"])
def test_stop_is_503_soon_and_a_start_ends_it(house: House, mode: str) -> None:
    house.rename("before").raise_for_status()
    house.postgres.stop(mode)
    for answer in (house.get(), house.rename("never"), *house.many()):
        is_503(answer)
    house.postgres.start()
    house.comes_back()
    assert house.get().json()["name"] == "before"


def test_worker_that_ends_meanwhile_is_replaced_when_postgres_is_back(house: House) -> None:
    (worker,) = workers(house.server)
    house.postgres.stop("immediate")
    os.kill(worker, signal.SIGKILL)
    # The next ones cannot start, and there will be another one each time.
    wait_for(lambda: "another will try" in "".join(house.server.log))
    house.postgres.start()
    wait_for(lambda: house.answers())
    assert workers(house.server) != [worker]
    house.comes_back()


def wait_for(true: Callable[[], bool]) -> None:
    """Wait until it is so."""
    deadline = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_connections_that_are_ended_one_by_one(house: House) -> None:
    assert [answer.status_code for answer in house.many()] == [200] * AT_ONCE
    with psycopg.connect(house.url, autocommit=True) as connection:
        _end_connections(connection)
    assert [answer.status_code for answer in house.many()] == [200] * AT_ONCE


def test_replica_that_takes_no_writes_is_503_and_reads_go_on(house: House) -> None:
    house.rename("before").raise_for_status()
    name = house.url.rsplit("/", 1)[1]
    with psycopg.connect(house.url, autocommit=True) as connection:
        connection.execute(f'ALTER DATABASE "{name}" SET default_transaction_read_only = on'.encode())
        _end_connections(connection)
        is_503(house.rename("never"))
        assert house.get().json()["name"] == "before"
        connection.execute("SET default_transaction_read_only = off")
        connection.execute(f'ALTER DATABASE "{name}" RESET default_transaction_read_only'.encode())
        _end_connections(connection)
    assert house.rename("after").json()["name"] == "after"


def _end_connections(connection: "psycopg.Connection[tuple[object, ...]]") -> None:
    connection.execute(
        "SELECT pg_terminate_backend(pid, 1000) FROM pg_stat_activity WHERE application_name = 'pluralspec'"
    )


def test_server_that_stands_still_is_503_soon(house: House) -> None:
    house.rename("before").raise_for_status()
    with _standing_still(house):
        is_503(house.get())
        is_503(house.rename("never"))
        for answer in house.many():
            is_503(answer)
    house.comes_back()
    assert house.get().json()["name"] in ("before", "never")


@contextmanager
def _standing_still(house: House) -> Iterator[None]:
    """Freeze every process of Postgres."""
    pid = int((house.postgres.folder / "data" / "postmaster.pid").read_text().split()[0])
    with psycopg.connect(house.url) as connection:
        query = "SELECT pid FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
        backends = [each for (each,) in connection.execute(query).fetchall()]
    processes = [pid, *backends]
    _signal(processes, signal.SIGSTOP)
    try:
        yield
    finally:
        _signal(processes, signal.SIGCONT)


def _signal(processes: list[int], number: signal.Signals) -> None:
    """To all of them that are still there: workers of Postgres come and go by themselves."""
    for process in processes:
        with suppress(ProcessLookupError):
            os.kill(process, number)
