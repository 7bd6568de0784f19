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
NOT_BUILT = {"guilds", "autoproxy"}
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


def run(second: dict[str, str], kits: Kits, *options: str) -> Report:
    """Have the kit test it with all that it has."""
    given = {"throwaway": second["system"], "system": second["system"], "message": second["message"], "guild": "1"}
    tokens = {"TOKEN": second["token"], "OTHER_TOKEN": second["other_token"]}
    environment = {f"PLURALSPEC_CONTRACT_{name}": value for name, value in tokens.items()}
    all_options = ["--rate=off", "--write", *(f"--{name}={value}" for name, value in given.items()), *options]
    return kits(second["url"], *all_options, **environment)


def test_readme_shows_what_is_said_of_it(second: dict[str, str], two_kits: Kits) -> None:
    """But for the port, and for what is left out between the parts."""
    shown = _SHOWN.search(README.read_text(encoding="utf-8"))
    assert shown, "README.md shows no report"
    said = run(second, two_kits, "--only=tokens/none").outcome.out
    said = re.sub(r"127\.0\.0\.1:[0-9]{5}", "127.0.0.1:54321", said)
    assert [part for part in shown.group(1).split("[...]\n") if part not in said] == [], said


@pytest.mark.long
def test_nothing_fails_but_what_is_known_to(second: dict[str, str], two_kits: Kits) -> None:
    report = run(second, two_kits, f"--expected={EXPECTED}")
    assert report.outcome.code == 0, report.outcome.out
    assert (report.having("error"), report.left) == ([], [])
    unsupported = {identity.partition("/")[0] for identity in report.having("unsupported")}
    assert unsupported >= NOT_BUILT
    assert not [identity for identity in report.having("pass") if identity.partition("/")[0] in NOT_BUILT]
