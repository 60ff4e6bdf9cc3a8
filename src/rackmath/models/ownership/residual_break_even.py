"""Own or rent when the hardware is sold before it is worthless: break-even use at market residual values."""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np

from rackmath.kernel import Param, Real, Result, model
from rackmath.models._numbers import ratio_or_never, some, tagged
from rackmath.models._terms import (
    CloudServerHourPrice,
    CostOfCapital,
    ResaleCostShare,
    ResidualShare,
    ServerPrice,
)
from rackmath.models.ownership._annuity import annuity, net_of_resale
from rackmath.units import convert, number

RunningCost = Annotated[
    Real,
    Param(
        "USD/server/year",
        evidence="h100-8gpu-server/running-cost",
        minimum=0,
        maximum=1e8,
        help="yearly cost of keeping the server, used or not (space, electricity, support, staff)",
    ),
]


@model(
    "ownership.residual_break_even",
    method="A10.3",
    title="Break-even at market residual value",
    question="How much must a server be used before owning beats renting, if it is sold at what the market then pays?",
    unit="",
    sources=("https://www.spheron.network/blog/llm-inference-on-premise-vs-cloud/",),
    infinite="owning never breaks even: even in use 24 hours a day it costs more than renting",
    increasing_in=("server_price", "resale_cost_share", "cost_of_capital", "running_cost"),
    decreasing_in=("cloud_server_hour_price", "residual_share"),
)
def residual_break_even(
    *,
    server_price: ServerPrice,
    cloud_server_hour_price: CloudServerHourPrice,
    holding_time: Annotated[
        Real,
        Param(
            "year",
            evidence="gpu-server/useful-life",
            minimum=0.25,
            maximum=15,
            help="years from going into service until the server is sold",
        ),
    ],
    residual_share: ResidualShare,
    resale_cost_share: ResaleCostShare,
    cost_of_capital: CostOfCapital,
    running_cost: RunningCost,
    book_life: Annotated[
        Real,
        Param(
            "year",
            evidence="gpu-server/book-life",
            minimum=0.25,
            maximum=15,
            help="years over which the accounts write the server off in a straight line",
        ),
    ],
) -> Result:
    r"""Return the share of all hours in use from which owning beats renting, at the price the server is sold for.

    .. math:: u^* = \frac{\bigl(C - C\,\rho\,(1 - s)\,(1 + r)^{-n}\bigr)\,\frac{r}{1 - (1 + r)^{-n}} + o}{H\,c}

    where :math:`C` is server_price, :math:`\rho` residual_share, :math:`s` resale_cost_share, :math:`r`
    cost_of_capital, :math:`n` holding_time, :math:`o` running_cost, :math:`H` 8,760 hours and :math:`c`
    cloud_server_hour_price. The residual is what the market pays, not what the books say: the notes repeat the
    break-even with the straight-line book value of book_life, and with no buyer at all. A break-even belongs to its
    comparator: change the rental price or the years and it is another number.

    Limits: :math:`r \to 0` spreads the net price evenly; a residual of 1 without selling cost leaves the interest and
    the running cost; without a buyer the effective price is :math:`1/(1 - \rho)` times as high (twice only at a
    residual of one half).
    Not included: tax, a rental price that moves within the holding time (see cumulative_crossover), electricity that
    follows use (see usage_ratio).
    Source: capital recovery with salvage value, https://en.wikipedia.org/wiki/Equivalent_annual_cost.

    >>> found = residual_break_even(
    ...     server_price=250_000, cloud_server_hour_price=16, holding_time=3, residual_share=0.3, resale_cost_share=0,
    ...     cost_of_capital=0, running_cost=0, book_life=5)
    >>> round(found.total, 4)
    0.4162
    """
    factor, later = annuity(cost_of_capital, holding_time)
    rented = convert(cloud_server_hour_price, "USD/server_hour", "USD/server/year")
    unit = "USD/server/year"

    def share(net_price: Any) -> Any:
        yearly = convert(net_price * factor + running_cost, unit, unit)
        return tagged(ratio_or_never(number(yearly, unit), number(rented, unit), limit=1.0), "", running_cost)

    def net(residual: Any) -> Any:
        return net_of_resale(server_price, residual, resale_cost_share, later)

    effective = net(residual_share)
    book_share = np.maximum(1.0 - number(holding_time, "year") / number(book_life, "year"), 0.0)
    lost = ratio_or_never(number(server_price, "USD/server"), number(effective, "USD/server"))
    warnings = []
    if some(book_share > number(residual_share, "") + 0.05):
        warnings.append(
            "The books still hold the server at more than the market pays: a break-even at book value flatters owning."
        )
    return Result(
        "",
        {"break_even_use": share(effective)},
        notes={
            "break_even_hours_a_day": (share(effective) * tagged(24.0, "hour/day", running_cost), "hour/day"),
            "effective_price": (effective, "USD/server"),
            "break_even_at_book_value": (share(net(tagged(book_share, "", running_cost))), ""),
            "break_even_without_a_buyer": (share(server_price), ""),
            "price_multiple_without_a_buyer": (tagged(lost, "", running_cost), ""),
            "book_value_share_at_sale": (tagged(book_share, "", running_cost), ""),
        },
        warnings=warnings,
    )
