"""pytest's part of a run: the fixtures, from what the kit was given, and the verdicts."""

import random
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

import httpx
import pytest

from scripts.contract.access import LIMITED_KEY, OTHER_TOKEN, TOKEN, Access, things
from scripts.contract.collecting import Collector, check_of
from scripts.contract.conforming import Conforming
from scripts.contract.household import Household
from scripts.contract.judging import comparison, judge, needs_permission
from scripts.contract.results import PASS, SKIP, Exchange, Result, Run
from tests.support.check import Check, Side
from tests.support.client import Client

WRITE = "needs --write --throwaway SYSTEM_ID"
_NEEDS = {
    "owner": WRITE,
    "reader": f"needs --token FILE (or {TOKEN})",
    "public": "needs --system REF",
    "stranger": f"needs --other-token FILE (or {OTHER_TOKEN})",
    "limited": f"needs --limited-key FILE (or {LIMITED_KEY})",
    "guild": "needs --guild ID, a guild where the system is known",
    "message": "needs --message ID, of a proxied message",
}
Given = TypeVar("Given")
Progress = Callable[[str, int, int, int], None]
"""Is told the check that begins, how many cases are done, of how many, and how many failures there are."""


class Kit(Collector):
    """Runs the checks that are wanted."""

    def __init__(
        self, access: Access, run: Run, household: Household | None, only: Iterable[str], skip: Iterable[str]
    ) -> None:
        super().__init__(only, skip)
        self.access, self.run, self.household = access, run, household
        self.announce: Callable[[list[pytest.Item]], None] = lambda items: None
        self.progress: Progress = lambda check, done, of, failures: None
        self.conforming: Conforming | None = None
        self._case = ""
        self._check = Check("", "may", "")
        self._caught: pytest.ExceptionInfo[BaseException] | None = None
        self._done = 0
        self._total = 0

    # The answers

    def observe(self, method: str, path: str, response: httpx.Response) -> None:
        """Compare each answer to a check with the contract."""
        exchanges = self.access.wire.exchanges
        if self._check.id and self.conforming and self.access.wire.recording and exchanges:
            self.conforming.look(method, path, response, exchanges[-1], self._check.id)

    def refused(self, request: httpx.Request, response: httpx.Response) -> None:
        """A 429 is waited out, but must be as the contract says, too."""
        self.observe(request.method, self.access.wire.guard.below(request), response)

    # The run

    @pytest.hookimpl(trylast=True)
    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Say what is coming."""
        self._total = len(session.items)
        for item in session.items:
            check = self._of(item)
            self.run.results.setdefault(check.id, Result(check.id, check.level, check.requirement))
        self.announce(session.items)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        """One case: run it, clean up after it, judge it."""
        self._begin(item)
        try:
            return (yield)
        finally:
            exchanges, self.access.wire.exchanges = self.access.wire.exchanges, []
            check, self._check = self._check, Check("", "may", "")
            if self.household:
                with self.access.wire.unrecorded():
                    self.household.tidy()
            self._judge(check, exchanges)
            if self.access.wire.gone:
                item.session.shouldstop = self.access.wire.gone

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
        """Keep the first thing that went wrong; what follows from it says nothing new."""
        self._caught = self._caught or call.excinfo
        return (yield)

    def pytest_keyboard_interrupt(self) -> None:
        """Somebody wants it to end."""
        self.run.stopped = "stopped before its end"

    def pytest_assertrepr_compare(self, op: str, left: object, right: object) -> list[str] | None:
        """Say what differs in words that fit a report."""
        return comparison(op, left, right)

    def _of(self, item: pytest.Item) -> Check:
        check = check_of(item)
        assert check is not None
        return check

    def _begin(self, item: pytest.Item) -> None:
        self._check = self._of(item)
        self._case = item.name
        self._caught = None
        self.access.wire.exchanges = []
        random.seed(f"{self.run.seed} {item.nodeid}")
        self.progress(self._check.id, self._done, self._total, len(self.run.failures))
        self._done += 1

    def _judge(self, check: Check, exchanges: list[Exchange]) -> None:
        result = self.run.results[check.id]
        if self._caught is None:
            result.add(PASS)
        elif needs_permission(self._caught) and not self.access.given.write:
            result.add(SKIP, reason=WRITE)
        else:
            result.add(*judge(check, self._case, self._caught, exchanges, self.access.wire.masks))

    # The fixtures

    @pytest.fixture
    def anonymous(self) -> Client:
        """A client without credentials."""
        return self.access.anonymous

    @pytest.fixture
    def base_url(self) -> str:
        """The address of the API."""
        return self.access.given.base_url

    @pytest.fixture
    def public(self) -> Client:
        """A client without credentials that knows a system to look at."""
        return self._had("public", self.access.shown)

    @pytest.fixture
    def reader(self) -> Client:
        """A client that only reads."""
        return self._had("reader", self.access.own)

    @pytest.fixture
    def owner(self) -> Client:
        """A client of the throwaway system."""
        return self._had("owner", self.access.own if self.access.given.write else None)

    @pytest.fixture
    def stranger(self) -> Client:
        """A client of another system."""
        return self._had("stranger", self.access.other)

    @pytest.fixture
    def limited(self) -> Client:
        """A client of the token's system with a key that only identifies it."""
        return self._had("limited", self.access.limited)

    @pytest.fixture
    def foreign_member(self) -> str:
        """A member of the other system that anybody sees."""
        return self._foreign("members")

    @pytest.fixture
    def foreign_group(self) -> str:
        """A group of the other system that anybody sees."""
        return self._foreign("groups")

    @pytest.fixture
    def guild(self) -> str:
        """A guild where the system is known."""
        return self._had("guild", self.access.given.guild or None)

    @pytest.fixture
    def message(self) -> str:
        """A message that was proxied."""
        return self._had("message", self.access.given.message or None)

    @pytest.fixture
    def side(self) -> Callable[[Side], None]:
        """Writes down which side the server takes."""
        sides = self.run.results[self._check.id].sides
        return lambda taken: None if taken in sides else sides.append(taken)

    def _had(self, name: str, value: Given | None) -> Given:
        if value is None:
            pytest.skip(_NEEDS[name])
        return value

    def _foreign(self, kind: str) -> str:
        other = self._had("stranger", self.access.other)
        with self.access.wire.unrecorded():
            listed = things(self.access.anonymous, f"/systems/{other.id}/{kind}")
        if not listed:
            pytest.skip(f"the other token's system has no {kind} that anybody sees")
        return str(listed[0].get("id"))
