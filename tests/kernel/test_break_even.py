"""Break-even: every crossing, jumps included, and its spread over draws."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rackmath.kernel.break_even import crossings, first_crossing, grid, spread

NAMES = ("a", "b")


@given(st.floats(2, 900), st.sampled_from(["log", "linear"]))
def test_one_crossing_is_found_to_rounding(place, scale):
    found = crossings(NAMES, lambda x: x - place, 1, 1000, scale)
    assert [each.cheaper_above for each in found] == ["b"]  # a - b grows: above the crossing b is the cheaper one
    assert found[0].at == pytest.approx(place, rel=1e-9)


def test_all_crossings_are_found_in_order():
    found = crossings(NAMES, lambda x: (x - 2) * (x - 5) * (x - 9), 1, 10, "linear")
    assert [each.at for each in found] == pytest.approx([2, 5, 9])
    assert [each.cheaper_above for each in found] == ["b", "a", "b"]


def test_a_jump_across_zero_is_a_crossing():
    found = crossings(NAMES, lambda x: np.where(x < 3.7, -1.0, 2.0), 1, 10, "linear")
    assert [each.at for each in found] == pytest.approx([3.7])


@pytest.mark.parametrize("difference", [lambda x: x + 1, lambda x: 0 * x, lambda x: np.where(x > 0, np.inf, 0)])
def test_no_crossing(difference):
    assert crossings(NAMES, difference, 1, 10, "linear") == []


def test_two_infinite_costs_differ_by_nothing():
    assert crossings(NAMES, lambda x: np.where(x < 5, np.nan, 1.0), 1, 10, "linear") == []


def test_first_crossing_over_draws():
    values = grid(1, 100, "linear", 100)
    slopes = np.array([1.0, 2.0, -1.0])
    places = first_crossing(values[:, None] * slopes - 50, values)
    # 1 x = 50 at 50, 2 x = 50 at 25, -x = 50 never
    assert places[:2] == pytest.approx([50, 25])
    assert np.isnan(places[2])


def test_spread_counts_the_draws_without_a_crossing():
    places = np.concatenate([np.linspace(1, 2, 101), np.full(101, np.nan)])
    found = spread(places)
    assert found["chance"] == pytest.approx(0.5)
    assert found["p50"] == pytest.approx(1.5)
    assert spread(np.full(10, np.nan)) == {"p5": None, "p50": None, "p95": None, "chance": 0.0}
