"""The fall of the price of one quality: closed forms, and what the files may say."""

from __future__ import annotations

import math
from datetime import date, timedelta

import pytest

from rackmath.errors import RackmathError
from rackmath.meter.prices import compression, read_offers
from rackmath.meter.prices.compression import Offer


def offers(factor_a_year: float, count: int = 6, quality: float = 1200):
    """Return offers whose price falls by a factor a year, a quarter apart, among dearer and worse ones."""
    start = date(2024, 1, 1)
    made = []
    for step in range(count):
        day = start + timedelta(days=round(step * 365.25 / 4))
        price = 10 * factor_a_year ** (-(day - start).days / 365.25)
        made += [
            Offer(f"m{step}", day, price, quality),
            Offer(f"dear{step}", day, 50, 1300),
            Offer("weak", day, 0.01, 900),
        ]
    return made


def test_a_steady_fall_gives_its_own_rate_in_both_ways():
    found = compression(offers(4.0), 1200)
    assert found.annual_factor == pytest.approx(4, rel=1e-6)
    assert found.fitted_factor == pytest.approx(4, rel=1e-6)
    assert found.halving_years == pytest.approx(math.log(2) / math.log(4), rel=1e-6)
    assert len(found.records) == 6
    assert found.total_factor == pytest.approx(4**found.years, rel=1e-9)


def test_thirty_dollars_to_three_in_two_years_is_three_and_a_half_a_year_or_less():
    """30 → 3 is a factor of 10; 10^(1/2) = 3.162 a year, a fall of 68 %."""
    pair = [Offer("a", date(2023, 3, 1), 30, 1), Offer("b", date(2025, 3, 1), 3, 1)]
    found = compression(pair, 1)
    assert found.annual_factor == pytest.approx(10 ** (365.25 / 731), rel=1e-9)
    assert found.annual_factor == pytest.approx(3.162, rel=0.002)
    assert found.fitted_factor is None


def test_a_higher_bar_asks_more_of_the_offers():
    with pytest.raises(RackmathError, match="6 offers reach it and 1 set a record"):
        compression(offers(4.0), 1250)


def test_a_price_that_nobody_undercut_has_stood_still():
    """100 → 50 after a year, and nothing cheaper for another: a factor of 2 in two years, 1.41 a year."""
    day = date(2023, 1, 1)
    made = [Offer("a", day, 100, 1), Offer("b", date(2024, 1, 1), 50, 1), Offer("dear", date(2025, 1, 1), 80, 1)]
    assert compression(made, 1).annual_factor == pytest.approx(2 ** (365.25 / 731), rel=1e-9)


def test_a_few_months_are_no_yearly_rate():
    with pytest.raises(RackmathError, match="needs half a year"):
        compression([Offer("a", date(2024, 1, 1), 2, 1), Offer("b", date(2024, 4, 1), 1, 1)], 1)


def test_two_records_of_one_day_are_one():
    same = [
        Offer("a", date(2024, 1, 1), 30, 1),
        Offer("b", date(2024, 1, 1), 20, 1),
        Offer("c", date(2025, 1, 1), 10, 1),
    ]
    assert [each.model for each in compression(same, 1).records] == ["b", "c"]


def test_the_interval_covers_a_noisy_rate():
    import numpy as np

    inside = 0
    for seed in range(60):
        noise = np.random.default_rng(seed).normal(0, 0.05, 8)
        made = [
            Offer(
                f"m{step}",
                date(2024, 1, 1) + timedelta(days=90 * step),
                10 * 3.0 ** (-90 * step / 365.25) * math.exp(each),
                1,
            )
            for step, each in enumerate(noise)
        ]
        found = compression(made, 1)
        inside += found.fitted_low <= 3.0 <= found.fitted_high
    assert 48 <= inside <= 60  # 90 % of 60 is 54; noise of 5 % seldom breaks a record


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("m,,1,2,3", "column 'date'"),
        ("m,2024-01-01,0,0,3", "nothing or less"),
        ("m,2024-01-01,1,2,good", "is not a number"),
    ],
)
def test_a_price_without_a_date_is_refused(tmp_path, row, told):
    path = tmp_path / "h.csv"
    path.write_text(f"model,date,input_usd_mtok,output_usd_mtok,quality\n{row}\n", encoding="utf-8")
    with pytest.raises(RackmathError, match=told):
        read_offers(path)
