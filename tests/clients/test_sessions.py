"""One and the same session, in every language that is proved, with a server that limits as it does for everybody."""

import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from scripts.client import LANGUAGES, make
from scripts.client_contract import for_clients
from tests.clients.recorder import Exchange, Recorder
from tests.clients.toolchains import TOOLCHAINS, Toolchain, run
from tests.support.commands import Commands
from tests.support.server import ROOT, Server

pytestmark = pytest.mark.long

SESSIONS = Path(__file__).parent / "sessions"
USER_AGENT = "session/1.0 (https://example.org)"
NEWEST = datetime(2024, 5, 1, 12, tzinfo=UTC)
SWITCHES = 250
NOBODY = {"message": "Member not found.", "status": 404, "code": 20002, "errors": {}}
EXPECTED = {
    "created": ["Robin", "Robin ⚓ Häfen 🦊", "7fb069", "0004-02-29", [{"prefix": "r:", "suffix": None}], "private"],
    "got": True,
    "changed": ["Robin", "Robin R.", "7fb069"],
    "cleared": ["Robin", "Robin R.", None],
    "listed": ["Robin", "Wren"],
    "group": ["Robin", "Wren"],
    "groups": [2],
    "nobody": True,
    "switched": ["2024-05-01T12:00:00.123456Z", ["Wren", "Robin"]],
    "fronters": ["Wren", "Robin"],
    "history": [SWITCHES, SWITCHES, "2024-05-01T12:00:00Z", "2024-05-01T11:59:59.999751Z"],
    "earlier": SWITCHES - 100,
    "invalid": {
        "status": 400,
        "code": 40001,
        "message": "Error parsing JSON model",
        "errors": {
            "name": [{"message": "Field name is too long.", "max_length": 100, "actual_length": 101}],
            "color": [{"message": "Field color is invalid."}],
        },
    },
    "missing": NOBODY,
    "forbidden": NOBODY | {"message": "Unauthorized to view member list", "status": 403, "code": 30001},
    "patient": 25,
}


@dataclass(frozen=True)
class World:
    """A server with its limits, and the systems that a session reads."""

    server: Server
    commands: Commands
    history: str
    closed: str

    def new_token(self) -> str:
        """The token of a fresh and empty system."""
        token: str = self.commands("system", "create", "--json").json()["token"]
        return token


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Two systems made without limits; then a server on the same database that has them."""
    data = tmp_path_factory.mktemp("world")
    commands, environment = Commands(data), {"PLURALSPEC_DATA": str(data)}
    history, closed = (commands("system", "create", "--json").json() for _ in range(2))
    with Server(environment=environment | {"RATE_LIMITS": "off"}) as server:
        api = server.base_url + "/v2/systems/@me"
        with httpx.Client(headers={"User-Agent": USER_AGENT}, trust_env=False) as http:
            # A microsecond apart: who cuts timestamps at milliseconds loses some at the end of a page.
            for age in range(SWITCHES):
                body = {"members": [], "timestamp": (NEWEST - timedelta(microseconds=age)).isoformat()}
                http.post(f"{api}/switches", json=body, headers={"Authorization": history["token"]}).raise_for_status()
            privacy = {"privacy": {"member_list_privacy": "private"}}
            http.patch(api, json=privacy, headers={"Authorization": closed["token"]}).raise_for_status()
    with Server(environment=environment) as server:
        yield World(server, commands, history["id"], closed["id"])


@pytest.mark.parametrize("language", list(TOOLCHAINS))
def test_session(language: str, world: World, tmp_path: Path) -> None:
    toolchain, package, folder = TOOLCHAINS[language], tmp_path / "package", tmp_path / "session"
    toolchain.require()
    made = world.commands("client", language, "--output", str(package))
    assert made.code == 0, made  # it may say that it fetches a generator
    folder.mkdir()
    toolchain.prepare(package, folder)
    _has_the_session(toolchain, package, folder, world)
    _does_what_its_readme_says(toolchain, package, folder, world)


def _has_the_session(toolchain: Toolchain, package: Path, folder: Path, world: World) -> None:
    shutil.copy(SESSIONS / toolchain.session, folder)
    command, token = toolchain.compile(package, folder), world.new_token()
    with Recorder(world.server.base_url) as recorder:
        given = {"BASE_URL": recorder.base_url, "USER_AGENT": USER_AGENT, "TOKEN": token}
        said = json.loads(run(command, folder, HISTORY=world.history, CLOSED=world.closed, **given))
    assert said == EXPECTED
    for exchange in recorder.exchanges:
        assert (exchange.headers["user-agent"], exchange.headers["authorization"]) == (USER_AGENT, token)
    _sends_nothing_but_what_changes(recorder.exchanges)
    _waits_as_long_as_it_is_told(recorder.exchanges)


def _does_what_its_readme_says(toolchain: Toolchain, package: Path, folder: Path, world: World) -> None:
    session = (package / "README.md").read_text().split("```")[1].partition("\n")[2]
    assert toolchain.local in session
    session = session.replace("your token", world.new_token())
    session = re.sub(rf"\b{toolchain.local}\b(?=.*reference service)", f'"{world.server.base_url}/v2"', session)
    (folder / toolchain.session).write_text(session)
    said = run(toolchain.compile(package, folder), folder)
    assert [word for word in ("Robin", "40001", "Field color is invalid.") if word not in said] == [], said


def _sends_nothing_but_what_changes(exchanges: list[Exchange]) -> None:
    patches: list[Any] = [json.loads(each.body) for each in exchanges if each.method == "PATCH" and each.status == 200]
    assert patches == [{"display_name": "Robin R."}, {"color": None}]


def _waits_as_long_as_it_is_told(exchanges: list[Exchange]) -> None:
    refused = [place for place, each in enumerate(exchanges) if each.status == 429]
    assert refused, "nothing had to be waited for"
    for place in refused:
        before, after = exchanges[place : place + 2]
        assert (before.method, before.target, before.body) == (after.method, after.target, after.body)
        # A moment less, as clocks differ.
        assert after.came - before.answered > int(before.answer["retry-after"]) - 0.05


@pytest.mark.parametrize("language", [name for name, language in LANGUAGES.items() if not language.proved])
def test_what_is_not_proved_is_complete(language: str, tmp_path: Path) -> None:
    make(LANGUAGES[language], tmp_path / "package")
    files = [path for path in (tmp_path / "package").rglob("*") if path.is_file()]
    assert {"README.md", "LICENSE"} < {path.name for path in files}
    words = {word.lower().replace("_", "") for path in files for word in re.findall(r"\w+", path.read_text())}
    contract = for_clients(json.loads((ROOT / "generated" / "openapi.json").read_text()))
    operations = {operation["operationId"] for path in contract["paths"].values() for operation in path.values()}
    names = operations | {name for name, schema in contract["components"]["schemas"].items() if "properties" in schema}
    plain = {name: name.lower().replace("_", "") for name in names}
    # C# says of each method that it is asynchronous.
    assert {name for name, word in plain.items() if not {word, f"{word}async"} & words} == set()
    if language == "rust" and shutil.which("rustfmt"):
        run(["rustfmt", "--edition", "2021", "src/lib.rs"], tmp_path / "package")


def test_every_language_that_is_called_proved_is() -> None:
    assert {name for name, language in LANGUAGES.items() if language.proved} == TOOLCHAINS.keys()
