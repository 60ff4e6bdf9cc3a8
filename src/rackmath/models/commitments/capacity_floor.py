"""The lowest price at which a GPU hour that would otherwise go to waste is worth selling."""

from __future__ import annotations

from typing import Annotated

import numpy as np

from rackmath.kernel import Param, Real, Result, model
from rackmath.models._numbers import ratio, some, tagged
from rackmath.models._terms import ElectricityPrice, GpuFailureRate, GpuHourPrice, HoursPerYear, Pue
from rackmath.units import convert, number


@model(
    "commitments.capacity_floor",
    method="A09.11",
    title="Price floor of capacity that would perish",
    question="Is an idle GPU hour worth selling at this price, and what is the least that is?",
    unit="USD/GPU_hour",
    sources=(
        "https://www.researchgate.net/publication/320642755_The_economics_of_cloud_computing_A_review",
        "https://cowles.yale.edu/sites/default/files/2025-02/d2423.pdf",
    ),
    increasing_in=("offered_price",),
    decreasing_in=("displaced_share", "other_variable_cost"),
)
def capacity_floor(
    *,
    offered_price: Annotated[
        Real,
        Param(
            "USD/GPU_hour",
            evidence="h100-sxm/rental-price?term=spot",
            minimum=0,
            maximum=1000,
            help="price that somebody would pay for an hour that is idle otherwise",
        ),
    ],
    full_price: GpuHourPrice,
    loaded_power: Annotated[
        Real,
        Param(
            "W_server/GPU",
            evidence="h100-8gpu-server/loaded-power-per-gpu",
            minimum=0,
            maximum=1e5,
            help="what the server draws for each GPU that works",
        ),
    ],
    idle_power: Annotated[
        Real,
        Param(
            "W_server/GPU",
            evidence="h100-8gpu-server/idle-power-per-gpu",
            minimum=0,
            maximum=1e5,
            help="what it draws for each GPU that idles, and so is spent either way",
        ),
    ],
    pue: Pue,
    electricity_price: ElectricityPrice,
    failure_rate: GpuFailureRate,
    replacement_price: Annotated[
        Real,
        Param(
            "USD/GPU",
            evidence="h100-sxm/purchase-price",
            minimum=0,
            maximum=1e7,
            help="what a failed GPU costs to replace",
        ),
    ],
    wear_share: Annotated[
        Real,
        Param(
            "",
            assumption="1",
            because="counts every failure as caused by use, so that the floor is not too low",
            minimum=0,
            maximum=1,
            help="share of failures that would not happen at idle",
        ),
    ],
    other_variable_cost: Annotated[
        Real,
        Param(
            "USD/GPU_hour",
            assumption="0 USD/GPU_hour",
            because="payment fees, support and traffic are mostly charged apart",
            minimum=0,
            maximum=1000,
            help="what else a sold hour costs and an idle one does not",
        ),
    ],
    displaced_share: Annotated[
        Real,
        Param(
            "",
            assumption="0",
            because="the hour is taken to be idle otherwise; enter the share of buyers who would have paid in full",
            minimum=0,
            maximum=1,
            help="share of hours sold at this price that would have been sold at the full price",
        ),
    ],
    owned_hour_cost: Annotated[
        Real,
        Param(
            "USD/GPU_hour",
            evidence="gpu-cluster/owned-gpu-hour-cost?hours=nameplate",
            minimum=0,
            maximum=1000,
            help="cost of an hour of the GPU whether sold or not: capital, space, staff",
        ),
    ],
    hours_per_year: HoursPerYear,
) -> Result:
    r"""Subtract from the price what a sold hour costs more than an idle one.

    .. math:: \pi = p - \bigl((P_l - P_i)^+\,\mathrm{PUE}\,p_e + w\,f\,R/h + o\bigr) - \theta\,(p_0 - m)^+, \qquad
       p^* = m + \theta\,(p_0 - m)^+

    where :math:`p` is offered_price, :math:`m` the bracket (energy above idle, wear, other_variable_cost), :math:`f`
    failure_rate, :math:`R` replacement_price, :math:`w` wear_share, :math:`h` hours_per_year, :math:`\theta`
    displaced_share and :math:`p_0` full_price. Capital is spent either way and does not count. Under a two-part tariff
    hours above the commitment are sold at :math:`m`, and ``access_fee`` for each committed hour carries the rest.

    Limits: a machine that draws the same at idle has a floor of wear alone; where every such buyer would have paid in
    full, the floor is the full price.
    Not included: the price level that regular buyers come to expect, switching machines off instead.
    Source: https://cowles.yale.edu/sites/default/files/2025-02/d2423.pdf

    >>> hour = capacity_floor(
    ...     offered_price=1.0, full_price=3.0, loaded_power=1200, idle_power=200, pue=1.25, electricity_price=0.08,
    ...     failure_rate=0.0876, replacement_price=30_000, wear_share=1, other_variable_cost=0, displaced_share=0,
    ...     owned_hour_cost=2.3, hours_per_year=8760)
    >>> round(float(hour.notes["floor_price"].value), 2), round(float(hour.total), 2)
    (0.4, 0.6)
    """
    above_idle = np.maximum(number(loaded_power, "W_server/GPU") - number(idle_power, "W_server/GPU"), 0.0)
    energy = convert(
        tagged(above_idle, "W_server/GPU", loaded_power) * pue * electricity_price,
        "W_server/GPU*W_facility/W_server*USD/kWh_facility",
        "USD/GPU_hour",
    )
    wear = convert(
        failure_rate * replacement_price * wear_share / hours_per_year, "1/year*USD/GPU*year/hour", "USD/GPU_hour"
    )
    marginal = energy + wear + other_variable_cost
    margin = np.maximum(number(full_price, "USD/GPU_hour") - number(marginal, "USD/GPU_hour"), 0.0)
    displaced = displaced_share * tagged(margin, "USD/GPU_hour", full_price)
    floor = marginal + displaced
    contribution = number(offered_price - floor, "USD/GPU_hour")
    warnings = []
    if some(contribution < 0):
        warnings.append("Selling at this price loses money: an idle hour is cheaper.")
    elif some(number(offered_price, "USD/GPU_hour") < number(owned_hour_cost + marginal, "USD/GPU_hour")):
        warnings.append("The price is worth taking for an idle hour and does not pay for the machine.")
    return Result(
        "USD/GPU_hour",
        {
            "offered_price": offered_price,
            "energy_above_idle": -energy,
            "wear": -wear,
            "other_variable_cost": -other_variable_cost,
            "displaced_sales": -displaced,
        },
        notes={
            "floor_price": (floor, "USD/GPU_hour"),
            "accept": (tagged(np.where(contribution > 0, 1.0, 0.0), "", offered_price), ""),
            "marginal_cost": (marginal, "USD/GPU_hour"),
            "share_of_the_owned_hour_covered": (ratio(offered_price - floor, owned_hour_cost, "USD/GPU_hour"), ""),
            "access_fee": (owned_hour_cost, "USD/GPU_hour"),
            "price_above_the_commitment": (marginal, "USD/GPU_hour"),
        },
        warnings=warnings,
    )
