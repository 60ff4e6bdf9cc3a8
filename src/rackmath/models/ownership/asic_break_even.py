"""From how many chips designing one's own beats buying."""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np

from rackmath.kernel import Param, Real, Result, model
from rackmath.models._numbers import ratio_or_never, some, tagged
from rackmath.models._terms import CostOfCapital, ElectricityPrice, Pue, UsefulLife
from rackmath.models.ownership._annuity import annuity
from rackmath.units import convert, number


@model(
    "ownership.asic_break_even",
    method="A10.14",
    title="Break-even of a chip of one's own",
    question="How many chips must be needed before designing one's own beats buying?",
    unit="GPU",
    sources=(
        "https://www.techtimes.com/articles/317225/20260526/custom-ai-chips-outpace-nvidia-gpu-growth-2026-asic-shipments-set-triple-gpu-rate.htm",
        "https://www.ncbi.nlm.nih.gov/pmc/articles/PMC8510296/",
    ),
    infinite="a chip of one's own never pays: no unit saves anything, or more are needed than its generation will see",
    increasing_in=("design_cost", "own_unit_cost", "design_delay", "write_off_chance"),
    decreasing_in=("bought_unit_price", "power_saved", "electricity_price"),
)
def asic_break_even(
    *,
    design_cost: Annotated[
        Real,
        Param(
            "USD",
            evidence="custom-chip/design-cost?transistor=finfet",
            minimum=0,
            maximum=1e11,
            help="one-off cost of design, verification, masks and software (NRE)",
        ),
    ],
    bought_unit_price: Annotated[
        Real,
        Param(
            "USD/GPU",
            evidence="h100-sxm/purchase-price",
            minimum=0,
            maximum=1e7,
            help="price of the merchant chips that one own chip replaces",
        ),
    ],
    own_unit_cost: Annotated[
        Real,
        Param(
            "USD/GPU",
            evidence="custom-chip/unit-cost",
            minimum=0,
            maximum=1e7,
            help="cost of making, packaging and testing one own chip",
        ),
    ],
    power_saved: Annotated[
        Real,
        Param(
            "W_server/GPU",
            assumption="0 W_server/GPU",
            because="no saving is assumed for the same work; measure it",
            minimum=0,
            maximum=1e4,
            help="power that one own chip draws less than what it replaces",
        ),
    ],
    pue: Pue,
    electricity_price: ElectricityPrice,
    useful_life: UsefulLife,
    chips_per_year: Annotated[
        Real,
        Param(
            "GPU/year",
            assumption="100000 GPU/year",
            because="the order of one hyperscaler's yearly purchases; give your own",
            minimum=0,
            maximum=1e9,
            help="chips that are put to work in a year",
        ),
    ],
    generation_life: Annotated[
        Real,
        Param(
            "year",
            assumption="3 year",
            because="one design is made for about as long as the next takes to arrive twice over",
            minimum=0.25,
            maximum=15,
            help="years in which the design is worth making",
        ),
    ],
    design_delay: Annotated[
        Real,
        Param(
            "month",
            evidence="custom-chip/design-time",
            minimum=0,
            maximum=120,
            help="months from starting the design until chips work",
        ),
    ],
    write_off_chance: Annotated[
        Real,
        Param(
            "",
            evidence="custom-chip/write-off-chance",
            minimum=0,
            maximum=1,
            help="chance that models have changed by then so that the design is worth nothing",
        ),
    ],
    cost_of_capital: CostOfCapital,
) -> Result:
    r"""Return the number of chips whose saving pays for the design, its delay and its risk.

    .. math:: V^* = \frac{N\,(1 + r)^{d}}{(1 - q)\,s}, \quad
        s = p - c + w\,\text{PUE}\,\epsilon\,H\,\frac{1 - (1 + r)^{-L}}{r}

    where :math:`N` is design_cost, :math:`r` cost_of_capital, :math:`d` design_delay in years, :math:`q`
    write_off_chance, :math:`p` bought_unit_price, :math:`c` own_unit_cost, :math:`w` power_saved, :math:`\epsilon`
    electricity_price, :math:`H` 8,760 hours and :math:`L` useful_life. The design is paid for now and its savings begin
    after the delay, if they begin at all. More chips than chips_per_year over generation_life can take are never.

    Limits: without delay, interest and risk it is design cost over unit saving; :math:`s \le 0` or :math:`q = 1` never
    pays.
    Not included: the engineers' next chip, a better price that the threat of designing obtains, yield learning.
    Source: break-even volume; design costs of https://www.ncbi.nlm.nih.gov/pmc/articles/PMC8510296/

    >>> found = asic_break_even(
    ...     design_cost=200e6, bought_unit_price=30_000, own_unit_cost=10_000, power_saved=0, pue=1.2,
    ...     electricity_price=0.08, useful_life=4, chips_per_year=100_000, generation_life=3, design_delay=0,
    ...     write_off_chance=0, cost_of_capital=0)
    >>> float(found.total)
    10000.0
    """
    rate, delay = number(cost_of_capital, "1/year"), number(convert(design_delay, "month", "year"), "year")
    kilowatts = number(power_saved, "W_server/GPU") / 1e3 * number(pue, "W_facility/W_server")
    yearly = kilowatts * number(electricity_price, "USD/kWh_facility") * 8760.0
    energy = yearly / annuity(rate, number(useful_life, "year")).factor
    unit = number(bought_unit_price, "USD/GPU") - number(own_unit_cost, "USD/GPU")
    saving = unit + energy
    later, holds = np.exp(-np.log1p(rate) * delay), 1.0 - number(write_off_chance, "")
    cost, volume = number(design_cost, "USD"), number(chips_per_year, "GPU/year")
    most = volume * number(generation_life, "year")
    needed = ratio_or_never(cost, saving * holds * later)
    found = np.where(needed > most, np.inf, needed)

    def notes() -> dict[str, tuple[Any, str]]:
        # savings come evenly over the generation, once the design is there
        years = number(generation_life, "year")
        evenly = 1.0 / (annuity(rate, years).factor * years)
        spend = most * number(bought_unit_price, "USD/GPU")

        def note(value: Any, unit_: str) -> tuple[Any, str]:
            return tagged(value, unit_, design_cost), unit_

        return {
            "saving_a_chip": note(saving, "USD/GPU"),
            "years_until_break_even": note(ratio_or_never(needed, volume) + delay, "year"),
            "break_even_without_the_volume_cap": note(needed, "GPU"),
            "net_present_value": note(saving * most * holds * later * evenly - cost, "USD"),
            "design_cost_share_of_spend": note(ratio_or_never(cost, spend), ""),
        }

    def warnings() -> tuple[str, ...]:
        told = []
        if some(saving <= 0):
            told.append("A chip of one's own saves nothing a unit: no volume pays for its design.")
        if some((needed > most) & (saving > 0)):
            told.append("More chips are needed than this generation will see.")
        return tuple(told)

    value = found if np.ndim(found) else float(found)
    return Result("GPU", {"break_even": tagged(value, "GPU", design_cost)}, notes=notes, warnings=warnings)
