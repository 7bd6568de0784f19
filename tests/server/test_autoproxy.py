"""Autoproxy, where it takes the keeper; and every mode with every member, before and after."""

from dataclasses import dataclass
from typing import Any

import pytest

from tests.support.client import Answer, Client
from tests.support.home import Home
from tests.support.keeper import Keeper, new_snowflake
from tests.support.problems import (
    BAD_REQUEST,
    NOT_OWN_MEMBER,
    UNIMPLEMENTED,
    invalid,
)
from tests.support.shapes import AUTOPROXY

MEMBER_INVALID = invalid("autoproxy_member")


@dataclass(frozen=True)
class Proxy:
    """The autoproxy settings of one system in one guild."""

    owner: Client
    guild: str

    @property
    def path(self) -> str:
        return f"/systems/@me/autoproxy?guild_id={self.guild}"

    def get(self) -> Any:
        return self.owner.get(self.path).ok()

    def patch(self, **body: Any) -> Answer:
        """PATCH; `mode` and `member` for short."""
        return self.owner.patch(self.path, {f"autoproxy_{key}": value for key, value in body.items()})


@pytest.fixture
def proxy(owner: Client) -> Proxy:
    """Autoproxy in a guild that was never asked for."""
    return Proxy(owner, new_snowflake())


@pytest.fixture
def member(owner: Client) -> str:
    """The short id of a member."""
    found: str = owner.new_member()["id"]
    return found


def shown(mode: str, member: str | None = None) -> dict[str, Any]:
    """The whole object."""
    return {**AUTOPROXY, "autoproxy_mode": mode, "autoproxy_member": member}


@pytest.mark.parametrize("mode", ["member", "latch"])
def test_patch_sets_mode_with_member(proxy: Proxy, member: str, mode: str) -> None:
    assert proxy.patch(mode=mode, member=member).ok() == shown(mode, member)
    assert proxy.get() == shown(mode, member)


@pytest.mark.parametrize("mode", ["", " "])
def test_patch_blank_mode_means_off(proxy: Proxy, mode: str) -> None:
    proxy.patch(mode="front").ok()
    assert proxy.patch(mode=mode).ok() == shown("off")


@pytest.mark.parametrize("mode", ["Front", "on", "off ", 0, False, [], {}])
def test_patch_of_unknown_mode_is_an_error(proxy: Proxy, mode: Any) -> None:
    proxy.patch(mode=mode).rejects(invalid("autoproxy_mode"))
    assert proxy.get() == AUTOPROXY


@pytest.mark.parametrize("mode", ["off", "front", None])
def test_member_is_an_error_in_a_mode_without_one(proxy: Proxy, member: str, mode: str | None) -> None:
    proxy.patch(mode=mode, member=member).rejects(MEMBER_INVALID)
    assert proxy.get() == AUTOPROXY


@pytest.mark.parametrize("mode", ["off", "front"])
def test_member_alone_is_an_error_while_the_mode_has_none(proxy: Proxy, member: str, mode: str) -> None:
    proxy.patch(mode=mode).ok()
    proxy.patch(member=member).rejects(MEMBER_INVALID)
    assert proxy.get() == shown(mode)


@pytest.mark.parametrize("mode", ["member", "latch"])
def test_member_alone_changes_the_member_of_the_present_mode(proxy: Proxy, member: str, mode: str) -> None:
    other = proxy.owner.new_member()["id"]
    proxy.patch(mode=mode, member=other).ok()
    assert proxy.patch(member=member).ok() == shown(mode, member)
    assert proxy.get() == shown(mode, member)


@pytest.mark.parametrize(
    "body", [{"mode": "member"}, {"mode": "member", "member": None}, {"mode": "member", "member": ""}]
)
@pytest.mark.parametrize("before", ["off", "front", "latch"])
def test_mode_member_without_any_member_is_an_error(proxy: Proxy, before: str, body: dict[str, Any]) -> None:
    proxy.patch(mode=before).ok()
    proxy.patch(**body).rejects(MEMBER_INVALID)
    assert proxy.get() == shown(before)


@pytest.mark.parametrize("before", ["member", "latch"])
@pytest.mark.parametrize("after", ["off", "front", None])
def test_leaving_member_or_latch_clears_the_member(proxy: Proxy, member: str, before: str, after: str | None) -> None:
    proxy.patch(mode=before, member=member).ok()
    assert proxy.patch(mode=after).ok() == shown(after or "off")
    assert proxy.get() == shown(after or "off")


@pytest.mark.parametrize("mode", ["off", "front"])
def test_null_member_is_fine_in_a_mode_without_one(proxy: Proxy, mode: str) -> None:
    assert proxy.patch(mode=mode, member=None).ok() == shown(mode)


@pytest.mark.parametrize(
    "ref", ["dddddd", "b6cb3e17-52d6-4f0a-8a4b-2f9b3a5f3d11", "no reference", "@me", 5, True, [], {}]
)
@pytest.mark.parametrize("mode", ["member", "latch"])
def test_member_that_does_not_exist_is_an_error(proxy: Proxy, mode: str, ref: Any) -> None:
    proxy.patch(mode=mode, member=ref).rejects(MEMBER_INVALID)
    assert proxy.get() == AUTOPROXY


@pytest.mark.parametrize("mode", ["member", "latch"])
def test_member_of_another_system_is_403(proxy: Proxy, stranger: Client, mode: str) -> None:
    foreign = stranger.new_member()
    proxy.patch(mode=mode, member=foreign["id"]).fails(NOT_OWN_MEMBER)
    proxy.patch(mode=mode, member=foreign["uuid"]).fails(NOT_OWN_MEMBER)
    assert proxy.get() == AUTOPROXY


def test_systems_are_apart(proxy: Proxy, stranger: Client) -> None:
    proxy.patch(mode="front").ok()
    assert Proxy(stranger, proxy.guild).get() == AUTOPROXY


@pytest.mark.parametrize("guild", ["9223372036854775808", "18446744073709551615"])
def test_guild_ids_use_all_64_bits(owner: Client, guild: str) -> None:
    assert Proxy(owner, guild).patch(mode="front").ok() == shown("front")
    assert Proxy(owner, guild).get() == shown("front")


@pytest.mark.parametrize("guild", ["abc", "-1", "1.5", "18446744073709551616", "99999999999999999999999", "1e5", "@me"])
def test_malformed_guild_id_is_400(owner: Client, guild: str) -> None:
    owner.get("/systems/@me/autoproxy", guild_id=guild).fails(BAD_REQUEST)
    owner.patch(f"/systems/@me/autoproxy?guild_id={guild}", {"autoproxy_mode": "front"}).fails(BAD_REQUEST)


@pytest.mark.parametrize("query", ["", "?channel_id=1", "?guild_id=1&channel_id=1", "?channel_id=1&guild_id=1"])
def test_without_guild_or_with_channel_is_501(owner: Client, query: str) -> None:
    owner.get(f"/systems/@me/autoproxy{query}").fails(UNIMPLEMENTED)
    owner.patch(f"/systems/@me/autoproxy{query}", {"autoproxy_mode": "front"}).fails(UNIMPLEMENTED)


@pytest.mark.parametrize(
    "body", [{}, {"colour": "x"}, {"last_latch_timestamp": "2024-01-01T00:00:00Z"}, {"guild_id": "1"}]
)
def test_patch_without_settable_key_is_400(proxy: Proxy, body: dict[str, str]) -> None:
    proxy.owner.patch(proxy.path, body).fails(BAD_REQUEST)


def test_last_latch_timestamp_is_shown_and_kept(proxy: Proxy, keeper: Keeper) -> None:
    proxy.patch(mode="latch").ok()
    keeper.set_latch(proxy.owner, proxy.guild, "2024-03-01T12:00:00.5Z")
    assert proxy.get() == {**shown("latch"), "last_latch_timestamp": "2024-03-01T12:00:00.5Z"}
    assert proxy.patch(mode="front").ok()["last_latch_timestamp"] == "2024-03-01T12:00:00.5Z"


@pytest.mark.parametrize("mode", ["front", "latch", "member"])
def test_what_was_read_can_be_sent_back(proxy: Proxy, member: str, mode: str) -> None:
    read = proxy.patch(mode=mode, member=member if mode == "member" else None).ok()
    assert proxy.owner.patch(proxy.path, read).ok() == read


def test_any_reference_of_the_own_system_will_do(home: Home) -> None:
    for reference in (home.owner.id, home.owner.uuid, "@me", home.account):
        path = f"/systems/{reference}/autoproxy?guild_id={home.guild}"
        assert home.owner.patch(path, {"autoproxy_mode": "front"}).ok() == shown("front")
        assert home.owner.get(path).ok() == shown("front")
