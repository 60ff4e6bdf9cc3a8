"""The site that the browser tests use: the bundled brain, the sample page's, and one with everything in it."""

from __future__ import annotations

import re
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from audit import living_brain
from rackmath.audit.settled import settle
from rackmath.brain import import_page
from rackmath.brain.desk import Desk
from rackmath.brain.page import SAMPLE_PAGE
from rackmath.brain.site import Site
from rackmath.evidence.evidence import STARTER
from rackmath.vault import Vault
from rackmath.web.access import Tokens
from web import a_brain
from web.asking import SCOPES

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
RULES = "review:\n- name: filings\n  why: a filing is quoted\n  when: {tag: [filing]}\n  needs: [bo]\n"


@dataclass
class Shown:
    """A running site: its address, and a token that may do everything in the brain of `folder`, which is the first."""

    address: str
    folder: Path
    site: Any
    tokens: Any
    token: str

    def note(self, title: str, body: str = "First paragraph.\n\nSecond.", **more: Any) -> tuple[str, Path]:
        """Write and publish a note for one test; return its key and its file."""
        desk = Desk(Vault.open(self.folder), "ann")
        written = desk.new("observation", title, body, **more)
        desk.publish(written.note_id)
        self.site.libraries[0].index.refresh()
        return written.note_id.removeprefix("note_"), self.folder / written.path


def make_own(folder: Path) -> None:
    """Write a brain in which each kind of page has something to show, also those of writers."""
    vault = a_brain.make_brain(folder)
    text, sha = vault.read("brain.yaml")
    vault.write("brain.yaml", re.sub(r"contributors: \[\]", "contributors: [ann, bo]", text) + RULES, sha)
    living = living_brain.files()
    for rel in ("sources/seller.md", "notes/reading/prices.md", "notes/reading/november.md", "notes/thesis/own.md"):
        vault.write(rel, living[rel])
    vault.write("notes/observation/berths.md", living["notes/observation/berths.md"])
    desk = Desk(vault, "ann")
    settle(
        desk, "0123456789abcdef", "later", {"title": "Something"}, because="after the holidays", until=date(2099, 1, 1)
    )
    waits = desk.new("reading", "What the filing says", "A filing is quoted here.", tags=["filing"])
    desk.submit(waits.note_id)
    now, digest = vault.read("notes/observation/wear.md")
    desk.propose(
        a_brain.WEAR, now.replace("contradicts the survey", "agrees with the survey"), digest, message="I think so"
    )


@contextmanager
def shown(folder: Path) -> Iterator[Shown]:
    """Serve copies of the brains on a free port, at a day that does not move."""
    uvicorn = pytest.importorskip("uvicorn", reason="the site needs uvicorn")
    from rackmath.web.run_server import listen
    from rackmath.web.server import Setup, make_app

    make_own(folder / "own")
    shutil.copytree(STARTER, folder / "starter")
    import_page(SAMPLE_PAGE, folder / "sample")
    site = Site([folder / name for name in ("own", "starter", "sample")], look=False)
    tokens = Tokens(folder / "tokens.json")
    token, _ = tokens.new(brain=site.libraries[0].id, handle="ann", scopes=SCOPES)
    taken = listen("127.0.0.1", 0)
    app = make_app(site, Setup(), tokens=tokens, clock=lambda: NOW)
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", http="h11", loop="asyncio", ws="none"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [taken]}, daemon=True)
    thread.start()
    try:
        yield Shown(f"http://127.0.0.1:{taken.getsockname()[1]}", folder / "own", site, tokens, token)
    finally:
        server.should_exit = True
        thread.join(20)
        taken.close()
        site.close()
