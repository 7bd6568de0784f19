"""Queries that are written in Peewee once, compiled to SQL once, and executed many times.

Building a Peewee query costs thirty times what SQLite takes to answer it, so the request path does not build any:

    _NAME = Statement(lambda: Member.select(Member.name).where(Member.short_id == param("ref")))
    _NAME.row(ref="exampl")

A query is compiled for the database that is connected: at start, by `compile_all`, or else at its first use.
"""

from collections.abc import Callable, Iterable, Sequence
from operator import itemgetter
from typing import Any, ClassVar

from peewee import SQL, EnclosedNodeList, Expression, Field, Node, NodeList, Select, Value, fn

from models.database import Cursor, store


class _Param:
    """The place of an argument among a compiled query's parameters."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name


def param(name: str) -> Value:
    """An argument of the query, given by `name` at execution, in the column's own representation."""
    return Value(_Param(name), converter=lambda value: value)


class Statement:
    """One query, compiled; its methods take the query's arguments by name."""

    every: ClassVar[list["Statement"]] = []
    """All that modules have written down, in their order."""

    def __init__(self, build: Callable[[], Any], *, kept: bool = True) -> None:
        """`kept` is false for a query that comes and goes with what clients ask for."""
        self._build = build
        if kept:
            self.every.append(self)
        self._compiled: dict[str, tuple[str, Order]] = {}

    def execute(self, **arguments: Any) -> Cursor:
        """Run it."""
        return self.run(arguments)

    def row(self, **arguments: Any) -> Any:
        """The first row as a tuple, or None."""
        return self.run(arguments).fetchone()

    def rows(self, **arguments: Any) -> list[Any]:
        """All rows as tuples."""
        return self.run(arguments).fetchall()

    def run(self, arguments: dict[str, Any]) -> Cursor:
        """Run it with these arguments."""
        database = store()
        sql, order = self._compiled.get(database.dialect) or self._compile(database.dialect)
        return database.execute(sql, order(arguments))

    def compiled(self) -> "tuple[str, Order]":
        """The SQL text for the database that is connected, and what brings arguments in its order."""
        dialect = store().dialect
        return self._compiled.get(dialect) or self._compile(dialect)

    def many(self, rows: Iterable[dict[str, Any]]) -> None:
        """Run it for each of `rows`, dicts of arguments."""
        sql, order = self.compiled()
        values = [order(row) for row in rows]
        if values:
            store().executemany(sql, values)

    def _compile(self, dialect: str) -> "tuple[str, Order]":
        sql, parameters = self._build().sql()
        self._compiled[dialect] = sql, _order(parameters)
        return self._compiled[dialect]


Order = Callable[[dict[str, Any]], Sequence[Any]]
"""Puts a query's arguments, which have names, in the order of its placeholders."""


def _order(parameters: Sequence[Any]) -> Order:
    names = [each.name for each in parameters if type(each) is _Param]
    if len(names) < len(parameters):
        return lambda given: [given[each.name] if type(each) is _Param else each for each in parameters]
    if len(names) == 1:
        return lambda given: (given[names[0]],)
    return itemgetter(*names) if names else lambda given: ()


def compile_all() -> None:
    """Compile every query for the database that is connected, so that no request has to."""
    for statement in Statement.every:
        statement.compiled()


def literal(text: str) -> SQL:
    """A string constant inside the SQL text (not a parameter): for names of the contract, never for input."""
    if not text.replace("_", "").isalnum():
        raise ValueError(f"{text!r} is no name")
    return SQL(f"'{text}'")


def json_object(members: dict[str, Node]) -> Node:
    """A JSON object made by the database."""
    function = fn.json_object if store().dialect == "sqlite" else fn.json_build_object
    return function(*(node for name, value in members.items() for node in (literal(name), value)))


def json_array(rows: Any, item: Callable[[Any], Node]) -> Node:
    """A JSON array, as text, of `item` for each row of the ordered subquery `rows`; `[]` for none."""
    function = fn.json_group_array if store().dialect == "sqlite" else fn.json_agg
    return Select([rows], [fn.COALESCE(function(item(rows.c)), SQL("'[]'")).cast("TEXT")])


def one_of(column: Field, name: str) -> Expression:
    """Whether `column` is one of the strings of the JSON array that the argument `name` holds, as text."""
    items = "json_each(" if store().dialect == "sqlite" else "json_array_elements_text(CAST("
    closing = ")" if store().dialect == "sqlite" else " AS json))"
    query = NodeList((SQL("SELECT value FROM"), SQL(items), param(name), SQL(closing)))
    return column.in_(EnclosedNodeList([query]))
