"""Finding the row that a reference names."""

from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

import orjson
from peewee import Expression, Node

from models.compiled import Statement, one_of, param
from models.references import Form, Reference, parse
from models.tables import Account, System, Table, column
from models.views import View

Entity = TypeVar("Entity")

_FORMS: tuple[Form, ...] = ("id", "uuid", "short_id")
_ACCOUNT: Form = "account"


def where(table: type[Table], form: Form, value: Any) -> Expression:
    """The row of `table` that a reference of this `form` with this `value` names."""
    if form == "account":
        return column(table, "id") == Account.select(Account.system).where(Account.id == value)
    return column(table, form) == value


class ByReference:
    """One query in as many compiled versions as a reference has forms; `build` gets the condition on the row."""

    def __init__(self, table: type[Table], build: Callable[[Expression], Any]) -> None:
        forms = (*_FORMS, _ACCOUNT) if table is System else _FORMS
        self._statements = {form: _statement(table, form, build) for form in forms}

    def row(self, ref: Reference | None, **arguments: Any) -> Any:
        """The row that `ref` names, or None."""
        if ref is None:
            return None
        form, arguments["ref"] = ref
        return self._statements[form].run(arguments).fetchone()

    def statement(self, form: Form) -> Statement:
        """The version for references of this form."""
        return self._statements[form]


def _statement(table: type[Table], form: Form, build: Callable[[Expression], Any]) -> Statement:
    return Statement(lambda: build(where(table, form, param("ref"))))


class Reader(Generic[Entity]):
    """Reads one entity in the view that the viewer may have of it.

    The owner's query carries the viewer in its condition, so that private columns are only ever selected from rows of
    the viewer's own; for everybody else the public query answers.
    """

    def __init__(self, view: View[Entity], table: type[Table], source: Callable[..., Any], system: Node) -> None:
        """`source` makes a query that selects the given columns; `system` is the column of whose a row is."""
        self._view = view
        self._owner = ByReference(
            table, lambda row: source(*view.owner.columns()).where(row & (system == param("viewer")))
        )
        self._public = ByReference(table, lambda row: source(*view.public.columns()).where(row))

    def read(self, ref: Reference | None, viewer: int | None) -> Entity | None:
        """What the system `viewer` (None: nobody) sees of the entity, or None if there is none."""
        if viewer is not None:
            row = self._owner.row(ref, viewer=viewer)
            if row is not None:
                return self._view.owner.build(row)
        row = self._public.row(ref)
        return None if row is None else self._view.public.build(row)

    def statement(self, form: Form, *, own: bool) -> Statement:
        """The query for references of this form, in one of the views."""
        return (self._owner if own else self._public).statement(form)


class Resolver:
    """Finds many rows of a table at once, by the references that a body lists."""

    def __init__(self, table: type[Table]) -> None:
        self.statement = Statement(lambda: self._query(table, "short_id").union_all(self._query(table, "uuid")))

    @staticmethod
    def _query(table: type[Table], key: str) -> Any:
        return table.select(column(table, key), column(table, "id"), column(table, "system")).where(
            one_of(column(table, key), f"{key}s")
        )

    def resolve(self, texts: Sequence[str]) -> list[tuple[int, int] | None]:
        """For each reference the row's id and its system's, or None where there is no such row."""
        references = [parse(text) for text in texts]
        wanted = {form: [r.value for r in references if r and r.form == form] for form in ("short_id", "uuid")}
        found = {
            key: (row, system)
            for key, row, system in self.statement.rows(
                short_ids=orjson.dumps(wanted["short_id"]).decode(), uuids=orjson.dumps(wanted["uuid"]).decode()
            )
        }
        return [found.get(reference.value) if reference else None for reference in references]


class Lister(Generic[Entity]):
    """Reads entities, one for each row of a query, in the owner's view or in the public one."""

    def __init__(
        self, view: View[Entity], query: Callable[..., Any], listed: Callable[[], Expression] | None = None
    ) -> None:
        """`query` selects the given columns; `listed` is the further condition under which strangers see a row."""
        self._view = view
        self._owner = Statement(lambda: query(*view.owner.columns()))
        self._public = Statement(
            lambda: query(*view.public.columns()).where(listed()) if listed else query(*view.public.columns())
        )

    def statement(self, *, own: bool) -> Statement:
        """The query in one of the views."""
        return self._owner if own else self._public

    def rows(self, *, own: bool, **arguments: Any) -> list[Entity]:
        """The entities, in the query's order."""
        build = self._view.rows(own=own).build
        return [build(row) for row in self.statement(own=own).rows(**arguments)]

    def row(self, *, own: bool, **arguments: Any) -> Entity | None:
        """The first of them, or None."""
        row = self.statement(own=own).row(**arguments)
        return None if row is None else self._view.rows(own=own).build(row)
