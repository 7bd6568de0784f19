"""What the server says of itself: JSON lines that tell which request they are about, and nothing that is private."""

import json
import re
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

from tests.support.commands import Commands
from tests.support.pipeline import Request
from tests.support.postgres_server import PostgresServer
from tests.support.server import ROOT, Server
from tests.support.wire import exchange
from tests.support.workers import pipelines

PATIENCE = 20.0
PRIVATE = "wisteria"
"""What is private wherever it is sent or stored; it may be part of a word."""
ALL = ("--log-level", "debug", "--access-log", "on")
Line = dict[str, Any]


class Spoken(Server):
    """A server whose lines can be looked through."""

    def lines(self) -> list[Line]:
        """All that has been logged; what is not is the greeting."""
        return [json.loads(line) for line in list(self.log) if line.startswith("{")]

    def access(self, **values: Any) -> list[Line]:
        """The lines about answers that have these values."""
        lines = (line for line in self.lines() if line["logger"] == "pluralspec.access")
        return [line for line in lines if values.items() <= line.items()]

    def comes(self, wanted: Callable[[Line], bool]) -> Line:
        """The first such line, which must come."""
        deadline = time.monotonic() + PATIENCE
        while not (found := next(filter(wanted, self.lines()), None)):
            assert time.monotonic() < deadline, "".join(self.log)
            time.sleep(0.02)
        return found

    def about(self, request_id: str) -> Line:
        """The line about the answer to this request."""
        return self.comes(lambda line: line["logger"] == "pluralspec.access" and line["request_id"] == request_id)


class House:
    """A system on a server that says all it can."""

    def __init__(self, server: Spoken, data: Path, token: str, key: str = "") -> None:
        self.server, self.data, self._key = server, data, f"Bearer {key}"
        self._headers = {"Authorization": token, "User-Agent": f"agent-{PRIVATE}"}

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> httpx.Response:
        """A request of the system's owner."""
        url = f"{self.server.base_url}{path}"
        return httpx.request(method, url, json=body, headers=self._headers | headers, timeout=PATIENCE)

    def fails(self, request_id: str) -> None:
        """A request that fails of what the database holds, as nobody foresaw."""
        self.change(f"UPDATE api_key SET scopes = '[\"{PRIVATE}'")
        answer = self.ask("GET", "/v2/systems/@me", **{"X-Request-Id": request_id, "Authorization": self._key})
        assert answer.status_code == 500

    def change(self, sql: str) -> None:
        """Change the database behind the server's back."""
        with closing(sqlite3.connect(self.data / "pluralspec.db", isolation_level=None)) as connection:
            connection.execute(sql)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    run = Commands(tmp_path_factory.mktemp("house"))
    system = run("system", "create", "--name", PRIVATE, "--json").json()
    key = run("key", "create", system["id"], "--name", PRIVATE, "--scope", "full", "--json").json()["key"]
    data = Path(run.environment["PLURALSPEC_DATA"])
    with Spoken("--workers", "2", *ALL, environment=run.environment | {"RATE_LIMITS": "off"}) as server:
        yield House(server, data, system["token"], key)


def test_a_line_for_each_answer_tells_who_asked_for_what_and_what_became_of_it(house: House) -> None:
    before, answer = datetime.now(UTC), house.ask("GET", "/v2/systems/@me")
    line = house.server.about(answer.headers["x-request-id"])
    milliseconds, moment = line.pop("milliseconds"), datetime.fromisoformat(line.pop("time"))
    assert line == {
        "level": "info",
        "logger": "pluralspec.access",
        "request_id": answer.headers["x-request-id"],
        "client": "127.0.0.1",
        "method": "GET",
        "operation": "get_system",
        "status": 200,
    }
    assert 0 < milliseconds < answer.elapsed.total_seconds() * 1000
    assert before - timedelta(milliseconds=1) <= moment <= datetime.now(UTC)


@pytest.mark.parametrize(
    ("method", "path", "operation", "status"),
    [
        ("HEAD", "/v2/systems/@me", "get_system", 200),
        ("OPTIONS", "/v2/members", None, 204),
        ("POST", "/v2/members", "create_member", 400),
        ("PUT", "/v2/members", None, 405),
        ("GET", "/nothing", None, 404),
        ("GET", "/health/ready", None, 200),
    ],
)
def test_every_kind_of_answer_has_its_line(
    house: House, method: str, path: str, operation: str | None, status: int
) -> None:
    answer = house.ask(method, path, {} if method == "POST" else None)
    line = house.server.about(answer.headers["x-request-id"])
    assert (line["method"], line["operation"], line["status"]) == (method, operation, status)
    assert answer.status_code == status


def test_a_request_may_bring_its_id(house: House) -> None:
    for given in ("a", "0af7651916cd43dd8448eb211c80319c", "Trace_1.2-3", "x" * 64):
        assert house.ask("GET", "/v2/systems/@me", **{"X-Request-Id": given}).headers["x-request-id"] == given
        assert house.server.about(given)["status"] == 200


@pytest.mark.parametrize("given", ["", "x" * 65, "a b", "a\tb", 'a"b', "a;b", "é", "a/b"])
def test_an_id_that_could_do_harm_is_replaced(house: House, given: str) -> None:
    headers = [("User-Agent", "x"), ("X-Request-Id", given)]
    answer = exchange(house.server.base_url, "GET", "/v2/systems/dddddd", headers)
    (found,) = answer.headers.get_all("x-request-id", [])
    assert re.fullmatch("[0-9a-f]{16}", found)


def test_every_answer_of_every_worker_has_an_id_of_its_own(house: House) -> None:
    requests = [Request("GET", path) for path in ("/v2/systems/dddddd", "/nothing", "/docs") * 20]
    with pipelines(house.server) as connections:
        raw = [seen.raw for connection in connections for seen in connection.send_all(requests)]
    ids = [found for answer in raw for found in re.findall(rb"\r?\nx-request-id: (\S+)\r\n", answer)]
    assert len(set(ids)) == len(raw) == 120


def test_an_error_is_told_with_its_kind_and_place_and_the_request(house: House) -> None:
    house.fails("broken")
    line = house.server.comes(lambda line: line.get("request_id") == "broken" and line["level"] == "error")
    assert line["message"] == "unexpected error"
    assert "JSONDecodeError" in line["error"]
    assert line["trace"].startswith("Traceback\n")
    assert "models/keys.py" in line["trace"]


def test_a_database_that_is_of_no_use_is_told_with_the_request(house: House) -> None:
    house.change("ALTER TABLE member RENAME TO elsewhere")
    answer = house.ask("GET", "/v2/systems/@me/members", **{"X-Request-Id": "unavailable"})
    house.change("ALTER TABLE elsewhere RENAME TO member")
    assert answer.status_code == 503
    line = house.server.comes(lambda line: line.get("request_id") == "unavailable" and line["level"] == "error")
    assert line["message"].startswith("the database is unavailable: no such table")


def test_nothing_private_is_in_the_log(house: House) -> None:
    made = house.ask("POST", "/v2/members", {"name": PRIVATE, "description": PRIVATE}).json()
    path = f"/v2/members/{made['id']}"
    for answer in (
        house.ask("PATCH", path, {"birthday": f"{PRIVATE}-01-01", "description": PRIVATE * 200}),
        house.ask("PATCH", path, {PRIVATE: PRIVATE}),
        house.ask("POST", f"/v2/members/{PRIVATE}/groups/add", [PRIVATE]),
        house.ask("GET", f"/v2/systems/{PRIVATE}?q={PRIVATE}"),
        house.ask("GET", f"/{PRIVATE}?{PRIVATE}"),
        house.ask("GET", f"/v2/systems/@me/switches?before={PRIVATE}&limit={PRIVATE}"),
        house.ask("GET", path, **{"X-Forwarded-For": PRIVATE, "X-Request-Id": f"{PRIVATE}?", "Cookie": PRIVATE}),
    ):
        assert answer.status_code < 500
    exchange(house.server.base_url, f"{PRIVATE}", f"/{PRIVATE}")
    house.fails("last")
    house.server.about("last")
    assert len(house.server.access()) > 9
    assert PRIVATE not in "".join(house.server.log)


def test_nothing_private_of_postgres_is_in_the_log(postgres: PostgresServer, tmp_path: Path) -> None:
    url, run = postgres.database(), Commands(tmp_path)
    token = run("system", "create", "--json", DATABASE_URL=url).json()["token"]
    environment = run.environment | {"DATABASE_URL": url, "RATE_LIMITS": "off"}
    with Spoken(*ALL, environment=environment) as server, psycopg.connect(url, autocommit=True) as behind:
        house = House(server, tmp_path, token)
        # A row that Postgres does not take, and whose values it quotes to us.
        behind.execute("ALTER TABLE member ADD CONSTRAINT odd CHECK (description IS NULL)")
        answer = house.ask("POST", "/v2/members", {"name": PRIVATE, "description": PRIVATE})
        assert answer.status_code in (500, 503)
        server.comes(lambda line: "attempt" in line.get("message", ""))
        server.about(answer.headers["x-request-id"])
    assert PRIVATE not in "".join(server.log)


def test_errors_are_not_quoted_and_queries_not_shown() -> None:
    code = f"""
import logging
from handlers.request.logs import configure
configure("debug")
logging.getLogger("peewee").debug("SELECT '{PRIVATE}'")
try:
    {{}}["{PRIVATE}"]
except KeyError as error:
    try:
        raise ValueError("{PRIVATE}") from error
    except ValueError:
        logging.getLogger("models").exception("as nobody foresaw")
"""
    said = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stderr
    (line,) = said.splitlines()
    assert json.loads(line)["error"] == "ValueError from KeyError"
    assert PRIVATE not in line


def test_all_that_is_logged_is_json_and_says_when_and_what(house: House) -> None:
    house.ask("GET", "/v2/systems/@me")
    others = [line for line in house.server.log if not line.startswith("{")]
    assert [line.split(" ")[0] for line in others] == ["pluralspec", "Documentation"]
    for line in house.server.lines():
        assert {"time", "level", "logger"} <= line.keys()
        assert line["level"] in ("debug", "info", "warning", "error")
        assert datetime.fromisoformat(line["time"]).utcoffset() == timedelta(0)
    assert {line["logger"] for line in house.server.lines()} >= {"gunicorn.error", "uvicorn.error"}


def test_says_nothing_of_what_goes_well_unless_it_is_asked_to(tmp_path: Path) -> None:
    with Spoken(environment={"PLURALSPEC_DATA": str(tmp_path), "RATE_LIMITS": "off"}) as server:
        assert httpx.get(f"{server.base_url}/v2/systems/dddddd").status_code == 404
    assert server.lines() == []
    assert len(server.log) == 2
