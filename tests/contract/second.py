"""A second implementation of the API, for the contract kit to report on: python -m tests.contract.second

It was written from the public documentation alone, and looks at neither the contract nor the code of this project. It
keeps everything in memory and does what somebody does in an evening: guild settings and autoproxy are left for later,
and where the documentation is silent it does what came to mind.
"""

import json
import secrets
import socket
import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from random import Random
from typing import Annotated, Any, Literal
from uuid import uuid4

import uvicorn
from fastapi import Body, Depends, FastAPI, Header, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from pydantic import AfterValidator, BaseModel, Field
from starlette.exceptions import HTTPException

Entity = dict[str, Any]

SYSTEM_PRIVACY = (
    "description_privacy",
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
    "metadata_privacy",
)
GROUP_PRIVACY = (
    "name_privacy",
    "description_privacy",
    "icon_privacy",
    "list_privacy",
    "metadata_privacy",
    "visibility",
)
# What a privacy key hides.
HIDDEN = {
    "name_privacy": ("name",),
    "description_privacy": ("description",),
    "birthday_privacy": ("birthday",),
    "pronoun_privacy": ("pronouns",),
    "avatar_privacy": ("avatar_url",),
    "icon_privacy": ("icon",),
    "metadata_privacy": ("created", "message_count", "last_message_timestamp"),
}
SETTINGS: Entity = {
    "timezone": "UTC",
    "pings_enabled": True,
    "latch_timeout": None,
    "member_default_private": False,
    "group_default_private": False,
    "show_private_info": True,
    "member_limit": 1000,
    "group_limit": 250,
}
SYSTEM: Entity = dict.fromkeys(("name", "description", "tag", "pronouns", "avatar_url", "banner", "color"))
MEMBER: Entity = {
    **dict.fromkeys(("display_name", "color", "birthday", "pronouns", "avatar_url", "banner", "description")),
    "proxy_tags": [],
    "keep_proxy": False,
    "autoproxy_enabled": True,
    "message_count": 0,
    "last_message_timestamp": None,
}
GROUP: Entity = dict.fromkeys(("display_name", "description", "icon", "banner", "color"))


def _not_null(value: Any) -> Any:
    if value is None:
        raise ValueError("must not be null")
    return value


Text100 = Annotated[str, Field(max_length=100)] | None
Text1000 = Annotated[str, Field(max_length=1000)] | None
Url = Annotated[str, Field(max_length=256, pattern="^https?://")] | None
Color = Annotated[str, Field(pattern="^[0-9a-fA-F]{6}$")] | None
Name = Annotated[Text100, AfterValidator(_not_null)]
Privacy = dict[str, Literal["public", "private"] | None] | None


class SystemPatch(BaseModel):
    name: Text100 = None
    description: Text1000 = None
    tag: str | None = None
    pronouns: Text100 = None
    avatar_url: Url = None
    banner: Url = None
    color: Color = None
    privacy: Privacy = None


class ProxyTag(BaseModel):
    prefix: str | None = None
    suffix: str | None = None


class MemberPatch(BaseModel):
    name: Name = None
    display_name: Text100 = None
    color: Color = None
    birthday: date | None = None
    pronouns: Text100 = None
    avatar_url: Url = None
    banner: Url = None
    description: Text1000 = None
    proxy_tags: list[ProxyTag] = []
    keep_proxy: bool = False
    privacy: Privacy = None


class NewMember(MemberPatch):
    name: Name = Field()


class GroupPatch(BaseModel):
    name: Name = None
    display_name: Text100 = None
    description: Text1000 = None
    icon: Url = None
    banner: Url = None
    color: Color = None
    privacy: Privacy = None


class NewGroup(GroupPatch):
    name: Name = Field()


class SettingsPatch(BaseModel):
    timezone: str = "UTC"
    pings_enabled: bool = True
    latch_timeout: int | None = None
    member_default_private: bool = False
    group_default_private: bool = False
    show_private_info: bool = True


class NewSwitch(BaseModel):
    timestamp: datetime | None = None
    members: list[str]


class SwitchPatch(BaseModel):
    timestamp: datetime


class ApiError(Exception):
    """An answer that is not the one that was hoped for."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status, self.message = status, message


def now() -> str:
    return written(datetime.now(UTC))


def written(moment: datetime) -> str:
    """A timestamp as answers have it."""
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return aware.astimezone(UTC).isoformat().replace("+00:00", "Z")


draw = Random(1)
"""The same ids in each run, so that reports can be compared."""


def new_id() -> str:
    return "".join(draw.choices("abcdefghijklmnopqrstuvwxyz", k=5))


@dataclass
class System:
    """All that belongs to one system."""

    token: str
    account: str
    profile: Entity
    settings: Entity = field(default_factory=lambda: dict(SETTINGS))
    members: list[Entity] = field(default_factory=list)
    groups: list[Entity] = field(default_factory=list)
    in_group: dict[str, list[str]] = field(default_factory=dict)
    """UUID of a group -> UUIDs of its members."""
    switches: list[Entity] = field(default_factory=list)
    """Newest first; with UUIDs of members."""

    @property
    def names(self) -> tuple[str, ...]:
        return self.profile["id"], self.profile["uuid"], self.account


def named(entities: Iterable[Entity], ref: str) -> Entity | None:
    return next((each for each in entities if ref in (each["id"], each["uuid"])), None)


def made(fields: Entity, privacy: Iterable[str]) -> Entity:
    start = {"id": new_id(), "uuid": str(uuid4()), "name": None, "created": now()}
    return start | fields | {"privacy": dict.fromkeys(privacy, "public")}


def set_fields(entity: Entity, model: BaseModel) -> None:
    """Store what a client has sent; what it has not sent stays."""
    given = model.model_dump(mode="json", include=model.model_fields_set)
    privacy = given.pop("privacy", None) or {}
    if not given and not privacy.keys() & entity.get("privacy", {}).keys():
        raise ApiError(400, "400: Bad Request")
    entity |= given
    for key in privacy.keys() & entity.get("privacy", {}).keys():
        entity["privacy"][key] = privacy[key] or "public"


def seen(entity: Entity, own: bool) -> Entity:
    """The entity as its owner sees it, or as anybody else does."""
    if own:
        return entity
    private = [key for key, value in entity["privacy"].items() if value == "private"]
    hidden = {name: None for key in private for name in HIDDEN.get(key, ()) if name in entity}
    return entity | hidden | {"privacy": None}


def listed(entities: Iterable[Entity], own: bool) -> list[Entity]:
    return [seen(each, own) for each in entities if own or each["privacy"].get("visibility") != "private"]


class World:
    """All systems, and the messages that were proxied."""

    def __init__(self) -> None:
        self.systems: list[System] = []
        self.messages: list[Entity] = []

    def new_system(self, name: str) -> System:
        account = str(10**17 + secrets.randbelow(10**17))
        profile = made(SYSTEM, SYSTEM_PRIVACY) | {"name": name}
        self.systems.append(System(secrets.token_urlsafe(48), account, profile))
        return self.systems[-1]

    def owner_of(self, kind: Literal["members", "groups"], ref: str) -> tuple[System, Entity]:
        for system in self.systems:
            if found := named(getattr(system, kind), ref):
                return system, found
        raise ApiError(404, f"{kind[:-1].capitalize()} not found.")


world = World()
app = FastAPI(openapi_url=None)
v2 = FastAPI(openapi_url=None)
app.mount("/v2", v2)


# Who is asking, and for what


def viewer(authorization: Annotated[str, Header()] = "") -> System | None:
    return next((system for system in world.systems if system.token == authorization), None)


Viewer = Annotated[System | None, Depends(viewer)]


def myself(viewer: Viewer) -> System:
    if viewer is None:
        raise ApiError(401, "401: Missing or invalid Authorization header")
    return viewer


def system_of(system_ref: str, viewer: Viewer) -> System:
    if system_ref == "@me":
        return myself(viewer)
    for system in world.systems:
        if system_ref in system.names:
            return system
    raise ApiError(404, "System not found.")


Me = Annotated[System, Depends(myself)]
AnySystem = Annotated[System, Depends(system_of)]


def own_system(system: AnySystem, me: Me) -> System:
    if system is not me:
        raise ApiError(403, "403: Missing permissions to access this resource")
    return system


def member_of(member_ref: str) -> tuple[System, Entity]:
    return world.owner_of("members", member_ref)


def group_of(group_ref: str) -> tuple[System, Entity]:
    return world.owner_of("groups", group_ref)


AnyMember = Annotated[tuple[System, Entity], Depends(member_of)]
AnyGroup = Annotated[tuple[System, Entity], Depends(group_of)]


def own_member(found: AnyMember, me: Me) -> Entity:
    if found[0] is not me:
        raise ApiError(403, "Target member is not part of your system.")
    return found[1]


def own_group(found: AnyGroup, me: Me) -> Entity:
    if found[0] is not me:
        raise ApiError(403, "Target group is not part of your system.")
    return found[1]


OwnSystem = Annotated[System, Depends(own_system)]
OwnMember = Annotated[Entity, Depends(own_member)]
OwnGroup = Annotated[Entity, Depends(own_group)]
Refs = Annotated[list[str], Body()]


def find_all(me: System, kind: Literal["members", "groups"], refs: list[str]) -> list[str]:
    """The UUIDs of those that a body names."""
    uuids = []
    for ref in refs:
        system, entity = world.owner_of(kind, ref)
        if system is not me:
            raise ApiError(403, f"{ref} is not part of your system.")
        uuids.append(entity["uuid"])
    return uuids


# Systems


@v2.get("/systems/{system_ref}")
def get_system(system: AnySystem, viewer: Viewer) -> Any:
    return seen(system.profile, system is viewer)


@v2.patch("/systems/{system_ref}")
def update_system(system: OwnSystem, patch: SystemPatch) -> Any:
    set_fields(system.profile, patch)
    return system.profile


@v2.get("/systems/{system_ref}/settings")
def get_settings(system: OwnSystem) -> Any:
    return system.settings


@v2.patch("/systems/{system_ref}/settings")
def update_settings(system: OwnSystem, patch: SettingsPatch) -> Any:
    set_fields(system.settings, patch)
    return system.settings


@v2.get("/systems/{system_ref}/guilds/{guild}")
@v2.patch("/systems/{system_ref}/guilds/{guild}")
@v2.get("/members/{member_ref}/guilds/{guild}")
@v2.patch("/members/{member_ref}/guilds/{guild}")
@v2.get("/systems/{system_ref}/autoproxy")
@v2.patch("/systems/{system_ref}/autoproxy")
def later() -> Any:
    raise ApiError(501, "Unimplemented")


# Members


@v2.get("/systems/{system_ref}/members")
def get_members(system: AnySystem, viewer: Viewer) -> Any:
    allow(system is viewer, system.profile, "member_list_privacy", "Unauthorized to view member list")
    return listed(system.members, system is viewer)


def allow(own: bool, entity: Entity, key: str, message: str) -> None:
    if not own and entity["privacy"][key] == "private":
        raise ApiError(403, message)


@v2.post("/members")
def create_member(me: Me, new: NewMember) -> Any:
    if len(me.members) >= me.settings["member_limit"]:
        raise ApiError(400, "Member limit reached.")
    member = made(MEMBER, MEMBER_PRIVACY)
    set_fields(member, new)
    me.members.append(member)
    return member


@v2.get("/members/{member_ref}")
def get_member(found: AnyMember, viewer: Viewer) -> Any:
    return seen(found[1], found[0] is viewer)


@v2.patch("/members/{member_ref}")
def update_member(member: OwnMember, patch: MemberPatch) -> Any:
    set_fields(member, patch)
    return member


@v2.delete("/members/{member_ref}", status_code=204)
def delete_member(member: OwnMember, me: Me) -> None:
    me.members.remove(member)
    for holder in (*me.in_group.values(), *(switch["members"] for switch in me.switches)):
        if member["uuid"] in holder:
            holder.remove(member["uuid"])


@v2.get("/members/{member_ref}/groups")
def get_member_groups(found: AnyMember, viewer: Viewer) -> Any:
    system, member = found
    allow(system is viewer, system.profile, "group_list_privacy", "Unauthorized to view group list")
    groups = (group for group in system.groups if member["uuid"] in system.in_group[group["uuid"]])
    return listed(groups, system is viewer)


@v2.post("/members/{member_ref}/groups/add", status_code=204)
def add_to_groups(member: OwnMember, me: Me, refs: Refs) -> None:
    for uuid in find_all(me, "groups", refs):
        join(me.in_group[uuid], [member["uuid"]])


def join(there: list[str], more: list[str]) -> None:
    there.extend(uuid for uuid in dict.fromkeys(more) if uuid not in there)


@v2.post("/members/{member_ref}/groups/remove", status_code=204)
def remove_from_groups(member: OwnMember, me: Me, refs: Refs) -> None:
    for uuid in find_all(me, "groups", refs):
        leave(me.in_group[uuid], [member["uuid"]])


def leave(there: list[str], fewer: list[str]) -> None:
    there[:] = [uuid for uuid in there if uuid not in fewer]


@v2.post("/members/{member_ref}/groups/overwrite", status_code=204)
def overwrite_groups(member: OwnMember, me: Me, refs: Refs) -> None:
    wanted = find_all(me, "groups", refs)
    for uuid, members in me.in_group.items():
        (join if uuid in wanted else leave)(members, [member["uuid"]])


# Groups


@v2.get("/systems/{system_ref}/groups")
def get_groups(system: AnySystem, viewer: Viewer, with_members: bool = False) -> Any:
    own = system is viewer
    allow(own, system.profile, "group_list_privacy", "Unauthorized to view group list")
    groups = listed(system.groups, own)
    return [group | {"members": system.in_group[group["uuid"]]} for group in groups] if with_members else groups


@v2.post("/groups")
def create_group(me: Me, new: NewGroup) -> Any:
    if len(me.groups) >= me.settings["group_limit"]:
        raise ApiError(400, "Group limit reached.")
    group = made(GROUP, GROUP_PRIVACY)
    set_fields(group, new)
    me.groups.append(group)
    me.in_group[group["uuid"]] = []
    return group


@v2.get("/groups/{group_ref}")
def get_group(found: AnyGroup, viewer: Viewer) -> Any:
    return seen(found[1], found[0] is viewer)


@v2.patch("/groups/{group_ref}")
def update_group(group: OwnGroup, patch: GroupPatch) -> Any:
    set_fields(group, patch)
    return group


@v2.delete("/groups/{group_ref}", status_code=204)
def delete_group(group: OwnGroup, me: Me) -> None:
    me.groups.remove(group)
    del me.in_group[group["uuid"]]


@v2.get("/groups/{group_ref}/members")
def get_group_members(found: AnyGroup, viewer: Viewer) -> Any:
    system, group = found
    allow(system is viewer, group, "list_privacy", "Unauthorized to view group member list")
    members = (member for member in system.members if member["uuid"] in system.in_group[group["uuid"]])
    return listed(members, system is viewer)


@v2.post("/groups/{group_ref}/members/add", status_code=204)
def add_members(group: OwnGroup, me: Me, refs: Refs) -> None:
    join(me.in_group[group["uuid"]], find_all(me, "members", refs))


@v2.post("/groups/{group_ref}/members/remove", status_code=204)
def remove_members(group: OwnGroup, me: Me, refs: Refs) -> None:
    leave(me.in_group[group["uuid"]], find_all(me, "members", refs))


@v2.post("/groups/{group_ref}/members/overwrite", status_code=204)
def overwrite_members(group: OwnGroup, me: Me, refs: Refs) -> None:
    me.in_group[group["uuid"]] = list(dict.fromkeys(find_all(me, "members", refs)))


# Switches


def with_members(system: System, switch: Entity, own: bool) -> Entity:
    members = [named(system.members, uuid) for uuid in switch["members"]]
    return switch | {"members": [seen(member, own) for member in members if member]}


def with_ids(system: System, switch: Entity) -> Entity:
    members = [named(system.members, uuid) for uuid in switch["members"]]
    return switch | {"members": [member["id"] for member in members if member]}


@v2.get("/systems/{system_ref}/switches")
def get_switches(
    system: AnySystem, viewer: Viewer, before: datetime | None = None, limit: Annotated[int, Query(ge=1)] = 100
) -> Any:
    allow(system is viewer, system.profile, "front_history_privacy", "Unauthorized to view front history.")
    found = [
        each for each in system.switches if before is None or instant(each) < instant({"timestamp": written(before)})
    ]
    return [with_ids(system, switch) for switch in found[: min(limit, 100)]]


def instant(switch: Entity) -> datetime:
    return datetime.fromisoformat(switch["timestamp"])


@v2.get("/systems/{system_ref}/fronters")
def get_fronters(system: AnySystem, viewer: Viewer) -> Any:
    allow(system is viewer, system.profile, "front_privacy", "Unauthorized to view current fronters.")
    return with_members(system, system.switches[0], system is viewer) if system.switches else Response(status_code=204)


@v2.post("/systems/{system_ref}/switches")
def create_switch(system: OwnSystem, new: NewSwitch) -> Any:
    members = find_all(system, "members", new.members)
    switch = {"id": str(uuid4()), "timestamp": written(new.timestamp or datetime.now(UTC)), "members": members}
    system.switches.append(switch)
    sort(system)
    return with_members(system, switch, own=True)


def sort(system: System) -> None:
    system.switches.sort(key=instant, reverse=True)


def switch_of(switch_ref: str, system: AnySystem) -> Entity:
    for switch in system.switches:
        if switch["id"] == switch_ref:
            return switch
    raise ApiError(404, "Switch not found.")


AnySwitch = Annotated[Entity, Depends(switch_of)]


@v2.get("/systems/{system_ref}/switches/{switch_ref}")
def get_switch(system: AnySystem, switch: AnySwitch, viewer: Viewer) -> Any:
    allow(system is viewer, system.profile, "front_history_privacy", "Unauthorized to view front history.")
    return with_members(system, switch, system is viewer)


@v2.patch("/systems/{system_ref}/switches/{switch_ref}")
def update_switch(system: OwnSystem, switch: AnySwitch, patch: SwitchPatch) -> Any:
    switch["timestamp"] = written(patch.timestamp)
    sort(system)
    return with_members(system, switch, own=True)


@v2.patch("/systems/{system_ref}/switches/{switch_ref}/members")
def update_switch_members(system: OwnSystem, switch: AnySwitch, refs: Refs) -> Any:
    switch["members"] = find_all(system, "members", refs)
    return with_members(system, switch, own=True)


@v2.delete("/systems/{system_ref}/switches/{switch_ref}", status_code=204)
def delete_switch(system: OwnSystem, switch: AnySwitch) -> None:
    system.switches.remove(switch)


# Messages


@v2.get("/messages/{message}")
def get_message(message: str, viewer: Viewer) -> Any:
    for found in world.messages:
        if message in (found["id"], found["original"]):
            system, member = world.owner_of("members", found["member"])
            own = system is viewer
            return found | {"system": seen(system.profile, own), "member": seen(member, own)}
    raise ApiError(404, "Message not found.")


# What holds for all of them

Handler = Callable[[Request], Awaitable[Response]]


@v2.middleware("http")
async def common(request: Request, answer: Handler) -> Response:
    """Ask for a User-Agent, and tell of limits that nobody has reached yet."""
    if not request.headers.get("user-agent"):
        return JSONResponse({"message": "User-Agent header is required", "code": 0}, 400)
    response = await answer(request)
    message = request.url.path.startswith("/v2/messages/")
    reading = request.method in ("GET", "HEAD", "OPTIONS")
    limit = 10 if reading else 3
    response.headers["X-RateLimit-Limit"] = str(limit)
    response.headers["X-RateLimit-Remaining"] = str(limit - 1)
    response.headers["X-RateLimit-Reset"] = str(int(time.time() * 1000) + 1000)
    response.headers["X-RateLimit-Scope"] = "message" if message else "generic_get" if reading else "generic_update"
    return response


@v2.exception_handler(ApiError)
async def refused(_: Request, error: ApiError) -> JSONResponse:
    return JSONResponse({"message": error.message, "code": 0}, error.status)


@v2.exception_handler(RequestValidationError)
async def invalid(_: Request, error: RequestValidationError) -> JSONResponse:
    return JSONResponse({"message": "; ".join(str(each["msg"]) for each in error.errors()), "code": 0}, 400)


@v2.exception_handler(HTTPException)
async def failed(_: Request, error: HTTPException) -> JSONResponse:
    return JSONResponse({"message": f"{error.status_code}: {error.detail}", "code": 0}, error.status_code)


def main() -> None:
    """Serve two systems on a free port, and say where and how they are called."""
    mine, other = world.new_system("Second"), world.new_system("Other")
    for system in (mine, other):
        create_member(system, NewMember(name="Ayo"))
        create_group(system, NewGroup(name="Household"))
    ids = {key: str(10**17 + number) for number, key in enumerate(("id", "original", "sender", "channel", "guild"))}
    world.messages.append({**ids, "timestamp": now(), "member": mine.members[0]["uuid"]})
    listener = socket.create_server(("127.0.0.1", 0))
    address = f"http://127.0.0.1:{listener.getsockname()[1]}"
    told = {"token": mine.token, "other_token": other.token, "system": mine.profile["id"], "message": ids["id"]}
    print(json.dumps({"url": f"{address}/v2", **told}), flush=True)
    uvicorn.Server(uvicorn.Config(app, log_level="warning", ws="none")).run([listener])


if __name__ == "__main__":
    main()
