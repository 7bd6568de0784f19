"""A run, from the first request to the last deletion."""

import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from types import FrameType

import pytest

from scripts.contract import fuzzing, suite
from scripts.contract.access import Access, Given, reach, things
from scripts.contract.collecting import check_of, unknown
from scripts.contract.conforming import Conforming, all_results
from scripts.contract.errors import CannotRunError
from scripts.contract.household import KINDS, WRONG, Household, Picture
from scripts.contract.journal import Journal
from scripts.contract.plugin import Kit, Progress
from scripts.contract.results import Run
from tests.support.check import Check
from tests.support.operations import Operations

# Requests for a case, with what cleaning up after it takes: averages of a whole run against our own server.
READS, OWNERS_READS, OWNERS_WRITES = 1.5, 1.6, 4.2


@dataclass(frozen=True)
class Plan:
    """What is about to happen."""

    checks: int
    cases: int
    skipped: int
    requests: int
    seconds: float
    server: str
    system: str


@dataclass(frozen=True)
class Wanted:
    """Which checks, and what to tell while they run."""

    only: Sequence[str] = ()
    skip: Sequence[str] = ()
    seed: int = 1
    announce: Callable[[Plan], None] = lambda plan: None
    progress: Progress = lambda check, done, of, failures: None
    cleaning: Callable[[], None] = lambda: None
    fuzz: bool = False
    fuzzing: Callable[[], None] = lambda: None


def execute(given: Given, wanted: Wanted) -> Run:
    """Run the checks; whatever happens, clean up."""
    known = suite.checks()
    operations = Operations.of_contract()
    unknown([*wanted.only, *wanted.skip], _ids(known, operations))
    run = Run(given.base_url, "", wanted.seed, given.line, must_checks=sum(check.level == "must" for check in known))
    run.started, began = datetime.now(UTC).isoformat(timespec="seconds"), time.monotonic()
    kits: list[Kit] = []
    access = reach(given, lambda method, path, response: kits[0].observe(method, path, response) if kits else None)
    run.server = access.server
    try:
        with _ended_by_signals(), _household(access, operations, run, wanted.cleaning) as household:
            kit = Kit(access, run, household, wanted.only, wanted.skip)
            kits.append(kit)
            kit.conforming, kit.progress = Conforming(operations, run), wanted.progress
            kit.announce = lambda items: wanted.announce(_plan(access, items))
            access.wire.refused = kit.refused
            suite.run(kit)
            if wanted.fuzz and not (run.stopped or access.wire.gone):
                wanted.fuzzing()
                kept = household.kept if household else []
                with access.wire.unrecorded():
                    fuzzing.fuzz(access, run, operations, wanted, kept)
            run.stopped = run.stopped or access.wire.gone
    finally:
        access.close()
    if kit.problems:
        raise CannotRunError(f"the checks cannot be loaded: {kit.problems[0]}")
    run.seconds, run.requests = time.monotonic() - began, access.wire.sent
    return run


def known_ids() -> set[str]:
    """Every id that a result can have."""
    return _ids(suite.checks(), Operations.of_contract())


def _ids(known: Sequence[Check], operations: Operations) -> set[str]:
    rest = {each.id for each in all_results(operations)} | set(fuzzing.every_id(operations))
    return {check.id for check in known} | rest


def clean(given: Given) -> tuple[list[str], list[str], list[str]]:
    """Remove what earlier runs left: what was found, what is still there, in what the system is not as it was."""
    access = reach(given, lambda method, path, response: None)
    try:
        with access.wire.unrecorded(), _ended_by_signals():
            journal, household = _opened(access, Operations.of_contract())
            if not journal.before:
                journal.say(before={})
            found = household.marked(household.picture())
            household.adopt(found)
            listed = [" ".join(thing).strip() for thing in [*journal.made, *sorted(journal.touched)]]
            leftovers, different = household.finish()
            journal.close(clean=not leftovers)
            return listed, leftovers, different
    finally:
        access.close()


def _opened(access: Access, operations: Operations) -> tuple[Journal, Household]:
    assert access.own is not None
    journal = Journal(access.given.base_url, access.own.uuid)
    access.wire.journal = journal
    known = [name.partition(" ")[2] for name in journal.before if name.startswith("guild ")]
    return journal, Household(access.own, journal, operations, access.given.guild or next(iter(known), ""))


@contextmanager
def _household(
    access: Access, operations: Operations, run: Run, cleaning: Callable[[], None]
) -> Iterator[Household | None]:
    """The throwaway system, which is as it was when this is over."""
    if not access.given.write:
        yield None
        return
    with access.wire.unrecorded():
        journal, household = _opened(access, operations)
        _settle(journal, household)
        before = _before(household)
        journal.say(before=before)
    guard = access.wire.guard
    household.kept = [identity for kind in KINDS for identity in _references(before[kind])]
    guard.keep(household.kept)
    if access.other:
        guard.keep_foreign([access.other.id, access.other.uuid, *_foreign(access)])
    try:
        yield household
    finally:
        cleaning()
        _finish(access, household, run)
        journal.close(clean=not run.leftovers)


def _before(household: Household) -> Picture:
    try:
        return household.picture()
    except WRONG as error:
        raise CannotRunError(f"nothing was written, as the system cannot be looked at: {error}") from error


def _finish(access: Access, household: Household, run: Run) -> None:
    """Clean up, or say what is left if somebody has no patience for that."""
    try:
        with access.wire.unrecorded():
            run.leftovers, run.differences = household.finish()
    except KeyboardInterrupt:
        run.stopped = "stopped before its end, and while cleaning up"
        run.leftovers = household.leftovers({})


def _settle(journal: Journal, household: Household) -> None:
    """Clean up after an earlier run that was killed, before anything new is made."""
    if journal.is_empty:
        return
    leftovers, _ = household.finish()
    if leftovers:
        raise CannotRunError(f"an earlier run left things behind that cannot be removed: {'; '.join(leftovers)}")


def _references(things: dict[str, dict[str, str]]) -> Iterator[str]:
    for each in things.values():
        yield from (str(each.get("id", "")), str(each.get("uuid", "")))


def _foreign(access: Access) -> Iterator[str]:
    """What of the other system can be named."""
    assert access.other is not None
    for kind in ("members", "groups"):
        with access.wire.unrecorded():
            listed = things(access.other, f"/systems/@me/{kind}")
        for each in listed:
            yield from (str(each.get("id", "")), str(each.get("uuid", "")))


def _plan(access: Access, items: Sequence[pytest.Item]) -> Plan:
    """What these cases will take."""
    given = access.given
    has = {
        "owner": given.write,
        "reader": bool(access.own),
        "public": bool(access.shown),
        "stranger": bool(access.other),
        "limited": bool(access.limited),
        "guild": bool(given.guild),
        "message": bool(given.message),
    }
    names = [(check_of(item), set(getattr(item, "fixturenames", ()))) for item in items]
    runs = [(check, used) for check, used in names if all(has[need] for need in used & has.keys())]
    writing = sum("owner" in used for _, used in runs)
    reading = len(runs) - writing
    reads = reading * READS + writing * OWNERS_READS
    writes = writing * OWNERS_WRITES
    ids, all_ids = {check.id for check, _ in runs if check}, {check.id for check, _ in names if check}
    seconds = access.wire.pace.seconds(Counter(generic_get=int(reads), generic_update=int(writes)))
    return Plan(
        len(ids),
        len(runs),
        len(all_ids - ids),
        int(reads + writes),
        seconds,
        access.server,
        access.own.id if access.own else "",
    )


@contextmanager
def _ended_by_signals() -> Iterator[None]:
    """Let a request to end be what Ctrl-C is, so that cleaning up follows."""

    def stop(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    # What nohup has the process ignore, it goes on ignoring; what a shell's background does to Ctrl-C is no such wish.
    hangup = [signal.SIGHUP] if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN else []
    kept = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM, *hangup)}
    try:
        yield
    finally:
        for number, handler in kept.items():
            signal.signal(number, handler)
