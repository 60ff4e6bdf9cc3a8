r"""Lengths of requests as a lognormal through two percentiles, cut at the longest context that a service accepts.

Source: partial moments of a lognormal, :math:`E[X^k; X < m] = e^{k\mu + k^2\sigma^2/2}\,\Phi((\ln m - \mu)/\sigma -
k\sigma)`, https://en.wikipedia.org/wiki/Log-normal_distribution#Partial_expectation.
"""

from __future__ import annotations

from typing import Annotated, Any, NamedTuple

import numpy as np

from rackmath.errors import RackmathError
from rackmath.kernel import Param, Real
from rackmath.units import number

NINETY_FIFTH = 1.6448536269514722
"""How many standard deviations the 95th percentile of a normal lies above its median."""
TINY_SPREAD = 1e-9
"""Stands for lengths that are all the same, so that the formulas need no case of their own."""

MedianPrompt = Annotated[
    Real,
    Param(
        "token/request",
        evidence="chat-workload/prompt-tokens?percentile=p50",
        minimum=1,
        maximum=1e7,
        help="prompt tokens that half of the requests stay below",
    ),
]
LongPrompt = Annotated[
    Real,
    Param(
        "token/request",
        evidence="chat-workload/prompt-tokens?percentile=p95",
        minimum=1,
        maximum=1e7,
        help="prompt tokens that 95 of 100 requests stay below",
    ),
]
MedianAnswer = Annotated[
    Real,
    Param(
        "token/request",
        evidence="chat-workload/answer-tokens?percentile=p50",
        minimum=1,
        maximum=1e7,
        help="generated tokens that half of the requests stay below",
    ),
]
LongAnswer = Annotated[
    Real,
    Param(
        "token/request",
        evidence="chat-workload/answer-tokens?percentile=p95",
        minimum=1,
        maximum=1e7,
        help="generated tokens that 95 of 100 requests stay below",
    ),
]


class Lengths(NamedTuple):
    """A lognormal: mean and standard deviation of the logarithm, and where it is cut."""

    mu: Any
    sigma: Any
    cut: Any

    def share_below(self, length: Any) -> Any:
        """Return the share of requests shorter than `length`."""
        from scipy.special import ndtr  # noqa: PLC0415

        with np.errstate(divide="ignore"):  # nothing is shorter than nothing
            return np.where(np.less(length, self.cut), ndtr((np.log(length) - self.mu) / self.sigma), 1.0)

    def moment(self, power: int, above: Any = 0.0) -> Any:
        """Return the mean of the cut length to a power, over the requests longer than `above` (others count as 0)."""
        from scipy.special import ndtr  # noqa: PLC0415

        def below(length: Any) -> Any:
            with np.errstate(divide="ignore"):
                return ndtr((np.log(length) - self.mu) / self.sigma - power * self.sigma)

        start = np.minimum(above, self.cut)
        growth = np.exp(power * self.mu + power * power * self.sigma * self.sigma / 2)
        with np.errstate(divide="ignore"):
            longer = ndtr((self.mu - np.log(np.maximum(above, self.cut))) / self.sigma)
        return growth * (below(self.cut) - below(start)) + self.cut**power * longer

    def exceeded_by(self, share: float) -> Any:
        """Return the length that a share of requests exceeds; the cut where that many are cut."""
        from scipy.special import ndtri  # noqa: PLC0415

        return np.minimum(np.exp(self.mu - self.sigma * ndtri(share)), self.cut)

    def at(self, z: Any) -> Any:
        """Return the length at a standard normal deviate."""
        return np.minimum(np.exp(self.mu + self.sigma * z), self.cut)


def lengths(name: str, median: Any, long: Any, cut: Any) -> Lengths:
    """Return the lognormal through a median and a 95th percentile (`name` tells whose); all in tokens a request.

    Raises
    ------
    RackmathError
        The 95th percentile is below the median.
    """
    middle, high, end = (np.asarray(number(each, "token/request"), dtype=np.float64) for each in (median, long, cut))
    if np.all(high < middle):
        raise RackmathError(f"the 95th percentile of {name} is below their median; swap the two")
    sigma = np.log(np.maximum(high / middle, 1.0)) / NINETY_FIFTH
    return Lengths(np.log(middle), np.maximum(sigma, TINY_SPREAD), end)
