"""Ask an application in this process, as a browser or a program would, without a network."""

from __future__ import annotations

import asyncio
import re
import shutil
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import httpx

from rackmath.brain.site import Site
from rackmath.vault import Vault
from rackmath.web.access import Tokens
from rackmath.web.server import Setup, make_app

HOST = "http://127.0.0.1:8000"
NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
SCOPES = ("read", "write", "review", "admin")


class Hands:
    """A clock that tests move."""

    def __init__(self, now=NOON):
        self.now = now

    def __call__(self):
        return self.now


@dataclass
class Browser:
    """Keeps cookies, follows no redirect by itself, and says where its forms come from."""

    app: object
    runner: asyncio.Runner
    base: str = HOST
    jar: httpx.Cookies = field(default_factory=httpx.Cookies)

    def ask(self, method, path, **more):
        async def go():
            transport = httpx.ASGITransport(app=self.app, raise_app_exceptions=True)
            async with httpx.AsyncClient(transport=transport, base_url=self.base, cookies=self.jar) as client:
                answer = await client.request(method, path, **more)
                self.jar = client.cookies
                return answer

        return self.runner.run(go())

    def get(self, path, **more):
        return self.ask("GET", path, **more)

    def post(self, path, data=None, **more):
        headers = {"origin": self.base, **more.pop("headers", {})}
        return self.ask("POST", path, data=data, headers=headers, **more)

    def sign_in(self, token):
        answer = self.post("/in", {"token": token, "next": "/"})
        assert answer.status_code == 303, answer.text
        return self

    def send(self, page, path=None, **fields):
        """Fill in the form of a page that is sent to `path` (the page itself unless given) and send it."""
        shown = self.get(page)
        assert shown.status_code == 200, shown.text
        return self.post(path or page, {**hidden(shown.text), **fields})


def hidden(html):
    """Return the hidden fields of a page, each once."""
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', html))


def make_brain(folder, notes=(), handles=("ann", "ben"), front=""):
    """Make a brain with contributors and notes given as (path, text); return its folder."""
    vault = Vault.create(folder, title="Test brain", writer="tests", clock=Hands())
    for handle in handles:
        vault.write(f"contributors/{handle}.yaml", f"handle: {handle}\nname: {handle.title()}\n")
    text, sha = vault.read("brain.yaml")
    vault.write("brain.yaml", text.replace("contributors: []", f"contributors: [{', '.join(handles)}]") + front, sha)
    vault.write_many([(path, said, None) for path, said in notes])
    return Path(folder)


def note(title, body="Words.", status="published", kind="observation", id="", tags="", more=""):  # noqa: A002
    """Return the text of a note."""
    lines = [f"id: {id}" if id else "", f"type: {kind}", f'title: "{title}"', f"status: {status}"]
    lines += ["created: 2026-11-01", "contributors: [ann]", f"tags: [{tags}]", more]
    return "---\n" + "\n".join(line for line in lines if line) + f"\n---\n\n{body}\n"


@dataclass
class Served:
    """A brain that is served: the site, the application, and tokens for it."""

    folder: Path
    clock: Hands
    tokens: Tokens
    site: Site
    app: object
    runner: asyncio.Runner

    def browser(self, base=HOST):
        return Browser(self.app, self.runner, base)

    def token(self, handle="ann", scopes=SCOPES, **more):
        brain = self.site.libraries[0].id
        return self.tokens.new(brain=brain, handle=handle, scopes=scopes, **more)

    def writer(self, handle="ann", scopes=SCOPES):
        return self.browser().sign_in(self.token(handle, scopes)[0])

    def refresh(self):
        for library in self.site.libraries:
            library.index.refresh()


def serve(folder, tokens_file, runner, clock=None, **setup):
    """Open a brain and make its application, without the thread that looks for changes."""
    clock = clock or Hands()
    site = Site([folder], look=False)
    tokens = Tokens(tokens_file, clock)
    app = make_app(site, Setup(keep=False, **setup), tokens=tokens, clock=clock)
    return Served(folder, clock, tokens, site, app, runner)


def copy_brain(folder, to):
    """Return a copy of a brain's folder, to be written in."""
    shutil.copytree(folder, to)
    return to
