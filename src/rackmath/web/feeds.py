"""Feeds: what changed, for feed readers, as Atom (RFC 4287) and as JSON Feed 1.1.

Minor revisions are in no feed. A correction is an entry of its own, so that a reader who saw the wrong number hears of
it; for every other change the note is the entry, and a later change moves its date.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from xml.etree import ElementTree

from rackmath.web.charts.svg import printable

ATOM = "application/atom+xml"
JSON_FEED = "application/feed+json"
ENDINGS = {"atom": ATOM, "json": JSON_FEED}
LONGEST = 50
"""Entries of one feed; older ones are on the site."""

_NAMESPACE = "http://www.w3.org/2005/Atom"


@dataclass(frozen=True)
class Entry:
    """One entry of a feed.

    Parameters
    ----------
    id
        Stays the same wherever the site is published.
    path
        Root-relative address of what it is about.
    published, updated
        ISO 8601 dates or moments, UTC; `published` may be empty.
    change
        What kind of revision made it: ``publish``, ``update``, ``correction``, …
    summary
        Plain text.
    html
        The note as safe HTML, or empty.
    """

    id: str
    title: str
    path: str
    updated: str
    published: str = ""
    authors: Sequence[str] = ()
    tags: Sequence[str] = ()
    change: str = ""
    summary: str = ""
    html: str = ""
    figures: Sequence[Mapping[str, Any]] = field(default_factory=tuple)


@dataclass(frozen=True)
class Feed:
    """A feed: `name` makes its address, ``/feeds/<name>.atom`` and ``.json``; `path` is the page it belongs to."""

    name: str
    title: str
    path: str
    description: str = ""
    entries: Sequence[Entry] = ()

    @property
    def updated(self) -> str:
        """The moment of the newest entry; the epoch for a feed without entries."""
        return max((moment(entry.updated) for entry in self.entries), default="1970-01-01T00:00:00Z")


def moment(text: str) -> str:
    """Return a date or a moment as RFC 3339 wants it: a day is its midnight, UTC."""
    if len(text) == 10:
        return f"{text}T00:00:00Z"
    return text.replace("+00:00", "Z") if text.endswith(("Z", "+00:00")) else f"{text}Z"


def atom(feed: Feed, origin: str = "") -> str:
    """Return a feed as Atom.

    Parameters
    ----------
    origin
        Scheme and host of the site, without a slash at the end.
    """
    ElementTree.register_namespace("", _NAMESPACE)
    root = ElementTree.Element(_tag("feed"), {"{http://www.w3.org/XML/1998/namespace}lang": "en"})
    _add(root, "id", f"urn:rackmath:feed:{feed.name}")
    _add(root, "title", feed.title)
    if feed.description:
        _add(root, "subtitle", feed.description)
    _add(root, "updated", feed.updated)
    ElementTree.SubElement(root, _tag("link"), rel="self", type=ATOM, href=f"{origin}/feeds/{feed.name}.atom")
    ElementTree.SubElement(root, _tag("link"), rel="alternate", type="text/html", href=f"{origin}{feed.path}")
    generator = ElementTree.SubElement(root, _tag("generator"))
    generator.text = "rackmath"
    for entry in feed.entries[:LONGEST]:
        _atom_entry(root, entry, origin)
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def _atom_entry(root: ElementTree.Element, entry: Entry, origin: str) -> None:
    one = ElementTree.SubElement(root, _tag("entry"))
    _add(one, "id", f"urn:rackmath:{entry.id}")
    _add(one, "title", entry.title)
    _add(one, "updated", moment(entry.updated))
    if entry.published:
        _add(one, "published", moment(entry.published))
    ElementTree.SubElement(one, _tag("link"), rel="alternate", type="text/html", href=f"{origin}{entry.path}")
    for name in entry.authors or ("unnamed",):
        author = ElementTree.SubElement(one, _tag("author"))
        _add(author, "name", name)
    for term in [*entry.tags, *([f"change:{entry.change}"] if entry.change else [])]:
        ElementTree.SubElement(one, _tag("category"), term=printable(term))
    if entry.summary:
        _add(one, "summary", entry.summary)
    if entry.html:
        content = ElementTree.SubElement(one, _tag("content"), type="html")
        content.text = printable(entry.html)


def json_feed(feed: Feed, origin: str = "") -> str:
    """Return a feed as JSON Feed 1.1; `_rackmath` holds the kind of change and the figures that it moved."""
    document = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.title,
        "home_page_url": f"{origin}{feed.path}",
        "feed_url": f"{origin}/feeds/{feed.name}.json",
        "description": feed.description,
        "language": "en",
        "items": [_json_item(entry, origin) for entry in feed.entries[:LONGEST]],
    }
    return json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def _json_item(entry: Entry, origin: str) -> dict[str, Any]:
    item: dict[str, Any] = {
        "id": f"urn:rackmath:{entry.id}",
        "url": f"{origin}{entry.path}",
        "title": entry.title,
        "date_modified": moment(entry.updated),
        "authors": [{"name": name} for name in entry.authors],
        "tags": list(entry.tags),
        "summary": entry.summary,
    }
    if entry.published:
        item["date_published"] = moment(entry.published)
    item["content_html" if entry.html else "content_text"] = entry.html or entry.summary or entry.title
    if entry.change or entry.figures:
        item["_rackmath"] = {"change": entry.change, "figures": [dict(figure) for figure in entry.figures]}
    return item


def _tag(name: str) -> str:
    return f"{{{_NAMESPACE}}}{name}"


def _add(parent: ElementTree.Element, name: str, text: str) -> None:
    ElementTree.SubElement(parent, _tag(name)).text = printable(text)
