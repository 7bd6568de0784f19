"""The limit: what this machine could do at most with these queries, written by hand.

The same compiled SQL, run straight on the driver, and orjson. Nothing is validated, limited or refused, references are
taken to be short ids, and credentials are one look-up of a token. On SQLite the driver is called on the event loop; on
Postgres it is asyncpg, the fastest there is.
"""

import hashlib
import re
import sqlite3
import uuid
from collections.abc import Awaitable, Callable, Iterable, MutableMapping, Sequence
from dataclasses import fields
from itertools import count
from typing import Any, Protocol

import asyncpg
import orjson

from generated import types
from models import credentials, database, groups, instants, members, switches, systems
from models.compiled import Statement
from models.settings import Settings
from models.writing import flat

Scope = MutableMapping[str, Any]
Row = Sequence[Any]
Json = dict[str, Any]


class Query:
    """A compiled query, and the order of its arguments."""

    def __init__(self, statement: Statement) -> None:
        text, self.arguments = statement.compiled()
        numbers = count(1)
        # Where psycopg has %s, asyncpg has $1, $2, ...
        self.sql = re.sub("%s", lambda _: f"${next(numbers)}", text)


class Connection(Protocol):
    """What both drivers do."""

    async def rows(self, query: Query, **arguments: Any) -> Sequence[Row]: ...

    async def many(self, query: Query, rows: Iterable[Json]) -> None: ...

    async def execute(self, sql: str) -> object: ...


class SQLite:
    """The driver of Python's standard library."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._execute, self._many = connection.execute, connection.executemany

    async def rows(self, query: Query, **arguments: Any) -> Sequence[Row]:
        return self._execute(query.sql, query.arguments(arguments)).fetchall()

    async def many(self, query: Query, rows: Iterable[Json]) -> None:
        self._many(query.sql, [query.arguments(row) for row in rows])

    async def execute(self, sql: str) -> object:
        return self._execute(sql)


class Postgres:
    """One of asyncpg's connections."""

    def __init__(self, connection: Any) -> None:
        self._fetch, self._many, self.execute = connection.fetch, connection.executemany, connection.execute

    async def rows(self, query: Query, **arguments: Any) -> Sequence[Row]:
        rows: Sequence[Row] = await self._fetch(query.sql, *query.arguments(arguments))
        return rows

    async def many(self, query: Query, rows: Iterable[Json]) -> None:
        await self._many(query.sql, [query.arguments(row) for row in rows])


class Limit:
    """The application."""

    def __init__(self, url: str) -> None:
        self._url, self._store = url, database.connect(url)
        self._handlers = Handlers("BEGIN IMMEDIATE" if self._store.dialect == "sqlite" else "BEGIN")
        self._pool: Any = None

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        _, _, kind, ref, *rest = scope["path"].split("/")
        handler = self._handlers.by_path[scope["method"], kind, *rest]
        body = b"" if scope["method"] == "GET" else (await receive())["body"]
        if self._pool is None:
            answer = await handler(SQLite(self._store.peewee.connection()), scope, ref, body)
        else:
            async with self._pool.acquire() as connection:
                answer = await handler(Postgres(connection), scope, ref, body)
        text = orjson.dumps(answer)
        headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(text))]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": text})

    async def _live(self, receive: Any, send: Any) -> None:
        await receive()
        if self._store.dialect == "postgres":
            self._pool = await asyncpg.create_pool(self._url, min_size=1, max_size=database.CONNECTIONS, reset=_leave)
        await send({"type": "lifespan.startup.complete"})
        await receive()
        if self._pool:
            await self._pool.close()
        await send({"type": "lifespan.shutdown.complete"})


async def _leave(connection: Any) -> None:
    """What asyncpg does between two uses of a connection costs a round trip, and nothing here needs it."""


Handler = Callable[[Connection, Scope, str, bytes], Awaitable[Any]]


class Handlers:
    """What is answered, by method, first segment of the path, and what follows the reference."""

    def __init__(self, begin: str) -> None:
        self._begin = begin
        self._token = Query(credentials.BY_DIGEST)
        self._system = Query(systems.READER.statement("id", own=True))
        self._public_system = Query(systems.READER.statement("short_id", own=False))
        self._member = Query(members.READER.statement("id", own=True))
        self._public_member = Query(members.READER.statement("short_id", own=False))
        self._find_member = Query(members.FIND.statement("short_id"))
        self._members = Query(members.OF_SYSTEM.statement(own=True))
        self._public_members = Query(members.OF_SYSTEM.statement(own=False))
        self._groups = Query(groups.OF_SYSTEM_WITH_MEMBERS.statement(own=True))
        self._switches = Query(switches.LIST.statement(own=True))
        self._front = Query(members.OF_SWITCH.statement(own=True))
        self._newest_front, self._public_front = Query(switches.FRONT[True]), Query(switches.FRONT[False])
        self._newest = Query(switches.NEWEST)
        self._at = Query(switches.AT)
        self._front_ids = Query(switches.MEMBERS)
        self._add_switch = Query(switches.ADD)
        self._add_to_front = Query(switches.ADD_MEMBER)
        self._resolve = Query(members.RESOLVER.statement)
        self._remove_tags = Query(members.REMOVE_TAGS)
        self._add_tag = Query(members.ADD_TAG)
        self._guarded = {
            key: Query(systems.guarded(key).statement("short_id"))
            for key in ("member_list_privacy", "front_privacy", "front_history_privacy")
        }
        self._updates: dict[tuple[str, ...], Query] = {}
        self.by_path: dict[tuple[str, ...], Handler] = {
            ("GET", "members"): self.get_member,
            ("GET", "systems"): self.get_system,
            ("GET", "systems", "members"): self.get_members,
            ("GET", "systems", "groups"): self.get_groups,
            ("GET", "systems", "switches"): self.get_switches,
            ("GET", "systems", "fronters"): self.get_fronters,
            ("PATCH", "members"): self.update_member,
            ("POST", "systems", "switches"): self.create_switch,
        }

    async def get_member(self, connection: Connection, scope: Scope, ref: str, body: bytes) -> Any:
        return _member((await connection.rows(self._public_member, ref=ref))[0])

    async def get_system(self, connection: Connection, scope: Scope, ref: str, body: bytes) -> Any:
        if ref != "@me":
            return dict(zip(_SYSTEM[:-1], (await connection.rows(self._public_system, ref=ref))[0], strict=True))
        system = await self._owner(connection, scope)
        values = dict(zip(_SYSTEM, (await connection.rows(self._system, ref=system, viewer=system))[0], strict=True))
        return values | {"privacy": orjson.Fragment(values["privacy"])}

    async def get_members(self, connection: Connection, scope: Scope, ref: str, body: bytes) -> Any:
        system = await self._open(connection, scope, ref, "member_list_privacy")
        query = self._members if ref == "@me" else self._public_members
        return [_member(row) for row in await connection.rows(query, system=system)]

    async def get_groups(self, connection: Connection, scope: Scope, ref: str, body: bytes) -> Any:
        system = await self._owner(connection, scope)
        return [_group(row) for row in await connection.rows(self._groups, system=system)]

    async def get_switches(self, connection: Connection, scope: Scope, ref: str, body: bytes) -> Any:
        system = await self._open(connection, scope, ref, "front_history_privacy")
        return [_switch(row) for row in await connection.rows(self._switches, system=system, limit=100)]

    async def get_fronters(self, connection: Connection, scope: Scope, ref: str, body: bytes) -> Any:
        system = await self._open(connection, scope, ref, "front_privacy")
        query = self._newest_front if ref == "@me" else self._public_front
        rows = await connection.rows(query, system=system)
        return _front(rows[0][0], rows[0][1], [row[3:] for row in rows])

    async def update_member(self, connection: Connection, scope: Scope, ref: str, body: bytes) -> Any:
        system = await self._owner(connection, scope)
        values = orjson.loads(body)
        columns = flat(values)
        await connection.execute(self._begin)
        member, _ = (await connection.rows(self._find_member, ref=ref))[0]
        if columns:
            await connection.rows(self._update(tuple(sorted(columns))), **columns, member=member)
        if "proxy_tags" in values:
            await connection.rows(self._remove_tags, member=member)
            await connection.many(self._add_tag, _tags(member, values["proxy_tags"]))
        row = (await connection.rows(self._member, ref=member, viewer=system))[0]
        await connection.execute("COMMIT")
        return _member(row)

    async def create_switch(self, connection: Connection, scope: Scope, ref: str, body: bytes) -> Any:
        system = await self._owner(connection, scope)
        refs, timestamp, switch = orjson.loads(body)["members"], instants.now(), str(uuid.uuid4())
        await connection.execute(self._begin)
        listed = await connection.rows(self._resolve, short_ids=orjson.dumps(refs).decode(), uuids="[]")
        found = {ref: row for ref, row, _ in listed}
        await connection.rows(self._at, system=system, timestamp=timestamp)
        newest = (await connection.rows(self._newest, system=system))[0]
        await connection.rows(self._front_ids, switch=newest[0])
        row = (await connection.rows(self._add_switch, uuid=switch, system=system, timestamp=timestamp))[0][0]
        places = ({"switch": row, "position": place, "member": found[ref]} for place, ref in enumerate(refs))
        await connection.many(self._add_to_front, places)
        front = await connection.rows(self._front, switch=row)
        await connection.execute("COMMIT")
        return _front(switch, timestamp, front)

    async def _owner(self, connection: Connection, scope: Scope) -> int:
        token = next(value for name, value in scope["headers"] if name == b"authorization")
        row: int = (await connection.rows(self._token, digest=hashlib.sha256(token).digest()))[0][0]
        return row

    async def _open(self, connection: Connection, scope: Scope, ref: str, key: str) -> int:
        """The system that a list is of; whether it shows the list is read, too."""
        if ref == "@me":
            return await self._owner(connection, scope)
        row: int = (await connection.rows(self._guarded[key], ref=ref))[0][0]
        return row

    def _update(self, names: tuple[str, ...]) -> Query:
        if names not in self._updates:
            self._updates[names] = Query(members.UPDATE.statement(names))
        return self._updates[names]


def _names(entity: Any) -> tuple[str, ...]:
    return tuple(field.name for field in fields(entity))


_SYSTEM, _MEMBER, _GROUP, _SWITCH = map(_names, (types.System, types.Member, types.Group, types.Switch))


def _member(row: Row) -> Json:
    values = dict(zip(_MEMBER, row, strict=True))
    values["keep_proxy"] = bool(values["keep_proxy"])
    values["tts"] = bool(values["tts"])
    values["proxy_tags"] = orjson.Fragment(values["proxy_tags"])
    if values["privacy"]:
        values["autoproxy_enabled"] = bool(values["autoproxy_enabled"])
        values["privacy"] = orjson.Fragment(values["privacy"])
    return values


def _group(row: Row) -> Json:
    values = dict(zip(_GROUP, row, strict=True))
    values["members"] = orjson.Fragment(values["members"])
    values["privacy"] = orjson.Fragment(values["privacy"])
    return values


def _switch(row: Row) -> Json:
    values = dict(zip(_SWITCH, row, strict=True))
    values["members"] = orjson.Fragment(values["members"])
    return values


def _front(switch: str, timestamp: str, rows: Sequence[Row]) -> Json:
    return {"id": switch, "timestamp": f"{timestamp}Z", "members": [_member(row) for row in rows]}


def _tags(member: int, tags: list[Json]) -> Iterable[Json]:
    for position, tag in enumerate(tags):
        yield {"member": member, "position": position, "prefix": tag.get("prefix"), "suffix": tag.get("suffix")}


def create_app() -> Limit:
    """The application, on the database that the settings name."""
    return Limit(Settings.from_env().database)
