"""Context parallelism: what goes round by hand and by playing it out, when queries are passed, and tensor traffic."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from rackmath.models.serving.context_parallel import context_parallel
from rackmath.models.serving.tensor_parallel_traffic import tensor_parallel_traffic

# Llama 3 405B, the model of https://arxiv.org/abs/2411.01783: 128 query heads, 8 key-value heads of 128
BASE: dict[str, Any] = {
    "new_tokens": 131072.0,
    "cached_tokens": 0.0,
    "query_heads": 128.0,
    "kv_heads": 8.0,
    "head_dim": 128.0,
    "activation_bytes": 2.0,
    "gpus": 4.0,
    "network_bandwidth": 50.0,
}


def note(name: str, **changes: Any) -> float:
    return float(context_parallel(**BASE | changes).notes[name].value)


def test_by_hand() -> None:
    # keys and values: 131,072 × 2 × 8 × 128 × 2 B = 536.9 MB, three quarters of it from each rank
    found = context_parallel(**BASE)
    assert note("pass_kv") == pytest.approx(402.65, abs=0.01)
    assert found.total == pytest.approx(402.65, abs=0.01)
    # queries: 131,072 × 128 × 128 × 2 B = 4,295 MB, and as much back
    assert note("queries_alone") == pytest.approx(0.75 * 4294.97, abs=0.01)
    assert note("pass_q") == pytest.approx(1.5 * 4294.97, abs=0.01)
    assert found.lines["tensor_parallel"] == pytest.approx(2 * 1.5 * 4294.97, abs=0.1)
    assert note("time_per_layer") == pytest.approx(402.65e6 / 50e9 * 1e6, abs=1)
    assert found.warnings == ()


def sent_in_a_ring(ranks: int, held: float) -> float:
    """Return what rank 0 sends while every rank's part visits all others, step by step."""
    parts = list(range(ranks))
    sent = 0.0
    while any(part != (position + 1) % ranks for position, part in enumerate(parts)):
        sent += held
        parts = [parts[position - 1] for position in range(ranks)]
    return sent


@pytest.mark.parametrize("ranks", [2, 3, 4, 8])
def test_a_ring_that_is_played_out_sends_as_much(ranks: int) -> None:
    held = 131072 / ranks * 2 * 8 * 128 * 2 / 1e6
    assert note("pass_kv", gpus=float(ranks)) == pytest.approx(sent_in_a_ring(ranks, held))


def test_queries_are_passed_where_an_eighth_of_the_tokens_is_new() -> None:
    # the published rule passes queries where T / (T + P) < 2 N_KV / N_H, 12.5 % for this model
    assert note("pass_q_below_new_share") == 0.125
    at = {"new_tokens": 12_500.0, "cached_tokens": 87_500.0}
    assert note("queries_alone", **at) == pytest.approx(note("pass_kv", **at))
    # with the answers' way back the volumes are equal at half of that
    at = {"new_tokens": 6_250.0, "cached_tokens": 93_750.0}
    assert note("pass_q", **at) == pytest.approx(note("pass_kv", **at))
    fewer = {"new_tokens": 1_000.0, "cached_tokens": 99_000.0}
    assert context_parallel(**BASE | fewer).total == pytest.approx(note("pass_q", **fewer))
    assert note("pass_q", **fewer) < note("pass_kv", **fewer)


def test_it_sends_less_than_tensor_parallelism_always_and_by_the_ratio_of_heads_for_a_fresh_prompt() -> None:
    assert note("tensor_over_context_parallel") == pytest.approx(2 * 128 / 8)
    assert note("tensor_over_context_parallel", kv_heads=128.0) == pytest.approx(2)  # no grouping: half
    for cached in (0.0, 1e4, 1e6, 1e8):
        assert note("tensor_over_context_parallel", cached_tokens=cached) >= 2 * (1 - 1e-12)


def test_tensor_parallelism_is_that_of_its_own_model() -> None:
    shared = tensor_parallel_traffic(
        tokens=131072, hidden_size=16384, activation_bytes=2, layers=126, reductions_per_layer=2, gpus=4,
        algorithm="two-step", all_reduce_latency=10, link_bandwidth=50, link_bandwidth_share=1, compression=1,
        time_without_communication=49,
    )  # fmt: skip
    found = context_parallel(**BASE).lines["tensor_parallel"]
    assert found == pytest.approx(float(shared.notes["traffic_per_layer"].value))


def test_one_rank_sends_nothing() -> None:
    found = context_parallel(**BASE | {"gpus": 1.0})
    assert found.total == 0
    assert found.notes["tensor_over_context_parallel"].value == 1


def test_heads_that_are_swapped_are_warned_of() -> None:
    assert "check which is which" in context_parallel(**BASE | {"kv_heads": 128.0, "query_heads": 8.0}).warnings[0]


def test_an_array_of_prefixes() -> None:
    cached = np.array([0.0, 1e6, 1e8])
    found = context_parallel(**BASE | {"cached_tokens": cached}).total
    one_by_one = [context_parallel(**BASE | {"cached_tokens": each}).total for each in cached]
    np.testing.assert_allclose(found, one_by_one)
