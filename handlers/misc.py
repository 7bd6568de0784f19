"""Misc: the documentation's section of that name, and oEmbed."""

from generated.errors import GroupNotFound, MemberNotFound, MessageNotFound, SystemNotFound
from generated.types import Group, Member, Message, OEmbed
from handlers.finding import found
from handlers.request.viewer import Viewer
from models import groups, members, messages, systems
from models.references import Reference


def get_message(message_id: int, viewer: Viewer) -> Message:
    """A proxied message, by its id or by that of its original."""
    message = found(messages.find(message_id), MessageNotFound)
    return messages.read(message, own=message.system is not None and viewer.owns(message.system))


def get_system_oembed(system_ref: Reference | None, server_url: str) -> OEmbed:
    """How a system is shown where its address is pasted; the public view, whoever asks."""
    system = found(systems.read(system_ref, None), SystemNotFound)
    title = system.name or f"System with ID `{system.id}`"
    return OEmbed(type="rich", provider_name="PluralKit System", provider_url=server_url, title=title)


def get_member_oembed(member_ref: Reference | None, server_url: str) -> OEmbed:
    """How a member is shown where its address is pasted; the public view, whoever asks."""
    member = found(members.read(member_ref, None), MemberNotFound)
    return OEmbed(type="rich", provider_name="PluralKit Member", provider_url=server_url, title=_title(member))


def get_group_oembed(group_ref: Reference | None, server_url: str) -> OEmbed:
    """How a group is shown where its address is pasted; the public view, whoever asks."""
    group = found(groups.read(group_ref, None), GroupNotFound)
    return OEmbed(type="rich", provider_name="PluralKit Group", provider_url=server_url, title=_title(group))


def _title(entity: Member | Group) -> str:
    """What a stranger would call the member or group, and whose it is if that has a public name."""
    system = found(systems.read(Reference("short_id", entity.system), None), SystemNotFound)
    name = entity.display_name or entity.name
    return f"{name} ({system.name})" if system.name else name
