"""Which sends less for a long prompt: sharing each layer, or dealing the context out."""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np

from rackmath.kernel import Param, Real, Result, model
from rackmath.models._numbers import ratio, some, tagged
from rackmath.models.serving._chip_terms import ActivationBytes, NetworkBandwidth
from rackmath.models.serving._collectives import all_reduce_volume
from rackmath.units import number

TENSOR_REDUCTIONS = 2  # all-reduces of a layer under tensor parallelism


@model(
    "serving.context_parallel",
    method="A07.9",
    title="Context parallelism against tensor parallelism",
    question="What does a layer send when ranks share out a long context, and is that less than sharing the layer?",
    unit="MB/layer/GPU",
    sources=("https://arxiv.org/abs/2411.01783", "https://arxiv.org/abs/2310.01889"),
    increasing_in=("new_tokens", "cached_tokens", "activation_bytes", "gpus"),
)
def context_parallel(
    *,
    new_tokens: Annotated[
        Real,
        Param(
            "token",
            assumption="131072 token",
            because="a prompt of 128 Ki tokens, for which context parallelism is made",
            minimum=1,
            maximum=1e9,
            help="tokens of the prompt that are not in the cache yet",
        ),
    ],
    cached_tokens: Annotated[
        Real,
        Param(
            "token",
            assumption="0 token",
            because="a fresh prompt; further turns of a conversation find most of it cached",
            minimum=0,
            maximum=1e9,
            help="tokens before those that are in the cache already, dealt out over the ranks",
        ),
    ],
    query_heads: Annotated[
        Real,
        Param(
            "",
            assumption="64",
            because="a dense model of 70 billion parameters (Llama 3.1 70B); config.json: num_attention_heads",
            minimum=1,
            maximum=4096,
            help="query heads of a layer",
        ),
    ],
    kv_heads: Annotated[
        Real,
        Param(
            "",
            assumption="8",
            because="a dense model of 70 billion parameters (Llama 3.1 70B); config.json: num_key_value_heads",
            minimum=1,
            maximum=4096,
            help="key-value heads of a layer",
        ),
    ],
    head_dim: Annotated[
        Real,
        Param(
            "element/token",
            assumption="128 element/token",
            because="usual in open models; config.json: head_dim",
            minimum=1,
            maximum=4096,
            help="numbers of one head for each token; heads times this is the hidden size",
        ),
    ],
    activation_bytes: ActivationBytes,
    gpus: Annotated[
        Real,
        Param(
            "GPU",
            assumption="4 GPU",
            because="one in each of four servers, with tensor parallelism inside them",
            minimum=1,
            maximum=4096,
            help="ranks that the context is dealt out to, or that would share each layer instead",
        ),
    ],
    network_bandwidth: NetworkBandwidth,
) -> Result:
    r"""Take the smaller of what keys and values, or queries and answers, need when they go round the ranks.

    .. math:: V = \frac{p - 1}{p}\,w\,\min\bigl(2\,(T + P)\,h_{kv},\; 2\,T h\bigr), \qquad
       V_{tensor} = 2 \cdot \frac{2 (p - 1)}{p}\,T h w

    where :math:`p` is gpus, :math:`w` activation_bytes, :math:`T` new_tokens, :math:`P` cached_tokens, and :math:`h`,
    :math:`h_{kv}` the heads (query or key-value) times head_dim. Each rank has its part of the tokens: either keys
    and values of all tokens go round (pass-KV), or the queries of the new ones go round and their answers come back
    (pass-Q). Tensor parallelism adds activations up twice in a layer, and each takes two steps. The lines are its
    traffic, and what dealing the context out saves of it: half at least, more with fewer key-value heads.
    Counting queries alone, as their way round hides behind attention, pass-Q sends less where new tokens are below
    ``pass_q_below_new_share`` of all tokens; with the way back, which does not hide, below half of that.

    Limits: one rank sends nothing; a fresh prompt with grouped heads passes keys and values, a short question on a long
    cached context passes queries.
    Not included: weights, which each rank holds whole; latency; overlap; uneven work of causal attention.
    Source: A. Yang and others, https://arxiv.org/abs/2411.01783

    >>> sent = context_parallel(new_tokens=131072, cached_tokens=0, query_heads=128, kv_heads=8, head_dim=128,
    ...                         activation_bytes=2, gpus=4, network_bandwidth=50)
    >>> round(float(sent.total), 1), round(float(sent.notes["tensor_over_context_parallel"].value))
    (402.7, 32)
    """
    ranks = np.asarray(number(gpus, "GPU"), dtype=np.float64)
    fresh, cached = number(new_tokens, "token"), number(cached_tokens, "token")
    each = number(head_dim, "element/token") * number(activation_bytes, "byte/element") / 1e6  # MB a head and token
    heads, kv = number(query_heads, ""), number(kv_heads, "")
    away = (ranks - 1) / ranks
    queries = away * fresh * heads * each
    pass_kv, pass_q = away * 2 * (fresh + cached) * kv * each, 2 * queries
    tensor = TENSOR_REDUCTIONS * all_reduce_volume(fresh * heads * each, ranks)
    best = np.minimum(pass_kv, pass_q)
    bandwidth = number(network_bandwidth, "GB/s/GPU") / 1e3  # MB a µs
    unit = "MB/layer/GPU"

    def note(value: Any, its_unit: str) -> tuple[Any, str]:
        return tagged(value, its_unit, new_tokens), its_unit

    warnings = []
    if some(kv > heads):
        warnings.append("There are more key-value heads than query heads: check which is which.")
    return Result(
        unit,
        {
            "tensor_parallel": tagged(tensor, unit, new_tokens),
            "less_by_context_parallel": tagged(best - tensor, unit, new_tokens),
        },
        notes={
            "pass_kv": note(pass_kv, unit),
            "pass_q": note(pass_q, unit),
            "queries_alone": note(queries, unit),
            "tensor_over_context_parallel": note(ratio(tensor, best, unit, when_zero=1.0), ""),
            "new_share_of_tokens": note(fresh / (fresh + cached), ""),
            "pass_q_below_new_share": note(np.minimum(2 * kv / heads, 1.0), ""),
            "time_per_layer": note(best / bandwidth, "us/layer"),
            "time_per_layer_of_tensor_parallel": note(tensor / bandwidth, "us/layer"),
        },
        warnings=warnings,
    )
