"""`pluralspec key`: keys are printed once, do what their scopes say, and end when they are ended."""

import stat
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.commands import Commands
from tests.support.server import Server


@pytest.fixture
def run(tmp_path: Path) -> Commands:
    """Runs the command with a data folder of its own."""
    return Commands(tmp_path / "data")


@pytest.fixture
def system(run: Commands) -> str:
    """The id of a system."""
    made: dict[str, str] = run("system", "create", "--name", "Meadow", "--json").json()
    return made["id"]


@pytest.fixture
def key(run: Commands, system: str) -> Any:
    """A key that may read everything."""
    return run("key", "create", system, "--name", "My bot", "--scope", "read-private", "--json").json()


def test_create_prints_the_key_once(run: Commands, system: str, key: Any, tmp_path: Path) -> None:
    assert (key["system"], key["name"], key["scopes"]) == (system, "My bot", ["read:all"])
    assert key["key"].startswith("pkapi:")
    listed = run("key", "list", system, "--json").json()
    assert listed == [{name: value for name, value in key.items() if name != "key"}]
    assert key["id"] in run("key", "list", system).ok()
    secret = tmp_path / "data" / "pluralspec.db-signing-key"
    assert stat.S_IMODE(secret.stat().st_mode) == 0o600


def test_scopes_are_given_one_by_one_or_as_presets(run: Commands, system: str) -> None:
    create = ("key", "create", system, "--name", "Two", "--json")
    assert run(*create, "--scope", "write:switches", "--scope", "identify").json()["scopes"] == [
        "identify",
        "write:switches",
    ]
    assert run(*create, "--scope", "full").json()["scopes"] == ["write:all"]


def test_a_key_works_until_it_is_deleted(run: Commands, system: str, key: Any) -> None:
    with Server(environment=run.environment) as server:
        address, headers = f"{server.base_url}/v2/systems/@me", {"Authorization": f"Bearer {key['key']}"}
        assert httpx.get(address, headers=headers).json()["id"] == system
        run("key", "delete", key["id"]).refuses("--yes")
        assert run("key", "rename", key["id"], "Old bot", "--json").json()["name"] == "Old bot"
        assert httpx.get(address, headers=headers).status_code == 200
        assert run("key", "delete", key["id"], "--yes", "--json").json()["deleted"]["name"] == "Old bot"
        assert httpx.get(address, headers=headers).status_code == 401
        later = run("key", "create", system, "--name", "Later", "--scope", "full", "--json").json()
        headers = {"Authorization": f"Bearer {later['key']}"}
        assert httpx.get(address, headers=headers).status_code == 200
        run("key", "rotate-signing-key").refuses("--yes")
        assert run("key", "rotate-signing-key", "--yes", "--json").json() == {"ended": 1}
        assert httpx.get(address, headers=headers).status_code == 401


def test_refuses_what_cannot_be_done(run: Commands, system: str, key: Any) -> None:
    create = ("key", "create", system, "--name")
    run(*create, "Bot", "--scope", "read:everything").refuses("read:everything", "read-private", "write:switches")
    run(*create, " ", "--scope", "full").refuses("name")
    run(*create, "n" * 101, "--scope", "full").refuses("100")
    run(*create, "Bot").refuses("--scope", code=2)
    run("key", "create", "zzzzzz", "--name", "Bot", "--scope", "full").refuses("zzzzzz")
    run("key", "rename", "My bot", "Your bot").refuses("My bot")
    run("key", "delete", "00000000-0000-0000-0000-000000000000", "--yes").refuses("no key")
    assert run("key", "list", system, "--json").json()[0]["name"] == "My bot"


def test_refuses_a_file_that_is_no_signing_key(run: Commands, system: str, tmp_path: Path) -> None:
    (tmp_path / "notes").write_text("not a key")
    broken = {"PLURALSPEC_SIGNING_KEY": str(tmp_path / "notes")}
    run("key", "create", system, "--name", "Bot", "--scope", "full", **broken).refuses(str(tmp_path / "notes"), "PEM")
    assert run("key", "list", system, "--json").json() == []
    run("serve", "--port", "0", **broken).refuses(str(tmp_path / "notes"), "PEM")
