"""A site that is served to a real browser: the bundled brain and the sample page's, writable copies of both."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from rackmath.brain import import_page
from rackmath.brain.page import SAMPLE_PAGE
from rackmath.evidence.evidence import STARTER

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
ROOT = Path(__file__).resolve().parents[3]
AXE = ROOT / "build" / "browser" / "node_modules" / "axe-core" / "axe.min.js"


@dataclass
class Shown:
    """A running site: its address, its brains, and a token that may write in the first."""

    address: str
    folders: tuple[Path, Path]
    site: Any
    token: str


@contextmanager
def shown(folder: Path) -> Iterator[Shown]:
    """Serve a writable copy of the bundled brain and one of the sample page, on a free port."""
    uvicorn = pytest.importorskip("uvicorn", reason="the site needs uvicorn")
    from rackmath.brain.site import Site
    from rackmath.web.access import Tokens
    from rackmath.web.run_server import listen
    from rackmath.web.server import Setup, make_app

    shutil.copytree(STARTER, folder / "own")
    import_page(SAMPLE_PAGE, folder / "sample")
    site = Site([folder / "own", folder / "sample"], look=False)
    tokens = Tokens(folder / "tokens.json")
    token, _ = tokens.new(brain=site.libraries[0].id, handle="rackmath", scopes=("read", "write", "review", "admin"))
    taken = listen("127.0.0.1", 0)
    server = uvicorn.Server(
        uvicorn.Config(make_app(site, Setup(), tokens=tokens), log_level="error", http="h11", loop="asyncio")
    )
    thread = threading.Thread(target=server.run, kwargs={"sockets": [taken]}, daemon=True)
    thread.start()
    try:
        yield Shown(f"http://127.0.0.1:{taken.getsockname()[1]}", (folder / "own", folder / "sample"), site, token)
    finally:
        server.should_exit = True
        thread.join(20)
        taken.close()
        site.close()


@contextmanager
def browsing(**context: Any) -> Iterator[Any]:
    """Give a page of a fresh browser context; skip with the reason where there is no browser."""
    api = pytest.importorskip("playwright.sync_api", reason="browser tests need playwright")
    if BROWSER is None:
        pytest.skip("browser tests need Chromium; none is installed")
    with api.sync_playwright() as play:
        browser = play.chromium.launch(executable_path=BROWSER, args=["--no-sandbox", "--disable-gpu"])
        try:
            opened = browser.new_context(**context)
            opened.set_default_timeout(15_000)
            yield opened.new_page()
        finally:
            browser.close()
