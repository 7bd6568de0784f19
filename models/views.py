"""The two views of each entity: what its owner sees, and what everybody else sees.

A view is a list of columns in the order of the dataclass that it fills. Which keys are guarded, by what, and what
stands in their place comes from the contract (`generated.contract.PRIVACY`). The public view is made in the database:
a private value never leaves it for a stranger, so no code behind this module can leak one.

Nested values (`privacy`, `proxy_tags`, the ids of a switch) are made by the database as JSON text and stay that way
until they are written into the answer.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from types import MappingProxyType
from typing import Any, Generic, TypeVar, get_args, get_type_hints

from orjson import Fragment
from peewee import SQL, Case, Expression, Field, Node, fn

from generated import types
from generated.contract import PRIVACY, PRIVACY_KEYS
from models import snowflakes
from models.compiled import json_array, json_object, literal
from models.tables import (
    Autoproxy,
    Group,
    GroupMember,
    InstantField,
    Member,
    MemberGuild,
    ProxyTag,
    SnowflakeField,
    Switch,
    SwitchMember,
    System,
    SystemGuild,
    SystemSettings,
    Table,
    column,
)

Entity = TypeVar("Entity")
Convert = Callable[[Any], Any]
Source = Callable[[bool], Node]
"""Where a key comes from, for its owner (true) or for a stranger."""

EMPTY_LIST = SQL("'[]'")
JSON_KEYS = frozenset({"privacy", "proxy_tags", "members", "description_templates"})
"""The keys whose values the database gives as JSON text."""


class View(Generic[Entity]):
    """How one dataclass of the contract is read from the database, for its owner or for a stranger."""

    def __init__(
        self,
        entity: type[Entity],
        table: type[Table],
        special: Mapping[str, Source] = MappingProxyType({}),
        *,
        guards: str | None = None,
        leave_out: Sequence[str] = (),
    ) -> None:
        """`special` are the keys that are not simply the column of their name; `guards` is whose rules hold."""
        self.entity, self._table, self._special = entity, table, special
        self._guards = PRIVACY.get(guards or entity.__name__, {})
        hints = get_type_hints(entity)
        names = [field.name for field in fields(entity) if field.name not in leave_out]  # type: ignore[arg-type]
        self.owner = Rows(entity, {name: self._conversion(name, hints[name]) for name in names}, self._owner_node)
        shown = [name for name in names if not (name in self._guards and self._guards[name].absent)]
        self.public = Rows(
            entity,
            {name: None if self._is_owners(name) else self._conversion(name, hints[name]) for name in shown},
            self._public_node,
        )

    def rows(self, *, own: bool) -> "Rows[Entity]":
        """One of the views."""
        return self.owner if own else self.public

    def _is_owners(self, name: str) -> bool:
        """Whether strangers always find null there, which needs no conversion."""
        return name in self._guards and self._guards[name].key is None

    def _conversion(self, name: str, hint: Any) -> Convert | None:
        if bool in (hint, *getattr(hint, "__args__", ())):
            return bool
        plain = self._table._meta.fields.get(name)
        if name not in self._special and isinstance(plain, SnowflakeField):
            return snowflakes.decode
        return Fragment if name in JSON_KEYS else None

    def _source(self, name: str, *, owner: bool) -> Node:
        """Where the key comes from, as long as nothing guards it."""
        if name in self._special:
            return self._special[name](owner)
        plain = column(self._table, name)
        return instant(plain) if isinstance(plain, InstantField) else plain

    def _owner_node(self, name: str) -> Node:
        return self._source(name, owner=True)

    def _public_node(self, name: str) -> Node:
        """The value while its key is public, and what the contract says otherwise."""
        guard = self._guards.get(name)
        if guard is None:
            return self._source(name, owner=False)
        if guard.key is None:
            return SQL("NULL")
        otherwise: Node | None = None
        if guard.instead is not None:
            otherwise = fn.COALESCE(self._source(guard.instead, owner=False), self._source(name, owner=False))
        elif guard.value is not None:
            otherwise = EMPTY_LIST
        return Case(None, [(is_public(self._table, guard.key), self._source(name, owner=False))], otherwise)


class Rows(Generic[Entity]):
    """A view's columns, and how a row of them becomes the dataclass."""

    def __init__(
        self, entity: type[Entity], conversions: dict[str, Convert | None], node: Callable[[str], Node]
    ) -> None:
        self._entity, self._names, self._node = entity, tuple(conversions), node
        converted = [(name, convert) for name, convert in conversions.items() if convert is not None]
        nullable = {name for name, hint in get_type_hints(entity).items() if type(None) in get_args(hint)}
        self._always = [(name, convert) for name, convert in converted if name not in nullable]
        self._unless_null = [(name, convert) for name, convert in converted if name in nullable]

    def columns(self) -> list[Node]:
        """What to select, in the order that `build` expects."""
        return [self._node(name).alias(name) for name in self._names]

    def build(self, row: Sequence[Any]) -> Entity:
        """The entity that a row stands for; keys that this view leaves out are absent, not null."""
        values = dict(zip(self._names, row, strict=False))
        for name, convert in self._always:
            values[name] = convert(values[name])
        for name, convert in self._unless_null:
            if (value := values[name]) is not None:
                values[name] = convert(value)
        entity: Entity = object.__new__(self._entity)
        entity.__dict__ = values  # the generated __init__ would take as long as the query
        return entity


def instant(plain: Field) -> Node:
    """A timestamp as an answer writes it: the database keeps it without the zone."""
    return plain.concat(SQL("'Z'"))


def is_public(table: type[Table], key: str) -> Expression:
    """Whether the privacy `key` of a row of `table` lets strangers in."""
    return column(table, key) == literal("public")


def _privacy(table: type[Table]) -> Source:
    keys = PRIVACY_KEYS[table.__name__]
    return lambda _: json_object({key: column(table, key) for key in keys}).cast("TEXT")


def _proxy_tags(_: bool) -> Node:
    tags = ProxyTag.select(ProxyTag.prefix, ProxyTag.suffix).where(ProxyTag.member == Member.id)
    ordered = tags.order_by(ProxyTag.position).alias("tag")
    return json_array(ordered, lambda tag: json_object({"prefix": tag.prefix, "suffix": tag.suffix}))


def _switch_members(_: bool) -> Node:
    front = SwitchMember.select(Member.short_id).join(Member).where(SwitchMember.switch == Switch.id)
    return json_array(front.order_by(SwitchMember.position).alias("front"), lambda member: member.short_id)


def _group_members(owner: bool) -> Node:
    query = GroupMember.select(Member.uuid).join(Member).where(GroupMember.group == Group.id).order_by(Member.id)
    listed = query if owner else query.where(is_public(Member, "visibility"))
    return json_array(listed.alias("part"), lambda member: member.uuid)


def _autoproxy_member(_: bool) -> Node:
    return Member.select(Member.short_id).where(Member.id == Autoproxy.autoproxy_member)


def _short_id(table: type[Table]) -> Source:
    return lambda _: column(table, "short_id")


_MEMBER: dict[str, Source] = {"id": _short_id(Member), "proxy_tags": _proxy_tags, "privacy": _privacy(Member)}
_SYSTEM: dict[str, Source] = {"id": _short_id(System), "privacy": _privacy(System)}
_GROUP: dict[str, Source] = {"id": _short_id(Group), "system": _short_id(System), "privacy": _privacy(Group)}

SYSTEM = View(types.System, System, _SYSTEM)
MEMBER = View(types.Member, Member, {**_MEMBER, "system": _short_id(System)})
GROUP = View(types.Group, Group, _GROUP, leave_out=("members",))
GROUP_WITH_MEMBERS = View(types.Group, Group, {**_GROUP, "members": _group_members})
SWITCH = View(types.Switch, Switch, {"id": lambda _: Switch.uuid, "members": _switch_members})
MESSAGE_SYSTEM = View(types.MessageSystem, System, _SYSTEM, guards="System")
MESSAGE_MEMBER = View(types.MessageMember, Member, _MEMBER, guards="Member")
SETTINGS = View(types.SystemSettings, SystemSettings)
SYSTEM_GUILD = View(types.SystemGuildSettings, SystemGuild)
MEMBER_GUILD = View(types.MemberGuildSettings, MemberGuild)
AUTOPROXY = View(types.AutoproxySettings, Autoproxy, {"autoproxy_member": _autoproxy_member})
