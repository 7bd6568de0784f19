"""What a system holds, as the only client that writes to it knows it."""

from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass, field, fields
from typing import Any

Entity = dict[str, Any]


@dataclass
class Picture:
    """Everything of one system that the load writes: by UUID, and in the form that the API gives it in lists.

    A group has its `members`, a sorted list of UUIDs; a switch has the short ids of its members, in their order.
    """

    system: Entity = field(default_factory=dict)
    settings: Entity = field(default_factory=dict)
    members: dict[str, Entity] = field(default_factory=dict)
    groups: dict[str, Entity] = field(default_factory=dict)
    switches: dict[str, Entity] = field(default_factory=dict)

    def copy(self) -> "Picture":
        """Another one that can be changed."""
        return deepcopy(self)

    def short_ids(self, members: list[str]) -> list[str]:
        """The short ids of these members."""
        return [self.members[uuid]["id"] for uuid in members]


def read(get: Callable[[str], Any]) -> Picture:
    """What the API tells the system's owner; `get` returns the parsed body of a path."""
    groups: list[Entity] = get("/systems/@me/groups?with_members=true")
    return Picture(
        system=get("/systems/@me"),
        settings=get("/systems/@me/settings"),
        members={member["uuid"]: member for member in get("/systems/@me/members")},
        groups={group["uuid"]: group | {"members": sorted(group["members"])} for group in groups},
        switches={switch["id"]: switch for switch in get("/systems/@me/switches")},
    )


def differences(expected: Picture, found: Picture) -> list[str]:
    """A line for each thing that is not as expected: one that is lost, one that nobody made, one that differs."""
    return [line for each in fields(Picture) for line in _compared(each.name, _things(expected, each.name, found))]


def _things(expected: Picture, kind: str, found: Picture) -> Iterator[tuple[str, Entity | None, Entity | None]]:
    one, other = getattr(expected, kind), getattr(found, kind)
    if kind in ("system", "settings"):
        yield "", one, other
    else:
        yield from ((uuid, one.get(uuid), other.get(uuid)) for uuid in dict.fromkeys([*one, *other]))


def _compared(kind: str, things: Iterator[tuple[str, Entity | None, Entity | None]]) -> Iterator[str]:
    for name, expected, found in things:
        if expected is None or found is None:
            yield f"{kind} {name}: {'lost' if found is None else 'made by nobody'}: {expected or found}"
        elif expected != found:
            keys = [key for key in dict.fromkeys([*expected, *found]) if expected.get(key) != found.get(key)]
            yield f"{kind} {name}: " + ", ".join(f"{key} {expected.get(key)!r} is {found.get(key)!r}" for key in keys)
