import math

import pytest

from rackmath.web.charts.stairs import cost_at, stairs, stretches


def test_a_jump_between_level_stretches_is_drawn_upright_half_way():
    points = [(0, 100), (10, 100), (20, 60), (30, 60)]
    assert stairs(points) == [(0, 100), (10, 100), (15, 100), (15, 60), (20, 60), (30, 60)]


def test_steps_over_a_gentle_slope_are_steps_too():
    points = [(0, 100.0), (10, 99.5), (20, 60.0), (30, 59.5)]
    assert (15, 99.5) in stairs(points)
    assert (15, 60.0) in stairs(points)


def test_smooth_curves_and_kinks_stay_as_they_are():
    smooth = [(x, 200 - 0.01 * x**2) for x in range(0, 110, 10)]
    assert stairs(smooth) == smooth
    kink = [(0, 100), (10, 100), (20, 60), (30, 20)]
    assert stairs(kink) == kink
    assert stairs([(0, 1)]) == [(0, 1)]


def test_cost_between_points_is_straight_on_the_axes_as_drawn():
    assert cost_at([10, 20], [0, 10], 5, log=False) == 15
    # half way in the logarithm of both: sqrt(10 × 1000) = 100 at sqrt(1 × 100) = 10
    assert cost_at([10, 1000], [1, 100], 10, log=True) == pytest.approx(100)
    assert cost_at([10, None, 30], [0, 1, 2], 1, log=False) == 20
    assert cost_at([10, 20], [0, 10], 11, log=False) is None
    assert cost_at([], [], 11, log=False) is None


def test_stretches_name_the_lowest_curve_from_where_to_where():
    curves = {"a": [1, 2, 9, 9], "b": [5, 5, 5, 5]}
    # the change lies between 10 and 100: at their geometric middle
    assert stretches(curves, [1, 10, 100, 1000]) == [("a", 1, math.sqrt(1000)), ("b", math.sqrt(1000), 1000)]


def test_stretches_skip_what_nobody_can_do():
    curves = {"a": [None, 2.0, 2.0], "b": [None, None, math.inf]}
    assert stretches(curves, [0, 1, 2]) == [("a", 0.5, 2)]
