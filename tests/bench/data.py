"""The data that every server gets: many systems as people have them, and one as large as a system may be.

All of it follows from a seed, so that requests for it can be made without asking the database.
"""

import base64
import random
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from generated.contract import PRIVACY_KEYS
from models import credentials, instants
from models.compiled import Statement, param
from models.database import Transaction, store
from models.tables import Group, GroupMember, Member, ProxyTag, Switch, SwitchMember, System, SystemSettings, Table
from models.writing import ALPHABET

Row = dict[str, Any]

SEED = 4
SYSTEMS = 200
_START = datetime(2024, 1, 1)
# Shares no factor with the number of short ids, so its multiples meet each of them once.
_STRIDE = 45_678_901
_WORDS = [
    "quiet",
    "river",
    "lantern",
    "amber",
    "moss",
    "harbour",
    "winter",
    "sparrow",
    "violet",
    "thunder",
    "paper",
    "willow",
    "copper",
    "island",
    "ember",
]


@dataclass(frozen=True)
class Size:
    """How much a system holds."""

    members: int
    groups: int
    in_group: int
    switches: int


ORDINARY, LARGE = Size(24, 6, 8, 120), Size(1000, 250, 12, 1000)


@dataclass(frozen=True)
class Refs:
    """How clients name a system and its members."""

    id: str
    token: str
    members: tuple[str, ...]


def short_id(row: int) -> str:
    """The short id of the row with this number."""
    number = row * _STRIDE % len(ALPHABET) ** 6
    return "".join(ALPHABET[number // len(ALPHABET) ** place % len(ALPHABET)] for place in range(6))


def systems(size: Size = ORDINARY, large: Size = LARGE, amount: int = SYSTEMS) -> "Iterator[Invented]":
    """The large system, and then the ordinary ones."""
    rows = {table: count(1) for table in (System, Member, Group, Switch)}
    for number in range(amount + 1):
        yield Invented(random.Random(f"{SEED} {number}"), size if number else large, rows)


def fill(invented: Iterable["Invented"]) -> list[Refs]:
    """Put systems into the connected database, which has none yet."""
    refs = []
    with store().session(), Transaction(store().execute, ("BEGIN", ())):
        for system in invented:
            system.write()
            refs.append(system.refs)
        if store().dialect == "postgres":
            _settle()
    return refs


class Invented:
    """A system that nobody has."""

    def __init__(self, dice: random.Random, size: Size, rows: dict[type[Table], "count[int]"]) -> None:
        """`rows` are the numbers of rows that are free."""
        self._dice, self._size = dice, size
        self._row = next(rows[System])
        self._members = [next(rows[Member]) for _ in range(size.members)]
        self._groups = [next(rows[Group]) for _ in range(size.groups)]
        self._switches = [next(rows[Switch]) for _ in range(size.switches)]
        self._token = base64.b64encode(dice.randbytes(48)).decode()

    @property
    def refs(self) -> Refs:
        """How clients name it."""
        return Refs(short_id(self._row), self._token, tuple(map(short_id, self._members)))

    def write(self) -> None:
        """Insert it and what it holds."""
        _insert(System, [self._entity(System, self._row) | {"token": credentials.digest(self._token)}])
        _insert(SystemSettings, [{"system": self._row}])
        _insert(Member, (self._entity(Member, row) for row in self._members))
        _insert(ProxyTag, (tag for row in self._members for tag in self._tags(row)))
        _insert(Group, (self._entity(Group, row) for row in self._groups))
        _insert(GroupMember, self._memberships())
        _insert(Switch, self._history())
        _insert(SwitchMember, (place for row in self._switches for place in self._front(row)))

    def _entity(self, table: type[Table], row: int) -> Row:
        """A system, member or group: of all that can be said, what the table has columns for."""
        name = self._words(2)
        said = {
            "id": row,
            "short_id": short_id(row),
            "uuid": str(uuid.UUID(int=self._dice.getrandbits(128), version=4)),
            "system": self._row,
            "name": name,
            "display_name": self._perhaps(f"{name} 🌿"),
            "description": self._perhaps(self._words(16)),
            "tag": f"| {self._words(1)}",
            "pronouns": self._perhaps(self._dice.choice(("they/them", "she/her", "he/him", "it/its"))),
            "avatar_url": self._perhaps(f"https://pictures.example.org/{row}/avatar.png"),
            "icon": self._perhaps(f"https://pictures.example.org/{row}/icon.png"),
            "banner": self._perhaps(f"https://pictures.example.org/{row}/banner.png"),
            "color": f"{self._dice.getrandbits(24):06x}",
            "birthday": self._perhaps(f"0004-0{self._dice.randint(1, 9)}-1{self._dice.randint(0, 9)}"),
            "created": self._instant(),
            "keep_proxy": False,
            "tts": False,
            "message_count": self._dice.randrange(5000),
            "last_message_timestamp": self._instant(),
        }
        # A system keeps its lists and its front open: otherwise there is nothing for strangers to ask for.
        private = 0.0 if table is System else 0.15
        privacy = {
            key: "private" if self._dice.random() < private else "public" for key in PRIVACY_KEYS[table.__name__]
        }
        return {name: value for name, value in (said | privacy).items() if name in table._meta.fields}

    def _tags(self, member: int) -> Iterator[Row]:
        for position in range(self._dice.randrange(3)):
            yield {"member": member, "position": position, "prefix": f"{self._words(1)}:", "suffix": None}

    def _memberships(self) -> Iterator[Row]:
        for group in self._groups:
            yield from ({"group": group, "member": row} for row in self._some(self._size.in_group))

    def _history(self) -> Iterator[Row]:
        for number, row in enumerate(self._switches):
            moment = _START + timedelta(hours=number, microseconds=self._dice.randrange(10**9))
            identity = {"id": row, "uuid": str(uuid.UUID(int=self._dice.getrandbits(128), version=4))}
            yield identity | {"system": self._row, "timestamp": instants.stored(moment)}

    def _front(self, switch: int) -> Iterator[Row]:
        for position, member in enumerate(self._some(self._dice.choice((1, 1, 1, 2, 3)))):
            yield {"switch": switch, "position": position, "member": member}

    def _some(self, most: int) -> list[int]:
        return self._dice.sample(self._members, min(most, len(self._members)))

    def _words(self, number: int) -> str:
        return " ".join(self._dice.choices(_WORDS, k=number)).capitalize()

    def _perhaps(self, text: str) -> str | None:
        return text if self._dice.random() < 0.7 else None

    def _instant(self) -> str:
        return instants.stored(_START + timedelta(microseconds=self._dice.randrange(10**13)))


def _insert(table: type[Table], rows: Iterable[Row]) -> None:
    """Insert rows; what they leave out has its column's default."""
    columns = {field.name: field for field in table._meta.sorted_fields}
    defaults = {name: field.default for name, field in columns.items()}
    statement = _statements.get(table) or _statements.setdefault(
        table, Statement(lambda: table.insert({field: param(name) for name, field in columns.items()}), kept=False)
    )
    statement.many(defaults | row for row in rows)


def _settle() -> None:
    """Let Postgres number further rows after those that came with a number, and plan for what is there."""
    for table in (System, Member, Group, Switch):
        name = f'"{table._meta.table_name}"'
        store().execute(f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), (SELECT MAX(id) FROM {name}))", ())
    store().execute("ANALYZE", ())


_statements: dict[type[Table], Statement] = {}
