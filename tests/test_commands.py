"""The `pluralspec` command, as people and machines use it: what it prints, and how it refuses."""

import json
import os
import pty
import re
import shutil
import socket
import sqlite3
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import httpx
import pytest
from click.testing import CliRunner

from scripts.cli import cli
from tests.support.commands import COMMAND, Commands, Outcome
from tests.support.server import ROOT, Server

ACCOUNT = "123456789012345678"


@pytest.fixture
def run(tmp_path: Path) -> Commands:
    """Runs the command without a terminal, with a data folder of its own."""
    return Commands(tmp_path / "data")


@pytest.fixture
def system(run: Commands) -> Any:
    """A system with a name and an account."""
    return run("system", "create", "--name", "Meadow", "--account", ACCOUNT, "--json").json()


def _commands(command: click.Command, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    yield path
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            found = command.get_command(context, name)
            assert found is not None
            yield from _commands(found, (*path, name))


@pytest.mark.parametrize("path", list(_commands(cli)), ids=lambda path: " ".join(path) or "pluralspec")
def test_every_command_explains_itself_in_80_columns(path: tuple[str, ...]) -> None:
    shown = CliRunner().invoke(cli, [*path, "--help"], prog_name="pluralspec", terminal_width=80)
    assert shown.exit_code == 0
    lines = shown.output.splitlines()
    assert lines[2].strip(), "a command says what it does"
    assert max(map(len, lines)) <= 80
    assert not any(line.endswith("...") for line in lines[1:]), "a summary fits its line"


def test_version_is_the_same_everywhere(run: Commands) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    contract = json.loads((ROOT / "generated" / "openapi.json").read_text())
    released = re.findall(r"^## \[(\d.*)\]", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert run("--version").ok() == f"pluralspec {project['version']}\n"
    assert {project["version"], contract["info"]["version"], released[0]} == {project["version"]}


def test_create_makes_the_database_and_prints_the_token_once(run: Commands) -> None:
    made = run("system", "create", "--name", "Meadow", "--account", ACCOUNT, "--json").json()
    assert (made["name"], made["accounts"]) == ("Meadow", [ACCOUNT])
    assert re.fullmatch("[abcefghjknoprstuvwxyz]{6}", made["id"])
    assert len(made["token"]) == 64
    for shown in (run("system", "list", "--json"), run("system", "show", made["id"], "--json")):
        assert made["uuid"] in shown.ok()
        assert made["token"] not in shown.ok()


def test_create_for_people_shows_id_and_token(run: Commands) -> None:
    lines = dict(line.split(maxsplit=1) for line in run("system", "create", "--name", "Meadow").ok().splitlines())
    assert lines["name"] == "Meadow"
    assert len(lines["token"]) == 64


def test_create_without_a_name(run: Commands) -> None:
    assert run("system", "create", "--json").json()["name"] is None


@pytest.mark.parametrize("form", ["id", "uuid", "account"])
def test_show_takes_every_form_of_reference(run: Commands, system: Any, form: str) -> None:
    reference = ACCOUNT if form == "account" else system[form]
    shown = run("system", "show", reference, "--json").json()
    assert (shown["uuid"], shown["accounts"], shown["members"]) == (system["uuid"], [ACCOUNT], 0)


def test_list_of_nothing(run: Commands) -> None:
    run("migrate").ok()
    assert run("system", "list").ok() == "There are no systems yet.\n"
    assert run("system", "list", "--json").json() == []


def test_list_is_aligned_and_cannot_move_the_cursor(run: Commands) -> None:
    for name in ("Meadow", "雪の家", "\x1b[31mred\nline", "long " * 19):
        run("system", "create", "--name", name, "--json").ok()
    lines = run("system", "list").ok().splitlines()
    assert len(lines) == 5
    assert all(line.isprintable() for line in lines)
    wide = {
        column: [len(line[:position]) for line in lines for position in [line.find(column)]] for column in ("uuid",)
    }
    assert wide["uuid"][0] > 0
    # A wide character takes two columns, so the line with three of them is shorter by three.
    starts = [re.search(r"[0-9a-f]{8}-", line) for line in lines[1:]]
    assert [match.start() if match else None for match in starts] == [(w := wide["uuid"][0]), w - 3, w, w]
    assert max(map(len, lines)) <= 80


def test_migrate_says_what_it_did(run: Commands, tmp_path: Path) -> None:
    assert run("migrate", "--json").json()["done"][0] == "0001_tables"
    assert (tmp_path / "data" / "pluralspec.db").exists()
    assert run("migrate", "--json").json() == {"done": []}
    assert run("migrate").ok() == "The database is up to date.\n"


def test_database_option_wins_over_the_environment(run: Commands, tmp_path: Path) -> None:
    here, there = (f"sqlite:///{tmp_path / name}" for name in ("here.db", "there.db"))
    run("system", "create", "--database", here, "--json", DATABASE_URL=there).ok()
    assert (tmp_path / "here.db").exists()
    assert not (tmp_path / "there.db").exists()


def test_delete_asks_before_it_destroys(run: Commands, system: Any) -> None:
    run("system", "delete", system["id"]).refuses("--yes")
    assert run("system", "list", "--json").json()
    assert run("system", "delete", system["id"], "--yes", "--json").json()["deleted"]["uuid"] == system["uuid"]
    assert run("system", "list", "--json").json() == []


def _answer(arguments: list[str], answer: str, environment: dict[str, str]) -> int:
    """The exit code of a command at whose terminal a person types `answer`."""
    person, terminal = pty.openpty()
    try:
        os.write(person, f"{answer}\n".encode())
        return subprocess.run(
            [*COMMAND, *arguments], cwd=ROOT, env=environment, stdin=terminal, capture_output=True, timeout=60
        ).returncode
    finally:
        os.close(person)
        os.close(terminal)


def test_a_person_at_a_terminal_decides(run: Commands, system: Any) -> None:
    delete = ["system", "delete", system["id"]]
    assert _answer(delete, "n", run.environment) == 1
    assert run("system", "list", "--json").json()
    assert _answer(delete, "y", run.environment) == 0
    assert run("system", "list", "--json").json() == []


def test_a_new_token_ends_the_old_one(run: Commands, system: Any) -> None:
    run("system", "token", system["id"]).refuses("--yes")
    with Server(environment=run.environment) as server:
        address = f"{server.base_url}/v2/systems/@me"
        assert httpx.get(address, headers={"Authorization": system["token"]}).json()["uuid"] == system["uuid"]
        renewed = run("system", "token", system["id"], "--yes", "--json").json()
        assert renewed["uuid"] == system["uuid"]
        assert httpx.get(address, headers={"Authorization": system["token"]}).status_code == 401
        assert httpx.get(address, headers={"Authorization": renewed["token"]}).json()["uuid"] == system["uuid"]


def test_accounts_are_linked_and_unlinked(run: Commands, system: Any) -> None:
    other = "876543210987654321"
    linked = run("account", "link", system["id"], other, "--json").json()
    assert linked == {"id": system["id"], "uuid": system["uuid"], "accounts": [ACCOUNT, other]}
    # The account that names the system is the one that goes.
    assert run("account", "unlink", ACCOUNT, ACCOUNT, "--json").json()["accounts"] == [other]
    assert other in run("account", "unlink", system["id"], other).ok()


def test_refuses_what_the_keeper_cannot_do(run: Commands, system: Any) -> None:
    run("account", "link", "zzzzzz", ACCOUNT).refuses("zzzzzz")
    run("account", "link", system["id"], "12345").refuses("12345", "17 to 20 digits")
    run("account", "unlink", system["id"], "876543210987654321").refuses("876543210987654321", "not linked")
    run("system", "create", "--account", ACCOUNT).refuses(ACCOUNT, "linked")
    run("system", "create", "--name", "n" * 101).refuses("100 characters")
    run("system", "delete", "nobody at all", "--yes").refuses("nobody at all")
    assert len(run("system", "list", "--json").json()) == 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["sevre"], ["sevre", "--help"]),
        (["serve", "--prot", "1"], ["--prot", "serve --help"]),
        (["serve", "--port", "65536"], ["--port", "65535"]),
        (["serve", "--port", "http"], ["--port", "http"]),
        (["serve", "--workers", "0"], ["--workers"]),
        (["demo", "--seed", "-1"], ["--seed"]),
        (["system", "show"], ["SYSTEM", "system show --help"]),
        (["lint", "nowhere.yaml"], ["nowhere.yaml"]),
    ],
    ids=lambda part: " ".join(part) if isinstance(part, list) else None,
)
def test_refuses_bad_arguments(run: Commands, arguments: list[str], words: list[str]) -> None:
    run(*arguments).refuses(*words, code=2)


def test_refuses_bad_settings(run: Commands) -> None:
    run("migrate", DATABASE_URL="mysql://localhost/x").refuses("DATABASE_URL", "sqlite:///")
    run("migrate", "--database", "data.db").refuses("DATABASE_URL", "sqlite:///")
    run("serve", PLURALSPEC_PORT="eighty").refuses("eighty", "PLURALSPEC_PORT", code=2)
    run("serve", "--port", "0", PLURALSPEC_PROVIDER_URL="example.org").refuses("PLURALSPEC_PROVIDER_URL", "https")


def test_looking_at_a_database_that_is_not_there_does_not_make_one(run: Commands, tmp_path: Path) -> None:
    run("system", "list").refuses("there is no database", "pluralspec migrate")
    assert not (tmp_path / "data").exists()


def test_refuses_what_is_no_database(run: Commands, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("These are notes, and longer than a database's header has to be.\n" * 30)
    run("migrate", "--database", f"sqlite:///{tmp_path / 'notes.txt'}").refuses("notes.txt")
    run("migrate", "--database", f"sqlite:///{tmp_path}").refuses(str(tmp_path))
    run("migrate", "--database", f"sqlite:///{tmp_path / 'notes.txt' / 'x.db'}").refuses("notes.txt")
    assert (tmp_path / "notes.txt").read_text().startswith("These are notes")


def test_refuses_a_database_of_a_newer_release(run: Commands, tmp_path: Path) -> None:
    run("migrate").ok()
    with sqlite3.connect(tmp_path / "data" / "pluralspec.db") as database:
        (table,) = database.execute("SELECT name FROM sqlite_master WHERE name LIKE '%migr%'").fetchone()
        row = database.execute(f"SELECT * FROM {table}").fetchone()
        values = ["9999_from_the_future" if value == "0001_tables" else value for value in row]
        values[0] = 9999 if isinstance(row[0], int) else values[0]
        database.execute(f"INSERT INTO {table} VALUES ({','.join('?' * len(values))})", values)
    database.close()
    run("system", "list").refuses("newer release", "9999_from_the_future")
    run("serve", "--port", "0").refuses("newer release", "9999_from_the_future")


def test_refuses_addresses_that_it_cannot_have(run: Commands) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        run("serve", "--port", str(port)).refuses(str(port), "in use", "--port 0")
    run("serve", "--port", "0", "--host", "no such host").refuses("no such host", "--host")
    run("serve", "--port", "0", "--host", "192.0.2.1").refuses("192.0.2.1", "--host")


def test_stops_quietly_when_nobody_reads_on(run: Commands) -> None:
    run("demo").ok()
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [*COMMAND, "system", "list"], cwd=ROOT, env=run.environment, stdout=writer, stderr=subprocess.PIPE, timeout=60
    )
    os.close(writer)
    assert done.stderr == b""


def test_generate_finds_nothing_to_say(run: Commands) -> None:
    assert run("generate", "--check", "--json").json() == {"stale": []}


@pytest.mark.long  # and scripts/test lints the contract before all tests
def test_lint_finds_nothing_to_say(run: Commands) -> None:
    assert run("lint", "--json").json() == {"problems": []}


def test_lint_names_what_is_wrong_and_fails(run: Commands, tmp_path: Path) -> None:
    broken = tmp_path / "broken.yaml"
    broken.write_text((ROOT / "openapi.yaml").read_text().replace("operationId: get_member\n", "operationId: 5\n"))
    outcome = run("lint", str(broken))
    assert (outcome.code, outcome.err) == (1, "")
    assert outcome.out.strip()


def _generate_in_a_copy(tmp_path: Path, contract: str) -> Outcome:
    """Run `generate` where openapi.yaml is this and generated/ cannot even be loaded."""
    for folder in ("scripts", "models"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("node_modules"))
    (tmp_path / "openapi.yaml").write_text(contract)
    (tmp_path / "generated").mkdir()
    (tmp_path / "generated" / "contract.py").write_text("<<<<<<< ours")
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        [*COMMAND, "generate"], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60
    )
    return Outcome(done.returncode, done.stdout, done.stderr)


def test_generate_repairs_what_cannot_be_loaded(tmp_path: Path) -> None:
    _generate_in_a_copy(tmp_path, (ROOT / "openapi.yaml").read_text()).ok()
    for name in ("contract.py", "errors.py", "types.py", "openapi.json"):
        assert (tmp_path / "generated" / name).read_text() == (ROOT / "generated" / name).read_text()


def test_generate_refuses_a_broken_contract_and_leaves_everything_as_it_was(tmp_path: Path) -> None:
    _generate_in_a_copy(tmp_path, "openapi: [3.0.3\n").refuses("openapi.yaml:2")
    assert (tmp_path / "generated" / "contract.py").read_text() == "<<<<<<< ours"
