"""Expert parallelism: published exchanges, distinct experts by chance, how full they are, and the operator model."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from rackmath.errors import RackmathError
from rackmath.models.serving._experts import distinct_experts
from rackmath.models.serving.expert_parallel_traffic import expert_parallel_traffic
from rackmath.models.serving.hardware import find_accelerator
from rackmath.models.serving.rows import columns, read_row
from rackmath.models.serving.shape import find_shape
from rackmath.models.serving.step import experts_touched, step_time
from rackmath.models.serving.stored import fitted
from rackmath.uncertainty import stream

BASE: dict[str, Any] = {
    "tokens": 1024.0,
    "hidden_size": 7168.0,
    "mixture_layers": 1.0,
    "experts": 256.0,
    "experts_per_token": 8.0,
    "gpus": 8.0,
    "copies": "each-expert",
    "dispatch_bytes": 1.0,
    "combine_bytes": 2.0,
    "busiest_rank_over_mean": 1.0,
    "exchange_latency": 0.0,
    "link_bandwidth": 100.0,
    "link_bandwidth_share": 1.0,
    "peak_flops": 989.4,
    "memory_bandwidth": 3350.0,
    "bytes_per_parameter": 2.0,
}


def note(name: str, **changes: Any) -> float:
    return float(expert_parallel_traffic(**BASE | changes).notes[name].value)


def test_by_hand() -> None:
    # 2·b·s·h·k·bytes·(1 - 1/p) with two bytes both ways: 2 × 1,024 × 7,168 × 8 × 2 × 7/8 = 205.5 MB a layer
    assert note("traffic_per_layer", dispatch_bytes=2.0) == pytest.approx(205.52, abs=0.01)
    # each of eight ranks sends an eighth; at 100 GB/s 25.69 MB take 257 µs
    found = expert_parallel_traffic(**BASE | {"dispatch_bytes": 2.0})
    assert found.total == pytest.approx(0.2569, abs=1e-4)
    assert found.lines["dispatch"] == pytest.approx(found.lines["combine"])


@pytest.mark.parametrize(("part", "bandwidth", "microseconds"), [("dispatch", 98.0, 77.0), ("combine", 127.0, 114.0)])
def test_published_exchanges_of_eight_ranks(part: str, bandwidth: float, microseconds: float) -> None:
    # https://github.com/deepseek-ai/DeepEP, kernels for low latency: 128 tokens a rank, 7,168 wide, eight experts each,
    # FP8 there and BF16 back; 77 µs at 98 GB/s and 114 µs at 127 GB/s. They count a rank's own share too, an eighth;
    # FP8 carries a scale of four bytes for each 128 numbers
    case = {"link_bandwidth": bandwidth, "dispatch_bytes": 1 + 4 / 128}
    found = float(expert_parallel_traffic(**BASE | case).lines[part]) * 1e3
    assert found / (1 - 1 / 8) == pytest.approx(microseconds, rel=0.02)


def test_a_token_is_sent_once_to_each_rank_or_once_for_each_expert() -> None:
    # eight experts over eight ranks: 7 copies leave, or to 7 (1 - (7/8)^8) = 4.595 ranks
    assert note("copies_that_leave_a_rank") == pytest.approx(7)
    assert note("copies_that_leave_a_rank", copies="each-rank") == pytest.approx(4.595, abs=1e-3)
    # over many ranks hardly two experts share one
    assert note("copies_that_leave_a_rank", copies="each-rank", gpus=256.0) == pytest.approx(7.86, abs=0.01)


@pytest.mark.parametrize(
    ("experts", "top_k", "tokens", "expected"),
    [(8, 2, 1, 2.0), (8, 2, 2, 3.5), (8, 2, 4, 5.46875), (256, 8, 1, 8.0), (256, 8, 32, 163.3), (256, 8, 1024, 256.0)],
)
def test_distinct_experts_are_those_of_a_draw(experts: int, top_k: int, tokens: int, expected: float) -> None:
    # E (1 - (1 - k/E)^T): two of eight twice are 2 + 2 × 6/8 = 3.5; and by drawing
    assert distinct_experts(float(experts), float(top_k), float(tokens)) == pytest.approx(expected, abs=0.05)
    draws = stream(3, f"experts {experts} {tokens}")
    picked = [len({int(e) for _ in range(tokens) for e in draws.permutation(experts)[:top_k]}) for _ in range(200)]
    spread = np.std(picked) / np.sqrt(len(picked))
    assert np.mean(picked) == pytest.approx(distinct_experts(experts, top_k, tokens), abs=4 * spread + 1e-6)


def test_the_operator_models_count_agrees_where_routing_is_even_and_is_lower_where_it_is_not() -> None:
    tokens = np.array([1.0, 8.0, 64.0, 512.0])
    exact = distinct_experts(256.0, 8.0, tokens)
    even = experts_touched(np.full(4, 256.0), np.full(4, 8.0), tokens, 1e6)
    np.testing.assert_allclose(even, exact, rtol=0.02)  # it lets the picks of one token coincide: 7.9 for 8
    assert (even <= exact).all()
    for each in tokens:
        assert note("experts_reached_if_some_are_popular", tokens=each) < note("experts_reached", tokens=each)


def test_experts_wait_for_memory_at_e_over_k_times_the_tokens_of_a_dense_model() -> None:
    # dense: 295 tokens at two bytes a parameter; 256 experts of which each token takes 8 need 32 times as many
    assert note("tokens_for_full_experts") == pytest.approx(295.3 * 32, rel=1e-3)
    assert note("tokens_for_full_experts", experts=1.0, experts_per_token=1.0) == pytest.approx(295.3, rel=1e-3)
    # 1,024 tokens: 32 for each expert, 32 / 295 of the peak at best
    assert note("tokens_of_an_expert_reached") == pytest.approx(32)
    assert note("reachable_share_of_peak") == pytest.approx(32 / 295.3, rel=1e-3)
    assert "wait for memory" in expert_parallel_traffic(**BASE).warnings[0]
    assert note("reachable_share_of_peak", tokens=10_000.0) == 1
    assert expert_parallel_traffic(**BASE | {"tokens": 10_000.0}).warnings == ()


def test_all_wait_for_the_busiest_rank() -> None:
    even = expert_parallel_traffic(**BASE)
    uneven = expert_parallel_traffic(**BASE | {"busiest_rank_over_mean": 1.5})
    assert uneven.lines["waiting_for_the_busiest_rank"] == pytest.approx(0.5 * float(even.total))
    assert uneven.total == pytest.approx(1.5 * float(even.total))


def test_latency_is_paid_twice_a_layer_and_not_by_one_rank() -> None:
    case = {"exchange_latency": 18.0, "mixture_layers": 58.0}
    assert expert_parallel_traffic(**BASE | case).lines["latency"] == pytest.approx(58 * 2 * 0.018)
    alone = expert_parallel_traffic(**BASE | case | {"gpus": 1.0})
    assert alone.total == 0
    assert alone.notes["latency_share"].value == 0


def test_nonsense_is_refused_or_warned_of() -> None:
    with pytest.raises(RackmathError, match="experts_per_token"):
        expert_parallel_traffic(**BASE | {"experts": 4.0})
    assert "more ranks than experts" in expert_parallel_traffic(**BASE | {"gpus": 512.0}).warnings[0]


def test_the_operator_model_sends_the_same_and_counts_a_ranks_own_share() -> None:
    # the second road: the exchange of step.py without latency, on links that reach their peak
    row = {"model_path": "deepseek-ai/DeepSeek-V3", "system": "h200_sxm", "backend": "sglang", "precision": "fp8"}
    row |= {"id": "r", "mode": "agg", "isl": "1024", "osl": "1024", "concurrency": "1024", "tp_size": "1"}
    row |= {"pp_size": "1", "attention_dp_size": "8", "moe_tp_size": "1", "moe_ep_size": "8"}
    constants = {**fitted().constants, "exchange_latency": 0.0, "link_share": 1.0}
    r = columns([read_row(row, find_shape, find_accelerator)], constants)
    one, none = np.ones(1), np.zeros(1)
    parts = step_time(r, constants, 128.0 * one, 1536.0 * one, none, none, none)
    case = {"mixture_layers": 58.0, "copies": "each-rank", "link_bandwidth": find_accelerator("h200_sxm").link_gb_s}
    found = float(expert_parallel_traffic(**BASE | case).total)
    assert found / (1 - 1 / 8) == pytest.approx(1e3 * float(parts["expert all-to-all"][0]))
