"""What a better PUE is worth in a year."""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np

from rackmath.kernel import Choice, Param, Real, Result, model
from rackmath.models._numbers import some
from rackmath.models._terms import ElectricityPrice, HoursPerYear, MeanLoadOfNameplate, Pue
from rackmath.units import convert, number

ChangeKind = Annotated[
    str,
    Choice(
        "absolute",
        "relative",
        assumption="absolute",
        because="PUE is compared in points: from 1.10 to 1.09 is a change of 0.01",
        help="whether the reduction is in points of PUE (absolute) or a share of the PUE before (relative)",
    ),
]


@model(
    "energy.pue_change_value",
    method="A05.2",
    title="Value of a PUE change",
    question="What is a better PUE worth in a year?",
    unit="USD/year",
    sources=("https://digitalpower.huawei.com/en/blogs/data-center-power-usage",),
    increasing_in=("pue_reduction",),
)
def pue_change_value(
    *,
    it_power: Annotated[
        Real,
        Param(
            "kW_server",
            assumption="1000 kW_server",
            because="a megawatt of IT, so that the answer scales to any site; enter your own",
            minimum=0,
            maximum=1e8,
            help="nameplate power of the IT equipment, at its own meter (a site's power is divided by its PUE first)",
        ),
    ],
    mean_load_of_nameplate: MeanLoadOfNameplate,
    pue_before: Pue,
    pue_reduction: Annotated[
        Real,
        Param(
            "",
            assumption="0.01",
            because="the smallest step in which PUE is reported",
            minimum=-1,
            maximum=1,
            help="how much PUE falls, in points or as a share; negative if it rises",
        ),
    ],
    change_kind: ChangeKind,
    electricity_price: ElectricityPrice,
    hours_per_year: HoursPerYear,
) -> Result:
    r"""Multiply the IT energy of a year by the change in PUE and the price of electricity.

    .. math:: V = P_{IT}\,\ell\,h\,\Delta\,p, \qquad
       \Delta = \min(\delta\;\text{or}\;\delta\,\mathrm{PUE}_0,\; \mathrm{PUE}_0 - 1)

    where :math:`P_{IT}` is it_power, :math:`\ell` mean_load_of_nameplate, :math:`h` hours_per_year, :math:`p`
    electricity_price, :math:`\mathrm{PUE}_0` pue_before and :math:`\delta` pue_reduction, taken as points or as a
    share. "One per cent" is 0.01 either way and differs by the factor PUE, which the note
    ``value_read_the_other_way`` tells.

    Limits: no change is worth nothing; at most the whole overhead, PUE - 1, can be saved.
    Not included: what the change costs to build, demand charges, a smaller connection, water.
    Source: https://digitalpower.huawei.com/en/blogs/data-center-power-usage

    >>> value = pue_change_value(it_power=100e3, mean_load_of_nameplate=1, pue_before=1.1, pue_reduction=0.01,
    ...                          change_kind="absolute", electricity_price=0.1, hours_per_year=8760)
    >>> round(value.total), round(value.notes["value_read_the_other_way"].value)
    (876000, 963600)
    """
    before = number(pue_before, "W_facility/W_server")
    absolute, relative = pue_reduction / before, pue_reduction
    asked, other = (absolute, relative) if change_kind == "absolute" else (relative, absolute)
    overhead = 1 - 1 / before
    it_energy = convert(it_power * mean_load_of_nameplate * hours_per_year, "kW_server*hour/year", "kWh_server/year")

    def saved(share: Any) -> Any:
        energy = it_energy * pue_before * np.minimum(number(share, ""), overhead)
        return convert(energy, "kWh_server/year*W_facility/W_server", "kWh_facility/year")

    energy = saved(asked)
    value = energy * electricity_price
    warnings = []
    if some(number(asked, "") > overhead):
        warnings.append("PUE cannot fall below 1: only the whole overhead is counted as saved.")
    return Result(
        "USD/year",
        {"value": value},
        notes={
            "energy_saved": (energy, "kWh_facility/year"),
            "pue_after": (pue_before * (1 - np.minimum(number(asked, ""), overhead)), "W_facility/W_server"),
            "value_read_the_other_way": (saved(other) * electricity_price, "USD/year"),
            # if the power that was entered is really the whole site's, less of it reaches the IT equipment
            "value_if_power_is_the_sites": (value / before, "USD/year"),
        },
        warnings=warnings,
    )
