"""The guide at /docs/guide: what it tells people to type gives what it says that they get."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from scripts.guide import Page, pages
from tests.support.server import ROOT, Server

PAGES = pages(ROOT)
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
MARK = "---- snippet ----"


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """A database of its own for each page, and the limits that people have."""
    return {"PLURALSPEC_DATA": str(tmp_path)}


@pytest.fixture
def server(environment: dict[str, str]) -> Iterator[Server]:
    """The server that the guide talks of."""
    with Server("--demo", environment=environment) as running:
        yield running


def _script(page: Page, server: Server) -> str:
    """All that the page says to type, as one session; Python stands in a file for itself."""
    lines = ["set -euo pipefail -a"]
    for language, text in BLOCK.findall(page.text):
        if language == "json":
            continue
        typed = text.replace("http://127.0.0.1:8000", server.base_url).replace("curl ", "curl -sS ")
        lines += [f"echo '{MARK}'", f"python3 - <<'END'\n{typed}END" if language == "python" else typed]
    return "\n".join(lines)


def _answers(page: Page) -> list[list[Any]]:
    """The answers that the page shows after each of its snippets."""
    found: list[list[Any]] = []
    for language, text in BLOCK.findall(page.text):
        assert language in ("sh", "python", "json")
        if language == "json":
            found[-1].append(json.loads(text))
        else:
            found.append([])
    return found


def _documents(text: str) -> list[Any]:
    """The JSON documents that stand in `text` one behind the other."""
    found, text = [], text.strip()
    while text:
        document, end = json.JSONDecoder().raw_decode(text)
        found.append(document)
        text = text[end:].strip()
    return found


def _holds(answer: Any, shown: Any) -> bool:
    """Whether an answer has everything that is shown of it."""
    if isinstance(shown, dict):
        return isinstance(answer, dict) and all(key in answer and _holds(answer[key], shown[key]) for key in shown)
    if isinstance(shown, list):
        return len(answer) == len(shown) and all(map(_holds, answer, shown))
    return bool(answer == shown)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_snippet_gives_what_the_page_shows(page: Page, server: Server, environment: dict[str, str]) -> None:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-c", _script(page, server)],
        cwd=ROOT,
        env={**os.environ, **environment, "PATH": path},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert (done.returncode, done.stderr) == (0, "")
    outputs = done.stdout.split(f"{MARK}\n")[1:]
    assert len(outputs) == len(_answers(page)) > 0
    for output, shown in zip(outputs, _answers(page), strict=True):
        answers = _documents(output) if shown else []
        assert len(answers) == len(shown)
        for answer, expected in zip(answers, shown, strict=True):
            assert _holds(answer, expected), f"{answer}\nis not what is shown: {expected}"


def test_pages_are_served_and_lead_to_each_other(server: Server) -> None:
    with httpx.Client(base_url=server.base_url, timeout=30) as client:
        assert client.get("/docs/guide").headers["location"] == PAGES[0].address
        reference = client.get("/docs/").text
        for page in PAGES:
            answer = client.get(page.address)
            assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
            assert f"<h1>{page.title}</h1>" in answer.text
            assert f'href="{page.address}"' in reference
        assert client.get("/docs/guide/nothing").status_code == 404
        assert client.post(PAGES[0].address, headers={"Content-Type": "application/json"}).status_code == 405


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Page) -> None:
    known = {each.address for each in PAGES} | {"/docs/", "/docs/style.css", "data:,"}
    text = (ROOT / "generated" / "guide" / f"{page.name}.html").read_text()
    assert set(re.findall(r'(?:href|src)="([^"]*)"', text)) <= known
