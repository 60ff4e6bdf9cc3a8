"""Steady load on own GPUs and peaks to an API while demand ramps up."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from rackmath.errors import RackmathError
from rackmath.models.ownership.api_over_months import api_over_months
from rackmath.models.ownership.hybrid_over_months import hybrid_over_months
from rackmath.models.ownership.hybrid_service import hybrid_service
from rackmath.models.ownership.rented_over_months import rented_over_months

Inputs = dict[str, Any]


@pytest.fixture
def base(workload: Inputs, ramp: Inputs) -> Inputs:
    steps = {"replicas_per_step": 1, "outage_hours": 0.0, "gpu_hour_price": 2.5, "rental_price_decline": 0.0}
    return {**workload, **ramp, **steps, "tokens_per_month": 40e9, "api_price": 0.6, "api_price_decline": 0.0}


def test_steady_demand_is_the_month_of_hybrid_service(base: Inputs, workload: Inputs, api: Inputs) -> None:
    month = hybrid_service(
        **{**workload, **api, "tokens_per_month": 40e9}, peak_hours_share=0.01, replicas_per_step=1, gpu_hour_price=2.5
    )
    found = hybrid_over_months(**base)
    assert found.lines["gpus"] == pytest.approx(month.lines["gpus"])
    assert found.lines["api_spill"] == pytest.approx(month.lines["api_spill"])
    assert found.notes["spill_share_at_start"].value == pytest.approx(month.notes["spill_share"].value)


def test_a_load_curve_by_hand(base: Inputs) -> None:
    # 43.8e9 tokens a month in four kinds of hours, 0.5, 0.5, 1 and 2 times the mean of 16,667 a second. A replica
    # carries 2 × 4,000 × 0.75 = 6,000 (15.768e9 a month) for $3,650; full it costs $0.2315 a million, 0.386 of the API.
    # Two replicas carry 12,000, three 18,000: the third saves (4,667 + 6,000) / 4 = 2,667 tokens a second at $0.60,
    # 2,667 × 3,600 × 730 / 1e6 × 0.6 = $4,205 for $3,650; the fourth saves 6,000 / 4 = 1,500, $2,365: three are kept.
    shape = {"demand_form": "hourly", "hourly_demand": [1.0, 1.0, 2.0, 4.0], "tokens_per_month": 43.8e9}
    found = hybrid_over_months(**{**base, **shape})
    assert found.lines["gpus"] == pytest.approx(3 * 3_650)
    # The spill: a quarter of the hours have 33,333 - 18,000 = 15,333 too many, 3,833 on average, 10,074e6 a month
    assert found.lines["api_spill"] == pytest.approx(15_333.33 / 4 * 3_600 * 730 / 1e6 * 0.6, rel=1e-5)
    # One per cent of the hours in outage: 0.01 of what the GPUs would have served
    down = hybrid_over_months(**{**base, **shape, "outage_hours": 7.3})
    assert down.lines["api_in_outages"] == pytest.approx(0.01 * (43_800 * 0.6 - found.lines["api_spill"]))


def test_never_dearer_than_either_of_its_parts(base: Inputs) -> None:
    ramped = {**base, "demand_growth": 0.08, "demand_ceiling": 300e9}
    both = hybrid_over_months(**ramped).total
    rented = {name: value for name, value in ramped.items() if name not in OF_THE_API}
    assert both <= rented_over_months(**rented, scaling="always-on").total
    alone = api_over_months(**{name: ramped[name] for name in OF_API_OVER_MONTHS}).total
    assert both <= alone + 10_000 + 3_650  # the staff and the one replica that are kept in any case


OF_THE_API = {"replicas_per_step", "outage_hours", "api_price", "api_price_decline"}
OF_API_OVER_MONTHS = (
    *("tokens_per_month", "demand_growth", "demand_ceiling", "demand_plan", "horizon"),
    *("cost_of_capital", "api_price", "api_price_decline"),
)


def test_a_dear_gpu_hour_leaves_the_minimum(base: Inputs) -> None:
    found = hybrid_over_months(**{**base, "gpu_hour_price": 50.0})
    assert found.notes["gpus_at_end"].value == 2
    assert "the API alone is cheaper" in found.warnings[0]


def test_no_demand_keeps_the_minimum(base: Inputs) -> None:
    found = hybrid_over_months(**{**base, "tokens_per_month": 0.0})
    assert found.lines["gpus"] == pytest.approx(3_650)
    assert found.lines["api_spill"] == 0


def test_draws_match_single_runs(base: Inputs) -> None:
    draws = {"api_price": np.array([0.2, 0.6, 3.0]), "demand_growth": np.array([-0.1, 0.05, 0.1])}
    many = hybrid_over_months(**{**base, **draws})
    for index in range(3):
        one = hybrid_over_months(**{**base, **{name: float(values[index]) for name, values in draws.items()}})
        assert many.total[index] == pytest.approx(one.total, rel=1e-13)


@pytest.mark.parametrize(("name", "value"), [("outage_hours", -1), ("replicas_per_step", 0), ("demand_form", "x")])
def test_bad_inputs_are_refused(base: Inputs, name: str, value: object) -> None:
    with pytest.raises(RackmathError, match=name):
        hybrid_over_months(**{**base, name: value})
