"""What a delivered kilowatt-hour costs by the way in which it is bought."""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np

from rackmath.kernel import Choice, Param, Real, Result, model
from rackmath.models._numbers import ratio, some, tagged
from rackmath.models._terms import ElectricityPrice
from rackmath.units import format_number, number

SUPPLIES = ("grid", "ppa", "substation", "on-site")
Supply = Annotated[
    str,
    Choice(
        *SUPPLIES,
        assumption="grid",
        because="most sites buy from their utility",
        help=(
            "a utility's tariff (grid), a power purchase agreement (ppa), such an agreement beside a substation that "
            "saves the delivery charge (substation), or one's own generation (on-site)"
        ),
    ),
]


@model(
    "energy.power_procurement",
    method="A05.11",
    title="Delivered price of power",
    question="What does a kilowatt-hour cost at the meter once firming, delivery, demand charges and losses are in?",
    unit="USD/kWh_facility",
    sources=(
        "https://www.datacentres.com/guides/data-centre-power-procurement",
        "https://www.eia.gov/tools/faqs/faq.php?id=105",
    ),
    increasing_in=("energy_charge", "ppa_price", "firming_price", "delivery_price", "onsite_price", "demand_charge"),
    decreasing_in=("demand_response_payment", "flexible_share"),
)
def power_procurement(
    *,
    supply: Supply,
    energy_charge: Annotated[
        Real,
        Param(
            "USD/kWh_facility",
            evidence="electricity/energy-charge",
            minimum=-1,
            maximum=10,
            help="a utility's charge for energy alone; negative where the market pays for being used",
        ),
    ],
    ppa_price: Annotated[
        Real,
        Param(
            "USD/kWh_facility",
            evidence="electricity/ppa-price",
            minimum=-1,
            maximum=10,
            help="price under a power purchase agreement, as generated",
        ),
    ],
    firming_price: Annotated[
        Real,
        Param(
            "USD/kWh_facility",
            evidence="electricity/firming-price",
            minimum=0,
            maximum=10,
            help="what it costs to turn power that comes and goes into power that is there (ppa and substation)",
        ),
    ],
    onsite_price: Annotated[
        Real,
        Param(
            "USD/kWh_facility",
            evidence="electricity/onsite-price",
            minimum=0,
            maximum=10,
            help="cost of one's own generation with its capital and fuel",
        ),
    ],
    delivery_price: Annotated[
        Real,
        Param(
            "USD/kWh_facility",
            evidence="electricity/delivery-price",
            minimum=0,
            maximum=10,
            help="transmission and distribution charged by energy (grid and ppa)",
        ),
    ],
    loss_share: Annotated[
        Real,
        Param(
            "",
            evidence="electricity/loss-share",
            minimum=0,
            maximum=0.5,
            help="share of the energy bought that is lost before the meter (not on-site)",
        ),
    ],
    demand_charge: Annotated[
        Real,
        Param(
            "USD/kW_facility/month",
            evidence="electricity/demand-charge",
            minimum=0,
            maximum=1000,
            help="monthly charge for each kilowatt of the highest load (not on-site)",
        ),
    ],
    load_factor: Annotated[
        Real,
        Param(
            "",
            evidence="datacenter/load-factor",
            minimum=0.01,
            maximum=1,
            help="mean load over the highest load",
        ),
    ],
    demand_response_payment: Annotated[
        Real,
        Param(
            "USD/kW_facility/year",
            evidence="electricity/demand-response-payment",
            minimum=0,
            maximum=10000,
            help="yearly payment for each kilowatt that one promises to give up when the grid asks",
        ),
    ],
    flexible_share: Annotated[
        Real,
        Param(
            "",
            assumption="0",
            because="no load is assumed to be given up",
            minimum=0,
            maximum=1,
            help="share of the highest load that is promised",
        ),
    ],
    assumed_price: ElectricityPrice,
    power_share_of_revenue: Annotated[
        Real,
        Param(
            "",
            assumption="0.1",
            because="an example to see the effect with; divide your power bill by your revenue",
            minimum=0,
            maximum=1,
            help="power cost at the assumed price, as a share of revenue",
        ),
    ],
    gross_margin: Annotated[
        Real,
        Param(
            "",
            assumption="0.5",
            because="an example to see the effect with",
            minimum=0.01,
            maximum=1,
            help="margin at the assumed price, as a share of revenue",
        ),
    ],
) -> Result:
    r"""Add to the price of energy what it takes to have it at the meter at the right time.

    .. math:: c = e + f + \frac{(e+f)\,\lambda}{1-\lambda} + t + \frac{D}{\ell\,h} - \frac{\phi\,R}{\ell\,H}, \qquad
       \Delta m = -s\Bigl(\frac{c}{c_0} - 1\Bigr)

    where :math:`e` is the price of energy of the supply chosen, :math:`f` firming_price, :math:`\lambda` loss_share,
    :math:`t` delivery_price, :math:`D` demand_charge over the :math:`h = 730` hours of a month, :math:`\ell`
    load_factor, :math:`R` demand_response_payment over the :math:`H = 8760` hours of a year, :math:`\phi`
    flexible_share, :math:`c_0` assumed_price and :math:`s` power_share_of_revenue. The notes ``price_by_…`` give all
    four supplies, so that one run compares them. The margin moves by points of revenue; the same points are a larger
    share of a thin margin.

    Limits: a steady load (:math:`\ell = 1`) spreads the demand charge thinnest; a negative energy price lowers the bill
    and still pays for delivery; where nothing is added, the price of energy is the price.
    Not included: taxes, connection costs, standby supply for one's own generation, prices that change with the hour
    (``energy.load_shift``), carbon.
    Source: https://www.datacentres.com/guides/data-centre-power-procurement

    >>> kilowatt_hour = power_procurement(
    ...     supply="ppa", energy_charge=0.06, ppa_price=0.04, firming_price=0.02, onsite_price=0.08,
    ...     delivery_price=0.01, loss_share=0.05, demand_charge=14.6, load_factor=0.8, demand_response_payment=100,
    ...     flexible_share=0, assumed_price=0.08, power_share_of_revenue=0.1, gross_margin=0.5)
    >>> round(float(kilowatt_hour.total), 4)
    0.0982
    """
    priced = {
        each: _priced(
            each,
            energy=number({"grid": energy_charge, "on-site": onsite_price}.get(each, ppa_price), "USD/kWh_facility"),
            firming=number(firming_price, "USD/kWh_facility"),
            delivery=number(delivery_price, "USD/kWh_facility"),
            lost=number(loss_share, ""),
            demand=number(demand_charge, "USD/kW_facility/month") / (number(load_factor, "") * 730.0),
            response=number(demand_response_payment, "USD/kW_facility/year")
            * number(flexible_share, "")
            / (number(load_factor, "") * 8760.0),
        )
        for each in SUPPLIES
    }
    totals = {each: sum(lines.values()) for each, lines in priced.items()}
    assumed = number(assumed_price, "USD/kWh_facility")
    over = ratio(totals[supply], assumed, "", when_zero=1.0) - 1.0
    points = -number(power_share_of_revenue, "") * over
    cheapest = min(totals, key=lambda each: float(np.mean(totals[each])))
    warnings = []
    if some(totals[supply] < 0):
        warnings.append("The price is below zero: one is paid to use power, which no contract promises for long.")
    if cheapest != supply:
        gap = float(np.mean(totals[supply]) - np.mean(totals[cheapest]))
        warnings.append(
            f"At these prices {cheapest} is cheaper by {format_number(100 * gap)} cents a kWh, if it is to be had."
        )

    def tag(value: Any, unit: str) -> tuple[Any, str]:
        return tagged(value, unit, assumed_price), unit

    return Result(
        "USD/kWh_facility",
        {name: tag(value, "USD/kWh_facility")[0] for name, value in priced[supply].items()},
        notes={
            "over_the_assumed_price": tag(over, ""),
            "margin_change": tag(points, ""),
            "margin_change_of_the_margin": tag(points / number(gross_margin, ""), ""),
            **{f"price_by_{each.replace('-', '_')}": tag(totals[each], "USD/kWh_facility") for each in SUPPLIES},
        },
        warnings=warnings,
    )


def _priced(
    supply: str, *, energy: Any, firming: Any, delivery: Any, lost: Any, demand: Any, response: Any
) -> dict[str, Any]:
    """Return the parts of the delivered price that a supply has, in USD/kWh at the meter."""
    bought = supply != "on-site"
    nothing = np.zeros_like(np.asarray(energy, dtype=np.float64))
    firmed = firming if supply in {"ppa", "substation"} else nothing
    return {
        "energy": energy + nothing,
        "firming": firmed,
        "losses": (energy + firmed) * lost / (1.0 - lost) if bought else nothing,
        "delivery": delivery if supply in {"grid", "ppa"} else nothing,
        "demand_charge": demand if bought else nothing,
        "demand_response": -response,
    }
