"""An API called for a demand that ramps up."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy_financial as npf
import pytest

from rackmath.errors import RackmathError
from rackmath.models.ownership.api_over_months import api_over_months

Inputs = dict[str, Any]


@pytest.fixture
def base(ramp: Inputs) -> Inputs:
    monthly = {name: value for name, value in ramp.items() if name in HELD}
    return {**monthly, "tokens_per_month": 10e9, "api_price": 0.6, "api_price_decline": 0.0}


HELD = {"demand_growth", "demand_ceiling", "demand_plan", "horizon", "cost_of_capital"}


def test_steady_demand_is_price_times_volume(base: Inputs) -> None:
    assert api_over_months(**base).total == pytest.approx(6_000)


def test_present_value_by_another_road(base: Inputs) -> None:
    found = api_over_months(**{**base, "demand_growth": 0.05, "api_price_decline": 0.3})
    flows = [0.0, *(6_000 * 1.05 ** (m - 1) * math.exp(-0.3 * m / 12) for m in range(1, 37))]
    assert found.notes["present_value"].value == pytest.approx(npf.npv(1.1 ** (1 / 12) - 1, flows))
    assert found.paths["cumulative_cost"].values[-1] == pytest.approx(found.notes["present_value"].value)


def test_no_demand_costs_nothing(base: Inputs) -> None:
    found = api_over_months(**{**base, "tokens_per_month": 0.0})
    assert found.total == 0
    assert math.isinf(found.notes["cost_per_mtok"].value)


def test_draws_match_single_runs(base: Inputs) -> None:
    draws = {"horizon": np.array([1.0, 12.0, 36.0]), "demand_growth": np.array([-0.1, 0.0, 0.2])}
    many = api_over_months(**{**base, **draws})
    for index in range(3):
        one = api_over_months(**{**base, **{name: float(values[index]) for name, values in draws.items()}})
        assert many.total[index] == pytest.approx(one.total, rel=1e-13)


@pytest.mark.parametrize(("name", "value"), [("horizon", 241), ("api_price", -1), ("demand_plan", [math.nan])])
def test_bad_inputs_are_refused(base: Inputs, name: str, value: object) -> None:
    with pytest.raises(RackmathError, match=name):
        api_over_months(**{**base, name: value})
