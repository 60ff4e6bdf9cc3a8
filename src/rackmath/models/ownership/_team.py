"""What the people cost who run a service and its servers."""

from __future__ import annotations

from typing import Any

from rackmath.models._numbers import whole
from rackmath.units import convert, number


def engineers(work: Any, staffing: str) -> Any:
    """Return the engineers that `work` (FTE) takes.

    Parameters
    ----------
    work
        Full-time equivalents, as the sum of its parts.
    staffing
        ``shared`` leaves it as it is; ``whole`` rounds up, and never below one: a rota with nobody on it is none.
    """
    return whole(work, "FTE", least=1.0) if staffing == "whole" else work


def yearly_pay(
    *,
    servers: Any,
    staff_need: Any,
    monitoring_fte_per_100_servers: Any,
    patching_fte_per_100_servers: Any,
    refresh_fte: Any,
    useful_life: Any,
    loaded_salary: Any,
    staffing: str,
    deploy_hours_per_rack: Any,
    servers_per_rack: Any,
    technician_hour_price: Any,
) -> tuple[dict[str, Any], Any]:
    """Return what the people for `servers` cost, by what they do (USD/year), and how many engineers they are (FTE).

    The arguments are those of ``ownership.personnel``, which says what each is.
    """
    hundreds = number(servers, "server") / 100.0
    monitoring = monitoring_fte_per_100_servers * hundreds
    patching = patching_fte_per_100_servers * hundreds
    refresh = refresh_fte / number(useful_life, "year")
    work = staff_need + monitoring + patching + refresh
    team = engineers(work, staffing)
    lines = {
        "service": staff_need * loaded_salary,
        "monitoring": monitoring * loaded_salary,
        "patching": patching * loaded_salary,
        "refresh": refresh * loaded_salary,
        "whole_people": (team - work) * loaded_salary,
        "deployment": servers / servers_per_rack * deploy_hours_per_rack * technician_hour_price / useful_life,
    }
    return {name: convert(value, "USD/year", "USD/year") for name, value in lines.items()}, team
