"""Facets: how many of the notes found fall under each kind, tag, contributor, source and year."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import sqlite3

NAMES = {"kind": 30, "tag": 12, "by": 30, "source": 30, "year": 30}
"""The facets, each with the most values that are told."""

_ASKED = {
    "kind": "SELECT rowid, kind FROM note WHERE true",
    "tag": "SELECT DISTINCT note, slug FROM tag WHERE true",
    "by": "SELECT note, handle FROM author WHERE true",
    "source": "SELECT DISTINCT rests.note, source.domain FROM rests JOIN source ON source.citekey = rests.citekey "
    "WHERE source.domain != ''",
    "year": "SELECT rowid, substr(updated, 1, 4) FROM note WHERE updated != ''",
}


_NOTE = {"kind": "rowid", "tag": "note", "by": "note", "source": "rests.note", "year": "rowid"}
"""What in each of these questions is the note."""


@dataclass(frozen=True, eq=False)
class FacetTable:
    """The values of one facet in the alphabet's order, and pairs of (place of a note, number of a value)."""

    values: list[str]
    places: NDArray[np.int64]
    numbers: NDArray[np.int64]

    @classmethod
    def read(cls, pairs: Iterable[tuple[int, str]], rows: NDArray[np.int64]) -> FacetTable:
        """Make it from (note, value); `rows` are the notes in the order of their places."""
        listed = list(pairs)
        values = sorted({value for _, value in listed})
        at = {value: number for number, value in enumerate(values)}
        places = np.searchsorted(rows, np.array([note for note, _ in listed], dtype=np.int64))
        return cls(values, places, np.array([at[value] for _, value in listed], dtype=np.int64))

    def changed(self, stay: NDArray[np.bool_], moved: NDArray[np.int64], more: FacetTable) -> FacetTable:
        """Return it without the notes that do not stay, the others at the places they moved to, and with more."""
        values = self.values
        if not set(more.values) <= set(values):
            values = sorted({*values, *more.values})
        at = {value: number for number, value in enumerate(values)}
        renumbered = np.array([at[value] for value in self.values], dtype=np.int64)
        added = np.array([at[value] for value in more.values], dtype=np.int64)
        kept = stay[self.places]
        return FacetTable(
            values,
            np.append(moved[self.places[kept]], more.places),
            np.append(renumbered[self.numbers[kept]], added[more.numbers]),
        )


@dataclass(frozen=True, eq=False)
class FacetTables:
    """The facets of one moment of a brain; `rows` are its notes in the order of their places."""

    rows: NDArray[np.int64]
    tables: Mapping[str, FacetTable]

    @classmethod
    def read(cls, db: sqlite3.Connection, rows: NDArray[np.int64]) -> FacetTables:
        """Read them from the catalogue."""
        return cls(rows, {name: FacetTable.read(db.execute(sql), rows) for name, sql in _ASKED.items()})

    def renewed(self, db: sqlite3.Connection, rows: NDArray[np.int64], changed: Sequence[int]) -> FacetTables:
        """Return them as they are by now; only what is told of the notes in `changed` is read."""
        stay = ~np.isin(self.rows, np.asarray(changed, dtype=np.int64))
        moved = np.searchsorted(rows, self.rows)
        tables = {}
        for name, sql in _ASKED.items():
            one = f"{sql} AND {_NOTE[name]} = ?"
            pairs = [pair for row in changed for pair in db.execute(one, (row,))]
            tables[name] = self.tables[name].changed(stay, moved, FacetTable.read(pairs, rows))
        return FacetTables(rows, tables)

    def counts(self, found: NDArray[np.bool_]) -> dict[str, list[tuple[str, int]]]:
        """Return values and counts by facet, the most frequent first, years the newest first."""
        told = {}
        for name, most in NAMES.items():
            table = self.tables[name]
            counts = np.bincount(table.numbers[found[table.places]], minlength=len(table.values))
            order = np.flatnonzero(counts)[::-1] if name == "year" else np.argsort(-counts, kind="stable")
            told[name] = [(table.values[at], int(counts[at])) for at in order[:most].tolist() if counts[at]]
        return told
