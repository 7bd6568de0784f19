"""pytest's part: options of the fault suite, and its table at the end."""

from pathlib import Path

import pytest

from tests.faults import table
from tests.faults.table import Row
from tests.notes import noted

ROW = "fault"
_ROUNDS = 2


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("faults", "faults that are injected while clients write")
    group.addoption("--rounds", type=int, metavar="N", default=_ROUNDS, help="how often; %(default)s if not said")
    group.addoption("--fault-seed", type=int, default=1, metavar="N", help="what the random moments and writes follow")
    group.addoption("--fault-table", type=Path, metavar="FILE", help="write the table there: FILE.json or Markdown")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "engine" in metafunc.fixturenames:
        chosen = metafunc.config.getoption("--database")
        possible = getattr(metafunc.module, "ENGINES", ("sqlite", "postgres"))
        metafunc.parametrize("engine", [each for each in possible if chosen in (each, "all")], ids=str)
    if "rounds" in metafunc.fixturenames:
        metafunc.parametrize("rounds", [metafunc.config.getoption("--rounds")], ids="{}-rounds".format)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    rows = [Row(**row) for row in noted(terminalreporter, ROW)]
    if not rows:
        return
    terminalreporter.section(f"faults (seed {config.getoption('--fault-seed')})")
    for line in table.lines(rows):
        terminalreporter.line(line)
    if path := config.getoption("--fault-table"):
        table.write(rows, path)
