from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rackmath.web.charts import dates


def test_a_day_is_read_from_text_and_nothing_from_anything_else():
    assert dates.read_day("2026-05-24T10:00:00Z") == date(2026, 5, 24)
    assert dates.read_day(date(2026, 5, 24)) == date(2026, 5, 24)
    assert dates.read_day("May") is None
    assert dates.read_day(None) is None


@pytest.mark.parametrize(
    ("first", "last", "texts"),
    [
        (date(2020, 6, 1), date(2026, 2, 1), ["2022", "2024", "2026"]),
        (date(2025, 11, 20), date(2026, 3, 10), ["Dec 2025", "Jan 2026", "Feb 2026", "Mar 2026"]),
        (date(1700, 1, 1), date(2026, 1, 1), ["1700", "1800", "1900", "2000"]),
    ],
)
def test_ticks_are_round_dates(first, last, texts):
    assert [text for _, text in dates.ticks(first.toordinal(), last.toordinal(), 4)] == texts


@given(st.dates(), st.dates(), st.integers(1, 12))
def test_ticks_lie_on_the_axis_and_are_few(one, other, count):
    low, high = dates.span([one, other])
    found = dates.ticks(low, high, count)
    assert 1 <= len(found) <= count + 2
    assert all(low - 1 <= at <= high + 1 for at, _ in found)
    assert [at for at, _ in found] == sorted({at for at, _ in found})


def test_one_day_still_has_an_axis_of_months():
    low, high = dates.span([date(2026, 5, 24)])
    assert high - low > 100


def test_no_day_has_no_axis():
    with pytest.raises(ValueError, match="needs a day"):
        dates.span([])
