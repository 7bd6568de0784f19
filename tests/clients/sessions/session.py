"""The session, in Python."""

import asyncio
import json
import os
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from pluralspec_client import PluralKit, PluralKitError, switches, switches_async
from pluralspec_client.api.groups import (
    add_group_members,
    create_group,
    delete_group,
    get_group_members,
    get_system_groups,
)
from pluralspec_client.api.members import create_member, get_member, get_system_members, update_member
from pluralspec_client.api.switches import create_switch, get_fronters
from pluralspec_client.models import (
    GroupCreate,
    MemberCreate,
    MemberPatch,
    MemberPrivacyPatch,
    ProxyTagInput,
    SwitchCreate,
)
from pluralspec_client.types import Unset

variables = os.environ
pk = PluralKit(base_url=variables["BASE_URL"], token=variables["TOKEN"], user_agent=variables["USER_AGENT"])
said: dict[str, Any] = {}


def failure(attempt: Callable[[], object]) -> dict[str, Any] | None:
    try:
        attempt()
    except PluralKitError as error:
        errors = {key: [each.to_dict() for each in found] for key, found in error.errors.items()}
        return {"status": error.status, "code": error.code, "message": error.message, "errors": errors}
    return None


def shown(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


new = MemberCreate(
    name="Robin",
    display_name="Robin ⚓ Häfen 🦊",
    color="7fb069",
    birthday="0004-02-29",
    proxy_tags=[ProxyTagInput(prefix="r:")],
    privacy=MemberPrivacyPatch(metadata_privacy="private"),
)
made = create_member.sync(pk, body=new)
tags = [tag.to_dict() for tag in made.proxy_tags]
level = made.privacy.metadata_privacy if made.privacy else None
said["created"] = [made.name, made.display_name, made.color, made.birthday, tags, level]
said["got"] = get_member.sync(pk, made.id).uuid == made.uuid
changed = update_member.sync(pk, made.id, body=MemberPatch(display_name="Robin R."))
said["changed"] = [changed.name, changed.display_name, changed.color]
cleared = update_member.sync(pk, made.id, body=MemberPatch(color=None))
said["cleared"] = [cleared.name, cleared.display_name, cleared.color]
other = create_member.sync(pk, body=MemberCreate(name="Wren"))
said["listed"] = [member.name for member in get_system_members.sync(pk, "@me")]

group = create_group.sync(pk, body=GroupCreate(name="Forest"))
add_group_members.sync(pk, group.id, body=[made.id, str(other.uuid)])
said["group"] = [member.name for member in get_group_members.sync(pk, group.id)]
groups = get_system_groups.sync(pk, "@me", with_members=True)
said["groups"] = [None if isinstance(each.members, Unset) else len(each.members) for each in groups]

said["nobody"] = get_fronters.sync(pk, "@me") is None
moment = datetime(2024, 5, 1, 12, 0, 0, 123456, UTC)
created = create_switch.sync(pk, "@me", body=SwitchCreate(members=[other.id, made.id], timestamp=moment))
said["switched"] = [shown(created.timestamp), [member.name for member in created.members]]
fronters = get_fronters.sync(pk, "@me")
said["fronters"] = fronters and [member.name for member in fronters.members]

history = list(switches(pk, variables["HISTORY"]))
first, last = history[0].timestamp, history[-1].timestamp
said["history"] = [len(history), len({each.id for each in history}), shown(first), shown(last)]

said["invalid"] = failure(lambda: create_member.sync(pk, body=MemberCreate(name="x" * 101, color="green")))
said["missing"] = failure(lambda: get_member.sync(pk, "zzzzzz"))
said["forbidden"] = failure(lambda: get_system_members.sync(pk, variables["CLOSED"]))


async def without_blocking() -> None:
    async with PluralKit(
        base_url=variables["BASE_URL"], token=variables["TOKEN"], user_agent=variables["USER_AGENT"]
    ) as client:
        said["earlier"] = len([1 async for _ in switches_async(client, variables["HISTORY"], history[99].timestamp)])
        said["patient"] = sum([(await get_member.asyncio(client, made.id)).id == made.id for _ in range(25)])


asyncio.run(without_blocking())
delete_group.sync(pk, group.id)
print(json.dumps(said))
