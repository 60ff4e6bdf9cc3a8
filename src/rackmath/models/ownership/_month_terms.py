"""Inputs of the services that are looked at month by month: how long, how demand grows, how the hours are paid for."""

from __future__ import annotations

from typing import Annotated

from rackmath.kernel import Choice, Param, Real, Series

Horizon = Annotated[
    Real,
    Param(
        "month",
        assumption="36 month",
        because="three years: the longest term that GPUs are commonly rented for, and a short life of a server",
        minimum=1,
        maximum=240,
        help="months looked at",
    ),
]
DemandGrowth = Annotated[
    Real,
    Param(
        "1/month",
        assumption="0",
        because="no growth is assumed that nobody has promised",
        minimum=-0.5,
        maximum=1,
        help="share by which demand grows from month to month, until it reaches its ceiling",
    ),
]
DemandCeiling = Annotated[
    Real,
    Param(
        "token/month",
        assumption="1e18 token/month",
        because="no ceiling is known; give the volume at which the product is fully rolled out",
        minimum=0,
        maximum=1e18,
        help="tokens a month at which growth ends",
    ),
]
DemandPlan = Annotated[
    Real,
    Series(
        "",
        axis="month",
        assumption="1",
        because="growth alone; a plan or a season multiplies what growth gives",
        minimum=0,
        maximum=1e6,
        help="factor on each month's demand; a list that ends early goes on with its last number",
    ),
]
Scaling = Annotated[
    str,
    Choice(
        "always-on",
        "hourly",
        assumption="always-on",
        because="contracts and scarce GPUs are paid for around the clock; 'hourly' needs on-demand GPUs that are there",
        help="whether the month's peak fleet is paid for in every hour, or replicas follow the load hour by hour",
    ),
]
ApiPriceDecline = Annotated[
    Real,
    Param(
        "1/year",
        assumption="0",
        because="the list price of a model seldom moves; give the rate at which you would move to cheaper ones",
        minimum=-2,
        maximum=5,
        help="rate of fall of the API price: ln(last year's price / this year's), negative if it rises",
    ),
]
