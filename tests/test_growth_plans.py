"""What must not cost more as the data grows: every query finds its rows by an index, and pages far back are not dearer.

Nothing is timed: the database says how it would run a query, and how much work one has been.
"""

import itertools
import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from generated.contract import OPERATIONS, PRIVACY_KEYS, EndpointGuard
from handlers.groups import get_system_groups
from handlers.request.viewer import ANONYMOUS, WRITE, Viewer
from models import groups, members, switches, systems, writing
from models.compiled import Statement
from models.database import store
from models.references import Reference
from models.tables import TABLES, Group, Switch, System
from scripts.bench_data import Amounts, fill
from tests.support.keeper import Keeper

Node = dict[str, Any]

PAGE, PAGES = 10, 1000
# What SQLite may read from one end to the other: the items of a JSON array, and what a subquery has just found.
MADE_ON_THE_WAY = {"json_each", "tag", "front", "part", "newest"}
BY_INDEX = {"Index Scan", "Index Only Scan", "Bitmap Index Scan"}


@pytest.fixture(scope="module")
def crowd(keeper: Keeper) -> Any:
    """A system with many groups and a thousand pages of switches, among so many others that an index is worth it."""
    fill(Amounts(systems=500, members=2000, groups=1000, switches=2000, messages=2000), seed=5)
    made = fill(Amounts(systems=1, members=20, groups=50, switches=PAGE * PAGES, messages=10), seed=6).known(0)
    return System.get(System.short_id == made.id)


@pytest.fixture
def statements(crowd: Any) -> list[Statement]:
    """Every query that a request may run, those among them that are only written down when they are asked for."""
    for key in PRIVACY_KEYS["System"]:
        systems.guarded(key)
    for key in PRIVACY_KEYS["Group"]:
        groups.guarded(key)
    named = [each for module in (systems, members, groups) for each in vars(module).values()]
    return [*Statement.every, *(_changing(each) for each in named if isinstance(each, writing.Update))]


def _changing(update: writing.Update) -> Statement:
    """One of its queries: which columns are set is no matter."""
    fixed = {"id", "system", "member", "guild"}
    return update.statement((next(name for name in update._table._meta.fields if name not in fixed),))


def _tree(node: Node) -> Iterator[Node]:
    yield node
    for child in node.get("Plans", ()):
        yield from _tree(child)


@contextmanager
def _dear_scans() -> Iterator[None]:
    """Have Postgres plan as if tables were huge, and for arguments that it does not know."""
    planner = ("enable_seqscan = off", "enable_hashjoin = off", "enable_mergejoin = off")
    names = [setting.split()[0] for setting in planner]
    for setting in (*planner, "plan_cache_mode = force_generic_plan"):
        store().execute(f"SET {setting}", ())
    try:
        yield
    finally:
        for name in (*names, "plan_cache_mode"):
            store().execute(f"RESET {name}", ())


def _postgres_plan(sql: str) -> Node:
    numbers = itertools.count(1)
    numbered, arguments = re.subn("%s", lambda _: f"${next(numbers)}", sql)
    store().execute(f"PREPARE planned AS {numbered}", ())
    nulls = f"({', '.join(['NULL'] * arguments)})" if arguments else ""
    plan: Node = store().execute(f"EXPLAIN (FORMAT JSON) EXECUTE planned{nulls}", ()).fetchone()[0][0]["Plan"]
    store().execute("DEALLOCATE planned", ())
    return plan


def _read_whole_by_postgres(sql: str) -> list[str]:
    """The tables and indexes that Postgres would read from one end to the other."""
    nodes = [(node["Node Type"], node) for node in _tree(_postgres_plan(sql))]
    whole = [node for kind, node in nodes if kind == "Seq Scan" or (kind in BY_INDEX and "Index Cond" not in node)]
    return [f"{node['Node Type']} of {node.get('Relation Name', node.get('Index Name'))}" for node in whole]


def _read_whole_by_sqlite(sql: str) -> list[str]:
    """The tables and indexes that SQLite would read from one end to the other."""
    steps = [row[3] for row in store().execute(f"EXPLAIN QUERY PLAN {sql}", [None] * sql.count("?")).fetchall()]
    scans = [step for step in steps if step.startswith("SCAN ")]
    return [step for step in scans if step.split()[1] not in MADE_ON_THE_WAY and step != "SCAN CONSTANT ROW"]


def test_every_query_finds_its_rows_by_an_index(statements: list[Statement]) -> None:
    found: dict[str, list[str]] = {}
    if store().dialect == "sqlite":
        found = {each.compiled()[0]: _read_whole_by_sqlite(each.compiled()[0]) for each in statements}
    else:
        with _dear_scans():
            found = {each.compiled()[0]: _read_whole_by_postgres(each.compiled()[0]) for each in statements}
    assert len(found) > 100
    assert {sql: whole for sql, whole in found.items() if whole} == {}


def test_a_query_without_an_index_would_be_found(crowd: Any) -> None:
    sql = Statement(lambda: Group.select(Group.id).where(Group.name == "x"), kept=False).compiled()[0]
    if store().dialect == "sqlite":
        assert _read_whole_by_sqlite(sql)
    else:
        with _dear_scans():
            assert _read_whole_by_postgres(sql)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.__name__)
def test_what_refers_to_a_row_is_found_by_an_index_when_the_row_is_deleted(crowd: Any, table: Any) -> None:
    peewee, name = store().peewee, table._meta.table_name
    leading = {index.columns[0] for index in peewee.get_indexes(name)} | {peewee.get_primary_keys(name)[0]}
    assert leading.issuperset(key.column for key in peewee.get_foreign_keys(name))


def _work(statement: Statement, **arguments: Any) -> int:
    """How much a query is: steps of SQLite's machine, or pages that Postgres looks at."""
    if store().dialect == "sqlite":
        connection, steps = store().peewee.connection(), itertools.count()
        connection.set_progress_handler(lambda: next(steps) and 0, 1)
        assert len(statement.rows(**arguments)) == PAGE
        connection.set_progress_handler(None, 1)
        return next(steps)
    explained = Statement(lambda: _Explained(statement), kept=False)
    plan: Node = explained.row(**arguments)[0][0]["Plan"]
    assert plan["Actual Rows"] == PAGE
    return int(plan["Shared Hit Blocks"] + plan["Shared Read Blocks"])


class _Explained:
    """A query that tells what another one cost."""

    def __init__(self, statement: Statement) -> None:
        self._statement = statement

    def sql(self) -> tuple[str, list[Any]]:
        sql, parameters = self._statement._build().sql()
        return f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {sql}", parameters


def test_the_thousandth_page_of_switches_costs_what_the_first_does(crowd: Any) -> None:
    query = Switch.select(Switch.timestamp).where(Switch.system == crowd).order_by(Switch.timestamp.desc())
    moments = [row[0] for row in query.tuples()]
    assert len(moments) == PAGE * PAGES

    def page(number: int) -> int:
        before = "9999" if number == 0 else moments[number * PAGE - 1]
        return _work(switches._LIST_BEFORE._owner, system=crowd.id, before=before, limit=PAGE)

    first, middle, last = (page(number) for number in (0, PAGES // 2, PAGES - 1))
    assert max(first, middle, last) <= min(first, middle, last) * 1.25


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], Any]], int]:
    """Counts the queries of what it is given to do."""

    def count(work: Callable[[], Any]) -> int:
        queries, execute = [], store().execute

        def counting(sql: str, parameters: Any) -> Any:
            queries.append(sql)
            return execute(sql, parameters)

        with monkeypatch.context() as patched:
            patched.setattr(store(), "execute", counting)
            work()
        return len(queries)

    return count


@pytest.mark.parametrize("own", [True, False], ids=["owner", "stranger"])
def test_groups_with_members_take_the_same_number_of_queries_however_many_there_are(
    crowd: Any, keeper: Keeper, asked: Callable[[Callable[[], Any]], int], own: bool
) -> None:
    guard = OPERATIONS["get_system_groups"].privacy
    assert isinstance(guard, EndpointGuard)
    found: dict[int, set[int]] = defaultdict(set)
    small = keeper.new_system()
    small.new_group(members=[small.new_member()["id"]])
    for row in (crowd.id, System.get(System.uuid == small.uuid).id):
        viewer = Viewer.of(row, WRITE) if own else ANONYMOUS
        found[asked(lambda: get_system_groups(Reference("id", row), True, viewer, guard))].add(row)  # noqa: B023
    assert len(found) == 1
    assert max(found) <= 2
