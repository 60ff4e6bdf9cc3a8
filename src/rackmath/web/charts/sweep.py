"""One answer along one input: the central line in its 5-95% band, today's value, and where it meets an amount."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from rackmath.web.charts import axis
from rackmath.web.charts.scale import Scale, domain, log_domain, wants_log
from rackmath.web.charts.svg import BOLD, Svg, element, group, label, line, measure, path, picture
from rackmath.web.numbers import amount, finite, full, short, unit_words

_WIDE = 520.0
Point = tuple[float, float]


class _Plot(NamedTuple):
    x: Scale
    y: Scale
    size: float

    def place(self, where: Any, value: Any) -> Point | None:
        """Return the position of a point; None where it has no finite value."""
        number = finite(value)
        if number is None or (self.y.log and number <= 0):
            return None
        return self.x(float(where)), self.y(number)


def sweep(item: Mapping[str, Any], *, name: str, unit: str, total_unit: str, key: str, width: float = 720.0) -> Svg:
    """Draw a total along an input.

    Parameters
    ----------
    item
        ``grid``, ``central``, ``low``, ``high`` (a value each grid point, None where it is not finite), ``scale``,
        ``today``, ``against`` (an amount, or None) and ``meets`` (where it is met).
    name, unit
        What the axis along the bottom counts, and its unit.
    total_unit
        The unit of the answer.
    """
    wide = width >= _WIDE
    size = 13.0 if wide else 12.0
    against = finite(item.get("against"))
    held = [v for row in ("central", "low", "high") for each in item[row] if (v := finite(each)) is not None]
    held += [against] if against is not None else []
    log_y = item["scale"] == "log" and min(held, default=0.0) > 0 and wants_log(held)
    top = 2 * size + 22
    bottom = top + (250.0 if wide else 215.0)
    reach = log_domain(held, pad=0.04) if log_y else domain(held, zero=min(held, default=0.0) >= 0, pad=0.04)
    y_scale = Scale(*reach, bottom, top, log_y)
    left = axis.widest(y_scale, total_unit, size) + 8
    grid = [float(each) for each in item["grid"]]
    plot = _Plot(Scale(grid[0], grid[-1], left, width - 14, item["scale"] == "log"), y_scale, size)
    log_words = " (logarithmic)" if plot.x.log else ""
    body = [
        label(0, size, capitalised(unit_words(total_unit)), "axis-title"),
        axis.vertical(y_scale, left=left, right=plot.x.end, unit=total_unit, size=size),
        axis.horizontal(
            plot.x,
            top=top,
            bottom=bottom,
            unit=unit,
            title=f"{name}, {unit_words(unit)}{log_words}",
            size=size,
            right=width,
            count=7 if wide else 4,
        ),
        *_band(grid, item["low"], item["high"], plot),
        *(path(run, "curve") for run in _runs(grid, item["central"], plot)),
    ]
    if against is not None:
        body.append(_against(against, item, plot, total_unit, unit, bottom))
    today = finite(item.get("today"))
    if today is not None and plot.x.holds(today):
        body.append(_today(today, plot, unit, top=size + 8, bottom=bottom, width=width))
    return picture(
        width,
        bottom + 2 * size + 13,
        group(*body, class_="s1"),
        key=key,
        title=f"The answer along {name}",
        description=_summary(item, name, unit, total_unit),
        size=size,
        class_="lines",
    )


def capitalised(words: str) -> str:
    """Return words with a large first letter."""
    return words[:1].upper() + words[1:]


def _runs(grid: Sequence[float], values: Sequence[Any], plot: _Plot) -> list[list[Point]]:
    """Return the drawn points, cut where a value is missing."""
    runs: list[list[Point]] = [[]]
    for where, value in zip(grid, values, strict=True):
        if (point := plot.place(where, value)) is None:
            runs.append([])
        else:
            runs[-1].append(point)
    return [run for run in runs if len(run) > 1]


def _band(grid: Sequence[float], low: Sequence[Any], high: Sequence[Any], plot: _Plot) -> list[Svg]:
    """Draw the range of the draws where both of its ends are finite."""
    runs: list[list[tuple[Point, Point]]] = [[]]
    for where, first, last in zip(grid, low, high, strict=True):
        ends = plot.place(where, first), plot.place(where, last)
        if ends[0] is None or ends[1] is None:
            runs.append([])
        else:
            runs[-1].append((ends[0], ends[1]))
    shapes = [[*(below for below, _ in run), *(above for _, above in reversed(run))] for run in runs if len(run) > 1]
    return [path(shape, "tint", closed=True) for shape in shapes]


def _against(amount_: float, item: Mapping[str, Any], plot: _Plot, total_unit: str, unit: str, bottom: float) -> Svg:
    """Draw the amount as a level, and a drop to the axis at each place where the answer meets it."""
    y = plot.y(amount_)
    parts = [
        line(plot.x.start, y, plot.x.end, y, "today"),
        label(plot.x.end, y - 6, f"against {short(amount_, total_unit)}", "strong over", "end"),
    ]
    for at in item.get("meets") or ():
        x = plot.x(at)
        parts.append(line(x, y, x, bottom, "drop"))
        parts.append(element("circle", cx=x, cy=y, r=4.5, class_="point"))
        half = measure(short(at, unit), plot.size * BOLD) / 2
        parts.append(
            label(
                min(max(x, plot.x.start + half), plot.x.end - half),
                bottom - 6,
                short(at, unit),
                "strong over",
                "middle",
            )
        )
    return group(*parts, class_="against")


def _today(today: float, plot: _Plot, unit: str, *, top: float, bottom: float, width: float) -> Svg:
    x = plot.x(today)
    words = f"now {short(today, unit)}"
    half = measure(words, plot.size * BOLD) / 2
    return group(
        line(x, top + plot.size + 5, x, bottom, "today"),
        label(min(max(x, half), width - half), top + plot.size, words, "strong", "middle"),
        class_="now",
    )


def _summary(item: Mapping[str, Any], name: str, unit: str, total_unit: str) -> str:
    grid, central = item["grid"], item["central"]
    ends = [(grid[0], central[0]), (grid[-1], central[-1])]
    said = " and ".join(f"{amount(value, total_unit)} at {full(where, unit)}" for where, value in ends)
    parts = [f"The answer in {unit_words(total_unit)} along {name}: {said}."]
    if (today := finite(item.get("today"))) is not None:
        parts.append(f"Now: {full(today, unit)}.")
    if (against := finite(item.get("against"))) is not None:
        places = ", ".join(full(at, unit) for at in item.get("meets") or ())
        parts.append(f"It meets {amount(against, total_unit)} " + (f"at {places}." if places else "nowhere here."))
    return " ".join(parts)
