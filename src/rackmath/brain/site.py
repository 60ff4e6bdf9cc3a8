"""Several brains as one publication: the same questions as of one brain, answered over all of them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import date
from itertools import chain
from pathlib import Path
from threading import RLock
from typing import Any, TypeVar

from rackmath.brain import across, events
from rackmath.brain.attention import urgency
from rackmath.brain.disputes import disputes, disputes_of
from rackmath.brain.entries import (
    KINDS,
    BracketRef,
    Card,
    Change,
    Cited,
    Contributor,
    Graph,
    Health,
    Imported,
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
from rackmath.brain.library import Library, Meaning, bundled_meaning
from rackmath.brain.numbers import Conflicts, quantity_entries
from rackmath.brain.tag_facts import TagFacts
from rackmath.errors import RackmathError
from rackmath.evidence import STARTER, Conflict, Figure

Found = TypeVar("Found")


class Site:
    """Several brains.

    Parameters
    ----------
    paths
        The folders of the brains, the most important first: where two of them define one thing, the first counts.
    look
        Whether each question looks at the files first; see `Library`.
    title
        How the publication is called; by default as its first brain.

    Raises
    ------
    RackmathError
        There is no brain, or a folder is not one.
    """

    def __init__(self, paths: Iterable[Path | str], *, look: bool = True, title: str = "") -> None:
        wanted = list(dict.fromkeys(Path(path).resolve() for path in paths))
        if not wanted:
            raise RackmathError("a site needs at least one brain; give the folder of one")
        self._conflicts = Conflicts()
        self.libraries = tuple(Library(path, look=look, lent=self._lent, conflicts=self._conflicts) for path in wanted)
        self._title = title
        self._lock = RLock()
        self._kept: dict[str, tuple[Any, Any]] = {}

    @classmethod
    def open(
        cls, paths: Iterable[Path | str] = (), *, starter: bool = True, look: bool = True, title: str = ""
    ) -> Site:
        """Open brains, with the bundled one behind them unless `starter` is False."""
        wanted = [Path(path) for path in paths]
        if starter and (STARTER / "brain.yaml").is_file():
            wanted.append(STARTER)
        return cls(wanted, look=look, title=title)

    def __repr__(self) -> str:
        return f"Site({[str(library.path) for library in self.libraries]!r})"

    def close(self) -> None:
        """Give the index files back; they open again when they are used."""
        for library in self.libraries:
            library.index.close()

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Let all questions of this thread see one moment of each brain."""
        with ExitStack() as stack:
            for library in self.libraries:
                stack.enter_context(library.reading())
            yield

    # --- the whole -----------------------------------------------------------------------------------------------

    @property
    def title(self) -> str:
        """The title of the publication."""
        return self._title or self.libraries[0].title

    @property
    def titled(self) -> bool:
        """Whether the publication has a title of its own, or is one brain and called as that."""
        return bool(self._title) or len(self.libraries) == 1

    @property
    def generation(self) -> tuple[int, ...]:
        """Changes with any of the brains: the key under which what is made of the site may be kept."""
        return tuple(library.generation for library in self.libraries)

    def kept(self, name: str, make: Callable[[], Found]) -> Found:
        """Return what `make` makes, made again only when a brain has changed."""
        generation = self.generation
        with self._lock:
            found = self._kept.get(name)
        if found is None or found[0] != generation:
            found = (generation, make())
            with self._lock:
                self._kept[name] = found
        value: Found = found[1]
        return value

    @property
    def meaning(self) -> Meaning:
        """What quantities and subjects mean: the first brain's definition counts, the bundled one's last."""
        parts = (bundled_meaning(), *(library.own_meaning for library in reversed(self.libraries)))
        with self._lock:
            found = self._kept.get("meaning")
            if found is None or any(a is not b for a, b in zip(found[0], parts, strict=True)):
                quantities = {name: about for part in parts for name, about in part[0].items()}
                subjects = {name: about for part in parts for name, about in part[1].items()}
                found = self._kept["meaning"] = (parts, (quantities, subjects))
            both: Meaning = found[1]
        return both

    def _lent(self) -> Meaning:
        return self.meaning

    def library(self, brain: str) -> Library | None:
        """Return a brain by its id."""
        return next((library for library in self.libraries if library.id == brain), None)

    def imports(self, brain: str) -> list[Imported]:
        """Return what the pages that were imported into a brain announced."""
        library = self.library(brain)
        return library.imports if library else []

    @property
    def contributors(self) -> Mapping[str, Contributor]:
        """The contributors of all brains by handle; where two brains have one handle, the first counts."""
        return self.kept("contributors", lambda: across.contributors(each.contributors for each in self.libraries))

    @property
    def people(self) -> Mapping[str, Contributor]:
        """The contributors of all brains by handle, without counts of their notes."""
        return self.kept("people", lambda: across.contributors(each.people for each in self.libraries))

    # --- notes ---------------------------------------------------------------------------------------------------

    def by_note(self, note_id: str) -> Library | None:
        """Return the brain that holds the note of an id; of several the first."""
        return next((library for library in self.libraries if note_id and library.cards([note_id])), None)

    def note(self, ref: str, *, drafts: bool = False) -> Note | None:
        """Return a note by id, key, path, file name, title or alias, of the first brain that has it."""
        return _first(library.note(ref, drafts=drafts) for library in self.libraries)

    def by_key(self, key: str, *, drafts: bool = False) -> Note | None:
        """Return a note by the key in the address of its page."""
        return self.note(key, drafts=drafts)

    def card(self, ref: str, *, drafts: bool = True) -> Card | None:
        """Return a note as a card, by any of its names."""
        return _first(library.card(ref, drafts=drafts) for library in self.libraries)

    def cards(self, ids: Collection[str], *, drafts: bool = True) -> dict[str, Card]:
        """Return cards by id."""
        found: dict[str, Card] = {}
        for library in self.libraries:
            found.update(library.cards([each for each in ids if each not in found], drafts=drafts))
        return found

    def notes(self, *, order: str = "updated", limit: int | None = None, offset: int = 0, **wanted: Any) -> list[Card]:
        """List notes of all brains; see `Library.notes`."""
        libraries = self.libraries
        if offset:  # the notes before it need not be made where only one brain has any
            libraries = tuple(one for one in libraries if one.notes(order=order, limit=1, **wanted))
            if len(libraries) == 1:
                return libraries[0].notes(order=order, limit=limit, offset=offset, **wanted)
        most = None if limit is None else offset + limit
        found = [card for library in libraries for card in library.notes(order=order, limit=most, **wanted)]
        if len(libraries) > 1:
            found = across.ordered(found, order)
        return found[offset:most]

    def counts(self, **wanted: Any) -> dict[str, int]:
        """Count notes by kind over all brains; see `Library.counts`."""
        return across.added([library.counts(**wanted) for library in self.libraries], KINDS)

    # --- links ---------------------------------------------------------------------------------------------------

    def links(self, note_id: str, *, drafts: bool = False) -> list[Link]:
        """Return the links of a note; what its own brain does not know is looked for in the others."""
        return across.links(self.libraries, self.by_note(note_id), note_id, drafts)

    def backlinks(self, note_id: str, *, drafts: bool = False) -> list[Link]:
        """Return the links to a note from all brains, from the newest notes first."""
        return across.backlinks(self.libraries, self.by_note(note_id), note_id, drafts)

    def referring(self, note_id: str, *, drafts: bool = False) -> list[Link]:
        """Return the notes whose bracket references mean or may mean a note; see `Library.referring`."""
        library = self.by_note(note_id)
        return library.referring(note_id, drafts=drafts) if library else []

    def graph(self, note_id: str, depth: int = 1, most: int = 40, *, drafts: bool = False) -> Graph:
        """Return a note's neighbourhood in its own brain."""
        library = self.by_note(note_id)
        return library.graph(note_id, depth, most, drafts=drafts) if library else Graph(note_id, (), ())

    def lineage(self) -> dict[str, Lineage]:
        """Say of each brain, by id, how it hangs together."""
        return {library.id: library.lineage() for library in self.libraries}

    # --- citations and sources -----------------------------------------------------------------------------------

    def citations(self, note_id: str) -> list[Cited]:
        """Return the citations of a note."""
        library = self.by_note(note_id)
        return library.citations(note_id) if library else []

    def references(self, note_id: str, *, drafts: bool = False) -> list[BracketRef]:
        """Return the bracket references of an imported note."""
        library = self.by_note(note_id)
        return library.references(note_id, drafts=drafts) if library else []

    def source(self, citekey: str) -> SourceEntry | None:
        """Return a source of the first brain that has it, with its uses counted over all brains."""
        return across.source(self.libraries, citekey)

    def sources(self) -> list[SourceEntry]:
        """Return the sources of all brains, by citekey."""
        return self.kept("sources", lambda: across.sources(self.libraries))

    def source_title(self, citekey: str) -> str:
        """Return the title of a source; its citekey when there is none."""
        return next((title for each in self.libraries if (title := each.source_title(citekey))), citekey)

    def uses(self, citekey: str, *, drafts: bool = False) -> list[Use]:
        """Return the places where notes of any brain use a source."""
        return [use for library in self.libraries for use in library.uses(citekey, drafts=drafts)]

    def shared_sources(self, note_id: str, limit: int = 20, *, drafts: bool = False) -> list[Shared]:
        """Return other notes of the same brain that rest on the same sources, those that share most first."""
        library = self.by_note(note_id)
        return library.shared_sources(note_id, limit, drafts=drafts) if library else []

    def near(self, note_id: str, limit: int = 5, *, drafts: bool = False) -> list[Near]:
        """Return notes of the same brain with nearly the same text."""
        library = self.by_note(note_id)
        return library.near(note_id, limit, drafts=drafts) if library else []

    def health(self, note_id: str | None = None, *, contributor: str | None = None) -> Health:
        """Count citations by state: of one note, of a contributor's public notes, or of all."""
        if note_id is not None:
            library = self.by_note(note_id)
            return library.health(note_id) if library else Health()
        return sum((library.health(contributor=contributor) for library in self.libraries), Health())

    # --- tags and figures ----------------------------------------------------------------------------------------

    @property
    def tag_facts(self) -> TagFacts:
        """What is known of the tags of all brains."""
        return self.kept("tags", lambda: TagFacts.joined([library.tag_facts for library in self.libraries]))

    def tags(self) -> list[TagEntry]:
        """Return all tags, by slug."""
        return self.kept("tag_entries", self.tag_facts.all)

    def tag(self, slug: str) -> TagEntry | None:
        """Return a tag by any of its names; None when nobody uses it."""
        facts = self.tag_facts
        return facts.tag(slug) if facts.known(slug) else None

    def tag_name(self, slug: str) -> str:
        """Return how a tag is called."""
        return next((name for each in self.libraries if (name := each.tag_names.get(slug))), slug)

    def subject_name(self, subject: str) -> str:
        """Return how a subject is called."""
        about = self.meaning[1].get(subject)
        return (about.name if about else "") or subject

    def figures(self, *, drafts: bool = False, **wanted: str | None) -> list[Figure]:
        """Return figures of all brains; of two with one id the first counts. See `Library.figures`."""
        found: dict[str, Figure] = {}
        for library in self.libraries:
            for figure in library.figures(drafts=drafts, **wanted):
                found.setdefault(figure.id, figure)
        return list(found.values())

    def figure(self, figure_id: str, *, drafts: bool = False) -> Figure | None:
        """Return a figure by its id."""
        return _first(library.figure(figure_id, drafts=drafts) for library in self.libraries)

    def figure_uses(self, figure_id: str, *, drafts: bool = False) -> list[Card]:
        """Return the notes of all brains that show a figure in their text by its id."""
        return list(chain.from_iterable(each.figure_uses(figure_id, drafts=drafts) for each in self.libraries))

    def quantities(self) -> list[QuantityEntry]:
        """Return the quantities that a brain defines or uses, by id."""

        def make() -> list[QuantityEntry]:
            own = {name for library in self.libraries for name in library.own_meaning[0]}
            counts = across.paired(library.quantity_counts() for library in self.libraries)
            known = {name: about for name, about in self.meaning[0].items() if name in own or name in counts}
            return quantity_entries(known, counts)

        return self.kept("quantities", make)

    def quantity(self, name: str) -> QuantityEntry | None:
        """Return a quantity; None when it is neither defined nor used."""
        return next((entry for entry in self.quantities() if entry.id == name), None)

    def conflicts(self, *, note_id: str | None = None, quantity: str | None = None) -> list[Conflict]:
        """Return the public figures, of whatever brain, that contradict each other; see `Library.conflicts`."""
        if note_id is not None:
            found = disputes_of(self.libraries, self.meaning, note_id)
            return [each for each in found if quantity in (None, each.first.quantity, each.second.quantity)]

        def make() -> list[Conflict]:
            return disputes(self.libraries, self.meaning, self._conflicts, quantity=quantity)

        return self.kept("conflicts", make) if quantity is None else make()

    # --- what changed and what waits -----------------------------------------------------------------------------

    def changes(self, limit: int = 50, kinds: Collection[str] | None = None) -> list[Change]:
        """Return the last revisions of public notes of all brains, newest first."""
        found = [change for library in self.libraries for change in library.changes(limit, kinds)]
        return sorted(found, key=lambda change: (change.at, change.card.path), reverse=True)[:limit]

    def corrections(self, limit: int = 50) -> list[Change]:
        """Return the last revisions that put something right, newest first."""
        return self.changes(limit, events.CORRECTIONS)

    def attention(self, today: date) -> list[Task]:
        """Return what needs a person in any brain, the most urgent first."""
        found = [task for library in self.libraries for task in library.attention(today)]
        return sorted(found, key=urgency)

    def problems(self) -> list[str]:
        """Return what is wrong in the files of the brains, and where two of them get in each other's way."""
        return across.problems(self.libraries)


def _first(found: Iterable[Found | None]) -> Found | None:
    return next((each for each in found if each is not None), None)
