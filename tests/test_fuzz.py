"""Schemathesis against the real server: every operation, all of its checks, as the owner and as strangers.

What it draws is the same in every run; `FUZZ_SEED=7` in the environment lets it draw something else. The contract and
the hooks (tests/fuzz_hooks.py) say what a right answer is. To repeat a failure, send the `curl` line that it prints.
"""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.keeper import Keeper
from tests.support.operations import CONTRACT
from tests.support.server import ROOT, Server
from tests.support.town import Town, settle

SEED = os.environ.get("FUZZ_SEED", "1")
# Limits that nobody reaches, so that the headers that an answer must have are there to be checked.
LIMITS = {"RATE_LIMITS": "4096"}
LONG = 30
"""Examples an operation from which on a run is a long one."""
CONFIGURATION = """
continue-on-failure = true
[phases.fuzzing.generation]
max-examples = {examples}
[phases.stateful.generation]
max-examples = {scenarios}
"""


@dataclass(frozen=True)
class Outcome:
    """How a run ended."""

    code: int
    out: str
    statuses: dict[str, int]
    """How often there was what answer: `GET /systems/{systemRef} 200`."""

    def is_good(self) -> None:
        """Expect that nothing was found; what was found is shown otherwise."""
        assert self.code == 0, self.out[max(0, self.out.find("= FAILURES =")) :]

    def succeeded(self) -> set[str]:
        """The operations, as method and path, that have answered with a success."""
        return {key[:-4] for key in self.statuses if re.search(" 20[04]$", key)}


@pytest.fixture(scope="module")
def fuzzed_server(environment: dict[str, str], keeper: Keeper) -> Iterator[Server]:
    """A server beside the other one, on the same database."""
    with Server("--workers", "2", environment=environment | LIMITS) as running:
        yield running
    assert "Traceback" not in "".join(running.log), "".join(running.log)


@pytest.fixture
def town() -> Town:
    """The systems of the contract's examples, as they were before anybody touched them."""
    return settle()


def fuzz(server: Server, town: Town, folder: Path, token: str | None, *, examples: int, scenarios: int) -> Outcome:
    """Run all phases as whoever has the token: so many examples an operation, so many scenarios of linked calls."""
    things, report, configuration = folder / "things.json", folder / "report.json", folder / "schemathesis.toml"
    things.write_text(json.dumps(town.things))
    configuration.write_text(CONFIGURATION.format(examples=examples, scenarios=scenarios))
    command = [sys.executable, "-m", "schemathesis.cli", "--config-file", str(configuration), "run", str(CONTRACT)]
    command += ["--url", f"{server.base_url}/v2", "--seed", SEED, "--generation-database", "none", "--no-color"]
    command += ["-H", "User-Agent: fuzzing (https://example.org)"]
    command += ["-H", f"Authorization: {token}"] if token else []
    hooks = {"SCHEMATHESIS_HOOKS": "tests.fuzz_hooks", "FUZZ_THINGS": str(things), "FUZZ_REPORT": str(report)}
    done = subprocess.run(
        command,
        cwd=folder,  # it leaves things where it runs
        env=os.environ | hooks | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=1800,
    )
    assert report.exists(), done.stdout
    return Outcome(done.returncode, done.stdout, json.loads(report.read_text()))


def operations(*methods: str) -> set[str]:
    """The contract's operations, as method and path."""
    paths = json.loads(CONTRACT.read_text(encoding="utf-8"))["paths"]
    return {f"{method.upper()} {path}" for path, item in paths.items() for method in item if method in methods}


@pytest.mark.parametrize(
    ("examples", "scenarios"), [(8, 30), pytest.param(3 * LONG, 150, marks=pytest.mark.long)], ids=["short", "long"]
)
def test_owner_finds_nothing_wrong(
    fuzzed_server: Server, town: Town, tmp_path: Path, examples: int, scenarios: int
) -> None:
    outcome = fuzz(fuzzed_server, town, tmp_path, town.token, examples=examples, scenarios=scenarios)
    outcome.is_good()
    assert outcome.succeeded() >= operations("get", "post", "patch", "delete")


def stranger_finds_nothing_wrong(outcome: Outcome) -> None:
    """Expect that, and that a stranger has read all that strangers may."""
    outcome.is_good()
    owners_alone = {key for key in operations("get") if key.endswith(("/guilds/{guild_id}", "/autoproxy"))}
    assert outcome.succeeded() >= operations("get") - owners_alone


@pytest.mark.databases("sqlite")  # strangers hardly write
def test_another_system_finds_nothing_wrong(fuzzed_server: Server, town: Town, tmp_path: Path) -> None:
    stranger_finds_nothing_wrong(fuzz(fuzzed_server, town, tmp_path, town.neighbours_token, examples=4, scenarios=5))


@pytest.mark.long
@pytest.mark.parametrize("who", ["another system", "nobody"])
def test_stranger_finds_nothing_wrong(fuzzed_server: Server, town: Town, tmp_path: Path, who: str) -> None:
    token = town.neighbours_token if who == "another system" else None
    stranger_finds_nothing_wrong(fuzz(fuzzed_server, town, tmp_path, token, examples=LONG, scenarios=50))
