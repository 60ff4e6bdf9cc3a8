"""Narrow commitments and a broad one sized together, with a proof of how near the optimum they are.

The cost of a year is a convex function of what is committed: fees grow linearly, and what an hour leaves on demand is
the value of a small linear program whose duals are the slopes. So the cost is bounded from below by its tangent planes.
Each round minimises the planes collected so far, and adds the planes at the point found; the gap between the cost there
and the bound is the most that any other plan could be cheaper. Hours are dealt into groups with planes of their own,
which needs far fewer rounds (Birge and Louveaux 1988, https://doi.org/10.1016/0377-2217(88)90159-2).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

GROUPS = 12
ROUNDS = 200
GAP = 1e-4
INWARD = 0.7
"""How far the next point is drawn back to the best one: the planes' own minimum jumps about while they are few."""


@dataclass(frozen=True)
class Problem:
    """Demand of pools in on-demand money an hour, of shape (pools, hours), and what a committed dollar of it costs.

    `narrow` and `broad` hold for each pool the committed price of one on-demand dollar, infinite where none is offered.
    `narrow_load` and `broad_load` are what paying that price early adds (1 where it is paid by the hour).
    """

    demand: Floats
    narrow: Floats
    broad: Floats
    narrow_load: float = 1.0
    broad_load: float = 1.0

    @property
    def limits(self) -> Floats:
        """The most that can make sense: each pool's peak, then the broad plan's, at committed prices."""
        peaks = np.where(np.isfinite(self.narrow), self.demand.max(axis=1), 0.0)
        offered = np.isfinite(self.broad)
        broad = float((self.demand[offered] * self.broad[offered, None]).sum(axis=0).max()) if offered.any() else 0.0
        return np.append(peaks, broad)

    @property
    def fees(self) -> Floats:
        """What a unit of each variable costs an hour."""
        return np.append(np.where(np.isfinite(self.narrow), self.narrow, 0.0) * self.narrow_load, self.broad_load)


@dataclass(frozen=True)
class Plan:
    """Narrow commitments in on-demand money, the broad one at committed prices, an hour; cost and its lower bound."""

    narrow: Floats
    broad: float
    cost: float
    bound: float
    rounds: int

    @property
    def gap(self) -> float:
        """The most that another plan could save, as a share of the cost."""
        return max(self.cost - self.bound, 0.0) / self.cost if self.cost > 0 else 0.0


def hourly_rest(problem: Problem, point: Floats) -> tuple[Floats, Floats]:
    """Return what each hour leaves on demand, and its slopes by each variable, of shape (variables, hours)."""
    narrow, broad = point[:-1], point[-1]
    rest = np.maximum(problem.demand - narrow[:, None], 0.0)
    order = np.argsort(problem.broad, kind="stable")
    order = order[np.isfinite(problem.broad[order])]
    price = problem.broad[order][:, None]
    need = np.cumsum(rest[order] * price, axis=0)
    worth = np.ones_like(rest)
    left = rest.sum(axis=0)
    value = np.zeros(problem.demand.shape[1])
    if len(order):
        before = need - rest[order] * price
        left = left - (np.clip(broad - before, 0.0, need - before) / price).sum(axis=0)
        full = need <= broad
        last = np.minimum(full.sum(axis=0), len(order) - 1)
        value = np.where(full[-1], 0.0, 1 / problem.broad[order][last])
        worth[order] = np.where(full, np.minimum(price * value, 1.0), 1.0)
    slopes = np.vstack((-worth * (problem.demand > narrow[:, None]), -value))
    return left, slopes


def best_plan(problem: Problem, start: Floats, *, beat: float = np.inf, gap: float = GAP, rounds: int = ROUNDS) -> Plan:
    """Return the plan of least cost, within `gap` of the optimum or after `rounds`.

    Parameters
    ----------
    start
        A first guess, such as each pool's quantile.
    beat
        Give up once the bound shows that this cost cannot be beaten.
    """
    from scipy.optimize import linprog  # noqa: PLC0415  (only sizing needs it)

    hours = problem.demand.shape[1]
    limits, fees = problem.limits, problem.fees * hours
    groups = np.arange(hours) % min(GROUPS, hours)
    count = int(groups.max()) + 1
    size = len(limits)
    planes: list[Floats] = []
    heights: list[float] = []
    best, best_cost, bound = start, np.inf, -np.inf
    point = np.clip(start, 0.0, limits)
    done = 0
    while done < rounds:
        done += 1
        left, slopes = hourly_rest(problem, point)
        cost = float(fees @ point + left.sum())
        if cost < best_cost:
            best, best_cost = point, cost
        for group in range(count):
            members = groups == group
            slope = slopes[:, members].sum(axis=1)
            own = np.zeros(count)
            own[group] = -1.0
            planes.append(np.concatenate((slope, own)))
            heights.append(float(slope @ point - left[members].sum()))
        solved = linprog(
            np.concatenate((fees, np.ones(count))),
            A_ub=np.array(planes),
            b_ub=np.array(heights),
            bounds=[(0.0, limit) for limit in limits] + [(0.0, None)] * count,
            method="highs",
        )
        if solved.x is None:
            break
        bound = max(bound, float(solved.fun))
        if bound > beat or best_cost - bound <= gap * max(best_cost, 1e-9):
            break
        point = np.clip(INWARD * best + (1 - INWARD) * solved.x[:size], 0.0, limits)
    return Plan(best[:-1], float(best[-1]), best_cost, bound, done)
