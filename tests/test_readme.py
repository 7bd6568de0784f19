"""What the README says is true when pasted."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import click
import pytest

from models.settings import Settings
from scripts.cli import cli
from tests.side_by_side import DATABASES
from tests.support.commands import Commands
from tests.support.postgres_server import PostgresServer, executables
from tests.support.server import ROOT, Server

README = (ROOT / "README.md").read_text()


def _parameters(command: click.Command) -> Iterator[click.Parameter]:
    yield from command.params
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            found = command.get_command(context, name)
            assert found is not None
            yield from _parameters(found)


def test_lists_every_setting_and_no_other() -> None:
    listed = set(re.findall(r"^\| `([A-Z_]+)` \|", README, re.MULTILINE))
    options = {parameter.envvar for parameter in _parameters(cli) if parameter.envvar}
    assert listed == {field.metadata["variable"] for field in fields(Settings)} | options


def test_names_every_command() -> None:
    for name in cli.list_commands(click.Context(cli)):
        command = cli.get_command(click.Context(cli), name)
        parts = command.list_commands(click.Context(command)) if isinstance(command, click.Group) else []
        for part in parts or [name]:
            assert re.search(rf"[` ]{part}[`\s]", README), f"{name} {part}"


def test_links_and_folders_are_there() -> None:
    links = re.findall(r"\]\((?!https?:)([^)]+)\)", README)
    folders = set(re.findall(r"^([a-z]+(?:/|\.yaml)) ", README, re.MULTILINE))
    assert len(folders) == 6
    assert all((ROOT / name).exists() for name in [*links, *folders])


def test_the_first_session_can_be_pasted(tmp_path: Path) -> None:
    session = README.split("## A first session")[1].split("```sh\n")[1].split("```")[0]
    with Server("--demo", environment={"PLURALSPEC_DATA": str(tmp_path)}) as server:
        pasted = session.replace("http://127.0.0.1:8000", server.base_url).replace("curl ", "curl -sS ")
        done = subprocess.run(["bash", "-e", "-c", pasted], capture_output=True, text=True, timeout=60, check=True)
    assert done.stderr == ""
    answers = _json_documents(done.stdout)
    assert [answer.get("code") for answer in answers] == [None, None, 30001, None, None, 40001]
    assert (answers[0]["name"], answers[3]["timezone"]) == ("The Lantern House", "Europe/Lisbon")
    assert answers[4]["members"][0]["name"] == "Robin"
    assert answers[5]["errors"].keys() == {"name", "color", "birthday"}


def test_backups_can_be_pasted(database: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    blocks = re.findall(r"```sh\n(.*?)```", README.split("### Backups")[1].split("\n##")[0], re.DOTALL)
    programs, run = [Path(sys.prefix) / "bin"], Commands(tmp_path / "data")
    if database == "postgres":
        server: PostgresServer = request.getfixturevalue("postgres")
        run.environment["DATABASE_URL"] = server.database()
        programs.append(executables() or tmp_path)
    block = blocks[DATABASES.index(database)].replace("/backups", str(tmp_path))
    backup, restore = block.strip().splitlines()
    environment = run.environment | {"PATH": ":".join([*map(str, programs), os.environ["PATH"]])}
    first = run("system", "create", "--json").json()["uuid"]
    for command in (backup, restore.replace(" restore ", " restore --yes ")):
        subprocess.run(["bash", "-ec", command], env=environment, capture_output=True, timeout=60, check=True)
        if command == backup:
            run("system", "create").ok()
    assert [system["uuid"] for system in run("system", "list", "--json").json()] == [first]


def _json_documents(text: str) -> list[dict[str, Any]]:
    """The JSON documents that stand in `text` one behind the other."""
    found, position = [], 0
    while position < len(text):
        document, position = json.JSONDecoder().raw_decode(text, position)
        found.append(document)
        position += len(text[position:]) - len(text[position:].lstrip())
    return found


@pytest.mark.long
def test_run_works_in_a_fresh_clone(tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    names = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    ).stdout
    for name in filter(None, names.decode().split("\0")):
        (clone / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, clone / name)
    environment = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "VIRTUAL_ENV")}
    environment["PATH"] = environment["PATH"].replace(f"{ROOT / '.venv' / 'bin'}:", "")
    # No home, no terminal: as on a machine that builds things.
    with subprocess.Popen(
        ["scripts/run", "--port", "0"],
        cwd=clone,
        env=environment | {"HOME": "/nonexistent"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        greeting = ""
        while not greeting.endswith("/v2/members\n"):
            line = process.stdout.readline()
            assert line, greeting
            greeting += line
        pasted = "\n".join(re.findall(r"^  (curl .*(?:\n      .*)?)$", greeting, re.MULTILINE)).replace(
            "curl ", "curl -sSf "
        )
        done = subprocess.run(["bash", "-e", "-c", pasted], capture_output=True, text=True, timeout=60, check=True)
        process.terminate()
    assert process.returncode == 0
    assert [document.get("name") for document in _json_documents(done.stdout)] == ["The Lantern House", None, "Robin"]
    assert (clone / "data" / "pluralspec.db").exists()
