"""The nearest word of a brain to a word that it does not hold: typing errors, and part numbers of one family."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

SHORTEST = 4
"""Words of fewer letters are not corrected: too many others are near."""

LONG = 7
"""Words of at least this many letters may have two errors."""

MOST_KIN = 6


class Spelling:
    """The terms of a brain, each with the number of notes that hold it."""

    def __init__(self, terms: Iterable[tuple[str, str, int]] = ()) -> None:
        """Take (stem, form, notes) of all terms."""
        listed = list(terms)
        self._stems, self._forms = [term[0] for term in listed], [term[1] for term in listed]
        self._masks, self._lengths = _letters(self._forms)
        self._notes = np.array([term[2] for term in listed], dtype=np.int64)

    def __len__(self) -> int:
        return len(self._stems)

    def grown(self, more: Sequence[tuple[str, str]], notes: NDArray[np.int64]) -> Spelling:
        """Return it with more terms, as (stem, form), and with the numbers of notes that hold each term by now."""
        made = Spelling()
        made._stems = self._stems + [stem for stem, _ in more]
        made._forms = self._forms + [form for _, form in more]
        masks, lengths = _letters([form for _, form in more])
        made._masks, made._lengths = np.append(self._masks, masks), np.append(self._lengths, lengths)
        made._notes = notes
        return made

    def nearest(self, form: str, stem: str) -> tuple[str, float] | None:
        """Return the stem of the nearest word and how near it is (below 1); None when no word is near enough.

        Of several equally near the most widespread is taken. A word of four or five letters may lack one, have one
        too many or two swapped, but not another one in its place: "bake" is not "base".
        """
        if len(form) < SHORTEST or not form.isalpha():
            return None
        most = 2 if len(form) >= LONG else 1
        differ = np.bitwise_count(self._masks ^ np.uint32(_mask(form)))
        alike = (np.abs(self._lengths - len(form)) <= most + 1) & (differ <= 2 * most + 2)
        near = np.flatnonzero(alike & (self._notes > 0))
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
            candidate = (far, -int(self._notes[at]), self._stems[at])
            if best is None or candidate < best:
                best = candidate
        if best is None or best[2] == stem:
            return None
        return best[2], 1.0 - 0.15 * best[0]

    def kin(self, code: str) -> Iterator[str]:
        """Yield the part numbers that begin with `code`, or with which it begins, the most widespread first."""
        found = []
        likely = (np.abs(self._lengths - len(code)) <= 3) & (self._lengths >= 3) & (self._notes > 0)
        for at in np.flatnonzero(likely).tolist():
            stem, form = self._stems[at], self._forms[at]
            if form != code and not stem.startswith("#"):
                near = form.startswith(code) or code.startswith(form)
                if near and any(mark.isdecimal() for mark in form) and not form.isdecimal():
                    found.append((-int(self._notes[at]), stem))
        yield from (stem for _, stem in sorted(found)[:MOST_KIN])


def _letters(forms: Sequence[str]) -> tuple[NDArray[np.uint32], NDArray[np.int32]]:
    """Return for each form the set of its letters and how many it has."""
    return np.array([_mask(form) for form in forms], np.uint32), np.array([len(form) for form in forms], np.int32)


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
