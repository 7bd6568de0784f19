"""The tables, mapped with SQLAlchemy."""

from sqlalchemy import ForeignKey
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship


class Base(DeclarativeBase):
    pass


class System(Base):
    __tablename__ = "system"

    id: Mapped[int] = mapped_column(primary_key=True)
    short_id: Mapped[str]
    uuid: Mapped[str]
    token: Mapped[bytes | None]
    name: Mapped[str | None]
    description: Mapped[str | None]
    tag: Mapped[str | None]
    pronouns: Mapped[str | None]
    avatar_url: Mapped[str | None]
    banner: Mapped[str | None]
    color: Mapped[str | None]
    created: Mapped[str]
    webhook_url: Mapped[str | None]
    name_privacy: Mapped[str]
    description_privacy: Mapped[str]
    avatar_privacy: Mapped[str]
    banner_privacy: Mapped[str]
    pronoun_privacy: Mapped[str]
    member_list_privacy: Mapped[str]
    group_list_privacy: Mapped[str]
    front_privacy: Mapped[str]
    front_history_privacy: Mapped[str]


class ProxyTag(Base):
    __tablename__ = "proxy_tag"

    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    prefix: Mapped[str | None]
    suffix: Mapped[str | None]


class Member(Base):
    __tablename__ = "member"

    id: Mapped[int] = mapped_column(primary_key=True)
    short_id: Mapped[str]
    uuid: Mapped[str]
    system_id: Mapped[int] = mapped_column(ForeignKey("system.id"))
    name: Mapped[str]
    display_name: Mapped[str | None]
    color: Mapped[str | None]
    birthday: Mapped[str | None]
    pronouns: Mapped[str | None]
    avatar_url: Mapped[str | None]
    webhook_avatar_url: Mapped[str | None]
    banner: Mapped[str | None]
    description: Mapped[str | None]
    created: Mapped[str]
    keep_proxy: Mapped[bool]
    tts: Mapped[bool]
    autoproxy_enabled: Mapped[bool]
    message_count: Mapped[int]
    last_message_timestamp: Mapped[str | None]
    visibility: Mapped[str]
    name_privacy: Mapped[str]
    description_privacy: Mapped[str]
    birthday_privacy: Mapped[str]
    pronoun_privacy: Mapped[str]
    avatar_privacy: Mapped[str]
    banner_privacy: Mapped[str]
    metadata_privacy: Mapped[str]
    proxy_privacy: Mapped[str]

    system: Mapped[System] = relationship()
    proxy_tags: Mapped[list[ProxyTag]] = relationship(order_by=ProxyTag.position, cascade="all, delete-orphan")


class GroupMember(Base):
    __tablename__ = "group_member"

    group_id: Mapped[int] = mapped_column(ForeignKey("group.id"), primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"), primary_key=True)


class Group(Base):
    __tablename__ = "group"

    id: Mapped[int] = mapped_column(primary_key=True)
    short_id: Mapped[str]
    uuid: Mapped[str]
    system_id: Mapped[int] = mapped_column(ForeignKey("system.id"))
    name: Mapped[str]
    display_name: Mapped[str | None]
    description: Mapped[str | None]
    icon: Mapped[str | None]
    banner: Mapped[str | None]
    color: Mapped[str | None]
    created: Mapped[str]
    name_privacy: Mapped[str]
    description_privacy: Mapped[str]
    banner_privacy: Mapped[str]
    icon_privacy: Mapped[str]
    list_privacy: Mapped[str]
    metadata_privacy: Mapped[str]
    visibility: Mapped[str]

    members: Mapped[list[Member]] = relationship(secondary="group_member", order_by=Member.id)


class SwitchMember(Base):
    __tablename__ = "switch_member"

    switch_id: Mapped[int] = mapped_column(ForeignKey("switch.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"))

    member: Mapped[Member] = relationship()


class Switch(Base):
    __tablename__ = "switch"

    id: Mapped[int] = mapped_column(primary_key=True)
    uuid: Mapped[str]
    system_id: Mapped[int] = mapped_column(ForeignKey("system.id"))
    timestamp: Mapped[str]

    front: Mapped[list[SwitchMember]] = relationship(order_by=SwitchMember.position, cascade="all, delete-orphan")
