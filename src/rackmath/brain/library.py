"""One brain as its readers ask for it: notes, links, citations, sources, tags and figures, from the index alone.

Nothing here writes, except that the index is kept up with the files. All methods may be called from several threads.
What a reader may see is a matter of `status`: by default published and retired notes.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from rackmath.brain import backing, connections, events, kinship, shelf
from rackmath.brain.attention import attention
from rackmath.brain.disputes import disputes, disputes_of
from rackmath.brain.entries import (
    PUBLIC,
    BracketRef,
    Card,
    Change,
    Cited,
    Graph,
    Health,
    Lineage,
    Link,
    Near,
    Note,
    QuantityEntry,
    Shared,
    SourceEntry,
    TagEntry,
    Task,
    Use,
)
from rackmath.brain.fallen import Fallen, fallen
from rackmath.brain.numbers import Conflicts, Figures, quantity_entries
from rackmath.brain.opened import Brain, Meaning, bundled_meaning
from rackmath.brain.revised import changes
from rackmath.brain.states import STATES
from rackmath.brain.tag_facts import TagFacts, vocabulary
from rackmath.brain.troubles import troubles
from rackmath.evidence import Conflict, Figure

if TYPE_CHECKING:
    import sqlite3

__all__ = ["Card", "Library", "Meaning", "Note", "bundled_meaning"]

Found = TypeVar("Found")


class Library(Brain):
    """One brain; see `Brain` for how it is opened."""

    def __init__(
        self,
        path: Path | str,
        *,
        look: bool = True,
        lent: Callable[[], Meaning] | None = None,
        conflicts: Conflicts | None = None,
    ) -> None:
        super().__init__(path, look=look, lent=lent)
        self._figures = Figures(self.path, lambda: self.meaning[0])
        self._conflicts = conflicts or Conflicts()

    @classmethod
    def open(cls, path: Path | str, *, look: bool = True) -> Library:
        """Open a brain."""
        return cls(path, look=look)

    # --- notes ---------------------------------------------------------------------------------------------------

    def note(self, ref: str, *, drafts: bool = False) -> Note | None:
        """Return a note by id, key, path, file name, title or alias; None when there is none that may be seen.

        Parameters
        ----------
        drafts
            Also give notes that are drafts or in review.
        """

        def step(db: sqlite3.Connection) -> Note | None:
            row = shelf.find(db, ref)
            return None if row is None else shelf.note(db, self.id, row)

        found = self.ask(step)
        return found if found is not None and (drafts or found.status in PUBLIC) else None

    def card(self, ref: str, *, drafts: bool = True) -> Card | None:
        """Return a note as a card, by any of its names."""

        def step(db: sqlite3.Connection) -> Card | None:
            row = shelf.find(db, ref)
            return None if row is None else shelf.cards_by_row(db, self.id, [row])[row]

        found = self.ask(step)
        return found if found is not None and (drafts or found.status in PUBLIC) else None

    def cards(self, ids: Collection[str], *, drafts: bool = True) -> dict[str, Card]:
        """Return cards by id; ids that no note has are left out."""
        found = self.ask(lambda db: shelf.cards_by_id(db, self.id, ids))
        return {note_id: card for note_id, card in found.items() if drafts or card.status in PUBLIC}

    def notes(
        self,
        *,
        kind: str | None = None,
        status: Collection[str] | None = ("published",),
        contributor: str | None = None,
        tag: str | None = None,
        source: str | None = None,
        order: str = "updated",
        limit: int | None = None,
        offset: int = 0,
    ) -> list[Card]:
        """List notes, by default the published ones, the last substantively updated first.

        `status` None means every state; `tag` may be any spelling or merged name; `order` is updated, created or title.
        """
        wanted = shelf.Filter(kind=kind, status=status, contributor=contributor, tag=tag, source=source)
        return self.ask(lambda db: shelf.cards(db, self.id, wanted, order, limit, offset))

    def neighbours(self, note: Card) -> tuple[Card | None, Card | None]:
        """Return the published notes before and after a note in its section: of its kind and first contributor."""
        handle = note.contributors[0] if note.contributors else ""
        none: list[Card | None] = [None, None]
        newer, older = self._of(note.id, lambda db, row: shelf.neighbours(db, self.id, row, note.kind, handle), none)
        return newer, older

    def counts(
        self,
        *,
        contributor: str | None = None,
        status: Collection[str] | None = ("published",),
        tag: str | None = None,
        source: str | None = None,
    ) -> dict[str, int]:
        """Count notes by kind, in the order of a brain's sections."""
        wanted = shelf.Filter(status=status, contributor=contributor, tag=tag, source=source)
        return self.ask(lambda db: shelf.counts(db, wanted))

    # --- links ---------------------------------------------------------------------------------------------------

    def links(self, note_id: str, *, drafts: bool = False) -> list[Link]:
        """Return the links of a note, in order; a link to a note that may not be seen leads nowhere."""
        return self._of(note_id, lambda db, row: connections.links(db, self.id, row, _seen(drafts)), [])

    def backlinks(self, note_id: str, *, drafts: bool = False) -> list[Link]:
        """Return the links to a note, each with the sentence around it, from the newest notes first."""
        return self._of(note_id, lambda db, row: connections.backlinks(db, self.id, row, _seen(drafts)), [])

    def referring(self, note_id: str, *, drafts: bool = False) -> list[Link]:
        """Return the notes whose bracket references mean (``refers_to``) or may mean (``may_refer_to``) a note."""
        return self._of(note_id, lambda db, row: connections.referring(db, self.id, row, _seen(drafts)), [])

    def graph(self, note_id: str, depth: int = 1, most: int = 40, *, drafts: bool = False) -> Graph:
        """Return a note's neighbourhood up to `depth` links away."""
        limits = (max(1, min(depth, 3)), max(1, min(most, 200)))
        empty = Graph(note_id, (), ())
        return self._of(note_id, lambda db, row: connections.graph(db, self.id, row, *limits, _seen(drafts)), empty)

    def lineage(self) -> Lineage:
        """Say how the brain hangs together."""
        return self.kept("lineage", lambda db: connections.lineage(db, self.id))

    def fallen(self) -> tuple[Fallen, ...]:
        """Return the notes that rest on a source or a note that was retracted, retired or superseded."""
        return self.kept("fallen", lambda db: fallen(db, self.id))

    def _of(self, note_id: str, ask: Callable[[sqlite3.Connection, int], Found], empty: Found) -> Found:
        def step(db: sqlite3.Connection) -> Found:
            row = shelf.row_of(db, note_id)
            return empty if row is None else ask(db, row)

        return self.ask(step)

    # --- citations and sources -----------------------------------------------------------------------------------

    def citations(self, note_id: str) -> list[Cited]:
        """Return the citations of a note, in the order of their marks."""
        return self._of(note_id, backing.cited, [])

    def references(self, note_id: str, *, drafts: bool = False) -> list[BracketRef]:
        """Return the bracket references of an imported note, in order."""
        return self._of(note_id, lambda db, row: backing.brackets(db, self.id, row, _seen(drafts)), [])

    def source(self, citekey: str, *, counted: bool = True) -> SourceEntry | None:
        """Return a source; None when the brain has none of that citekey. Without `counted` its uses are not counted."""
        return next(iter(self.ask(lambda db: backing.sources(db, self.id, citekey, counted=counted))), None)

    def sources(self) -> list[SourceEntry]:
        """Return all sources, by citekey."""
        return self.kept("sources", lambda db: backing.sources(db, self.id))

    def source_title(self, citekey: str) -> str:
        """Return the title of a source; empty when the brain has none of that citekey."""
        sql = "SELECT title FROM source WHERE citekey = ? ORDER BY path LIMIT 1"
        found = self.ask(lambda db: db.execute(sql, (citekey,)).fetchone())
        return str(found[0]) if found else ""

    def uses(self, citekey: str, *, drafts: bool = False) -> list[Use]:
        """Return the places where notes use a source."""
        return self.ask(lambda db: backing.uses(db, self.id, citekey, _seen(drafts)))

    def shared_sources(self, note_id: str, limit: int = 20, *, drafts: bool = False) -> list[Shared]:
        """Return other notes that rest on the same sources, those that share most first."""
        return self._of(note_id, lambda db, row: kinship.shared_sources(db, self.id, row, limit, _seen(drafts)), [])

    def near(self, note_id: str, limit: int = 5, *, drafts: bool = False) -> list[Near]:
        """Return notes with nearly the same text."""
        return self._of(note_id, lambda db, row: kinship.near_notes(db, self.id, row, limit, _seen(drafts)), [])

    def health(self, note_id: str | None = None, *, contributor: str | None = None) -> Health:
        """Count citations by state: of one note, of a contributor's public notes, or of all public notes."""
        if note_id is not None:
            return self._of(note_id, lambda db, row: shelf.cards_by_row(db, self.id, [row])[row].health, Health())
        wanted = shelf.Filter(status=PUBLIC, contributor=contributor)
        return self.ask(lambda db: backing.health(db, wanted))

    # --- tags ----------------------------------------------------------------------------------------------------

    @property
    def tag_facts(self) -> TagFacts:
        """What is known of the tags."""
        return self.kept("tags", TagFacts.read)

    @property
    def tag_names(self) -> Mapping[str, str]:
        """How tags are called, by slug, as far as the vocabulary says."""
        return self.kept("tag_names", lambda db: {slug: str(about["name"]) for slug, about in vocabulary(db).items()})

    def tags(self) -> list[TagEntry]:
        """Return all tags, by slug."""
        return self.tag_facts.all()

    def tag(self, slug: str) -> TagEntry | None:
        """Return a tag by any of its names; None when nobody uses it."""
        facts = self.tag_facts
        return facts.tag(slug) if facts.known(slug) else None

    # --- figures -------------------------------------------------------------------------------------------------

    def figures(
        self,
        *,
        note_id: str | None = None,
        quantity: str | None = None,
        subject: str | None = None,
        source: str | None = None,
        figure_id: str | None = None,
        drafts: bool = False,
    ) -> list[Figure]:
        """Return figures of notes that may be seen, by path and place."""
        states = sorted(_seen(drafts))
        where = [f"note.status IN ({', '.join('?' * len(states))})"]
        given: list[object] = [*states]
        for column, value in (
            ("note.id", note_id),
            ("figure.quantity", quantity),
            ("figure.subject", subject),
            ("figure.source", source),
            ("figure.id", figure_id),
        ):
            if value is not None:
                where.append(f"{column} = ?")
                given.append(value)
        return self.ask(lambda db: self._figures.read(db, " AND ".join(where), given))

    def figure(self, figure_id: str, *, drafts: bool = False) -> Figure | None:
        """Return a figure by its id."""
        return next(iter(self.figures(figure_id=figure_id, drafts=drafts)), None)

    def figure_uses(self, figure_id: str, *, drafts: bool = False) -> list[Card]:
        """Return the notes that show a figure in their text by its id."""

        def step(db: sqlite3.Connection) -> list[Card]:
            sql = "SELECT DISTINCT note FROM figure_use WHERE figure = ?"
            rows = [row for (row,) in db.execute(sql, (figure_id,))]
            return list(shelf.cards_by_row(db, self.id, rows).values())

        return sorted((card for card in self.ask(step) if card.status in _seen(drafts)), key=lambda card: card.path)

    @property
    def retired_figures(self) -> frozenset[str]:
        """The ids of figures that are deprecated, or that a figure of a public note says it supersedes."""
        sql = (
            "SELECT figure FROM gone JOIN note ON note.rowid = gone.note WHERE note.status IN ('published', 'retired')"
        )
        return self.kept("gone", lambda db: frozenset(figure for (figure,) in db.execute(sql)))

    def quantity_counts(self) -> dict[str, tuple[int, int]]:
        """Count the figures and subjects of each quantity that public notes use."""
        sql = (
            "SELECT quantity, count(*), count(DISTINCT subject) FROM figure JOIN note ON note.rowid = figure.note "
            "WHERE note.status IN ('published', 'retired') GROUP BY quantity"
        )
        return self.kept("quantities", lambda db: {name: (n, subjects) for name, n, subjects in db.execute(sql)})

    def quantities(self) -> list[QuantityEntry]:
        """Return the quantities that this brain defines or uses, by id."""
        counts, own = self.quantity_counts(), self.own_meaning[0]
        known = {name: about for name, about in self.meaning[0].items() if name in counts or name in own}
        return quantity_entries(known, counts)

    def quantity(self, name: str) -> QuantityEntry | None:
        """Return a quantity; None when it is neither defined nor used."""
        counts = {name: found} if (found := self.quantity_counts().get(name)) else {}
        about = self.meaning[0].get(name)
        entries = quantity_entries({name: about} if about else {}, counts)
        return entries[0] if entries else None

    def conflicts(self, *, note_id: str | None = None, quantity: str | None = None) -> list[Conflict]:
        """Return the figures of public notes that contradict each other, the worst first.

        Parameters
        ----------
        note_id
            Only conflicts in which a figure of this note takes part.
        quantity
            Only conflicts in which a figure of this quantity takes part.
        """
        with self.reading():
            if note_id is None:
                return disputes([self], self.meaning, self._conflicts, quantity=quantity)
            found = disputes_of([self], self.meaning, note_id)
        return [each for each in found if quantity in (None, each.first.quantity, each.second.quantity)]

    # --- what changed and what waits -----------------------------------------------------------------------------

    def changes(self, limit: int = 50, kinds: Collection[str] | None = None) -> list[Change]:
        """Return the last revisions of public notes, newest first; minor ones are left out unless asked for."""
        return changes(self, limit, kinds)

    def corrections(self, limit: int = 50) -> list[Change]:
        """Return the last revisions that put something right, newest first."""
        return self.changes(limit, events.CORRECTIONS)

    def attention(self, today: date) -> list[Task]:
        """Return what needs a person, the most urgent first."""
        return attention(self, today)

    def problems(self) -> list[str]:
        """Return what is wrong in the files, each as ``file:line: what``."""
        return self.kept("problems", lambda db: troubles(db, self.front.get("contributors")))


def _seen(drafts: bool) -> Collection[str]:
    return STATES if drafts else PUBLIC
