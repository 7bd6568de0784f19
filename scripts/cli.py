"""The `pluralspec` command."""

import importlib
import os
import sys
from pathlib import Path
from types import ModuleType
from typing import NoReturn

import click

from scripts.terminal import REFUSALS, json_option, show

ROOT = Path(__file__).parents[1]

# Loaded when they are asked for: they need generated/, which `generate` must be able to repair.
ELSEWHERE = {
    "serve": "scripts.serve",
    "migrate": "scripts.migrate",
    "demo": "scripts.demo",
    "system": "scripts.keeper",
    "account": "scripts.keeper",
    "key": "scripts.key",
    "backup": "scripts.backup",
    "restore": "scripts.backup",
    "bench": "scripts.bench",
    "client": "scripts.client",
    "contract": "scripts.contract.command",
}


class Commands(click.Group):
    """The commands of this module, and those that are elsewhere."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*ELSEWHERE, *super().list_commands(ctx)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in ELSEWHERE:
            return super().get_command(ctx, cmd_name)
        command: click.Command = getattr(importlib.import_module(ELSEWHERE[cmd_name]), cmd_name)
        return command


def _version(context: click.Context, parameter: click.Parameter, value: bool) -> None:
    if value:
        from generated.contract import VERSION

        click.echo(f"pluralspec {VERSION}")
        context.exit()


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 80})
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_version, help="Print the version."
)
def cli() -> None:
    """The PluralKit v2 API: a contract, and a server that follows from it.

    \b
    pluralspec serve --demo                       try it
    pluralspec serve --host 0.0.0.0 --workers 2   run it
    pluralspec system create --name "Our system"  add a system, and see its token

    Settings come from the environment; options win over them.
    """


@cli.command()
@click.option("--check", is_flag=True, help="Change nothing; fail if something is out of date.")
@click.option("--examples", is_flag=True, help="Ask a server for the contract's examples first.")
@json_option
def generate(check: bool, examples: bool, as_json: bool) -> None:
    """Write generated/ from openapi.yaml.

    With --examples, write the examples in openapi.yaml before that: a server on demo data is told a story, and what it
    understood and answered takes their place.
    """
    module = _development_tool("scripts.generate", "datamodel_code_generator", "markdown_it", "ruff")
    try:
        paths: list[Path] = _write_examples(check) if examples else []
        paths += module.stale(ROOT) if check else module.write(ROOT)
    except module.GenerateError as error:
        raise click.ClickException(str(error)) from error
    names = [str(path.relative_to(ROOT)) for path in paths]
    command = "pluralspec generate --examples" if examples else "pluralspec generate"
    line = f"{{}} is out of date: run `{command}`" if check else "wrote {}"
    text = "\n".join(line.format(name) for name in names) or "Everything generated is up to date."
    show({"stale" if check else "written": names}, text, as_json=as_json)
    sys.exit(1 if check and names else 0)


def _write_examples(check: bool) -> list[Path]:
    """The contract, if its examples were not those that a server has just given; put right unless `check`."""
    contract = ROOT / "openapi.yaml"
    text: str = _development_tool("scripts.examples").render(ROOT)
    if contract.read_text("utf-8") == text:
        return []
    if not check:
        contract.write_text(text, "utf-8")
    return [contract]


@cli.command()
@click.argument("contract", type=click.Path(exists=True, dir_okay=False, path_type=Path), default=ROOT / "openapi.yaml")
@json_option
def lint(contract: Path, as_json: bool) -> None:
    """Check the contract: openapi.yaml, or CONTRACT."""
    problems: list[str] = _development_tool("scripts.lint").problems(contract)
    if not problems:
        # They would only repeat in other words what was found already.
        problems = _linters(contract.resolve())
    show({"problems": problems}, "\n".join(problems) or f"{contract.name}: no problems.", as_json=as_json)
    sys.exit(1 if problems else 0)


def _linters(contract: Path) -> list[str]:
    module = _development_tool("scripts.linters")
    try:
        found: list[str] = module.problems(contract)
    except module.LinterError as error:
        raise click.ClickException(str(error)) from error
    return found


def _development_tool(module: str, *programs: str) -> ModuleType:
    try:
        for program in programs:
            importlib.import_module(program)
        return importlib.import_module(module)
    except ImportError as error:
        raise click.ClickException(
            f"{error.name} is not installed; this command is for developers: ./scripts/test sets up what it needs"
        ) from error


def main() -> None:
    """Run the command; whatever is wrong is one line on standard error."""
    try:
        sys.exit(cli(prog_name="pluralspec", standalone_mode=False))
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        sys.exit(2)
    except click.UsageError as error:
        hint = f" (see `{error.ctx.command_path} --help`)" if error.ctx else ""
        _stop(error.format_message() + hint, 2)
    except click.ClickException as error:
        _stop(error.format_message(), error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        _stop("stopped", 1)
    except BrokenPipeError:
        # Whoever read the output has seen enough; the interpreter must not complain about it at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except REFUSALS as error:
        _stop(str(error), 1)


def _stop(problem: str, code: int) -> NoReturn:
    click.echo(f"pluralspec: {' '.join(problem.split())}", err=True)
    sys.exit(code)


if __name__ == "__main__":
    main()
