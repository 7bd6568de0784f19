"""What a reference must lead to, and whose that must be: shared by the handlers, one error each."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from generated.contract import EndpointGuard
from generated.errors import (
    ApiError,
    Forbidden,
    GroupNotFound,
    GroupRefNotFound,
    MemberNotFound,
    MemberRefNotFound,
    NotOwnGroup,
    NotOwnGroupRef,
    NotOwnMember,
    NotOwnMemberRef,
    SystemNotFound,
)
from handlers.request.viewer import Viewer
from models import groups, members, systems
from models.members import Owned
from models.references import Reference

Found = TypeVar("Found")


def found(entity: Found | None, error: type[ApiError]) -> Found:
    """The entity, or the error that says that there is none."""
    if entity is None:
        raise error
    return entity


def own_system(ref: Reference | None, owner: int) -> int:
    """The system that `ref` names, which must be the owner's."""
    system = found(systems.find(ref), SystemNotFound)
    if system != owner:
        raise Forbidden
    return system


def own_member(ref: Reference | None, owner: int) -> Owned:
    """The member that `ref` names, which must be the owner's."""
    member = found(members.find(ref), MemberNotFound)
    if member.system != owner:
        raise NotOwnMember
    return member


def own_group(ref: Reference | None, owner: int) -> Owned:
    """The group that `ref` names, which must be the owner's."""
    group = found(groups.find(ref), GroupNotFound)
    if group.system != owner:
        raise NotOwnGroup
    return group


def own_members(refs: Sequence[str], owner: int) -> list[int]:
    """The members that a body lists, in its order; each must be the owner's."""
    return _all_own(refs, members.resolve(refs), owner, MemberRefNotFound, NotOwnMemberRef)


def own_groups(refs: Sequence[str], owner: int) -> list[int]:
    """The groups that a body lists, in its order; each must be the owner's."""
    return _all_own(refs, groups.resolve(refs), owner, GroupRefNotFound, NotOwnGroupRef)


def readable_system(ref: Reference | None, viewer: Viewer, guard: EndpointGuard) -> int:
    """The system that `ref` names, if the viewer may see what `guard` guards."""
    if viewer.sees is not None and ref == ("id", viewer.sees):
        return viewer.sees  # who asks, and was found by their credentials just now
    system = found(systems.find_guarded(ref, guard.key), SystemNotFound)
    if not (system.open or viewer.owns(system.id)):
        raise guard.error
    return system.id


def _all_own(
    refs: Sequence[str],
    rows: Sequence[Owned | None],
    owner: int,
    unknown: type[ApiError],
    foreign: Callable[..., ApiError],
) -> list[int]:
    ids = []
    for ref, row in zip(refs, rows, strict=True):
        if row is None:
            raise unknown(ref=ref)
        if row.system != owner:
            raise foreign(ref=ref)
        ids.append(row.id)
    return ids
