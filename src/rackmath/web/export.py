"""The whole site as files, for any file server: every page, its twins, the feeds, a sitemap, and a search of its own.

A page at ``/n/x`` becomes ``n/x/index.html`` with relative links, so that the folder works at the root of a host, below
a path, and opened from a disk. The export is built beside its place and put there whole: a reader of the old one never
sees half a new one.
"""

from __future__ import annotations

import datetime
import json
import posixpath
import shutil
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote, urlsplit

from rackmath.brain.extract import searchable
from rackmath.errors import RackmathError
from rackmath.web import documents
from rackmath.web.pages import ROUTES, TWINS, Asked, Moved, NotFound, Page
from rackmath.web.site_render import render_page, twin_text
from rackmath.web.static_files import assets, static_files

if TYPE_CHECKING:
    from rackmath.brain.site import Site

SEARCH = "published-search.js"
"""The script that only a published site needs: it has no server to search."""

MOST_WORDS = 6000
"""Characters of each note that the search of a published site looks in."""

MARKER = ".rackmath-site"
"""A file that says that a folder is an export and may be replaced by a newer one."""

Told = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Published:
    """What an export wrote."""

    folder: Path
    pages: int
    files: int
    bytes: int


def publish(site: Site, to: Path, *, today: datetime.date, origin: str = "", told: Told | None = None) -> Published:
    """Write the site into a folder: new, empty, or an export made before.

    Parameters
    ----------
    today
        The day against which freshness is judged.
    origin
        Where it will be served, such as ``https://example.org/brain``: for the sitemap, the feeds and canonical
        addresses, which have to be whole.
    told
        Called with the pages done and the pages in all.

    Raises
    ------
    RackmathError
        The folder holds something that is not an export, `origin` is no address, or the disk refuses.
    """
    _check(to, origin)
    to.parent.mkdir(parents=True, exist_ok=True)
    building = Path(tempfile.mkdtemp(prefix=f".{to.name}.", dir=to.parent))
    try:
        with site.reading():  # one moment of each brain, and one look at its files
            pages = _Export(site, building, today, origin.rstrip("/")).write(told)
        files = [path for path in building.rglob("*") if path.is_file()]
        size = sum(path.stat().st_size for path in files)
        building.chmod(0o755)
        _swap(building, to)
    except OSError as error:
        raise RackmathError(f"{to}: the site could not be written ({error.strerror or error})") from error
    finally:
        shutil.rmtree(building, ignore_errors=True)
    return Published(to, pages, len(files), size)


def _check(to: Path, origin: str) -> None:
    if to.exists() and not to.is_dir():
        raise RackmathError(f"{to} is a file; give a folder")
    if to.is_dir() and any(to.iterdir()) and not (to / MARKER).is_file():
        raise RackmathError(f"{to} is not empty and is no site made by this command; give a new or an empty folder")
    parts = urlsplit(origin)
    if origin and (parts.scheme not in {"http", "https"} or not parts.netloc or parts.query or parts.fragment):
        raise RackmathError(f"{origin!r} is no address of a site; write it as https://example.org/brain")


def _swap(fresh: Path, to: Path) -> None:
    """Put a folder in the place of another; what was there is moved away first and removed last."""
    old = fresh.with_name(f"{fresh.name}.old")
    if to.exists():
        to.rename(old)
    try:
        fresh.rename(to)
    except OSError:
        if old.exists():
            old.rename(to)
        raise
    shutil.rmtree(old, ignore_errors=True)


class _Export:
    """One export: which pages there are comes first, so that a link to what is not exported can be told."""

    def __init__(self, site: Site, folder: Path, today: datetime.date, origin: str) -> None:
        self.site = site
        self.folder = folder
        self.asked = Asked(today=today, static=True)
        self.origin = origin
        self.pages: set[str] = set()
        self.files: set[str] = set()

    def write(self, told: Told | None) -> int:
        for each in static_files().values():
            self._put(each.path.lstrip("/"), each.body)
        listed = [
            (route, parts) for route in ROUTES if route.every is not None for parts in map(dict, route.every(self.site))
        ]
        self.pages = {unquote(route.path(**parts)) for route, parts in listed}
        self.files = set(documents.every(self.site))
        written = 0
        for number, (route, parts) in enumerate(listed, 1):
            with suppress(NotFound, Moved):  # a name that another page has taken
                self._page(route.view(self.site, self.asked, **parts))
                written += 1
            if told is not None:
                told(number, len(listed))
        for path in self.files:
            if (found := documents.document(self.site, path, self.origin)) is not None:
                self._put(path.lstrip("/"), found.body)
        self._put("search.json", _search_index(self.site))
        self._put(MARKER, b"a site made by rackmath; it may be replaced\n")
        return written

    def _page(self, page: Page) -> None:
        here = posixpath.join(unquote(page.path).lstrip("/"), "index.html")

        def link(target: str) -> str:
            return self._relative(here, target)

        set_with = assets(link, {SEARCH}, brand=self.site.title, origin=self.origin)
        self._put(here, render_page(page, self.asked, link, set_with).encode())
        for kind, text in twins(page).items():
            self._put(unquote(page.twin(kind)).lstrip("/"), text.encode())

    def _relative(self, here: str, target: str) -> str:
        """Return a link from one file of the export to a page; nothing for a page that only a server has."""
        parts = urlsplit(target)
        if parts.scheme or parts.netloc:
            return target
        path = unquote(parts.path)
        if path in self.pages:
            path = posixpath.join(path, "index.html")
        elif path not in self.files and not path.startswith("/static/") and not self._is_twin(path):
            return ""
        relative = quote(posixpath.relpath(path.lstrip("/"), posixpath.dirname(here) or "."), safe="/-_.~@")
        return f"{relative}#{parts.fragment}" if parts.fragment else relative

    def _is_twin(self, path: str) -> bool:
        stem, _, ending = path.rpartition(".")
        return ending in TWINS and (stem in self.pages or stem == "/index")

    def _put(self, rel: str, data: bytes) -> None:
        place = self.folder / rel
        if not place.resolve().is_relative_to(self.folder.resolve()):
            raise RackmathError(f"a page named {rel!r} would leave the folder")
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)


def twins(page: Page) -> dict[str, str]:
    """Return the texts of a page's twins, by their endings."""
    return {kind: twin_text(page, kind) for kind in TWINS if page.twin(kind)}


def _search_index(site: Site) -> bytes:
    """Return what the search of a static site looks in: its notes with their words."""
    rows = []
    for card in site.notes():
        if (note := site.note(card.id)) is not None:
            words = " ".join(searchable(note.path, note.text).body.split())[:MOST_WORDS]
            tags, path = list(card.tags), f"{card.href.lstrip('/')}/index.html"
            rows.append({"title": card.title, "path": path, "kind": card.kind, "tags": tags, "text": words})
    return json.dumps(rows, ensure_ascii=False, separators=(",", ":")).encode()
