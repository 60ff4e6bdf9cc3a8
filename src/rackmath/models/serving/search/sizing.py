"""How many replicas of each deployment carry a demand within limits, at a stated confidence, and what that costs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rackmath.models.serving.search.demand import Demand
from rackmath.models.serving.search.points import Places, Point, Points
from rackmath.models.serving.step import Array
from rackmath.uncertainty.distributions import score_of

CERTAIN = 1 - 1e-9


@dataclass(frozen=True)
class Limits:
    """The service level in seconds; infinite where there is no limit."""

    ttft: float = np.inf
    tpot: float = np.inf


@dataclass(frozen=True)
class Chances:
    """How likely each point holds each limit."""

    ttft: Array
    tpot: Array

    @property
    def both(self) -> Array:
        """Return the chance that both hold: the two errors are next to independent on rows left out."""
        return np.asarray(self.ttft * self.tpot)


@dataclass(frozen=True)
class Sized:
    """Every point as a fleet: whole replicas, infinite where it cannot meet the limits; USD an hour."""

    replicas: Array
    usd_per_hour: Array
    smooth_usd_per_hour: Array
    """The same with fractions of replicas: what slopes are read from."""


@dataclass(frozen=True)
class Candidate:
    """One deployment with its number of replicas."""

    point: Point
    at: int
    """Its place in the points of the search."""
    replicas: int
    devices: int
    usd_per_hour: float
    usd_per_mtok: float
    """For a million output tokens of the mean demand: hours with less load than the peak are paid too."""
    chance_ttft: float
    chance_tpot: float
    chance_capacity: float
    sureness: float
    """That all of it holds: the first token's limit, and both of the token's limit and the capacity."""


def chances(points: Points, limits: Limits) -> Chances:
    """Return how likely the limits hold at every point."""
    ttft = points.ttft_spread.chance_below(np.log(limits.ttft / points.ttft))
    tpot = points.tpot_spread.chance_below(np.log(limits.tpot / points.tpot))
    return Chances(ttft, tpot)


def size(points: Points, demand: Demand, limits: Limits, confidence: float, available: Array) -> Sized:
    """Return the fleets that carry the peak with a confidence; 0.5 takes every prediction as exact.

    Capacity and the time per output token err together (one follows from the other), the first token apart from them.
    So the first token's chance times the smaller of the two others must reach the confidence, and the replicas are as
    many as that leaves to the capacity.
    """
    held = chances(points, limits)
    if confidence == 0.5:
        meets = (points.ttft <= limits.ttft) & (points.tpot <= limits.tpot)
        score: Array = np.zeros(len(points))
    else:
        needed = confidence / np.maximum(held.ttft, 1e-12)
        meets = (needed <= held.tpot) & (needed < CERTAIN)
        score = score_of(np.where(meets, needed, 0.5))
    each = points.requests_per_s * np.exp(points.rate_spread.at(-score))
    fraction = np.maximum(demand.peak / each, 1.0)
    replicas = np.ceil(fraction - 1e-9)
    meets &= replicas * points.devices <= available
    hourly = points.price * points.devices
    meets &= np.isfinite(hourly)
    return Sized(*(np.where(meets, value, np.inf) for value in (replicas, replicas * hourly, fraction * hourly)))


def best_of_each_setup(points: Points, cost: Array) -> Places:
    """Return the cheapest point of each deployment that has one, the cheapest deployment first."""
    order = np.lexsort((points.tpot, cost))
    order = order[np.isfinite(cost[order])]
    _, first = np.unique(points.setup[order], return_index=True)
    return np.asarray(order[np.sort(first)], dtype=np.intp)


def candidate(points: Points, at: int, replicas: float, demand: Demand, limits: Limits) -> Candidate:
    """Return one point with a number of replicas, and how sure it is to do."""
    row = np.array([at])
    held = chances(points, limits)
    ttft, tpot = float(held.ttft[at]), float(held.tpot[at])
    spare = np.log(replicas * points.requests_per_s[row] / demand.peak)
    capacity = float(1 - points.rate_spread.part(row).chance_below(-spare)[0])
    hourly = float(replicas * points.devices[at] * points.price[at])
    return Candidate(
        point=points[at],
        at=at,
        replicas=int(replicas),
        devices=int(replicas * points.devices[at]),
        usd_per_hour=hourly,
        usd_per_mtok=hourly / (3600 * demand.mean * demand.osl) * 1e6,
        chance_ttft=ttft,
        chance_tpot=tpot,
        chance_capacity=capacity,
        sureness=ttft * min(tpot, capacity),
    )
