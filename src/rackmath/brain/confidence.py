"""How sure it is that a brain answers a query: a number from 0 to 1 that can be compared between queries.

An order of notes always has a first, even when none of them is about the question. What tells an answer apart is how
much of the question the best notes speak to: each of its words counts by how rare it is here, and a word that the brain
does not know at all counts as the rarest. Names count once more: a note on another company is no answer. The weights
were fitted (`bench/search_quality.py` tells how well they do) on the development half of the questions to a real brain,
on the same questions with their answers taken away, and on questions of other fields.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from math import exp

import numpy as np

from rackmath.brain.analysis import words
from rackmath.brain.asked import Asked
from rackmath.brain.ranked_from import Shelf
from rackmath.brain.ranking import K1, Scores

GOOD = 0.35
"""From this confidence on a note is called an answer."""

MEANT = 0.6
"""What it counts that a note speaks to a word by another word of the same meaning."""

FEW = 100
"""Likeness tells a brain of fewer notes nothing that its words do not."""

TOPIC, HELD = 2, 0.6
"""A query of at most so many words names a topic: a note that holds them all is an answer at least this surely."""

LOOKED_AT = 3
"""So many of the best notes are looked at, each for itself."""

_OWNS = re.compile("['’]s\\b")

_WEIGHTS = (-20.5, 4.6, 9.8, 11.4, -2.8)


def confidence(shelf: Shelf, asked: Asked, scores: Scores, text: str, order: Sequence[int]) -> float:
    """Return how sure it is that the best of the notes in `order` answer the query whose words are `text`."""
    if not order or not asked.content:
        return 0.0
    made_of = features(shelf, asked, scores, text, order)
    sure = 1 / (1 + exp(-sum(weight * each for weight, each in zip(_WEIGHTS, made_of, strict=True))))
    topic = len(asked.content) <= TOPIC and any(
        all(ids & shelf.held(place) for ids, _ in asked.content.values()) for place in order[:LOOKED_AT]
    )
    return max(sure, HELD) if topic else sure


def features(shelf: Shelf, asked: Asked, scores: Scores, text: str, order: Sequence[int]) -> tuple[float, ...]:
    """Return what the confidence is made of, each at its best among the first notes.

    1; the share of the query's words that a note speaks to; the share that is not names which it does not hold; how
    like it is to what the query is about; the words' score beside the highest that there could be.
    """
    worth = {typed: _worth(shelf, ids, groups) for typed, (ids, groups) in asked.content.items()}
    whole = sum(worth.values()) or 1.0
    names = named(text)
    best = held_names = 0.0
    for place in order[:LOOKED_AT]:
        held = shelf.held(place)
        spoken = set(shelf.groups.terms[shelf.groups.starts[place] : shelf.groups.starts[place + 1]].tolist())
        cover = missing = 0.0
        for typed, (ids, groups) in asked.content.items():
            if ids & held:
                cover += worth[typed]
                continue
            meant = MEANT if {group + 1 for group in groups} & spoken else 0.0
            cover += meant * worth[typed]
            missing += (1 - meant) * worth[typed] if typed.lstrip("#") in names else 0.0
        best, held_names = max(best, cover / whole), max(held_names, 1 - missing / whole)
    highest = sum(term.weight * float(shelf.words.rarity[term.id]) for term in asked.terms) * (K1 + 1)
    first = order[0]
    reached = float(scores.words[first]) / highest if highest > 0 else 0.0
    like = float(scores.likeness[first]) if shelf.directions is not None else best
    if shelf.words.rows.size < FEW:  # among a few notes one is always very like: it says no more than the words do
        like = min(like, best)
    return 1.0, best, held_names, like, reached


def _worth(shelf: Shelf, ids: set[int], groups: set[int]) -> float:
    if ids:
        return min(float(shelf.words.rarity[number]) for number in ids)
    if groups:
        return float(np.mean([shelf.groups.rarity[group + 1] for group in groups]))
    return float(np.log1p((shelf.words.rows.size + 0.5) / 0.5))


def named(text: str) -> set[str]:
    """Return the words of a query that look like names: with a digit or a capital.

    The first word has a capital anyway: it is one with a second capital, or with what belongs to it (``Oracle's``).
    """
    found = set()
    for word in words(text):
        written = text[word.start : word.end]
        capital = written[0].isupper() and word.start > 0
        belongs = written[0].isupper() and _OWNS.match(text, word.end)
        if capital or belongs or written[1:] != written[1:].lower() or any(mark.isdecimal() for mark in written):
            found.add(word.form)
    return found
