"""All sources: what the notes rest on, by kind of publisher, with those that are gone first."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from rackmath.errors import suggest
from rackmath.web.lists import address, cut, once
from rackmath.web.memo import kept_page, remembered
from rackmath.web.numbers import plural
from rackmath.web.pages import Asked, NotFound, Page, Route

if TYPE_CHECKING:
    from rackmath.brain.entries import SourceEntry
    from rackmath.brain.site import Site

STATUSES = {
    "retracted": ("Retracted", "bad", "Its publisher has withdrawn it."),
    "dead": ("Gone", "bad", "Its address no longer answers."),
    "superseded": ("Superseded", "half", "A newer source has taken its place."),
    "live": ("Live", "good", ""),
}
"""State of a source: its words, its look, and what it means. The worst comes first."""

ORDERS = {"cited": "most used", "name": "by title", "new": "newest"}


def source_row(entry: SourceEntry) -> dict[str, Any]:
    """Return a source as plain data."""
    words, look, meaning = STATUSES.get(entry.status, STATUSES["live"])
    return {
        "citekey": entry.citekey,
        "href": f"/src/{quote(entry.citekey, safe='-_.~')}",
        "title": entry.title or entry.citekey,
        "publisher": entry.publisher,
        "domain": domain(entry.url),
        "url": entry.url,
        "published": entry.published,
        "accessed": entry.accessed,
        "kind": entry.source_kind,
        "status": entry.status or "live",
        "status_words": words,
        "look": look,
        "meaning": meaning,
        "superseded_by": entry.superseded_by,
        "notes": entry.notes,
        "citations": entry.citations,
        "figures": entry.figures,
        "uses": entry.notes + entry.figures,
        "snapshots": len(entry.snapshots),
    }


def domain(url: str) -> str:
    """Return the host of an address without ``www.``, or nothing."""
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return ""
    return host.removeprefix("www.")


@kept_page
def sources(site: Site, asked: Asked) -> Page:
    """List the sources: ``?kind=``, ``?domain=`` and ``?status=`` narrow the list, ``?sort=`` cited, name or new."""
    rows = remembered(site, "sources", lambda: _ranked([source_row(entry) for entry in site.sources()]))
    order = asked.get("sort") or "cited"
    if order not in ORDERS:
        raise NotFound(f"sources cannot be sorted by {order!r}{suggest(order, ORDERS)}; use cited, name or new")
    query = {name: asked.get(name)[:200] for name in ("kind", "domain", "status")}
    found = [row for row in rows if all(not value or row[name] == value for name, value in query.items())]
    if order == "name":
        found.sort(key=lambda row: row["title"].casefold())
    elif order == "new":
        found.sort(key=lambda row: row["published"] or "", reverse=True)
    asked_for = {**query, "sort": "" if order == "cited" else order}
    part = cut(asked, len(found))
    gone = [row for row in rows if row["status"] != "live"]
    data = {
        "total": len(rows),
        "found": len(found),
        "domains": len({row["domain"] for row in rows}),
        "read": sum(row["snapshots"] > 0 for row in rows),
        "order": order,
        "orders": [
            {
                "words": words,
                "here": name == order,
                "href": address("/sources", asked_for, sort="" if name == "cited" else name),
            }
            for name, words in ORDERS.items()
        ],
        "chosen": [
            {"name": name, "value": value, "href": address("/sources", asked_for, **{name: ""})}
            for name, value in query.items()
            if value
        ],
        "kinds": _facet(rows, "kind", asked_for, 20),
        "most": _facet(rows, "domain", asked_for, 12),
        "gone": gone[:20],
        "gone_more": max(0, len(gone) - 20),
        "sources": found[part.start : part.end],
        "list": part.data("/sources", asked_for),
    }
    return Page(
        path="/sources",
        template="site/sources.html",
        title="Sources",
        description=f"{plural(len(rows), 'source')} from {plural(data['domains'], 'domain')} that the notes rest on.",
        data=data,
        markdown=_markdown(rows),
        rows=[{name: row[name] for name in _COLUMNS} for row in found],
    )


_COLUMNS = (
    "citekey",
    "title",
    "publisher",
    "domain",
    "url",
    "published",
    "kind",
    "status",
    "notes",
    "citations",
    "figures",
)


def _ranked(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Sort by use; what is gone comes first among equals."""
    order = list(STATUSES)
    return sorted(
        rows,
        key=lambda row: (-row["uses"], order.index(row["status"]) if row["status"] in order else 9, row["citekey"]),
    )


def _facet(rows: list[dict[str, Any]], name: str, asked_for: dict[str, Any], most: int) -> list[dict[str, Any]]:
    counts = Counter(row[name] for row in rows if row[name])
    return [
        {
            "value": value,
            "count": count,
            "chosen": asked_for.get(name) == value,
            "href": address("/sources", asked_for, **{name: "" if asked_for.get(name) == value else value}),
        }
        for value, count in counts.most_common(most)
    ]


def _markdown(rows: list[dict[str, Any]]) -> str:
    lines = ["# Sources", "", f"{plural(len(rows), 'source')}.", ""]
    for row in rows:
        state = "" if row["status"] == "live" else f" ({row['status_words'].lower()})"
        lines.append(
            f"- [{row['title']}]({row['href']}){state}: {row['domain'] or row['publisher']}, used {row['uses']} times"
        )
    return "\n".join(lines) + "\n"


ROUTES = [Route("/sources", sources, once)]
