"""`--fuzz` keeps to the same rules, and finds what it can find."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contract.bench import Bench
from tests.contract.recorder import Passing, Recorder
from tests.support.keeper import Keeper

# What the kit does has nothing to do with the database behind the server.
pytestmark = pytest.mark.databases("sqlite")
SAFE = {"GET", "HEAD", "OPTIONS"}
READS = ("--only", "systems/fuzz/get_system", "--only", "members/fuzz/get_member", "--only", "groups/fuzz/delete_group")
WRITES = ("--only", "members/fuzz/create_member", "--only", "systems/fuzz/update_system", "--only", "groups/fuzz")


@pytest.fixture
def bench(keeper: Keeper, tmp_path: Path) -> Bench:
    """A system that has something everywhere."""
    return Bench(keeper.new_home(), keeper.new_home(), tmp_path)


@pytest.fixture
def recorder(base_url: str) -> Iterator[Recorder]:
    """Between the kit and the server."""
    with Recorder(base_url.removesuffix("/v2")) as running:
        yield running


def test_without_permission_nothing_but_reading_leaves_the_machine(bench: Bench, recorder: Recorder) -> None:
    outcome = bench.run(recorder.address, "--fuzz", *READS)
    assert outcome.code == 0, outcome
    assert recorder.methods() <= SAFE
    assert len(recorder.seen) > 30
    assert {each.headers.get("authorization") for each in recorder.seen} >= {bench.owner.token}


def test_system_that_is_not_empty_is_as_it_was(bench: Bench, recorder: Recorder) -> None:
    before = bench.export()
    outcome = bench.run(recorder.address, *bench.writing, "--fuzz", *WRITES)
    assert outcome.code == 0, outcome
    assert recorder.methods() >= {"POST", "PATCH", "DELETE"}
    assert bench.export() == before
    assert bench.journals == []


def test_finds_what_the_contract_does_not_have(bench: Bench, recorder: Recorder, tmp_path: Path) -> None:
    def break_members(passing: Passing) -> None:
        if passing.path.startswith("/v2/members/") and passing.status == 404:
            passing.body = b"<h1>Not here</h1>" + passing.headers.get("authorization", "").encode()
            passing.answer_headers["content-type"] = "text/html"

    recorder.after = break_members
    report = tmp_path / "report.json"
    outcome = bench.run(recorder.address, "--fuzz", *READS, "--report", f"json={report}")
    assert outcome.code == 1, outcome
    verdicts = {check["id"]: check["verdict"] for check in json.loads(report.read_text())["checks"]}
    assert verdicts == {"members/fuzz/get_member": "fail", "systems/fuzz/get_system": "pass"}
    assert str(bench.owner.token) not in report.read_text() + outcome.out
