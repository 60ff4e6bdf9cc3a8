"""Demand over the hours relative to its mean: the hours of a measured curve, or a lognormal with a given peak.

Both answer the same questions, for floats and for arrays of draws, so that a model need not know which it has.
A curve of hours is sorted once; what exceeds a capacity is then a sum over its tail, found without a loop over hours.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from rackmath.errors import RackmathError
from rackmath.models._demand import above, exceeded_in, hour_exceeded_in, largest_peak, log_spread
from rackmath.models._numbers import HAIR, some
from rackmath.units import number

SMALLEST = 1e-300
"""Stands for no demand at all where it is divided by."""


class LoadCurve(Protocol):
    """Demand of the hours, over the mean of all hours."""

    @property
    def peak(self) -> Any:
        """Demand that capacity is sized for."""

    @property
    def warnings(self) -> tuple[str, ...]:
        """What the inputs of the curve make doubtful."""

    def exceeded_in(self, share: Any) -> Any:
        """Demand that no more than a share of the hours exceed."""

    def above(self, capacity: Any) -> tuple[Any, Any]:
        """Mean of what the hours have above a capacity, and the share of the hours that exceed it."""


def load_curve(form: str, peak_to_mean: Any, peak_hours_share: Any, hourly_demand: Any) -> LoadCurve:
    """Return the curve of the hours given (``hourly``), or a lognormal one with that peak (``lognormal``)."""
    if form == "hourly":
        return Hours.of(number(hourly_demand, ""))
    ratio, share = number(peak_to_mean, ""), number(peak_hours_share, "")
    return Lognormal(ratio, log_spread(ratio, share), some(ratio > largest_peak(share)))


@dataclass(frozen=True)
class Lognormal:
    """Hours whose demand is lognormal."""

    peak: Any
    sigma: Any
    capped: bool

    @property
    def warnings(self) -> tuple[str, ...]:
        """Say where the peak asked for is more than a lognormal can have."""
        told = "No lognormal demand is as spiky as this peak in so large a share of hours; the spikiest one is used."
        return (told,) if self.capped else ()

    def exceeded_in(self, share: Any) -> Any:
        """Return the demand that is exceeded in a share of the hours; 0 where that is all of them."""
        return exceeded_in(1.0, self.sigma, share)

    def above(self, capacity: Any) -> tuple[Any, Any]:
        """Return the mean of what the hours have above a capacity, and the share of the hours that exceed it."""
        return above(self.sigma, capacity)


@dataclass(frozen=True)
class Hours:
    """Hours as they were measured."""

    hours: Any
    """Sorted, with a mean of 1; the last axis."""
    tail: Any
    """Sum of the hours from each one on, and 0 at the end."""

    @classmethod
    def of(cls, hourly_demand: Any) -> Hours:
        """Return the curve of demand in any unit: only its shape counts."""
        hours = np.sort(np.atleast_1d(np.asarray(hourly_demand, dtype=np.float64)), axis=-1)
        mean = hours.mean(axis=-1, keepdims=True)
        if not (mean > 0).all():
            raise RackmathError(
                "hourly_demand: there is no demand in any hour, so it has no shape; say how much there is with "
                "tokens_per_month (0 for none)"
            )
        hours = hours / mean
        tail = np.cumsum(hours[..., ::-1], axis=-1)[..., ::-1]
        return cls(hours, np.concatenate([tail, np.zeros_like(tail[..., :1])], axis=-1))

    @property
    def peak(self) -> Any:
        """Return the largest hour."""
        return self.hours[..., -1]

    @property
    def warnings(self) -> tuple[str, ...]:
        """Return nothing: the hours are what they are."""
        return ()

    def above(self, capacity: Any) -> tuple[Any, Any]:
        """Return the mean of what the hours have above a capacity, and the share of the hours that exceed it."""
        if self.hours.ndim > 1:
            over = self.hours - np.expand_dims(capacity, -1)
            return np.maximum(over, 0.0).mean(axis=-1), (over > 0).mean(axis=-1)
        count = self.hours.shape[-1]
        first = np.searchsorted(self.hours, capacity, side="right")
        share = 1.0 - first / count
        return np.maximum(self.tail[first] / count - capacity * share, 0.0), share

    def exceeded_in(self, share: Any) -> Any:
        """Return the smallest hour that no more than a share of them exceed; 0 where that is all of them."""
        return hour_exceeded_in(self.hours, share)


def best_steps(curve: LoadCurve, mean: Any, step: Any, ratio: Any, least: Any) -> tuple[Any, Any]:
    """Return the whole steps of capacity that cost least, and what they spill, in the unit of `mean`.

    Cost is convex in capacity, so the best whole number lies beside the best real one. Costs are compared in tokens at
    the API price: a step of capacity costs `ratio` times its tokens.

    Parameters
    ----------
    curve
        Demand over the hours.
    mean, step
        Mean demand, and the capacity of one step, in one unit.
    ratio
        What a token costs on capacity that is always full, over what it costs at the API.
    least
        Steps that there are in any case.
    """
    scale = np.maximum(mean, step * HAIR)  # a mean that a step dwarfs spills nothing
    best = mean * curve.exceeded_in(ratio) / step
    below, above = np.maximum(np.floor(best), least), np.maximum(np.ceil(best), least)
    spill_below, spill_above = (mean * curve.above(steps * step / scale)[0] for steps in (below, above))
    with np.errstate(invalid="ignore"):  # a free API: no capacity is worth anything, and both are the least
        more = ratio * (above - below) * step < spill_below - spill_above
    return np.where(more, above, below), np.where(more, spill_above, spill_below)


def dear_when_full(ratio: Any) -> tuple[str, ...]:
    """Return a warning where a token costs no less on full capacity than at the API."""
    if some(np.greater_equal(ratio, 1.0)):
        return (
            "A token costs more on GPUs that are always full than at the API, so only the minimum of replicas is kept; "
            "the API alone is cheaper.",
        )
    return ()
