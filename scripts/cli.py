"""The `pluralspec` command."""

import importlib
import os
import sqlite3
import sys
from dataclasses import asdict
from pathlib import Path
from types import ModuleType
from typing import NoReturn

import click
from peewee import PeeweeException

from models.database import DatabaseUnusable, store
from models.keeper import KeeperError
from models.settings import SettingError
from scripts import keeper
from scripts.demo import SEED, ensure, fill, identities, is_there
from scripts.serve import CannotListen, Server, greeting, listen
from scripts.terminal import connect, database_option, json_option, properties, show

ROOT = Path(__file__).parents[1]


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="pluralspec", message="%(prog)s %(version)s")
def cli() -> None:
    """The PluralKit v2 API: a contract, and a server that follows from it.

    \b
    Try it:        pluralspec serve --demo
    Run it:        pluralspec serve --host 0.0.0.0 --workers 2
    Add a system:  pluralspec system create --name "Our system" --account 123456789012345678
    """


cli.add_command(keeper.system)
cli.add_command(keeper.account)


@cli.command()
@click.option(
    "--host",
    envvar="PLURALSPEC_HOST",
    default="127.0.0.1",
    show_default=True,
    show_envvar=True,
    help="Address to listen on; 0.0.0.0 is all of them.",
)
@click.option(
    "--port",
    envvar="PLURALSPEC_PORT",
    type=click.IntRange(0, 65535),
    default=8000,
    show_default=True,
    show_envvar=True,
    help="Port to listen on; 0 picks a free one.",
)
@click.option(
    "--workers",
    envvar="PLURALSPEC_WORKERS",
    type=click.IntRange(1, 64),
    default=1,
    show_default=True,
    show_envvar=True,
    help="Processes that answer; one for each core is plenty.",
)
@click.option("--demo", is_flag=True, help="Fill an empty database with the demo systems, and say how to try them.")
@database_option
@json_option
def serve(host: str, port: int, workers: int, demo: bool, as_json: bool) -> None:
    """Run the server until it is told to stop.

    Brings the database up to date first. The line with the address is printed when the server can answer.

    \b
    pluralspec serve                         on http://127.0.0.1:8000, with data/pluralspec.db
    pluralspec serve --port 0 --demo         on any free port, with something to look at
    pluralspec serve --database postgresql://pluralspec@localhost/pluralspec --workers 4
    """
    from handlers.request.application import create_app  # takes a while to load, and no other command needs it

    address = listen(host, port)
    connect(make=True)
    systems = ensure() if demo else []
    store().close()

    def ready() -> None:
        value = {"url": address.url, "port": address.port, "systems": [asdict(system) for system in systems]}
        show(value, greeting(address, systems), as_json=as_json)

    Server(address, workers, create_app(), ready).run()


@cli.command()
@database_option
@json_option
def migrate(as_json: bool) -> None:
    """Bring the database up to date, or make it. `serve` does this by itself."""
    done = connect(make=True)
    text = "\n".join(f"done: {name}" for name in done) or "The database is up to date."
    show({"done": done}, text, as_json=as_json)


@cli.command()
@click.option("--check", is_flag=True, help="Change nothing; fail if something is out of date.")
@json_option
def generate(check: bool, as_json: bool) -> None:
    """Write generated/ from openapi.yaml."""
    module = _development_tool("scripts.generate")
    files = [str(path.relative_to(ROOT)) for path in (module.stale(ROOT) if check else module.write(ROOT))]
    if check:
        text = "\n".join(f"{name} is out of date: run `pluralspec generate`" for name in files)
    else:
        text = "\n".join(f"wrote {name}" for name in files)
    show({"stale" if check else "written": files}, text or "generated/ is up to date.", as_json=as_json)
    sys.exit(1 if check and files else 0)


@cli.command()
@click.argument("contract", type=click.Path(exists=True, dir_okay=False, path_type=Path), default=ROOT / "openapi.yaml")
@json_option
def lint(contract: Path, as_json: bool) -> None:
    """Check openapi.yaml (or CONTRACT): its form, its examples, and the rules of this house."""
    problems: list[str] = _development_tool("scripts.lint").problems(contract)
    show({"problems": problems}, "\n".join(problems) or f"{contract.name}: no problems.", as_json=as_json)
    sys.exit(1 if problems else 0)


@cli.command()
@click.option("--seed", type=click.IntRange(0), default=SEED, show_default=True, help="Same number, same data.")
@database_option
@json_option
def demo(seed: int, as_json: bool) -> None:
    """Add two demo systems with members, groups, switches and messages.

    Ids and tokens follow from the seed: anybody who knows it can write to these systems. Not for a public server.
    """
    connect(make=True)
    there = is_there(seed)
    systems = identities(seed) if there else fill(seed)
    rows = [line for system in systems for line in [("name", system.name), ("id", system.id), ("token", system.token)]]
    first = "These demo systems are here already; nothing was changed." if there else "Added two demo systems."
    value = {"added": not there, "systems": [asdict(system) for system in systems]}
    show(value, f"{first}\n\n{properties(rows)}", as_json=as_json)


def _development_tool(name: str) -> ModuleType:
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise click.ClickException(
            f"{error.name} is not installed; this command is for developers: ./scripts/test sets up what it needs"
        ) from error


def main() -> None:
    """Run the command; whatever is wrong is one line on standard error."""
    try:
        sys.exit(cli(standalone_mode=False))
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        sys.exit(2)
    except click.UsageError as error:
        hint = f" (see `{error.ctx.command_path} --help`)" if error.ctx else ""
        _stop(error.format_message() + hint, 2)
    except click.ClickException as error:
        _stop(error.format_message(), error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        _stop("stopped", 130)
    except BrokenPipeError:
        # Whoever read the output has seen enough; the interpreter must not complain when it closes it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except (
        KeeperError,
        SettingError,
        DatabaseUnusable,
        CannotListen,
        PeeweeException,
        sqlite3.Error,
        OSError,
    ) as error:
        _stop(str(error), 1)


def _stop(problem: str, code: int) -> NoReturn:
    click.echo(f"pluralspec: {' '.join(problem.split())}", err=True)
    sys.exit(code)


if __name__ == "__main__":
    main()
