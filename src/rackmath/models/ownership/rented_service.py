"""A month of a model service on rented GPUs."""

from __future__ import annotations

from rackmath.kernel import Result, model
from rackmath.models._terms import (
    AllowedLoadShare,
    CacheableShare,
    CacheHitRate,
    GpuHourPrice,
    GpusPerReplica,
    HoursPerMonth,
    InputShare,
    LoadedSalary,
    MinimumReplicas,
    OutputTokenTimeRatio,
    PeakToMean,
    Staffing,
    StaffNeed,
    ThroughputInputShare,
    TokensPerMonth,
    TotalThroughput,
)
from rackmath.models.ownership._sizing import at_mix, demand, fleet_notes, replica_rate, replicas_for, scaling_warnings
from rackmath.models.ownership._team import engineers
from rackmath.units import convert


@model(
    "ownership.rented_service",
    method="A10.8",
    title="Model service on rented GPUs",
    question="What does a month of this workload cost on GPUs that are rented by the hour?",
    unit="USD/month",
    sources=(
        "https://www.digitalapplied.com/blog/self-host-frontier-models-tco-analysis-2026",
        "https://docs.nvidia.com/nim/benchmarking/llm/1.0.0/performance.html",
    ),
    infinite="the monthly cost never is; the cost per million tokens is, when no token is served",
    increasing_in=(
        "tokens_per_month",
        "peak_to_mean",
        "gpu_hour_price",
        "minimum_replicas",
        "staff_need",
        "loaded_salary",
    ),
    decreasing_in=("total_throughput", "allowed_load_share"),
)
def rented_service(
    *,
    tokens_per_month: TokensPerMonth,
    input_share: InputShare,
    cacheable_share: CacheableShare,
    cache_hit_rate: CacheHitRate,
    peak_to_mean: PeakToMean,
    total_throughput: TotalThroughput,
    throughput_input_share: ThroughputInputShare,
    output_token_time_ratio: OutputTokenTimeRatio,
    allowed_load_share: AllowedLoadShare,
    gpus_per_replica: GpusPerReplica,
    minimum_replicas: MinimumReplicas,
    gpu_hour_price: GpuHourPrice,
    hours_per_month: HoursPerMonth,
    staff_need: StaffNeed,
    staffing: Staffing,
    loaded_salary: LoadedSalary,
) -> Result:
    r"""Return the monthly cost of enough rented GPUs for the peak hour, and of those who run the service.

    .. math::
        B = g\,p\,H \max\Bigl(\Bigl\lceil \frac{T}{H}\,\frac{R}{v\,a\,g} \Bigr\rceil, N_0\Bigr) + \frac{F S}{12}, \quad
        v = v_0\,\frac{w_0 + (1 - w_0)\,k}{w\,(1 - s h) + (1 - w)\,k}

    where :math:`T` is tokens_per_month (input and output), :math:`H` hours_per_month, :math:`R` peak_to_mean, :math:`a`
    allowed_load_share, :math:`g` gpus_per_replica, :math:`N_0` minimum_replicas, :math:`p` gpu_hour_price, :math:`F`
    staff_need and :math:`S` loaded_salary. The throughput :math:`v_0`, total_throughput, counts input
    and output tokens at saturation. It was measured with the share :math:`w_0` of input tokens and without cache, and
    is scaled to the workload's input_share :math:`w`, of which cacheable_share times cache_hit_rate (:math:`s h`) come
    from the prefix cache of one's own engine, with :math:`k`, output_token_time_ratio: so demand and throughput speak
    of the same tokens. GPUs come in whole replicas and are paid for every hour. Two shares that are easily confused
    stay apart: peak_to_mean says how uneven demand is, allowed_load_share how near to saturation a full hour may come;
    the measured throughput holds neither. A reserved price goes where the on-demand price does.

    Limits: little demand costs the minimum replicas and the staff; much demand costs :math:`p R / (v a)` a token.
    Not included: switching GPUs off at night, interruptions, the memory that a prefix cache takes, work put off to
    quiet hours, storage and traffic (a billion tokens is some 4 GB).
    Source: https://www.digitalapplied.com/blog/self-host-frontier-models-tco-analysis-2026

    >>> month = rented_service(
    ...     tokens_per_month=10e9, input_share=0.75, cacheable_share=0, cache_hit_rate=0, peak_to_mean=3,
    ...     total_throughput=4000, throughput_input_share=0.75, output_token_time_ratio=2,
    ...     allowed_load_share=0.75, gpus_per_replica=2, minimum_replicas=1, gpu_hour_price=2.5, hours_per_month=730,
    ...     staff_need=0.5, staffing="shared", loaded_salary=240_000)
    >>> {name: round(value) for name, value in month.lines.items()}
    {'gpus': 7300, 'staff': 10000}
    """
    rate = demand(tokens_per_month, hours_per_month, peak_to_mean)
    measured = total_throughput
    cached = cacheable_share * cache_hit_rate
    throughput = at_mix(measured, throughput_input_share, input_share, cached, output_token_time_ratio)
    each = replica_rate(throughput, gpus_per_replica, allowed_load_share)
    replicas = replicas_for(rate.peak, each, minimum_replicas)
    gpus = replicas * gpus_per_replica
    rent = convert(gpus * gpu_hour_price * hours_per_month, "GPU*USD/GPU_hour*hour/month", "USD/month")
    team = engineers(staff_need, staffing)
    staff = convert(team * loaded_salary, "USD/year", "USD/month")
    return Result(
        "USD/month",
        {"gpus": rent, "staff": staff},
        notes=lambda: {
            "replicas": (replicas, "replica"),
            **fleet_notes(
                rent + staff,
                tokens_per_month,
                hours_per_month,
                rate.mean,
                gpus,
                throughput,
                allowed_load_share,
            ),
            "engineers": (team, "FTE"),
        },
        warnings=lambda: scaling_warnings(throughput, measured),
    )
