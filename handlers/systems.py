"""Systems: the documentation's section of that name, and autoproxy."""

from typing import Any

from generated.errors import NotOwnMember, SystemGuildNotFound, SystemNotFound, Unimplemented
from generated.types import AutoproxySettings, System, SystemGuildSettings, SystemSettings
from handlers.finding import found, own_system
from handlers.request.fields import invalid
from handlers.request.viewer import Viewer
from models import members, systems
from models.references import Reference, parse

Body = dict[str, Any]


def get_system(system_ref: Reference | None, viewer: Viewer) -> System:
    """The system, as the viewer may see it."""
    return found(systems.read(system_ref, viewer.sees), SystemNotFound)


def update_system(system_ref: Reference | None, body: Body, owner: int) -> System:
    """Change the keys that were sent."""
    system = own_system(system_ref, owner)
    systems.update(system, body)
    return found(systems.read(Reference("id", system), owner), SystemNotFound)


def get_system_settings(system_ref: Reference | None, viewer: Viewer) -> SystemSettings:
    """The system's settings: the public ones for everybody but its owner."""
    system = found(systems.find(system_ref), SystemNotFound)
    return systems.settings(system, own=viewer.owns(system))


def update_system_settings(system_ref: Reference | None, body: Body, owner: int) -> SystemSettings:
    """Change the settings that were sent."""
    system = own_system(system_ref, owner)
    systems.update_settings(system, body)
    return systems.settings(system, own=True)


def get_system_guild_settings(system_ref: Reference | None, guild_id: int, owner: int) -> SystemGuildSettings:
    """The system's settings in a guild that is known."""
    return found(systems.guild(own_system(system_ref, owner), guild_id), SystemGuildNotFound)


def update_system_guild_settings(
    system_ref: Reference | None, guild_id: int, body: Body, owner: int
) -> SystemGuildSettings:
    """Change the settings that were sent, in a guild that is known."""
    system = own_system(system_ref, owner)
    found(systems.guild(system, guild_id), SystemGuildNotFound)
    systems.update_guild(system, guild_id, body)
    return found(systems.guild(system, guild_id), SystemGuildNotFound)


def get_autoproxy(
    system_ref: Reference | None, guild_id: int | None, channel_id: str | None, owner: int
) -> AutoproxySettings:
    """The system's autoproxy in a guild."""
    system = own_system(system_ref, owner)
    return systems.autoproxy(system, _only_guild(guild_id, channel_id))


def update_autoproxy(
    system_ref: Reference | None, guild_id: int | None, channel_id: str | None, body: Body, owner: int
) -> AutoproxySettings:
    """Change the mode or the member that were sent."""
    system = own_system(system_ref, owner)
    guild = _only_guild(guild_id, channel_id)
    systems.update_autoproxy(system, guild, _autoproxy(body, systems.autoproxy(system, guild), owner))
    return systems.autoproxy(system, guild)


def _only_guild(guild_id: int | None, channel_id: str | None) -> int:
    if guild_id is None or channel_id is not None:
        raise Unimplemented
    return guild_id


def _autoproxy(body: Body, present: AutoproxySettings, owner: int) -> Body:
    """The mode and the member that result: a member only in the modes that have one."""
    mode = body.get("autoproxy_mode", present.autoproxy_mode)
    ref = body.get("autoproxy_member", present.autoproxy_member)
    given = body.get("autoproxy_member") is not None
    if (given and mode not in ("member", "latch")) or (mode == "member" and ref is None):
        raise invalid("autoproxy_member")
    if mode not in ("member", "latch") or ref is None:
        return {"autoproxy_mode": mode, "autoproxy_member": None}
    member = members.find(parse(ref))
    if member is None:
        raise invalid("autoproxy_member")
    if member.system != owner:
        raise NotOwnMember
    return {"autoproxy_mode": mode, "autoproxy_member": member.id}
