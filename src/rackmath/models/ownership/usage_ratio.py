"""Own or rent by the hour: the share of the day from which an owned server is the cheaper one."""

from __future__ import annotations

from typing import Annotated

import numpy as np

from rackmath.kernel import Param, Real, Result, model
from rackmath.models._numbers import ratio_or_never, some, tagged
from rackmath.models._terms import (
    CloudServerHourPrice,
    ElectricityPrice,
    MaintenanceShare,
    Pue,
    ServerPrice,
    UsefulLife,
)
from rackmath.units import convert, number


@model(
    "ownership.usage_ratio",
    method="A10.1",
    title="Usage ratio: owned against cloud server",
    question="How much of the day must a server be used before owning it is cheaper than renting it by the hour?",
    unit="",
    sources=("https://lenovopress.lenovo.com/lp2225.pdf",),
    infinite="owning never becomes cheaper: even used 24 hours a day the server costs more than the cloud",
    increasing_in=("server_price", "maintenance_share", "active_power", "idle_power"),
    decreasing_in=("cloud_server_hour_price", "useful_life"),
)
def usage_ratio(
    *,
    server_price: ServerPrice,
    cloud_server_hour_price: CloudServerHourPrice,
    useful_life: UsefulLife,
    maintenance_share: MaintenanceShare,
    active_power: Annotated[
        Real,
        Param(
            "W_server/server",
            evidence="h100-8gpu-server/active-power",
            minimum=0,
            maximum=1e6,
            help="mean power of the server at the plug while it works",
        ),
    ],
    idle_power: Annotated[
        Real,
        Param(
            "W_server/server",
            evidence="h100-8gpu-server/idle-power",
            minimum=0,
            maximum=1e6,
            help="mean power of the server at the plug while it waits (0 if it is switched off)",
        ),
    ],
    pue: Pue,
    electricity_price: ElectricityPrice,
) -> Result:
    r"""Return the share of all hours in use from which an owned server costs less than a rented one.

    .. math:: u^* = \frac{C\,(1 + m n) + n H P_0 \phi e}{n H\,\bigl(c - (P_1 - P_0)\,\phi e\bigr)}

    where :math:`C` is server_price, :math:`m` maintenance_share, :math:`n` useful_life, :math:`H` 8,760 hours,
    :math:`P_1` and :math:`P_0` active and idle power, :math:`\phi` PUE, :math:`e` electricity_price and :math:`c`
    cloud_server_hour_price. The cloud is paid for the hours used; the owner pays the price, the maintenance and the
    idle power whatever the use, and the power above idle for the hours used. The note ``usage_ratio`` is the simpler
    form of the source, in which the server always draws its active power: cost of owning over cost of renting, both for
    24 hours a day.

    Limits: power that does not follow use (:math:`P_0 = P_1`) makes :math:`u^*` the usage ratio itself; free
    electricity and no maintenance make it :math:`C / (n H c)`. Above 1 it is infinite: there is no 25th hour.
    Not included: interest, resale, staff, data-centre space, network (see residual_break_even and cluster_gpu_hour).
    Source: the usage ratio of Lenovo Press LP2225, with power that follows use.

    >>> found = usage_ratio(server_price=833_806, cloud_server_hour_price=98.32, useful_life=5, maintenance_share=0,
    ...                     active_power=5800, idle_power=0, pue=1.0, electricity_price=0.15)
    >>> round(found.total, 4)
    0.1953
    """
    energy_price = pue * electricity_price
    active = convert(active_power * energy_price, "W_facility/server*USD/kWh_facility", "USD/server_hour")
    idle = convert(idle_power * energy_price, "W_facility/server*USD/kWh_facility", "USD/server_hour")
    capital = convert(server_price / useful_life, "USD/server/year", "USD/server_hour")
    upkeep = convert(server_price * maintenance_share, "USD/server/year", "USD/server_hour")
    fixed = capital + upkeep + idle
    gain = cloud_server_hour_price - np.maximum(active - idle, 0 * active)
    unit = "USD/server_hour"
    share = ratio_or_never(number(fixed, unit), number(gain, unit), limit=1.0)
    ratio = ratio_or_never(number(capital + upkeep + active, unit), number(cloud_server_hour_price, unit))
    warnings = []
    if some(idle_power > active_power):
        warnings.append("The idle power is above the active power; check which is which.")
    return Result(
        "",
        {"break_even_use": tagged(share, "", pue)},
        notes={
            "break_even_hours_a_day": (tagged(share * 24.0, "hour/day", pue), "hour/day"),
            "usage_ratio": (tagged(ratio, "", pue), ""),
            "owned_cost_at_full_use": (capital + upkeep + active, unit),
            "owned_cost_unused": (fixed, unit),
        },
        warnings=warnings,
    )
