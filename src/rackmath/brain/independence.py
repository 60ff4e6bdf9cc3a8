"""How many independent sources an agreement really has.

Two streams of evidence are independent only when they look at different facets of the matter **and** go back to
different origins: two proxies of one construct count as one, and so do ten pages that copy each other. With weights w
and the assumed correlation matrix C,

    n_eff = (Σ w)² / (wᵀ C w),

which is the number of streams when none correlate (C the identity, equal weights) and 1 when all do. A claim is
triangulated when at least two streams that are independent of each other agree (their ranges meet), and n_eff says how
many independent witnesses the whole amounts to.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import isfinite

import numpy as np

from rackmath.errors import RackmathError

SAME = 1.0
"""The correlation that streams of one origin or one facet are taken to have."""


@dataclass(frozen=True, slots=True)
class Stream:
    """One piece of evidence for a claim: its facet, its origin, its range (in one unit for all), and its weight."""

    name: str
    facet: Hashable
    origin: Hashable
    low: float
    high: float
    weight: float = 1.0

    def independent(self, other: Stream) -> bool:
        """Whether both facet and origin differ."""
        return self.facet != other.facet and self.origin != other.origin

    def agrees(self, other: Stream) -> bool:
        """Whether the ranges meet."""
        return self.low <= other.high and other.low <= self.high


@dataclass(frozen=True, slots=True)
class Triangulation:
    """What an agreement amounts to: streams, facets, origins, n_eff, and the independent pairs that agree or do not."""

    streams: int
    facets: int
    origins: int
    effective: float
    agreeing: tuple[tuple[str, str], ...]
    disagreeing: tuple[tuple[str, str], ...]

    @property
    def triangulated(self) -> bool:
        """Whether independent streams agree, and none contradict each other."""
        return bool(self.agreeing) and not self.disagreeing


def effective_number(weights: Sequence[float], correlation: Sequence[Sequence[float]] | np.ndarray) -> float:
    """Return (Σw)² / (wᵀCw): between 1 (all say the same by one mouth) and the number of weights.

    Raises
    ------
    RackmathError
        A weight is negative or not finite, all are zero, or the matrix is not a correlation matrix of that size.
    """
    w = np.asarray(weights, dtype=float)
    c = np.asarray(correlation, dtype=float)
    if not w.size or not np.isfinite(w).all() or (w < 0).any() or not w.sum() > 0:
        raise RackmathError("weights: give at least one, none negative, and not all zero")
    if c.shape != (w.size, w.size):
        raise RackmathError(f"correlations: {w.size} weights need a {w.size} by {w.size} matrix, not {c.shape}")
    if not np.isfinite(c).all() or not np.allclose(c, c.T) or not np.allclose(np.diag(c), 1.0):
        raise RackmathError("correlations: the matrix is symmetric, finite, and 1 on its diagonal")
    if (np.abs(c) > 1.0 + 1e-12).any():
        raise RackmathError("correlations lie between -1 and 1")
    spread = float(w @ c @ w)
    if not spread > 0:
        raise RackmathError("correlations: the weighted streams cancel out (wᵀCw is not above 0)")
    return float(w.sum()) ** 2 / spread


def triangulate(streams: Sequence[Stream], *, between: float = 0.0) -> Triangulation:
    """Say how many independent sources some streams amount to, and which independent ones agree.

    Parameters
    ----------
    between
        The correlation assumed between streams of different facet and origin; 0 unless something is known.

    Raises
    ------
    RackmathError
        There is no stream, or a range is not finite or upside down.
    """
    for each in streams:
        if not (isfinite(each.low) and isfinite(each.high) and each.low <= each.high):
            raise RackmathError(f"{each.name}: {each.low} to {each.high} is no range")
    matrix = [[1.0 if one is two else between if one.independent(two) else SAME for two in streams] for one in streams]
    agreeing: list[tuple[str, str]] = []
    disagreeing: list[tuple[str, str]] = []
    for one, two in combinations(streams, 2):
        if one.independent(two):
            (agreeing if one.agrees(two) else disagreeing).append((one.name, two.name))
    return Triangulation(
        streams=len(streams),
        facets=len({each.facet for each in streams}),
        origins=len({each.origin for each in streams}),
        effective=effective_number([each.weight for each in streams], matrix),
        agreeing=tuple(agreeing),
        disagreeing=tuple(disagreeing),
    )


def origins(sources: Iterable[str], taken_from: Mapping[str, Iterable[str]]) -> dict[str, str]:
    """Return the origin of each source: pages that take from each other, directly or in a circle, have one.

    Parameters
    ----------
    taken_from
        By source, the sources that it takes its numbers from.
    """
    parent: dict[str, str] = {}

    def root(name: str) -> str:
        parent.setdefault(name, name)
        while parent[name] != name:
            parent[name] = parent[parent[name]]
            name = parent[name]
        return name

    for source, others in taken_from.items():
        for other in others:
            one, two = sorted((root(source), root(other)))
            parent[two] = one
    return {source: root(source) for source in sources}
