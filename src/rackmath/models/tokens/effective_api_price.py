"""What a million tokens of a workload really costs at an API, after caching and batching."""

from __future__ import annotations

from typing import Any

import numpy as np

from rackmath.kernel import Result, model
from rackmath.models._numbers import ratio, some
from rackmath.models._terms import (
    ApiInputPrice,
    ApiOutputPrice,
    BatchAndCache,
    BatchDiscount,
    BatchShare,
    CacheableShare,
    CacheDiscount,
    CacheHitRate,
    CacheWritePremium,
    InputShare,
)
from rackmath.units import format_number


@model(
    "tokens.effective_api_price",
    method="A08.4",
    title="Effective API price with cache and batch",
    question="What does a million tokens of this workload really cost at an API, after caching and batching?",
    unit="USD/Mtok",
    sources=(
        "https://www.finout.io/blog/openai-vs-anthropic-api-pricing-comparison",
        "https://pecollective.com/blog/llm-pricing-comparison-2026/",
    ),
    increasing_in=("input_price", "output_price", "cache_write_premium"),
    decreasing_in=("cache_hit_rate", "cache_discount", "batch_discount"),
)
def effective_api_price(
    *,
    input_price: ApiInputPrice,
    output_price: ApiOutputPrice,
    input_share: InputShare,
    cacheable_share: CacheableShare,
    cache_hit_rate: CacheHitRate,
    cache_discount: CacheDiscount,
    cache_write_premium: CacheWritePremium,
    batch_share: BatchShare,
    batch_discount: BatchDiscount,
    batch_and_cache: BatchAndCache,
) -> Result:
    r"""Price the four kinds of token that a workload is made of, each with the discounts that it gets.

    .. math:: P = w\,p_{in}\,\bigl[(1-s) + s h (1-d_c) + s (1-h)(1+m)\bigr]\,k + (1-w)\,p_{out}\,k,
       \qquad k = 1 - b\,d_b

    where :math:`w` is input_share, :math:`s` cacheable_share, :math:`h` cache_hit_rate, :math:`d_c` cache_discount,
    :math:`m` cache_write_premium, :math:`b` batch_share and :math:`d_b` batch_discount. A cacheable token that is not
    in the cache is written to it. The equation is that of ``multiply``; with ``better-one`` a cached token in a batch
    pays :math:`1-\max(d_c, d_b)`, and with ``batch-uncached`` every input token in a batch pays :math:`1-d_b`.

    Limits: h → 0 with m = 0, or s → 0, gives the batch price alone; h = s = 1 with b = 0 gives the cached price, so a
    discount of 90 % needs every input token to be a hit: at h = 0.9 the price is 19 % of the list, not 10 %.
    Not included: price tiers by context length, tokenisers that count the same text differently, free allowances.
    Source: https://www.finout.io/blog/openai-vs-anthropic-api-pricing-comparison

    >>> price = effective_api_price(
    ...     input_price=3, output_price=15, input_share=1, cacheable_share=1, cache_hit_rate=0.9, cache_discount=0.9,
    ...     cache_write_premium=0, batch_share=0, batch_discount=0.5, batch_and_cache="multiply")
    >>> round(price.total, 3)
    0.57
    """
    read = cacheable_share * cache_hit_rate
    written = cacheable_share * (1 - cache_hit_rate)
    fresh = 1 - cacheable_share
    online = 1 - batch_share
    batched = batch_share * (1 - batch_discount)
    either = online + batched
    if batch_and_cache == "multiply":
        fresh_paid, read_paid = fresh * either, read * (1 - cache_discount) * either
        written_paid = written * (1 + cache_write_premium) * either
    elif batch_and_cache == "better-one":
        larger = np.maximum(cache_discount, batch_discount)
        fresh_paid = fresh * either
        read_paid = read * (online * (1 - cache_discount) + batch_share * (1 - larger))
        written_paid = written * (1 + cache_write_premium) * either
    else:
        fresh_paid = fresh * online + batched
        read_paid = read * (1 - cache_discount) * online
        written_paid = written * (1 + cache_write_premium) * online
    input_at_list, output_at_list = input_share * input_price, (1 - input_share) * output_price
    lines = {
        "fresh_input": input_at_list * fresh_paid,
        "cached_input": input_at_list * read_paid,
        "cache_writes": input_at_list * written_paid,
        "output": output_at_list * either,
    }

    def notes() -> dict[str, Any]:
        input_paid = fresh_paid + read_paid + written_paid
        total = input_at_list * input_paid + output_at_list * either
        at_list = input_at_list + output_at_list
        return {
            "effective_input_price": (input_price * input_paid, "USD/Mtok"),
            "effective_output_price": (output_price * either, "USD/Mtok"),
            "list_price": (at_list, "USD/Mtok"),
            "saving_share": (1 - ratio(total, at_list, "USD/Mtok", when_zero=1.0), ""),
            "input_saving_share": (1 - input_paid, ""),
            "break_even_hit_rate": (_break_even(cache_write_premium, cache_discount), ""),
        }

    def warnings() -> list[str]:
        break_even = _break_even(cache_write_premium, cache_discount)
        if not some((cacheable_share > 0) & (cache_write_premium > 0) & (cache_hit_rate < break_even)):
            return []
        return [
            "Caching costs more than it saves: writes cost more than reads save below a hit rate of "
            f"{format_number(100 * float(np.max(break_even)))} %."
        ]

    return Result("USD/Mtok", lines, notes=notes, warnings=warnings)


def _break_even(cache_write_premium: Any, cache_discount: Any) -> Any:
    """Return the hit rate from which caching pays."""
    return ratio(cache_write_premium, cache_write_premium + cache_discount, "")
