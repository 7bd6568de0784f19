"""What only the keeper of our own server can do: make systems, store messages, set limits.

The checks get these through fixtures and know nothing of how they work. All of it happens in this process, on the
database that the server uses, so that a fresh system costs milliseconds.
"""

import base64
import json
import secrets
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from models import database, keeper, keys, tables
from models.signing import SigningKey
from tests.support.client import Client
from tests.support.home import Home

_DISCORD_EPOCH = 1_420_070_400_000


def new_snowflake() -> str:
    """An account, guild or channel id that no other test has."""
    return str(10**17 + secrets.randbelow(8 * 10**17))


def message_id(moment: datetime, low: int | None = None) -> str:
    """An id of a message sent at `moment` (to the millisecond); `low` are the 22 bits below."""
    milliseconds = int(moment.astimezone(UTC).timestamp() * 1000) - _DISCORD_EPOCH
    return str((milliseconds << 22) | (secrets.randbits(22) if low is None else low))


def new_message_id() -> str:
    """The id of a message sent at some moment of 2024."""
    return message_id(datetime.fromtimestamp(1_704_067_200 + secrets.randbelow(366 * 86_400), UTC))


def key_parts(client: Client) -> Any:
    """What the payload of the client's API key says."""
    payload = str(client.token).removeprefix("Bearer ").split(":")[1]
    return json.loads(base64.b64decode(payload, validate=True))


class Keeper:
    """Reaches into the server's database."""

    def __init__(self, database_url: str, signing_key: Path, anonymous: Client) -> None:
        self._anonymous, self._signing = anonymous, SigningKey(signing_key)
        database.connect(database_url)

    def close(self) -> None:
        """Let go of the database."""
        database.store().close()

    def new_system(self, name: str | None = None, accounts: Iterable[str] = ()) -> Client:
        """A client of a fresh and empty system."""
        made = keeper.create_system(name=name, accounts=tuple(accounts))
        return self._client(made.id, made.uuid, made.token)

    def new_home(self) -> Home:
        """A system with one of everything that a path can name."""
        account, guild = new_snowflake(), new_snowflake()
        owner = self.new_system(accounts=[account])
        member = owner.new_member()
        group = owner.new_group(members=[member["id"]])
        switch = owner.new_switch(member["id"], timestamp="2024-05-01T12:00:00Z")
        message = self.add_message(member["uuid"], sender=account, guild=guild)
        return Home(owner, account, guild, member, group, switch, message)

    def new_guild(self, system: Client) -> str:
        """A guild where the system is known, by a message of a member that is no more."""
        account, guild = new_snowflake(), new_snowflake()
        self.link_account(system, account)
        member = system.new_member()
        self.add_message(member["uuid"], sender=account, guild=guild)
        system.delete(f"/members/{member['id']}").done()
        return guild

    def new_token(self, system: Client) -> Client:
        """A client of the same system with a new token, which ends the old one."""
        return self._client(system.id, system.uuid, keeper.new_token(system.id))

    def new_key(self, system: Client, *scopes: str) -> Client:
        """A client of the same system with a new API key instead of its token."""
        made = keys.create(system.id, "for a test", scopes, self._signing)
        return self._client(system.id, system.uuid, f"Bearer {made.key}")

    def set_scopes(self, client: Client, *scopes: str) -> None:
        """Change what is stored for the client's key; the key itself stays as it is."""
        _set(tables.ApiKey, tables.ApiKey.uuid == key_parts(client)["tid"], {"scopes": json.dumps(scopes)})

    def delete_key(self, client: Client) -> None:
        """End the key that `new_key` gave this client."""
        keys.delete(key_parts(client)["tid"])

    def delete_system(self, system: Client) -> None:
        """Delete the system with all that it has."""
        keeper.delete_system(system.id)

    def link_account(self, system: Client, account: str) -> None:
        """Link a Discord account to the system."""
        keeper.link_account(system.id, account)

    def unlink_account(self, system: Client, account: str) -> None:
        """Undo `link_account`."""
        keeper.unlink_account(system.id, account)

    def set_limits(self, system: Client, *, members: int | None = None, groups: int | None = None) -> None:
        """Give the system limits of its own."""
        limits = {"member_limit": members, "group_limit": groups}
        given = {key: value for key, value in limits.items() if value is not None}
        _set(tables.SystemSettings, tables.SystemSettings.system == _row(tables.System, system.uuid), given)

    def set_member(self, uuid: str, **values: Any) -> None:
        """Set what the API does not: `short_id`, `message_count`, `last_message_timestamp`, `autoproxy_enabled`."""
        _set(tables.Member, tables.Member.uuid == uuid, values)

    def set_group(self, uuid: str, **values: Any) -> None:
        """Set what the API does not: `short_id`."""
        _set(tables.Group, tables.Group.uuid == uuid, values)

    def set_system(self, uuid: str, **values: Any) -> None:
        """Set what the API does not: `short_id`, `webhook_url`."""
        _set(tables.System, tables.System.uuid == uuid, values)

    def set_latch(self, system: Client, guild: str, timestamp: str) -> None:
        """Say when a message was last proxied in the guild, as the bot does."""
        rows = tables.Autoproxy
        mine = rows.system == _row(tables.System, system.uuid)
        _set(rows, mine & (rows.guild == guild), {"last_latch_timestamp": timestamp})

    def add_message(self, member_uuid: str, **ids: str) -> Mapping[str, str]:
        """Store a proxied message of the member; returns its ids: `id`, `original`, `sender`, `channel`, `guild`."""
        drawn = {key: new_snowflake() for key in ("sender", "channel", "guild")}
        all_ids = {"id": new_message_id(), "original": new_message_id()} | drawn | ids
        tables.Message.insert(member=_row(tables.Member, member_uuid), **all_ids).execute()
        return all_ids

    def forget_message(self, snowflake: str) -> None:
        """Delete a stored message."""
        tables.Message.delete().where(tables.Message.id == snowflake).execute()

    def _client(self, short_id: str, uuid: str, token: str) -> Client:
        return self._anonymous.identified(token, short_id, uuid)


def _row(table: Any, uuid: str) -> int:
    row: int = table.get(table.uuid == uuid).id
    return row


def _set(table: Any, where: Any, values: Mapping[str, Any]) -> None:
    # The database keeps points in time without the Z of an answer.
    columns = {key: value.rstrip("Z") if key.endswith("_timestamp") else value for key, value in values.items()}
    changed = table.update(**columns).where(where).execute()
    assert changed == 1, f"{changed} rows of {table.__name__} were there to be set, expected one"
