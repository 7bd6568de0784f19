"""Every answer of every check, compared with openapi.yaml: one result for each operation, and two for headers."""

import httpx

from scripts.contract.results import OF_LEVEL, PASS, UNSUPPORTED, Exchange, Finding, Result, Run
from tests.support.conformance import Conformance, Violation
from tests.support.operations import Operations

_REQUIREMENT = "Every answer is as openapi.yaml describes it: its status, its headers and its body."
_HEADERS = {
    "limits": Result(
        "rate-limits/contract/headers",
        "must",
        "The following rate limit headers are present on HTTP responses",
    ),
    "version": Result(
        "transport/contract/version", "should", "Every answer names the server's software in X-PluralKit-Version."
    ),
}
_AREAS = (
    ("oembed", "oembed"),
    ("message", "messages"),
    ("autoproxy", "autoproxy"),
    ("guild", "guilds"),
    ("settings", "settings"),
    ("fronters", "fronters"),
    ("switch", "switches"),
    ("groups", "groups"),
    ("group", "groups"),
    ("member", "members"),
)


def area_of(operation: str) -> str:
    """The area that an operation's results belong to."""
    return next((area for word, area in _AREAS if word in operation), "systems")


def all_results(operations: Operations) -> list[Result]:
    """One for each operation, and for the headers that all have in common."""
    # The contract knows more keys and codes than the documentation: what that demands has checks of its own.
    each = [Result(f"{area_of(name)}/contract/{name}", "should", _REQUIREMENT) for name in operations.described]
    shared = [Result(known.id, known.level, known.requirement) for known in _HEADERS.values()]
    return each + shared


class Conforming:
    """Judges answers as they come."""

    def __init__(self, operations: Operations, run: Run) -> None:
        self._conformance, self._operations, self._run = Conformance(operations), operations, run
        self._results = {result.id: result for result in all_results(operations)}

    def look(self, method: str, path: str, response: httpx.Response, exchange: Exchange, check: str) -> None:
        """Compare one answer."""
        name = self._operations.find("GET" if method == "HEAD" else method, path)
        if name is None:
            return
        found = self._conformance.violations(method, path, response.status_code, response.headers, response.content)
        self._seen(f"{area_of(name)}/contract/{name}")
        for key, result in _HEADERS.items():
            if key != "limits" or any(each.lower().startswith("x-ratelimit-") for each in response.headers):
                self._seen(result.id)
        for violation in found:
            self._add(violation, response.status_code, exchange, check)

    def _seen(self, identity: str) -> Result:
        result = self._run.results.setdefault(identity, self._results[identity])
        if not result.cases:
            result.add(PASS)
        return result

    def _add(self, violation: Violation, status: int, exchange: Exchange, check: str) -> None:
        shared = _HEADERS.get(violation.about)
        result = self._seen(shared.id if shared else f"{area_of(violation.operation)}/contract/{violation.operation}")
        verdict = UNSUPPORTED if violation.about == "status" and status == 501 else OF_LEVEL[result.level]
        text = violation.text.partition(": ")[2] if shared else violation.text
        if text in (finding.details for finding in result.findings):
            return
        result.repeat = result.repeat or check
        expected = "an answer as openapi.yaml describes it"
        result.add(verdict, Finding(verdict, "", expected, text, exchange=exchange))
