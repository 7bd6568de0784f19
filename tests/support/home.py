"""A system with one of everything that a path can name, and every operation as a call on it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.support import shapes
from tests.support.client import Answer, Client
from tests.support.made import past


@dataclass(frozen=True)
class Call:
    """One operation: how it is called on a Home, with a body that it accepts."""

    method: str
    template: str
    body: Any = None

    def __str__(self) -> str:
        return f"{self.method} {self.template}"


@dataclass(frozen=True)
class Home:
    """`owner` is a client of the system; the rest belongs to it."""

    owner: Client
    account: str
    guild: str
    member: dict[str, Any]
    group: dict[str, Any]
    switch: dict[str, Any]
    message: Mapping[str, str]

    def path(self, template: str) -> str:
        """The template with this system's own references in it."""
        return template.format(
            system=self.owner.id,
            member=self.member["id"],
            group=self.group["id"],
            switch=self.switch["id"],
            guild=self.guild,
            message=self.message["id"],
        )

    def call(self, call: Call, client: Client) -> Answer:
        """Do the call about this system, as `client`."""
        path, body = self.path(call.template), self.body(call)
        return client.send(call.method, path) if body is None else client.send_json(call.method, path, body)

    def body(self, call: Call) -> bytes | None:
        """The call's body, with this system's own references in it."""
        if call.body is None:
            return None
        references = {"{member}": self.member["id"], "{group}": self.group["id"]}
        body = [references.get(item, item) for item in call.body] if isinstance(call.body, list) else call.body
        return json.dumps(body).encode()


def furnish(owner: Client) -> Home:
    """A home that its owner makes; it has no account, no message, and a guild that nobody knows."""
    member = owner.new_member()
    group, switch = owner.new_group(members=[member["id"]]), owner.new_switch(member["id"], timestamp=past(1)[0])
    return Home(owner, "", "466378653216014359", member, group, switch, {"id": "1"})


def inhabit(home: Home) -> None:
    """Give it what a system that is used has: full objects, private ones, hidden ones, and a history."""
    owner = home.owner
    owner.patch("/systems/@me", shapes.FULL_SYSTEM | {"privacy": {"pronoun_privacy": "private"}}).ok()
    owner.patch(home.path("/members/{member}"), shapes.without(shapes.FULL_MEMBER, "privacy")).ok()
    owner.patch(home.path("/groups/{group}"), shapes.without(shapes.FULL_GROUP, "privacy")).ok()
    hidden = {"visibility": "private"}
    discreet = [
        owner.new_member(**shapes.changed(shapes.FULL_MEMBER, privacy=_all_but_visibility(shapes.MEMBER_PRIVACY))),
        owner.new_member(privacy={"name_privacy": "private"}),
        owner.new_member(privacy=hidden),
    ]
    ids = [member["id"] for member in discreet]
    owner.new_group(members=ids)
    owner.new_group(**shapes.changed(shapes.FULL_GROUP, privacy=_all_but_visibility(shapes.GROUP_PRIVACY)), members=ids)
    owner.new_group(privacy=hidden)
    owner.new_switch(timestamp="2024-05-01T12:00:00.1Z")
    owner.new_switch(*ids[::-1], timestamp="2024-05-01T12:00:00.12Z")


def _all_but_visibility(keys: tuple[str, ...]) -> dict[str, str]:
    return {key: "private" for key in keys if key != "visibility"}


PUBLIC_READS = (
    Call("GET", "/systems/{system}"),
    Call("GET", "/systems/{system}/settings"),
    Call("GET", "/systems/{system}/members"),
    Call("GET", "/systems/{system}/groups"),
    Call("GET", "/systems/{system}/switches"),
    Call("GET", "/systems/{system}/fronters"),
    Call("GET", "/systems/{system}/switches/{switch}"),
    Call("GET", "/systems/{system}/oembed.json"),
    Call("GET", "/members/{member}"),
    Call("GET", "/members/{member}/groups"),
    Call("GET", "/members/{member}/oembed.json"),
    Call("GET", "/groups/{group}"),
    Call("GET", "/groups/{group}/members"),
    Call("GET", "/groups/{group}/oembed.json"),
    Call("GET", "/messages/{message}"),
)
OWNER_READS = (
    Call("GET", "/systems/{system}/guilds/{guild}"),
    Call("GET", "/systems/{system}/autoproxy?guild_id={guild}"),
    Call("GET", "/members/{member}/guilds/{guild}"),
)
# Those that another system's client is refused by what the path names: a system, a member, a group.
SYSTEM_WRITES = (
    Call("PATCH", "/systems/{system}", {"name": "Changed"}),
    Call("PATCH", "/systems/{system}/settings", {"pings_enabled": False}),
    Call("PATCH", "/systems/{system}/guilds/{guild}", {"tag": "changed"}),
    Call("PATCH", "/systems/{system}/autoproxy?guild_id={guild}", {"autoproxy_mode": "front"}),
    Call("POST", "/systems/{system}/switches", {"members": []}),
    Call("PATCH", "/systems/{system}/switches/{switch}", {"timestamp": "2024-05-02T12:00:00Z"}),
    Call("PATCH", "/systems/{system}/switches/{switch}/members", []),
    Call("DELETE", "/systems/{system}/switches/{switch}"),
)
MEMBER_WRITES = (
    Call("PATCH", "/members/{member}", {"name": "Changed"}),
    Call("POST", "/members/{member}/groups/add", ["{group}"]),
    Call("POST", "/members/{member}/groups/remove", ["{group}"]),
    Call("POST", "/members/{member}/groups/overwrite", []),
    Call("PATCH", "/members/{member}/guilds/{guild}", {"display_name": "Changed"}),
    Call("DELETE", "/members/{member}"),
)
GROUP_WRITES = (
    Call("PATCH", "/groups/{group}", {"name": "Changed"}),
    Call("POST", "/groups/{group}/members/add", ["{member}"]),
    Call("POST", "/groups/{group}/members/remove", ["{member}"]),
    Call("POST", "/groups/{group}/members/overwrite", []),
    Call("DELETE", "/groups/{group}"),
)
CREATIONS = (Call("POST", "/members", {"name": "New"}), Call("POST", "/groups", {"name": "New"}))
WRITES = (*SYSTEM_WRITES, *MEMBER_WRITES, *GROUP_WRITES, *CREATIONS)
OWNER_ONLY = (*OWNER_READS, *WRITES)
EVERY_OPERATION = (*PUBLIC_READS, *OWNER_ONLY)
