"""What tokens cost where long requests are dearer."""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np

from rackmath.kernel import Choice, Param, Real, Result, model
from rackmath.models._numbers import ratio, tagged
from rackmath.models._terms import ApiInputPrice, ApiOutputPrice
from rackmath.units import convert, number

LEAST_SPREAD = 1e-9
"""Stands for requests that are all of one length."""


@model(
    "tokens.context_tier_price",
    method="A08.4",
    title="Price with tiers by context length",
    question="What does a request cost on average, when long ones are priced higher?",
    unit="USD/request",
    sources=("https://ai.google.dev/gemini-api/docs/pricing", "https://github.com/pydantic/genai-prices"),
    increasing_in=("input_price", "output_price", "long_input_factor", "long_output_factor", "output_tokens"),
    decreasing_in=("tier_threshold",),
)
def context_tier_price(
    *,
    input_price: ApiInputPrice,
    output_price: ApiOutputPrice,
    median_input_tokens: Annotated[
        Real,
        Param(
            "token/request",
            assumption="8k to 150k token/request",
            because="it is the workload's own: a chat turn has thousands of tokens, an agent's request many times that",
            minimum=1,
            maximum=1e8,
            help="input tokens of the request that half of the requests are shorter than",
        ),
    ],
    input_length_spread: Annotated[
        Real,
        Param(
            "",
            assumption="0.6 to 1.4",
            because="lengths of requests are near to lognormal; one is a factor of 2.7 for one standard deviation",
            minimum=0,
            maximum=5,
            help="standard deviation of the logarithm of the input tokens (0: all requests are equally long)",
        ),
    ],
    output_tokens: Annotated[
        Real,
        Param(
            "token/request",
            evidence="chat-workload/output-tokens",
            minimum=0,
            maximum=1e8,
            help="mean output tokens of a request, whatever its length",
        ),
    ],
    tier_threshold: Annotated[
        Real,
        Param(
            "token/request",
            evidence="api/long-context-threshold",
            minimum=1,
            maximum=1e9,
            help="input tokens above which a request is long",
        ),
    ],
    long_input_factor: Annotated[
        Real,
        Param(
            "",
            evidence="api/long-context-input-factor",
            minimum=1,
            maximum=100,
            help="price of an input token of the long tier over that of the base tier",
        ),
    ],
    long_output_factor: Annotated[
        Real,
        Param(
            "",
            evidence="api/long-context-output-factor",
            minimum=1,
            maximum=100,
            help="price of an output token of a long request over that of the base tier",
        ),
    ],
    tiers: Annotated[
        str,
        Choice(
            "whole-request",
            "beyond-threshold",
            assumption="whole-request",
            because="every large provider with tiers prices the whole of a long request at the higher tier",
            help="whether a long request is dearer as a whole, or only in its input beyond the threshold",
        ),
    ],
) -> Result:
    r"""Split lognormal request lengths at the threshold, and price both parts.

    .. math:: B = p_{in}\,\bigl[\bar L + (f_{in} - 1)\,L_>\bigr] + p_{out}\,n\,\bigl[1 + (f_{out} - 1)\,q\bigr], \qquad
       \bar L = L_{50}\,e^{\sigma^2/2}, \quad q = \Phi(z), \quad L_> = \bar L\,\Phi(z + \sigma), \quad
       z = \frac{\ln(L_{50}/\theta)}{\sigma}

    where :math:`L_{50}` is median_input_tokens, :math:`\sigma` input_length_spread, :math:`\theta` tier_threshold,
    :math:`q` the share of long requests, :math:`L_>` the input tokens of long requests for each request of all,
    :math:`n` output_tokens and :math:`f` the factors. With ``beyond-threshold`` only :math:`L_> - \theta q` tokens are
    dearer, and no output.

    Limits: θ → ∞ costs the base price; factors of 1 do as well; σ → 0 puts all requests on one side of the threshold.
    Not included: caches (whose price has the same tiers), output that grows with the input.
    Source: https://ai.google.dev/gemini-api/docs/pricing

    >>> price = context_tier_price(
    ...     input_price=1.25, output_price=10, median_input_tokens=200_000, input_length_spread=0, output_tokens=1000,
    ...     tier_threshold=200_000, long_input_factor=2, long_output_factor=1.5, tiers="whole-request")
    >>> round(float(price.total), 3)  # a request at the threshold itself is not long
    0.26
    """
    from scipy.special import ndtr  # noqa: PLC0415

    spread = np.maximum(np.asarray(input_length_spread, dtype=np.float64), LEAST_SPREAD)
    reach = np.log(number(median_input_tokens / tier_threshold, "")) / spread
    exact = np.asarray(number(median_input_tokens / tier_threshold, "")) <= 1
    level = np.asarray(input_length_spread) == 0
    long_share = np.where(level, np.where(exact, 0.0, 1.0), ndtr(reach))
    weight = np.where(level, long_share, ndtr(reach + spread))
    mean = median_input_tokens * np.exp(np.asarray(input_length_spread, dtype=np.float64) ** 2 / 2)
    long_tokens = mean * weight
    dearer_output = output_tokens * long_share
    if tiers == "beyond-threshold":
        beyond = number(long_tokens, "token/request") - number(tier_threshold, "token/request") * long_share
        dearer, dearer_output = tagged(np.maximum(beyond, 0.0), "token/request", mean), dearer_output * 0.0
    else:
        dearer = long_tokens
    lines = {
        name: convert(tokens * price, "token/request*USD/Mtok", "USD/request")
        for name, tokens, price in (
            ("input_at_base_price", mean, input_price),
            ("input_surcharge", dearer, input_price * (long_input_factor - 1)),
            ("output_at_base_price", output_tokens, output_price),
            ("output_surcharge", dearer_output, output_price * (long_output_factor - 1)),
        )
    }

    def notes() -> dict[str, tuple[Any, str]]:
        total = sum(lines.values())
        extra = lines["input_surcharge"] + lines["output_surcharge"]
        tokens = mean + output_tokens
        return {
            "share_of_long_requests": (long_share, ""),
            "share_of_input_in_long_requests": (weight, ""),
            "mean_input_tokens": (mean, "token/request"),
            "surcharge_share": (ratio(extra, total, "USD/request"), ""),
            "price_per_mtok": (convert(total / tokens, "USD/token", "USD/Mtok"), "USD/Mtok"),
        }

    return Result("USD/request", lines, notes=notes)
