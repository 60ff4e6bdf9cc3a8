"""Money over time: the capital recovery factor and present values, exact down to a rate of zero.

Source: the annuity in arrears of any finance text, https://en.wikipedia.org/wiki/Capital_recovery_factor.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from rackmath.models._numbers import tagged
from rackmath.units import number

TINY_RATE = 1e-18
"""Stands for a rate of zero: the factor is ``1/n`` to the last digit, and nothing is divided by zero."""


class Annuity(NamedTuple):
    """Money over a life at a cost of capital."""

    factor: Any
    """The yearly payment that repays 1 with interest over the life (capital recovery factor), in 1/year."""
    later: Any
    """What 1 received at the end of the life is worth today, a plain number."""


def annuity(rate: Any, life: Any) -> Annuity:
    r"""Return the capital recovery factor and the present value of the end.

    :math:`r / (1 - (1 + r)^{-n})` and :math:`(1 + r)^{-n}`, written with ``expm1`` and ``log1p`` because the plain
    form of the first loses every digit as :math:`r \to 0`, where it is :math:`1/n`.

    Parameters
    ----------
    rate
        Cost of capital, 1/year, at least 0.
    life
        Years, above 0.
    """
    r, n = number(rate, "1/year"), number(life, "year")
    safe = np.maximum(r, TINY_RATE)
    lost = -np.expm1(-n * np.log1p(safe))
    return Annuity(tagged(safe / lost, "1/year", rate), 1.0 - lost)


def net_of_resale(price: Any, residual_share: Any, resale_cost_share: Any, later: Any) -> Any:
    """Return a purchase price less the present value of what selling at the end of the life brings in.

    Parameters
    ----------
    price
        Purchase price; the answer is in its unit.
    residual_share
        Market price at the end of life, as a share of the purchase price.
    resale_cost_share
        Share of that market price that the sale itself costs.
    later
        What 1 received at the end of the life is worth today.
    """
    return price * (1.0 - residual_share * (1.0 - resale_cost_share) * later)
