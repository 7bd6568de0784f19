"""`pluralspec bench data`: a database as large as wanted, in bulk."""

import base64
import random
import secrets
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

import click

from generated.contract import PRIVACY_KEYS
from models import bulk, credentials, instants, snowflakes
from models.tables import (
    Account,
    Group,
    GroupMember,
    Member,
    Message,
    ProxyTag,
    Switch,
    SwitchMember,
    System,
    SystemSettings,
    Table,
)
from models.writing import ALPHABET
from scripts.terminal import connect, database_option, json_option, properties, show

Row = tuple[Any, ...]
Rows = Iterator[Row]

# New ids have six letters, so these are free as long as each row has its own.
_LETTERS = 5
_SHORT_IDS = len(ALPHABET) ** _LETTERS
# Shares no factor with their number, so its multiples meet each of them once.
_STRIDE = 1_234_577
_EPOCH = datetime(2015, 1, 1)
_NOW = datetime(2026, 1, 1)
_IN_GROUP = 8
_FLUSH = 1000
"""Rows after which the progress bar moves."""
_WORDS = [
    *("quiet", "river", "lantern", "amber", "moss", "harbour", "winter", "sparrow", "violet", "thunder", "paper"),
    *("willow", "copper", "island", "ember", "meadow", "cloud", "marble", "juniper", "north", "candle", "velvet"),
]


@dataclass(frozen=True)
class Amounts:
    """How many rows of each kind, in all systems together."""

    systems: int
    members: int
    groups: int
    switches: int
    messages: int

    @property
    def rows(self) -> int:
        """All rows, those that belong to these among them: about."""
        return (
            self.systems * 3 + self.members * 2 + self.groups * (1 + _IN_GROUP) + self.switches * 9 // 4 + self.messages
        )


@dataclass(frozen=True)
class Known:
    """A system that was made, as a client needs to know it."""

    id: str
    token: str
    account: str
    members: tuple[str, ...]
    groups: tuple[str, ...]


def short_id(row: int) -> str:
    """The short id of the row with this number."""
    number = row * _STRIDE % _SHORT_IDS
    return "".join(ALPHABET[number // len(ALPHABET) ** place % len(ALPHABET)] for place in range(_LETTERS))


class Crowd:
    """So many rows, dealt out evenly to the systems. Each kind is made on its own, one row after another."""

    def __init__(self, amounts: Amounts, dice: random.Random) -> None:
        """Takes the ids that the rows will have. Raises click.ClickException."""
        self.amounts, self._dice = amounts, dice
        self._systems = self._take(System, amounts.systems)
        self._members = self._take(Member, amounts.members)
        self._groups = self._take(Group, amounts.groups)
        self._switches = self._take(Switch, amounts.switches)
        self.tokens: list[str] = []

    def parts(self) -> Iterator[tuple[type[Table], tuple[str, ...], Rows]]:
        """Each table with the columns that are given, and its rows."""
        names = {table: tuple(PRIVACY_KEYS[table.__name__]) for table in (System, Member, Group)}
        yield System, (*_SYSTEM, *names[System]), self._all(self._systems, self._system)
        yield SystemSettings, _SETTINGS, ((row, *_SETTINGS_VALUES) for row in self._systems)
        yield Account, ("id", "system"), ((self._account(place), row) for place, row in enumerate(self._systems))
        yield Member, (*_MEMBER, *names[Member]), self._owned(self._members, self._member)
        yield ProxyTag, ("member", "position", "prefix"), ((row, 0, f"{short_id(row)}:") for row in self._members)
        yield Group, (*_GROUP, *names[Group]), self._owned(self._groups, self._group)
        yield GroupMember, ("group", "member"), self._memberships()
        yield Switch, ("id", "uuid", "system", "timestamp"), self._history()
        yield SwitchMember, ("switch", "position", "member"), self._fronts()
        yield Message, ("id", "original", "sender", "channel", "guild", "member"), self._messages()

    def known(self, place: int) -> Known:
        """The system at this place, once it was made."""
        ids = [tuple(map(short_id, self._share(rows, place))) for rows in (self._members, self._groups)]
        account = snowflakes.decode(self._account(place))
        return Known(short_id(self._systems[place]), self.tokens[place], account, *ids)

    def _take(self, table: type[Table], number: int) -> range:
        first = bulk.reserve(table, number) if number else 1
        if table is not Switch and first + number > _SHORT_IDS:
            raise click.ClickException(f"{number} more {table.__name__.lower()}s need more short ids than there are")
        return range(first, first + number)

    def _share(self, rows: range, place: int) -> range:
        """Those of the rows that belong to the system at this place."""
        number = len(self._systems)
        return rows[len(rows) * place // number : len(rows) * (place + 1) // number]

    def _all(self, rows: range, make: Callable[[int], Row]) -> Rows:
        return (make(row) for row in rows)

    def _owned(self, rows: range, make: Callable[[int, int], Row]) -> Rows:
        for place, system in enumerate(self._systems):
            for row in self._share(rows, place):
                yield make(row, system)

    def _system(self, row: int) -> Row:
        token = base64.b64encode(secrets.token_bytes(48)).decode()
        self.tokens.append(token)
        tag = f"| {self._words(1)}"
        return (row, short_id(row), self._uuid(), credentials.digest(token), self._words(2), tag, *self._said(System))

    def _member(self, row: int, system: int) -> Row:
        told = (self._words(1), self._words(2), "they/them", "0004-02-29", f"https://pictures.example.org/{row}.png")
        counts = (False, False, True, self._dice.randrange(5000))
        return (row, short_id(row), self._uuid(), system, *told, *counts, *self._said(Member))

    def _group(self, row: int, system: int) -> Row:
        return (row, short_id(row), self._uuid(), system, self._words(2), *self._said(Group))

    def _said(self, table: type[Table]) -> Row:
        """What systems, members and groups have in common: description, colour, creation, privacy."""
        levels = self._dice.getrandbits(64)
        keys = PRIVACY_KEYS[table.__name__]
        # One key in eight is private, but no system's: or there would be nothing for strangers to ask for.
        open_ones = table is System
        privacy = ("public" if open_ones or levels >> 3 * place & 7 else "private" for place in range(len(keys)))
        return (self._words(12), f"{self._dice.getrandbits(24):06x}", self._instant(), *privacy)

    def _memberships(self) -> Rows:
        for place in range(len(self._systems)):
            members = self._share(self._members, place)
            for group in self._share(self._groups, place):
                yield from ((group, row) for row in self._dice.sample(members, min(_IN_GROUP, len(members))))

    def _history(self) -> Rows:
        for place, system in enumerate(self._systems):
            for age, row in enumerate(self._share(self._switches, place)):
                moment = _NOW - timedelta(minutes=20 * age, microseconds=self._dice.getrandbits(26))
                yield row, self._uuid(), system, instants.stored(moment)

    def _fronts(self) -> Rows:
        """One member, and in every fourth switch two."""
        for place in range(len(self._systems)):
            members = self._share(self._members, place)
            for switch in self._share(self._switches, place) if members else ():
                first = self._dice.randrange(len(members))
                yield switch, 0, members[first]
                if switch % 4 == 0 and len(members) > 1:
                    yield switch, 1, members[first - 1]

    def _messages(self) -> Rows:
        # Discord's ids grow with time; low bits of our own keep these apart from those of an earlier load.
        first = _snowflake(_NOW - timedelta(seconds=self.amounts.messages), self._dice.getrandbits(20))
        for number in range(self.amounts.messages):
            place = number % len(self._systems)
            members = self._share(self._members, place)
            message = first + (number * 1000 << 22)
            member = members[number // len(self._systems) % len(members)] if members else None
            yield message, message - (1 << 22), self._account(place), first - 1, first - 2 - place % 50, member

    def _account(self, place: int) -> int:
        return _snowflake(_EPOCH + timedelta(days=1000), 0) + self._systems[place]

    def _uuid(self) -> str:
        digits = f"{self._dice.getrandbits(128):032x}"
        return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:]}"

    def _words(self, number: int) -> str:
        return " ".join(self._dice.choices(_WORDS, k=number)).capitalize()

    def _instant(self) -> str:
        return instants.stored(_EPOCH + timedelta(microseconds=self._dice.getrandbits(48)))


_SYSTEM = ("id", "short_id", "uuid", "token", "name", "tag", "description", "color", "created")
_MEMBER = (
    *("id", "short_id", "uuid", "system", "name", "display_name", "pronouns", "birthday", "avatar_url"),
    *("keep_proxy", "tts", "autoproxy_enabled", "message_count", "description", "color", "created"),
)
_GROUP = ("id", "short_id", "uuid", "system", "name", "description", "color", "created")
_DEFAULTS = {name: field.default for name, field in SystemSettings._meta.fields.items() if name != "system"}
_SETTINGS, _SETTINGS_VALUES = ("system", *_DEFAULTS), tuple(_DEFAULTS.values())


def _snowflake(moment: datetime, low: int) -> int:
    """The column's value for an id made at `moment`."""
    milliseconds = (moment - _EPOCH) // timedelta(milliseconds=1)
    return (milliseconds << 22 | low) - (1 << 63)


def fill(amounts: Amounts, told: Callable[[int], None] = lambda rows: None, seed: int | None = None) -> Crowd:
    """Put so many rows into the connected database, wholly or not at all; `told` hears how many have gone in."""
    with bulk.loading():
        crowd = Crowd(amounts, random.Random(seed))  # noqa: S311 (nothing that must be secret)
        for table, columns, rows in crowd.parts():
            bulk.load(table, columns, _counted(rows, told))
    return crowd


def _counted(rows: Iterable[Row], told: Callable[[int], None]) -> Rows:
    number = 0
    for row in rows:
        number += 1
        if number == _FLUSH:
            told(number)
            number = 0
        yield row
    told(number)


_count = click.IntRange(0, 1_000_000_000)


@click.command()
@click.option("--systems", type=click.IntRange(1, _SHORT_IDS), default=1000, show_default=True)
@click.option("--members", type=_count, default=10_000, show_default=True)
@click.option("--groups", type=_count, default=1000, show_default=True)
@click.option("--switches", type=_count, default=100_000, show_default=True)
@click.option("--messages", type=_count, default=10_000, show_default=True)
@database_option
@json_option
def data(systems: int, members: int, groups: int, switches: int, messages: int, as_json: bool) -> None:
    """Fill the database with so many rows, in bulk.

    The numbers are those of all new systems together. What is there already
    stays; stop it, and nothing was added. Prints a system to look at.

    \b
    pluralspec bench data --systems 1 --members 1000 --switches 200000
    """
    amounts = Amounts(systems, members, groups, switches, messages)
    connect(make=True)
    with click.progressbar(length=amounts.rows, file=sys.stderr, hidden=not sys.stderr.isatty()) as bar:
        known = fill(amounts, bar.update).known(0)
    text = properties([("id", known.id), ("token", known.token)])
    show({"added": asdict(amounts), "system": asdict(known)}, f"Added {systems} systems.\n\n{text}", as_json=as_json)
