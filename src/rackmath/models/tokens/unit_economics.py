"""What one more million tokens costs, beside what the average one costs."""

from __future__ import annotations

from typing import Annotated, NamedTuple

import numpy as np

from rackmath.errors import RackmathError
from rackmath.kernel import Array, Choice, Param, Real, Result, Series, model
from rackmath.models._numbers import ratio, some, tagged
from rackmath.units import number

Estimate = Annotated[
    str,
    Choice(
        "slope",
        "last-step",
        assumption="slope",
        because="a line through all months is not thrown off by one invoice; the last step is the newest but noisiest",
        help="marginal cost as the slope of cost over volume (slope), or from the last two months alone (last-step)",
    ),
]
ONE_TOKEN = 1e-6  # Mtok
SAME = 1e-9  # volumes closer than this share of the largest are one volume
NOISE = 1e-3  # a slope over a smaller spread than this share of the volume is made of noise
FLAT, RISING, STEP = 0.05, 0.25, 0.6


@model(
    "tokens.unit_economics",
    method="A08.9",
    title="Marginal and average cost",
    question="What does one more million tokens cost, beside what the average one costs?",
    unit="USD/Mtok",
    sources=(
        "https://www.finops.org/framework/capabilities/unit-economics/",
        "https://www.cloudzero.com/blog/marginal-cost/",
    ),
)
def unit_economics(
    *,
    cost_by_month: Annotated[
        Real,
        Series(
            "USD/month",
            assumption="10000 11000 12500 13000 14000 15500 USD/month",
            because="an example to try the model with; enter what you were billed",
            minimum=0,
            maximum=1e12,
            axis="month",
            help="all cost of serving in each month",
        ),
    ],
    volume_by_month: Annotated[
        Real,
        Series(
            "Mtok/month",
            assumption="10000 12000 15000 16000 18000 21000 Mtok/month",
            because="an example to try the model with; enter what you served",
            minimum=0,
            maximum=1e12,
            axis="month",
            help="tokens served in each month, in the order of the costs",
        ),
    ],
    price: Annotated[
        Real,
        Param(
            "USD/Mtok",
            evidence="open-70b/blended-price",
            minimum=1e-6,
            maximum=1e5,
            help="what a million tokens is sold for, or is worth to its user",
        ),
    ],
    estimate: Estimate,
) -> Result:
    r"""Estimate how cost moves with volume, and hold it against the average cost and the price.

    .. math:: MC = \frac{\sum_t (q_t-\bar q)(C_t-\bar C)}{\sum_t (q_t-\bar q)^2}
       \quad\text{or}\quad \frac{C_n-C_{n-1}}{q_n-q_{n-1}}, \qquad AC = \frac{\sum_t C_t}{\sum_t q_t}

    where :math:`C_t` is cost_by_month and :math:`q_t` volume_by_month; the second form is the estimate ``last-step``.
    The gross margin is :math:`1 - MC/\text{price}`: what is left of a further token's price after its own cost.

    Limits: without fixed cost both are the same; all-fixed cost has MC = 0. Where volume does not change there is no
    marginal cost, and the model says so instead of answering.
    Not included: prices that changed between the months, shared cost that was allocated by another rule than volume
    (both look like a marginal cost), capacity bought ahead of its use.
    Source: https://www.finops.org/framework/capabilities/unit-economics/

    >>> units = unit_economics(cost_by_month=np.array([300.0, 400.0, 500.0]),
    ...                        volume_by_month=np.array([100.0, 200.0, 300.0]), price=2.0, estimate="slope")
    >>> round(float(units.total), 2), round(float(units.notes["average_cost"].value), 2)
    (1.0, 2.0)
    """
    months = np.shape(cost_by_month)[-1:]
    if months != np.shape(volume_by_month)[-1:] or months[0] < 2:
        raise RackmathError("volume_by_month: give as many months as cost_by_month has, and at least two")
    volumes, costs = np.broadcast_arrays(number(volume_by_month, "Mtok/month"), number(cost_by_month, "USD/month"))
    largest = volumes.max(axis=-1)
    if some(largest < ONE_TOKEN):
        raise RackmathError("volume_by_month: no token was served in any month")
    moved = (volumes[..., -1] - volumes[..., -2]) if estimate == "last-step" else np.ptp(volumes, axis=-1)
    if some(abs(moved) <= SAME * largest):
        where = "between the last two months" if estimate == "last-step" else "from month to month"
        raise RackmathError(f"volume_by_month: volume does not change {where}, so no marginal cost can be told")
    last_step = estimate == "last-step"
    marginal = (costs[..., -1] - costs[..., -2]) / moved if last_step else _slope(volumes, costs)
    average = costs.sum(axis=-1) / volumes.sum(axis=-1)
    low, high = _halves(volumes, costs, marginal, average)
    asked = number(price, "USD/Mtok")
    priced = {
        "average_cost": average,
        "marginal_cost_at_low_volume": low.marginal,
        "marginal_cost_at_high_volume": high.marginal,
        "average_cost_at_low_volume": low.average,
        "average_cost_at_high_volume": high.average,
    }
    fixed = costs.mean(axis=-1) - marginal * volumes.mean(axis=-1)
    return Result(
        "USD/Mtok",
        {"marginal_cost": tagged(marginal, "USD/Mtok", price)},
        notes={
            **{name: (tagged(value, "USD/Mtok", price), "USD/Mtok") for name, value in priced.items()},
            "fixed_cost": (tagged(fixed, "USD/month", cost_by_month), "USD/month"),
            "marginal_over_average": (ratio(marginal, average, "USD/Mtok"), ""),
            "gross_margin": (1 - marginal / asked, ""),
        },
        warnings=_warnings(costs, marginal, asked, low, high),
    )


class _Part(NamedTuple):
    """Marginal and average cost over some of the months, in USD/Mtok."""

    marginal: Array
    average: Array


def _halves(volumes: Array, costs: Array, marginal: Array, average: Array) -> tuple[_Part, _Part]:
    """Return the costs at the lower and at the higher volumes; the whole's where a half does not tell its own."""
    months = volumes.shape[-1]
    order = np.argsort(volumes, axis=-1)
    volumes, costs = np.take_along_axis(volumes, order, axis=-1), np.take_along_axis(costs, order, axis=-1)
    if months < 4:  # too few for two halves
        whole = _Part(marginal, average)
        return whole, whole
    found = []
    for half in (slice(None, (months + 1) // 2), slice(months // 2, None)):
        part_volumes, part_costs = volumes[..., half], costs[..., half]
        largest = part_volumes.max(axis=-1, keepdims=True)
        told = np.ptp(part_volumes, axis=-1) > NOISE * largest[..., 0]
        spread = np.where(told[..., None], part_volumes, np.arange(2.0, part_volumes.shape[-1] + 2))
        served = part_volumes.sum(axis=-1)
        found.append(
            _Part(
                np.where(told, _slope(spread, part_costs), marginal),
                np.where(told, part_costs.sum(axis=-1) / np.where(served > 0, served, 1.0), average),
            )
        )
    return found[0], found[1]


def _warnings(costs: Array, marginal: Array, price: Array, low: _Part, high: _Part) -> list[str]:
    found = []
    flat = abs(high.average - low.average) < FLAT * abs(low.average)
    if some(flat & (high.marginal > (1 + RISING) * abs(low.marginal))):
        found.append(
            "The average cost is flat while the marginal cost rises: growth is dearer than the average tells, and the "
            "average will follow."
        )
    if some(marginal > price):
        found.append("One more million tokens costs more than it sells for: growth makes a loss.")
    if some(marginal < 0):
        found.append("Cost falls as volume rises: a price changed, or shared cost is allocated by something else.")
    steps = abs(np.diff(costs, axis=-1))
    if steps.shape[-1] >= 3 and some(steps.max(axis=-1) > STEP * steps.sum(axis=-1)):
        found.append("Most of the change in cost is one step: the marginal cost is near nothing between steps.")
    return found


def _slope(volumes: Array, costs: Array) -> Array:
    """Return the least-squares slope along the last axis."""
    scale = volumes.max(axis=-1, keepdims=True)  # keeps the squares in range, whatever the volumes are counted in
    across = volumes / scale - (volumes / scale).mean(axis=-1, keepdims=True)
    slope: Array = (across * (costs - costs.mean(axis=-1, keepdims=True))).sum(axis=-1) / (across**2).sum(axis=-1)
    return np.asarray(slope / scale[..., 0])[()]
