"""Price compression: factors, percentages and halving times are three ways to say one thing."""

from __future__ import annotations

import math

import numpy as np
import pytest

from rackmath.errors import RackmathError
from rackmath.models.tokens.price_compression import price_compression

BASE = {"price_before": 30.0, "price_after": 3.0, "years": 2.0, "quality_held": "fixed", "price_kind": "effective"}


def notes(**changes: object) -> dict[str, float]:
    return {name: float(note.value) for name, note in price_compression(**BASE | changes).notes.items()}


@pytest.mark.parametrize(
    ("after", "factor", "annual", "decline"),
    [
        (3.0, 10.0, 3.162, 0.684),  # 10^(1/2) = 3.162; 1 - 1/3.162 = 68 % a year
        (2.0, 15.0, 3.873, 0.742),  # 15^(1/2) = 3.873; 1 - 1/3.873 = 74 % a year
    ],
)
def test_thirty_dollars_to_two_or_three_in_two_years(
    after: float, factor: float, annual: float, decline: float
) -> None:
    # "$30 to $2-3 in 24 months", https://pecollective.com/blog/llm-pricing-comparison-2026/
    found = price_compression(**BASE | {"price_after": after})
    assert found.total == pytest.approx(annual, abs=1e-3)
    assert found.notes["total_factor"].value == pytest.approx(factor)
    assert found.notes["annual_decline"].value == pytest.approx(decline, abs=1e-3)


def test_twenty_to_thirty_per_cent_a_year_is_another_story() -> None:
    # 20 to 30 % a year over the same two years leaves 30 × 0.8² = 19.2 to 30 × 0.7² = 14.7 dollars, not 2 to 3
    assert notes(price_after=19.2)["annual_decline"] == pytest.approx(0.20)
    assert notes(price_after=14.7)["annual_decline"] == pytest.approx(0.30)
    assert notes(price_after=3.0)["annual_decline"] > 0.65


def test_a_drop_of_98_per_cent_is_a_factor_of_fifty() -> None:
    # 1 / (1 - 0.98)
    found = notes(price_before=100.0, price_after=2.0)
    assert found["total_factor"] == pytest.approx(50)
    assert found["total_decline"] == pytest.approx(0.98)
    # ten times cheaper is 90 % lower, not "10 % lower"
    assert notes()["total_decline"] == pytest.approx(0.9)


def test_halving_time() -> None:
    # 2 × ln 2 / ln 10 = 0.602 year; after it the price is 15, after twice that 7.5
    found = notes()
    assert found["halving_time"] == pytest.approx(2 * math.log(2) / math.log(10))
    assert 30 * 0.5 ** (2 / found["halving_time"]) == pytest.approx(3.0)
    assert found["halvings_a_year"] == pytest.approx(1 / found["halving_time"])


@pytest.mark.parametrize("after", [30.0, 60.0])
def test_a_price_that_did_not_fall_never_halves(after: float) -> None:
    found = price_compression(**BASE | {"price_after": after})
    assert np.isposinf(found.notes["halving_time"].value)
    assert found.notes["halvings_a_year"].value == pytest.approx(-math.log2(after / 30) / 2)
    assert found.total <= 1


def test_says_what_was_compared() -> None:
    assert price_compression(**BASE).warnings == ()
    assert "different quality" in price_compression(**BASE | {"quality_held": "best-model"}).warnings[0]
    assert "list prices" in price_compression(**BASE | {"price_kind": "list"}).warnings[0]
    assert "half a year" in price_compression(**BASE | {"years": 0.25}).warnings[0]


def test_one_year_needs_no_root() -> None:
    assert price_compression(**BASE | {"years": 1.0}).total == pytest.approx(10.0)


@pytest.mark.parametrize("name", ["price_before", "price_after", "years"])
def test_nothing_is_refused(name: str) -> None:
    with pytest.raises(RackmathError, match=name):
        price_compression(**BASE | {name: 0.0})


def test_arrays() -> None:
    found = price_compression(**BASE | {"price_after": np.array([3.0, 30.0, 60.0])})
    np.testing.assert_allclose(found.total, [math.sqrt(10), 1.0, math.sqrt(0.5)])
    np.testing.assert_array_equal(np.isinf(found.notes["halving_time"].value), [False, True, True])
