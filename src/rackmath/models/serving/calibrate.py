r"""Partly pooled constants: what engines, chips and models have of their own, shrunk towards everybody's.

A time is a sum of parts, and every group g that a row belongs to (its engine, chip, model, format, combinations of
them) may change each part by a factor of its own:

.. math:: \ln t = \ln \sum_p t_p e^{u_p} + z^\top s, \qquad u_p = \sum_g \delta_{g,p}, \quad s = \sum_g \sigma_g

with slopes s on a few features z. All offsets are normal around zero, with a spread by kind of group and part. So a
group that was seen often has its own constants, and one never seen leaves the answer alone. The mode is found by
Gauss-Newton steps with outliers weighed down, each cut short until it brings the mode nearer. How wide intervals must
be is measured on rows left out (fitting.py).
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
HUBER, FAR = 1.5, 8.0  # noises from which a row counts less, and from which it hardly counts
LIMIT = 400
SHORTER = (1.0, 0.5, 0.25, 0.12, 0.06)  # shares of a step that are tried until one is better than standing still
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


def _totals(offsets: Mapping[tuple[str, str], int], mean: Array, spreads: Spreads, groups: Groups) -> Array:
    """Return the sum of a row's offsets, one column an offset; rows that share their names object are summed once."""
    width, scale = spreads.width, spreads.scale
    place: dict[int, int] = {}
    which = np.array([place.setdefault(id(names), len(place)) for names in groups], dtype=np.intp)
    once = {id(names): names for names in groups}
    total = np.zeros((len(once), width))
    for row, names in enumerate(once.values()):
        for kind, spread in spreads.groups.items():
            at = offsets.get((kind, names[kind]))
            if at is not None:
                total[row] += spread * scale * mean[at * width : (at + 1) * width]
    return np.asarray(total[which])


def _apply(parts: Array, slopes: Array, total: Array) -> tuple[Array, Array, Array]:
    """Return the logarithm of the corrected time, the corrected parts, and the derivative by each offset."""
    count = parts.shape[1]
    changed = parts * np.exp(np.clip(total[:, :count], -4, 4))
    whole = changed.sum(axis=1)
    lean = np.einsum("ij,ij->i", slopes, total[:, count:])
    return np.log(whole) + lean, changed * np.exp(lean)[:, None], np.hstack([changed / whole[:, None], slopes])


def _loss(left: Array, mean: Array, noise: float) -> float:
    """Return what the mode makes least: quadratic, linear beyond `HUBER` noises, flattening beyond `FAR`."""
    apart = np.abs(left) / noise
    linear = HUBER * (apart - HUBER / 2)
    flat = HUBER * (2 * FAR - HUBER / 2 - FAR**2 / np.maximum(apart, FAR))
    each = np.where(apart < HUBER, apart**2 / 2, np.where(apart < FAR, linear, flat))
    return float(each.sum() + mean @ mean / 2)


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
        apart = spreads.noise / np.maximum(np.abs(left), 1e-9)
        trust = np.sqrt(np.minimum(1.0, HUBER * apart)) * np.minimum(1.0, FAR * apart) / spreads.noise
        linear = left + np.einsum("ij,ij->i", slope, total)
        values = np.tile(slope, len(kinds)) * strength * trust[:, None]
        x = sparse.csr_array((values.ravel(), at.ravel(), starts), shape=(len(groups), len(mean)))
        solved = lsqr(x, trust * linear, damp=1.0, atol=1e-6, btol=1e-6, iter_lim=LIMIT)[0]
        step, before = np.clip(solved - mean, -STRIDE, STRIDE), _loss(left, mean, spreads.noise)
        for share in SHORTER:
            reached = mean + share * step
            there, _, _ = _apply(parts, slopes, _totals(index, reached, spreads, groups))
            if _loss(target - there, reached, spreads.noise) < before:
                break
        mean = reached
    return Offsets(spreads, index, mean)


def correct(offsets: Offsets, groups: Groups, parts: Array, slopes: Array) -> tuple[Array, Array]:
    """Return the logarithm of the corrected times, and their parts in seconds; a group never seen changes nothing."""
    total = _totals(offsets.index, offsets.mean, offsets.spreads, groups)
    log, changed, _ = _apply(parts, slopes, total)
    return log, changed
