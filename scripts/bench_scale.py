"""`pluralspec bench scale`: whether requests take longer when there is more."""

import json
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

import click

_file = click.Path(dir_okay=False, writable=True, path_type=Path)


@click.command()
@click.option("--database", type=click.Choice(["sqlite", "postgres"]), default="sqlite", show_default=True)
@click.option(
    "--factor", type=click.IntRange(1), default=10, show_default=True, help="How much more the large one has."
)
@click.option("--requests", type=click.IntRange(1), default=400, show_default=True, help="For each operation.")
@click.option("--json", "json_file", type=_file, help="Write the times to this file.")
def scale(database: str, factor: int, requests: int, json_file: Path | None) -> None:
    """Time every GET, and creating a switch, on little data and on much.

    Little is 1000 systems with 10 000 members and 100 000 switches. Both
    databases are made for it, and asked in turns.

    \b
    pluralspec bench scale --database postgres --factor 100
    """
    from tests.bench import scale as scaling

    with tempfile.TemporaryDirectory() as folder:
        results = scaling.measure(database, factor, requests, Path(folder), _say)
    click.echo(scaling.table(results))
    if json_file:
        json_file.write_text(json.dumps([asdict(each) for each in results], indent=2))


def _say(what: str) -> None:
    if sys.stderr.isatty() or what.endswith("\n"):
        click.echo(f"\r\033[K{what}" if sys.stderr.isatty() else what, err=True, nl=False)
