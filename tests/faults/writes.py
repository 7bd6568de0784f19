"""Every kind of write to a system, drawn at random, and what each does to the picture of the system."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from tests.faults.picture import Entity, Picture

_FEW, _MANY = 4, 24
_FIRST = datetime(2019, 1, 1)
_SECONDS = 5 * 365 * 86_400

Effect = Callable[[Picture, Any], None]
Unseen = Callable[[Picture, Picture], Any]


@dataclass(frozen=True)
class Write:
    """A request; `effect` does to a picture what it does to the system, given the body of its answer."""

    method: str
    path: str
    body: Any
    effect: Effect
    unseen: Unseen = lambda before, found: None
    """What the answer must have said that nobody saw, judged by what was there `before` and what is `found`."""

    def __str__(self) -> str:
        return f"{self.method} {self.path} {self.body or ''}"

    def after(self, before: Picture, found: Picture) -> Picture:
        """What must be found if the request was done although its answer was not seen."""
        picture = before.copy()
        self.effect(picture, self.unseen(before, found))
        return picture


def draw(random: Random, picture: Picture) -> Write:
    """A write that the server must accept; it keeps every kind of thing between a few and not too many."""
    for things, make, drop in (
        (picture.members, create_member, delete_member),
        (picture.groups, create_group, delete_group),
        (picture.switches, create_switch, delete_switch),
    ):
        if len(things) < _FEW:
            return make(random, picture)
        if len(things) > _MANY:
            return drop(random, picture)
    return random.choice(_KINDS)(random, picture)


def mark(text: str) -> Write:
    """Set the system's tag: when it is acknowledged, whatever was still under way for the system has ended."""
    return _patch_one("system", "/systems/@me", {"tag": text})


def create_member(random: Random, picture: Picture) -> Write:
    tags = [{"prefix": f"{_word(random)}:", "suffix": None} for _ in range(random.randrange(3))]
    body = {**_texts(random, "name", "pronouns", "description"), "proxy_tags": tags}
    return _create("members", "/members", body)


def update_member(random: Random, picture: Picture) -> Write:
    uuid = _one(random, picture.members)
    body = _texts(random, *random.sample(["name", "display_name", "description", "pronouns"], 2))
    body["proxy_tags"] = [{"prefix": None, "suffix": f"-{_word(random)}"} for _ in range(random.randrange(3))]
    return _patch("members", f"/members/{uuid}", uuid, body)


def delete_member(random: Random, picture: Picture) -> Write:
    uuid = _one(random, picture.members)

    def effect(picture: Picture, answer: Any) -> None:
        short_id = picture.members.pop(uuid)["id"]
        for group in picture.groups.values():
            group["members"] = [each for each in group["members"] if each != uuid]
        for switch in picture.switches.values():
            switch["members"] = [each for each in switch["members"] if each != short_id]

    return Write("DELETE", f"/members/{uuid}", None, effect)


def create_group(random: Random, picture: Picture) -> Write:
    return _create("groups", "/groups", _texts(random, "name", "description"))


def update_group(random: Random, picture: Picture) -> Write:
    uuid = _one(random, picture.groups)
    return _patch("groups", f"/groups/{uuid}", uuid, _texts(random, "display_name", "description"))


def delete_group(random: Random, picture: Picture) -> Write:
    return _delete(random, picture, "groups", "/groups")


def change_group_members(random: Random, picture: Picture) -> Write:
    """Members are put into one group, or taken out."""
    group, members = _one(random, picture.groups), _some(random, picture.members)
    how = random.choice(list(_CHANGES))

    def effect(picture: Picture, answer: Any) -> None:
        there = picture.groups[group]
        there["members"] = sorted(_CHANGES[how](set(there["members"]), set(members)))

    return Write("POST", f"/groups/{group}/members/{how}", members, effect)


def change_member_groups(random: Random, picture: Picture) -> Write:
    """One member is put into groups, or taken out."""
    member, groups = _one(random, picture.members), _some(random, picture.groups)
    how = random.choice(list(_CHANGES))

    def effect(picture: Picture, answer: Any) -> None:
        before = {uuid for uuid, group in picture.groups.items() if member in group["members"]}
        after = _CHANGES[how](before, set(groups))
        for uuid, group in picture.groups.items():
            others = set(group["members"]) - {member}
            group["members"] = sorted(others | {member} if uuid in after else others)

    return Write("POST", f"/members/{member}/groups/{how}", groups, effect)


def create_switch(random: Random, picture: Picture) -> Write:
    body = {"timestamp": _free_instant(random, picture), "members": _other_front(random, picture)}
    return _create("switches", "/systems/@me/switches", body)


def move_switch(random: Random, picture: Picture) -> Write:
    uuid = _one(random, picture.switches)
    return _patch("switches", f"/systems/@me/switches/{uuid}", uuid, {"timestamp": _free_instant(random, picture)})


def change_switch_members(random: Random, picture: Picture) -> Write:
    uuid, front = _one(random, picture.switches), _other_front(random, picture)

    def effect(picture: Picture, answer: Any) -> None:
        picture.switches[uuid]["members"] = front

    return Write("PATCH", f"/systems/@me/switches/{uuid}/members", front, effect)


def delete_switch(random: Random, picture: Picture) -> Write:
    return _delete(random, picture, "switches", "/systems/@me/switches")


def update_settings(random: Random, picture: Picture) -> Write:
    templates = [_text(random) for _ in range(random.randrange(4))]
    body = {"description_templates": templates, "latch_timeout": random.randrange(10**6)}
    return _patch_one("settings", "/systems/@me/settings", body)


def update_system(random: Random, picture: Picture) -> Write:
    return _patch_one("system", "/systems/@me", _texts(random, "name", "description"))


_KINDS = (
    create_member, create_member, update_member, update_member, delete_member, create_group, update_group, delete_group,
    change_group_members, change_group_members, change_member_groups, change_member_groups, create_switch,
    create_switch, move_switch, change_switch_members, delete_switch, update_settings, update_system,
)  # fmt: skip

_CHANGES: dict[str, Callable[[set[str], set[str]], set[str]]] = {
    "add": lambda before, given: before | given,
    "remove": lambda before, given: before - given,
    "overwrite": lambda before, given: given,
}


def _create(kind: str, path: str, body: Entity) -> Write:
    def effect(picture: Picture, answer: Any) -> None:
        if answer is not None:
            made = _in_list(answer) | ({"members": []} if kind == "groups" else {})
            getattr(picture, kind)[made.get("uuid", made["id"])] = made

    def unseen(before: Picture, found: Picture) -> Any:
        there = getattr(before, kind)
        new = [thing for uuid, thing in getattr(found, kind).items() if uuid not in there]
        return new[0] if len(new) == 1 and new[0] == new[0] | body else None

    return Write("POST", path, body, effect, unseen)


def _patch(kind: str, path: str, uuid: str, body: Entity) -> Write:
    def effect(picture: Picture, answer: Any) -> None:
        getattr(picture, kind)[uuid].update(_in_list(answer))

    return Write("PATCH", path, body, effect, lambda before, found: body)


def _patch_one(kind: str, path: str, body: Entity) -> Write:
    def effect(picture: Picture, answer: Any) -> None:
        getattr(picture, kind).update(answer)

    return Write("PATCH", path, body, effect, lambda before, found: body)


def _delete(random: Random, picture: Picture, kind: str, path: str) -> Write:
    uuid = _one(random, getattr(picture, kind))

    def effect(picture: Picture, answer: Any) -> None:
        del getattr(picture, kind)[uuid]

    return Write("DELETE", f"{path}/{uuid}", None, effect)


def _in_list(answer: Entity) -> Entity:
    """The object as lists have it: a switch has short ids there, its own answer has members."""
    ids = [member["id"] if isinstance(member, dict) else member for member in answer.get("members", [])]
    return answer | {"members": ids} if "members" in answer else answer


def _word(random: Random) -> str:
    return f"{random.getrandbits(64):x}"


def _text(random: Random) -> str:
    """Up to some 900 characters that no database can make smaller."""
    return "é🦊 " + " ".join(_word(random) for _ in range(random.randint(1, 50)))


def _texts(random: Random, *keys: str) -> Entity:
    return {key: _text(random) if key == "description" else _word(random) for key in keys}


def _one(random: Random, things: Iterable[str]) -> str:
    return random.choice(list(things))


def _some(random: Random, things: Iterable[str]) -> list[str]:
    every = list(things)
    return random.sample(every, random.randint(1, min(len(every), 6)))


def _free_instant(random: Random, picture: Picture) -> str:
    """A whole second at which there is no switch, as answers write it."""
    taken = {switch["timestamp"] for switch in picture.switches.values()}
    while (text := f"{(_FIRST + timedelta(seconds=random.randrange(_SECONDS))).isoformat()}Z") in taken:
        pass
    return text


def _other_front(random: Random, picture: Picture) -> list[str]:
    """Members in an order that no switch has: the same as before would be refused."""
    taken = [switch["members"] for switch in picture.switches.values()]
    while (front := picture.short_ids(_some(random, picture.members))) in taken:
        pass
    return front
