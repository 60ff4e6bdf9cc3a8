"""What one API request costs by the price list."""

from __future__ import annotations

from typing import Annotated

from rackmath.kernel import Param, Real, Result, model
from rackmath.models._numbers import ratio
from rackmath.units import convert


def _count(name: str, what: str) -> Param:
    return Param("token/request", evidence=f"chat-workload/{name}", minimum=0, maximum=1e8, help=what)


def _price(name: str, what: str) -> Param:
    return Param("USD/Mtok", evidence=f"frontier-api/{name}", minimum=0, maximum=1e5, help=what)


@model(
    "tokens.request_bill",
    method="A08.5",
    title="Price of one API request",
    question="What does one request cost, by the token counts that an API reports and its price list?",
    unit="USD/request",
    sources=(
        "https://deepinfra.com/blog/pricing-101-token-math-cost-per-completion",
        "https://www.silicondata.com/blog/llm-cost-per-token",
    ),
    increasing_in=(
        "fresh_input_tokens",
        "cached_input_tokens",
        "cache_write_tokens",
        "output_tokens",
        "input_price",
        "cached_input_price",
        "cache_write_price",
        "output_price",
    ),
)
def request_bill(
    *,
    fresh_input_tokens: Annotated[
        Real, _count("fresh-input-tokens", "input tokens that were neither read from the cache nor written to it")
    ],
    cached_input_tokens: Annotated[Real, _count("cached-input-tokens", "input tokens that were read from the cache")],
    cache_write_tokens: Annotated[Real, _count("cache-write-tokens", "input tokens that were written to the cache")],
    output_tokens: Annotated[Real, _count("output-tokens", "output tokens, hidden reasoning tokens included")],
    input_price: Annotated[Real, _price("input-price", "list price of a million fresh input tokens")],
    cached_input_price: Annotated[Real, _price("cached-input-price", "list price of a million cached input tokens")],
    cache_write_price: Annotated[
        Real, _price("cache-write-price", "list price of a million tokens written to the cache")
    ],
    output_price: Annotated[Real, _price("output-price", "list price of a million output tokens")],
) -> Result:
    r"""Add up the tokens of a request, each kind at its own price.

    .. math:: B = n_{in}\,p_{in} + n_c\,p_c + n_w\,p_w + n_{out}\,p_{out}

    where :math:`n` counts fresh input, cached input, cache-written and output tokens and :math:`p` are their prices.
    The four kinds do not overlap: an API that reports cached tokens inside its input count must have them taken off.

    Limits: no tokens cost nothing; with equal prices for input of every kind, caching makes no difference.
    Not included: tools and searches that are billed by the call, storage of a cache by the hour, tax.
    Source: https://deepinfra.com/blog/pricing-101-token-math-cost-per-completion

    >>> bill = request_bill(
    ...     fresh_input_tokens=500, cached_input_tokens=2000, cache_write_tokens=0, output_tokens=400,
    ...     input_price=3, cached_input_price=0.3, cache_write_price=3.75, output_price=15)
    >>> round(bill.total, 4)
    0.0081
    """
    lines = {
        name: convert(count * price, "token/request*USD/Mtok", "USD/request")
        for name, count, price in (
            ("fresh_input", fresh_input_tokens, input_price),
            ("cached_input", cached_input_tokens, cached_input_price),
            ("cache_writes", cache_write_tokens, cache_write_price),
            ("output", output_tokens, output_price),
        )
    }
    total = lines["fresh_input"] + lines["cached_input"] + lines["cache_writes"] + lines["output"]
    inputs = fresh_input_tokens + cached_input_tokens + cache_write_tokens
    uncached = convert(inputs * input_price, "token/request*USD/Mtok", "USD/request") + lines["output"]
    return Result(
        "USD/request",
        lines,
        notes={
            "per_thousand_requests": (convert(total, "USD/request", "USD/krequest"), "USD/krequest"),
            "output_share_of_price": (ratio(lines["output"], total, "USD/request"), ""),
            "cached_share_of_input": (ratio(cached_input_tokens, inputs, "token/request"), ""),
            "price_without_cache": (uncached, "USD/request"),
        },
    )
