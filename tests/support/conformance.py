"""Whether an answer is as the contract describes it: its status, its headers and its body.

This reads openapi.yaml on its own and shares no code with the server.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import jsonschema_rs

from tests.support.operations import Operations

Json = Any
About = Literal["status", "limits", "version", "header", "body"]

BEFORE_OPERATIONS = (405, 408, 410, 431)
"""Answered before an operation is chosen, and documented once for all of them."""
_LIMITS = "X-RateLimit-"


@dataclass(frozen=True)
class Violation:
    """One thing in which an answer is not as the contract says."""

    operation: str
    about: About
    text: str


def _is_snowflake(text: str) -> bool:
    return text.isascii() and text.isdecimal() and int(text) < 1 << 64


def _plain(schema: Json) -> Json:
    """The schema with `nullable` as JSON Schema says it."""
    if isinstance(schema, list):
        return [_plain(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    plain = {key: _plain(value) for key, value in schema.items() if key not in ("nullable", "example", "examples")}
    if schema.get("nullable") is True:
        plain["type"] = [schema["type"], "null"]
    return plain


class Conformance:
    """The responses of the contract, each compiled when it is first needed."""

    def __init__(self, operations: Operations) -> None:
        self._operations = operations
        self._contract = operations.contract
        self._validators: dict[str, jsonschema_rs.Validator] = {}

    def violations(
        self, method: str, path: str, status: int, headers: Mapping[str, str], body: bytes
    ) -> list[Violation]:
        """What is wrong with the answer to a request for `path` (below the base URL, without query)."""
        name = self._operations.find("GET" if method == "HEAD" else method, path)
        if name is None:
            return []
        operation = self._operations.described[name]
        if status in BEFORE_OPERATIONS:
            response: Json = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}}
        elif str(status) in operation["responses"]:
            response = self._resolved(operation["responses"][str(status)])
        else:
            known = ", ".join(operation["responses"])
            return [Violation(name, "status", f"status {status} is not documented for {name}: {known}")]
        found = [*self._headers(response, headers)]
        if method != "HEAD":
            found += self._body(operation, response, status, headers, body)
        return [Violation(name, about, f"{name} {status}: {text}") for about, text in found]

    def _resolved(self, node: Json) -> Json:
        while "$ref" in node:
            _, _, kind, name = node["$ref"].split("/")
            node = self._contract["components"][kind][name]
        return node

    def _headers(self, response: Json, headers: Mapping[str, str]) -> Iterator[tuple[About, str]]:
        """A server may limit nothing, and say nothing of limits then; one that says something says all of it."""
        limits = any(name.lower().startswith(_LIMITS.lower()) for name in headers)
        for name, described in response.get("headers", {}).items():
            header = self._resolved(described)
            about: About = "limits" if name.startswith(_LIMITS) else "version" if "Version" in name else "header"
            if about == "limits" and not limits:
                continue
            if name not in headers:
                if header.get("required"):
                    yield about, f"the header {name} is missing"
            elif problem := self._problem(header["schema"], _read(headers[name], header["schema"])):
                yield about, f"the header {name} is {headers[name]!r}: {problem}"

    def _body(
        self, operation: Json, response: Json, status: int, headers: Mapping[str, str], body: bytes
    ) -> Iterator[tuple[About, str]]:
        kind = headers.get("content-type", "")
        if "content" not in response:
            # What follows a 204 is no longer taken for its body; it can only be seen to be announced.
            length = headers.get("content-length", "0") if status == 204 else str(len(body))
            if length != "0":
                yield "body", f"there is a body where none may be ({length} bytes)"
            return
        if kind.split(";")[0].strip().lower() != "application/json":
            yield "body", f"the Content-Type is {kind!r}, not application/json"
            return
        try:
            parsed = json.loads(body)
        except ValueError as error:
            yield "body", f"the body is not JSON: {error}"
            return
        for problem in self._problems(response["content"]["application/json"]["schema"], parsed):
            yield "body", problem
        if status >= 400 and isinstance(parsed, dict) and status not in BEFORE_OPERATIONS:
            yield from self._error(operation, status, parsed)

    def _error(self, operation: Json, status: int, body: Json) -> Iterator[tuple[About, str]]:
        known = [self._contract["x-errors"][name] for name in operation["x-errors"]]
        codes = [error["code"] for error in known if error["status"] == status]
        if body.get("code") not in codes:
            yield "body", f"the code {body.get('code')!r} is none of those that it can have: {codes}"

    def _problem(self, schema: Json, value: Json) -> str:
        return next(iter(self._problems(schema, value)), "")

    def _problems(self, schema: Json, value: Json) -> list[str]:
        validator = self._validator(schema)
        if validator.is_valid(value):
            return []
        return [_told(error) for error in validator.iter_errors(value)]

    def _validator(self, schema: Json) -> jsonschema_rs.Validator:
        key = json.dumps(schema, sort_keys=True)
        if key not in self._validators:
            whole = {**_plain(schema), "components": {"schemas": self._schemas}}
            self._validators[key] = jsonschema_rs.validator_for(
                {"$schema": "https://json-schema.org/draft/2019-09/schema", **whole},
                validate_formats=True,
                formats={"snowflake": _is_snowflake},
            )
        return self._validators[key]

    @cached_property
    def _schemas(self) -> Json:
        return _plain(self._contract["components"]["schemas"])


def _read(text: str, schema: Json) -> Json:
    """The value of a header, which is text, as the schema's type."""
    if schema.get("type") != "integer":
        return text
    return int(text) if text.isascii() and text.isdecimal() else text


def _told(error: Any) -> str:
    """Where in the body, and what."""
    path = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in error.instance_path)
    return f"{path.lstrip('.') or 'the body'}: {error.message}"
