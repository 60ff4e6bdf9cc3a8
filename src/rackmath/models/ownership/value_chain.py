"""A chip's unit cost by activity and driver, and what two margins instead of one take from it."""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np

from rackmath.kernel import Param, Real, Result, model
from rackmath.models._numbers import some, tagged
from rackmath.units import number


def _activity(share: str, said: str) -> Param:
    return Param(
        "USD/GPU",
        assumption=f"{share} USD/GPU",
        because="a round split of a chip that costs 10,000 to make; give your own table",
        minimum=0,
        maximum=1e7,
        help=f"{said}, at the first volume",
    )


@model(
    "ownership.value_chain",
    method="A10.15",
    title="Value chain: cost drivers and double margins",
    question="What does a chip cost by activity, and what does a supplier's margin on top of a seller's take away?",
    unit="USD/GPU",
    sources=(
        "https://umbrex.com/resources/frameworks/strategy-frameworks/porters-value-chain/",
        "https://en.wikipedia.org/wiki/Double_marginalization",
    ),
    increasing_in=("design", "fabrication", "packaging", "testing", "distribution", "location_factor"),
    decreasing_in=("fabrication_load_share", "linkage_saving"),
)
def value_chain(
    *,
    design: Annotated[Real, _activity("2000", "design and verification for each chip")],
    fabrication: Annotated[Real, _activity("3000", "wafers and masks for each chip, from a full fab")],
    packaging: Annotated[Real, _activity("3000", "memory, interposer and packaging for each chip")],
    testing: Annotated[Real, _activity("1000", "test and burn-in for each chip")],
    distribution: Annotated[Real, _activity("1000", "sales, freight and support for each chip")],
    volume_ratio: Annotated[
        Real,
        Param(
            "",
            assumption="1",
            because="the volume that the table of costs was made at",
            minimum=0.001,
            maximum=1e4,
            help="volume over that of the table",
        ),
    ],
    scale_elasticity: Annotated[
        Real,
        Param(
            "",
            assumption="1",
            because="design is paid once, so that its cost a chip falls as volume rises",
            minimum=0,
            maximum=1,
            help="by how many per cent design for each chip falls when volume rises by one",
        ),
    ],
    learning_rate: Annotated[
        Real,
        Param(
            "",
            assumption="0.15",
            because="between 10 and 20 % a doubling is usual in manufacturing",
            minimum=0,
            maximum=0.6,
            help="fall of fabrication, packaging and testing with each doubling of volume",
        ),
    ],
    fabrication_fixed_share: Annotated[
        Real,
        Param(
            "",
            assumption="0.7",
            because="a fab's cost is mostly equipment that is paid whether it runs or not",
            minimum=0,
            maximum=1,
            help="share of fabrication that does not depend on how full the fab is",
        ),
    ],
    fabrication_load_share: Annotated[
        Real,
        Param(
            "",
            assumption="1",
            because="the table is of a full fab",
            minimum=0.05,
            maximum=1,
            help="how full the fab is",
        ),
    ],
    location_factor: Annotated[
        Real,
        Param(
            "",
            assumption="1",
            because="the place that the table was made for",
            minimum=0.1,
            maximum=5,
            help="cost of packaging and testing here over there",
        ),
    ],
    linkage_saving: Annotated[
        Real,
        Param(
            "",
            assumption="0",
            because="none is claimed before it is shown",
            minimum=0,
            maximum=1,
            help="share of testing and distribution that working hand in hand along the chain saves",
        ),
    ],
    demand_intercept: Annotated[
        Real,
        Param(
            "USD/GPU",
            assumption="50000 USD/GPU",
            because="the price at which a buyer of linear demand buys nothing; give your own",
            minimum=0,
            maximum=1e8,
            help="price at which nobody buys (a of P = a - b Q)",
        ),
    ],
    demand_slope: Annotated[
        Real,
        Param(
            "USD/GPU/GPU",
            assumption="0.1 USD/GPU/GPU",
            because="a round slope; prices do not depend on it, volumes and profits do",
            minimum=1e-9,
            maximum=1e9,
            help="fall of the price for each further chip sold (b of P = a - b Q)",
        ),
    ],
) -> Result:
    r"""Return the unit cost as the sum of its activities, each moved by its drivers.

    .. math:: c = d\,R^{-\epsilon} + \Bigl( f\,\bigl(\tfrac{\phi}{u} + 1 - \phi\bigr)
        + \lambda\,(p + t (1 - \ell)) \Bigr) R^{\log_2(1 - \eta)} + s\,(1 - \ell), \quad
        P_1 = \frac{a + c}{2}, \quad P_2 = \frac{3 a + c}{4}

    where :math:`d, f, p, t, s` are design, fabrication, packaging, testing and distribution, :math:`R` volume_ratio,
    :math:`\epsilon` scale_elasticity, :math:`\eta` learning_rate, :math:`\phi` fabrication_fixed_share, :math:`u`
    fabrication_load_share, :math:`\lambda` location_factor and :math:`\ell` linkage_saving. A seller of demand
    :math:`P = a - b\,Q` who makes the chip asks :math:`P_1`; one who buys it from a supplier that also sets its price
    asks :math:`P_2` (double marginalisation). The notes hold both, the volumes, and what the second margin loses.

    Limits: the two-stage price lies halfway between the integrated price and the intercept; it sells half as much and
    earns three quarters of the profit, whatever a, b and c are; :math:`c \ge a` sells nothing.
    Not included: contracts that mend the double margin (two-part tariffs, quantities), rivals.
    Source: linear successive monopoly, https://en.wikipedia.org/wiki/Double_marginalization

    >>> found = value_chain(
    ...     design=2000, fabrication=3000, packaging=3000, testing=1000, distribution=1000, volume_ratio=1,
    ...     scale_elasticity=1, learning_rate=0.15, fabrication_fixed_share=0.7, fabrication_load_share=1,
    ...     location_factor=1, linkage_saving=0, demand_intercept=50_000, demand_slope=0.1)
    >>> float(found.total), float(found.notes["two_stage_price"].value), float(found.notes["integrated_price"].value)
    (10000.0, 40000.0, 30000.0)
    """
    ratio, unit = number(volume_ratio, ""), "USD/GPU"
    learned = ratio ** np.log2(1.0 - number(learning_rate, ""))
    fixed, together = number(fabrication_fixed_share, ""), 1.0 - number(linkage_saving, "")
    place = number(location_factor, "")
    plain = {
        "design": number(design, unit) * ratio ** -number(scale_elasticity, ""),
        "fabrication": number(fabrication, unit) * (fixed / number(fabrication_load_share, "") + 1.0 - fixed) * learned,
        "packaging": number(packaging, unit) * place * learned,
        "testing": number(testing, unit) * place * together * learned,
        "distribution": number(distribution, unit) * together,
    }
    cost = sum(plain.values())
    most, slope = number(demand_intercept, unit), number(demand_slope, "USD/GPU/GPU")
    room = np.maximum(most - cost, 0.0)

    def notes() -> dict[str, tuple[Any, str]]:
        def note(value: Any, unit_: str) -> tuple[Any, str]:
            return tagged(value, unit_, design), unit_

        one, two = room * room / (4.0 * slope), 3.0 * room * room / (16.0 * slope)
        return {
            "integrated_price": note(np.maximum(most, cost) - room / 2.0, unit),
            "two_stage_price": note(np.maximum(most, cost) - room / 4.0, unit),
            "integrated_volume": note(room / (2.0 * slope), "GPU"),
            "two_stage_volume": note(room / (4.0 * slope), "GPU"),
            "profit_lost_to_the_second_margin": note(one - two, "USD"),
            # consumers' surplus b Q^2 / 2 falls from 1/8 to 1/32 of room^2 / b
            "buyers_loss": note(3.0 * room * room / (32.0 * slope), "USD"),
        }

    def warnings() -> tuple[str, ...]:
        return ("The chip costs as much as anybody would pay: nothing is sold.",) if some(cost >= most) else ()

    return Result(unit, {name: tagged(value, unit, design) for name, value in plain.items()}, notes, warnings)
