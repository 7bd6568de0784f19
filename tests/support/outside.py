"""What everybody but the owner sees: the rules of the documentation, written down a second time and by hand.

Nothing here is derived from the contract. Things go in as their owner sees them and come out as a stranger should.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from tests.support.shapes import PUBLIC_SETTINGS

Entity = dict[str, Any]

# The keys that a privacy key makes null.
SYSTEM_NULLS = {
    "name_privacy": ("name",),
    "description_privacy": ("description",),
    "pronoun_privacy": ("pronouns",),
    "avatar_privacy": ("avatar_url",),
    "banner_privacy": ("banner",),
}
MEMBER_NULLS = {
    "name_privacy": ("display_name",),
    "description_privacy": ("description",),
    "birthday_privacy": ("birthday",),
    "pronoun_privacy": ("pronouns",),
    "banner_privacy": ("banner",),
    "avatar_privacy": ("avatar_url", "webhook_avatar_url"),
    "metadata_privacy": ("created", "message_count", "last_message_timestamp"),
}
GROUP_NULLS = {
    "name_privacy": ("display_name",),
    "description_privacy": ("description",),
    "banner_privacy": ("banner",),
    "icon_privacy": ("icon",),
    "metadata_privacy": ("created",),
}
Nulls = Mapping[str, tuple[str, ...]]


def is_private(entity: Entity, key: str) -> bool:
    """Whether the owner keeps this from strangers."""
    return bool(entity["privacy"][key] == "private")


def visible(entities: list[Entity]) -> list[Entity]:
    """Those that lists show."""
    return [entity for entity in entities if not is_private(entity, "visibility")]


def system(own: Entity) -> Entity:
    seen = own | _hidden(own, SYSTEM_NULLS) | {"privacy": None}
    del seen["webhook_url"]
    return seen


def member(own: Entity) -> Entity:
    seen = own | _hidden(own, MEMBER_NULLS) | {"name": name(own), "autoproxy_enabled": None, "privacy": None}
    if is_private(own, "proxy_privacy"):
        seen["proxy_tags"] = []
    return seen


def group(own: Entity) -> Entity:
    return own | _hidden(own, GROUP_NULLS) | {"name": name(own), "privacy": None}


def settings(own: Entity) -> Entity:
    return {key: own[key] for key in PUBLIC_SETTINGS}


def name(own: Entity) -> str:
    """The `name` of a member or group: the display name in its place, if that is set."""
    called: str = (is_private(own, "name_privacy") and own["display_name"]) or own["name"]
    return called


def title(own: Entity, of: Entity) -> str:
    """What the oEmbed card of a member or group of the system `of` is called."""
    called = name(own) if is_private(own, "name_privacy") else own["display_name"] or own["name"]
    suffix = "" if of["name"] is None or is_private(of, "name_privacy") else f" ({of['name']})"
    return called + suffix


def system_title(own: Entity) -> str:
    """What the oEmbed card of a system is called."""
    called: str | None = None if is_private(own, "name_privacy") else own["name"]
    return called or f"System with ID `{own['id']}`"


def secrets_of_system(own: Entity) -> Iterator[Any]:
    yield own["webhook_url"]
    yield from _values(own, SYSTEM_NULLS)


def secrets_of_member(own: Entity) -> Iterator[Any]:
    yield from _values(own, {**MEMBER_NULLS, "name_privacy": ()})
    yield from _secret_name(own)
    if is_private(own, "proxy_privacy"):
        yield own["proxy_tags"]


def secrets_of_group(own: Entity) -> Iterator[Any]:
    yield from _values(own, {**GROUP_NULLS, "name_privacy": ()})
    yield from _secret_name(own)


def secrets_of_settings(own: Entity) -> Iterator[Any]:
    return (value for key, value in own.items() if key not in PUBLIC_SETTINGS)


def _secret_name(own: Entity) -> Iterator[Any]:
    # The display name is no secret even then: it takes the place of the name.
    if is_private(own, "name_privacy") and own["display_name"] is not None:
        yield own["name"]


def _hidden(own: Entity, nulls: Nulls) -> Entity:
    return {name: None for key, names in nulls.items() if is_private(own, key) for name in names}


def _values(own: Entity, nulls: Nulls) -> Iterator[Any]:
    return (own[name] for key, names in nulls.items() if is_private(own, key) for name in names)
