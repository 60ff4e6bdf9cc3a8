"""The cheapest of all deployments of a model on one accelerator, for arrays of prices, limits and lengths."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray

from rackmath.errors import RackmathError
from rackmath.kernel import Choice
from rackmath.models.serving.search.frontier import Frontier, frontier
from rackmath.models.serving.search.points import Point, Points
from rackmath.models.serving.search.space import FINE_LOADS
from rackmath.models.serving.shape import find_shape
from rackmath.models.serving.step import Array
from rackmath.units import number

MOST_LENGTHS = 64
"""Different lengths of requests that one call searches: each is a search of its own."""

MostGpus = Annotated[
    str,
    Choice(
        "1",
        "2",
        "4",
        "8",
        "16",
        "32",
        assumption="8",
        because="a server of eight; a replica over several servers is slower over the network",
        help="accelerators of one replica at most",
    ),
]


@dataclass(frozen=True)
class Best:
    """The cheapest point of each entry: USD for a million output tokens at 1 USD an hour and accelerator, or never."""

    cost: Array
    points: tuple[Points, ...]
    which: NDArray[np.intp]
    """The search that an entry's point is of."""
    at: NDArray[np.intp]

    def at_price(self, price: Any) -> Array:
        """Return USD for a million output tokens at a price in USD an hour; infinite where nothing will do."""
        never = np.isinf(self.cost)
        return np.where(never, np.inf, np.asarray(price) * np.where(never, 0.0, self.cost))

    def one(self) -> Point | None:
        """Return the point of the only entry, or None where there is none or there are several."""
        if self.cost.size != 1 or not np.isfinite(self.cost).all():
            return None
        return self.points[int(self.which.flat[0])][int(self.at.flat[0])]


Allowed = Callable[[Points, tuple[float, ...]], NDArray[np.bool_]]


def cheapest(
    language_model: str,
    accelerator: str,
    weight_format: str,
    engine: str,
    most_gpus: str,
    lengths: tuple[Any, Any],
    asked: tuple[tuple[Any, str], ...],
    allowed: Allowed,
) -> Best:
    """Return the cheapest point for each entry of the inputs, broadcast together.

    Parameters
    ----------
    lengths
        Input and output tokens of a request.
    asked
        What the choice depends on, each with its unit.
    allowed
        Which points of a search will do, given the values of `asked` for one entry.

    Raises
    ------
    RackmathError
        Nothing fits on the accelerators, or more different lengths are asked for than are searched at once.
    """
    given = [(value, "token/request") for value in lengths]
    values = [np.asarray(number(value, unit), dtype=np.float64) for value, unit in (*given, *asked)]
    spread = np.broadcast_arrays(*values)
    flat = np.stack([each.ravel() for each in spread], axis=1)
    kinds, which = np.unique(flat[:, :2], axis=0, return_inverse=True)
    if len(kinds) > MOST_LENGTHS:
        raise RackmathError(
            f"{len(kinds):,} different lengths of requests; each is a search, so give input_tokens and output_tokens "
            f"as one number each (at most {MOST_LENGTHS} are searched at once)"
        )
    shape = find_shape(language_model)
    searches = [
        frontier(
            shape,
            [accelerator],
            isl=isl,
            osl=osl,
            precisions=(shape.native if weight_format == "own" else weight_format,),
            engines=(engine,),
            most_devices=int(most_gpus),
            loads=FINE_LOADS,
        )
        for isl, osl in kinds.tolist()
    ]
    cost, at = _pick(searches, which.ravel(), flat[:, 2:], allowed)
    places = spread[0].shape
    return Best(
        cost.reshape(places), tuple(each.points for each in searches), which.reshape(places), at.reshape(places)
    )


def _pick(
    searches: list[Frontier], which: NDArray[np.intp], asked: Array, allowed: Allowed
) -> tuple[Array, NDArray[np.intp]]:
    """Return each entry's cost at 1 USD an hour and its place; equal questions are answered once."""
    cost, at = np.full(len(which), np.inf), np.zeros(len(which), dtype=np.intp)
    for search, found in enumerate(searches):
        if not len(found.points):
            raise RackmathError(
                f"{found.space.shape.name} does not fit on up to {found.space.most_devices} "
                f"{found.space.chips[0].name}; use more accelerators, more memory or fewer bits"
            )
        rows = np.flatnonzero(which == search)
        questions, place = np.unique(asked[rows], axis=0, return_inverse=True)
        each = 1e6 / (3600 * found.points.tokens_per_s_per_device)
        answers = [np.where(allowed(found.points, tuple(one)), each, np.inf) for one in questions.tolist()]
        best = np.array([int(np.argmin(one)) for one in answers], dtype=np.intp)
        at[rows] = best[place.ravel()]
        cost[rows] = np.array([one[spot] for one, spot in zip(answers, best, strict=True)])[place.ravel()]
    return cost, at
