"""The kit finds the faults that real implementations have, and none where there is none."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest

from tests.conftest import Serve
from tests.contract.fault import Fault
from tests.contract.faults import FAULTS
from tests.contract.kit import FOUND, Household, Kits
from tests.contract.proxy import Proxy
from tests.contract.tampering import honest
from tests.notes import SAID
from tests.support.keeper import Keeper

# What clients see is the same on all of them.
pytestmark = pytest.mark.databases("sqlite")
SAMPLE = FAULTS[:: len(FAULTS) // 10]


@dataclass(frozen=True)
class Trial:
    """What the kit said of a server with one fault."""

    fault: Fault
    found: list[str]
    harness_errors: list[str]

    @property
    def caught(self) -> bool:
        """Whether a check says so that is about the same thing."""
        return any(identity.partition("/")[0] in self.fault.areas for identity in self.found)

    def __str__(self) -> str:
        return f"{self.fault.id}: {self.fault.sentence} Found: {self.found or 'nothing'}"


@pytest.fixture(scope="module")
def proxy(serve: Serve) -> Iterator[Proxy]:
    """In front of our own server, which tells its limits but has none that matter."""
    with serve(RATE_LIMITS="4096") as server, Proxy(server.base_url) as running:
        yield running
    assert running.mistakes == []


def run(kits: Kits, proxy: Proxy, fault: Fault, household: Household) -> Trial:
    """Show the server with this fault to the kit."""
    address = proxy.address(fault.tamper, household.owner.token or "")
    chosen = [option for pattern in fault.patterns for option in ("--only", pattern)]
    report = kits.run(f"{address}/v2", household, *chosen)
    return Trial(fault, report.having(*FOUND), report.having("error"))


def run_all(kits: Kits, proxy: Proxy, keeper: Keeper, faults: tuple[Fault, ...]) -> list[Trial]:
    """One after the other, on each kit."""
    households = [Household.new(keeper) for _ in faults]
    with ThreadPoolExecutor(kits.number) as pool:
        return list(pool.map(lambda fault, household: run(kits, proxy, fault, household), faults, households))


def judge(trials: list[Trial], record_property: Callable[[str, object], None]) -> None:
    """Tell the score, and fail for what was missed."""
    missed = [trial for trial in trials if not trial.caught]
    record_property(SAID, f"The contract kit finds {len(trials) - len(missed)} of {len(trials)} faults.")
    for trial in missed:
        record_property(SAID, f"  missed {trial}")
    assert missed == []
    assert [trial for trial in trials if trial.harness_errors] == []


def test_faults_of_a_sample_are_found(
    proxy: Proxy, two_kits: Kits, keeper: Keeper, record_property: Callable[[str, object], None]
) -> None:
    judge(run_all(two_kits, proxy, keeper, SAMPLE), record_property)


@pytest.mark.long
def test_all_faults_are_found(
    proxy: Proxy, two_kits: Kits, keeper: Keeper, record_property: Callable[[str, object], None]
) -> None:
    judge(run_all(two_kits, proxy, keeper, FAULTS), record_property)


@pytest.mark.long
def test_no_fault_is_found_where_there_is_none(proxy: Proxy, two_kits: Kits, household: Household) -> None:
    address = proxy.address(honest, household.owner.token or "")
    # A server that closes on a body that is too long cuts off a proxy that still sends it: its own test has that.
    report = two_kits.run(f"{address}/v2", household, "--skip", "transport/size")
    assert report.having(*FOUND, "info", "unsupported", "skip", "error") == []
    assert (report.outcome.code, report.left) == (0, [])
