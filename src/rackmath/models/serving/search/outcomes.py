"""What choosing costs when predictions turn out wrong: draws of their errors, and each deployment sized again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from rackmath.models.serving.search.demand import Demand
from rackmath.models.serving.search.points import Places, Points
from rackmath.models.serving.search.sizing import Limits
from rackmath.models.serving.step import Array
from rackmath.uncertainty import stream

DRAWS = 2_000


@dataclass(frozen=True)
class Outcome:
    """What may come of one deployment, over draws of the errors."""

    regret: float
    """USD an hour that it costs more, on average, than the best of the deployments compared, once sized for what it
    truly does; over the draws in which it can meet the limits at all."""
    chance_cheapest: float
    chance_impossible: float
    """That at no load it meets the limits."""


def outcomes(
    points: Points, setups: Places, demand: Demand, limits: Limits, available: Array, seed: int = 0
) -> list[Outcome]:
    """Draw the errors of some deployments, and compare what each costs once it is sized for its true speed."""
    costs = np.stack([_costs(points, int(setup), demand, limits, available, seed) for setup in setups])
    best = costs.min(axis=0)
    possible = np.isfinite(costs)
    with np.errstate(invalid="ignore"):
        extra = np.where(possible, costs - best, 0.0)
    cheapest = possible & (costs <= best)
    return [
        Outcome(
            float(extra[i].sum() / max(possible[i].sum(), 1)),
            float(cheapest[i].mean()),
            float(1 - possible[i].mean()),
        )
        for i in range(len(setups))
    ]


def _costs(points: Points, setup: int, demand: Demand, limits: Limits, available: Array, seed: int) -> Array:
    """Return the hourly cost of one deployment in each draw: the cheapest of its loads that then meets the limits."""
    rows = np.flatnonzero(points.setup == setup)
    token, first = (_errors(points, setup, kind, seed)[:, None] for kind in ("token", "first"))
    tpot = points.tpot[rows] * np.exp(points.tpot_spread.part(rows).at(token))
    ttft = points.ttft[rows] * np.exp(points.ttft_spread.part(rows).at(first))
    rate = points.requests_per_s[rows] * np.exp(points.rate_spread.part(rows).at(-token))
    replicas = np.ceil(np.maximum(demand.peak / rate, 1.0))
    meets = (tpot <= limits.tpot) & (ttft <= limits.ttft) & (replicas * points.devices[rows] <= available[rows])
    cost = np.where(meets, replicas * points.devices[rows] * points.price[rows], np.inf)
    return np.asarray(cost.min(axis=1))


def _errors(points: Points, setup: int, kind: str, seed: int) -> Array:
    """Return standard normal errors; deployments of one engine, chip and format have a part of them in common."""
    each: Any = points.setups[setup]
    common = f"{kind} {each.backend} {each.chip.name} {each.weights.name}"
    shared = float(points.shared[setup])
    own = stream(seed, f"serving.search {common} {each.layout}").standard_normal(DRAWS)
    both = stream(seed, f"serving.search {common}").standard_normal(DRAWS)
    return np.asarray(np.sqrt(shared) * both + np.sqrt(1 - shared) * own)
