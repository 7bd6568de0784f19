"""What the kit says: to people, to machines, and nothing of secrets to anybody."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Literal
from xml.etree import ElementTree as Xml

import pytest
from playwright.sync_api import ViewportSize, expect

from tests.contract.bench import Bench
from tests.contract.recorder import Passing, Recorder
from tests.support.browser import SCREENS, assert_fits, launched
from tests.support.commands import Outcome
from tests.support.keeper import Keeper

# What the kit says has nothing to do with the database behind the server.
pytestmark = pytest.mark.databases("sqlite")
CHOSEN = (
    "--only",
    "systems/update",
    "--only",
    "systems/get",
    "--only",
    "oembed/system",
    "--skip",
    "systems/get/created",
)
KINDS = ("html", "json", "junit")


@pytest.fixture(scope="module")
def bench(keeper: Keeper, tmp_path_factory: pytest.TempPathFactory) -> Bench:
    """Systems for all tests here."""
    return Bench(keeper.new_home(), keeper.new_home(), tmp_path_factory.mktemp("state"))


@pytest.fixture(scope="module")
def recorder(base_url: str) -> Iterator[Recorder]:
    """A server that leaves `pronouns` out of systems, repeats credentials, and has no oEmbed."""
    with Recorder(base_url.removesuffix("/v2")) as running:
        running.after = break_systems
        running.instead = lambda method, path: 501 if path.endswith("oembed.json") else 0
        yield running


def break_systems(passing: Passing) -> None:
    """The faults."""
    if "webhook_url" not in passing.body.decode(errors="replace") or passing.status != 200:
        return
    system = json.loads(passing.body)
    system.pop("pronouns")
    system["echo"] = [
        passing.headers.get("authorization"),
        {"nested": f"Bearer {passing.headers.get('authorization')}"},
    ]
    passing.body = json.dumps(system).encode()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the reports are."""
    return tmp_path_factory.mktemp("reports")


@pytest.fixture(scope="module")
def outcome(bench: Bench, recorder: Recorder, folder: Path) -> Outcome:
    """A run that finds something."""
    reports = [word for kind in KINDS for word in ("--report", f"{kind}={folder / kind}")]
    return bench.run(recorder.address, *bench.writing, *CHOSEN, *reports, "--badge", str(folder / "badge"))


def test_run_that_finds_something_ends_with_1(outcome: Outcome) -> None:
    assert outcome.code == 1, outcome


def test_no_secret_is_in_anything(bench: Bench, outcome: Outcome, folder: Path) -> None:
    everything = [outcome.out, outcome.err, *(path.read_text() for path in folder.iterdir())]
    assert len(everything) == 6
    for text in everything:
        assert not [secret for secret in bench.secrets.values() if secret in text]
    assert "$TOKEN" in outcome.out
    assert "Bearer $TOKEN" in (folder / "html").read_text()


def test_text_fits_80_columns_but_for_what_is_to_be_pasted(outcome: Outcome) -> None:
    pasted = re.compile(r"^            '?http|pluralspec contract |^ +'\{")
    long = [line for line in outcome.out.splitlines() if len(line) > 80 and not pasted.search(line)]
    assert long == []
    assert "\x1b" not in outcome.out


def test_text_says_what_was_sent_expected_why_and_how_to_repeat_it(outcome: Outcome) -> None:
    part = outcome.out.partition("FAIL        systems/get/every-key")[2].partition("\n\n")[0]
    for name in ("check ", "sent        GET", "came        200", "expected ", "repeat      curl", "or          --only"):
        assert f"\n{name}" in part, part
    assert "“Endpoints will always return all fields" in part
    assert 'missing: ["pronouns"]' in part


def test_unsupported_is_no_failure(outcome: Outcome, folder: Path) -> None:
    checks = json.loads((folder / "json").read_text())["checks"]
    assert {check["verdict"] for check in checks if check["area"] == "oembed"} == {"unsupported"}


def test_json_says_all_of_it(outcome: Outcome, folder: Path) -> None:
    data = json.loads((folder / "json").read_text())
    (found,) = [check for check in data["checks"] if check["id"] == "systems/get/every-key"]
    assert (found["verdict"], found["level"], data["code"], data["leftovers"]) == ("fail", "must", 1, [])
    assert found["findings"][0]["exchange"]["method"] == "GET"
    (seen,) = [check for check in data["checks"] if check["id"] == "systems/contract/get_system"]
    assert seen["verdict"] == "warn"
    assert any("pronouns" in finding["details"] for finding in seen["findings"])
    assert sum(data["totals"].values()) == len(data["checks"])


def test_junit_counts_the_same(outcome: Outcome, folder: Path) -> None:
    root = Xml.parse(folder / "junit").getroot()
    data = json.loads((folder / "json").read_text())
    assert len(root.findall(".//testcase")) == len(data["checks"])
    assert len(root.findall(".//failure")) == data["totals"]["fail"]
    assert sum(int(suite.get("failures", "")) for suite in root) == data["totals"]["fail"]


def test_page_is_one_file(outcome: Outcome, folder: Path) -> None:
    page = (folder / "html").read_text()
    assert not re.search(r"(src|href)=|@import|url\(", page)
    assert "prefers-color-scheme: dark" in page
    assert "@media print" in page
    assert "systems/get/every-key" in page


@pytest.mark.parametrize(("size", "scheme"), SCREENS)
def test_page_can_be_read_and_asks_nobody(
    outcome: Outcome, folder: Path, tmp_path: Path, size: ViewportSize, scheme: Literal["light", "dark"]
) -> None:
    (tmp_path / "report.html").write_text((folder / "html").read_text())
    with launched() as browser:
        page = browser.new_page(viewport=size, color_scheme=scheme)
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto((tmp_path / "report.html").as_uri())
        assert_fits(page, size, scheme)
        expect(page.get_by_role("heading", level=1)).to_contain_text("failed")
        found = page.locator("details", has_text="systems/get/every-key").first
        if found.get_attribute("open") is None:
            found.locator("summary").click()
        expect(found.get_by_text("Endpoints will always return all fields")).to_be_visible()
        expect(found.get_by_text("curl", exact=False).first).to_be_visible()
        assert_fits(page, size, scheme)
        assert len(asked) == 1


def test_badge_counts_what_must_be(outcome: Outcome, folder: Path) -> None:
    title = Xml.parse(folder / "badge").getroot().get("aria-label", "")
    passed, of = re.fullmatch(r"v2 must (\d+)/(\d+)", title).groups()  # type: ignore[union-attr]
    assert 0 < int(passed) < int(of)


def test_expected_failures_are_excused_by_what_the_run_said_to_paste(
    bench: Bench, recorder: Recorder, outcome: Outcome, tmp_path: Path
) -> None:
    entries = outcome.out[outcome.out.index("[[expected]]") : outcome.out.index("To run one of them")]
    file = tmp_path / "expected.toml"
    file.write_text(entries)
    bench.run(recorder.address, "--expected", str(file)).refuses("gives no reason", code=2)
    file.write_text(entries.replace('reason = ""', 'reason = "not built yet"'))
    again = bench.run(recorder.address, *bench.writing, *CHOSEN, "--expected", str(file))
    assert again.code == 0, again
    assert "failed as expected" in again.out


@pytest.mark.parametrize("identity", ["systems/get/me", "systems/get/nothing-like-it"])
def test_entry_without_need_fails_the_run(bench: Bench, base_url: str, tmp_path: Path, identity: str) -> None:
    file = tmp_path / "expected.toml"
    file.write_text(f'[[expected]]\nid = "{identity}"\nreason = "once"\n')
    outcome = bench.run(base_url, "--only", "systems/get/me", "--expected", str(file))
    assert outcome.code == 1, outcome
    assert f"{identity}: " in outcome.out


def test_other_failures_than_the_expected_fail_the_run(bench: Bench, recorder: Recorder, tmp_path: Path) -> None:
    file = tmp_path / "expected.toml"
    file.write_text('[[expected]]\nid = "systems/get/every-key"\nreason = "known"\n')
    outcome = bench.run(recorder.address, *bench.writing, *CHOSEN, "--expected", str(file))
    assert outcome.code == 1, outcome
    assert "EXPECTED    systems/get/every-key: known" in outcome.out


def test_same_seed_sends_the_same(bench: Bench, base_url: str) -> None:
    def sent() -> list[str]:
        with Recorder(base_url.removesuffix("/v2")) as recorder:
            chosen = ("--only", "members/update", "--only", "groups/create", "--seed", "7")
            assert bench.run(recorder.address, *bench.writing, *chosen).code == 0
            return [
                f"{each.method} {re.sub('[A-Za-z-]{5,8}(?=/|$)|[0-9A-Fa-f-]{36}', 'ID', each.path)}"
                for each in recorder.seen
            ]

    assert sent() == sent()


# What cannot run


def test_nobody_there(bench: Bench) -> None:
    bench.run("http://127.0.0.1:1/v2").refuses("http://127.0.0.1:1/v2", "reached", code=2)


def test_no_api_there(bench: Bench, base_url: str) -> None:
    bench.run(base_url.replace("/v2", "/docs")).refuses("no such API", code=2)


@pytest.mark.parametrize(
    "address", ["ftp://example.org", "https://me:secret@example.org/v2", "https://", "https://x/?a=b"]
)
def test_address_that_is_none(bench: Bench, address: str) -> None:
    bench.run(address).refuses("address", code=2)


def test_token_that_nobody_knows(bench: Bench, base_url: str) -> None:
    refused = bench.run(base_url, PLURALSPEC_CONTRACT_TOKEN="x" * 64)
    refused.refuses("the token is not accepted", "401", code=2)
    assert "xxxx" not in refused.err


def test_other_token_of_the_same_system(bench: Bench, base_url: str) -> None:
    token = bench.secrets["PLURALSPEC_CONTRACT_TOKEN"]
    bench.run(base_url, PLURALSPEC_CONTRACT_OTHER_TOKEN=token).refuses("same system", code=2)


def test_token_on_the_command_line_is_refused_and_not_repeated(bench: Bench, base_url: str) -> None:
    refused = bench.run(base_url, "--token", str(bench.owner.token))
    refused.refuses("takes a file", code=2)
    assert str(bench.owner.token) not in refused.err


def test_token_from_a_file(bench: Bench, base_url: str, tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text(f"{bench.owner.token}\n")
    run = bench.run(base_url, "--token", str(file), "--only", "systems/get/me", PLURALSPEC_CONTRACT_TOKEN="")
    assert run.code == 0, run
    assert "Nothing failed." in run.out
    assert "Skipped" not in run.out


@pytest.mark.parametrize("option", ["--only", "--skip"])
def test_check_that_there_is_not(bench: Bench, base_url: str, option: str) -> None:
    bench.run(base_url, option, "members/updaet").refuses("members/updaet", "contract list", code=2)


def test_what_is_missing_is_skipped_with_the_option_that_would_help(bench: Bench, base_url: str) -> None:
    bare = bench.run(base_url, "--only", "members/update", **dict.fromkeys(bench.secrets, ""))
    assert bare.code == 0, bare
    assert "needs --write --throwaway SYSTEM_ID" in bare.out


# What there is


def test_list_names_every_check_with_its_words(bench: Bench) -> None:
    listed = json.loads(bench.run_bare("list", "--json").ok())
    assert {row["level"] for row in listed} == {"must", "should", "may"}
    assert all(row["requirement"] and row["id"].startswith(f"{row['area']}/") for row in listed)
    assert len({row["id"] for row in listed}) == len(listed) > 300


def test_explain_quotes(bench: Bench) -> None:
    told = bench.run_bare("--explain", "systems/get/every-key").ok()
    assert "must: the public documentation says so" in told
    assert "“Endpoints will always return all fields" in told
