"""The cheapest way to serve a demand within limits: how sure it is, what binds it, and what it is to be wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from rackmath.errors import RackmathError
from rackmath.models.serving.hardware import Accelerator
from rackmath.models.serving.rows import Configuration
from rackmath.models.serving.search.demand import Demand
from rackmath.models.serving.search.frontier import Frontier, frontier
from rackmath.models.serving.search.outcomes import Outcome, outcomes
from rackmath.models.serving.search.points import Points
from rackmath.models.serving.search.prices import Price
from rackmath.models.serving.search.sizing import Candidate, Limits, Sized, best_of_each_setup, candidate, chances, size
from rackmath.models.serving.search.space import FINE_LOADS
from rackmath.models.serving.shape import Shape
from rackmath.models.serving.step import Array

CONFIDENCE = 0.8
EXACT = 0.5
COMPARED = 12
"""Deployments whose outcomes are drawn."""
STEP = 0.1
"""How far a limit is moved to read what it costs, as a share of it."""


@dataclass(frozen=True)
class Slope:
    """What a limit costs: USD an hour for each millisecond, tighter by a tenth and looser by a tenth."""

    tighter: float
    """Infinite: a tighter limit cannot be met."""
    looser: float


@dataclass(frozen=True)
class Plan:
    """The choice and what stands behind it; without a choice, why there is none and what came nearest."""

    demand: Demand
    limits: Limits
    confidence: float
    frontier: Frontier
    choice: Candidate | None
    runners_up: tuple[Candidate, ...]
    outcomes: tuple[Outcome, ...]
    """Of the choice, then of the runners-up."""
    if_exact: Candidate | None
    """What would be chosen if every prediction were exact."""
    binds: str
    slopes: Mapping[str, Slope]
    miss: str = ""

    @property
    def to_simulate(self) -> tuple[Configuration, float] | None:
        """Return the chosen configuration and the requests a second on each replica at the peak, to check it by."""
        if self.choice is None:
            return None
        return self.frontier.points.configuration(self.choice.at), self.demand.peak / self.choice.replicas

    @property
    def price_of_safety(self) -> float | None:
        """Return USD an hour that the choice costs over the one that takes predictions as exact."""
        if self.choice is None or self.if_exact is None:
            return None
        return self.choice.usd_per_hour - self.if_exact.usd_per_hour


def plan(
    model: str | Shape,
    chips: Sequence[str | Accelerator],
    demand: Demand,
    *,
    prices: Mapping[str, Price],
    ttft_limit: float | None = None,
    tpot_limit: float | None = None,
    confidence: float = CONFIDENCE,
    available: Mapping[str, int] | None = None,
    seed: int = 0,
    **searched: Any,
) -> Plan:
    """Return the cheapest deployment and number of replicas that carries a demand within limits.

    Parameters
    ----------
    demand
        What is to be served.
    prices
        USD an hour; chips without a price are left out.
    ttft_limit, tpot_limit
        Seconds; None for no limit.
    confidence
        How sure it must be that limits and capacity hold, from 0.5 up to, not with, 1.
    available
        Chip to the devices of it that can be had; one that is not named is not limited.
    searched
        What else `frontier` takes.

    Raises
    ------
    RackmathError
        As `frontier` does; or no chip has a price, or the confidence makes no sense.
    """
    if not EXACT <= confidence < 1:
        raise RackmathError(f"a confidence of {confidence:g}; from 0.5 up to, but not with, 1 is wanted")
    found = frontier(
        model,
        chips,
        isl=demand.isl,
        osl=demand.osl,
        prices=prices,
        ttft_limit=ttft_limit,
        tpot_limit=tpot_limit,
        **{"loads": FINE_LOADS, **searched},
    )
    names = {each.name for each in found.space.chips}
    if not names & set(prices):
        raise RackmathError(f"no price is known for {', '.join(sorted(names))}; give one with --price CHIP=USD")
    limits = Limits(found.ttft_limit or np.inf, found.tpot_limit or np.inf)
    points = found.points
    room = _room(points, available or {}, names)
    sized = size(points, demand, limits, confidence, room)
    ranked = best_of_each_setup(points, sized.usd_per_hour)[:COMPARED]
    exact = size(points, demand, limits, EXACT, room)
    if_exact = _cheapest(points, exact, demand, limits)
    if not len(ranked):
        miss = _miss(found, demand, limits, confidence, if_exact, available or {})
        return Plan(demand, limits, confidence, found, None, (), (), if_exact, "", {}, miss)
    made = [candidate(points, int(at), float(sized.replicas[at]), demand, limits) for at in ranked]
    drawn = outcomes(points, points.setup[ranked], demand, limits, room, seed)
    return Plan(
        demand=demand,
        limits=limits,
        confidence=confidence,
        frontier=found,
        choice=made[0],
        runners_up=tuple(made[1:]),
        outcomes=tuple(drawn),
        if_exact=if_exact,
        binds=_binds(found, made[0], sized, limits, confidence),
        slopes=_slopes(points, demand, limits, confidence, room),
    )


def _room(points: Points, available: Mapping[str, int], names: set[str]) -> Array:
    for chip, devices in available.items():
        if chip not in names:
            raise RackmathError(f"availability is stated for {chip[:40]!r}, which is not among the chips searched")
        if devices < 0:
            raise RackmathError(f"{devices} devices of {chip} are available; a number from 0 is wanted")
    each = np.array([float(available.get(one.chip.name, np.inf)) for one in points.setups])
    return each[points.setup]


def _cheapest(points: Points, sized: Sized, demand: Demand, limits: Limits) -> Candidate | None:
    best = best_of_each_setup(points, sized.usd_per_hour)[:1]
    return candidate(points, int(best[0]), float(sized.replicas[best[0]]), demand, limits) if len(best) else None


def _binds(found: Frontier, choice: Candidate, sized: Sized, limits: Limits, confidence: float) -> str:
    """Say what keeps the chosen deployment from carrying more requests on each replica."""
    points = found.points
    setup = points.setup[choice.at]
    further = np.flatnonzero((points.setup == setup) & (points.concurrency > choice.point.concurrency))
    if not len(further):
        most = max(found.space.loads)
        return "load searched" if choice.point.concurrency >= most else "memory"
    following = int(further[np.argmin(points.concurrency[further])])
    held = chances(points, limits)
    if held.tpot[following] < confidence and held.tpot[following] <= held.ttft[following]:
        return "TPOT"
    if held.both[following] < confidence:
        return "TTFT"
    return "demand" if sized.replicas[following] >= choice.replicas else "availability"


def _slopes(points: Points, demand: Demand, limits: Limits, confidence: float, room: Array) -> dict[str, Slope]:
    """Return what each limit costs, with fractions of replicas so that whole ones hide nothing."""

    def cost(ttft: float, tpot: float) -> float:
        costs = size(points, demand, Limits(ttft, tpot), confidence, room).smooth_usd_per_hour
        return float(costs.min())

    here = cost(limits.ttft, limits.tpot)
    found = {}
    for name, limit in (("TTFT", limits.ttft), ("TPOT", limits.tpot)):
        if np.isfinite(limit):
            step = 1e3 * STEP * limit
            moved = [
                cost(factor * limit, limits.tpot) if name == "TTFT" else cost(limits.ttft, factor * limit)
                for factor in (1 - STEP, 1 + STEP)
            ]
            found[name] = Slope((moved[0] - here) / step, (here - moved[1]) / step)
    return found


def _miss(
    found: Frontier,
    demand: Demand,
    limits: Limits,
    confidence: float,
    if_exact: Candidate | None,
    available: Mapping[str, int],
) -> str:
    """Say why nothing can be chosen, and what comes nearest."""
    points = found.points
    rows = np.flatnonzero(np.isfinite(points.price))
    if not len(rows):
        return (
            f"{found.space.shape.name} does not fit on up to {found.space.most_devices} of any chip that has a price; "
            "use more devices, more memory or fewer bits"
        )
    unlimited = size(points, demand, limits, confidence, np.full(len(points), np.inf))
    if np.isfinite(unlimited.usd_per_hour).any():
        devices = unlimited.replicas * points.devices
        least = int(np.argmin(devices))
        chip = points[least].chip
        return (
            f"too few devices: at least {devices[least]:.0f} of {chip} are needed, {available.get(chip, 0)} can be had"
        )
    held = chances(points, limits)
    over = np.maximum(points.tpot / limits.tpot, points.ttft / limits.ttft)
    at = int(rows[np.argmax(held.both[rows]) if if_exact else np.argmin(over[rows])])
    near = points[at]
    told = [
        f"{name} {1e3 * value:.3g} ms against {1e3 * limit:.3g}"
        for name, value, limit in (("TTFT", near.ttft, limits.ttft), ("TPOT", near.tpot, limits.tpot))
        if np.isfinite(limit)
    ]
    return (
        f"nothing meets the limits with {confidence:.0%} confidence; nearest is {near.chip} {near.precision} "
        f"{near.layout} on {near.engine} with {near.concurrency:g} at once: {', '.join(told)}, sure to "
        f"{held.both[at]:.0%}" + ("; predicted to do, not surely enough" if if_exact else "")
    )
