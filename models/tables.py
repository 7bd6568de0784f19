"""The tables.

`id` is a row's own key and never leaves the server; `short_id` and `uuid` are what clients know. Every other column has
the name of the key that it holds. The privacy keys are columns too, added from the contract: one for each.
"""

from typing import Any

from peewee import (
    SQL,
    BigIntegerField,
    BlobField,
    BooleanField,
    Check,
    CompositeKey,
    Field,
    ForeignKeyField,
    IntegerField,
    Model,
    TextField,
)

from generated.contract import DEFAULTS, PRIVACY_KEYS
from models import database, snowflakes

SETTINGS_DEFAULTS = DEFAULTS["SystemSettings"]
GUILD_DEFAULTS = DEFAULTS["SystemGuildSettings"]


class InstantField(TextField):
    """A point in time, as models.instants keeps it; on Postgres its collation must be the plain one."""

    field_type = "INSTANT"


class SnowflakeField(BigIntegerField):
    """A Discord id, as models.snowflakes keeps it."""

    def db_value(self, value: Any) -> Any:
        return snowflakes.encode(value) if isinstance(value, str) else value

    def python_value(self, value: Any) -> Any:
        return None if value is None else snowflakes.decode(value)


class PrivacyField(TextField):
    """`public` or `private`."""

    def __init__(self, name: str) -> None:
        super().__init__(
            default="public", constraints=[SQL("DEFAULT 'public'"), Check(f"\"{name}\" IN ('public', 'private')")]
        )


class Table(Model):
    class Meta:
        database = database.proxy
        legacy_table_names = False


def _belongs_to(table: type[Table], *, cascade: bool = True, **options: Any) -> Any:
    """A reference to a row of `table`, whose end is this row's end too (or sets the reference to null)."""
    return ForeignKeyField(table, on_delete="CASCADE" if cascade else "SET NULL", null=not cascade, **options)


class System(Table):
    short_id = TextField(unique=True)
    uuid = TextField(unique=True)
    token = BlobField(unique=True, null=True)
    name = TextField(null=True)
    description = TextField(null=True)
    tag = TextField(null=True)
    pronouns = TextField(null=True)
    avatar_url = TextField(null=True)
    banner = TextField(null=True)
    color = TextField(null=True)
    created = InstantField()
    webhook_url = TextField(null=True)


class Account(Table):
    id = SnowflakeField(primary_key=True)
    system = _belongs_to(System)


class ApiKey(Table):
    uuid = TextField(unique=True)
    system = _belongs_to(System)
    name = TextField()
    scopes = TextField()
    created = InstantField()


class Member(Table):
    short_id = TextField(unique=True)
    uuid = TextField(unique=True)
    system = _belongs_to(System, index=False)
    name = TextField()
    display_name = TextField(null=True)
    color = TextField(null=True)
    birthday = TextField(null=True)
    pronouns = TextField(null=True)
    avatar_url = TextField(null=True)
    webhook_avatar_url = TextField(null=True)
    banner = TextField(null=True)
    description = TextField(null=True)
    created = InstantField()
    keep_proxy = BooleanField()
    tts = BooleanField()
    autoproxy_enabled = BooleanField(default=True)
    message_count = IntegerField(default=0)
    last_message_timestamp = InstantField(null=True)

    class Meta:
        indexes = ((("system", "id"), True),)


class ProxyTag(Table):
    member = _belongs_to(Member, index=False)
    position = IntegerField()
    prefix = TextField(null=True)
    suffix = TextField(null=True)

    class Meta:
        primary_key = CompositeKey("member", "position")


class Group(Table):
    short_id = TextField(unique=True)
    uuid = TextField(unique=True)
    system = _belongs_to(System, index=False)
    name = TextField()
    display_name = TextField(null=True)
    description = TextField(null=True)
    icon = TextField(null=True)
    banner = TextField(null=True)
    color = TextField(null=True)
    created = InstantField()

    class Meta:
        indexes = ((("system", "id"), True),)


class GroupMember(Table):
    group = _belongs_to(Group, index=False)
    member = _belongs_to(Member)

    class Meta:
        primary_key = CompositeKey("group", "member")


class Switch(Table):
    uuid = TextField(unique=True)
    system = _belongs_to(System, index=False)
    timestamp = InstantField()

    class Meta:
        indexes = ((("system", "timestamp"), True),)


class SwitchMember(Table):
    switch = _belongs_to(Switch, index=False)
    position = IntegerField()
    member = _belongs_to(Member)

    class Meta:
        primary_key = CompositeKey("switch", "position")
        indexes = ((("switch", "member"), True),)


class SystemSettings(Table):
    system = _belongs_to(System, primary_key=True)
    timezone = TextField(default=SETTINGS_DEFAULTS["timezone"])
    pings_enabled = BooleanField(default=SETTINGS_DEFAULTS["pings_enabled"])
    latch_timeout = IntegerField(null=True)
    member_default_private = BooleanField(default=SETTINGS_DEFAULTS["member_default_private"])
    group_default_private = BooleanField(default=SETTINGS_DEFAULTS["group_default_private"])
    show_private_info = BooleanField(default=SETTINGS_DEFAULTS["show_private_info"])
    member_limit = IntegerField(default=SETTINGS_DEFAULTS["member_limit"])
    group_limit = IntegerField(default=SETTINGS_DEFAULTS["group_limit"])
    case_sensitive_proxy_tags = BooleanField(default=SETTINGS_DEFAULTS["case_sensitive_proxy_tags"])
    proxy_error_message_enabled = BooleanField(default=SETTINGS_DEFAULTS["proxy_error_message_enabled"])
    hid_display_split = BooleanField(default=SETTINGS_DEFAULTS["hid_display_split"])
    hid_display_caps = BooleanField(default=SETTINGS_DEFAULTS["hid_display_caps"])
    hid_list_padding = TextField(default=SETTINGS_DEFAULTS["hid_list_padding"])
    card_show_color_hex = BooleanField(default=SETTINGS_DEFAULTS["card_show_color_hex"])
    proxy_switch = TextField(default=SETTINGS_DEFAULTS["proxy_switch"])
    name_format = TextField(default=SETTINGS_DEFAULTS["name_format"])
    description_templates = TextField(default="[]")


class SystemGuild(Table):
    system = _belongs_to(System, index=False)
    guild = SnowflakeField()
    proxying_enabled = BooleanField(default=GUILD_DEFAULTS["proxying_enabled"])
    tag = TextField(null=True)
    tag_enabled = BooleanField(default=GUILD_DEFAULTS["tag_enabled"])

    class Meta:
        primary_key = CompositeKey("system", "guild")


class MemberGuild(Table):
    member = _belongs_to(Member, index=False)
    guild = SnowflakeField()
    display_name = TextField(null=True)
    avatar_url = TextField(null=True)
    keep_proxy = BooleanField(null=True)

    class Meta:
        primary_key = CompositeKey("member", "guild")


class Autoproxy(Table):
    system = _belongs_to(System, index=False)
    guild = SnowflakeField()
    autoproxy_mode = TextField(default=DEFAULTS["AutoproxySettings"]["autoproxy_mode"])
    autoproxy_member = _belongs_to(Member, cascade=False)
    last_latch_timestamp = InstantField(null=True)

    class Meta:
        primary_key = CompositeKey("system", "guild")


class Message(Table):
    id = SnowflakeField(primary_key=True)
    original = SnowflakeField(index=True)
    sender = SnowflakeField()
    channel = SnowflakeField()
    guild = SnowflakeField()
    member = _belongs_to(Member, cascade=False)

    class Meta:
        indexes = ((("sender", "guild"), False),)


GUARDED: dict[str, type[Table]] = {"System": System, "Member": Member, "Group": Group}
"""The tables of the entities that have privacy keys."""

for _entity, _keys in PRIVACY_KEYS.items():
    for _key in _keys:
        GUARDED[_entity]._meta.add_field(_key, PrivacyField(_key))

TABLES: tuple[type[Table], ...] = tuple(Table.__subclasses__())


def column(table: type[Table], name: str) -> Field:
    """The column of `table` that holds the key `name`."""
    return table._meta.fields[name]
