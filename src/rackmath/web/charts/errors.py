"""How far predictions are from measurements: for each group the middle half, the 80 % and the median of their ratio."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rackmath.web.charts.scale import Scale
from rackmath.web.charts.svg import Svg, fit, group, label, line, measure, picture, rect
from rackmath.web.numbers import percent

_WIDE = 520.0
_SIZE = 12.0
RATIOS = (0.1, 0.25, 0.5, 0.67, 0.8, 1.0, 1.25, 1.5, 2.0, 4.0, 10.0)
"""Ratios that the axis may name; those within its range are."""


def errors(rows: Sequence[Mapping[str, Any]], *, key: str, title: str, width: float = 720.0) -> Svg:
    """Draw a box for each group on one logarithmic axis of predicted ÷ measured.

    Parameters
    ----------
    rows
        ``label``, ``rows`` (how many), and quantiles of the ratio: ``q10``, ``q25``, ``q50``, ``q75``, ``q90``. A row
        whose ``head`` is set begins a part of that name.
    """
    wide = width >= _WIDE
    names = 0.36 * width if wide else 0.0
    counts = 46.0 if wide else 0.0
    ends = [float(row[end]) for row in rows for end in ("q10", "q90")]
    reach = max(*(max(end, 1 / end) for end in ends), 1.3) * 1.05 if ends else 2.0
    scale = Scale(1 / min(reach, 12.0), min(reach, 12.0), names + counts + 1, width - 6, log=True)
    parts: list[Svg] = []
    y = 8.0
    for row in rows:
        if row.get("head"):
            y += 10 if parts else 0
            parts.append(label(0, y + 14, str(row["head"]), "strong over"))
            y += 24
        parts.append(_row(row, scale, y, names=names, wide=wide))
        y += 24.0 if wide else 38.0
    bottom = y + 2
    grid: list[Svg] = []
    taken: list[tuple[float, float]] = []
    # the middle is named first, the others where there is room beside it
    for ratio in sorted(filter(scale.holds, RATIOS), key=lambda ratio: (ratio != 1, abs(scale(ratio) - scale(1)))):
        x, words = scale(ratio), f"{ratio:g}×"
        half = measure(words, _SIZE) / 2 + 3
        grid.append(line(x, 0, x, bottom, "zero" if ratio == 1 else "grid"))
        if all(x + half < low or x - half > high for low, high in taken):
            grid.append(label(min(x, width - half), bottom + _SIZE + 4, words, "tick over", "middle"))
            taken.append((x - half, x + half))
    return picture(
        width,
        bottom + 2 * _SIZE + 14,
        *grid,
        label(scale.start, bottom + 2 * _SIZE + 10, "predicted ÷ measured (logarithmic)", "axis-title"),
        group(*parts, class_="s1"),
        key=key,
        title=title,
        description=_summary(rows),
        size=_SIZE,
        class_="errors",
    )


def _row(row: Mapping[str, Any], scale: Scale, y: float, *, names: float, wide: bool) -> Svg:
    middle = y + (12.0 if wide else 26.0)
    low, first, half, third, high = (scale(float(row[end])) for end in ("q10", "q25", "q50", "q75", "q90"))
    name = fit(row["label"], (names - 10) if wide else scale.end - 60, _SIZE)
    words = [label(0, y + 15, name, "name over", whole=str(row["label"]))]
    count = f"{row['rows']:,}".replace(",", "\N{NARROW NO-BREAK SPACE}")
    words.append(label((names + 38) if wide else scale.end, y + 15, count, "muted number", "end"))
    return group(
        *words,
        line(low, middle, high, middle, "range"),
        rect(first, middle - 6, third - first, 12, "fill box"),
        line(half, middle - 8, half, middle + 8, "median"),
    )


def _summary(rows: Sequence[Mapping[str, Any]]) -> str:
    said = [
        f"{row['label']}: half of {row['rows']} predictions lie between {percent_off(row['q25'])} and "
        f"{percent_off(row['q75'])} of what was measured"
        for row in rows[:12]
    ]
    return "Predicted over measured. " + "; ".join(said) + "."


def percent_off(ratio: Any) -> str:
    """Return a ratio as a percentage: 0.92 is ``92%``."""
    return percent(float(ratio))
