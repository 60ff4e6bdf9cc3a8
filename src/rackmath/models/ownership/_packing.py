"""The cheapest whole machines that hold two resources, of at most two types.

Two resources need no more than two types where parts of machines could be bought; with whole machines a third type can
save a little on the last one, which is left out. Every number of the first type is tried up to what it takes alone, and
64 evenly spread ones where that is more than 64.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from rackmath.models._numbers import HAIR

SHARES = np.arange(1, 64) / 64.0
"""How much of the first type is tried, over what it takes alone."""


class Packing(NamedTuple):
    """What the cheapest machines cost, how many they are, and what the best single type costs."""

    cost: Any
    machines: Any
    of_one_type: Any


def cheapest(cores_needed: Any, memory_needed: Any, cores: Any, memory: Any, price: Any) -> Packing:
    """Return the cheapest machines; the types are the last axis of `cores`, `memory` and `price`, all of one shape."""
    need_cores, need_memory = (np.expand_dims(np.asarray(each), -1) for each in (cores_needed, memory_needed))

    def alone(for_cores: Any, for_memory: Any) -> Any:
        need = np.maximum(for_cores / cores, for_memory / memory)
        return np.maximum(np.ceil(need * (1 - HAIR)), 0.0)

    def pick(values: Any, index: Any) -> Any:
        return np.take_along_axis(values, np.expand_dims(index, -1), axis=-1)[..., 0]

    most = alone(need_cores, need_memory)
    costs = most * price
    index = costs.argmin(axis=-1)
    of_one_type = pick(costs, index)
    cost, machines = of_one_type, pick(most, index)
    for first in range(price.shape[-1]):
        here = slice(first, first + 1)
        for share in SHARES:
            count = np.floor(most[..., here] * share)
            rest = alone(need_cores - count * cores[..., here], need_memory - count * memory[..., here])
            costs = count * price[..., here] + rest * price
            index = costs.argmin(axis=-1)
            mixed = pick(costs, index)
            better = mixed < cost * (1 - HAIR)
            cost = np.where(better, mixed, cost)
            machines = np.where(better, count[..., 0] + pick(rest, index), machines)
    return Packing(cost, machines, of_one_type)
