"""Counts of terms by note, and the weight that BM25 gives them, as flat arrays: every note is scored at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from rackmath.brain.splice import Splice

Floats = NDArray[np.float32]

_PIECE = 32_768


@dataclass(frozen=True, eq=False)
class Sparse:
    """The bags of notes one after the other.

    `rows` are the notes' numbers, growing; note i has the entries from ``starts[i]`` to ``starts[i + 1]`` of `terms`
    and `counts`, at least one of them (term 0 with count 0); `width` is one more than the largest term.
    """

    rows: NDArray[np.int64]
    starts: NDArray[np.int64]
    terms: NDArray[np.int32]
    counts: Floats
    width: int

    @classmethod
    def read(cls, bags: Sequence[tuple[int, bytes, bytes]], width: int) -> Sparse:
        """Make one from (note, terms, counts), in the order of the notes' numbers."""
        rows = np.array([bag[0] for bag in bags], dtype=np.int64)
        sizes = np.array([len(bag[1]) // 4 for bag in bags], dtype=np.int64)
        terms = np.frombuffer(b"".join(bag[1] for bag in bags), dtype="<i4")
        counts = np.frombuffer(b"".join(bag[2] for bag in bags), dtype="<f4")
        return cls(rows, np.concatenate(([0], np.cumsum(sizes))), terms, counts, width)

    @cached_property
    def sizes(self) -> NDArray[np.int64]:
        """How many entries each note has."""
        return np.diff(self.starts)

    @cached_property
    def spread(self) -> NDArray[np.int64]:
        """In how many notes each term stands."""
        found = np.bincount(self.terms, minlength=self.width)
        found[0] = 0
        return found

    @cached_property
    def lengths(self) -> Floats:
        """The sum of the counts of each note."""
        return np.add.reduceat(self.counts, self.starts[:-1]) if self.rows.size else np.zeros(0, dtype=np.float32)

    @cached_property
    def rarity(self) -> Floats:
        """How much it says that a term stands in a note: its inverse document frequency, never below 0."""
        n = self.rows.size
        return np.log1p((n - self.spread + 0.5) / (self.spread + 0.5)).astype(np.float32)

    def spliced(self, splice: Splice, fresh: Sparse) -> Sparse:
        """Return the notes as they are after a change, of which `fresh` are new."""
        sizes = splice.whole(self.sizes, fresh.sizes)
        made = Sparse(
            splice.whole(self.rows, fresh.rows),
            np.concatenate(([0], np.cumsum(sizes))),
            splice.entries((self.terms, self.starts), (fresh.terms, fresh.starts)),
            splice.entries((self.counts, self.starts), (fresh.counts, fresh.starts)),
            fresh.width,
        )
        # What is known of the notes that stay is not worked out again.
        gone = [self.terms[self.starts[at] : self.starts[at + 1]] for at in splice.gone]
        spread = np.pad(self.spread, (0, fresh.width - self.width)) + fresh.spread
        spread -= np.bincount(np.concatenate([*gone, np.zeros(0, dtype=np.int32)]), minlength=fresh.width)
        spread[0] = 0
        vars(made).update(spread=spread, lengths=splice.whole(self.lengths, fresh.lengths))
        return made

    def only(self, places: NDArray[np.int64]) -> Sparse:
        """Return some notes, in the order given."""
        pieces = [np.arange(self.starts[place], self.starts[place + 1]) for place in places]
        entries = np.concatenate(pieces) if pieces else np.zeros(0, dtype=np.int64)
        starts = np.concatenate(([0], np.cumsum(self.sizes[places])))
        return Sparse(self.rows[places], starts, self.terms[entries], self.counts[entries], self.width)

    def sums(self, asked: Floats, k1: float, b: float) -> Floats:
        """Return for each note the sum, over its terms, of their weight by BM25 times what is asked of each.

        Rarity is a matter of what is asked; the weight is from 0 towards k1 + 1.
        """
        # Mostly little is asked for: find those entries first, in pieces that stay in the processor's cache.
        flags = asked != 0
        pieces = [
            np.flatnonzero(np.take(flags, self.terms[begin : begin + _PIECE], mode="clip")) + begin
            for begin in range(0, len(self.terms), _PIECE)
        ]
        entries = np.concatenate(pieces) if pieces else np.zeros(0, dtype=np.int64)
        places = np.searchsorted(self.starts, entries, side="right") - 1
        mean = float(self.lengths.mean()) if self.rows.size else 1.0
        norm = (1 - b + b * self.lengths / (mean or 1.0)).astype(np.float32)
        counts = self.counts[entries]
        weights = counts * np.float32(k1 + 1) / (counts + np.float32(k1) * norm[places])
        values = asked[self.terms[entries]] * weights
        return np.bincount(places, values, minlength=self.rows.size).astype(np.float32)
