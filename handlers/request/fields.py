"""Bodies against the contract: every rule of a request schema, and every error of a body at once.

jsonschema-rs says whether a body is valid in one or two microseconds, where Connexion's validator takes seventy-six;
only what is wrong is looked at more closely, to be told in the API's own words (error 40001).
"""

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any

import jsonschema_rs

from generated.contract import FIELD_ERRORS
from generated.errors import BadRequest, InvalidModel
from handlers.request import formats
from models import instants

Json = Any
Values = dict[str, Any]
FieldErrors = dict[str, list[Values]]

# More errors than any honest body has: what a hostile one costs must end somewhere.
_MOST_ERRORS = 500


def invalid(key: str) -> InvalidModel:
    """The error of a body whose `key` has a value that cannot be."""
    return InvalidModel(extra={"errors": {key: [_invalid(key)]}})


def _invalid(key: str) -> Values:
    return {"message": FIELD_ERRORS["invalid"].format(key=key)}


def _too_long(key: str, most: int, actual: int) -> Values:
    return {"message": FIELD_ERRORS["too_long"].format(key=key), "max_length": most, "actual_length": actual}


def json_schema(schema: Values, components: Values) -> Values:
    """An OpenAPI 3.0 schema as JSON Schema: references followed, `nullable` as a type."""
    if "$ref" in schema:
        return json_schema(components[schema["$ref"].rsplit("/", 1)[1]], components)
    plain = {key: value for key, value in schema.items() if key in _KEYWORDS}
    if schema.get("nullable"):
        plain["type"] = [schema["type"], "null"]
    if "items" in plain:
        plain["items"] = json_schema(plain["items"], components)
    if "properties" in plain:
        plain["properties"] = {name: json_schema(each, components) for name, each in plain["properties"].items()}
    return plain


_KEYWORDS = frozenset(
    {"type", "format", "pattern", "enum", "minLength", "maxLength", "minimum", "maximum"}
    | {"minItems", "maxItems", "items", "properties", "required"}
)
"""What a schema says that a validator reads."""


def validator(schema: Values) -> Any:
    """A compiled validator with this API's formats."""
    return jsonschema_rs.Draft202012Validator(schema, formats=formats.CHECKS, validate_formats=True)


class ListBody:
    """A body that is a list of references; anything else is a bad request."""

    def __init__(self, schema: Values, components: Values) -> None:
        self._is_valid = validator(json_schema(schema, components)).is_valid

    def __call__(self, body: Json) -> Json:
        """The list."""
        if not self._is_valid(body):
            raise BadRequest
        return body


class ObjectBody:
    """A body that is an object: its settable keys, checked, in the form in which they are stored."""

    def __init__(self, schema: Values, components: Values, defaults: Values, *, complete: bool) -> None:
        """`defaults` is what null means for a key, and on POST (`complete`) also what a missing one means."""
        self._complete, self._defaults = complete, defaults
        self._needed = frozenset(schema.get("required", ()))
        properties = {name: json_schema(each, components) for name, each in schema["properties"].items()}
        self._properties = properties
        self._messages = {
            name: each["x-messages"] for name, each in schema["properties"].items() if "x-messages" in each
        }
        self._tags = {
            name: TagList(each, components) for name, each in schema["properties"].items() if each.get("x-drop-empty")
        }
        self._equal_is_null = {
            name: each["x-equal-is-null"] for name, each in schema["properties"].items() if "x-equal-is-null" in each
        }
        self._convert = {
            name: convert for name, each in schema["properties"].items() if (convert := _conversion(each)) is not None
        }
        self._texts = {name for name, each in properties.items() if self._takes_blank(name, each)}
        self._nested = {
            name: frozenset(each["properties"]) for name, each in properties.items() if "properties" in each
        }
        checked = json_schema(schema, components)
        for name in self._tags:
            checked["properties"][name].pop("maxItems", None)
        self._validator = validator(checked)

    def _takes_blank(self, name: str, schema: Values) -> bool:
        """Whether a blank string stands for null: where the pattern admits one, or the key has words for it."""
        if "string" not in schema.get("type", ()):
            return False
        own_words = "null" in self._messages.get(name, ()) and "format" not in schema
        return own_words or bool(jsonschema_rs.Draft202012Validator(schema, validate_formats=False).is_valid(""))

    def __call__(self, body: Json) -> Values:
        """The values to store, by key. Raises BadRequest, or InvalidModel with every error of the body."""
        if type(body) is not dict:
            raise BadRequest
        given = self._given(body)
        if not (given or self._needed or self._complete):
            raise BadRequest
        if not self._validator.is_valid(given) or self._tags.keys() & given.keys():
            self._check(given)
        return self._stored(given)

    def _given(self, body: Values) -> Values:
        """The settable keys that were sent; blank strings are null, a privacy object that says nothing is missing."""
        given = {key: value for key, value in body.items() if key in self._properties}
        for name in self._texts & given.keys():
            given[name] = _blank_is_null(given[name])
        for name, keys in self._nested.items():
            if name in given and (given[name] is None or type(given[name]) is dict):
                said = given.pop(name) or {}
                nested = {key: _blank_is_null(value) for key, value in said.items() if key in keys}
                if nested:
                    given[name] = nested
        return given

    def _check(self, given: Values) -> None:
        errors: FieldErrors = {}
        for key, error in islice(self._errors(given), _MOST_ERRORS):
            told = errors.setdefault(key, [])
            if error not in told:
                told.append(error)
        if errors:
            raise InvalidModel(extra={"errors": errors})

    def _errors(self, given: Values) -> Iterator[tuple[str, Values]]:
        for error in self._validator.iter_errors(given):
            yield self._told(error)
        for name, tags in self._tags.items():
            if type(given.get(name)) is list:
                yield from tags.errors(name, given[name])

    def _told(self, error: Any) -> tuple[str, Values]:
        """A validator's error in the words of the API, and the key that it is told under."""
        keyword, path = error.schema_path[-1], list(error.instance_path)
        if keyword == "required" and not path:
            name = error.kind.property
            return name, {"message": self._messages[name]["missing"]}
        key = _told_under(path, self._nested)
        own = self._messages.get(path[0], {})
        if error.instance is None and len(path) == 1 and "null" in own:
            return key, {"message": own["null"]}
        if keyword in ("maxLength", "maxItems"):
            return key, _too_long(key, error.kind.limit, len(error.instance))
        return key, _invalid(key)

    def _stored(self, given: Values) -> Values:
        """Values as they are stored: null as its default, everything in one spelling."""
        for name, other in self._equal_is_null.items():
            if given.get(name) is not None and given[name] == given.get(other):
                given[name] = None
        for name, convert in self._convert.items():
            if given.get(name) is not None:
                given[name] = convert(given[name])
        for name, tags in self._tags.items():
            if given.get(name):
                given[name] = tags.clean(given[name])
        for name in self._nested.keys() & given.keys():
            given[name] = {key: "public" if value is None else value for key, value in given[name].items()}
        wanted: Iterable[str] = self._properties if self._complete else given
        return {name: self._value(name, given) for name in wanted if name in given or name not in self._nested}

    def _value(self, name: str, given: Values) -> Json:
        value = given.get(name)
        return self._defaults.get(name) if value is None else value


class TagList:
    """A list whose empty and repeated items are dropped before they count (proxy tags)."""

    def __init__(self, schema: Values, components: Values) -> None:
        items = components[schema["items"]["$ref"].rsplit("/", 1)[1]]
        total = items["x-total-length"]
        self._keys: list[str] = total["properties"]
        self._plus: int = total["plus"]
        self._longest: int = total["maximum"]
        self._most: int = schema["maxItems"]

    def clean(self, tags: list[Values]) -> list[Values]:
        """Each tag once, empty strings as null, without those that say nothing."""
        kept = {tuple(tag.get(key) or None for key in self._keys): None for tag in tags}
        return [dict(zip(self._keys, tag, strict=True)) for tag in kept if any(part and part.strip() for part in tag)]

    def errors(self, name: str, tags: list[Json]) -> Iterator[tuple[str, Values]]:
        """What the schema cannot say of the list: items that are too long as a whole, and too many of them."""
        whole = []
        for index, tag in enumerate(tags):
            if not self._is_tag(tag):
                continue
            whole.append(tag)
            length = self._plus + sum(len(tag.get(key) or "") for key in self._keys)
            if length > self._longest:
                yield f"{name}[{index}]", _too_long(f"{name}[{index}]", self._longest, length)
        count = len(self.clean(whole))
        if count > self._most:
            yield name, _too_long(name, self._most, count)

    def _is_tag(self, tag: Json) -> bool:
        return type(tag) is dict and all(type(tag.get(key)) in (str, type(None)) for key in self._keys)


def _blank_is_null(value: Json) -> Json:
    return None if type(value) is str and not value.strip() else value


def _told_under(path: list[Any], nested: Values) -> str:
    """The name that the API gives to a place in a body: a privacy key its own, an item of a list its index."""
    if len(path) > 1 and path[0] in nested:
        return str(path[1])
    return f"{path[0]}[{path[1]}]" if len(path) > 1 else str(path[0])


def _conversion(schema: Values) -> Callable[[Json], Json] | None:
    if schema.get("x-normalise") == "lower":
        return str.lower
    if schema.get("format") == "date-time":
        return instants.parse
    return int if schema.get("type") == "integer" else None
