"""What an hour of an owned GPU costs without the people who run it."""

from __future__ import annotations

from typing import Any, NamedTuple

from rackmath.models._numbers import tagged
from rackmath.models.ownership._annuity import annuity, net_of_resale
from rackmath.units import convert, number


class HardwareHour(NamedTuple):
    """A GPU-hour by what it is paid for, and what it rests on."""

    lines: dict[str, Any]
    """USD/GPU_hour."""
    purchase_price: Any
    """USD/GPU, network included."""
    rated_power: Any
    """W_server/GPU."""
    under_repair: Any
    """Servers that stand in for those under repair, as a share of all."""


def hardware_hour(
    *,
    server_price: Any,
    gpus_per_server: Any,
    network_cost_share: Any,
    useful_life: Any,
    residual_share: Any,
    resale_cost_share: Any,
    cost_of_capital: Any,
    chip_power: Any,
    server_overhead_power: Any,
    network_and_storage_power: Any,
    mean_load_of_nameplate: Any,
    pue: Any,
    electricity_price: Any,
    colocation_price: Any,
    maintenance_share: Any,
    gpu_failure_rate: Any,
    repair_time: Any,
) -> HardwareHour:
    """Return a GPU-hour by what it is paid for; the arguments are those of ``ownership.cluster_gpu_hour``."""
    unit, yearly = "USD/GPU_hour", "USD/GPU/year"
    factor, later = annuity(cost_of_capital, useful_life)
    price = server_price / gpus_per_server
    servers = net_of_resale(price, residual_share, resale_cost_share, later) * factor
    under_repair = tagged(
        number(gpus_per_server, "GPU/server")
        * number(gpu_failure_rate, "1/year")
        * number(convert(repair_time, "day", "year"), "year"),
        "",
        repair_time,
    )
    network = price * network_cost_share
    # What the chip draws, the server's supply delivers: its losses are in the overhead.
    rated = chip_power * tagged(1.0, "W_server/W_chip", chip_power) + server_overhead_power + network_and_storage_power
    drawn = rated * mean_load_of_nameplate * pue
    lines = {
        "servers": convert(servers, yearly, unit),
        "network": convert(network * factor, yearly, unit),
        "spares": convert(servers * under_repair, yearly, unit),
        "electricity": convert(
            drawn * electricity_price, "W_server/GPU*W_facility/W_server*USD/kWh_facility", "USD/GPU_hour"
        ),
        "colocation": convert(rated * colocation_price, "W_server/GPU*USD/kW_server/month", unit),
        "maintenance": convert((price + network) * maintenance_share, yearly, unit),
    }
    return HardwareHour(lines, price + network, rated, under_repair)
