"""Percentiles with intervals, and how many independent values a series of requests is worth."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from rackmath.meter.requests.log import Array
from rackmath.uncertainty.streams import stream

PERCENTILES = (50, 90, 95, 99)
DRAWS = 2000
INTERVAL = (2.5, 97.5)
SAME = 1e-9
BATCHES = 20
LEAST_BATCH = 10
STUDENT_95 = 2.093024054408263  # of 19 degrees of freedom
NORMAL_95 = 1.959963984540054


@dataclass(frozen=True)
class Estimate:
    """A value with its 95 % interval."""

    value: float
    low: float
    high: float

    def times(self, factor: float) -> Estimate:
        """Return it in another unit."""
        return Estimate(self.value * factor, self.low * factor, self.high * factor)


@dataclass(frozen=True)
class Spread:
    """How a quantity of requests is spread; `effective` is how many independent requests they are worth."""

    count: int
    effective: float
    mean: Estimate
    percentiles: dict[int, Estimate]
    over: dict[int, float]
    """How many independent requests lie above each percentile; from a few, its interval is too narrow."""


def spread(values: Array, name: str, seed: int) -> Spread | None:
    """Return mean and percentiles of values in the order of arrival; None where there are none.

    A percentile is the value at its rank (no interpolation), as MLPerf's is. Its interval is the bootstrap's: the rank
    of that order statistic in a resample is a Beta variable, so that it is drawn at once instead of by resampling.
    Requests that queue behind each other are alike; their number is cut to what they are worth: for a percentile by
    whether they are over it, since slow requests come in longer runs than fast ones.
    """
    known = values[~np.isnan(values)]
    if not len(known):
        return None
    n, worth = len(known), effective(known)
    ordered = np.sort(known)
    draws = stream(seed, f"requests:{name}")
    found, over = {}, {}
    for percent in PERCENTILES:
        value = float(ordered[max(math.ceil(percent / 100 * n), 1) - 1])
        own = min(worth, effective((known > value).astype(np.float64)))
        over[percent] = own * (1 - percent / 100)
        rank = min(math.ceil(percent / 100 * own), own)
        at = draws.beta(rank, own - rank + 1, DRAWS)
        low, high = np.percentile(ordered[np.minimum((at * n).astype(np.int64), n - 1)], INTERVAL)
        found[percent] = Estimate(value, float(min(low, value)), float(max(high, value)))
    mean, width = float(known.mean()), NORMAL_95 * float(known.std()) / math.sqrt(worth)
    return Spread(n, worth, Estimate(mean, max(mean - width, 0.0), mean + width), found, over)


def effective(values: Array) -> float:
    """Return how many independent values a series is worth.

    The lesser of n (1 − r) / (1 + r), r the correlation of neighbours, and, in long series, of what the means of twenty
    batches vary by over what independent ones would, with Student's t for so few batches.

    >>> bool(effective(np.array([1.0, 2.0] * 50)) == 100)
    True
    """
    n = len(values)
    mean = float(values.mean())
    centred = values - mean
    power = float(centred @ centred)
    if n < 3 or power <= n * (SAME * mean) ** 2:  # equal values differ by rounding alone
        return float(n)
    likeness = min(max(float(centred[1:] @ centred[:-1]) / power, 0.0), 1 - 1 / n)
    worth = n * (1 - likeness) / (1 + likeness)
    size = n // BATCHES
    if size >= LEAST_BATCH:
        means = centred[: size * BATCHES].reshape(BATCHES, size).mean(axis=1)
        swollen = size * float(means.var(ddof=1)) / (power / n) * (STUDENT_95 / NORMAL_95) ** 2
        worth = min(worth, n / max(swollen, 1.0))
    return max(worth, 1.0)


def share(p: float, whole: float) -> Estimate:
    """Return a share of `whole` independent requests with its 95 % interval by Wilson's score, which stays in 0 to 1.

    Source: https://doi.org/10.1080/01621459.1927.10502953
    """
    z = NORMAL_95
    middle = (p + z**2 / (2 * whole)) / (1 + z**2 / whole)
    half = z / (1 + z**2 / whole) * math.sqrt(p * (1 - p) / whole + z**2 / (4 * whole**2))
    return Estimate(p, max(min(middle - half, p), 0.0), min(max(middle + half, p), 1.0))
