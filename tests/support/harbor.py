"""The system that the contract's examples tell of, so that the requests among them work as they stand."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from models import tables
from tests.support.crowd import Draw, Entity, Household, new_group, new_member, new_settings, new_system, store
from tests.support.shapes import GROUP_PRIVACY, MEMBER_PRIVACY, SYSTEM_PRIVACY

ACCOUNT = "466378653216014359"
GUILD = "466707357099884544"
SWITCH = "fd724452-ccea-41ff-8a14-876aeaff1a09"
MESSAGE = {
    "id": "1216030253244219576",
    "original": "1216030250157212936",
    "sender": ACCOUNT,
    "channel": "471388251102380000",
    "guild": GUILD,
}
SYSTEM = {"id": "harbor", "uuid": "b8a1abcd-1a69-46c7-8da4-f9fc3c6da5d7"}
ASPEN = {"id": "aspenx", "uuid": "1710cf53-27ac-435a-ba97-c643656412a9"}
WREN = {"id": "wrenzo", "uuid": "8ca59966-66ce-4b36-8512-bd1311072231"}
FOREST = {"id": "forest", "uuid": "8534f457-38d0-48ec-8f10-99c6c3e1b258"}
GROVE = {"id": "grovex", "uuid": "d93936e1-daca-4c06-b5ff-0c03bb5d7385"}
NEIGHBOUR = {"id": "reefxy", "uuid": "6f1c7a8e-2b7b-4d0c-9c3e-7f4f3f6f2a10"}
JUNO = {"id": "junoba", "uuid": "0d3f1d43-6a0c-4d3f-9a55-5d1c1f6e1f7e"}
HEARTH = {"id": "hearth", "uuid": "4a8f4e0c-9d1c-4f0e-8d5e-0d9d1d0f8a11"}


MORE = 120
"""Members, groups and switches beside those of the examples."""


@dataclass(frozen=True)
class Harbor:
    """The system's token, the token of another one, and references by kind: `system`, `member`, `group`, ..."""

    token: str
    neighbours_token: str
    things: dict[str, list[str]]


def settle() -> Harbor:
    """Make both systems anew in the connected database: an open one, and one that keeps all it can to itself."""
    for short_id in (SYSTEM["id"], NEIGHBOUR["id"]):
        tables.System.delete().where(tables.System.short_id == short_id).execute()
    tables.Message.delete().where(tables.Message.id == MESSAGE["id"]).execute()
    draw = Draw(1, initial="y")
    harbor = _household(draw, SYSTEM, [ASPEN, WREN], [FOREST, GROVE], "public", MORE)
    harbor.account, harbor.guild = ACCOUNT, GUILD
    harbor.messages = [{**MESSAGE, "member": ASPEN["uuid"]}]
    harbor.switches += _switches(draw, harbor.members)
    neighbour = _household(draw, NEIGHBOUR, [JUNO], [HEARTH], "private", 0)
    store([harbor, neighbour])
    things = {
        "system": [*SYSTEM.values(), ACCOUNT, *SYSTEM.values(), ACCOUNT, NEIGHBOUR["id"]],
        "member": [*JUNO.values(), *_references(harbor.members)],
        "group": [*HEARTH.values(), *_references(harbor.groups)],
        "switch": [each["id"] for each in harbor.switches],
        "guild": [GUILD],
        "message": [MESSAGE["id"], MESSAGE["original"]],
    }
    return Harbor(harbor.token, neighbour.token, things)


def _household(
    draw: Draw, names: Entity, members: list[Entity], groups: list[Entity], level: str, more: int
) -> Household:
    """A system with these members and groups in it, and `more` of each."""
    system = new_system(draw, dict.fromkeys(SYSTEM_PRIVACY, level)) | names
    all_members = [
        new_member(draw, system, draw.privacy(MEMBER_PRIVACY), named=draw.flag()) | each
        for each in [*members, *({} for _ in range(more))]
    ]
    uuids = [each["uuid"] for each in members]
    all_groups = [
        new_group(draw, system, draw.privacy(GROUP_PRIVACY), uuids, named=draw.flag()) | each
        for each in [*groups, *({} for _ in range(more))]
    ]
    return Household(
        system,
        settings=new_settings(draw),
        system_guild={"proxying_enabled": True, "tag": None, "tag_enabled": True},
        members=all_members,
        groups=all_groups,
        switches=[],
        messages=[],
        member_guild={"display_name": None, "avatar_url": None, "keep_proxy": None},
    )


def _switches(draw: Draw, members: list[Entity]) -> list[Entity]:
    """The switch of the examples and more, one a day before it."""
    first = {"id": SWITCH, "timestamp": "2024-03-09T14:21:07.5Z", "members": [WREN["id"], ASPEN["id"]]}
    noon = datetime(2024, 3, 9, 12)
    return [first] + [
        {
            "id": draw.uuid(),
            "timestamp": f"{(noon - timedelta(days=age)).isoformat()}Z",
            "members": [each["id"] for each in draw.random.sample(members, 2)],
        }
        for age in range(MORE)
    ]


def _references(entities: list[Entity]) -> list[str]:
    """Each by its short id and by its UUID, the first ones more often."""
    return [entity[key] for entity in entities[:2] * 5 + entities for key in ("id", "uuid")]
