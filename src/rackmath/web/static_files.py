"""Style sheets, scripts and pictures that pages use, each under a name that holds a hash of its content.

A file under such a name never changes, so a browser keeps it for good and asks again only when a page names another.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

from rackmath.web.page import style_text
from rackmath.web.site_render import SHEETS, Assets, Link, same

TYPES = {
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
    "png": "image/png",
    "ico": "image/x-icon",
    "txt": "text/plain; charset=utf-8",
    "woff2": "font/woff2",
}
EARLY = ("theme.js",)
"""Scripts that run before the first paint."""

ONLY_SOME = ("editor.js", "published-search.js")
"""Scripts that only the pages load which name them."""

_OWN = {"base.css", *SHEETS}


@dataclass(frozen=True, slots=True)
class Static:
    """One file: the name it has here, the name it is served under, its type and its bytes."""

    name: str
    served: str
    type: str
    body: bytes

    @property
    def path(self) -> str:
        """The root-relative address."""
        return f"/static/{self.served}"


@lru_cache(maxsize=1)
def static_files() -> Mapping[str, Static]:
    """Return all files by their own name: ``site.css`` (the sheets of all pages), ``graph.css``, ``keys.js``."""
    found = [_made("site.css", style_text(SHEETS).encode())]
    for sheet in sorted((files("rackmath.web") / "templates").iterdir(), key=lambda each: each.name):
        if sheet.name.endswith(".css") and sheet.name not in _OWN:
            found.append(_made(sheet.name, style_text((sheet.name,)).encode()))
    folder = files("rackmath.web") / "static"
    if folder.is_dir():
        for each in sorted(folder.iterdir(), key=lambda each: each.name):
            if each.name.rpartition(".")[2] in TYPES:
                found.append(_made(each.name, each.read_bytes()))
    return {each.name: each for each in found}


def assets(link: Link = same, also: Collection[str] = (), **site: Any) -> Assets:
    """Return what every page is set with: the files under their hashed names, as `link` makes their addresses.

    Parameters
    ----------
    also
        Scripts of `ONLY_SOME` that every page is to load after all.
    site
        The other fields of `Assets`: brand, licence, origin, …
    """
    found = static_files()
    scripts = [each for each in found.values() if each.name.endswith(".js")]
    sheets = [each for each in found.values() if each.name.endswith(".css") and each.name != "site.css"]
    late = [each for each in scripts if each.name in also or each.name not in (*EARLY, *ONLY_SOME)]
    return Assets(
        styles=(link(found["site.css"].path),),
        early=tuple(link(each.path) for each in scripts if each.name in EARLY),
        scripts=tuple(link(each.path) for each in late),
        extra={each.name: link(each.path) for each in sheets},
        **site,
    )


@lru_cache(maxsize=1)
def by_served_name() -> Mapping[str, Static]:
    """Return all files by the name they are served under."""
    return {each.served: each for each in static_files().values()}


@lru_cache(maxsize=1)
def build() -> str:
    """Return a short name for this state of the style sheets, scripts and templates: part of every page's ETag."""
    digest = hashlib.sha256()
    for each in static_files().values():
        digest.update(each.served.encode())
    folders = [files("rackmath.web") / "templates"]
    while folders:
        for entry in sorted(folders.pop().iterdir(), key=lambda entry: entry.name):
            if entry.is_dir():
                folders.append(entry)
            elif entry.name.endswith(".html"):
                digest.update(entry.read_bytes())
    return digest.hexdigest()[:12]


def _made(name: str, body: bytes) -> Static:
    stem, _, ending = name.rpartition(".")
    return Static(name, f"{stem}.{hashlib.sha256(body).hexdigest()[:12]}.{ending}", TYPES[ending], body)
