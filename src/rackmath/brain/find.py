"""Search the notes of a vault: words, phrases, numbers and meaning, best first, each hit with its best passage and why.

How notes are ranked is told in `rackmath.brain.ranking`, what may be typed in `rackmath.brain.query`. One engine
serves the command, the pages and programs: `find` returns all that can be known of an answer, `search` the hits alone.
"""

from __future__ import annotations

import json
import time
from collections import OrderedDict
from collections.abc import Hashable, Iterable, Sequence
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, NamedTuple
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from rackmath.brain import filters
from rackmath.brain.answers import Facet, Found, Hit, Reason
from rackmath.brain.asked import Asked, understand
from rackmath.brain.confidence import GOOD, confidence
from rackmath.brain.excerpts import Excerpt, Look, excerpt
from rackmath.brain.index import Index, index_of
from rackmath.brain.query import Query, read_query
from rackmath.brain.ranked_from import Shelf, facets_of, shelf_of
from rackmath.brain.ranking import Scores, between, rank
from rackmath.errors import RackmathError

__all__ = ["MOST_HITS", "PUBLIC", "Facet", "Found", "Hit", "Reason", "find", "search"]

if TYPE_CHECKING:
    import sqlite3

    from rackmath.brain.semantic import Reader

MOST_HITS = 1000
"""The most hits of one search."""

NEAR = (0.3, 0.5)
"""A note without a word of the query is found when its score is at least this share of the best: the first number for
a query in other words than the notes', the second for one in theirs."""

OUTDATED = 0.75
"""What the score of a retired or superseded note is multiplied with."""

MOST_OTHERS = 6
"""The most words told beside one of the query that means the same."""

PUBLIC = ("published", "retired")


def search(
    vault_path: Path | str,
    query: str,
    limit: int = 10,
    *,
    marks: tuple[str, str] = ("**", "**"),
    fresh: bool = False,
) -> list[Hit]:
    """Return the hits of `find`."""
    return list(find(vault_path, query, limit, marks=marks, fresh=fresh, facets=False).hits)


def find(
    vault: Path | str | Index,
    query: str,
    limit: int = 10,
    *,
    offset: int = 0,
    statuses: Sequence[str] = PUBLIC,
    semantic: Reader | None = None,
    facets: bool = True,
    passages: bool = True,
    marks: tuple[str, str] = ("**", "**"),
    fresh: bool = False,
    look: bool = True,
) -> Found:
    """Find notes.

    Parameters
    ----------
    vault
        The vault's folder, or its index. Nothing in it is changed but the index.
    query
        What a person typed: see `rackmath.brain.query`.
    limit, offset
        How many hits at most, at least 1, after how many. More than `MOST_HITS` are never given.
    statuses
        The effective states of notes that this reader may see. A query's ``status:`` chooses among them and never
        adds any.
    semantic
        A language model's reader (`rackmath.brain.semantic`), for likeness of meaning beyond this brain's own words.
    facets
        Whether to count facets.
    passages
        Whether the hits have their passages and reasons, which take most of the time.
    marks
        What is put before and after a word that matched in the passage.
    fresh, look
        As for `Index.read`.

    Raises
    ------
    RackmathError
        The folder is not a vault, `limit` is below 1, or the query cannot be understood.
    """
    if limit < 1:
        raise RackmathError(f"limit is {limit}; ask for at least one hit")
    if offset < 0:
        raise RackmathError(f"offset is {offset}; it is 0 or more")
    start = time.perf_counter()
    asked = read_query(query)
    index = vault if isinstance(vault, Index) else index_of(vault)

    def answer(db: sqlite3.Connection) -> Found:
        return _Search(index, db, asked, statuses, semantic).found(
            offset, min(limit, MOST_HITS), marks if passages else None, facets=facets, start=start
        )

    return index.read(answer, fresh=fresh, look=look)


_UNTOLD = Excerpt("", (), (), (), (), ())


class _Ranked(NamedTuple):
    """What the ranking of a query came to: which notes match, in which order, and how sure it is."""

    shelf: Shelf
    asked: Asked
    scores: Scores | None
    matched: NDArray[np.bool_]
    order: list[int]
    sure: float


class _Recent:
    """The last few rankings of each index: the next page of an answer does not rank again."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._kept: WeakKeyDictionary[Index, OrderedDict[Hashable, _Ranked]] = WeakKeyDictionary()
        self._lock = Lock()

    def get(self, index: Index, key: Hashable, shelf: Shelf) -> _Ranked | None:
        """Return a ranking of just this moment of an index."""
        with self._lock:
            found = self._kept.get(index, OrderedDict()).get(key)
        return found if found is not None and found.shelf is shelf else None

    def put(self, index: Index, key: Hashable, ranked: _Ranked) -> None:
        """Keep a ranking; the one that was kept the longest goes first."""
        with self._lock:
            kept = self._kept.setdefault(index, OrderedDict())
            kept.pop(key, None)
            kept[key] = ranked
            while len(kept) > self.most:
                kept.popitem(last=False)


_RECENT = _Recent(6)


class _Search:
    """One query against one moment of an index."""

    def __init__(
        self, index: Index, db: sqlite3.Connection, query: Query, statuses: Sequence[str], semantic: Reader | None
    ) -> None:
        self.db = db
        self.query = query
        self.semantic = semantic
        self.index = index
        self.shelf, terms, aliases = shelf_of(index, db)
        key = (query, tuple(statuses), None if semantic is None else id(semantic))
        ranked = _RECENT.get(index, key, self.shelf)
        if ranked is None:
            self.asked = understand(query, terms, aliases)
            self.allowed = filters.allowed(db, query, self.shelf, statuses)
            ranked = self._ranked()
            _RECENT.put(index, key, ranked)
        self.asked, self.ranked = ranked.asked, ranked

    def found(self, offset: int, limit: int, marks: tuple[str, str] | None, *, facets: bool, start: float) -> Found:
        """Cut and tell; without `marks` no passages are told."""
        _, _, scores, matched, order, sure = self.ranked
        shown = order[offset : offset + limit]
        pairs: dict[tuple[str, str], None] = {}
        hits = self._hits(shown, order, scores, sure, marks, pairs)
        return Found(
            hits=tuple(hits),
            total=len(order),
            facets=self._facets(matched) if facets else {},
            confidence=round(sure, 4) if order else 0.0,
            answered=bool(order) and sure >= GOOD,
            corrected=dict(self.asked.corrected),
            expanded=_by_word(pairs),
            query=self.query,
            seconds=time.perf_counter() - start,
        )

    def _ranked(self) -> _Ranked:
        """Rank the notes that the filters leave; without anything to rank by, the newest come first."""
        scores: Scores | None = None
        if self.query.ranks:
            scores = self._scores()
            held = scores.words > 0
            total = scores.total
            least = between(NEAR, scores.theirs) * (float(total.max()) if total.size else 0.0)
            near = (total >= least) & (total > 0)
            matched = self.allowed & (held | near)
            ordered = self.shelf.ordered(total)
            order = ordered[matched[ordered]].tolist()
            sure = confidence(self.shelf, self.asked, scores, self.query.text, order)
        else:
            matched, sure = self.allowed, 1.0
            order = self._newest(np.flatnonzero(matched))
        return _Ranked(self.shelf, self.asked, scores, matched, order, sure)

    def _scores(self) -> Scores:
        extra = self.semantic.likeness(self.index, self.db, self.shelf, self.query.text) if self.semantic else None
        scores = rank(self.shelf, self.asked, self.allowed, extra)
        scores.total[self.shelf.outdated] *= OUTDATED
        return scores

    def _facets(self, matched: NDArray[np.bool_]) -> dict[str, tuple[Facet, ...]]:
        counted = facets_of(self.index, self.db, self.shelf).counts(matched)
        return {name: tuple(Facet(value, count) for value, count in listed) for name, listed in counted.items()}

    def _newest(self, places: NDArray[np.intp]) -> list[int]:
        newest = "SELECT rowid FROM note ORDER BY updated DESC, created DESC, path"
        at = {int(row): place for place, row in zip(places.tolist(), self.shelf.words.rows[places], strict=True)}
        return [at[row] for (row,) in self.db.execute(newest) if row in at]

    def _hits(
        self,
        shown: Sequence[int],
        order: Sequence[int],
        scores: Scores | None,
        sure: float,
        marks: tuple[str, str] | None,
        pairs: dict[tuple[str, str], None],
    ) -> list[Hit]:
        look = Look(self.asked, self.query)
        best = float(scores.total[order[0]]) if scores is not None and order else 1.0
        hits = []
        for place in shown:
            row = int(self.shelf.words.rows[place])
            share = float(scores.total[place]) / best if scores is not None and best > 0 else 1.0
            score = round(sure * share, 4)
            if marks is None:
                hits.append(self._hit(row, score, _UNTOLD, (), ("", "")))
                continue
            text = self.db.execute("SELECT title, tags, body, sources FROM words WHERE rowid = ?", (row,)).fetchone()
            seen = excerpt(look, text)
            pairs.update(dict.fromkeys(seen.pairs))
            hits.append(self._hit(row, score, seen, _reasons(seen, scores, place, semantic=self.semantic), marks))
        return hits

    def _hit(self, row: int, score: float, seen: Excerpt, why: tuple[Reason, ...], marks: tuple[str, str]) -> Hit:
        told = self.db.execute(
            "SELECT id, title, kind, path, tags, key, slug, status, updated, contributors, superseded_by FROM note "
            "WHERE rowid = ?",
            (row,),
        ).fetchone()
        return Hit(
            id=told[0],
            title=told[1],
            kind=told[2],
            score=score,
            passage=seen.marked(*marks) or told[1],
            why=why,
            path=told[3],
            tags=tuple(json.loads(told[4])),
            good=score >= GOOD or not self.query.ranks,
            key=told[5],
            slug=told[6],
            status=told[7],
            updated=told[8],
            contributors=tuple(json.loads(told[9])),
            superseded_by=told[10],
            spans=seen.spans,
            plain_passage=seen.text or told[1],
        )


def _reasons(seen: Excerpt, scores: Scores | None, place: int, *, semantic: Reader | None) -> tuple[Reason, ...]:
    if scores is None:
        return ()
    reasons = []
    if seen.words:
        reasons.append(Reason("words", round(float(scores.words[place]), 3), seen.words, seen.fields))
    if seen.meanings:
        reasons.append(Reason("meaning", round(float(scores.meanings[place]), 3), seen.meanings))
    if semantic is not None and scores.semantic is not None:
        reasons.append(Reason("semantic", round(float(scores.semantic[place]), 3), ()))
    if not reasons:
        reasons.append(Reason("likeness", round(float(scores.likeness[place]), 3), ()))
    return tuple(reasons)


def _by_word(pairs: Iterable[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for typed, other in pairs:
        found.setdefault(typed, []).append(other)
    return {typed: tuple(others[:MOST_OTHERS]) for typed, others in found.items()}
