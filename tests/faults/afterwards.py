"""Clearing up that happens also when this process is killed before it could do it."""

import subprocess
from types import TracebackType
from typing import Self

_PATIENCE = 30.0


class Afterwards:
    """Runs a command at the end of a `with` block, or of this process, however that ends."""

    def __init__(self, *command: str) -> None:
        self._command = command

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            ["sh", "-c", 'cat; "$@"', "sh", *self._command],
            stdin=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            # Not of our process group: what ends all of that must leave somebody to clear up.
            start_new_session=True,
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.communicate(timeout=_PATIENCE)
