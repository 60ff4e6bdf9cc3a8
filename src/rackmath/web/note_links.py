"""Links of a note as plain data: grouped by what they say, and those that lead here with their sentences."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rackmath.brain.entries import Link

TYPES = {
    "supports": ("Supports", "supports this"),
    "contradicts": ("Contradicts", "contradicts this"),
    "refines": ("Refines", "refines this"),
    "updates": ("Updates", "updates this"),
    "depends_on": ("Depends on", "depends on this"),
    "example_of": ("Is an example of", "is an example of this"),
    "superseded_by": ("Superseded by", "is superseded by this"),
    "see_also": ("See also", "sees this as related"),
    "refers_to": ("Refers to", "refers to this by number"),
    "mentions": ("Mentions in the text", "mentions this"),
    "may_refer_to": ("May refer to by number", "may mean this by a number (a candidate nobody has confirmed)"),
}
"""What a link of each type says of the other note, and what a link back says of this one; the order of a page."""


def link_groups(links: Sequence[Link]) -> list[dict[str, Any]]:
    """Return the notes that a note leads to, by type of link, each note once within a type."""
    groups: dict[str, dict[str, dict[str, Any]]] = {}
    for link in links:
        card = link.to_card
        title = card.title if card else link.to_title or link.target_text
        entry = {
            "href": card.href if card else "",
            "kind": card.kind if card else "",
            "title": title,
            "sentence": link.sentence,
            "resolved": link.resolved,
        }
        groups.setdefault(link.type, {}).setdefault(str(entry["href"] or title), entry)
    told = {href for type_, entries in groups.items() if type_ != "mentions" for href in entries}
    if "mentions" in groups:
        groups["mentions"] = {href: entry for href, entry in groups["mentions"].items() if href not in told}
    return [
        {"type": type_, "title": TYPES.get(type_, (_words(type_).capitalize(),))[0], "notes": list(entries.values())}
        for type_, entries in sorted(groups.items(), key=lambda item: _place(item[0]))
        if entries
    ]


def _words(type_: str) -> str:
    return type_.replace("_", " ")


def _place(type_: str) -> int:
    return list(TYPES).index(type_) if type_ in TYPES else len(TYPES)


def backlinks(links: Sequence[Link]) -> list[dict[str, Any]]:
    """Return the notes that lead here: what they say of this note, and the sentence in which they do."""
    found: dict[tuple[str, str, str], dict[str, Any]] = {}
    for link in links:
        card = link.from_card
        if card is None:
            continue
        entry = {
            "href": card.href,
            "kind": card.kind,
            "title": card.title,
            "type": link.type,
            "type_words": TYPES.get(link.type, ("", _words(link.type)))[1],
            "sentence": link.sentence,
            "id": card.id,
        }
        found.setdefault((card.id, link.type, link.sentence), entry)
    return sorted(found.values(), key=lambda item: _place(item["type"]))
