"""The list of feeds, and the addresses of one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from rackmath.web.lists import once
from rackmath.web.memo import kept_page
from rackmath.web.numbers import plural
from rackmath.web.pages import Asked, Feed, Page, Route

if TYPE_CHECKING:
    from rackmath.brain.site import Site

TYPES = {"atom": ("application/atom+xml", "Atom"), "json": ("application/feed+json", "JSON Feed")}

GROUPS = {
    "": ("The whole site", "Minor edits are in none of them."),
    "by": ("By contributor", ""),
    "kind": ("By kind of note", ""),
    "q": ("By quantity", "New figures of one quantity."),
    "tag": ("By tag", ""),
}
"""Groups of feeds by the first part of their names."""

SHOWN = 60
"""Feeds of one group on the page; the twins list all."""


def feed_links(name: str, title: str) -> list[Feed]:
    """Return a feed in the forms that a page announces."""
    path = quote(name, safe="/-_.~@")
    return [Feed(f"{title} ({words})", f"/feeds/{path}.{ending}", type_) for ending, (type_, words) in TYPES.items()]


@kept_page
def feeds(site: Site, asked: Asked) -> Page:
    """List every feed of the site with its addresses."""
    from rackmath.web.site_feeds import every_feed  # noqa: PLC0415  (only this page lists them)

    rows = []
    for feed in every_feed(site):
        group, slash, _ = feed.name.partition("/")
        atom, json = (link.href for link in feed_links(feed.name, feed.title))
        rows.append(
            {"name": feed.name, "group": group if slash else "", "title": feed.title, "about": feed.path}
            | {"description": feed.description, "atom": atom, "json": json}
        )
    groups: list[dict[str, Any]] = []
    for group, (title, why) in GROUPS.items():
        members = [row for row in rows if row["group"] == group]
        shown = members if asked.static else members[:SHOWN]
        if members:
            groups.append(
                {"group": group, "title": title, "why": why, "count": len(members), "feeds": shown}
                | {"more": len(members) - len(shown)}
            )
    return Page(
        path="/feeds",
        template="site/feeds.html",
        title="Feeds",
        description=f"{plural(len(rows), 'feed')} as Atom and as JSON Feed: changes, corrections, and topics.",
        data={"total": len(rows), "groups": groups},
        markdown="# Feeds\n\n" + "".join(f"- {row['title']}: {row['atom']}, {row['json']}\n" for row in rows),
        rows=rows,
    )


ROUTES = [Route("/feeds", feeds, once)]
