"""For build servers: a test suite for each area."""

import re
from xml.etree import ElementTree as Xml

from scripts.contract.report import words
from scripts.contract.results import ERROR, FAIL, PASS, SKIP, UNSUPPORTED, Result, Run

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit(run: Run) -> str:
    """The report as XML."""
    root = Xml.Element("testsuites", name=f"pluralspec contract {run.target}", time=f"{run.seconds:.3f}")
    for area in sorted(run.by_area):
        results = [result for result in run if result.area == area]
        counts = run.totals(results)
        suite = Xml.SubElement(root, "testsuite", name=area, tests=str(len(results)), errors=str(counts[ERROR]))
        suite.set("failures", str(sum(result.verdict == FAIL and not result.known for result in results)))
        suite.set("skipped", str(len(results) - counts[PASS] - counts[FAIL] - counts[ERROR]))
        for result in results:
            _case(suite, run, result)
    Xml.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + Xml.tostring(root, encoding="unicode") + "\n"


def _case(suite: Xml.Element, run: Run, result: Result) -> None:
    case = Xml.SubElement(suite, "testcase", classname=result.area, name=result.id)
    if result.verdict == PASS:
        return
    if result.verdict == FAIL and not result.known:
        kind = "failure"
    else:
        kind = "error" if result.verdict == ERROR else "skipped"
    element = Xml.SubElement(case, kind, message=_clean(_message(result)))
    if result.verdict not in (SKIP, UNSUPPORTED):
        element.text = _clean(_story(run, result))


def _message(result: Result) -> str:
    if result.verdict == SKIP:
        return "; ".join(result.reasons) or "not reached"
    return f"{result.verdict}: {result.known or result.requirement}"


def _story(run: Run, result: Result) -> str:
    finding = words.first(result)
    if finding is None:
        return ""
    lines = [f"expected: {finding.expected}", finding.details]
    if exchange := finding.exchange:
        lines += [
            f"sent: {exchange.method} {exchange.url} {exchange.body}",
            f"came: {exchange.status} {exchange.answer}",
        ]
        lines += [f"repeat: {' '.join(words.curl(exchange))}", words.again(run, result)]
    return "\n".join(line for line in lines if line)


def _clean(text: str) -> str:
    """Without the characters that XML cannot hold."""
    return _NOT_XML.sub("\N{REPLACEMENT CHARACTER}", text)
