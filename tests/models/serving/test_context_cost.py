"""Arithmetic of a context: published counts, multipliers that are misquoted, and the step model's own count."""

from __future__ import annotations

import numpy as np
import pytest

from rackmath.models.serving._shapes import active_parameters as active
from rackmath.models.serving._shapes import cache_columns
from rackmath.models.serving.context_cost import context_cost
from rackmath.models.serving.shape import find_shape
from rackmath.models.serving.step import _context_time

BASE = {
    "context": 131_072.0,
    "compared_context": 8_192.0,
    "mask": "causal",
    "model_shape": "as-given",
    "layers": 80.0,
    "attention_width": 8192.0,
    "active_parameters": 68.5e9,
}
LAYER = BASE | {"mask": "full", "layers": 1.0, "attention_width": 2048.0, "active_parameters": 1.0}


def test_the_scores_of_one_layer() -> None:
    # 2 × 4,096² × 2,048 = 68.7 GFLOP and 2 × 32,768² × 2,048 = 4.398 TFLOP, 64 times as much; the values cost the same
    short, long = (context_cost(**LAYER | {"context": n}) for n in (4096.0, 32_768.0))
    assert short.lines["scores"] * 1e3 == pytest.approx(68.72, abs=0.005)
    assert long.lines["scores"] == pytest.approx(4.398, abs=0.0005)
    assert long.lines["scores"] / short.lines["scores"] == pytest.approx(64)
    assert long.lines["values"] == long.lines["scores"]


def test_128k_over_8k_is_16_times_the_weights_and_256_times_attention() -> None:
    # "64 times" is the ratio of 32K to 4K, or holds where attention is a fifth of the cost at 8K
    notes = context_cost(**BASE | {"mask": "full"}).notes
    assert notes["times_the_compared_linear"].value == 16
    assert notes["times_the_compared_quadratic"].value == 256
    fifth = 4 * 80 * 8192 * 8192**2 / (2 * 8192) / 0.25
    at_a_fifth = context_cost(**BASE | {"mask": "full", "active_parameters": fifth}).notes
    assert at_a_fifth["attention_share_at_the_compared"].value == pytest.approx(0.2)
    assert at_a_fifth["times_the_compared"].value == pytest.approx(64)


def test_llama_70b_is_far_from_64() -> None:
    # attention is 7 % of the arithmetic at 8K (8,192 / 104,523 = 0.078 of the weights): 33 times, not 64
    notes = context_cost(**BASE).notes
    assert notes["context_at_which_attention_equals_the_weights"].value == pytest.approx(68.5e9 / (80 * 8192))
    assert notes["attention_share_at_the_compared"].value == pytest.approx(0.0727, abs=1e-3)
    assert notes["times_the_compared"].value == pytest.approx(33.4, abs=0.1)
    assert notes["arithmetic_per_token_times_the_compared"].value == pytest.approx(33.4 / 16, abs=0.01)


def test_a_doubled_context_costs_between_two_and_four_times() -> None:
    contexts = np.array([2.0**power for power in range(1, 24)])
    ratios = context_cost(**BASE | {"context": 2 * contexts, "compared_context": contexts}).notes["times_the_compared"]
    assert (np.diff(ratios.value) > 0).all()
    assert ratios.value[0] == pytest.approx(2.0, abs=1e-3)
    assert ratios.value[-1] == pytest.approx(4.0, abs=0.05)


def test_a_causal_mask_is_half_of_a_full_one() -> None:
    causal, full = (context_cost(**BASE | {"mask": mask}) for mask in ("causal", "full"))
    assert causal.lines["scores"] == pytest.approx(full.lines["scores"] / 2, rel=1e-4)
    assert causal.lines["weights"] == full.lines["weights"]
    assert "half of this" in full.warnings[0]


def test_one_further_token_is_the_difference_of_two_prompts() -> None:
    # decoding is linear in the context: the token after n looks at n tokens
    before, after = (context_cost(**BASE | {"context": n}) for n in (9_999.0, 10_000.0))
    assert before.notes["one_further_token"].unit == "TFLOP/token"
    found = context_cost(**BASE | {"context": 10_000.0}).notes["one_further_token"].value
    assert after.total - before.total == pytest.approx(found, rel=1e-9)


@pytest.mark.parametrize("name", ["llama-3.1-70b", "llama-3.1-405b", "qwen3-235b-a22b"])
def test_a_name_stands_for_its_sizes(name: str) -> None:
    shape = find_shape(name)
    sizes = {"layers": shape.layers, "attention_width": shape.heads * shape.head_dim}
    named = context_cost(**BASE | {"model_shape": name, "layers": 3.0})
    given = context_cost(**BASE | sizes | {"active_parameters": active(shape)})
    assert named.total == pytest.approx(given.total)
    assert "not used" in named.warnings[0]


@pytest.mark.parametrize(
    ("name", "published"),
    # active parameters that the makers state, with embedding and output head
    [("deepseek-v3", 37e9), ("qwen3-235b-a22b", 22e9), ("gpt-oss-120b", 5.1e9), ("llama-3.1-8b", 8.03e9)],
)
def test_active_parameters_are_the_published_ones(name: str, published: float) -> None:
    shape = find_shape(name)
    ends = shape.vocab * shape.hidden * (1 if name != "llama-3.1-8b" else 2)  # makers count the embedding or not
    assert active(shape) + ends == pytest.approx(published, rel=0.03)


def test_windows_leave_half_of_the_layers_linear() -> None:
    # gpt-oss: 18 of 36 layers see 128 tokens; far beyond that only the others are quadratic
    at = BASE | {"model_shape": "gpt-oss-120b"}
    found = context_cost(**at)
    pairs = 131_072 * 131_073 / 2
    windowed = 128 * 129 / 2 + (131_072 - 128) * 128
    assert found.lines["scores"] == pytest.approx(2 * 64 * 64 * 18 * (pairs + windowed) / 1e12)
    equal = found.notes["context_at_which_attention_equals_the_weights"].value
    assert context_cost(**at | {"context": float(equal)}).notes["attention_share"].value == pytest.approx(0.5, abs=2e-3)


@pytest.mark.parametrize("name", ["llama-3.1-8b", "deepseek-v3"])
def test_the_step_model_counts_the_same_arithmetic(name: str) -> None:
    """Time of the step model's prompt attention, times the rate it is given, is this count."""
    n = 20_000.0
    read = cache_columns(name, layers=0, kv_heads=0, head_dim=0, cache_format="bf16", tensor_parallel=1.0)
    full = {"prompt_attention": 1.0 + 750.0 / (n / 2), "decode_attention": 1.0, "cache_bandwidth": 1.0}
    rates = {"bf16_rate": np.array([1e12]), "bandwidth": np.array([1.0])}
    none, prompt, before = np.zeros(1), np.array([n]), np.array([n / 2])
    seconds = _context_time(read | rates, full, none, none, prompt, before)
    counted = context_cost(**BASE | {"context": n, "model_shape": name})
    assert seconds[0] == pytest.approx(counted.lines["scores"] + counted.lines["values"], rel=1e-3)
