"""The reading pages: what a page is, how it is asked for, and the table of all of them.

A page is one view function and one template. A view takes the site, what was asked and the parts of its address, and
returns a `Page`: plain data and texts, from which the HTML and the twins (``.json``, ``.md``, ``.csv``) are made. It
reads no clock, no network and no request: the same site and the same question give the same page, on a server and in a
static export.
"""

from __future__ import annotations

import datetime
import importlib
import pkgutil
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote, unquote

from rackmath.errors import RackmathError

if TYPE_CHECKING:
    from rackmath.web.charts.svg import Svg

__all__ = ["ROUTES", "Asked", "Found", "Moved", "NotFound", "Page", "Route", "Viewer", "find"]

ROUTES: list[Route]
"""All pages, in the order in which an address is tried (made when it is first asked for)."""

TWINS = ("json", "md", "csv")


class NotFound(RackmathError):
    """There is no such page; the message says what was looked for and where to look instead."""


class Moved(RackmathError):
    """The page has another address for good; `path` is root-relative."""

    def __init__(self, path: str) -> None:
        super().__init__(f"this page is at {path}")
        self.path = path


@dataclass(frozen=True)
class Viewer:
    """A signed-in contributor: `scopes` says what the token allows, `csrf` goes into each form of a page.

    `brain` is the id of the brain that the token is for, `said` a line that this page shows once ("Saved.").
    """

    handle: str
    name: str = ""
    scopes: frozenset[str] = frozenset()
    csrf: str = ""
    brain: str = ""
    said: str = ""


@dataclass(frozen=True)
class Asked:
    """What a reader asked beside the address.

    Parameters
    ----------
    params
        The query, one value a name (the first). `lists` has all values of names given more than once.
    today
        The day on which it is asked; freshness is judged against it.
    as_of
        Show the brain as it was at the end of this day; None for now. The site that a view gets already is of that day.
    viewer
        Who is signed in, or None.
    drafts
        Whether drafts and notes in review may be shown; only ever true for a viewer.
    static
        Whether this is for a static export, where no query can be asked: a list is then shown whole.
    """

    params: Mapping[str, str] = field(default_factory=dict)
    today: datetime.date = datetime.date.min
    as_of: datetime.date | None = None
    viewer: Viewer | None = None
    drafts: bool = False
    lists: Mapping[str, Sequence[str]] = field(default_factory=dict)
    static: bool = False

    def get(self, name: str, default: str = "") -> str:
        """Return one value of the query."""
        return self.params.get(name, default)

    def all(self, name: str) -> Sequence[str]:
        """Return every value of a name of the query, in order."""
        return self.lists.get(name) or ([self.params[name]] if name in self.params else [])

    @property
    def day(self) -> datetime.date:
        """The day against which freshness is judged: the day of the view, else today."""
        return self.as_of or self.today


class Feed(NamedTuple):
    """A feed of a page: its title, root-relative address and media type."""

    title: str
    href: str
    type: str


@dataclass(frozen=True)
class Page:
    """What a view returns.

    Parameters
    ----------
    path
        Canonical and root-relative, without a query: ``/n/…``.
    template
        A file of ``web/templates``: ``site/note.html``.
    title, description
        For the head of the page, in plain text; the layout adds the brand.
    data
        Plain JSON-able data. The ``.json`` twin prints exactly this; the template sees it as ``data``.
    markdown
        The ``.md`` twin; empty where a page has none.
    rows
        The ``.csv`` twin: rows with the same keys; None where a page is no table.
    jsonld
        What the page is in schema.org's words, or None.
    feeds
        Feeds of this page, each (title, root-relative address, media type).
    html
        Fragments that are already safe HTML, for the template only: it sees them as ``html``.
    links
        Further relations of the page, each (relation, root-relative address): ``("version-history", "/n/…/history")``.
        They go into the head and may be sent as a ``Link`` header.
    styles
        Names of style sheets beside those that every page has: ``("graph.css",)``.
    index
        Whether search engines may list it; old versions and searches say no.
    query
        What the twins must be asked with to be of this page: the inputs of a model, without the question mark.
    twinned
        Whether it tells programs anything: a form or an error has no twins.
    """

    path: str
    template: str
    title: str
    description: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)
    markdown: str = ""
    rows: Sequence[Mapping[str, Any]] | None = None
    jsonld: Mapping[str, Any] | None = None
    feeds: Sequence[tuple[str, str, str]] = ()
    status: int = 200
    html: Mapping[str, Svg] = field(default_factory=dict)
    links: Sequence[tuple[str, str]] = ()
    styles: Sequence[str] = ()
    index: bool = True
    query: str = ""
    twinned: bool = True

    def twin(self, kind: str) -> str:
        """Return the root-relative address of a twin, or an empty text where the page has none of this kind."""
        has = {"json": self.twinned, "md": self.twinned and bool(self.markdown), "csv": self.rows is not None}
        if not has.get(kind):
            return ""
        mark = f"?{self.query}" if self.query else ""
        return f"/index.{kind}" if self.path == "/" else f"{self.path}.{kind}{mark}"


View = Callable[..., Page]
Every = Callable[[Any], Iterable[Mapping[str, str]]]

_PART = re.compile(r"\{([a-z_]+)\}")
_SHAPES = {"key": "[0-9a-z]{1,64}", "version": "[0-9a-zA-Z_-]{1,80}", "slug": "[^/]*", "rest": ".+"}


@dataclass(frozen=True)
class Route:
    """An address and its view.

    Parameters
    ----------
    pattern
        ``/n/{key}-{slug}``: a part in braces fills one segment or less. ``{key}`` is lower-case letters and digits,
        ``{slug}`` may be empty, ``{rest}`` may hold slashes.
    view
        ``view(site, asked, **parts) -> Page``.
    every
        ``every(site)`` lists the parts of each page for the static export; None leaves it out.
    """

    pattern: str
    view: View
    every: Every | None = None

    @cached_property
    def _regex(self) -> re.Pattern[str]:
        pieces = _PART.split(self.pattern)
        written = [
            f"(?P<{piece}>{_SHAPES.get(piece, '[^/]+')})" if place % 2 else re.escape(piece)
            for place, piece in enumerate(pieces)
        ]
        return re.compile("".join(written))

    def match(self, path: str) -> dict[str, str] | None:
        """Return the parts of a decoded path, or None when this is not its route."""
        found = self._regex.fullmatch(path)
        return found.groupdict() if found else None

    def path(self, **parts: str) -> str:
        """Return the address with these parts, quoted for a link."""
        return _PART.sub(lambda name: quote(str(parts[name[1]]), safe="-_.~@"), self.pattern)


class Found(NamedTuple):
    """Which view answers an address, with which parts, and as which twin (empty: as HTML)."""

    route: Route
    parts: dict[str, str]
    twin: str


def find(path: str) -> Found | None:
    """Return what answers a root-relative path as it was requested (quoted or not, with or without a twin's ending).

    An address that is a page as it stands (a citekey may end in ``.md``) wins over the twin of another.
    """
    if len(path) > 2000:
        return None
    plain = unquote(path)
    if len(plain) > 1 and plain.endswith("/"):
        plain = plain[:-1]
    stem, _, ending = plain.rpartition(".")
    if ending in TWINS and stem:
        stem = "/" if stem == "/index" else stem
        # a name may end like a twin, but then the twin is the likelier wish
        for route in _routes():
            if (parts := route.match(stem)) is not None:
                return Found(route, parts, ending)
    for route in _routes():
        if (parts := route.match(plain)) is not None:
            return Found(route, parts, "")
    return None


@lru_cache(maxsize=1)
def _routes() -> list[Route]:
    """Return the routes of every module of this package that has some; the fewer parts, the earlier."""
    found: list[Route] = []
    for module in sorted(info.name for info in pkgutil.iter_modules(__path__)):
        found += getattr(importlib.import_module(f"{__name__}.{module}"), "ROUTES", [])
    patterns = [route.pattern for route in found]
    if twice := {pattern for pattern in patterns if patterns.count(pattern) > 1}:
        raise RackmathError(f"two pages have the address {min(twice)}")
    return sorted(found, key=lambda route: (len(_PART.findall(route.pattern)), route.pattern))


def __getattr__(name: str) -> Any:
    # page modules import this one, so the table is made when it is first wanted
    if name == "ROUTES":
        return _routes()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
