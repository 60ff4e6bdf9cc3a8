r"""Partly pooled constants: what engines, chips and models have of their own, shrunk towards everybody's.

A time is a sum of parts, and every group g that a row belongs to (its engine, chip, model, format, combinations of
them) may change each part by a factor of its own:

.. math:: \ln t = \ln \sum_p t_p e^{u_p} + z^\top s, \qquad u_p = \sum_g \delta_{g,p}, \quad s = \sum_g \sigma_g

with slopes s on a few features z. All offsets are normal around zero, with a spread by kind of group and part. So a
group that was seen often has its own constants, and one never seen leaves the answer alone. The mode is found by
Gauss-Newton steps with outliers weighed down. How wide intervals must be is measured on rows left out (fitting.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.sparse.linalg import lsqr

from rackmath.models.serving.step import Array

ROUNDS = 8
STRIDE = 1.5  # the most that an offset moves in a round, in spreads: keeps the steps where they are nearly linear
HUBER = 1.5
LIMIT = 400
Groups = Sequence[Mapping[str, str]]


@dataclass(frozen=True)
class Spreads:
    """Prior standard deviations: a factor by kind of group, one by part, one by slope; and that of what is left."""

    groups: Mapping[str, float]
    parts: Mapping[str, float]
    slopes: Mapping[str, float]
    noise: float

    @property
    def width(self) -> int:
        """Return how many offsets a group has."""
        return len(self.parts) + len(self.slopes)

    @property
    def scale(self) -> Array:
        """Return the spreads of one group's offsets."""
        return np.array([*self.parts.values(), *self.slopes.values()])


@dataclass(frozen=True)
class Offsets:
    """The offsets of all groups in units of their prior spread: index of (kind, group), and the posterior's mode."""

    spreads: Spreads
    index: Mapping[tuple[str, str], int]
    mean: Array


def _members(groups: Groups, kinds: Sequence[str]) -> dict[tuple[str, ...], Array]:
    together: dict[tuple[str, ...], list[int]] = {}
    for row, names in enumerate(groups):
        together.setdefault(tuple(names[kind] for kind in kinds), []).append(row)
    return {names: np.array(rows) for names, rows in together.items()}


def _totals(offsets: Mapping[tuple[str, str], int], mean: Array, spreads: Spreads, groups: Groups) -> Array:
    """Return the sum of a row's offsets, one column an offset."""
    kinds, width = list(spreads.groups), spreads.width
    total = np.zeros((len(groups), width))
    for names, rows in _members(groups, kinds).items():
        for kind, name in zip(kinds, names, strict=True):
            at = offsets.get((kind, name))
            if at is not None:
                total[rows] += spreads.groups[kind] * spreads.scale * mean[at * width : (at + 1) * width]
    return total


def _apply(parts: Array, slopes: Array, total: Array) -> tuple[Array, Array, Array]:
    """Return the logarithm of the corrected time, the corrected parts, and the derivative by each offset."""
    count = parts.shape[1]
    changed = parts * np.exp(np.clip(total[:, :count], -4, 4))
    whole = changed.sum(axis=1)
    lean = np.einsum("ij,ij->i", slopes, total[:, count:])
    return np.log(whole) + lean, changed * np.exp(lean)[:, None], np.hstack([changed / whole[:, None], slopes])


def fit_offsets(groups: Groups, parts: Array, slopes: Array, target: Array, spreads: Spreads) -> Offsets:
    """Return the posterior of the offsets for measured logarithms `target`.

    `parts` holds seconds (rows × parts), `slopes` features of about unit size.
    """
    kinds, width, scale = list(spreads.groups), spreads.width, spreads.scale
    index: dict[tuple[str, str], int] = {}
    for names in groups:
        for kind in kinds:
            index.setdefault((kind, names[kind]), len(index))
    mean = np.zeros(width * len(index))
    first = np.array([[width * index[kind, names[kind]] for kind in kinds] for names in groups])
    at = (first[:, :, None] + np.arange(width)).reshape(len(groups), -1)
    starts = np.arange(len(groups) + 1) * at.shape[1]
    strength = np.concatenate([spreads.groups[kind] * scale for kind in kinds])
    for _ in range(ROUNDS):
        total = _totals(index, mean, spreads, groups)
        now, _, slope = _apply(parts, slopes, total)
        left = target - now
        trust = np.sqrt(np.minimum(1.0, HUBER * spreads.noise / np.maximum(np.abs(left), 1e-9))) / spreads.noise
        linear = left + np.einsum("ij,ij->i", slope, total)
        values = np.tile(slope, len(kinds)) * strength * trust[:, None]
        x = sparse.csr_array((values.ravel(), at.ravel(), starts), shape=(len(groups), len(mean)))
        solved = lsqr(x, trust * linear, damp=1.0, atol=1e-6, btol=1e-6, iter_lim=LIMIT)[0]
        mean = mean + np.clip(solved - mean, -STRIDE, STRIDE)
    return Offsets(spreads, index, mean)


def correct(offsets: Offsets, groups: Groups, parts: Array, slopes: Array) -> tuple[Array, Array]:
    """Return the logarithm of the corrected times, and their parts in seconds; a group never seen changes nothing."""
    total = _totals(offsets.index, offsets.mean, offsets.spreads, groups)
    log, changed, _ = _apply(parts, slopes, total)
    return log, changed
