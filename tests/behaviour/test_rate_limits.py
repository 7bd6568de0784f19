"""Section "rate limits", as far as it can be seen without meeting a limit.

What happens past the limit, our own server proves: nobody else's should be pushed there. A 429 that is met all the same
is compared with the contract like every answer.
"""

import time
from collections.abc import Mapping

import pytest

from tests.support.check import check
from tests.support.client import Answer, Client
from tests.support.made import called

NAMES = ("Limit", "Remaining", "Reset", "Scope")


def limits(answer: Answer) -> Mapping[str, str]:
    """What the answer says of its limit; all of it must be there."""
    headers = {f"X-RateLimit-{name}" for name in NAMES if f"X-RateLimit-{name}" in answer.headers}
    assert headers == {f"X-RateLimit-{name}" for name in NAMES}, answer.story
    return {name: answer.headers[f"X-RateLimit-{name}"] for name in NAMES}


@check("rate-limits/headers/present", must="The following rate limit headers are present on HTTP responses:")
@pytest.mark.parametrize("path", ["/systems/{system}", "/systems/dddddd", "/systems/@me", "/members/dddddd/groups"])
def test_every_answer_says_what_is_left(public: Client, path: str) -> None:
    limits(public.get(path.format(system=public.id)))


@check("rate-limits/headers/on-changes", must="The following rate limit headers are present on HTTP responses:")
def test_every_answer_to_a_change_says_what_is_left(owner: Client) -> None:
    member = owner.post("/members", {"name": called("Ayo")})
    limits(member)
    limits(owner.patch(f"/members/{member.ok()['id']}", {}))
    limits(owner.delete(f"/members/{member.ok()['id']}"))


@check(
    "rate-limits/headers/limit-and-remaining",
    must="The amount of requests you have remaining until the next reset time.",
)
def test_less_remains_than_the_limit(public: Client) -> None:
    """Of some requests, as a server that cannot count for a moment may answer one as if nothing had been used."""
    found = [limits(public.get(f"/systems/{public.id}")) for _ in range(3)]
    used = [int(each["Limit"]) - int(each["Remaining"]) for each in found]
    assert min(used) >= 0, found
    assert max(used) > 0, found


@check("rate-limits/headers/reset", must="The UNIX time (in milliseconds) when the ratelimit info will reset.")
def test_reset_is_near_and_never_goes_back(public: Client) -> None:
    """In which unit it is, is a check among the differences."""
    resets = [int(limits(public.get(f"/systems/{public.id}"))["Reset"]) for _ in range(3)]
    assert resets == sorted(resets)
    now, hour = time.time(), 3600
    assert any(abs(resets[-1] / unit - now) < hour for unit in (1, 1000)), f"{resets[-1]} is not near now, {now:.0f}"


@check(
    "rate-limits/scope/generic-get",
    must="10/second for any GET requests other than the messages endpoint (generic_get scope)",
)
def test_scope_of_reading(public: Client) -> None:
    for path in (f"/systems/{public.id}", "/members/dddddd", "/groups/dddddd/members"):
        assert limits(public.get(path))["Scope"] == "generic_get"


@check(
    "rate-limits/scope/message",
    must="10/second for requests to the Get Proxied Message Information endpoint (message scope)",
)
def test_scope_of_messages(anonymous: Client) -> None:
    assert limits(anonymous.get("/messages/1"))["Scope"] == "message"


@check(
    "rate-limits/scope/generic-update",
    must="3/second for any POST, PATCH, or DELETE requests (generic_update scope)",
)
def test_scope_of_changes(owner: Client) -> None:
    answers = [owner.post("/members", {}), owner.patch("/members/dddddd", {}), owner.delete("/members/dddddd")]
    assert [limits(answer)["Scope"] for answer in answers] == ["generic_update"] * 3


@check("rate-limits/head", should="HEAD counts as GET.")
def test_head_counts_as_get(public: Client) -> None:
    assert limits(public.send("HEAD", f"/systems/{public.id}"))["Scope"] == "generic_get"


@check("rate-limits/not-counted", may="What is no operation is not limited, and has none of the headers.")
def test_what_is_no_operation_is_not_limited(anonymous: Client) -> None:
    answers = [anonymous.get("/nothing"), anonymous.get("/members"), anonymous.send("OPTIONS", "/members/exampl")]
    found = [name for answer in answers for name in answer.headers if name.lower().startswith("x-ratelimit")]
    assert found == []
