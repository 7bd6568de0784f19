"""Check openapi.yaml: against the specification, every example against its schema, and the rules of this house."""

import re
from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path
from typing import Any

from jsonschema import Draft4Validator, Draft202012Validator, FormatChecker
from jsonschema.exceptions import ValidationError, best_match
from openapi_schema_validator import OAS30Validator
from openapi_spec_validator import OpenAPIV30SpecValidator
from openapi_spec_validator.schemas import schema_v30

from handlers.request import formats
from scripts.generate import Contract, GenerateError, check, load, operations

Node = dict[str, Any]
Place = tuple[str, ...]

LONGEST = 240
FORMATS = FormatChecker(("uuid",))
for _name, _check in formats.CHECKS.items():
    FORMATS.checks(_name)(lambda value, _check=_check: not isinstance(value, str) or _check(value))
KNOWN_FORMATS = {*FORMATS.checkers, "int32", "int64"}


def _object(required: Node | None = None, **optional: Node) -> Node:
    """The schema of a mapping with these keys and no others; of any mapping if none are given."""
    properties = {**(required or {}), **optional}
    return {
        "type": "object",
        "required": list(required or {}),
        "properties": properties,
        "additionalProperties": not properties,
    }


def _map(value: Node) -> Node:
    return {"type": "object", "additionalProperties": value}


# The shapes of the extensions; what the names in them have to refer to is checked afterwards.
TEXT: Node = {"type": "string", "minLength": 1}
NUMBER: Node = {"type": "integer", "minimum": 0}
YES: Node = {"enum": [True]}
NAMES: Node = {"type": "array", "items": TEXT, "uniqueItems": True}
DOCUMENT = {
    "x-errors": _map(_object({"code": NUMBER, "status": NUMBER, "message": TEXT})),
    "x-field-errors": _object({"too_long": TEXT, "invalid": TEXT}),
    "x-scopes": _object({"levels": NAMES, "topics": _map(TEXT), "identify": TEXT}),
    "x-scope-presets": _map(NAMES),
    "x-rate-limits": _map(_object({"per_second": NUMBER, "description": TEXT})),
}
OPERATION = {
    "operationId": {"type": "string", "pattern": "^[a-z]+(_[a-z]+)*$"},
    "x-openapi-router-controller": TEXT,
    "x-rate-limit": TEXT,
    "x-errors": NAMES,
}
SOMETIMES = {
    "x-scope": _object({"level": TEXT, "topics": NAMES}, identify=YES),
    "x-owner-only": YES,
    "x-privacy": _object({"entity": TEXT, "key": TEXT, "error": TEXT}),
}
SCHEMA = {
    "x-privacy": _object(key=TEXT, instead=TEXT, value={}, owner=YES, absent=YES),
    "x-messages": _object(missing=TEXT, null=TEXT),
    "x-normalise": {"enum": ["lower"]},
    "x-equal-is-null": TEXT,
    "x-drop-empty": YES,
    "x-unique": YES,
    "x-at-most": NUMBER,
    "x-total-length": _object({"properties": NAMES, "plus": NUMBER, "maximum": NUMBER}),
}


def problems(path: Path) -> list[str]:
    """What is wrong with the contract, one line each; nothing when all is well."""
    try:
        contract = load(path)
        for checks in STAGES:
            found = list(dict.fromkeys(chain(*(check(contract) for check in checks))))
            if found:
                return found
    except GenerateError as error:
        return [str(error)]
    except RecursionError:
        return [f"{path}: something contains itself, or is nested too deeply"]
    return []


def _not_json(contract: Contract) -> Iterator[str]:
    """YAML says more than JSON can, and takes `200` and `off` for something other than text."""
    for place, node in _nodes(contract):
        for key, value in node.items():
            if not isinstance(key, str):
                yield _line(place, f"the key {key!r} has to be quoted")
            elif not isinstance(value, dict | list | str | int | float | None):
                yield _line((*place, key), f"JSON knows no {type(value).__name__}")


def _lost_references(contract: Contract) -> Iterator[str]:
    for place, node in _nodes(contract):
        target = node.get("$ref")
        if isinstance(target, str) and _resolved(contract, node) is None:
            yield _line(place, f"{target} leads nowhere")


def _outline(contract: Contract) -> Iterator[str]:
    """The specification's own schema."""
    for error in Draft4Validator(dict(schema_v30), format_checker=Draft4Validator.FORMAT_CHECKER).iter_errors(contract):
        closest = best_match([error])
        reasons = [each.message for each in closest.context if "$ref" not in each.message]
        yield _line(_place(closest), f"{_short(closest.message)}{': ' if reasons else ''}{'; '.join(reasons[:1])}")


def _extensions(contract: Contract) -> Iterator[str]:
    """The shape of the extensions, and that there is none that nobody knows."""
    yield from _misshapen((), contract, DOCUMENT, {})
    for _, path, operation in operations(contract):
        yield from _misshapen((operation.get("operationId", path),), operation, OPERATION, SOMETIMES)
    for place, schema in _schemas(contract):
        yield from _misshapen(place, schema, {}, SCHEMA)


def _misshapen(place: Place, node: Node, required: Node, optional: Node) -> Iterator[str]:
    schema = {"required": list(required), "properties": {**required, **optional}}
    for error in Draft202012Validator(schema).iter_errors(node):
        yield _line((*place, *_place(error)), error.message)
    for name in node:
        if name.startswith("x-") and name not in schema["properties"]:
            yield _line(place, f"unknown extension {name}")


def _specification(contract: Contract) -> Iterator[str]:
    """What the specification says in words only."""
    for error in OpenAPIV30SpecValidator(contract).iter_errors():
        yield _line(_place(error), error.message)


def _generator(contract: Contract) -> Iterator[str]:
    """What the generator needs: extensions that name what exists."""
    try:
        check(contract)
    except GenerateError as error:
        yield str(error)


def _examples(contract: Contract) -> Iterator[str]:
    for place, schema, value in _exemplified(contract):
        validator = OAS30Validator({**schema, "components": contract.get("components", {})}, format_checker=FORMATS)
        for error in validator.iter_errors(value):
            yield _line((*place, *_place(error)), error.message)


def _exemplified(contract: Contract) -> Iterator[tuple[Place, Node, Any]]:
    """Each value that the contract gives for a schema, with its place: examples, defaults, and what an enum lists."""
    for place, node in _nodes(contract):
        if isinstance(node.get("schema"), dict):
            if "example" in node:
                yield (*place, "example"), node["schema"], node["example"]
            for name, value in _named_examples(contract, node):
                yield (*place, "examples", name), node["schema"], value
    for place, schema in _schemas(contract):
        for key in ("example", "default"):
            if key in schema:
                yield (*place, key), schema, schema[key]
        for value in schema.get("enum", ()):
            yield (*place, "enum"), {key: schema[key] for key in ("type", "nullable") if key in schema}, value


def _named_examples(contract: Contract, node: Node) -> Iterator[tuple[str, Any]]:
    for name, example in node.get("examples", {}).items():
        found = _resolved(contract, example)
        if found and "value" in found:
            yield name, found["value"]


def _errors(contract: Contract) -> Iterator[str]:
    """An operation's errors, the statuses that it documents and the examples of both have to agree."""
    for _, _, operation in operations(contract):
        place = (operation["operationId"],)
        named = {(entry["status"], entry["code"]): entry for entry in _catalogue(contract, operation)}
        shown = list(_shown_errors(contract, operation))
        documented = {int(status) for status in operation["responses"] if _is_error(status)}
        for status in documented ^ {status for status, _ in named}:
            yield _line(place, f"status {status} is in only one of responses and x-errors")
        for status, code in named.keys() - {(status, value.get("code")) for status, value in shown}:
            yield _line(place, f"no example of error {code} with status {status}")
        for status, value in shown:
            if not _as_listed(named.get((status, value.get("code"))), value):
                yield _line(place, f"x-errors has nothing like the example {value} of status {status}")


def _catalogue(contract: Contract, operation: Node) -> Iterator[Node]:
    return (contract["x-errors"][name] for name in operation["x-errors"])


def _shown_errors(contract: Contract, operation: Node) -> Iterator[tuple[int, Node]]:
    for status, response in operation["responses"].items():
        if _is_error(status):
            for media in (_resolved(contract, response) or {}).get("content", {}).values():
                yield from ((int(status), value) for _, value in _named_examples(contract, media))


def _is_error(status: str) -> bool:
    return status.isdigit() and status[0] in "45"


def _as_listed(entry: Node | None, value: Node) -> bool:
    """Whether an error body says what its entry of the catalogue says; `{ref}` stands for anything."""
    pattern = re.escape(entry["message"]).replace(re.escape("{ref}"), ".+") if entry else ""
    return re.fullmatch(pattern, str(value.get("message"))) is not None


def _house_rules(contract: Contract) -> Iterator[str]:
    """What generators of clients stumble over, and names that are misspelt."""
    for place, schema in _schemas(contract):
        if schema.keys() & {"oneOf", "anyOf"}:
            yield _line(place, "oneOf and anyOf break generated clients")
        if "$ref" in schema and len(schema) > 1:
            yield _line(place, "what stands beside a $ref does not count")
        if schema.get("nullable") and (len(place) < 2 or place[-2] != "properties"):
            yield _line(place, "nullable is for inline properties only")
        if schema.get("nullable") and None not in schema.get("enum", [None]):
            yield _line(place, "a nullable enum has to list null")
        if schema.get("format", "uuid") not in KNOWN_FORMATS:
            yield _line(place, f"nobody checks the format {schema['format']!r}")
        for name in sorted(_properties_named(schema) - schema.get("properties", {}).keys()):
            yield _line(place, f"there is no property {name!r}")


def _properties_named(schema: Node) -> set[str]:
    """The properties that a schema speaks of elsewhere than under `properties`."""
    others = (each.get("x-equal-is-null") for each in schema.get("properties", {}).values())
    total = schema.get("x-total-length", {}).get("properties", [])
    return {*schema.get("required", []), *total, *filter(None, others)}


def _nodes(node: object, place: Place = ()) -> Iterator[tuple[Place, Node]]:
    """Every mapping of the document, with its place."""
    if isinstance(node, dict):
        yield place, node
    inner = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in inner:
        yield from _nodes(value, (*place, str(key)))


def _schemas(contract: Contract) -> Iterator[tuple[Place, Node]]:
    """Every schema, with its place."""
    for name, schema in contract.get("components", {}).get("schemas", {}).items():
        yield from _schema_and_inner(("components", "schemas", name), schema)
    for place, node in _nodes(contract):
        if isinstance(node.get("schema"), dict):
            yield from _schema_and_inner((*place, "schema"), node["schema"])


def _schema_and_inner(place: Place, schema: Node) -> Iterator[tuple[Place, Node]]:
    yield place, schema
    for name, each in schema.get("properties", {}).items():
        yield from _schema_and_inner((*place, "properties", name), each)
    for key in ("items", "additionalProperties", "not"):
        if isinstance(schema.get(key), dict):
            yield from _schema_and_inner((*place, key), schema[key])
    for key in ("allOf", "oneOf", "anyOf"):
        for index, each in enumerate(schema.get(key, ())):
            yield from _schema_and_inner((*place, key, str(index)), each)


def _resolved(contract: Contract, node: Node) -> Node | None:
    """What a reference within the document leads to; anything else is itself."""
    if "$ref" not in node:
        return node
    found: Any = contract
    for part in node["$ref"].removeprefix("#/").split("/"):
        found = found.get(part) if isinstance(found, dict) else None
    return found if isinstance(found, dict) else None


def _place(error: ValidationError) -> Place:
    return tuple(map(str, error.absolute_path))


def _short(text: str) -> str:
    text = text.strip().split("\n", 1)[0]
    return text if len(text) <= LONGEST else f"{text[: LONGEST // 2]} ... {text[-LONGEST // 2 :]}"


def _line(place: Place, message: str) -> str:
    return f"{' > '.join(place) or 'openapi.yaml'}: {_short(message)}"


# What a later stage looks at can be trusted to have the shape that the earlier ones ask for.
STAGES: tuple[tuple[Callable[[Contract], Iterator[str]], ...], ...] = (
    (_not_json,),
    (_lost_references,),
    (_outline,),
    (_extensions,),
    (_generator,),
    (_examples, _errors, _house_rules),
    # Last, as it does not say where: it repeats what some of the others can tell in more detail.
    (_specification,),
)
