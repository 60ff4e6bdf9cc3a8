"""The links of one note: drawn, and as a list that says the same."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from rackmath.web.cards import card
from rackmath.web.charts.network import TYPES, network, words_for
from rackmath.web.numbers import plural
from rackmath.web.pages import Asked, Moved, NotFound, Page, Route

if TYPE_CHECKING:
    from rackmath.brain.entries import Card, Note
    from rackmath.brain.site import Site

WIDE, NARROW = 960.0, 350.0
SHARED = 8
"""The most notes that are there only because they rest on the same sources."""


def links(site: Site, asked: Asked, *, key: str) -> Page:
    """Show what a note links to, what links to it, and what rests on the same sources."""
    note = site.by_key(key, drafts=asked.drafts)
    if note is None:
        raise NotFound(f"there is no note {key}; search for it at /search")
    if note.key != key:
        raise Moved(f"/n/{note.key}/links")
    entries = _entries(site, note)
    groups: dict[tuple[str, bool], list[dict[str, Any]]] = {}
    for entry in entries:
        groups.setdefault((entry["type"], entry["incoming"]), []).append(entry)
    order = list(TYPES)
    neighbours = _once_each(entries)
    between = _between(site, note, neighbours)
    centre = {"id": note.id, "title": note.title, "kind": note.kind}
    data = {
        "note": card(note),
        "groups": [
            {"type": type_, "incoming": incoming, "words": words_for(type_, incoming=incoming), "links": members}
            for (type_, incoming), members in sorted(
                groups.items(), key=lambda item: (order.index(item[0][0]) if item[0][0] in order else 99, item[0][1])
            )
        ],
        "count": len(neighbours),
        "between": [{"from": one, "to": other, "type": type_} for one, other, type_ in between],
        "broken": [link.target_text for link in site.links(note.id) if not link.resolved],
    }
    html = {
        name: network(centre, neighbours, between, key=f"links-{name}", width=width)
        for name, width in (("wide", WIDE), ("narrow", NARROW))
    }
    return Page(
        path=f"/n/{note.key}/links",
        template="site/links.html",
        title=f"Links: {note.title}",
        description=f"{plural(len(neighbours), 'note')} linked with “{note.title}”, by type of link.",
        data=data,
        markdown=_markdown(data),
        rows=[
            {"type": entry["type"], "direction": "in" if entry["incoming"] else "out", "note": entry["id"]}
            | {"title": entry["title"], "href": entry["href"], "sentence": entry["sentence"]}
            for entry in entries
        ],
        html=html,
        index=False,
    )


def _entries(site: Site, note: Note) -> list[dict[str, Any]]:
    """Return every link of the note at either end, then the notes that only share sources with it."""
    found = []
    for link in site.links(note.id):
        if link.resolved and link.to_card is not None and link.to_id != note.id:
            found.append(_entry(link.to_card, link.type, link.sentence, incoming=False))
    for link in site.backlinks(note.id):
        if link.from_card is not None and link.from_id != note.id:
            found.append(_entry(link.from_card, link.type, link.sentence, incoming=True))
    linked = {entry["id"] for entry in found}
    shared = [one for one in site.shared_sources(note.id) if one.card.id not in linked]
    found += [_entry(one.card, "shares", one.words, incoming=False) for one in shared[:SHARED]]
    return found


def _entry(other: Card, type_: str, sentence: str, *, incoming: bool) -> dict[str, Any]:
    return {
        "id": other.id,
        "title": other.title,
        "kind": other.kind,
        "status": other.status,
        "href": other.href,
        "type": type_,
        "incoming": incoming,
        "sentence": sentence,
    }


def _once_each(entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return each linked note once, under its most telling link; `both` where the two link to each other."""
    order = list(TYPES)
    best: dict[str, dict[str, Any]] = {}
    ways: dict[str, set[bool]] = {}
    words: dict[str, list[str]] = {}
    for entry in sorted(
        entries, key=lambda entry: order.index(entry["type"]) if entry["type"] in order else len(order)
    ):
        best.setdefault(entry["id"], entry)
        ways.setdefault(entry["id"], set()).add(entry["incoming"])
        said = words_for(entry["type"], incoming=entry["incoming"])
        if said not in words.setdefault(entry["id"], []):
            words[entry["id"]].append(said)
    return [{**entry, "both": len(ways[name]) == 2, "words": ", ".join(words[name])} for name, entry in best.items()]


def _between(site: Site, note: Note, neighbours: list[dict[str, Any]]) -> list[tuple[str, str, str]]:
    known = {entry["id"] for entry in neighbours}
    edges = site.graph(note.id).edges
    return [(one, other, type_) for one, other, type_ in edges if one in known and other in known and one != other]


def _markdown(data: dict[str, Any]) -> str:
    lines = [f"# Links of {data['note']['title']}", ""]
    for group in data["groups"]:
        lines += [f"## {group['words'].capitalize()}", ""]
        for link in group["links"]:
            said = f": {link['sentence']}" if link["sentence"] else ""
            lines.append(f"- [{link['title']}]({link['href']}){said}")
        lines.append("")
    return "\n".join(lines if data["groups"] else [*lines, "No note is linked with this one.", ""])


def _each(site: Site) -> Iterator[dict[str, str]]:
    return ({"key": note.key} for note in site.notes())


ROUTES = [Route("/n/{key}/links", links, _each)]
