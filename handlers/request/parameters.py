"""Path and query parameters against the contract: text in, what a handler takes out."""

import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl

from generated.errors import BadRequest
from models import instants, references, snowflakes

Parse = Callable[[str], Any]

_UPPER = re.compile(r"(?<=[a-z])[A-Z]")

REFERENCES: dict[str, Parse] = {
    "systemRef": references.parse_system,
    "memberRef": references.parse,
    "groupRef": references.parse,
    "switchRef": references.parse_uuid,
}
"""How the parameters that name something are read; what is no reference is None, which nothing answers to."""


def is_me(text: str) -> bool:
    """Whether a reference to a system means that of whoever asks."""
    return text == "@me" or text.strip() == "@me"


def argument(name: str) -> str:
    """The handler's name for a parameter: `memberRef` is `member_ref`."""
    return _UPPER.sub(lambda letter: f"_{letter[0].lower()}", name)


def parser(parameter: Mapping[str, Any]) -> Parse:
    """What reads a parameter of the contract; it raises BadRequest for what the parameter's schema refuses."""
    schema = parameter["schema"]
    if parameter["name"] in REFERENCES:
        return REFERENCES[parameter["name"]]
    if schema["type"] == "integer":
        return _integer(schema["minimum"], schema["x-at-most"])
    if schema["type"] == "boolean":
        return _boolean
    return {"date-time": _instant, "snowflake": _snowflake}.get(schema.get("format"), str)


def last_values(query: bytes) -> dict[str, str]:
    """The query string's values by key; of a repeated key the last one counts."""
    return dict(parse_qsl(query.decode("latin-1"), keep_blank_values=True, errors="replace")) if query else {}


def _integer(least: int, most: int) -> Parse:
    def parse(text: str) -> int:
        if not (text.isascii() and text.isdigit() and len(text) < 1000 and int(text) >= least):
            raise BadRequest
        return min(int(text), most)

    return parse


def _boolean(text: str) -> bool:
    value = {"true": True, "false": False}.get(text.lower())
    if value is None:
        raise BadRequest
    return value


def _instant(text: str) -> str:
    instant = instants.parse(text)
    if instant is None:
        raise BadRequest
    return instant


def _snowflake(text: str) -> int:
    snowflake = snowflakes.encode(text)
    if snowflake is None:
        raise BadRequest
    return snowflake
