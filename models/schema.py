"""The schema's versions: migrations in `models/migrations`, and the privacy columns that the contract asks for."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from playhouse.migrations import Migration, Runner

from generated.contract import PRIVACY_KEYS
from models.compiled import literal
from models.database import DatabaseUnusable, store
from models.tables import GUARDED

MIGRATIONS = Path(__file__).parent / "migrations"
# Any number will do, as long as nothing else in the same Postgres uses it.
_ADVISORY_LOCK = 0x706C7572


def migrate() -> list[str]:
    """Bring the connected database up to date; what was done, a name each. Safe when several processes start at once.

    Raises DatabaseUnusable for a database that a newer release made.
    """
    if not pending():
        return []
    with _alone():
        waiting = pending()
        applied: list[str] = _runner().up()
        _add_privacy_columns()
    return applied + [name for name in waiting if name not in applied]


def pending() -> list[str]:
    """The names of the migrations and privacy columns that the connected database lacks. Raises DatabaseUnusable."""
    status = _runner().status()
    newer = [migration.name for migration in status if migration.path is None]
    if newer:
        raise DatabaseUnusable(
            f"the database was made by a newer release of pluralspec (it has {newer[-1]}): install that release"
        )
    return [migration.name for migration in status if migration.applied is None] + _missing_privacy_columns()


def lacking() -> list[str]:
    """The migrations that the database has not seen, asked as requests ask: for a server that goes on for long."""
    store().check()
    seen = store().execute('SELECT "name" FROM "schema_migration"', ()).fetchall()
    return sorted(_known().difference(name for (name,) in seen))


@cache
def _known() -> frozenset[str]:
    return frozenset(migration.name for migration in Migration.load_directory(str(MIGRATIONS)))


def _runner() -> Runner:
    return Runner(store().peewee, str(MIGRATIONS))


@contextmanager
def _alone() -> Iterator[None]:
    database = store().peewee
    with database.atomic(*(["IMMEDIATE"] if store().dialect == "sqlite" else [])):
        if store().dialect == "postgres":
            database.execute_sql("SELECT pg_advisory_xact_lock(%s)", (_ADVISORY_LOCK,))
        yield


def _missing_privacy_columns() -> list[str]:
    database = store().peewee
    missing = []
    for entity, keys in PRIVACY_KEYS.items():
        table = GUARDED[entity]._meta.table_name
        there = {column.name for column in database.get_columns(table)}
        missing += [f"{table}.{key}" for key in keys if key not in there]
    return missing


def _add_privacy_columns() -> None:
    for name in _missing_privacy_columns():
        table, key = name.split(".")
        literal(key)
        store().peewee.execute_sql(
            f'ALTER TABLE "{table}" ADD COLUMN "{key}" TEXT DEFAULT \'public\' NOT NULL '
            f"CHECK (\"{key}\" IN ('public', 'private'))"
        )
