"""A month of a model service on servers of one's own."""

from __future__ import annotations

from typing import Any

from rackmath.kernel import Result, model
from rackmath.models._terms import (
    AllowedLoadShare,
    CacheableShare,
    CacheHitRate,
    ChipPower,
    ColocationPrice,
    CostOfCapital,
    DeployHoursPerRack,
    ElectricityPrice,
    GpuFailureRate,
    GpusPerReplica,
    GpusPerServer,
    HoursPerMonth,
    InputShare,
    LoadedSalary,
    MaintenanceShare,
    MeanLoadOfNameplate,
    MinimumReplicas,
    MonitoringFte,
    NetworkCostShare,
    NetworkPower,
    OutputTokenTimeRatio,
    OverheadPower,
    PatchingFte,
    PeakToMean,
    Pue,
    RefreshFte,
    RepairTime,
    ResaleCostShare,
    ResidualShare,
    ServerPrice,
    ServersPerRack,
    Staffing,
    StaffNeed,
    TechnicianHourPrice,
    ThroughputInputShare,
    TokensPerMonth,
    TotalThroughput,
    UsefulLife,
)
from rackmath.models.ownership._hardware import hardware_hour
from rackmath.models.ownership._sizing import (
    at_mix,
    demand,
    fleet_notes,
    replica_rate,
    replicas_for,
    scaling_warnings,
    servers_for,
)
from rackmath.models.ownership._team import yearly_pay
from rackmath.units import convert


@model(
    "ownership.owned_service",
    method="A10.4",
    title="Model service on owned servers",
    question="What does a month of this workload cost on servers that one buys and runs oneself?",
    unit="USD/month",
    sources=(
        "https://www.amcompute.com/blog/tco-own-vs-rent-gpu-clusters",
        "https://www.digitalapplied.com/blog/self-host-frontier-models-tco-analysis-2026",
    ),
    infinite="the monthly cost never is; the cost per million tokens is, when no token is served",
    increasing_in=(
        "tokens_per_month",
        "peak_to_mean",
        "server_price",
        "cost_of_capital",
        "electricity_price",
        "pue",
        "colocation_price",
        "maintenance_share",
        "staff_need",
        "loaded_salary",
    ),
    decreasing_in=("total_throughput", "allowed_load_share", "residual_share"),
)
def owned_service(
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
    server_price: ServerPrice,
    gpus_per_server: GpusPerServer,
    network_cost_share: NetworkCostShare,
    useful_life: UsefulLife,
    residual_share: ResidualShare,
    resale_cost_share: ResaleCostShare,
    cost_of_capital: CostOfCapital,
    chip_power: ChipPower,
    server_overhead_power: OverheadPower,
    network_and_storage_power: NetworkPower,
    mean_load_of_nameplate: MeanLoadOfNameplate,
    pue: Pue,
    electricity_price: ElectricityPrice,
    colocation_price: ColocationPrice,
    maintenance_share: MaintenanceShare,
    gpu_failure_rate: GpuFailureRate,
    repair_time: RepairTime,
    hours_per_month: HoursPerMonth,
    staff_need: StaffNeed,
    staffing: Staffing,
    loaded_salary: LoadedSalary,
    monitoring_fte_per_100_servers: MonitoringFte,
    patching_fte_per_100_servers: PatchingFte,
    refresh_fte: RefreshFte,
    deploy_hours_per_rack: DeployHoursPerRack,
    servers_per_rack: ServersPerRack,
    technician_hour_price: TechnicianHourPrice,
) -> Result:
    r"""Return the monthly cost of enough owned servers for the peak hour, and of those who run them.

    .. math:: B = G\,H\,c_\text{GPU-hour} + \frac{c_\text{staff}(M)}{12}, \quad
        M = \Bigl\lceil N \Big/ \Bigl\lfloor \frac{g_s}{g} \Bigr\rfloor \Bigr\rceil, \quad
        N = \max\Bigl(\Bigl\lceil \frac{T}{H}\,\frac{R}{v\,a\,g} \Bigr\rceil, N_0\Bigr), \quad G = M g_s

    where :math:`T` is tokens_per_month (input and output), :math:`H` hours_per_month, :math:`R` peak_to_mean, :math:`v`
    the throughput of a GPU at this mix of tokens (see rented_service), :math:`a` allowed_load_share, :math:`g`
    gpus_per_replica, :math:`g_s` gpus_per_server, :math:`N_0` minimum_replicas, :math:`N` replicas, :math:`M` whole
    servers (a replica larger than a server takes whole servers), :math:`c_\text{GPU-hour}` the lines of
    ``ownership.cluster_gpu_hour`` without staff and :math:`c_\text{staff}` the pay of ``ownership.personnel``. Every
    GPU of a server is paid for, whether a replica runs on it or not, and every hour, whatever the load.

    Limits: little demand costs one server and the staff; much demand costs the GPU-hour over :math:`v a / R` a token.
    Not included: tax, insurance, the months between paying and serving, resale earlier than useful_life.
    Source: https://www.amcompute.com/blog/tco-own-vs-rent-gpu-clusters

    >>> month = owned_service(
    ...     tokens_per_month=10e9, input_share=0.75, cacheable_share=0, cache_hit_rate=0, peak_to_mean=3,
    ...     total_throughput=4000, throughput_input_share=0.75, output_token_time_ratio=2,
    ...     allowed_load_share=0.75, gpus_per_replica=2, minimum_replicas=1, server_price=280_000, gpus_per_server=8,
    ...     network_cost_share=0.1, useful_life=4, residual_share=0.2, resale_cost_share=0.1, cost_of_capital=0.1,
    ...     chip_power=700, server_overhead_power=575, network_and_storage_power=114, mean_load_of_nameplate=0.7,
    ...     pue=1.3, electricity_price=0.08, colocation_price=180, maintenance_share=0.04, gpu_failure_rate=0.09,
    ...     repair_time=10, hours_per_month=730, staff_need=0.5, staffing="shared", loaded_salary=240_000,
    ...     monitoring_fte_per_100_servers=0.2, patching_fte_per_100_servers=0.1, refresh_fte=0.1,
    ...     deploy_hours_per_rack=60, servers_per_rack=4, technician_hour_price=80)
    >>> {name: round(float(value)) for name, value in month.lines.items()}  # doctest: +NORMALIZE_WHITESPACE
    {'servers': 6456, 'network': 736, 'spares': 127, 'electricity': 591, 'colocation': 2000, 'maintenance': 1027,
     'staff': 10585}
    """
    rate = demand(tokens_per_month, hours_per_month, peak_to_mean)
    measured = total_throughput
    cached = cacheable_share * cache_hit_rate
    throughput = at_mix(measured, throughput_input_share, input_share, cached, output_token_time_ratio)
    each = replica_rate(throughput, gpus_per_replica, allowed_load_share)
    replicas = replicas_for(rate.peak, each, minimum_replicas)
    servers = servers_for(replicas, gpus_per_replica, gpus_per_server)
    gpus = servers * gpus_per_server
    hour = hardware_hour(
        server_price=server_price,
        gpus_per_server=gpus_per_server,
        network_cost_share=network_cost_share,
        useful_life=useful_life,
        residual_share=residual_share,
        resale_cost_share=resale_cost_share,
        cost_of_capital=cost_of_capital,
        chip_power=chip_power,
        server_overhead_power=server_overhead_power,
        network_and_storage_power=network_and_storage_power,
        mean_load_of_nameplate=mean_load_of_nameplate,
        pue=pue,
        electricity_price=electricity_price,
        colocation_price=colocation_price,
        maintenance_share=maintenance_share,
        gpu_failure_rate=gpu_failure_rate,
        repair_time=repair_time,
    )
    pay, team = yearly_pay(
        servers=servers,
        staff_need=staff_need,
        monitoring_fte_per_100_servers=monitoring_fte_per_100_servers,
        patching_fte_per_100_servers=patching_fte_per_100_servers,
        refresh_fte=refresh_fte,
        useful_life=useful_life,
        loaded_salary=loaded_salary,
        staffing=staffing,
        deploy_hours_per_rack=deploy_hours_per_rack,
        servers_per_rack=servers_per_rack,
        technician_hour_price=technician_hour_price,
    )
    paid_hours = gpus * hours_per_month
    lines = {
        name: convert(paid_hours * value, "GPU*hour/month*USD/GPU_hour", "USD/month")
        for name, value in hour.lines.items()
    }
    lines["staff"] = convert(sum(pay.values()), "USD/year", "USD/month")

    def notes() -> dict[str, tuple[Any, str]]:
        drawn = gpus * hour.rated_power * mean_load_of_nameplate
        at_the_meter = convert(drawn * pue, "W_server*W_facility/W_server", "kW_facility")
        return {
            "servers": (servers, "server"),
            "replicas": (replicas, "replica"),
            **fleet_notes(
                sum(lines.values()),
                tokens_per_month,
                hours_per_month,
                rate.mean,
                gpus,
                throughput,
                allowed_load_share,
            ),
            "gpu_hour_cost_without_staff": (sum(hour.lines.values()), "USD/GPU_hour"),
            "purchase_price": (gpus * hour.purchase_price, "USD"),
            "power_at_the_meter": (at_the_meter, "kW_facility"),
            "engineers": (team, "FTE"),
        }

    return Result("USD/month", lines, notes=notes, warnings=lambda: scaling_warnings(throughput, measured))
