"""The contract as generators of clients like it: every object has a name, and the server alone checks what is sent."""

import copy
from typing import Any

SERVERS = [
    {"url": "http://127.0.0.1:8000/v2", "description": "Your own server"},
    {"url": "https://api.pluralkit.me/v2", "description": "The reference service"},
]
ABOUT = (
    "A client of version 2 of the PluralKit REST API, by an independent project that is not affiliated with PluralKit."
)
# What a client would check before the server can say, better, what is wrong; and what only documents.
CHECKS = {"pattern", "minLength", "maxLength", "minimum", "maximum", "minItems", "maxItems", "minProperties", "default"}
OTHERWISE = {"examples", "links"}
FORMATS = {"date", "snowflake", "timezone"}
"""Strings to a client: a year 0004 that stands for none is no date, and a snowflake is no number."""
ERRORS = {"Error", "ModelError", "RateLimitError"}
LEVEL, LEVELS = "PrivacyLevel", ["public", "private"]
NAMES = {"properties", "schemas", "headers", "parameters", "responses"}
"""Keywords whose keys are names and no keywords."""


def for_clients(contract: dict[str, Any]) -> dict[str, Any]:
    """A contract that says the same to a client; errors are left to the hand-written part, which raises them."""
    plain: dict[str, Any] = _plain(copy.deepcopy(contract))
    plain["info"]["description"] = ABOUT
    plain["servers"] = SERVERS
    schemas = {name: schema for name, schema in plain["components"]["schemas"].items() if name not in ERRORS}
    named = _with_names(schemas | {LEVEL: {"type": "string", "enum": LEVELS, "description": "Who may see something."}})
    components = {"securitySchemes": plain["components"]["securitySchemes"], "schemas": named}
    components["parameters"] = plain["components"]["parameters"]
    operations = [each for path in plain["paths"].values() for each in path.values()]
    for operation in operations:
        operation["responses"] = {
            status: _without_headers(response)
            for status, response in operation["responses"].items()
            if status.startswith("2")
        }
    return plain | {"components": components}


def _plain(part: Any, *, names: bool = False) -> Any:
    """`part` without what clients do not need; its keys may be `names`."""
    if isinstance(part, list):
        return [_plain(item) for item in part]
    if not isinstance(part, dict):
        return part
    kept = part if names else {key: value for key, value in part.items() if _wanted(key, value)}
    if "enum" in kept and not names:
        # null is said by `nullable`, and a blank string is no choice for anybody but the server.
        kept = kept | {"enum": [value for value in kept["enum"] if value]}
    return {key: _plain(value, names=not names and key in NAMES) for key, value in kept.items()}


def _wanted(key: str, value: Any) -> bool:
    return not (key in CHECKS | OTHERWISE or key.startswith("x-") or (key == "format" and value in FORMATS))


def _without_headers(response: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in response.items() if key != "headers"}


def _with_names(schemas: dict[str, Any]) -> dict[str, Any]:
    """The schemas, and beside them each object within one that has a title, under that title."""
    named = dict(schemas)
    unread = list(schemas.values())
    while unread:
        properties = unread.pop().get("properties", {})
        for key, value in properties.items():
            if title := value.pop("title", None) or (LEVEL if value.get("enum") == LEVELS else None):
                outer = {each: value[each] for each in ("nullable", "description") if each in value}
                properties[key] = outer | {"allOf": [{"$ref": f"#/components/schemas/{title}"}]}
                if title not in named:
                    named[title] = {each: part for each, part in value.items() if each not in outer}
                    unread.append(named[title])
    return named
