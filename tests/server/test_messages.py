"""Messages, which only the keeper can store."""

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.support import shapes
from tests.support.client import Client
from tests.support.home import Home
from tests.support.keeper import Keeper, message_id
from tests.support.problems import BAD_REQUEST, MESSAGE_NOT_FOUND


def test_message_by_its_id_and_by_the_original_id(home: Home, anonymous: Client) -> None:
    by_id = anonymous.get(f"/messages/{home.message['id']}").ok()
    assert anonymous.get(f"/messages/{home.message['original']}").ok() == by_id
    assert by_id.keys() == shapes.MESSAGE_KEYS
    assert {key: by_id[key] for key in home.message} == home.message


@pytest.mark.parametrize(
    ("moment", "shown"),
    [
        (datetime(2021, 6, 14, 1, 48, 54, 911_000, UTC), "2021-06-14T01:48:54.911Z"),
        (datetime(2021, 6, 14, 1, 48, 54, 900_000, UTC), "2021-06-14T01:48:54.9Z"),
        (datetime(2021, 6, 14, 1, 48, 54, 0, UTC), "2021-06-14T01:48:54Z"),
        (datetime(2015, 1, 1, 0, 0, 0, 1_000, UTC), "2015-01-01T00:00:00.001Z"),
        (datetime(2100, 12, 31, 23, 59, 59, 999_000, UTC), "2100-12-31T23:59:59.999Z"),
    ],
)
@pytest.mark.parametrize("low", [0, (1 << 22) - 1])
def test_timestamp_is_read_off_the_id(
    home: Home, keeper: Keeper, anonymous: Client, moment: datetime, shown: str, low: int
) -> None:
    message = keeper.add_message(home.member["uuid"], id=message_id(moment, low))
    assert anonymous.get(f"/messages/{message['id']}").ok()["timestamp"] == shown
    assert anonymous.get(f"/messages/{message['original']}").ok()["timestamp"] == shown
    keeper.forget_message(message["id"])


def test_owner_sees_the_owner_view_of_system_and_member(home: Home) -> None:
    home.owner.patch("/systems/@me", shapes.FULL_SYSTEM).ok()
    home.owner.patch(home.path("/members/{member}"), shapes.FULL_MEMBER).ok()
    found = home.owner.get(f"/messages/{home.message['id']}").ok()
    assert found["system"] == home.owner.get("/systems/@me").ok()
    assert found["member"] == shapes.without(home.owner.get(home.path("/members/{member}")).ok(), "system")
    assert found["member"].keys() == shapes.MEMBER_IN_MESSAGE_KEYS
    assert found["system"]["privacy"] == shapes.FULL_SYSTEM["privacy"]
    assert found["member"]["description"] == shapes.FULL_MEMBER["description"]


def test_stranger_sees_the_public_view_of_system_and_member(home: Home, stranger: Client, anonymous: Client) -> None:
    home.owner.patch("/systems/@me", shapes.FULL_SYSTEM).ok()
    home.owner.patch(home.path("/members/{member}"), shapes.FULL_MEMBER).ok()
    for client in (stranger, anonymous):
        found = client.get(f"/messages/{home.message['id']}").ok()
        assert found["system"] == client.get(home.path("/systems/{system}")).ok()
        assert found["member"] == shapes.without(client.get(home.path("/members/{member}")).ok(), "system")
        assert (found["system"]["privacy"], found["member"]["privacy"]) == (None, None)
        assert (found["system"]["description"], found["member"]["description"]) == (None, None)


def test_message_of_an_invisible_member_is_shown(home: Home, anonymous: Client) -> None:
    home.owner.patch(home.path("/members/{member}"), {"privacy": {"visibility": "private"}}).ok()
    assert anonymous.get(f"/messages/{home.message['id']}").ok()["member"]["id"] == home.member["id"]


def test_message_of_a_deleted_member_has_neither_member_nor_system(home: Home, anonymous: Client) -> None:
    home.owner.delete(home.path("/members/{member}")).done()
    for client in (home.owner, anonymous):
        found: Any = client.get(f"/messages/{home.message['id']}").ok()
        assert {key: found[key] for key in home.message} == home.message
        assert (found["member"], found["system"]) == (None, None)
        assert found.keys() == shapes.MESSAGE_KEYS


@pytest.mark.parametrize("snowflake", ["1", "859883754233741322", "18446744073709551615", "0", "9223372036854775808"])
def test_unknown_message_is_404(anonymous: Client, snowflake: str) -> None:
    anonymous.get(f"/messages/{snowflake}").fails(MESSAGE_NOT_FOUND)


@pytest.mark.parametrize(
    "snowflake",
    [
        "abc",
        "-1",
        "1.5",
        "+1",
        "18446744073709551616",
        "99999999999999999999999",
        "1e5",
        "0x10",
        "%D9%A1",
        "%20",
        "@me",
    ],
)
def test_malformed_message_id_is_400(anonymous: Client, snowflake: str) -> None:
    anonymous.get(f"/messages/{snowflake}").fails(BAD_REQUEST)


def test_forgotten_message_is_404(home: Home, keeper: Keeper, anonymous: Client) -> None:
    keeper.forget_message(home.message["id"])
    anonymous.get(f"/messages/{home.message['id']}").fails(MESSAGE_NOT_FOUND)
    anonymous.get(f"/messages/{home.message['original']}").fails(MESSAGE_NOT_FOUND)
