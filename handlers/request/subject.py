"""Which system a request is about: that of what its path names first."""

from collections.abc import Callable, Sequence
from typing import Any

from handlers.request import parameters
from models import groups, members, messages, snowflakes, systems


def _member(text: str) -> int | None:
    member = members.find(parameters.REFERENCES["memberRef"](text))
    return None if member is None else member.system


def _group(text: str) -> int | None:
    group = groups.find(parameters.REFERENCES["groupRef"](text))
    return None if group is None else group.system


def _message(text: str) -> int | None:
    snowflake = snowflakes.encode(text)
    message = None if snowflake is None else messages.find(snowflake)
    return None if message is None else message.system


def _system(text: str) -> int | None:
    return systems.find(parameters.REFERENCES["systemRef"](text))


_FINDERS: dict[str, Callable[[str], Any]] = {
    "systemRef": _system,
    "memberRef": _member,
    "groupRef": _group,
    "messageId": _message,
}


class Subject:
    """What an operation is about, by the first parameter of its path; without one, the asker's own system."""

    def __init__(self, parameter: str | None) -> None:
        self._find = _FINDERS[parameter] if parameter else None
        self._takes_me = parameter == "systemRef"

    def is_of(self, system: int, path_values: Sequence[str]) -> bool:
        """Whether a request with these values in its path is about `system`, which asks."""
        if self._find is None or (self._takes_me and parameters.is_me(path_values[0])):
            return True
        return bool(self._find(path_values[0]) == system)
