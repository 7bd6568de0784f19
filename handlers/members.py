"""Members: the documentation's section of that name."""

from typing import Any

from generated.contract import EndpointGuard
from generated.errors import MemberGuildNotFound, MemberLimitReached, MemberNotFound
from generated.types import Group, Member, MemberGuildSettings
from handlers.finding import found, own_groups, own_member, readable_system
from handlers.request.viewer import Viewer
from models import groups, members
from models.references import Reference

Body = dict[str, Any]


def get_system_members(system_ref: Reference | None, viewer: Viewer, guard: EndpointGuard) -> list[Member]:
    """The system's members; for strangers those that are visible."""
    system = readable_system(system_ref, viewer, guard)
    return members.of_system(system, own=viewer.owns(system))


def create_member(body: Body, owner: int) -> Member:
    """A new member of one's own system."""
    if members.is_full(owner):
        raise MemberLimitReached
    return found(members.read(members.create(owner, body), owner), MemberNotFound)


def get_member(member_ref: Reference | None, viewer: Viewer) -> Member:
    """The member, as the viewer may see it."""
    return found(members.read(member_ref, viewer.sees), MemberNotFound)


def update_member(member_ref: Reference | None, body: Body, owner: int) -> Member:
    """Change the keys that were sent."""
    member = own_member(member_ref, owner)
    members.update(member.id, body)
    return found(members.read(Reference("id", member.id), owner), MemberNotFound)


def delete_member(member_ref: Reference | None, owner: int) -> None:
    """Delete the member; its past switches stay, without it."""
    members.delete(own_member(member_ref, owner).id)


def get_member_groups(member_ref: Reference | None, viewer: Viewer, guard: EndpointGuard) -> list[Group]:
    """The groups that the member is in; for strangers those that show it."""
    member = found(members.find(member_ref), MemberNotFound)
    readable_system(Reference("id", member.system), viewer, guard)
    return groups.of_member(member.id, own=viewer.owns(member.system))


def add_member_to_groups(member_ref: Reference | None, body: list[str], owner: int) -> None:
    """Put the member into the groups."""
    member = own_member(member_ref, owner)
    groups.add(own_groups(body, owner), [member.id])


def remove_member_from_groups(member_ref: Reference | None, body: list[str], owner: int) -> None:
    """Take the member out of the groups."""
    member = own_member(member_ref, owner)
    groups.remove(own_groups(body, owner), [member.id])


def overwrite_member_groups(member_ref: Reference | None, body: list[str], owner: int) -> None:
    """Let the member be in these groups and no others."""
    member = own_member(member_ref, owner)
    wanted = own_groups(body, owner)
    groups.leave_all(member.id)
    groups.add(wanted, [member.id])


def get_member_guild_settings(member_ref: Reference | None, guild_id: int, owner: int) -> MemberGuildSettings:
    """The member's settings in a guild that is known."""
    return found(members.guild(own_member(member_ref, owner), guild_id), MemberGuildNotFound)


def update_member_guild_settings(
    member_ref: Reference | None, guild_id: int, body: Body, owner: int
) -> MemberGuildSettings:
    """Change the settings that were sent, in a guild that is known."""
    member = own_member(member_ref, owner)
    found(members.guild(member, guild_id), MemberGuildNotFound)
    members.update_guild(member.id, guild_id, body)
    return found(members.guild(member, guild_id), MemberGuildNotFound)
