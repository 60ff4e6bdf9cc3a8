"""What an hour of a GPU in one's own cluster costs."""

from __future__ import annotations

from typing import Annotated

from rackmath.kernel import Param, Real, Result, model
from rackmath.models._terms import (
    ChipPower,
    ColocationPrice,
    CostOfCapital,
    ElectricityPrice,
    GpuFailureRate,
    GpusPerServer,
    LoadedHoursShare,
    LoadedSalary,
    MaintenanceShare,
    MeanLoadOfNameplate,
    NetworkCostShare,
    NetworkPower,
    OverheadPower,
    Pue,
    RepairTime,
    ResaleCostShare,
    ResidualShare,
    ServerPrice,
    StaffNeed,
    UsefulLife,
)
from rackmath.models.ownership._hardware import hardware_hour
from rackmath.units import convert


@model(
    "ownership.cluster_gpu_hour",
    method="A10.4",
    title="Cost of a GPU-hour in one's own cluster",
    question="What does an hour of a GPU cost when one buys, houses, powers and staffs the cluster oneself?",
    unit="USD/GPU_hour",
    sources=("https://www.amcompute.com/blog/tco-own-vs-rent-gpu-clusters",),
    increasing_in=(
        "server_price",
        "network_cost_share",
        "resale_cost_share",
        "cost_of_capital",
        "electricity_price",
        "pue",
        "colocation_price",
        "maintenance_share",
        "gpu_failure_rate",
        "repair_time",
        "loaded_salary",
    ),
    decreasing_in=("residual_share", "cluster_gpus"),
)
def cluster_gpu_hour(
    *,
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
    cluster_gpus: Annotated[
        Real,
        Param(
            "GPU",
            assumption="256 GPU",
            because="the size of the published example; the staff is spread over all of them",
            minimum=1,
            maximum=1e7,
            help="GPUs in the cluster",
        ),
    ],
    staff_need: StaffNeed,
    loaded_salary: LoadedSalary,
    loaded_hours_share: LoadedHoursShare,
) -> Result:
    r"""Return what a GPU-hour of an owned cluster costs, counted over all hours that exist.

    .. math::
        c = \frac{1}{H}\Bigl[\frac{C}{g}\bigl((1 - \rho(1 - s)(1 + r)^{-n})(1 + \sigma) + \beta\bigr) k
        + \frac{C}{g}(1 + \beta) m + P\,\ell\,\phi\,e\,H + 12\,P\,q + \frac{F S}{G}\Bigr],
        \quad k = \frac{r}{1 - (1 + r)^{-n}}

    where :math:`H` is 8,760 hours, :math:`C` server_price, :math:`g` gpus_per_server, :math:`\rho` residual_share,
    :math:`s` resale_cost_share, :math:`r` cost_of_capital, :math:`n` useful_life, :math:`\beta` network_cost_share
    (worth nothing in the end), :math:`\sigma = g \lambda \tau` the servers that stand in for those under repair
    (:math:`\lambda` gpu_failure_rate, :math:`\tau` repair_time: one failed GPU takes its whole server out, and the
    stand-in is sold like the rest), :math:`m` maintenance_share, :math:`P` rated power for each GPU (chip_power,
    overhead and network), :math:`\ell` mean_load_of_nameplate, :math:`\phi` PUE, :math:`e` electricity_price, :math:`q`
    colocation_price, :math:`F` staff_need, :math:`S` loaded_salary and :math:`G` cluster_gpus. Space is rented for the
    rated power, electricity is paid for what is drawn. The note ``cost_per_useful_gpu_hour`` divides by
    loaded_hours_share; do so only with a throughput that was measured at saturation.

    Limits: :math:`r \to 0` leaves :math:`k = 1/n`; an idle cluster still costs all but the electricity of its load.
    Not included: tax, insurance, software, the months between paying and serving.
    Source: https://www.amcompute.com/blog/tco-own-vs-rent-gpu-clusters

    >>> hour = cluster_gpu_hour(
    ...     server_price=280_000, gpus_per_server=8, network_cost_share=0.1, useful_life=4, residual_share=0.2,
    ...     resale_cost_share=0.1, cost_of_capital=0.1, chip_power=700, server_overhead_power=575,
    ...     network_and_storage_power=114, mean_load_of_nameplate=0.7, pue=1.3, electricity_price=0.08,
    ...     colocation_price=180, maintenance_share=0.04, gpu_failure_rate=0.09, repair_time=10, cluster_gpus=256,
    ...     staff_need=2, loaded_salary=220_000, loaded_hours_share=0.5)
    >>> round(float(hour.total), 3)
    2.069
    """
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
    staff = convert(staff_need * loaded_salary / cluster_gpus, "USD/GPU/year", "USD/GPU_hour")
    lines = {**hour.lines, "staff": staff}
    return Result(
        "USD/GPU_hour",
        lines,
        notes=lambda: {
            "cost_per_useful_gpu_hour": (sum(lines.values()) / loaded_hours_share, "USD/GPU_hour"),
            "purchase_price_per_gpu": (hour.purchase_price, "USD/GPU"),
            "rated_power_per_gpu": (hour.rated_power, "W_server/GPU"),
            "power_at_the_meter_per_gpu": (hour.rated_power * mean_load_of_nameplate * pue, "W_facility/GPU"),
            "servers_under_repair": (hour.under_repair, ""),
        },
    )
