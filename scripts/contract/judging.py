"""What a check that did not go through says about the server, and in which words."""

import ast
import json
from collections.abc import Iterator, Set
from contextlib import suppress
from typing import Any

import pytest

from scripts.contract.errors import HarnessError, NotAllowedError
from scripts.contract.masking import Masks
from scripts.contract.results import ERROR, OF_LEVEL, SKIP, UNSUPPORTED, Exchange, Finding
from scripts.contract.suite import HOME
from tests.support.check import Check
from tests.support.client import Unexpected

_OF_THE_ANSWER = (AssertionError, LookupError, TypeError, ValueError, AttributeError)
"""Whatever a check stumbles over while it reads an answer is in the answer."""
_EARLIER, _LONG = 8, 300


def judge(
    check: Check, name: str, caught: "pytest.ExceptionInfo[BaseException]", sent: list[Exchange], masks: Masks
) -> tuple[str, Finding | None, str]:
    """The verdict, what to show, and the reason if it was skipped."""
    error = caught.value
    test, _, case = name.removesuffix("]").partition("[")
    tells = test.removeprefix("test_").replace("_", " ")
    if isinstance(error, pytest.skip.Exception):
        return SKIP, None, str(error)
    last = sent[-1] if sent else None
    before = tuple(f"{each.method} {each.url} → {each.status}" for each in sent[:-1][-_EARLIER:])
    if not isinstance(error, _OF_THE_ANSWER) or last is None:
        text = masks(f"{type(error).__name__}: {error}" if not isinstance(error, HarnessError) else str(error))
        return ERROR, Finding(ERROR, case, "", text, tells, last, before), ""
    verdict = UNSUPPORTED if last.status == 501 else OF_LEVEL[check.level]
    expected, details = (masks(text) for text in _words(error, caught))
    return verdict, Finding(verdict, case, expected, details, tells, last, before), ""


def needs_permission(caught: "pytest.ExceptionInfo[BaseException] | None") -> bool:
    """Whether nothing is wrong but that something was not allowed."""
    return caught is not None and isinstance(caught.value, NotAllowedError)


def _words(error: BaseException, caught: "pytest.ExceptionInfo[BaseException]") -> tuple[str, str]:
    """What was expected, and in what the answer is otherwise."""
    if isinstance(error, Unexpected):
        return error.expected, ""
    statement = _statement(caught)
    if isinstance(error, AssertionError):
        lines = str(error).removeprefix("assert ").splitlines()
        return _condition(statement), "\n".join(line.strip() for line in lines)
    return f"an answer for which this works: {statement}", f"{type(error).__name__}: {error}"


def _statement(caught: "pytest.ExceptionInfo[BaseException]") -> str:
    """The line of the check that did not hold, on one line."""
    own = [entry for entry in caught.traceback if str(entry.path).startswith(str(HOME / "tests" / "behaviour"))]
    return " ".join(str((own or list(caught.traceback))[-1].statement).split())


def _condition(statement: str) -> str:
    """What is asserted, without the message for when it does not hold."""
    with suppress(SyntaxError):
        match ast.parse(statement).body:
            case [ast.Assert(test=test)]:
                return ast.unparse(test)
    return statement.removeprefix("assert ")


def comparison(op: str, left: Any, right: Any) -> list[str] | None:
    """What pytest says of a comparison that did not hold; `left` is what came."""
    if isinstance(left, Set) and isinstance(right, Set):
        return [f"{name} {_short(sorted(each, key=str))}" for name, each in _of_sets(op, left, right) if each]
    if op != "==" or type(left) is not type(right):
        return [f"{_short(left)} {op} {_short(right)}"]
    if isinstance(left, dict):
        return ["in these keys:", *_of_dicts(left, right)]
    if isinstance(left, list):
        return [f"came      {_short(left)}", f"expected  {_short(right)}", *_of_lists(left, right)]
    return [f"came      {_short(left)}", f"expected  {_short(right)}"]


def _of_dicts(came: dict[Any, Any], expected: dict[Any, Any], path: str = "") -> Iterator[str]:
    for key in [*came, *(key for key in expected if key not in came)]:
        name = f"{path}{key}"
        if key not in expected:
            yield f"{name}: came {_short(came[key])}, expected no such key"
        elif key not in came:
            yield f"{name}: is missing, expected {_short(expected[key])}"
        elif isinstance(came[key], dict) and isinstance(expected[key], dict):
            yield from _of_dicts(came[key], expected[key], f"{name}.")
        elif came[key] != expected[key]:
            yield f"{name}: came {_short(came[key])}, expected {_short(expected[key])}"


def _of_sets(op: str, came: Set[Any], expected: Set[Any]) -> Iterator[tuple[str, Set[Any]]]:
    yield "missing: ", (expected - came if op in ("==", ">=") else set())
    yield "too much:", (came - expected if op in ("==", "<=") else set())


def _of_lists(came: list[Any], expected: list[Any]) -> Iterator[str]:
    for index, (one, other) in enumerate(zip(came, expected, strict=False)):
        if isinstance(one, dict) and isinstance(other, dict):
            yield from _of_dicts(one, other, f"[{index}].")


def _short(value: Any) -> str:
    try:
        text = json.dumps(value, ensure_ascii=False)
    except (TypeError, ValueError):
        text = str(sorted(value, key=str)) if isinstance(value, set | frozenset) else repr(value)
    return text if len(text) <= _LONG else f"{text[:_LONG]}…"
