"""Systems, their settings, and what they have set for each guild."""

from functools import cache
from typing import NamedTuple

from generated import types
from generated.contract import DEFAULTS
from models import views
from models.compiled import Statement, param
from models.finding import ByReference, Lister, Reader
from models.references import Reference
from models.tables import Account, Autoproxy, Message, System, SystemGuild, SystemSettings
from models.views import is_public
from models.writing import Insert, Update, Values


class Found(NamedTuple):
    """A system, and whether strangers may see what the query was about."""

    id: int
    open: bool


_FIND = ByReference(System, lambda row: System.select(System.id).where(row))
READER = Reader(views.SYSTEM, System, System.select, System.id)
_UPDATE = Update(System, lambda: System.id == param("system"))
_SETTINGS = Lister(
    views.SETTINGS, lambda *columns: SystemSettings.select(*columns).where(SystemSettings.system == param("system"))
)
_UPDATE_SETTINGS = Update(SystemSettings, lambda: SystemSettings.system == param("system"))
_MESSAGE_IN_GUILD = Statement(
    lambda: (
        Message.select(Message.id)
        .join(Account, on=(Message.sender == Account.id))
        .where((Account.system == param("system")) & (Message.guild == param("guild")))
        .limit(1)
    )
)
_GUILD = Lister(
    views.SYSTEM_GUILD,
    lambda *columns: SystemGuild.select(*columns).where(
        (SystemGuild.system == param("system")) & (SystemGuild.guild == param("guild"))
    ),
)
_ADD_GUILD = Insert(SystemGuild)
_UPDATE_GUILD = Update(
    SystemGuild, lambda: (SystemGuild.system == param("system")) & (SystemGuild.guild == param("guild_id"))
)
_AUTOPROXY = Lister(
    views.AUTOPROXY,
    lambda *columns: Autoproxy.select(*columns).where(
        (Autoproxy.system == param("system")) & (Autoproxy.guild == param("guild"))
    ),
)
_ADD_AUTOPROXY = Insert(Autoproxy)
_UPDATE_AUTOPROXY = Update(
    Autoproxy, lambda: (Autoproxy.system == param("system")) & (Autoproxy.guild == param("guild_id"))
)


@cache
def guarded(key: str) -> ByReference:
    return ByReference(System, lambda row: System.select(System.id, is_public(System, key)).where(row))


def find(ref: Reference | None) -> int | None:
    """The system that `ref` names, or None."""
    row = _FIND.row(ref)
    return None if row is None else row[0]


def find_guarded(ref: Reference | None, key: str) -> Found | None:
    """The system that `ref` names, and whether its privacy `key` is public."""
    row = guarded(key).row(ref)
    return None if row is None else Found(row[0], bool(row[1]))


def read(ref: Reference | None, viewer: int | None) -> types.System | None:
    """The system as `viewer` may see it."""
    return READER.read(ref, viewer)


def update(system: int, values: Values) -> None:
    """Change the given keys."""
    _UPDATE(values, system=system)


def settings(system: int, *, own: bool) -> types.SystemSettings:
    """The settings: all of them for the owner, the public ones for everybody else."""
    found = _SETTINGS.row(own=own, system=system)
    if found is None:
        raise LookupError(f"system {system} has no row of settings")
    return found


def update_settings(system: int, values: Values) -> None:
    """Change the given settings."""
    _UPDATE_SETTINGS(values, system=system)


def proxied_in(system: int, guild: int) -> bool:
    """Whether one of the system's accounts has sent a proxied message in the guild."""
    return _MESSAGE_IN_GUILD.row(system=system, guild=guild) is not None


def guild(system: int, guild: int) -> types.SystemGuildSettings | None:
    """The system's settings in a guild, made with defaults when the guild is known by a message; or None."""
    settings = _GUILD.row(own=True, system=system, guild=guild)
    if settings is None and proxied_in(system, guild):
        _ADD_GUILD.row({"system": system, "guild": guild})
        settings = _GUILD.row(own=True, system=system, guild=guild)
    return settings


def update_guild(system: int, guild: int, values: Values) -> None:
    """Change the given settings of the system in a guild that is known."""
    _UPDATE_GUILD(values, system=system, guild_id=guild)


def autoproxy(system: int, guild: int) -> types.AutoproxySettings:
    """The system's autoproxy in a guild; mode `off` where it was never asked for."""
    present = _AUTOPROXY.row(own=True, system=system, guild=guild)
    return present or types.AutoproxySettings(
        autoproxy_mode=DEFAULTS["AutoproxySettings"]["autoproxy_mode"], autoproxy_member=None, last_latch_timestamp=None
    )


def update_autoproxy(system: int, guild: int, values: Values) -> None:
    """Change the given keys of the system's autoproxy in a guild."""
    _ADD_AUTOPROXY.row({"system": system, "guild": guild})
    _UPDATE_AUTOPROXY(values, system=system, guild_id=guild)
