"""How each brain hangs together: what rests on what fell, what rests on nothing, and where its sources lie."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from rackmath.brain.domains import PRIMARY, TIER_WORDS
from rackmath.brain.shelf_health import shelf_health
from rackmath.web.chips import source_path
from rackmath.web.lists import once
from rackmath.web.memo import kept_page
from rackmath.web.pages import Asked, Page, Route

if TYPE_CHECKING:
    from rackmath.brain.entries import Card
    from rackmath.brain.library import Library
    from rackmath.brain.site import Site

MOST = 30
"""Notes of one list that the page shows; the CSV has all."""


@kept_page
def lineage(site: Site, asked: Asked) -> Page:
    """Tell how the brains hang together: notes that rest on what fell or on nothing, unused readings, source lists."""
    del asked
    brains = [_brain(site, library) for library in site.libraries]
    return Page(
        path="/lineage",
        template="site/lineage.html",
        title="What rests on what",
        description="Notes that rest on what was retracted, arguments without support, unused readings, source lists.",
        data={"brains": [{**each, **_cut(each)} for each in brains], "most": MOST},
        markdown=_markdown(brains),
        rows=[row for each in brains for row in _rows(each)],
    )


def _brain(site: Site, library: Library) -> dict[str, Any]:
    found, health = library.lineage(), shelf_health(library)
    cards = library.cards([note for note, _ in health.own_words] + list(health.one_domain))
    return {
        "id": library.id,
        "title": library.title,
        "fallen": [
            {**_row(each.card), "path": list(each.path), "state": each.state, "from": each.href, "sure": each.sure}
            for each in library.fallen()
        ],
        "orphans": list(map(_row, found.orphans)),
        "readings": found.readings,
        "unsupported": list(map(_row, found.unsupported)),
        "arguments": found.arguments,
        "concentration": found.concentration,
        "like_domains": 1 / found.concentration if found.concentration else None,
        "domains": [{"domain": domain, "uses": uses, "share": share} for domain, uses, share in found.domains],
        "sources": {
            "uses": health.uses,
            "distinct": health.distinct,
            "shared": health.shared,
            "pdf": health.pdf,
            "doi": health.doi,
            "arxiv": health.arxiv,
            "insecure": health.insecure,
            "kinds": [
                {"kind": kind, "words": TIER_WORDS[kind], "sources": count, "first_hand": kind in PRIMARY}
                for kind, count in health.tiers
            ],
            "grades": [{"grade": grade, "notes": count} for grade, count in health.grades],
            "duplicates": [
                [{"citekey": key, "href": source_path(key), "title": site.source_title(key) or key} for key in group]
                for group in health.duplicates
            ],
        },
        "one_domain": [_row(cards[note]) for note in health.one_domain if note in cards],
        "own_words": [
            {**_row(cards[note]), "sources": [{"citekey": key, "href": source_path(key)} for key in keys]}
            for note, keys in health.own_words
            if note in cards
        ],
    }


LISTS = ("fallen", "unsupported", "orphans", "own_words", "one_domain")


def _cut(brain: dict[str, Any]) -> dict[str, Any]:
    return {f"{name}_count": len(brain[name]) for name in LISTS} | {name: brain[name][:MOST] for name in LISTS}


def _row(card: Card) -> dict[str, Any]:
    return {"href": card.href, "title": card.title, "kind": card.kind}


def _rows(brain: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {
            "brain": brain["id"],
            "finding": name,
            "kind": row["kind"],
            "title": row["title"],
            "href": row["href"],
            "because": f"{' > '.join(row['path'])} ({row['state']})" if name == "fallen" else "",
        }
        for name in LISTS
        for row in brain[name]
    ]


def _markdown(brains: Sequence[dict[str, Any]]) -> str:
    lines = ["# What rests on what", ""]
    for brain in brains:
        lines += [f"## {brain['title']}", ""]
        lines += [f"- Rests on something {row['state']}: [{row['title']}]({row['href']}), by way of "
                  f"{' > '.join(row['path'])}" for row in brain["fallen"]]  # fmt: skip
        lines += [f"- Rests on nothing: [{row['title']}]({row['href']})" for row in brain["unsupported"]]
        lines += [f"- No argument uses it: [{row['title']}]({row['href']})" for row in brain["orphans"]]
        lines += [f"- Source concentration (Herfindahl index by domain): {brain['concentration']:.3f}", ""]
    return "\n".join(lines)


ROUTES = [Route("/lineage", lineage, once)]
