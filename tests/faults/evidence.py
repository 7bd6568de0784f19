"""What is in the database, read without the server: all rows, so that what belongs to nobody would be found too."""

import json
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import psycopg

from tests.faults.picture import Picture

Row = tuple[Any, ...]
Query = Callable[[str], list[Row]]

_SYSTEM = ("uuid", "id", "name", "tag", "description")
_MEMBER = ("uuid", "id", "name", "display_name", "pronouns", "description")
_GROUP = ("uuid", "id", "name", "display_name", "description")

# What is missing on the other side of a LEFT JOIN is a row that nobody expects.
_QUERIES = {
    "system": "SELECT uuid, short_id, name, tag, description FROM system",
    "settings": """SELECT s.uuid, latch_timeout, description_templates
        FROM system_settings LEFT JOIN system s ON s.id = system_id""",
    "member": """SELECT s.uuid, m.uuid, m.short_id, m.name, display_name, m.pronouns, m.description
        FROM member m LEFT JOIN system s ON s.id = system_id""",
    "proxy tag": """SELECT m.uuid, position, prefix, suffix
        FROM proxy_tag LEFT JOIN member m ON m.id = member_id""",
    "group": """SELECT s.uuid, g.uuid, g.short_id, g.name, display_name, g.description
        FROM "group" g LEFT JOIN system s ON s.id = system_id""",
    "membership": """SELECT g.uuid, m.uuid
        FROM group_member LEFT JOIN "group" g ON g.id = group_id LEFT JOIN member m ON m.id = member_id""",
    "switch": "SELECT s.uuid, w.uuid, timestamp FROM switch w LEFT JOIN system s ON s.id = system_id",
    "front": """SELECT w.uuid, RANK() OVER (PARTITION BY switch_id ORDER BY position) - 1, m.short_id
        FROM switch_member LEFT JOIN switch w ON w.id = switch_id LEFT JOIN member m ON m.id = member_id""",
}
# Every row by way of the tables, and by way of the indexes: neither may know more than the other.
_POSTGRES_WAYS = (
    ("enable_indexscan", "enable_indexonlyscan", "enable_bitmapscan", "enable_memoize"),
    ("enable_seqscan", "enable_hashjoin", "enable_mergejoin"),
)
_SQLITE_CHECKS = {"PRAGMA integrity_check": [("ok",)], "PRAGMA foreign_key_check": []}


def contradictions(url: str, pictures: Iterable[Picture]) -> Iterator[str]:
    """A line for each row that is not as it must be, and for each fault of the database itself."""
    expected = {name: Counter(row for picture in pictures for row in _ROWS[name](picture)) for name in _QUERIES}
    reader = _sqlite if url.startswith("sqlite") else _postgres
    yield from reader(url, expected)


def _sqlite(url: str, expected: dict[str, Counter[Row]]) -> Iterator[str]:
    connection = sqlite3.connect(url.removeprefix("sqlite:///"))
    try:
        for check, sound in _SQLITE_CHECKS.items():
            found = connection.execute(check).fetchall()
            if found != sound:
                yield f"{check}: {found}"
        yield from _compared(lambda sql: connection.execute(sql).fetchall(), expected)
    finally:
        connection.close()


def _postgres(url: str, expected: dict[str, Counter[Row]]) -> Iterator[str]:
    with psycopg.connect(url, autocommit=True) as connection:
        for without in _POSTGRES_WAYS:
            connection.execute("RESET ALL")
            for way in without:
                connection.execute(f"SET {way} = off".encode())
            yield from _compared(lambda sql: connection.execute(sql.encode()).fetchall(), expected)


def _compared(query: Query, expected: dict[str, Counter[Row]]) -> Iterator[str]:
    for name, sql in _QUERIES.items():
        found = Counter(_READ.get(name, tuple)(row) for row in query(sql))
        yield from (f"{name} lost in the database: {row}" for row in (expected[name] - found).elements())
        yield from (f"{name} in the database, made by nobody: {row}" for row in (found - expected[name]).elements())


_READ: dict[str, Callable[[Row], Row]] = {
    "settings": lambda row: (*row[:2], tuple(json.loads(row[2]))),
    "switch": lambda row: (*row[:2], f"{row[2]}Z"),
}


def _systems(picture: Picture) -> Iterator[Row]:
    yield tuple(picture.system[key] for key in _SYSTEM)


def _settings(picture: Picture) -> Iterator[Row]:
    settings = picture.settings
    yield picture.system["uuid"], settings["latch_timeout"], tuple(settings["description_templates"])


def _members(picture: Picture) -> Iterator[Row]:
    return ((picture.system["uuid"], *(each[key] for key in _MEMBER)) for each in picture.members.values())


def _tags(picture: Picture) -> Iterator[Row]:
    for uuid, member in picture.members.items():
        yield from ((uuid, place, tag["prefix"], tag["suffix"]) for place, tag in enumerate(member["proxy_tags"]))


def _groups(picture: Picture) -> Iterator[Row]:
    return ((picture.system["uuid"], *(each[key] for key in _GROUP)) for each in picture.groups.values())


def _memberships(picture: Picture) -> Iterator[Row]:
    return ((uuid, member) for uuid, group in picture.groups.items() for member in group["members"])


def _switches(picture: Picture) -> Iterator[Row]:
    return ((picture.system["uuid"], uuid, switch["timestamp"]) for uuid, switch in picture.switches.items())


def _fronts(picture: Picture) -> Iterator[Row]:
    for uuid, switch in picture.switches.items():
        yield from ((uuid, place, short_id) for place, short_id in enumerate(switch["members"]))


_ROWS: dict[str, Callable[[Picture], Iterator[Row]]] = {
    "system": _systems,
    "settings": _settings,
    "member": _members,
    "proxy tag": _tags,
    "group": _groups,
    "membership": _memberships,
    "switch": _switches,
    "front": _fronts,
}
