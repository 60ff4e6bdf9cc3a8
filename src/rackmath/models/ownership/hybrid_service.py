"""A month of a model service whose steady part runs on GPUs of one's own and whose peaks go to an API."""

from __future__ import annotations

from typing import Any

import numpy as np

from rackmath.kernel import Result, model
from rackmath.models._numbers import HAIR, ratio_or_never, tagged
from rackmath.models._numbers import ratio as share_of
from rackmath.models._terms import (
    AllowedLoadShare,
    ApiInputPrice,
    ApiOutputPrice,
    BatchAndCache,
    BatchDiscount,
    BatchShare,
    CacheableShare,
    CacheDiscount,
    CacheHitRate,
    CacheWritePremium,
    GpuHourPrice,
    GpusPerReplica,
    HoursPerMonth,
    InputShare,
    LoadedSalary,
    MinimumReplicas,
    OutputTokenTimeRatio,
    PeakHoursShare,
    PeakToMean,
    ReplicasPerStep,
    Staffing,
    StaffNeed,
    ThroughputInputShare,
    TokensPerMonth,
    TotalThroughput,
)
from rackmath.models.ownership._load_curve import best_steps, dear_when_full, load_curve
from rackmath.models.ownership._sizing import at_mix, demand, fleet_notes, replica_rate, scaling_warnings
from rackmath.models.ownership._team import engineers
from rackmath.models.tokens.effective_api_price import effective_api_price
from rackmath.units import convert, number


@model(
    "ownership.hybrid_service",
    method="A10.11",
    title="Model service: steady load on own GPUs, peaks to an API",
    question="What does a month cost when GPUs carry the steady part of this workload and an API takes the peaks?",
    unit="USD/month",
    sources=(
        "https://www.digitalapplied.com/blog/self-host-frontier-models-tco-analysis-2026",
        "https://en.wikipedia.org/wiki/Newsvendor_model",
    ),
    infinite="the monthly cost never is; the cost per million tokens is, when no token is served",
    increasing_in=("tokens_per_month", "peak_to_mean", "gpu_hour_price", "input_price", "output_price", "staff_need"),
    decreasing_in=("total_throughput", "allowed_load_share"),
)
def hybrid_service(
    *,
    tokens_per_month: TokensPerMonth,
    input_share: InputShare,
    peak_to_mean: PeakToMean,
    peak_hours_share: PeakHoursShare,
    total_throughput: TotalThroughput,
    throughput_input_share: ThroughputInputShare,
    output_token_time_ratio: OutputTokenTimeRatio,
    allowed_load_share: AllowedLoadShare,
    gpus_per_replica: GpusPerReplica,
    minimum_replicas: MinimumReplicas,
    replicas_per_step: ReplicasPerStep,
    gpu_hour_price: GpuHourPrice,
    hours_per_month: HoursPerMonth,
    staff_need: StaffNeed,
    staffing: Staffing,
    loaded_salary: LoadedSalary,
    input_price: ApiInputPrice,
    output_price: ApiOutputPrice,
    cacheable_share: CacheableShare,
    cache_hit_rate: CacheHitRate,
    cache_discount: CacheDiscount,
    cache_write_premium: CacheWritePremium,
    batch_share: BatchShare,
    batch_discount: BatchDiscount,
    batch_and_cache: BatchAndCache,
) -> Result:
    r"""Return the monthly cost at the capacity where one more step of GPUs stops being cheaper than the API.

    .. math:: B = \min_N \Bigl\{ N g\,p\,H + b\,H\,E\bigl[(D - N q)^+\bigr] \Bigr\} + \frac{F S}{12}, \quad
        E\bigl[(D - K)^+\bigr] = \mu\,\Phi(d) - K\,\Phi(d - \sigma), \quad
        d = \frac{\ln(\mu/K)}{\sigma} + \frac{\sigma}{2}

    where :math:`\mu` is the mean of the hourly demand :math:`D` (tokens_per_month over hours_per_month :math:`H`),
    which is lognormal with the spread :math:`\sigma` at which peak_hours_share of the hours exceed peak_to_mean times
    the mean; :math:`N` whole steps of replicas_per_step replicas with :math:`g` GPUs and a capacity :math:`q` (their
    throughput at this mix of tokens times allowed_load_share, see rented_service), :math:`p` gpu_hour_price, :math:`b`
    the effective API price of ``tokens.effective_api_price``, :math:`F` staff_need and :math:`S` loaded_salary. Without
    whole steps the best capacity is the one that demand exceeds in a share :math:`g p / (q b)` of the hours: what a
    token costs on GPUs that are always full, over what it costs at the API. The GPUs may be rented, or owned: then
    gpu_hour_price is ``ownership.cluster_gpu_hour`` (without its staff) and replicas_per_step what a server holds.

    Limits: even demand (peak_to_mean 1) spills what whole steps leave over; a dear API leaves next to no spill; an API
    cheaper than full GPUs leaves minimum_replicas.
    Not included: sending work to the API during an outage (see hybrid_routing), requests whose length differs in peaks.
    Source: the newsvendor's critical ratio, https://en.wikipedia.org/wiki/Newsvendor_model, and the lognormal's partial
    expectation, https://en.wikipedia.org/wiki/Log-normal_distribution#Partial_expectation

    >>> month = hybrid_service(
    ...     tokens_per_month=40e9, input_share=0.75, peak_to_mean=3, peak_hours_share=0.01,
    ...     total_throughput=4000, throughput_input_share=0.75, output_token_time_ratio=2,
    ...     allowed_load_share=0.75, gpus_per_replica=2, minimum_replicas=1, replicas_per_step=1, gpu_hour_price=2.5,
    ...     hours_per_month=730, staff_need=0.5, staffing="shared", loaded_salary=240_000, input_price=0.6,
    ...     output_price=0.6, cacheable_share=0, cache_hit_rate=0, cache_discount=0, cache_write_premium=0,
    ...     batch_share=0, batch_discount=0, batch_and_cache="multiply")
    >>> {name: round(float(value)) for name, value in month.lines.items()}
    {'gpus': 10950, 'api_spill': 3580, 'staff': 10000}
    """
    rate = demand(tokens_per_month, hours_per_month, peak_to_mean)
    measured = total_throughput
    cached = cacheable_share * cache_hit_rate
    throughput = at_mix(measured, throughput_input_share, input_share, cached, output_token_time_ratio)
    each = replica_rate(throughput, gpus_per_replica, allowed_load_share)
    api = effective_api_price.model.compute(
        input_price=input_price,
        output_price=output_price,
        input_share=input_share,
        cacheable_share=cacheable_share,
        cache_hit_rate=cache_hit_rate,
        cache_discount=cache_discount,
        cache_write_premium=cache_write_premium,
        batch_share=batch_share,
        batch_discount=batch_discount,
        batch_and_cache=batch_and_cache,
    )
    at_full_load = convert(gpu_hour_price * gpus_per_replica / each, "USD/GPU_hour*GPU/(token/s)", "USD/Mtok")

    mean, step = number(rate.mean, "token/s"), number(each * replicas_per_step, "token/s")
    ratio = ratio_or_never(number(at_full_load, "USD/Mtok"), number(api.total, "USD/Mtok"))
    curve = load_curve("lognormal", peak_to_mean, peak_hours_share, None)
    best = mean * curve.exceeded_in(ratio)
    least = np.ceil(number(minimum_replicas, "replica") / number(replicas_per_step, "replica") * (1 - HAIR))
    steps, spill = best_steps(curve, mean, step, ratio, least)

    replicas = tagged(steps, "", rate.mean) * replicas_per_step
    gpus = replicas * gpus_per_replica
    spilled = tagged(spill, "token/s", rate.mean)
    team = engineers(staff_need, staffing)
    lines = {
        "gpus": convert(gpus * gpu_hour_price * hours_per_month, "GPU*USD/GPU_hour*hour/month", "USD/month"),
        "api_spill": convert(spilled * api.total * hours_per_month, "token/s*USD/Mtok*hour/month", "USD/month"),
        "staff": convert(team * loaded_salary, "USD/year", "USD/month"),
    }

    def notes() -> dict[str, tuple[Any, str]]:
        total = sum(lines.values())
        api_alone = convert(tokens_per_month * api.total, "token/month*USD/Mtok", "USD/month")
        return {
            "replicas": (replicas, "replica"),
            **fleet_notes(
                total,
                tokens_per_month,
                hours_per_month,
                rate.mean - spilled,
                gpus,
                throughput,
                allowed_load_share,
            ),
            "spill_share": (tagged(share_of(spill, mean, ""), "", rate.mean), ""),
            "best_capacity_before_rounding": (
                convert(tagged(best, "token/s", rate.mean), "token/s", "Mtok/hour") * hours_per_month,
                "Mtok/month",
            ),
            "own_cost_at_full_load": (at_full_load, "USD/Mtok"),
            "api_price": (api.total, "USD/Mtok"),
            "saving_against_the_api_alone": (api_alone - total, "USD/month"),
            "engineers": (team, "FTE"),
        }

    def warnings() -> tuple[str, ...]:
        return dear_when_full(ratio) + curve.warnings + scaling_warnings(throughput, measured) + api.warnings

    return Result("USD/month", lines, notes=notes, warnings=warnings)
