"""How notes are ranked: words, meanings and likeness, added up.

1. Words: BM25 over the weighted counts of a note's words and numbers. Rare words count more.
2. Meanings: the same over the groups of the lexicon that query and note share. What the query says in words that the
   brain does not hold counts more, since nothing else can answer to it.
3. Likeness: the best notes so far say what the query is about. Their common direction in the space of
   `rackmath.brain.lsa`, mixed with the query's own, finds notes that speak of the same in other words.

The constants were tuned on the development halves of the collections of `bench/search_quality.py`.
"""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from rackmath.brain.asked import Asked, Terms, alias_lexicon
from rackmath.brain.facets import FacetTables
from rackmath.brain.lsa import Directions, read_directions, read_points
from rackmath.brain.sparse import Sparse
from rackmath.brain.spelling import Spelling

if TYPE_CHECKING:
    import sqlite3

    from rackmath.brain.index import Index
    from rackmath.brain.lexicon import Lexicon

Floats = NDArray[np.float32]

MOST_GROUPS = 4096
"""More groups than any lexicon has."""

K1, B = 1.6, 0.85
GROUPS_K1, GROUPS_B = 4.0, 0.75
KNOWN, UNKNOWN = 0.6, 2.5
"""What a meaning counts beside a word, when the brain holds the words that it was read from, and when it does not."""

FLUENT = (1.0, 2.0)
"""Meanings count in full in a brain whose notes speak of the lexicon's groups twice as often as they have words, and
not at all in one where that is once: there it is about something else, and its words mean what they mean there."""

LIKENESS = 0.6
"""The share of likeness in the order; the rest is words and meanings."""

FOLLOWED = 3
"""So many of the best notes say what the query is about …"""

FOLLOW = 0.6
"""… and count this much, beside the query's own place."""

SEMANTIC, UNLIKE = 0.4, 0.2
"""The share of the language model in what is followed, and the cosine below which it says nothing."""


@dataclass(frozen=True, eq=False)
class Shelf:
    """What ranking needs of one brain at one moment, in memory."""

    generation: int
    words: Sparse
    groups: Sparse
    directions: Directions | None
    points: Floats
    by_path: NDArray[np.int64]
    """The place of each note when they are ordered by their paths: what decides between equal scores."""
    states: NDArray[np.str_]
    """The effective state of each note."""
    outdated: NDArray[np.bool_]
    """Whether it is retired or superseded."""

    @cached_property
    def word_weights(self) -> Floats:
        """The weight of each entry of `words`."""
        return self.words.weights(K1, B)

    @cached_property
    def group_weights(self) -> Floats:
        """The weight of each entry of `groups`."""
        return self.groups.weights(GROUPS_K1, GROUPS_B)

    @cached_property
    def fluency(self) -> float:
        """How much the lexicon's field is this brain's: 0 to 1."""
        words = float(self.words.lengths.sum())
        ratio = float(self.groups.lengths.sum()) / words if words else 0.0
        low, high = FLUENT
        return min(max((ratio - low) / (high - low), 0.0), 1.0)

    @classmethod
    def read(cls, db: sqlite3.Connection, generation: int) -> Shelf:
        """Read it from the index."""
        bags = db.execute("SELECT note, terms, counts, groups, shares FROM bag ORDER BY note").fetchall()
        width = int(db.execute("SELECT max(id) FROM term").fetchone()[0]) + 1
        words = Sparse.read([bag[:3] for bag in bags], width)
        groups = Sparse.read([(bag[0], bag[3], bag[4]) for bag in bags], MOST_GROUPS)
        directions = read_directions(db)
        size = directions.axes.shape[1] if directions else 1
        about = "SELECT rowid, status, status = 'retired' OR superseded_by != '' FROM note ORDER BY path"
        named = db.execute(about).fetchall()
        place = np.searchsorted(words.rows, np.array([row[0] for row in named], dtype=np.int64))
        by_path, outdated = np.empty(len(named), dtype=np.int64), np.empty(len(named), dtype=bool)
        states = np.empty(len(named), dtype="U12")
        by_path[place] = np.arange(len(named))
        states[place] = [row[1] for row in named]
        outdated[place] = [bool(row[2]) for row in named]
        points = read_points(db, words.rows, size)
        return cls(generation, words, groups, directions, points, by_path, states, outdated)

    def ordered(self, values: Floats) -> NDArray[np.intp]:
        """Return the places of all notes, the highest value first, equal ones by path.

        Values are compared to five digits: what is beyond depends on the order in which they were added up.
        """
        return np.lexsort((self.by_path, -np.round(values.astype(np.float64), 5)))


@dataclass(frozen=True, eq=False)
class Scores:
    """Notes as ranked: for each row of `Shelf.words.rows` the parts of its score.

    `words` and `meanings` are on one scale, `likeness` is the cosine with what the query is about (-1 to 1), `own` that
    with the query's own words, `total` orders the notes (0 to about 1, the best at the top).
    """

    words: Floats
    meanings: Floats
    likeness: Floats
    own: Floats
    total: Floats
    semantic: Floats | None = None


def rank(
    shelf: Shelf, asked: Asked, allowed: NDArray[np.bool_] | None = None, semantic: Floats | None = None
) -> Scores:
    """Score every note against a query; only notes that are `allowed` say what the query is about."""
    wanted = np.zeros(shelf.words.width, dtype=np.float32)
    for term in asked.terms:
        wanted[term.id] += term.weight
    by_words = shelf.words.sums(shelf.word_weights, wanted * shelf.words.rarity)
    meant = np.zeros(MOST_GROUPS, dtype=np.float32)
    for meaning in asked.meanings:
        meant[meaning.group + 1] += meaning.weight * (KNOWN * shelf.fluency if meaning.known else UNKNOWN)
    by_meaning = shelf.groups.sums(shelf.group_weights, meant * shelf.groups.rarity)
    either = by_words + by_meaning
    left = np.ones(either.shape, dtype=bool) if allowed is None else allowed
    either = np.where(left, either, 0)
    top = float(either.max()) if either.size else 0.0
    share = either / top if top > 0 else either
    if semantic is not None and semantic.size:
        share = (1 - SEMANTIC) * share + SEMANTIC * _above(np.where(left, semantic, -1), UNLIKE)
    if share.size == 0 or float(share.max()) <= 0 or shelf.directions is None:
        nothing = np.zeros_like(either)
        return Scores(by_words, by_meaning, nothing, nothing, share, semantic)
    first = shelf.ordered(share)[:FOLLOWED]
    about = (share[first] ** 2) @ shelf.points[first]
    own = shelf.directions.place({term.id: float(wanted[term.id]) for term in asked.terms})
    mixed = (1 - FOLLOW) * own + FOLLOW * _unit(about)
    likeness = _dots(shelf.points, _unit(mixed))
    total = np.where(left, (1 - LIKENESS) * share + LIKENESS * _above(np.where(left, likeness, 0), 0.0), 0)
    return Scores(by_words, by_meaning, likeness, _dots(shelf.points, own), total, semantic)


def _dots(points: Floats, point: Floats) -> Floats:
    """Return the product of each point with one, on one thread: the points are few, and threads that wait cost more."""
    result: Floats = np.einsum("ij,j->i", points, point)
    return result


def _above(values: Floats, least: float) -> Floats:
    """Return values on a scale on which `least` is 0 and the highest 1."""
    most = float(values.max()) - least
    result: Floats = np.maximum(values - least, 0) / (most if most > 0 else 1.0)
    return result


def _unit(point: NDArray[np.floating]) -> Floats:
    length = float(np.linalg.norm(point))
    result: Floats = (point / length if length else point).astype(np.float32)
    return result


class _Kept:
    """What is kept of one index between two searches."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.shelf: Shelf | None = None
        self.facets: FacetTables | None = None
        self.spelling: Spelling | None = None
        self.aliases: Lexicon | None = None


_KEPT: WeakKeyDictionary[Index, _Kept] = WeakKeyDictionary()
_LOCK = threading.Lock()


def shelf_of(index: Index, db: sqlite3.Connection) -> tuple[Shelf, Terms, Lexicon | None]:
    """Return what ranking needs of an index, at the moment of `db`; read anew only when the index has changed."""
    with _LOCK:
        kept = _KEPT.setdefault(index, _Kept())
    generation = int(db.execute("SELECT generation FROM meta").fetchone()[0])
    with kept.lock:
        if kept.shelf is None or kept.shelf.generation != generation:
            kept.shelf = Shelf.read(db, generation)
            kept.spelling = kept.facets = None
            names = [json.loads(listed) for (listed,) in db.execute("SELECT names FROM alias ORDER BY names")]
            kept.aliases = alias_lexicon(names)
        shelf, aliases = kept.shelf, kept.aliases

    def spelling() -> Spelling:
        if (made := kept.spelling) is None or kept.shelf is not shelf:
            notes = shelf.words.spread
            listed = db.execute("SELECT stem, form, id FROM term").fetchall()
            made = Spelling((stem, form, int(notes[number])) for stem, form, number in listed)
            if kept.shelf is shelf:
                kept.spelling = made
        return made

    return shelf, Terms(db, shelf.words.spread, spelling), aliases


def facets_of(index: Index, db: sqlite3.Connection, shelf: Shelf) -> FacetTables:
    """Return the tables that facets are counted from; read when they are first asked for after a change."""
    with _LOCK:
        kept = _KEPT.setdefault(index, _Kept())
    with kept.lock:
        if kept.shelf is not shelf or kept.facets is None:
            tables = FacetTables.read(db, shelf.words.rows)
            if kept.shelf is shelf:
                kept.facets = tables
            return tables
        return kept.facets
