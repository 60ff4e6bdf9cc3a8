"""What input costs when prefixes that requests share stay in a cache of limited memory."""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np

from rackmath.kernel import Choice, Param, Real, Result, model
from rackmath.models._numbers import ratio, some, tagged
from rackmath.models._terms import CacheableShare
from rackmath.models.serving._cache_terms import GB, CacheMemory, PromptTokenCost
from rackmath.models.serving._chip_terms import Layers
from rackmath.models.serving._residency import LARGEST_COUNT, lru_share, most_popular_share, ranked
from rackmath.models.serving._shapes import (
    CacheFormat,
    HeadDim,
    KvHeads,
    ModelShape,
    cache_columns,
    sizes_not_used,
)
from rackmath.models.serving.step import kv_bytes_per_token
from rackmath.units import number

BARELY = 0.01
"""A gain in hit rate below which more memory is not worth a sentence."""


@model(
    "serving.prefix_cache",
    method="A07.13",
    title="Prefixes that stay in the cache",
    question="What does a million input tokens cost when a cache of this size keeps the prefixes that requests share?",
    unit="USD/Mtok",
    sources=(
        "https://doi.org/10.1109/JSAC.2002.801752",
        "https://arxiv.org/abs/1202.3974",
        "https://github.com/kvcache-ai/Mooncake",
    ),
    increasing_in=("prompt_token_cost", "prefixes", "prefix_length"),
    decreasing_in=("cache_memory", "cacheable_share"),
)
def prefix_cache(
    *,
    prompt_token_cost: PromptTokenCost,
    found_cost_ratio: Annotated[
        Real,
        Param(
            "",
            assumption="0",
            because="what lies in the accelerator's own memory costs nothing to find; host memory or disk must be read",
            minimum=0,
            maximum=1,
            help="cost of a token that the cache holds over that of computing it",
        ),
    ],
    cacheable_share: CacheableShare,
    cache_memory: CacheMemory,
    model_shape: ModelShape,
    layers: Layers,
    kv_heads: KvHeads,
    head_dim: HeadDim,
    cache_format: CacheFormat,
    prefixes: Annotated[
        Real,
        Param(
            "",
            assumption="10000",
            because="it is the workload's own: system prompts are few, documents and conversations many",
            minimum=1,
            maximum=LARGEST_COUNT,
            help="different prefixes that requests to this replica come back to",
        ),
    ],
    prefix_length: Annotated[
        Real,
        Param(
            "token",
            assumption="2000 token",
            because="a system prompt with tools, or a conversation of some turns",
            minimum=1,
            maximum=1e7,
            help="mean length of a shared prefix",
        ),
    ],
    popularity_exponent: Annotated[
        Real,
        Param(
            "",
            assumption="0.9",
            because="requests to web caches and storage mostly fall between 0.6 and 1.2",
            minimum=0,
            maximum=3,
            help="how fast popularity falls with rank (Zipf's exponent): 0 means that all prefixes are equally popular",
        ),
    ],
    eviction: Annotated[
        str,
        Choice(
            "least-recent",
            "least-popular",
            assumption="least-recent",
            because="engines give up what was not used for longest (LRU)",
            help=(
                "what is given up when the cache is full: what was not used for longest (LRU), or what is asked for "
                "least, which needs to know popularity (the best that can be done)"
            ),
        ),
    ],
) -> Result:
    r"""Count how many prefixes the memory holds and how often a request finds its own among them.

    .. math:: c = p\,\bigl[(1 - s) + s\,(1 - h) + s\,h\,r\bigr], \qquad
        h = \sum_i q_i \bigl(1 - e^{-q_i T}\bigr), \quad \sum_i \bigl(1 - e^{-q_i T}\bigr) = C

    where :math:`p` is prompt_token_cost, :math:`s` cacheable_share (what a cache without limit would find), :math:`r`
    found_cost_ratio, :math:`q_i \propto i^{-a}` the popularity of the prefix of rank :math:`i`, :math:`a`
    popularity_exponent, :math:`C` the prefixes that cache_memory holds and :math:`T` how many requests a prefix stays
    for (Che's approximation of LRU). With ``least-popular``, :math:`h` is the share of the :math:`C` most popular.
    Four-bit keys and values hold nearly twice as many prefixes as eight-bit ones, which is not twice the hits.

    Limits: no memory computes everything, :math:`p`; memory for all leaves :math:`p\,(1 - s (1 - r))`.
    Not included: that a conversation's turns follow one another closely, which lets a small cache find more than this;
    prefixes seen for the first time, which belong in 1 - cacheable_share; the attention of the rest to the prefix.
    `che_hit_rate` and `lru_prefix_hits` in the package take measured popularities and logs of blocks.
    Source: https://arxiv.org/abs/1202.3974

    >>> found = prefix_cache(
    ...     prompt_token_cost=0.15, found_cost_ratio=0, cacheable_share=0.6, cache_memory=400, model_shape="as-given",
    ...     layers=80, kv_heads=8, head_dim=128, cache_format="bf16", prefixes=10_000, prefix_length=2000,
    ...     popularity_exponent=0.9, eviction="least-recent")
    >>> round(float(found.total), 4), round(float(found.notes["cache_hit_rate"].value), 3)
    (0.1065, 0.483)
    """
    r = cache_columns(
        model_shape,
        layers=number(layers, "layer"),
        kv_heads=number(kv_heads, ""),
        head_dim=number(head_dim, ""),
        cache_format=cache_format,
        tensor_parallel=1.0,
    )
    each = kv_bytes_per_token(r) * number(prefix_length, "token")
    held = number(cache_memory, "GB/replica") * GB / each
    price, share = number(prompt_token_cost, "USD/Mtok"), number(cacheable_share, "")
    objects = ranked(number(prefixes, ""), number(popularity_exponent, ""))

    def hits(capacity: Any) -> Any:
        return lru_share(objects, capacity)[0] if eviction == "least-recent" else most_popular_share(objects, capacity)

    hit = hits(held)
    lines = {
        "not_shared": price * (1 - share) + 0 * hit,
        "not_found": price * share * (1 - hit),
        "found": price * share * hit * number(found_cost_ratio, ""),
    }

    def note(value: Any, unit: str = "") -> tuple[Any, str]:
        return tagged(value, unit, prompt_token_cost), unit

    def notes() -> dict[str, tuple[Any, str]]:
        return {
            "cache_hit_rate": note(hit),
            "input_tokens_found": note(hit * share),
            "hit_rate_with_twice_the_memory": note(hits(2 * held)),
            "best_hit_rate_in_this_memory": note(most_popular_share(objects, held)),
            "prefixes_held": note(np.minimum(held, number(prefixes, ""))),
            "memory_for_every_prefix": note(each * number(prefixes, "") / GB, "GB/replica"),
            "cache_per_token": note(kv_bytes_per_token(r), "byte/token"),
            "saving_share": note(1 - ratio(sum(lines.values()), price, "USD/Mtok", when_zero=1.0)),
        }

    def warnings() -> list[str]:
        found = sizes_not_used(model_shape)
        if some(held < 1):
            found.append("The memory holds less than one prefix: what is found rests on parts of prefixes.")
        elif some(hits(2 * held) - hit < BARELY):
            found.append("Twice the memory would find less than one request in a hundred more.")
        return found

    return Result(
        "USD/Mtok",
        {name: tagged(line, "USD/Mtok", prompt_token_cost) for name, line in lines.items()},
        notes=notes,
        warnings=warnings,
    )
