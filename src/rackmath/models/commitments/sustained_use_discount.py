"""What an instance costs in a month when the cloud lowers its price the longer it runs."""

from __future__ import annotations

from typing import Annotated

import numpy as np

from rackmath.errors import RackmathError
from rackmath.kernel import Param, Real, Result, Series, model
from rackmath.models._numbers import ratio, tagged
from rackmath.models._terms import HoursPerMonth
from rackmath.models.commitments._tiers import graduated, in_order
from rackmath.units import number


@model(
    "commitments.sustained_use_discount",
    method="A09.5",
    title="Sustained-use discount",
    question="What does an instance cost in a month when each further quarter of the month is cheaper?",
    unit="USD/month",
    sources=("https://cloud.google.com/compute/docs/sustained-use-discounts",),
    increasing_in=("base_price", "used_share_of_month"),
)
def sustained_use_discount(
    *,
    base_price: Annotated[
        Real,
        Param(
            "USD/hour",
            evidence="n1-standard-1/on-demand-price",
            minimum=0,
            maximum=1e5,
            help="price of the first hours of the month",
        ),
    ],
    used_share_of_month: Annotated[
        Real,
        Param(
            "",
            assumption="1",
            because="it runs the whole month; enter the share of hours in which it does",
            minimum=0,
            maximum=1,
            help="share of the month's hours in which it runs",
        ),
    ],
    hours_per_month: HoursPerMonth,
    tier_starts: Annotated[
        Real,
        Series(
            "",
            axis="tier",
            evidence="gcp-sustained-use/tier-starts",
            minimum=0,
            maximum=1,
            help="share of the month at which each rate begins; the first is 0",
        ),
    ],
    tier_rates: Annotated[
        Real,
        Series(
            "",
            axis="tier",
            evidence="gcp-sustained-use/tier-rates",
            minimum=0,
            maximum=1,
            help="what an hour of each tier costs, as a share of the base price",
        ),
    ],
) -> Result:
    r"""Charge each part of the month at the rate of its own tier.

    .. math:: C = p\,H \sum_i r_i \bigl(\min(u, s_{i+1}) - s_i\bigr)^+

    where :math:`p` is base_price, :math:`H` hours_per_month, :math:`u` used_share_of_month, :math:`s_i` tier_starts and
    :math:`r_i` tier_rates. Only further hours are cheaper; the hours already run keep their price. What lies before the
    first start is charged at the base price.

    Limits: up to the first start it is the base price; a whole month costs the mean of the rates.
    Not included: use that a commitment or spot price covers already, which gets no such discount; H100, A100 and L4
    accelerators, which the vendor leaves out.
    Source: https://cloud.google.com/compute/docs/sustained-use-discounts

    >>> month = sustained_use_discount(base_price=0.0475, used_share_of_month=1, hours_per_month=730,
    ...                                tier_starts=[0, 0.25, 0.5, 0.75], tier_rates=[1, 0.8, 0.6, 0.4])
    >>> round(float(month.total), 4)
    24.2725
    """
    starts, rates = (
        np.atleast_1d(np.asarray(number(each, ""), dtype=np.float64)) for each in (tier_starts, tier_rates)
    )
    if starts.shape[-1] != rates.shape[-1]:
        raise RackmathError("tier_rates: give as many rates as there are tier_starts")
    used = np.asarray(number(used_share_of_month, ""), dtype=np.float64)
    full = number(base_price, "USD/hour") * number(hours_per_month, "hour/month")
    saved = graduated(used, *in_order(starts, 1.0 - rates))
    return Result(
        "USD/month",
        {
            "at_base_price": tagged(full * used, "USD/month", base_price),
            "discount": tagged(-full * saved, "USD/month", base_price),
        },
        notes={
            "effective_discount": (tagged(ratio(saved, used, ""), "", base_price), ""),
            "hours": (tagged(used * number(hours_per_month, "hour/month"), "hour/month", base_price), "hour/month"),
        },
    )
