"""How fast the price of a token falls."""

from __future__ import annotations

import math
from typing import Annotated

import numpy as np

from rackmath.kernel import Choice, Param, Real, Result, model
from rackmath.models._numbers import some
from rackmath.units import number

QualityHeld = Annotated[
    str,
    Choice(
        "fixed",
        "best-model",
        assumption="fixed",
        because="a price says nothing of progress unless the same work is bought at both dates",
        help="whether both prices buy the same quality (fixed), or the best model of its day (best-model)",
    ),
]
PriceKind = Annotated[
    str,
    Choice(
        "list",
        "effective",
        assumption="list",
        because="price lists are what is published; caching and batching widen the gap to what is paid",
        help="whether both are list prices or effective prices, after caching and batching; never one of each",
    ),
]


@model(
    "tokens.price_compression",
    method="A08.6",
    title="Price compression",
    question="By what factor does a token get cheaper in a year?",
    unit="",
    sources=(
        "https://epoch.ai/data-insights/llm-inference-price-trends",
        "https://pecollective.com/blog/llm-pricing-comparison-2026/",
    ),
    infinite="A price that did not fall never halves: the halving time is infinite then.",
    increasing_in=("price_before",),
    decreasing_in=("price_after",),
)
def price_compression(
    *,
    price_before: Annotated[
        Real,
        Param(
            "USD/Mtok",
            evidence="gpt-4/input-price",
            minimum=1e-6,
            maximum=1e6,
            help="price of a million tokens at the start",
        ),
    ],
    price_after: Annotated[
        Real,
        Param(
            "USD/Mtok",
            evidence="gpt-4-class/input-price",
            minimum=1e-6,
            maximum=1e6,
            help="price of a million tokens at the end",
        ),
    ],
    years: Annotated[
        Real,
        Param(
            "year",
            evidence="gpt-4-class/price-interval",
            minimum=1 / 12,
            maximum=50,
            help="time between the two prices",
        ),
    ],
    quality_held: QualityHeld,
    price_kind: PriceKind,
) -> Result:
    r"""Turn a fall in price between two dates into a factor per year, and the time in which it halves.

    .. math:: f = F^{1/T}, \quad F = p_0 / p_1, \quad \text{decline} = 1 - 1/f, \quad t_{1/2} = T \ln 2 / \ln F

    where :math:`p_0` is price_before, :math:`p_1` price_after and :math:`T` years. A fall of 98 % is a factor of 50, a
    factor of 10 is a fall of 90 %: the notes tell both, since "ten times cheaper" and "10 % of" are easily confused.

    Limits: equal prices give 1 and no halving; a price that rose gives a factor below 1 and no halving either.
    Not included: whether the quality bought is the same, and steps: two dates say nothing of the path between them.
    Source: https://epoch.ai/data-insights/llm-inference-price-trends

    >>> fall = price_compression(price_before=30, price_after=3, years=2, quality_held="fixed", price_kind="list")
    >>> round(float(fall.total), 2), round(float(fall.notes["annual_decline"].value), 2)
    (3.16, 0.68)
    """
    factor = number(price_before, "USD/Mtok") / number(price_after, "USD/Mtok")
    span = number(years, "year")
    fall = np.log(factor)
    annual = np.exp(fall / span)
    falls = fall > 0
    halving = np.where(falls, span * math.log(2) / np.where(falls, fall, 1.0), np.inf)
    warnings = []
    if quality_held == "best-model":
        warnings.append(
            "The two prices buy different quality: this is how the price of the best model moved, not what the same "
            "work got cheaper by."
        )
    if price_kind == "list":
        warnings.append("These are list prices; what is paid after caching and batching may have moved differently.")
    if some(span < 0.5):
        warnings.append("Less than half a year lies between the prices: a yearly factor made of it is very uncertain.")
    return Result(
        "",
        {"annual_factor": annual},
        notes={
            "annual_decline": (1 - 1 / annual, ""),
            "total_factor": (factor, ""),
            "total_decline": (1 - 1 / factor, ""),
            "halving_time": (halving * (years / span), "year"),
            "halvings_a_year": (fall / math.log(2) / span, ""),
        },
        warnings=warnings,
    )
