"""What notes rest on: citations, bracket references and sources, and which notes rest on the same."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

from rackmath.brain import shelf
from rackmath.brain.brackets import Bracket
from rackmath.brain.cites import Cite
from rackmath.brain.entries import (
    STATES,
    BracketRef,
    Candidate,
    Card,
    Cited,
    Health,
    SourceEntry,
    Use,
)
from rackmath.brain.kept import cite_from_json, spans_of
from rackmath.brain.snapshots import Record

if TYPE_CHECKING:
    import sqlite3


def cited(db: sqlite3.Connection, row: int) -> list[Cited]:
    """Return the citations of a note in the order of their marks."""
    rows = db.execute("SELECT entry, state, verdict FROM cite WHERE note = ? ORDER BY n", (row,)).fetchall()
    listed = tuple(
        key
        for (key,) in db.execute("SELECT citekey FROM rests WHERE note = ? AND how = 'listed' ORDER BY citekey", (row,))
    )
    return [_cited(cite_from_json(entry), state, json.loads(verdict), listed) for entry, state, verdict in rows]


def _cited(cite: Cite, state: str, verdict: dict[str, Any], listed: tuple[str, ...]) -> Cited:
    return Cited(
        id=cite.id,
        citekey=cite.citekey,
        state=state,
        sentences=spans_of(verdict["sentences"] or cite.sentences),
        quote=cite.quote,
        claim=cite.claim,
        marks=cite.marks,
        candidates=() if cite.citekey else listed,
        offered=() if cite.citekey else cite.offered,
        problem=cite.problem,
        why=verdict["why"],
        notes=tuple(verdict["notes"]),
        relation=cite.relation,
        snapshot=verdict["snapshot"] or cite.snapshot,
        prefix=cite.prefix,
        suffix=cite.suffix,
        words=cite.words,
        raw=cite.raw,
        checked_by=cite.checked_by,
        checked_at=cite.checked_at,
        line=cite.line,
    )


def brackets(db: sqlite3.Connection, brain: str, row: int, status: Collection[str]) -> list[BracketRef]:
    """Return the bracket references of a note in order, with the notes that they mean or may mean."""
    rows = db.execute("SELECT entry FROM bracket WHERE note = ? ORDER BY n", (row,))
    written = [Bracket.of(json.loads(entry)) for (entry,) in rows]
    ids = {each.note for bracket in written for each in bracket.meant}
    cards = {note: card for note, card in shelf.cards_by_id(db, brain, sorted(ids)).items() if card.status in status}
    return [bracket_ref(bracket, cards) for bracket in written]


def bracket_ref(bracket: Bracket, cards: Mapping[str, Card]) -> BracketRef:
    """Return a bracket reference with the notes that it means or may mean; `cards` are by the ids of notes."""
    meant = [(each, cards.get(each.note)) for each in bracket.meant]
    return BracketRef(
        id=bracket.id,
        raw=bracket.raw,
        state=bracket.state,
        confidence=bracket.confidence,
        numbers=bracket.numbers,
        candidates=tuple(
            Candidate(each.number, each.note, card.title if card else each.title, each.overlap, card)
            for each, card in meant
        ),
        sentence=bracket.sentence,
        confirmed_by=bracket.confirmed_by,
        confirmed_at=bracket.confirmed_at,
    )


# --- sources ---------------------------------------------------------------------------------------------------------

_SOURCE = "source.citekey, path, title, publisher, url, source_kind, status, entry, front"


def sources(
    db: sqlite3.Connection, brain: str, citekey: str | None = None, *, counted: bool = True
) -> list[SourceEntry]:
    """Return the sources of a brain by citekey, or the one of a citekey; of two with one citekey the first by path.

    Without `counted` their uses are not counted, which takes long where thousands of notes use one.
    """
    where, given = (" WHERE source.citekey = ?", (citekey,)) if citekey is not None else ("", ())
    rows = db.execute(f"SELECT {_SOURCE} FROM source{where} ORDER BY source.citekey, path", given).fetchall()
    notes: dict[str, int] = {}
    cites: dict[str, int] = {}
    figures: dict[str, int] = {}
    if counted:
        notes = dict(
            db.execute(f"SELECT citekey, count(DISTINCT note) FROM rests{_for(citekey)} GROUP BY citekey", given)
        )
        cites = dict(db.execute(f"SELECT citekey, count(*) FROM cite{_for(citekey)} GROUP BY citekey", given))
        figures = dict(
            db.execute(f"SELECT source, count(*) FROM figure{_for(citekey, 'source')} GROUP BY source", given)
        )
    snapshots: dict[str, list[Record]] = {}
    for key, record in db.execute(
        f"SELECT citekey, record FROM snapshot{_for(citekey)} ORDER BY at DESC, sha DESC", given
    ):
        snapshots.setdefault(key, []).append(Record(**json.loads(record)))
    found: dict[str, SourceEntry] = {}
    for key, path, title, publisher, url, kind, status, said, front in rows:
        entry = json.loads(said)
        found.setdefault(
            key,
            SourceEntry(
                citekey=key,
                id=entry["id"],
                title=title,
                publisher=publisher,
                url=url,
                published=entry["published"],
                accessed=entry["accessed"],
                licence=entry["licence"],
                source_kind=kind,
                status=status,
                superseded_by=entry["superseded_by"],
                authors=tuple(entry["authors"]),
                doi=entry["doi"],
                path=path,
                notes=notes.get(key, 0),
                citations=cites.get(key, 0),
                figures=figures.get(key, 0),
                snapshots=tuple(snapshots.get(key, ())),
                front=json.loads(front),
                brain=brain,
            ),
        )
    return list(found.values())


def _for(citekey: str | None, column: str = "citekey") -> str:
    return f" WHERE {column} = ?" if citekey is not None else f" WHERE {column} <> ''"


def uses(db: sqlite3.Connection, brain: str, citekey: str, status: Collection[str]) -> list[Use]:
    """Return the places where notes use a source, by note, newest first: citations, figures, and mere listings."""
    found: dict[int, list[tuple[str, str, str, str, str]]] = {}
    for row, state, entry in db.execute(
        "SELECT note, state, entry FROM cite WHERE citekey = ? ORDER BY note, n", (citekey,)
    ):
        cite = cite_from_json(entry)
        found.setdefault(row, []).append((cite.claim, state, cite.id, "cited", ""))
    for row, figure, subject, quantity in db.execute(
        "SELECT note, id, subject, quantity FROM figure WHERE source = ? ORDER BY note, n", (citekey,)
    ):
        found.setdefault(row, []).append((f"{subject}/{quantity}", "", "", "figure", figure))
    for (row,) in db.execute("SELECT note FROM rests WHERE citekey = ? AND how = 'listed'", (citekey,)):
        found.setdefault(row, []).append(("", "", "", "listed", ""))
    cards = [card for card in shelf.cards_by_row(db, brain, found).items() if card[1].status in status]
    cards.sort(key=lambda pair: (pair[1].updated, pair[1].created, pair[1].path), reverse=True)
    made = []
    for row, card in cards:
        listed = [use for use in found[row] if use[3] != "listed"] or found[row]
        made += [Use(card, sentence, state, cite, how, figure) for sentence, state, cite, how, figure in listed]
    return made


def health(db: sqlite3.Connection, wanted: shelf.Filter) -> Health:
    """Count the citations of notes by state, from what each note's row keeps."""
    sql = f"SELECT health, count(*) FROM note{wanted.sql} GROUP BY health"
    counts: Counter[str] = Counter()
    for said, notes in db.execute(sql, wanted.given):
        for state, count in json.loads(said).items():
            counts[state] += count * notes
    return Health(counts.total(), {state: counts[state] for state in STATES if state in counts})
