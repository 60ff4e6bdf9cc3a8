"""What share of a site's cost is energy, said with the denominator that makes it so."""

from __future__ import annotations

from typing import Annotated

import numpy as np

from rackmath.kernel import Choice, Param, Real, Result, model
from rackmath.models._numbers import ratio, some, tagged
from rackmath.models._terms import ElectricityPrice, HoursPerYear
from rackmath.units import convert, format_number, number

Denominator = Annotated[
    str,
    Choice(
        "operating",
        "operating-and-capital",
        "capital",
        assumption="operating-and-capital",
        because="it is the cost that has to be earned; shares of operating cost alone are several times as large",
        help=(
            "what energy is a share of: operating cost (operating), that and capital over its life "
            "(operating-and-capital), or energy for each dollar of capital (capital)"
        ),
    ),
]
APART = 0.15  # a stated energy bill that implies a price this far from the one entered contradicts it


@model(
    "energy.energy_share",
    method="A05.12",
    title="Share of energy in a site's cost",
    question="How much of what a site costs is energy, and does its stated energy bill agree with its power?",
    unit="",
    sources=("https://epoch.ai/data-insights/ai-datacenter-cost-breakdown",),
    increasing_in=("site_power", "mean_load_of_site", "electricity_price"),
    decreasing_in=("other_operating_cost", "capital_cost"),
)
def energy_share(
    *,
    site_power: Annotated[
        Real,
        Param(
            "kW_facility",
            assumption="1000000 kW_facility",
            because="the default costs are those of a site of one gigawatt",
            minimum=1,
            maximum=1e8,
            help="power of the site at its meter when it is full",
        ),
    ],
    mean_load_of_site: Annotated[
        Real,
        Param(
            "",
            assumption="1",
            because="the published cost of the default site fits an average price only at full load",
            minimum=0,
            maximum=1,
            help="mean load over the site's full power",
        ),
    ],
    electricity_price: ElectricityPrice,
    other_operating_cost: Annotated[
        Real,
        Param(
            "USD/year",
            evidence="ai-datacenter-1gw/opex-per-site?item=other-than-energy",
            minimum=0,
            maximum=1e13,
            help="operating cost of the site besides energy",
        ),
    ],
    capital_cost: Annotated[
        Real,
        Param(
            "USD/year",
            evidence="ai-datacenter-1gw/capital-cost",
            minimum=1,
            maximum=1e13,
            help="capital of building and servers spread over their lives",
        ),
    ],
    stated_energy_cost: Annotated[
        Real,
        Param(
            "USD/year",
            evidence="ai-datacenter-1gw/opex-per-site?item=energy",
            minimum=0,
            maximum=1e13,
            help="energy bill that somebody states for the site, to be checked against its power and price",
        ),
    ],
    denominator: Denominator,
    hours_per_year: HoursPerYear,
) -> Result:
    r"""Divide the yearly cost of energy by the cost that is meant.

    .. math:: s = \frac{E}{E + O}, \qquad s = \frac{E}{E + O + K}, \qquad s = \frac{E}{K}, \qquad
       E = P\,\ell\,h\,p, \qquad p_{implied} = \frac{E_{stated}}{P\,\ell\,h}

    where :math:`P` is site_power, :math:`\ell` mean_load_of_site, :math:`h` hours_per_year, :math:`p`
    electricity_price, :math:`O` other_operating_cost and :math:`K` capital_cost. The three are the denominators
    ``operating``, ``operating-and-capital`` and ``capital``; the notes give all of them. A statement such as "energy is
    half of the cost" is true of one and false of another.

    Limits: a site without other cost spends all on energy; one at no load spends nothing on it.
    Not included: what the price of power is made of (``energy.power_procurement``), water, staff time at the desk.
    Source: https://epoch.ai/data-insights/ai-datacenter-cost-breakdown

    >>> site = energy_share(
    ...     site_power=1e6, mean_load_of_site=1, electricity_price=0.0685, other_operating_cost=0.3e9,
    ...     capital_cost=7.6e9, stated_energy_cost=0.6e9, denominator="operating", hours_per_year=8760)
    >>> round(float(site.total), 3), round(float(site.notes["implied_price_at_full_load"].value), 4)
    (0.667, 0.0685)
    """
    full = convert(site_power * hours_per_year, "kW_facility*hour/year", "kWh_facility/year")
    used = full * mean_load_of_site
    cost = convert(used * electricity_price, "kWh_facility/year*USD/kWh_facility", "USD/year")
    running = cost + other_operating_cost
    shares = {
        "operating": ratio(cost, running, "USD/year"),
        "operating-and-capital": ratio(cost, running + capital_cost, "USD/year"),
        "capital": ratio(cost, capital_cost, "USD/year"),
    }
    price, stated = number(electricity_price, "USD/kWh_facility"), number(stated_energy_cost, "USD/year")
    implied = ratio(stated, number(used, "kWh_facility/year"), "")
    warnings = []
    central, known = float(np.mean(implied)), float(np.mean(price))
    if some(np.asarray(stated) > 0) and abs(central - known) > APART * max(central, known):
        warnings.append(
            f"The stated energy bill implies {format_number(100 * central)} cents a kWh at this load, not "
            f"{format_number(100 * known)}: the load, the price or the bill is another."
        )

    def per_kwh(value: Real) -> tuple[Real, str]:
        return tagged(value, "USD/kWh_facility", site_power), "USD/kWh_facility"

    return Result(
        "",
        {"energy_share": tagged(shares[denominator], "", site_power)},
        notes={
            "share_of_operating_cost": (tagged(shares["operating"], "", site_power), ""),
            "share_of_all_cost": (tagged(shares["operating-and-capital"], "", site_power), ""),
            "energy_for_each_dollar_of_capital": (tagged(shares["capital"], "", site_power), ""),
            "energy_cost": (cost, "USD/year"),
            "energy": (used, "kWh_facility/year"),
            "all_cost": (running + capital_cost, "USD/year"),
            "implied_price": per_kwh(implied),
            "implied_price_at_full_load": per_kwh(ratio(stated, number(full, "kWh_facility/year"), "")),
        },
        warnings=warnings,
    )
