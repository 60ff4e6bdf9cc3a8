"""What each input would be worth to know: a bar for each, and one for knowing everything."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rackmath.web.charts.scale import Scale, domain
from rackmath.web.charts.svg import BOLD, Svg, fit, group, label, line, measure, picture, rect
from rackmath.web.numbers import amount, capital, finite, short

_SIZE = 12.0
_WIDE = 520.0
_AMOUNTS = 84.0


def worth(
    inputs: Sequence[Mapping[str, Any]], *, perfect: float, unit: str, key: str, top: int = 8, width: float = 720.0
) -> Svg:
    """Draw what it is worth to know each of the first `top` inputs, against knowing everything.

    Parameters
    ----------
    inputs
        ``label`` and ``worth`` of each in `unit`, the largest first.
    perfect
        What knowing everything is worth, in `unit`.
    key
        Unique on the page.
    width
        In CSS pixels. Below 520 the names stand above the bars.
    """
    wide = width >= _WIDE
    named = ((capital(each.get("label") or each.get("input") or ""), finite(each.get("worth"))) for each in inputs)
    rows = [(name, value) for name, value in named if value][:top]
    names = min(0.34 * width, 220.0) if wide else 0.0
    pitch, lead, height = (28.0, 4.0, 15.0) if wide else (37.0, 20.0, 11.0)
    ends = [value for _, value in rows] + [perfect]
    scale = Scale(*domain(ends, zero=True), names + 1, width - (_AMOUNTS if wide else 0.0) - 1)
    parts: list[str] = []
    y = 2.0
    for name, value, look in [*((name, value, "bar") for name, value in rows), ("Everything", perfect, "bar total")]:
        if look == "bar total":
            y += 6
            parts.append(line(0, y - 4, width, y - 4, "rule"))
        shown, words = short(value, unit), "strong" if look == "bar total" else "name"
        room = names - 12 if wide else width - measure(shown, _SIZE * BOLD) - 16
        foot = y + (15.0 if wide else 13.0)
        parts.append(label(0, foot, fit(name, room, _SIZE), words, whole=name))
        parts.append(label(width, foot, shown, f"{words} number", "end"))
        parts.append(rect(scale(0.0), y + lead, scale(value) - scale(0.0), height, f"{look} fill"))
        y += pitch
    told = "; ".join(f"{name} {amount(value, unit)}" for name, value in rows) or "no single input"
    return picture(
        width,
        y + 2,
        group(*parts, class_="s0"),
        key=key,
        title="What it is worth to know each input",
        description=f"At most, on average: {told}. Knowing everything: {amount(perfect, unit)}.",
        size=_SIZE,
        class_="waterfall worth",
    )
