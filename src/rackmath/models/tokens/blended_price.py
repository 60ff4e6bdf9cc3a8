"""One price for input and output tokens together."""

from __future__ import annotations

from typing import Annotated

from rackmath.kernel import Param, Real, Result, model
from rackmath.models._numbers import ratio, some
from rackmath.models._terms import ApiInputPrice, ApiOutputPrice, InputShare


@model(
    "tokens.blended_price",
    method="A08.3",
    title="Blended price of input and output",
    question="What is the one price of an API that stands for its input and its output price?",
    unit="USD/Mtok",
    sources=(
        "https://epoch.ai/data-insights/llm-inference-price-trends",
        "https://www.silicondata.com/blog/llm-cost-per-token",
    ),
    increasing_in=("input_price", "output_price"),
)
def blended_price(
    *,
    input_price: ApiInputPrice,
    output_price: ApiOutputPrice,
    blend_input_share: Annotated[
        Real,
        Param(
            "",
            assumption="0.75",
            because="three input tokens to one output token, the blend in which published price comparisons are made",
            minimum=0,
            maximum=1,
            help="share of input tokens in the blend",
        ),
    ],
    input_share: InputShare,
) -> Result:
    r"""Average the input and the output price by the share of tokens that each stands for.

    .. math:: P = w\,p_{in} + (1-w)\,p_{out}

    where :math:`w` is blend_input_share, :math:`p_{in}` input_price and :math:`p_{out}` output_price. The note
    ``price_at_actual_mix`` uses input_share, the workload's own mix, in place of the conventional :math:`w`.

    Limits: w → 1 is the input price, w → 0 the output price.
    Not included: caching and batching (``tokens.effective_api_price``), price tiers by context length.
    Source: https://epoch.ai/data-insights/llm-inference-price-trends

    >>> price = blended_price(input_price=3, output_price=15, blend_input_share=0.75, input_share=0.75)
    >>> price.total
    6.0
    """
    lines = {"input": blend_input_share * input_price, "output": (1 - blend_input_share) * output_price}
    total = lines["input"] + lines["output"]
    actual = input_share * input_price + (1 - input_share) * output_price
    apart = ratio(actual, total, "USD/Mtok", when_zero=1.0)
    warnings = []
    if some((apart < 0.8) | (apart > 1.25)):
        warnings.append(
            "The conventional blend is far from this workload's own mix of input and output: compare the price at the "
            "actual mix."
        )
    return Result(
        "USD/Mtok",
        lines,
        notes={
            "price_at_actual_mix": (actual, "USD/Mtok"),
            "actual_over_blend": (apart, ""),
            # told as 0 where the input is free: the ratio has no value there
            "output_over_input_price": (ratio(output_price, input_price, "USD/Mtok"), ""),
        },
        warnings=warnings,
    )
