"""After how many months moving from GPUs to a cloud's own chips has paid, and whether one would have to move back."""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np

from rackmath.kernel import Param, Real, Result, model
from rackmath.models._numbers import ratio_or_never, some, tagged
from rackmath.models._terms import CostOfCapital, LoadedSalary
from rackmath.units import number

WEEKS_A_YEAR = 52.0
NO_TIME = 1e-12
"""Stands for a rate of zero, so that the formula needs no case of its own."""


@model(
    "ownership.silicon_migration",
    method="A10.13",
    title="Moving to custom silicon",
    question="After how many months has moving from GPUs to custom chips paid for itself?",
    unit="month",
    sources=(
        "https://introl.com/blog/aws-trainium-inferentia-silicon-ecosystem-guide-2025",
        "https://www.cloudexpat.com/blog/aws-trainium-vs-google-tpu-v5e/",
        "https://www.medrxiv.org/content/10.64898/2025.12.23.25342933v1.full",
    ),
    infinite="moving never pays: the same work costs no less on the new chips",
    increasing_in=("cost_ratio", "porting_weeks", "loaded_salary"),
    decreasing_in=("gpu_spend", "used_share_of_commitment"),
)
def silicon_migration(
    *,
    gpu_spend: Annotated[
        Real,
        Param(
            "USD/month",
            assumption="100000 USD/month",
            because="some fifty rented GPUs; give your own bill",
            minimum=0,
            maximum=1e10,
            help="what the work costs in a month on GPUs",
        ),
    ],
    cost_ratio: Annotated[
        Real,
        Param(
            "",
            evidence="custom-silicon/cost-ratio",
            minimum=0,
            maximum=20,
            help="cost of the same work on the new chips over that on GPUs (0.6 is 40 % lower, not 60 %)",
        ),
    ],
    used_share_of_commitment: Annotated[
        Real,
        Param(
            "",
            evidence="commitment/used-share-of-committed-hours",
            minimum=0.01,
            maximum=1,
            help="share of the committed chip-hours that the work really uses",
        ),
    ],
    porting_weeks: Annotated[
        Real,
        Param(
            "FTE*week",
            evidence="custom-silicon/porting-effort",
            minimum=0,
            maximum=1e5,
            help="person-weeks to port and validate (days for a standard network, months for an unusual one)",
        ),
    ],
    loaded_salary: LoadedSalary,
    other_migration_cost: Annotated[
        Real,
        Param(
            "USD",
            assumption="0 USD",
            because="running both while moving is not counted unless it is given",
            minimum=0,
            maximum=1e10,
            help="parallel running, licences, retraining",
        ),
    ],
    way_back_ratio: Annotated[
        Real,
        Param(
            "",
            assumption="1",
            because="moving back takes what moving took, so that both ways are twice the cost",
            minimum=0,
            maximum=10,
            help="cost of moving back over that of moving",
        ),
    ],
    change_rate: Annotated[
        Real,
        Param(
            "1/year",
            evidence="custom-silicon/architecture-change-rate",
            minimum=0,
            maximum=10,
            help="rate at which model architectures change so that one has to move back: -ln(chance of none in a year)",
        ),
    ],
    stable_months: Annotated[
        Real,
        Param(
            "month",
            assumption="24 month",
            because="the middle of the one to three years that commitments to such chips are sold for",
            minimum=1,
            maximum=240,
            help="months that the work is expected to last, the horizon of the test",
        ),
    ],
    cost_of_capital: CostOfCapital,
) -> Result:
    r"""Return the months of saving that pay for the migration.

    .. math:: t^* = \frac{M}{S}, \quad S = G \Bigl(1 - \frac{\kappa}{u}\Bigr), \quad
        \text{NPV} = (12 S - h\,b\,M)\,\frac{1 - e^{-(h + \delta) T}}{h + \delta} - M

    where :math:`M` is the cost of moving (porting_weeks at loaded_salary and other_migration_cost), :math:`G`
    gpu_spend, :math:`\kappa` cost_ratio, :math:`u` used_share_of_commitment, :math:`b` way_back_ratio, :math:`h`
    change_rate, :math:`\delta = \ln(1 + r)` and :math:`T` stable_months in years. Chips that are committed but not used
    are paid all the same: below a use of :math:`\kappa` nothing is saved. The NPV weighs the saving with the chance
    that no new architecture has forced one back by then, and charges the way back when it does.

    Limits: :math:`\kappa \ge u` never pays; without change and interest the NPV is :math:`S T - M`; the way there and
    back pays after :math:`(1 + b)\,t^*`.
    Not included: what the port teaches, prices of GPUs that fall in answer.
    Source: https://introl.com/blog/aws-trainium-inferentia-silicon-ecosystem-guide-2025

    >>> found = silicon_migration(
    ...     gpu_spend=100_000, cost_ratio=0.6, used_share_of_commitment=1, porting_weeks=104, loaded_salary=250_000,
    ...     other_migration_cost=0, way_back_ratio=1, change_rate=0, stable_months=24, cost_of_capital=0)
    >>> float(found.total), round(float(found.notes["net_present_value"].value))
    (12.5, 460000)
    """
    spend, used = number(gpu_spend, "USD/month"), number(used_share_of_commitment, "")
    effective = number(cost_ratio, "") / used
    saving = spend * (1.0 - effective)
    weekly = number(loaded_salary, "USD/FTE/year") / WEEKS_A_YEAR
    moving = number(porting_weeks, "FTE*week") * weekly + number(other_migration_cost, "USD")
    months = ratio_or_never(moving, saving)
    back, rate = number(way_back_ratio, ""), number(change_rate, "1/year")
    horizon = number(stable_months, "month")

    def notes() -> dict[str, tuple[Any, str]]:
        both = np.maximum(rate + np.log1p(number(cost_of_capital, "1/year")), NO_TIME)
        lasts = -np.expm1(-both * horizon / 12.0) / both
        worth = (12.0 * saving - rate * back * moving) * lasts - moving

        def note(value: Any, unit: str) -> tuple[Any, str]:
            return tagged(value, unit, gpu_spend), unit

        return {
            "monthly_saving": note(saving, "USD/month"),
            "cost_of_moving": note(moving, "USD"),
            "break_even_there_and_back": note(months * (1.0 + back), "month"),
            "within_the_horizon": note(np.less_equal(months, horizon) * 1.0, ""),
            "there_and_back_within_the_horizon": note(np.less_equal(months * (1.0 + back), horizon) * 1.0, ""),
            "chance_of_no_change": note(np.exp(-rate * horizon / 12.0), ""),
            "net_present_value": note(worth, "USD"),
            "use_below_which_nothing_is_saved": note(np.minimum(number(cost_ratio, ""), 1.0), ""),
        }

    def warnings() -> tuple[str, ...]:
        found = []
        if some(np.isinf(months)):
            found.append("The same work costs no less on the new chips: stay on GPUs.")
        elif some(months > horizon):
            found.append("The work does not last long enough to pay for the move: stay on GPUs.")
        elif some(months * (1.0 + back) > horizon):
            found.append("The move pays only if one never has to move back within the months looked at.")
        return tuple(found)

    return Result("month", {"break_even": tagged(months, "month", gpu_spend)}, notes=notes, warnings=warnings)
