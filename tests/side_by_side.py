"""How tests are shared out where several processes run them side by side: `pytest -n 2`, as scripts/test does.

What shares a server must stay together, for each process has servers of its own. So a process takes a group of tests
at a time: a file, or what TOGETHER says, on one of the databases. Plain `pytest` is one process and needs none of this.
"""

import re
from typing import Any

from xdist.scheduler import LoadScopeScheduling

DATABASES = ("sqlite", "postgres")
# Two servers over one Postgres and one Redis, for the behaviour tests.
PAIR = "pair"

BEHAVIOUR = ("tests/behaviour/", "tests/server/")
OPERATIONS_TEST = "tests/test_operations.py"
TOGETHER = (BEHAVIOUR, ("tests/faults/",))
# The groups that take longest begin first, so that all processes end at about the same time.
LONGEST = (
    BEHAVIOUR[0],
    "tests/test_fuzz.py",
    "tests/clients/test_sessions.py",
    "tests/contract/test_kit_own_server.py",
    "tests/contract/test_kit_finds_faults.py",
    "tests/contract/test_kit_safety.py",
    "tests/faults/",
    "tests/contract/test_kit_reports.py",
    "tests/test_privacy_exhaustive.py",
    "tests/test_commands.py",
    "tests/test_docs_browser.py",
    "tests/test_rate_limits_server.py",
)

_DATABASE = re.compile(rf"[\[-]({'|'.join((*DATABASES, PAIR))})[\]-]")


def database_of(name: str) -> str:
    """The database of a test, or of a group of tests; empty if it has none."""
    found = _DATABASE.search(name)
    return found[1] if found else ""


def group_of(test: str, database: str) -> str:
    """The group of a test: `tests/faults/[sqlite]`. Tests are run on this database, or on `all`."""
    file = test.partition("::")[0]
    place = next((together[0] for together in TOGETHER if file.startswith(together)), file)
    if file == OPERATIONS_TEST:
        # It asks what the behaviour tests have seen, and comes after them. One database shows all of it.
        return f"{BEHAVIOUR[0]}[{DATABASES[0] if database == 'all' else database}]"
    return f"{place}[{database_of(test)}]"


class Scheduling(LoadScopeScheduling):
    """Gives a process its next group of tests when it has nearly done with the one before."""

    def _split_scope(self, nodeid: str) -> str:
        return group_of(nodeid, self.config.getoption("--database"))

    def _assign_work_unit(self, node: Any) -> None:
        self.workqueue.move_to_end(self._next(node), last=False)
        super()._assign_work_unit(node)

    def _next(self, node: Any) -> str:
        """The longest; of the others rather one for which no server must be started."""
        served = next(filter(None, map(database_of, reversed(self.assigned_work[node]))), "")

        def cost(group: str) -> tuple[int, int]:
            place, database = group.partition("[")[0], database_of(group)
            start = 0 if database == served else 1 if not database else 2
            return LONGEST.index(place) if place in LONGEST else len(LONGEST), start

        found: str = min(self.workqueue, key=cost)
        return found
