"""A real browser, for pages that people read."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

# Whatever a browser does on its own would be noise among the requests of the page.
FLAGS = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
    # Shared memory is small in containers, and another test may be filling it up.
    "--disable-dev-shm-usage",
)
PHONE, DESKTOP = ViewportSize(width=390, height=844), ViewportSize(width=1280, height=1600)
SCREENS = (
    pytest.param(PHONE, "dark", id="phone, dark"),
    pytest.param(DESKTOP, "light", id="desktop, light"),
    pytest.param(PHONE, "light", id="phone, light", marks=pytest.mark.long),
    pytest.param(DESKTOP, "dark", id="desktop, dark", marks=pytest.mark.long),
)
"""What a page is looked at on: each size and each scheme always, and all of their combinations by the long tests."""


@contextmanager
def launched() -> Iterator[Browser]:
    """A headless Chromium: what CHROMIUM says, or one that is installed."""
    executable = shutil.which(os.environ.get("CHROMIUM") or "chromium") or shutil.which("chromium-browser")
    if executable is None:
        pytest.skip("there is no Chromium: install it or set CHROMIUM")
    as_root = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=executable, args=[*FLAGS, *as_root])
        yield running
        running.close()


def assert_fits(page: Page, size: ViewportSize, scheme: str) -> None:
    """Expect that nothing is wider than the screen, and that ground and ink are far apart, the right way round."""
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    ground, ink = (page.evaluate(_LIGHTNESS, name) for name in ("backgroundColor", "color"))
    assert (ground - ink if scheme == "light" else ink - ground) > 150


_LIGHTNESS = (
    "name => getComputedStyle(document.body)[name].match(/[0-9]+/g).slice(0, 3).reduce((a, b) => a + +b, 0) / 3"
)
