"""Facets: how many of the notes found fall under each kind, tag, contributor, source and year."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import sqlite3

NAMES = {"kind": 30, "tag": 12, "by": 30, "source": 30, "year": 30}
"""The facets, each with the most values that are told."""

_ASKED = {
    "kind": "SELECT rowid, kind FROM note",
    "tag": "SELECT DISTINCT note, slug FROM tag",
    "by": "SELECT note, handle FROM author",
    "source": "SELECT DISTINCT rests.note, source.domain FROM rests JOIN source ON source.citekey = rests.citekey "
    "WHERE source.domain != ''",
    "year": "SELECT rowid, substr(updated, 1, 4) FROM note WHERE updated != ''",
}


@dataclass(frozen=True, eq=False)
class FacetTables:
    """For each facet its values in the alphabet's order, and pairs of (place of a note, number of a value)."""

    tables: Mapping[str, tuple[list[str], NDArray[np.int64], NDArray[np.int64]]]

    @classmethod
    def read(cls, db: sqlite3.Connection, rows: NDArray[np.int64]) -> FacetTables:
        """Read them from the catalogue; `rows` are the notes in the order of their places."""
        return cls({name: _table(db.execute(sql), rows) for name, sql in _ASKED.items()})

    def counts(self, found: NDArray[np.bool_]) -> dict[str, list[tuple[str, int]]]:
        """Return values and counts by facet, the most frequent first, years the newest first."""
        told = {}
        for name, most in NAMES.items():
            values, places, numbers = self.tables[name]
            counts = np.bincount(numbers[found[places]], minlength=len(values))
            order = np.flatnonzero(counts)[::-1] if name == "year" else np.argsort(-counts, kind="stable")
            told[name] = [(values[at], int(counts[at])) for at in order[:most].tolist() if counts[at]]
        return told


def _table(
    pairs: Iterable[tuple[int, str]], rows: NDArray[np.int64]
) -> tuple[list[str], NDArray[np.int64], NDArray[np.int64]]:
    listed = list(pairs)
    values = sorted({value for _, value in listed})
    numbers = {value: number for number, value in enumerate(values)}
    places = np.searchsorted(rows, np.array([note for note, _ in listed], dtype=np.int64))
    return values, places, np.array([numbers[value] for _, value in listed], dtype=np.int64)
