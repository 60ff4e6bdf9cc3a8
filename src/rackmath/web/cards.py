"""A note in a list, as plain data for a template and a JSON twin."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rackmath.brain.library import Card


def note_path(key: str, title_slug: str) -> str:
    """Return the address of a note."""
    return f"/n/{key}-{title_slug}" if title_slug else f"/n/{key}-"


def card(note: Card) -> dict[str, Any]:
    """Return what a list shows of a note: where it is, what it is, how it stands."""
    return {
        "id": note.id,
        "href": note.href,
        "kind": note.kind,
        "title": note.title,
        "status": note.status,
        "excerpt": note.excerpt,
        "created": iso(note.created),
        "published": iso(note.published),
        "updated": iso(note.updated),
        "contributors": list(note.contributors),
        "tags": list(note.tags),
        "figures": note.figures,
        "citations": note.citations,
        "health": note.health.words if note.citations else "",
    }


def iso(date: Any) -> str:
    """Return a date as ISO text; nothing for nothing."""
    return str(date) if date else ""
