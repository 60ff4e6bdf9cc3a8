"""Rented GPUs while demand ramps up: months by hand, and other roads to the same number."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy_financial as npf
import pytest

from rackmath.errors import RackmathError
from rackmath.models.ownership.rented_over_months import rented_over_months
from rackmath.models.ownership.rented_service import rented_service

Inputs = dict[str, Any]


@pytest.fixture
def base(workload: Inputs, ramp: Inputs) -> Inputs:
    return {**workload, **ramp, "gpu_hour_price": 2.5, "rental_price_decline": 0.0, "scaling": "always-on"}


def test_steady_demand_is_the_month_of_rented_service(base: Inputs, workload: Inputs) -> None:
    month = rented_service(**workload, gpu_hour_price=2.5)
    found = rented_over_months(**base)
    assert found.total == pytest.approx(month.total)
    # 36 level payments at 10 % a year, by numpy-financial: its rate is that of a month
    monthly = 1.1 ** (1 / 12) - 1
    assert found.notes["present_value"].value == pytest.approx(-npf.pv(monthly, 36, month.total))


def test_a_ramp_by_hand(base: Inputs) -> None:
    # A replica carries 2 × 4,000 × 0.75 / 3 = 2,000 tokens a second, 5.256e9 a month, for $3,650.
    # 10e9, 11e9 and 12.1e9 (then the ceiling of 12e9) take 2, 3 and 3 of them; half an engineer is $10,000.
    found = rented_over_months(
        **{**base, "demand_growth": 0.1, "demand_ceiling": 12e9, "horizon": 3, "cost_of_capital": 0.0}
    )
    assert found.lines == {"gpus": pytest.approx(3_650 * 8 / 3), "staff": pytest.approx(10_000)}
    assert found.paths["cumulative_cost"].values == pytest.approx([0, 17_300, 38_250, 59_200])
    assert found.notes["gpus_at_start"].value == 4
    assert found.notes["gpus_at_end"].value == 6
    assert found.notes["mean_tokens"].value == pytest.approx(11e9)
    assert found.notes["cost_per_mtok"].value == pytest.approx(59_200 / 33_000)


def test_a_plan_multiplies_growth_and_goes_on_with_its_last_number(base: Inputs) -> None:
    plan = {**base, "demand_plan": [0.0, 1.0, 5.0], "horizon": 5, "cost_of_capital": 0.0}
    found = rented_over_months(**plan)
    # 0, 10e9 and thrice 50e9: 1 (the minimum), 2 and 10 replicas
    assert np.diff(found.paths["cumulative_cost"].values) == pytest.approx([13_650, 17_300, 46_500, 46_500, 46_500])


def test_a_falling_rent_is_that_of_each_month(base: Inputs) -> None:
    found = rented_over_months(**{**base, "rental_price_decline": 0.24, "horizon": 2, "cost_of_capital": 0.0})
    assert found.lines["gpus"] == pytest.approx(7_300 * (math.exp(-0.02) + math.exp(-0.04)) / 2)


def test_replicas_that_follow_the_load_against_hour_by_hour(base: Inputs) -> None:
    # A day and a night with small ripples; 400e9 tokens a month are 38 replicas at a mean load of 1, 60 at most.
    hours = np.concatenate([np.linspace(0.4, 0.7, 60), np.linspace(1.2, 2.4, 60)])
    busy = {**base, "tokens_per_month": 400e9, "demand_form": "hourly", "hourly_demand": hours, "scaling": "hourly"}
    found = rented_over_months(**busy)
    each = 2 * 4_000 * 0.75
    rate = 400e9 / 730 / 3600 * hours / hours.mean()
    exact = np.maximum(np.ceil(rate / each), 1).mean() * 3_650
    assert found.lines["gpus"] == pytest.approx(exact, rel=0.01)
    always_on = rented_over_months(**{**busy, "scaling": "always-on"})
    assert always_on.lines["gpus"] == pytest.approx(math.ceil(rate.max() / each) * 3_650)
    assert found.total < always_on.total


def test_a_fleet_of_one_has_nothing_to_scale(base: Inputs) -> None:
    small = {**base, "tokens_per_month": 1e9}
    hourly, always_on = (rented_over_months(**{**small, "scaling": word}) for word in ("hourly", "always-on"))
    assert hourly.total == pytest.approx(always_on.total)


def test_no_demand_still_costs(base: Inputs) -> None:
    found = rented_over_months(**{**base, "tokens_per_month": 0.0})
    assert found.total == pytest.approx(13_650)
    assert math.isinf(found.notes["cost_per_mtok"].value)


def test_a_rate_of_nothing_is_the_limit_of_small_rates(base: Inputs) -> None:
    ramped = {**base, "demand_growth": 0.2}
    none, tiny = (rented_over_months(**{**ramped, "cost_of_capital": rate}).total for rate in (0.0, 1e-12))
    assert none == pytest.approx(tiny)
    assert none == pytest.approx(rented_over_months(**ramped).notes["mean_monthly_payment"].value)


@pytest.mark.parametrize(
    ("name", "value"),
    [("horizon", 0), ("demand_growth", 2), ("demand_plan", [-1.0]), ("scaling", "weekly"), ("hourly_demand", [-1.0])],
)
def test_bad_inputs_are_refused(base: Inputs, name: str, value: object) -> None:
    with pytest.raises(RackmathError, match=name):
        rented_over_months(**{**base, name: value})
