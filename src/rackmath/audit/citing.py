"""The citations of a brain as findings: what the cited sentences do not hold, and sources that are no good.

The states of citations are those of `rackmath.brain.cite_check`. A number that is not in the sentences that a note
itself names is wrong; a name that is not there, a sentence that is gone and a source that is dead are questions.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from rackmath.audit.cited import Cited, Claim, checked, clause
from rackmath.audit.finding import Finding, Verdict
from rackmath.brain import snapshots
from rackmath.brain.cite_check import Source, disagreements
from rackmath.brain.domains import tier_of
from rackmath.brain.entries import PUBLIC
from rackmath.errors import RackmathError
from rackmath.vault import Vault

if TYPE_CHECKING:
    import sqlite3

    from rackmath.brain.entries import Card
    from rackmath.brain.entries import Cited as Citation
    from rackmath.brain.library import Library

_STATES: dict[str, tuple[Verdict, float]] = {
    "contradicted": ("wrong", 0.85),
    "orphaned": ("ambiguous", 0.7),
}
_SOURCES: dict[str, tuple[Verdict, float, str]] = {
    "retracted": ("ambiguous", 0.9, "was retracted; say so, or rest on something else"),
    "superseded": ("ambiguous", 0.7, "was superseded; cite what took its place"),
    "dead": ("ambiguous", 0.5, "cannot be reached any more; keep a snapshot or find another copy"),
}


def citing(library: Library) -> Iterator[Finding]:
    """Yield what is wrong with the citations of a brain's public notes."""
    with library.reading():
        cards = {card.id: card for card in library.notes(status=PUBLIC)}
        for card, citation in _cited(library, cards.values()):
            if (found := _of(library, card, citation)) is not None:
                yield found
        yield from _unresolved(cards.values())
        yield from _sources(library)
        yield from _aggregators(library, cards.values())
        yield from checked(_claims(library, cards.values()))


def _cited(library: Library, cards: Iterable[Card]) -> Iterator[tuple[Card, Citation]]:
    """Yield the citations whose state says that something may be wrong, with their notes."""
    doubtful = ("mismatch", "contradicted", "orphaned", "retracted_source")

    def step(db: sqlite3.Connection) -> set[str]:
        marks = ", ".join("?" * len(doubtful))
        sql = f"SELECT DISTINCT note.id FROM cite JOIN note ON note.rowid = cite.note WHERE state IN ({marks})"
        return {note for (note,) in db.execute(sql, doubtful)}

    notes = library.ask(step)
    for card in cards:
        if card.id in notes:
            yield from ((card, each) for each in library.citations(card.id) if each.state in doubtful)


def _of(library: Library, card: Card, citation: Citation) -> Finding | None:
    verdict: Verdict
    if citation.state == "mismatch":
        verdict, sure = ("wrong", 0.85) if _number_missing(library, citation) else ("ambiguous", 0.55)
    elif citation.state in _STATES:
        verdict, sure = _STATES[citation.state]
    else:
        return None
    return Finding(
        kind="citation",
        rule=citation.state,
        verdict=verdict,
        confidence=sure,
        note=card.title,
        claim=citation.claim[:600],
        explanation=citation.why,
        path=card.path,
        line=citation.line,
    )


def _number_missing(library: Library, citation: Citation) -> bool:
    """Whether it is a number that the cited sentences do not have, and not only a name."""
    source = library.source(citation.citekey, counted=False)
    about = Source.of(citation.citekey, source.front).about if source else ""
    numbers = [n for first, last in citation.sentences for n in range(first, last + 1)]
    try:
        kept = snapshots.load(Vault.open(library.path, read_only=True), citation.snapshot)
        found = disagreements(citation.claim, kept, numbers, about)
    except RackmathError:  # the kept text cannot be read: nothing can be said of its numbers
        return False
    return any(each.kind == "number" for each in found)


def _unresolved(cards: Iterable[Card]) -> Iterator[Finding]:
    for card in cards:
        count = card.health.by_state.get("unresolved", 0)
        if count:
            yield Finding(
                kind="citation",
                rule="unresolved",
                verdict="ambiguous",
                confidence=0.5,
                note=card.title,
                claim=card.title,
                explanation=f"{count} of {card.health.total} citations name no document that is known here, so that "
                "nobody can say whether it holds their figures.",
                path=card.path,
            )


def _sources(library: Library) -> Iterator[Finding]:
    for source in library.sources():
        if source.status not in _SOURCES or not source.notes:
            continue
        verdict, sure, why = _SOURCES[source.status]
        for card in {use.card.id: use.card for use in library.uses(source.citekey)}.values():
            yield Finding(
                kind="citation",
                rule=f"source-{source.status}",
                verdict=verdict,
                confidence=sure,
                note=card.title,
                claim=source.title or source.citekey,
                explanation=f"This note rests on {source.title or source.citekey!r}, which {why}.",
                path=card.path,
            )


def _aggregators(library: Library, cards: Iterable[Card]) -> Iterator[Finding]:
    """Tell notes all of whose sources pass on the work of others."""
    tiers = {source.citekey: tier_of(urlsplit(source.url).hostname or "") for source in library.sources() if source.url}

    def step(db: sqlite3.Connection) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        for note, key in db.execute("SELECT note.id, citekey FROM rests JOIN note ON note.rowid = rests.note"):
            found.setdefault(note, set()).add(key)
        return found

    rests = library.ask(step)
    for card in cards:
        keys = rests.get(card.id, set())
        if keys and all(tiers.get(key) == "aggregator" for key in keys):
            yield Finding(
                kind="citation",
                rule="aggregators",
                verdict="ambiguous",
                confidence=0.7,
                note=card.title,
                claim=card.title,
                explanation=f"All {len(keys)} sources of this note are aggregators of others' work; cite the "
                "first-hand source.",
                path=card.path,
            )


def _claims(library: Library, cards: Iterable[Card]) -> Iterator[Claim]:
    """Yield the clauses of notes that end in a bracket reference, with the notes that it means or probably means."""
    texts: dict[str, Cited] = {}

    def cited(note_id: str) -> Cited | None:
        if note_id not in texts:
            note = library.note(note_id)
            if note is None:
                return None
            texts[note_id] = Cited(note.title, note.document.body)
        return texts[note_id]

    with_brackets = library.ask(
        lambda db: {note for (note,) in db.execute("SELECT DISTINCT id FROM bracket JOIN note ON note.rowid = note")}
    )
    for card in cards:
        if card.id not in with_brackets or (note := library.note(card.id)) is None:
            continue
        offset, cursor = len(note.text) - len(note.document.body), 0
        for reference in library.references(card.id):
            body = note.document.body
            place = body.find(reference.raw, cursor)
            if place < 0:
                continue
            start, end = clause(body, place, place + len(reference.raw), cursor)
            cursor = place + len(reference.raw)
            meant = [found for each in reference.candidates if (found := cited(each.note_id)) is not None]
            yield Claim(
                note=card.title,
                path=card.path,
                line=note.document.line_at(offset + place),
                start=offset + start,
                text=body[start:end],
                raw=reference.raw,
                readings=meant,
                others=(),
                confidence=1.0 if reference.state == "resolved" else reference.confidence,
            )
