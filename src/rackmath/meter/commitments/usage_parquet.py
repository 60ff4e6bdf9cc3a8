"""Usage from Parquet, streamed: what rows have in common is found in whole columns, never row by row."""

from __future__ import annotations

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
from rackmath.meter.commitments.intake import TEXT, Intake, Where
from rackmath.meter.commitments.parquet_lines import Lines
from rackmath.meter.commitments.rows import QUANTITIES, Rows, Stamps, check_header
from rackmath.meter.commitments.usage import Usage

ROWS = 1 << 18
"""Rows read at once: few enough that a batch's columns stay in the processor's cache."""
TICKS = {"s": 1, "ms": 1_000, "us": 1_000_000, "ns": 1_000_000_000}
Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


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
    shared = _constants(file, texts)
    read = [*(name for name in texts if name not in shared), *rates]
    stamps = Stamps(zone)
    lines = Lines(intake, read, shared)
    first = 1
    for batch in _ahead(file.iter_batches(batch_size=ROWS, columns=[*read, "hour", used])):
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


def _statistics(file: Any, name: str) -> list[Any]:
    """Return what the file says of a column, one row group after another; nothing where a group says nothing."""
    groups = [file.metadata.row_group(number) for number in range(file.metadata.num_row_groups)]
    paths = [groups[0].column(place).path_in_schema for place in range(groups[0].num_columns)] if groups else []
    if name not in paths:
        return []
    told = [group.column(paths.index(name)).statistics for group in groups]
    return told if all(each is not None and each.has_min_max for each in told) else []


def _expect(intake: Intake, file: Any) -> None:
    """Tell the intake the hours that the file's statistics promise, so that its tables are made once."""
    kind = file.schema_arrow.field("hour").type
    told = _statistics(file, "hour")
    if told and str(kind).startswith("timestamp") and kind.tz is not None:
        scale = TICKS[kind.unit] * SECONDS
        intake.expect(min(each.min_raw for each in told) // scale, max(each.max_raw for each in told) // scale)


def _constants(file: Any, names: list[str]) -> dict[str, str]:
    """Return the texts that all rows share, by the file's statistics: their columns need not be read."""
    found = {}
    for name in names:
        told = _statistics(file, name)
        values = {value for each in told for value in (each.min, each.max)}
        full = all(each.has_null_count and each.null_count == 0 for each in told)
        if full and len(values) == 1 and isinstance(value := values.pop(), str):
            found[name] = value
    return found


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
