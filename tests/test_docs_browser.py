"""The reference and the guide in a real browser, and the contract's files beside them."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import httpx
import pytest
import yaml
from playwright.sync_api import (
    Browser,
    ConsoleMessage,
    Page,
    Request,
    ViewportSize,
    expect,
)

from scripts.guide import pages
from tests.support.browser import DESKTOP, PHONE, SCREENS, assert_fits, launched
from tests.support.client import Client
from tests.support.server import ROOT, Server

# The pages have nothing to do with the database behind the server.
pytestmark = pytest.mark.databases("sqlite")
PATIENCE = 30_000.0
"""Milliseconds that the page may take for anything."""
OPERATION = "#operations-Systems-get_system"
LINTERS = ROOT / "scripts" / "linters" / "node_modules"


@dataclass
class Visit:
    """A page, and what it has asked for and complained about since it was opened."""

    page: Page
    requests: list[Request] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.set_default_timeout(PATIENCE)
        self.page.on("request", lambda request: self.requests.append(request))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("console", self._hear)

    def _hear(self, said: ConsoleMessage) -> None:
        if said.type == "error":
            self.complaints.append(said.text)

    def hosts(self) -> set[str]:
        """Everywhere that the page sent something, apart from addresses that carry their own content."""
        addresses = [urlsplit(request.url) for request in self.requests]
        return {address.netloc for address in addresses if address.scheme not in ("data", "blob")}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A headless Chromium."""
    with launched() as running:
        yield running


@pytest.fixture
def visit(browser: Browser, server: Server) -> Iterator[Visit]:
    """The documentation page, as it is after loading."""
    context = browser.new_context(viewport=DESKTOP)
    visit = Visit(context.new_page())
    visit.page.goto(f"{server.base_url}/")  # which redirects to the page
    expect(visit.page.locator(OPERATION)).to_be_visible(timeout=PATIENCE)
    yield visit
    context.close()


def test_page_shows_every_operation(visit: Visit, server: Server, tmp_path: Path) -> None:
    assert urlsplit(visit.page.url).path.rstrip("/") == "/docs"
    expect(visit.page.locator(".opblock")).to_have_count(39, timeout=PATIENCE)
    expect(visit.page.locator(".info .title")).to_contain_text("PluralKit API")
    expect(visit.page.locator("#outline")).to_have_count(0)
    picture = visit.page.screenshot(path=tmp_path / "docs.png")
    assert len(picture) > 50_000, "the page is blank"


def test_page_performs_a_call_and_asks_nobody_else(visit: Visit, server: Server, owner: Client, tmp_path: Path) -> None:
    owner.patch("/systems/@me", {"name": "The Harbor", "privacy": {"name_privacy": "private"}}).ok()
    page = visit.page
    page.locator(".auth-wrapper .authorize").first.click()
    page.locator(".modal-ux input").fill(owner.token or "")
    page.locator(".modal-ux .authorize[type=submit]").click()
    page.locator(".modal-ux .btn-done").click()
    operation = page.locator(OPERATION)
    operation.locator(".opblock-summary-control").click()
    operation.locator(".try-out__btn").click()
    operation.locator("tr[data-param-name=systemRef] input[type=text]").fill("@me")
    operation.locator(".execute").click()
    answer = operation.locator(".live-responses-table")
    expect(answer.locator("tbody td.response-col_status")).to_contain_text("200", timeout=PATIENCE)
    shown = answer.locator(".response-col_description .highlight-code").first.inner_text()
    answer.scroll_into_view_if_needed()
    page.screenshot(path=tmp_path / "call.png")
    assert json.loads(shown[shown.index("{") : shown.rindex("}") + 1]) == owner.get("/systems/@me").ok()
    (call,) = [request for request in visit.requests if "/v2/" in request.url]
    assert (call.method, call.url) == ("GET", f"{server.base_url}/v2/systems/%40me")
    assert visit.hosts() == {urlsplit(server.base_url).netloc}
    assert visit.complaints == []


@pytest.mark.parametrize(("size", "scheme"), SCREENS)
def test_page_can_be_read_everywhere(
    browser: Browser, server: Server, size: ViewportSize, scheme: Literal["light", "dark"], tmp_path: Path
) -> None:
    context = browser.new_context(viewport=size, color_scheme=scheme)
    visit = Visit(context.new_page())
    visit.page.goto(f"{server.base_url}/docs/")
    operation = visit.page.locator(OPERATION)
    operation.locator(".opblock-summary-control").click()
    expect(operation.locator(".responses-table").first).to_be_visible()
    visit.page.locator("details.introduction summary").click()
    expect(visit.page.locator(".info .title")).to_be_visible()
    assert_fits(visit.page, size, scheme)
    visit.page.screenshot(path=tmp_path / "reference.png", full_page=True)
    for guide in pages(ROOT):
        visit.page.locator("header nav a", has_text=guide.title).click()
        expect(visit.page.locator("h1")).to_have_text(guide.title)
        assert_fits(visit.page, size, scheme)
        visit.page.screenshot(path=tmp_path / f"{guide.name}.png", full_page=True)
    assert visit.hosts() == {urlsplit(server.base_url).netloc}
    assert visit.complaints == []
    context.close()


def test_the_first_screen_waits_for_no_script(browser: Browser, server: Server) -> None:
    context = browser.new_context(viewport=PHONE, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{server.base_url}/docs/")
    expect(page.locator("#outline li")).to_have_count(39)
    expect(page.locator("header nav a")).to_have_count(7)
    context.close()


def test_swagger_ui_is_the_one_that_was_published() -> None:
    published = LINTERS / "swagger-ui-dist"
    if not published.exists():
        pytest.skip("nothing to compare with: `pluralspec lint` fetches it")
    for name in ("swagger-ui-bundle.js", "swagger-ui.css", "LICENSE", "NOTICE"):
        ours = ROOT / "handlers" / "request" / "documentation" / "page" / name
        assert ours.read_bytes() == (published / name).read_bytes()


def test_contract_is_served_in_both_forms(server: Server, http: httpx.Client) -> None:
    in_yaml, in_json = (http.get(f"{server.base_url}/openapi.{form}") for form in ("yaml", "json"))
    assert (in_yaml.status_code, in_json.status_code) == (200, 200)
    assert in_yaml.headers["content-type"] == "application/yaml"
    assert in_json.headers["content-type"] == "application/json"
    assert in_json.json()["openapi"] == "3.0.3"
    assert yaml.safe_load(in_yaml.text) == in_json.json()
