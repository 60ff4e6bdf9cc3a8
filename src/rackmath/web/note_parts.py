"""What a note holds: as the index has it now, or read again from the text of an earlier version."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from typing import TYPE_CHECKING

from rackmath.brain import snapshots
from rackmath.brain.backing import bracket_ref
from rackmath.brain.brackets import brackets
from rackmath.brain.cite_check import Source, judge
from rackmath.brain.cites import Cite, cites
from rackmath.brain.entries import BracketRef, Cited, Link
from rackmath.brain.front import text, texts
from rackmath.brain.kept import spans_of
from rackmath.brain.links import pointers
from rackmath.brain.noted import excerpt_of, figure_items
from rackmath.evidence import FigureReader
from rackmath.vault import Document, Vault, paths

if TYPE_CHECKING:
    from rackmath.brain.entries import Note, SourceEntry
    from rackmath.brain.library import Library
    from rackmath.brain.site import Site
    from rackmath.evidence import Conflict, Figure


@dataclass(frozen=True)
class Parts:
    """The citations, bracket references, links and figures of one text of a note."""

    citations: Sequence[Cited]
    references: Sequence[BracketRef]
    links: Sequence[Link]
    figures: Sequence[Figure]
    disputes: Sequence[Conflict] = ()


def parts_now(site: Site, library: Library, note: Note, *, drafts: bool) -> Parts:
    """Return what a note holds now; links and disagreements reach into the other brains of the site."""
    return Parts(
        citations=library.citations(note.id),
        references=library.references(note.id, drafts=drafts),
        links=site.links(note.id, drafts=drafts),
        figures=library.figures(note_id=note.id, drafts=drafts),
        disputes=site.conflicts(note_id=note.id),
    )


def as_it_was(note: Note, said: str) -> Note:
    """Return a note with the text of an earlier version, and the dates and words that this text gives."""
    document = Document.parse(said)
    front = document.front
    return replace(
        note,
        text=said,
        document=document,
        title=document.title() or note.title,
        kind=text(front.get("type"), 40) or note.kind,
        sha256=paths.sha256(said.encode("utf-8", "surrogatepass")),
        excerpt=excerpt_of(document),
        published=text(front.get("published"), 40),
        updated=text(front.get("updated"), 40),
        contributors=tuple(texts(front.get("contributors"))),
        tags=tuple(texts(front.get("tags"))),
        certainty=text(front.get("certainty"), 200),
        superseded_by="",
        retired_because="",
    )


def parts_then(library: Library, note: Note, *, drafts: bool) -> Parts:
    """Return what the text of a note holds, read from the text itself; links lead to the notes of now."""
    document = note.document
    kept = Judge(library)
    citations = [kept.judged(cite) for cite in cites(document)]
    written = brackets(document)
    cards = library.cards([each.note for bracket in written for each in bracket.meant], drafts=drafts)
    references = [bracket_ref(each, cards) for each in written]
    links = []
    for pointer in pointers(document, note.path):
        card = library.card(pointer.target, drafts=drafts)
        links.append(
            Link(
                type=pointer.type,
                from_id=note.id,
                to_id=card.id if card else "",
                from_title=note.title,
                to_title=card.title if card else "",
                sentence=pointer.sentence,
                target_text=pointer.target,
                resolved=card is not None,
                to_card=card,
            )
        )
    reader = FigureReader(library.path, note.path, note.id, note.title, library.meaning[0], [])
    figures = [figure for line, item in figure_items(document) if (figure := reader.read(line, item)) is not None]
    return Parts(citations, references, links, figures)


class Judge:
    """Judges the citations of an earlier text by the sources and kept texts of now, each looked up once."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._load = lru_cache(maxsize=16)(partial(snapshots.load, Vault.open(library.path, read_only=True)))
        self._sources: dict[str, SourceEntry | None] = {}

    def judged(self, cite: Cite) -> Cited:
        """Return a citation with its state."""
        if cite.citekey not in self._sources:
            self._sources[cite.citekey] = self._library.source(cite.citekey, counted=False) if cite.citekey else None
        entry = self._sources[cite.citekey]
        source = Source.of(cite.citekey, entry.front) if entry else None
        verdict = judge(cite, source, list(entry.snapshots) if entry else [], self._load)
        return Cited(
            id=cite.id,
            citekey=cite.citekey,
            state=verdict.state,
            sentences=spans_of(verdict.sentences or cite.sentences),
            quote=cite.quote,
            claim=cite.claim,
            marks=cite.marks,
            candidates=(),
            offered=() if cite.citekey else cite.offered,
            problem=cite.problem,
            why=verdict.why,
            notes=tuple(verdict.notes),
            relation=cite.relation,
            snapshot=verdict.snapshot or cite.snapshot,
            words=cite.words,
            raw=cite.raw,
            checked_by=cite.checked_by,
            checked_at=cite.checked_at,
        )
