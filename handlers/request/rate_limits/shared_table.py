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
import time
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

from handlers.request.rate_limits.gcra import PERIOD, Decision, StoreUnavailable, decide
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
_PATIENCE = 0.1
_PATIENCE_AT_START = 5.0


class SharedMemoryLimiter:
    """Counts exactly across all processes that give the same `path`; to be used from one thread of each."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._use(_open_table(path))

    def hit(self, key: bytes, limit: int, now_us: int) -> Decision:
        """Count one request of `key`, unless it is one too many."""
        if now_us >= self._look_at or os.getpid() != self._process:
            self._look(now_us)
        hashed = self._hash(key)
        _lock(self._file)
        try:
            return self._count(hashed, limit, now_us)
        finally:
            fcntl.flock(self._file, fcntl.LOCK_UN)

    def close(self) -> None:
        """Let the file go; the counts stay in it."""
        for view in (self._hashes, self._times, self._words):
            view.release()
        self._map.close()
        os.close(self._file)

    def _count(self, hashed: int, limit: int, now_us: int) -> Decision:
        slot, known = self._slot(hashed, now_us)
        ahead = _ahead(self._times[slot], limit, now_us) if known else 0
        decision = decide(ahead, limit, now_us)
        if decision.allowed:
            # The hash first: a process that dies between the two leaves a slot whose time has passed.
            self._hashes[slot] = hashed
            self._times[slot] = _packed(ahead + PERIOD, limit, now_us)
        return decision

    def _slot(self, hashed: int, now_us: int) -> tuple[int, bool]:
        """The slot of a client and whether it is there already; a new one takes the slot that it hurts least."""
        first = hashed % _BUCKETS * _WAYS
        hashes = self._hashes[first : first + _WAYS].tolist()
        if hashed in hashes:
            return first + hashes.index(hashed), True
        horizon = now_us + _FARTHEST << _TICK_BITS
        times = [when if when < horizon else 0 for when in self._times[first : first + _WAYS].tolist()]
        return first + times.index(min(times)), False

    def _look(self, now_us: int) -> None:
        """Open again after a fork (parent and child would share one lock) and when the file has been replaced."""
        if os.getpid() != self._process or not _is_at(self._path, self._file):
            file = _open_table(self._path)
            self.close()
            self._use(file)
        self._look_at = now_us + _LOOK_EVERY

    def _use(self, file: int) -> None:
        self._file = file
        self._process = os.getpid()
        self._look_at = 0
        self._map = mmap.mmap(file, _SIZE)
        self._words = memoryview(self._map).cast("Q")
        self._hashes = self._words[_HEADER_WORDS : _HEADER_WORDS + _SLOTS]
        self._times = self._words[_HEADER_WORDS + _SLOTS :]
        self._hash = lru_cache(maxsize=4096)(_keyed_hash(self._map[len(_MAGIC) : len(_MAGIC) + _SECRET_SIZE]))


def _ahead(packed: int, limit: int, now_us: int) -> int:
    """How many ticks an arrival time is in the future; one that no request can have made does not count."""
    ahead = ((packed >> _TICK_BITS) - now_us) * limit + (packed & _TICK_MASK)
    return ahead if 0 < ahead < _FARTHEST * limit else 0


def _packed(ahead: int, limit: int, now_us: int) -> int:
    microseconds, ticks = divmod(ahead, limit)
    return (now_us + microseconds) << _TICK_BITS | ticks


def _keyed_hash(secret: bytes) -> Callable[[bytes], int]:
    """A hash that nobody can aim: without the secret, no client can pick the slot of another."""
    keyed = hashlib.blake2b(key=secret, digest_size=8)

    def hashed(key: bytes) -> int:
        each = keyed.copy()
        each.update(key)
        return int.from_bytes(each.digest())

    return hashed


def _lock(file: int, patience: float = _PATIENCE) -> None:
    """Wait for the lock, which is held for microseconds; a holder that was stopped must not stop us."""
    deadline = 0.0
    while True:
        try:
            return fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
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
                fcntl.flock(file, fcntl.LOCK_UN)
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
