"""A server on a free port and a real browser to read it with; skipped with the reason where there is none."""

import asyncio
import shutil
import threading
import time
from datetime import UTC, datetime

import pytest

from rackmath.brain.site import Site
from rackmath.web.access import Tokens
from web.asking import SCOPES, make_brain, note

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")

FIGURE = """
```figures
- id: fig_01m82frzdhfcw86egx0hzfssv2
  subject: h100-sxm
  quantity: rental-price
  value: 2.50
  unit: USD/GPU_hour
  as_of: 2026-05
  kind: listed
  claimant: {who: A cloud, kind: vendor}
  source: a-source
```
"""
NOTES = [
    ("notes/observation/one.md", note("One", "First paragraph.\n\nSecond.", id="note_01m82ged1jt37j93cb6x340tfv")),
    ("notes/observation/three.md", note("Three", "First paragraph.\n\nSecond.", id="note_01m82ged1k9t012gf6wm18xqkd")),
    ("notes/thesis/two.md", note("Two", f"A paragraph at 2.50 an hour.\n{FIGURE}", kind="thesis")),
    ("sources/a-source.md", "---\ncitekey: a-source\ntitle: A yearbook\nurl: https://example.org/\n---\n"),
]


@pytest.fixture(scope="module")
def chromium():
    if BROWSER is None:
        pytest.skip("needs Chromium; none is installed")
    playwright = pytest.importorskip("playwright.sync_api", reason="needs playwright to drive the browser")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=BROWSER, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def brain(tmp_path_factory):
    return make_brain(tmp_path_factory.mktemp("browser") / "brain", NOTES)


@pytest.fixture(scope="module")
def served(brain):
    """The address of a running server, and its tokens."""
    import uvicorn

    from rackmath.web.run_server import listen
    from rackmath.web.server import Setup, make_app

    site = Site([brain], look=False)
    tokens = Tokens(brain.parent / "tokens.json")
    taken = listen("127.0.0.1", 0)
    app = make_app(site, Setup(), tokens=tokens, clock=lambda: datetime(2026, 11, 22, 12, tzinfo=UTC))
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="on", ws="none"))
    thread = threading.Thread(target=lambda: asyncio.run(server.serve(sockets=[taken])), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{taken.getsockname()[1]}", tokens, site
    server.should_exit = True
    thread.join(timeout=20)
    taken.close()
    site.close()


@pytest.fixture
def open_page(chromium, served):
    """Open a page of a context of its own; complaints of the browser and broken scripts fail the test."""
    contexts, wrong = [], []

    def opened(**context):
        """Return a page; `until` waits for something that a script is about to do (the policy forbids `eval`)."""
        made = chromium.new_context(base_url=served[0], **context)
        contexts.append(made)
        page = made.new_page()
        page.set_default_timeout(10_000)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda line: wrong.append(line.text) if line.type == "error" else None)
        page.until = lambda expression: _until(page, expression)
        return page

    yield opened
    for each in contexts:
        each.close()
    assert wrong == []


def _until(page, expression):
    deadline = time.monotonic() + 10
    while not page.evaluate(expression):
        assert time.monotonic() < deadline, f"never: {expression}"
        page.wait_for_timeout(25)


@pytest.fixture
def sign_in(served):
    """Sign in by the form."""

    def go(page, handle="ann", scopes=SCOPES):
        text, _ = served[1].new(brain=served[2].libraries[0].id, handle=handle, scopes=scopes)
        page.goto("/in")
        page.get_by_label("Token").fill(text)
        page.get_by_role("button", name="Sign in").click()

    return go
