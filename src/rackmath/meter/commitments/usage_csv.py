"""Usage from CSV: a usage table, or a bill that is recognised by its columns."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import tzinfo
from pathlib import Path

from rackmath.errors import RackmathError
from rackmath.meter.commitments.bills import bill_of
from rackmath.meter.commitments.intake import TEXT, Intake, Key
from rackmath.meter.commitments.rows import QUANTITIES, Rows, check_header, number, texts_of
from rackmath.meter.commitments.usage import Usage

Record = tuple[int, list[str]]


def read_csv(path: Path, intake: Intake, zone: tzinfo | None) -> Usage:
    """Return the usage of a CSV file.

    Raises
    ------
    RackmathError
        What is wrong with a column or a row, with its name and number; the header is row 1.
    """
    with path.open(encoding="utf-8-sig", newline="") as file:
        try:
            records = _records(csv.reader(file), str(path))
            _, header = next(records, (1, []))
            header = [name.strip() for name in header]
            rows = Rows(intake, str(path), zone)
            bill = bill_of(header)
            if bill is not None:
                bill.check(header, str(path))
                for place, record in records:
                    bill.put(rows, place, dict(zip(header, record, strict=True)))
                intake.notes += bill.told()
            else:
                _table(rows, header, records, intake)
            rows.flush()
        except (csv.Error, UnicodeDecodeError) as problem:
            raise RackmathError(f"{path}: not CSV in UTF-8: {problem}") from None
    return intake.usage(str(path))


def _records(reader: Iterator[list[str]], file: str) -> Iterator[Record]:
    """Yield each record with its number; all have as many cells as the first, and empty lines do not count."""
    wide = None
    for place, record in enumerate(reader, 1):
        if not record:
            continue
        wide = wide or len(record)
        if len(record) != wide:
            raise RackmathError(f"{file}: row {place}: {len(record)} cells where the header has {wide}")
        yield place, record


def _table(rows: Rows, header: list[str], records: Iterator[Record], intake: Intake) -> None:
    unknown, used = check_header(header, rows.file)
    if unknown:
        intake.notes.append(f"columns that nothing reads: {', '.join(name[:30] for name in unknown[:8])}")
    place = {name: index for index, name in enumerate(header)}
    texts = [place[name] for name in TEXT if name in place]
    names = [name for name in TEXT if name in place]
    stamp, amount, rate = place["hour"], place[used], place["on_demand_rate"]
    contracted = place.get("contracted_rate", rate)
    factor = QUANTITIES[used]
    known: dict[tuple[str, ...], Key] = {}
    for at, record in records:
        try:
            written = (*[record[index] for index in texts], record[rate], record[contracted])
            key = known.get(written)
            if key is None:
                price = number(record[rate], "on_demand_rate")
                paid = number(record[contracted], "contracted_rate") if record[contracted].strip() else price
                given = dict(zip(names, written, strict=False))
                key = known[written] = Key(texts_of(given), price, paid)
            rows.put(at, key, record[stamp], number(record[amount], used) * factor)
        except RackmathError as problem:
            text = str(problem)
            raise RackmathError(text if text.startswith(rows.file) else f"{rows.file}: row {at}: {text}") from None
