"""`pluralspec client`, as far as it needs no generator."""

from pathlib import Path

import pytest

from scripts.client import LANGUAGES
from tests.support.commands import Commands


@pytest.fixture
def commands(tmp_path: Path) -> Commands:
    return Commands(tmp_path / "data")


def test_list_says_of_each_language_what_is_proved(commands: Commands) -> None:
    assert [line.split()[0] for line in commands("client", "--list").ok().splitlines()] == ["language", *LANGUAGES]
    listed = {each["language"]: each["session"] for each in commands("client", "--list", "--json").json()}
    assert [name for name, session in listed.items() if session == "passes"] == [
        "typescript",
        "python",
        "go",
        "php",
        "ruby",
        "java",
    ]


def test_refuses_what_it_cannot_do(commands: Commands, tmp_path: Path) -> None:
    commands("client").refuses("which language?", code=2)
    commands("client", "cobol").refuses("'cobol'", "typescript, python", code=2)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "work").write_text("Do not touch.")
    commands("client", "python", "--output", str(tmp_path / "mine")).refuses(str(tmp_path / "mine"), "not empty")
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["work"]


@pytest.mark.long
def test_says_what_is_wrong_when_a_generator_cannot_be_fetched(commands: Commands, tmp_path: Path) -> None:
    cache, package = tmp_path / "cache", tmp_path / "package"
    for _ in range(2):  # what was fetched in part is not taken for whole
        outcome = commands(
            "client",
            "go",
            "--output",
            str(package),
            XDG_CACHE_HOME=str(cache),
            PIP_NO_INDEX="1",
            PIP_CONFIG_FILE="/dev/null",
        )
        fetching, problem = outcome.err.splitlines()
        assert (outcome.code, outcome.out, package.exists()) == (1, "", False)
        assert fetching.startswith(f"Fetching the generators from PyPI into {cache}")
        assert problem.startswith("pluralspec: pip failed: ")
