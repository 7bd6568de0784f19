"""`pluralspec backup` and `restore`: a copy of the SQLite database, while the server goes on."""

import os
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import quote

import click

from models.database import SQLITE, connect, store
from models.settings import Settings
from scripts.terminal import confirm, database_option, json_option, show, yes_option

PATIENCE = 10.0
"""Seconds that others may keep the database to themselves."""


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@yes_option
@database_option
@json_option
def backup(file: Path, yes: bool, as_json: bool) -> None:
    """Copy the SQLite database into FILE.

    The server may go on meanwhile: the copy is what was there at one moment.
    Nobody but you can read it. The key that signs API keys is not in it.

    \b
    pluralspec backup /backups/monday.db
    """
    path, signing_key = _database(), _signing_key()
    if not path.exists():
        raise click.ClickException(f"there is no database at {path}")
    replace = _is_there(file, path)
    if replace:
        confirm(f"Replace {file}?", yes=yes)
    with _beside(file) as copy:
        _copy(path, copy, f"{path} cannot be copied to {file}")
        systems = _check(copy, path)
        _put(copy, file, replace=replace)
    value = {"file": str(file), "bytes": file.stat().st_size, "systems": systems}
    text = f"Backed up {_counted(systems)} to {file} ({value['bytes']} bytes)."
    if signing_key.exists():
        value["signing_key"] = str(signing_key)
        text += f"\nThe key that signs API keys is not in it: keep a copy of {signing_key} in another place."
    show(value, text, as_json=as_json)


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@yes_option
@database_option
@json_option
def restore(file: Path, yes: bool, as_json: bool) -> None:
    """Make the SQLite database what it was when FILE was backed up.

    The server may go on meanwhile: it sees the old content or the new one, and
    nothing in between. What was written since the backup is lost.

    \b
    pluralspec restore /backups/monday.db
    """
    path = _database()
    _is_there(file, path)
    path.parent.mkdir(parents=True, exist_ok=True)
    with _beside(path) as copy:
        _copy(file, copy, f"{file} cannot be read")
        systems = _check(copy, file)
        _bring_up_to_date(copy)
        if path.exists():
            confirm(f"Replace all that is in {path} by the {_counted(systems)} of {file}?", yes=yes)
        _copy(copy, path, f"{path} cannot be written")
    text = (
        f"Restored {_counted(systems)} from {file}, with the tokens and API keys that they had then.\n"
        f"API keys work only with the signing key that they were made with: {_signing_key()}"
    )
    show({"restored": str(file), "systems": systems}, text, as_json=as_json)


def _database() -> Path:
    url = Settings.from_env().database
    if not url.startswith(SQLITE):
        raise click.ClickException("this is for SQLite; for Postgres there are pg_dump and pg_restore (see the README)")
    return Path(url.removeprefix(SQLITE))


def _is_there(file: Path, database: Path) -> bool:
    """Whether there is a file of this name. Raises click.ClickException if it is the database."""
    if file.exists() and database.exists() and file.samefile(database):
        raise click.ClickException(f"{file} is the database itself")
    return file.exists()


def _signing_key() -> Path:
    settings = Settings.from_env()
    return settings.signing_key or settings.beside_data("signing-key")


@contextmanager
def _beside(path: Path) -> Iterator[Path]:
    """A new and empty file in the same folder, for its owner alone; gone afterwards, unless it was moved."""
    try:
        number, name = tempfile.mkstemp(prefix=f"{path.name}.", dir=path.parent)
    except OSError as error:
        raise click.ClickException(f"nothing can be written to {path.parent}: {error.strerror}") from error
    os.close(number)
    try:
        yield Path(name)
    finally:
        for suffix in ("", "-journal", "-wal", "-shm"):
            Path(name + suffix).unlink(missing_ok=True)


def _copy(origin: Path, target: Path, problem: str) -> None:
    """Make the database `target` the same as `origin`, all at once for whoever else uses either.

    Raises click.ClickException, which begins with `problem`.
    """
    if not target.exists():
        os.close(os.open(target, os.O_CREAT | os.O_EXCL, 0o600))
    try:
        with closing(_open(origin)) as source, closing(_open(target)) as copy:
            source.backup(copy, progress=_within(PATIENCE))
            copy.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except sqlite3.Error as error:
        raise click.ClickException(f"{problem}: {error}") from error


def _open(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{quote(str(path))}?mode=rw", uri=True, timeout=PATIENCE)


def _within(seconds: float) -> Callable[[int, int, int], None]:
    """Ends a copy that does not get its turn."""
    give_up_at = time.monotonic() + seconds

    def progress(status: int, remaining: int, total: int) -> None:
        if status in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED) and time.monotonic() > give_up_at:
            raise sqlite3.OperationalError("somebody else keeps it locked; is another command at work?")

    return progress


def _check(copy: Path, origin: Path) -> int:
    """Look whether the copy is whole and one of ours, and make it a file that needs no others; its systems' number."""
    try:
        with closing(_open(copy)) as connection:
            connection.execute('SELECT "name" FROM "schema_migration"')
            systems: int = connection.execute('SELECT count(*) FROM "system"').fetchone()[0]
            (said,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
            orphan = connection.execute("PRAGMA foreign_key_check").fetchone()
            connection.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.Error as error:
        raise click.ClickException(f"{origin} is no database of pluralspec: {error}") from error
    if said != "ok" or orphan:
        problem = said if said != "ok" else f"a row of {orphan[0]} refers to one of {orphan[2]} that is not there"
        raise click.ClickException(f"{origin} is damaged: {problem}")
    return systems


def _bring_up_to_date(copy: Path) -> None:
    from models import schema

    connect(f"{SQLITE}{copy}")
    try:
        schema.migrate()
    finally:
        store().close()


def _put(copy: Path, file: Path, *, replace: bool) -> None:
    """Give the copy its name, once it is safely on the disk."""
    _sync(copy)
    try:
        if not replace:
            # Fails if somebody else was faster; then nobody's file is overwritten.
            os.close(os.open(file, os.O_CREAT | os.O_EXCL, 0o600))
        copy.replace(file)
    except OSError as error:
        raise click.ClickException(f"{file} cannot be written: {error.strerror}") from error
    _sync(file.parent)


def _sync(path: Path) -> None:
    number = os.open(path, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def _counted(systems: int) -> str:
    return "1 system" if systems == 1 else f"{systems} systems"
