"""What a sampled cost curve says between its points: steps where it counts whole things, and who is lowest where."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise

from rackmath.web.numbers import finite

Point = tuple[float, float]

_STEEP = 5.0
"""A piece is a jump if it is this many times as steep as both of its neighbours; a smooth curve never is."""


def stairs(points: Sequence[Point]) -> list[Point]:
    """Return the drawn points with every jump upright, half way between the two points that it lies between.

    A jump is a piece much steeper than the pieces on both sides of it: one more server between two level stretches.
    Where the points are too far apart to show single steps the curve stays a line.
    """
    slopes = [abs((b[1] - a[1]) / (b[0] - a[0])) if b[0] != a[0] else 0.0 for a, b in pairwise(points)]
    drawn: list[Point] = []
    for place, (x, y) in enumerate(points):
        if place and _is_jump(slopes, place - 1):
            middle = (points[place - 1][0] + x) / 2
            drawn += [(middle, points[place - 1][1]), (middle, y)]
        drawn.append((x, y))
    return drawn


def _is_jump(slopes: Sequence[float], place: int) -> bool:
    beside = [slopes[near] for near in (place - 1, place + 1) if 0 <= near < len(slopes)]
    # below a hundredth of a unit of height for each unit of width nothing is to be seen
    return bool(beside) and slopes[place] > max(_STEEP * max(beside), 0.01)


def cost_at(curve: Sequence[float | None], grid: Sequence[float], at: float, *, log: bool) -> float | None:
    """Return the cost of a curve between two grid points, straight on the axes as drawn; None outside them."""
    points = [(x, y) for x, item in zip(grid, curve, strict=False) if (y := finite(item)) is not None]
    for (x0, y0), (x1, y1) in pairwise(points):
        if x0 <= at <= x1 and x1 > x0:
            if log and min(x0, y0, y1) > 0:
                share = math.log(at / x0) / math.log(x1 / x0)
                return float(y0 * (y1 / y0) ** share)
            return y0 + (y1 - y0) * (at - x0) / (x1 - x0)
    return None


def stretches(curves: Mapping[str, Sequence[float | None]], grid: Sequence[float]) -> list[tuple[str, float, float]]:
    """Return which option's curve is lowest from where to where; a change lies half way between its two grid points."""
    winners: list[str | None] = []
    for place in range(len(grid)):
        here: dict[str, float] = {
            option: value
            for option, curve in curves.items()
            if place < len(curve) and (value := finite(curve[place])) is not None
        }
        winners.append(min(here, key=lambda option: here[option]) if here else None)
    found: list[tuple[str, float, float]] = []
    start = 0
    for place in range(1, len(grid) + 1):
        if place < len(grid) and winners[place] == winners[start]:
            continue
        winner = winners[start]
        if winner is not None:
            low = grid[start] if start == 0 else _between(grid[start - 1], grid[start])
            high = grid[-1] if place == len(grid) else _between(grid[place - 1], grid[place])
            found.append((winner, low, high))
        start = place
    return found


def _between(a: float, b: float) -> float:
    return math.sqrt(a * b) if min(a, b) > 0 else (a + b) / 2
