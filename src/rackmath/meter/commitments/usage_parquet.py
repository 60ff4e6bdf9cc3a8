"""Usage from Parquet, streamed: what rows have in common is found in whole columns, never row by row."""

from __future__ import annotations

import math
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import tzinfo
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rackmath.errors import RackmathError, require
from rackmath.meter.commitments.bills import bill_of
from rackmath.meter.commitments.clock import SECONDS
from rackmath.meter.commitments.intake import TEXT, Intake, Key, Where
from rackmath.meter.commitments.rows import QUANTITIES, Rows, Stamps, check_header, texts_of
from rackmath.meter.commitments.usage import Usage

ROWS = 1 << 18
"""Rows read at once: few enough that a batch's columns stay in the processor's cache."""
TICKS = {"s": 1, "ms": 1_000, "us": 1_000_000, "ns": 1_000_000_000}
Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Marks = NDArray[Any]
"""A column's rows, equal where they say the same: the numbers of its values, or its prices."""


def read_parquet(path: Path, intake: Intake, zone: tzinfo | None) -> Usage:
    """Return the usage of a Parquet file.

    Raises
    ------
    RackmathError
        pyarrow is not installed; or what is wrong with a column or a row, with its name and number, the first data row
        being row 1.
    """
    parquet: Any = require("pyarrow.parquet", extra="tables")
    arrow: Any = require("pyarrow", extra="tables")
    try:
        schema = parquet.read_schema(path)
        header = list(schema.names)
        bill = bill_of(header)
        if bill is not None:
            bill.check(header, str(path))
            _read_bill(parquet.ParquetFile(path), intake, str(path), zone, bill)
        else:
            _read_table(parquet, path, header, intake, zone)
    except arrow.ArrowInvalid as problem:
        raise RackmathError(f"{path}: not a Parquet file that can be read: {str(problem)[:200]}") from None
    return intake.usage(str(path))


def _read_bill(file: Any, intake: Intake, name: str, zone: tzinfo | None, bill: Any) -> None:
    rows = Rows(intake, name, zone)
    place = 0
    for batch in file.iter_batches(batch_size=ROWS // 4):
        columns = {column: batch.column(column).to_pylist() for column in batch.schema.names}
        for offset in range(batch.num_rows):
            place += 1
            record = {column: _text(values[offset]) for column, values in columns.items()}
            bill.put(rows, place, record)
    intake.notes += bill.told()
    rows.flush()


def _text(value: Any) -> str:
    return "" if value is None else value.isoformat() if hasattr(value, "isoformat") else str(value)


def _read_table(parquet: Any, path: Path, header: list[str], intake: Intake, zone: tzinfo | None) -> None:
    unknown, used = check_header(header, str(path))
    if unknown:
        intake.notes.append(f"columns that nothing reads: {', '.join(name[:30] for name in unknown[:8])}")
    texts = [name for name in TEXT if name in header]
    rates = [name for name in ("on_demand_rate", "contracted_rate") if name in header]
    file = parquet.ParquetFile(path, read_dictionary=[*texts, "hour"], pre_buffer=True)
    _expect(intake, file)
    stamps = Stamps(zone)
    lines = _Lines(intake, [*texts, *rates])
    first = 1
    for batch in _ahead(file.iter_batches(batch_size=ROWS, columns=[*texts, *rates, "hour", used])):
        where = Where(str(path), range(first, first + batch.num_rows))
        numbers = lines.of(batch, where)
        hours = _hours(batch.column("hour"), stamps, where)
        quantity = _numbers(batch.column(used), where, used)
        if QUANTITIES[used] != 1:
            quantity = quantity * QUANTITIES[used]
        intake.add(where, numbers, hours, quantity, stamps.repeated)
        first += batch.num_rows


def _ahead(batches: Iterator[Any]) -> Iterator[Any]:
    """Yield batches while the next one is read by a second thread."""
    with ThreadPoolExecutor(1) as reader:
        coming = reader.submit(next, batches, None)
        while (batch := coming.result()) is not None:
            coming = reader.submit(next, batches, None)
            yield batch


def _expect(intake: Intake, file: Any) -> None:
    """Tell the intake the hours that the file's statistics promise, so that its tables are made once."""
    kind = file.schema_arrow.field("hour").type
    if not str(kind).startswith("timestamp") or kind.tz is None:
        return
    place = file.schema_arrow.get_field_index("hour")
    groups = [file.metadata.row_group(number).column(place) for number in range(file.metadata.num_row_groups)]
    told = [group.statistics for group in groups if group.path_in_schema == "hour" and group.is_stats_set]
    known = [each for each in told if each.has_min_max and isinstance(each.min_raw, int)]
    if known:
        scale = TICKS[kind.unit] * SECONDS
        intake.expect(min(each.min_raw for each in known) // scale, max(each.max_raw for each in known) // scale)


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


class _Lines:
    """Numbers the kinds of rows.

    A resource's next row nearly always says what its last one said, and then is of the same kind; only where it does
    not is its combination of values looked up.
    """

    def __init__(self, intake: Intake, columns: list[str]) -> None:
        self.intake = intake
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
        given: dict[str, Any] = {}
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


def _hours(column: Any, stamps: Stamps, where: Where) -> Integers:
    """Return each row's hour in UTC: from time stamps as whole columns, from texts by their distinct values."""
    if column.null_count:
        raise RackmathError(f"{where.at(int(np.argmax(np.asarray(column.is_null()))))}: column 'hour' is empty")
    kind = str(column.type)
    if kind.startswith("timestamp") and column.type.tz is not None:
        scale = TICKS[column.type.unit] * SECONDS
        ticks: Integers = np.asarray(column.view("int64"))
        hours: Integers = ticks // scale
        if not np.array_equal(hours * scale, ticks):
            bad = int(np.argmax(hours * scale != ticks))
            raise RackmathError(
                f"{where.at(bad)}: column 'hour' holds {column[bad].as_py()}, which is not on a full hour"
            )
        return hours
    column = column if hasattr(column, "dictionary") else column.dictionary_encode()
    codes = np.asarray(column.indices)
    found = []
    for place, value in enumerate(column.dictionary.to_pylist()):
        try:
            found.append(stamps.hour(_text(value)))
        except RackmathError as problem:
            raise RackmathError(f"{where.at(int(np.argmax(codes == place)))}: column 'hour': {problem}") from None
    told: Integers = np.array(found, dtype=np.int64)[codes]
    return told


def _numbers(column: Any, where: Where, name: str) -> Floats:
    if column.null_count:
        raise RackmathError(f"{where.at(int(np.argmax(np.asarray(column.is_null()))))}: column {name!r} is empty")
    try:
        return np.asarray(column.cast("float64"))
    except Exception:
        raise RackmathError(f"{where.file}: column {name!r} is of type {column.type}, which holds no numbers") from None
