"""A model service over months whose steady part runs on GPUs of one's own and whose peaks go to an API."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from rackmath.kernel import Result, model
from rackmath.models._numbers import HAIR, ratio_or_never, tagged
from rackmath.models._numbers import ratio as share_of
from rackmath.models._terms import (
    AllowedLoadShare,
    ApiPrice,
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
    OutageHours,
    OutputTokenTimeRatio,
    PeakHoursShare,
    PeakToMean,
    RentalPriceDecline,
    ReplicasPerStep,
    Staffing,
    StaffNeed,
    ThroughputInputShare,
    TokensPerMonth,
    TotalThroughput,
)
from rackmath.models.ownership._load_curve import best_steps, dear_when_full, load_curve
from rackmath.models.ownership._month_terms import ApiPriceDecline, DemandCeiling, DemandGrowth, DemandPlan, Horizon
from rackmath.models.ownership._months import Calendar, Flow, Ramp, at_month, service
from rackmath.models.ownership._sizing import at_mix, replica_rate, scaling_warnings
from rackmath.models.ownership._team import engineers
from rackmath.units import convert, number


@model(
    "ownership.hybrid_over_months",
    method="A10.11",
    title="Steady load on own GPUs, peaks to an API, month by month",
    question="What does a growing workload cost when GPUs carry its steady part and an API its peaks and outages?",
    unit="USD/month",
    sources=(
        "https://www.digitalapplied.com/blog/self-host-frontier-models-tco-analysis-2026",
        "https://en.wikipedia.org/wiki/Newsvendor_model",
    ),
    infinite="the monthly cost never is; the cost per million tokens is, when no token is served",
    increasing_in=("tokens_per_month", "demand_growth", "gpu_hour_price", "api_price", "staff_need"),
    decreasing_in=("total_throughput",),
)
def hybrid_over_months(
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
    replicas_per_step: ReplicasPerStep,
    gpu_hour_price: GpuHourPrice,
    rental_price_decline: RentalPriceDecline,
    api_price: ApiPrice,
    api_price_decline: ApiPriceDecline,
    outage_hours: OutageHours,
    hours_per_month: HoursPerMonth,
    staff_need: StaffNeed,
    staffing: Staffing,
    loaded_salary: LoadedSalary,
) -> Result:
    r"""Return the level monthly cost when each month keeps the whole steps of GPUs that are worth having.

    .. math:: B_m = N_m g\,p_m H + b_m H \Bigl( E\bigl[(D_m - N_m q)^+\bigr]
        + a\,\bigl(\mu_m - E[(D_m - N_m q)^+]\bigr) \Bigr) + \frac{F S}{12}

    where the demand :math:`D_m` of the hours of month :math:`m` has the mean :math:`\mu_m` (tokens of the month, see
    rented_over_months) and the shape of a lognormal or of the hours given, :math:`N_m` is the number of replicas (in
    steps of replicas_per_step, at least minimum_replicas) that makes the month cheapest, :math:`q` what a replica of
    :math:`g` GPUs may carry, :math:`p_m` and :math:`b_m` the month's prices of a GPU-hour and of a token at the API,
    :math:`a` the share of hours in outage, in which everything goes to the API, :math:`F` staff_need and :math:`S`
    loaded_salary. Months are made level as in rented_over_months. The GPUs may be owned: then gpu_hour_price is
    ``ownership.cluster_gpu_hour`` and replicas_per_step what a server holds.

    Limits: an API dearer than a replica in its rarest hour makes this rented_over_months without its last replicas; a
    cheap API leaves minimum_replicas; even demand spills what whole steps leave over.
    Not included: capacity that cannot be given back when demand falls, requests whose length differs in peaks.
    Source: the newsvendor's critical ratio, https://en.wikipedia.org/wiki/Newsvendor_model

    >>> found = hybrid_over_months(
    ...     tokens_per_month=40e9, demand_growth=0, demand_ceiling=1e18, demand_plan=1, horizon=36, cost_of_capital=0.1,
    ...     input_share=0.75, cacheable_share=0, cache_hit_rate=0, demand_form="lognormal", peak_to_mean=3,
    ...     peak_hours_share=0.01, hourly_demand=1, total_throughput=4000, throughput_input_share=0.75,
    ...     output_token_time_ratio=2, allowed_load_share=0.75, gpus_per_replica=2, minimum_replicas=1,
    ...     replicas_per_step=1, gpu_hour_price=2.5, rental_price_decline=0, api_price=0.6, api_price_decline=0,
    ...     outage_hours=0, hours_per_month=730, staff_need=0.5, staffing="shared", loaded_salary=240_000)
    >>> {name: round(float(value)) for name, value in found.lines.items()}
    {'gpus': 10950, 'api_spill': 3580, 'api_in_outages': 0, 'staff': 10000}
    """
    calendar = Calendar(number(horizon, "month"), number(cost_of_capital, "1/year"))
    ramp = Ramp.of(tokens_per_month, demand_growth, demand_ceiling, demand_plan)
    measured, hours = total_throughput, number(hours_per_month, "hour/month")
    throughput = at_mix(
        measured, throughput_input_share, input_share, cacheable_share * cache_hit_rate, output_token_time_ratio
    )
    curve = load_curve(demand_form, peak_to_mean, peak_hours_share, hourly_demand)
    per_step, size = number(replicas_per_step, "replica"), number(gpus_per_replica, "GPU/replica")
    each = number(replica_rate(throughput, gpus_per_replica, allowed_load_share), "token/s/replica")
    step = each * per_step * hours * 3600.0  # tokens a month
    least = np.ceil(number(minimum_replicas, "replica") / per_step * (1 - HAIR))
    rent = per_step * size * number(gpu_hour_price, "USD/GPU_hour") * hours
    api = number(api_price, "USD/Mtok") / 1e6
    out = number(outage_hours, "hour/month") / hours
    cheaper_gpus = np.exp(-number(rental_price_decline, "1/year") / 12.0)
    cheaper_tokens = np.exp(-number(api_price_decline, "1/year") / 12.0)
    pay = number(convert(engineers(staff_need, staffing) * loaded_salary, "USD/year", "USD/month"), "USD/month")

    def months() -> Iterator[tuple[Any, Any, Any, Any, Any]]:
        of_step, of_token = rent, api
        for tokens in ramp.months(calendar.last):
            of_step, of_token = of_step * cheaper_gpus, of_token * cheaper_tokens
            ratio = ratio_or_never(of_step / step, of_token * (1.0 - out))
            steps, spill = best_steps(curve, tokens, step, ratio, least)
            yield tokens, steps, spill, of_step, of_token

    def flows() -> Iterator[Flow]:
        yield {"gpus": 0.0, "api_spill": 0.0, "api_in_outages": 0.0, "staff": 0.0}
        for tokens, steps, spill, of_step, of_token in months():
            yield {
                "gpus": steps * of_step,
                "api_spill": spill * of_token,
                "api_in_outages": out * np.maximum(tokens - spill, 0.0) * of_token,
                "staff": pay,
            }

    def notes() -> dict[str, tuple[Any, str]]:
        tokens, steps, spill = (list(values) for values in zip(*(found[:3] for found in months()), strict=True))
        spilled = [share_of(lost, whole, "") for lost, whole in zip(spill, tokens, strict=True)]
        gpus = tagged(at_month(steps, calendar.end) * per_step * size, "GPU", gpu_hour_price)
        return {
            "gpus_at_start": (tagged(steps[0] * per_step * size, "GPU", gpu_hour_price), "GPU"),
            "gpus_at_end": (gpus, "GPU"),
            "spill_share_at_start": (tagged(spilled[0], "", gpu_hour_price), ""),
            "spill_share_at_end": (tagged(at_month(spilled, calendar.end), "", gpu_hour_price), ""),
        }

    def warnings() -> tuple[str, ...]:
        first = ratio_or_never(rent / step, api * (1.0 - out))
        return dear_when_full(first) + curve.warnings + scaling_warnings(throughput, measured)

    return service(calendar, flows, ramp, gpu_hour_price, notes, warnings)
