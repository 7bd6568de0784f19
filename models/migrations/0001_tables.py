"""The tables of the first release, without the privacy columns: models.schema adds those from the contract."""

from typing import Any

from peewee import (
    BigIntegerField,
    BlobField,
    BooleanField,
    CompositeKey,
    Database,
    ForeignKeyField,
    IntegerField,
    Model,
    TextField,
)


class InstantField(TextField):
    field_type = "INSTANT"


def up(migrator: Any, db: Database) -> None:
    class Table(Model):
        class Meta:
            database = db
            legacy_table_names = False

    def belongs_to(table: type[Table], *, cascade: bool = True, **options: Any) -> Any:
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
        id = BigIntegerField(primary_key=True)
        system = belongs_to(System)

    class ApiKey(Table):
        uuid = TextField(unique=True)
        system = belongs_to(System)
        name = TextField()
        scopes = TextField()
        created = InstantField()

    class Member(Table):
        short_id = TextField(unique=True)
        uuid = TextField(unique=True)
        system = belongs_to(System, index=False)
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
        autoproxy_enabled = BooleanField()
        message_count = IntegerField()
        last_message_timestamp = InstantField(null=True)

        class Meta:
            indexes = ((("system", "id"), True),)

    class ProxyTag(Table):
        member = belongs_to(Member, index=False)
        position = IntegerField()
        prefix = TextField(null=True)
        suffix = TextField(null=True)

        class Meta:
            primary_key = CompositeKey("member", "position")

    class Group(Table):
        short_id = TextField(unique=True)
        uuid = TextField(unique=True)
        system = belongs_to(System, index=False)
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
        group = belongs_to(Group, index=False)
        member = belongs_to(Member)

        class Meta:
            primary_key = CompositeKey("group", "member")

    class Switch(Table):
        uuid = TextField(unique=True)
        system = belongs_to(System, index=False)
        timestamp = InstantField()

        class Meta:
            indexes = ((("system", "timestamp"), True),)

    class SwitchMember(Table):
        switch = belongs_to(Switch, index=False)
        position = IntegerField()
        member = belongs_to(Member)

        class Meta:
            primary_key = CompositeKey("switch", "position")
            indexes = ((("switch", "member"), True),)

    class SystemSettings(Table):
        system = belongs_to(System, primary_key=True)
        timezone = TextField()
        pings_enabled = BooleanField()
        latch_timeout = IntegerField(null=True)
        member_default_private = BooleanField()
        group_default_private = BooleanField()
        show_private_info = BooleanField()
        member_limit = IntegerField()
        group_limit = IntegerField()
        case_sensitive_proxy_tags = BooleanField()
        proxy_error_message_enabled = BooleanField()
        hid_display_split = BooleanField()
        hid_display_caps = BooleanField()
        hid_list_padding = TextField()
        card_show_color_hex = BooleanField()
        proxy_switch = TextField()
        name_format = TextField()
        description_templates = TextField()

    class SystemGuild(Table):
        system = belongs_to(System, index=False)
        guild = BigIntegerField()
        proxying_enabled = BooleanField()
        tag = TextField(null=True)
        tag_enabled = BooleanField()

        class Meta:
            primary_key = CompositeKey("system", "guild")

    class MemberGuild(Table):
        member = belongs_to(Member, index=False)
        guild = BigIntegerField()
        display_name = TextField(null=True)
        avatar_url = TextField(null=True)
        keep_proxy = BooleanField(null=True)

        class Meta:
            primary_key = CompositeKey("member", "guild")

    class Autoproxy(Table):
        system = belongs_to(System, index=False)
        guild = BigIntegerField()
        autoproxy_mode = TextField()
        autoproxy_member = belongs_to(Member, cascade=False)
        last_latch_timestamp = InstantField(null=True)

        class Meta:
            primary_key = CompositeKey("system", "guild")

    class Message(Table):
        id = BigIntegerField(primary_key=True)
        original = BigIntegerField(index=True)
        sender = BigIntegerField()
        channel = BigIntegerField()
        guild = BigIntegerField()
        member = belongs_to(Member, cascade=False)

        class Meta:
            indexes = ((("sender", "guild"), False),)

    db.create_tables(Table.__subclasses__())
