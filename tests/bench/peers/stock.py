"""The same contract behind Connexion as it comes: its own routing, security, validation and serialisation.

The handlers do what ours do, with Peewee's models and queries as people write them.
"""

import uuid
from collections.abc import Callable, Iterable
from typing import Any

from connexion import AsyncApp
from connexion.lifecycle import ConnexionRequest, ConnexionResponse
from connexion.resolver import Resolver
from peewee import Expression

from generated.contract import PRIVACY, PRIVACY_KEYS
from generated.errors import (
    ApiError,
    DuplicateMembers,
    Forbidden,
    FrontersPrivate,
    FrontHistoryPrivate,
    GroupListPrivate,
    IdenticalMembers,
    MemberListPrivate,
    MemberNotFound,
    MemberRefNotFound,
    NotOwnMember,
    NotOwnMemberRef,
    SwitchExists,
    SystemNotFound,
    Unauthorized,
    Unimplemented,
)
from handlers.request.answers import body_of
from handlers.request.contract import CONTRACT
from models import credentials, database, instants
from models.references import Reference, parse, parse_system
from models.settings import Settings
from models.tables import Group, GroupMember, Member, ProxyTag, Switch, SwitchMember, System, column

Json = dict[str, Any]
Viewer = dict[str, Any] | None


def token_info(token: str) -> dict[str, Any]:
    """Whose token it is; whatever is not valid is nobody's."""
    return {"system": System.get_or_none(System.token == credentials.digest(token))}


def get_system(system_ref: str, token_info: Viewer = None) -> Json:
    system = find_system(system_ref, token_info)
    return view(system, SYSTEM_KEYS, owns(token_info, system))


def get_system_members(system_ref: str, token_info: Viewer = None) -> list[Json]:
    system = find_system(system_ref, token_info)
    own = readable(system, token_info, "member_list_privacy", MemberListPrivate)
    query = Member.select().where(Member.system == system).order_by(Member.id)
    return present(query if own else query.where(Member.visibility == "public"), system, own)


def get_system_groups(system_ref: str, with_members: bool = False, token_info: Viewer = None) -> list[Json]:
    system = find_system(system_ref, token_info)
    own = readable(system, token_info, "group_list_privacy", GroupListPrivate)
    query = Group.select().where(Group.system == system).order_by(Group.id)
    groups = [group_view(group, system, own) for group in (query if own else query.where(Group.visibility == "public"))]
    return with_uuids(groups, system, own) if with_members else groups


def get_system_switches(
    system_ref: str, before: str | None = None, limit: int = 100, token_info: Viewer = None
) -> list[Json]:
    system = find_system(system_ref, token_info)
    readable(system, token_info, "front_history_privacy", FrontHistoryPrivate)
    query = Switch.select().where(Switch.system == system).order_by(Switch.timestamp.desc()).limit(min(limit, 100))
    if before is not None:
        query = query.where(Switch.timestamp < instants.parse(before))
    switches = list(query)
    places = SwitchMember.select(SwitchMember.switch, Member.short_id).join(Member)
    fronts: dict[int, list[str]] = {switch.id: [] for switch in switches}
    for switch, member in places.where(SwitchMember.switch.in_(switches)).order_by(SwitchMember.position).tuples():
        fronts[switch].append(member)
    return [{"id": each.uuid, "timestamp": f"{each.timestamp}Z", "members": fronts[each.id]} for each in switches]


def get_fronters(system_ref: str, token_info: Viewer = None) -> Json | tuple[None, int]:
    system = find_system(system_ref, token_info)
    own = readable(system, token_info, "front_privacy", FrontersPrivate)
    switch = newest(system)
    return (None, 204) if switch is None else front_view(switch, system, own)


def create_switch(system_ref: str, body: Json, token_info: Viewer = None) -> Json:
    owner = owner_of(token_info)
    if find_system(system_ref, token_info) != owner:
        raise Forbidden
    with database.proxy.atomic():
        front = own_members(body["members"], owner)
        timestamp = instants.parse(body["timestamp"]) if body.get("timestamp") else instants.now()
        if Switch.get_or_none(Switch.system == owner, Switch.timestamp == timestamp):
            raise SwitchExists
        last = newest(owner)
        if last is not None and last.timestamp < timestamp and [place.member for place in places(last)] == front:
            raise IdenticalMembers
        switch = Switch.create(uuid=str(uuid.uuid4()), system=owner, timestamp=timestamp)
        SwitchMember.insert_many(
            [{"switch": switch, "position": position, "member": member} for position, member in enumerate(front)]
        ).execute()
        return front_view(switch, owner, own=True)


def get_member(member_ref: str, token_info: Viewer = None) -> Json:
    member = find_member(member_ref)
    return present([member], member.system, owns(token_info, member.system))[0]


def update_member(member_ref: str, body: Json, token_info: Viewer = None) -> Json:
    owner = owner_of(token_info)
    with database.proxy.atomic():
        member = find_member(member_ref)
        if member.system != owner:
            raise NotOwnMember
        for key, value in settable(body).items():
            setattr(member, key, value)
        if member.dirty_fields:
            member.save(only=member.dirty_fields)
        if "proxy_tags" in body:
            ProxyTag.delete().where(ProxyTag.member == member).execute()
            tags = [
                {"member": member, "position": i, **tag} for i, tag in enumerate(map(whole_tag, body["proxy_tags"]))
            ]
            ProxyTag.insert_many(tags).execute()
        return present([member], owner, own=True)[0]


def not_measured(**arguments: Any) -> None:
    """All other operations."""
    raise Unimplemented


def find_system(ref: str, viewer: Viewer) -> Any:
    if ref == "@me":
        return owner_of(viewer)
    return found(System.get_or_none(named(System, parse_system(ref))), SystemNotFound)


def find_member(ref: str) -> Any:
    query = Member.select(Member, System).join(System).where(named(Member, parse(ref)))
    return found(query.get_or_none(), MemberNotFound)


def found(row: Any, error: type[ApiError]) -> Any:
    if row is None:
        raise error
    return row


def named(table: Any, ref: Reference | None) -> Expression:
    return column(table, ref.form) == ref.value if ref else column(table, "id").is_null()


def own_members(refs: list[str], owner: Any) -> list[Any]:
    """The members that a body lists; they are looked up together."""
    parsed = [parse(ref) for ref in refs]
    values = [ref.value for ref in parsed if ref]
    query = Member.select().where(Member.short_id.in_(values) | Member.uuid.in_(values))
    by_ref = {value: member for member in query for value in (member.short_id, member.uuid)}
    members = [by_ref.get(ref.value) if ref else None for ref in parsed]
    for ref, member in zip(refs, members, strict=True):
        if member is None:
            raise MemberRefNotFound(ref=ref)
        if member.system_id != owner.id:
            raise NotOwnMemberRef(ref=ref)
    if len(set(members)) < len(members):
        raise DuplicateMembers
    return members


def owner_of(viewer: Viewer) -> Any:
    if not viewer or viewer["system"] is None:
        raise Unauthorized
    return viewer["system"]


def owns(viewer: Viewer, system: Any) -> bool:
    return bool(viewer and viewer["system"] == system)


def readable(system: Any, viewer: Viewer, key: str, error: type[ApiError]) -> bool:
    """Whether it is the viewer's own; what is neither that nor public is refused."""
    own = owns(viewer, system)
    if not own and getattr(system, key) != "public":
        raise error
    return own


def newest(system: Any) -> Any:
    return Switch.select().where(Switch.system == system).order_by(Switch.timestamp.desc()).first()


def places(switch: Any) -> Iterable[Any]:
    query = SwitchMember.select(SwitchMember, Member).join(Member)
    return list(query.where(SwitchMember.switch == switch).order_by(SwitchMember.position))


def settable(body: Json) -> Json:
    """The columns that a body names; other keys are ignored."""
    columns = {key: value for key, value in body.items() if key in SETTABLE}
    if columns.get("color"):
        columns["color"] = columns["color"].lower()
    return columns | (body.get("privacy") or {})


def whole_tag(tag: Json) -> Json:
    return {"prefix": tag.get("prefix") or None, "suffix": tag.get("suffix") or None}


SYSTEM_KEYS = ("name", "description", "tag", "pronouns", "avatar_url", "banner", "color", "webhook_url")
GROUP_KEYS = ("name", "display_name", "description", "icon", "banner", "color")
SETTABLE = (
    *("name", "display_name", "color", "birthday", "pronouns", "avatar_url", "webhook_avatar_url", "banner"),
    *("description", "keep_proxy", "tts"),
)
COUNTED = ("autoproxy_enabled", "message_count")


def present(members: Iterable[Any], system: Any, own: bool) -> list[Json]:
    """Members of one system, with their tags, in the view that is due."""
    members = list(members)
    tags: dict[int, list[Json]] = {member.id: [] for member in members}
    query = ProxyTag.select().where(ProxyTag.member.in_(members)).order_by(ProxyTag.position)
    for tag in query:
        tags[tag.member_id].append({"prefix": tag.prefix, "suffix": tag.suffix})
    return [member_view(member, tags[member.id], system, own) for member in members]


def member_view(member: Any, tags: list[Json], system: Any, own: bool) -> Json:
    latest = member.last_message_timestamp
    special = {
        "system": system.short_id,
        "proxy_tags": tags,
        "last_message_timestamp": f"{latest}Z" if latest else None,
    }
    return view(member, SETTABLE + COUNTED, own, **special)


def group_view(group: Any, system: Any, own: bool) -> Json:
    return view(group, GROUP_KEYS, own, system=system.short_id)


def view(entity: Any, keys: Iterable[str], own: bool, **special: Any) -> Json:
    """What its owner sees of an entity, or what everybody else does."""
    privacy = {key: getattr(entity, key) for key in PRIVACY_KEYS[type(entity).__name__]}
    values = {"id": entity.short_id, "uuid": entity.uuid, "created": f"{entity.created}Z"}
    values |= {key: getattr(entity, key) for key in keys}
    values |= special | {"privacy": privacy}
    return values if own else public(values, privacy, PRIVACY[type(entity).__name__])


def public(values: Json, privacy: Json, guards: Json) -> Json:
    shown = dict(values)
    for name, guard in guards.items():
        if guard.absent:
            shown.pop(name, None)
        elif guard.key is None:
            shown[name] = None
        elif privacy[guard.key] == "private":
            instead = (values[guard.instead] or values[name]) if guard.instead else guard.value
            shown[name] = instead
    return shown


def with_uuids(groups: list[Json], system: Any, own: bool) -> list[Json]:
    """The groups with the UUIDs of their members, which one query finds."""
    query = GroupMember.select(Group.uuid, Member.uuid).join(Member).switch(GroupMember).join(Group)
    query = query.where(Group.system == system).order_by(Member.id)
    if not own:
        query = query.where((Group.list_privacy == "public") & (Member.visibility == "public"))
    by_group: dict[str, list[str]] = {group["uuid"]: [] for group in groups}
    for group, member in query.tuples():
        if group in by_group:
            by_group[group].append(member)
    return [group | {"members": by_group[group["uuid"]]} for group in groups]


def front_view(switch: Any, system: Any, own: bool) -> Json:
    members = present([place.member for place in places(switch)], system, own)
    return {"id": switch.uuid, "timestamp": f"{switch.timestamp}Z", "members": members}


MEASURED: dict[str, Callable[..., Any]] = {
    handler.__name__: handler
    for handler in (
        *(get_system, get_system_members, get_system_groups, get_system_switches, get_fronters, create_switch),
        *(get_member, update_member),
    )
}


def contract() -> Json:
    """The contract, with the names that Connexion wants for functions, and with credentials tried before none."""
    operations = {
        path: {method: _operation(each) for method, each in methods.items()}
        for path, methods in CONTRACT["paths"].items()
    }
    schemes = {
        "token": CONTRACT["components"]["securitySchemes"]["token"] | {"x-apikeyInfoFunc": f"{__name__}.token_info"}
    }
    return CONTRACT | {"paths": operations, "components": CONTRACT["components"] | {"securitySchemes": schemes}}


def _operation(operation: Json) -> Json:
    plain = {key: value for key, value in operation.items() if key != "x-openapi-router-controller"}
    return plain | {"security": sorted(operation.get("security", []), key=len, reverse=True)}


async def tell(request: ConnexionRequest, error: ApiError) -> ConnexionResponse:
    return ConnexionResponse(status_code=error.status, mimetype="application/json", body=body_of(error))


def create_app() -> AsyncApp:
    """The application, on the database that the settings name; each of Connexion's threads keeps a connection."""
    database.connect(Settings.from_env().database).peewee.autoconnect = True
    app = AsyncApp(__name__)
    resolver = Resolver(lambda name: MEASURED.get(name, not_measured))
    app.add_api(contract(), resolver=resolver, pythonic_params=True)
    app.add_error_handler(ApiError, tell)
    return app
