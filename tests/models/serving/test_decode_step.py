"""Decode step: the batch at which arithmetic takes over, published cost ratios, measured speeds, mixtures, memory."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from rackmath.errors import RackmathError
from rackmath.models.serving.decode_step import decode_step
from rackmath.models.serving.hardware import find_accelerator
from rackmath.models.serving.rows import columns, read_row
from rackmath.models.serving.shape import find_shape
from rackmath.models.serving.step import step_time
from rackmath.models.serving.stored import fitted

BARE: dict[str, Any] = {
    "batch": 32.0,
    "context": 0.0,
    "parameters": 70.6,
    "routed_share": 0.0,
    "experts": 1.0,
    "experts_per_token": 1.0,
    "bytes_per_parameter": 2.0,
    "kv_cache_per_token": 327.68,
    "gpus": 4.0,
    "peak_flops": 989.4,
    "memory_bandwidth": 3350.0,
    "chip_memory": 80.0,
    "reached_peak_share": 1.0,
    "reached_bandwidth_share": 1.0,
    "step_overhead": 0.0,
    "usable_memory_share": 0.9,
    "gpu_hour_price": 2.0,
}
REACHED = {"reached_peak_share": 0.74, "reached_bandwidth_share": 0.76}
# Mixtral 8x7B: 46.7 billion parameters, of which 32 layers × 8 experts × 3 × 4,096 × 14,336 = 45.1 billion are routed
MIXTRAL = {"parameters": 46.7, "routed_share": 45.097 / 46.7, "experts": 8.0, "experts_per_token": 2.0}


def note(name: str, **changes: Any) -> float:
    return float(decode_step(**BARE | changes).notes[name].value)


def test_by_hand() -> None:
    # 141.2 GB over 4 × 3,350 GB/s = 10.54 ms; 32 × 1,000 × 327.68 kB = 10.49 GB: 0.782 ms;
    # 2 × 70.6e9 × 32 / (4 × 989.4e12) = 1.142 ms, less than both
    found = decode_step(**BARE | {"context": 1000.0, "step_overhead": 3.0})
    assert found.lines["weights"] == pytest.approx(141.2 / 13.4)
    assert found.lines["kv_cache"] == pytest.approx(10.48576 / 13.4)
    assert found.lines["arithmetic_beyond_memory"] == 0
    assert found.total == pytest.approx(10.537 + 0.7825 + 3.0, abs=1e-3)
    assert found.notes["arithmetic_time_over_memory_time"].value == pytest.approx(1.1417 / 11.32, abs=1e-4)
    assert found.notes["mfu"].value == pytest.approx(1.1417 / 14.32, abs=1e-4)
    assert found.notes["tokens_per_second_and_user"].value == pytest.approx(1000 / 14.32, abs=0.02)
    # 4 GPUs at 2 $/h make 32 tokens in 14.32 ms: 8 / 3600 / (32 / 0.01432) × 1e6
    assert found.notes["cost_per_mtok"].value == pytest.approx(8 / 3600 / (32 / 0.014320) * 1e6, rel=1e-4)
    assert found.warnings == ()


@pytest.mark.parametrize(("peak", "width"), [(989.4, 2.0), (1979.0, 1.0)])
def test_the_optimal_batch_of_an_h100_is_295(peak: float, width: float) -> None:
    # FLOP/s × bytes / (2 × B/s): 989.4e12 × 2 / (2 × 3.35e12) = 295; FP8 doubles the one and halves the other
    # (https://arxiv.org/abs/2506.04645)
    assert note("optimal_batch_without_cache", peak_flops=peak, bytes_per_parameter=width) == pytest.approx(295.3, 1e-3)
    assert note("optimal_batch", peak_flops=peak, bytes_per_parameter=width) == pytest.approx(295.3, 1e-3)


def test_at_the_optimal_batch_memory_and_arithmetic_take_equally_long() -> None:
    for changes in ({"context": 500.0}, {**MIXTRAL, "context": 100.0}, {**MIXTRAL, **REACHED}):
        best = note("optimal_batch", **changes)
        assert note("arithmetic_time_over_memory_time", **changes, batch=best) == pytest.approx(1)
        assert note("arithmetic_time_over_memory_time", **changes, batch=best * 0.9) < 1
        assert note("arithmetic_time_over_memory_time", **changes, batch=best * 1.1) > 1


def test_a_token_gets_no_cheaper_beyond_the_optimal_batch() -> None:
    # alone each doubling halves the cost; beyond 295 it stays
    costs = [note("cost_per_mtok", batch=each) for each in (1.0, 2.0, 256.0, 590.0, 1180.0)]
    assert costs[0] == pytest.approx(2 * costs[1])
    assert costs[3] == pytest.approx(costs[4])
    assert costs[0] / costs[3] == pytest.approx(295.3, rel=1e-3)


def test_a_batch_of_one_costs_50_to_100_times_one_of_256_only_with_a_cache_to_read() -> None:
    # claimed: 50 to 100 times (https://www.spheron.network/blog/gpu-cost-per-token-benchmark-llm-inference-2026/).
    # The bare roofline says 256, as both steps read the same weights; an overhead that does not grow with the batch
    # changes nothing, as it is the same in both. What grows with the batch brings it down: reading the cache
    def times_dearer(**changes: float) -> float:
        return note("cost_per_mtok", **changes, batch=1.0) / note("cost_per_mtok", **changes, batch=256.0)

    assert times_dearer() == pytest.approx(256)
    assert times_dearer(step_overhead=3.3) == pytest.approx(256)
    usual = {**REACHED, "step_overhead": 3.3}
    assert times_dearer(**usual, context=1536.0) == pytest.approx(148, abs=1)  # short contexts: more than is claimed
    for context in (3400.0, 4096.0, 6000.0):
        assert 50 < times_dearer(**usual, context=context) < 100


def test_batches_of_8_to_32_cost_10_to_30_times_the_optimum_on_the_bare_roofline() -> None:
    # same page: 10 to 30 times. 295 / 8 = 37 and 295 / 32 = 9.2 bracket it; it holds from 10 to 29 requests
    best = note("cost_per_mtok", batch=295.34)
    assert note("cost_per_mtok", batch=8.0) / best == pytest.approx(36.9, abs=0.1)
    assert note("cost_per_mtok", batch=32.0) / best == pytest.approx(9.2, abs=0.1)
    assert 10 < note("cost_per_mtok", batch=29.0) / best < note("cost_per_mtok", batch=10.0) / best < 30


def test_with_a_long_enough_context_no_batch_is_compute_bound() -> None:
    # a request's arithmetic takes 2 × 70.6e9 / 989.4e12 s; its cache as long from 1,459 tokens on:
    # 2 × 70.6e9 × 3.35e12 / 989.4e12 / 327,680
    limit = 2 * 70.6e9 * 3.35 / 989.4 / 327_680
    assert limit == pytest.approx(1459, abs=1)
    below, above = decode_step(**BARE | {"context": limit - 1}), decode_step(**BARE | {"context": limit + 1})
    assert 1e4 < below.notes["optimal_batch"].value < np.inf
    assert below.warnings == ()
    assert above.notes["optimal_batch"].value == np.inf
    assert "Never compute-bound" in above.warnings[0]
    assert note("arithmetic_time_over_memory_time", context=limit + 1, batch=1e6) < 1


def test_memory_caps_the_batch() -> None:
    # 4 × 80 × 0.9 - 141.2 = 146.8 GB; a request of 1,536 tokens keeps 0.5033 GB: 291 of them
    assert note("batch_cap_by_memory", context=1536.0) == 291
    assert "does not fit" not in " ".join(decode_step(**BARE | {"context": 1536.0, "batch": 291.0}).warnings)
    assert "batch does not fit" in decode_step(**BARE | {"context": 1536.0, "batch": 292.0}).warnings[0]
    assert note("batch_cap_by_memory") == np.inf


def test_a_model_that_does_not_fit_says_so() -> None:
    found = decode_step(**BARE | {"gpus": 1.0, "context": 100.0})
    assert found.notes["batch_cap_by_memory"].value == 0
    assert "model does not fit" in found.warnings[0]


def test_a_mixture_reads_the_experts_that_its_tokens_reach() -> None:
    # one token: 1.6 + 45.1 × 2/8 = 12.9 billion, the published number of active parameters
    # (https://mistral.ai/news/mixtral-of-experts); many tokens: all 46.7
    assert note("active_parameters", **MIXTRAL) == pytest.approx(12.9, abs=0.05)
    one = decode_step(**BARE | MIXTRAL | {"batch": 1.0})
    assert one.lines["weights"] == pytest.approx(2 * 12.877 / 13.4, rel=1e-3)
    many = decode_step(**BARE | MIXTRAL | {"batch": 200.0})
    assert many.lines["weights"] == pytest.approx(2 * 46.7 / 13.4, rel=1e-6)
    # so its optimal batch is that of a dense model times all over active parameters
    assert note("optimal_batch", **MIXTRAL) == pytest.approx(295.3 * 46.7 / 12.877, rel=1e-3)


def test_more_experts_a_token_than_there_are_is_refused() -> None:
    with pytest.raises(RackmathError, match="experts_per_token"):
        decode_step(**BARE | {"experts": 8.0, "experts_per_token": 9.0})


@pytest.mark.parametrize(
    ("billions", "layers", "width", "gpus", "measured", "within"),
    [
        (6.74, 32, 2.0, 1, 104.9, 0.05),  # Llama-2-7B, A100 80 GB
        (8.03, 32, 2.0, 1, 93.9, 0.10),  # Llama-3.1-8B
        (68.98, 80, 1.0, 1, 19.13, 0.10),  # Llama-2-70B, int8
        (6.74, 32, 2.0, 2, 168.8, 0.06),
        (6.74, 32, 2.0, 4, 254.0, 0.16),  # from here on collectives, which are not in the model, are felt
    ],
)
def test_measured_speeds_of_one_stream(
    billions: float, layers: int, width: float, gpus: int, measured: float, within: float
) -> None:
    # https://github.com/meta-pytorch/gpt-fast: tokens a second at batch 1 with a prompt of five tokens
    speed = note(
        "tokens_per_second_and_user",
        **REACHED,
        batch=1.0,
        context=100.0,
        parameters=billions,
        bytes_per_parameter=width,
        gpus=float(gpus),
        memory_bandwidth=2039.0,
        peak_flops=312.0,
        step_overhead=layers * 0.039,
    )
    assert speed == pytest.approx(measured, rel=within)


@pytest.mark.parametrize("requests", [1.0, 32.0, 128.0])
def test_the_operator_model_gives_the_same_step_within_a_tenth(requests: float) -> None:
    # the second road: operator by operator, with the fitted constants; collectives and the host's time for each
    # sequence, which are not in this model, are left out
    row = {"model_path": "meta-llama/Llama-3.1-70B", "system": "h100_sxm", "backend": "vllm", "precision": "bf16"}
    row |= {"id": "r", "mode": "agg", "isl": "1024", "osl": "1024", "concurrency": "32", "tp_size": "4"}
    row |= {"pp_size": "1", "attention_dp_size": "1", "moe_tp_size": "4", "moe_ep_size": "1"}
    constants = {**fitted().constants, "host_sequence": 0.0}
    r = columns([read_row(row, find_shape, find_accelerator)], constants)
    one, none = np.ones(1), np.zeros(1)
    parts = step_time(r, constants, requests * one, 1536.0 * one, none, none, none)
    operators = 1e3 * float(sum(each[0] for name, each in parts.items() if "collectives" not in name))
    found = decode_step(**BARE | REACHED | {"batch": requests, "context": 1536.0, "step_overhead": 3.3})
    assert found.total == pytest.approx(operators, rel=0.1)


def test_a_mean_batch_need_not_be_whole() -> None:
    low, middle, high = (float(decode_step(**BARE | {"batch": each, "context": 1e3}).total) for each in (7.0, 7.5, 8.0))
    assert middle == pytest.approx((low + high) / 2)
    with pytest.raises(RackmathError, match="batch"):
        decode_step(**BARE | {"batch": 0.5})


def test_draws_with_and_without_an_optimum() -> None:
    found = decode_step(**BARE | {"context": np.array([0.0, 1e4])})
    np.testing.assert_allclose(found.notes["optimal_batch"].value, [295.34, np.inf], rtol=1e-4)
