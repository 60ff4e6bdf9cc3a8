"""Put the answers of several brains together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from rackmath.brain import connections, shelf
from rackmath.brain.entries import PUBLIC, Card, Contributor, Link, SourceEntry
from rackmath.brain.states import STATES

if TYPE_CHECKING:
    import sqlite3

    from rackmath.brain.library import Library


def ordered(cards: Iterable[Card], order: str) -> list[Card]:
    """Sort the cards of several brains as `Library.notes` sorts those of one."""
    if order == "title":
        return sorted(cards, key=lambda card: (card.title.casefold(), card.path))
    if order == "created":
        return sorted(cards, key=lambda card: (card.created, card.path), reverse=True)
    return sorted(cards, key=lambda card: (card.updated, card.created, card.path), reverse=True)


def added(several: Iterable[Mapping[str, int]], order: Sequence[str]) -> dict[str, int]:
    """Add counts up; those of `order` come first and in that order."""
    total: Counter[str] = Counter()
    for counts in several:
        total.update(counts)
    return {name: total[name] for name in (*order, *sorted(total.keys() - set(order))) if name in total}


def paired(several: Iterable[Mapping[str, tuple[int, int]]]) -> dict[str, tuple[int, int]]:
    """Put counts of figures and subjects together; a subject that two brains speak of counts in the larger one."""
    found: dict[str, tuple[int, int]] = {}
    for counts in several:
        for name, (figures, subjects) in counts.items():
            before = found.get(name, (0, 0))
            found[name] = before[0] + figures, max(before[1], subjects)
    return found


def contributors(several: Iterable[Mapping[str, Contributor]]) -> dict[str, Contributor]:
    """Put the contributors of several brains together, by handle, and add the counts of their notes."""
    found: dict[str, Contributor] = {}
    for brain in several:
        for handle, person in brain.items():
            if handle not in found:
                found[handle] = person
                continue
            first = found[handle]
            wrong = f"@{handle} stands in two brains, {first.brain} and {person.brain}; give one of them another handle"
            counts = added([first.counts, person.counts], list(first.counts))
            found[handle] = replace(first, counts=counts, problems=(*first.problems, wrong))
    return found


def links(libraries: Sequence[Library], home: Library | None, note_id: str, drafts: bool) -> list[Link]:
    """Return the links of a note; one that its own brain cannot follow is followed into the others."""
    if home is None:
        return []
    found = []
    for link in home.links(note_id, drafts=drafts):
        card = None
        if not link.resolved and not home.card(link.target_text):
            others = (other.card(link.target_text, drafts=drafts) for other in libraries if other is not home)
            card = next((each for each in others if each is not None), None)
        found.append(replace(link, to_id=card.id, to_title=card.title, to_card=card, resolved=True) if card else link)
    return found


def backlinks(libraries: Sequence[Library], home: Library | None, note_id: str, drafts: bool) -> list[Link]:
    """Return the links to a note: those of its own brain, and those of others that mean nothing there."""
    if home is None:
        return []
    found = home.backlinks(note_id, drafts=drafts)
    target = home.card(note_id)
    names = home.ask(lambda db: shelf.names_won(db, row) if (row := shelf.row_of(db, note_id)) is not None else [])
    for other in libraries:
        if other is not home and target is not None:
            found += other.ask(lambda db, here=other: _foreign(db, here.id, names, target, drafts))  # type: ignore[misc]
    return found


def _foreign(db: sqlite3.Connection, brain: str, names: Iterable[str], target: Card, drafts: bool) -> list[Link]:
    pointing = connections.pointing_at(db, [name for name in names if shelf.named(db, name) is None])
    cards = shelf.cards_by_row(db, brain, [row for row, *_ in pointing])
    states = STATES if drafts else PUBLIC
    return [
        Link(kind, cards[row].id, target.id, cards[row].title, target.title, sentence, text, True, cards[row], target)
        for row, kind, text, sentence in pointing
        if cards[row].status in states
    ]


def source(libraries: Sequence[Library], citekey: str) -> SourceEntry | None:
    """Return a source, its uses counted over all brains."""
    return _together([each for library in libraries if (each := library.source(citekey))])


def sources(libraries: Sequence[Library]) -> list[SourceEntry]:
    """Return the sources of all brains, by citekey."""
    by_key: dict[str, list[SourceEntry]] = {}
    for library in libraries:
        for entry in library.sources():
            by_key.setdefault(entry.citekey, []).append(entry)
    return [found for key in sorted(by_key) if (found := _together(by_key[key])) is not None]


def _together(entries: Sequence[SourceEntry]) -> SourceEntry | None:
    if len(entries) < 2:
        return entries[0] if entries else None
    return replace(
        entries[0],
        notes=sum(each.notes for each in entries),
        citations=sum(each.citations for each in entries),
        figures=sum(each.figures for each in entries),
        snapshots=tuple(snapshot for each in entries for snapshot in each.snapshots),
    )


def problems(libraries: Sequence[Library]) -> list[str]:
    """Return the problems of each brain, and the ids and handles that two brains share."""
    found = [f"{library.path}/{line}" for library in libraries for line in library.problems()]
    brains: dict[str, Library] = {}
    handles: dict[str, Library] = {}
    notes: dict[str, Library] = {}
    for library in libraries:
        if library.id in brains:
            told = f"{library.path} and {brains[library.id].path} have one brain id, {library.id}; give one a new id"
            found.append(told)
        brains.setdefault(library.id, library)
        for handle, person in library.contributors.items():
            if person.path and handle in handles:
                told = f"@{handle} is already a contributor of {handles[handle].path}"
                found.append(f"{library.path}/{person.path}: {told}; give one of them another handle")
            elif person.path:
                handles[handle] = library
        for note_id in library.ask(lambda db: [each for (each,) in db.execute("SELECT DISTINCT id FROM note")]):
            if note_id in notes:
                found.append(f"{library.path}: note {note_id} is also in {notes[note_id].path}; the first one counts")
            notes.setdefault(note_id, library)
    return found
