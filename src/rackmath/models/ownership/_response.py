"""Response curves: what a resource takes as a power of the load, fitted by least squares in logarithms.

Source: the log-log regression of any statistics text, https://en.wikipedia.org/wiki/Power_law#Estimating_the_exponent.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from rackmath.errors import RackmathError

NO_SPREAD = 1e-12
LARGEST = 1e15
"""No resource takes more: a curve that is extrapolated without end stays a number."""


class Curve(NamedTuple):
    """``exp(level) × load ** exponent``."""

    level: Any
    exponent: Any

    def at(self, load: Any) -> Any:
        """Return what a load takes; nothing for no load."""
        safe = np.maximum(load, 1e-9)
        taken = np.exp(np.minimum(self.level + self.exponent * np.log(safe), np.log(LARGEST)))
        return np.where(np.greater(load, 0), taken, 0.0)


def fit(load: Any, taken: Any) -> Curve:
    """Fit a curve to experiments (the last axis of both); one experiment alone is taken to be in proportion.

    Raises
    ------
    RackmathError
        The two lists differ in length.
    """
    x, y = np.log(load), np.log(np.atleast_1d(np.asarray(taken, dtype=np.float64)))
    if x.shape[-1] != y.shape[-1]:
        raise RackmathError(
            f"tested_users and what was measured: {x.shape[-1]} and {y.shape[-1]} numbers; give one an experiment"
        )
    mean_x, mean_y = x.mean(axis=-1, keepdims=True), y.mean(axis=-1, keepdims=True)
    spread = ((x - mean_x) ** 2).sum(axis=-1)
    moved = ((x - mean_x) * (y - mean_y)).sum(axis=-1)
    flat = spread < NO_SPREAD
    exponent = np.where(flat, 1.0, moved / np.where(flat, 1.0, spread))
    return Curve(mean_y[..., 0] - exponent * mean_x[..., 0], exponent)
