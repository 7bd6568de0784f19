"""The same operations as people write them with FastAPI: pydantic models, SQLAlchemy 2, async throughout.

Written to win: one query where joined loading allows it, the same pragmas and connections as ours, and nothing in the
way of a request that its operation does not need.
"""

import hashlib
import re
import uuid
from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Header, Query, Request
from fastapi.responses import JSONResponse
from sqlalchemy import ColumnElement, event, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import joinedload, selectinload

from models.settings import Settings
from tests.bench.peers.fastapi_schemas import (
    FrontOut,
    GroupOut,
    GroupPrivacy,
    MemberOut,
    MemberPatch,
    MemberPrivacy,
    OwnSystemOut,
    SwitchCreate,
    SwitchOut,
    SystemOut,
    SystemPrivacy,
    Tag,
)
from tests.bench.peers.fastapi_tables import Group, Member, ProxyTag, Switch, SwitchMember, System

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_CONNECTIONS = 16


class ApiError(Exception):
    """An answer that is not the one that was hoped for."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message


async def tell(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, ApiError)
    return JSONResponse({"message": error.message, "code": error.code}, error.status)


def _pragmas(connection: Any, _: Any) -> None:
    for pragma in ("journal_mode=wal", "synchronous=full", "foreign_keys=1", "busy_timeout=5000"):
        connection.execute(f"PRAGMA {pragma}")


def _sessions(url: str) -> async_sessionmaker[AsyncSession]:
    sqlite = url.startswith("sqlite:")
    driver = url.replace("sqlite:", "sqlite+aiosqlite:").replace("postgresql:", "postgresql+asyncpg:")
    engine = create_async_engine(driver, pool_size=_CONNECTIONS, max_overflow=0)
    if sqlite:
        event.listen(engine.sync_engine, "connect", _pragmas)
    return async_sessionmaker(engine, expire_on_commit=False)


async def get_session(request: Request) -> AsyncIterator[AsyncSession]:
    async with request.app.state.sessions() as session:
        yield session


Session = Annotated[AsyncSession, Depends(get_session)]


async def get_viewer(session: Session, authorization: Annotated[str | None, Header()] = None) -> System | None:
    if authorization is None:
        return None
    digest = hashlib.sha256(authorization.encode()).digest()
    return (await session.scalars(select(System).where(System.token == digest))).one_or_none()


Viewer = Annotated[System | None, Depends(get_viewer)]


def get_owner(viewer: Viewer) -> System:
    if viewer is None:
        raise ApiError(401, 0, "401: Missing or invalid Authorization header")
    return viewer


Owner = Annotated[System, Depends(get_owner)]


async def get_system_by_ref(ref: str, session: Session, viewer: Viewer) -> System:
    if ref == "@me":
        return get_owner(viewer)
    system = (await session.scalars(select(System).where(named(System, ref)))).one_or_none()
    if system is None:
        raise ApiError(404, 20001, "System not found.")
    return system


SystemByRef = Annotated[System, Depends(get_system_by_ref)]


async def get_member_by_ref(ref: str, session: Session) -> Member:
    query = select(Member).where(named(Member, ref))
    loaded = query.options(joinedload(Member.system), selectinload(Member.proxy_tags))
    member = (await session.scalars(loaded)).one_or_none()
    if member is None:
        raise ApiError(404, 20002, "Member not found.")
    return member


MemberByRef = Annotated[Member, Depends(get_member_by_ref)]


def named(table: type[System] | type[Member], ref: str) -> ColumnElement[bool]:
    """The condition on the row that a reference names."""
    ref = ref.strip().lower()
    return table.uuid == ref if _UUID.fullmatch(ref) else table.short_id == ref.replace("-", "").replace(" ", "")


app = FastAPI(exception_handlers={ApiError: tell})


@app.get("/v2/systems/{ref}")
async def get_system(system: SystemByRef, viewer: Viewer) -> OwnSystemOut | SystemOut:
    return own_system(system) if owns(viewer, system) else public_system(system)


@app.get("/v2/systems/{ref}/members")
async def get_system_members(system: SystemByRef, viewer: Viewer, session: Session) -> list[MemberOut]:
    own = owns(viewer, system)
    if not own and system.member_list_privacy == "private":
        raise ApiError(403, 30001, "Unauthorized to view member list")
    query = select(Member).where(Member.system_id == system.id).order_by(Member.id)
    if not own:
        query = query.where(Member.visibility == "public")
    members = await session.scalars(query.options(selectinload(Member.proxy_tags)))
    return [member_out(member, system, own) for member in members]


@app.get("/v2/systems/{ref}/groups")
async def get_system_groups(
    system: SystemByRef, viewer: Viewer, session: Session, with_members: bool = False
) -> list[GroupOut]:
    own = owns(viewer, system)
    if not own and system.group_list_privacy == "private":
        raise ApiError(403, 30002, "Unauthorized to view group list")
    query = select(Group).where(Group.system_id == system.id).order_by(Group.id)
    if not own:
        query = query.where(Group.visibility == "public")
    groups = await session.scalars(query.options(selectinload(Group.members).load_only(Member.uuid, Member.visibility)))
    return [group_out(group, system, own) for group in groups]


@app.get("/v2/systems/{ref}/switches")
async def get_system_switches(
    system: SystemByRef,
    viewer: Viewer,
    session: Session,
    before: datetime | None = None,
    limit: Annotated[int, Query(ge=1)] = 100,
) -> list[SwitchOut]:
    if not owns(viewer, system) and system.front_history_privacy == "private":
        raise ApiError(403, 30005, "Unauthorized to view front history.")
    query = select(Switch).where(Switch.system_id == system.id).order_by(Switch.timestamp.desc()).limit(min(limit, 100))
    if before is not None:
        query = query.where(Switch.timestamp < stored(before))
    short_ids = joinedload(SwitchMember.member).load_only(Member.short_id)
    switches = await session.scalars(query.options(selectinload(Switch.front).options(short_ids)))
    return [
        SwitchOut(
            id=switch.uuid,
            timestamp=f"{switch.timestamp}Z",
            members=[place.member.short_id for place in switch.front],
        )
        for switch in switches
    ]


@app.get("/v2/systems/{ref}/fronters")
async def get_fronters(system: SystemByRef, viewer: Viewer, session: Session) -> FrontOut | None:
    own = owns(viewer, system)
    if not own and system.front_privacy == "private":
        raise ApiError(403, 30004, "Unauthorized to view current fronters.")
    switch = await newest(session, system)
    if switch is None:
        return None
    tags = selectinload(Member.proxy_tags)
    query = select(Member).join(SwitchMember).where(SwitchMember.switch_id == switch.id).order_by(SwitchMember.position)
    return front_out(switch, system, await session.scalars(query.options(tags)), own)


@app.post("/v2/systems/{ref}/switches")
async def create_switch(owner: Owner, system: SystemByRef, session: Session, body: SwitchCreate) -> FrontOut:
    if system.id != owner.id:
        raise ApiError(403, 0, "403: Missing permissions to access this resource")
    members = await members_in_order(session, owner, body.members)
    if len({member.id for member in members}) < len(members):
        raise ApiError(400, 40003, "Duplicate members in member list.")
    timestamp = stored(body.timestamp or datetime.now(UTC))
    if await session.scalar(select(Switch.id).where(Switch.system_id == owner.id, Switch.timestamp == timestamp)):
        raise ApiError(400, 40005, "Switch with provided timestamp already exists.")
    last = await newest(session, owner, selectinload(Switch.front))
    same = last is not None and [place.member_id for place in last.front] == [member.id for member in members]
    if last is not None and same and last.timestamp < timestamp:
        raise ApiError(400, 40004, "Member list identical to current fronter list.")
    front = [SwitchMember(position=position, member_id=member.id) for position, member in enumerate(members)]
    switch = Switch(uuid=str(uuid.uuid4()), system_id=owner.id, timestamp=timestamp, front=front)
    session.add(switch)
    await session.commit()
    return front_out(switch, owner, members, own=True)


@app.get("/v2/members/{ref}")
async def get_member(member: MemberByRef, viewer: Viewer) -> MemberOut:
    return member_out(member, member.system, owns(viewer, member.system))


@app.patch("/v2/members/{ref}")
async def update_member(owner: Owner, member: MemberByRef, session: Session, body: MemberPatch) -> MemberOut:
    if member.system_id != owner.id:
        raise ApiError(403, 30006, "Target member is not part of your system.")
    changes = body.model_dump(exclude_unset=True)
    for key, value in (changes.pop("privacy", None) or {}).items():
        setattr(member, key, value)
    tags = changes.pop("proxy_tags", None)
    if tags is not None:
        # The old ones must be gone before others take their places.
        member.proxy_tags = []
        await session.flush()
        member.proxy_tags = [ProxyTag(position=position, **tag) for position, tag in enumerate(tags)]
    for key, value in changes.items():
        setattr(member, key, value)
    await session.commit()
    return member_out(member, owner, own=True)


async def newest(session: AsyncSession, system: System, *options: Any) -> Switch | None:
    query = select(Switch).where(Switch.system_id == system.id).order_by(Switch.timestamp.desc()).limit(1)
    return (await session.scalars(query.options(*options))).one_or_none()


async def members_in_order(session: AsyncSession, owner: System, refs: Sequence[str]) -> list[Member]:
    clean = [ref.strip().lower() for ref in refs]
    query = select(Member).where(Member.short_id.in_(clean) | Member.uuid.in_(clean))
    found = (await session.scalars(query.options(selectinload(Member.proxy_tags)))).all()
    by_ref = {member.short_id: member for member in found} | {member.uuid: member for member in found}
    for ref, key in zip(refs, clean, strict=True):
        if key not in by_ref:
            raise ApiError(404, 20003, f"Member '{ref}' not found.")
        if by_ref[key].system_id != owner.id:
            raise ApiError(403, 30008, f"Member '{ref}' is not part of your system.")
    return [by_ref[key] for key in clean]


def stored(moment: datetime) -> str:
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds").rstrip("0").rstrip(".")


def owns(viewer: System | None, system: System) -> bool:
    return viewer is not None and viewer.id == system.id


def public_system(system: System) -> SystemOut:
    return SystemOut(
        id=system.short_id,
        uuid=system.uuid,
        name=system.name if system.name_privacy == "public" else None,
        description=system.description if system.description_privacy == "public" else None,
        tag=system.tag,
        pronouns=system.pronouns if system.pronoun_privacy == "public" else None,
        avatar_url=system.avatar_url if system.avatar_privacy == "public" else None,
        banner=system.banner if system.banner_privacy == "public" else None,
        color=system.color,
        created=f"{system.created}Z",
        privacy=None,
    )


def own_system(system: System) -> OwnSystemOut:
    return OwnSystemOut(
        id=system.short_id,
        uuid=system.uuid,
        name=system.name,
        description=system.description,
        tag=system.tag,
        pronouns=system.pronouns,
        avatar_url=system.avatar_url,
        banner=system.banner,
        color=system.color,
        created=f"{system.created}Z",
        privacy=SystemPrivacy.model_validate(system, from_attributes=True),
        webhook_url=system.webhook_url,
    )


def member_out(member: Member, system: System, own: bool) -> MemberOut:
    named = own or member.name_privacy == "public"
    avatar = own or member.avatar_privacy == "public"
    metadata = own or member.metadata_privacy == "public"
    seen = member.last_message_timestamp
    return MemberOut(
        id=member.short_id,
        uuid=member.uuid,
        system=system.short_id,
        name=member.name if named else member.display_name or member.name,
        display_name=member.display_name if named else None,
        color=member.color,
        birthday=member.birthday if own or member.birthday_privacy == "public" else None,
        pronouns=member.pronouns if own or member.pronoun_privacy == "public" else None,
        avatar_url=member.avatar_url if avatar else None,
        webhook_avatar_url=member.webhook_avatar_url if avatar else None,
        banner=member.banner if own or member.banner_privacy == "public" else None,
        description=member.description if own or member.description_privacy == "public" else None,
        created=f"{member.created}Z" if metadata else None,
        keep_proxy=member.keep_proxy,
        tts=member.tts,
        autoproxy_enabled=member.autoproxy_enabled if own else None,
        message_count=member.message_count if metadata else None,
        last_message_timestamp=f"{seen}Z" if seen and metadata else None,
        proxy_tags=tags_out(member) if own or member.proxy_privacy == "public" else [],
        privacy=MemberPrivacy.model_validate(member, from_attributes=True) if own else None,
    )


def tags_out(member: Member) -> list[Tag]:
    return [Tag(prefix=tag.prefix, suffix=tag.suffix) for tag in member.proxy_tags]


def group_out(group: Group, system: System, own: bool) -> GroupOut:
    named = own or group.name_privacy == "public"
    listed = group.members if own else [each for each in group.members if each.visibility == "public"]
    return GroupOut(
        id=group.short_id,
        uuid=group.uuid,
        system=system.short_id,
        name=group.name if named else group.display_name or group.name,
        display_name=group.display_name if named else None,
        description=group.description if own or group.description_privacy == "public" else None,
        icon=group.icon if own or group.icon_privacy == "public" else None,
        banner=group.banner if own or group.banner_privacy == "public" else None,
        color=group.color,
        created=f"{group.created}Z" if own or group.metadata_privacy == "public" else None,
        privacy=GroupPrivacy.model_validate(group, from_attributes=True) if own else None,
        members=[member.uuid for member in listed] if own or group.list_privacy == "public" else [],
    )


def front_out(switch: Switch, system: System, members: Iterable[Member], own: bool) -> FrontOut:
    shown = [member_out(member, system, own) for member in members]
    return FrontOut(id=switch.uuid, timestamp=f"{switch.timestamp}Z", members=shown)


def create_app() -> FastAPI:
    """The application, on the database that the settings name."""
    app.state.sessions = _sessions(Settings.from_env().database)
    return app
