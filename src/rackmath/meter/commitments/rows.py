"""Rows one by one into the intake: stamps, numbers and texts are each read once and remembered."""

from __future__ import annotations

from datetime import tzinfo

import numpy as np

from rackmath.errors import RackmathError, suggest
from rackmath.meter.commitments.clock import local_hours, read_stamp, to_hour
from rackmath.meter.commitments.intake import DEFAULTS, LOWER, TEXT, Intake, Key, Where
from rackmath.meter.rows import finite

BATCH = 1 << 17
REQUIRED = ("hour", "account", "region", "on_demand_rate")
QUANTITIES = {"hours": 1.0, "seconds": 1 / 3600, "quantity": 1.0}
"""Names of the column that says how much was used, and what turns it into units."""
COLUMNS = (*REQUIRED, *QUANTITIES, *(name for name in TEXT if name != "part"), "contracted_rate")


class Stamps:
    """Reads time stamps into hours; without an offset they are refused unless a zone is named."""

    def __init__(self, zone: tzinfo | None) -> None:
        self.zone = zone
        self.repeated: dict[int, int] = {}
        self._known: dict[str, int] = {}

    def hour(self, text: str) -> int:
        """Return a stamp's hour in UTC. Where the clock repeats it, that is the earlier one, and `repeated` knows."""
        found = self._known.get(text)
        if found is None:
            found = self._known[text] = self._read(text)
        return found

    def _read(self, text: str) -> int:
        moment = read_stamp(text)
        if moment.tzinfo is not None:
            return to_hour(moment)
        if self.zone is None:
            raise RackmathError(f"{text[:40]!r} says no offset; write {text.strip()[:32]}Z for UTC, or name its --zone")
        hours = local_hours(moment, self.zone)
        if len(hours) > 1:
            self.repeated[hours[0]] = hours[1]
        return hours[0]


def check_header(header: list[str], file: str) -> tuple[list[str], str]:
    """Return the columns that are unknown, and the name of the column that says how much was used.

    Raises
    ------
    RackmathError
        A column is missing, is there twice, or is nearly the name of one that would otherwise be read as left out.
    """
    for name in header:
        if header.count(name) > 1:
            raise RackmathError(f"{file}: row 1: column {name[:40]!r} is there twice")
    unknown = [name for name in header if name not in COLUMNS]
    for name in REQUIRED:
        if name not in header:
            near = suggest(name, unknown)
            raise RackmathError(f"{file}: row 1: column {name!r} is missing{near}; columns are {', '.join(COLUMNS)}")
    for name in unknown:
        near = suggest(name, [each for each in COLUMNS if each not in header])
        if near:
            raise RackmathError(f"{file}: row 1: column {name[:40]!r} is unknown{near}")
    given = [name for name in QUANTITIES if name in header]
    if len(given) != 1:
        raise RackmathError(
            f"{file}: row 1: one column must say how much was used: hours, seconds or quantity; found {given or 'none'}"
        )
    return unknown, given[0]


def number(text: str, column: str) -> float:
    """Return a number; what is none is refused with the column's name."""
    try:
        return finite(text)
    except RackmathError as problem:
        raise RackmathError(f"column {column!r}: {problem}") from None


def texts_of(given: dict[str, str]) -> tuple[str, ...]:
    """Return the texts of a series, cleaned and with what is left out filled in."""
    found = []
    for name in TEXT:
        text = given.get(name, "").strip() or DEFAULTS.get(name, "")
        found.append(text.lower() if name in LOWER else text)
    return tuple(found)


class Rows:
    """Collects rows and hands them to the intake in batches."""

    def __init__(self, intake: Intake, file: str, zone: tzinfo | None) -> None:
        self.intake = intake
        self.file = file
        self.stamps = Stamps(zone)
        self._numbers: list[int] = []
        self._lines: list[int] = []
        self._hours: list[int] = []
        self._quantity: list[float] = []

    def put(self, row: int, key: Key, stamp: str, quantity: float) -> None:
        """Take one row."""
        self._numbers.append(row)
        self._lines.append(self.intake.line(key))
        self._hours.append(self.stamps.hour(stamp))
        self._quantity.append(quantity)
        if len(self._lines) >= BATCH:
            self.flush()

    def flush(self) -> None:
        """Hand on what is there."""
        self.intake.add(
            Where(self.file, self._numbers),
            np.array(self._lines, dtype=np.int64),
            np.array(self._hours, dtype=np.int64),
            np.array(self._quantity, dtype=np.float64),
            self.stamps.repeated,
        )
        self._numbers, self._lines, self._hours, self._quantity = [], [], [], []
