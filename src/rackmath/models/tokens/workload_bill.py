"""What an API charges for a month of a workload."""

from __future__ import annotations

from typing import Any

from rackmath.kernel import Result, model
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
    TokensPerMonth,
)
from rackmath.models.tokens.effective_api_price import effective_api_price
from rackmath.units import convert


@model(
    "tokens.workload_bill",
    method="A08.5",
    title="Monthly API bill of a workload",
    question="What does it cost to call an API for a month of this workload?",
    unit="USD/month",
    sources=(
        "https://www.sitepoint.com/opensource-vs-commercial-llms-the-complete-guide-2026/",
        "https://deepinfra.com/blog/pricing-101-token-math-cost-per-completion",
    ),
    increasing_in=("tokens_per_month", "input_price", "output_price", "cache_write_premium"),
    decreasing_in=("cache_hit_rate", "cache_discount", "batch_discount"),
)
def workload_bill(
    *,
    tokens_per_month: TokensPerMonth,
    input_share: InputShare,
    input_price: ApiInputPrice,
    output_price: ApiOutputPrice,
    cacheable_share: CacheableShare,
    cache_hit_rate: CacheHitRate,
    cache_discount: CacheDiscount,
    cache_write_premium: CacheWritePremium,
    batch_share: BatchShare,
    batch_discount: BatchDiscount,
    batch_and_cache: BatchAndCache,
) -> Result:
    r"""Multiply a month's tokens of each kind by what that kind costs.

    .. math:: B = T\,\bigl(w\,[q_f + q_c + q_w]\,p_{in} + (1-w)\,q_o\,p_{out}\bigr)

    where :math:`T` is tokens_per_month, :math:`w` input_share, and :math:`q_f, q_c, q_w, q_o` the share of the list
    price that is paid for fresh input, cached input, cache writes and output, as in ``tokens.effective_api_price``
    (a cacheable token that misses the cache is written to it; the shares hold the cache's and the batch's discounts).

    Limits: T → 0 is free, and the bill is proportional to T; without cache and batch it is the list price of the mix.
    Not included: volume agreements, price tiers by context length, tools and searches that are billed by the call, tax.
    Source: https://www.sitepoint.com/opensource-vs-commercial-llms-the-complete-guide-2026/

    >>> bill = workload_bill(
    ...     tokens_per_month=1.5e9, input_share=0.5, input_price=2.5, output_price=10, cacheable_share=0,
    ...     cache_hit_rate=0, cache_discount=0.5, cache_write_premium=0, batch_share=0, batch_discount=0.5,
    ...     batch_and_cache="multiply")
    >>> round(bill.total, 2)
    9375.0
    """
    price = effective_api_price.model.compute(
        input_price=input_price,
        output_price=output_price,
        input_share=input_share,
        cacheable_share=cacheable_share,
        cache_hit_rate=cache_hit_rate,
        cache_discount=cache_discount,
        cache_write_premium=cache_write_premium,
        batch_share=batch_share,
        batch_discount=batch_discount,
        batch_and_cache=batch_and_cache,
    )

    def notes() -> dict[str, Any]:
        cacheable = tokens_per_month * input_share * cacheable_share
        at_list = convert(tokens_per_month * price.notes["list_price"].value, "token/month*USD/Mtok", "USD/month")
        return {
            "price_per_mtok": (price.total, "USD/Mtok"),
            "bill_at_list_prices": (at_list, "USD/month"),
            "saving_share": price.notes["saving_share"],
            "cache_hits": (convert(cacheable * cache_hit_rate, "token/month", "Mtok/month"), "Mtok/month"),
            "cache_misses": (convert(cacheable * (1 - cache_hit_rate), "token/month", "Mtok/month"), "Mtok/month"),
            "break_even_hit_rate": price.notes["break_even_hit_rate"],
        }

    lines = {
        name: convert(tokens_per_month * line, "token/month*USD/Mtok", "USD/month")
        for name, line in price.lines.items()
    }
    return Result("USD/month", lines, notes=notes, warnings=lambda: price.warnings)
