"""Money over time: the capital recovery factor and present values, exact down to a rate of zero.

Source: the annuity in arrears of any finance text, https://en.wikipedia.org/wiki/Capital_recovery_factor.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from rackmath.models._numbers import tagged
from rackmath.units import number

TINY_RATE = 1e-18
"""Stands for a rate of zero: the factor is ``1/n`` to the last digit, and nothing is divided by zero."""


def recovery_factor(rate: Any, life: Any) -> Any:
    r"""Return the yearly payment that repays 1 with interest over `life`, in 1/year.

    :math:`r / (1 - (1 + r)^{-n})`, written with ``expm1`` and ``log1p`` because the plain form loses every digit as
    :math:`r \to 0`, where the factor is :math:`1/n`.

    Parameters
    ----------
    rate
        Cost of capital, 1/year, at least 0.
    life
        Years, above 0.
    """
    r, n = number(rate, "1/year"), number(life, "year")
    safe = np.maximum(r, TINY_RATE)
    return tagged(safe / -np.expm1(-n * np.log1p(safe)), "1/year", rate)


def present(rate: Any, years: Any) -> Any:
    """Return what 1 received after `years` is worth today, a plain number."""
    return np.exp(-number(years, "year") * np.log1p(number(rate, "1/year")))


def net_of_resale(price: Any, residual_share: Any, resale_cost_share: Any, rate: Any, life: Any) -> Any:
    """Return a purchase price less the present value of what selling at the end of `life` brings in.

    Parameters
    ----------
    price
        Purchase price; the answer is in its unit.
    residual_share
        Market price at the end of life, as a share of the purchase price.
    resale_cost_share
        Share of that market price that the sale itself costs.
    rate, life
        Cost of capital in 1/year, and years.
    """
    return price * (1.0 - residual_share * (1.0 - resale_cost_share) * present(rate, life))
