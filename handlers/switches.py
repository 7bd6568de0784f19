"""Switches: the documentation's section of that name."""

from typing import Any

from generated.contract import EndpointGuard
from generated.errors import DuplicateMembers, IdenticalMembers, InvalidSwitchId, SwitchExists, SwitchNotAccessible
from generated.types import Switch, SwitchWithMembers
from handlers.finding import found, own_members, own_system, readable_system
from handlers.request.viewer import Viewer
from models import instants, switches
from models.references import Reference
from models.switches import Found

Body = dict[str, Any]


def get_system_switches(
    system_ref: Reference | None, before: str | None, limit: int, viewer: Viewer, guard: EndpointGuard
) -> list[Switch]:
    """The system's switches, newest first."""
    return switches.before(readable_system(system_ref, viewer, guard), limit, before)


def get_fronters(system_ref: Reference | None, viewer: Viewer, guard: EndpointGuard) -> SwitchWithMembers | None:
    """The newest switch, with its members; none where there is no switch."""
    system = readable_system(system_ref, viewer, guard)
    return switches.front(system, own=viewer.owns(system))


def create_switch(system_ref: Reference | None, body: Body, owner: int) -> SwitchWithMembers:
    """A new switch to the members that were sent, in their order; now, unless a timestamp was sent."""
    system = own_system(system_ref, owner)
    front = _front(body["members"], owner)
    timestamp = body["timestamp"] or instants.now()
    if switches.at(system, timestamp):
        raise SwitchExists
    newest = switches.newest(system)
    if newest and newest.timestamp < timestamp and switches.member_ids(newest) == front:
        raise IdenticalMembers
    return switches.read(switches.create(system, timestamp, front), own=True)


def get_switch(
    system_ref: Reference | None, switch_ref: Reference | None, viewer: Viewer, guard: EndpointGuard
) -> SwitchWithMembers:
    """One switch, with its members."""
    system = readable_system(system_ref, viewer, guard)
    return switches.read(_switch(system, switch_ref), own=viewer.owns(system))


def update_switch(
    system_ref: Reference | None, switch_ref: Reference | None, body: Body, owner: int
) -> SwitchWithMembers:
    """Let the switch have happened at another instant."""
    system = own_system(system_ref, owner)
    switch = _switch(system, switch_ref)
    there = switches.at(system, body["timestamp"])
    if there and there.id != switch.id:
        raise SwitchExists
    return switches.read(switches.move(switch, body["timestamp"]), own=True)


def update_switch_members(
    system_ref: Reference | None, switch_ref: Reference | None, body: list[str], owner: int
) -> SwitchWithMembers:
    """Let the switch have been to other members."""
    switch = _switch(own_system(system_ref, owner), switch_ref)
    front = _front(body, owner)
    if switches.member_ids(switch) == front:
        raise IdenticalMembers
    switches.replace_members(switch, front)
    return switches.read(switch, own=True)


def delete_switch(system_ref: Reference | None, switch_ref: Reference | None, owner: int) -> None:
    """Delete the switch."""
    switches.delete(_switch(own_system(system_ref, owner), switch_ref))


def _switch(system: int, ref: Reference | None) -> Found:
    if ref is None:
        raise InvalidSwitchId
    return found(switches.find(system, ref), SwitchNotAccessible)


def _front(refs: list[str], owner: int) -> list[int]:
    front = own_members(refs, owner)
    if len(set(front)) != len(front):
        raise DuplicateMembers
    return front
