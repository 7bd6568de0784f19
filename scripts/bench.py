"""`pluralspec bench`: how fast the server is, beside others that do the same."""

import sys
from pathlib import Path

import click

from scripts.bench_data import data
from scripts.bench_scale import scale

_WORKS = ("member", "system", "owner", "public", "groups", "switches", "fronters", "patch", "switch", "mix")
_EXTRAS = ("start", "steady", "growth")
_DATABASES = ("sqlite", "postgres", "distant")
_file = click.Path(dir_okay=False, writable=True, path_type=Path)


@click.group(invoke_without_command=True)
@click.option("--rounds", type=click.IntRange(1), default=5, show_default=True, help="How often each is measured.")
@click.option("--seconds", type=click.FloatRange(0.1), default=1, show_default=True, help="How long each time.")
@click.option(
    "--only",
    type=click.Choice(_WORKS + _EXTRAS),
    multiple=True,
    metavar="NAME",
    help=f"May be repeated: {', '.join(_WORKS + _EXTRAS)}.",
)
@click.option(
    "--database",
    "kinds",
    type=click.Choice(_DATABASES),
    multiple=True,
    default=_DATABASES,
    help="May be repeated; distant is Postgres with 2 ms more to every round trip.",
)
@click.option("--json", "json_file", type=_file, help="Write every run to this file.")
@click.option("--svg", "svg_file", type=_file, help="Write a chart to this file.")
@click.option("--markdown", "markdown_file", type=_file, help="Write the tables to this file.")
@click.pass_context
def bench(
    context: click.Context,
    rounds: int,
    seconds: float,
    only: tuple[str, ...],
    kinds: tuple[str, ...],
    json_file: Path | None,
    svg_file: Path | None,
    markdown_file: Path | None,
) -> None:
    """Measure the server, and others that do the same.

    On the same data and requests, in turns: a hand-written limit (the same SQL
    and nothing else), this server with its rate limits on and off, FastAPI with
    SQLAlchemy, and Connexion as it comes. Their answers are compared first.

    \b
    pluralspec bench --database sqlite --only mix   a minute or two
    pluralspec bench --svg bench.svg                the whole of it: half an hour
    """
    if context.invoked_subcommand:
        return
    try:
        from tests.bench import chart, check, load, machine, measure, report, servers
    except ImportError as error:
        raise click.ClickException(
            f"{error.name} is not installed; this command is for developers: ./scripts/test sets up what it needs"
        ) from error
    found = machine.description()
    results = []
    try:
        for kind in kinds:
            # Everything waits for the network there; what that costs shows in the mix.
            names = frozenset(only or (("mix",) if kind == "distant" else _WORKS + _EXTRAS))
            results.append(measure.measure(kind, measure.Plan(rounds, seconds, names), _say))
    except (load.LoadError, check.Disagreement, servers.ServerError) as error:
        raise click.ClickException(str(error)) from error
    _say("")
    told = report.Report(found, rounds, seconds, results)
    click.echo(told.text())
    files = {json_file: told.json(), svg_file: chart.chart(results), markdown_file: told.markdown()}
    for file, written in files.items():
        if file:
            file.write_text(written)


def _say(what: str) -> None:
    """Tell a person at a terminal what is going on, in one line that is overwritten."""
    if sys.stderr.isatty():
        click.echo(f"\r\033[K{what}", err=True, nl=False)


bench.add_command(data)
bench.add_command(scale)
