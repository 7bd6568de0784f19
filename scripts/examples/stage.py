"""A server on demo data for the time of a `with` block, and all that was seen of it."""

import json
import os
import subprocess
import sys
from contextlib import closing
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Any, Self

from models import database
from scripts.demo import SEED, DemoSystem, Dice, identities
from scripts.generate import GenerateError

PROVIDER = "https://pk.example.org"
# What a story never depends on, and what would differ from one machine to the next.
ENVIRONMENT = {"PLURALSPEC_PROVIDER_URL": PROVIDER, "PLURALSPEC_HOST": "127.0.0.1"}
# When the things were made that the story makes.
MADE = "2026-11-01T09:30:00Z"
ROOT = Path(__file__).parents[2]


class StoryError(GenerateError):
    """The server did not answer as the story has it."""


class Answer:
    """Status, headers and body of an answer."""

    def __init__(self, response: HTTPResponse) -> None:
        self.status, self.headers = response.status, dict(response.getheaders())
        body = response.read()
        self.body: Any = json.loads(body) if body else None


class Stage:
    """Sends requests as the open demo system, as the private one, or as nobody, and keeps what is to be shown."""

    def __init__(self, **settings: str) -> None:
        self._settings = settings
        self.open, self.private = identities()
        self.dice = Dice(SEED, "examples")
        self._shown: dict[str, Any] = {}
        self._instead: dict[str, str] = {}
        self._folder = TemporaryDirectory(prefix="pluralspec-examples-")
        self.database = f"sqlite:///{Path(self._folder.name) / 'examples.db'}"

    def __enter__(self) -> Self:
        self._server = serve(self.database, ENVIRONMENT | self._settings)
        self._port = port(self._server)
        database.connect(self.database)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        database.store().close()
        stop(self._server)
        self._folder.cleanup()

    def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        sends: str = "",
        shows: str = "",
        first: int | None = None,
        by: DemoSystem | None = None,
        **headers: str,
    ) -> Any:
        """What is answered; `sends` and `shows` name the examples that body and answer are, `first` cuts a list."""
        answer = self.send(method, path, body, by, **headers)
        if answer.status >= 400 and not shows:
            raise StoryError(f"{method} {path}: {answer.status} {answer.body}")
        if sends:
            self.show(sends, body)
        if shows:
            self.show(shows, answer.body[:first] if first else answer.body)
        return answer.body

    def send(self, method: str, path: str, body: Any = None, by: DemoSystem | None = None, **headers: str) -> Answer:
        """One request and its answer. A body that is text already is sent as it is; an empty header is left out."""
        known = {"User-Agent": "pluralspec-examples", "Content-Type": "application/json"}
        known |= {"Authorization": by.token} if by else {}
        known |= {name.replace("_", "-"): value for name, value in headers.items()}
        content = body if isinstance(body, str) or body is None else json.dumps(body)
        with closing(HTTPConnection("127.0.0.1", self._port, timeout=30)) as connection:
            connection.request(method, f"/v2{path}", content, {name: value for name, value in known.items() if value})
            return Answer(connection.getresponse())

    def show(self, name: str, value: Any) -> None:
        """Keep an example."""
        if name in self._shown:
            raise StoryError(f"the example {name} is told twice")
        self._shown[name] = value

    def settle(self, made: Any, *moments: str) -> None:
        """Say from now on that what was just made has an identity, and times, that are the same at every telling."""
        identity = (
            {"uuid": self.dice.uuid(), "id": self.dice.short_id()} if "uuid" in made else {"id": self.dice.uuid()}
        )
        for key, value in {**identity, **dict.fromkeys(moments, MADE)}.items():
            self._instead[json.dumps(made[key])] = json.dumps(value)

    def shown(self) -> dict[str, Any]:
        """The examples, by name."""
        text = json.dumps(self._shown)
        for value, settled in self._instead.items():
            text = text.replace(value, settled)
        examples: dict[str, Any] = json.loads(text)
        return examples


def serve(where: str, settings: dict[str, str]) -> subprocess.Popen[str]:
    """A server with demo data on a free port, whatever the settings of this process."""
    known = {name: value for name, value in os.environ.items() if not name.startswith(("PLURALSPEC_", "RATE_LIMIT"))}
    return subprocess.Popen(
        [sys.executable, "-m", "scripts.cli", "serve", "--demo", "--json", "--port", "0"],
        cwd=ROOT,
        env=known | {"DATABASE_URL": where, "PYTHONUNBUFFERED": "1"} | settings,
        stdout=subprocess.PIPE,
        # The story ends with what is worth an entry in the log; anything else that fails is seen in its answer.
        stderr=subprocess.DEVNULL,
        text=True,
    )


def port(server: subprocess.Popen[str]) -> int:
    """The port of a server, once it answers."""
    assert server.stdout is not None
    said = ""
    while not said.endswith("}\n") or said.endswith(" }\n"):
        if not (line := server.stdout.readline()):
            raise StoryError("the server stopped before it was ready")
        said += line
    return int(json.loads(said)["port"])


def stop(server: subprocess.Popen[str]) -> None:
    """End a server."""
    server.terminate()
    server.communicate()
