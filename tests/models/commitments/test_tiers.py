"""Tiers: graduated and reached, at the boundaries and in any order."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rackmath.models.commitments._tiers import graduated, in_each, in_order, reached

STARTS, PRICES = in_order([0.0, 10.0, 50.0], [0.09, 0.085, 0.07])


@pytest.mark.parametrize(
    ("volume", "cost"),
    # 10 × 0.09 = 0.9; + 40 × 0.085 = 4.3; + 50 × 0.07 = 7.8
    [(0.0, 0.0), (10.0, 0.9), (10.5, 0.9425), (50.0, 4.3), (100.0, 7.8)],
)
def test_each_unit_pays_its_own_tier(volume: float, cost: float) -> None:
    assert graduated(volume, STARTS, PRICES) == pytest.approx(cost)


def test_a_threshold_is_reached_only_when_it_is_passed() -> None:
    starts, discounts = in_order([500.0], [0.05])
    assert reached(500.0, starts, discounts) == 0
    assert reached(500.01, starts, discounts) == 0.05
    assert reached(np.array([0.0, 600.0]), starts, discounts).tolist() == [0, 0.05]


def test_tiers_may_be_named_in_any_order() -> None:
    starts, prices = in_order([50.0, 0.0, 10.0], [0.07, 0.09, 0.085])
    assert starts.tolist() == STARTS.tolist()
    assert prices.tolist() == PRICES.tolist()


def test_draws_of_tiers_and_volumes_meet() -> None:
    starts, prices = in_order(np.array([[0.0, 10.0], [0.0, 20.0]]), np.array([[1.0, 0.5], [1.0, 0.5]]))
    assert graduated(np.array([30.0, 30.0]), starts, prices).tolist() == [20, 25]
    assert graduated(30.0, starts, prices).tolist() == [20, 25]


@settings(max_examples=50, deadline=None, derandomize=True)
@given(st.floats(0, 1e6), st.lists(st.floats(0, 1e6), min_size=1, max_size=6))
def test_nothing_is_lost_between_tiers(volume: float, starts: list[float]) -> None:
    ordered, _ = in_order(starts, np.zeros(len(starts)))
    assert in_each(volume, ordered).sum() == pytest.approx(max(volume - min(starts), 0.0))
