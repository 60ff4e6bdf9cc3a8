"""The frontier: which deployments no other one beats in speed for a user and in tokens, or dollars, for a device."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from rackmath.errors import RackmathError
from rackmath.models.serving.fitting import Fitted
from rackmath.models.serving.hardware import Accelerator, find_accelerator
from rackmath.models.serving.search.points import Dropped, Places, Points, predict_points
from rackmath.models.serving.search.prices import Price
from rackmath.models.serving.search.space import LOADS, MOST_DEVICES, Space, setups
from rackmath.models.serving.shape import Shape, find_shape
from rackmath.models.serving.step import Array
from rackmath.models.serving.stored import fitted, known


@dataclass(frozen=True)
class Frontier:
    """Every point that fits, and which of them nothing beats."""

    space: Space
    points: Points
    enumerated: int
    dropped: Dropped
    notes: tuple[str, ...]
    ttft_limit: float | None = None
    """Seconds; points over a limit stay in `points` and are left out of the frontiers."""
    tpot_limit: float | None = None

    @cached_property
    def within(self) -> NDArray[np.bool_]:
        """Say of each point whether its predicted times are within the limits."""
        slow = np.inf if self.tpot_limit is None else self.tpot_limit
        late = np.inf if self.ttft_limit is None else self.ttft_limit
        return np.asarray((self.points.tpot <= slow) & (self.points.ttft <= late))

    @cached_property
    def pareto(self) -> Places:
        """Return the points that nothing beats in tokens/s for a device and for a user, the fastest for a user first.

        Devices of all kinds count alike here, whatever they cost.
        """
        return self._best(self.points.tokens_per_s_per_device)

    @cached_property
    def pareto_cost(self) -> Places:
        """Return the points that nothing beats in dollars for a token and in tokens/s for a user, the fastest first."""
        return self._best(-self.points.usd_per_mtok)

    def _best(self, value: Array) -> Places:
        rows = np.flatnonzero(self.within & np.isfinite(value))
        return rows[pareto(self.points.tokens_per_s_per_user[rows], value[rows])]


def pareto(first: Array, second: Array) -> Places:
    """Return the places that no other place beats in both (larger is better), by falling `first`; ties once."""
    order = np.lexsort((-second, -first))
    reached = np.maximum.accumulate(second[order])
    better = np.ones(len(order), dtype=bool)
    better[1:] = second[order][1:] > reached[:-1]
    return np.asarray(order[better], dtype=np.intp)


def limit(name: str, seconds: float | None) -> float | None:
    """Return a limit; RackmathError unless it is a finite time above 0, or absent."""
    if seconds is not None and not (math.isfinite(seconds) and seconds > 0):
        raise RackmathError(f"{name} is {1e3 * seconds:g} ms; a limit is above 0, or left out")
    return seconds


def frontier(
    model: str | Shape,
    chips: Sequence[str | Accelerator],
    *,
    isl: float,
    osl: float,
    precisions: Sequence[str] = (),
    engines: Sequence[str] = ("vllm",),
    most_devices: int = MOST_DEVICES,
    loads: Sequence[float] = LOADS,
    tensor_ranks: Sequence[int] = (),
    prices: Mapping[str, Price] | None = None,
    ttft_limit: float | None = None,
    tpot_limit: float | None = None,
    fit: Fitted | None = None,
    met: Mapping[str, frozenset[str]] | None = None,
) -> Frontier:
    """Enumerate deployments of a model, predict them all at once, and keep what fits.

    Parameters
    ----------
    model, chips
        Names of the catalogue and of the table of accelerators, or shapes and data sheets themselves.
    isl, osl
        Input and output tokens of a request.
    precisions
        Formats of the weights; none: the model's own, and the narrower ones that a chip computes in.
    most_devices
        Devices of one replica at most.
    loads
        Requests in flight on a replica.
    tensor_ranks
        Tensor-parallel ranks to keep to; none: all that fit.
    prices
        Chip to price; a chip without one has speeds and no costs.
    ttft_limit, tpot_limit
        Seconds.
    fit, met
        Constants, and what they were fitted on; the packaged ones unless given.

    Raises
    ------
    RackmathError
        A name is unknown, a load or limit is not above 0, or nothing can be laid out.
    """
    ttft_limit, tpot_limit = limit("the TTFT limit", ttft_limit), limit("the TPOT limit", tpot_limit)
    space = Space(
        shape=model if isinstance(model, Shape) else find_shape(model),
        chips=tuple(each if isinstance(each, Accelerator) else find_accelerator(each) for each in chips),
        isl=isl,
        osl=osl,
        precisions=tuple(precisions),
        engines=tuple(engines),
        most_devices=most_devices,
        loads=tuple(loads),
        tensor_ranks=tuple(tensor_ranks),
    )
    found = setups(space)
    wanted = np.array(sorted(set(space.loads)))
    points, dropped = predict_points(found.found, wanted, prices or {}, fit or fitted(), met or known())
    return Frontier(space, points, len(found.found) * len(wanted), dropped, found.notes, ttft_limit, tpot_limit)
