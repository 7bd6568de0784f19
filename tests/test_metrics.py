"""`/metrics`: what Prometheus is told, added up over all workers."""

import os
import re
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import psycopg
import pytest
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample

from tests.support.commands import Commands
from tests.support.pipeline import Request
from tests.support.postgres_server import PostgresServer
from tests.support.problems import METHOD_NOT_ALLOWED, NOT_FOUND
from tests.support.redis_server import free_port
from tests.support.server import Server
from tests.support.wire import exchange
from tests.support.workers import pipelines, workers

SYSTEM = "/v2/systems/wazvno"
PATIENCE = 20.0


class MeasuredServer(Server):
    """A server with two workers and a port for metrics."""

    def __init__(self, data: Path, **settings: str) -> None:
        environment = {"PLURALSPEC_DATA": str(data), "RATE_LIMITS": "off", **settings}
        super().__init__("--demo", "--workers", "2", "--metrics-port", "0", environment=environment)

    @property
    def metrics_url(self) -> str:
        """The address of the metrics without their path."""
        return self.said(r"(http://\S+)/metrics")

    def said(self, pattern: str) -> str:
        """What stands at the group of this pattern in what the server prints when it begins."""
        deadline = time.monotonic() + PATIENCE
        while not (found := re.search(pattern, "".join(self.log))):
            assert time.monotonic() < deadline, self.log
        return found[1]

    def text(self) -> str:
        """What Prometheus would read."""
        answer = httpx.get(f"{self.metrics_url}/metrics")
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
        return answer.text

    def samples(self) -> list[Sample]:
        return [sample for family in text_string_to_metric_families(self.text()) for sample in family.samples]

    def value(self, name: str, **labels: str) -> float:
        """The value of a sample, 0 if there is none."""
        found = [each.value for each in self.samples() if each.name == f"pluralspec_{name}" and each.labels == labels]
        assert len(found) < 2
        return found[0] if found else 0.0

    def comes_to_be(self, name: str, least: float, most: float) -> None:
        """Expect that what is looked at every second comes to be within these bounds."""
        deadline = time.monotonic() + PATIENCE
        while not least <= (found := self.value(name)) <= most:
            assert time.monotonic() < deadline, f"{name} is {found}"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MeasuredServer]:
    with MeasuredServer(tmp_path_factory.mktemp("data")) as running:
        yield running


def _ask_each_worker(server: Server, path: str, times: int) -> None:
    with pipelines(server) as connections:
        for connection in connections:
            assert len(list(connection.send_all([Request("GET", path)] * times))) == times


def test_counts_the_answers_of_all_workers_by_operation_and_status(server: MeasuredServer) -> None:
    found, missing = ({"operation": "get_system", "status": status} for status in ("200", "404"))
    before = server.value("requests_total", **found), server.value("requests_total", **missing)
    _ask_each_worker(server, SYSTEM, 30)
    _ask_each_worker(server, "/v2/systems/dddddd", 7)
    after = server.value("requests_total", **found), server.value("requests_total", **missing)
    assert (after[0] - before[0], after[1] - before[1]) == (60, 14)


@pytest.mark.parametrize(
    ("method", "path", "labels"),
    [
        ("HEAD", SYSTEM, {"operation": "get_system", "status": "200"}),
        ("PATCH", "/v2/systems/@me", {"operation": "update_system", "status": "401"}),
        ("OPTIONS", SYSTEM, {"operation": "other", "status": "204"}),
        ("GET", "/nothing", {"operation": "other", "status": "404"}),
        ("PUT", SYSTEM, {"operation": "other", "status": "405"}),
        ("GET", "/v1", {"operation": "other", "status": "410"}),
    ],
)
def test_every_kind_of_answer_is_counted_once(
    server: MeasuredServer, method: str, path: str, labels: dict[str, str]
) -> None:
    before = server.value("requests_total", **labels)
    exchange(server.base_url, method, path, [("User-Agent", "metrics-tests")])
    assert server.value("requests_total", **labels) - before == 1


def test_what_is_no_request_is_counted_too(server: MeasuredServer) -> None:
    labels = {"operation": "other", "status": "431"}
    before = server.value("requests_total", **labels)
    assert exchange(server.base_url, "GET", "/", [("X-Filler", "a" * 70_000)]).status == 431
    assert server.value("requests_total", **labels) - before == 1


def test_the_histogram_adds_up(server: MeasuredServer) -> None:
    _ask_each_worker(server, "/v2/systems/obgavg", 10)
    samples = [each for each in server.samples() if each.labels.get("operation") == "get_system"]
    buckets = [each for each in samples if each.name == "pluralspec_request_seconds_bucket"]
    bounds, counts = [float(each.labels["le"]) for each in buckets], [each.value for each in buckets]
    assert bounds == sorted(bounds)
    assert counts == sorted(counts)
    requests = sum(each.value for each in samples if each.name == "pluralspec_requests_total")
    assert counts[-1] == server.value("request_seconds_count", operation="get_system") == requests >= 20


def test_the_time_of_an_answer_is_within_what_its_client_waited(tmp_path: Path) -> None:
    with MeasuredServer(tmp_path) as server, httpx.Client() as client:
        began = time.monotonic()
        for _ in range(50):
            client.get(server.base_url + SYSTEM)
        waited = time.monotonic() - began
        assert waited / 1000 < server.value("request_seconds_sum", operation="get_system") < waited


def test_requests_over_the_limit_are_counted_by_class(tmp_path: Path) -> None:
    with MeasuredServer(tmp_path, RATE_LIMITS="generic_get:1,generic_update:1") as server:
        for method, times, operation, scope in (
            ("GET", 8, "get_system", "generic_get"),
            ("PATCH", 5, "update_system", "generic_update"),
        ):
            answers = [httpx.request(method, server.base_url + SYSTEM).status_code for _ in range(times)]
            refused = answers.count(429)
            assert refused
            assert server.value("rate_limited_total", scope=scope) == refused
            assert server.value("requests_total", operation=operation, status="429") == refused
        assert server.value("rate_limited_total", scope="message") == 0


def test_shows_what_the_server_is_busy_with(server: MeasuredServer) -> None:
    with pipelines(server, each=3):
        server.comes_to_be("connections", 6, 7)  # with the one that asks, or without
    server.comes_to_be("connections", 0, 1)
    assert server.value("workers") == 2
    assert server.value("info", version="0.1.0") == 1


def test_shows_how_many_connections_to_postgres_there_may_be_and_are_used(
    postgres: PostgresServer, tmp_path: Path
) -> None:
    url = postgres.database()
    with MeasuredServer(tmp_path, DATABASE_URL=url, PLURALSPEC_POOL="3") as server, ThreadPoolExecutor() as threads:
        server.comes_to_be("database_connections", 6, 6)
        with psycopg.connect(url) as holder:
            holder.execute('SELECT 1 FROM "system" FOR UPDATE')
            headers = {"Authorization": server.said(r"token  (\S+)")}
            waiting = threads.submit(httpx.patch, server.base_url + SYSTEM, json={"name": "Name"}, headers=headers)
            server.comes_to_be("database_connections_used", 1, 1)
        assert waiting.result().status_code == 200
        server.comes_to_be("database_connections_used", 0, 0)


def test_has_nothing_to_say_of_connections_to_sqlite(server: MeasuredServer) -> None:
    assert "database_connections" not in server.text()


def test_counts_outlive_the_workers_that_counted(tmp_path: Path) -> None:
    with MeasuredServer(tmp_path) as server:
        for number, end in enumerate((signal.SIGKILL, signal.SIGHUP), start=1):
            first, second = workers(server)
            _ask_each_worker(server, SYSTEM, 10)
            os.kill(*((first, end) if end is signal.SIGKILL else (server.process.pid, end)))
            server.comes_to_be("worker_starts_total", *((3, 3) if number == 1 else (5, 5)))
            assert server.value("requests_total", operation="get_system", status="200") == 20 * number
        deadline = time.monotonic() + PATIENCE
        while second in workers(server):
            assert time.monotonic() < deadline
        server.comes_to_be("workers", 2, 2)


def test_the_port_for_metrics_has_nothing_else(server: MeasuredServer) -> None:
    exchange(server.metrics_url, "GET", SYSTEM, [("User-Agent", "x")]).fails(NOT_FOUND)
    exchange(server.metrics_url, "GET", "/", []).fails(NOT_FOUND)
    exchange(server.metrics_url, "POST", "/metrics", []).fails(METHOD_NOT_ALLOWED)
    assert exchange(server.metrics_url, "HEAD", "/metrics", []).body == b""


def test_the_port_of_the_api_has_no_metrics(server: MeasuredServer) -> None:
    exchange(server.base_url, "GET", "/metrics", [("User-Agent", "x")]).fails(NOT_FOUND)


def test_listens_for_this_machine_alone(server: MeasuredServer) -> None:
    assert server.metrics_url.startswith("http://127.0.0.1:")


def test_is_off_unless_asked_for(tmp_path: Path) -> None:
    with Server(environment={"PLURALSPEC_DATA": str(tmp_path)}) as server:
        exchange(server.base_url, "GET", "/metrics", []).fails(NOT_FOUND)
    assert "metrics" not in "".join(server.log)


def test_refuses_the_port_of_the_api(tmp_path: Path) -> None:
    port = str(free_port())
    run = Commands(tmp_path)
    run("serve", "--port", port, "--metrics-port", port).refuses(port, "--metrics-port")
    run("serve", "--port", "0", "--metrics-port", "0", "--metrics-host", "192.0.2.1").refuses("--metrics-host")
