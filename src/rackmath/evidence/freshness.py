"""How old a figure is, and whether that is too old."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from rackmath.evidence.period import Period


@dataclass(frozen=True, slots=True)
class Freshness:
    """Age in days, the half-life it is held against (None: the quantity does not age), and the reason in words."""

    age_days: int
    half_life_days: float | None
    stale: bool
    reason: str


def judge(as_of: Period, stated_on: date, half_life: float | None, review_after: date | None, today: date) -> Freshness:
    """Hold a figure's age against its half-life.

    The age counts from the last day the figure is known to hold for: the end of its period or, while that is open, the
    day it was stated. It is stale when the age exceeds the half-life, or after the review date that somebody set.
    """
    since = max(as_of.start, stated_on) if as_of.is_open else as_of.end
    age = max(0, (today - since).days)
    if review_after is not None:
        stale = today > review_after
        return Freshness(age, half_life, stale, f"{'was' if stale else 'is'} to be reviewed after {review_after}")
    if half_life is None:
        return Freshness(age, None, False, f"{age} days old; this quantity does not age")
    if age > half_life:
        return Freshness(age, half_life, True, f"{age} days old, over its half-life of {half_life:g} days")
    due = since + timedelta(days=int(half_life))
    return Freshness(age, half_life, False, f"{age} days old, within its half-life of {half_life:g} days (until {due})")
