"""Many rows at once: COPY on Postgres, one prepared INSERT on SQLite, all in one transaction.

The database takes the caller's word for it that foreign keys lead somewhere, and for the time of the load SQLite does
not wait for the disk.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from peewee import ProgrammingError

from models.database import store
from models.tables import TABLES, Table, column

_RELAXED = {"synchronous": "OFF", "foreign_keys": "OFF", "cache_size": "-262144"}
_STRICT = {"synchronous": "FULL", "foreign_keys": "ON", "cache_size": "-2000"}


@contextmanager
def loading() -> Iterator[None]:
    """A transaction for `load`; all or nothing of what is loaded stays."""
    with _loading_sqlite() if store().dialect == "sqlite" else _loading_postgres():
        yield


def load(table: type[Table], columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Insert `rows`, which hold values of `columns` as the database keeps them."""
    names = ", ".join(f'"{column(table, name).column_name}"' for name in columns)
    target = f'"{table._meta.table_name}" ({names})'
    if store().dialect == "sqlite":
        connection = store().peewee.connection()
        connection.executemany(f"INSERT INTO {target} VALUES ({', '.join('?' * len(columns))})", rows)  # noqa: S608
        return
    with store().peewee.cursor() as cursor, cursor.copy(f"COPY {target} FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def reserve(table: type[Table], number: int) -> int:
    """The first of so many ids that nobody else will be given."""
    name, peewee = f'"{table._meta.table_name}"', store().peewee
    if store().dialect == "sqlite":
        last: int = peewee.execute_sql(f"SELECT COALESCE(MAX(id), 0) FROM {name}").fetchone()[0]  # noqa: S608
        return last + 1
    sequence = f"pg_get_serial_sequence('{name}', 'id')"
    first: int = peewee.execute_sql(f"SELECT nextval({sequence})").fetchone()[0]
    peewee.execute_sql(f"SELECT setval({sequence}, %s)", (first + number,))
    return first


@contextmanager
def _loading_sqlite() -> Iterator[None]:
    peewee = store().peewee
    _set(_RELAXED)
    try:
        with peewee.atomic("IMMEDIATE"):
            yield
    finally:
        _set(_STRICT)
    peewee.execute_sql("PRAGMA wal_checkpoint(TRUNCATE)")


def _set(pragmas: dict[str, str]) -> None:
    for name, value in pragmas.items():
        store().peewee.execute_sql(f"PRAGMA {name} = {value}")


@contextmanager
def _loading_postgres() -> Iterator[None]:
    peewee = store().peewee
    with peewee.atomic():
        _trust_foreign_keys()
        yield
    # The planner must know of the rows, and pages that everybody may see need no second look.
    for table in TABLES:
        peewee.execute_sql(f'VACUUM (ANALYZE) "{table._meta.table_name}"')


def _trust_foreign_keys() -> None:
    """Check none of them in this transaction, where our user has the right to ask for that."""
    peewee = store().peewee
    try:
        with peewee.atomic():
            peewee.execute_sql("SET LOCAL session_replication_role = replica")
    except ProgrammingError:
        return
