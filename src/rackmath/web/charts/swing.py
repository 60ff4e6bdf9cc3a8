"""How far each input moves one answer: a bar from the answer at the input's low end to that at its high end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from rackmath.web.charts import axis
from rackmath.web.charts.scale import Scale, domain
from rackmath.web.charts.svg import Svg, element, fit, group, label, line, measure, picture, rect
from rackmath.web.numbers import amount, capital, finite, short, unit_words

_WIDE = 520.0
_SMALL = 11.5
ROWS = 10
"""The chart shows this many inputs, the table beside it all."""
_VISIBLE = 0.01
"""An input that moves the answer by less than this share of the widest bar would be a dot; the table has it."""


class _Row(NamedTuple):
    """An input's name, its two ends in words, and the answer at each."""

    name: str
    low: str
    high: str
    at_low: float
    at_high: float


def swing(sensitivity: Sequence[Mapping[str, Any]], *, unit: str, base: float, key: str, width: float = 720.0) -> Svg:
    """Draw the total at the 5% and the 95% point of each input.

    Parameters
    ----------
    sensitivity
        ``label``, ``unit``, ``low``, ``high``, ``total_low`` and ``total_high`` of each. The widest are drawn first.
    unit
        Of the totals.
    base
        The total with every input at its median.
    width
        In CSS pixels. Below 520 the names stand above the bars.
    """
    wide = width >= _WIDE
    size = 13.0 if wide else 12.0
    rows = _rows(sensitivity)
    names = min(0.3 * width, 210.0) if wide else 0.0
    pad = max((measure(text, _SMALL) for row in rows for text in (row.low, row.high)), default=0.0) + 12
    ends = [base, *(end for row in rows for end in (row.at_low, row.at_high))]
    scale = Scale(*domain(ends, pad=0.02), names + pad, width - pad)
    top, pitch = 8.0, 31.0 if wide else 46.0
    bottom = top + pitch * len(rows) + 2
    foot = bottom + 2 * size + 8
    words = f"{capital(unit_words(unit))} at the two ends"
    body = [
        axis.horizontal(
            scale, top=top, bottom=bottom, unit=unit, title="", size=size, right=width, count=5 if wide else 4
        ),
        label(names, foot, words, "axis-title"),
        label(names, foot + size + 5, "○ input at its low end   ● input at its high end", "axis-title"),
        line(scale(base), top - 4, scale(base), bottom, "base"),
        *(_row(row, scale, top + pitch * at, names, width, size, wide=wide) for at, row in enumerate(rows)),
    ]
    return picture(
        width,
        foot + size + 10,
        *body,
        key=key,
        title="What moves it most",
        description=_summary(rows, base, unit),
        size=size,
        class_="tornado",
    )


def _rows(sensitivity: Sequence[Mapping[str, Any]]) -> list[_Row]:
    found = []
    for item in sensitivity:
        low, high = finite(item.get("total_low")), finite(item.get("total_high"))
        if low is not None and high is not None and low != high:
            its = str(item.get("unit") or "")
            name = capital(item.get("label") or item.get("input") or "")
            found.append(_Row(name, short(item.get("low"), its), short(item.get("high"), its), low, high))
    found.sort(key=lambda row: -abs(row.at_high - row.at_low))
    widest = abs(found[0].at_high - found[0].at_low) if found else 0.0
    return [row for row in found if abs(row.at_high - row.at_low) >= _VISIBLE * widest][:ROWS]


def _row(row: _Row, scale: Scale, y: float, names: float, width: float, size: float, *, wide: bool) -> Svg:
    middle = y + (15.0 if wide else 32.0)
    x0, x1 = scale(row.at_low), scale(row.at_high)
    left, right = min(x0, x1), max(x0, x1)
    leftward, rightward = (row.low, row.high) if x0 <= x1 else (row.high, row.low)
    room = names - 12 if wide else width
    parts = [] if wide else [rect(0, y, width, size + 9, "wipe")]
    parts += [
        label(0, middle + 4 if wide else y + size + 2, fit(row.name, room, size), "name", whole=row.name),
        rect(left, middle - 6.5, right - left, 13.0, "bar swing"),
        element("circle", cx=x0, cy=middle, r=3.5, class_="end-low"),
        element("circle", cx=x1, cy=middle, r=3.5, class_="end-high"),
        label(left - 8, middle + 4, leftward, "end-value over", "end"),
        label(right + 8, middle + 4, rightward, "end-value over"),
    ]
    return group(*parts, class_="input")


def _summary(rows: Sequence[_Row], base: float, unit: str) -> str:
    parts = [
        f"{row.name} from {row.low} to {row.high}: {amount(row.at_low, unit)} to {amount(row.at_high, unit)}"
        for row in rows
    ]
    return f"With every input at its median {amount(base, unit)}. " + "; ".join(parts) + "."
