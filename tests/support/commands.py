"""The `pluralspec` command as a process, and what is expected of how it ends."""

import atexit
import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.support.server import ROOT

COMMAND = [sys.executable, "-m", "scripts.cli"]


@dataclass(frozen=True)
class Outcome:
    """How a command ended."""

    code: int
    out: str
    err: str

    def ok(self) -> str:
        """Expect success and nothing on standard error; returns what was printed."""
        assert (self.code, self.err) == (0, ""), self
        return self.out

    def json(self) -> Any:
        """Expect success; returns the parsed output."""
        return json.loads(self.ok())

    def refuses(self, *words: str, code: int = 1) -> None:
        """Expect one clear line on standard error with these words in it, and nothing else."""
        assert (self.code, self.out) == (code, ""), self
        assert re.fullmatch(r"pluralspec: [^\n]+\n", self.err), self
        assert all(word in self.err for word in words), self


class Commands:
    """Runs commands without a terminal, for a person who has set nothing but where the data is."""

    def __init__(self, data: Path, loaded: str = "tests.support.nursery") -> None:
        """`loaded` is the nursery's module."""
        self._loaded = loaded
        ours = ("DATABASE_URL", "PLURALSPEC_")
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
        self.environment = {**inherited, "PLURALSPEC_DATA": str(data), "COLUMNS": "80"}

    def __call__(self, *arguments: str, **changes: str) -> Outcome:
        """Run `pluralspec` with these arguments and changes to the environment."""
        outcome = nursery(self._loaded).run(arguments, self.environment | changes)
        assert "Traceback" not in outcome.err, outcome.err
        return outcome


class Nursery:
    """A process that has loaded everything once and makes each command by forking: a tenth of the time."""

    def __init__(self, module: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", module],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        atexit.register(self.close)

    def run(self, arguments: Sequence[str], environment: Mapping[str, str]) -> Outcome:
        """A command as a process of its own."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        with TemporaryDirectory() as folder:
            files = [Path(folder, name) for name in ("out", "err")]
            request = {"arguments": arguments, "environment": environment, "files": list(map(str, files))}
            self.process.stdin.write(json.dumps(request) + "\n")
            self.process.stdin.flush()
            code = int(self.process.stdout.readline())
            return Outcome(code, *(path.read_text() for path in files))

    def close(self) -> None:
        """End it."""
        self.process.communicate()


@cache
def nursery(module: str, number: int = 0) -> Nursery:
    """The one of this run, or another one beside it."""
    return Nursery(module)
