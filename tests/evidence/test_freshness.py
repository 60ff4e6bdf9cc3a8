"""Age against half-life."""

from __future__ import annotations

from datetime import date

import pytest

from evidence.brains import a_figure


@pytest.mark.parametrize(
    ("as_of", "stated", "half_life", "review", "today", "age", "stale"),
    [
        ("2026-05-24", None, 90, None, "2026-08-22", 90, False),  # 7 + 30 + 31 + 22 = 90 days: not above the half-life
        ("2026-05-24", None, 90, None, "2026-08-23", 91, True),
        ("2026-05", None, 30, None, "2026-06-30", 30, False),  # counted from the end of May
        ("2026-05-24", None, None, None, "2066-05-24", 14610, False),  # 40 years with 10 leap days: 14600 + 10
        ("2026-05-24", None, 90, None, "2026-01-01", 0, False),  # looked at before it was true
        ({"start": "2025-01-01"}, "2026-05-24", 30, None, "2026-06-24", 31, True),  # open: from when it was stated
        ("2026-05-24", None, 90, "2027-01-01", "2026-12-31", 221, False),  # a review date set by hand rules
        ("2026-05-24", None, None, "2026-06-01", "2026-06-02", 9, True),
    ],
)
def test_stale_or_not(
    as_of: object, stated: str | None, half_life: float | None, review: str | None, today: str, age: int, stale: bool
) -> None:
    more = {"stated_on": date.fromisoformat(stated)} if stated else {}
    review_after = date.fromisoformat(review) if review else None
    figure = a_figure(1, as_of=as_of, half_life_days=half_life, review_after=review_after, **more)
    fresh = figure.freshness(date.fromisoformat(today))
    assert (fresh.age_days, fresh.stale) == (age, stale)
    assert fresh.half_life_days == half_life
    assert fresh.reason


def test_reasons_are_sentences() -> None:
    figure = a_figure(1, half_life_days=90)
    assert (
        figure.freshness(date(2026, 5, 30)).reason == "6 days old, within its half-life of 90 days (until 2026-08-22)"
    )
    assert figure.freshness(date(2027, 5, 24)).reason == "365 days old, over its half-life of 90 days"
    assert a_figure(1).freshness(date(2026, 5, 30)).reason == "6 days old; this quantity does not age"
