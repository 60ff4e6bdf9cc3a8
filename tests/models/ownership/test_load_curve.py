"""A load curve answers the same questions whether it is hours or a lognormal."""

from __future__ import annotations

import numpy as np
import pytest

from rackmath.errors import RackmathError
from rackmath.models.ownership._load_curve import Hours, Lognormal, best_steps, load_curve
from rackmath.uncertainty import stream

HOURS = np.array([3.0, 1.0, 2.0, 10.0])  # mean 4: 0.25, 0.5, 0.75, 2.5


@pytest.mark.parametrize("capacity", [0.0, 0.25, 0.3, 0.75, 1.0, 2.5, 9.0])
def test_hours_against_a_sum_over_them(capacity: float) -> None:
    shape = HOURS / HOURS.mean()
    excess, share = Hours.of(HOURS).above(capacity)
    assert excess == pytest.approx(np.maximum(shape - capacity, 0).mean())
    assert share == pytest.approx((shape > capacity).mean())
    # one curve for each draw takes another road through the code
    many = Hours.of(np.stack([HOURS, HOURS[::-1]])).above(np.full(2, capacity))
    assert many[0] == pytest.approx(excess)
    assert many[1] == pytest.approx(share)


def test_a_sample_of_a_lognormal_is_the_lognormal() -> None:
    smooth = load_curve("lognormal", 3.0, 0.01, 1.0)
    assert isinstance(smooth, Lognormal)
    hours = Hours.of(np.exp(smooth.sigma * stream(1, "load curve").standard_normal(400_000)))
    for capacity in (0.5, 1.0, 2.0):
        assert hours.above(capacity) == pytest.approx(smooth.above(capacity), abs=5e-3)
    assert hours.exceeded_in(0.1) == pytest.approx(smooth.exceeded_in(0.1), rel=1e-2)


def test_hours_without_any_demand_are_refused() -> None:
    with pytest.raises(RackmathError, match="no demand in any hour"):
        load_curve("hourly", 3.0, 0.01, [0.0, 0.0])


@pytest.mark.parametrize("form", ["lognormal", "hourly"])
@pytest.mark.parametrize("ratio", [0.02, 0.2, 0.6, 1.5])
@pytest.mark.parametrize("step", [30.0, 170.0, 5_000.0])
def test_best_steps_against_every_number_of_them(form: str, ratio: float, step: float) -> None:
    curve, mean = load_curve(form, 3.0, 0.01, HOURS), 1_000.0
    every = np.arange(1, 400)
    spill = mean * curve.above(every * step / mean)[0]
    steps, spilled = best_steps(curve, mean, step, ratio, 1.0)
    cost = ratio * every * step + spill
    assert ratio * steps * step + spilled == pytest.approx(cost.min())
