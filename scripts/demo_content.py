"""Who and what is in the demo data: two invented systems, with every field of the API used by somebody.

A member is written as its own keys only; `scripts.demo` adds ids, times, messages and switches.
"""

from dataclasses import dataclass
from typing import Any

Entity = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Content:
    """One system, by the names of its members."""

    system: Entity
    settings: Entity
    members: list[Entity]
    groups: list[Entity]
    guilds: list[Entity]
    accounts: int
    switches: int
    messages: int
    fronting: list[str]
    """Who is here at the end of the story."""


PICTURES = "https://pictures.example.org"


def private(*keys: str) -> dict[str, str]:
    """A privacy object in which these keys are private."""
    return {f"{key}_privacy" if key != "visibility" else key: "private" for key in keys}


def tag(prefix: str | None = None, suffix: str | None = None) -> dict[str, str | None]:
    """A proxy tag."""
    return {"prefix": prefix, "suffix": suffix}


OPEN_SYSTEM: Entity = {
    "name": "The Lantern House",
    "description": "A household of many, in one body and a flat with too many plants.\n\n"
    "Mornings are **Ash** or **Juniper**, evenings are anybody's guess. Say hello; we will tell you who is answering.",
    "tag": "🏮",
    "pronouns": "they/them (plural)",
    "avatar_url": f"{PICTURES}/lantern/house.png",
    "banner": f"{PICTURES}/lantern/banner.png",
    "color": "e8a33d",
}

OPEN_SETTINGS: Entity = {
    "timezone": "Europe/Lisbon",
    "latch_timeout": 7200,
    "hid_display_split": True,
    "hid_display_caps": True,
    "hid_list_padding": "left",
    "proxy_switch": "add",
    "card_show_color_hex": True,
    "description_templates": ["Likes:\nDislikes:\nAsk me about:", "Role:\nSince:"],
}

OPEN_MEMBERS: list[Entity] = [
    {
        "name": "Ash",
        "display_name": "Ash 🌿",
        "color": "7a9e7e",
        "birthday": "1994-03-21",
        "pronouns": "they/them",
        "avatar_url": f"{PICTURES}/lantern/ash.png",
        "webhook_avatar_url": f"{PICTURES}/lantern/ash-small.png",
        "banner": f"{PICTURES}/lantern/ash-banner.png",
        "description": "Gets us out of bed and to the bus. Keeps the calendar, waters the ferns, answers letters.",
        "proxy_tags": [tag("a:"), tag(None, "-ash")],
        "keep_proxy": False,
    },
    {
        "name": "Juniper",
        "color": "2f6f4e",
        "birthday": "0004-06-24",
        "pronouns": "she/her",
        "avatar_url": f"{PICTURES}/lantern/juniper.png",
        "description": "Bakes bread and writes down what went wrong. Sourdough count: 41.",
        "proxy_tags": [tag("j:")],
    },
    {
        "name": "Marlow",
        "color": "31556b",
        "birthday": "1989-11-02",
        "pronouns": "he/him",
        "description": "Does the taxes. Likes doing the taxes. Would rather talk about boats, though.",
        "proxy_tags": [tag("m:"), tag("⛵")],
    },
    {
        "name": "Wren",
        "display_name": "wren (small hours)",
        "color": "b58b6b",
        "pronouns": "wren/wrens",
        "description": "awake when nobody else is. reads. the lamp in the corner is mine",
        "proxy_tags": [tag("w ", None), tag("(", ")w")],
        "autoproxy_enabled": False,
    },
    {
        "name": "Ines",
        "display_name": "Inês",
        "color": "c2447a",
        "birthday": "1996-08-15",
        "pronouns": "ela/dela, she/her",
        "avatar_url": f"{PICTURES}/lantern/ines.png",
        "description": "Fala português primeiro, English second, and swears in both.",
        "proxy_tags": [tag("i:")],
    },
    {
        "name": "Cobalt",
        "color": "0047ab",
        "pronouns": "it/its",
        "description": "Synthesisers, patch cables, one very patient neighbour.",
        "proxy_tags": [tag("[", "]")],
        "keep_proxy": True,
    },
    {
        "name": "Tamsin",
        "color": "8e6c88",
        "birthday": "1991-01-30",
        "pronouns": "she/they",
        "description": "Reads contracts so that the rest of us need not.",
        "proxy_tags": [tag("t:")],
        "privacy": private("birthday"),
    },
    {
        "name": "Okko",
        "color": "d9a441",
        "pronouns": "he/they",
        "avatar_url": f"{PICTURES}/lantern/okko.png",
        "description": "Runs, slowly. Third half marathon in spring.",
        "proxy_tags": [tag("o:"), tag(None, " -o")],
    },
    {
        "name": "雪",
        "display_name": "Yuki (雪)",
        "color": "dfe9f5",
        "birthday": "0004-12-22",
        "pronouns": "any",
        "description": "Draws. Most of the pictures you see here.",
        "proxy_tags": [tag("雪:"), tag("y:")],
    },
    {
        "name": "Petra",
        "color": "9a9a8c",
        "pronouns": "she/her",
        "description": "Geology, mostly. Ask her about the stone on the windowsill.",
        "proxy_tags": [tag("p:")],
    },
    {
        "name": "Fennick",
        "color": "e07b39",
        "pronouns": "fox/foxs, he/him",
        "avatar_url": f"{PICTURES}/lantern/fennick.png",
        "description": "🦊 Board games, puns, and the good kind of chaos at parties.",
        "proxy_tags": [tag("f:"), tag("🦊")],
        "tts": True,
    },
    {
        "name": "Dr. Halloran",
        "display_name": "Hal",
        "color": "4b5d67",
        "birthday": "1979-05-09",
        "pronouns": "he/him",
        "description": "Not that kind of doctor. Remembers every appointment.",
        "proxy_tags": [tag("hal:")],
    },
    {
        "name": "Sol",
        "color": "ffcc33",
        "pronouns": "xe/xem",
        "description": "Sunday mornings, radio on, windows open.",
        "proxy_tags": [tag("s:"), tag("☀")],
    },
    {
        "name": "Luna",
        "color": "5c6bc0",
        "pronouns": "she/her",
        "description": "Sol's other half, on the other side of the day. We share a desk and a mug.",
        "proxy_tags": [tag("l:"), tag("☾")],
    },
    {
        "name": "Bram",
        "color": "6d4c41",
        "pronouns": "he/him",
        "description": "Fixes bicycles. Yours too, if you bring biscuits.",
        "proxy_tags": [tag("b:")],
    },
    {
        "name": "Quill",
        "display_name": "Quill ✒️",
        "color": "263238",
        "pronouns": "they/it",
        "banner": f"{PICTURES}/lantern/quill-banner.png",
        "description": "Writes the long messages. Sorry about the long messages.\n\n"
        "> A letter is a room with a door in it.\n\n"
        "Currently: a novel about a lighthouse, chapter 9 of perhaps 12.",
        "proxy_tags": [tag("q:"), tag("«", "»")],
    },
    {
        "name": "Mira and Noor",
        "color": "ad88c6",
        "pronouns": "we/us",
        "description": "Two who are seldom apart, so one entry for both. Either of us will answer.",
        "proxy_tags": [tag("mn:")],
    },
    {
        "name": "Rook",
        "color": "1b1b1b",
        "pronouns": "he/him",
        "description": "Chess, correspondence games, two moves a week.",
        "proxy_tags": [tag("r:")],
        "privacy": private("metadata"),
    },
    {
        "name": "Pip",
        "color": "9ccc65",
        "birthday": "0004-02-29",
        "pronouns": "they/them",
        "description": "likes beetles, maps and being read to",
        "proxy_tags": [tag("pip ", None)],
        "privacy": private("description", "avatar"),
        "avatar_url": f"{PICTURES}/lantern/pip.png",
    },
    {
        "name": "Sable",
        "display_name": "S.",
        "color": "37474f",
        "pronouns": "ask",
        "description": "New here. Finding out.",
        "proxy_tags": [],
        "privacy": private("name", "pronoun", "proxy"),
    },
    {
        "name": "Orla",
        "color": "26a69a",
        "pronouns": "she/her",
        "description": "Looks after the inside while others look after the outside.",
        "proxy_tags": [tag("or:")],
        "privacy": private("visibility"),
    },
    {
        "name": "Teodor",
        "display_name": "Teo",
        "birthday": "1990-10-10",
        "pronouns": "he/him",
        "description": "Resting since autumn. Says hello now and then.",
        "proxy_tags": [tag("teo:")],
    },
    {
        "name": "Vesper",
        "color": "7e57c2",
        "pronouns": "ve/ver",
        "description": None,
        "proxy_tags": [tag("v:"), tag(None, "~v")],
    },
    {
        "name": "guest",
        "display_name": "(somebody)",
        "description": "For when we cannot tell who is here. That is an answer, too.",
        "proxy_tags": [tag("?:")],
    },
]

OPEN_GROUPS: list[Entity] = [
    {
        "name": "Mornings",
        "display_name": "☀ Mornings",
        "description": "Whoever is most likely to answer before noon.",
        "icon": f"{PICTURES}/lantern/mornings.png",
        "banner": f"{PICTURES}/lantern/mornings-banner.png",
        "color": "f6c667",
        "members": ["Ash", "Juniper", "Sol", "Okko", "Dr. Halloran"],
    },
    {
        "name": "Night shift",
        "description": "After eleven.",
        "color": "303f9f",
        "members": ["Wren", "Luna", "Cobalt", "Vesper"],
    },
    {
        "name": "Office",
        "description": "Work messages come from these.",
        "color": "607d8b",
        "members": ["Marlow", "Tamsin", "Ash", "Quill"],
    },
    {
        "name": "Makers",
        "description": "Bread, pictures, songs, bicycles, words.",
        "icon": f"{PICTURES}/lantern/makers.png",
        "color": "ec407a",
        "members": ["Juniper", "雪", "Cobalt", "Bram", "Quill", "Fennick"],
    },
    {
        "name": "Resting",
        "description": "Not around much at present. Please do not press.",
        "color": "b0bec5",
        "members": ["Teodor", "Orla"],
        "privacy": private("list"),
    },
    {
        "name": "the back room",
        "display_name": "Inside",
        "description": "Ours.",
        "members": ["Orla", "Sable", "Pip"],
        "privacy": private("name", "description", "list", "metadata", "visibility"),
    },
    {"name": "Empty shelf", "members": []},
]

PRIVATE_SYSTEM: Entity = {
    "name": "Quiet Harbour",
    "description": "If you know us, you know where to find us.",
    "tag": "| harbour",
    "pronouns": "they/them",
    "avatar_url": f"{PICTURES}/harbour/pier.png",
    "banner": f"{PICTURES}/harbour/sea.png",
    "color": "4a7c8c",
    "privacy": private("description", "pronoun", "banner", "member_list", "group_list", "front", "front_history"),
}

PRIVATE_SETTINGS: Entity = {
    "timezone": "America/Halifax",
    "pings_enabled": False,
    "latch_timeout": 0,
    "member_default_private": True,
    "group_default_private": True,
    "show_private_info": False,
    "case_sensitive_proxy_tags": False,
    "proxy_error_message_enabled": False,
    "proxy_switch": "new",
    "name_format": "{tag} {name}",
}

# What a member of the second system hides unless it says otherwise.
RESERVED = private("visibility", "description", "birthday", "pronoun", "avatar", "banner", "metadata", "proxy")

PRIVATE_MEMBERS: list[Entity] = [
    {
        "name": "Tide",
        "display_name": "Tide",
        "color": "80cbc4",
        "pronouns": "they/them",
        "avatar_url": f"{PICTURES}/harbour/tide.png",
        "description": "Speaks for us, most days.",
        "proxy_tags": [tag("ti:")],
        "privacy": private("metadata"),
    },
    {
        "name": "Maren",
        "color": "5d8aa8",
        "birthday": "1987-09-12",
        "pronouns": "she/her",
        "description": "Nurse, nights. Sleeps when the post comes.",
        "proxy_tags": [tag("ma:")],
    },
    {
        "name": "Elias",
        "color": "a1887f",
        "birthday": "1992-04-04",
        "pronouns": "he/him",
        "avatar_url": f"{PICTURES}/harbour/elias.png",
        "description": "Restores radios from before the war. Any war.",
        "proxy_tags": [tag("e:"), tag(None, " -elias")],
    },
    {
        "name": "Sunniva",
        "display_name": "Sunny",
        "color": "ffb300",
        "birthday": "0004-07-01",
        "pronouns": "she/they",
        "banner": f"{PICTURES}/harbour/sunny.png",
        "description": "Sings in a choir on Thursdays.",
        "proxy_tags": [tag("su:")],
    },
    {
        "name": "Corvin",
        "color": "424242",
        "pronouns": "he/it",
        "description": "Feeds the crows. Knows them by name; they know him by bag.",
        "proxy_tags": [tag("c:")],
        "keep_proxy": True,
    },
    {
        "name": "Aoife",
        "color": "66bb6a",
        "pronouns": "sí/í, she/her",
        "description": "Studies for the second time, and enjoys it for the first.",
        "proxy_tags": [tag("ao:")],
    },
    {
        "name": "Bastien",
        "color": "8d6e63",
        "birthday": "1984-12-01",
        "pronouns": "il/lui",
        "description": "Cooks for six, always.",
        "proxy_tags": [tag("ba:")],
    },
    {
        "name": "Lark",
        "color": "f48fb1",
        "pronouns": "ey/em",
        "description": "Keeps the photo albums in order.",
        "proxy_tags": [tag("la:")],
        "autoproxy_enabled": False,
    },
    {
        "name": "Noon",
        "color": "fff176",
        "pronouns": "it/its",
        "description": "One hour a day, by agreement. Uses it for walking.",
        "proxy_tags": [tag("n:")],
    },
    {
        "name": "Isolde",
        "color": "ce93d8",
        "birthday": "1999-02-14",
        "pronouns": "she/her",
        "description": "Learned the cello at thirty.",
        "proxy_tags": [tag("is:")],
    },
    {
        "name": "Greyson",
        "display_name": "Grey",
        "color": "9e9e9e",
        "pronouns": "he/him",
        "description": "Handles phone calls.",
        "proxy_tags": [tag("g:"), tag("☎")],
        "privacy": RESERVED | private("name"),
    },
    {
        "name": "Thistle",
        "color": "ab47bc",
        "pronouns": "they/she",
        "description": "Garden, allotment, and the argument with next door about the hedge.",
        "proxy_tags": [tag("th:")],
    },
    {
        "name": "Anouk",
        "color": "ef5350",
        "pronouns": "elle/she",
        "description": "Swims in the sea until November.",
        "proxy_tags": [tag("an:")],
    },
    {
        "name": "the keeper",
        "display_name": "Keeper of the light",
        "color": "ffe082",
        "description": "Was here first. Writes in the logbook, one line a day.",
        "proxy_tags": [],
        "privacy": RESERVED | private("name"),
    },
]

PRIVATE_GROUPS: list[Entity] = [
    {
        "name": "Day watch",
        "description": "Breakfast until supper.",
        "color": "ffd54f",
        "icon": f"{PICTURES}/harbour/day.png",
        "members": ["Tide", "Elias", "Noon", "Bastien", "Greyson"],
        "privacy": private("description", "icon", "list", "metadata", "visibility"),
    },
    {
        "name": "Night watch",
        "color": "1a237e",
        "banner": f"{PICTURES}/harbour/night.png",
        "members": ["Maren", "Corvin", "the keeper"],
        "privacy": private("name", "description", "banner", "list", "metadata", "visibility"),
    },
    {
        "name": "Music",
        "display_name": "Noise",
        "description": "Choir, cello, and radios that work again.",
        "members": ["Sunniva", "Isolde", "Elias"],
    },
]

OPEN_GUILDS: list[Entity] = [
    {
        "system": {"proxying_enabled": True, "tag": "🏮 Lantern", "tag_enabled": True},
        "members": {
            "Ash": {"display_name": "Ash (mod)", "avatar_url": f"{PICTURES}/lantern/ash-mod.png"},
            "Cobalt": {"keep_proxy": False},
            "Quill": {"display_name": "Quill, at length"},
        },
        "autoproxy": {"autoproxy_mode": "latch", "autoproxy_member": "Fennick"},
    },
    {
        "system": {"proxying_enabled": False, "tag": None, "tag_enabled": False},
        "members": {},
        "autoproxy": {"autoproxy_mode": "front", "autoproxy_member": None},
    },
]

PRIVATE_GUILDS: list[Entity] = [
    {
        "system": {"proxying_enabled": True, "tag": None, "tag_enabled": True},
        "members": {"Tide": {"display_name": "Tide of Quiet Harbour", "keep_proxy": True}},
        "autoproxy": {"autoproxy_mode": "member", "autoproxy_member": "Tide"},
    },
]

OPEN = Content(
    system=OPEN_SYSTEM,
    settings=OPEN_SETTINGS,
    members=OPEN_MEMBERS,
    groups=OPEN_GROUPS,
    guilds=OPEN_GUILDS,
    accounts=2,
    switches=320,
    messages=180,
    fronting=["Ash", "Juniper"],
)

PRIVATE = Content(
    system=PRIVATE_SYSTEM,
    settings=PRIVATE_SETTINGS,
    members=[{"privacy": RESERVED} | member for member in PRIVATE_MEMBERS],
    groups=PRIVATE_GROUPS,
    guilds=PRIVATE_GUILDS,
    accounts=1,
    switches=140,
    messages=60,
    fronting=["Maren"],
)
