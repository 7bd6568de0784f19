"""Groups: reading them in the viewer's view, writing those of one's own, and who is in them."""

from collections.abc import Sequence
from functools import cache
from typing import Any, NamedTuple

from peewee import fn

from generated import types
from models import views
from models.compiled import Statement, param
from models.finding import ByReference, Lister, Reader, Resolver
from models.members import Owned
from models.references import Reference
from models.tables import Group, GroupMember, System, SystemSettings
from models.views import is_public
from models.writing import Insert, Update, Values


class Found(NamedTuple):
    """A group, its system, and whether strangers may see what the query was about."""

    id: int
    system: int
    open: bool


def _groups(*columns: Any) -> Any:
    return Group.select(*columns).join(System)


def _of_system(*columns: Any) -> Any:
    return _groups(*columns).where(Group.system == param("system")).order_by(Group.id)


_FIND = ByReference(Group, lambda row: Group.select(Group.id, Group.system).where(row))
_READER = Reader(views.GROUP, Group, _groups, Group.system)
_RESOLVER = Resolver(Group)
_INSERT = Insert(Group)
_UPDATE = Update(Group, lambda: Group.id == param("group"))
_DELETE = Statement(lambda: Group.delete().where(Group.id == param("group")))
_OF_SYSTEM = Lister(views.GROUP, _of_system, listed=lambda: is_public(Group, "visibility"))
OF_SYSTEM_WITH_MEMBERS = Lister(views.GROUP_WITH_MEMBERS, _of_system, listed=lambda: is_public(Group, "visibility"))
_OF_MEMBER = Lister(
    views.GROUP,
    lambda *columns: (
        _groups(*columns).join_from(Group, GroupMember).where(GroupMember.member == param("member")).order_by(Group.id)
    ),
    # A group that hides who is in it must not be told by its members either.
    listed=lambda: is_public(Group, "visibility") & is_public(Group, "list_privacy"),
)
_COUNT_AND_LIMIT = Statement(
    lambda: SystemSettings.select(
        Group.select(fn.COUNT(Group.id)).where(Group.system == param("system")), SystemSettings.group_limit
    ).where(SystemSettings.system == param("system"))
)
_ADD = Statement(
    lambda: GroupMember.insert(
        {GroupMember.group: param("group"), GroupMember.member: param("member")}
    ).on_conflict_ignore()
)
_REMOVE = Statement(
    lambda: GroupMember.delete().where((GroupMember.group == param("group")) & (GroupMember.member == param("member")))
)
_EMPTY = Statement(lambda: GroupMember.delete().where(GroupMember.group == param("group")))
_LEAVE_ALL = Statement(lambda: GroupMember.delete().where(GroupMember.member == param("member")))


@cache
def guarded(key: str) -> ByReference:
    return ByReference(Group, lambda row: Group.select(Group.id, Group.system, is_public(Group, key)).where(row))


def find(ref: Reference | None) -> Owned | None:
    """The group that `ref` names, and its system."""
    row = _FIND.row(ref)
    return None if row is None else Owned(*row)


def find_guarded(ref: Reference | None, key: str) -> Found | None:
    """The group that `ref` names, its system, and whether its privacy `key` is public."""
    row = guarded(key).row(ref)
    return None if row is None else Found(row[0], row[1], bool(row[2]))


def read(ref: Reference | None, viewer: int | None) -> types.Group | None:
    """The group as `viewer` may see it."""
    return _READER.read(ref, viewer)


def resolve(refs: Sequence[str]) -> list[Owned | None]:
    """For each reference of a body its group, or None."""
    return [None if row is None else Owned(*row) for row in _RESOLVER.resolve(refs)]


def of_system(system: int, *, own: bool, with_members: bool = False) -> list[types.Group]:
    """A system's groups, oldest first; for strangers only those that are visible."""
    return (OF_SYSTEM_WITH_MEMBERS if with_members else _OF_SYSTEM).rows(own=own, system=system)


def of_member(member: int, *, own: bool) -> list[types.Group]:
    """The groups that a member is in, oldest first; for strangers only those that show it."""
    return _OF_MEMBER.rows(own=own, member=member)


def is_full(system: int) -> bool:
    """Whether the system holds as many groups as it may. True only as long as its transaction."""
    count, limit = _COUNT_AND_LIMIT.row(system=system)
    return bool(count >= limit)


def create(system: int, values: Values) -> Reference:
    """A new group of the system."""
    return Reference("id", _INSERT.entity(system, values))


def update(group: int, values: Values) -> None:
    """Change the given keys."""
    _UPDATE(values, group=group)


def delete(group: int) -> None:
    """Delete a group; its members stay."""
    _DELETE.execute(group=group)


def add(groups: Sequence[int], members: Sequence[int]) -> None:
    """Put each of the members into each of the groups."""
    _ADD.many({"group": group, "member": member} for group in groups for member in members)


def remove(groups: Sequence[int], members: Sequence[int]) -> None:
    """Take each of the members out of each of the groups."""
    _REMOVE.many({"group": group, "member": member} for group in groups for member in members)


def empty(group: int) -> None:
    """Take every member out of the group."""
    _EMPTY.execute(group=group)


def leave_all(member: int) -> None:
    """Take the member out of every group."""
    _LEAVE_ALL.execute(member=member)
