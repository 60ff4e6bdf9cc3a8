"""Graduated prices: each unit at the price of its own tier. Sustained-use discounts are such a ladder over a month."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from rackmath.errors import RackmathError

Floats = NDArray[np.float64]
Tiers = Sequence[tuple[float, float]]
"""(width of the tier, price of a unit in it); the last width may be infinite."""

SUSTAINED_USE: dict[str, Tiers] = {
    "n1": ((0.25, 1.0), (0.25, 0.8), (0.25, 0.6), (0.25, 0.4)),
    "n2": ((0.25, 1.0), (0.25, 0.8678), (0.25, 0.733), (0.25, 0.6)),
}
"""Price multipliers for each quarter of a month: up to 30 % off (N1) and 20 % off (N2 and others).
Source: https://cloud.google.com/compute/docs/sustained-use-discounts"""

SUSTAINED_FAMILIES = {"n1": "n1", "m1": "n1", "m2": "n1", "g1": "n1", "f1": "n1", "n2": "n2", "n2d": "n2", "c2": "n2"}
"""Which ladder a machine series climbs; all other series (E2, A2, A3, G2 and so on) earn no sustained-use discount."""


def graduated(quantity: Floats | float, tiers: Tiers) -> Floats:
    """Return what `quantity` costs when each unit is priced in the tier that it falls in.

    Raises
    ------
    RackmathError
        The quantity is negative, or reaches beyond the last tier.

    >>> float(graduated(50 * 1024, [(10 * 1024, 0.09), (40 * 1024, 0.085), (100 * 1024, 0.07)]).round(2))
    4403.2
    """
    amount = np.asarray(quantity, dtype=np.float64)
    if not np.all(amount >= 0):  # not `any(amount < 0)`, which lets NaN through
        raise RackmathError("a quantity for graduated tiers is negative or not a number")
    cost = np.zeros_like(amount)
    below = 0.0
    for width, price in tiers:
        if not (width > 0 and price >= 0):
            raise RackmathError(f"a tier is {width:g} wide at {price:g}: a width is positive and a price not negative")
        cost += np.clip(amount - below, 0.0, width) * price
        below += width
    if np.any(amount > below * (1 + 1e-12)):
        raise RackmathError(f"quantity {amount.max():g} lies beyond the last tier, which ends at {below:g}")
    return cost


def sustained_share(demand: Floats, tiers: Tiers, month_hours: int) -> float:
    """Return the share of its full price that one month's usage costs after the sustained-use discount.

    Parameters
    ----------
    demand
        Units used in each hour; hours of the month that are missing count as zero.
    month_hours
        Hours that the month has.

    Notes
    -----
    The discount is on levels: the k-th unit running at once is used for a share of the month of its own. Summing over
    levels is the same as sorting the hours by demand and pricing the r-th busiest hour at the ladder's r-th step, so
    no instance has to be followed.

    Raises
    ------
    RackmathError
        The month has fewer hours than are given.
    """
    if len(demand) > month_hours:
        raise RackmathError(f"{len(demand)} hours are given for a month of {month_hours}")
    total = float(demand.sum())
    if total <= 0:
        return 1.0
    steps = np.diff(graduated(np.minimum(np.arange(len(demand) + 1) / month_hours, 1.0), tiers)) * month_hours
    busiest_first = np.sort(demand)[::-1]
    return float(busiest_first @ steps) / total
