"""What would change a decision: how each input moves the lead of the recommended option, and where it turns."""

from __future__ import annotations

from typing import Any

import numpy as np

from rackmath.kernel.levers import Levers
from rackmath.kernel.params import Array, label
from rackmath.kernel.scenario import Scenario
from rackmath.kernel.sensitivity import sobol, tornado

SOBOL_ROWS, FEWEST_ROWS = 4096, 512
EVALUATIONS = 100_000
"""Evaluations that the indices may take: with many inputs each gets fewer rows, and its share some percent of noise."""
LOW, HIGH = 0.05, 0.95
FLIP_GRID = np.linspace(0.01, 0.99, 99)
FLIP_ROUNDS, FLIP_POINTS = 5, 33


def sensitivity(scenario: Scenario, best: str) -> list[dict[str, Any]]:
    """Return what moves the lead: the cheapest other option's cost minus the recommended one's."""
    levers = Levers(scenario)
    names = [option.id for option in scenario.options]
    mine = names.index(best)

    def lead(costs: Array) -> Array:
        with np.errstate(invalid="ignore"):
            return np.asarray(np.delete(costs, mine, axis=0).min(axis=0) - costs[mine])

    streams = list(levers.uncertain)
    if not streams:
        return []
    swings = tornado(levers.moved, streams, np.concatenate([[LOW, HIGH], FLIP_GRID]))
    rows = max(FEWEST_ROWS, min(SOBOL_ROWS, EVALUATIONS // (len(streams) + 2)))
    shares = sobol(lambda places: lead(levers.costs(places)), streams, scenario.seed, rows, scenario.together)
    found = []
    for name in streams:
        _, each = levers.uncertain[name][0]
        leads, winners = lead(swings[name]), swings[name].argmin(axis=0)
        flip = _flip(levers, name, mine, winners[2:])
        found.append(
            {
                "input": each.name,
                "label": label(each.name),
                "unit": each.unit,
                "options": sorted({owner.id for owner, _ in levers.uncertain[name]}, key=names.index),
                "low": each.at(LOW),
                "high": each.at(HIGH),
                "margin_low": leads[0],
                "margin_high": leads[1],
                "best_low": names[winners[0]],
                "best_high": names[winners[1]],
                "flips_at": flip[0] if flip else None,
                "flips_to": names[flip[1]] if flip else None,
                "first_order": shares[name][0],
                "total_effect": shares[name][1],
                "together_with": [
                    label(levers.uncertain[other][0][1].name)
                    for other in scenario.together.group_of(name)
                    if other != name and other in levers.uncertain
                ],
                "origin": each.origin.kind,
                "figure": each.origin.figure,
                "source": each.origin.source,
                "as_of": each.origin.as_of,
            }
        )
    return sorted(
        found, key=lambda one: (-abs(one["margin_high"] - one["margin_low"]), -one["total_effect"], one["input"])
    )


def _flip(levers: Levers, name: str, mine: int, winners: Array) -> tuple[float, int] | None:
    """Return the input's value nearest to its median at which another option becomes the cheapest, and that option.

    None when the recommended option stays the cheapest from the 1st to the 99th percentile, or is not the cheapest
    at the medians in the first place (then every value of this input "flips" and none does).

    Parameters
    ----------
    winners
        The cheapest option at each place of `FLIP_GRID`.
    """
    middle = len(FLIP_GRID) // 2
    changed = np.flatnonzero(winners != mine)
    if winners[middle] != mine or not len(changed):
        return None
    nearest = int(changed[np.abs(changed - middle).argmin()])
    inside, outside = FLIP_GRID[nearest + (1 if nearest < middle else -1)], FLIP_GRID[nearest]
    for _ in range(FLIP_ROUNDS):
        places = np.linspace(inside, outside, FLIP_POINTS)
        first = int(np.argmax(levers.moved({name: places}).argmin(axis=0) != mine))
        inside, outside = places[first - 1], places[first]
    each = levers.uncertain[name][0][1]
    winner = levers.moved({name: np.array([outside])}).argmin(axis=0)[0]
    return float(each.at(outside)), int(winner)
