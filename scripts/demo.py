"""`pluralspec demo`: two lively systems, the same ids, tokens and history every time for the same seed."""

import base64
import json
import random
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

import click
from peewee import chunked

from models import credentials, instants
from models.database import store
from models.keeper import create_system
from models.tables import (
    Autoproxy,
    Group,
    GroupMember,
    Member,
    MemberGuild,
    Message,
    ProxyTag,
    Switch,
    SwitchMember,
    System,
    SystemGuild,
    SystemSettings,
    Table,
)
from scripts.demo_content import OPEN, PRIVATE, Content, Entity
from scripts.terminal import connect, database_option, json_option, properties, show

SEED = 1
START, END = datetime(2026, 4, 1, 6), datetime(2026, 10, 31, 20)
DISCORD_EPOCH = datetime(2015, 1, 1)
ALPHABET = "abcefghjknoprstuvwxyz"
# SQLite takes 32766 values in a statement, and no table here has more than 30 columns.
BATCH = 500


@dataclass(frozen=True)
class DemoSystem:
    """What a person needs to use a demo system."""

    id: str
    uuid: str
    token: str
    name: str


@dataclass(frozen=True)
class Said:
    """A proxied message; nobody is its member any more when the member was deleted."""

    moment: datetime
    member: str | None


class Dice:
    """Random values in the forms that the tables keep; the same ones for the same seed."""

    def __init__(self, seed: int, purpose: str) -> None:
        self.random = random.Random(f"{purpose} {seed}")  # noqa: S311 (it must be predictable)

    def identity(self, name: str) -> DemoSystem:
        token = base64.b64encode(self.random.randbytes(48)).decode()
        return DemoSystem(self.short_id(), self.uuid(), token, name)

    def short_id(self) -> str:
        return "".join(self.random.choices(ALPHABET, k=6))

    def uuid(self) -> str:
        return str(uuid.UUID(int=self.random.getrandbits(128), version=4))

    def moment(self, start: datetime, end: datetime) -> datetime:
        """An instant between the two, sometimes a whole second."""
        seconds = self.random.randrange(int((end - start).total_seconds()))
        return start + timedelta(
            seconds=seconds, microseconds=self.random.choice((0, self.random.randrange(1_000_000)))
        )

    def snowflake(self, moment: datetime) -> str:
        milliseconds = (moment - DISCORD_EPOCH) // timedelta(milliseconds=1)
        return str(milliseconds << 22 | self.random.getrandbits(22))

    def snowflakes(self, count: int) -> list[str]:
        """Ids of accounts, guilds or channels that are older than the story."""
        return [self.snowflake(self.moment(datetime(2017, 1, 1), START)) for _ in range(count)]

    def some(self, names: list[str]) -> list[str]:
        """Who is at the front: mostly one, sometimes several, seldom nobody; the first named are here most often."""
        count = self.random.choices((0, 1, 2, 3), weights=(4, 68, 21, 7))[0]
        chosen: list[str] = []
        while len(chosen) < count:
            name = self.random.choices(names, weights=range(len(names) + 4, 4, -1))[0]
            chosen += [name] if name not in chosen else []
        return chosen


def identities(seed: int = SEED) -> list[DemoSystem]:
    """The two systems that `seed` stands for, whether or not they are in the database; the open one first."""
    dice = Dice(seed, "identities")
    return [dice.identity(content.system["name"]) for content in (OPEN, PRIVATE)]


def is_there(seed: int = SEED) -> bool:
    """Whether one of them is in the connected database."""
    known = [system.uuid for system in identities(seed)]
    return bool(System.select().where(System.uuid.in_(known)).exists())


def fill(seed: int = SEED) -> list[DemoSystem]:
    """Put both systems into the connected database, wholly or not at all."""
    systems = identities(seed)
    with store().peewee.atomic():
        for system, content in zip(systems, (OPEN, PRIVATE), strict=True):
            _Story(Dice(seed, system.name), system, content).tell()
    return systems


def ensure(seed: int = SEED) -> list[DemoSystem]:
    """Fill an empty database; those demo systems whose token opens them."""
    if not System.select().exists():
        return fill(seed)
    with store().session():
        return [system for system in identities(seed) if credentials.system_of(system.token.encode()) is not None]


class _Story:
    """The history of one system."""

    def __init__(self, dice: Dice, system: DemoSystem, content: Content) -> None:
        self.dice, self.demo, self.content = dice, system, content
        self.accounts = dice.snowflakes(content.accounts)
        self.guilds = dice.snowflakes(len(content.guilds))
        self.names = [member["name"] for member in content.members]
        self.messages = self._messages()
        self.ids: dict[str, int] = {}

    def tell(self) -> None:
        """Write everything, in the order in which the rows refer to each other."""
        self.system = self._write_system()
        self._write_settings()
        self.ids = self._write_named(Member, self._members())
        _insert(ProxyTag, self._proxy_tags())
        groups = self._write_named(Group, self._groups())
        _insert(GroupMember, self._memberships(groups))
        self._write_switches()
        self._write_guilds()
        _insert(Message, self._message_rows())

    def _write_system(self) -> int:
        made = create_system(self.demo.name, self.accounts, token=self.demo.token)
        row = System.get(System.uuid == made.uuid)
        fixed = {"short_id": self.demo.id, "uuid": self.demo.uuid, "created": instants.stored(START)}
        System.update(fixed | _flat(self.content.system)).where(System.id == row.id).execute()
        return int(row.id)

    def _write_settings(self) -> None:
        values = self.content.settings
        templates = json.dumps(values.get("description_templates", []))
        changed = values | {"description_templates": templates}
        SystemSettings.update(changed).where(SystemSettings.system == self.system).execute()

    def _write_named(self, table: type[Table], rows: Iterable[Entity]) -> dict[str, int]:
        _insert(table, rows)
        return {row.name: row.id for row in table.select(table.id, table.name).where(table.system == self.system)}

    def _born(self, entity: Entity, number: int, days: int) -> Entity:
        """The entity's own keys as columns, and those that every entity has."""
        moment = self.dice.moment(START, START + timedelta(hours=1)) + timedelta(days=days) * number
        identity = {"short_id": self.dice.short_id(), "uuid": self.dice.uuid(), "system": self.system}
        return identity | {"created": instants.stored(moment)} | _flat(entity)

    def _members(self) -> Iterator[Entity]:
        for number, member in enumerate(self.content.members):
            spoken = [said.moment for said in self.messages if said.member == member["name"]]
            statistics = {
                "message_count": len(spoken),
                "last_message_timestamp": instants.stored(max(spoken)) if spoken else None,
            }
            flags = {"keep_proxy": False, "tts": False, "autoproxy_enabled": True}
            own = {key: value for key, value in member.items() if key != "proxy_tags"}
            yield self._born(flags | statistics | own, number, 4)

    def _proxy_tags(self) -> Iterator[Entity]:
        for member in self.content.members:
            for position, tag in enumerate(member["proxy_tags"]):
                yield {"member": self.ids[member["name"]], "position": position} | tag

    def _groups(self) -> Iterator[Entity]:
        for number, group in enumerate(self.content.groups):
            yield self._born({key: value for key, value in group.items() if key != "members"}, number, 12)

    def _memberships(self, groups: dict[str, int]) -> Iterator[Entity]:
        for group in self.content.groups:
            for name in group["members"]:
                yield {"group": groups[group["name"]], "member": self.ids[name]}

    def _write_switches(self) -> None:
        moments = sorted({self.dice.moment(START, END) for _ in range(self.content.switches - 1)})
        history = [*reversed(self._fronts(len(moments))), self.content.fronting]
        rows = [(self.dice.uuid(), moment) for moment in [*moments, END]]
        _insert(Switch, ({"uuid": u, "system": self.system, "timestamp": instants.stored(m)} for u, m in rows))
        ids = {row.uuid: row.id for row in Switch.select(Switch.id, Switch.uuid).where(Switch.system == self.system)}
        _insert(
            SwitchMember,
            (
                {"switch": ids[uuid], "position": position, "member": self.ids[name]}
                for (uuid, _), front in zip(rows, history, strict=True)
                for position, name in enumerate(front)
            ),
        )

    def _fronts(self, count: int) -> list[list[str]]:
        """Who was here before those who are here at the end, newest first, never the same twice in a row."""
        fronts: list[list[str]] = []
        before = self.content.fronting
        for _ in range(count):
            front = self.dice.some(self.names)
            while front == before:
                front = self.dice.some(self.names)
            fronts.append(front)
            before = front
        return fronts

    def _write_guilds(self) -> None:
        for guild, content in zip(self.guilds, self.content.guilds, strict=True):
            SystemGuild.create(system=self.system, guild=guild, **content["system"])
            _insert(MemberGuild, self._member_guilds(guild, content["members"]))
            mode, name = content["autoproxy"]["autoproxy_mode"], content["autoproxy"]["autoproxy_member"]
            Autoproxy.create(
                system=self.system,
                guild=guild,
                autoproxy_mode=mode,
                autoproxy_member=self.ids.get(name),
                last_latch_timestamp=instants.stored(END) if mode == "latch" else None,
            )

    def _member_guilds(self, guild: str, members: dict[str, Entity]) -> Iterator[Entity]:
        for name, values in members.items():
            yield {"member": self.ids[name], "guild": guild} | values

    def _messages(self) -> list[Said]:
        moments = sorted(self.dice.moment(START, END) for _ in range(self.content.messages))
        # A message is dated by its id, which knows milliseconds.
        exact = [moment.replace(microsecond=moment.microsecond // 1000 * 1000) for moment in moments]
        return [Said(START, None), *(Said(moment, self.dice.random.choice(self.names)) for moment in exact)]

    def _message_rows(self) -> Iterator[Entity]:
        channels = self.dice.snowflakes(3)
        for said in self.messages:
            yield {
                "id": self.dice.snowflake(said.moment),
                "original": self.dice.snowflake(said.moment - timedelta(milliseconds=700)),
                "sender": self.dice.random.choice(self.accounts),
                "channel": self.dice.random.choice(channels),
                "guild": self.dice.random.choice(self.guilds),
                "member": self.ids.get(said.member) if said.member else None,
            }


def _flat(entity: Entity) -> Entity:
    """An object of the API as columns: its privacy keys stand beside the others."""
    privacy: Entity = entity.get("privacy", {})
    return {key: value for key, value in entity.items() if key != "privacy"} | privacy


def _insert(table: type[Table], rows: Iterable[Entity]) -> None:
    """Insert rows that need not all name the same columns; what one leaves out has the column's default."""
    fields: dict[str, Any] = table._meta.fields
    defaults = {name: field.default for name, field in fields.items() if name != "id"}
    for batch in chunked(rows, BATCH):
        table.insert_many([defaults | row for row in batch]).execute()


@click.command()
@click.option("--seed", type=click.IntRange(0), default=SEED, show_default=True, help="Same number, same data.")
@database_option
@json_option
def demo(seed: int, as_json: bool) -> None:
    """Add two demo systems to try things on.

    One hides little, the other much; both have members, groups, switches, messages and settings. Ids and tokens follow
    from the seed: whoever knows it can write to these systems, so this is not for a public server.
    """
    connect(make=True)
    there = is_there(seed)
    systems = identities(seed) if there else fill(seed)
    first = "These demo systems are here already; nothing was changed." if there else "Added two demo systems."
    parts = [properties([("name", s.name), ("id", s.id), ("token", s.token)]) for s in systems]
    value = {"added": not there, "systems": [asdict(system) for system in systems]}
    show(value, "\n\n".join([first, *parts]), as_json=as_json)
