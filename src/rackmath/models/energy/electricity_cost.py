"""What a GPU's electricity costs in a month."""

from __future__ import annotations

from typing import Annotated

from rackmath.kernel import Param, Real, Result, model
from rackmath.models._terms import ElectricityPrice, HoursPerMonth, MeanLoadOfNameplate, Pue
from rackmath.units import convert, number


@model(
    "energy.electricity_cost",
    method="A05.4",
    title="Electricity per GPU",
    question="What does the electricity of one GPU cost in a month?",
    unit="USD/GPU/month",
    sources=("https://www.sitepoint.com/self-hosted-llm-costs-2026/",),
    increasing_in=("power_per_gpu", "mean_load_of_nameplate", "pue", "electricity_price", "hours_per_month"),
)
def electricity_cost(
    *,
    power_per_gpu: Annotated[
        Real,
        Param(
            "W_server/GPU",
            evidence="h100-8gpu-server/nameplate-power-per-gpu",
            minimum=0,
            maximum=1e5,
            help="nameplate power per GPU at the server, with its part of processors, fans and network",
        ),
    ],
    mean_load_of_nameplate: MeanLoadOfNameplate,
    pue: Pue,
    electricity_price: ElectricityPrice,
    hours_per_month: HoursPerMonth,
    gpus: Annotated[
        Real,
        Param(
            "GPU",
            assumption="8 GPU",
            because="one server of eight; the total is per GPU and does not depend on it",
            minimum=0,
            maximum=1e8,
            help="GPUs to tell the whole bill for, in the note all_gpus",
        ),
    ],
) -> Result:
    r"""Multiply a GPU's mean power by the month's hours, the facility's overhead and the price of electricity.

    .. math:: c = P\,\ell\,h\,p + P\,\ell\,h\,(\mathrm{PUE}-1)\,p

    where :math:`P` is power_per_gpu, :math:`\ell` mean_load_of_nameplate, :math:`h` hours_per_month and :math:`p`
    electricity_price. The first line is what the server draws, the second what cooling and distribution add. The total
    is for one GPU; the bill of several is in the note ``all_gpus``.

    Limits: PUE → 1 leaves the server's line alone; a month of 720 hours instead of 730 costs 1.4 % less.
    Not included: demand charges, tariffs that change with the hour, hours in which the machine is switched off.
    Source: https://www.sitepoint.com/self-hosted-llm-costs-2026/

    >>> cost = electricity_cost(power_per_gpu=500, mean_load_of_nameplate=1, pue=1, electricity_price=0.13,
    ...                         hours_per_month=720, gpus=1)
    >>> round(cost.total, 2)
    46.8
    """
    server_energy = convert(
        power_per_gpu * mean_load_of_nameplate * hours_per_month, "W_server/GPU*hour/month", "kWh_server/GPU/month"
    )
    facility_energy = convert(server_energy * pue, "kWh_server/GPU/month*W_facility/W_server", "kWh_facility/GPU/month")
    total = facility_energy * electricity_price
    server = total / number(pue, "W_facility/W_server")
    return Result(
        "USD/GPU/month",
        {"server": server, "facility_overhead": total - server},
        notes=lambda: {
            "energy_at_facility": (facility_energy, "kWh_facility/GPU/month"),
            "all_gpus": (total * gpus, "USD/month"),
            "per_gpu_hour": (
                convert(total / hours_per_month, "USD/GPU/month/(hour/month)", "USD/GPU_hour"),
                "USD/GPU_hour",
            ),
        },
    )
