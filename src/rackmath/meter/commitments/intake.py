"""Rows of usage into one table: SKUs pooled, hours counted, and what is wrong with a row said with its number."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rackmath.errors import RackmathError
from rackmath.meter.commitments.clock import FIRST, LAST, written
from rackmath.meter.commitments.sku import INSTANCE_HOUR, Sku, split_type
from rackmath.meter.commitments.usage import Usage

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

TEXT = (
    "provider",
    "service",
    "account",
    "region",
    "az",
    "instance_type",
    "family",
    "size",
    "os",
    "tenancy",
    "unit",
    "currency",
    "resource",
    "part",
)
"""What tells one series of rows from another. `part` parts the rows of one bill that belong to one resource's hour."""
DEFAULTS = {
    "provider": "aws",
    "service": "ec2",
    "os": "linux",
    "tenancy": "default",
    "unit": INSTANCE_HOUR,
    "currency": "USD",
}
LOWER = frozenset({"provider", "service", "os", "tenancy", "unit", "region", "az"})
MAX_CELLS = 1 << 30
SHOWN = 3


class Key(NamedTuple):
    """What rows of one series and price have in common: the texts of `TEXT`, and the two rates."""

    texts: tuple[str, ...]
    rate: float
    contracted: float


class Where(NamedTuple):
    """Where rows stand, for messages: the file, and each row's number in it."""

    file: str
    numbers: Sequence[int]

    def at(self, offset: int) -> str:
        """Return the place of one row."""
        return f"{self.file}: row {self.numbers[offset]}"


class Grid:
    """A table of cells that grows with its rows and hours."""

    def __init__(self, dtype: type) -> None:
        self.cells: NDArray[Any] = np.zeros((0, 0), dtype=dtype)
        self.first = 0

    def cover(self, rows: int, first: int, last: int) -> None:
        """Make room for so many rows, and for the hours from `first` to `last`."""
        had_rows, had_hours = self.cells.shape
        if had_hours == 0:
            self.first = first
        low, high = min(first, self.first), max(last + 1, self.first + had_hours)
        if rows <= had_rows and low == self.first and high == self.first + had_hours:
            return
        if had_hours and low < self.first:
            low = min(low, max(self.first - had_hours, FIRST))
        if had_hours and high > self.first + had_hours:
            high = max(high, min(self.first + 2 * had_hours, LAST))
        rows = max(rows, 2 * had_rows if rows > had_rows else had_rows)
        if rows * (high - low) > MAX_CELLS:
            raise RackmathError(
                f"the usage spans {high - low} hours of {rows} series, too many to hold; split the file by year"
            )
        grown = np.zeros((rows, high - low), dtype=self.cells.dtype)
        start = self.first - low if had_hours else 0
        grown[:had_rows, start : start + had_hours] = self.cells
        self.cells, self.first = grown, low

    def flat(self, rows: Integers, hours: Integers) -> Integers:
        """Return the places of cells in the table laid out flat."""
        places: Integers = rows * self.cells.shape[1]
        places += hours
        places -= self.first
        return places


class Intake:
    """Takes batches of rows and gives a `Usage`.

    Parameters
    ----------
    by_resource
        Keep each resource apart instead of pooling those of one SKU.
    sum_duplicates
        Add rows of one series and hour up instead of refusing the second.
    """

    def __init__(self, *, by_resource: bool = False, sum_duplicates: bool = False) -> None:
        self.by_resource = by_resource
        self.sum_duplicates = sum_duplicates
        self.rows = 0
        self.summed = 0
        self.notes: list[str] = []
        self._lines: dict[Key, int] = {}
        self._parts: list[tuple[int, int]] = []
        self._parted: Integers = np.zeros((2, 0), dtype=np.int64)
        self._series: dict[tuple[str, ...], int] = {}
        self._pools: dict[Sku, int] = {}
        self._currency = ""
        self._quantity = Grid(np.float64)
        self._seen = Grid(np.uint8)
        self._low, self._high = LAST, FIRST
        self._expected = (LAST, FIRST)
        self._repeated: dict[tuple[int, int], int] = {}

    def line(self, key: Key) -> int:
        """Return the number of rows of this kind; a key that is new is checked.

        Raises
        ------
        RackmathError
            What is wrong with a text or a rate; the caller knows the row.
        """
        found = self._lines.get(key)
        if found is None:
            self._parts.append(self._new_line(key))
            found = self._lines[key] = len(self._parts) - 1
        return found

    def expect(self, first: int, last: int) -> None:
        """Have room for these hours from the start; rows may turn out to lie in fewer, or in others."""
        if FIRST <= first <= last <= LAST:
            self._expected = first, last

    def add(
        self,
        where: Where,
        lines: Integers,
        hours: Integers,
        quantity: Floats,
        repeated: Mapping[int, int] | None = None,
    ) -> None:
        """Take a batch of rows.

        Parameters
        ----------
        lines
            What each row is, as `line` numbered it.
        hours
            Each row's hour, counted from 1970 in UTC.
        quantity
            Units used.
        repeated
            Where the clock went back: the later hour that an hour in `hours` can mean as well. A series' first such row
            is taken for the earlier hour, its second for the later one.
        """
        if not len(lines):
            return
        if not quantity.min() >= 0 or quantity.max() == np.inf:
            bad = int(np.argmax(~((quantity >= 0) & (quantity < np.inf))))
            raise RackmathError(f"{where.at(bad)}: quantity is {quantity[bad]:g}; what was used cannot be below zero")
        low, high = int(hours.min()), int(hours.max())
        if low < FIRST or high > LAST:
            bad = int(np.argmax((hours < FIRST) | (hours > LAST)))
            raise RackmathError(f"{where.at(bad)}: column 'hour' holds no date that can be meant")
        if self._parted.shape[1] < len(self._parts):
            self._parted = np.array(self._parts, dtype=np.int64).T.copy()
        series, pools = self._parted[0].take(lines), self._parted[1].take(lines)
        if repeated:
            hours = self._told_apart(hours, series, repeated)
            high = int(hours.max())
        self._low, self._high = min(self._low, low), max(self._high, high)
        self._cover()
        self._check_for_duplicates(where, series, hours)
        np.add.at(self._quantity.cells.reshape(-1), self._quantity.flat(pools, hours), quantity)
        self.rows += len(lines)

    def _new_line(self, key: Key) -> tuple[int, int]:
        """Return the series and the pool of a new key."""
        given = dict(zip(TEXT, key.texts, strict=True))
        for name in ("account", "region"):
            if not given[name]:
                raise RackmathError(f"column {name!r} is empty")
        if not given["instance_type"] and given["unit"] == INSTANCE_HOUR:
            raise RackmathError("column 'instance_type' is empty for an instance hour")
        for name, rate in (("on_demand_rate", key.rate), ("contracted_rate", key.contracted)):
            if not (math.isfinite(rate) and rate >= 0):
                raise RackmathError(f"column {name!r} is {rate:g}; a price is a number of zero or more")
        if self._currency and given["currency"] != self._currency:
            raise RackmathError(
                f"column 'currency' is {given['currency'][:12]!r}, and rows before are in {self._currency!r}; "
                "convert to one currency, or split the file"
            )
        self._currency = given["currency"]
        family, size = split_type(given["instance_type"])
        sku = Sku(
            **{name: given[name] for name in ("provider", "service", "account", "region", "az", "instance_type")},
            family=given["family"] or family or given["instance_type"],
            size=given["size"] or size,
            **{name: given[name] for name in ("os", "tenancy", "unit")},
            on_demand_rate=key.rate,
            contracted_rate=key.contracted,
            resource=given["resource"] if self.by_resource else "",
        )
        return (
            self._series.setdefault(key.texts, len(self._series)),
            self._pools.setdefault(sku, len(self._pools)),
        )

    def _told_apart(self, hours: Integers, series: Integers, repeated: Mapping[int, int]) -> Integers:
        """Return the hours with the second of a series' rows in a repeated hour moved to the later one."""
        hours = hours.copy()
        for offset in np.flatnonzero(np.isin(hours, list(repeated))):
            early = int(hours[offset])
            before = self._repeated.get((int(series[offset]), early), 0)
            self._repeated[int(series[offset]), early] = before + 1
            if before == 1:
                hours[offset] = repeated[early]
        return hours

    def _cover(self) -> None:
        first, last = min(self._low, self._expected[0]), max(self._high, self._expected[1])
        self._seen.cover(len(self._series), first, last)
        self._quantity.cover(len(self._pools), first, last)

    def _check_for_duplicates(self, where: Where, series: Integers, hours: Integers) -> None:
        places = self._seen.flat(series, hours)
        seen = self._seen.cells.reshape(-1)
        if self.sum_duplicates:
            before = np.count_nonzero(seen)
            seen[places] = 1
            self.summed += len(places) - (int(np.count_nonzero(seen)) - int(before))
            return
        np.add.at(seen, places, np.uint8(1))
        twice = seen[places] > 1
        if twice.any():
            same = np.flatnonzero(places == places[int(np.argmax(twice))])
            offset = int(same[1] if len(same) > 1 else same[0])
            named = next(texts for texts, number in self._series.items() if number == series[offset])
            who = named[TEXT.index("resource")] or named[TEXT.index("instance_type")] or named[TEXT.index("family")]
            raise RackmathError(
                f"{where.at(offset)}: {who} has hour {written(int(hours[offset]))} twice; "
                "take one row out, or add them up with --sum-duplicates"
            )

    def usage(self, file: str) -> Usage:
        """Return the table of all rows.

        Raises
        ------
        RackmathError
            There was no row.
        """
        if not self.rows:
            raise RackmathError(
                f"{file}: no usage rows, so there are no hours to replay; zero usage needs rows that say zero"
            )
        start, hours = self._low - self._quantity.first, self._high - self._low + 1
        cells = self._quantity.cells[: len(self._pools), start : start + hours]
        order = sorted(range(len(self._pools)), key=list(self._pools).__getitem__)
        skus = list(self._pools)
        return Usage(
            tuple(skus[place] for place in order),
            self._low,
            np.ascontiguousarray(cells[order]),
            self._currency,
            self.rows,
            tuple(self.notes + self._told()),
        )

    def _told(self) -> list[str]:
        """Return what must be known about the rows: gaps, sums, repeated hours."""
        notes = []
        start = self._low - self._seen.first
        seen = self._seen.cells[: len(self._series), start : start + self._high - self._low + 1].view(np.bool_)
        empty = np.flatnonzero(~seen.any(axis=0))
        if len(empty):
            told = ", ".join(written(self._low + int(hour)) for hour in empty[:SHOWN])
            more = " and more" if len(empty) > SHOWN else ""
            notes.append(f"{len(empty)} hours have no row at all and count as zero usage: {told}{more}")
        inside = seen.shape[1] - np.argmax(seen, axis=1) - np.argmax(seen[:, ::-1], axis=1)
        missing = inside - np.count_nonzero(seen, axis=1)
        broken = int(np.count_nonzero(missing))
        if broken:
            notes.append(
                f"{broken} of {len(seen)} series have gaps between their first and last hour "
                f"({int(missing.sum())} hours), which count as zero usage"
            )
        if self.summed:
            notes.append(f"{self.summed} rows were added to another row of the same series and hour")
        once = sum(count == 1 for count in self._repeated.values())
        if once:
            notes.append(
                f"{once} series have the hour that the clock repeats only once; it was read as the earlier one"
            )
        return notes
