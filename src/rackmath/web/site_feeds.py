"""Which feeds a site has, and what stands in each: by kind, tag, contributor and quantity, and one of corrections."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from rackmath.brain.entries import KINDS
from rackmath.web.feeds import LONGEST, Entry, Feed

if TYPE_CHECKING:
    from rackmath.brain.entries import Change, Contributor, QuantityEntry, TagEntry
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
    return [
        _all(site),
        _corrections(site),
        *(_kind(site, kind) for kind in KINDS),
        *map(_person, site.contributors.values()),
        *map(_tag, site.tags()),
        *map(_quantity, site.quantities()),
    ]


def feed_of(site: Site, name: str) -> Feed | None:
    """Return a feed with its entries, the newest first; None when there is no such feed."""
    group, _, rest = name.partition("/")
    match group, rest:
        case "all", "":
            return replace(_all(site), entries=_notes(site))
        case "corrections", "":
            entries = [_correction(site, change) for change in site.corrections(limit=LONGEST)]
            return replace(_corrections(site), entries=entries)
        case "kind", kind if kind in KINDS:
            return replace(_kind(site, kind), entries=_notes(site, kind=kind))
        case "by", handle if handle in site.contributors:
            return replace(_person(site.contributors[handle]), entries=_notes(site, contributor=handle))
        case "tag", slug if slug and (tag := site.tag(slug)) is not None and tag.slug == slug:
            return replace(_tag(tag), entries=_notes(site, tag=slug))
        case "q", wanted if wanted and (quantity := site.quantity(wanted)) is not None:
            return replace(_quantity(quantity), entries=_figures(site, wanted))
    return None


def _name(site: Site) -> str:
    """Return what a feed of the whole site is called after: all of its brains, where it has no title of its own."""
    return site.title if site.titled else " and ".join(library.title for library in site.libraries)


def _all(site: Site) -> Feed:
    return Feed("all", f"{_name(site)}: what changed", "/changes", "Every note, when its substance changed")


def _corrections(site: Site) -> Feed:
    return Feed("corrections", f"{_name(site)}: corrections", "/corrections", "What was wrong, and is put right")


def _kind(site: Site, kind: str) -> Feed:
    return Feed(f"kind/{kind}", f"{_name(site)}: {KIND_NAMES[kind].lower()}", "/")


def _person(who: Contributor) -> Feed:
    return Feed(f"by/{who.handle}", f"Notes by {who.name or who.handle}", f"/@{who.handle}")


def _tag(tag: TagEntry) -> Feed:
    return Feed(f"tag/{tag.slug}", f"Notes tagged {tag.name}", f"/tag/{tag.slug}")


def _quantity(one: QuantityEntry) -> Feed:
    return Feed(f"q/{one.id}", f"Figures of {one.name or one.id}", f"/q/{one.id}")


def _authors(site: Site, handles: Iterable[str]) -> tuple[str, ...]:
    people = site.contributors
    return tuple(people[handle].name or handle if handle in people else handle for handle in handles)


def _notes(site: Site, **wanted: Any) -> list[Entry]:
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
        for card in site.notes(order="updated", limit=LONGEST, **wanted)
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
