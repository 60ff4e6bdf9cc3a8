"""What a site gives beside its pages: feeds, a sitemap, and its figures, sources and citations for other programs."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote, unquote
from xml.etree import ElementTree

from rackmath.brain.formats import csl
from rackmath.brain.formats.figures import Row, as_bytes, rows_of
from rackmath.web.feeds import ENDINGS, atom, json_feed
from rackmath.web.site_feeds import every_feed, feed_of

if TYPE_CHECKING:
    from rackmath.brain.site import Site


class Document(NamedTuple):
    """The bytes of a document and their media type."""

    body: bytes
    type: str


_SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
MOST_IN_SITEMAP = 50_000
"""The most addresses that one sitemap may hold."""


def document(site: Site, path: str, origin: str = "") -> Document | None:
    """Return what stands at a root-relative path, or None when it is none of these.

    Parameters
    ----------
    origin
        Scheme and host of the site, without a slash at the end: feeds and sitemaps name whole addresses.

    Raises
    ------
    RackmathError
        Parquet is asked for, and pyarrow is not installed.
    """
    plain = unquote(path)
    if plain in MADE:
        return MADE[plain](site, origin)
    if plain.startswith("/feeds/"):
        name, _, ending = plain.removeprefix("/feeds/").rpartition(".")
        if ending in ENDINGS and (feed := feed_of(site, name)) is not None:
            text = atom(feed, origin) if ending == "atom" else json_feed(feed, origin)
            return Document(text.encode(), f"{ENDINGS[ending]}; charset=utf-8")
    return None


def every(site: Site) -> Iterable[str]:
    """List the paths of all documents but those that need an extra."""
    yield from (path for path in MADE if not path.endswith(".parquet"))
    for feed in every_feed(site):
        yield from (f"/feeds/{feed.name}.{ending}" for ending in ENDINGS)


def figure_rows(site: Site) -> list[Row]:
    """Return the figures of all published notes, one row a figure."""
    rows: list[Row] = []
    for library in site.libraries:
        urls = {entry.citekey: entry.url for entry in library.sources()}
        for card in library.notes(order="title"):
            if card.figures and (note := library.note(card.id)) is not None:
                rows += [row | {"brain": library.id} for row in rows_of(note.document, note.path, urls)]
    return rows


def sitemap(site: Site, origin: str = "") -> str:
    """Return the sitemap: what a search engine should list, with the day of the last substantive change."""
    ElementTree.register_namespace("", _SITEMAP)
    root = ElementTree.Element(f"{{{_SITEMAP}}}urlset")
    for path, updated in _listed(site)[:MOST_IN_SITEMAP]:
        one = ElementTree.SubElement(root, f"{{{_SITEMAP}}}url")
        ElementTree.SubElement(one, f"{{{_SITEMAP}}}loc").text = f"{origin}{quote(path, safe='/@-_.~')}"
        if updated:
            ElementTree.SubElement(one, f"{{{_SITEMAP}}}lastmod").text = updated[:10]
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def _listed(site: Site) -> list[tuple[str, str]]:
    found = [("/", ""), ("/contributors", ""), ("/tags", ""), ("/sources", ""), ("/q", ""), ("/corrections", "")]
    found += [(card.href, card.updated) for card in site.notes()]
    found += [(f"/@{handle}", "") for handle in site.contributors]
    found += [(f"/q/{each.id}", "") for each in site.quantities()]
    found += [(f"/src/{each.citekey}", "") for each in site.sources()]
    return found + [(f"/tag/{each.slug}", "") for each in site.tags()]


def _figures(format_: str, type_: str) -> Callable[[Site, str], Document]:
    def made(site: Site, _: str) -> Document:
        return Document(as_bytes(figure_rows(site), format_), type_)

    return made


def _csl(site: Site, _: str) -> Document:
    items = [csl.to_item(entry.front, entry.citekey) for entry in site.sources()]
    return Document(csl.dump(items).encode(), "application/vnd.citationstyles.csl+json; charset=utf-8")


def _robots(_: Site, origin: str) -> Document:
    where = f"Sitemap: {origin}/sitemap.xml\n" if origin else ""
    return Document(f"User-agent: *\nDisallow: /write\nDisallow: /in\n{where}".encode(), "text/plain; charset=utf-8")


def _sitemap(site: Site, origin: str) -> Document:
    return Document(sitemap(site, origin).encode(), "application/xml; charset=utf-8")


MADE: dict[str, Callable[[Site, str], Document]] = {
    "/sitemap.xml": _sitemap,
    "/robots.txt": _robots,
    "/data/figures.csv": _figures("csv", "text/csv; charset=utf-8"),
    "/data/figures.jsonl": _figures("jsonl", "application/jsonl; charset=utf-8"),
    "/data/figures.parquet": _figures("parquet", "application/vnd.apache.parquet"),
    "/data/sources.json": _csl,
}
"""The documents that stand at a fixed address, beside the feeds."""
