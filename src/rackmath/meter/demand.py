"""A usage file as the demand of a scenario: monthly volume, peak over mean, and the load of a day.

Reads comma-, semicolon- or tab-separated text with a column of times and columns of tokens or GPU-hours: one's own
hourly counts, or the usage export of an API. What every odd row means is fixed:

* an hour without a row had no usage; the hours from the first to the last are counted, and the gaps are told
* rows of the same hour are added (an export has one for each model and key); a row that repeats another to the letter
  is an error of copying, and counts once
* a negative amount, a time that cannot be read and an empty cell are errors that name the row and the column
* times with an offset count in UTC; times without one are in the zone that is given. There the hour that clocks go
  through twice in autumn is two hours, in the order of the rows, and the one they skip in spring is no gap
* a month is the twelfth of a year of 365 days, as everywhere in rackmath: 730 hours
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from rackmath.errors import RackmathError
from rackmath.meter.demand_rows import MAX_BYTES, Columns, Read, columns_of, opened, rows_of
from rackmath.units import convert

__all__ = ["MAX_BYTES", "Demand", "read_demand"]

MAX_HOURS = 20 * 8784


@dataclass(frozen=True)
class Demand:
    """What a file says of demand."""

    kind: str
    """``tokens`` or ``GPU-hours``."""
    resolution: str
    """``hour``, or ``day`` where the file has days only: then there is no load curve."""
    first: str
    last: str
    zone: str
    rows: int
    steps: int
    """Hours (or days) from the first to the last."""
    total: float
    mean: float
    peak: float
    peak_at: str
    curve: tuple[float, ...]
    """Mean of each hour of the day, 0 to 23 in the file's zone; empty for daily files."""
    missing: int
    repeated: int
    input_share: float | None = None
    cached_share: float | None = None
    remarks: tuple[str, ...] = field(default=())

    @property
    def unit(self) -> str:
        """The unit of `total`."""
        return "token" if self.kind == "tokens" else "GPU*hour"

    @property
    def per_month(self) -> float:
        """The volume of a month at the file's mean."""
        return self.mean * convert(1.0, "month", self.resolution)

    @property
    def peak_to_mean(self) -> float | None:
        """The busiest step over the mean one; None where nothing was used."""
        return self.peak / self.mean if self.mean else None

    def fills(self) -> dict[str, str]:
        """Return what this says of inputs that models share, as a scenario has them."""
        found: dict[str, str] = {}
        if self.kind == "tokens" and self.total:
            found["tokens_per_month"] = f"{_rounded(self.per_month)} tokens/month"
            if self.input_share is not None:
                found["input_share"] = f"{self.input_share:.4g}"
        if self.peak_to_mean is not None and self.resolution == "hour":
            found["peak_to_mean"] = f"{self.peak_to_mean:.4g}"
        return found

    def to_json(self) -> dict[str, Any]:
        """Return all of it as plain data."""
        names = ("kind", "resolution", "first", "last", "zone", "rows", "steps", "total", "mean", "peak", "peak_at")
        return {
            **{name: getattr(self, name) for name in names},
            "unit": self.unit,
            "per_month": self.per_month,
            "peak_to_mean": self.peak_to_mean,
            "curve": list(self.curve),
            "missing": self.missing,
            "repeated": self.repeated,
            "input_share": self.input_share,
            "cached_share": self.cached_share,
            "remarks": list(self.remarks),
            "fills": self.fills(),
        }


def _rounded(value: float) -> str:
    """Return four figures of a volume as a person writes it: ``1.436B``."""
    for size, letter in ((1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "k")):
        if value >= size:
            return f"{value / size:.4g}{letter}"
    return f"{value:.4g}"


def read_demand(text: str, *, name: str = "the file", zone: str = "UTC") -> Demand:
    """Summarise a usage file.

    Parameters
    ----------
    text
        The whole file.
    name
        What messages call it.
    zone
        Where its clock stands, for times without an offset (``Europe/Berlin``).

    Raises
    ------
    Problems
        Each wrong cell, with its row (the heading is row 1) and its column.
    RackmathError
        The file is empty, too large, or has no column of times or of amounts; the columns it has are named.
    """
    clock = _zone(zone)
    table = opened(text, name)
    columns = columns_of(table.heads, name)
    read = rows_of(table, columns, name, clock)
    if not read.times:
        raise RackmathError(f"{name}: has a heading and no rows")
    return _summary(read, columns, clock, zone, name)


def _zone(zone: str) -> ZoneInfo:
    try:
        return ZoneInfo(zone)
    except (KeyError, ValueError, OSError):
        raise RackmathError(f"zone: {zone[:40]!r} is not a time zone; write one such as Europe/Berlin") from None


def _summary(read: Read, columns: Columns, clock: ZoneInfo, zone: str, name: str) -> Demand:
    """Sum the rows by hour, or by day of the zone where there are only days."""
    if read.daily:
        at = np.array([moment.astimezone(clock).toordinal() for moment in read.times])
    else:
        at = np.array([int(moment.timestamp() // 3600) for moment in read.times])
    first, last = int(at.min()), int(at.max())
    steps = last - first + 1
    if steps > MAX_HOURS:
        raise RackmathError(f"{name}: reaches over {steps // 8766} years; one time is probably written wrongly")
    sums = np.bincount(at - first, weights=np.array(read.amounts), minlength=steps)
    missing = int(steps - len(np.unique(at)))
    peak = int(sums.argmax())
    whole = read.input + read.output
    return Demand(
        kind="GPU-hours" if columns.gpu_hours else "tokens",
        resolution="day" if read.daily else "hour",
        first=_shown(first, clock, daily=read.daily),
        last=_shown(last, clock, daily=read.daily),
        zone=zone,
        rows=len(read.times),
        steps=steps,
        total=float(sums.sum()),
        mean=float(sums.mean()),
        peak=float(sums[peak]),
        peak_at=_shown(first + peak, clock, daily=read.daily),
        curve=() if read.daily else _curve(sums, first, clock),
        missing=missing,
        repeated=read.repeated,
        input_share=read.input / whole if whole and columns.input and columns.output else None,
        cached_share=min(read.cached / read.input, 1.0) if read.input and columns.cached else None,
        remarks=tuple(_remarks(read, sums, missing, steps)),
    )


def _shown(at: int, clock: ZoneInfo, *, daily: bool) -> str:
    if daily:
        return datetime.fromordinal(at).date().isoformat()
    return datetime.fromtimestamp(at * 3600, UTC).astimezone(clock).isoformat(timespec="minutes")


def _curve(sums: Any, first: int, clock: ZoneInfo) -> tuple[float, ...]:
    """Return the mean of each hour of the day, as the zone's clock shows it."""
    hours = np.array(
        [datetime.fromtimestamp((first + step) * 3600, UTC).astimezone(clock).hour for step in range(len(sums))]
    )
    counts = np.bincount(hours, minlength=24)
    means = np.bincount(hours, weights=sums, minlength=24) / np.maximum(counts, 1)
    return tuple(float(value) for value in means)


def _remarks(read: Read, sums: Any, missing: int, steps: int) -> list[str]:
    step = "day" if read.daily else "hour"
    found = []
    if missing:
        found.append(f"{missing:,} of {steps:,} {step}s have no row and count as no usage.")
    if read.repeated:
        found.append(f"{read.repeated:,} rows repeat another to the letter and were counted once.")
    if not sums.sum():
        found.append("Nothing was used: there is no peak, and no demand to run a scenario with.")
    if read.daily:
        found.append("The file has days, not hours: there is no load curve, and its peak is that of a day.")
    elif steps < 7 * 24:
        found.append("Less than a week: weekends, or weekdays, may be missing from the mean.")
    return found
