"""Get Proxied Message Information, about a message that is there already."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.support import shapes
from tests.support.check import check
from tests.support.client import Client
from tests.support.made import instant
from tests.support.problems import BAD_REQUEST, MESSAGE_NOT_FOUND

SNOWFLAKES = ("id", "original", "sender", "channel", "guild")
DISCORD_EPOCH = datetime(2015, 1, 1, tzinfo=UTC)


@pytest.fixture
def found(anonymous: Client, message: str) -> Any:
    """The message, as anybody sees it."""
    return anonymous.get(f"/messages/{message}").ok()


@check("messages/get/every-key", must="Returns a message object.")
def test_message_has_every_key(found: Any) -> None:
    """The keys that the documentation marks as optional may be missing."""
    assert shapes.MESSAGE_KEYS - {"system", "member"} <= found.keys() <= shapes.MESSAGE_KEYS


@check("messages/get/snowflakes-are-strings", must="Encoded as string for precision reasons.")
def test_snowflakes_are_strings(found: Any, message: str) -> None:
    assert [key for key in SNOWFLAKES if not (isinstance(found[key], str) and found[key].isdecimal())] == []
    assert message in (found["id"], found["original"])


@check("messages/get/timestamp", should="The timestamp is the one in the upper 42 bits of the message's id.")
def test_timestamp_is_read_off_the_id(found: Any) -> None:
    milliseconds = timedelta(milliseconds=int(found["id"]) >> 22)
    assert instant(found["timestamp"]) == DISCORD_EPOCH + milliseconds


@check("messages/get/system-and-member", should="System and member are as their own endpoints show them to the viewer.")
def test_system_and_member_are_in_the_view_of_who_asks(reader: Client, anonymous: Client, message: str) -> None:
    for client in (reader, anonymous):
        shown = client.get(f"/messages/{message}").ok()
        if shown["system"] is None:
            pytest.skip("the member of the message was deleted; choose another with --message")
        assert shown["system"] == client.get(f"/systems/{shown['system']['uuid']}").ok()
        member = client.get(f"/members/{shown['member']['uuid']}").ok()
        assert shown["member"] == shapes.without(member, "system")


@check("messages/get/20006", should="An unknown message is 404 with 20006.")
@pytest.mark.parametrize("snowflake", ["1", "18446744073709551615"])
def test_unknown_message_is_404(anonymous: Client, snowflake: str) -> None:
    anonymous.get(f"/messages/{snowflake}").fails(MESSAGE_NOT_FOUND)


@check("messages/get/malformed-id", should="An id that is no unsigned number of 64 bits is 400.")
@pytest.mark.parametrize("snowflake", ["abc", "-1", "1.5", "18446744073709551616"])
def test_malformed_message_id_is_400(anonymous: Client, snowflake: str) -> None:
    anonymous.get(f"/messages/{snowflake}").fails(BAD_REQUEST)
