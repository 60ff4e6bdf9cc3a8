"""One running site for all browser tests, and a browser; skipped with the reason where there is none."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from web.browser.shown import Shown, shown

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
EXPECTED = "Failed to load resource"
"""What the browser says of an answer such as 404, which a test asked for."""


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    # not for the whole session: while its driver runs, no other test can run a loop of its own
    if BROWSER is None:
        pytest.skip("needs Chromium; none is installed")
    playwright = pytest.importorskip("playwright.sync_api", reason="needs playwright to drive the browser")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=BROWSER, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shown]:
    if BROWSER is None:
        pytest.skip("needs Chromium; none is installed")
    with shown(tmp_path_factory.mktemp("brains")) as found:
        yield found


@pytest.fixture
def open_page(chromium: Any, site: Shown) -> Iterator[Callable[..., Any]]:
    """Open a page of a context of its own; complaints of the browser and broken scripts fail the test."""
    contexts: list[Any] = []
    wrong: list[str] = []

    def heard(line: Any) -> None:
        if line.type == "error" and not line.text.startswith(EXPECTED):
            wrong.append(line.text)

    def opened(*, width: int = 1400, theme: str = "light", **context: Any) -> Any:
        """Return a page; `until` waits for something that a script is about to do (the policy forbids `eval`)."""
        made = chromium.new_context(
            base_url=site.address, viewport={"width": width, "height": 900}, color_scheme=theme, **context
        )
        made.set_default_timeout(15_000)
        contexts.append(made)
        page = made.new_page()
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", heard)
        page.until = lambda expression: _until(page, expression)
        return page

    yield opened
    for each in contexts:
        each.close()
    assert wrong == []


def _until(page: Any, expression: str) -> None:
    deadline = time.monotonic() + 15
    while not page.evaluate(expression):
        assert time.monotonic() < deadline, f"never: {expression}"
        page.wait_for_timeout(25)


@pytest.fixture
def writer(open_page: Callable[..., Any], site: Shown) -> Any:
    """A page of somebody who signed in by the form."""
    page = open_page()
    sign_in(page, site)
    return page


def sign_in(page: Any, site: Shown) -> None:
    page.goto("/in")
    page.get_by_label("Token").fill(site.token)
    page.get_by_role("button", name="Sign in").click()
    page.locator("#who .menu").wait_for()
