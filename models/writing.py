"""Inserting and updating rows from the keys of a body."""

import random
import uuid
from collections.abc import Callable, Collection
from typing import Any

import orjson
from peewee import AutoField, Expression

from models import instants
from models.compiled import Statement, param
from models.tables import Table, column

Values = dict[str, Any]

ALPHABET = "abcefghjknoprstuvwxyz"
"""The letters of short ids: without those that are easily taken for another."""

_random = random.SystemRandom()


def new_short_id() -> str:
    """Six letters; whether they are free is for the table's unique constraint to say."""
    return "".join(_random.choices(ALPHABET, k=6))


def flat(values: Values) -> Values:
    """The columns for the keys of a body: privacy keys beside the others, lists as JSON text, tags left out."""
    columns = {name: value for name, value in values.items() if name not in ("privacy", "proxy_tags")}
    columns.update(values.get("privacy") or {})
    return {name: orjson.dumps(value).decode() if isinstance(value, list) else value for name, value in columns.items()}


class Insert:
    """Inserts rows of one table; what a row's values leave out has its column's default."""

    def __init__(self, table: type[Table]) -> None:
        columns = [field for field in table._meta.sorted_fields if not isinstance(field, AutoField)]
        self._defaults = {field.name: field.default for field in columns}
        self._statement = Statement(
            lambda: (
                table.insert({field: param(field.name) for field in columns})
                .on_conflict_ignore()
                .returning(columns[0] if table._meta.composite_key else table.id)
            )
        )

    def entity(self, system: int, values: Values) -> int:
        """Insert a member or group of `system`, under a uuid and a short id of its own. Returns the row's id."""
        while True:
            fresh = {"system": system, "created": instants.now(), "uuid": str(uuid.uuid4()), "short_id": new_short_id()}
            row = self.row(fresh | flat(values))
            if row is not None:
                return row

    def row(self, values: Values) -> int | None:
        """Insert one row; its id (or what else its key begins with), None if a unique constraint is in the way."""
        inserted = self._statement.row(**self._defaults | values)
        return None if inserted is None else inserted[0]


class Update:
    """Updates rows of one table; a statement is kept for each set of keys that bodies name."""

    # So many distinct sets of keys are kept; a client that makes up more only pays for its own compilation.
    _KEPT = 512

    def __init__(self, table: type[Table], where: Callable[[], Expression]) -> None:
        """`where` is the condition on the row, in arguments that `__call__` is given."""
        self._table, self._where = table, where
        self._statements: dict[tuple[str, ...], Statement] = {}

    def __call__(self, values: Values, **row: Any) -> None:
        """Set the columns that `values` names; none is no statement."""
        columns = flat(values)
        if columns:
            self.statement(tuple(sorted(columns))).execute(**columns, **row)

    def statement(self, names: tuple[str, ...]) -> Statement:
        """What sets these columns, which are in the order of the alphabet."""
        statement = self._statements.get(names)
        if statement is None:
            if len(self._statements) >= self._KEPT:
                self._statements.clear()
            statement = self._statements[names] = self._build(names)
        return statement

    def _build(self, names: Collection[str]) -> Statement:
        return Statement(
            lambda: self._table.update({column(self._table, name): param(name) for name in names}).where(self._where()),
            kept=False,
        )
