"""Secrets at rest: what a server has stored, logged and answered opens nothing to whoever finds it."""

import base64
import json
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from tests.support.commands import COMMAND, Commands
from tests.support.pipeline import Pipeline, Request, Seen
from tests.support.server import PATIENCE, ROOT, Server
from tests.support.workers import pipelines

PIECE = 20
"""Letters of a secret in a row that count as a find."""
AGENT = "secrets-tests (https://example.org)"
PUBLIC_NAME = "Lighthouse-keeper-of-the-north"


def own_server(environment: dict[str, str]) -> Server:
    """The server, told to log all that it can."""
    return Server("--workers", "2", "--log-level", "debug", "--access-log", "on", environment=environment)


def in_gunicorn(environment: dict[str, str]) -> Server:
    """The application in somebody's own gunicorn, which writes its log in its own way."""
    # gunicorn's own access log stays empty: uvicorn's workers write none for it.
    server = Server(environment={**environment, "PLURALSPEC_ACCESS_LOG": "on"})
    application = ("handlers.request.application:create_app()", "--worker-class", "handlers.request.worker.Worker")
    verbose = ("--log-level", "debug", "--access-logfile", "-", "--no-control-socket")
    server.command = [sys.executable, "-m", "gunicorn", *application, "--bind", "127.0.0.1:0", *verbose]
    return server


# How the server is run, and what its log says at least: of requests served, refused and failed.
ACCESS = tuple(b'"operation":"get_system","status":%d' % status for status in (200, 401, 500, 503))
SERVERS = {
    "serve": (own_server, (b'"logger":"gunicorn.error"', *ACCESS)),
    "gunicorn": (in_gunicorn, (b"Listening at", b"unexpected error", b"the database is unavailable", *ACCESS)),
}


@dataclass
class Traces:
    """All that is left of a session, and the secrets that were used in it."""

    secrets: dict[str, str]
    signing_key: Path
    said: tuple[bytes, ...]
    """What is in the log, as it is one of this session."""
    answers: list[Seen] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    log: bytes = b""

    def places(self) -> Iterator[tuple[str, bytes]]:
        """Every place where something could be found."""
        yield from self.files.items()
        yield "the log", self.log
        yield from ((f"the answer {seen.status}", seen.raw) for seen in self.answers)


def pieces(text: bytes, size: int = PIECE) -> set[bytes]:
    """All that a find could begin with."""
    return {text[start : start + size] for start in range(len(text) - size + 1)}


def decoded(text: str) -> Iterator[bytes]:
    """The bytes that a token, or each part of a key, stands for."""
    for part in text.split(":"):
        yield base64.b64decode(part.replace("-", "+").replace("_", "/") + "=" * (-len(part) % 4))


def forms(secret: str) -> set[bytes]:
    """Pieces of a secret as it is sent, of the bytes behind it, and of these in hexadecimal."""
    found = pieces(secret.encode())
    # What a key says of itself (its id, its system, its scopes) is no secret; what makes it one is the signature.
    for raw in decoded(secret.rpartition(":")[2]):
        found |= pieces(raw, PIECE * 3 // 4) | pieces(raw.hex().encode())
    return found


def finds(traces: Traces, wanted: set[bytes]) -> list[str]:
    """Where any of these pieces is."""
    return [place for place, content in traces.places() if any(piece in content for piece in wanted)]


@pytest.fixture(scope="module", params=SERVERS)
def traces(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Traces:
    """A session with tokens and keys, of which some end and some are wrong, until the database itself is broken."""
    run = Commands(tmp_path_factory.mktemp("secrets") / "data")
    system = run("system", "create", "--name", PUBLIC_NAME, "--json").json()
    renewed = run("system", "token", system["id"], "--yes", "--json").json()
    key = ("key", "create", system["id"], "--name", "Bot", "--json", "--scope")
    full, reading, deleted = (run(*key, scope).json() for scope in ("full", "read-private", "full"))
    secrets = {"the first token": system["token"], "the token": renewed["token"], "the key": full["key"]}
    secrets |= {"the key for reading": reading["key"], "the deleted key": deleted["key"]}
    data = Path(run.environment["PLURALSPEC_DATA"])
    start, said = SERVERS[request.param]
    traces = Traces(secrets, data / "pluralspec.db-signing-key", said)
    with start(run.environment) as server, Pipeline(server.base_url, AGENT) as pipeline:
        traces.answers += pipeline.send_all(session(traces, system["id"]))
        run("key", "delete", deleted["id"], "--yes").ok()
        traces.answers += pipeline.send_all([Request("GET", "/v2/systems/@me", f"Bearer {deleted['key']}")])
        traces.files = {path.name: path.read_bytes() for path in data.iterdir()}
        traces.answers += break_database(data / "pluralspec.db", pipeline, full, secrets["the token"])
    traces.files |= {f"{path.name}, later": path.read_bytes() for path in data.iterdir()}
    traces.log = "".join(server.log).encode()
    return traces


def session(traces: Traces, system: str) -> list[Request]:
    """Requests with each secret, rightly and wrongly used, more of them than are allowed."""
    renewed, *keys = list(traces.secrets.values())[1:]
    rightly = [renewed, *(f"Bearer {key}" for key in keys)]
    requests = [Request("GET", "/v2/systems/@me", header) for header in rightly]
    requests += [Request("POST", "/v2/members", header, b'{"name": "Ayo"}') for header in rightly]
    for secret in traces.secrets.values():
        for header in (secret, f"Bearer {secret}", f"Bearer {secret[:-1]}", f"Bot {secret}", f"bearer pkapi:{secret}"):
            requests += [
                Request("GET", "/v2/systems/@me", header),
                Request("POST", "/v2/members", header, json.dumps({"name": "Ayo", "birthday": "today"}).encode()),
                Request("POST", "/v2/groups", header, b'{"name": "Household"}'),
                Request("GET", f"/v2/systems/{system}/guilds/none", header),
                Request("DELETE", "/v2/members/dddddd", header),
                Request("PUT", "/v2/members/dddddd", header),
                Request("GET", "/v2/nothing", header),
            ]
    return requests


def break_database(path: Path, pipeline: Pipeline, full: Any, token: str) -> Iterator[Seen]:
    """What is answered when the database holds nonsense, and then when its tables are gone."""
    key = Request("GET", "/v2/systems/@me", f"Bearer {full['key']}")
    yield from change(path, pipeline, "UPDATE api_key SET scopes = 'nonsense'", key)
    yield from change(path, pipeline, "ALTER TABLE api_key RENAME TO lost", key)
    yield from change(path, pipeline, "ALTER TABLE system RENAME TO lost_too", Request("GET", "/v2/systems/@me", token))


def change(path: Path, pipeline: Pipeline, sql: str, request: Request) -> Iterator[Seen]:
    """What is answered to a request after this statement, until it is not that there were too many."""
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(sql)
    seen = next(pipeline.send_all([request]))
    while seen.status == 429:
        seen = next(pipeline.send_all([request]))
    yield seen


SECRETS = ["the first token", "the token", "the key", "the key for reading", "the deleted key"]


def test_the_session_left_traces(traces: Traces) -> None:
    assert list(traces.secrets) == SECRETS
    assert [seen.status for seen in traces.answers[:8]] == [200] * 6 + [403, 429]
    assert {seen.status for seen in traces.answers} >= {400, 401, 404, 405}
    assert [seen.status for seen in traces.answers[-4:]] == [401, 500, 503, 503]
    assert {name.partition(".db")[2] for name in traces.files} >= {"", "-wal", "-rate-limits", "-signing-key"}
    assert any(PUBLIC_NAME.encode() in content for content in traces.files.values())
    assert all(words in traces.log for words in traces.said)


@pytest.mark.parametrize("name", SECRETS)
def test_no_piece_of_a_secret_is_anywhere(traces: Traces, name: str) -> None:
    assert finds(traces, forms(traces.secrets[name])) == []


def test_the_signing_key_is_nowhere_but_in_its_file(traces: Traces) -> None:
    content = traces.signing_key.read_bytes()
    key = load_pem_private_key(content, None)
    assert isinstance(key, EllipticCurvePrivateKey)
    number = key.private_numbers().private_value
    raw = number.to_bytes(32)
    wanted = {raw, raw.hex().encode(), str(number).encode()} | {line for line in content.splitlines() if len(line) > 30}
    wanted |= pieces(base64.b64encode(raw)[:-1])
    places = finds(traces, wanted)
    assert set(places) == {traces.signing_key.name, f"{traces.signing_key.name}, later"}


def test_nothing_in_the_database_is_a_credential(tmp_path: Path) -> None:
    run = Commands(tmp_path)
    system = run("system", "create", "--json").json()
    key = run("key", "create", system["id"], "--name", "Bot", "--scope", "full", "--json").json()
    with closing(sqlite3.connect(tmp_path / "pluralspec.db")) as connection:
        rows = [row for table in ("system", "api_key") for row in connection.execute(f"SELECT * FROM {table}")]
    values = {each for value in {value for row in rows for value in row} for each in spellings(value)}
    headers = sorted({form for value in values for form in (value, f"Bearer {value}", f"Bearer pkapi:{value}")})
    own = [system["token"], f"Bearer {key['key']}"]
    with (
        Server("--rate-limits", "off", environment=run.environment) as server,
        Pipeline(server.base_url, AGENT) as pipeline,
    ):
        asked = [Request("GET", "/v2/systems/@me", header) for header in [*own, *headers]]
        found = [seen.status for seen in pipeline.send_all(asked)]
    assert found == [200, 200] + [401] * len(headers)
    assert len(headers) > 30


def spellings(value: Any) -> Iterator[str]:
    """How a thief could write a value down."""
    raw = value if isinstance(value, bytes) else str(value).encode()
    yield from ("".join(filter(str.isprintable, raw.decode("latin-1"))).strip(), raw.hex(), raw.hex().upper())
    yield from (base64.b64encode(raw).decode(), base64.urlsafe_b64encode(raw).decode().rstrip("="))


# The signing key


def test_processes_that_need_it_at_once_make_one_for_its_owner_alone(tmp_path: Path) -> None:
    run = Commands(tmp_path / "data")
    system = run("system", "create", "--json").json()["id"]
    with Server("--workers", "4", "--rate-limits", "off", environment=run.environment) as server:
        keys = create_at_once(run, system, 3)
        (found,) = (tmp_path / "data").glob("*sign*")
        assert stat.S_IMODE(found.stat().st_mode) == 0o600
        requests = [Request("GET", "/v2/systems/@me", f"Bearer {key}") for key in keys]
        with pipelines(server) as connections:
            for connection in connections:
                assert [seen.status for seen in connection.send_all(requests)] == [200] * 3


def create_at_once(run: Commands, system: str, number: int) -> list[str]:
    """The keys that so many commands make at the same time, with a mask that lets everybody read what they write."""
    create = [*COMMAND, "key", "create", system, "--name", "Bot", "--scope", "full", "--json"]
    started = [
        subprocess.Popen(create, cwd=ROOT, env=run.environment, stdout=subprocess.PIPE, text=True, umask=0)
        for _ in range(number)
    ]
    printed = [process.communicate(timeout=PATIENCE)[0] for process in started]
    assert [process.returncode for process in started] == [0] * number
    return [json.loads(text)["key"] for text in printed]
