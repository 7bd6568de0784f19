"""For the terminal: 80 columns, no colour."""

import textwrap
from collections.abc import Iterator

from scripts.contract import expected
from scripts.contract.report import words
from scripts.contract.results import ERROR, FAIL, INFO, PASS, SKIP, UNSUPPORTED, WARN, Exchange, Finding, Result, Run
from scripts.terminal import printable, table

WIDTH = 80
_COLUMNS = (PASS, FAIL, WARN, INFO, UNSUPPORTED, SKIP, ERROR)
_MARGIN = 12
_LINES = 14
"""Lines of a body that are shown; reports have more."""


def text(run: Run) -> str:
    """The whole of it."""
    parts = [_areas(run), *_explanations(run), *_lists(run), *_to_paste(run), _end(run)]
    return "\n\n".join(part for part in parts if part)


def _areas(run: Run) -> str:
    headings = ["area", "pass", "fail", "warn", "info", "501", "skip", "error"]
    rows = [[area, *(counts[each] or "·" for each in _COLUMNS)] for area, counts in sorted(run.by_area.items())]
    total = run.totals()
    return table(headings, [*rows, ["all", *(total[each] or "·" for each in _COLUMNS)]])


def _explanations(run: Run) -> Iterator[str]:
    for result in words.shown(run):
        if result.known:
            yield _wrapped("EXPECTED", f"{result.id}: {result.known}")
        elif result.verdict in (FAIL, ERROR, WARN):
            yield "\n".join(_explained(result))
    if brief := run.having(UNSUPPORTED, INFO):
        lines = [_wrapped(result.verdict.upper(), f"{result.id}: {result.requirement}") for result in brief]
        yield "\n".join(lines)


def _explained(result: Result) -> Iterator[str]:
    yield _wrapped(result.verdict.upper(), f"{result.id}  ({result.level})")
    if result.requirement:
        quotation = f"“{result.requirement}”" if result.level == "must" else result.requirement
        yield _wrapped("", quotation)
    finding: Finding | None = words.first(result)
    if finding is None:
        return
    failed = sum(verdict == result.verdict for verdict in result.cases)
    if finding.tells:
        yield _wrapped("check", f"{finding.tells}")
    if len(result.cases) > 1 and finding.case:
        yield _wrapped("case", f"{finding.case}; {failed} of {len(result.cases)} cases are like it")
    if finding.exchange:
        yield from _exchanged(finding.exchange)
    if finding.expected:
        yield _wrapped("expected", finding.expected)
    for line in finding.details.splitlines()[:_LINES]:
        yield _wrapped("", line)
    if finding.exchange:
        yield from _command("repeat", words.curl(finding.exchange))
    yield _wrapped("or", f"--only {result.repeat or result.id}")


def _exchanged(exchange: Exchange) -> Iterator[str]:
    yield _wrapped("sent", f"{exchange.method} {exchange.url}")
    yield from _body(exchange.body)
    yield _wrapped("came", f"{exchange.status} {exchange.answer_headers.get('content-type', '')}".rstrip())
    yield from _body(exchange.answer)


def _body(body: str) -> Iterator[str]:
    lines = [line for each in body.splitlines() for line in textwrap.wrap(printable(each), WIDTH - _MARGIN)]
    yield from (" " * _MARGIN + line for line in lines[:_LINES])
    if len(lines) > _LINES:
        yield " " * _MARGIN + f"… ({len(lines) - _LINES} more lines)"


def _wrapped(name: str, text: str) -> str:
    """A line, its name in the margin, the rest of a long one below it."""
    return textwrap.fill(
        printable(text),
        WIDTH,
        initial_indent=f"{name:{_MARGIN - 1}} ",
        subsequent_indent=" " * _MARGIN,
        break_on_hyphens=False,
    )


def _command(name: str, parts: list[str]) -> Iterator[str]:
    """A command that can be pasted as it is: lines end between words only."""
    line, margin = f"{name:{_MARGIN - 1}} ", " " * _MARGIN
    for part in parts:
        if len(line) + len(part) + 3 > WIDTH and line.strip() != name.strip() and line.strip():
            yield f"{line}\\"
            line = margin
        line += f"{part} "
    yield line.rstrip()


def _lists(run: Run) -> Iterator[str]:
    skipped = [_wrapped("", f"{number} × {reason}") for reason, number in words.skipped(run)]
    yield _list("Skipped", skipped)
    sides = [_wrapped("", f"{side}: {identity}") for identity, side in words.sides(run)]
    yield _list("Where documentation and reference service differ, the server follows", sides)
    yield _list("Left behind (`pluralspec contract clean` tries again)", [_wrapped("", each) for each in run.leftovers])
    yield _list("The throwaway system is not as it was", [_wrapped("", each) for each in run.differences])
    yield _list("Expected to fail, without need", [_wrapped("", each) for each in run.unused])


def _list(heading: str, lines: list[str]) -> str:
    return "\n".join([f"{heading}:", *lines]) if lines else ""


def _to_paste(run: Run) -> Iterator[str]:
    failed = [result for result in run.failures if result.verdict == FAIL]
    if failed:
        entries = "\n".join(expected.entry(result) for result in failed)
        yield f"To expect these failures, put into a file for --expected:\n\n{entries.rstrip()}"


def _end(run: Run) -> str:
    """How it went, last, where a person looks first."""
    sent = sum(run.requests.values())
    about = f"{len(run.results)} checks: {words.totals(run)}; {sent} requests in {run.seconds:.0f} s"
    repeat = f"To run one of them again:  {run.options} --only ID\n\n" if words.shown(run) else ""
    return f"{repeat}{about}\nagainst {run.target} (seed {run.seed}).\n{words.verdict(run)}"
