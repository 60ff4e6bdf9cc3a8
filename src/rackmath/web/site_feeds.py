"""Which feeds a site has, and what stands in each: by kind, tag, contributor and quantity, and one of corrections."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from rackmath.brain.entries import KINDS
from rackmath.web.feeds import LONGEST, Entry, Feed

if TYPE_CHECKING:
    from rackmath.brain.entries import Card, Change
    from rackmath.brain.site import Site

KIND_NAMES = {
    "pov": "Points of view",
    "methodology": "Methodology",
    "watching": "Currently watching",
    "thesis": "Theses",
    "reading": "Readings",
    "observation": "Observations",
}


def every_feed(site: Site) -> list[Feed]:
    """Return the feeds of a site without their entries."""
    found = [
        Feed("all", f"{site.title}: what changed", "/changes", "Every note, when its substance changed"),
        Feed("corrections", f"{site.title}: corrections", "/corrections", "What was wrong, and is put right"),
    ]
    found += [Feed(f"kind/{kind}", f"{site.title}: {KIND_NAMES[kind].lower()}", "/") for kind in KINDS]
    for person in site.contributors.values():
        found.append(Feed(f"by/{person.handle}", f"Notes by {person.name or person.handle}", f"/@{person.handle}"))
    found += [Feed(f"tag/{tag.slug}", f"Notes tagged {tag.name}", f"/tag/{tag.slug}") for tag in site.tags()]
    found += [Feed(f"q/{each.id}", f"Figures of {each.name or each.id}", f"/q/{each.id}") for each in site.quantities()]
    return found


def feed_of(site: Site, name: str) -> Feed | None:
    """Return a feed with its entries, the newest first; None when there is no such feed."""
    group, _, rest = name.partition("/")
    entries: Sequence[Entry]
    match group, rest:
        case "all", "":
            entries = _notes(site, site.notes(order="updated", limit=LONGEST))
        case "corrections", "":
            entries = [_correction(site, change) for change in site.corrections(limit=LONGEST)]
        case "kind", kind if kind in KINDS:
            entries = _notes(site, site.notes(kind=kind, order="updated", limit=LONGEST))
        case "by", handle if handle in site.contributors:
            entries = _notes(site, site.notes(contributor=handle, order="updated", limit=LONGEST))
        case "tag", slug if slug and site.tag(slug) is not None:
            entries = _notes(site, site.notes(tag=slug, order="updated", limit=LONGEST))
        case "q", quantity if quantity:
            entries = _figures(site, quantity)
            if not entries and site.quantity(quantity) is None:
                return None
        case _:
            return None
    known = next((feed for feed in every_feed(site) if feed.name == name), None)
    if known is None:
        return None
    return Feed(known.name, known.title, known.path, known.description, entries)


def _authors(site: Site, handles: Iterable[str]) -> tuple[str, ...]:
    people = site.contributors
    return tuple(people[handle].name or handle if handle in people else handle for handle in handles)


def _notes(site: Site, cards: Iterable[Card]) -> list[Entry]:
    return [
        Entry(
            id=card.id,
            title=card.title,
            path=card.href,
            updated=card.updated or card.published or card.created,
            published=card.published or card.created,
            authors=_authors(site, card.contributors),
            tags=card.tags,
            summary=card.excerpt,
        )
        for card in cards
        if card.updated or card.published or card.created
    ]


def _correction(site: Site, change: Change) -> Entry:
    return Entry(
        id=f"{change.card.id}:{change.version[:16]}",
        title=f"Correction: {change.card.title}",
        path=change.card.href,
        updated=change.at,
        authors=_authors(site, [change.author] if change.author else change.card.contributors),
        tags=change.card.tags,
        change=change.kind,
        summary=change.message or "The note was corrected.",
    )


def _figures(site: Site, quantity: str) -> list[Entry]:
    entries = []
    for figure in site.figures(quantity=quantity):
        told = f"{figure.shown} {figure.unit}".strip()
        entries.append(
            Entry(
                id=figure.id,
                title=f"{figure.reference}: {told}",
                path=f"/fig/{figure.id}",
                updated=figure.stated_on.isoformat(),
                authors=(str(figure.claimant),) if str(figure.claimant) else (),
                summary=f"{told}, as of {figure.as_of}. {figure.note_title}".strip(),
                figures=({"id": figure.id, "value": told, "as_of": str(figure.as_of), "source": figure.source},),
            )
        )
    return sorted(entries, key=lambda entry: (entry.updated, entry.id), reverse=True)[:LONGEST]


def every(site: Any) -> Iterable[dict[str, str]]:
    """List the names of the feeds, for a static export."""
    return ({"name": feed.name} for feed in every_feed(site))
