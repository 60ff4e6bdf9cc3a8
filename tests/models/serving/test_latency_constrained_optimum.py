"""The optimum within limits: a second road to it, its shadow prices, and where there is none."""

from __future__ import annotations

import numpy as np
import pytest

from rackmath.errors import RackmathError
from rackmath.models.serving.latency_constrained_optimum import latency_constrained_optimum
from rackmath.models.serving.pareto_frontier import pareto_frontier
from rackmath.models.serving.search import Price, frontier, of_rate, plan
from rackmath.models.serving.search.space import FINE_LOADS

BASE = {
    "language_model": "Llama-3.1-70B",
    "accelerator": "h200_sxm",
    "weight_format": "fp8",
    "engine": "vllm",
    "most_gpus": "8",
    "input_tokens": 1024.0,
    "output_tokens": 1024.0,
    "first_token_limit": 1000.0,
    "output_token_limit": 40.0,
    "confidence": 0.8,
    "gpu_hour_price": 3.5,
}


def test_it_is_the_least_of_the_points_that_are_sure_enough():
    # a second road: an interval's upper end is where nine of ten lie below; one limit alone at 90 % is that end
    found = latency_constrained_optimum(**BASE | {"confidence": 0.9, "first_token_limit": 1e7})
    asked = {"precisions": ("fp8",), "loads": FINE_LOADS, "prices": {"h200_sxm": Price.of(3.5)}}
    points = frontier("Llama-3.1-70B", ["h200_sxm"], isl=1024, osl=1024, **asked).points
    assert found.total == pytest.approx(points.usd_per_mtok[points.tpot_high <= 0.040].min())


def test_without_limits_it_is_the_cheap_end_of_the_frontier():
    free = latency_constrained_optimum(**BASE | {"first_token_limit": 1e7, "output_token_limit": 1e6})
    same = {name: value for name, value in BASE.items() if name not in {"first_token_limit", "confidence"}}
    del same["output_token_limit"]
    assert free.total == pytest.approx(pareto_frontier(**same, user_speed=0.0).total)
    assert free.notes["shadow_price_of_first_token"].value == 0


def test_a_large_fleet_costs_what_the_optimum_says_and_the_spare_capacity_that_makes_it_sure():
    # whole replicas count for little in 2,000 requests a second; the interval of the rate does
    made = plan(
        "Llama-3.1-70B",
        ["h200_sxm"],
        of_rate(2000, 1024, 1024),
        prices={"h200_sxm": Price.of(3.5)},
        precisions=("fp8",),
        tpot_limit=0.040,
        ttft_limit=1.0,
    )
    found = latency_constrained_optimum(**BASE)
    point = made.choice.point
    spare = point.tokens_per_s_per_device / point.tokens_per_s_per_device_low
    assert found.total <= made.choice.usd_per_mtok <= found.total * spare * 1.02


def test_the_shadow_price_is_what_a_looser_limit_saves():
    found = latency_constrained_optimum(**BASE)
    looser = latency_constrained_optimum(**BASE | {"output_token_limit": 44.0})
    assert found.notes["shadow_price_of_output_token"].value == pytest.approx((found.total - looser.total) / 4)
    later = latency_constrained_optimum(**BASE | {"first_token_limit": 1100.0})
    assert found.notes["shadow_price_of_first_token"].value == pytest.approx((found.total - later.total) / 100)


def test_what_cannot_be_met_is_never():
    found = latency_constrained_optimum(**BASE | {"output_token_limit": 0.5})
    assert found.total == np.inf
    assert found.notes["shadow_price_of_output_token"].value == 0
    assert "layout" not in found.notes


def test_notes_say_what_was_chosen():
    notes = latency_constrained_optimum(**BASE).notes
    assert notes["layout"].value.startswith("TP")
    assert "on each replica of" in notes["requests_at_once"].value
    assert "per token" in notes["predicted"].value
    assert notes["interval_rests_on"].value


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"language_model": "Llama-3.1-405B", "most_gpus": "1"}, "does not fit"),
        ({"first_token_limit": 0.0}, "first_token_limit"),
        ({"output_token_limit": -3.0}, "output_token_limit"),
        ({"confidence": 1.0}, "confidence"),
        ({"output_tokens": 0.0}, "output_tokens"),
    ],
)
def test_what_cannot_be_is_one_line(changes, told):
    with pytest.raises(RackmathError, match=told):
        latency_constrained_optimum(**BASE | changes)
