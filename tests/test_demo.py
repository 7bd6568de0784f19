"""The demo data: the same every time, lively, and no different from what the API itself would accept."""

import json
import re
import sqlite3
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.commands import Commands
from tests.support.server import ROOT, Server

CONTRACT = json.loads((ROOT / "generated" / "openapi.json").read_text())


@pytest.fixture
def run(tmp_path: Path) -> Commands:
    """Runs the command with a data folder of its own."""
    return Commands(tmp_path / "data")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server whose database was empty, so that it has the demo data now."""
    with Server(
        "--demo", environment={"PLURALSPEC_DATA": str(tmp_path_factory.mktemp("demo")), "RATE_LIMITS": "off"}
    ) as running:
        yield running


@pytest.fixture(scope="module")
def greeting(server: Server) -> str:
    """What the server printed when it was ready."""
    while "/v2/members\n" not in "".join(server.log):
        assert server.process.poll() is None
    return "".join(server.log)


@pytest.fixture(scope="module")
def owners(server: Server, greeting: str) -> Iterator[list[httpx.Client]]:
    """Clients of the two demo systems."""
    from scripts.demo import identities

    clients = [
        httpx.Client(base_url=f"{server.base_url}/v2", headers={"Authorization": system.token}, timeout=30)
        for system in identities()
    ]
    yield clients
    for client in clients:
        client.close()


def _contents(path: Path) -> dict[str, list[Any]]:
    """Every row of every table but the log of migrations, which has the time in it."""
    database = sqlite3.connect(path)
    names = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    rows = {name: database.execute(f'SELECT * FROM "{name}"').fetchall() for name in names if "migr" not in name}
    database.close()
    return rows


def test_the_same_seed_gives_the_same_data(run: Commands, tmp_path: Path) -> None:
    for name in ("one", "two"):
        run("demo", "--seed", "7", PLURALSPEC_DATA=str(tmp_path / name)).ok()
    one, two = (_contents(tmp_path / name / "pluralspec.db") for name in ("one", "two"))
    assert one == two
    assert len(one["switch"]) > 300


def test_another_seed_gives_other_systems_beside_them(run: Commands) -> None:
    first, second = (run("demo", "--seed", seed, "--json").json() for seed in ("1", "2"))
    assert not {system["token"] for system in first["systems"]} & {system["token"] for system in second["systems"]}
    assert len(run("system", "list", "--json").json()) == 4


def test_again_changes_nothing(run: Commands, tmp_path: Path) -> None:
    added = run("demo", "--json").json()
    before = _contents(tmp_path / "data" / "pluralspec.db")
    assert run("demo", "--json").json() == {"added": False, "systems": added["systems"]}
    assert _contents(tmp_path / "data" / "pluralspec.db") == before


def test_serve_adds_no_demo_systems_to_a_database_in_use(run: Commands) -> None:
    run("system", "create", "--name", "Meadow").ok()
    with Server("--demo", environment=run.environment) as server:
        assert httpx.get(f"{server.base_url}/v2/systems/wazvno").status_code == 404
    assert "token" not in "".join(server.log)


def test_serve_shows_no_token_that_does_not_work_any_more(run: Commands) -> None:
    demo = run("demo", "--json").json()["systems"]
    run("system", "token", demo[0]["id"], "--yes").ok()
    with Server("--demo", environment=run.environment) as server:
        assert httpx.get(server.base_url + "/openapi.json").status_code == 200
    assert demo[0]["token"] not in "".join(server.log)


def test_the_greeting_can_be_pasted(greeting: str) -> None:
    lines = re.findall(r"^  (curl (?:.*\\\n)?.*)$", greeting, re.MULTILINE)
    answers = [_paste(line) for line in lines]
    assert [answer["name"] for answer in (answers[0], answers[2])] == ["The Lantern House", "Robin"]
    assert [member["name"] for member in answers[1]["members"]] == ["Ash", "Juniper"]


def _paste(line: str) -> Any:
    return json.loads(subprocess.run(["bash", "-c", line], capture_output=True, check=True, timeout=30).stdout)


@pytest.mark.parametrize("number", [0, 1], ids=["open", "private"])
@pytest.mark.parametrize("kind", ["members", "groups"])
def test_everything_would_be_accepted_by_the_api(owners: list[httpx.Client], number: int, kind: str) -> None:
    entities = owners[number].get(f"/systems/@me/{kind}").json()
    assert len(entities) >= {"members": 14, "groups": 3}[kind]
    for entity in entities:
        answer = owners[number].patch(f"/{kind}/{entity['id']}", json=entity)
        assert (answer.status_code, answer.json()) == (200, entity)


@pytest.mark.parametrize("number", [0, 1], ids=["open", "private"])
@pytest.mark.parametrize("path", ["", "/settings"])
def test_systems_and_settings_would_be_accepted_too(owners: list[httpx.Client], number: int, path: str) -> None:
    entity = owners[number].get(f"/systems/@me{path}").json()
    answer = owners[number].patch(f"/systems/@me{path}", json=entity)
    assert (answer.status_code, answer.json()) == (200, entity)


@pytest.mark.parametrize("schema", ["Member", "Group", "System", "SystemSettings"])
def test_every_field_is_used_by_somebody(owners: list[httpx.Client], schema: str) -> None:
    paths = {"Member": "/members", "Group": "/groups", "System": "", "SystemSettings": "/settings"}
    found = [owner.get(f"/systems/@me{paths[schema]}").json() for owner in owners]
    entities = [entity for part in found for entity in (part if isinstance(part, list) else [part])]
    properties: dict[str, Any] = CONTRACT["components"]["schemas"][schema]["properties"]
    # What only webhooks, other requests or the keeper of a server put there.
    fixed = {"webhook_url", "members", "member_limit", "group_limit"}
    unused = [key for key in properties.keys() - fixed if all(_is_plain(entity.get(key)) for entity in entities)]
    assert unused == []


def _is_plain(value: Any) -> bool:
    return value is None or value == []


@pytest.mark.parametrize("number", [0, 1], ids=["open", "private"])
def test_history_goes_back_months(owners: list[httpx.Client], number: int) -> None:
    switches = owners[number].get("/systems/@me/switches").json()
    page = switches
    while len(page) == 100:
        page = owners[number].get("/systems/@me/switches", params={"before": page[-1]["timestamp"]}).json()
        switches += page
    assert len(switches) > 100
    assert switches[-1]["timestamp"] < "2026-05" < "2026-10-30" < switches[0]["timestamp"]


def test_one_shows_much_and_the_other_little(server: Server, owners: list[httpx.Client]) -> None:
    shown = []
    for owner in owners:
        system = owner.get("/systems/@me").json()["id"]
        shown.append([httpx.get(f"{server.base_url}/v2/systems/{system}/{part}").status_code for part in PARTS])
    assert shown == [[200, 200, 200, 200], [403, 403, 403, 403]]


PARTS = ("members", "groups", "switches", "fronters")
