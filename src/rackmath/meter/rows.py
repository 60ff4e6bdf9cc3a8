"""Tables from outside as CSV: read with limits, and with errors that name the column and the row."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path

from rackmath.errors import RackmathError, suggest

MAX_BYTES = 2 * 1024**3
MAX_CELL = 10_000
MAX_COLUMNS = 500


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
        if not value.is_finite() or abs(value) > Decimal("1e18"):
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
        return RackmathError(f"{self.where}, column {name}: {shown[:60]!r} {told}")


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
    try:
        size = path.stat().st_size
        if path.is_dir() or size > MAX_BYTES:
            raise RackmathError(f"{path}: give a CSV file of at most {MAX_BYTES:,} bytes")
        file = path.open(encoding="utf-8-sig", newline="")
    except FileNotFoundError:
        raise RackmathError(f"{path}: no such file") from None
    with file:
        yield from _rows(file, path.name, needed, known, other)


def _rows(
    file: io.TextIOBase, name: str, needed: Sequence[str], known: Sequence[str], other: Mapping[str, str]
) -> Iterator[Row]:
    reader = csv.reader(file, strict=True)
    try:
        head = [each.strip().lower() for each in next(reader)]
        columns = [other.get(each, each) for each in head]
        _check_columns(name, columns, needed, known)
        for cells in reader:
            if not any(cells):
                continue
            where = f"{name}:{reader.line_num}"
            if len(cells) > len(columns):
                raise RackmathError(f"{where}: {len(cells)} cells under {len(columns)} columns; is a comma not quoted?")
            if any(len(cell) > MAX_CELL for cell in cells):
                raise RackmathError(f"{where}: a cell is longer than {MAX_CELL:,} characters")
            yield Row(where, dict(zip(columns, cells, strict=False)))
    except StopIteration:
        raise RackmathError(f"{name}: is empty; the first line names the columns: {', '.join(needed)}") from None
    except UnicodeDecodeError as problem:
        raise RackmathError(f"{name}: byte {problem.start} is not UTF-8; save the file as CSV in UTF-8") from None
    except csv.Error as problem:
        raise RackmathError(f"{name}:{reader.line_num}: {problem}") from None


def _check_columns(name: str, columns: Sequence[str], needed: Sequence[str], known: Sequence[str]) -> None:
    if len(columns) > MAX_COLUMNS:
        raise RackmathError(f"{name}: {len(columns)} columns; at most {MAX_COLUMNS} are read")
    twice = next((each for each in columns if each in known and columns.count(each) > 1), None)
    if twice:
        raise RackmathError(f"{name}: the column {twice!r} stands there twice")
    for column in needed:
        if column not in columns:
            near = suggest(column, columns)
            has = ", ".join(columns[:12])
            raise RackmathError(f"{name}: has no column {column!r}{near} it has {has}; known are {', '.join(known)}")
