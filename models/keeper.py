"""What the keeper of a server does with whole systems: make, list, end them. For the commands, not for requests."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from peewee import IntegrityError, fn

from generated.contract import PRIVACY_KEYS
from models import credentials, finding, instants, snowflakes
from models.database import store
from models.references import parse_system
from models.tables import Account, ApiKey, Group, Member, Switch, System, SystemSettings
from models.writing import new_short_id


class KeeperError(Exception):
    """What was asked for cannot be done; the text is one line that says why."""


@dataclass(frozen=True)
class NewSystem:
    """A system just made; the token is shown this once."""

    id: str
    uuid: str
    token: str


def create_system(name: str | None = None, accounts: Iterable[str] = (), *, token: str | None = None) -> NewSystem:
    """Make a system with default settings, linked to the Discord `accounts`. Raises KeeperError."""
    new = NewSystem(_free_short_id(), str(uuid.uuid4()), token or credentials.new_token())
    with store().peewee.atomic():
        system = System.create(
            short_id=new.id,
            uuid=new.uuid,
            token=credentials.digest(new.token),
            name=_name(name),
            created=instants.now(),
        )
        SystemSettings.create(system=system)
        for account in accounts:
            _link(system, account)
    return new


def list_systems() -> list[dict[str, Any]]:
    """Every system, oldest first: id, uuid, name, created."""
    return [_summary(system) for system in System.select().order_by(System.id)]


def show_system(ref: str) -> dict[str, Any]:
    """One system: what `list_systems` says, its accounts, privacy and how much it holds. Raises KeeperError."""
    system = _system(ref)
    accounts = Account.select().where(Account.system == system).order_by(Account.id)
    counts = {
        f"{table.__name__.lower()}{'es' if table is Switch else 's'}": _count(table, system)
        for table in (Member, Group, Switch)
    }
    return {
        **_summary(system),
        "accounts": [account.id for account in accounts],
        **counts,
        "keys": _count(ApiKey, system),
        "privacy": {key: getattr(system, key) for key in PRIVACY_KEYS["System"]},
    }


def delete_system(ref: str) -> dict[str, Any]:
    """Delete a system and everything in it; its summary. Raises KeeperError."""
    system = _system(ref)
    summary = _summary(system)
    with store().peewee.atomic():
        system.delete_instance()
    return summary


def new_token(ref: str) -> str:
    """Give the system a new token, which ends the old one. Raises KeeperError."""
    system = _system(ref)
    token = credentials.new_token()
    System.update(token=credentials.digest(token)).where(System.id == system.id).execute()
    return token


def link_account(ref: str, account: str) -> None:
    """Link a Discord account to the system. Raises KeeperError."""
    _link(_system(ref), account)


def unlink_account(ref: str, account: str) -> None:
    """Unlink a Discord account from the system. Raises KeeperError."""
    system = _system(ref)
    if not Account.delete().where((Account.id == _snowflake(account)) & (Account.system == system)).execute():
        raise KeeperError(f"account {account} is not linked to system {system.short_id}")


def _name(name: str | None) -> str | None:
    if name is None or not name.strip():
        return None
    if len(name) > 100 or "\0" in name:
        raise KeeperError("a system's name has at most 100 characters, and no NUL among them")
    return name


def _free_short_id() -> str:
    while True:
        short_id = new_short_id()
        if not System.select().where(System.short_id == short_id).exists():
            return short_id


def _system(ref: str) -> Any:
    parsed = parse_system(ref)
    found = parsed and System.get_or_none(finding.where(System, parsed.form, parsed.value))
    if not found:
        raise KeeperError(f"there is no system {ref!r}: give a short id, a UUID or the id of a linked account")
    return found


def _summary(system: Any) -> dict[str, Any]:
    return {"id": system.short_id, "uuid": system.uuid, "name": system.name, "created": f"{system.created}Z"}


def _count(table: Any, system: System) -> int:
    count: int = table.select(fn.COUNT(table.id)).where(table.system == system).scalar()
    return count


def _snowflake(account: str) -> str:
    if snowflakes.encode(account) is None or not 17 <= len(account) <= 20:
        raise KeeperError(f"{account!r} is no Discord account id: expected 17 to 20 digits")
    return account


def _link(system: Any, account: str) -> None:
    try:
        with store().peewee.atomic():
            Account.create(id=_snowflake(account), system=system)
    except IntegrityError:
        raise KeeperError(f"account {account} is linked to a system already: unlink it there first") from None
