"""Who writes here: every contributor with what they cover and what they have written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from rackmath.web.lists import once
from rackmath.web.memo import kept_page
from rackmath.web.numbers import plural
from rackmath.web.pages import Asked, Page, Route

if TYPE_CHECKING:
    from rackmath.brain.entries import Contributor
    from rackmath.brain.site import Site

SECTIONS = {
    "pov": ("Points of view", "point of view", "points of view", "What the contributor holds, and would argue for."),
    "methodology": ("Methodology", "methodology", "methodologies", "How figures and conclusions are made."),
    "watching": (
        "Currently watching",
        "thing watched",
        "things watched",
        "Questions that are open, and what would settle them.",
    ),
    "thesis": ("Theses", "thesis", "theses", "Claims that rest on readings and can turn out wrong."),
    "reading": ("Readings", "reading", "readings", "Sources, read and boiled down."),
    "observation": ("Observations", "observation", "observations", "What was measured or computed here."),
}
"""Kinds of notes in the order of a brain: title of the section, one of them, several, and what they are."""


def counted(counts: Mapping[str, int]) -> list[dict[str, Any]]:
    """Return the kinds that a brain has notes of, in order, with their counts in words."""
    return [
        {"kind": kind, "title": title, "count": counts[kind], "words": plural(counts[kind], one, many), "what": what}
        for kind, (title, one, many, what) in SECTIONS.items()
        if counts.get(kind)
    ]


def health_row(health: Any) -> dict[str, Any]:
    """Return how many of the citations are resolved to a sentence, and how many are in each state."""
    return {
        "total": health.total,
        "resolved": health.resolved,
        "words": str(health.words),
        "by_state": {state: count for state, count in health.by_state.items() if count},
    }


def contributor_row(contributor: Contributor, counts: Mapping[str, int], health: Any) -> dict[str, Any]:
    """Return a contributor as plain data."""
    return {
        "handle": contributor.handle,
        "href": f"/@{contributor.handle}",
        "name": contributor.name or f"@{contributor.handle}",
        "other_names": [name for name in contributor.names if name != contributor.name],
        "role": contributor.role,
        "covers": contributor.covers,
        "publication": contributor.publication,
        "beats": list(contributor.beats),
        "bio": contributor.bio,
        "brain": contributor.brain,
        "notes": sum(counts.values()),
        "counts": counted(counts),
        "health": health_row(health),
    }


@kept_page
def contributors(site: Site, asked: Asked) -> Page:
    """List the contributors, those with most notes first."""
    del asked
    rows = [
        contributor_row(one, site.counts(contributor=handle), site.health(contributor=handle))
        for handle, one in site.contributors.items()
    ]
    rows.sort(key=lambda row: (-row["notes"], row["handle"]))
    for row in rows:
        newest = site.notes(contributor=row["handle"], limit=1)
        row["updated"] = str(newest[0].updated or newest[0].published) if newest else ""
    return Page(
        path="/contributors",
        template="site/contributors.html",
        title="Contributors",
        description=f"{plural(len(rows), 'contributor')}: who they are, what they cover and what they have written.",
        data={"contributors": rows, "notes": sum(row["notes"] for row in rows)},
        markdown=_markdown(rows),
        rows=[
            {name: row[name] for name in ("handle", "name", "role", "notes", "updated")}
            | {kind: next((item["count"] for item in row["counts"] if item["kind"] == kind), 0) for kind in SECTIONS}
            | {"citations": row["health"]["total"], "resolved": row["health"]["resolved"]}
            for row in rows
        ],
    )


def _markdown(rows: list[dict[str, Any]]) -> str:
    lines = ["# Contributors", ""]
    for row in rows:
        counts = ", ".join(item["words"] for item in row["counts"])
        role = f" ({row['role']})" if row["role"] else ""
        lines += [
            f"## [{row['name']}]({row['href']}){role}",
            "",
            row["bio"] or "No biography.",
            "",
            counts or "No notes.",
            "",
        ]
    return "\n".join(lines)


ROUTES = [Route("/contributors", contributors, once)]
