"""A file system that is small enough to be filled up."""

import errno
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.faults.afterwards import Afterwards

_SIZE = 48
_SMALL = 256
"""MiB: of what is mounted, and of what may be filled up that others have mounted."""
_SHARED_MEMORY = Path("/dev/shm")


class NoSmallDisk(Exception):
    """There is none on this machine; the text says why."""


class SmallDisk:
    """Has a `folder` for a database; the rest can be taken up and given back."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._ballast = folder / "ballast"

    def fill(self) -> None:
        """Leave not a byte of room."""
        with self._ballast.open("ab", buffering=0) as ballast:
            for size in (1 << 20, 1 << 12, 1):
                while _written(ballast.fileno(), bytes(size)):
                    pass

    def free(self) -> None:
        """Give the room back."""
        self._ballast.unlink(missing_ok=True)


def _written(descriptor: int, data: bytes) -> bool:
    try:
        os.write(descriptor, data)
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        return False
    return True


@contextmanager
def small_disk() -> Iterator[SmallDisk]:
    """A file system of our own where we may mount one, or else shared memory, if that is as small as in containers."""
    folder = Path(tempfile.mkdtemp(prefix="pluralspec-disk-"))
    with Afterwards("sh", "-c", 'umount -l "$0"; rmdir "$0"', str(folder)):
        command = ["mount", "-t", "tmpfs", "-o", f"size={_SIZE}m,mode=755", "tmpfs", str(folder)]
        mounted = subprocess.run(command, capture_output=True, text=True)
        if mounted.returncode == 0:
            yield SmallDisk(folder)
        else:
            with _shared_memory(" ".join(mounted.stderr.split())) as disk:
                yield disk


@contextmanager
def _shared_memory(why: str) -> Iterator[SmallDisk]:
    """A folder of the shared memory; `why` nothing better can be had."""
    if not _SHARED_MEMORY.is_dir() or shutil.disk_usage(_SHARED_MEMORY).total > _SMALL << 20:
        raise NoSmallDisk(f"no file system could be mounted ({why}), and {_SHARED_MEMORY} is none that is small")
    folder = tempfile.mkdtemp(prefix="pluralspec-disk-", dir=_SHARED_MEMORY)
    with Afterwards("rm", "-rf", folder):
        yield SmallDisk(Path(folder))
