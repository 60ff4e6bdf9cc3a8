"""Dates with their precision."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from rackmath.errors import RackmathError
from rackmath.evidence import read_period


@pytest.mark.parametrize(
    ("written", "start", "end", "precision"),
    [
        ("2026", "2026-01-01", "2026-12-31", "year"),
        (2026, "2026-01-01", "2026-12-31", "year"),
        ("2026-Q2", "2026-04-01", "2026-06-30", "quarter"),
        ("2026-Q4", "2026-10-01", "2026-12-31", "quarter"),
        ("2024-02", "2024-02-01", "2024-02-29", "month"),  # a leap year
        ("2026-12", "2026-12-01", "2026-12-31", "month"),
        ("2026-5-4", "2026-05-04", "2026-05-04", "day"),
        (date(2026, 5, 24), "2026-05-24", "2026-05-24", "day"),
        (datetime(2026, 5, 24, 10, tzinfo=UTC), "2026-05-24", "2026-05-24", "day"),
        ("2026-05-24T10:00:00Z", "2026-05-24", "2026-05-24", "day"),
        ({"start": "2026-01", "end": "2026-03"}, "2026-01-01", "2026-03-31", "range"),
        ({"start": "2026-01", "end": None}, "2026-01-01", "9999-12-31", "range"),
        ({"start": "2026-01"}, "2026-01-01", "9999-12-31", "range"),
    ],
)
def test_periods(written: object, start: str, end: str, precision: str) -> None:
    period = read_period(written)
    assert (str(period.start), str(period.end), period.precision) == (start, end, precision)


@pytest.mark.parametrize("text", ["2026", "2026-Q3", "2026-05", "2026-05-24", "2026-01-01 to 2026-03-31"])
def test_a_period_prints_as_it_was_written(text: str) -> None:
    start, _, end = text.partition(" to ")
    assert str(read_period({"start": start, "end": end} if end else text)) == text
    assert str(read_period({"start": "2026-01"})) == "2026-01-01 to now"


@pytest.mark.parametrize(
    "written",
    ["", None, True, 20.26, "soon", "26", "2026-13", "2026-02-30", "2026-Q5", "0000-01-01", [], {}, {"end": "2026"},
     {"start": "2026", "until": "2027"}, {"start": "2026-03", "end": "2026-01"}],
)  # fmt: skip
def test_what_is_not_a_date(written: object) -> None:
    with pytest.raises(RackmathError):
        read_period(written)


@pytest.mark.parametrize(
    ("first", "second", "days"),
    [
        ("2026-01", "2026-01-15", 0),
        ("2026-01", "2026-02", 0),  # they touch
        ("2026-01-01", "2026-01-03", 1),  # the second of January lies between
        ("2026-01", "2026-03", 28),  # February 2026
        ({"start": "2026-01"}, "2027-01-01", 0),  # still holding
    ],
)
def test_days_between(first: object, second: object, days: int) -> None:
    assert read_period(first).days_between(read_period(second)) == days
    assert read_period(second).days_between(read_period(first)) == days
