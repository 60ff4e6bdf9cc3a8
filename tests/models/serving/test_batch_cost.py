"""Cost in a batch: the identity, the claims that do not follow from it, and a fast tier read as a smaller batch."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from rackmath.errors import RackmathError
from rackmath.models.serving.batch_cost import batch_cost
from rackmath.models.serving.decode_step import decode_step

BASE: dict[str, Any] = {"gpu_hour_price": 3.6, "speed_alone": 10.0, "batch": 32.0, "step_time_ratio": 1.2}


def test_by_hand() -> None:
    # alone 3.6 $/h / 36,000 tokens = 100 $/Mtok; a batch of 32 shares it, 3.125; a fifth longer adds 0.625
    found = batch_cost(**BASE)
    assert found.lines["shared_evenly"] == pytest.approx(3.125)
    assert found.lines["longer_step"] == pytest.approx(0.625)
    assert found.notes["cost_alone"].value == pytest.approx(100)
    assert found.notes["throughput"].value == pytest.approx(10 * 32 / 1.2)
    assert found.notes["speed_in_batch"].value == pytest.approx(10 / 1.2)
    assert found.warnings == ()


def test_a_batch_of_32_at_a_fifth_more_latency_saves_96_per_cent_and_not_85() -> None:
    # https://introl.com/blog/cost-per-token-llm-inference-optimization is read as 85 % less for batch 32 and 20 % more
    # latency. The identity gives 1.2 / 32 = 0.0375 of the cost, 96 % less
    found = batch_cost(**BASE)
    assert found.notes["cost_ratio"].value == pytest.approx(0.0375)
    assert found.notes["saving"].value == pytest.approx(0.9625)
    # 85 % less is what a step 4.8 times as long leaves, or a batch of 8 at a fifth more latency
    assert batch_cost(**BASE | {"step_time_ratio": 4.8}).notes["saving"].value == pytest.approx(0.85)
    assert batch_cost(**BASE | {"batch": 8.0}).notes["saving"].value == pytest.approx(0.85)


def test_nine_tenths_unused_by_one_request_is_a_tenfold_throughput() -> None:
    # same page: a single request wastes 90 % of capacity. So the batch makes ten times as much: 12 requests at 1.2
    found = batch_cost(**BASE | {"batch": 12.0})
    assert found.notes["throughput_ratio"].value == pytest.approx(10)
    # the batch of 32 in the same text would leave 1 - 1.2/32 = 96 % unused
    assert 1 - 1 / batch_cost(**BASE).notes["throughput_ratio"].value == pytest.approx(0.9625)


def test_a_fast_tier_sells_a_unit_of_speed_for_a_fifth_more() -> None:
    # 2.5 times the speed for three times the price (https://arxiv.org/abs/2506.04645): as if it left a batch of 7.5,
    # whose step was 2.5 times as long; a token costs 3 times, and a unit of speed 3 / 2.5 = 1.2
    found = batch_cost(**BASE | {"batch": 7.5, "step_time_ratio": 2.5})
    assert 1 / found.notes["cost_ratio"].value == pytest.approx(3)
    assert found.notes["price_over_speed_alone"].value == pytest.approx(1.2)


def test_one_request_is_alone() -> None:
    found = batch_cost(**BASE | {"batch": 1.0, "step_time_ratio": 1.0})
    assert found.total == pytest.approx(100)
    assert found.lines["longer_step"] == 0
    assert found.notes["saving"].value == 0


def test_a_step_that_grows_faster_than_the_batch_is_warned_of() -> None:
    found = batch_cost(**BASE | {"batch": 4.0, "step_time_ratio": 5.0})
    assert found.total == pytest.approx(125)
    assert "alone would cost less" in found.warnings[0]


def test_a_batch_cannot_be_faster_than_one_request() -> None:
    with pytest.raises(RackmathError, match="step_time_ratio"):
        batch_cost(**BASE | {"step_time_ratio": 0.9})


def test_the_decode_step_obeys_the_identity() -> None:
    # the second road: cost from the time of a step at both batches
    step: dict[str, Any] = {"context": 1536.0, "parameters": 70.6, "routed_share": 0.0, "experts": 1.0}
    step |= {"experts_per_token": 1.0, "bytes_per_parameter": 2.0, "kv_cache_per_token": 327.68, "gpus": 4.0}
    step |= {"peak_flops": 989.4, "memory_bandwidth": 3350.0, "chip_memory": 80.0, "step_overhead": 3.3}
    step |= {"reached_peak_share": 0.74, "reached_bandwidth_share": 0.76, "usable_memory_share": 0.9}
    one, many = (decode_step(**step, batch=each, gpu_hour_price=3.6) for each in (1.0, 64.0))
    found = batch_cost(
        gpu_hour_price=3.6,
        speed_alone=float(one.notes["output_throughput"].value),
        batch=64.0,
        step_time_ratio=float(many.total / one.total),
    )
    assert found.total == pytest.approx(float(many.notes["cost_per_mtok"].value))
    # the default of speed_alone is this model on these GPUs
    assert one.notes["output_throughput"].value == pytest.approx(15, rel=0.05)


def test_an_array_of_batches() -> None:
    batches = np.array([1.0, 8.0, 64.0])
    np.testing.assert_allclose(batch_cost(**BASE | {"batch": batches}).total, 120 / batches)
