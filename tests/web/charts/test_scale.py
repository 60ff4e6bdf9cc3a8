import math
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rackmath.web.charts import scale
from rackmath.web.charts.scale import Scale


def test_a_straight_scale_maps_ends_to_ends_and_the_middle_to_the_middle():
    axis = Scale(0, 10, 100, 200)
    assert [axis(0), axis(5), axis(10)] == [100, 150, 200]
    assert axis(99) == 200  # held at the end


def test_a_logarithmic_scale_maps_equal_ratios_to_equal_steps():
    axis = Scale(1, 1000, 0, 300, log=True)
    assert [round(axis(value), 9) for value in (1, 10, 100, 1000)] == [0, 100, 200, 300]


@pytest.mark.parametrize(
    ("low", "high", "count", "ticks"),
    [
        (0, 100, 5, [0, 20, 40, 60, 80, 100]),
        (0, 1, 4, [0, 0.5, 1]),  # a quarter is no step of 1, 2, 5: the next is a half
        (0.1, 0.35, 5, [0.1, 0.15, 0.2, 0.25, 0.3, 0.35]),
        (-30, 70, 4, [0, 50]),
        (1000.0, 1000.5, 5, [1000.0, 1000.1, 1000.2, 1000.3, 1000.4, 1000.5]),
    ],
)
def test_straight_ticks_are_round(low, high, count, ticks):
    assert scale.linear_ticks(low, high, count) == ticks


@pytest.mark.parametrize(
    ("low", "high", "count", "ticks"),
    [
        (1, 100, 7, [1, 2, 5, 10, 20, 50, 100]),
        (1, 1e4, 5, [1, 10, 100, 1000, 10000]),
        (1, 1e12, 5, [1, 1e3, 1e6, 1e9, 1e12]),
        (2.1, 4.4, 5, [2.5, 3.0, 3.5, 4.0]),  # no two of 1-2-5 inside: straight ticks on the logarithmic axis
    ],
)
def test_logarithmic_ticks_thin_out_as_the_decades_grow(low, high, count, ticks):
    assert scale.log_ticks(low, high, count) == pytest.approx(ticks)


finite = st.floats(-1e15, 1e15, allow_nan=False)


@given(st.lists(finite, min_size=1, max_size=6), st.booleans(), st.integers(1, 9))
def test_any_range_has_ticks_inside_it_and_about_as_many_as_asked(values, zero, count):
    low, high = scale.domain(values, zero=zero)
    assert low < high
    assert all(low <= value <= high for value in values)
    ticks = scale.linear_ticks(low, high, count)
    assert len(ticks) <= count + 1
    slack = (high - low) * 1e-6
    assert all(low - slack <= tick <= high + slack for tick in ticks)


@given(st.floats(1e-12, 1e12), st.floats(1.1, 1e12), st.integers(2, 9))
@example(400000000051.0, 1.109375, 2)  # no multiple of a coarse step lies in it
def test_any_positive_range_has_logarithmic_ticks_inside_it(low, ratio, count):
    high = low * ratio
    ticks = scale.log_ticks(low, high, count)
    assert ticks
    assert ticks == sorted(ticks)
    assert all(low * 0.999 <= tick <= high * 1.001 for tick in ticks)
    assert len(ticks) <= count + 1


def test_a_range_of_one_value_gets_a_width():
    assert scale.domain([5.0]) == (4.5, 5.5)
    assert scale.domain([5.0], zero=True) == (0, 5)
    assert scale.domain([]) == (0, 1)
    assert scale.domain([0.0, 0.0]) == (-1, 1)
    assert scale.log_domain([8.0]) == (8 / 1.5, 12)
    assert scale.log_domain([0.0, -1.0, math.inf]) == (1, 10)


def test_logarithmic_only_beyond_thirtyfold_and_only_for_positive_values():
    assert scale.wants_log([1, 31])
    assert not scale.wants_log([1, 30])
    assert not scale.wants_log([0, 31])
    assert not scale.wants_log([])


@given(st.lists(st.floats(0, 300), min_size=1, max_size=9), st.floats(1, 40))
def test_labels_spread_without_touching_and_stay_inside(wishes, gap):
    placed = scale.spread(wishes, gap, 0, 300)
    room = min(gap, 300 / max(len(wishes) - 1, 1))
    ordered = sorted(placed)
    assert all(b - a >= room - 1e-6 for a, b in pairwise(ordered))
    assert ordered[0] >= -1e-6
    assert ordered[-1] <= 300 + 1e-6
    # nobody overtakes: the order of the labels is that of the curves
    assert [placed[i] for i in sorted(range(len(wishes)), key=lambda i: wishes[i])] == ordered


def test_labels_that_have_room_stay_where_they_are():
    assert scale.spread([10, 100, 50], 20, 0, 200) == [10, 100, 50]
    # two that want the same place share the way: 50 ± 10
    assert scale.spread([50, 50], 20, 0, 200) == [40, 60]
    assert scale.spread([], 20, 0, 200) == []
