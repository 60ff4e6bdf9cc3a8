"""The axis of a chart: round values with their unit, printed alike and never over each other."""

from __future__ import annotations

import math
from itertools import pairwise

from rackmath.web.charts.scale import Scale
from rackmath.web.charts.svg import Svg, element, group, label, line, measure
from rackmath.web.numbers import compact, fixed, plain, prefix

_LETTERS = ((1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "k"), (1.0, ""))


def tick_texts(ticks: list[float], unit: str, *, log: bool = False) -> list[str]:
    """Return the printed values: alike in letter and decimals on a straight axis, each its own on a logarithmic one.

    Parameters
    ----------
    unit
        Dollars get their sign; every other unit stands in the axis title only.
    """
    if log:
        return [prefix(compact(tick), unit) for tick in ticks]
    size = max((abs(tick) for tick in ticks), default=0.0)
    step = min((b - a for a, b in pairwise(ticks)), default=size) or 1.0
    if not step >= 1e-4 or size >= 1e15:
        return [prefix(plain(tick), unit) for tick in ticks]
    scale, letter = next(((scale, letter) for scale, letter in _LETTERS if size >= scale), (1.0, ""))
    decimals = max(0, -math.floor(math.log10(step / scale) + 1e-9))
    return [prefix(fixed(tick / scale, decimals) + (letter if tick else ""), unit) for tick in ticks]


def spaced(scale: Scale, unit: str, size: float, count: int) -> list[tuple[float, str]]:
    """Return as many ticks up to `count` as can be printed side by side in `size`, each with its text."""
    best: list[tuple[float, str]] = []
    for wanted in range(count, 0, -1):
        ticks = scale.ticks(wanted)
        texts = tick_texts(ticks, unit, log=scale.log)
        best = list(zip(ticks, texts, strict=True))
        edges = [(scale(tick), measure(text, size) / 2) for tick, text in best]
        if all(b - a >= left + right + size * 0.6 for (a, left), (b, right) in pairwise(edges)):
            return best
    return best[:1]


def horizontal(
    scale: Scale,
    *,
    top: float,
    bottom: float,
    unit: str,
    title: str,
    size: float,
    right: float,
    count: int = 6,
    gap: float = 0.0,
) -> Svg:
    """Draw the axis along the bottom: grid lines up to `top`, values below, the title under them.

    Parameters
    ----------
    right
        The right edge of the drawing, which texts keep inside.
    gap
        Room to leave between the grid and the values.
    """
    parts: list[str] = []
    for tick, text in spaced(scale, unit, size, count):
        x, half = scale(tick), measure(text, size) / 2
        zero = tick == 0 and not scale.log
        parts.append(line(x, top, x, bottom, "zero" if zero else "grid"))
        anchor, at = "middle", x
        if x - half < 0:
            anchor, at = "start", 0.0
        elif x + half > right:
            anchor, at = "end", right
        parts.append(label(at, bottom + gap + size + 2, text, "tick", anchor))
    parts.append(element("text", title, x=scale.start, y=bottom + gap + 2 * size + 8, class_="axis-title"))
    return group(*parts, class_="axis")


def vertical(scale: Scale, *, left: float, right: float, unit: str, size: float, count: int = 6) -> Svg:
    """Draw the axis at the left: grid lines to `right`, values left of `left`."""
    ticks = scale.ticks(count)
    texts = tick_texts(ticks, unit, log=scale.log)
    parts: list[str] = []
    above = math.inf
    for tick, text in zip(ticks, texts, strict=True):
        y = scale(tick)
        if above - y < size * 1.3:
            continue
        above = y
        parts.append(line(left, y, right, y, "zero" if tick == 0 and not scale.log else "grid"))
        parts.append(label(left - 6, y + size * 0.35, text, "tick", "end"))
    return group(*parts, class_="axis")


def widest(scale: Scale, unit: str, size: float, count: int = 6) -> float:
    """Return the room that the printed values of a vertical axis need."""
    texts = tick_texts(scale.ticks(count), unit, log=scale.log)
    return max((measure(text, size) for text in texts), default=0.0)
