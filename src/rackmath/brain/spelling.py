"""The nearest word of a brain to a word that it does not hold: typing errors, and part numbers of one family."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property

import numpy as np

SHORTEST = 4
"""Words of fewer letters are not corrected: too many others are near."""

LONG = 7
"""Words of at least this many letters may have two errors."""

MOST_KIN = 6


class Spelling:
    """The terms of a brain, each with the number of notes that hold it."""

    def __init__(self, terms: Iterable[tuple[str, str, int]]) -> None:
        """Take (stem, form, notes) of all terms."""
        listed = sorted(term for term in terms if term[2] > 0 and not term[0].startswith("#"))
        self._stems = [stem for stem, _, _ in listed]
        self._forms = [form for _, form, _ in listed]
        self._notes = [notes for _, _, notes in listed]

    @cached_property
    def _letters(self) -> tuple[np.ndarray, np.ndarray]:
        masks = np.array([_mask(form) for form in self._forms], dtype=np.uint32)
        return masks, np.array([len(form) for form in self._forms], dtype=np.int32)

    def nearest(self, form: str, stem: str) -> tuple[str, float] | None:
        """Return the stem of the nearest word and how near it is (below 1); None when no word is near enough.

        Of several equally near the most widespread is taken. A word of four or five letters may lack one, have one
        too many or two swapped, but not another one in its place: "bake" is not "base".
        """
        if len(form) < SHORTEST or not form.isalpha():
            return None
        most = 2 if len(form) >= LONG else 1
        masks, lengths = self._letters
        if not len(lengths):
            return None
        differ = np.bitwise_count(masks ^ np.uint32(_mask(form)))
        near = np.flatnonzero((np.abs(lengths - len(form)) <= most + 1) & (differ <= 2 * most + 2))
        best: tuple[float, int, str] | None = None
        for at in near.tolist():
            other = self._forms[at]
            if not other.isalpha() or len(other) < SHORTEST:
                continue
            found = [_errors(form, other, most), _errors(stem, self._stems[at], most)]
            errors = min((count for count in found if count is not None), default=None)
            if errors is None:
                continue
            changed = errors >= 1 and len(other) == len(form) and sorted(other) != sorted(form)
            if changed and len(form) < 6:
                continue
            far = errors + (0.5 if other[0] != form[0] else 0.0)
            if far > most:
                continue
            candidate = (far, -self._notes[at], self._stems[at])
            if best is None or candidate < best:
                best = candidate
        if best is None or best[2] == stem:
            return None
        return best[2], 1.0 - 0.15 * best[0]

    def kin(self, code: str) -> Iterator[str]:
        """Yield the part numbers that begin with `code`, or with which it begins, the most widespread first."""
        found = []
        for stem, form, notes in zip(self._stems, self._forms, self._notes, strict=True):
            if len(form) >= 3 and abs(len(form) - len(code)) <= 3 and form != code:
                near = form.startswith(code) or code.startswith(form)
                if near and any(mark.isdecimal() for mark in form) and not form.isdecimal():
                    found.append((-notes, stem))
        yield from (stem for _, stem in sorted(found)[:MOST_KIN])


def _mask(word: str) -> int:
    """Return a set of the letters of a word as bits."""
    mask = 0
    for mark in word:
        mask |= 1 << (ord(mark) % 32)
    return mask


def _errors(one: str, two: str, most: int) -> int | None:
    """Return how many letters must be put in, left out, changed or swapped with the next; None above `most`."""
    before: list[int] = []
    row = list(range(len(two) + 1))
    for i, mark in enumerate(one, 1):
        older, before, row = before, row, [i] + [0] * len(two)
        for j, other in enumerate(two, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (mark != other))
            if i > 1 and j > 1 and mark == two[j - 2] and one[i - 2] == other:
                cost = min(cost, older[j - 2] + 1)
            row[j] = cost
        if min(row) > most:
            return None
    return row[-1] if row[-1] <= most else None
