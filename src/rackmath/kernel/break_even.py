"""Where two options cost the same, as one input moves."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from rackmath.kernel.params import Array

POINTS = 241
ROUNDS = 11
ROUND_POINTS = 33


@dataclass(frozen=True)
class Crossing:
    """One value of the input at which option `first` stops being cheaper than `second`, or starts."""

    first: str
    second: str
    at: float
    cheaper_above: str


def grid(low: float, high: float, scale: str, points: int = POINTS) -> Array:
    """Return `points` values from low to high, evenly spaced on a ``log`` or ``linear`` scale."""
    return np.geomspace(low, high, points) if scale == "log" else np.linspace(low, high, points)


def crossings(
    names: tuple[str, str], difference: Callable[[Array], Array], low: float, high: float, scale: str
) -> list[Crossing]:
    """Return every value between low and high at which ``cost(first) - cost(second)`` changes its sign.

    Parameters
    ----------
    names
        The two options.
    difference
        Maps an array of the input's values to the cost difference; it may jump (whole GPUs), and a jump across zero is
        a crossing too.
    low, high, scale
        The range that is searched, and how it is divided.

    Returns
    -------
    list of Crossing
        In order. Where both cost the same over a stretch, its first value stands for it.
    """
    values = grid(low, high, scale)
    signs = np.sign(_finite(difference(values)))
    found: list[Crossing] = []
    last = 0.0
    at_last = 0
    for index, sign in enumerate(signs):
        if sign == 0:
            continue
        if last and sign != last:
            place = _narrow(difference, values[at_last], values[index], last, scale)
            found.append(Crossing(*names, at=place, cheaper_above=names[1] if sign > 0 else names[0]))
        last, at_last = float(sign), index
    return found


def _finite(values: Array) -> Array:
    """Make infinite differences large numbers of their sign; two infinite costs differ by nothing."""
    return np.nan_to_num(np.asarray(values, dtype=np.float64), nan=0.0)


def _narrow(difference: Callable[[Array], Array], low: float, high: float, sign_low: float, scale: str) -> float:
    """Return the place between low and high at which the sign first differs, to the last digit.

    Each round divides the bracket by many points at once, since a model costs the same for one value as for fifty.
    """
    for _ in range(ROUNDS):
        values = grid(low, high, scale, ROUND_POINTS)
        other = np.flatnonzero(np.sign(_finite(difference(values))) != sign_low)
        index = int(other[0]) if len(other) else ROUND_POINTS - 1
        if index == 0 or values[index - 1] == values[index]:
            break
        low, high = float(values[index - 1]), float(values[index])
    return float(high)


def first_crossing(difference: Array, values: Array) -> Array:
    """Return, for each column of ``difference`` (grid × draws), the first value at which it changes sign; NaN if never.

    The place between two grid values is found on the straight line between them.
    """
    finite = _finite(difference)
    change = (finite[:-1] * finite[1:] < 0) | ((finite[:-1] != 0) & (finite[1:] == 0))
    any_change = change.any(axis=0)
    index = change.argmax(axis=0)
    column = np.arange(finite.shape[1])
    before, after = finite[index, column], finite[index + 1, column]
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(before == after, 0.0, before / (before - after))
    place = values[index] + np.clip(share, 0, 1) * (values[index + 1] - values[index])
    return np.where(any_change, place, np.nan)


def spread(places: Array) -> Mapping[str, Any]:
    """Return p5, p50 and p95 of the break-evens that exist, and the share of draws in which there is one."""
    held = places[np.isfinite(places)]
    chance = len(held) / len(places)
    if len(held) < 20:
        return {"p5": None, "p50": None, "p95": None, "chance": chance}
    p5, p50, p95 = np.quantile(held, [0.05, 0.5, 0.95])
    return {"p5": float(p5), "p50": float(p50), "p95": float(p95), "chance": chance}
