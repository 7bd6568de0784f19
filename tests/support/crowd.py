"""Systems, members and groups in every combination of their privacy keys, written straight into the server's database.

Everything is kept as the owner should see it, so that a test can say what anybody else should. No value occurs twice,
and each is of a kind that can be recognised wherever it turns up (`TRACE`).
"""

import json
import re
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from random import Random
from typing import Any, TypeVar

from models import credentials, database, tables
from tests.support.keeper import new_message_id, new_snowflake
from tests.support.shapes import GROUP_PRIVACY, MEMBER_PRIVACY, SYSTEM_PRIVACY

Entity = dict[str, Any]
Value = TypeVar("Value")

TRACE = re.compile(
    rb"zq[g-y]{12}"  # part of every text
    rb"|(?<!\d)[12]\d{3}-\d\d-\d\dT[\d:.]+"  # a timestamp
    rb"|(?<!\d)[3-9]\d{3}-\d\d-\d\d"  # a birthday
    rb"|(?<![\da-f])9\d{8}(?![\da-f])"  # a number
)
_AWKWARD = ("", " ", '"', "\\", "'", "<b>", "{", "%s", "\n", "\u2028", "é", "日本", "🦊", "\U0010ffff")


class Draw:
    """Random values, no trace twice."""

    def __init__(self, seed: int, *, initial: str = "z") -> None:
        """`initial` begins all short ids, so that two that draw for one database do not draw the same."""
        self.random, self._initial = Random(seed), initial
        self._drawn: set[Any] = set()

    def text(self) -> str:
        """Some 20 characters with a word of their own between awkward ones."""
        before, after = self.random.choices(_AWKWARD, k=2)
        return f"-{before}{self._word()}{after}-"

    def url(self) -> str:
        return f"https://example.org/{self._word()}.png"

    def instant(self) -> str:
        """A timestamp between the years 1000 and 2999, as answers write it."""
        year, month, day = self._day(1000, 2999)
        hour, minute, micros = self.random.randrange(24), self.random.randrange(60), self.random.randrange(10**5)
        return f"{year}-{month:02}-{day:02}T{hour:02}:{minute:02}:30.{micros:05}{self.random.randint(1, 9)}Z"

    def birthday(self) -> str:
        """A day between the years 3000 and 9999."""
        year, month, day = self._day(3000, 9999)
        return f"{year}-{month:02}-{day:02}"

    def number(self) -> int:
        """Nine digits, the first of them a 9."""
        return self._once(lambda: 900_000_000 + self.random.randrange(10**8))

    def flag(self) -> bool:
        return self.random.random() < 0.5

    def color(self) -> str:
        return f"{self.random.randrange(1 << 24):06x}"

    def uuid(self) -> str:
        return str(uuid.UUID(int=self.random.getrandbits(128), version=4))

    def short_id(self) -> str:
        """With a letter that no new id has, so that whatever else is in the database has not taken it."""
        return self._once(lambda: f"{self._initial}q" + "".join(self.random.choices("abcefghjknoprstuvwxyz", k=4)))

    def or_null(self, value: Value) -> Value | None:
        return value if self.random.random() < 0.75 else None

    def privacy(self, keys: Iterable[str]) -> dict[str, str]:
        """Each key public or private."""
        return {key: self.random.choice(("public", "private")) for key in keys}

    def _word(self) -> str:
        return self._once(lambda: "zq" + "".join(self.random.choices("ghijklmnopqrstuvwxy", k=12)))

    def _day(self, first: int, last: int) -> tuple[int, int, int]:
        return self._once(
            lambda: (self.random.randint(first, last), self.random.randint(1, 12), self.random.randint(1, 28))
        )

    def _once(self, draw: Callable[[], Value]) -> Value:
        while (value := draw()) in self._drawn:
            pass
        self._drawn.add(value)
        return value


@dataclass
class Household:
    """A system and all that belongs to it, each thing as its owner sees it; a group has its `members`, always."""

    system: Entity
    settings: Entity
    system_guild: Entity
    members: list[Entity]
    groups: list[Entity]
    switches: list[Entity]
    """Newest first, with short ids."""
    messages: list[Entity]
    """Without `system`, and `member` is a UUID."""
    member_guild: Entity
    """Of the first member."""
    account: str = field(default_factory=new_snowflake)
    guild: str = field(default_factory=new_snowflake)
    token: str = field(default_factory=credentials.new_token)

    @property
    def id(self) -> str:
        """The system's short id."""
        short_id: str = self.system["id"]
        return short_id


def every(keys: Sequence[str]) -> Iterator[dict[str, str]]:
    """Every combination of these privacy keys, the all public one first."""
    return (dict(zip(keys, levels, strict=True)) for levels in product(("public", "private"), repeat=len(keys)))


def systems_of_every_privacy(draw: Draw) -> list[Household]:
    """A household for each combination of a system's privacy keys; its members and groups are random."""
    return [_small_household(draw, privacy) for privacy in every(SYSTEM_PRIVACY)]


def crowd_of_every_privacy(draw: Draw) -> Household:
    """One open system whose members and groups have every combination of their keys, with a display name and without.

    The first group holds all members, every other some of them; the first member is in every group.
    """
    system = new_system(draw, dict.fromkeys(SYSTEM_PRIVACY, "public"))
    members = [
        new_member(draw, system, privacy, named=named) for privacy in every(MEMBER_PRIVACY) for named in (False, True)
    ]
    groups = [
        new_group(draw, system, privacy, some(draw, members), named=named)
        for privacy in every(GROUP_PRIVACY)
        for named in (False, True)
    ]
    groups[0]["members"] = [member["uuid"] for member in members]
    return _household(draw, system, members, groups, [members, members[:1]])


def _small_household(draw: Draw, privacy: dict[str, str]) -> Household:
    system = new_system(draw, privacy)
    members = [new_member(draw, system, draw.privacy(MEMBER_PRIVACY), named=draw.flag()) for _ in range(2)]
    groups = [
        new_group(draw, system, draw.privacy(GROUP_PRIVACY), some(draw, members), named=draw.flag()) for _ in range(2)
    ]
    return _household(draw, system, members, groups, [members[::-1], members[:1]])


def _household(
    draw: Draw, system: Entity, members: list[Entity], groups: list[Entity], fronts: list[list[Entity]]
) -> Household:
    return Household(
        system,
        settings=new_settings(draw),
        system_guild={"proxying_enabled": draw.flag(), "tag": draw.text(), "tag_enabled": draw.flag()},
        members=members,
        groups=groups,
        switches=[
            {"id": draw.uuid(), "timestamp": f"{2050 - age}-01-01T00:00:00Z", "members": [each["id"] for each in front]}
            for age, front in enumerate(fronts)
        ],
        messages=[new_message(member) for member in members],
        member_guild={"display_name": draw.text(), "avatar_url": draw.url(), "keep_proxy": draw.flag()},
    )


def some(draw: Draw, members: list[Entity]) -> list[str]:
    """The UUIDs of the first member and of up to four others, in the members' order."""
    chosen = {0, *draw.random.sample(range(len(members)), min(4, len(members) - 1))}
    return [members[index]["uuid"] for index in sorted(chosen)]


def new_system(draw: Draw, privacy: dict[str, str]) -> Entity:
    return {
        "id": draw.short_id(),
        "uuid": draw.uuid(),
        "name": draw.or_null(draw.text()),
        "description": draw.or_null(draw.text()),
        "tag": draw.or_null(draw.text()),
        "pronouns": draw.or_null(draw.text()),
        "avatar_url": draw.or_null(draw.url()),
        "banner": draw.or_null(draw.url()),
        "color": draw.or_null(draw.color()),
        "created": draw.instant(),
        "webhook_url": draw.url(),
        "privacy": privacy,
    }


def new_member(draw: Draw, system: Entity, privacy: dict[str, str], *, named: bool) -> Entity:
    """A member; `named`: with a display name."""
    return {
        "id": draw.short_id(),
        "uuid": draw.uuid(),
        "system": system["id"],
        "name": draw.text(),
        "display_name": draw.text() if named else None,
        "color": draw.or_null(draw.color()),
        "birthday": draw.or_null(draw.birthday()),
        "pronouns": draw.or_null(draw.text()),
        "avatar_url": draw.or_null(draw.url()),
        "webhook_avatar_url": draw.or_null(draw.url()),
        "banner": draw.or_null(draw.url()),
        "description": draw.or_null(draw.text()),
        "created": draw.instant(),
        "keep_proxy": draw.flag(),
        "tts": draw.flag(),
        "autoproxy_enabled": draw.flag(),
        "message_count": draw.number(),
        "last_message_timestamp": draw.or_null(draw.instant()),
        "proxy_tags": [{"prefix": draw.text(), "suffix": draw.or_null(draw.text())} for _ in range(draw.flag() * 2)],
        "privacy": privacy,
    }


def new_group(draw: Draw, system: Entity, privacy: dict[str, str], members: list[str], *, named: bool) -> Entity:
    """A group of these members; `named`: with a display name."""
    return {
        "id": draw.short_id(),
        "uuid": draw.uuid(),
        "system": system["id"],
        "name": draw.text(),
        "display_name": draw.text() if named else None,
        "description": draw.or_null(draw.text()),
        "icon": draw.or_null(draw.url()),
        "banner": draw.or_null(draw.url()),
        "color": draw.or_null(draw.color()),
        "created": draw.instant(),
        "members": members,
        "privacy": privacy,
    }


def new_settings(draw: Draw) -> Entity:
    return {
        "timezone": draw.random.choice(("UTC", "Europe/Lisbon", "Asia/Kathmandu")),
        "pings_enabled": draw.flag(),
        "latch_timeout": draw.or_null(draw.random.randrange(86_400)),
        "member_default_private": draw.flag(),
        "group_default_private": draw.flag(),
        "show_private_info": draw.flag(),
        "member_limit": draw.number(),
        "group_limit": draw.number(),
        "case_sensitive_proxy_tags": draw.flag(),
        "proxy_error_message_enabled": draw.flag(),
        "hid_display_split": draw.flag(),
        "hid_display_caps": draw.flag(),
        "hid_list_padding": draw.random.choice(("off", "left", "right")),
        "card_show_color_hex": draw.flag(),
        "proxy_switch": draw.random.choice(("off", "new", "add")),
        "name_format": draw.text(),
        "description_templates": [draw.text() for _ in range(draw.random.randint(1, 3))],
    }


def new_message(member: Entity) -> Entity:
    ids = {"id": new_message_id(), "original": new_message_id()}
    return {**ids, **{key: new_snowflake() for key in ("sender", "channel", "guild")}, "member": member["uuid"]}


def store(households: Sequence[Household]) -> None:
    """Write all of it into the connected database."""
    with database.store().peewee.atomic():
        systems = _store(tables.System, [_system_columns(each) for each in households])
        _store(tables.SystemSettings, [_settings_columns(each, systems) for each in households])
        _store(tables.Account, [{"id": each.account, "system": systems[each.system["uuid"]]} for each in households])
        members = _store(tables.Member, [_columns(m, systems[h.system["uuid"]]) for h in households for m in h.members])
        groups = _store(tables.Group, [_columns(g, systems[h.system["uuid"]]) for h in households for g in h.groups])
        switches = _store(
            tables.Switch, [_switch_columns(s, systems[h.system["uuid"]]) for h in households for s in h.switches]
        )
        _store(tables.ProxyTag, [row for each in households for row in _proxy_tags(each, members)])
        _store(tables.GroupMember, [row for each in households for row in _group_members(each, groups, members)])
        _store(tables.SwitchMember, [row for each in households for row in _switch_members(each, switches, members)])
        _store(tables.Message, [m | {"member": members[m["member"]]} for h in households for m in h.messages])
        _store(tables.SystemGuild, [_system_guild(each, systems) for each in households])
        _store(tables.MemberGuild, [_member_guild(each, members) for each in households])


def _store(table: Any, rows: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """Insert the rows; returns the keys of those that have a UUID."""
    for start in range(0, len(rows), 500):
        table.insert_many(rows[start : start + 500]).execute()
    if not rows or "uuid" not in rows[0]:
        return {}
    return dict(table.select(table.uuid, table.id).tuples())


def _stored_instant(text: str | None) -> str | None:
    return text and text.removesuffix("Z")


def _columns(own: Entity, system: int) -> Entity:
    """The columns of a member or a group."""
    plain = {key: value for key, value in own.items() if key not in ("id", "members", "proxy_tags", "privacy")}
    instants = {key: _stored_instant(own[key]) for key in ("created", "last_message_timestamp") if key in own}
    return {"short_id": own["id"], **plain, **instants, "system": system, **own["privacy"]}


def _system_columns(household: Household) -> Entity:
    own = household.system
    plain = {key: value for key, value in own.items() if key not in ("id", "privacy")}
    secret = {"token": credentials.digest(household.token), "created": _stored_instant(own["created"])}
    return {"short_id": own["id"], **plain, **secret, **own["privacy"]}


def _settings_columns(household: Household, systems: Mapping[str, int]) -> Entity:
    templates = json.dumps(household.settings["description_templates"])
    return {**household.settings, "system": systems[household.system["uuid"]], "description_templates": templates}


def _switch_columns(switch: Entity, system: int) -> Entity:
    return {"uuid": switch["id"], "system": system, "timestamp": _stored_instant(switch["timestamp"])}


def _system_guild(household: Household, systems: Mapping[str, int]) -> Entity:
    return household.system_guild | {"system": systems[household.system["uuid"]], "guild": household.guild}


def _member_guild(household: Household, members: Mapping[str, int]) -> Entity:
    return household.member_guild | {"member": members[household.members[0]["uuid"]], "guild": household.guild}


def _group_members(household: Household, groups: Mapping[str, int], members: Mapping[str, int]) -> list[Entity]:
    return [
        {"group": groups[group["uuid"]], "member": members[uuid]}
        for group in household.groups
        for uuid in group["members"]
    ]


def _proxy_tags(household: Household, members: Mapping[str, int]) -> list[Entity]:
    return [
        {"member": members[member["uuid"]], "position": position, **tag}
        for member in household.members
        for position, tag in enumerate(member["proxy_tags"])
    ]


def _switch_members(household: Household, switches: Mapping[str, int], members: Mapping[str, int]) -> list[Entity]:
    rows = {member["id"]: members[member["uuid"]] for member in household.members}
    return [
        {"switch": switches[switch["id"]], "position": position, "member": rows[short_id]}
        for switch in household.switches
        for position, short_id in enumerate(switch["members"])
    ]
