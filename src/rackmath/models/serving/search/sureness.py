r"""How sure a prediction is, between and beyond the ends of its 80 % interval.

The logarithm of actual over predicted is taken as two half normal curves that meet at the prediction: 10 % of cases
lie below the interval and 10 % above, as was measured on rows left out, and half of all cases on each side. So a score
s of the standard normal curve stands for a time :math:`t\,e^{h s/1.2816}` above the prediction and
:math:`t\,e^{-l s/1.2816}` below it, where the interval is :math:`[t e^{l}, t e^{h}]`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rackmath.models.serving.step import Array
from rackmath.uncertainty.distributions import probability_of, score_of

TENTH = 1.2815515655446004
"""The score above which a tenth of a standard normal curve lies."""
SHARED_UNSEEN, SHARED_SEEN = 0.55, 0.05
"""How much of the variance of errors all layouts and loads of one combination of engine, chip, model and format share:
the intra-class correlation of rows left out with their combination, and of rows of combinations that are known."""
NARROWEST = 1e-6


@dataclass(frozen=True)
class Spread:
    """The 10 % and 90 % of ln(actual ÷ predicted): `low` below 0, `high` above it; arrays of one length."""

    low: Array
    high: Array

    def at(self, score: Array) -> Array:
        """Return ln(actual ÷ predicted) at standard normal scores."""
        return np.asarray(score / TENTH * np.where(np.asarray(score) > 0, self.high, -self.low))

    def chance_below(self, log_ratio: Array) -> Array:
        """Return the probability that ln(actual ÷ predicted) stays below `log_ratio`."""
        wide = np.where(np.asarray(log_ratio) > 0, self.high, -self.low)
        return probability_of(TENTH * np.asarray(log_ratio) / np.maximum(wide, NARROWEST))

    def part(self, rows: NDArray[np.intp]) -> Spread:
        """Return some of the rows."""
        return Spread(self.low[rows], self.high[rows])


def spread_of(low: Array, high: Array) -> Spread:
    """Return a spread whose ends lie on both sides of the prediction."""
    return Spread(np.minimum(low, -NARROWEST), np.maximum(high, NARROWEST))


def together(*weighted: tuple[Array, Spread]) -> Spread:
    """Return the spread of a sum of logarithms with independent errors, each with its weight (to first order)."""
    low = -np.sqrt(sum((weight * spread.low) ** 2 for weight, spread in weighted))
    high = np.sqrt(sum((weight * spread.high) ** 2 for weight, spread in weighted))
    return spread_of(np.asarray(low), np.asarray(high))


def turned(spread: Spread) -> Spread:
    """Return the spread of the reciprocal: a rate where the spread is that of a time."""
    return Spread(-spread.high, -spread.low)


def score_at(confidence: float) -> float:
    """Return the standard normal score below which the share `confidence` lies."""
    return float(score_of(np.array(confidence)))
