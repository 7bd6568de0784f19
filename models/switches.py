"""Switches: the front history of a system."""

import uuid
from collections.abc import Sequence
from typing import Any, NamedTuple

from peewee import JOIN

from generated import types
from models import members, views
from models.compiled import Statement, param
from models.finding import Lister
from models.references import Reference
from models.tables import Member, Switch, SwitchMember, System


class Found(NamedTuple):
    """A switch: its row, its uuid, and its timestamp as the database keeps it."""

    id: int
    uuid: str
    timestamp: str


def _newest(*columns: Any) -> Any:
    return Switch.select(*columns).where(Switch.system == param("system")).order_by(Switch.timestamp.desc())


_COLUMNS = (Switch.id, Switch.uuid, Switch.timestamp)
_MEMBER = 3
"""Where a member begins in a row of the front; before it is its id."""
NEWEST = Statement(lambda: _newest(*_COLUMNS).limit(1))
AT = Statement(
    lambda: Switch.select(*_COLUMNS).where(
        (Switch.system == param("system")) & (Switch.timestamp == param("timestamp"))
    )
)
_FIND = Statement(
    lambda: Switch.select(*_COLUMNS).where((Switch.uuid == param("uuid")) & (Switch.system == param("system")))
)
LIST = Lister(views.SWITCH, lambda *columns: _newest(*columns).limit(param("limit")))
_LIST_BEFORE = Lister(
    views.SWITCH,
    lambda *columns: _newest(*columns).where(Switch.timestamp < param("before")).limit(param("limit")),
)


def _front(*columns: Any) -> Any:
    newest = _newest(*_COLUMNS).limit(1).alias("newest")
    return (
        Switch.select(newest.c.uuid, newest.c.timestamp, SwitchMember.member, *columns)
        .from_(newest)
        .join(SwitchMember, JOIN.LEFT_OUTER, on=(SwitchMember.switch == newest.c.id))
        .join(Member, JOIN.LEFT_OUTER, on=(Member.id == SwitchMember.member))
        .join(System, JOIN.LEFT_OUTER, on=(System.id == Member.system))
        .order_by(SwitchMember.position)
    )


FRONT = {
    True: Statement(lambda: _front(*views.MEMBER.owner.columns())),
    False: Statement(lambda: _front(*views.MEMBER.public.columns())),
}
"""The newest switch once for each of its members, or once if it has none; for its owner (true) or for a stranger."""
MEMBERS = Statement(
    lambda: (
        SwitchMember.select(SwitchMember.member)
        .where(SwitchMember.switch == param("switch"))
        .order_by(SwitchMember.position)
    )
)
ADD = Statement(
    lambda: Switch.insert(
        {
            Switch.uuid: param("uuid"),
            Switch.system: param("system"),
            Switch.timestamp: param("timestamp"),
        }
    ).returning(Switch.id)
)
ADD_MEMBER = Statement(
    lambda: SwitchMember.insert(
        {
            SwitchMember.switch: param("switch"),
            SwitchMember.position: param("position"),
            SwitchMember.member: param("member"),
        }
    )
)
_REMOVE_MEMBERS = Statement(lambda: SwitchMember.delete().where(SwitchMember.switch == param("switch")))
_MOVE = Statement(lambda: Switch.update({Switch.timestamp: param("timestamp")}).where(Switch.id == param("switch")))
_DELETE = Statement(lambda: Switch.delete().where(Switch.id == param("switch")))


def newest(system: int) -> Found | None:
    """The switch that says who fronts now."""
    row = NEWEST.row(system=system)
    return None if row is None else Found(*row)


def front(system: int, *, own: bool) -> types.SwitchWithMembers | None:
    """The newest switch with its members, in the owner's view of them or in the public one."""
    rows = FRONT[own].rows(system=system)
    if not rows:
        return None
    switch, timestamp = rows[0][:2]
    build = views.MEMBER.rows(own=own).build
    fronters = [build(row[_MEMBER:]) for row in rows if row[_MEMBER - 1] is not None]
    return types.SwitchWithMembers(id=switch, timestamp=f"{timestamp}Z", members=fronters)


def at(system: int, timestamp: str) -> Found | None:
    """The system's switch at that very instant."""
    row = AT.row(system=system, timestamp=timestamp)
    return None if row is None else Found(*row)


def find(system: int, ref: Reference) -> Found | None:
    """The system's switch with that uuid."""
    row = _FIND.row(system=system, uuid=ref.value)
    return None if row is None else Found(*row)


def before(system: int, limit: int, instant: str | None) -> list[types.Switch]:
    """The newest switches, newest first; of those before `instant` if one is given."""
    if instant is None:
        return LIST.rows(own=True, system=system, limit=limit)
    return _LIST_BEFORE.rows(own=True, system=system, limit=limit, before=instant)


def member_ids(switch: Found) -> list[int]:
    """The rows of the switch's members, in their order."""
    return [row[0] for row in MEMBERS.rows(switch=switch.id)]


def read(switch: Found, *, own: bool) -> types.SwitchWithMembers:
    """The switch with its members, in the owner's view of them or in the public one."""
    return types.SwitchWithMembers(
        id=switch.uuid, timestamp=f"{switch.timestamp}Z", members=members.of_switch(switch.id, own=own)
    )


def create(system: int, timestamp: str, front: Sequence[int]) -> Found:
    """A new switch of the system to the members `front`, in that order."""
    new = str(uuid.uuid4())
    switch = ADD.row(uuid=new, system=system, timestamp=timestamp)[0]
    _add_members(switch, front)
    return Found(switch, new, timestamp)


def move(switch: Found, timestamp: str) -> Found:
    """Let the switch have happened at another instant."""
    _MOVE.execute(switch=switch.id, timestamp=timestamp)
    return switch._replace(timestamp=timestamp)


def replace_members(switch: Found, front: Sequence[int]) -> None:
    """Let the switch have been to other members."""
    _REMOVE_MEMBERS.execute(switch=switch.id)
    _add_members(switch.id, front)


def delete(switch: Found) -> None:
    """Delete the switch."""
    _DELETE.execute(switch=switch.id)


def _add_members(switch: int, front: Sequence[int]) -> None:
    ADD_MEMBER.many({"switch": switch, "position": position, "member": member} for position, member in enumerate(front))
