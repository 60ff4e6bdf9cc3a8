"""Prices and discounts by tier: graduated, each unit at its own tier, or the tier that was reached for the whole.

A tier begins at its start and holds up to the next one's; the last has no end. Tiers lie on the last axis of an array,
and what they are applied to has that axis of length one or none.
"""

from __future__ import annotations

from typing import Any

import numpy as np


def in_order(starts: Any, values: Any) -> tuple[Any, Any]:
    """Return tiers sorted by where they start, with their values; of equal starts the later named holds."""
    starts, values = np.broadcast_arrays(np.asarray(starts, dtype=np.float64), np.asarray(values, dtype=np.float64))
    order = np.argsort(starts, axis=-1, kind="stable")
    return np.take_along_axis(starts, order, axis=-1), np.take_along_axis(values, order, axis=-1)


def in_each(volume: Any, starts: Any) -> Any:
    """Return how much of a volume lies in each of the sorted tiers, along the last axis."""
    ends = np.concatenate([starts[..., 1:], np.full((*starts.shape[:-1], 1), np.inf)], axis=-1)
    return np.maximum(np.minimum(np.asarray(volume)[..., None], ends) - starts, 0.0)


def graduated(volume: Any, starts: Any, values: Any) -> Any:
    """Return the sum over sorted tiers of what lies in each, times its value: a marginal price, or a discount."""
    return np.sum(in_each(volume, starts) * values, axis=-1)


def reached(volume: Any, starts: Any, values: Any, below: float = 0.0) -> Any:
    """Return the value of the highest sorted tier that starts strictly below the volume; `below` where none does."""
    count = np.sum(np.asarray(volume)[..., None] > starts, axis=-1)
    shape = np.broadcast_shapes(np.shape(count), values.shape[:-1])
    values = np.broadcast_to(values, (*shape, values.shape[-1]))
    count = np.broadcast_to(count, shape)
    found = np.take_along_axis(values, np.maximum(count - 1, 0)[..., None], axis=-1)[..., 0]
    return np.where(count > 0, found, below)
