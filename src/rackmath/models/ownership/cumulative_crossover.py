"""Own or rent over the months: when what has been spent on owning falls below what renting would have cost."""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np

from rackmath.kernel import Param, Path, Real, Result, Series, model
from rackmath.models._numbers import some, tagged
from rackmath.models._terms import (
    CloudServerHourPrice,
    CostOfCapital,
    RentalPriceDecline,
    ReplacementPriceShare,
    ResaleCostShare,
    ResidualShare,
    ServerPrice,
    UsefulLife,
)
from rackmath.models.ownership._months import crossings
from rackmath.units import convert, number

OwnerFlow = Annotated[
    Real,
    Series(
        "USD/server",
        axis="month",
        assumption="0",
        because="no dated extra spending is known; give one number a month to add it",
        minimum=-1e8,
        maximum=1e8,
        help="extra spending of the owner in each month (one number holds for every month)",
    ),
]


@model(
    "ownership.cumulative_crossover",
    method="A10.2",
    title="When owning has paid back, month by month",
    question="In which month has owning cost less in total than renting, and does it stay that way?",
    unit="month",
    sources=("https://lenovopress.lenovo.com/lp2225.pdf",),
    infinite="owning does not catch up with renting within the months looked at",
    increasing_in=("server_price", "running_cost"),
    decreasing_in=("cloud_server_hour_price", "rented_hours_share"),
)
def cumulative_crossover(
    *,
    server_price: ServerPrice,
    running_cost: Annotated[
        Real,
        Param(
            "USD/server/month",
            evidence="h100-8gpu-server/running-cost",
            minimum=0,
            maximum=1e7,
            help="monthly cost of keeping the owned server (space, electricity, support, staff)",
        ),
    ],
    cloud_server_hour_price: CloudServerHourPrice,
    rented_hours_share: Annotated[
        Real,
        Param(
            "",
            evidence="gpu-fleet/loaded-hours-share",
            minimum=0,
            maximum=1,
            help="share of all hours for which a server would be rented instead",
        ),
    ],
    rental_price_decline: RentalPriceDecline,
    useful_life: UsefulLife,
    replacement_price_share: ReplacementPriceShare,
    residual_share: ResidualShare,
    resale_cost_share: ResaleCostShare,
    cost_of_capital: CostOfCapital,
    horizon: Annotated[
        Real,
        Param(
            "month",
            assumption="60 month",
            because="five years, the horizon of the published comparisons",
            minimum=1,
            maximum=240,
            help="months looked at",
        ),
    ],
    extra_owner_spending: OwnerFlow,
) -> Result:
    r"""Return the first month by whose end owning has cost no more than renting.

    .. math:: t^* = \min\Bigl\{t : \sum_{k \le t} (1 + r)^{-k/12}\,(\text{rented}_k - \text{owned}_k) \ge 0\Bigr\}

    where in month 0 the owner pays server_price; in every month :math:`k` the owner pays running_cost and
    extra_owner_spending and the renter pays the rental price of that month for rented_hours_share of its hours. The
    rental price falls as :math:`e^{-d k/12}` with :math:`d` rental_price_decline. After every useful_life the owner
    sells the server (residual_share of its price, but no more than the successor costs, less resale_cost_share) and
    buys its successor. :math:`r` is cost_of_capital. Each replacement can undo the crossing: the paths hold both totals
    and every crossing, the notes count them.

    Limits: without interest, decline and replacement it is the price over the monthly saving, rounded up to a month; a
    monthly saving of nothing never pays back; at a price of 0 owning is ahead from month 0.
    Not included: demand that grows, tax, what the server is worth at the horizon (a note gives it apart).
    Source: total cost curves of Lenovo Press LP2225, with dated flows and replacement.

    >>> found = cumulative_crossover(
    ...     server_price=833_806, running_cost=0.87 * 730, cloud_server_hour_price=98.32, rented_hours_share=1,
    ...     rental_price_decline=0, useful_life=5, replacement_price_share=1, residual_share=0, resale_cost_share=0,
    ...     cost_of_capital=0, horizon=60, extra_owner_spending=0)
    >>> float(found.total)
    12.0
    """
    end = np.floor(number(horizon, "month"))
    last = int(np.max(end))
    months = np.arange(last + 1, dtype=np.float64)
    life = np.maximum(np.round(number(convert(useful_life, "year", "month"), "month")), 1.0)
    price = number(server_price, "USD/server")
    successor = number(replacement_price_share, "")
    # Nobody pays more for the old server than its successor costs.
    resale = np.minimum(number(residual_share, ""), successor) * (1.0 - number(resale_cost_share, ""))
    monthly_rent = number(convert(cloud_server_hour_price, "USD/server_hour", "USD/server/month"), "USD/server/month")
    rate = np.log1p(number(cost_of_capital, "1/year")) / 12.0

    # A server bought at the horizon itself would serve nobody, so that month is no month of replacement.
    replaced = (months > 0) & (months % _column(life) == 0) & (months < _column(end))
    running = (months > 0) * (_column(number(running_cost, "USD/server/month")) + _extra(extra_owner_spending, last))
    owned = np.where(months == 0, _column(price), 0.0) + replaced * _column(price * (successor - resale)) + running
    decline = np.exp(-_column(number(rental_price_decline, "1/year") / 12.0) * months)
    rented = (months > 0) * _column(monthly_rent * number(rented_hours_share, "")) * decline
    discount = np.exp(-_column(rate) * months)
    owned_total = np.cumsum(owned * discount, axis=-1)
    rented_total = np.cumsum(rented * discount, axis=-1)
    gap = rented_total - owned_total

    found = crossings(owned_total, rented_total, end)
    inside = np.broadcast_to(months <= _column(end), gap.shape)
    saving = np.take_along_axis(gap, np.expand_dims(inside.sum(axis=-1) - 1, -1), axis=-1)[..., 0]
    warnings = []
    if some(found.signs < 0):
        warnings.append(
            "Owning is ahead for a while and falls behind again: a replacement or a falling rent undoes it."
        )

    def named(value: Any, unit: str) -> Any:
        return tagged(value if np.ndim(value) else float(value), unit, server_price)

    return Result(
        "month",
        {"first_crossing": named(found.first, "month")},
        notes={
            "ahead_for_good_from": (named(found.for_good, "month"), "month"),
            "crossings": (named(found.count, ""), ""),
            "saving_by_horizon": (named(saving, "USD/server"), "USD/server"),
            "resale_value_at_horizon": (named(price * resale * np.exp(-rate * end), "USD/server"), "USD/server"),
        },
        warnings=warnings,
        paths={
            "owned": Path(tagged(owned_total, "USD/server", server_price), "USD/server", "month"),
            "rented": Path(tagged(rented_total, "USD/server", server_price), "USD/server", "month"),
            "crossing": Path(tagged(found.signs, "", server_price), "", "month"),
        },
    )


def _column(value: Any) -> Any:
    """Return an array with an axis for the months behind the axes of the draws."""
    return np.expand_dims(np.asarray(value, dtype=np.float64), -1)


def _extra(spending: Any, last: int) -> Any:
    """Return dated spending for months 0 to `last`: one number holds for all, a list starts with the first month."""
    values = np.atleast_1d(np.asarray(number(spending, "USD/server"), dtype=np.float64))
    if values.shape[-1] == 1:
        return values
    room = np.zeros((*values.shape[:-1], last + 1))
    held = min(values.shape[-1], last)
    room[..., 1 : held + 1] = values[..., :held]
    return room
