"""What the kit may touch: nothing without permission, and nothing but what it made with it."""

import json
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contract.bench import PATIENCE, Bench, ended
from tests.contract.recorder import Passing, Recorder
from tests.support import shapes
from tests.support.keeper import Keeper

# What the kit does has nothing to do with the database behind the server.
pytestmark = pytest.mark.databases("sqlite")
SAFE = {"GET", "HEAD", "OPTIONS"}
A_FEW = ("--only", "members/update", "--only", "switches/create")


@pytest.fixture
def bench(keeper: Keeper, tmp_path: Path) -> Bench:
    """A system that has something everywhere."""
    bench = Bench(keeper.new_home(), keeper.new_home(), tmp_path)
    bench.owner.patch("/systems/@me", shapes.FULL_SYSTEM).ok()
    bench.owner.patch("/systems/@me/settings", shapes.FULL_SETTINGS).ok()
    bench.owner.patch(f"/systems/@me/guilds/{bench.home.guild}", shapes.FULL_SYSTEM_GUILD).ok()
    latch = {"autoproxy_mode": "member", "autoproxy_member": bench.home.member["id"]}
    bench.owner.patch(f"/systems/@me/autoproxy?guild_id={bench.home.guild}", latch).ok()
    return bench


@pytest.fixture
def recorder(base_url: str) -> Iterator[Recorder]:
    """Between the kit and the server."""
    with Recorder(base_url.removesuffix("/v2")) as running:
        yield running


# Without permission


def test_without_a_token_nothing_but_reading_leaves_the_machine(bench: Bench, recorder: Recorder) -> None:
    no_tokens = dict.fromkeys(bench.secrets, "")
    outcome = bench.run(recorder.address, "--system", bench.other.owner.id, **no_tokens)
    assert outcome.code == 0, outcome
    assert recorder.methods() <= SAFE
    assert len(recorder.seen) > 20
    tokens = set(bench.secrets.values())
    assert not [each for each in recorder.seen if each.headers.get("authorization") in tokens]


def test_with_a_token_nothing_but_reading_leaves_the_machine(bench: Bench, recorder: Recorder) -> None:
    before = bench.export()
    outcome = bench.run(recorder.address, "--message", bench.home.message["id"])
    assert outcome.code == 0, outcome
    assert recorder.methods() <= SAFE
    assert bench.export() == before
    assert bench.journals == []


@pytest.mark.parametrize("throwaway", ["", "aaaaaa", "other"])
def test_writing_takes_the_systems_own_id(bench: Bench, recorder: Recorder, throwaway: str) -> None:
    named = ["--throwaway", bench.other.owner.id if throwaway == "other" else throwaway] if throwaway else []
    bench.run(recorder.address, "--write", *named).refuses("--throwaway", code=2)
    assert recorder.methods() <= SAFE


# With it


def test_system_that_is_not_empty_is_as_it_was(bench: Bench, recorder: Recorder) -> None:
    before, others = bench.export(), bench.other.owner.get("/systems/@me/members").ok()
    outcome = bench.run(recorder.address, *bench.writing)
    assert outcome.code == 0, outcome
    assert recorder.methods() >= {"POST", "PATCH", "DELETE"}
    assert bench.export() == before
    assert bench.other.owner.get("/systems/@me/members").ok() == others
    assert bench.journals == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_system_is_as_it_was_after_a_signal(bench: Bench, recorder: Recorder, number: signal.Signals) -> None:
    before = bench.export()
    process = bench.start(recorder.address, *bench.writing, *A_FEW)
    _wait_for_writes(recorder, 3)
    code, out, err = ended(process, number)
    assert code == 2, out + err
    assert "stopped before its end" in out
    assert bench.export() == before
    assert bench.journals == []


def test_what_a_kill_leaves_is_found_and_removed(bench: Bench, recorder: Recorder) -> None:
    before = bench.export()
    stuck: list[str] = []

    def kill_after_third(passing: Passing) -> None:
        if passing.method == "POST" and passing.status == 200:
            stuck.append(passing.path)
            if len(stuck) >= 3:
                process.kill()

    recorder.after = kill_after_third
    process = bench.start(recorder.address, *bench.writing, *A_FEW)
    process.communicate(timeout=PATIENCE)
    recorder.after = lambda passing: None
    assert bench.export() != before
    cleaned = bench.run("clean", recorder.address, "--throwaway", bench.owner.id)
    assert cleaned.code == 0, cleaned
    assert "found " in cleaned.out
    assert bench.export() == before
    assert bench.journals == []


def test_next_run_cleans_up_first_what_a_kill_left(bench: Bench, recorder: Recorder) -> None:
    before = bench.export()
    process = bench.start(recorder.address, *bench.writing, *A_FEW)
    _wait_for_writes(recorder, 3)
    ended(process, signal.SIGKILL)
    outcome = bench.run(recorder.address, *bench.writing, "--only", "systems/get")
    assert outcome.code == 0, outcome
    assert bench.export() == before


def test_change_whose_answer_is_lost_is_found_and_undone(bench: Bench, recorder: Recorder, tmp_path: Path) -> None:
    before = bench.export()
    lost: list[Passing] = []

    def lose_first(passing: Passing) -> None:
        if passing.method == "POST" and passing.status == 200 and not lost:
            lost.append(passing)
            passing.lost = True

    recorder.after = lose_first
    report = tmp_path / "report.json"
    outcome = bench.run(recorder.address, *bench.writing, *A_FEW, "--report", f"json={report}")
    assert outcome.code == 1, outcome
    verdicts = [check["verdict"] for check in json.loads(report.read_text())["checks"]]
    assert (verdicts.count("error"), verdicts.count("fail")) == (1, 0)
    assert bench.export() == before
    assert bench.journals == []


def test_answer_that_crashes_a_check_is_no_reason_to_leave_anything(bench: Bench, recorder: Recorder) -> None:
    before = bench.export()

    def spoil(passing: Passing) -> None:
        if passing.method == "POST" and passing.path.endswith("/switches") and passing.status == 200:
            passing.answer_headers["content-encoding"] = "gzip"

    recorder.after = spoil
    outcome = bench.run(recorder.address, *bench.writing, *A_FEW)
    assert outcome.code == 1, outcome
    assert "ERROR" in outcome.out
    assert bench.export() == before
    assert bench.journals == []


def test_reading_goes_on_after_a_lost_connection(bench: Bench, recorder: Recorder) -> None:
    reads: list[Passing] = []

    def lose_some(passing: Passing) -> None:
        if passing.method == "GET":
            reads.append(passing)
            passing.lost = len(reads) % 7 == 0

    recorder.after = lose_some
    outcome = bench.run(recorder.address, *bench.writing, *A_FEW)
    assert outcome.code == 0, outcome
    assert len(reads) > 14


def test_what_cannot_be_deleted_is_listed(bench: Bench, recorder: Recorder) -> None:
    before = bench.export()
    recorder.instead = lambda method, path: 500 if method == "DELETE" else 0
    outcome = bench.run(recorder.address, *bench.writing, "--only", "members/update/answers-the-member")
    assert outcome.code == 1, outcome
    assert "Left behind" in outcome.out
    assert "DELETE answered 500" in outcome.out
    recorder.instead = lambda method, path: 0
    assert bench.run("clean", recorder.address, "--throwaway", bench.owner.id).code == 0
    assert bench.export() == before


def _wait_for_writes(recorder: Recorder, number: int) -> None:
    deadline = time.monotonic() + PATIENCE
    while sum(each.method == "POST" and each.status == 200 for each in list(recorder.seen)) < number:
        assert time.monotonic() < deadline
        time.sleep(0.01)
