"""What all reports say in the same words."""

import json
import shlex
from collections.abc import Sized
from typing import Any

from scripts.contract.results import ERROR, FAIL, INFO, PASS, SKIP, UNSUPPORTED, WARN, Exchange, Result, Run

MEANING = {
    PASS: "did as it must",
    FAIL: "broke what the documentation demands",
    WARN: "differs from the reference service where the documentation is silent",
    INFO: "differs from a decision of this project; nobody is bound by it",
    UNSUPPORTED: "the server says that it has not implemented it (501)",
    SKIP: "was not tried",
    ERROR: "could not be carried out; says nothing about the server",
}
_UNINTERESTING = ("accept", "accept-encoding", "connection", "content-length", "host", "transfer-encoding")
_VARIABLES = ("$TOKEN", "$OTHER_TOKEN", "$LIMITED_KEY")
_LONG_BODY = 2000


def pretty(body: str) -> str:
    """A body as it is easiest to read."""
    try:
        return json.dumps(json.loads(body), indent=2, ensure_ascii=False)
    except ValueError:
        return body


def curl(exchange: Exchange) -> list[str]:
    """The words of a command that sends the same request; tokens stand in variables."""
    words = ["curl", "-i", "-g", "--path-as-is"]
    words += ["-I"] if exchange.method == "HEAD" else ["-X", exchange.method] if exchange.method != "GET" else []
    for name, value in exchange.headers.items():
        if name.lower() not in _UNINTERESTING:
            words += ["-H", f"{name}: {value}" if value else f"{name};"]
    if exchange.body:
        words += ["--data-binary", exchange.body if len(exchange.body) <= _LONG_BODY else "@body.json"]
    return [_quoted(word) for word in [*words, exchange.url]]


def _quoted(word: str) -> str:
    """For a shell; a variable is left to be filled in."""
    if any(name in word for name in _VARIABLES):
        return '"' + word.replace("\\", "\\\\").replace('"', '\\"').replace("`", "\\`") + '"'
    return shlex.quote(word)


def again(run: Run, result: Result) -> str:
    """The command that runs this check alone."""
    return f"{run.options} --only {shlex.quote(result.repeat or result.id)}"


def totals(run: Run) -> str:
    """How many there are of each verdict, in a few words."""
    told = [f"{number} {verdict}" for verdict, number in reversed(run.totals().items()) if number and verdict != PASS]
    return ", ".join([f"{run.totals()[PASS]} pass", *told])


def verdict(run: Run) -> str:
    """The outcome in a sentence."""
    if run.stopped:
        return f"Not finished: {run.stopped}."
    known = sum(1 for result in run if result.known)
    beside = f", {known} failed as expected" if known else ""
    if run.code == 0:
        return f"Nothing failed{beside}."
    problems = [
        (_checks(run, FAIL), "failed"),
        (_checks(run, ERROR), "could not be carried out"),
        (_number(run.unused), "expected to fail without need"),
        (_number(run.leftovers), "left behind"),
        (_number(run.differences), "not as before"),
    ]
    told = ", ".join(f"{number} {what}" for number, what in problems if number)
    return f"{told}{beside}."


def _checks(run: Run, verdict: str) -> str:
    number = sum(result.verdict == verdict for result in run.failures)
    return f"{number} check{'s' * (number > 1)}" if number else ""


def _number(things: Sized) -> str:
    return str(len(things)) if things else ""


def sides(run: Run) -> list[tuple[str, str]]:
    """Where documentation and reference service differ: the check, and which of them the server follows."""
    return [(result.id, " and ".join(result.sides)) for result in run if result.sides]


def skipped(run: Run) -> list[tuple[str, int]]:
    """Why checks were not tried, and how many for that reason."""
    reasons: dict[str, int] = {}
    for result in run.having(SKIP):
        for reason in result.reasons or ["not reached"]:
            reasons[reason] = reasons.get(reason, 0) + 1
    return sorted(reasons.items(), key=lambda each: -each[1])


def shown(run: Run) -> list[Result]:
    """What needs an explanation, the worst first."""
    order = (ERROR, FAIL, WARN, UNSUPPORTED, INFO)
    return [result for kind in order for result in run.having(kind)]


def first(result: Result) -> Any:
    """The finding of the worst case."""
    return next((each for each in result.findings if each.verdict == result.verdict), None)
