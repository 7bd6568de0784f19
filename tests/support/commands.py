"""The `pluralspec` command as a process, and what is expected of how it ends."""

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
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

    def __init__(self, data: Path) -> None:
        ours = ("DATABASE_URL", "PLURALSPEC_")
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
        self.environment = {**inherited, "PLURALSPEC_DATA": str(data), "COLUMNS": "80"}

    def __call__(self, *arguments: str, **changes: str) -> Outcome:
        """Run `pluralspec` with these arguments and changes to the environment."""
        done = subprocess.run(
            [*COMMAND, *arguments],
            cwd=ROOT,
            env=self.environment | changes,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert "Traceback" not in done.stderr, done.stderr
        return Outcome(done.returncode, done.stdout, done.stderr)
