"""What would change the answer: how far each input moves the margin of the best option, and where it flips."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from rackmath.web.charts import axis
from rackmath.web.charts.identity import Identities, Identity, hatch, hatches, who
from rackmath.web.charts.scale import Scale, domain
from rackmath.web.charts.svg import BOLD, Svg, element, fit, group, is_cut, label, line, measure, picture, rect, wrap
from rackmath.web.numbers import amount, capital, finite, short, unit_words

_WIDE = 520.0
_SMALL = 11.5
ROWS = 12
"""The chart shows this many inputs, the table all."""
_VISIBLE = 0.005
"""An input that moves the margin by less than this share of the widest bar would be a dot; the table has it."""


class _Row(NamedTuple):
    """An input's name, its two ends, the margin at each, and where the answer flips and to whom."""

    name: str
    low: str
    high: str
    margin_low: float
    margin_high: float
    flip: str
    to: Identity | None


class _Frame(NamedTuple):
    """Where things are: the margin's axis, the columns left and right of it, and sizes."""

    scale: Scale
    names: float
    flips: float
    width: float
    size: float
    wide: bool


def tornado(
    sensitivity: Sequence[Mapping[str, Any]],
    *,
    unit: str,
    known: Identities,
    recommended: str,
    key: str,
    base: float | None = None,
    width: float = 720.0,
) -> Svg:
    """Draw the margin (cheapest other option minus the recommended one) over the range of each input.

    Parameters
    ----------
    sensitivity
        ``label``, ``unit``, ``low``, ``high``, ``margin_low``, ``margin_high``, ``flips_at``, ``flips_to`` of each, in
        the order to be drawn; the first twelve that move the margin visibly are.
    unit
        Of the margins.
    recommended
        The id of the option whose margin it is.
    base
        The margin with all inputs at their central value.
    width
        In CSS pixels. Below 520 the names stand above the bars.
    """
    wide = width >= _WIDE
    size = 13.0 if wide else 12.0
    rows = _rows(sensitivity, known)
    names, flips = (196.0, 164.0) if wide else (0.0, 0.0)
    ends = [end for row in rows for end in (row.margin_low, row.margin_high)] + ([base] if base is not None else [])
    pad = max((measure(text, _SMALL) for row in rows for text in (row.low, row.high)), default=0.0) + 12
    scale = Scale(*domain(ends, zero=True), names + pad, width - flips - pad)
    frame = _Frame(scale, names, flips, width, size, wide)
    top = size + 12
    pitch = 48.0 if wide else 50.0
    bottom = top + pitch * len(rows) + 4
    zero = scale(0.0)

    body: list[str] = []
    if scale.low < 0:
        body.append(rect(names, top - 2, zero - names, bottom - top + 2, "other-side"))
    body.append(_heads(frame, known, recommended, any_flip=any(row.flip for row in rows)))
    body.append(
        axis.horizontal(
            scale,
            top=top - 2,
            bottom=bottom,
            unit=unit,
            title="",
            size=size,
            right=width,
            count=5 if wide else 4,
        )
    )
    foot = bottom + 2 * size + 8
    body.append(label(names, foot, f"Margin, {unit_words(unit)}", "axis-title"))
    body.append(label(names, foot + size + 5, "○ input at its low end   ● input at its high end", "axis-title"))
    if base is not None:
        body.append(line(scale(base), top - 2, scale(base), bottom, "base"))
    body.append(line(zero, top - 6, zero, bottom, "flip"))
    body.extend(_row(row, frame, top + pitch * place, key) for place, row in enumerate(rows))
    return picture(
        width,
        foot + size + 10,
        hatches(key, [], neutral=True),
        *body,
        key=key,
        title="What would change the answer",
        description=_summary(rows, who(known, recommended).name, unit),
        size=size,
        class_="tornado",
    )


def has_margins(sensitivity: Sequence[Mapping[str, Any]]) -> bool:
    """Say whether there is anything to draw: with one option there is no margin."""
    return any(finite(item.get("margin_low")) is not None for item in sensitivity)


def _rows(sensitivity: Sequence[Mapping[str, Any]], known: Identities) -> list[_Row]:
    rows = []
    widest = max((_swing(item) for item in sensitivity), default=0.0)
    for item in sensitivity:
        low, high = finite(item.get("margin_low")), finite(item.get("margin_high"))
        if low is None or high is None or (_swing(item) < _VISIBLE * widest and item.get("flips_at") is None):
            continue
        unit = str(item.get("unit") or "")
        flips = finite(item.get("flips_at")) is not None
        flip = short(item["flips_at"], unit) if flips else ""
        to = who(known, item["flips_to"]) if flips and item.get("flips_to") else None
        name = capital(item.get("label") or item.get("input") or "")
        rows.append(_Row(name, short(item.get("low"), unit), short(item.get("high"), unit), low, high, flip, to))
    return rows[:ROWS]


def _swing(item: Mapping[str, Any]) -> float:
    low, high = finite(item.get("margin_low")), finite(item.get("margin_high"))
    return abs(high - low) if low is not None and high is not None else 0.0


def _row(row: _Row, frame: _Frame, y: float, key: str) -> Svg:
    """Draw one input: its bar (hatched where another option is cheaper), its end values, and where it flips."""
    scale, size = frame.scale, frame.size
    bar = 13.0
    middle = y + (24.0 if frame.wide else 35.0)
    top = middle - bar / 2
    x0, x1, zero = scale(row.margin_low), scale(row.margin_high), scale(0.0)
    left, right = min(x0, x1), max(x0, x1)
    parts: list[str] = [rect(left, top, right - left, bar, "bar swing")]
    if left < zero - 0.01:
        parts.append(rect(left, top, min(right, zero) - left, bar, "lost", fill=hatch(key, 0)))
    # the ends differ by shape: a ring at the low end of the input, a disc at the high one
    parts.append(element("circle", cx=x0, cy=middle, r=3.5, class_="end-low"))
    parts.append(element("circle", cx=x1, cy=middle, r=3.5, class_="end-high"))
    # the flip may lie beyond the ends that are drawn
    if row.flip and left <= zero <= right:
        parts.append(element("path", d=f"M{zero:.1f} {middle - 6:.1f}l6 6l-6 6l-6 -6z", class_="diamond"))
    leftward, rightward = (row.low, row.high) if x0 <= x1 else (row.high, row.low)
    parts.append(label(left - 8, middle + 4, leftward, "end-value over", "end"))
    parts.append(label(right + 8, middle + 4, rightward, "end-value over"))
    if frame.wide:
        parts.extend(_stacked(0, middle, wrap(row.name, frame.names - 14, size), size, "name", row.name))
        if row.flip:
            x = frame.width - frame.flips + 12
            names = wrap(row.to.name, frame.flips - 12, _SMALL * BOLD) if row.to else []
            start = middle + 4 - 6.5 * len(names)
            parts.append(label(x, start, row.flip, "flips"))
            cut = row.to.name if row.to and is_cut(names) else ""
            texts = [label(x, start + 13 * at, name, "to", whole=cut) for at, name in enumerate(names, start=1)]
            parts.append(group(*texts, class_=row.to.class_ if row.to else ""))
    else:
        parts.insert(0, rect(0, y, frame.width, size + 11, "wipe"))
        flip = f"flips at {row.flip}" if row.flip else ""
        room = frame.width - measure(flip, size * BOLD) - (10 if flip else 0)
        parts.append(label(0, y + size + 4, fit(row.name, room, size), "name", whole=row.name))
        if row.flip:
            entire = f"{flip} to {row.to.name}" if row.to else ""
            parts.append(label(frame.width, y + size + 4, flip, "flips", "end", whole=entire))
    return group(*parts, class_="input")


def _stacked(x: float, middle: float, rows: list[str], size: float, class_: str, whole: str) -> list[Svg]:
    """Print one or two rows of text around a middle line."""
    leading = size * 1.12
    start = middle + size * 0.35 - (len(rows) - 1) * leading / 2
    cut = whole if is_cut(rows) else ""
    return [label(x, start + place * leading, row, class_, whole=cut) for place, row in enumerate(rows)]


def _heads(frame: _Frame, known: Identities, recommended: str, *, any_flip: bool) -> Svg:
    """Say what each side of zero means, and head the column of flips."""
    zero, size = frame.scale(0.0), frame.size
    best, other = f"{who(known, recommended).name} stays cheapest →", "← another is cheaper"
    right = frame.width - frame.flips - zero - 6
    parts = []
    if measure(best, _SMALL) > right:
        best = "stays cheapest →"
    if measure(best, _SMALL) <= right:
        parts.append(label(zero + 6, size, best, "side"))
    if frame.scale.low < 0 and zero - frame.names - 6 > measure(other, _SMALL):
        parts.append(label(zero - 6, size, other, "side", "end"))
    if frame.wide and any_flip:
        parts.append(label(frame.width - frame.flips + 12, size, "◆ flips at, and to", "side"))
    return group(*parts, class_="sides")


def _summary(rows: Sequence[_Row], name: str, unit: str) -> str:
    parts = []
    for row in rows:
        low, high = amount(row.margin_low, unit), amount(row.margin_high, unit)
        flip = f", flips at {row.flip}{f' to {row.to.name}' if row.to else ''}" if row.flip else ""
        parts.append(f"{row.name} from {row.low} to {row.high}: margin {low} to {high}{flip}")
    return f"Margin of {name} over the cheapest other option for each input at its two ends. " + "; ".join(parts) + "."
