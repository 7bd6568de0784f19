"""The kit's report on an implementation that we did not write the kit for, and that README shows."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contract.kit import Kits, Report
from tests.support.server import ROOT

EXPECTED = Path(__file__).parent / "second_expected.toml"
README = ROOT / "README.md"
UNSUPPORTED_AREAS = {"guilds", "autoproxy"}
_SHOWN = re.compile(r"<!-- report -->\n+```\n(.*?)```", re.DOTALL)


@pytest.fixture(scope="module")
def second() -> Iterator[dict[str, str]]:
    """The second implementation; where it is, and how its systems are called."""
    command = [sys.executable, "-m", "tests.contract.second"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        told: dict[str, str] = json.loads(process.stdout.readline())
        yield told
        process.terminate()


@pytest.fixture(scope="module")
def report(second: dict[str, str], two_kits: Kits) -> Report:
    """What the kit says of it."""
    given = {"throwaway": second["system"], "system": second["system"], "message": second["message"], "guild": "1"}
    options = [f"--{name}={value}" for name, value in given.items()]
    tokens = {"TOKEN": second["token"], "OTHER_TOKEN": second["other_token"]}
    environment = {f"PLURALSPEC_CONTRACT_{name}": value for name, value in tokens.items()}
    everything = ["--rate=off", "--write", *options, f"--expected={EXPECTED}"]
    return two_kits(second["url"], *everything, **environment)


@pytest.mark.long
def test_nothing_fails_but_what_is_known_to(report: Report) -> None:
    assert report.outcome.code == 0, report.outcome.out
    assert report.left == []


@pytest.mark.long
def test_what_it_does_not_do_is_unsupported(report: Report) -> None:
    assert {identity.partition("/")[0] for identity in report.having("unsupported")} >= UNSUPPORTED_AREAS
    assert report.having("error") == []


@pytest.mark.long
def test_readme_shows_the_report(report: Report) -> None:
    """Without what is left out between its parts."""
    shown = _SHOWN.search(README.read_text(encoding="utf-8"))
    assert shown, "README.md shows no report"
    said = re.sub(r"127\.0\.0\.1:\d+", "127.0.0.1:9000", report.outcome.out)
    missing = [part for part in shown.group(1).split("\n[...]\n") if part.strip("\n") not in said]
    assert missing == [], said
