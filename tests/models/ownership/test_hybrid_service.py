"""A month with the steady load on GPUs and the peaks at an API: the best whole capacity, by search and simulation."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from scipy import stats

from rackmath.errors import RackmathError
from rackmath.models._demand import excess, log_spread
from rackmath.models.ownership.cluster_gpu_hour import cluster_gpu_hour
from rackmath.models.ownership.hybrid_service import hybrid_service
from rackmath.models.ownership.rented_service import rented_service
from rackmath.models.tokens.workload_bill import workload_bill
from rackmath.uncertainty import stream

Inputs = dict[str, Any]
HOUR = 730 * 3_600  # seconds in a month


@pytest.fixture
def base(workload: Inputs, api: Inputs) -> Inputs:
    return {
        **workload,
        **api,
        "tokens_per_month": 40e9,
        "peak_hours_share": 0.01,
        "replicas_per_step": 1,
        "gpu_hour_price": 2.5,
    }


def _bill(inputs: Inputs, tokens: float) -> float:
    names = workload_bill.model.parameters
    return float(workload_bill(**{name: inputs[name] for name in names} | {"tokens_per_month": tokens}).total)


def test_by_hand(base: Inputs) -> None:
    found = hybrid_service(**base)
    # A full replica costs 2 × 2.5 = $5 an hour for 6,000 × 3,600 = 21.6 Mtok: $0.23148 a million, 38.58 % of the API's.
    assert found.notes["own_cost_at_full_load"].value == pytest.approx(0.231481, abs=1e-6)
    # Mean 40e9 / 2.628e6 = 15,220.7 tokens a second; sigma 0.533398 (test_demand.py). Exceeded in 38.58 % of the hours:
    # 15,220.7 × exp(0.533398 × 0.290351 - 0.142257) = 15,413 tokens a second, 2.569 replicas: two or three.
    sigma = float(log_spread(3.0, 0.01))
    best = stats.lognorm(s=sigma, scale=15_220.7 * np.exp(-(sigma**2) / 2)).isf(0.231481 / 0.6)
    assert found.notes["best_capacity_before_rounding"].value == pytest.approx(best * 2.628, rel=1e-5)
    assert best / 6_000 == pytest.approx(2.569, abs=1e-3)
    # Three: 10,950 and what is above 18,000 tokens a second at $0.60; two would be 7,300 and what is above 12,000.
    three = 10_950 + excess(15_220.7, sigma, 18_000) * HOUR / 1e6 * 0.6
    two = 7_300 + excess(15_220.7, sigma, 12_000) * HOUR / 1e6 * 0.6
    assert found.notes["replicas"].value == 3
    assert three < two
    assert found.lines["gpus"] == pytest.approx(10_950)
    assert found.lines["gpus"] + found.lines["api_spill"] == pytest.approx(three, rel=1e-5)
    assert found.lines["staff"] == pytest.approx(10_000)


def test_spill_is_billed_by_the_api_model(base: Inputs) -> None:
    # Cache and batch included: the spilled share of the tokens costs what the API's monthly bill for so many tokens is.
    cached = {**base, "cacheable_share": 0.6, "cache_hit_rate": 0.5, "cache_discount": 0.9, "cache_write_premium": 0.25}
    cached |= {"output_price": 2.4, "batch_share": 0.2, "batch_discount": 0.5}
    found = hybrid_service(**cached)
    spilled = found.notes["spill_share"].value * 40e9
    assert found.lines["api_spill"] == pytest.approx(_bill(cached, spilled))
    assert found.notes["saving_against_the_api_alone"].value == pytest.approx(_bill(cached, 40e9) - found.total)


@pytest.mark.parametrize("tokens", [1e9, 7e9, 20e9, 40e9, 123e9, 900e9])
@pytest.mark.parametrize("price", [0.3, 0.6, 3.0])
@pytest.mark.parametrize("step", [1, 4])
def test_no_other_number_of_replicas_costs_less(base: Inputs, tokens: float, price: float, step: int) -> None:
    inputs = {
        **base,
        "tokens_per_month": tokens,
        "input_price": price,
        "output_price": price,
        "replicas_per_step": step,
    }
    found = hybrid_service(**inputs)
    sigma, mean = float(log_spread(3.0, 0.01)), tokens / HOUR
    counts = np.arange(step, 400, step)
    costs = counts * 3_650 + excess(mean, sigma, counts * 6_000.0) * HOUR / 1e6 * price
    best = int(costs.argmin())
    assert found.total - 10_000 == pytest.approx(costs[best], rel=1e-12)
    assert found.notes["replicas"].value == counts[best]


def test_agrees_with_simulated_hours(base: Inputs) -> None:
    found = hybrid_service(**base)
    sigma = float(log_spread(3.0, 0.01))
    normal = stream(9, "hours of a hybrid month").standard_normal(1_000_000)
    hours = 40e9 / HOUR * np.exp(sigma * normal - sigma**2 / 2)
    # The peak of the workload is where it was said to be: 1 % of hours above three times the mean.
    assert (hours > 3 * 40e9 / HOUR).mean() == pytest.approx(0.01, abs=5e-4)
    capacity = found.notes["gpus"].value * 4_000 * 0.75
    bill = np.maximum(hours - capacity, 0) * HOUR / 1e6 * 0.6
    assert found.lines["api_spill"] == pytest.approx(bill.mean(), abs=5 * bill.std() / 1_000)


def test_an_api_cheaper_than_full_gpus_keeps_the_minimum(base: Inputs) -> None:
    # $0.20 a million at the API, $0.23 on full GPUs: one replica is kept, and that is told.
    found = hybrid_service(**{**base, "input_price": 0.2, "output_price": 0.2})
    assert found.notes["replicas"].value == 1
    assert found.notes["best_capacity_before_rounding"].value == 0
    assert found.notes["saving_against_the_api_alone"].value < 0
    assert "the API alone is cheaper" in found.warnings[0]
    assert hybrid_service(**{**base, "input_price": 0, "output_price": 0}).lines["api_spill"] == 0


def test_a_dear_api_takes_next_to_nothing(base: Inputs) -> None:
    # At $60 a million capacity is exceeded in 0.2315 / 60 = 0.4 % of the hours, and 0.3 % of the tokens go out.
    found = hybrid_service(**{**base, "input_price": 60, "output_price": 60})
    assert found.notes["spill_share"].value == pytest.approx(0.003, abs=0.0005)


def test_even_demand_is_a_rented_service_up_to_whole_replicas(base: Inputs, workload: Inputs) -> None:
    # 12,000 tokens a second, always: two full replicas, nothing spills; sizing for the peak says the same.
    even = {"tokens_per_month": 12_000 * HOUR, "peak_to_mean": 1}
    found = hybrid_service(**{**base, **even})
    assert found.notes["replicas"].value == 2
    assert found.notes["spill_share"].value == pytest.approx(0, abs=1e-8)
    rented = rented_service(**{**workload, **even, "gpu_hour_price": 2.5})
    assert found.total == pytest.approx(rented.total)


def test_mixing_beats_both_when_the_step_is_small(base: Inputs, workload: Inputs) -> None:
    # A thousand times the volume makes whole replicas and staff negligible.
    large = {"tokens_per_month": 40e12}
    mixed = hybrid_service(**{**base, **large}).total
    assert mixed < _bill(base, 40e12)
    assert mixed < rented_service(**{**workload, **large, "gpu_hour_price": 2.5}).total


def test_owned_steady_capacity(base: Inputs, hardware: Inputs) -> None:
    # The GPU-hour of an owned cluster without its staff, in steps of a server of four replicas.
    hour = cluster_gpu_hour(**hardware, cluster_gpus=8, staff_need=0, loaded_salary=0, loaded_hours_share=1).total
    found = hybrid_service(**{**base, "gpu_hour_price": float(hour), "replicas_per_step": 4})
    assert found.notes["gpus"].value % 8 == 0
    assert found.lines["gpus"] == pytest.approx(found.notes["gpus"].value * hour * 730)


def test_minimum_replicas_are_whole_steps(base: Inputs) -> None:
    few = {**base, "tokens_per_month": 1e6, "minimum_replicas": 2, "replicas_per_step": 4}
    assert hybrid_service(**few).notes["replicas"].value == 4


def test_no_tokens_still_cost(base: Inputs) -> None:
    found = hybrid_service(**{**base, "tokens_per_month": 0})
    assert found.total == pytest.approx(3_650 + 10_000)
    assert found.notes["spill_share"].value == 0
    assert math.isinf(found.notes["cost_per_mtok"].value)


def test_warnings(base: Inputs) -> None:
    assert hybrid_service(**base).warnings == ()
    assert "spikiest" in hybrid_service(**{**base, "peak_to_mean": 30}).warnings[0]
    far = hybrid_service(**{**base, "input_share": 0, "output_token_time_ratio": 8})
    assert any("very different mix of tokens" in warning for warning in far.warnings)


def test_draws_match_single_runs(base: Inputs) -> None:
    draws = {
        "tokens_per_month": np.array([0.0, 30e9, 800e9]),
        "peak_to_mean": np.array([1.0, 3.0, 6.0]),
        "gpu_hour_price": np.array([2.0, 3.0, 20.0]),
        "output_price": np.array([0.6, 2.0, 0.1]),
    }
    many = hybrid_service(**{**base, **draws})
    for index in range(3):
        one = hybrid_service(**{**base, **{name: float(values[index]) for name, values in draws.items()}})
        assert many.total[index] == pytest.approx(one.total, rel=1e-12)


@pytest.mark.parametrize(
    ("name", "value"), [("peak_hours_share", 0), ("peak_hours_share", 0.6), ("replicas_per_step", 0)]
)
def test_bad_inputs_are_refused(base: Inputs, name: str, value: float) -> None:
    with pytest.raises(RackmathError, match=name):
        hybrid_service(**{**base, name: value})
