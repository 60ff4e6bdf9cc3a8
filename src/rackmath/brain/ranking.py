"""How notes are ranked: words, meanings and likeness, added up.

1. Words: BM25 over the weighted counts of a note's words and numbers. Rare words count more.
2. Meanings: the same over the groups of the lexicon that query and note share. What the query says in words that the
   brain does not hold counts more, since nothing else can answer to it.
   A question that is put in quite other words than the notes' is ranked more by meaning and likeness than others.
3. Likeness: the best notes so far say what the query is about. Their common direction in the space of
   `rackmath.brain.lsa`, mixed with the query's own, finds notes that speak of the same in other words.

The constants were tuned on the development halves of the collections of `bench/search_quality.py`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rackmath.brain.asked import Asked
from rackmath.brain.ranked_from import MOST_GROUPS, Shelf

Floats = NDArray[np.float32]

K1, B = 1.6, 0.85
GROUPS_K1, GROUPS_B = 4.0, 0.75
REACH = (0.2, 0.27)
"""What the best note's words reach of all that the query's could: below the first number it is put in other words than
the notes', above the second in theirs. What follows comes in pairs: (other words, their words)."""

KNOWN, UNKNOWN = (2.0, 0.6), (3.5, 2.5)
"""What a meaning counts beside a word, when the brain holds the words that it was read from, and when it does not."""

LIKENESS = (0.7, 0.6)
"""The share of likeness in the order; the rest is words and meanings."""

FOLLOWED, FAVOUR = (5, 3), (3.0, 2.0)
"""So many of the best notes say what the query is about, each by this power of its score …"""

FOLLOW = (0.8, 0.6)
"""… and count this much, beside the query's own place."""

SEMANTIC, UNLIKE = 0.4, 0.2
"""The share of the language model in what is followed, and the cosine below which it says nothing."""


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
    theirs: float = 1.0
    """How much the query speaks in the notes' words: see `speech`."""


def rank(
    shelf: Shelf, asked: Asked, allowed: NDArray[np.bool_] | None = None, semantic: Floats | None = None
) -> Scores:
    """Score every note against a query; only notes that are `allowed` say what the query is about."""
    wanted = np.zeros(shelf.words.width, dtype=np.float32)
    for term in asked.terms:
        wanted[term.id] += term.weight
    by_words = shelf.words.sums(wanted * shelf.words.rarity, K1, B)
    theirs = speech(shelf, asked, wanted, by_words)
    known, unknown = between(KNOWN, theirs) * shelf.fluency, between(UNKNOWN, theirs)
    meant = np.zeros(MOST_GROUPS, dtype=np.float32)
    for meaning in asked.meanings:
        meant[meaning.group + 1] += meaning.weight * (known if meaning.known else unknown)
    by_meaning = shelf.groups.sums(meant * shelf.groups.rarity, GROUPS_K1, GROUPS_B)
    either = by_words + by_meaning
    left = np.ones(either.shape, dtype=bool) if allowed is None else allowed
    either = np.where(left, either, 0)
    top = float(either.max()) if either.size else 0.0
    share = either / top if top > 0 else either
    if semantic is not None and semantic.size:
        share = (1 - SEMANTIC) * share + SEMANTIC * _above(np.where(left, semantic, -1), UNLIKE)
    if share.size == 0 or float(share.max()) <= 0 or shelf.directions is None:
        nothing = np.zeros_like(either)
        return Scores(by_words, by_meaning, nothing, nothing, share, semantic, theirs)
    first = shelf.ordered(share)[: round(between(FOLLOWED, theirs))]
    about = (share[first] ** between(FAVOUR, theirs)) @ shelf.points[first]
    own = shelf.directions.place({term.id: float(wanted[term.id]) for term in asked.terms})
    follow, like = between(FOLLOW, theirs), between(LIKENESS, theirs)
    mixed = (1 - follow) * own + follow * _unit(about)
    likeness = _dots(shelf.points, _unit(mixed))
    total = np.where(left, (1 - like) * share + like * _above(np.where(left, likeness, 0), 0.0), 0)
    return Scores(by_words, by_meaning, likeness, _dots(shelf.points, own), total, semantic, theirs)


def speech(shelf: Shelf, asked: Asked, wanted: Floats, by_words: Floats) -> float:
    """How much a query speaks as the notes do: 1 in their words, 0 in quite others.

    In a brain of another field the lexicon cannot tell other words from other things: all is in its words.
    """
    alien = sum(not ids for ids, _ in asked.content.values()) * np.log1p((shelf.words.rows.size + 0.5) / 0.5)
    whole = (float(wanted @ shelf.words.rarity) + float(alien)) * (K1 + 1)
    reached = float(by_words.max()) / whole if whole > 0 and by_words.size else 0.0
    low, high = REACH
    return 1 - shelf.fluency**2 * (1 - min(max((reached - low) / (high - low), 0.0), 1.0))


def between(pair: tuple[float, float], theirs: float) -> float:
    """Return what lies between the number for a query in other words and that for one in the notes' own."""
    return pair[0] + (pair[1] - pair[0]) * theirs


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
