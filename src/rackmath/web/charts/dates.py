"""A time axis: days as numbers, and the round dates that it names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

MONTH = 30.44
"""Days in a month, on average."""

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_STEPS = (1, 2, 3, 6, 12, 24, 60, 120, 240, 600, 1200)
"""Months between ticks; more than a century apart they are doubled."""


def read_day(text: object) -> date | None:
    """Return the day of an ISO text or date, or None when there is none."""
    if isinstance(text, date):
        return text
    try:
        return date.fromisoformat(str(text)[:10])
    except ValueError:
        return None


def span(days: Iterable[date]) -> tuple[float, float]:
    """Return the ordinals between which an axis runs: the days, with a margin of 3 %, and at least four months."""
    ordinals = [day.toordinal() for day in days]
    if not ordinals:
        raise ValueError("a time axis needs a day")
    first, last = min(ordinals), max(ordinals)
    around = max((last - first) * 0.03, (4 * MONTH - (last - first)) / 2)
    return max(1.0, first - around), min(float(date.max.toordinal()), last + around)


def ticks(first: float, last: float, count: int) -> list[tuple[float, str]]:
    """Return at most about `count` round dates between two ordinals, each with its text.

    Whole years where there are several; months otherwise, with the year at each of them.
    """
    length = (last - first) / MONTH
    step = next((step for step in _STEPS if length / step <= max(count, 1)), _STEPS[-1])
    while length / step > max(count, 1) + 1:
        step *= 2
    found = [(day.toordinal(), _named(day, step)) for day in _every(first, last, step)]
    if not found:  # a stretch between two round dates is named by its ends
        found = [(round(end), date.fromordinal(round(end)).isoformat()) for end in (first, last)]
    return [(float(at), text) for at, text in found]


def _every(first: float, last: float, step: int) -> Iterator[date]:
    """Yield the first days of each `step` months counted from the year 0, within two ordinals."""
    start = date.fromordinal(int(first))
    month = (start.year * 12 + start.month - 1) // step * step
    while month // 12 <= date.max.year:
        if month >= 12:
            day = date(month // 12, month % 12 + 1, 1)
            if day.toordinal() > last:
                return
            if day.toordinal() >= first:
                yield day
        month += step


def _named(day: date, step: int) -> str:
    return str(day.year) if step % 12 == 0 else f"{_MONTHS[day.month - 1]} {day.year}"


def middle(first: date, last: date) -> date:
    """Return the day half way between two."""
    return first + timedelta(days=(last - first).days // 2)
