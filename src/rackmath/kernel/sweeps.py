"""Break-evens of a scenario: every two options along one input, at the medians and over draws of everything else."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations
from typing import Any

import numpy as np

from rackmath.kernel.break_even import crossings, first_crossing, grid, spread
from rackmath.kernel.levers import Levers
from rackmath.kernel.params import Array, label
from rackmath.kernel.scenario import Option, Scenario, Sweep
from rackmath.units import convert

BREAK_EVEN_DRAWS = 400


def break_even(scenario: Scenario, sweep: Sweep) -> dict[str, Any]:
    """Return every option's cost along the swept input, and where each two of them cost the same."""
    levers = Levers(scenario)
    shown = grid(sweep.low, sweep.high, sweep.scale)
    affected = {option.id for option, each in scenario.leaves() if each.name == sweep.input}

    def curve(option: Option, values: Array) -> Array:
        return np.broadcast_to(levers.cost(option, {}, {sweep.input: values}, sweep.unit), values.shape)

    curves = {option.id: curve(option, shown) for option in scenario.options}

    def compare(first: Option, second: Option) -> dict[str, Any]:
        central = _crossings(sweep, first.id, second.id, lambda values: curve(first, values) - curve(second, values))
        return {**central, **spread(first_crossing(many[first.id] - many[second.id], _coarse(sweep)))}

    many = _many_curves(levers, sweep)
    found = [compare(first, second) for first, second in combinations(scenario.options, 2)]
    return {
        "input": sweep.input,
        "label": label(sweep.input),
        "unit": sweep.unit,
        "scale": sweep.scale,
        "from": sweep.low,
        "to": sweep.high,
        "today": _today(scenario, sweep),
        "not_affected": [option.id for option in scenario.options if option.id not in affected],
        "grid": shown,
        "curves": curves,
        "crossings": sorted(found, key=lambda each: (each["at"] is None, each["at"] or -each["chance"])),
    }


def _crossings(sweep: Sweep, first: str, second: str, difference: Callable[[Array], Array]) -> dict[str, Any]:
    """Return where two options cost the same at the medians of everything else: first, last, and how often.

    Whole GPUs make a cost a staircase, so two options may overtake each other several times; below `at` one is the
    cheaper, above `last` the other (or the same one, after an even number of crossings).
    """
    found = crossings((first, second), difference, sweep.low, sweep.high, sweep.scale)
    lowest = float(difference(np.array([sweep.low]))[0])
    below = first if lowest < 0 or (lowest == 0 and found and found[0].cheaper_above == second) else second
    return {
        "a": first,
        "b": second,
        "at": found[0].at if found else None,
        "last": found[-1].at if found else None,
        "count": len(found),
        "cheaper_below": below,
        "cheaper_above": found[-1].cheaper_above if found else below,
    }


def _coarse(sweep: Sweep) -> Array:
    """Return the grid on which break-evens of many draws are found."""
    return grid(sweep.low, sweep.high, sweep.scale, 121)


def _today(scenario: Scenario, sweep: Sweep) -> float | None:
    """Return the value that the scenario itself has for the swept input."""
    for _, each in scenario.leaves():
        if each.name == sweep.input:
            return float(convert(float(np.asarray(each.at(0.5))), each.unit, sweep.unit))
    return None


def _many_curves(levers: Levers, sweep: Sweep) -> dict[str, Array]:
    """Return each option's cost on a coarser grid (rows) for some draws of all other inputs (columns)."""
    values = _coarse(sweep)[:, None]
    scenario = levers.scenario
    draws = scenario.together.probabilities(levers.uncertain, scenario.seed, "break-even", BREAK_EVEN_DRAWS)
    shape = (len(values), BREAK_EVEN_DRAWS)
    return {
        option.id: np.broadcast_to(levers.cost(option, draws, {sweep.input: values}, sweep.unit), shape)
        for option in scenario.options
    }
