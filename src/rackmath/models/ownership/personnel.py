"""The people who run owned servers, and how far their pay moves the break-even."""

from __future__ import annotations

from typing import Annotated

from rackmath.kernel import Param, Real, Result, model
from rackmath.models._numbers import ratio_or_never, some, tagged
from rackmath.models._terms import (
    CloudServerHourPrice,
    DeployHoursPerRack,
    LoadedSalary,
    MonitoringFte,
    PatchingFte,
    RefreshFte,
    ServersPerRack,
    Staffing,
    StaffNeed,
    TechnicianHourPrice,
    UsefulLife,
)
from rackmath.models.ownership._team import yearly_pay
from rackmath.units import convert, number


@model(
    "ownership.personnel",
    method="A10.5",
    title="Staff for owned servers",
    question="What do the people who run owned servers cost a year, and how far does that move the break-even?",
    unit="USD/year",
    sources=(
        "https://www.digitalapplied.com/blog/self-host-frontier-models-tco-analysis-2026",
        "https://www.sitepoint.com/self-hosted-llm-costs-2026/",
    ),
    infinite="the cost never is; the shift of the break-even is, where the cloud server costs nothing",
    increasing_in=("servers", "loaded_salary", "staff_need", "technician_hour_price"),
    decreasing_in=("useful_life", "servers_per_rack"),
)
def personnel(
    *,
    servers: Annotated[
        Real,
        Param(
            "server",
            assumption="100 server",
            because="the staffing rates are stated for a hundred servers",
            minimum=1,
            maximum=1e7,
            help="servers that are run",
        ),
    ],
    staff_need: StaffNeed,
    monitoring_fte_per_100_servers: MonitoringFte,
    patching_fte_per_100_servers: PatchingFte,
    refresh_fte: RefreshFte,
    useful_life: UsefulLife,
    loaded_salary: LoadedSalary,
    staffing: Staffing,
    deploy_hours_per_rack: DeployHoursPerRack,
    servers_per_rack: ServersPerRack,
    technician_hour_price: TechnicianHourPrice,
    break_even_without_staff: Annotated[
        Real,
        Param(
            "",
            evidence="h100-8gpu-server/break-even-use",
            minimum=0,
            maximum=10,
            help="share of hours in use from which owning wins when nobody is paid to run it",
        ),
    ],
    cloud_server_hour_price: CloudServerHourPrice,
) -> Result:
    r"""Return what the team for a number of owned servers costs in a year.

    .. math:: c = S \Bigl(f_s + \tfrac{N}{100}(f_m + f_p) + \tfrac{f_r}{n} + \rho\Bigr) + \frac{N h w}{k n}

    where :math:`S` is loaded_salary, :math:`f_s` staff_need, :math:`N` servers, :math:`f_m` and :math:`f_p` the
    monitoring and patching engineers for a hundred servers, :math:`f_r` refresh_fte (one year's work, once each
    useful_life :math:`n`), :math:`\rho` what rounding up to whole people adds (nothing when staffing is ``shared``),
    :math:`h` deploy_hours_per_rack, :math:`k` servers_per_rack and :math:`w` technician_hour_price. The break-even
    moves right by :math:`c / (N\,8760\,c_\text{cloud})`: the notes give the shift in percentage points of use and
    relative to the break-even without staff, two readings that are easily confused.

    Limits: no servers' work and no service leave nothing when ``shared``, and one person when ``whole``; a large fleet
    costs the per-server rates alone.
    Not included: hiring, training, management, software licences.
    Source: rates as published for self-hosting teams, see the figures.

    >>> team = personnel(
    ...     servers=100, staff_need=0.5, monitoring_fte_per_100_servers=0.2, patching_fte_per_100_servers=0.1,
    ...     refresh_fte=0.1, useful_life=5, loaded_salary=200_000, staffing="shared", deploy_hours_per_rack=60,
    ...     servers_per_rack=4, technician_hour_price=80, break_even_without_staff=0.5, cloud_server_hour_price=30)
    >>> round(team.total)
    188000
    """
    lines, team = yearly_pay(
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
    per_hour = convert(sum(lines.values()) / servers, "USD/server/year", "USD/server_hour")
    unit = "USD/server_hour"
    points = tagged(ratio_or_never(number(per_hour, unit), number(cloud_server_hour_price, unit)), "", per_hour)
    relative = ratio_or_never(number(points, ""), number(break_even_without_staff, ""))
    after = break_even_without_staff + points
    warnings = []
    if some(after > 1.0):
        warnings.append("With these people owning never breaks even: it would take more than 24 hours of use a day.")
    return Result(
        "USD/year",
        lines,
        notes={
            "engineers": (team, "FTE"),
            "cost_per_server_hour": (per_hour, unit),
            "break_even_with_staff": (after, ""),
            "break_even_shift_in_points": (points, ""),
            "break_even_shift_relative": (tagged(relative, "", per_hour), ""),
        },
        warnings=warnings,
    )
