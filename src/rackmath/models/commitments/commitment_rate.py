"""What an hour costs under a commitment, however it is paid."""

from __future__ import annotations

from typing import Annotated

import numpy as np

from rackmath.kernel import Param, Real, Result, model
from rackmath.models._numbers import ratio, some
from rackmath.models._terms import CommitmentTerm, CostOfCapital, HoursPerYear, OnDemandHourPrice
from rackmath.units import convert, number

GROWTH_OF_NOTHING = 1e-8


@model(
    "commitments.commitment_rate",
    method="A09.1",
    title="Effective hourly price of a commitment",
    question="What does an hour cost under a commitment, with what is paid upfront spread over the term?",
    unit="USD/hour",
    sources=(
        "https://aws.amazon.com/ec2/pricing/reserved-instances/pricing/",
        "https://aws.amazon.com/compare/the-difference-between-on-demand-instances-and-reserved-instances/",
    ),
    increasing_in=("upfront_payment", "committed_hourly_price", "cost_of_capital"),
    decreasing_in=("hours_per_year",),
)
def commitment_rate(
    *,
    on_demand_price: OnDemandHourPrice,
    upfront_payment: Annotated[
        Real,
        Param(
            "USD",
            evidence="m5-xlarge/upfront-payment?term=1y&payment=no-upfront",
            minimum=0,
            maximum=1e9,
            help="what is paid when the commitment is made (0 for no upfront)",
        ),
    ],
    committed_hourly_price: Annotated[
        Real,
        Param(
            "USD/hour",
            evidence="m5-xlarge/committed-hourly-price?term=1y&payment=no-upfront",
            minimum=0,
            maximum=1e5,
            help="what is paid for every hour of the term, used or not (0 for all upfront)",
        ),
    ],
    term: CommitmentTerm,
    hours_per_year: HoursPerYear,
    cost_of_capital: CostOfCapital,
) -> Result:
    r"""Spread what is paid upfront over the hours of the term, and charge interest for paying it early.

    .. math:: c = p_c + \frac{U}{T h} + U\Bigl(\frac{\delta}{1-e^{-\delta T}} - \frac{1}{T}\Bigr)\frac{1}{h},
       \qquad \delta = \ln(1+r)

    where :math:`p_c` is committed_hourly_price, :math:`U` upfront_payment, :math:`T` term, :math:`h` hours_per_year and
    :math:`r` cost_of_capital. The first two lines are the rate that clouds advertise; the third is what the same money,
    paid hour by hour, would have been worth meanwhile. The discount counts every hour of the term as used
    (``commitments.commitment_break_even`` does not).

    Limits: r → 0 leaves the advertised rate; without an upfront payment all three payment options are the same.
    Not included: hours that are not used, currency (prices are in USD), credits and resale of the commitment.
    Source: https://aws.amazon.com/ec2/pricing/reserved-instances/pricing/

    >>> rate = commitment_rate(on_demand_price=0.96, upfront_payment=9224.28, committed_hourly_price=0, term=3,
    ...                        hours_per_year=8760, cost_of_capital=0)
    >>> round(float(rate.total), 3), round(rate.notes["advertised_discount"].value, 3)
    (0.351, 0.634)
    """
    spread = upfront_payment / (term * hours_per_year)
    growth = np.log1p(number(cost_of_capital, "1/year")) * number(term, "year")
    small = growth < GROWTH_OF_NOTHING
    # δT / (1 - exp(-δT)) - 1, which is δT / 2 as δT → 0
    safe = np.where(small, 1.0, growth)
    interest = np.where(small, growth / 2, safe / -np.expm1(-safe) - 1)[()]
    advertised = committed_hourly_price + spread
    total = advertised + spread * interest
    warnings = []
    if some(total > on_demand_price):
        warnings.append("The commitment costs more than paying on demand, even if every hour of it is used.")
    over_term = convert(term * hours_per_year, "year*hour/year", "hour")
    return Result(
        "USD/hour",
        {
            "hourly": committed_hourly_price,
            "upfront_spread": spread,
            "cost_of_paying_early": spread * interest,
        },
        notes={
            "discount": (1 - ratio(total, on_demand_price, "USD/hour"), ""),
            "advertised_rate": (advertised, "USD/hour"),
            "advertised_discount": (1 - ratio(advertised, on_demand_price, "USD/hour"), ""),
            "upfront_share": (ratio(spread, advertised, "USD/hour"), ""),
            "paid_over_the_term": (advertised * over_term, "USD"),
            "on_demand_over_the_term": (on_demand_price * over_term, "USD"),
        },
        warnings=warnings,
    )
