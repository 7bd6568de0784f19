"""Members: reading them in the viewer's view, and writing those of one's own."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from peewee import fn

from generated import types
from models import systems, views
from models.compiled import Statement, param
from models.finding import ByReference, Lister, Reader, Resolver
from models.references import Reference
from models.tables import Autoproxy, GroupMember, Member, MemberGuild, ProxyTag, SwitchMember, System, SystemSettings
from models.views import is_public
from models.writing import Insert, Update, Values


class Owned(NamedTuple):
    """A row and the system that it belongs to."""

    id: int
    system: int


def _members(*columns: Any) -> Any:
    return Member.select(*columns).join(System)


FIND = ByReference(Member, lambda row: Member.select(Member.id, Member.system).where(row))
READER = Reader(views.MEMBER, Member, _members, Member.system)
RESOLVER = Resolver(Member)
_INSERT = Insert(Member)
UPDATE = Update(Member, lambda: Member.id == param("member"))
_DELETE = Statement(lambda: Member.delete().where(Member.id == param("member")))
_END_AUTOPROXY = Statement(
    lambda: Autoproxy.update({Autoproxy.autoproxy_mode: "off"}).where(
        (Autoproxy.autoproxy_member == param("member")) & (Autoproxy.autoproxy_mode == "member")
    )
)
OF_SYSTEM = Lister(
    views.MEMBER,
    lambda *columns: _members(*columns).where(Member.system == param("system")).order_by(Member.id),
    listed=lambda: is_public(Member, "visibility"),
)
_OF_GROUP = Lister(
    views.MEMBER,
    lambda *columns: (
        _members(*columns).join_from(Member, GroupMember).where(GroupMember.group == param("group")).order_by(Member.id)
    ),
    listed=lambda: is_public(Member, "visibility"),
)
OF_SWITCH = Lister(
    views.MEMBER,
    lambda *columns: (
        _members(*columns)
        .join_from(Member, SwitchMember)
        .where(SwitchMember.switch == param("switch"))
        .order_by(SwitchMember.position)
    ),
)
_COUNT_AND_LIMIT = Statement(
    lambda: SystemSettings.select(
        Member.select(fn.COUNT(Member.id)).where(Member.system == param("system")), SystemSettings.member_limit
    ).where(SystemSettings.system == param("system"))
)
ADD_TAG = Statement(
    lambda: ProxyTag.insert(
        {
            ProxyTag.member: param("member"),
            ProxyTag.position: param("position"),
            ProxyTag.prefix: param("prefix"),
            ProxyTag.suffix: param("suffix"),
        }
    )
)
REMOVE_TAGS = Statement(lambda: ProxyTag.delete().where(ProxyTag.member == param("member")))
_GUILD = Lister(
    views.MEMBER_GUILD,
    lambda *columns: MemberGuild.select(*columns).where(
        (MemberGuild.member == param("member")) & (MemberGuild.guild == param("guild"))
    ),
)
_ADD_GUILD = Insert(MemberGuild)
_UPDATE_GUILD = Update(
    MemberGuild, lambda: (MemberGuild.member == param("member")) & (MemberGuild.guild == param("guild_id"))
)


def find(ref: Reference | None) -> Owned | None:
    """The member that `ref` names, and its system."""
    row = FIND.row(ref)
    return None if row is None else Owned(*row)


def read(ref: Reference | None, viewer: int | None) -> types.Member | None:
    """The member as `viewer` may see it."""
    return READER.read(ref, viewer)


def resolve(refs: Sequence[str]) -> list[Owned | None]:
    """For each reference of a body its member, or None."""
    return [None if row is None else Owned(*row) for row in RESOLVER.resolve(refs)]


def of_system(system: int, *, own: bool) -> list[types.Member]:
    """A system's members, oldest first; for strangers only those that are visible."""
    return OF_SYSTEM.rows(own=own, system=system)


def of_group(group: int, *, own: bool) -> list[types.Member]:
    """A group's members, oldest first; for strangers only those that are visible."""
    return _OF_GROUP.rows(own=own, group=group)


def of_switch(switch: int, *, own: bool) -> list[types.Member]:
    """The members of a switch, in the order that was given; also those that lists hide."""
    return OF_SWITCH.rows(own=own, switch=switch)


def is_full(system: int) -> bool:
    """Whether the system holds as many members as it may. True only as long as its transaction."""
    count, limit = _COUNT_AND_LIMIT.row(system=system)
    return bool(count >= limit)


def create(system: int, values: Values) -> Reference:
    """A new member of the system."""
    member = _INSERT.entity(system, values)
    _add_tags(member, values.get("proxy_tags") or [])
    return Reference("id", member)


def update(member: int, values: Values) -> None:
    """Change the given keys."""
    UPDATE(values, member=member)
    if "proxy_tags" in values:
        REMOVE_TAGS.execute(member=member)
        _add_tags(member, values["proxy_tags"])


def delete(member: int) -> None:
    """Delete a member: it leaves groups and switches, and autoproxy that was set to it is off."""
    _END_AUTOPROXY.execute(member=member)
    _DELETE.execute(member=member)


def guild(member: Owned, guild: int) -> types.MemberGuildSettings | None:
    """The member's settings in a guild, made with defaults when the guild is known by a message; or None."""
    settings = _GUILD.row(own=True, member=member.id, guild=guild)
    if settings is None and systems.proxied_in(member.system, guild):
        _ADD_GUILD.row({"member": member.id, "guild": guild})
        settings = _GUILD.row(own=True, member=member.id, guild=guild)
    return settings


def update_guild(member: int, guild: int, values: Values) -> None:
    """Change the given settings of the member in a guild that is known."""
    _UPDATE_GUILD(values, member=member, guild_id=guild)


def _add_tags(member: int, tags: list[Values]) -> None:
    ADD_TAG.many({"member": member, "position": position} | tag for position, tag in enumerate(tags))
