"""Every key of every object, and what a fresh one holds: written down here apart from the contract."""

from typing import Any

from tests.support.check import MARKER

SYSTEM_PRIVACY = (
    "name_privacy",
    "description_privacy",
    "avatar_privacy",
    "banner_privacy",
    "pronoun_privacy",
    "member_list_privacy",
    "group_list_privacy",
    "front_privacy",
    "front_history_privacy",
)
MEMBER_PRIVACY = (
    "visibility",
    "name_privacy",
    "description_privacy",
    "birthday_privacy",
    "pronoun_privacy",
    "avatar_privacy",
    "banner_privacy",
    "metadata_privacy",
    "proxy_privacy",
)
GROUP_PRIVACY = (
    "name_privacy",
    "description_privacy",
    "banner_privacy",
    "icon_privacy",
    "list_privacy",
    "metadata_privacy",
    "visibility",
)


def public(keys: tuple[str, ...]) -> dict[str, str]:
    """A privacy object that hides nothing."""
    return dict.fromkeys(keys, "public")


# What a client can set, with the value of an object that was made without it. The keys that the server alone decides
# (id, uuid, created, ...) are compared apart.
SYSTEM: dict[str, Any] = {
    "name": None,
    "description": None,
    "tag": None,
    "pronouns": None,
    "avatar_url": None,
    "banner": None,
    "color": None,
    "privacy": public(SYSTEM_PRIVACY),
}
MEMBER: dict[str, Any] = {
    "display_name": None,
    "color": None,
    "birthday": None,
    "pronouns": None,
    "avatar_url": None,
    "webhook_avatar_url": None,
    "banner": None,
    "description": None,
    "keep_proxy": False,
    "tts": False,
    "proxy_tags": [],
    "privacy": public(MEMBER_PRIVACY),
}
GROUP: dict[str, Any] = {
    "display_name": None,
    "description": None,
    "icon": None,
    "banner": None,
    "color": None,
    "privacy": public(GROUP_PRIVACY),
}
MEMBER_COUNTS: dict[str, Any] = {"autoproxy_enabled": True, "message_count": 0, "last_message_timestamp": None}
SETTINGS: dict[str, Any] = {
    "timezone": "UTC",
    "pings_enabled": True,
    "latch_timeout": None,
    "member_default_private": False,
    "group_default_private": False,
    "show_private_info": True,
    "case_sensitive_proxy_tags": True,
    "proxy_error_message_enabled": True,
    "hid_display_split": False,
    "hid_display_caps": False,
    "card_show_color_hex": False,
    "hid_list_padding": "off",
    "proxy_switch": "off",
    "name_format": "{name} {tag}",
    "description_templates": [],
}
SETTINGS_LIMITS: dict[str, Any] = {"member_limit": 1000, "group_limit": 250}
PUBLIC_SETTINGS = (
    "pings_enabled",
    "latch_timeout",
    "case_sensitive_proxy_tags",
    "proxy_error_message_enabled",
    "hid_display_split",
    "hid_display_caps",
    "hid_list_padding",
    "proxy_switch",
    "name_format",
)
SYSTEM_GUILD: dict[str, Any] = {"proxying_enabled": True, "tag": None, "tag_enabled": True}
MEMBER_GUILD: dict[str, Any] = {"display_name": None, "avatar_url": None, "keep_proxy": None}
AUTOPROXY: dict[str, Any] = {"autoproxy_mode": "off", "autoproxy_member": None, "last_latch_timestamp": None}

# A value for every key that can be set, none of them the default.
FULL_SYSTEM: dict[str, Any] = {
    "name": "The Lighthouse 🦊",
    "description": "Several of us.\nSay hello.",
    "tag": "| lh",
    "pronouns": "they/them",
    "avatar_url": "https://example.org/a.png",
    "banner": "https://example.org/b.png",
    "color": "00ff99",
    "privacy": dict.fromkeys(SYSTEM_PRIVACY, "private"),
}
FULL_MEMBER: dict[str, Any] = {
    "name": f"{MARKER} Ayọ̀",
    "display_name": "Ayo (she)",
    "color": "ff8800",
    "birthday": "0004-02-29",
    "pronouns": "she/her",
    "avatar_url": "https://example.org/ayo.png",
    "webhook_avatar_url": "https://example.org/ayo-small.png",
    "banner": "https://example.org/ayo-wide.png",
    "description": "Likes tea.\nSays so.",
    "keep_proxy": True,
    "tts": True,
    "proxy_tags": [{"prefix": "A:", "suffix": None}, {"prefix": "[", "suffix": "]"}],
    "privacy": dict.fromkeys(MEMBER_PRIVACY, "private"),
}
FULL_GROUP: dict[str, Any] = {
    "name": f"{MARKER} Ünder",
    "display_name": "The Under",
    "description": "Downstairs.",
    "icon": "https://example.org/i.png",
    "banner": "https://example.org/g.png",
    "color": "abcdef",
    "privacy": dict.fromkeys(GROUP_PRIVACY, "private"),
}
FULL_SETTINGS: dict[str, Any] = {
    "timezone": "Europe/Berlin",
    "pings_enabled": False,
    "latch_timeout": 3600,
    "member_default_private": True,
    "group_default_private": True,
    "show_private_info": False,
    "case_sensitive_proxy_tags": False,
    "proxy_error_message_enabled": False,
    "hid_display_split": True,
    "hid_display_caps": True,
    "card_show_color_hex": True,
    "hid_list_padding": "left",
    "proxy_switch": "new",
    "name_format": "{tag} {name}",
    "description_templates": ["Name:\nAge:", "Role:"],
}
FULL_SYSTEM_GUILD: dict[str, Any] = {"proxying_enabled": False, "tag": "| here", "tag_enabled": False}
FULL_MEMBER_GUILD: dict[str, Any] = {
    "display_name": "Ayo here",
    "avatar_url": "https://example.org/here.png",
    "keep_proxy": True,
}

SYSTEM_KEYS = {"id", "uuid", "created", *SYSTEM}
OWN_SYSTEM_KEYS = {*SYSTEM_KEYS, "webhook_url"}
MEMBER_IN_MESSAGE_KEYS = {"id", "uuid", "name", "created", *MEMBER, *MEMBER_COUNTS}
MEMBER_KEYS = {*MEMBER_IN_MESSAGE_KEYS, "system"}
GROUP_KEYS = {"id", "uuid", "system", "name", "created", *GROUP}
SWITCH_KEYS = {"id", "timestamp", "members"}
MESSAGE_KEYS = {"timestamp", "id", "original", "sender", "channel", "guild", "system", "member"}

# What the public documentation names; the rest is what the reference service adds.
DOCUMENTED_MEMBER = MEMBER_KEYS - {"system", "webhook_avatar_url", "tts"}
DOCUMENTED_GROUP = GROUP_KEYS - {"system", "created"}
UNDOCUMENTED_SYSTEM_PRIVACY = {"name_privacy", "avatar_privacy", "banner_privacy"}
UNDOCUMENTED_MEMBER_PRIVACY = {"banner_privacy", "proxy_privacy"}
UNDOCUMENTED_GROUP_PRIVACY = {"banner_privacy"}
DOCUMENTED_SETTINGS = {
    "timezone",
    "pings_enabled",
    "latch_timeout",
    "member_default_private",
    "group_default_private",
    "show_private_info",
    *SETTINGS_LIMITS,
}


def without(thing: dict[str, Any], *keys: str) -> dict[str, Any]:
    """The object less some keys."""
    return {key: value for key, value in thing.items() if key not in keys}


def documented_system(thing: dict[str, Any]) -> dict[str, Any]:
    """What the public documentation names of a system."""
    return without(thing, "webhook_url") | {"privacy": without(thing["privacy"], *UNDOCUMENTED_SYSTEM_PRIVACY)}


def documented_member(thing: dict[str, Any]) -> dict[str, Any]:
    """What the public documentation names of a member."""
    named = {key: value for key, value in thing.items() if key in DOCUMENTED_MEMBER}
    return named | {"privacy": without(thing["privacy"], *UNDOCUMENTED_MEMBER_PRIVACY)}


def documented_group(thing: dict[str, Any]) -> dict[str, Any]:
    """What the public documentation names of a group."""
    named = {key: value for key, value in thing.items() if key in DOCUMENTED_GROUP}
    return named | {"privacy": without(thing["privacy"], *UNDOCUMENTED_GROUP_PRIVACY)}


def changed(thing: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """The object with other values, for the expectation of a whole object."""
    return {**thing, **changes}
