"""The kit as a process, and a system that is not empty for it to leave as it is."""

import os
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.contract.kit import WARM
from tests.support.client import Client
from tests.support.commands import COMMAND, Commands, Outcome
from tests.support.home import Home
from tests.support.server import ROOT

PATIENCE = 120


@dataclass(frozen=True)
class Bench:
    """What a kit is given: systems of our server, and a state folder of its own."""

    home: Home
    other: Home
    folder: Path

    @property
    def owner(self) -> Client:
        return self.home.owner

    @property
    def secrets(self) -> dict[str, str]:
        return {
            "PLURALSPEC_CONTRACT_TOKEN": str(self.owner.token),
            "PLURALSPEC_CONTRACT_OTHER_TOKEN": str(self.other.owner.token),
        }

    @property
    def writing(self) -> list[str]:
        """The options with which everything is run."""
        return ["--write", "--throwaway", self.owner.id, "--guild", self.home.guild, "--system", self.other.owner.id]

    @property
    def journals(self) -> list[Path]:
        """What is on disk to clean up by."""
        return [path for path in (self.folder / "pluralspec").rglob("*") if path.is_file()]

    def run(self, *arguments: str, **changes: str) -> Outcome:
        """`pluralspec contract` with tokens in the environment; as fast as it goes."""
        return self.paced(*arguments, "--rate", "off", **changes)

    def paced(self, *arguments: str, **changes: str) -> Outcome:
        """The same, with regard for limits."""
        environment = {**self.secrets, "XDG_STATE_HOME": str(self.folder), **changes}
        return Commands(self.folder, WARM)("contract", *arguments, **environment)

    def run_bare(self, *arguments: str) -> Outcome:
        """`pluralspec contract` with these arguments and nothing else."""
        return Commands(self.folder, WARM)("contract", *arguments)

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """The same, as a process to be interfered with."""
        environment = {**os.environ, **self.secrets, "XDG_STATE_HOME": str(self.folder), "COLUMNS": "80"}
        return subprocess.Popen(
            [*COMMAND, "contract", *arguments, "--rate", "off"],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def export(self) -> dict[str, Any]:
        """All that the system has, asked for without the kit."""
        paths = ["", "/settings", "/members", "/groups?with_members=true", "/switches?limit=100"]
        paths += [f"/guilds/{self.home.guild}", f"/autoproxy?guild_id={self.home.guild}"]
        return {path: self.owner.get(f"/systems/@me{path}").ok() for path in paths}


def ended(process: subprocess.Popen[str], number: signal.Signals) -> tuple[int, str, str]:
    """Send a signal, and wait for what comes of it."""
    process.send_signal(number)
    out, err = process.communicate(timeout=PATIENCE)
    return process.returncode, out, err
