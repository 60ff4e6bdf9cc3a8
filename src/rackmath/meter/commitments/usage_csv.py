"""Usage from CSV: a usage table, or a bill that is recognised by its columns."""

from __future__ import annotations

from datetime import tzinfo
from pathlib import Path

from rackmath.errors import RackmathError
from rackmath.meter.commitments.bills import bill_of
from rackmath.meter.commitments.intake import TEXT, Intake, Key
from rackmath.meter.commitments.rows import QUANTITIES, Rows, check_header, number, texts_of
from rackmath.meter.commitments.usage import Usage
from rackmath.meter.rows import Table


def read_csv(path: Path, intake: Intake, zone: tzinfo | None) -> Usage:
    """Return the usage of a CSV file.

    Raises
    ------
    RackmathError
        What is wrong with a column or a row, with its name and number; the header is row 1.
    """
    with path.open(encoding="utf-8-sig", newline="") as file:
        table = Table(file, str(path))
        rows = Rows(intake, str(path), zone)
        bill = bill_of(table.heads)
        if bill is not None:
            bill.check(table.heads, str(path))
            for place, cells in table.whole():
                bill.put(rows, place, dict(zip(table.heads, cells, strict=True)))
            intake.notes += bill.told()
        else:
            _read(rows, table, intake)
        rows.flush()
    return intake.usage(str(path))


def _read(rows: Rows, table: Table, intake: Intake) -> None:
    header = table.heads
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
    for at, record in table.whole():
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
