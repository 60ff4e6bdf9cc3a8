"""The kinds of rows of a Parquet file, told in whole columns: what rows of one series and price have in common."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rackmath.errors import RackmathError, require
from rackmath.meter.commitments.intake import Intake, Key, Where
from rackmath.meter.commitments.rows import texts_of

Integers = NDArray[np.int64]
Marks = NDArray[Any]
"""A column's rows, equal where they say the same: the numbers of its values, or its prices."""


class _Column:
    """A column's distinct values over all batches, each with a number of its own."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.values: list[Any] = []
        self.room = 1
        self._numbers: dict[Any, int] = {}
        self._dictionary: Any = None
        self._remap: NDArray[np.int32] | None = None

    def marks(self, batch: Any, where: Where) -> Marks:
        """Return what tells each row's value from others: the value's number, or a price itself."""
        column = _filled(batch, self.name, where)
        if str(column.type) == "double":
            return np.asarray(column)
        column = column if hasattr(column, "dictionary") else column.dictionary_encode()
        if self._dictionary is None or not column.dictionary.equals(self._dictionary):
            numbers = self._number(column.dictionary.to_pylist())
            self._dictionary = column.dictionary
            self._remap = None if np.array_equal(numbers, np.arange(len(numbers))) else numbers
        indices: Marks = np.asarray(column.indices)
        return indices if self._remap is None else self._remap.take(indices)

    def codes(self, marks: Marks) -> Marks:
        """Return each value's number."""
        if marks.dtype != np.float64:
            return marks
        values, places = np.unique(marks, return_inverse=True)
        return self._number(values.tolist()).take(places)

    def _number(self, values: list[Any]) -> NDArray[np.int32]:
        for value in values:
            if value not in self._numbers:
                self._numbers[value] = len(self.values)
                self.values.append(value)
        while self.room < len(self.values):
            self.room *= 2
        return np.array([self._numbers[value] for value in values], dtype=np.int32)


class Lines:
    """Numbers the kinds of rows.

    A resource's next row nearly always says what its last one said, and then is of the same kind; only where it does
    not is its combination of values looked up.
    """

    def __init__(self, intake: Intake, columns: list[str], shared: dict[str, str]) -> None:
        self.intake = intake
        self._shared = shared
        self._columns = [_Column(name) for name in columns]
        self._lead = columns.index("resource") if "resource" in columns else None
        self._last_marks: list[Marks] = []
        self._last_lines: Integers = np.zeros(0, dtype=np.int64)
        self._rooms: list[int] = []
        self._known: dict[int, int] = {}

    def of(self, batch: Any, where: Where) -> Integers:
        """Return the intake's number of each row's kind."""
        marks = [column.marks(batch, where) for column in self._columns]
        if self._lead is None:
            return self._looked_up(marks, where, np.arange(batch.num_rows))
        lead: Integers = marks[self._lead].astype(np.int64)
        self._make_room(marks, len(self._columns[self._lead].values))
        lines: Integers = self._last_lines.take(lead)
        other = lines < 0
        for column, mark, last in zip(self._columns, marks, self._last_marks, strict=True):
            if len(column.values) > 1:
                other |= last.take(lead) != mark
        if other.any():
            rows = np.flatnonzero(other)
            marks, lead = [mark[rows] for mark in marks], lead[rows]
            lines[rows] = found = self._looked_up(marks, where, rows)
            self._last_lines[lead] = found  # of several rows of one resource the last one stays, in each table
            for mark, last in zip(marks, self._last_marks, strict=True):
                last[lead] = mark
        return lines

    def _make_room(self, marks: list[Marks], resources: int) -> None:
        had = len(self._last_lines)
        if resources <= had:
            return
        more = max(resources, 2 * had) - had
        self._last_lines = np.append(self._last_lines, np.full(more, -1, dtype=np.int64))
        before = self._last_marks or [mark[:0] for mark in marks]
        self._last_marks = [np.append(last, np.zeros(more, dtype=last.dtype)) for last in before]

    def _looked_up(self, marks: list[Marks], where: Where, rows: Integers) -> Integers:
        """Return the kinds of rows by their combinations of values."""
        columns = [column.codes(mark) for column, mark in zip(self._columns, marks, strict=True)]
        rooms = [column.room for column in self._columns]
        if rooms != self._rooms:  # combinations are counted anew
            self._rooms, self._known = rooms, {}
        codes, distinct = _combined(columns, rooms)
        kinds = distinct.tolist()
        for place, kind in enumerate(kinds):
            if kind not in self._known:
                try:
                    self._known[kind] = self._line(kind)
                except RackmathError as problem:
                    row = int(rows[int(np.argmax(codes == place))])
                    raise RackmathError(f"{where.at(row)}: {problem}") from None
        return np.array([self._known[kind] for kind in kinds], dtype=np.int64).take(codes)

    def _line(self, kind: int) -> int:
        given: dict[str, Any] = dict(self._shared)
        rest = kind
        for column in reversed(self._columns):
            rest, place = divmod(rest, column.room)
            given[column.name] = column.values[place]
        return self.intake.line(_key(given))


def _filled(batch: Any, name: str, where: Where) -> Any:
    """Return a column without holes: a text that is absent is empty, a contracted rate that is absent the list's."""
    column = batch.column(name)
    if not column.null_count:
        return column
    if name == "on_demand_rate":
        raise RackmathError(f"{where.at(int(np.argmax(np.asarray(column.is_null()))))}: column {name!r} is empty")
    if name == "contracted_rate" and column.type == batch.column("on_demand_rate").type:
        return require("pyarrow.compute", extra="tables").coalesce(column, batch.column("on_demand_rate"))
    return column.cast("string").fill_null("")


def _combined(columns: list[Marks], sizes: list[int]) -> tuple[Integers, Integers]:
    """Return each row's place in the list of combinations that occur, and the list: one number for each combination."""
    if math.prod(sizes) >= 1 << 62:
        raise RackmathError("the columns have too many different values to be combined; split the file by account")
    together: Integers = np.zeros(len(columns[0]), dtype=np.int64)
    for codes, size in zip(columns, sizes, strict=True):
        if size > 1:
            together *= size
            together += codes
    encoded = require("pyarrow", extra="tables").array(together).dictionary_encode()
    return np.asarray(encoded.indices), np.asarray(encoded.dictionary)


def _key(given: dict[str, Any]) -> Key:
    prices: list[float] = []
    for name in ("on_demand_rate", "contracted_rate"):
        price = given.pop(name, None)
        try:
            prices.append(prices[0] if price in (None, "") and prices else float(price))
        except (TypeError, ValueError):
            raise RackmathError(f"column {name!r} holds {str(price)[:40]!r}, which is not a number") from None
    return Key(texts_of({name: str(value) for name, value in given.items()}), prices[0], prices[1])
