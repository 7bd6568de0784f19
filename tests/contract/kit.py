"""The contract kit as people run it, and what its report says."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from queue import LifoQueue
from tempfile import TemporaryDirectory
from typing import Any

from tests.support.client import Client
from tests.support.commands import Commands, Outcome, nursery
from tests.support.keeper import Keeper

WARM = "tests.contract.warm"
"""A nursery that has loaded the kit and its checks."""
FOUND = ("fail", "warn")
"""Verdicts that say that a server is wrong."""


@dataclass(frozen=True)
class Report:
    """How a run ended."""

    outcome: Outcome
    data: Mapping[str, Any]

    def having(self, *verdicts: str) -> list[str]:
        """The ids of the checks with one of these verdicts."""
        return [check["id"] for check in self.data["checks"] if check["verdict"] in verdicts]

    @property
    def left(self) -> list[str]:
        """What the kit has left behind, or not put back."""
        return [*self.data["leftovers"], *self.data["differences"]]


@dataclass(frozen=True)
class Household:
    """All that the kit can be given."""

    owner: Client
    """Of the throwaway system."""
    stranger: Client
    limited: Client
    """A key of the throwaway system that only identifies it."""
    shown: str
    """The id of a system to look at."""
    guild: str
    message: str

    @classmethod
    def new(cls, keeper: Keeper) -> "Household":
        """Systems that nobody else uses; the throwaway system is empty."""
        owner, other, shown = keeper.new_system(), keeper.new_home(), keeper.new_home()
        limited = keeper.new_key(owner, "identify")
        return cls(owner, other.owner, limited, shown.owner.id, keeper.new_guild(owner), shown.message["id"])

    @property
    def options(self) -> list[str]:
        given = {"throwaway": self.owner.id, "system": self.shown, "guild": self.guild, "message": self.message}
        return ["--write", *(f"--{name}={value}" for name, value in given.items())]

    @property
    def secrets(self) -> dict[str, str]:
        clients = {"TOKEN": self.owner, "OTHER_TOKEN": self.stranger, "LIMITED_KEY": self.limited}
        return {f"PLURALSPEC_CONTRACT_{name}": client.token or "" for name, client in clients.items()}


class Kits:
    """Runs the kit, so often at once."""

    def __init__(self, number: int, data: Path) -> None:
        self.number = number
        self._free: LifoQueue[int] = LifoQueue()
        self._environment = {**Commands(data).environment, "XDG_STATE_HOME": str(data)}
        for each in reversed(range(number)):
            self._free.put(each)

    def run(self, base_url: str, household: Household, *options: str) -> Report:
        """`pluralspec contract`, with all that it can be given and no regard for limits."""
        return self(base_url, "--rate", "off", *household.options, *options, **household.secrets)

    def __call__(self, *arguments: str, **environment: str) -> Report:
        """`pluralspec contract` with these arguments."""
        number = self._free.get()
        try:
            with TemporaryDirectory() as folder:
                report = Path(folder, "report.json")
                command = ["contract", *arguments, "--report", f"json={report}"]
                outcome = nursery(WARM, number).run(command, self._environment | environment)
                assert report.exists(), outcome.out + outcome.err
                return Report(outcome, json.loads(report.read_text(encoding="utf-8")))
        finally:
            self._free.put(number)
