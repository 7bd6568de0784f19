"""How fast the kit goes, and what it makes of being told to wait."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contract.bench import Bench
from tests.contract.recorder import Passing, Recorder
from tests.support.keeper import Keeper

# How fast the kit goes has nothing to do with the database behind the server.
pytestmark = pytest.mark.databases("sqlite")
READING = ("--only", "reading")


@pytest.fixture
def bench(keeper: Keeper, tmp_path: Path) -> Bench:
    """A system that has something everywhere."""
    return Bench(keeper.new_home(), keeper.new_home(), tmp_path)


@pytest.fixture
def recorder(base_url: str) -> Iterator[Recorder]:
    """Between the kit and the server."""
    with Recorder(base_url.removesuffix("/v2")) as running:
        yield running


@pytest.mark.parametrize(("said", "limit"), [("", 10), ("4", 4), ("0", 10), ("99999999999999", 10)])
def test_keeps_to_the_limit_that_the_server_says(bench: Bench, recorder: Recorder, said: str, limit: int) -> None:
    def say(passing: Passing) -> None:
        for name in [name for name in passing.answer_headers if name.startswith("x-ratelimit-")]:
            del passing.answer_headers[name]
        if said:
            passing.answer_headers |= {"x-ratelimit-limit": said, "x-ratelimit-scope": "generic_get"}

    recorder.after = say
    outcome = bench.paced(recorder.address, "--only", "systems", "--only", "members/list")
    assert "at least" in outcome.err or "as fast as" in outcome.err
    moments = [each.moment for each in recorder.seen if each.method == "GET"]
    assert len(moments) > 5
    # What arrives late makes the next look early: as a whole they are never faster. The first comes before the limit.
    assert moments[-1] - moments[1] >= 0.9 * (len(moments) - 2) / limit


def test_being_told_to_wait_is_nobodys_failure(bench: Bench, recorder: Recorder) -> None:
    refused: list[Passing] = []

    def refuse(passing: Passing) -> None:
        if len(recorder.seen) % 4 == 0 and passing.method == "GET":
            refused.append(passing)
            told = {"message": "429: too many requests", "retry_after": 20, "scope": "generic_get", "code": 0}
            passing.status, passing.body = 429, json.dumps(told).encode()
            passing.answer_headers |= {"Retry-After": "1", "content-type": "application/json"}

    recorder.after = refuse
    outcome = bench.run(recorder.address, *READING)
    assert outcome.code == 0, outcome
    assert len(refused) > 3


def test_being_told_to_wait_in_the_wrong_words_is_a_finding_of_its_own(bench: Bench, recorder: Recorder) -> None:
    refused: list[Passing] = []

    def refuse(passing: Passing) -> None:
        if not refused and passing.path.endswith(f"/systems/{bench.owner.id}") and passing.method == "GET":
            refused.append(passing)
            passing.status, passing.body = 429, b'{"error": "slow down"}'

    recorder.after = refuse
    outcome = bench.run(recorder.address, "--only", "systems/get/me")
    assert outcome.code == 0, outcome
    found = [line for line in outcome.out.splitlines() if line.startswith(("FAIL", "WARN"))]
    assert found == ["WARN        systems/contract/get_system (should)"]
