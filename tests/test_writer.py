"""Writes that wait for the disk together: each succeeds or fails by itself, and nobody is told before it is safe."""

import asyncio
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from models.writer import Writer

SCHEMA = """
    PRAGMA journal_mode = wal;
    CREATE TABLE thing (name TEXT PRIMARY KEY, part_of TEXT REFERENCES thing DEFERRABLE INITIALLY DEFERRED);
"""


class Refusal(Exception):
    """What a write raises."""


class Things:
    """A table in a file, a writer, and another connection that sees what is safe."""

    def __init__(self, path: Path, patience: float) -> None:
        self.other = sqlite3.connect(path, isolation_level=None)
        self.other.executescript(SCHEMA)
        self.used: sqlite3.Connection | None = None
        self.writer = Writer(path, patience, self._use)

    def _use(self, connection: sqlite3.Connection | None) -> None:
        self.used = connection

    def insert(self, name: str, part_of: str | None = None, error: Exception | None = None) -> Callable[[], str]:
        """A write; it fails after it has written if there is an `error`."""

        def work() -> str:
            assert self.used
            self.used.execute("INSERT INTO thing VALUES (?, ?)", (name, part_of))
            if error:
                raise error
            return name

        return work

    async def write(self, *works: Callable[[], str]) -> list[Any]:
        """What becomes of writes that are wanted at once."""
        return await asyncio.gather(*map(self.writer.write, works), return_exceptions=True)

    @property
    def safe(self) -> list[str]:
        """What is there for others to see."""
        return [name for (name,) in self.other.execute("SELECT name FROM thing ORDER BY name")]


@pytest.fixture
def things(tmp_path: Path) -> Iterator[Things]:
    """Nothing yet."""
    made = Things(tmp_path / "things.db", patience=0.3)
    with closing(made.other), closing(made.writer):
        yield made


def test_each_write_succeeds_or_fails_by_itself(things: Things) -> None:
    refusal = Refusal()
    works = [things.insert("a"), things.insert("b", error=refusal), things.insert("c"), things.insert("a")]
    *found, taken = asyncio.run(things.write(*works))
    assert found == ["a", refusal, "c"]
    assert isinstance(taken, sqlite3.IntegrityError)
    assert things.safe == ["a", "c"]


def test_nobody_is_told_before_it_is_safe(things: Things) -> None:
    seen: list[list[str]] = []

    async def write(name: str) -> None:
        await things.writer.write(things.insert(name))
        seen.append(things.safe)
        if len(name) < 3:
            await write(f"{name}{name[0]}")

    async def write_all() -> None:
        await asyncio.gather(write("a"), write("b"))

    asyncio.run(write_all())
    assert seen == [["a", "b"]] * 2 + [["a", "aa", "b", "bb"]] * 2 + [["a", "aa", "aaa", "b", "bb", "bbb"]] * 2


def test_all_hear_of_a_failure_of_the_transaction_and_nothing_of_it_stays(things: Things) -> None:
    refusal = Refusal()
    works = [things.insert("a"), things.insert("b", part_of="nothing"), things.insert("c", error=refusal)]
    found = asyncio.run(things.write(*works))
    assert [type(each) for each in found] == [sqlite3.IntegrityError] * 3
    assert things.safe == []
    assert asyncio.run(things.write(things.insert("d"))) == ["d"]
    assert things.safe == ["d"]


def test_a_full_disk_is_told_and_leaves_nothing_half_done(things: Things) -> None:
    def fill() -> str:
        assert things.used
        pages = things.used.execute("PRAGMA page_count").fetchone()[0]
        things.used.execute(f"PRAGMA max_page_count = {pages + 2}")
        return things.insert("b" * 100_000)()

    found = asyncio.run(things.write(things.insert("a"), fill))
    told = [each for each in found if isinstance(each, Exception)]
    assert {str(each) for each in told} == {"database or disk is full"}
    assert things.safe == [each for each in found if not isinstance(each, Exception)]


def test_another_process_that_writes_is_waited_for_while_the_loop_goes_on(things: Things) -> None:
    async def wait() -> str:
        things.other.execute("BEGIN IMMEDIATE")
        write = asyncio.ensure_future(things.writer.write(things.insert("a")))
        for _ in range(20):
            await asyncio.sleep(0.005)
        assert not write.done()
        things.other.execute("COMMIT")
        return await write

    assert asyncio.run(wait()) == "a"
    assert things.safe == ["a"]


def test_another_process_that_writes_for_too_long_is_told_to_all(things: Things) -> None:
    things.other.execute("BEGIN IMMEDIATE")
    found = asyncio.run(things.write(things.insert("a"), things.insert("b")))
    assert [str(each) for each in found] == ["database is locked"] * 2
    things.other.execute("COMMIT")
    assert things.safe == []
    assert asyncio.run(things.write(things.insert("c"))) == ["c"]


def test_who_waits_no_more_keeps_nobody_else_waiting(things: Things) -> None:
    async def leave() -> str:
        first, second = (asyncio.ensure_future(things.writer.write(things.insert(name))) for name in "ab")
        await asyncio.sleep(0)
        first.cancel()
        return await second

    assert asyncio.run(leave()) == "b"
    assert things.safe == ["a", "b"]


def test_more_writes_than_fit_into_one_transaction_are_all_done(things: Things) -> None:
    names = [f"{number:03}" for number in range(170)]
    assert asyncio.run(things.write(*map(things.insert, names))) == names
    assert things.safe == names
