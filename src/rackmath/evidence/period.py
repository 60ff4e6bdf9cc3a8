"""Dates as sources give them: a year, a month, a day, or a stretch of time."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from rackmath.errors import RackmathError

OPEN = date.max
_WRITTEN = re.compile(r"(\d{4})(?:-(?:Q([1-4])|(\d{1,2})(?:-(\d{1,2})(?:[T ].*)?)?))?")
_HELP = "write 2026, 2026-Q2, 2026-05, 2026-05-24 or {start: 2026-01, end: 2026-03}"


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """A stretch of days, both ends included. `end` is `OPEN` (the last date there is) while it still lasts."""

    start: date
    end: date
    precision: str  # day | month | quarter | year | range

    def __str__(self) -> str:
        match self.precision:
            case "year":
                return f"{self.start.year}"
            case "quarter":
                return f"{self.start.year}-Q{(self.start.month + 2) // 3}"
            case "month":
                return f"{self.start:%Y-%m}"
            case "day":
                return self.start.isoformat()
        return f"{self.start} to {'now' if self.is_open else self.end}"

    @property
    def is_open(self) -> bool:
        """Whether the period has no known end."""
        return self.end == OPEN

    @property
    def latest(self) -> date:
        """The last day it is known to hold for: its end, or its start while it still lasts."""
        return self.start if self.is_open else self.end

    def days_between(self, other: Period) -> int:
        """Return the days between two periods; 0 when they overlap or touch."""
        first, second = sorted((self, other))
        return max(0, (second.start - first.end).days - 1) if not first.is_open and second.start > first.end else 0


def read_period(raw: Any) -> Period:
    """Read a date or a period as written in a figure.

    Raises
    ------
    RackmathError
        It is not a date, or the end lies before the start.
    """
    if isinstance(raw, Mapping):
        unknown = set(map(str, raw)) - {"start", "end", "precision"}
        if unknown or raw.get("start") is None:
            raise RackmathError(f"{dict(raw)!r} is not a period; {_HELP}")
        start, end = _read(raw["start"]), raw.get("end")
        last = OPEN if end in (None, "") else _read(end).end
        if last < start.start:
            raise RackmathError(f"the period ends ({end}) before it starts ({raw['start']})")
        return Period(start.start, last, "range")
    return _read(raw)


def _read(raw: Any) -> Period:
    if isinstance(raw, datetime):
        raw = raw.date()
    if isinstance(raw, date):
        return Period(raw, raw, "day")
    if raw is None or isinstance(raw, bool | float):
        raise RackmathError(f"{raw!r} is not a date; {_HELP}")
    return _read_text(str(raw).strip())


@lru_cache(maxsize=4096)
def _read_text(text: str) -> Period:
    match = _WRITTEN.fullmatch(text)
    if match is None:
        raise RackmathError(f"{text[:60]!r} is not a date; {_HELP}")
    year, quarter, month, day = match.groups()
    try:
        if day:
            only = date(int(year), int(month), int(day))
            return Period(only, only, "day")
        if quarter:
            first = date(int(year), 3 * int(quarter) - 2, 1)
            return Period(first, _last_day(first.year, first.month + 2), "quarter")
        if month:
            first = date(int(year), int(month), 1)
            return Period(first, _last_day(first.year, first.month), "month")
        return Period(date(int(year), 1, 1), date(int(year), 12, 31), "year")
    except ValueError:
        raise RackmathError(f"{text!r} is not a day of the calendar; {_HELP}") from None


def _last_day(year: int, month: int) -> date:
    return date(year, 12, 31) if month == 12 else date(year, month + 1, 1) - timedelta(days=1)


def as_day(moment: date | None) -> date | None:
    """Return a date without its time of day."""
    return moment.date() if isinstance(moment, datetime) else moment
