r"""Inputs that move together: rank correlations, kept by correlating the normal scores that the draws are made from.

A person says how the ranks of two inputs go together (Spearman's coefficient), since that means the same whatever their
distributions are. The scores are joined by a Gaussian copula, for which a rank correlation :math:`\rho_s` is a
correlation of scores of :math:`2 \sin(\pi \rho_s / 6)`. Source: https://m.scirp.org/papers/72063 (the relation,
after Pearson 1907), https://doi.org/10.1080/03610918208812265 (Iman and Conover 1982, ranks as the way to say it).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from rackmath.errors import RackmathError
from rackmath.uncertainty import stream
from rackmath.uncertainty.distributions import probability_of, score_of

if TYPE_CHECKING:
    from rackmath.kernel.params import Array

LEAST_ROOM = 1e-9
"""The least eigenvalue of correlations that can hold together; below it draws would be made of rounding errors."""


@dataclass(frozen=True)
class Pair:
    """Two streams and the rank correlation of what is drawn from them."""

    first: str
    second: str
    rank: float

    def __post_init__(self) -> None:
        if not -1 < self.rank < 1:
            raise RackmathError(
                f"rank: {self.rank:g} is not between -1 and 1, both excluded; inputs that are always equal are one "
                "shared input"
            )
        if self.first == self.second:
            raise RackmathError("both inputs rest on the same draws already; they need no correlation")


@dataclass(frozen=True)
class Together:
    """Which streams move together, and how; a stream that no pair names is independent of all."""

    pairs: tuple[Pair, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict, compare=False)
    """What a person calls the streams, for what is wrong with them."""

    def __post_init__(self) -> None:
        said: set[frozenset[str]] = set()
        for pair in self.pairs:
            both = frozenset((pair.first, pair.second))
            if both in said:
                first, second = map(self._name, (pair.first, pair.second))
                raise RackmathError(f"the correlation of {first} and {second} is given twice; keep one")
            said.add(both)
        _ = self._roots  # contradictions are told when they are given, not when they are drawn

    def _name(self, stream: str) -> str:
        return self.names.get(stream, stream)

    @cached_property
    def groups(self) -> tuple[tuple[str, ...], ...]:
        """Return the streams that are joined, each group in the order of its names."""
        groups: list[set[str]] = []
        for pair in self.pairs:
            joined = {pair.first, pair.second}
            for group in [each for each in groups if each & joined]:
                joined |= group
                groups.remove(group)
            groups.append(joined)
        return tuple(sorted(tuple(sorted(group)) for group in groups))

    @cached_property
    def _roots(self) -> dict[str, list[tuple[str, float]]]:
        """Return for each joined stream the independent scores that it is a sum of, with their weights."""
        found: dict[str, list[tuple[str, float]]] = {}
        for group in self.groups:
            place = {name: index for index, name in enumerate(group)}
            matrix = np.eye(len(group))
            for pair in self.pairs:
                if pair.first in place:
                    at = place[pair.first], place[pair.second]
                    matrix[at] = matrix[at[::-1]] = 2 * math.sin(math.pi * pair.rank / 6)
            if np.linalg.eigvalsh(matrix)[0] < LEAST_ROOM:
                names = ", ".join(map(self._name, group))
                raise RackmathError(
                    f"the correlations among {names} contradict each other: no draws can have them all (a pair that is "
                    "not given counts as 0); bring them nearer to 0"
                )
            root = np.linalg.cholesky(matrix)
            for name, row in zip(group, root, strict=True):
                found[name] = [(other, float(weight)) for other, weight in zip(group, row, strict=True) if weight]
        return found

    def group_of(self, name: str) -> tuple[str, ...]:
        """Return the streams that move with this one, itself among them."""
        return next((group for group in self.groups if name in group), (name,))

    def score(self, name: str, own: Callable[[str], Array]) -> Array:
        """Return the scores of a stream, made of the independent scores that `own` gives for each name."""
        parts = self._roots.get(name)
        if parts is None:
            return own(name)
        return np.asarray(sum(weight * own(other) for other, weight in parts))

    def probabilities(self, names: Iterable[str], seed: int, purpose: str, count: int) -> dict[str, Array]:
        """Return `count` draws of each stream's probability, from streams of their own for this purpose."""
        own = {name: stream(seed, f"{purpose}:{name}").random(count) for name in names}

        def score(name: str) -> Array:
            given = own[name] if name in own else stream(seed, f"{purpose}:{name}").random(count)
            return score_of(given)

        return {
            name: probability_of(self.score(name, score)) if name in self._roots else places
            for name, places in own.items()
        }

    def partition(self, names: Sequence[str]) -> list[tuple[str, ...]]:
        """Return the names in groups that are independent of each other, in the order of their first members."""
        found: dict[tuple[str, ...], list[str]] = {}
        for name in names:
            found.setdefault(self.group_of(name), []).append(name)
        return [tuple(group) for group in found.values()]
