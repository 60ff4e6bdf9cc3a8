"""Running totals of a decision's options, and every month in which one of them overtakes another."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations
from typing import Any

import numpy as np

from rackmath.kernel.params import Array
from rackmath.kernel.result import Result

RUNNING = "cumulative_cost"
"""Name of the path by which a model tells what has been paid until the end of each step of its axis."""
TIE = 1e-9
"""Relative size of a difference that is float noise."""


def over_time(central: Mapping[str, Result]) -> dict[str, Any]:
    """Return the running totals of the options that tell them, and all their crossings.

    Parameters
    ----------
    central
        Option to its result at the median of every input.

    Returns
    -------
    dict
        Empty where fewer than two options tell a running total in one unit along one axis. Else ``unit``, ``axis``,
        ``totals`` (option to list, from step 0 on) and ``crossings``, in order: the ``step`` at whose end ``ahead`` has
        cost less than ``behind``, having cost more before.
    """
    paths = {name: result.paths[RUNNING] for name, result in central.items() if RUNNING in result.paths}
    kinds = {(path.unit, path.axis) for path in paths.values()}
    if len(paths) < 2 or len(kinds) != 1:
        return {}
    ((unit, axis),) = kinds
    totals = {name: np.asarray(path.values, dtype=np.float64) for name, path in paths.items()}
    found = [each for pair in combinations(totals, 2) for each in _crossings(pair, totals)]
    return {
        "unit": unit,
        "axis": axis,
        "totals": {name: values.tolist() for name, values in totals.items()},
        "crossings": sorted(found, key=lambda each: (each["step"], each["ahead"], each["behind"])),
    }


def _crossings(pair: tuple[str, str], totals: Mapping[str, Array]) -> list[dict[str, Any]]:
    first, second = (totals[name] for name in pair)
    steps = min(len(first), len(second))
    difference = second[:steps] - first[:steps]
    size = np.maximum(np.abs(first[:steps]), np.abs(second[:steps]))
    signs = np.where(np.abs(difference) <= TIE * size, 0.0, np.sign(difference))
    found: list[dict[str, Any]] = []
    last = 0.0
    for step, sign in enumerate(signs):
        if sign and last and sign != last:
            ahead, behind = pair if sign > 0 else pair[::-1]
            found.append({"step": step, "ahead": ahead, "behind": behind})
        last = float(sign) or last
    return found
