"""Proxied messages: who sent what through whom."""

from typing import Any, NamedTuple

from peewee import JOIN

from generated import types
from models import instants, snowflakes, views
from models.compiled import Statement, param
from models.finding import Lister
from models.tables import Member, Message, System


class Found(NamedTuple):
    """A message, its ids as the database keeps them; `member` and `system` are rows, or None once they are deleted."""

    id: int
    original: int
    sender: int
    channel: int
    guild: int
    member: int | None
    system: int | None


def _messages(condition: Any) -> Any:
    columns = (Message.id, Message.original, Message.sender, Message.channel, Message.guild, Message.member)
    return Message.select(*columns, Member.system).join(Member, JOIN.LEFT_OUTER).where(condition).limit(1)


_BY_ID = Statement(lambda: _messages(Message.id == param("id")))
_BY_ORIGINAL = Statement(lambda: _messages(Message.original == param("id")))
_SYSTEM = Lister(views.MESSAGE_SYSTEM, lambda *columns: System.select(*columns).where(System.id == param("system")))
_MEMBER = Lister(views.MESSAGE_MEMBER, lambda *columns: Member.select(*columns).where(Member.id == param("member")))


def find(message: int) -> Found | None:
    """The message that was proxied under this id, or whose original had it."""
    row = _BY_ID.row(id=message) or _BY_ORIGINAL.row(id=message)
    return None if row is None else Found(*row)


def read(message: Found, *, own: bool) -> types.Message:
    """The message, its system and its member in the owner's view or in the public one."""
    return types.Message(
        timestamp=instants.of_snowflake(snowflakes.number(message.id)),
        id=snowflakes.decode(message.id),
        original=snowflakes.decode(message.original),
        sender=snowflakes.decode(message.sender),
        channel=snowflakes.decode(message.channel),
        guild=snowflakes.decode(message.guild),
        system=_SYSTEM.row(own=own, system=message.system) if message.system is not None else None,
        member=_MEMBER.row(own=own, member=message.member) if message.member is not None else None,
    )
