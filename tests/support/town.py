"""The demo systems, which the contract's examples tell of, so that the requests among them work as they stand."""

from dataclasses import dataclass
from typing import Any

from models.tables import Account, Group, Member, Message, Switch, System, SystemGuild
from scripts.demo import fill, identities


@dataclass(frozen=True)
class Town:
    """The system's token, the token of another one, and references by kind: `system`, `member`, `group`, ..."""

    token: str
    neighbours_token: str
    things: dict[str, list[str]]


def settle() -> Town:
    """Make both systems anew in the connected database: an open one, and one that keeps much to itself."""
    _leave()
    here, neighbour = fill()
    system, other = (System.get(System.uuid == each.uuid).id for each in (here, neighbour))
    accounts = _all(Account.id, Account.system == system)
    messages = _all(Message.id, Message.sender.in_(accounts))[:10]
    mine = [here.id, here.uuid, *accounts]
    return Town(
        here.token,
        neighbour.token,
        {
            "system": [*mine, *mine, neighbour.id],
            "member": [*_references(Member, other)[:2], *_references(Member, system)],
            "group": [*_references(Group, other)[:2], *_references(Group, system)],
            "switch": _all(Switch.uuid, Switch.system == system),
            "guild": _all(SystemGuild.guild, SystemGuild.system == system),
            "message": [*messages, *_all(Message.original, Message.id.in_(messages))],
        },
    )


def _leave() -> None:
    systems = System.select(System.id).where(System.uuid.in_([each.uuid for each in identities()]))
    accounts = Account.select(Account.id).where(Account.system.in_(systems))
    Message.delete().where(Message.sender.in_(accounts)).execute()
    System.delete().where(System.uuid.in_([each.uuid for each in identities()])).execute()


def _references(table: Any, system: int) -> list[str]:
    """Each by its short id and by its UUID, the first ones more often."""
    rows = list(table.select(table.short_id, table.uuid).where(table.system == system).order_by(table.id))
    return [reference for row in rows[:2] * 5 + rows for reference in (row.short_id, row.uuid)]


def _all(column: Any, which: Any) -> list[str]:
    return [str(value) for (value,) in column.model.select(column).where(which).order_by(column).tuples()]
