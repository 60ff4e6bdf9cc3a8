"""What ranking needs of one brain, in memory, and how it keeps up with the index.

It is read once. After a change of a few notes only these are read again (`rackmath.brain.splice`), so that the first
search after an edit takes as long as any other.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from rackmath.brain.asked import Terms, alias_lexicon
from rackmath.brain.facets import FacetTables
from rackmath.brain.index_store import moved_since
from rackmath.brain.lsa import Directions, read_directions, read_points, times_fitted
from rackmath.brain.sparse import Sparse
from rackmath.brain.spelling import Spelling
from rackmath.brain.splice import Splice

if TYPE_CHECKING:
    import sqlite3

    from rackmath.brain.index import Index
    from rackmath.brain.lexicon import Lexicon

Floats = NDArray[np.float32]

MOST_GROUPS = 4096
"""More groups than any lexicon has."""

FLUENT = (1.0, 2.3)
"""Meanings count in full in a brain whose notes speak of the lexicon's groups 2.3 times as often as they have words,
and not at all in one where that is once: there it is about something else, and its words mean what they mean there."""

MOST_RENEWED = 0.1
"""When more than this share of the notes has changed, all are read."""

_BAGS = "SELECT note, terms, counts, groups, shares FROM bag"
_ABOUT = "SELECT path, status, status = 'retired' OR superseded_by != '' FROM note"


@dataclass(frozen=True, eq=False)
class Shelf:
    """What ranking needs of one brain at one moment, in memory."""

    generation: int
    words: Sparse
    groups: Sparse
    directions: Directions | None
    points: Floats
    paths: NDArray[np.object_]
    by_path: NDArray[np.int64]
    """The place of each note when they are ordered by their paths: what decides between equal scores."""
    states: NDArray[np.str_]
    """The effective state of each note."""
    outdated: NDArray[np.bool_]
    """Whether it is retired or superseded."""
    fitted: int
    """Which fit of the directions the points are of."""

    @cached_property
    def fluency(self) -> float:
        """How much the lexicon's field is this brain's: 0 to 1."""
        words = float(self.words.lengths.sum())
        ratio = float(self.groups.lengths.sum()) / words if words else 0.0
        low, high = FLUENT
        return min(max((ratio - low) / (high - low), 0.0), 1.0)

    @classmethod
    def read(cls, db: sqlite3.Connection, generation: int, notes: Sequence[int] | None = None) -> Shelf:
        """Read it from the index: all notes, or some of them, given in order of their numbers."""
        if notes is None:
            bags = db.execute(f"{_BAGS} ORDER BY note").fetchall()
            about = db.execute(f"{_ABOUT} ORDER BY rowid").fetchall()
        else:
            bags = [bag for note in notes for bag in db.execute(f"{_BAGS} WHERE note = ?", (note,))]
            about = [each for note in notes for each in db.execute(f"{_ABOUT} WHERE rowid = ?", (note,))]
        width = int(db.execute("SELECT max(id) FROM term").fetchone()[0]) + 1
        words = Sparse.read([bag[:3] for bag in bags], width)
        directions = read_directions(db) if notes is None else None
        points = read_points(db, notes)
        if len(points) != len(bags):  # too few notes for directions
            points = np.zeros((len(bags), directions.axes.shape[1] if directions else 1), dtype=np.float32)
        paths = np.array([each[0] for each in about], dtype=np.object_)
        return cls(
            generation,
            words,
            Sparse.read([(bag[0], bag[3], bag[4]) for bag in bags], MOST_GROUPS),
            directions,
            points,
            paths,
            _order(paths),
            np.array([each[1] for each in about], dtype="U12"),
            np.array([bool(each[2]) for each in about], dtype=bool),
            times_fitted(db),
        )

    def renewed(self, db: sqlite3.Connection, generation: int, changed: Sequence[int]) -> Shelf:
        """Return it as it is by now, when its points are of the same fit; only the notes in `changed` are read."""
        fresh = Shelf.read(db, generation, changed)
        splice = Splice(self.words.rows, changed, fresh.words.rows)
        same = [self.paths[at] for at in splice.gone] == fresh.paths.tolist()
        paths = self.paths if same else splice.whole(self.paths, fresh.paths)
        return Shelf(
            generation,
            self.words.spliced(splice, fresh.words),
            self.groups.spliced(splice, fresh.groups),
            self.directions,
            splice.whole(self.points, fresh.points),
            paths,
            self.by_path if same else _order(paths),
            splice.whole(self.states, fresh.states),
            splice.whole(self.outdated, fresh.outdated),
            self.fitted,
        )

    def held(self, place: int) -> set[int]:
        """Return the numbers of the terms that stand in a note."""
        return set(self.words.terms[self.words.starts[place] : self.words.starts[place + 1]].tolist())

    def ordered(self, values: Floats) -> NDArray[np.intp]:
        """Return the places of all notes, the highest value first, equal ones by path.

        Values are compared to five digits: what is beyond depends on the order in which they were added up.
        """
        return np.lexsort((self.by_path, -np.round(values.astype(np.float64), 5)))


def _order(paths: NDArray[np.object_]) -> NDArray[np.int64]:
    order = np.empty(len(paths), dtype=np.int64)
    order[np.array(sorted(range(len(paths)), key=paths.__getitem__), dtype=np.int64)] = np.arange(len(paths))
    return order


class _Kept:
    """What is kept of one index between two searches."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.generation = -1
        self.shelf: Shelf | None = None
        self.facets: FacetTables | None = None
        self.facets_generation = -1
        self.spelling = Spelling()
        self.spelt: Shelf | None = None
        self.names: list[str] = []
        self.aliases: Lexicon | None = None

    def brought_up(self, db: sqlite3.Connection, generation: int) -> Shelf:
        """Return what ranking needs at the moment of `db`."""
        if self.shelf is not None and self.generation == generation:
            return self.shelf
        changed = _changed(db, self.shelf, self.generation, generation)
        if self.shelf is None or changed is None or times_fitted(db) != self.shelf.fitted:
            self.shelf = Shelf.read(db, generation)
        elif changed:
            self.shelf = self.shelf.renewed(db, generation, changed)
        if changed is None:
            self.facets, self.spelling, self.spelt = None, Spelling(), None
        self.generation = generation
        names = [listed for (listed,) in db.execute("SELECT names FROM alias ORDER BY names")]
        if names != self.names:
            self.names, self.aliases = names, alias_lexicon(json.loads(listed) for listed in names)
        return self.shelf


_KEPT: WeakKeyDictionary[Index, _Kept] = WeakKeyDictionary()
_LOCK = threading.Lock()


def _kept(index: Index) -> _Kept:
    with _LOCK:
        return _KEPT.setdefault(index, _Kept())


def _changed(db: sqlite3.Connection, shelf: Shelf | None, before: int, now: int) -> list[int] | None:
    """Return the notes that changed between two moments of an index; None when all are to be read."""
    if shelf is None or now < before:  # a reader that still holds an earlier moment
        return None
    moved = moved_since(db, before)
    return None if moved is None or len(moved) > 1 + MOST_RENEWED * shelf.words.rows.size else moved


def shelf_of(index: Index, db: sqlite3.Connection) -> tuple[Shelf, Terms, Lexicon | None]:
    """Return what ranking needs of an index, at the moment of `db`."""
    kept = _kept(index)
    generation = int(db.execute("SELECT generation FROM meta").fetchone()[0])
    with kept.lock:
        shelf, aliases = kept.brought_up(db, generation), kept.aliases

    def spelling() -> Spelling:
        notes = shelf.words.spread
        with kept.lock:
            known = kept.spelling if kept.shelf is shelf else Spelling()
            if kept.spelt is shelf:
                return known
            more = db.execute("SELECT stem, form FROM term WHERE id >= ? ORDER BY id", (len(known),)).fetchall()
            made = known.grown(more, notes)
            if kept.shelf is shelf:
                kept.spelling, kept.spelt = made, shelf
            return made

    return shelf, Terms(db, shelf.words.spread, spelling), aliases


def keep_up(index: Index) -> None:
    """Bring all that is kept of an index up to date now, so that no search has to."""

    def step(db: sqlite3.Connection) -> None:
        shelf, terms, _ = shelf_of(index, db)
        facets_of(index, db, shelf)
        _ = terms.spelling

    index.read(step, look=False)


def facets_of(index: Index, db: sqlite3.Connection, shelf: Shelf) -> FacetTables:
    """Return the tables that facets are counted from, at the moment of `db`, which is that of a shelf."""
    kept = _kept(index)
    rows = shelf.words.rows
    with kept.lock:
        if kept.shelf is not shelf:
            return FacetTables.read(db, rows)
        if kept.facets is None:
            kept.facets = FacetTables.read(db, rows)
        elif kept.facets_generation != kept.generation:
            changed = _changed(db, shelf, kept.facets_generation, kept.generation)
            kept.facets = FacetTables.read(db, rows) if changed is None else kept.facets.renewed(db, rows, changed)
        kept.facets_generation = kept.generation
        return kept.facets
