"""The table that the processes of one machine share: exact between them, and not to be broken by what befalls files."""

import contextlib
import fcntl
import multiprocessing
import os
import random
import signal
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from pathlib import Path

import pytest

from handlers.request.rate_limits import shared_table
from handlers.request.rate_limits.gcra import StoreUnavailable
from handlers.request.rate_limits.remembered import Remembered
from handlers.request.rate_limits.shared_table import InTurn, SharedMemoryLimiter

SECOND = 1_000_000
START = 1_750_000_000 * SECOND
LIMIT = 50
SPAWN = multiprocessing.get_context("spawn")


def hammer(path: Path, seconds: float, pipe: Connection) -> None:
    """Send requests of one client as fast as can be; report when those came that were allowed."""
    table = SharedMemoryLimiter(path)
    pipe.send([])
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        now_us = time.time_ns() // 1000
        with contextlib.suppress(StoreUnavailable):  # whoever holds the lock may have to wait for a processor
            if table.hit(b"client", LIMIT, now_us).allowed:
                pipe.send([now_us])
    table.close()


def start(path: Path, seconds: float, count: int) -> list[tuple[SpawnProcess, Connection]]:
    """Start `count` processes that hammer the table; they may all have to create it at once."""
    started = []
    for _ in range(count):
        mine, theirs = SPAWN.Pipe(duplex=False)
        process = SPAWN.Process(target=hammer, args=(path, seconds, theirs))
        process.start()
        theirs.close()
        started.append((process, mine))
    return started


def received(pipe: Connection) -> list[int]:
    """What a process has reported, until it ended."""
    times: list[int] = []
    with pipe, contextlib.suppress(EOFError):
        while True:
            times += pipe.recv()
    return times


def assert_gcra_allows(times: Sequence[int]) -> None:
    """In no window are there more than the burst and what was refilled in its time."""
    ordered = sorted(times)
    for first, since in enumerate(ordered):
        for count, until in enumerate(ordered[first:], start=1):
            assert count <= LIMIT + (until - since) * LIMIT / SECOND, (since, until)


def test_many_processes_together_get_what_one_client_may(tmp_path: Path) -> None:
    began = time.time()
    processes = start(tmp_path / "limits", 2.0, 4)
    times = [each for _, pipe in processes for each in received(pipe)]
    for process, _ in processes:
        process.join(10)
        assert process.exitcode == 0
    assert_gcra_allows(times)
    assert LIMIT * 2 <= len(times) <= LIMIT * (2 + time.time() - began)


def test_processes_that_are_killed_leave_a_table_that_counts_on(tmp_path: Path) -> None:
    path = tmp_path / "limits"
    doomed, steady = start(path, 60.0, 6), start(path, 2.0, 1)
    for process, pipe in doomed:
        pipe.recv()
        time.sleep(random.uniform(0, 0.2))
        os.kill(process.pid or 0, signal.SIGKILL)
    times = [each for _, pipe in [*doomed, *steady] for each in received(pipe)]
    assert_gcra_allows(times)
    assert max(times) > min(times) + SECOND
    for process, _ in [*doomed, *steady]:
        process.join(10)
    table = SharedMemoryLimiter(path)
    assert table.hit(b"client", LIMIT, max(times) + 10 * SECOND).allowed
    table.close()


def test_a_stopped_process_that_holds_the_lock_stops_nobody(tmp_path: Path) -> None:
    table = SharedMemoryLimiter(tmp_path / "limits")
    with (tmp_path / "limits").open("rb") as other:
        table.hit(b"client", LIMIT, START)
        fcntl.flock(other, fcntl.LOCK_EX)
        began = time.monotonic()
        with pytest.raises(StoreUnavailable):
            table.hit(b"client", LIMIT, START)
        assert time.monotonic() - began < 0.5
    assert table.hit(b"client", LIMIT, START).remaining == LIMIT - 2
    table.close()


def test_a_forked_child_has_a_lock_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With its parent's, each of them could count while the other does."""
    monkeypatch.setattr(shared_table, "_PATIENCE_AT_START", 0.05)
    table = SharedMemoryLimiter(tmp_path / "limits")
    table.hit(b"client", 2, START)
    fcntl.flock(table._file, fcntl.LOCK_EX)
    child = multiprocessing.get_context("fork").Process(target=is_kept_out, args=(table,))
    child.start()
    child.join(10)
    assert child.exitcode == 0


def is_kept_out(table: SharedMemoryLimiter) -> None:
    """End with an error if this process can count."""
    with pytest.raises(StoreUnavailable):
        table.hit(b"client", 2, START)


def test_a_forked_child_and_its_parent_keep_one_count(tmp_path: Path) -> None:
    table = SharedMemoryLimiter(tmp_path / "limits")
    table.hit(b"client", 2, START)
    child = multiprocessing.get_context("fork").Process(target=table.hit, args=(b"client", 2, START))
    child.start()
    child.join(10)
    assert child.exitcode == 0
    assert not table.hit(b"client", 2, START).allowed
    table.close()


@pytest.mark.parametrize("content", [b"", b"something else", b"\xff" * shared_table._SIZE])
def test_a_file_that_is_no_table_is_replaced(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "limits"
    path.write_bytes(content)
    table = SharedMemoryLimiter(path)
    assert table.hit(b"client", LIMIT, START).remaining == LIMIT - 1
    assert path.stat().st_mode & 0o777 == 0o600
    table.close()


def test_garbage_in_the_table_locks_nobody_out(tmp_path: Path) -> None:
    path = tmp_path / "limits"
    SharedMemoryLimiter(path).close()
    content = path.read_bytes()
    path.write_bytes(content[:4096] + random.randbytes(len(content) - 4096))
    table = SharedMemoryLimiter(path)
    assert all(table.hit(b"client %d" % number, LIMIT, START).allowed for number in range(1000))
    table.close()


def test_a_file_that_was_removed_is_made_again(tmp_path: Path) -> None:
    path = tmp_path / "limits"
    one, other = SharedMemoryLimiter(path), SharedMemoryLimiter(path)
    one.hit(b"client", 1, START)
    path.unlink()
    assert one.hit(b"client", 1, START + 2 * SECOND).allowed
    assert not other.hit(b"client", 1, START + 2 * SECOND).allowed
    one.close()
    other.close()


def test_a_restart_keeps_the_counts(tmp_path: Path) -> None:
    for expected in (True, False):
        table = SharedMemoryLimiter(tmp_path / "limits")
        assert table.hit(b"client", 1, START).allowed is expected
        table.close()


def test_a_folder_that_cannot_be_written_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreUnavailable, match=r"^the table of rate limits, .*/file/limits, cannot be used: "):
        SharedMemoryLimiter(tmp_path / "file" / "limits")


def test_a_flood_of_clients_evicts_the_one_who_has_spent_least(tmp_path: Path) -> None:
    table = SharedMemoryLimiter(tmp_path / "limits")
    table._places = Remembered(_in_one_bucket)
    for _ in range(10):
        table.hit(b"1", 10, START)
    assert all(table.hit(b"%d" % number, 10, START).allowed for number in range(2, 100))
    assert not table.hit(b"1", 10, START).allowed
    table.close()


def test_a_slot_that_another_process_gave_away_is_not_counted_on(tmp_path: Path) -> None:
    one, other = SharedMemoryLimiter(tmp_path / "limits"), SharedMemoryLimiter(tmp_path / "limits")
    for table in (one, other):
        table._places = Remembered(_in_one_bucket)
    one.hit(b"1", LIMIT, START)
    for number in range(2, 2 + shared_table._WAYS):
        assert [other.hit(b"%d" % number, LIMIT, START + 5 * SECOND).remaining for _ in range(2)][1] == LIMIT - 2
    assert one.hit(b"1", LIMIT, START + 5 * SECOND).remaining == LIMIT - 1
    assert other.hit(b"1", LIMIT, START + 5 * SECOND).remaining == LIMIT - 2
    assert one.hit(b"1", LIMIT, START + 5 * SECOND).remaining == LIMIT - 3
    one.close()
    other.close()


def test_more_clients_than_are_remembered_are_counted_alike(tmp_path: Path) -> None:
    table = SharedMemoryLimiter(tmp_path / "limits")
    places = table._places.work_out
    table._places = Remembered(places, most=3)
    for expected in (2, 1, 0):
        assert {table.hit(b"%d" % number, 3, START).remaining for number in range(10)} == {expected}
        assert len(table._places) <= 3
    table.close()


def test_threads_of_a_process_get_together_what_one_client_may(tmp_path: Path) -> None:
    """The kernel's lock is the process': without taking turns, one thread reads what another is about to change."""
    limiter = InTurn(SharedMemoryLimiter(tmp_path / "limits"))
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(8) as threads:
            allowed = list(threads.map(lambda _: limiter.hit(b"client", 2000, START).allowed, range(6000)))
    finally:
        sys.setswitchinterval(usual)
    assert allowed.count(True) == 2000
    limiter.close()


def _in_one_bucket(key: bytes) -> shared_table._Place:
    return shared_table._Place(int(key) * shared_table._BUCKETS)
