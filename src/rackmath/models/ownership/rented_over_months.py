"""A model service on rented GPUs over months in which demand ramps up."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from rackmath.kernel import Result, model
from rackmath.models._numbers import HAIR, tagged
from rackmath.models._terms import (
    AllowedLoadShare,
    CacheableShare,
    CacheHitRate,
    CostOfCapital,
    DemandForm,
    GpuHourPrice,
    GpusPerReplica,
    HourlyDemand,
    HoursPerMonth,
    InputShare,
    LoadedSalary,
    MinimumReplicas,
    OutputTokenTimeRatio,
    PeakHoursShare,
    PeakToMean,
    RentalPriceDecline,
    Staffing,
    StaffNeed,
    ThroughputInputShare,
    TokensPerMonth,
    TotalThroughput,
)
from rackmath.models.ownership._load_curve import SMALLEST, LoadCurve, load_curve
from rackmath.models.ownership._month_terms import DemandCeiling, DemandGrowth, DemandPlan, Horizon, Scaling
from rackmath.models.ownership._months import Calendar, Flow, Ramp, at_month, service
from rackmath.models.ownership._sizing import at_mix, replica_rate, scaling_warnings
from rackmath.models.ownership._team import engineers
from rackmath.units import convert, number


@model(
    "ownership.rented_over_months",
    method="A10.8",
    title="Model service on rented GPUs, month by month",
    question="What does a growing workload cost over the months on GPUs that are rented by the hour?",
    unit="USD/month",
    sources=(
        "https://www.digitalapplied.com/blog/self-host-frontier-models-tco-analysis-2026",
        "https://en.wikipedia.org/wiki/Equivalent_annual_cost",
    ),
    infinite="the monthly cost never is; the cost per million tokens is, when no token is served",
    increasing_in=("tokens_per_month", "demand_growth", "demand_ceiling", "gpu_hour_price", "staff_need"),
    decreasing_in=("total_throughput", "rental_price_decline"),
)
def rented_over_months(
    *,
    tokens_per_month: TokensPerMonth,
    demand_growth: DemandGrowth,
    demand_ceiling: DemandCeiling,
    demand_plan: DemandPlan,
    horizon: Horizon,
    cost_of_capital: CostOfCapital,
    input_share: InputShare,
    cacheable_share: CacheableShare,
    cache_hit_rate: CacheHitRate,
    demand_form: DemandForm,
    peak_to_mean: PeakToMean,
    peak_hours_share: PeakHoursShare,
    hourly_demand: HourlyDemand,
    total_throughput: TotalThroughput,
    throughput_input_share: ThroughputInputShare,
    output_token_time_ratio: OutputTokenTimeRatio,
    allowed_load_share: AllowedLoadShare,
    gpus_per_replica: GpusPerReplica,
    minimum_replicas: MinimumReplicas,
    scaling: Scaling,
    gpu_hour_price: GpuHourPrice,
    rental_price_decline: RentalPriceDecline,
    hours_per_month: HoursPerMonth,
    staff_need: StaffNeed,
    staffing: Staffing,
    loaded_salary: LoadedSalary,
) -> Result:
    r"""Return the level monthly cost of rented GPUs whose number follows demand from month to month.

    .. math:: B = \frac{\sum_{m=1}^{n} (1 + r)^{-m/12} \bigl( g\,H\,p\,e^{-d m/12}\,N_m + F S/12 \bigr)}
        {\sum_{m=1}^{n} (1 + r)^{-m/12}}, \quad T_m = \min\bigl(T (1 + w)^{m-1}, \bar T\bigr)\,f_m

    where :math:`T` is tokens_per_month in the first month, :math:`w` demand_growth, :math:`\bar T` demand_ceiling,
    :math:`f_m` demand_plan, :math:`n` horizon, :math:`r` cost_of_capital, :math:`p` gpu_hour_price now, :math:`d`
    rental_price_decline, :math:`N_m` the replicas of :math:`g` GPUs that the peak hour of month :math:`m` takes (as in
    rented_service), :math:`F` staff_need and :math:`S` loaded_salary. The peak is peak_to_mean (lognormal) or the
    largest of the hours given. With hourly scaling :math:`N_m` is their mean over the load curve instead: minimum
    replicas, what is above them over what one carries, and half a replica in the hours that need more, since hours
    take whole ones; never more than the peak takes. The present value is in the notes.

    Limits: one month at a rate of 0 is rented_service; a rate of 0 makes it the mean payment; even demand makes both
    ways of scaling the same but for that half.
    Not included: a term that outlives falling demand (see commitments), the minutes that a replica takes to start.
    Source: level payments, https://en.wikipedia.org/wiki/Equivalent_annual_cost

    >>> found = rented_over_months(
    ...     tokens_per_month=10e9, demand_growth=0.1, demand_ceiling=20e9, demand_plan=1, horizon=36, cost_of_capital=0,
    ...     input_share=0.75, cacheable_share=0, cache_hit_rate=0, demand_form="lognormal", peak_to_mean=3,
    ...     peak_hours_share=0.01, hourly_demand=1, total_throughput=4000, throughput_input_share=0.75,
    ...     output_token_time_ratio=2, allowed_load_share=0.75, gpus_per_replica=2, minimum_replicas=1,
    ...     scaling="always-on", gpu_hour_price=2.5, rental_price_decline=0, hours_per_month=730, staff_need=0.5,
    ...     staffing="shared", loaded_salary=240_000)
    >>> {name: round(float(value)) for name, value in found.lines.items()}
    {'gpus': 13992, 'staff': 10000}
    """
    calendar = Calendar(number(horizon, "month"), number(cost_of_capital, "1/year"))
    ramp = Ramp.of(tokens_per_month, demand_growth, demand_ceiling, demand_plan)
    measured = total_throughput
    throughput = at_mix(
        measured, throughput_input_share, input_share, cacheable_share * cache_hit_rate, output_token_time_ratio
    )
    curve = load_curve(demand_form, peak_to_mean, peak_hours_share, hourly_demand)
    hours, least = number(hours_per_month, "hour/month"), number(minimum_replicas, "replica")
    each = number(replica_rate(throughput, gpus_per_replica, allowed_load_share), "token/s/replica")
    carried = each * hours * 3600.0  # tokens a month, of a replica that is at its allowed load in every hour
    rent = number(gpus_per_replica, "GPU/replica") * number(gpu_hour_price, "USD/GPU_hour") * hours
    decline = np.exp(-number(rental_price_decline, "1/year") / 12.0)
    pay = number(convert(engineers(staff_need, staffing) * loaded_salary, "USD/year", "USD/month"), "USD/month")

    def fleets() -> Iterator[Any]:
        for tokens in ramp.months(calendar.last):
            yield rented_replicas(curve, tokens / carried, least, scaling)

    def flows() -> Iterator[Flow]:
        yield {"gpus": 0.0, "staff": 0.0}
        price = rent
        for replicas in fleets():
            price = price * decline
            yield {"gpus": replicas * price, "staff": pay}

    def notes() -> dict[str, tuple[Any, str]]:
        size = [each * number(gpus_per_replica, "GPU/replica") for each in fleets()]
        at_end = at_month(size, calendar.end)
        return {"gpus_at_start": tagged_gpus(size[0]), "gpus_at_end": tagged_gpus(at_end)}

    def tagged_gpus(value: Any) -> tuple[Any, str]:
        return tagged(value, "GPU", gpu_hour_price), "GPU"

    return service(
        calendar,
        flows,
        ramp,
        gpu_hour_price,
        notes,
        lambda: curve.warnings + scaling_warnings(throughput, measured),
    )


def rented_replicas(curve: LoadCurve, mean: Any, least: Any, scaling: str) -> Any:
    """Return the replicas that are paid for on average, for a mean demand told in full replicas."""
    peak = np.maximum(np.ceil(mean * curve.peak * (1 - HAIR)), least)
    if scaling == "always-on":
        return peak
    over, share = curve.above(least / np.maximum(mean, SMALLEST))
    return least + np.minimum(over * mean + share / 2.0, (peak - least) * share)
