"""The throwaway system: what it was, and putting it back."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any
from urllib.parse import quote

import httpx

from scripts.contract.errors import HarnessError
from scripts.contract.journal import Journal, Thing
from tests.support.check import MARKER
from tests.support.client import Client
from tests.support.operations import Operations

Json = Any
Picture = dict[str, Json]
KINDS = ("switch", "group", "member")
"""In the order in which they are deleted: a switch can be told by its members only while these are there."""
_PAGE = 100
WRONG = (
    HarnessError,
    httpx.HTTPError,
    httpx.InvalidURL,
    AssertionError,
    LookupError,
    TypeError,
    ValueError,
    AttributeError,
)
"""Whatever a server can do to somebody who only wants to clean up."""
_PATHS = {"member": "/members/{}", "group": "/groups/{}", "switch": "/systems/@me/switches/{}"}
_OBJECTS = {
    "system": ("/systems/@me", "SystemPatch"),
    "settings": ("/systems/@me/settings", "SystemSettingsPatch"),
    "guild": ("/systems/@me/guilds/{}", "SystemGuildSettingsPatch"),
    "autoproxy": ("/systems/@me/autoproxy?guild_id={}", "AutoproxySettingsPatch"),
}
_FRESH = {
    "guild": {"proxying_enabled": True, "tag": None, "tag_enabled": True},
    "autoproxy": {"autoproxy_mode": "off", "autoproxy_member": None},
}
"""What a guild has that was unknown before."""


class Household:
    """Cleans up after the checks. Whatever goes wrong meanwhile is kept in `troubles`, and raises nothing."""

    def __init__(self, client: Client, journal: Journal, operations: Operations, guild: str = "") -> None:
        self._client, self._journal, self._guild = client, journal, guild
        self._schemas = operations.contract["components"]["schemas"]
        self.kept: list[str] = []
        """Ids of what was there before, and is not to be touched."""
        self.troubles: dict[Thing, str] = {}

    # What there is

    def picture(self) -> Picture:
        """All that the system has, by what can be compared."""
        found: Picture = {name: self._read(_OBJECTS[name][0]) for name in ("system", "settings")}
        found["member"] = self._listed("/systems/@me/members")
        found["group"] = self._listed("/systems/@me/groups?with_members=true")
        found["switch"] = self._switches()
        if self._guild:
            found |= {f"{kind} {self._guild}": self._read(self._path((kind, self._guild))) for kind in _FRESH}
        return found

    def _read(self, path: str) -> Json:
        answer = self._client.get(path)
        return answer.body if answer.status == 200 else {}

    def _listed(self, path: str) -> dict[str, Json]:
        listed = self._read(path)
        return {str(each["id"]): each for each in listed if isinstance(each, dict) and "id" in each} if listed else {}

    def _switches(self) -> dict[str, Json]:
        found: dict[str, Json] = {}
        before = ""
        while page := self._listed(f"/systems/@me/switches?limit={_PAGE}{before}"):
            new = page.keys() - found.keys()
            found |= page
            oldest = min(str(each.get("timestamp")) for each in page.values())
            before = f"&before={oldest}"
            if len(page) < _PAGE or not new:
                break
        return found

    # Putting it back

    def tidy(self) -> None:
        """Delete what was made and restore what was changed; ask for as little as possible."""
        self._without_raising(("", "lost answers"), self._find_lost)
        for kind in KINDS:
            for thing in [thing for thing in reversed(self._journal.made) if thing[0] == kind]:
                self._without_raising(thing, partial(self._delete, thing))
        for thing in sorted(self._journal.touched):
            self._without_raising(thing, partial(self._restore, thing))

    def finish(self) -> tuple[list[str], list[str]]:
        """Tidy up, compare with what was before, and try once more; what is left, and in what the system differs."""
        self.tidy()
        try:
            after = self.picture()
            if found := [thing for thing in self.marked(after) if thing not in self._journal.made]:
                self.adopt(found)
            if found or not self._journal.is_empty:
                self.tidy()
                after = self.picture()
            self._drop_what_is_gone(after)
        except WRONG as error:
            return self.leftovers({}), [f"the system cannot be looked at any more: {error}"]
        return self.leftovers(after), list(differences(self._journal.before, after))

    def _drop_what_is_gone(self, after: Picture) -> None:
        """Whatever a deletion was answered with: what is not there any more is no leftover."""
        for kind, identity in list(self._journal.made):
            if identity not in after[kind]:
                self._journal.say(gone=(kind, identity))

    def marked(self, picture: Picture) -> list[Thing]:
        """What carries the marker and was not there before; switches by their members."""
        before = self._journal.before
        found = [
            (kind, identity)
            for kind in ("member", "group")
            for identity, each in picture[kind].items()
            if identity not in before.get(kind, {}) and MARKER in str(each)
        ]
        ours = {identity for kind, identity in [*found, *self._journal.made] if kind == "member"}
        switches = [
            ("switch", identity)
            for identity, each in picture["switch"].items()
            if identity not in before.get("switch", {}) and ours & set(each.get("members") or ())
        ]
        return found + switches

    def leftovers(self, picture: Picture) -> list[str]:
        """One line for each thing that is still there."""
        things = dict.fromkeys([*self._journal.made, *sorted(self._journal.touched)])
        return [self._line(thing, picture) for thing in things]

    def _line(self, thing: Thing, picture: Picture) -> str:
        kind, identity = thing
        name = picture.get(kind, {}).get(identity, {}).get("name", "") if kind in KINDS else ""
        why = self.troubles.get(thing, "it is still there")
        return " ".join(filter(None, [kind, identity, f"“{name}”" if name else ""])) + f": {why}"

    def _find_lost(self) -> None:
        """A change whose answer never came may have happened: find it by its marker."""
        if self._journal.unanswered <= 0:
            return
        picture = self.picture()
        self.adopt(self.marked(picture))
        empty = [identity for identity, each in picture["switch"].items() if not each.get("members")]
        self.adopt([("switch", each) for each in empty if each not in self._journal.before.get("switch", {})])
        self._journal.forget_unanswered()

    def adopt(self, things: list[Thing]) -> None:
        """Take these for the kit's own, to be deleted."""
        for thing in things:
            if thing not in self._journal.made:
                self._journal.say(made=thing)

    def _delete(self, thing: Thing) -> None:
        answer = self._client.delete(_PATHS[thing[0]].format(quote(thing[1], safe="")))
        if answer.status == 404 or answer.status < 300:
            self._journal.say(gone=thing)
        else:
            self.troubles[thing] = f"DELETE answered {answer.status}"

    def _restore(self, thing: Thing) -> None:
        wanted = self._wanted(thing)
        present = self._client.get(self._path(thing))
        if present.status == 200 and not _unlike(wanted, present.body):
            self._journal.say(restored=thing)
        elif present.status in (400, 404, 501):
            self._journal.say(restored=thing)  # there is no such thing, so it cannot have changed
        else:
            self._put_back(thing, wanted)

    def _put_back(self, thing: Thing, wanted: Json) -> None:
        body = wanted
        if thing[0] == "autoproxy" and not wanted.get("autoproxy_member"):
            body = {"autoproxy_mode": wanted.get("autoproxy_mode")}
        answer = self._client.patch(self._path(thing), body)
        if answer.status == 200:
            self._journal.say(restored=thing)
        else:
            self.troubles[thing] = f"PATCH answered {answer.status}"

    def _wanted(self, thing: Thing) -> Json:
        """What can be set of the object as it was."""
        kind, identity = thing
        name = f"{kind} {identity}".strip()
        settable = self._schemas[_OBJECTS[kind][1]]["properties"]
        was: Json = self._journal.before.get(name) or _FRESH.get(kind, {})
        return {key: value for key, value in was.items() if key in settable}

    def _path(self, thing: Thing) -> str:
        return _OBJECTS[thing[0]][0].format(quote(thing[1], safe=""))

    def _without_raising(self, thing: Thing, action: Callable[[], None]) -> None:
        try:
            action()
        except WRONG as error:
            self.troubles[thing] = str(error)


def _unlike(wanted: Json, present: Json) -> list[str]:
    """The keys in which what there is differs from what is wanted."""
    return [key for key, value in wanted.items() if present.get(key) != value]


def differences(before: Picture, after: Picture) -> Iterator[str]:
    """One line for each thing that was there and is not as it was, or was not there and is."""
    for part in sorted(before.keys() & after.keys()):
        was, now = before.get(part) or {}, after.get(part) or {}
        for key in sorted(was.keys() | now.keys()):
            if key not in now:
                yield f"{part} {key} is gone"
            elif key not in was:
                yield f"{part} {key} is new: {_short(now[key])}"
            elif was[key] != now[key]:
                yield f"{part} {key} was {_short(was[key])} and is {_short(now[key])}"


def _short(value: Json) -> str:
    text = repr(value)
    return text if len(text) <= 120 else f"{text[:119]}…"
