"""Where openapi.yaml shows an example, and how a value is written there. All other text stays as it is."""

import json
import re
from collections.abc import Iterator
from typing import Any

import yaml

from scripts.generate import Contract, GenerateError, Loader

Address = tuple[str, ...]
Span = tuple[int, int]

WIDTH = 120
PLAIN_KEY = re.compile(r"[A-Za-z][A-Za-z_]+")
UNPRINTABLE = re.compile("[\x7f-\x9f\u2028\u2029\ufeff]")
# Words that YAML takes for something else than text.
TAKEN = {"on", "off", "yes", "no", "true", "false", "null"}
COMPONENT = "#/components/examples/"


class PlaceError(GenerateError):
    """One clear line about an example that has no value, or a value that has no place."""


def written(text: str, examples: dict[str, Any], named: dict[Address, Any]) -> str:
    """The contract's text with these values in place of those that it has."""
    contract: Contract = yaml.load(text, Loader)  # noqa: S506 - it extends the safe one
    root = yaml.compose(text, Loader)
    assert isinstance(root, yaml.MappingNode)
    values = {("components", "examples", name, "value"): value for name, value in examples.items()} | named
    _compare(contract["components"]["examples"], examples)
    values |= _properties(contract, examples)
    # By place, as what has an anchor has many addresses, but one place.
    changes = dict(_change(root, address, value) for address, value in values.items())
    for (start, end), new in sorted(changes.items(), reverse=True):
        text = text[:start] + new + text[end:]
    return text


def _compare(places: dict[str, Any], examples: dict[str, Any]) -> None:
    if untold := places.keys() - examples.keys():
        raise PlaceError(f"openapi.yaml has examples that nothing shows: {', '.join(sorted(untold))}")
    if homeless := examples.keys() - places.keys():
        raise PlaceError(f"components > examples of openapi.yaml has no place for {', '.join(sorted(homeless))}")


def _properties(contract: Contract, examples: dict[str, Any]) -> dict[Address, Any]:
    """The example of each property: the one that it has, if it was seen, or else the first value that was seen."""
    seen = _Seen(contract)
    for schema, name in _exemplified(contract):
        seen.look(schema, examples[name])
    found: dict[Address, Any] = {}
    for address, schema in _own(("components", "schemas"), contract["components"]["schemas"]):
        values = seen.values.get(id(schema), [])
        if "example" in schema and not values:
            raise PlaceError(f"no example shows {' > '.join(address)}")
        if "example" in schema:
            telling = [value for value in values if value not in (None, [], {})] or values
            found[*address, "example"] = schema["example"] if schema["example"] in values else telling[0]
    return found


class _Seen:
    """The values that the examples have for each schema, by what they go by in memory: one with an anchor is one."""

    def __init__(self, contract: Contract) -> None:
        self._schemas = contract["components"]["schemas"]
        self.values: dict[int, list[Any]] = {}

    def look(self, schema: dict[str, Any], value: Any) -> None:
        schema = self._schemas[schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema
        self.values.setdefault(id(schema), []).append(value)
        if isinstance(value, list) and "items" in schema:
            for each in value:
                self.look(schema["items"], each)
        if isinstance(value, dict):
            inner = schema.get("properties", {})
            others = schema.get("additionalProperties")
            for key, each in value.items():
                if key in inner or isinstance(others, dict):
                    self.look(inner.get(key, others), each)


def _exemplified(node: Any) -> Iterator[tuple[dict[str, Any], str]]:
    """Each schema that a named example stands beside."""
    if isinstance(node, dict):
        if "schema" in node:
            for each in node.get("examples", {}).values():
                if each.get("$ref", "").startswith(COMPONENT):
                    yield node["schema"], each["$ref"].removeprefix(COMPONENT)
        for each in node.values():
            yield from _exemplified(each)
    elif isinstance(node, list):
        for each in node:
            yield from _exemplified(each)


def _own(address: Address, schemas: dict[str, Any]) -> Iterator[tuple[Address, dict[str, Any]]]:
    """Every schema and property below `address`."""
    for name, schema in schemas.items():
        yield (*address, name), schema
        yield from _own((*address, name, "properties"), schema.get("properties", {}))


def _change(root: yaml.MappingNode, address: Address, value: Any) -> tuple[Span, str]:
    holder = root
    for name in address[:-1]:
        holder = _child(holder, name, address)[1]
    key, node = _child(holder, address[-1], address)
    start, end = key.end_mark.index + 1, _end(node)
    room = WIDTH - key.end_mark.column - 2
    flow = _flow(value)
    if holder.flow_style or len(flow) <= room or not isinstance(value, dict | list) or not value:
        return (start, end), f" {flow}"
    return (start, end), "".join(f"\n{line}" for line in _block(value, key.start_mark.column + 2))


def _child(node: Any, name: str, address: Address) -> tuple[Any, Any]:
    for key, value in node.value if isinstance(node, yaml.MappingNode) else ():
        if key.value == name:
            return key, value
    raise PlaceError(f"openapi.yaml has no {' > '.join(address)}")


def _end(node: Any) -> int:
    """Where a value's text ends: a block's own mark is where the next thing starts."""
    if isinstance(node, yaml.ScalarNode) or node.flow_style or not node.value:
        return int(node.end_mark.index)
    last = node.value[-1]
    return _end(last[1] if isinstance(last, tuple) else last)


def _block(value: Any, indent: int) -> Iterator[str]:
    """The lines of a mapping or a list."""
    space = " " * indent
    items = value.items() if isinstance(value, dict) else [(None, each) for each in value]
    for key, each in items:
        head = f"{space}-" if key is None else f"{space}{_key(key)}:"
        flow = _flow(each)
        if len(head) + 1 + len(flow) <= WIDTH or not isinstance(each, dict | list):
            yield f"{head} {flow}"
        elif key is None:
            first, *others = _block(each, indent + 2)
            yield from (f"{head} {first.strip()}", *others)
        else:
            yield from (head, *_block(each, indent + 2))


def _flow(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_key(key)}: {_flow(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_flow, value)) + "]"
    return UNPRINTABLE.sub(lambda found: f"\\u{ord(found[0]):04x}", json.dumps(value, ensure_ascii=False))


def _key(key: str) -> str:
    return key if PLAIN_KEY.fullmatch(key) and key not in TAKEN else json.dumps(key)
