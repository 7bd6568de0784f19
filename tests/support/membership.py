"""Membership seen from either side: the members of a group, and the groups of a member."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.support.client import Answer, Client
from tests.support.problems import (
    GROUP_NOT_FOUND,
    GROUP_REF_NOT_FOUND,
    MEMBER_NOT_FOUND,
    MEMBER_REF_NOT_FOUND,
    NOT_OWN_GROUP,
    NOT_OWN_GROUP_REF,
    NOT_OWN_MEMBER,
    NOT_OWN_MEMBER_REF,
    Problem,
)

ACTIONS = ("add", "remove", "overwrite")
UNKNOWN_UUID = "b6cb3e17-52d6-4f0a-8a4b-2f9b3a5f3d11"


@dataclass(frozen=True)
class Side:
    """One way to look at membership: a target, and the items that it has."""

    path: str
    new_target: Callable[[Client], Any]
    new_item: Callable[[Client], Any]
    target_not_found: Problem
    target_not_own: Problem
    item_not_found: Problem
    item_not_own: Problem


def _new_member(client: Client) -> Any:
    return client.new_member()


def _new_group(client: Client) -> Any:
    return client.new_group()


GROUP_MEMBERS = Side(
    "/groups/{ref}/members",
    _new_group,
    _new_member,
    GROUP_NOT_FOUND,
    NOT_OWN_GROUP,
    MEMBER_REF_NOT_FOUND,
    NOT_OWN_MEMBER_REF,
)
MEMBER_GROUPS = Side(
    "/members/{ref}/groups",
    _new_member,
    _new_group,
    MEMBER_NOT_FOUND,
    NOT_OWN_MEMBER,
    GROUP_REF_NOT_FOUND,
    NOT_OWN_GROUP_REF,
)


@dataclass(frozen=True)
class Target:
    """A new target of the owner's."""

    side: Side
    owner: Client
    id: str

    @classmethod
    def new(cls, side: Side, owner: Client) -> "Target":
        """A group without members, or a member without groups."""
        return cls(side, owner, side.new_target(owner)["id"])

    def path(self, action: str = "") -> str:
        return self.side.path.format(ref=self.id) + (f"/{action}" if action else "")

    def post(self, action: str, references: Any) -> Answer:
        return self.owner.post(self.path(action), references)

    def has(self, *items: Any) -> None:
        """Expect that the target has these and no others, in this order."""
        answer = self.owner.get(self.path())
        assert answer.ok() == list(items), answer.story

    def new_items(self, count: int) -> list[Any]:
        return [self.side.new_item(self.owner) for _ in range(count)]


def ids(items: list[Any]) -> list[str]:
    """Their short ids."""
    return [item["id"] for item in items]
