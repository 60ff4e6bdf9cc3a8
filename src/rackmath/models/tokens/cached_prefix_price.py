"""What the input of requests that share a prefix costs, by how long a cache keeps it."""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np

from rackmath.kernel import Choice, Param, Real, Result, model
from rackmath.models._numbers import ratio
from rackmath.models._terms import ApiInputPrice, CacheDiscount, CacheWritePremium
from rackmath.units import convert, number


@model(
    "tokens.cached_prefix_price",
    method="A08.4",
    title="Price of a cached prefix",
    question="What does a million tokens of a shared prefix cost, when a cache keeps it for so long?",
    unit="USD/Mtok",
    sources=(
        "https://docs.claude.com/en/docs/build-with-claude/prompt-caching",
        "https://ai.google.dev/gemini-api/docs/caching",
    ),
    increasing_in=("input_price", "cache_write_premium", "cache_storage_price"),
    decreasing_in=("cache_discount",),
)
def cached_prefix_price(
    *,
    input_price: ApiInputPrice,
    cache_discount: CacheDiscount,
    cache_write_premium: CacheWritePremium,
    reuse_interval: Annotated[
        Real,
        Param(
            "minute",
            assumption="0.5 to 30 minute",
            because="it is the workload's own: an agent asks again within seconds, a person within minutes",
            minimum=1e-6,
            maximum=1e7,
            help="mean time from one request with the same prefix to the next",
        ),
    ],
    time_to_live: Annotated[
        Real,
        Param(
            "minute",
            evidence="api/cache-time-to-live",
            minimum=1e-6,
            maximum=1e7,
            help="how long the cache keeps a prefix",
        ),
    ],
    lifetime: Annotated[
        str,
        Choice(
            "from-last-use",
            "from-writing",
            assumption="from-last-use",
            because="large providers prolong what is read; a cache that is rented by the hour ends when its time ends",
            help="whether a use prolongs the time to live (from-last-use), or it counts from the write (from-writing)",
        ),
    ],
    cache_storage_price: Annotated[
        Real,
        Param(
            "USD/Mtok/hour",
            assumption="0",
            because="most providers keep a prefix for nothing; some charge by the hour that it is kept",
            minimum=0,
            maximum=1e4,
            help="price of keeping a million tokens in the cache for an hour",
        ),
    ],
) -> Result:
    r"""Split requests that come at random into those that find the prefix in the cache and those that write it.

    .. math:: P = p\,\bigl[h (1-d) + (1-h)(1+m)\bigr] + c\,\bar t, \qquad
       h = 1 - e^{-\tau/T}, \quad \bar t = T (1 - e^{-\tau/T})

    where :math:`p` is input_price, :math:`d` cache_discount, :math:`m` cache_write_premium, :math:`T` reuse_interval,
    :math:`\tau` time_to_live, :math:`c` cache_storage_price and :math:`\bar t` the mean time that a prefix is kept
    after each request. Requests are a Poisson process. With ``from-writing`` a prefix that is written serves all
    requests that come within :math:`\tau`, so that :math:`h = \tau / (T + \tau)` and
    :math:`\bar t = \tau T / (T + \tau)`.

    Limits: T → 0 costs the cached price (and no storage); T → ∞ costs a write at each request, which is dearer than no
    cache. It pays from a hit rate of :math:`m / (d + m)` on, without storage.
    Not included: the part of a prompt that is not shared, least lengths that a provider caches, several caches behind
    one address (each of which must be filled).
    Source: https://docs.claude.com/en/docs/build-with-claude/prompt-caching

    >>> price = cached_prefix_price(
    ...     input_price=3, cache_discount=0.9, cache_write_premium=0.25, reuse_interval=5, time_to_live=5,
    ...     lifetime="from-last-use", cache_storage_price=0)
    >>> round(float(price.notes["cache_hit_rate"].value), 3), round(float(price.total), 3)
    (0.632, 1.569)
    """
    intervals = number(time_to_live / reuse_interval, "")
    if lifetime == "from-last-use":
        hit = -np.expm1(-intervals)
        kept = reuse_interval * hit
    else:
        hit = intervals / (1 + intervals)
        kept = time_to_live / (1 + intervals)
    lines = {
        "reads": input_price * hit * (1 - cache_discount),
        "writes": input_price * (1 - hit) * (1 + cache_write_premium),
        "storage": convert(cache_storage_price * kept, "USD/Mtok/hour*minute", "USD/Mtok"),
    }

    def notes() -> dict[str, tuple[Any, str]]:
        paid = sum(lines.values())
        return {
            "cache_hit_rate": (hit, ""),
            "hit_rate_from_which_it_pays": (ratio(cache_write_premium, cache_discount + cache_write_premium, ""), ""),
            "price_without_cache": (input_price, "USD/Mtok"),
            "saving_share": (1 - ratio(paid, input_price, "USD/Mtok", when_zero=1.0), ""),
        }

    return Result("USD/Mtok", lines, notes=notes)
