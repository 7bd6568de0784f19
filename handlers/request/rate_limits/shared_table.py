"""The count shared by all processes of one machine: a table in a file that each of them maps into memory.

A slot holds a keyed hash of the client and its theoretical arrival time (see gcra). The table has a fixed size: a slot
whose time has passed is as good as empty. A kernel lock makes each request's read and write one step; the kernel frees
it when its holder dies, and a slot is written so that dying half-way costs nobody anything.
"""

import fcntl
import hashlib
import mmap
import os
import secrets
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

from handlers.request.rate_limits.gcra import PERIOD, Decision, Limiter, StoreUnavailable, decide
from handlers.request.rate_limits.remembered import Remembered
from models.limits import LARGEST

_MAGIC = b"pluralspec rate limits 1\n"
_SECRET_SIZE = 32
_WORD = 8
_HEADER_WORDS = 512
_WAYS = 8
_BUCKETS = 8192
_SLOTS = _WAYS * _BUCKETS
_SIZE = _WORD * (_HEADER_WORDS + 2 * _SLOTS)
# An arrival time is kept as whole microseconds and, in these lowest bits, the ticks that are less than one.
_TICK_BITS = (LARGEST - 1).bit_length()
_TICK_MASK = (1 << _TICK_BITS) - 1
# Arrival times are at most a period ahead; farther ones are left from before the clock was set back.
_FARTHEST = 2 * PERIOD
_LOOK_EVERY = PERIOD
_flock = fcntl.flock
_TRY_TO_LOCK, _UNLOCK = fcntl.LOCK_EX | fcntl.LOCK_NB, fcntl.LOCK_UN
_PATIENCE = 0.1
_PATIENCE_AT_START = 5.0


class _Place:
    """A client's keyed hash, and the slot where it was last."""

    __slots__ = ("hashed", "slot")

    def __init__(self, hashed: int) -> None:
        self.hashed, self.slot = hashed, 0


class InTurn:
    """Another limiter, where requests are counted in several threads: the table's lock is between processes."""

    def __init__(self, limiter: Limiter) -> None:
        self._limiter, self._turn = limiter, threading.Lock()

    def hit(self, key: bytes, limit: int, now_us: int) -> Decision:
        """Count one request when it is this thread's turn."""
        with self._turn:
            return self._limiter.hit(key, limit, now_us)

    def close(self) -> None:
        """Let the other go."""
        self._limiter.close()


class SharedMemoryLimiter:
    """Counts exactly across all processes that give the same `path`; to be used from one thread of each."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._use(_open_table(path))
        os.register_at_fork(after_in_child=self._look_next_time)

    def hit(self, key: bytes, limit: int, now_us: int) -> Decision:
        """Count one request of `key`, unless it is one too many."""
        if now_us >= self._look_at:
            self._look(now_us)
        place = self._places[key]
        try:
            _flock(self._file, _TRY_TO_LOCK)
        except BlockingIOError:
            _lock(self._file)
        try:
            slot, times = place.slot, self._times
            if self._hashes[slot] != place.hashed:
                slot = place.slot = self._find(place.hashed, now_us)
            packed = times[slot]
            ahead = ((packed >> _TICK_BITS) - now_us) * limit + (packed & _TICK_MASK)
            if not 0 < ahead < _FARTHEST * limit:
                ahead = 0  # that is over; or so far away that no request can have made it
            decision = decide(ahead, limit, now_us)
            if decision[0]:
                microseconds, ticks = divmod(ahead + PERIOD, limit)
                times[slot] = now_us + microseconds << _TICK_BITS | ticks
            return decision
        finally:
            _flock(self._file, _UNLOCK)

    def close(self) -> None:
        """Let the file go; the counts stay in it."""
        for view in (self._hashes, self._times, self._words):
            view.release()
        self._map.close()
        os.close(self._file)

    def _find(self, hashed: int, now_us: int) -> int:
        """The slot of a client; a new one takes the slot that it hurts least."""
        first = hashed % _BUCKETS * _WAYS
        hashes = self._hashes[first : first + _WAYS].tolist()
        if hashed in hashes:
            return first + hashes.index(hashed)
        horizon = now_us + _FARTHEST << _TICK_BITS
        times = [when if when < horizon else 0 for when in self._times[first : first + _WAYS].tolist()]
        slot = first + times.index(min(times))
        # The time first: a process that dies between the two leaves a client a burst, and takes none away.
        self._times[slot] = 0
        self._hashes[slot] = hashed
        return slot

    def _look(self, now_us: int) -> None:
        """Open again after a fork (parent and child would share one lock) and when the file has been replaced."""
        if os.getpid() != self._process or not _is_at(self._path, self._file):
            file = _open_table(self._path)
            self.close()
            self._use(file)
        self._look_at = now_us + _LOOK_EVERY

    def _look_next_time(self) -> None:
        self._look_at = 0

    def _use(self, file: int) -> None:
        self._file = file
        self._process = os.getpid()
        self._look_at = 0
        self._map = mmap.mmap(file, _SIZE)
        self._words = memoryview(self._map).cast("Q")
        self._hashes = self._words[_HEADER_WORDS : _HEADER_WORDS + _SLOTS]
        self._times = self._words[_HEADER_WORDS + _SLOTS :]
        secret = self._map[len(_MAGIC) : len(_MAGIC) + _SECRET_SIZE]
        # Of as many clients a process knows the slots without looking.
        self._places: Remembered[bytes, _Place] = Remembered(_hasher(secret))


def _hasher(secret: bytes) -> Callable[[bytes], _Place]:
    """Hashes keys so that nobody can aim: without the secret, no client can pick the slot of another."""
    keyed = hashlib.blake2b(key=secret, digest_size=8)

    def place(key: bytes) -> _Place:
        each = keyed.copy()
        each.update(key)
        return _Place(int.from_bytes(each.digest()))

    return place


def _lock(file: int, patience: float = _PATIENCE) -> None:
    """Wait for the lock, which is held for microseconds; a holder that was stopped must not stop us."""
    deadline = 0.0
    while True:
        try:
            return _flock(file, _TRY_TO_LOCK)
        except BlockingIOError:
            deadline = deadline or time.monotonic() + patience
            if time.monotonic() > deadline:
                raise StoreUnavailable("another process holds the lock of the table of rate limits") from None
            time.sleep(50e-6)


def _open_table(path: Path) -> int:
    """The file with the table, made when there is none or it is not one of ours."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        while True:
            file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
            _lock(file, _PATIENCE_AT_START)
            if not _is_at(path, file):
                os.close(file)  # another process has just put a new one in its place
            elif _is_table(file):
                _flock(file, _UNLOCK)
                return file
            else:
                # Never changed in place: shrinking a file that a process has mapped would kill that process.
                _replace(path)
                os.close(file)
    except OSError as error:
        raise StoreUnavailable(f"the table of rate limits, {path}, cannot be used: {error.strerror}") from error


def _is_at(path: Path, file: int) -> bool:
    try:
        return os.path.samestat(path.stat(), os.fstat(file))
    except FileNotFoundError:
        return False


def _is_table(file: int) -> bool:
    return os.fstat(file).st_size == _SIZE and os.pread(file, len(_MAGIC), 0) == _MAGIC


def _replace(path: Path) -> None:
    number, name = tempfile.mkstemp(prefix=f"{path.name}.", dir=path.parent)
    try:
        with os.fdopen(number, "wb") as file:
            # Zeros are written, not left as a hole: on a full disk this fails here, where it can be caught.
            file.write((_MAGIC + secrets.token_bytes(_SECRET_SIZE)).ljust(_SIZE, b"\0"))
        Path(name).replace(path)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise
