"""What the operations take and answer, as pydantic models."""

import re
from datetime import date
from typing import Annotated, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, Field

Privacy = Literal["public", "private"]


def _https(url: str) -> str:
    if not re.fullmatch(r"https://[^/?#\s]+\S*", url):
        raise ValueError("an https URL is needed")
    return url


def _day(text: str) -> str:
    return date.fromisoformat(text).isoformat()


Text100 = Annotated[str, Field(max_length=100)]
Url = Annotated[str, Field(max_length=256), AfterValidator(_https)]
Color = Annotated[str, Field(pattern="^[0-9A-Fa-f]{6}$"), AfterValidator(str.lower)]


class SystemPrivacy(BaseModel):
    name_privacy: Privacy
    description_privacy: Privacy
    avatar_privacy: Privacy
    banner_privacy: Privacy
    pronoun_privacy: Privacy
    member_list_privacy: Privacy
    group_list_privacy: Privacy
    front_privacy: Privacy
    front_history_privacy: Privacy


class SystemOut(BaseModel):
    id: str
    uuid: str
    name: str | None
    description: str | None
    tag: str | None
    pronouns: str | None
    avatar_url: str | None
    banner: str | None
    color: str | None
    created: str
    privacy: SystemPrivacy | None


class OwnSystemOut(SystemOut):
    webhook_url: str | None


class Tag(BaseModel):
    prefix: Text100 | None = None
    suffix: Text100 | None = None


class MemberPrivacy(BaseModel):
    visibility: Privacy
    name_privacy: Privacy
    description_privacy: Privacy
    birthday_privacy: Privacy
    pronoun_privacy: Privacy
    avatar_privacy: Privacy
    banner_privacy: Privacy
    metadata_privacy: Privacy
    proxy_privacy: Privacy


class MemberOut(BaseModel):
    id: str
    uuid: str
    system: str
    name: str
    display_name: str | None
    color: str | None
    birthday: str | None
    pronouns: str | None
    avatar_url: str | None
    webhook_avatar_url: str | None
    banner: str | None
    description: str | None
    created: str | None
    keep_proxy: bool
    tts: bool
    autoproxy_enabled: bool | None
    message_count: int | None
    last_message_timestamp: str | None
    proxy_tags: list[Tag]
    privacy: MemberPrivacy | None


class MemberPrivacyPatch(BaseModel):
    visibility: Privacy = "public"
    name_privacy: Privacy = "public"
    description_privacy: Privacy = "public"
    birthday_privacy: Privacy = "public"
    pronoun_privacy: Privacy = "public"
    avatar_privacy: Privacy = "public"
    banner_privacy: Privacy = "public"
    metadata_privacy: Privacy = "public"
    proxy_privacy: Privacy = "public"


class MemberPatch(BaseModel):
    name: Annotated[str, Field(min_length=1, max_length=100)] = ""
    display_name: Text100 | None = None
    color: Color | None = None
    birthday: Annotated[str, AfterValidator(_day)] | None = None
    pronouns: Text100 | None = None
    avatar_url: Url | None = None
    webhook_avatar_url: Url | None = None
    banner: Url | None = None
    description: Annotated[str, Field(max_length=1000)] | None = None
    keep_proxy: bool = False
    tts: bool = False
    proxy_tags: Annotated[list[Tag], Field(max_length=100)] = []
    privacy: MemberPrivacyPatch | None = None


class GroupPrivacy(BaseModel):
    name_privacy: Privacy
    description_privacy: Privacy
    banner_privacy: Privacy
    icon_privacy: Privacy
    list_privacy: Privacy
    metadata_privacy: Privacy
    visibility: Privacy


class GroupOut(BaseModel):
    id: str
    uuid: str
    system: str
    name: str
    display_name: str | None
    description: str | None
    icon: str | None
    banner: str | None
    color: str | None
    created: str | None
    privacy: GroupPrivacy | None
    members: list[str]


class SwitchOut(BaseModel):
    id: str
    timestamp: str
    members: list[str]


class FrontOut(BaseModel):
    id: str
    timestamp: str
    members: list[MemberOut]


class SwitchCreate(BaseModel):
    members: list[str]
    timestamp: AwareDatetime | None = None
