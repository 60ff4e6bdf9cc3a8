"""What a provider earns on a token at the price it asks."""

from __future__ import annotations

from typing import Annotated

import numpy as np

from rackmath.kernel import Param, Real, Result, model
from rackmath.models._mix import mix_warnings
from rackmath.models._numbers import ratio, some
from rackmath.models._terms import (
    ApiInputPrice,
    ApiOutputPrice,
    GpuHourPrice,
    InputShare,
    LoadedHoursShare,
    ThroughputInputShare,
    TotalThroughput,
)
from rackmath.units import convert


@model(
    "tokens.provider_margin",
    method="A08.8",
    title="Margin of a token provider",
    question="What does a provider earn on a million tokens at the price that it asks?",
    unit="USD/Mtok",
    sources=(
        "https://cowles.yale.edu/sites/default/files/2025-02/d2423.pdf",
        "https://www.digitalapplied.com/blog/self-host-frontier-models-tco-analysis-2026",
    ),
    infinite="Where the price is below the marginal cost no load breaks even: the break-even load is infinite.",
    increasing_in=("input_price", "output_price", "total_throughput", "loaded_hours_share"),
    decreasing_in=("gpu_hour_price", "other_cost_per_mtok"),
)
def provider_margin(
    *,
    input_price: ApiInputPrice,
    output_price: ApiOutputPrice,
    input_share: InputShare,
    gpu_hour_price: GpuHourPrice,
    total_throughput: TotalThroughput,
    throughput_input_share: ThroughputInputShare,
    loaded_hours_share: LoadedHoursShare,
    avoidable_share: Annotated[
        Real,
        Param(
            "",
            evidence="gpu-server/avoidable-cost-share",
            minimum=0,
            maximum=1,
            help=(
                "share of a GPU-hour's cost that stops when the GPU idles: power, if it is owned; all of it, if it is "
                "rented by the hour and given back"
            ),
        ),
    ],
    other_cost_per_mtok: Annotated[
        Real,
        Param(
            "USD/Mtok",
            evidence="api/other-variable-cost",
            minimum=0,
            maximum=1e4,
            help="what else each million tokens costs: network, payment fees, support",
        ),
    ],
) -> Result:
    r"""Take what a million tokens costs to serve from what it sells for, idle capacity included.

    .. math:: m = P - \frac{g}{v}\Bigl(a + \frac{1-a}{u}\Bigr) - o, \qquad P = w\,p_{in} + (1-w)\,p_{out}

    where :math:`P` is the price of the mix with input_share :math:`w`, :math:`g` gpu_hour_price, :math:`v`
    total_throughput at the batch size that is run (and at an input share of throughput_input_share: a warning says when
    the mix that is sold is another), :math:`u` loaded_hours_share, :math:`a` avoidable_share and
    :math:`o` other_cost_per_mtok. The marginal cost is :math:`a g / v + o`: unused GPU-hours perish, so a token that
    fills one costs only what an idle hour would have saved. Below it the price is a loss leader; between it and the
    break-even price the token helps to pay for the fleet but does not carry it.

    Limits: u → 1 leaves no idle line; a → 1 makes marginal and full cost the same, whatever the load.
    Not included: training and research, free users, discounts of the sticker price (give effective prices).
    Source: https://cowles.yale.edu/sites/default/files/2025-02/d2423.pdf

    >>> margin = provider_margin(
    ...     input_price=0.6, output_price=0.6, input_share=0.75, gpu_hour_price=1.8, total_throughput=1000,
    ...     throughput_input_share=0.75, loaded_hours_share=0.5, avoidable_share=0.2, other_cost_per_mtok=0)
    >>> round(margin.total, 2), round(margin.notes["marginal_cost"].value, 2)
    (-0.3, 0.1)
    """
    price = input_share * input_price + (1 - input_share) * output_price
    loaded = convert(gpu_hour_price / total_throughput, "USD/GPU_hour/(token/s/GPU)", "USD/Mtok")
    avoidable, fixed = avoidable_share * loaded, (1 - avoidable_share) * loaded
    idle = fixed * (1 / loaded_hours_share - 1)
    marginal = avoidable + other_cost_per_mtok
    full = marginal + fixed + idle
    covers = (price > marginal) | ((fixed == 0) & (price >= marginal))
    load_needed = np.where(covers, ratio(fixed, np.where(covers, price - marginal, fixed), "USD/Mtok"), np.inf)[()]
    warnings = [*mix_warnings(input_share, throughput_input_share)]
    if some(price < marginal):
        warnings.append(
            "A loss leader: the price does not even cover what another token costs, so volume adds to the loss."
        )
    elif some(price < marginal + fixed):
        warnings.append("The price does not pay for the fleet even if it never idles: no load breaks even.")
    elif some(price < full):
        warnings.append(
            "The price covers the marginal cost but not the whole fleet at this load: it can last only while capacity "
            "would stand idle otherwise."
        )
    return Result(
        "USD/Mtok",
        {
            "input_revenue": input_share * input_price,
            "output_revenue": (1 - input_share) * output_price,
            "avoidable_serving_cost": -avoidable,
            "fixed_serving_cost": -fixed,
            "idle_capacity": -idle,
            "other_cost": -other_cost_per_mtok,
        },
        notes={
            "price": (price, "USD/Mtok"),
            "marginal_cost": (marginal, "USD/Mtok"),
            "break_even_price": (full, "USD/Mtok"),
            "contribution": (price - marginal, "USD/Mtok"),
            "break_even_load": (load_needed, ""),
            # told as 0 where the price, or the cost, is nothing: the ratio has no value there
            "gross_margin": (ratio(price - full, price, "USD/Mtok"), ""),
            "markup_over_full_cost": (ratio(price - full, full, "USD/Mtok"), ""),
            "loss_leader": (1.0 * (price < marginal), ""),
        },
        warnings=warnings,
    )
