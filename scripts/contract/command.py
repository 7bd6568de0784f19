"""`pluralspec contract`: what people type, and what they see."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from scripts.contract import suite
from scripts.contract.errors import CannotRunError
from scripts.terminal import json_option

if TYPE_CHECKING:
    from scripts.contract.access import Given
    from scripts.contract.results import Run
    from scripts.contract.running import Plan

FORMATS = ("html", "json", "junit")


class Refusal(click.ClickException):
    """The kit could not run."""

    exit_code = 2


class Contract(click.Group):
    """`contract BASE_URL` is `contract run BASE_URL`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Whatever does not begin with the name of a command is about a run."""
        return super().parse_args(ctx, args if args and args[0] in self.commands else ["run", *args])

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [name for name in super().list_commands(ctx) if name != "run"]


class RunCommand(click.Command):
    """Shows how it is typed."""

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Without the name that nobody types."""
        formatter.write_usage("pluralspec contract", "BASE_URL [OPTIONS]")


@click.group(cls=Contract, add_help_option=False)
def contract() -> None:
    """Test any server that claims to speak this API."""


def _reports(context: click.Context, parameter: click.Parameter, values: tuple[str, ...]) -> list[tuple[str, Path]]:
    """`html=FILE`, as a pair."""
    pairs = [value.partition("=") for value in values]
    for kind, _, path in pairs:
        if kind not in FORMATS or not path:
            raise click.BadParameter(f"expected {' or '.join(f'{each}=FILE' for each in FORMATS)}")
    return [(kind, Path(path)) for kind, _, path in pairs]


_tokens = (
    click.option("--token", metavar="FILE", help="Token or key of your system, in a file; - reads a line of input."),
    click.option("--other-token", metavar="FILE", help="The same of another system, to be a stranger with."),
    click.option(
        "--limited-key", metavar="FILE", help="API key of your system that has the scope identify and no other."
    ),
    click.option(
        "--throwaway", metavar="SYSTEM_ID", default="", help="Id of the token's system: it may be written to."
    ),
    click.option("--guild", metavar="ID", default="", help="A Discord guild where the system is known."),
    click.option("--rate", type=click.Choice(["server", "off"]), default="server", help="off: as fast as it goes."),
)


def _with_tokens(command: Callable[..., Any]) -> Callable[..., Any]:
    for option in reversed(_tokens):
        command = option(command)
    return command


@contract.command(cls=RunCommand)
@click.argument("base_url", required=False, default="")
@click.option("--system", metavar="REF", default="", help="A system whose public data the checks may look at.")
@_with_tokens
@click.option("--write", is_flag=True, help="Make, change and delete things in the throwaway system.")
@click.option("--message", metavar="ID", default="", help="A proxied message, to be looked up.")
@click.option("--only", metavar="ID", multiple=True, help="Run these checks: an id, an area or a glob. Repeatable.")
@click.option("--skip", metavar="ID", multiple=True, help="Leave these out.")
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed gives the same run.")
@click.option("--fuzz", is_flag=True, help="Add requests that Schemathesis thinks up, under the same rules.")
@click.option(
    "--expected", metavar="FILE", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Known failures."
)
@click.option(
    "--report",
    "reports",
    metavar="KIND=FILE",
    multiple=True,
    callback=_reports,
    help="html, json or junit. Repeatable.",
)
@click.option("--badge", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path), help="Write a small SVG.")
@click.option("--explain", metavar="ID", default="", help="Say what a check demands, and run nothing.")
def run(**options: Any) -> None:
    """Test any server that claims to speak this API.

    Without a token, only what anybody may read is looked at; with one, also what
    its owner may read. Nothing is ever written without --write, and then only to
    the system that --throwaway names, which is left as it was.

    \b
    pluralspec contract https://example.org/v2 --system exampl
    pluralspec contract https://example.org/v2 --token token.txt
    pluralspec contract https://example.org/v2 --token token.txt \\
        --write --throwaway exampl --other-token other.txt \\
        --report html=report.html
    pluralspec contract list              the checks, and what they demand
    pluralspec contract clean BASE_URL    remove what a killed run left

    Tokens may also be in PLURALSPEC_CONTRACT_TOKEN and
    PLURALSPEC_CONTRACT_OTHER_TOKEN. Exit code: 0 nothing failed, 1 something
    did, 2 it could not run.
    """
    if options["explain"]:
        _explain(options["explain"])
    elif not options["base_url"]:
        raise Refusal("which server? pluralspec contract BASE_URL (see `pluralspec contract --help`)")
    else:
        _run(options)


def _run(options: dict[str, Any]) -> None:
    """Run, report, and end with the code that says how it went."""
    try:
        suite.prepare()
        from scripts.contract import expected, running

        reasons = expected.read(options["expected"]) if options["expected"] else {}
        wanted = running.Wanted(
            options["only"],
            options["skip"],
            options["seed"],
            _announce,
            _progress,
            _cleaning,
            options["fuzz"],
            _fuzzing,
        )
        given = _given(options)
        found = running.execute(given, wanted)
        if reasons:
            expected.apply(found, reasons, running.known_ids())
    except CannotRunError as error:
        raise Refusal(str(error)) from error
    except KeyboardInterrupt:
        raise Refusal("stopped before its end; what was made is deleted") from None
    _tell(found, options["reports"], options["badge"])
    sys.exit(found.code)


def _given(options: dict[str, Any]) -> "Given":
    """The options about what there is to work with."""
    from scripts.contract.access import LIMITED_KEY, OTHER_TOKEN, TOKEN, Given, normal, secret

    return Given(
        base_url=normal(options["base_url"]),
        token=secret("--token", options["token"], TOKEN),
        other_token=secret("--other-token", options["other_token"], OTHER_TOKEN),
        limited_key=secret("--limited-key", options["limited_key"], LIMITED_KEY),
        system=options.get("system", ""),
        write=options["write"],
        throwaway=options["throwaway"],
        guild=options["guild"],
        message=options.get("message", ""),
        paced=options["rate"] != "off",
    )


def _announce(plan: "Plan") -> None:
    """What is about to happen."""
    server = f" ({plan.server})" if plan.server else ""
    skipped = f", {plan.skipped} more need options that were not given" if plan.skipped else ""
    click.echo(f"{plan.checks} checks in {plan.cases} cases{skipped}.", err=True)
    click.echo(f"About {plan.requests} requests, {_duration(plan.seconds)}{server}.", err=True)


def _duration(seconds: float) -> str:
    if seconds < 1:
        return "as fast as the server answers"
    return f"at least {seconds:.0f} s" if seconds < 90 else f"at least {seconds / 60:.0f} min"


def _progress(check: str, done: int, of: int, failures: int) -> None:
    """One line that is written over; without a terminal, a line now and then."""
    failed = f", {failures} failed" if failures else ""
    if sys.stderr.isatty():
        click.echo(f"\r\x1b[K{f'{done}/{of}{failed}  {check}':.79}", nl=False, err=True)
    elif done and done % max(of // 10, 50) == 0:
        click.echo(f"{done}/{of}{failed}", err=True)


def _fuzzing() -> None:
    _clear_line()
    click.echo("Fuzzing ...", err=True)


def _cleaning() -> None:
    _clear_line()
    click.echo("Cleaning up ...", err=True)


def _clear_line() -> None:
    """Take the progress away."""
    if sys.stderr.isatty():
        click.echo("\r\x1b[K", nl=False, err=True)


def _tell(found: "Run", reports: list[tuple[str, Path]], badge: Path | None) -> None:
    """On the terminal, and in files."""
    from scripts.contract.report import badge as picture
    from scripts.contract.report.junit import junit
    from scripts.contract.report.page import page
    from scripts.contract.report.text import text
    from scripts.contract.results import as_data

    _clear_line()
    click.echo(text(found))
    written = {
        "html": lambda: page(found),
        "junit": lambda: junit(found),
        "json": lambda: json.dumps(as_data(found), indent=2, ensure_ascii=False) + "\n",
    }
    for kind, path in reports:
        path.write_text(written[kind](), encoding="utf-8")
    if badge:
        badge.write_text(picture.badge(found), encoding="utf-8")


@contract.command("list")
@click.argument("patterns", metavar="[ID]...", nargs=-1)
@json_option
def list_checks(patterns: tuple[str, ...], as_json: bool) -> None:
    """The checks: their ids, levels, and the words that demand them."""
    rows = _described(patterns)
    if as_json:
        click.echo(json.dumps(rows, indent=2, ensure_ascii=False))
        return
    for row in rows:
        click.echo(f"{row['level']:6}  {row['id']}\n        {row['requirement']}")
    levels = [row["level"] for row in rows]
    click.echo(", ".join(f"{levels.count(level)} {level}" for level in ("must", "should", "may")))


def _described(patterns: tuple[str, ...]) -> list[dict[str, str]]:
    """Every result that a run can have, or those asked for."""
    try:
        suite.prepare()
        from scripts.contract.collecting import matches, unknown
        from scripts.contract.conforming import all_results
        from tests.support.operations import Operations

        found: list[Any] = [*suite.checks(), *all_results(Operations.of_contract())]
        unknown(patterns, [each.id for each in found])
    except CannotRunError as error:
        raise Refusal(str(error)) from error
    wanted = sorted((each for each in found if not patterns or matches(each.id, patterns)), key=lambda each: each.id)
    return [{"id": each.id, "area": each.area, "level": each.level, "requirement": each.requirement} for each in wanted]


def _explain(identity: str) -> None:
    """One check, in full."""
    meaning = {
        "must": "must: the public documentation says so",
        "should": "should: the reference service does so where the documentation is silent",
        "may": "may: a decision of this project, for information",
    }
    for row in _described((identity,)):
        quoted = f"“{row['requirement']}”" if row["level"] == "must" else row["requirement"]
        click.echo(f"{row['id']}\n{meaning[row['level']]}\n{quoted}\n")


@contract.command()
@click.argument("base_url")
@_with_tokens
def clean(**options: Any) -> None:
    """Remove what a run that was killed left in the throwaway system."""
    try:
        suite.prepare()
        from scripts.contract import running

        found, leftovers, different = running.clean(_given(options | {"write": True}))
    except CannotRunError as error:
        raise Refusal(str(error)) from error
    for line in found:
        click.echo(f"found {line}")
    for line in leftovers:
        click.echo(f"still there: {line}")
    for line in different:
        click.echo(f"not as it was: {line}")
    click.echo(f"{len(found)} things found, {len(leftovers)} still there.")
    sys.exit(1 if leftovers or different else 0)
