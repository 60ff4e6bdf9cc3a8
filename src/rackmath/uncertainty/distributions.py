"""Distributions that are given by their inverse cumulative function.

Every distribution answers `ppf` (probability to value) and `cdf` (value to probability), so that one uniform draw an
input is enough, bounds are kept by drawing only from the part inside them, and any quantile is exact.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from rackmath.errors import RackmathError

Array = NDArray[np.float64]
MAX_SAMPLES = 1_000_000


class Distribution(Protocol):
    """What every distribution can do. Probabilities and values are arrays of any shape."""

    def ppf(self, probability: Array) -> Array:
        """Return the values below which the given probabilities lie."""
        ...

    def cdf(self, value: Array) -> Array:
        """Return the probability that a draw is at most each value."""
        ...

    def scaled(self, factor: float) -> Distribution:
        """Return the distribution of the same quantity in a unit `factor` times smaller (`factor` > 0)."""
        ...

    def within(self, minimum: float, maximum: float) -> Distribution:
        """Return the member of the family that fits a quantity with these bounds (a share stays in 0 to 1)."""
        ...

    def central(self) -> float:
        """Return the single value to use where one is wanted: the median, or the value itself."""
        ...

    def to_json(self) -> dict[str, object] | float:
        """Return what a person would write for it, as plain data."""
        ...


def _normal_ppf(probability: Array) -> Array:
    from scipy.special import ndtri  # noqa: PLC0415  (0.1 s)

    return np.asarray(ndtri(probability), dtype=np.float64)


def _normal_cdf(value: Array) -> Array:
    from scipy.special import ndtr  # noqa: PLC0415

    return np.asarray(ndtr(value), dtype=np.float64)


def _check_finite(**values: float) -> None:
    for name, value in values.items():
        if not math.isfinite(value):
            raise RackmathError(f"{name} is {value}; a range needs finite numbers")


@dataclass(frozen=True)
class Point:
    """One value, no spread."""

    value: float

    def __post_init__(self) -> None:
        _check_finite(value=self.value)

    def ppf(self, probability: Array) -> Array:
        """Return the value for every probability."""
        return np.full(np.shape(probability), self.value)

    def cdf(self, value: Array) -> Array:
        """Return 0 below the value and 1 from it on."""
        return (np.asarray(value) >= self.value).astype(np.float64)

    def scaled(self, factor: float) -> Point:
        """Return the point in the other unit."""
        return Point(self.value * factor)

    def within(self, minimum: float, maximum: float) -> Point:  # noqa: ARG002  (bounds are checked where it is bound)
        """Return itself."""
        return self

    def central(self) -> float:
        """Return the value."""
        return self.value

    def to_json(self) -> float:
        """Return the value."""
        return self.value


@dataclass(frozen=True)
class Interval:
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
        z_low, z_high = _normal_ppf(np.array([self.low_probability, self.high_probability]))
        sigma = (high - low) / (z_high - z_low)
        return float(low - z_low * sigma), float(sigma)

    def ppf(self, probability: Array) -> Array:
        """Return the values at the given probabilities."""
        mean, sigma = self._moments
        value = _normal_ppf(probability)
        value *= sigma
        value += mean
        if self._family == "lognormal":
            return np.exp(value, out=value)
        if self._family == "logitnormal":
            return np.asarray(1 / (1 + np.exp(-value)))
        return value

    def cdf(self, value: Array) -> Array:
        """Return the probability that a draw is at most each value."""
        mean, sigma = self._moments
        return _normal_cdf((self._forward(np.asarray(value, dtype=np.float64)) - mean) / sigma)

    def scaled(self, factor: float) -> Interval:
        """Return the interval in the other unit; its family is chosen anew when it is bound."""
        return Interval(self.low * factor, self.high * factor, self.low_probability, self.high_probability)

    def central(self) -> float:
        """Return the median."""
        return float(self.ppf(np.array([0.5]))[0])

    def to_json(self) -> dict[str, object]:
        """Return the two quantiles under their names."""
        return {f"p{self.low_probability * 100:g}": self.low, f"p{self.high_probability * 100:g}": self.high}


@dataclass(frozen=True)
class Pert:
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

    def ppf(self, probability: Array) -> Array:
        """Return the values at the given probabilities."""
        from scipy.special import betaincinv  # noqa: PLC0415

        return np.asarray(self.low + (self.high - self.low) * betaincinv(*self._shape, probability))

    def cdf(self, value: Array) -> Array:
        """Return the probability that a draw is at most each value."""
        from scipy.special import betainc  # noqa: PLC0415

        share = np.clip((np.asarray(value, dtype=np.float64) - self.low) / (self.high - self.low), 0, 1)
        return np.asarray(betainc(*self._shape, share))

    def scaled(self, factor: float) -> Pert:
        """Return the same belief in the other unit."""
        return Pert(self.low * factor, self.mode * factor, self.high * factor)

    def within(self, minimum: float, maximum: float) -> Pert:  # noqa: ARG002
        """Return itself: its ends are hard already."""
        return self

    def central(self) -> float:
        """Return the median."""
        return float(self.ppf(np.array([0.5]))[0])

    def to_json(self) -> dict[str, object]:
        """Return low, mode and high."""
        return {"low": self.low, "mode": self.mode, "high": self.high}


@dataclass(frozen=True)
class Uniform:
    """Anywhere between two values with equal chance."""

    low: float
    high: float

    def __post_init__(self) -> None:
        _check_finite(low=self.low, high=self.high)
        if self.low >= self.high:
            raise RackmathError(f"low {self.low:g} must be below high {self.high:g}")

    def ppf(self, probability: Array) -> Array:
        """Return the values at the given probabilities."""
        return self.low + (self.high - self.low) * np.asarray(probability, dtype=np.float64)

    def cdf(self, value: Array) -> Array:
        """Return the probability that a draw is at most each value."""
        return np.clip((np.asarray(value, dtype=np.float64) - self.low) / (self.high - self.low), 0, 1)

    def scaled(self, factor: float) -> Uniform:
        """Return the same belief in the other unit."""
        return Uniform(self.low * factor, self.high * factor)

    def within(self, minimum: float, maximum: float) -> Uniform:  # noqa: ARG002
        """Return itself: its ends are hard already."""
        return self

    def central(self) -> float:
        """Return the middle."""
        return (self.low + self.high) / 2

    def to_json(self) -> dict[str, object]:
        """Return low and high."""
        return {"low": self.low, "high": self.high}


@dataclass(frozen=True)
class Samples:
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

    def ppf(self, probability: Array) -> Array:
        """Return the values at the given probabilities."""
        return np.interp(probability, self._grid, self._sorted)

    def cdf(self, value: Array) -> Array:
        """Return the probability that a draw is at most each value."""
        return np.interp(value, self._sorted, self._grid, left=0.0, right=1.0)

    def scaled(self, factor: float) -> Samples:
        """Return the samples in the other unit."""
        return Samples(tuple(value * factor for value in self.values))

    def within(self, minimum: float, maximum: float) -> Samples:  # noqa: ARG002
        """Return itself."""
        return self

    def central(self) -> float:
        """Return the median."""
        return float(np.median(self._sorted))

    def to_json(self) -> dict[str, object]:
        """Return the samples."""
        return {"samples": list(self.values)}
