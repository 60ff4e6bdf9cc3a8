"""Likeness of texts by the company that their words keep in this brain: latent semantic analysis.

It needs nothing from outside. A note is a point in a space of at most `DIMENSIONS` axes: its words, weighted by how
unevenly they spread over the notes, projected on the main directions of a sample of the notes (a truncated singular
value decomposition). Notes are alike when their points lie in the same direction, whether or not they share words.

A small brain is fitted anew at each change, so that the same files always give the same ranking. A large one is fitted
anew when many of its notes have changed; until then new notes are projected on the directions that there are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from rackmath.brain.sparse import Sparse

if TYPE_CHECKING:
    import sqlite3

Floats = NDArray[np.float32]

DIMENSIONS = 160
FEWEST = 20
"""Fewer notes say nothing of which words keep company."""

SMALL = 150
"""Brains of at most this many notes are fitted at each change."""

STALE = 0.2
"""A larger brain is fitted anew when more than this share of its notes has changed since."""

SAMPLE = 1500
"""At most this many notes are fitted; the others are projected."""

MOST_TERMS = 8000
_CHUNK = 256

TABLES = """
CREATE TABLE likeness(note INTEGER PRIMARY KEY, vector BLOB NOT NULL);
CREATE TABLE unplaced(note INTEGER PRIMARY KEY);
CREATE TABLE directions(terms BLOB NOT NULL, weights BLOB NOT NULL, axes BLOB NOT NULL);
CREATE TABLE fitted(notes INTEGER NOT NULL, changed INTEGER NOT NULL, times INTEGER NOT NULL);
INSERT INTO fitted VALUES(0, 0, 0)
"""


@dataclass(frozen=True, eq=False)
class Directions:
    """The axes: `terms` are numbers of terms, `weights` how much each tells, `axes` one row of coordinates a term."""

    terms: NDArray[np.int32]
    weights: Floats
    axes: Floats

    def project(self, words: Sparse, begin: int = 0, end: int | None = None) -> Floats:
        """Return the points of a stretch of notes, each of length 1 (or 0)."""
        local = np.full(words.width + 1, len(self.terms), dtype=np.int64)
        local[self.terms] = np.arange(len(self.terms))
        points = []
        stop = words.rows.size if end is None else end
        for low in range(begin, stop, _CHUNK):
            dense = _weighted(words, low, min(low + _CHUNK, stop), local, self.weights)
            points.append(dense @ self.axes)
        return _unit(np.concatenate(points)) if points else np.zeros((0, self.axes.shape[1]), dtype=np.float32)

    def place(self, counts: dict[int, float]) -> Floats:
        """Return the point of a text given as counts by term."""
        where = {int(term): at for at, term in enumerate(self.terms)} if len(counts) > 64 else None
        point = np.zeros(self.axes.shape[1], dtype=np.float32)
        for term, count in counts.items():
            if where is not None:
                at = where.get(term, -1)
            else:
                at = int(np.searchsorted(self.terms, term))
                at = at if at < len(self.terms) and self.terms[at] == term else -1
            if at >= 0 and count > 0:
                point += np.float32(np.log1p(count)) * self.weights[at] * self.axes[at]
        length = float(np.linalg.norm(point))
        return point / np.float32(length) if length else point


def came(db: sqlite3.Connection, note: int) -> None:
    """Count a note that has come, and remember to place it."""
    db.execute("INSERT INTO unplaced VALUES(?)", (note,))
    db.execute("UPDATE fitted SET changed = changed + 1")


def went(db: sqlite3.Connection, note: int) -> None:
    """Forget a note, and count that."""
    for table in ("likeness", "unplaced"):
        db.execute(f"DELETE FROM {table} WHERE note = ?", (note,))
    db.execute("UPDATE fitted SET changed = changed + 1")


def settle(db: sqlite3.Connection) -> None:
    """Bring the points up to date at the end of a change."""
    fitted, changes = db.execute("SELECT notes, changed FROM fitted").fetchone()
    if not changes:
        return
    if _stale(db, fitted, changes):
        _fit(db)
        return
    bags = db.execute("SELECT note, terms, counts FROM unplaced JOIN bag USING(note) ORDER BY note").fetchall()
    if bags and (directions := read_directions(db)):
        width = db.execute("SELECT max(id) FROM term").fetchone()[0] + 1
        _keep(db, Sparse.read(bags, width), directions)


def _stale(db: sqlite3.Connection, fitted: int, changes: int) -> bool:
    """Whether to fit anew. A large brain is not counted for it until it may have to be: that reads all of its bags."""
    few = db.execute("SELECT count(*) FROM (SELECT 1 FROM bag LIMIT ?)", (SMALL + 1,)).fetchone()[0] <= SMALL
    if few or not fitted:
        return True
    return changes > STALE * fitted and changes > STALE * int(db.execute("SELECT count(*) FROM bag").fetchone()[0])


def read_directions(db: sqlite3.Connection) -> Directions | None:
    """Return the axes; None for a brain without words."""
    row = db.execute("SELECT terms, weights, axes FROM directions").fetchone()
    if row is None:
        return None
    terms, weights = np.frombuffer(row[0], dtype="<i4"), np.frombuffer(row[1], dtype="<f4")
    return Directions(terms, weights, np.frombuffer(row[2], dtype="<f4").reshape(len(terms), -1))


def times_fitted(db: sqlite3.Connection) -> int:
    """Return a number that is another one when all points are."""
    return int(db.execute("SELECT times FROM fitted").fetchone()[0])


def read_points(db: sqlite3.Connection, notes: Sequence[int] | None = None) -> Floats:
    """Return the points of all notes, or of some, in the order of their numbers; none where there are no directions."""
    if notes is None:
        blobs = [blob for (blob,) in db.execute("SELECT vector FROM likeness ORDER BY note")]
    else:
        one = "SELECT vector FROM likeness WHERE note = ?"
        blobs = [blob for note in notes for (blob,) in db.execute(one, (note,))]
    points = np.frombuffer(b"".join(blobs), dtype="<f2").astype(np.float32)
    return points.reshape(len(blobs), -1) if blobs else points.reshape(0, 1)


def _fit(db: sqlite3.Connection) -> None:
    notes = db.execute("SELECT count(*) FROM bag").fetchone()[0]
    db.execute("DELETE FROM directions")
    db.execute("DELETE FROM likeness")
    db.execute("UPDATE fitted SET notes = ?, changed = 0, times = times + 1", (notes,))
    if notes < FEWEST:
        return
    width = db.execute("SELECT max(id) FROM term").fetchone()[0] + 1
    words = Sparse.read(db.execute("SELECT note, terms, counts FROM bag ORDER BY note").fetchall(), width)
    # The sample and its order are given by the files' hashes, so that they do not depend on the order of the changes.
    by_hash = "SELECT bag.note FROM bag JOIN file ON file.rowid = bag.note ORDER BY file.sha256, file.path LIMIT ?"
    chosen = np.array([row for (row,) in db.execute(by_hash, (SAMPLE,))])
    stems = db.execute("SELECT id, stem FROM term").fetchall()
    directions = fit(words.only(np.searchsorted(words.rows, chosen)), dict(stems))
    db.execute(
        "INSERT INTO directions VALUES(?, ?, ?)",
        (
            directions.terms.astype("<i4").tobytes(),
            directions.weights.astype("<f4").tobytes(),
            directions.axes.astype("<f4").tobytes(),
        ),
    )
    _keep(db, words, directions)


def _keep(db: sqlite3.Connection, words: Sparse, directions: Directions) -> None:
    points = directions.project(words).astype("<f2")
    kept = [(int(row), point.tobytes()) for row, point in zip(words.rows, points, strict=True)]
    db.executemany("INSERT INTO likeness VALUES(?, ?)", kept)
    db.execute("DELETE FROM unplaced")


def fit(sample: Sparse, stems: dict[int, str]) -> Directions:
    """Find the main directions of a sample of notes.

    A term's weight is 1 less its entropy over the notes: 1 for a word of one note, 0 for one that is spread evenly.
    Words of one note only tell nothing of company and are left out where there are words of several.
    """
    notes = sample.rows.size
    known = np.flatnonzero(sample.spread >= 2)
    if known.size < 2:
        known = np.flatnonzero(sample.spread >= 1)
    known = known[known != 0]
    # The most widespread, in the alphabet's order: the numbers of terms depend on the order in which notes came in.
    order = sorted(known.tolist(), key=stems.__getitem__)
    if len(order) > MOST_TERMS:
        order = sorted(sorted(order, key=lambda term: -int(sample.spread[term]))[:MOST_TERMS], key=stems.__getitem__)
    local = np.full(sample.width + 1, -1, dtype=np.int64)
    local[order] = np.arange(len(order))
    held = local[sample.terms] >= 0
    term, count = local[sample.terms[held]], sample.counts[held]
    place = np.repeat(np.arange(notes), sample.sizes)[held]
    share = count / np.bincount(term, count, minlength=len(order))[term]
    entropy = -np.bincount(term, share * np.log(share), minlength=len(order))
    weights = (1 - entropy / np.log(max(notes, 2))).astype(np.float32) + np.float32(1e-3)
    value = np.log1p(count) * weights[term]
    length = np.sqrt(np.bincount(place, value**2, minlength=notes))
    dense = np.zeros((notes, len(order)), dtype=np.float32)
    dense[place, term] = value / np.where(length > 0, length, 1)[place]
    gram = (dense @ dense.T).astype(np.float64)
    values, vectors = np.linalg.eigh(gram)
    size = max(1, min(DIMENSIONS, max(1, notes // 2)))
    values, vectors = values[::-1][:size], vectors[:, ::-1][:, :size]
    real = values > 1e-6 * max(float(values[0]), 1e-12)
    axes = dense.T @ (vectors[:, real] / np.sqrt(values[real])).astype(np.float32)
    by_number = np.argsort(np.array(order, dtype=np.int32), kind="stable")
    terms = np.array(order, dtype=np.int32)[by_number]
    return Directions(terms, weights[by_number], np.ascontiguousarray(axes[by_number]))


def _weighted(words: Sparse, low: int, high: int, local: NDArray[np.int64], weights: Floats) -> Floats:
    begin, end = words.starts[low], words.starts[high]
    dense = np.zeros((high - low, len(weights) + 1), dtype=np.float32)
    place = np.repeat(np.arange(high - low), words.sizes[low:high])
    dense[place, local[words.terms[begin:end]]] = np.log1p(words.counts[begin:end])
    result: Floats = dense[:, :-1] * weights
    return result


def _unit(points: Floats) -> Floats:
    lengths = np.linalg.norm(points, axis=1, keepdims=True)
    result: Floats = (points / np.where(lengths > 0, lengths, 1)).astype(np.float32)
    return result
