"""One price for a model that several providers host."""

from __future__ import annotations

from typing import Annotated

import numpy as np

from rackmath.errors import RackmathError
from rackmath.kernel import Choice, Real, Result, Series, model
from rackmath.models._numbers import some
from rackmath.models._terms import InputShare
from rackmath.units import number

PriceOf = Annotated[
    str,
    Choice(
        "median",
        "first-party",
        assumption="median",
        because="an open model has no first party that sells it; where there is one, its price stands for the model",
        help="the median over all providers, or the first provider of the lists, the model's own maker",
    ),
]


@model(
    "tokens.provider_price",
    method="A08.3",
    title="Price of a model over its providers",
    question="What is the price of a model that several providers sell?",
    unit="USD/Mtok",
    sources=("https://epoch.ai/data-insights/llm-inference-price-trends",),
)
def provider_price(
    *,
    provider_input_prices: Annotated[
        Real,
        Series(
            "USD/Mtok",
            evidence="open-70b/provider-input-prices",
            minimum=0,
            maximum=1e5,
            axis="provider",
            help="list price of a million input tokens at each provider, base context tier",
        ),
    ],
    provider_output_prices: Annotated[
        Real,
        Series(
            "USD/Mtok",
            evidence="open-70b/provider-output-prices",
            minimum=0,
            maximum=1e5,
            axis="provider",
            help="list price of a million output tokens at each provider, in the same order",
        ),
    ],
    input_share: InputShare,
    price_of: PriceOf,
) -> Result:
    r"""Blend each provider's own pair of prices, then take the first party's or the median.

    .. math:: P = \operatorname{median}_i \bigl(w\,p_{in,i} + (1-w)\,p_{out,i}\bigr)

    where :math:`w` is input_share and :math:`p_{in,i}, p_{out,i}` are the prices of provider :math:`i`. The pair of a
    provider is blended before the median is taken, since nobody can buy one provider's input and another's output.

    Limits: one provider is its own price; with an even number the median lies halfway between the two in the middle.
    Not included: caching, batching, speed and reliability of the providers, tiers by context length (give every
    provider's base tier: prices of different tiers are prices of different things).
    Source: https://epoch.ai/data-insights/llm-inference-price-trends

    >>> price = provider_price(provider_input_prices=np.array([0.2, 0.6, 0.9]),
    ...                        provider_output_prices=np.array([0.6, 0.8, 0.9]), input_share=0.5, price_of="median")
    >>> round(float(price.total), 2)
    0.7
    """
    inputs, outputs = provider_input_prices, provider_output_prices
    if np.shape(inputs)[-1:] != np.shape(outputs)[-1:]:
        raise RackmathError(
            "provider_output_prices: not as many prices as provider_input_prices; give one of each for every provider"
        )
    share = np.asarray(number(input_share, ""))[..., None]
    blended = share * inputs + (1 - share) * outputs
    median = np.median(blended, axis=-1)
    first = blended[..., 0]
    count = np.shape(inputs)[-1]
    ordered = np.sort(number(blended, "USD/Mtok"), axis=-1)
    low_middle, high_middle = ordered[..., (count - 1) // 2], ordered[..., count // 2]
    warnings = []
    if price_of == "median" and count % 2 == 0 and some(high_middle > 1.05 * low_middle):
        warnings.append(
            "The number of providers is even: the median lies halfway between two prices and nobody sells at it."
        )
    if count < 3:
        warnings.append("Fewer than three providers: one of them moves the price of the model on its own.")
    return Result(
        "USD/Mtok",
        {"price": median if price_of == "median" else first},
        notes={
            "lowest_price": (np.min(blended, axis=-1), "USD/Mtok"),
            "highest_price": (np.max(blended, axis=-1), "USD/Mtok"),
            "median_price": (median, "USD/Mtok"),
            "first_price": (first, "USD/Mtok"),
        },
        warnings=warnings,
    )
