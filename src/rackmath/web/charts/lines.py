"""Which option is cheapest at which demand: cost curves, where they cross, how sure the crossing is, and today."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from rackmath.web.charts import axis
from rackmath.web.charts.identity import Identities, hatch, hatches, who
from rackmath.web.charts.scale import Scale, domain, log_domain, spread
from rackmath.web.charts.stairs import Point, cost_at, stairs, stretches
from rackmath.web.charts.svg import BOLD, Svg, element, group, is_cut, label, line, measure, path, picture, rect, wrap
from rackmath.web.numbers import amount, finite, full, percent, short, unit_words

_WIDE = 520.0
_LANE = 20.0
_LEADING = 1.15
LANES = 4
"""The chart shows this many crossings, the table beside it all; those at the lowest cost come first."""

Curves = Mapping[str, Sequence[float | None]]


class _Plot(NamedTuple):
    """The two axes, the size of letters, and the unit along the bottom."""

    x: Scale
    y: Scale
    size: float
    unit: str


def break_even(
    curves: Curves,
    grid: Sequence[float],
    crossings: Sequence[Mapping[str, Any]],
    *,
    counts: str,
    unit: str,
    cost_unit: str,
    known: Identities,
    key: str,
    log: bool = True,
    today: float | None = None,
    width: float = 720.0,
) -> Svg:
    """Draw cost against demand.

    Parameters
    ----------
    curves
        Option to its cost at each point of `grid`, in `cost_unit`; None where it has none. Where a curve is level and
        then jumps (a whole server more) it is drawn as a step.
    crossings
        ``a``, ``b``, ``at``, ``p5``, ``p95`` in `unit`; each has a numbered lane above the plot with its 5–95% range.
    counts
        What the axis along the bottom counts, e.g. ``Tokens served each month``.
    known
        The options' names and looks.
    log
        Both axes logarithmic (they are straight all the same when a value is not positive).
    today
        Demand now, in `unit`: a marked vertical.
    width
        In CSS pixels.
    """
    wide = width >= _WIDE
    size = 13.0 if wide else 12.0
    costs = [value for curve in curves.values() for item in curve if (value := finite(item)) is not None]
    along = [value for item in grid if (value := finite(item)) is not None]
    straight = not log or min([*costs, *along], default=0.0) <= 0
    lanes = shown_crossings(crossings, curves, grid)
    top = size + 14 + (size + 8 if today is not None else 0.0) + _LANE * len(lanes)
    height = 300.0 if wide else 250.0
    bottom = top + height
    cost_range = domain(costs, zero=True, pad=0.04) if straight else log_domain(costs, pad=0.04)
    y_scale = Scale(*cost_range, bottom, top, not straight)
    left = axis.widest(y_scale, cost_unit, size) + 8
    names = [measure(who(known, option).name, size * BOLD) for option in curves]
    margin = min((0.27 if wide else 0.3) * width, max(names, default=0.0) + 22)
    low, high = domain(along) if straight else log_domain(along)
    plot = _Plot(Scale(low, high, left, width - margin, not straight), y_scale, size, unit)

    body = [
        label(0, size, f"Cost, {unit_words(cost_unit)}", "axis-title"),
        axis.vertical(y_scale, left=left, right=plot.x.end, unit=cost_unit, size=size),
        axis.horizontal(
            plot.x,
            top=top,
            bottom=bottom,
            unit=unit,
            title=f"{unit_words(unit)}{'' if straight else ' (both axes logarithmic)'}",
            size=size,
            right=width,
            count=7 if wide else 4,
            gap=12,
        ),
        _cheapest(curves, grid, plot, known, key=key, y=bottom + 3),
    ]
    if today is not None and plot.x.holds(today):
        body.append(_today(today, plot, top=size + 8, bottom=bottom, width=width))
    ends: list[tuple[str, Point]] = []
    for option, curve in curves.items():
        runs = _runs(grid, curve, plot)
        body.append(group(*[path(run, "curve") for run in runs], class_=who(known, option).class_))
        if runs:
            ends.append((option, runs[-1][-1]))
    body.append(_end_labels(ends, plot, known, width=width, top=top, bottom=bottom))
    for place, (number, item) in enumerate(lanes):
        y = top - _LANE * (len(lanes) - place) + 4
        body.append(_crossing(number, item, curves, grid, plot, y=y))
    return picture(
        width,
        bottom + 12 + 2 * size + 13,
        hatches(key, [who(known, option).slot for option in curves]),
        *body,
        key=key,
        title=f"Cost against {counts}",
        description=_summary(curves, crossings, known, counts=counts, unit=unit, today=today),
        size=size,
        class_="lines",
    )


def shown_crossings(
    crossings: Sequence[Mapping[str, Any]], curves: Curves, grid: Sequence[float]
) -> list[tuple[int, Mapping[str, Any]]]:
    """Return the crossings that get a lane, each with its number (its place among those that have a value)."""
    placed = [item for item in crossings if finite(item.get("at")) is not None]
    numbered = list(enumerate(placed, start=1))
    if len(numbered) <= LANES:
        return numbered

    def above_lowest(entry: tuple[int, Mapping[str, Any]]) -> float:
        """Say how many times the lowest cost there the crossing lies: 1 means it changes the answer."""
        at = float(entry[1]["at"])
        here = cost_at(curves.get(str(entry[1].get("a")), ()), grid, at, log=False)
        all_ = [cost for curve in curves.values() if (cost := cost_at(curve, grid, at, log=False)) is not None]
        return math.inf if here is None else here - min(all_)

    return sorted(sorted(numbered, key=above_lowest)[:LANES])


def _runs(grid: Sequence[float], curve: Sequence[float | None], plot: _Plot) -> list[list[Point]]:
    """Return the drawn points, cut where a value is missing."""
    runs: list[list[Point]] = [[]]
    for where, item in zip(grid, curve, strict=False):
        value = finite(item)
        if value is None or (plot.y.log and value <= 0):
            runs.append([])
        else:
            runs[-1].append((plot.x(where), plot.y(value)))
    return [stairs(run) for run in runs if run]


def _end_labels(
    ends: Sequence[tuple[str, Point]], plot: _Plot, known: Identities, *, width: float, top: float, bottom: float
) -> Svg:
    """Name each curve at its right end; names that would collide move apart and keep a thin leader to their curve."""
    room = width - plot.x.end - 18
    leading = plot.size * _LEADING
    lines = max((count for count in (1, 2, 3) if (count * leading + 4) * len(ends) <= bottom - top), default=1)
    rows = [wrap(who(known, option).name, room, plot.size * BOLD, lines) for option, _ in ends]
    gap = leading * max((len(row) for row in rows), default=1) + 4
    placed = spread([y for _, (_, y) in ends], gap, top + gap / 2, bottom - gap / 2)
    parts: list[str] = []
    for (option, (x, y)), at, words in zip(ends, placed, rows, strict=True):
        identity = who(known, option)
        start = at - (len(words) - 1) * leading / 2 + plot.size * 0.35
        cut = identity.name if is_cut(words) else ""
        texts = [
            label(plot.x.end + 18, start + index * leading, row, "name", whole=cut) for index, row in enumerate(words)
        ]
        leader = line(x, y, plot.x.end + 14, at, "leader")
        parts.append(group(leader, *texts, class_=identity.class_))
    return group(*parts, class_="ends")


def _today(today: float, plot: _Plot, *, top: float, bottom: float, width: float) -> Svg:
    x = plot.x(today)
    words = f"today {short(today, plot.unit)}"
    half = measure(words, plot.size * BOLD) / 2
    at = min(max(x, half), width - half)
    y = top + plot.size
    return group(line(x, y + 5, x, bottom, "today"), label(at, y, words, "strong", "middle"), class_="now")


def _crossing(
    number: int, item: Mapping[str, Any], curves: Curves, grid: Sequence[float], plot: _Plot, *, y: float
) -> Svg:
    """Draw a crossing's lane: its number at the central value, its 5–95% range, its value, and a drop to the curves."""
    at = float(item["at"])
    low, high = (finite(item.get(name)) for name in ("p5", "p95"))
    x = plot.x(at)
    middle = y + _LANE / 2 - 4
    parts: list[str] = []
    first, last = x - 8, x + 8
    if low is not None and high is not None:
        x0, x1 = plot.x(low), plot.x(high)
        first, last = min(first, x0), max(last, x1)
        parts.append(rect(x0, middle - 3, x1 - x0, 6, "band"))
        # a range that runs out of the plot has no end mark there
        ends = [plot.x(end) for end in (low, high) if plot.x.holds(end)]
        parts.extend(line(end, middle - 5, end, middle + 5, "range") for end in ends)
    cost = cost_at(curves.get(str(item.get("a")), ()), grid, at, log=plot.x.log)
    if plot.x.holds(at):
        if cost is not None:
            parts.append(line(x, middle, x, plot.y(cost), "drop"))
            parts.append(element("circle", cx=x, cy=plot.y(cost), r=4.5, class_="point"))
        parts.append(element("circle", cx=x, cy=middle, r=8, class_="badge"))
        parts.append(label(x, middle + 4, str(number), "badge-text", "middle"))
    words = short(at, plot.unit)
    right = last + 6 + measure(words, plot.size) <= plot.x.end + 16
    parts.append(
        label(last + 6 if right else first - 6, middle + plot.size * 0.35, words, "over", "" if right else "end")
    )
    return group(*parts, class_="crossing")


def _cheapest(curves: Curves, grid: Sequence[float], plot: _Plot, known: Identities, *, key: str, y: float) -> Svg:
    """Draw which option is cheapest where, as a strip along the foot of the plot."""
    parts: list[str] = []
    for option, start, end in stretches(curves, grid):
        x0, x1 = plot.x(start), plot.x(end)
        identity = who(known, option)
        words = f"{identity.name} is cheapest from {short(start, plot.unit)} to {short(end, plot.unit)}"
        bar = rect(x0, y, x1 - x0, 9, "part", fill=hatch(key, identity.slot))
        parts.append(group(element("title", words), bar, class_=identity.class_))
    return group(*parts, class_="cheapest")


def _summary(
    curves: Curves,
    crossings: Sequence[Mapping[str, Any]],
    known: Identities,
    *,
    counts: str,
    unit: str,
    today: float | None,
) -> str:
    names = ", ".join(who(known, option).name for option in curves)
    parts = [f"Cost of {names} against {counts}."]
    if today is not None:
        parts.append(f"Today: {full(today, unit)}.")
    placed = [item for item in crossings if finite(item.get("at")) is not None]
    for item in placed[:8]:
        a, b = (who(known, item.get(side)).name for side in ("a", "b"))
        above = item.get("cheaper_above")
        then = f"; {who(known, above).name} is cheaper above" if above else ""
        low, high = amount(item.get("p5"), unit), amount(item.get("p95"), unit)
        chance = f", in {percent(item.get('chance'))} of draws" if finite(item.get("chance")) is not None else ""
        parts.append(f"{a} and {b} cross at {full(item['at'], unit)} (90% between {low} and {high}{chance}){then}.")
    if not placed:
        parts.append("No two of them cross in this range.")
    return " ".join(parts)
