"""What it is worth to know an input before deciding: the expected value of perfect information.

Who knows an input can choose the option that is cheapest there; who does not takes the one that is cheapest on average.
The mean difference is the most that a measurement, or a quote, can be worth. It is found from the draws that the
decision was made with: they are cut into slices of equal chance along the input, and each slice takes the option that
is cheapest in it. What is cheapest is chosen on one half of the draws and valued on the other, so that noise is not
counted as knowledge.

Source: https://doi.org/10.1177/0272989X12465123 (Strong and Oakley 2013: one level of draws, ordered along the input
and cut into slices; correlated inputs need nothing more). Choosing and valuing on different halves is our addition.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rackmath.kernel.params import Array
from rackmath.uncertainty.distributions import probability_of

SLICES = 48
FEWEST = 40
"""Draws that a slice needs in each half; with fewer draws there are fewer slices."""
SURE = 2.0
"""A value within so many standard errors of nothing counts as nothing."""


@dataclass(frozen=True)
class Worth:
    """What it is worth to know an input exactly, on average, and the standard error of that."""

    value: float
    error: float


def perfect(totals: Array) -> float:
    """Return what it is worth to know everything: the least mean of an option, less the mean of each draw's least.

    Parameters
    ----------
    totals
        Finite costs, options × draws.
    """
    return float(totals.mean(axis=1).min() - totals.min(axis=0).mean())


def worth_of(totals: Array, scores: Mapping[str, Array]) -> dict[str, Worth]:
    """Return what it is worth to know each input alone.

    Parameters
    ----------
    totals
        Finite costs, options × draws.
    scores
        Input to its standard normal scores, one a draw.
    """
    count = totals.shape[1]
    slices = max(1, min(SLICES, count // (2 * FEWEST)))
    best = int(totals.mean(axis=1).argmin())
    halves = np.arange(count) % 2
    return {name: _worth(totals, best, _slice(each, slices), halves, slices) for name, each in scores.items()}


def _slice(scores: Array, slices: int) -> NDArray[np.intp]:
    return np.minimum((probability_of(scores) * slices).astype(np.intp), slices - 1)


def _worth(totals: Array, best: int, slice_of: NDArray[np.intp], halves: NDArray[np.intp], slices: int) -> Worth:
    cell = slice_of * 2 + halves
    sums = np.stack([np.bincount(cell, weights=row, minlength=2 * slices) for row in totals])
    cheapest = sums.argmin(axis=0).reshape(slices, 2)[:, ::-1].ravel()  # chosen on the other half of the same slice
    taken = cheapest[cell]
    moved = np.flatnonzero(taken != best)
    gain = totals[best, moved] - totals[taken[moved], moved]
    count = totals.shape[1]
    value = float(gain.sum()) / count
    error = float(np.sqrt(max(float((gain * gain).sum()) / count - value * value, 0.0) / count))
    return Worth(value if value > SURE * error else 0.0, error)
