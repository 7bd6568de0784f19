"""The table of what was done to the server and what became of its data."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True)
class Row:
    """One fault on one database."""

    fault: str
    database: str
    rounds: int
    acknowledged: int
    """Writes that were answered with success."""
    unanswered: int
    """Requests that were in flight, or found nobody to talk to."""
    refused: int
    """Answers with 503."""
    lost: int
    """Things that were not as acknowledged afterwards."""
    outage: float
    """The longest time that a client had to wait between two good answers, in seconds."""


_HEADINGS = (
    "fault",
    "database",
    "rounds",
    "acknowledged writes",
    "unanswered",
    "refused",
    "lost",
    "longest outage (s)",
)


def lines(rows: Sequence[Row]) -> list[str]:
    """The table in Markdown, which reads well in a terminal too."""
    cells = [_HEADINGS, *(tuple(map(_cell, asdict(row).values())) for row in rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(_HEADINGS))]
    ruler = tuple("-" * width for width in widths)
    return [_line(row, widths) for row in (cells[0], ruler, *cells[1:])]


def write(rows: Sequence[Row], path: Path) -> None:
    """Write the table to a file, as JSON if its name ends so, or else in Markdown."""
    found = json.dumps([asdict(row) for row in rows], indent=2) if path.suffix == ".json" else "\n".join(lines(rows))
    path.write_text(found + "\n")


def _cell(value: object) -> str:
    return f"{value:.2f}" if isinstance(value, float) else str(value)


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    numbers = 2
    padded = [
        cell.ljust(width) if place < numbers else cell.rjust(width)
        for place, (cell, width) in enumerate(zip(cells, widths, strict=True))
    ]
    return f"| {' | '.join(padded)} |"
