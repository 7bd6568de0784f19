"""For a colleague: one self-contained page, for screens light and dark and for paper."""

from collections.abc import Iterable, Iterator
from html import escape
from pathlib import Path

from scripts.contract.report import words
from scripts.contract.results import ERROR, FAIL, INFO, PASS, SKIP, UNSUPPORTED, WARN, Exchange, Finding, Result, Run

_STYLE = Path(__file__).with_name("page.css")
_COLUMNS = (PASS, FAIL, WARN, INFO, UNSUPPORTED, SKIP, ERROR)
_SHOWN = 6
"""Findings of one check that are shown."""


def page(run: Run) -> str:
    """The report as HTML."""
    title = f"Contract report: {run.target}"
    parts = [_head(run), _areas(run), _troubles(run), _findings(run), _sides(run), _skipped(run), _every(run)]
    return f"""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{escape(title)}</title>
<style>
{_STYLE.read_text(encoding="utf-8")}</style>
<main>
{"".join(part for part in parts if part)}
</main>
</html>
"""


def _head(run: Run) -> str:
    colour = {0: PASS, 1: FAIL}.get(run.code, ERROR)
    facts = [
        ("Server", f"<code>{escape(run.target)}</code> {escape(run.server)}"),
        ("When", f"{escape(run.started.replace('T', ' ').replace('+00:00', ' UTC'))}, {run.seconds:.0f} seconds"),
        ("Requests", f"{sum(run.requests.values())} ({escape(_methods(run))})"),
        ("Seed", str(run.seed)),
        ("Again", f"<code>{escape(run.options)}</code>"),
    ]
    rows = "".join(f"<dt>{name}</dt><dd>{value}</dd>" for name, value in facts)
    return f"""<header>
<p class="kind">PluralKit API v2: contract report</p>
<h1 class="{colour}">{escape(words.verdict(run))}</h1>
{_bar(run)}
<p class="totals">{escape(words.totals(run))}, of {len(run.results)} checks</p>
<dl class="facts">{rows}</dl>
</header>
"""


def _methods(run: Run) -> str:
    return ", ".join(f"{number} {method}" for method, number in run.requests.most_common())


def _bar(run: Run) -> str:
    """How large a part each verdict is, for the eye; the numbers are beside it."""
    parts = ((verdict, number) for verdict, number in run.totals().items() if number)
    ordered = sorted(parts, key=lambda part: _COLUMNS.index(part[0]))
    spans = "".join(f'<span class="{kind}" style="flex-grow:{number}"></span>' for kind, number in ordered)
    return f'<div class="bar" aria-hidden="true">{spans}</div>'


def _areas(run: Run) -> str:
    used = [kind for kind in _COLUMNS if run.totals()[kind]]
    head = "".join(f'<th scope="col" title="{escape(words.MEANING[kind])}">{kind}</th>' for kind in used)
    rows = "".join(
        f'<tr><th scope="row">{escape(area)}</th>{"".join(_number(kind, counts[kind]) for kind in used)}</tr>\n'
        for area, counts in sorted(run.by_area.items())
    )
    return f'<section><h2>By area</h2><table><tr><th scope="col">area</th>{head}</tr>\n{rows}</table></section>\n'


def _number(kind: str, number: int) -> str:
    return f'<td class="{kind}">{number}</td>' if number else '<td class="none">·</td>'


def _troubles(run: Run) -> str:
    lists = (
        ("Left behind", "The kit made these and could not delete them.", run.leftovers),
        ("Not as before", "In this the throwaway system differs from what it was.", run.differences),
        ("Expected to fail, without need", "Take these out of the file of expected failures.", run.unused),
    )
    return "".join(_list(heading, about, map(escape, lines)) for heading, about, lines in lists if lines)


def _list(heading: str, about: str, lines: Iterable[str]) -> str:
    items = "".join(f"<li>{line}</li>" for line in lines)
    return f"<section><h2>{heading}</h2><p>{about}</p><ul>{items}</ul></section>\n"


def _findings(run: Run) -> str:
    found = words.shown(run)
    if not found:
        return ""
    return f"<section><h2>Findings</h2>\n{''.join(_result(run, result) for result in found)}</section>\n"


def _result(run: Run, result: Result) -> str:
    opened = " open" if result.verdict in (FAIL, ERROR) and not result.known else ""
    worst = [finding for finding in result.findings if finding.verdict == result.verdict]
    more = f"<p>{len(worst) - _SHOWN} more cases like these.</p>" if len(worst) > _SHOWN else ""
    known = f'<p class="known">Expected to fail: {escape(result.known)}</p>' if result.known else ""
    return f"""<details class="finding {result.verdict}"{opened}>
<summary><span class="badge {result.verdict}">{result.verdict}</span> <code>{escape(result.id)}</code></summary>
{known}{_requirement(result)}
{"".join(_finding(finding) for finding in worst[:_SHOWN])}{more}
<p class="again">Only this check: <code>{escape(words.again(run, result))}</code></p>
</details>
"""


def _requirement(result: Result) -> str:
    if result.level == "must":
        return f"<blockquote>{escape(result.requirement)}</blockquote>"
    whose = "The reference service" if result.level == "should" else "A decision of this project"
    return f"<p><em>{whose}:</em> {escape(result.requirement)}</p>"


def _finding(finding: Finding) -> str:
    parts = [f"<h3>Case <code>{escape(finding.case)}</code></h3>" if finding.case else ""]
    if finding.tells:
        parts.append(f"<h4>The check</h4><p>{escape(finding.tells)}</p>")
    if finding.expected:
        parts.append(f"<h4>Expected</h4><pre>{escape(finding.expected)}</pre>")
    if finding.details:
        parts.append(f"<h4>But</h4><pre>{escape(finding.details)}</pre>")
    if finding.exchange:
        parts += _exchange(finding.exchange)
    if finding.before:
        lines = escape("\n".join(finding.before))
        parts.append(
            f"<details><summary>{len(finding.before)} requests before it</summary><pre>{lines}</pre></details>"
        )
    return f'<div class="case">{"".join(parts)}</div>\n'


def _exchange(exchange: Exchange) -> Iterator[str]:
    sent = "\n".join(
        [f"{exchange.method} {exchange.url}", *_headers(exchange.headers), "", words.pretty(exchange.body)]
    )
    came = "\n".join([str(exchange.status), *_headers(exchange.answer_headers), "", words.pretty(exchange.answer)])
    yield f'<div class="exchange"><div><h4>Sent</h4><pre>{escape(sent.rstrip())}</pre></div>'
    yield f"<div><h4>Came</h4><pre>{escape(came.rstrip())}</pre></div></div>"
    yield f"<h4>Repeat</h4><pre>{escape(' '.join(words.curl(exchange)))}</pre>"


def _headers(headers: dict[str, str]) -> list[str]:
    return [f"{name}: {value}" for name, value in headers.items()]


def _sides(run: Run) -> str:
    lines = [f"<code>{escape(identity)}</code>: the {escape(side)}" for identity, side in words.sides(run)]
    about = "Either is right; this is which of them the server follows."
    return _list("Where documentation and reference service differ", about, lines) if lines else ""


def _skipped(run: Run) -> str:
    lines = [f"{number} × {escape(reason)}" for reason, number in words.skipped(run)]
    return _list("Not tried", "And the option that would change that.", lines) if lines else ""


def _every(run: Run) -> str:
    """All checks, for whoever looks for one."""
    rows = "".join(
        f'<tr><td><span class="badge {result.verdict}">{result.verdict}</span></td><td><code>{escape(result.id)}</code>'
        f"</td><td>{result.level}</td><td>{escape(result.requirement)}</td></tr>\n"
        for result in sorted(run, key=lambda result: result.id)
    )
    head = "<tr><th>verdict</th><th>check</th><th>level</th><th>requirement</th></tr>"
    table = f'<table class="every">{head}\n{rows}</table>'
    return f"<section><details><summary>All {len(run.results)} checks</summary>{table}</details></section>\n"
