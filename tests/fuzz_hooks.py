"""What Schemathesis has to be told: which things there are, and what a schema cannot say about a request.

Loaded by `schemathesis run` (SCHEMATHESIS_HOOKS=tests.fuzz_hooks) in tests/test_fuzz.py, which passes the things in the
file FUZZ_THINGS and finds in FUZZ_REPORT how often each operation gave each status.
"""

import atexit
import json
import os
import uuid
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

import schemathesis
from hypothesis import strategies as st
from schemathesis import CheckContext, HookContext, Response
from schemathesis.core.failures import Failure, ServerError
from schemathesis.openapi.checks import EnsureResourceAvailability, RejectedPositiveData

Json = Any
Case = schemathesis.Case[Any]

THINGS: dict[str, list[str]] = json.loads(Path(os.environ["FUZZ_THINGS"]).read_text())
"""References by kind: `system`, `member`, `group`, `switch`, `guild`, `message`."""
CONTRACT: Json = {}
"""The contract as it was loaded."""


# Formats: of the contract's own, and one for each kind of reference, so that most references name what is there. A
# few values have the right form but are wrong: `REASONS_TO_REJECT` knows them.


def mostly(known: list[str], otherwise: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """One of the known strings nine times in ten."""
    return st.integers(0, 9).flatmap(lambda number: st.sampled_from(known) if number else otherwise)


EDGES = [str(number) for number in (0, 2**63 - 1, 2**63, 2**64 - 1, 2**64, 10**20 - 1)]
"""Numbers of twenty digits at most, around the ends of 63 and 64 bits."""
DIGITS = st.one_of(st.sampled_from(EDGES), st.integers(0, 10**20 - 1).map(str))
ANYTHING = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0/"), min_size=1)
TIMEZONES = frozenset(available_timezones())

schemathesis.openapi.format("timezone", mostly(sorted(TIMEZONES), st.from_regex(r"\A[A-Za-z_+/-]+\Z")))
schemathesis.openapi.format("snowflake", DIGITS)
schemathesis.openapi.format("guild", st.one_of(st.sampled_from(THINGS["guild"]), DIGITS))
schemathesis.openapi.format("message", st.one_of(st.sampled_from(THINGS["message"]), DIGITS))
for kind in ("system", "member", "group", "switch"):
    schemathesis.openapi.format(kind, mostly(THINGS[kind], ANYTHING))


@schemathesis.hook
def before_load_schema(context: HookContext, raw_schema: dict[str, Any]) -> None:
    """Put these formats where the contract only says `string` or `snowflake`, and the edges among the examples."""
    CONTRACT.update(json.loads(json.dumps(raw_schema)))
    parameters, schemas = raw_schema["components"]["parameters"], raw_schema["components"]["schemas"]
    for name, kind in PARAMETER_KINDS.items():
        parameters[name]["schema"] = {**parameters[name]["schema"], "format": kind}
    for name in ("guildInPath", "guildInQuery", "messageId"):
        known = parameters[name].pop("example")
        parameters[name]["examples"] = {text: {"value": text} for text in (known, *EDGES)}
    for name, kind in BODY_KINDS.items():
        schemas[name]["items"] = {**schemas[name]["items"], "format": kind}
    for name, key in (("SwitchCreate", "members"), ("AutoproxySettingsPatch", "autoproxy_member")):
        member = schemas[name]["properties"][key]
        member.get("items", member)["format"] = "member"
    for path in ("/members/{memberRef}", "/groups/{groupRef}", "/systems/{systemRef}/switches/{switchRef}"):
        _spare_the_examples(raw_schema, raw_schema["paths"][path]["delete"])


PARAMETER_KINDS = {
    "systemRef": "system",
    "memberRef": "member",
    "groupRef": "group",
    "switchRef": "switch",
    "guildInPath": "guild",
    "guildInQuery": "guild",
    "messageId": "message",
}
BODY_KINDS = {"MemberRefs": "member", "AllMemberRefs": "member", "GroupRefs": "group", "AllGroupRefs": "group"}


def _spare_the_examples(raw_schema: dict[str, Any], operation: dict[str, Any]) -> None:
    """Let examples of a DELETE name something else than all other examples, which go on needing it."""
    *others, last = operation["parameters"]
    parameter = dict(raw_schema["components"]["parameters"][last["$ref"].rsplit("/", 1)[1]])
    parameter.pop("examples", None)
    kind = PARAMETER_KINDS[parameter["name"]]
    operation["parameters"] = [*others, parameter | {"example": THINGS[kind][-1]}]


# A check of our own: an error is one of those that the contract lists for the operation.


@schemathesis.check
def documented_error(ctx: CheckContext, response: Response, case: Case) -> None:
    """The code and the message of every error are in the catalogue, and the operation names them."""
    operation = CONTRACT["paths"][case.operation.path].get(case.method.lower())
    if response.status_code < 400 or operation is None:
        return
    body = response.json()
    known = [CONTRACT["x-errors"][name] for name in operation["x-errors"]]
    said = [error for error in known if (error["code"], error["status"]) == (body["code"], response.status_code)]
    assert any(_is_worded(body["message"], error["message"]) for error in said), f"not in x-errors: {body}"


def _is_worded(message: str, template: str) -> bool:
    before, _, after = template.partition("{ref}")
    return message == template or (message.startswith(before) and message.endswith(after) and "{ref}" in template)


# What a schema cannot say. Everything else that fails, fails.


@schemathesis.hook
def filter_failure(context: HookContext, failure: Failure, case: Case, response: Response) -> bool:
    """Drop a failure if one of these rules explains that very answer to that very request."""
    if isinstance(failure, ServerError):
        return not is_unimplemented(case, response)
    if isinstance(failure, RejectedPositiveData):
        return not any(rule(case, response.json()) for rule in REASONS_TO_REJECT)
    if isinstance(failure, EnsureResourceAvailability):
        return not is_about_the_body(case, response.json())
    return True


def is_unimplemented(case: Case, response: Response) -> bool:
    """501 is what the documentation wants for autoproxy outside a guild."""
    query = case.query or {}
    elsewhere = "guild_id" not in query or "channel_id" in query
    return elsewhere and (response.status_code, response.json()["code"]) == (501, 50001)


def is_about_the_body(case: Case, error: Json) -> bool:
    """A 404 may be about a reference in the body, which it names then, and not about what the path names."""
    body: Json = case.body
    named = {f"{kind} '{ref}' not found." for kind in ("Member", "Group") for ref in body}
    return error["code"] in (20003, 20005) and error["message"] in named


def contradicts_what_is_there(case: Case, error: Json) -> bool:
    """Whether a switch is taken, the same or full of doubles depends on the data."""
    return error["code"] in (40003, 40004, 40005)


def has_nothing_to_set(case: Case, error: Json) -> bool:
    """A PATCH without one settable key is refused; unknown keys, and `privacy` without a key, count as absent."""
    schema = _body_schema(case)
    if case.method != "PATCH" or error["code"] != 0 or "properties" not in schema:
        return False
    body: Json = case.body
    given = {key: value for key, value in body.items() if key in schema["properties"]}
    privacy_keys = schema["properties"].get("privacy", {}).get("properties", {})
    if not set(given.get("privacy") or {}) & set(privacy_keys):
        given.pop("privacy", None)
    return not given


def is_no_uuid(case: Case, error: Json) -> bool:
    """A reference is any string, so that what is unknown is a 404; only a switch's has a shape that is told apart."""
    try:
        uuid.UUID(str((case.path_parameters or {}).get("switchRef")).strip())
    except ValueError:
        return bool(error["code"] == 40006)
    return False


def is_beyond_64_bits(case: Case, error: Json) -> bool:
    """A pattern cannot say where 64 bits end."""
    given = {**(case.path_parameters or {}), **(case.query or {})}
    ids = [str(given[name]) for name in ("guild_id", "messageId") if name in given]
    return bool(error["code"] == 0) and any(text.isdecimal() and int(text) >= 1 << 64 for text in ids)


def is_no_timezone(case: Case, error: Json) -> bool:
    """A pattern cannot say which time zones there are."""
    body: Json = case.body
    return set(error.get("errors", {})) == {"timezone"} and body["timezone"] not in TIMEZONES


def has_a_long_proxy_tag(case: Case, error: Json) -> bool:
    """The length of prefix and suffix together is a rule in x-total-length."""
    body: Json = case.body
    told = set(error.get("errors", {}))
    return bool(told) and told == {
        f"proxy_tags[{index}]"
        for index, tag in enumerate(body.get("proxy_tags") or [])
        if 4 + len(tag.get("prefix") or "") + len(tag.get("suffix") or "") > 100
    }


def has_no_such_autoproxy_member(case: Case, error: Json) -> bool:
    """Which member autoproxy takes depends on the mode and on whose the member is."""
    return case.operation.path.endswith("/autoproxy") and set(error.get("errors", {})) == {"autoproxy_member"}


def _body_schema(case: Case) -> Json:
    """The schema of the operation's body, or of nothing."""
    operation = CONTRACT["paths"][case.operation.path][case.method.lower()]
    if "requestBody" not in operation:
        return {}
    name = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"].rsplit("/", 1)[1]
    return CONTRACT["components"]["schemas"][name]


REASONS_TO_REJECT: tuple[Callable[[Case, Json], bool], ...] = (
    contradicts_what_is_there,
    has_nothing_to_set,
    is_no_uuid,
    is_beyond_64_bits,
    is_no_timezone,
    has_a_long_proxy_tag,
    has_no_such_autoproxy_member,
)


# The report


_statuses: Counter[str] = Counter()


@schemathesis.hook
def after_call(context: HookContext, case: Case, response: Response) -> None:
    """Count the answer."""
    _statuses[f"{case.method} {case.operation.path} {response.status_code}"] += 1


@atexit.register
def write_report() -> None:
    """Leave the counts where the test looks for them."""
    Path(os.environ["FUZZ_REPORT"]).write_text(json.dumps(_statuses))
