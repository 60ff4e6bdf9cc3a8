"""Usage from Parquet, streamed: what rows have in common is found in whole columns, never row by row."""

from __future__ import annotations

from collections.abc import Iterator
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

ROWS = 1 << 20
Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Coded = tuple[Integers, list[Any]]
"""A column as places in a list of its distinct values."""


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
    for batch in file.iter_batches(batch_size=ROWS // 16):
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
    file = parquet.ParquetFile(path, read_dictionary=[*texts, "hour"])
    stamps = Stamps(zone)
    first = 1
    for batch in _batches(file, [*texts, *rates, "hour", used]):
        where = Where(str(path), range(first, first + batch.num_rows))
        coded = {name: _coded(batch.column(name), where, name) for name in (*texts, *rates)}
        codes, kinds = _combined(list(coded.values()))
        keys = [_key(dict(zip(coded, kind, strict=True)), where) for kind in kinds]
        hours = _hours(batch.column("hour"), stamps, where)
        quantity = _numbers(batch.column(used), where, used) * QUANTITIES[used]
        intake.add(where, keys, codes, hours, quantity, stamps.repeated)
        first += batch.num_rows


def _batches(file: Any, columns: list[str]) -> Iterator[Any]:
    yield from file.iter_batches(batch_size=ROWS, columns=columns)


def _coded(column: Any, where: Where, name: str) -> Coded:
    """Return a column as places in its distinct values; an absent text is empty."""
    if not hasattr(column, "dictionary"):
        column = column.dictionary_encode()
    values = column.dictionary.to_pylist()
    indices = column.indices
    if indices.null_count:
        if name == "on_demand_rate":
            bad = int(np.argmax(np.asarray(indices.is_null())))
            raise RackmathError(f"{where.at(bad)}: column {name!r} is empty")
        indices = indices.fill_null(len(values))
        values = [*values, None if name == "contracted_rate" else ""]
    return np.asarray(indices), values


def _combined(columns: list[Coded]) -> tuple[Integers, list[tuple[Any, ...]]]:
    """Return each row's place in the list of the combinations of values that occur."""
    import pyarrow as arrow  # noqa: PLC0415  (the caller has it)

    varied = [(codes, len(values)) for codes, values in columns if len(values) > 1]
    together: Integers = np.zeros(len(columns[0][0]), dtype=np.int64)
    size = 1
    parts: list[tuple[Integers, int]] = []
    for codes, count in varied:
        if size * count >= 1 << 62:
            raise RackmathError("the columns have too many different values to be combined")
        together = together * count + codes if size > 1 else codes.astype(np.int64)
        size *= count
        parts.append((codes, count))
    encoded = arrow.array(together).dictionary_encode()
    distinct: Integers = np.asarray(encoded.dictionary)
    rest = distinct
    picked: list[Integers] = []
    for _, count in reversed(parts):
        rest, place = np.divmod(rest, count)
        picked.append(place)
    chosen = iter(reversed(picked))
    lists = []
    for _, values in columns:
        if len(values) > 1:
            lists.append([values[index] for index in next(chosen).tolist()])
        else:
            lists.append(values * len(distinct))
    return np.asarray(encoded.indices), list(zip(*lists, strict=True))


def _key(given: dict[str, Any], where: Where) -> Key:
    prices = []
    for name in ("on_demand_rate", "contracted_rate"):
        price = given.pop(name, None)
        try:
            prices.append(prices[0] if price is None else float(price))
        except (TypeError, ValueError):
            raise RackmathError(f"{where.file}: column {name!r} holds {str(price)[:40]!r}, which is not a number") from None
    return Key(texts_of({name: str(value) for name, value in given.items()}), prices[0], prices[1])


def _hours(column: Any, stamps: Stamps, where: Where) -> Integers:
    """Return each row's hour in UTC: from time stamps as whole columns, from texts by their distinct values."""
    if column.null_count:
        raise RackmathError(f"{where.at(int(np.argmax(np.asarray(column.is_null()))))}: column 'hour' is empty")
    kind = str(column.type)
    if kind.startswith("timestamp") and column.type.tz is not None:
        scale = {"s": 1, "ms": 1_000, "us": 1_000_000, "ns": 1_000_000_000}[column.type.unit] * SECONDS
        ticks: Integers = np.asarray(column.view("int64"))
        hours: Integers = ticks // scale
        if not np.array_equal(hours * scale, ticks):
            bad = int(np.argmax(hours * scale != ticks))
            raise RackmathError(f"{where.at(bad)}: column 'hour' holds {column[bad].as_py()}, which is not on a full hour")
        return hours
    codes, values = _coded(column, where, "hour")
    found = []
    for place, value in enumerate(values):
        try:
            found.append(stamps.hour(_text(value)))
        except RackmathError as problem:
            raise RackmathError(f"{where.at(int(np.argmax(codes == place)))}: column 'hour': {problem}") from None
    return np.array(found, dtype=np.int64)[codes]


def _numbers(column: Any, where: Where, name: str) -> Floats:
    if column.null_count:
        raise RackmathError(f"{where.at(int(np.argmax(np.asarray(column.is_null()))))}: column {name!r} is empty")
    try:
        return np.asarray(column.cast("float64"))
    except Exception:
        raise RackmathError(f"{where.file}: column {name!r} is of type {column.type}, which holds no numbers") from None
