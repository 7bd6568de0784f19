"""What the commands share: options, confirmation, and output for people and for machines."""

import json
import os
import shutil
import sqlite3
import sys
import unicodedata
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click
from peewee import PeeweeException

from models import database
from models.database import DatabaseUnusable
from models.settings import SettingError, Settings

Command = TypeVar("Command", bound=Callable[..., Any])


REFUSALS = (SettingError, DatabaseUnusable, PeeweeException, sqlite3.Error, OSError)
"""What can be wrong outside of the program: each is worth one line."""


def _set_variable(variable: str) -> Callable[[click.Context, click.Parameter, str | None], None]:
    """An option that stands for an environment variable, which is where everything reads its settings."""

    def callback(context: click.Context, parameter: click.Parameter, value: str | None) -> None:
        if value is not None:
            os.environ[variable] = value

    return callback


def setting_option(flag: str, variable: str, about: str, **attributes: Any) -> Callable[[Command], Command]:
    """`flag` overrides the setting that `variable` holds."""
    about = f"{about}  [env: {variable}]"
    return click.option(flag, expose_value=False, callback=_set_variable(variable), help=about, **attributes)


database_option = setting_option(
    "--database", "DATABASE_URL", "sqlite:///FILE or postgresql://USER@HOST/NAME.", metavar="URL"
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON, for machines.")
yes_option = click.option("--yes", is_flag=True, help="Do not ask.")


class Number(click.IntRange):
    """A whole number between two bounds, which whoever gives another is told."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        try:
            return super().convert(value, param, ctx)
        except click.BadParameter:
            self.fail(f"{value!r} is no number from {self.min} to {self.max}", param, ctx)


def connect(*, make: bool = False) -> list[str]:
    """Open the database that the settings name and bring it up to date; what was done. Unless `make`, it must exist."""
    settings = Settings.from_env()
    url = settings.database
    path = url.removeprefix("sqlite:///")
    if not make and path != url and not Path(path).exists():
        raise click.ClickException(f"there is no database at {path} yet: `pluralspec migrate` makes it")
    from models import schema  # needs generated/, which not every command does

    try:
        database.connect(url, connections=settings.pool, patience=settings.patience)
        return schema.migrate()
    except (PeeweeException, sqlite3.Error) as error:
        raise click.ClickException(f"the database {database.shown(url)} cannot be used: {error}") from error


def confirm(question: str, *, yes: bool) -> None:
    """Go on only if `yes` was given, or if a person at a terminal agrees."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise click.ClickException("this cannot be undone, and there is no terminal to ask at: add --yes to do it")
    click.confirm(question, abort=True, err=True)


def show(value: Any, text: str, *, as_json: bool) -> None:
    """Print `value` as JSON, or `text`."""
    click.echo(json.dumps(value, indent=2, ensure_ascii=False) if as_json else text)


def printable(text: str) -> str:
    """`text` on one line, without what could move the cursor or turn the terminal's colours."""
    return "".join(c for c in " ".join(text.split()) if unicodedata.category(c)[0] != "C")


def width(text: str) -> int:
    """How many columns a terminal needs for `text`."""
    return sum(_columns(character) for character in text)


def _columns(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def table(headings: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Aligned columns that fit the terminal; the widest is cut if need be, but never the first, which names the row."""
    cells = [list(headings), *([printable(str(value)) for value in row] for row in rows)]
    widths = [max(width(row[column]) for row in cells) for column in range(len(headings))]
    excess = sum(widths) + 2 * (len(widths) - 1) - shutil.get_terminal_size((80, 24)).columns
    widest = max(range(1, len(widths)), key=widths.__getitem__)
    widths[widest] = max(widths[widest] - max(excess, 0), width(headings[widest]), 8)
    lines = ("  ".join(_cell(value, size) for value, size in zip(row, widths, strict=True)) for row in cells)
    return "\n".join(line.rstrip() for line in lines)


def properties(pairs: Sequence[tuple[str, object]]) -> str:
    """One aligned `name  value` line each."""
    size = max(len(name) for name, _ in pairs)
    return "\n".join(f"{name:{size}}  {printable(str(value))}" for name, value in pairs)


def _cell(text: str, size: int) -> str:
    if width(text) > size:
        while width(text) > size - 1:
            text = text[:-1]
        text += "…"
    return text + " " * (size - width(text))
