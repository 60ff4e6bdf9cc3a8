r"""The time of one forward step, operator by operator, for many configurations at once.

Every operator costs :math:`((F/(P e_c))^q + (B/(W e_m))^q)^{1/q}`, the smooth maximum of arithmetic and memory, and
the kernels' latency floors are added by the layer. Collectives cost a latency plus bytes over an effective bandwidth.
Pipeline stages share the memory of a replica, not the time of a step: a token passes one after the other.
docs/serving.md derives the terms and says where they fail.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Columns = Mapping[str, Array]
Constants = Mapping[str, float]

ACTIVATION_BYTES = 2.0
STAGE_LATENCY = 10e-6  # seconds to hand a micro-batch to the next stage, beside its bytes
SHARPNESS = 3.0  # q: how sharply an operator turns from memory-bound to compute-bound
OPERATORS = (
    "attention weights",
    "feed-forward weights",
    "experts",
    "attention over context",
    "output head",
    "tensor-parallel collectives",
    "expert all-to-all",
    "pipeline hand-over",
    "layer latency",
    "expert-layer latency",
    "host",
)


def _smooth(first: Array, second: Array) -> Array:
    """Return a smooth maximum of two times."""
    high = np.maximum(first, second)
    low = np.minimum(first, second)
    ratio = np.divide(low, high, out=np.zeros_like(high), where=high > 0)
    return np.asarray(high * (1 + ratio**SHARPNESS) ** (1 / SHARPNESS))


def kv_bytes_per_token(r: Columns) -> Array:
    """Return the cache bytes of one more token of context on a rank; window and linear layers stop growing."""
    grouped = 2 * np.maximum(r["kv_heads"] / r["tp"], 1.0) * r["head_dim"]
    per_layer = np.where(r["kv_rank"] > 0, r["kv_rank"] + r["rope_dim"], grouped)
    return np.asarray(per_layer * r["kv_bytes"] * r["full_layers"] / r["pp"])


def fixed_bytes_per_sequence(r: Columns, context: Array) -> Array:
    """Return the cache bytes of a sequence that do not grow without end: windows and linear states, on one rank."""
    grouped = 2 * np.maximum(r["kv_heads"] / r["tp"], 1.0) * r["head_dim"] * r["kv_bytes"]
    windows = r["window_layers"] * np.minimum(context, np.maximum(r["window"], 1.0)) * grouped
    states = r["linear_layers"] * r["linear_heads"] * r["linear_key"] * r["linear_value"] / r["tp"] * ACTIVATION_BYTES
    return np.asarray((windows + states) / r["pp"])


def weight_bytes(r: Columns) -> dict[str, Array]:
    """Return the weights held by one rank in bytes: attention, feed-forward (with shared experts), experts, ends."""
    soft_layers = r["full_layers"] + r["window_layers"]
    attention = (soft_layers * _attention_elements(r) + r["linear_layers"] * _linear_elements(r)) * r["attention_bytes"]
    dense = r["dense_layers"] * r["ffn_matrices"] * r["hidden"] * r["ffn"] / r["tp"]
    shared = r["moe_layers"] * 3 * r["hidden"] * r["shared_ffn"] / r["tp"]
    experts = r["moe_layers"] * r["experts"] * r["ffn_matrices"] * r["hidden"] * r["expert_ffn"]
    ends = r["vocab"] * r["hidden"] / r["tp"] * r["head_bytes"] * (2 - r["tied"])
    return {
        "attention": np.asarray(attention / r["pp"]),
        "feed-forward": np.asarray((dense * r["dense_bytes"] + shared * r["attention_bytes"]) / r["pp"]),
        "experts": np.asarray(experts / (r["moe_tp"] * r["ep"]) * r["expert_bytes"] / r["pp"]),
        "ends": np.asarray(ends),
    }


def _attention_elements(r: Columns) -> Array:
    """Return the weights of one soft-attention layer on one rank (elements)."""
    head = r["nope_dim"] + r["rope_dim"]
    query = np.where(
        r["q_rank"] > 0,
        r["q_rank"] * (r["hidden"] + r["heads"] / r["tp"] * head),
        r["hidden"] * r["heads"] / r["tp"] * head,
    )
    latent = (
        query
        + r["hidden"] * (r["kv_rank"] + r["rope_dim"])
        + r["heads"] / r["tp"] * r["kv_rank"] * (r["nope_dim"] + r["value_dim"])
        + r["heads"] / r["tp"] * r["value_dim"] * r["hidden"]
        + r["q_rank"] * r["index_heads"] * r["index_dim"]
    )
    grouped = r["hidden"] * r["head_dim"] * 2 * (r["heads"] / r["tp"] + np.maximum(r["kv_heads"] / r["tp"], 1.0))
    return np.asarray(np.where(r["kv_rank"] > 0, latent, grouped))


def _linear_elements(r: Columns) -> Array:
    keys, values = r["linear_key_heads"] * r["linear_key"], r["linear_heads"] * r["linear_value"]
    return np.asarray(r["hidden"] * (2 * keys + 3 * values) / r["tp"])


def experts_touched(experts: Array, top_k: Array, tokens: Array, popularity: float) -> Array:
    r"""Return how many distinct experts a layer reads for some tokens.

    With popularities spread as a gamma distribution of shape a, the expected count is
    :math:`E(1-(1+kT/(Ea))^{-a})`; a → ∞ is even routing, :math:`E(1-e^{-kT/E})`.
    """
    spread = np.maximum(experts, 1.0)
    return np.asarray(experts * (1 - (1 + top_k * tokens / (spread * popularity)) ** -popularity))


def step_time(
    r: Columns, k: Constants, decoding: Array, context: Array, prompt: Array, prompt_context: Array, prompts: Array
) -> dict[str, Array]:
    """Return the seconds of one step by operator, for one rank of each configuration.

    With pipeline stages it is the step of one micro-batch, through all of them.

    `decoding` sequences have `context` tokens each; `prompt` new tokens see `prompt_context` tokens on average, and
    `prompts` of them are last tokens that need an output. All per attention rank; arrays of one length.
    """
    tokens = decoding + prompt
    bandwidth = r["bandwidth"] * k["weight_bandwidth"]
    handing_over = _hand_over(r, k, tokens)
    r = {**r, "pp": np.ones_like(r["pp"])}  # all stages, one after the other
    rank_weights = weight_bytes(r)
    hidden_bytes = ACTIVATION_BYTES * tokens * r["hidden"]

    def matmul(weights: Array, bytes_each: Array, rate: Array, reading: Array) -> Array:
        return _smooth(2 * tokens * weights / (bytes_each * rate), (weights / reading + moved) / bandwidth)

    soft_layers = r["full_layers"] + r["window_layers"]
    layers = soft_layers + r["linear_layers"]
    moved = 4 * hidden_bytes * layers / 2
    attention = matmul(rank_weights["attention"], r["attention_bytes"], r["attention_rate"], r["attention_reading"])
    moved = hidden_bytes * (r["dense_layers"] * 2 + r["moe_layers"] * 2 * (r["shared_ffn"] > 0))
    feed_forward = matmul(rank_weights["feed-forward"], r["dense_bytes"], r["dense_rate"], r["dense_reading"])

    # Experts: all attention ranks of a replica share them.
    group = tokens * r["dp"]
    touched = experts_touched(r["experts"], r["top_k"], group, k["popularity"])
    share = np.divide(touched, r["experts"], out=np.zeros_like(touched), where=r["experts"] > 0)
    pairs = r["top_k"] * group / r["ep"]
    uneven = 1 + k["imbalance"] * np.sqrt(2 * np.log(r["ep"]) / np.maximum(pairs, 1.0)) + k["skew"] * np.log(r["ep"])
    expert_bytes = rank_weights["experts"] * share
    each = r["ffn_matrices"] * r["hidden"] * r["expert_ffn"] / r["moe_tp"]
    padded = np.maximum(pairs * uneven, 1.0)
    expert_flop = 2 * padded * each * r["moe_layers"]
    expert_moved = ACTIVATION_BYTES * pairs * r["hidden"] * 3 * r["moe_layers"]
    experts = _smooth(
        expert_flop / (r["expert_rate"] * k["expert_compute"]),
        (expert_bytes / r["expert_reading"] + expert_moved) / (r["bandwidth"] * k["expert_bandwidth"]),
    )
    experts = np.where(r["experts"] > 0, experts, 0.0)

    return {
        "attention weights": attention,
        "feed-forward weights": feed_forward,
        "experts": experts,
        "attention over context": _context_time(r, k, decoding, context, prompt, prompt_context),
        "output head": _head_time(r, bandwidth, decoding + prompts),
        "tensor-parallel collectives": _all_reduce(r, k, tokens, layers),
        "expert all-to-all": _all_to_all(r, k, tokens),
        "pipeline hand-over": handing_over,
        "layer latency": (
            k["layer_latency"] * soft_layers
            + k["linear_latency"] * r["linear_layers"]
            + k["latent_latency"] * soft_layers * (r["kv_rank"] > 0)
            + k["sparse_latency"] * soft_layers * (r["sparse_top"] > 0)
            + k["quantise_latency"] * 2 * (layers * r["attention_quantised"] + r["dense_layers"] * r["dense_quantised"])
        ),
        "expert-layer latency": r["moe_layers"]
        * (
            k["expert_latency"] * r["expert_floor"]
            + k["shared_latency"] * (r["shared_ffn"] > 0)
            + k["quantise_latency"] * r["experts_quantised"]
        ),
        "host": k["host"] + k["host_sequence"] * decoding * r["dp"],
    }


def _head_time(r: Columns, bandwidth: Array, outputs: Array) -> Array:
    weights = r["hidden"] * r["vocab"] / r["tp"]
    return _smooth(2 * outputs * weights / r["bf16_rate"], weights * r["head_bytes"] / bandwidth)


def _context_time(r: Columns, k: Constants, decoding: Array, context: Array, prompt: Array, before: Array) -> Array:
    """Return the time of attention itself: cache reads of decoding, and the quadratic part of prompts."""
    heads = r["heads"] / r["tp"]
    latent = r["kv_rank"] > 0
    bandwidth, rate = r["bandwidth"] * k["cache_bandwidth"], r["bf16_rate"] * k["decode_attention"]
    seen = np.where(r["sparse_top"] > 0, np.minimum(context, r["sparse_top"]), context)
    width = np.where(latent, 2 * r["kv_rank"] + r["rope_dim"], 2 * r["head_dim"])
    windowed = r["window_layers"] * np.minimum(context, np.maximum(r["window"], 1.0))
    positions = r["full_layers"] * seen + windowed
    flop = 2 * heads * width * decoding * positions
    grow = kv_bytes_per_token(r) * seen + fixed_bytes_per_sequence(r, context)
    states = r["linear_layers"] * r["linear_heads"] * r["linear_key"] * r["linear_value"] / r["tp"]
    index = r["full_layers"] * (r["sparse_top"] > 0) * context * r["index_dim"]
    decode = _smooth(flop / rate, decoding * (grow + ACTIVATION_BYTES * states + index) / bandwidth)
    # Prompts: causal, so `before` is the mean number of positions seen; a short prompt fills the units badly.
    width = np.where(latent, r["nope_dim"] + r["rope_dim"] + r["value_dim"], 2 * r["head_dim"])
    near = np.where(r["sparse_top"] > 0, np.minimum(before, r["sparse_top"]), before)
    windowed = r["window_layers"] * np.minimum(before, np.maximum(r["window"], 1.0))
    positions = r["full_layers"] * near + windowed
    fill = k["prompt_attention"] * before / (before + 750.0)
    quadratic = 2 * heads * width * prompt * positions / (r["bf16_rate"] * np.maximum(fill, 1e-3))
    index_flop = 2 * r["index_heads"] * r["index_dim"] * prompt * before * r["full_layers"]
    recurrent = 8 * prompt * states / (r["bf16_rate"] * 0.2)
    return np.asarray(decode + quadratic + index_flop / (r["bf16_rate"] * 0.5) + recurrent)


def _link(r: Columns, k: Constants, ranks: Array) -> tuple[Array, Array]:
    """Return the bandwidth that `ranks` reach one another with (bytes/s), and how many domains they span."""
    spans = np.maximum(np.ceil(ranks / r["domain"]), 1.0)
    return np.where(spans > 1, r["network"], r["link"]) * k["link_share"], spans


def _hand_over(r: Columns, k: Constants, tokens: Array) -> Array:
    """Return the time that a micro-batch spends between pipeline stages."""
    ranks = r["tp"] * r["dp"] * r["pp"]
    link = np.where(ranks > r["domain"], r["network"], r["link"]) * k["link_share"]
    return np.asarray((r["pp"] - 1) * (STAGE_LATENCY + ACTIVATION_BYTES * tokens * r["hidden"] / link))


def _all_reduce(r: Columns, k: Constants, tokens: Array, layers: Array) -> Array:
    """Return the time of two all-reduces a layer among the tensor-parallel ranks."""
    ranks = r["tp"]
    link, spans = _link(r, k, ranks)
    size = ACTIVATION_BYTES * tokens * r["hidden"]
    each = k["reduce_latency"] * (1 + 0.25 * np.log2(ranks) + np.log2(spans)) + 2 * (ranks - 1) / ranks * size / link
    experts_apart = (r["ep"] * r["moe_tp"] > 1) & (ranks <= 1) & (r["dp"] <= 1)
    extra = np.where(experts_apart, r["moe_layers"], 0.0)
    return np.asarray(np.where(ranks > 1, 2 * layers * each, extra * each))


def _all_to_all(r: Columns, k: Constants, tokens: Array) -> Array:
    """Return the time to send tokens to their experts and back, where attention ranks hold different tokens."""
    ranks = np.maximum(r["ep"] * r["moe_tp"], 1.0)
    link, spans = _link(r, k, ranks)
    reached = np.minimum(ranks * (1 - (1 - 1 / ranks) ** np.maximum(r["top_k"], 1.0)), r["dp"])
    size = tokens * reached * r["hidden"]
    each = 2 * k["exchange_latency"] * (1 + 0.5 * np.log2(spans)) + size * (1 + ACTIVATION_BYTES) / link
    return np.asarray(np.where((r["dp"] > 1) & (r["experts"] > 0), r["moe_layers"] * each, 0.0))
