"""Misc: the documentation's section of that name, and oEmbed."""

from generated.errors import GroupNotFound, MemberNotFound, MessageNotFound, SystemNotFound
from generated.types import Message, OEmbed
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
    return _oembed("System", system.name or f"System with ID `{system.id}`", server_url)


def get_member_oembed(member_ref: Reference | None, server_url: str) -> OEmbed:
    """How a member is shown where its address is pasted; the public view, whoever asks."""
    member = found(members.read(member_ref, None), MemberNotFound)
    return _oembed("Member", (member.display_name or member.name) + _suffix(member.system), server_url)


def get_group_oembed(group_ref: Reference | None, server_url: str) -> OEmbed:
    """How a group is shown where its address is pasted; the public view, whoever asks."""
    group = found(groups.read(group_ref, None), GroupNotFound)
    return _oembed("Group", (group.display_name or group.name) + _suffix(group.system), server_url)


def _suffix(system: str) -> str:
    name = found(systems.read(Reference("short_id", system), None), SystemNotFound).name
    return f" ({name})" if name else ""


def _oembed(entity: str, title: str, server_url: str) -> OEmbed:
    return OEmbed(type="rich", provider_name=f"PluralKit {entity}", provider_url=server_url, title=title)
