"""pytest's part of choosing: of all tests, those that are checks, and of these the ones asked for."""

from collections.abc import Iterable
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from scripts.contract.errors import CannotRunError
from tests.support.check import Check


def check_of(item: pytest.Item) -> Check | None:
    """The check that a test is."""
    mark = item.get_closest_marker("check")
    return mark.args[0] if mark else None


def matches(identity: str, patterns: Iterable[str]) -> bool:
    """Whether an id is one of these, is in one of these areas, or fits one of these globs."""
    return any(
        identity == each or identity.startswith(f"{each.rstrip('/')}/") or fnmatchcase(identity, each)
        for each in patterns
    )


class Collector:
    """Leaves only the checks that are wanted."""

    def __init__(self, only: Iterable[str] = (), skip: Iterable[str] = ()) -> None:
        self._only, self._skip = tuple(only), tuple(skip)
        self.found: list[Check] = []
        """All checks there are, wanted or not."""
        self.problems: list[str] = []

    def pytest_configure(self, config: pytest.Config) -> None:
        """Know the marks that tests have."""
        config.addinivalue_line("markers", "check: is part of the contract kit")
        config.addinivalue_line("markers", "long: takes long")

    def pytest_ignore_collect(self, collection_path: Path) -> bool | None:
        """Do not load what has no checks."""
        is_test = collection_path.suffix == ".py" and collection_path.name.startswith("test_")
        return True if is_test and "@check(" not in collection_path.read_text(encoding="utf-8") else None

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Checks that cannot be loaded must not be missing unnoticed."""
        if report.failed:
            self.problems.append(f"{report.nodeid}: {report.longreprtext.strip().splitlines()[-1]}")

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Keep what is wanted, in the order in which it was found."""
        kept = []
        for item in items:
            if (check := check_of(item)) is None:
                continue
            if check not in self.found:
                self.found.append(check)
            if (not self._only or matches(check.id, self._only)) and not matches(check.id, self._skip):
                kept.append(item)
        items[:] = kept


def unknown(patterns: Iterable[str], known: Iterable[str]) -> None:
    """Refuse patterns that match nothing: they are typing mistakes."""
    known = list(known)
    for pattern in patterns:
        if not any(matches(identity, [pattern]) for identity in known):
            raise CannotRunError(f"no check is called “{pattern}”: see `pluralspec contract list`")
