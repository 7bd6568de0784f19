"""Get Autoproxy and Update Autoproxy."""

from dataclasses import dataclass
from typing import Any

import pytest

from tests.support.check import TakesSide, check
from tests.support.client import Answer, Client
from tests.support.problems import (
    BAD_REQUEST,
    FORBIDDEN,
    NOT_OWN_MEMBER,
    SYSTEM_NOT_FOUND,
    UNAUTHORIZED,
    UNIMPLEMENTED,
    invalid,
)
from tests.support.shapes import AUTOPROXY

# Guilds that nobody is in; nothing is ever set in the quiet one.
GUILD, OTHER_GUILD, QUIET_GUILD = "700000000000000001", "700000000000000002", "700000000000000003"
MEMBER_INVALID = invalid("autoproxy_member")


@dataclass(frozen=True)
class Proxy:
    """The autoproxy settings of one system in one guild."""

    owner: Client
    guild: str

    @property
    def path(self) -> str:
        return f"/systems/@me/autoproxy?guild_id={self.guild}"

    @property
    def outside(self) -> str:
        """As others ask for it."""
        return f"/systems/{self.owner.id}/autoproxy?guild_id={self.guild}"

    def get(self) -> Any:
        return self.owner.get(self.path).ok()

    def patch(self, **body: Any) -> Answer:
        """PATCH; `mode` and `member` for short."""
        return self.owner.patch(self.path, {f"autoproxy_{key}": value for key, value in body.items()})


@pytest.fixture
def proxy(owner: Client) -> Proxy:
    """Autoproxy in a guild where it is off."""
    return Proxy(owner, GUILD)


@pytest.fixture
def member(owner: Client) -> str:
    """The short id of a member."""
    return str(owner.new_member()["id"])


def shown(mode: str, member: str | None = None) -> dict[str, Any]:
    """The whole object."""
    return {**AUTOPROXY, "autoproxy_mode": mode, "autoproxy_member": member}


# Get


@check("autoproxy/get/all-keys", must="Endpoints will always return all fields, using null when a value is missing.")
def test_owner_sees_every_key(reader: Client) -> None:
    assert Proxy(reader, QUIET_GUILD).get().keys() == AUTOPROXY.keys()


@check(
    "autoproxy/get/unknown-guild", should="In a guild that was never asked for, the mode is `off` and the rest null."
)
def test_guild_never_asked_for_has_mode_off(reader: Client) -> None:
    assert Proxy(reader, QUIET_GUILD).get() == AUTOPROXY


@check("autoproxy/get/by-any-reference", should="The own system can be named by `@me`, short id and UUID.")
def test_any_reference_of_the_own_system_will_do(reader: Client) -> None:
    for reference in (reader.id, reader.uuid):
        assert reader.get(f"/systems/{reference}/autoproxy?guild_id={QUIET_GUILD}").ok() == AUTOPROXY


@check("autoproxy/get/64-bit-guilds", should="Guild ids use all 64 bits, without a sign.")
def test_guild_ids_use_all_64_bits(reader: Client) -> None:
    assert Proxy(reader, "18446744073709551615").get() == AUTOPROXY


@check("autoproxy/get/malformed-guild", should="What is no guild id is 400.")
def test_malformed_guild_id_is_400(reader: Client) -> None:
    for guild in ("abc", "-1", "1.5", "18446744073709551616"):
        reader.get("/systems/@me/autoproxy", guild_id=guild).fails(BAD_REQUEST)


@check("autoproxy/get/50001", should="Without `guild_id`, or with any `channel_id`, autoproxy is 501 with 50001.")
def test_without_guild_or_with_channel_is_501(reader: Client) -> None:
    for query in ("", "?channel_id=1", f"?guild_id={QUIET_GUILD}&channel_id=1"):
        reader.get(f"/systems/@me/autoproxy{query}").fails(UNIMPLEMENTED)


@check("autoproxy/get/403", should="Another system's autoproxy is 403.")
def test_autoproxy_of_another_system_is_403(owner: Client, stranger: Client) -> None:
    stranger.get(f"/systems/{owner.id}/autoproxy?guild_id={QUIET_GUILD}").fails(FORBIDDEN)


@check("autoproxy/get/401", should="Autoproxy needs credentials: 401, with or without a guild.")
def test_autoproxy_without_credentials_is_401(public: Client) -> None:
    for query in ("", f"?guild_id={QUIET_GUILD}"):
        public.get(f"/systems/{public.id}/autoproxy{query}").fails(UNAUTHORIZED)


@check("autoproxy/get/20001", should="Autoproxy of a system that does not exist is 404 with 20001.")
def test_autoproxy_of_unknown_system_is_404(reader: Client) -> None:
    reader.get(f"/systems/dddddd/autoproxy?guild_id={QUIET_GUILD}").fails(SYSTEM_NOT_FOUND)


# Modes


@check("autoproxy/update/modes", must="autoproxy is set to the last member who sent a proxied message in the server")
def test_patch_sets_mode(proxy: Proxy) -> None:
    for mode in ("front", "latch", "off"):
        assert proxy.patch(mode=mode).ok()["autoproxy_mode"] == mode
        assert proxy.get()["autoproxy_mode"] == mode


@check("autoproxy/update/member", must="autoproxy is set to a specific member (see `autoproxy_member` key)")
def test_patch_sets_mode_with_member(proxy: Proxy, member: str) -> None:
    assert proxy.patch(mode="member", member=member).ok() == {**proxy.get(), **shown("member", member)}
    assert proxy.get() == shown("member", member)


@check("autoproxy/update/latch-member", should="A member can be given for mode `latch` too.")
def test_patch_sets_mode_latch_with_member(proxy: Proxy, member: str) -> None:
    assert proxy.patch(mode="latch", member=member).ok() == shown("latch", member)
    assert proxy.get() == shown("latch", member)


@check("autoproxy/update/null-is-off", should="A mode that is null means `off`.")
def test_patch_null_mode_means_off(proxy: Proxy) -> None:
    proxy.patch(mode="front").ok()
    assert proxy.patch(mode=None).ok() == shown("off")
    assert proxy.get() == shown("off")


@check(
    "autoproxy/update/other-mode",
    may="A mode that is none of the four is 40001 on `autoproxy_mode`. (The reference service takes it for `off`.)",
)
def test_patch_of_unknown_mode_is_an_error(proxy: Proxy, side: TakesSide) -> None:
    answer = proxy.patch(mode="Nothing")
    if answer.status == 200:
        side("reference")
        assert answer.body["autoproxy_mode"] == "off", answer.story
    else:
        side("documentation")
        answer.rejects(invalid("autoproxy_mode"))


@check("autoproxy/update/type", may="A mode that is no text and a member that is no text are 40001, each on its key.")
def test_all_mistakes_are_reported_together(proxy: Proxy) -> None:
    for mode, member in ((0, 5), ([], {})):
        proxy.patch(mode=mode, member=member).rejects(invalid("autoproxy_mode"), MEMBER_INVALID)


# Members


@check("autoproxy/update/front-without-member", must="must be `null` if autoproxy_mode is set to `front`")
def test_front_has_no_member(proxy: Proxy, member: str) -> None:
    proxy.patch(mode="front", member=member).refused()
    proxy.patch(mode="member", member=member).ok()
    assert proxy.patch(mode="front").ok()["autoproxy_member"] is None
    assert proxy.get()["autoproxy_member"] is None


@check(
    "autoproxy/update/member-needs-mode",
    should="A member in a mode that has none (`off`, `front`) is 40001 on `autoproxy_member`; nothing changes.",
)
def test_member_is_an_error_in_a_mode_without_one(proxy: Proxy, member: str) -> None:
    proxy.patch(member=member).rejects(MEMBER_INVALID)
    for mode in ("off", "front", None):
        proxy.patch(mode=mode, member=member).rejects(MEMBER_INVALID)
    assert proxy.get() == shown("off")


@check("autoproxy/update/mode-needs-member", should="Mode `member` without any member is 40001 on `autoproxy_member`.")
def test_mode_member_without_any_member_is_an_error(proxy: Proxy) -> None:
    bodies: list[dict[str, Any]] = [{"mode": "member"}, {"mode": "member", "member": None}]
    for body in bodies:
        proxy.patch(**body).rejects(MEMBER_INVALID)
    assert proxy.get() == shown("off")


@check("autoproxy/update/member-alone", should="A member alone changes the member of the present mode.")
def test_member_alone_changes_the_member_of_the_present_mode(proxy: Proxy, member: str) -> None:
    other = proxy.owner.new_member()["id"]
    proxy.patch(mode="member", member=other).ok()
    assert proxy.patch(member=member).ok() == shown("member", member)
    proxy.patch(mode="latch").ok()
    assert proxy.patch(member=other).ok() == shown("latch", other)
    assert proxy.get() == shown("latch", other)


@check("autoproxy/update/keeps-member", should="Changing between `member` and `latch` keeps the member.")
def test_member_and_latch_keep_the_member(proxy: Proxy, member: str) -> None:
    proxy.patch(mode="member", member=member).ok()
    for mode in ("latch", "member", "member"):
        assert proxy.patch(mode=mode).ok() == shown(mode, member)


@check("autoproxy/update/clears-member", should="Leaving `member` or `latch` clears the member.")
def test_leaving_member_or_latch_clears_the_member(proxy: Proxy, member: str) -> None:
    for before, after in (("member", "off"), ("latch", "front")):
        proxy.patch(mode=before, member=member).ok()
        assert proxy.patch(mode=after).ok() == shown(after)
        assert proxy.get() == shown(after)


@check("autoproxy/update/null-member", should="A null member clears it in mode `latch`, and is 40001 in mode `member`.")
def test_null_member(proxy: Proxy, member: str) -> None:
    proxy.patch(mode="member", member=member).ok()
    proxy.patch(member=None).rejects(MEMBER_INVALID)
    assert proxy.patch(mode="latch", member=None).ok() == shown("latch")
    assert proxy.patch(mode="front", member=None).ok() == shown("front")


@check("autoproxy/update/by-uuid", should="The member can be named by UUID; it is shown by its short id.")
def test_member_may_be_named_by_uuid(proxy: Proxy) -> None:
    member = proxy.owner.new_member()
    assert proxy.patch(mode="member", member=member["uuid"]).ok() == shown("member", member["id"])


@check("autoproxy/update/unknown-member", should="A member that does not exist is 40001 on `autoproxy_member`.")
def test_member_that_does_not_exist_is_an_error(proxy: Proxy) -> None:
    for ref in ("dddddd", "b6cb3e17-52d6-4f0a-8a4b-2f9b3a5f3d11", "no reference"):
        proxy.patch(mode="member", member=ref).rejects(MEMBER_INVALID)
    assert proxy.get() == shown("off")


@check("autoproxy/update/30006", should="Another system's member is 403 with 30006; nothing changes.")
def test_member_of_another_system_is_403(proxy: Proxy, foreign_member: str) -> None:
    for mode in ("member", "latch"):
        proxy.patch(mode=mode, member=foreign_member).fails(NOT_OWN_MEMBER)
    assert proxy.get() == shown("off")


@check("autoproxy/deleted-member", should="A deleted member ends mode `member`; mode `latch` goes on without it.")
def test_deleted_member_is_cleared(proxy: Proxy) -> None:
    for mode, left in (("member", "off"), ("latch", "latch")):
        member = proxy.owner.new_member()["id"]
        proxy.patch(mode=mode, member=member).ok()
        proxy.owner.delete(f"/members/{member}").done()
        assert proxy.get() == shown(left)


# The rest


@check(
    "autoproxy/update/no-valid-key",
    must="Sending a PATCH request with an empty JSON object, or with a JSON object that contains no valid keys for the"
    " target entity, will result in a 400 bad request error.",
)
def test_patch_of_nothing_is_400(proxy: Proxy) -> None:
    for body in ({}, {"colour": "x"}):
        answer = proxy.owner.patch(proxy.path, body)
        assert answer.status == 400, answer.story


@check("autoproxy/update/read-only", must="read-only")
def test_last_latch_timestamp_can_not_be_set(proxy: Proxy) -> None:
    latest = {"last_latch_timestamp": "2024-01-01T00:00:00Z"}
    assert proxy.owner.patch(proxy.path, {"autoproxy_mode": "latch", **latest}).ok() == shown("latch")
    assert proxy.get() == shown("latch")
    proxy.owner.patch(proxy.path, latest).refused()


@check("autoproxy/update/round-trip", should="What was read can be sent back.")
def test_what_was_read_can_be_sent_back(proxy: Proxy, member: str) -> None:
    for read in (proxy.get(), proxy.patch(mode="member", member=member).ok()):
        assert proxy.owner.patch(proxy.path, read).ok() == read


@check("autoproxy/update/guilds-apart", should="What is set in one guild leaves others alone.")
def test_guilds_are_apart(proxy: Proxy) -> None:
    Proxy(proxy.owner, OTHER_GUILD).patch(mode="front").ok()
    assert proxy.get() == shown("off")


@check("autoproxy/update/50001", should="Without `guild_id`, or with any `channel_id`, a change is 501 with 50001.")
def test_patch_without_guild_or_with_channel_is_501(owner: Client) -> None:
    for query in ("", f"?guild_id={GUILD}&channel_id=1"):
        owner.patch(f"/systems/@me/autoproxy{query}", {"autoproxy_mode": "front"}).fails(UNIMPLEMENTED)


@check("autoproxy/update/403", should="Changing another system's autoproxy is 403, and changes nothing.")
def test_patch_of_another_system_is_403(proxy: Proxy, stranger: Client) -> None:
    stranger.patch(proxy.outside, {"autoproxy_mode": "front"}).fails(FORBIDDEN)
    assert proxy.get() == shown("off")


@check("autoproxy/update/401", should="Changing autoproxy needs credentials: 401, and nothing is changed.")
def test_patch_without_credentials_is_401(proxy: Proxy, anonymous: Client) -> None:
    anonymous.patch(proxy.outside, {"autoproxy_mode": "front"}).fails(UNAUTHORIZED)
    assert proxy.get() == shown("off")
