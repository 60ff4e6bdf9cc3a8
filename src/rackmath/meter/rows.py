"""Tables from outside as CSV: read with limits, and with errors that name the file, the row and the column."""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from itertools import chain
from pathlib import Path

from rackmath.errors import RackmathError, suggest
from rackmath.meter.files import check_file

MAX_BYTES = 2 * 1024**3
MAX_COLUMNS = 500
MARKS = ",;\t"
"""What may stand between cells: that which the heading has most of."""

Record = tuple[int, list[str]]
"""A row's number, as a spreadsheet counts it, and its cells."""


class Table:
    """The heading of a CSV, which is row 1 if no empty line stands above it, and the rows below it.

    Parameters
    ----------
    lines
        The lines of the file, decoded.
    name
        What messages call it.
    most
        The most rows that are read.

    Raises
    ------
    RackmathError
        There is no heading, or too wide a one; and while rows are read: a row is no CSV or no UTF-8, has more cells
        than the heading, or is one too many.
    """

    def __init__(self, lines: Iterable[str], name: str, most: int | None = None) -> None:
        self.name = name
        self._most = most
        self._place = 1
        self._records = self._read(iter(lines))
        self.heads = [head.strip() for head in next(self._records, (1, []))[1]]
        if not self.heads:
            raise RackmathError(f"{name}: is empty; the first line must name the columns")
        if len(self.heads) > MAX_COLUMNS:
            raise RackmathError(f"{name}: {len(self.heads)} columns; at most {MAX_COLUMNS} are read")

    def __iter__(self) -> Iterator[Record]:
        wide = len(self.heads)
        for record in self._records:
            if len(record[1]) > wide:
                raise self._of_another_width(*record)
            yield record

    def whole(self) -> Iterator[Record]:
        """Yield the rows, of which each must have a cell for every column."""
        wide = len(self.heads)
        for record in self._records:
            if len(record[1]) != wide:
                raise self._of_another_width(*record)
            yield record

    def _of_another_width(self, place: int, cells: list[str]) -> RackmathError:
        wide = len(self.heads)
        hint = "; is a comma not quoted?" if len(cells) > wide else ""
        return RackmathError(f"{self.name}: row {place}: {len(cells)} cells where the heading has {wide}{hint}")

    def _read(self, lines: Iterator[str]) -> Iterator[Record]:
        try:
            blank = 0
            first = next(lines, "")
            while first and not first.strip():
                blank += 1
                first = next(lines, "")
            if "\0" in first:
                raise RackmathError(f"{self.name}: is a binary file; save it as CSV")
            mark = max(MARKS, key=first.count)
            rows = csv.reader(chain([first], lines), delimiter=mark, strict=True)
            for self._place, cells in enumerate(rows, blank + 1):
                if self._most is not None and self._place > self._most + 1:
                    raise RackmathError(f"{self.name}: over {self._most:,} rows; sum it by hour first")
                if any(cells) and not all(map(str.isspace, filter(None, cells))):
                    yield self._place, cells
        except UnicodeDecodeError:
            raise RackmathError(
                f"{self.name}: is not UTF-8 after row {self._place}; save the file as CSV in UTF-8"
            ) from None
        except csv.Error as problem:
            raise RackmathError(f"{self.name}: row {self._place + 1}: is not CSV: {problem}") from None


def finite(written: str) -> float:
    """Return a finite number, with or without thousands marked; the caller knows the row and the column.

    >>> finite("1,234.5")
    1234.5
    """
    try:
        value = float(written)
    except ValueError:
        text = written.strip().replace(" ", "")
        if not re.fullmatch(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?|[+-]?[\d.]+", text):
            raise RackmathError(f"{written[:40]!r} is not a number") from None
        try:
            value = float(text.replace(",", ""))
        except ValueError:
            raise RackmathError(f"{written[:40]!r} is not a number") from None
    if not math.isfinite(value):
        raise RackmathError(f"{written[:40]!r} is not a finite number")
    return value


class Row(Mapping[str, str]):
    """One row; what is asked of it is checked, and an error says where it stands."""

    def __init__(self, where: str, cells: Mapping[str, str]) -> None:
        self.where, self._cells = where, cells

    def __getitem__(self, name: str) -> str:
        return self._cells[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._cells)

    def __len__(self) -> int:
        return len(self._cells)

    def text(self, name: str, default: str = "") -> str:
        """Return a cell without the spaces around it; `default` where the column is absent or the cell empty."""
        return self._cells.get(name, "").strip() or default

    def whole(self, name: str, default: int | None = None, least: int = 0) -> int:
        """Return a whole number; `default` where the cell is empty and a default is given."""
        value = self.number(name, None if default is None else Decimal(default))
        if value != value.to_integral_value() or value < least:
            raise self.wrong(name, f"must be a whole number, {least} or more")
        return int(value)

    def number(self, name: str, default: Decimal | None = None) -> Decimal:
        """Return a finite number, exactly as it is written."""
        written = self.text(name)
        if not written:
            if default is None:
                raise self.wrong(name, "is empty")
            return default
        try:
            value = Decimal(written.replace(",", "") if written.count(",") and "." in written else written)
        except InvalidOperation:
            raise self.wrong(name, "is not a number") from None
        if not value.is_finite() or value.copy_abs() > Decimal("1e18"):
            raise self.wrong(name, "is not a finite number below 1e18")
        return value

    def day(self, name: str) -> date:
        """Return the day of an ISO 8601 date, or of a moment."""
        written = self.text(name)
        try:
            return date.fromisoformat(written) if len(written) <= 10 else datetime.fromisoformat(written).date()
        except ValueError:
            raise self.wrong(name, "is not a date; write YYYY-MM-DD, or a moment as in ISO 8601") from None

    def wrong(self, name: str, told: str) -> RackmathError:
        """Return an error about a cell."""
        shown = self._cells.get(name, "")
        return RackmathError(f"{self.where}, column {name!r}: {shown[:60]!r} {told}")


def read_rows(
    path: Path, *, needed: Sequence[str], known: Sequence[str], aliases: Mapping[str, str] | None = None
) -> Iterator[Row]:
    """Yield the rows of a CSV file, by the names of its columns in lower case.

    Parameters
    ----------
    needed
        Columns without which the file cannot be read.
    known
        All columns that mean something, for the message about a missing one; others are passed over.
    aliases
        Other names of a column, as other programs write it.

    Raises
    ------
    RackmathError
        The file is missing, too large, no text, or lacks a column; or a row has more cells than columns.
    """
    other = aliases or {}
    check_file(path, "a CSV file", MAX_BYTES)
    with path.open(encoding="utf-8-sig", newline="") as file:
        table = Table(file, path.name)
        columns = [other.get(head.lower(), head.lower()) for head in table.heads]
        _check_columns(path.name, columns, needed, known)
        for place, cells in table:
            yield Row(f"{path.name}: row {place}", dict(zip(columns, cells, strict=False)))


def _check_columns(name: str, columns: Sequence[str], needed: Sequence[str], known: Sequence[str]) -> None:
    twice = next((each for each in columns if each in known and columns.count(each) > 1), None)
    if twice:
        raise RackmathError(f"{name}: the column {twice!r} stands there twice")
    for column in needed:
        if column not in columns:
            near = suggest(column, columns) or ";"
            has = ", ".join(columns[:12])
            raise RackmathError(f"{name}: has no column {column!r}{near} it has {has}; known are {', '.join(known)}")
