"""What waiting for hardware costs: rent in the meantime, value that comes later, money paid before anything runs."""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np

from rackmath.kernel import Choice, Param, Real, Result, model
from rackmath.models._numbers import tagged
from rackmath.models._terms import CostOfCapital, GpuHourPrice, HoursPerMonth
from rackmath.units import convert, number


@model(
    "ownership.procurement_delay",
    method="A10.12",
    title="Cost of waiting for hardware",
    question="What does it cost to wait for servers of one's own, and what do they then cost more than their price?",
    unit="USD",
    sources=(
        "https://www.spheron.network/blog/llm-inference-on-premise-vs-cloud/",
        "https://alcapitaladvisory.com/research/intelligence/ai-infrastructure.html",
    ),
    infinite="the hardware is sold out: the wait has no end",
    increasing_in=("lead_time", "gpu_hour_price", "value_of_a_month", "prepaid_share", "cost_of_capital"),
    decreasing_in=("owned_gpu_hour_cost",),
)
def procurement_delay(
    *,
    availability: Annotated[
        str,
        Choice(
            "orderable",
            "sold-out",
            assumption="orderable",
            because="a lead time is quoted; allocated hardware has none",
            help="whether the hardware can be had at all",
        ),
    ],
    lead_time: Annotated[
        Real,
        Param(
            "day",
            evidence="gpu-cluster/lead-time",
            minimum=0,
            maximum=3650,
            help="days from the decision until the hardware serves",
        ),
    ],
    cluster_gpus: Annotated[
        Real,
        Param(
            "GPU",
            assumption="64 GPU",
            because="eight servers of eight, the size at which a cluster is ordered instead of a server",
            minimum=0,
            maximum=1e7,
            help="GPUs that are waited for",
        ),
    ],
    bridged_share: Annotated[
        Real,
        Param(
            "",
            assumption="1",
            because="all of it is rented while waiting; what is not bridged loses its value instead",
            minimum=0,
            maximum=1,
            help="share of the GPUs that is rented in the meantime",
        ),
    ],
    gpu_hour_price: GpuHourPrice,
    owned_gpu_hour_cost: Annotated[
        Real,
        Param(
            "USD/GPU_hour",
            evidence="gpu-cluster/owned-gpu-hour-cost",
            minimum=0,
            maximum=1000,
            help="what the same hour costs once the hardware is there; it is saved while waiting",
        ),
    ],
    value_of_a_month: Annotated[
        Real,
        Param(
            "USD/GPU/month",
            assumption="0 USD/GPU/month",
            because="what an earlier start is worth differs from business to business; give yours",
            minimum=0,
            maximum=1e7,
            help="margin that a GPU earns in a month, lost while it is neither there nor bridged",
        ),
    ],
    purchase_price: Annotated[
        Real,
        Param(
            "USD/GPU",
            evidence="h100-sxm/purchase-price",
            minimum=0,
            maximum=1e7,
            help="purchase price for each GPU, with its share of the server",
        ),
    ],
    prepaid_share: Annotated[
        Real,
        Param(
            "",
            assumption="0",
            because="servers from stock are paid for at delivery; a site is paid for as it is built",
            minimum=0,
            maximum=1,
            help="share of the price that is paid when ordering",
        ),
    ],
    cost_of_capital: CostOfCapital,
    hours_per_month: HoursPerMonth,
) -> Result:
    r"""Return what the wait costs, over having the hardware today.

    .. math:: C = G\,L \bigl( \beta\,(p - o)\,H + (1 - \beta)\,v \bigr) + G\,\pi\,P \bigl( (1 + r)^{L/12} - 1 \bigr)

    where :math:`G` is cluster_gpus, :math:`L` lead_time in months, :math:`\beta` bridged_share, :math:`p`
    gpu_hour_price, :math:`o` owned_gpu_hour_cost, :math:`H` hours_per_month, :math:`v` value_of_a_month, :math:`\pi`
    prepaid_share of the purchase_price :math:`P` and :math:`r` cost_of_capital. Where renting is cheaper than owning
    the first line is negative: waiting pays. A lead time belongs to its scope: a server from stock, a cluster to order
    and a site to build differ by a factor of ten.

    Limits: no lead time costs nothing; sold out costs without end.
    Not included: prices that fall while waiting (see owned_over_months), penalties.
    Source: lead times of https://www.spheron.network/blog/llm-inference-on-premise-vs-cloud/

    >>> found = procurement_delay(
    ...     availability="orderable", lead_time=182.5, cluster_gpus=64, bridged_share=1, gpu_hour_price=2.5,
    ...     owned_gpu_hour_cost=0, value_of_a_month=0, purchase_price=35_000, prepaid_share=0, cost_of_capital=0.1,
    ...     hours_per_month=730)
    >>> round(float(found.total))
    700800
    """
    gpus, months = number(cluster_gpus, "GPU"), number(convert(lead_time, "day", "month"), "month")
    bridged, hours = number(bridged_share, ""), number(hours_per_month, "hour/month")
    rent, own = number(gpu_hour_price, "USD/GPU_hour"), number(owned_gpu_hour_cost, "USD/GPU_hour")
    paid = gpus * number(prepaid_share, "") * number(purchase_price, "USD/GPU")
    interest = np.expm1(np.log1p(number(cost_of_capital, "1/year")) * months / 12.0)
    lines = {
        "rent_in_the_meantime": gpus * months * bridged * rent * hours,
        "own_cost_not_yet_paid": -gpus * months * bridged * own * hours,
        "value_lost": gpus * months * (1.0 - bridged) * number(value_of_a_month, "USD/GPU/month"),
        "interest_on_prepayment": paid * interest,
    }
    if availability == "sold-out":
        lines["value_lost"] = lines["value_lost"] + np.inf
    total = sum(lines.values())
    price = gpus * number(purchase_price, "USD/GPU")

    def notes() -> dict[str, tuple[Any, str]]:
        share = np.where(price > 0, total / np.where(price > 0, price, 1.0), 0.0)
        return {
            "cost_of_a_week": (tagged(_week(total, months), "USD/week", cluster_gpus), "USD/week"),
            "share_of_the_purchase_price": (tagged(share, "", cluster_gpus), ""),
        }

    return Result("USD", {name: tagged(value, "USD", cluster_gpus) for name, value in lines.items()}, notes=notes)


def _week(total: Any, months: Any) -> Any:
    """Return what a week of the wait costs; nothing where there is no wait."""
    weeks = months * (365.0 / 12.0 / 7.0)
    return np.where(weeks > 0, total / np.where(weeks > 0, weeks, 1.0), 0.0)
