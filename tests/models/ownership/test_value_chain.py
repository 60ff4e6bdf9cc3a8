"""Costs by activity and driver, and the closed forms of two margins."""

from __future__ import annotations

from typing import Any

import pytest
from scipy import optimize

from rackmath.errors import RackmathError
from rackmath.models.ownership.value_chain import value_chain

BASE: dict[str, Any] = {
    "design": 2_000,
    "fabrication": 3_000,
    "packaging": 3_000,
    "testing": 1_000,
    "distribution": 1_000,
    "volume_ratio": 1,
    "scale_elasticity": 1,
    "learning_rate": 0.15,
    "fabrication_fixed_share": 0.7,
    "fabrication_load_share": 1,
    "location_factor": 1,
    "linkage_saving": 0,
    "demand_intercept": 50_000,
    "demand_slope": 0.1,
}


def test_closed_forms() -> None:
    # c = 10,000, a = 50,000: integrated (a + c) / 2 = 30,000, two stages (3 a + c) / 4 = 40,000
    notes = value_chain(**BASE).notes
    assert notes["integrated_price"].value == pytest.approx(30_000)
    assert notes["two_stage_price"].value == pytest.approx(40_000)
    # 200,000 and 100,000 chips; profits 4.0 and 3.0 billion; the buyers' surplus falls from 2.0 to 0.5 billion
    assert notes["integrated_volume"].value == pytest.approx(200_000)
    assert notes["two_stage_volume"].value == pytest.approx(100_000)
    assert notes["profit_lost_to_the_second_margin"].value == pytest.approx(1e9)
    assert notes["buyers_loss"].value == pytest.approx(1.5e9)


def test_both_stages_maximise_their_profit() -> None:
    """The same prices by two numerical maximisations instead of the closed forms."""

    def best(profit: Any) -> float:
        return float(optimize.minimize_scalar(lambda x: -profit(x), bounds=(0, 50_000), method="bounded").x)

    def sold(price: float) -> float:
        return max(50_000 - price, 0.0) / 0.1

    def retail(wholesale: float) -> float:
        return best(lambda price: (price - wholesale) * sold(price))

    wholesale = best(lambda asked: (asked - 10_000) * sold(retail(asked)))
    notes = value_chain(**BASE).notes
    assert retail(wholesale) == pytest.approx(float(notes["two_stage_price"].value), rel=1e-4)
    assert retail(10_000) == pytest.approx(float(notes["integrated_price"].value), rel=1e-4)


def test_drivers_by_hand() -> None:
    # Twice the volume: design halves, fabrication, packaging and testing fall by 15 %
    double = value_chain(**{**BASE, "volume_ratio": 2}).lines
    assert double["design"] == pytest.approx(1_000)
    assert double["fabrication"] == pytest.approx(2_550)
    assert double["distribution"] == pytest.approx(1_000)
    # A fab that is half full pays its fixed 70 % twice
    assert value_chain(**{**BASE, "fabrication_load_share": 0.5}).lines["fabrication"] == pytest.approx(5_100)
    there = value_chain(**{**BASE, "location_factor": 0.5, "linkage_saving": 0.2}).lines
    assert (there["packaging"], there["testing"], there["distribution"]) == pytest.approx((1_500, 400, 800))


@pytest.mark.parametrize("intercept", [10_000, 5_000])
def test_a_cost_at_or_above_the_intercept_sells_nothing(intercept: float) -> None:
    found = value_chain(**{**BASE, "demand_intercept": intercept})
    assert found.notes["integrated_volume"].value == 0
    assert found.notes["profit_lost_to_the_second_margin"].value == 0
    assert "nothing is sold" in found.warnings[0]


@pytest.mark.parametrize(("name", "value"), [("volume_ratio", 0), ("learning_rate", 0.7), ("demand_slope", 0)])
def test_bad_inputs_are_refused(name: str, value: float) -> None:
    with pytest.raises(RackmathError, match=name):
        value_chain(**{**BASE, name: value})
