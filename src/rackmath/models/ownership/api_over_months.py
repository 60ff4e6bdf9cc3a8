"""A model service by API over months in which demand ramps up."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from rackmath.kernel import Result, model
from rackmath.models._terms import ApiPrice, CostOfCapital, TokensPerMonth
from rackmath.models.ownership._month_terms import ApiPriceDecline, DemandCeiling, DemandGrowth, DemandPlan, Horizon
from rackmath.models.ownership._months import Calendar, Flow, Ramp, service
from rackmath.units import number


@model(
    "ownership.api_over_months",
    method="A10.8",
    title="Model service by API, month by month",
    question="What does a growing workload cost over the months when an API is called for all of it?",
    unit="USD/month",
    sources=("https://en.wikipedia.org/wiki/Equivalent_annual_cost",),
    infinite="the monthly cost never is; the cost per million tokens is, when no token is served",
    increasing_in=("tokens_per_month", "demand_growth", "demand_ceiling", "api_price"),
    decreasing_in=("api_price_decline",),
)
def api_over_months(
    *,
    tokens_per_month: TokensPerMonth,
    demand_growth: DemandGrowth,
    demand_ceiling: DemandCeiling,
    demand_plan: DemandPlan,
    horizon: Horizon,
    cost_of_capital: CostOfCapital,
    api_price: ApiPrice,
    api_price_decline: ApiPriceDecline,
) -> Result:
    r"""Return the level monthly cost of calling an API for a demand that changes from month to month.

    .. math:: B = \frac{\sum_{m=1}^{n} (1 + r)^{-m/12}\,b\,e^{-d m/12}\,T_m}{\sum_{m=1}^{n} (1 + r)^{-m/12}}

    where :math:`T_m` is the demand of month :math:`m` (see rented_over_months), :math:`b` api_price now, :math:`d`
    api_price_decline, :math:`r` cost_of_capital and :math:`n` horizon. The API is paid by the token: neither peaks nor
    idle hours cost anything.

    Limits: steady demand at a steady price is price times volume; at a rate of 0 it is the mean payment.
    Not included: rate limits, the engineers who would also be needed for calling an API.
    Source: level payments, https://en.wikipedia.org/wiki/Equivalent_annual_cost

    >>> found = api_over_months(
    ...     tokens_per_month=1e9, demand_growth=0, demand_ceiling=1e18, demand_plan=[1, 2, 3], horizon=3,
    ...     cost_of_capital=0, api_price=0.5, api_price_decline=0)
    >>> float(found.total)
    1000.0
    """
    calendar = Calendar(number(horizon, "month"), number(cost_of_capital, "1/year"))
    ramp = Ramp.of(tokens_per_month, demand_growth, demand_ceiling, demand_plan)
    price_now = number(api_price, "USD/Mtok") / 1e6
    decline = np.exp(-number(api_price_decline, "1/year") / 12.0)

    def flows() -> Iterator[Flow]:
        yield {"api": 0.0}
        price = price_now
        for tokens in ramp.months(calendar.last):
            price = price * decline
            yield {"api": tokens * price}

    return service(calendar, flows, ramp, api_price)
