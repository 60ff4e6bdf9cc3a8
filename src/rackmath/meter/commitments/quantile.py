"""How much to commit to, from a history of hourly demand: the newsvendor's quantile, and a ladder of two terms."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from rackmath.errors import RackmathError

Floats = NDArray[np.float64]


def quantile_rule(demand: Floats, discount: float) -> float:
    """Return the flat commitment of least cost, in on-demand money an hour.

    A committed dollar of demand costs 1 - d in every hour and saves a dollar in the hours that need it, so one commits
    until the demand exceeds the commitment in no more than the share 1 - d of the hours: the d-quantile.

    >>> quantile_rule(np.array([1.0, 2.0, 3.0, 4.0, 5.0]), 0.4)
    2.0
    """
    if discount <= 0 or not len(demand):
        return 0.0
    order = np.sort(demand)
    place = math.ceil(round(min(discount, 1.0) * len(order), 9)) - 1
    return float(order[max(place, 0)])


def ladder(
    demand: Floats, short: float | None, long: float | None, periods: int, *, growth: float = 0.0, fall: float = 0.0
) -> tuple[float, float]:
    """Return the long commitment and the short one on top of it that cost least over the long term.

    Parameters
    ----------
    demand
        Hourly demand of the history, in on-demand money.
    short, long
        Discounts of the two terms, or None where one is not offered.
    periods
        Short terms in a long one.
    growth, fall
        By which demand grows, and on-demand prices fall, from one short term to the next.

    Notes
    -----
    The long price is fixed today; the short one is taken anew each period, so it follows the market. A long dollar
    replaces in period y what would otherwise be bought short, or on demand: it saves
    ``p_y·min(1 - d_short, P(X_y > q))`` and costs 1 - d_long. The first q at which all periods together no longer save
    what they cost is the answer, and the short layer is the quantile rule's amount on top of it.
    """
    if periods < 1:
        raise RackmathError("a ladder needs at least one period")
    top = quantile_rule(demand, short) if short is not None else 0.0
    if long is None:
        return 0.0, top
    order = np.sort(demand)
    cap = 1 - short if short is not None and short > 0 else 1.0
    prices, scales = (np.power(base, np.arange(periods)) for base in (1 - fall, 1 + growth))
    levels = np.unique(np.concatenate(([0.0], *(order * scale for scale in scales))))
    above = [1 - np.searchsorted(order * scale, levels, side="right") / len(order) for scale in scales]
    saved = sum(price * np.minimum(cap, share) for price, share in zip(prices, above, strict=True))
    enough = np.flatnonzero(saved <= periods * (1 - long) + 1e-12)
    base = float(levels[enough[0]]) if len(enough) else float(levels[-1])
    return base, max(top - base, 0.0)
