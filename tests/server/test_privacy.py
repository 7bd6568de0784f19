"""What leaks by other roads than an answer's fields, and what takes the keeper to see.

Every combination of privacy keys is in tests/test_privacy_exhaustive.py.
"""

from collections.abc import Callable
from typing import Any

import pytest

from tests.support import shapes
from tests.support.client import Answer, Client
from tests.support.home import Home
from tests.support.keeper import Keeper


@pytest.fixture(params=["another system", "nobody"])
def viewer(request: pytest.FixtureRequest, stranger: Client, anonymous: Client) -> Client:
    """Everybody who is not the owner."""
    return stranger if request.param == "another system" else anonymous


def private(*keys: str) -> dict[str, Any]:
    """The body that makes these privacy keys private."""
    return {"privacy": dict.fromkeys(keys, "private")}


def test_private_metadata_of_a_member_is_null(keeper: Keeper, owner: Client, viewer: Client) -> None:
    own = owner.new_member(**private("metadata_privacy"))
    keeper.set_member(own["uuid"], message_count=7, last_message_timestamp="2024-02-03T04:05:06Z")
    hidden = {"created": None, "message_count": None, "last_message_timestamp": None}
    answer = viewer.get(f"/members/{own['id']}")
    assert answer.ok() == {**own, **hidden, "privacy": None, "autoproxy_enabled": None}
    assert owner.get(f"/members/{own['id']}").ok()["message_count"] == 7


def test_member_of_a_message_is_filtered_like_the_member(home: Home, viewer: Client) -> None:
    home.owner.patch(home.path("/members/{member}"), shapes.FULL_MEMBER).ok()
    public = viewer.get(home.path("/members/{member}")).ok()
    assert viewer.get(home.path("/messages/{message}")).ok()["member"] == shapes.without(public, "system")


@pytest.mark.parametrize("key", ["front_privacy", "front_history_privacy"])
def test_refusal_is_the_same_with_and_without_switches(owner: Client, viewer: Client, key: str) -> None:
    path = f"/systems/{owner.id}/{'fronters' if key == 'front_privacy' else 'switches'}"
    owner.patch("/systems/@me", private(key)).ok()
    before = viewer.get(path)
    owner.new_switch(owner.new_member()["id"])
    after = viewer.get(path)
    assert (before.status, before.raw) == (after.status, after.raw)
    assert before.status == 403


@pytest.mark.parametrize(("key", "path"), [("member_list_privacy", "members"), ("group_list_privacy", "groups")])
def test_refusal_is_the_same_with_and_without_items(owner: Client, viewer: Client, key: str, path: str) -> None:
    owner.patch("/systems/@me", private(key)).ok()
    before = viewer.get(f"/systems/{owner.id}/{path}")
    owner.new_group(members=[owner.new_member()["id"]])
    after = viewer.get(f"/systems/{owner.id}/{path}")
    assert (before.status, before.raw) == (after.status, after.raw)
    assert before.status == 403


Writer = Callable[[Client, Home], Answer]
FOREIGN_USES: dict[str, Writer] = {
    "switch": lambda client, home: client.post("/systems/@me/switches", {"members": [home.member["id"]]}),
    "group": lambda client, home: client.post(f"/groups/{client.new_group()['id']}/members/add", [home.member["id"]]),
    "update": lambda client, home: client.patch(home.path("/members/{member}"), {"name": "x"}),
    "update with a mistake": lambda client, home: client.patch(home.path("/members/{member}"), {"name": 5}),
    "guild": lambda client, home: client.get(home.path("/members/{member}/guilds/{guild}")),
    "delete": lambda client, home: client.delete(home.path("/members/{member}")),
}


@pytest.mark.parametrize("use", FOREIGN_USES.values(), ids=FOREIGN_USES)
def test_refusal_tells_nothing_about_the_member(home: Home, stranger: Client, use: Writer) -> None:
    home.owner.patch(home.path("/members/{member}"), {**shapes.FULL_MEMBER, "name": "Hidden"}).ok()
    answer = use(stranger, home)
    assert answer.status in (400, 403), answer.story
    for secret in ("Hidden", "tea", "Ayo (she)", home.member["uuid"]):
        assert secret.encode() not in answer.raw, answer.story
