"""Power usage effectiveness from metered energy."""

from __future__ import annotations

from typing import Annotated

import numpy as np

from rackmath.errors import RackmathError
from rackmath.kernel import Choice, Path, Real, Result, Series, model
from rackmath.models._numbers import some
from rackmath.units import convert, number

ItMeter = Annotated[
    str,
    Choice(
        "it-equipment",
        "rack-pdu",
        "ups-output",
        assumption="it-equipment",
        because="the definition measures IT energy where it enters the equipment",
        help="where IT energy is metered; further upstream, losses of distribution are counted as IT",
    ),
]
Scope = Annotated[
    str,
    Choice(
        "whole-facility",
        "zone",
        assumption="whole-facility",
        because="PUE is defined for a whole facility; a zone's or one UPS's is a partial PUE",
        help="what the facility's meter covers",
    ),
]
ComparedWith = Annotated[
    str,
    Choice(
        "own-past",
        "other-sites",
        assumption="own-past",
        because="PUE was made to follow one site over time",
        help="what the ratio will be held against",
    ),
]


@model(
    "energy.pue",
    method="A05.1",
    title="Power usage effectiveness (PUE)",
    question="How much energy does the facility take for each unit that reaches the IT equipment?",
    unit="W_facility/W_server",
    sources=(
        "https://www.techtarget.com/searchdatacenter/definition/power-usage-effectiveness-PUE",
        "https://cove.inc/blog/what-is-power-usage-effectiveness-pue-data-center-efficiency/",
    ),
)
def pue(
    *,
    facility_energy: Annotated[
        Real,
        Series(
            "kWh_facility",
            assumption="905 815 890 860 900 910 965 955 890 880 850 890 MWh_facility",
            because="an example to try the model with (1 MW of IT, PUE near 1.2); enter the meter's readings",
            minimum=0.001,
            maximum=1e12,
            axis="month",
            help="energy at the facility's meter in each month",
        ),
    ],
    it_energy: Annotated[
        Real,
        Series(
            "kWh_server",
            assumption="744 672 744 720 744 720 744 744 720 744 720 744 MWh_server",
            because="an example to try the model with (1 MW of IT all year); enter the meter's readings",
            minimum=0.001,
            maximum=1e12,
            axis="month",
            help="energy that reached the IT equipment in each month",
        ),
    ],
    it_meter: ItMeter,
    scope: Scope,
    compared_with: ComparedWith,
) -> Result:
    r"""Divide a year's energy at the facility's meter by the energy that reached the IT equipment.

    .. math:: \mathrm{PUE} = \frac{\sum_t E_{facility,t}}{\sum_t E_{IT,t}}, \qquad \mathrm{DCiE} = 1/\mathrm{PUE}

    where :math:`E_{facility,t}` is facility_energy and :math:`E_{IT,t}` it_energy of month :math:`t`. Sums are divided,
    not ratios averaged: a month of little load would count as much as a full one. The overhead is PUE - 1 of the IT
    energy and (PUE - 1)/PUE of the facility's.

    Limits: 1 where all energy reaches the IT equipment; below 1 one of the meters is wrong, and the model refuses.
    Not included: how well the IT equipment uses its energy (its fans and power supplies count as IT), water, carbon.
    Source: https://www.techtarget.com/searchdatacenter/definition/power-usage-effectiveness-PUE

    >>> year = pue(facility_energy=np.full(12, 876e3), it_energy=np.full(12, 730e3), it_meter="it-equipment",
    ...            scope="whole-facility", compared_with="own-past")
    >>> round(float(year.total), 3), round(float(year.notes["dcie"].value), 3), year.warnings
    (1.2, 0.833, ())
    """
    if np.shape(facility_energy)[-1:] != np.shape(it_energy)[-1:]:
        raise RackmathError("it_energy: give as many months as facility_energy has")
    by_month = convert(facility_energy / it_energy, "kWh_facility/kWh_server", "W_facility/W_server")
    total = convert(
        np.sum(facility_energy, axis=-1) / np.sum(it_energy, axis=-1),
        "kWh_facility/kWh_server",
        "W_facility/W_server",
    )
    plain = number(total, "W_facility/W_server")
    if np.all(plain < 1):
        raise RackmathError(
            "it_energy: more energy reached the IT equipment than entered the facility, which cannot be; check what "
            "each meter covers and that both are in the same unit"
        )
    months = np.shape(facility_energy)[-1]
    warnings = _warnings(months, it_meter, scope, compared_with)
    if some(plain < 1):
        warnings.append("In some draws the ratio is below 1, which cannot be: the meters' errors overlap.")
    elif some(number(by_month, "W_facility/W_server") < 1):
        warnings.append(
            "In a month the ratio is below 1, which cannot be: check that both meters were read on one day."
        )
    return Result(
        "W_facility/W_server",
        {"pue": total},
        notes={
            "dcie": (1 / total, "W_server/W_facility"),
            "overhead_of_it_energy": (plain - 1, ""),
            "overhead_of_facility_energy": (1 - 1 / plain, ""),
            "mean_of_monthly_ratios": (np.mean(by_month, axis=-1), "W_facility/W_server"),
        },
        warnings=warnings,
        paths={"pue_by_month": Path(by_month, "W_facility/W_server", "month")},
    )


def _warnings(months: int, it_meter: str, scope: str, compared_with: str) -> list[str]:
    found = []
    if months < 12:
        found.append(f"{months} months do not make a year: PUE moves with the season, so this is not yet a PUE.")
    elif months % 12:
        found.append(f"{months} months are not whole years: some seasons count more often than others.")
    if it_meter != "it-equipment":
        found.append(
            "IT energy is metered upstream of the equipment: losses after the meter count as IT, and PUE looks better."
        )
    if scope == "zone":
        found.append("This is a partial PUE of a zone; it is not comparable with a facility's.")
    if compared_with == "other-sites":
        found.append(
            "Sites differ in climate, load and what their meters cover: compare PUE between sites only with all three "
            "beside it."
        )
    return found
