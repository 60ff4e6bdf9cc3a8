"""In how many days hardware pays for itself out of the API bill that it replaces."""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np

from rackmath.kernel import Param, Real, Result, model
from rackmath.models._numbers import ratio_or_never, some, tagged
from rackmath.models._terms import (
    AllowedLoadShare,
    ApiPrice,
    GpusPerServer,
    LoadedSalary,
    PeakToMean,
    ServerPrice,
    StaffNeed,
    TotalThroughput,
)
from rackmath.units import convert, number


@model(
    "ownership.hardware_payback",
    method="A10.9",
    title="Days until hardware has paid for itself",
    question="In how many days has a server paid for itself out of the API bill that it replaces?",
    unit="day",
    sources=("https://arxiv.org/html/2601.09527v1",),
    infinite="it never pays back: a token costs as much in electricity as at the API, or nothing is served",
    increasing_in=("server_price", "electricity_per_mtok"),
    decreasing_in=("api_price", "tokens_per_day", "total_throughput"),
)
def hardware_payback(
    *,
    server_price: ServerPrice,
    tokens_per_day: Annotated[
        Real,
        Param(
            "Mtok/day",
            evidence="chat-workload/tokens-per-month",
            minimum=0,
            maximum=1e12,
            help="tokens served in a day, input and output together",
        ),
    ],
    api_price: ApiPrice,
    electricity_per_mtok: Annotated[
        Real,
        Param(
            "USD/Mtok",
            evidence="self-hosted-llm/electricity-per-mtok",
            minimum=0,
            maximum=1e4,
            help="electricity for a million tokens on one's own hardware",
        ),
    ],
    gpus_per_server: GpusPerServer,
    total_throughput: TotalThroughput,
    allowed_load_share: AllowedLoadShare,
    peak_to_mean: PeakToMean,
    staff_need: StaffNeed,
    loaded_salary: LoadedSalary,
) -> Result:
    r"""Return the purchase price over what a day of not calling the API saves.

    .. math:: t = \frac{C}{\min(V, Q)\,(b - e)}, \quad Q = \frac{86400\,g\,v\,a}{R}

    where :math:`C` is server_price, :math:`V` tokens_per_day, :math:`Q` what the server can carry in a day
    (gpus_per_server :math:`g`, total_throughput :math:`v`, allowed_load_share :math:`a`, peak_to_mean
    :math:`R`), :math:`b` api_price and :math:`e` electricity_per_mtok. Demand above :math:`Q` is not served and saves
    nothing. The published formula leaves out the people; the note ``days_with_staff`` takes their daily pay off the
    saving.

    Limits: :math:`b \le e` never pays back; demand beyond capacity changes nothing; free hardware pays back at once.
    Not included: interest, resale, space, maintenance; a price of the API that falls before the day is reached.
    Source: https://arxiv.org/html/2601.09527v1

    >>> found = hardware_payback(
    ...     server_price=3000, tokens_per_day=30, api_price=1.0, electricity_per_mtok=0.04, gpus_per_server=1,
    ...     total_throughput=1000, allowed_load_share=1, peak_to_mean=1, staff_need=0, loaded_salary=0)
    >>> round(found.total, 1)
    104.2
    """
    rate = total_throughput * gpus_per_server * allowed_load_share / peak_to_mean
    capacity = convert(rate, "token/s/server", "Mtok/day/server")
    can, wanted = number(capacity, "Mtok/day/server"), number(tokens_per_day, "Mtok/day")
    served = np.minimum(can, wanted)
    margin = number(api_price, "USD/Mtok") - number(electricity_per_mtok, "USD/Mtok")
    saved = served * np.maximum(margin, 0.0)
    pay = number(convert(staff_need * loaded_salary, "USD/year", "USD/day"), "USD/day")
    price = number(server_price, "USD/server")
    warnings = []
    if some(wanted > can):
        warnings.append("Demand is above what one server can carry: the rest is not served and saves nothing.")
    if some(ratio_or_never(price, saved) > 4 * 365):
        warnings.append("The payback is longer than servers of this kind stay in use.")

    def note(value: Any, unit: str) -> tuple[Any, str]:
        return tagged(value, unit, server_price), unit

    return Result(
        "day",
        {"payback": tagged(ratio_or_never(price, saved), "day", server_price)},
        notes={
            "days_with_staff": note(ratio_or_never(price, saved - pay), "day"),
            "served": note(served, "Mtok/day"),
            "not_served": note(np.maximum(wanted - can, 0.0), "Mtok/day"),
            "capacity": (capacity, "Mtok/day/server"),
            "saved_a_day": note(saved, "USD/day"),
        },
        warnings=warnings,
    )
