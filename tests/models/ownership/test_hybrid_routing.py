"""Own the steady load, send the peaks out: the best capacity against brute force and simulation."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
from scipy import optimize, stats

from rackmath.errors import RackmathError
from rackmath.models.ownership.hybrid_routing import hybrid_routing
from rackmath.uncertainty import stream

# A mean of 1,000 tokens a second for 730 hours: 2,628 million tokens a month.
MEAN, MTOK = 1_000.0, 2_628.0
BASE: dict[str, Any] = {
    "tokens_per_month": MTOK * 1e6,
    "hours_per_month": 730,
    "demand_form": "lognormal",
    "peak_to_mean": 3,
    "peak_hours_share": 0.01,
    "hourly_demand": 1.0,
    "own_cost_at_full_load": 0.2,
    "api_price": 1.0,
    "outage_hours": 0,
    "regulated_share": 0,
}
SIGMA = 0.5333979  # of a peak of 3 in 1 % of hours; see test_demand.py
HOURS = [500.0, 500.0, 1_000.0, 2_000.0]


def _lognormal() -> Any:
    return stats.lognorm(s=SIGMA, scale=MEAN * np.exp(-(SIGMA**2) / 2))


def test_capacity_is_exceeded_in_the_ratio_of_the_costs() -> None:
    found = hybrid_routing(**BASE)
    # P(D > K*) = 0.2 / 1.0
    assert _lognormal().sf(found.notes["best_capacity"].value) == pytest.approx(0.2, abs=1e-6)


@pytest.mark.parametrize("ratio", [0.05, 0.2, 0.5, 0.9])
def test_no_other_capacity_costs_less(ratio: float) -> None:
    found = hybrid_routing(**{**BASE, "own_cost_at_full_load": ratio})

    def cost(capacity: float) -> float:
        # E[(D - K)+] by scipy's numerical expectation, the independent road
        over = _lognormal().expect(lambda demand: demand - capacity, lb=capacity) if capacity else MEAN
        return MTOK * (ratio * capacity / MEAN + over / MEAN)

    best = optimize.minimize_scalar(cost, bounds=(1.0, 10 * MEAN), method="bounded")
    assert found.total == pytest.approx(best.fun, rel=1e-6)
    assert found.notes["best_capacity"].value == pytest.approx(best.x, rel=1e-2)


def test_agrees_with_simulated_hours() -> None:
    normal = stream(5, "hours").standard_normal(1_000_000)
    hours = MEAN * np.exp(SIGMA * normal - SIGMA**2 / 2)
    found = hybrid_routing(**BASE)
    capacity = found.notes["capacity"].value
    bill = MTOK / MEAN * (0.2 * capacity + np.maximum(hours - capacity, 0))
    assert found.total == pytest.approx(bill.mean(), abs=5 * bill.std() / 1_000)
    # The hours themselves, given as a series, lead to the same capacity and cost.
    series = hybrid_routing(**{**BASE, "demand_form": "hourly", "hourly_demand": hours[:100_000]})
    assert series.total == pytest.approx(found.total, rel=0.01)
    assert series.notes["best_capacity"].value == pytest.approx(capacity, rel=0.02)


def test_hourly_demand_by_hand() -> None:
    found = hybrid_routing(**{**BASE, "demand_form": "hourly", "hourly_demand": HOURS, "own_cost_at_full_load": 0.3})
    # Exceeded in at most 30 % of the hours: 1,000 (exceeded in one of four). Own 0.3 × 2,628; spill (2,000 - 1,000) / 4
    assert found.notes["best_capacity"].value == 1_000
    assert found.lines["own_capacity"] == pytest.approx(788.4)
    assert found.lines["api_spill"] == pytest.approx(657.0)
    assert found.notes["spill_share"].value == pytest.approx(0.25)
    assert found.notes["saving_against_the_api_alone"].value == pytest.approx(2_628 - 1_445.4)
    # Sized for the peak: 2,000 tokens a second at 0.3 in every hour: 1,576.8
    assert found.notes["saving_against_own_alone"].value == pytest.approx(1_576.8 - 1_445.4)


@pytest.mark.parametrize("ratio", [0.01, 0.25, 0.26, 0.5, 0.74, 0.76, 0.99])
def test_hourly_demand_against_every_capacity(ratio: float) -> None:
    found = hybrid_routing(**{**BASE, "demand_form": "hourly", "hourly_demand": HOURS, "own_cost_at_full_load": ratio})
    costs = [
        MTOK * (ratio * capacity + np.maximum(np.array(HOURS) - capacity, 0).mean()) / MEAN
        for capacity in range(0, 2_001, 10)
    ]
    assert found.total == pytest.approx(min(costs), rel=1e-12)


def test_only_the_shape_of_the_hours_counts() -> None:
    one, other = (
        hybrid_routing(**{**BASE, "demand_form": "hourly", "hourly_demand": np.array(HOURS) * scale})
        for scale in (1, 7)
    )
    assert one.total == pytest.approx(other.total, rel=1e-12)


def test_dearer_capacity_than_api_is_not_owned() -> None:
    # Full capacity at 1.2 against an API at 1.0: K* = 0, and the bill is the API's, 2,628
    for form, hours in itertools.product(("lognormal", "hourly"), (HOURS,)):
        found = hybrid_routing(**{**BASE, "demand_form": form, "hourly_demand": hours, "own_cost_at_full_load": 1.2})
        assert found.notes["best_capacity"].value == 0
        assert found.total == pytest.approx(2_628)
        assert found.notes["spill_share"].value == pytest.approx(1)
        assert "own none" in found.warnings[0]
    assert hybrid_routing(**{**BASE, "own_cost_at_full_load": 1.0}).notes["best_capacity"].value == 0


def test_free_capacity_covers_every_peak() -> None:
    found = hybrid_routing(**{**BASE, "own_cost_at_full_load": 0})
    assert found.total == pytest.approx(0, abs=1e-9)
    assert found.notes["spill_share"].value == pytest.approx(0, abs=1e-12)
    hourly = hybrid_routing(**{**BASE, "own_cost_at_full_load": 0, "demand_form": "hourly", "hourly_demand": HOURS})
    assert hourly.notes["best_capacity"].value == 2_000


def test_even_demand_needs_no_api() -> None:
    found = hybrid_routing(**{**BASE, "peak_to_mean": 1})
    assert found.notes["best_capacity"].value == pytest.approx(1_000, rel=1e-6)
    assert found.total == pytest.approx(0.2 * 2_628, rel=1e-6)


def test_published_spill_of_two_to_five_percent() -> None:
    # The advice to send the spiky 2 to 5 % of tokens to a closed API
    # (https://www.digitalapplied.com/blog/self-host-frontier-models-tco-analysis-2026) is, at this unevenness, what the
    # best capacity spills when a full token of one's own costs 3.4 to 9 % of the API's price, a frontier API's. When it
    # costs 60 %, as against an open model's API, the best capacity spills a third.
    spills = [
        hybrid_routing(**{**BASE, "own_cost_at_full_load": ratio}).notes["spill_share"].value
        for ratio in (0.034, 0.09, 0.60)
    ]
    assert spills == pytest.approx([0.02, 0.05, 0.33], abs=0.001)


def test_outages_move_tokens_and_make_capacity_worth_less() -> None:
    # 73 of 730 hours down: P(D > K) = 0.2 / (1 × 0.9), and a tenth of what capacity would have served goes out too
    found = hybrid_routing(**{**BASE, "outage_hours": 73})
    capacity = found.notes["capacity"].value
    assert _lognormal().sf(capacity) == pytest.approx(0.2 / 0.9, abs=1e-6)
    over = _lognormal().expect(lambda demand: demand - capacity, lb=capacity)
    assert found.lines["api_in_outages"] == pytest.approx(0.1 * (MEAN - over) / MEAN * MTOK, rel=1e-6)
    assert found.total > hybrid_routing(**BASE).total


def test_regulated_tokens_stay_on_own_capacity() -> None:
    # 60 % of demand must stay: capacity for 60 % of the peak of 3,000, whatever the API costs
    found = hybrid_routing(**{**BASE, "regulated_share": 0.6, "own_cost_at_full_load": 1.2, "outage_hours": 1})
    assert found.notes["capacity"].value == pytest.approx(1_800)
    assert found.notes["best_capacity"].value == 0
    assert any("regulated part is not served" in warning for warning in found.warnings)


def test_draws_match_single_runs() -> None:
    ratios = np.array([0.1, 0.4, 1.5])
    for form in ("lognormal", "hourly"):
        inputs = {**BASE, "demand_form": form, "hourly_demand": np.array(HOURS)}
        many = hybrid_routing(**{**inputs, "own_cost_at_full_load": ratios})
        single = [float(hybrid_routing(**{**inputs, "own_cost_at_full_load": float(each)}).total) for each in ratios]
        assert many.total == pytest.approx(single)
    # Draws of whole series: the last axis is the hours.
    pair = hybrid_routing(**{**BASE, "demand_form": "hourly", "hourly_demand": np.array([HOURS, [1.0, 1.0, 1.0, 1.0]])})
    alone = hybrid_routing(**{**BASE, "demand_form": "hourly", "hourly_demand": np.array(HOURS)})
    assert pair.total == pytest.approx([float(alone.total), 0.2 * 2_628])


def test_a_peak_no_lognormal_has_is_told() -> None:
    assert hybrid_routing(**BASE).warnings == ()
    assert "spikiest" in hybrid_routing(**{**BASE, "peak_to_mean": 20}).warnings[0]


def test_hours_without_any_demand_are_refused() -> None:
    with pytest.raises(RackmathError, match="hourly_demand: there is no demand"):
        hybrid_routing(**{**BASE, "demand_form": "hourly", "hourly_demand": [0.0, 0.0]})


@pytest.mark.parametrize(
    ("name", "value"),
    [("peak_to_mean", 0.5), ("regulated_share", 1.5), ("hourly_demand", [-1.0, 2.0]), ("demand_form", "weekly")],
)
def test_bad_inputs_are_refused(name: str, value: object) -> None:
    with pytest.raises(RackmathError, match=name):
        hybrid_routing(**{**BASE, name: value})
