"""What would change a decision: how each input moves the lead of the recommended option, and where it turns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from rackmath.kernel.levers import Levers
from rackmath.kernel.params import Array, label
from rackmath.kernel.scenario import Scenario
from rackmath.kernel.sensitivity import sobol

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
    places = np.concatenate([[LOW, HIGH], FLIP_GRID])
    swings = levers.each_moved(dict.fromkeys(streams, places))
    flips = _flips(levers, mine, {name: swings[name].argmin(axis=0)[2:] for name in streams})
    rows = max(FEWEST_ROWS, min(SOBOL_ROWS, EVALUATIONS // (len(streams) + 2)))
    shares = sobol(lambda places: lead(levers.costs(places)), streams, scenario.seed, rows, scenario.together)
    found = []
    for name in streams:
        _, each = levers.uncertain[name][0]
        leads, winners = lead(swings[name]), swings[name].argmin(axis=0)
        flip = flips.get(name)
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


def _flips(levers: Levers, mine: int, winners: Mapping[str, Array]) -> dict[str, tuple[float, int]]:
    """Return the value of each input nearest to its median at which another option becomes the cheapest, and which.

    An input is left out when the recommended option stays the cheapest from its 1st to its 99th percentile, or is not
    the cheapest at the medians in the first place (then every value of the input "flips" and none does).

    Parameters
    ----------
    winners
        Input to the cheapest option at each place of `FLIP_GRID`.
    """
    middle = len(FLIP_GRID) // 2
    between: dict[str, tuple[float, float]] = {}
    for name, cheapest in winners.items():
        changed = np.flatnonzero(cheapest != mine)
        if cheapest[middle] == mine and len(changed):
            nearest = int(changed[np.abs(changed - middle).argmin()])
            between[name] = FLIP_GRID[nearest + (1 if nearest < middle else -1)], FLIP_GRID[nearest]
    for _ in range(FLIP_ROUNDS if between else 0):
        places = {name: np.linspace(*ends, FLIP_POINTS) for name, ends in between.items()}
        for name, rows in levers.each_moved(places).items():
            first = int(np.argmax(rows.argmin(axis=0) != mine))
            between[name] = places[name][first - 1], places[name][first]
    reached = levers.each_moved({name: np.array([outside]) for name, (_, outside) in between.items()})
    return {
        name: (float(levers.uncertain[name][0][1].at(between[name][1])), int(rows.argmin(axis=0)[0]))
        for name, rows in reached.items()
    }
