"""Fresh systems for a load, made by a process that ends before the server begins.

pytest's own process must not do it: it may have a connection to another database, for other tests.
"""

import json
import subprocess
import sys
from dataclasses import asdict, dataclass

from models import database, keeper, schema
from tests.support.server import ROOT


@dataclass(frozen=True)
class Owner:
    """A system, for the one client that writes to it."""

    id: str
    token: str


def new_owners(url: str, number: int) -> list[Owner]:
    """Make so many systems in a new database."""
    command = [sys.executable, "-m", "tests.faults.owners", url, str(number)]
    made = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True).stdout
    return [Owner(**each) for each in json.loads(made)]


def _make(url: str, number: int) -> list[Owner]:
    database.connect(url)
    schema.migrate()
    made = [keeper.create_system() for _ in range(number)]
    database.store().close()
    return [Owner(each.id, each.token) for each in made]


if __name__ == "__main__":
    print(json.dumps([asdict(owner) for owner in _make(sys.argv[1], int(sys.argv[2]))]))
