"""What a run found out: verdicts, and for each finding what was sent, expected and received."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field, fields
from typing import Any

SKIP, PASS, INFO, UNSUPPORTED, WARN, FAIL, ERROR = "skip", "pass", "info", "unsupported", "warn", "fail", "error"
# From the one that any other outweighs to the one that outweighs all.
VERDICTS = (SKIP, PASS, INFO, UNSUPPORTED, WARN, FAIL, ERROR)
OF_LEVEL = {"must": FAIL, "should": WARN, "may": INFO}
"""The verdict of a check that did not hold, by its level."""


@dataclass(frozen=True)
class Exchange:
    """A request and its answer, without secrets."""

    method: str
    url: str
    headers: dict[str, str]
    body: str
    status: int
    answer_headers: dict[str, str]
    answer: str


@dataclass(frozen=True)
class Finding:
    """Why a case did not pass."""

    verdict: str
    case: str
    expected: str
    details: str = ""
    tells: str = ""
    """What the check is called, as a sentence."""
    exchange: Exchange | None = None
    before: tuple[str, ...] = ()
    """The requests that led to it, one line each."""


@dataclass
class Result:
    """A check, and what became of its cases."""

    id: str
    level: str
    requirement: str
    cases: list[str] = field(default_factory=list)
    """The verdict of each."""
    findings: list[Finding] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)
    """Why cases were skipped."""
    sides: list[str] = field(default_factory=list)
    """Which side the server takes where documentation and reference service differ."""
    repeat: str = ""
    """The check to select to see this again, where that is another one."""
    known: str = ""
    """The reason that the file of expected failures gives."""

    @property
    def area(self) -> str:
        return self.id.partition("/")[0]

    @property
    def verdict(self) -> str:
        """That of the worst case."""
        return max(self.cases, key=VERDICTS.index, default=SKIP)

    def add(self, verdict: str, finding: Finding | None = None, reason: str = "") -> None:
        """Another case."""
        self.cases.append(verdict)
        if finding:
            self.findings.append(finding)
        if reason and reason not in self.reasons:
            self.reasons.append(reason)


@dataclass
class Run:
    """All of it."""

    target: str
    server: str
    seed: int
    options: str
    """What to type to run with the same permissions, without secrets."""
    results: dict[str, Result] = field(default_factory=dict)
    started: str = ""
    seconds: float = 0.0
    requests: Counter[str] = field(default_factory=Counter)
    """How many of each method were sent."""
    stopped: str = ""
    """Why it ended early."""
    leftovers: list[str] = field(default_factory=list)
    """What could not be cleaned up."""
    differences: list[str] = field(default_factory=list)
    """In what the throwaway system is not as it was."""
    unused: list[str] = field(default_factory=list)
    """What the file of expected failures names without need."""
    must_checks: int = 0
    """How many checks of that level the kit has."""

    def __iter__(self) -> Iterator[Result]:
        return iter(self.results.values())

    def having(self, *verdicts: str) -> list[Result]:
        """The results with one of these verdicts."""
        return [result for result in self if result.verdict in verdicts]

    @property
    def failures(self) -> list[Result]:
        """What makes the run fail, but for what was expected to."""
        return [result for result in self.having(FAIL, ERROR) if not result.known]

    @property
    def by_area(self) -> dict[str, Counter[str]]:
        """How often there was which verdict."""
        areas: dict[str, Counter[str]] = {}
        for result in self:
            areas.setdefault(result.area, Counter())[result.verdict] += 1
        return areas

    @property
    def code(self) -> int:
        """The exit code."""
        if self.stopped:
            return 2
        return 1 if self.failures or self.leftovers or self.differences or self.unused else 0

    def totals(self, results: Iterable[Result] | None = None) -> dict[str, int]:
        """How many there are of each verdict."""
        counted = Counter(result.verdict for result in (self if results is None else results))
        return {verdict: counted[verdict] for verdict in VERDICTS}


def as_data(run: Run) -> dict[str, Any]:
    """The run as JSON can say it."""
    checks = [
        asdict(result) | {"area": result.area, "verdict": result.verdict, "cases": len(result.cases)} for result in run
    ]
    about = {each.name: getattr(run, each.name) for each in fields(run) if each.name != "results"}
    return {"format": 1, **about, "code": run.code, "totals": run.totals(), "checks": checks}
