"""The examples of the contract: told again to a fresh server, they come out the same, and a wrong one is noticed."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.examples.places import PlaceError, written
from scripts.generate import load
from tests.support.server import ROOT

CONTRACT = (ROOT / "openapi.yaml").read_text()
EXAMPLES = {name: each["value"] for name, each in load(ROOT / "openapi.yaml")["components"]["examples"].items()}


TYPED = CONTRACT.replace('name: "Robin"', 'name: "Reed"').replace('example: "The Lantern House"', "example: Us")


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The project, with a contract in which somebody typed. In a process of its own: this one has its own database."""
    for folder in ("scripts", "models", "handlers", "generated"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("node_modules"))
    (tmp_path / "openapi.yaml").write_text(TYPED)
    return tmp_path


def _generate(copy: Path, *options: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    command = [sys.executable, "-m", "scripts.cli", "generate", "--examples", *options]
    return subprocess.run(command, cwd=copy, env=environment, capture_output=True, text=True, timeout=120)


def test_a_server_says_all_of_it_again(copy: Path) -> None:
    assert TYPED.count("Reed") == 1
    assert "example: Us" in TYPED
    done = _generate(copy)
    assert (done.returncode, done.stderr) == (0, "")
    assert "wrote openapi.yaml" in done.stdout
    assert (copy / "openapi.yaml").read_text() == CONTRACT
    assert (copy / "generated" / "openapi.json").read_text() == (ROOT / "generated" / "openapi.json").read_text()


def test_check_fails_and_changes_nothing_when_an_example_is_not_what_a_server_says(copy: Path) -> None:
    done = _generate(copy, "--check")
    assert (done.returncode, done.stderr) == (1, "")
    assert "openapi.yaml is out of date: run `pluralspec generate --examples`" in done.stdout
    assert (copy / "openapi.yaml").read_text() == TYPED


def test_an_example_that_nothing_shows_is_named() -> None:
    text = CONTRACT.replace("    MemberLeast:\n", "    MemberLess:\n").replace(
        "examples/MemberLeast", "examples/MemberLess"
    )
    with pytest.raises(PlaceError, match="nothing shows: MemberLess"):
        written(text, EXAMPLES, {})


def test_a_value_that_has_no_place_is_named() -> None:
    with pytest.raises(PlaceError, match="no place for MemberMost"):
        written(CONTRACT, EXAMPLES | {"MemberMost": {}}, {})


def test_an_example_of_a_property_that_nobody_has_is_named() -> None:
    text = CONTRACT.replace("        tts: &tts {", "        aloud: {type: string, example: x}\n        tts: &tts {")
    with pytest.raises(PlaceError, match="Member > properties > aloud"):
        written(text, EXAMPLES, {})


def test_values_are_written_so_that_any_reader_of_yaml_takes_them_for_what_they_are(tmp_path: Path) -> None:
    odd = {
        "id": "off",
        "uuid": "2024-01-01",
        "name": "1e5",
        "tag": "~",
        "description": "a: b\n# \x85\"'🪲",
        "color": "012345",
    }
    text = written(CONTRACT, EXAMPLES | {"SystemCleared": odd, "Nothing": []}, {})
    (tmp_path / "openapi.yaml").write_text(text)
    found = load(tmp_path / "openapi.yaml")["components"]["examples"]
    assert found["SystemCleared"]["value"] == odd
    assert found["Nothing"]["value"] == []
