"""Groups: the documentation's section of that name."""

from typing import Any

from generated.contract import EndpointGuard
from generated.errors import GroupLimitReached, GroupNotFound
from generated.types import Group, Member
from handlers.finding import found, own_group, own_members, readable_system
from handlers.request.viewer import Viewer
from models import groups, members
from models.references import Reference

Body = dict[str, Any]


def get_system_groups(
    system_ref: Reference | None, with_members: bool, viewer: Viewer, guard: EndpointGuard
) -> list[Group]:
    """The system's groups; for strangers those that are visible."""
    system = readable_system(system_ref, viewer, guard)
    return groups.of_system(system, own=viewer.owns(system), with_members=with_members)


def create_group(body: Body, owner: int) -> Group:
    """A new group of one's own system."""
    if groups.is_full(owner):
        raise GroupLimitReached
    return found(groups.read(groups.create(owner, body), owner), GroupNotFound)


def get_group(group_ref: Reference | None, viewer: Viewer) -> Group:
    """The group, as the viewer may see it."""
    return found(groups.read(group_ref, viewer.sees), GroupNotFound)


def update_group(group_ref: Reference | None, body: Body, owner: int) -> Group:
    """Change the keys that were sent."""
    group = own_group(group_ref, owner)
    groups.update(group.id, body)
    return found(groups.read(Reference("id", group.id), owner), GroupNotFound)


def delete_group(group_ref: Reference | None, owner: int) -> None:
    """Delete the group; its members stay."""
    groups.delete(own_group(group_ref, owner).id)


def get_group_members(group_ref: Reference | None, viewer: Viewer, guard: EndpointGuard) -> list[Member]:
    """The group's members; for strangers those that are visible."""
    group = found(groups.find_guarded(group_ref, guard.key), GroupNotFound)
    own = viewer.owns(group.system)
    if not (own or group.open):
        raise guard.error
    return members.of_group(group.id, own=own)


def add_group_members(group_ref: Reference | None, body: list[str], owner: int) -> None:
    """Put the members into the group."""
    group = own_group(group_ref, owner)
    groups.add([group.id], own_members(body, owner))


def remove_group_members(group_ref: Reference | None, body: list[str], owner: int) -> None:
    """Take the members out of the group."""
    group = own_group(group_ref, owner)
    groups.remove([group.id], own_members(body, owner))


def overwrite_group_members(group_ref: Reference | None, body: list[str], owner: int) -> None:
    """Let these members be in the group and no others."""
    group = own_group(group_ref, owner)
    wanted = own_members(body, owner)
    groups.empty(group.id)
    groups.add([group.id], wanted)
