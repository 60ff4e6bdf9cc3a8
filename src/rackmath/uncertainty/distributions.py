"""Distributions that are given by what lies at each place of the normal scale.

Every distribution answers `at_score` (a standard normal score to the value of the same rank) and `cdf` (a value to its
probability). So one standard normal draw an input is enough, whatever its family; bounds are kept by drawing only from
the part inside them; and two inputs can be correlated by correlating their scores.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np
from numpy.typing import NDArray

from rackmath.errors import RackmathError

Array = NDArray[np.float64]
MAX_SAMPLES = 1_000_000
FEW = 8
"""Up to so many values the standard library answers: importing SciPy's functions takes longer than a whole run."""
PERT_NODES = 4_097
PERT_REACH = 7.0
"""Standard deviations of the normal scale that the table of a PERT covers; beyond lies a chance of 1e-12."""


def score_of(probability: Array) -> Array:
    """Return the standard normal score of each probability."""
    probability = np.asarray(probability, dtype=np.float64)
    if probability.size <= FEW:
        from statistics import NormalDist  # noqa: PLC0415

        few = [
            NormalDist().inv_cdf(each) if 0 < each < 1 else math.copysign(math.inf, each - 0.5)
            for each in probability.ravel().tolist()
        ]
        return np.array(few).reshape(probability.shape)
    from scipy.special import ndtri  # noqa: PLC0415

    return np.asarray(ndtri(probability), dtype=np.float64)


def probability_of(score: Array) -> Array:
    """Return the probability of a standard normal draw below each score."""
    score = np.asarray(score, dtype=np.float64)
    if score.size <= FEW:
        few = [math.erfc(-each / math.sqrt(2)) / 2 for each in score.ravel().tolist()]
        return np.array(few).reshape(score.shape)
    from scipy.special import ndtr  # noqa: PLC0415

    return np.asarray(ndtr(score), dtype=np.float64)


class Distribution(ABC):
    """What every distribution can do. Scores, probabilities and values are arrays of any shape."""

    @abstractmethod
    def at_score(self, score: Array) -> Array:
        """Return the values whose rank is that of a standard normal score (0 is the median)."""

    @abstractmethod
    def cdf(self, value: Array) -> Array:
        """Return the probability that a draw is at most each value."""

    @abstractmethod
    def scaled(self, factor: float) -> Distribution:
        """Return the distribution of the same quantity in a unit `factor` times smaller (`factor` > 0)."""

    @abstractmethod
    def to_json(self) -> dict[str, object] | float:
        """Return what a person would write for it, as plain data."""

    def within(self, minimum: float, maximum: float) -> Distribution:  # noqa: ARG002  (most have hard ends already)
        """Return the member of the family that fits a quantity with these bounds (a share stays in 0 to 1)."""
        return self

    def ppf(self, probability: Array) -> Array:
        """Return the values below which the given probabilities lie."""
        return self.at_score(score_of(np.asarray(probability, dtype=np.float64)))

    def central(self) -> float:
        """Return the single value to use where one is wanted: the median."""
        return float(self.at_score(np.zeros(1))[0])


def _check_finite(**values: float) -> None:
    for name, value in values.items():
        if not math.isfinite(value):
            raise RackmathError(f"{name} is {value}; a range needs finite numbers")


@dataclass(frozen=True)
class Point(Distribution):
    """One value, no spread."""

    value: float

    def __post_init__(self) -> None:
        _check_finite(value=self.value)

    def at_score(self, score: Array) -> Array:
        """Return the value for every score."""
        return np.full(np.shape(score), self.value)

    def cdf(self, value: Array) -> Array:
        """Return 0 below the value and 1 from it on."""
        return (np.asarray(value) >= self.value).astype(np.float64)

    def scaled(self, factor: float) -> Point:
        """Return the point in the other unit."""
        return Point(self.value * factor)

    def to_json(self) -> float:
        """Return the value."""
        return self.value


@dataclass(frozen=True)
class Interval(Distribution):
    """Two quantiles of a quantity, by default the 5th and the 95th percentile.

    The family follows the quantity's bounds: lognormal where it cannot be negative, logit-normal for a share (0 to 1),
    normal where it may be negative. ``family=""`` leaves that open until `within` is called.
    """

    low: float
    high: float
    low_probability: float = 0.05
    high_probability: float = 0.95
    family: str = ""

    def __post_init__(self) -> None:
        _check_finite(low=self.low, high=self.high)
        if not 0 < self.low_probability < self.high_probability < 1:
            raise RackmathError("the percentiles of a range must lie between 0 and 100 and rise")
        if self.low >= self.high:
            raise RackmathError(
                f"range {self.low:g} to {self.high:g}: the first number must be the smaller one"
                if self.low > self.high
                else f"range {self.low:g} to {self.high:g} has no width; write one number instead"
            )

    def within(self, minimum: float, maximum: float) -> Interval:
        """Return the interval with the family that the bounds call for."""
        if minimum >= 0 and maximum <= 1 and self.low > 0 and self.high < 1:
            family = "logitnormal"
        elif minimum >= 0 and self.low > 0:
            family = "lognormal"
        else:
            family = "normal"
        return Interval(self.low, self.high, self.low_probability, self.high_probability, family)

    @cached_property
    def _family(self) -> str:
        return self.family or ("lognormal" if self.low > 0 else "normal")

    def _forward(self, value: Array) -> Array:
        if self._family == "lognormal":
            return np.asarray(np.log(np.maximum(value, np.finfo(np.float64).tiny)))
        if self._family == "logitnormal":
            inside = np.clip(value, 1e-300, 1 - 1e-16)
            return np.asarray(np.log(inside) - np.log1p(-inside))
        return np.asarray(value, dtype=np.float64)

    @cached_property
    def _moments(self) -> tuple[float, float]:
        """Return mean and standard deviation on the normal scale."""
        low, high = self._forward(np.array([self.low, self.high]))
        z_low, z_high = score_of(np.array([self.low_probability, self.high_probability]))
        sigma = (high - low) / (z_high - z_low)
        return float(low - z_low * sigma), float(sigma)

    def at_score(self, score: Array) -> Array:
        """Return the values at the given scores."""
        mean, sigma = self._moments
        value = np.multiply(score, sigma)
        value += mean
        if self._family == "lognormal":
            return np.asarray(np.exp(value))
        if self._family == "logitnormal":
            return np.asarray(1 / (1 + np.exp(-value)))
        return np.asarray(value)

    def cdf(self, value: Array) -> Array:
        """Return the probability that a draw is at most each value."""
        mean, sigma = self._moments
        return probability_of((self._forward(np.asarray(value, dtype=np.float64)) - mean) / sigma)

    def scaled(self, factor: float) -> Interval:
        """Return the interval in the other unit; its family is chosen anew when it is bound."""
        return Interval(self.low * factor, self.high * factor, self.low_probability, self.high_probability)

    def to_json(self) -> dict[str, object]:
        """Return the two quantiles under their names."""
        return {f"p{self.low_probability * 100:g}": self.low, f"p{self.high_probability * 100:g}": self.high}


@cache
def _pert_probabilities() -> Array:
    """Return the probabilities at the places of a PERT's table."""
    places = np.linspace(-PERT_REACH, PERT_REACH, PERT_NODES)
    return np.array([math.erfc(-place / math.sqrt(2)) / 2 for place in places.tolist()])


@dataclass(frozen=True)
class Pert(Distribution):
    """A low, a most likely and a high value, none of which is passed (beta-PERT, weight 4 on the mode).

    Source: Malcolm, Roseboom, Clark and Fazar (1959), Operations Research 7(5), https://doi.org/10.1287/opre.7.5.646
    """

    low: float
    mode: float
    high: float

    def __post_init__(self) -> None:
        _check_finite(low=self.low, mode=self.mode, high=self.high)
        if not self.low <= self.mode <= self.high or self.low == self.high:
            raise RackmathError(f"low {self.low:g}, mode {self.mode:g}, high {self.high:g} must rise")

    @cached_property
    def _shape(self) -> tuple[float, float]:
        width = self.high - self.low
        return 1 + 4 * (self.mode - self.low) / width, 1 + 4 * (self.high - self.mode) / width

    @cached_property
    def _cumulative(self) -> tuple[Array, Array]:
        """Return shares of the width and the probability below each, by integration of the density.

        The shares lie close together at the ends, where a beta may be steep; the error is under a ten-millionth.
        """
        alpha, beta = self._shape
        angle = np.linspace(0, np.pi, 4 * PERT_NODES)
        share = (1 - np.cos(angle)) / 2
        density = share ** (alpha - 1) * (1 - share) ** (beta - 1) * np.sin(angle)
        below = np.concatenate([[0.0], np.cumsum(density[1:] + density[:-1])])
        return share, below / below[-1]

    @cached_property
    def _table(self) -> Array:
        """Return shares of the width at evenly spaced places of the normal scale.

        On that scale a beta's quantiles bend little even far out, so straight lines between them are exact enough.
        """
        share, below = self._cumulative
        return np.interp(_pert_probabilities(), below, share)

    def at_score(self, score: Array) -> Array:
        """Return the values at the given scores, to a hundred-thousandth of the width.

        The exact inverse takes microseconds a value; reading it from a table takes nanoseconds.
        """
        place = np.clip(score, -PERT_REACH, PERT_REACH)
        place = (place + PERT_REACH) * ((PERT_NODES - 1) / (2 * PERT_REACH))
        index = np.minimum(place.astype(np.intp), PERT_NODES - 2)
        below = self._table[index]
        share = below + (place - index) * (self._table[index + 1] - below)
        return np.asarray(self.low + (self.high - self.low) * share)

    def cdf(self, value: Array) -> Array:
        """Return the probability that a draw is at most each value."""
        share = (np.asarray(value, dtype=np.float64) - self.low) / (self.high - self.low)
        return np.interp(share, *self._cumulative)

    def scaled(self, factor: float) -> Pert:
        """Return the same belief in the other unit."""
        return Pert(self.low * factor, self.mode * factor, self.high * factor)

    def to_json(self) -> dict[str, object]:
        """Return low, mode and high."""
        return {"low": self.low, "mode": self.mode, "high": self.high}


@dataclass(frozen=True)
class Uniform(Distribution):
    """Anywhere between two values with equal chance."""

    low: float
    high: float

    def __post_init__(self) -> None:
        _check_finite(low=self.low, high=self.high)
        if self.low >= self.high:
            raise RackmathError(f"low {self.low:g} must be below high {self.high:g}")

    def at_score(self, score: Array) -> Array:
        """Return the values at the given scores."""
        return self.low + (self.high - self.low) * probability_of(score)

    def cdf(self, value: Array) -> Array:
        """Return the probability that a draw is at most each value."""
        return np.clip((np.asarray(value, dtype=np.float64) - self.low) / (self.high - self.low), 0, 1)

    def scaled(self, factor: float) -> Uniform:
        """Return the same belief in the other unit."""
        return Uniform(self.low * factor, self.high * factor)

    def to_json(self) -> dict[str, object]:
        """Return low and high."""
        return {"low": self.low, "high": self.high}


@dataclass(frozen=True)
class Samples(Distribution):
    """Values that were measured or drawn elsewhere; quantiles between them are interpolated."""

    values: tuple[float, ...]

    def __post_init__(self) -> None:
        if not 2 <= len(self.values) <= MAX_SAMPLES:
            raise RackmathError(f"samples: {len(self.values)} given; from 2 to {MAX_SAMPLES:,} can be used")
        if not all(math.isfinite(value) for value in self.values):
            raise RackmathError("samples hold a number that is not finite")

    @cached_property
    def _sorted(self) -> Array:
        return np.sort(np.asarray(self.values, dtype=np.float64))

    @cached_property
    def _grid(self) -> Array:
        return np.linspace(0, 1, len(self.values))

    def at_score(self, score: Array) -> Array:
        """Return the values at the given scores."""
        return np.interp(probability_of(score), self._grid, self._sorted)

    def cdf(self, value: Array) -> Array:
        """Return the probability that a draw is at most each value."""
        return np.interp(value, self._sorted, self._grid, left=0.0, right=1.0)

    def scaled(self, factor: float) -> Samples:
        """Return the samples in the other unit."""
        return Samples(tuple(value * factor for value in self.values))

    def to_json(self) -> dict[str, object]:
        """Return the samples."""
        return {"samples": list(self.values)}
