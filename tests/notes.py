"""What tests have to tell people, beside that they pass: it comes at the end of the run, whatever process they ran in.

A test tells it by pytest's own fixture: `record_property(SAID, "...")`. It travels with the test's report.
"""

from typing import Any

import pytest

SAID = "said"


def noted(reporter: pytest.TerminalReporter, name: str) -> list[Any]:
    """What the tests of this run have recorded under a name."""
    reports = [report for each in reporter.stats.values() for report in each if isinstance(report, pytest.TestReport)]
    calls = [report for report in reports if report.when == "call"]
    return [value for report in calls for key, value in report.user_properties if key == name]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if said := noted(terminalreporter, SAID):
        terminalreporter.section("said")
        for words in said:
            terminalreporter.line(words)
