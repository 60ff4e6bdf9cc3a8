"""How much capacity to own when an API can take what is above it."""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np

from rackmath.kernel import Param, Real, Result, model
from rackmath.models._numbers import ratio as share_of
from rackmath.models._numbers import ratio_or_never, some, tagged
from rackmath.models._terms import (
    ApiPrice,
    DemandForm,
    HourlyDemand,
    HoursPerMonth,
    OutageHours,
    PeakHoursShare,
    PeakToMean,
    TokensPerMonth,
)
from rackmath.models.ownership._load_curve import load_curve
from rackmath.models.ownership._sizing import demand
from rackmath.units import convert, number


@model(
    "ownership.hybrid_routing",
    method="A10.11",
    title="Own the steady load, send the peaks to an API",
    question="How much capacity is worth owning when an API takes the demand above it?",
    unit="USD/month",
    sources=(
        "https://www.digitalapplied.com/blog/self-host-frontier-models-tco-analysis-2026",
        "https://en.wikipedia.org/wiki/Newsvendor_model",
    ),
    increasing_in=("tokens_per_month", "own_cost_at_full_load", "api_price"),
)
def hybrid_routing(
    *,
    tokens_per_month: TokensPerMonth,
    hours_per_month: HoursPerMonth,
    demand_form: DemandForm,
    peak_to_mean: PeakToMean,
    peak_hours_share: PeakHoursShare,
    hourly_demand: HourlyDemand,
    own_cost_at_full_load: Annotated[
        Real,
        Param(
            "USD/Mtok",
            evidence="llama-70b-on-h100/cost-at-full-load",
            minimum=0,
            maximum=1e5,
            help="what a million tokens costs on own capacity that is full in every hour",
        ),
    ],
    api_price: ApiPrice,
    outage_hours: OutageHours,
    regulated_share: Annotated[
        Real,
        Param(
            "",
            assumption="0",
            because="no rule is assumed that keeps tokens on own capacity",
            minimum=0,
            maximum=1,
            help="share of demand that must not leave own capacity",
        ),
    ],
) -> Result:
    r"""Return the monthly cost at the owned capacity that is worth having, the rest going to the API.

    .. math:: B = H \Bigl( c\,K + b\,E\bigl[(D - K)^+\bigr]
        + a\,b\,\bigl((1 - \rho)\,\mu - E[(D - K)^+]\bigr)^+ \Bigr), \quad P(D > K^*) = \frac{c}{b\,(1 - a)}

    where :math:`D` is hourly demand with mean :math:`\mu`, :math:`K` owned capacity, :math:`c` own_cost_at_full_load,
    :math:`b` api_price, :math:`H` hours_per_month, :math:`a` the share of hours in outage and :math:`\rho`
    regulated_share. A unit of capacity costs :math:`c` every hour and saves :math:`b` in the hours that need it and in
    which it works. Demand is lognormal (peak_hours_share of the hours lie above peak_to_mean times the mean) or the
    hours given. The regulated part raises :math:`K` to its own peak at least; in an outage it waits.

    Limits: :math:`b (1 - a) \le c` makes :math:`K^* = 0`, the API alone; :math:`c \to 0` owns the largest peak; even
    demand makes :math:`K^* = \mu` and no spill.
    Not included: whole GPUs and staff (see hybrid_service), the time to detect an outage, quality differences.
    Source: the newsvendor's critical ratio, https://en.wikipedia.org/wiki/Newsvendor_model

    >>> found = hybrid_routing(
    ...     tokens_per_month=730 * 3.6e6, hours_per_month=730, demand_form="hourly", peak_to_mean=2,
    ...     peak_hours_share=0.01, hourly_demand=[500, 500, 1000, 2000], own_cost_at_full_load=0.3, api_price=1,
    ...     outage_hours=0, regulated_share=0)
    >>> float(found.notes["best_capacity"].value), round(float(found.total))
    (1000.0, 1445)
    """
    rate = demand(tokens_per_month, hours_per_month, peak_to_mean)
    mean = number(rate.mean, "token/s")
    own, api = number(own_cost_at_full_load, "USD/Mtok"), number(api_price, "USD/Mtok")
    out = number(outage_hours, "hour/month") / number(hours_per_month, "hour/month")
    regulated = number(regulated_share, "")
    ratio = ratio_or_never(own, api * (1.0 - out))
    curve = load_curve(demand_form, peak_to_mean, peak_hours_share, hourly_demand)
    reached = curve.exceeded_in(ratio)
    held = np.maximum(reached, regulated * curve.peak)
    peak, best, capacity, spill = (mean * each for each in (curve.peak, reached, held, curve.above(held)[0]))
    warnings = list(curve.warnings)
    if some(np.greater_equal(ratio, 1.0)):
        warnings.append(
            "A token costs more on own capacity that is always full than at the API: own none but what rules demand."
        )
    if some((regulated > 0) & (out > 0)):
        warnings.append("In an outage the regulated part is not served at all; a second site is not priced here.")
    moved = out * np.maximum((1.0 - regulated) * mean - spill, 0.0)

    def monthly(tokens_a_second: Any, price: Any) -> Any:
        flow = tagged(tokens_a_second, "token/s", rate.mean)
        return convert(flow * price * hours_per_month, "token/s*USD/Mtok*hour/month", "USD/month")

    lines = {
        "own_capacity": monthly(capacity, own_cost_at_full_load),
        "api_spill": monthly(spill, api_price),
        "api_in_outages": monthly(moved, api_price),
    }
    total = sum(lines.values())
    api_alone, own_alone = monthly(mean, api_price), monthly(peak, own_cost_at_full_load)
    like = rate.mean
    return Result(
        "USD/month",
        lines,
        notes={
            "best_capacity": (tagged(best, "token/s", like), "token/s"),
            "capacity": (tagged(capacity, "token/s", like), "token/s"),
            "mean_demand": (rate.mean, "token/s"),
            "peak_demand": (tagged(peak, "token/s", like), "token/s"),
            "spill_share": (tagged(share_of(spill, mean, ""), "", like), ""),
            "mean_load_of_capacity": (tagged(share_of(mean - spill, capacity, ""), "", like), ""),
            "api_alone": (api_alone, "USD/month"),
            "own_alone_sized_for_the_peak": (own_alone, "USD/month"),
            "saving_against_the_api_alone": (api_alone - total, "USD/month"),
            "saving_against_own_alone": (own_alone - total, "USD/month"),
        },
        warnings=warnings,
    )
