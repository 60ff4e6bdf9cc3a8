"""Small steps that several models need, each the same for floats, arrays and quantities with units."""

from __future__ import annotations

from typing import Any

import numpy as np

from rackmath.kernel import Real
from rackmath.units import number, quantity

HAIR = 1e-12
"""Relative room below a whole number: float noise must not buy another server."""


def ratio(part: Any, whole: Any, unit: str, *, when_zero: float = 0.0) -> Real:
    """Return `part` / `whole`, both in `unit`, as a plain number; `when_zero` where `whole` is zero."""
    upper, lower = np.asarray(number(part, unit), dtype=np.float64), np.asarray(number(whole, unit), dtype=np.float64)
    nothing = lower == 0
    with np.errstate(over="ignore"):  # a quotient too large for a float is infinite, and the model's result is checked
        found = np.where(nothing, when_zero, upper / np.where(nothing, 1.0, lower))
    return found if found.ndim else float(found)


def some(condition: Any) -> bool:
    """Say whether a condition holds for any of the draws."""
    return bool(np.any(condition))


def tagged(value: Any, unit: str, like: Any) -> Any:
    """Return a plain number as a quantity in `unit` when `like` is one, so that a run with units stays one."""
    return quantity(value, unit) if hasattr(like, "dimensionality") else value


def whole(value: Any, unit: str, least: Any = 0.0) -> Any:
    """Return a count rounded up to whole units, and at least `least` (a plain number or a quantity in `unit`)."""
    rounded = np.maximum(np.ceil(number(value, unit) * (1 - HAIR)), number(least, unit))
    return tagged(rounded, unit, value)


def ratio_or_never(cost: Any, gain: Any, limit: float = np.inf) -> Any:
    """Return cost / gain as plain numbers: +inf where there is no gain, or where the ratio is above `limit`."""
    paid, earned = np.broadcast_arrays(np.asarray(cost, dtype=np.float64), np.asarray(gain, dtype=np.float64))
    out = np.full(paid.shape, np.inf)
    with np.errstate(over="ignore"):
        np.divide(paid, earned, out=out, where=earned > 0)
    if limit < np.inf:
        out[out > limit] = np.inf
    return out if out.ndim else float(out)
