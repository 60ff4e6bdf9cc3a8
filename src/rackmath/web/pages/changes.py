"""What changed, and what was wrong: the substantive revisions, newest first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any

from rackmath.errors import suggest
from rackmath.web.cards import card
from rackmath.web.lists import Rows, address, cut, once
from rackmath.web.memo import kept_page
from rackmath.web.numbers import plural
from rackmath.web.page import day
from rackmath.web.pages import Asked, NotFound, Page, Route
from rackmath.web.pages.feeds import feed_links

if TYPE_CHECKING:
    from rackmath.brain.entries import Change
    from rackmath.brain.site import Site

KINDS = {
    "correction": ("Correction", "we were wrong"),
    "update": ("Update", "the world changed"),
    "publish": ("Published", "first published"),
    "create": ("New", "a new note"),
    "edit": ("Edited", "rewritten in substance"),
    "retire": ("Retired", "no longer held"),
    "restore": ("Restored", "an earlier version again"),
    "review": ("Reviewed", "approved by a reviewer"),
    "import": ("Imported", "taken over from a page"),
    "outside": ("Edited elsewhere", "found changed in the vault"),
}
"""Kinds of revisions: their name on a page, and what it means."""

MOST = 2000
"""The most changes that the page leafs through; the history of each note has the rest."""

TOGETHER = 4
"""As many changes of one kind, day and author in a row become one entry."""


def change_row(change: Change) -> dict[str, Any]:
    """Return a revision as plain data."""
    name, meaning = KINDS.get(change.kind, (change.kind.replace("_", " ").capitalize(), ""))
    note = card(change.card)
    return {
        "at": change.at,
        "date": change.at[:10],
        "kind": change.kind,
        "name": name,
        "meaning": meaning,
        "author": change.author,
        "message": change.message,
        "version": change.version,
        "note": note,
        "version_href": f"/n/{change.card.key}@{change.version[:12]}" if change.version else "",
        "history_href": f"/n/{change.card.key}/history",
    }


def gathered(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Fold long runs of alike changes, such as an import of many notes, into one entry that lists them."""
    found = []
    for (kind, date, author), run in groupby(rows, key=lambda row: (row["kind"], row["date"], row["author"])):
        members = list(run)
        if len(members) < TOGETHER or kind == "correction":
            found += [{**row, "members": []} for row in members]
        else:
            name, meaning = members[0]["name"], members[0]["meaning"]
            notes = [row["note"] for row in members]
            found.append(
                {"kind": kind, "name": name, "meaning": meaning, "date": date, "at": members[0]["at"], "author": author}
                | {"message": "", "members": notes, "note": notes[0]}
            )
    return found


@kept_page
def changes(site: Site, asked: Asked) -> Page:
    """List what changed in substance; ``?kind=`` keeps one kind."""
    kind = asked.get("kind")
    if kind and kind not in KINDS:
        raise NotFound(f"there is no kind of change {kind!r}{suggest(kind, KINDS)}; see /changes")
    found = site.changes(MOST, kinds=(kind,) if kind else None)
    rows = [change_row(change) for change in found]
    part = cut(asked, len(rows))
    present = {row["kind"] for row in rows} if not kind else {change.kind for change in site.changes(MOST)}
    data = {
        "kind": kind,
        "kinds": [
            {
                "kind": one,
                "name": name,
                "meaning": meaning,
                "href": address("/changes", kind="" if one == kind else one),
            }
            for one, (name, meaning) in KINDS.items()
            if one in present
        ],
        "changes": gathered(rows[part.start : part.end]),
        "list": part.data("/changes", {"kind": kind}),
        "updated": rows[0]["date"] if rows else "",
    }
    return Page(
        path="/changes",
        template="site/changes.html",
        title=f"Changes: {KINDS[kind][0].lower()}" if kind else "What changed",
        description="Substantive changes to the notes, newest first, with who made them and why.",
        data=data,
        markdown=_markdown("What changed", rows[part.start : part.end]),
        rows=Rows(lambda: [_flat(row) for row in rows]),
        feeds=feed_links("all", "All changes"),
    )


@kept_page
def corrections(site: Site, asked: Asked) -> Page:
    """List what was wrong, and what is right instead."""
    rows = [change_row(change) for change in site.corrections(MOST)]
    part = cut(asked, len(rows))
    return Page(
        path="/corrections",
        template="site/corrections.html",
        title="Corrections",
        description="Where these notes were wrong, what was wrong, and when it was put right.",
        data={
            "changes": [{**row, "members": []} for row in rows[part.start : part.end]],
            "list": part.data("/corrections", {}),
            "updated": rows[0]["date"] if rows else "",
        },
        markdown=_markdown("Corrections", rows),
        rows=Rows(lambda: [_flat(row) for row in rows]),
        feeds=feed_links("corrections", "Corrections"),
    )


def _flat(row: dict[str, Any]) -> dict[str, Any]:
    note = row["note"]
    names = ("at", "kind", "author", "message", "version")
    return {**{name: row[name] for name in names}, "note": note["id"], "title": note["title"], "href": note["href"]}


def _markdown(title: str, rows: Sequence[dict[str, Any]]) -> str:
    lines = [f"# {title}", ""]
    for row in rows:
        by = f" by @{row['author']}" if row["author"] else ""
        why = f": {row['message']}" if row["message"] else ""
        lines.append(f"- {day(row['date'])} · {row['name']}{by} · [{row['note']['title']}]({row['note']['href']}){why}")
    return "\n".join(lines if rows else [*lines, f"{plural(0, 'change')} so far."]) + "\n"


ROUTES = [Route("/changes", changes, once), Route("/corrections", corrections, once)]
