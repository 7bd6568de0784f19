"""The examples of the contract: told again to a fresh server, they come out the same, and a wrong one is noticed."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from scripts import examples
from scripts.examples.places import PlaceError, written
from scripts.generate import load
from tests.support.server import ROOT

CONTRACT = (ROOT / "openapi.yaml").read_text()
EXAMPLES = {name: each["value"] for name, each in load(ROOT / "openapi.yaml")["components"]["examples"].items()}


@pytest.fixture(scope="module")
def replayed() -> str:
    """The contract, as a server on demo data makes it say it."""
    return examples.render(ROOT)


def test_a_server_says_all_of_it_again(replayed: str) -> None:
    assert replayed == CONTRACT


def test_what_somebody_typed_is_replaced(replayed: str, tmp_path: Path) -> None:
    typed = CONTRACT.replace('name: "Pip"', 'name: "Pop"').replace('example: "The Lantern House"', "example: Us")
    assert typed.count("Pop") > 1
    assert typed.count("example: Us\n") > 0
    (tmp_path / "openapi.yaml").write_text(typed)
    assert examples.render(tmp_path) == replayed


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


def test_check_fails_and_changes_nothing_when_an_example_is_not_what_a_server_says(tmp_path: Path) -> None:
    for folder in ("scripts", "models", "handlers", "generated"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("node_modules"))
    typed = CONTRACT.replace('name: "Robin"', 'name: "Reed"')
    (tmp_path / "openapi.yaml").write_text(typed)
    command = [sys.executable, "-m", "scripts.cli", "generate", "--examples", "--check"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stderr) == (1, "")
    assert "openapi.yaml is out of date: run `pluralspec generate --examples`" in done.stdout
    assert (tmp_path / "openapi.yaml").read_text() == typed
