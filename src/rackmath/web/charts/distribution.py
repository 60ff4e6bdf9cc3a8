"""How sure the cost of each option is: a ridge for each on a common axis, and the chance that it is the cheapest."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from rackmath.web.charts import axis
from rackmath.web.charts.identity import Identities, Identity, hatch, hatches, who
from rackmath.web.charts.scale import Scale, domain, log_domain, wants_log
from rackmath.web.charts.svg import BOLD, Svg, fit, group, is_cut, label, line, measure, path, picture, wrap
from rackmath.web.numbers import amount, finite, percent, short, unit_words

_WIDE = 520.0
_TAIL = 0.005
"""The share of draws that the axis may leave out at each end, so that one wild draw does not flatten the rest."""

Histogram = tuple[list[float], list[float]]


def distributions(
    options: Sequence[Mapping[str, Any]], *, unit: str, known: Identities, key: str, width: float = 720.0
) -> Svg:
    """Draw the options' costs below each other; each ridge is as high as its own most likely value.

    Parameters
    ----------
    options
        ``id``, ``p5``, ``p50``, ``p95``, ``chance_cheapest`` and ``histogram`` (``edges``, ``counts``) of each, `unit`.
    known
        The options' names and looks.
    key
        Unique on the page.
    width
        In CSS pixels. Below 520 the names stand above the ridges.
    """
    wide = width >= _WIDE
    size = 13.0 if wide else 12.0
    drawn = [option for option in options if finite(option.get("p50")) is not None]
    ends = _ends(drawn)
    log = wants_log(ends)
    column, figures = (190.0, 92.0) if wide else (0.0, 0.0)
    low, high = log_domain(ends, pad=0.03) if log else domain(ends, pad=0.04)
    scale = Scale(low, high, column + 2, width - figures - 2, log)
    ridge, pitch = (48.0, 76.0) if wide else (42.0, 86.0)
    top = size + 12.0 if wide and len(options) > 1 else 2.0

    body: list[str] = []
    if wide and len(options) > 1:
        body.append(label(width, size, "cheapest in", "muted", "end"))
    y = top
    for option in options:
        identity = who(known, option.get("id"))
        base = y + pitch - 24
        body.append(_name(option, identity, y, base, size=size, width=width, column=column, several=len(options) > 1))
        if finite(option.get("p50")) is not None:
            body.append(_ridge(option, identity, scale, base, ridge, unit=unit, size=size, key=key))
        else:
            body.append(label(scale.start, base - 4, "no finite cost", "muted"))
        y += pitch
    bottom = y
    title = f"Cost, {unit_words(unit)}{', logarithmic' if log else ''}"
    ticks = axis.horizontal(
        scale, top=top, bottom=bottom, unit=unit, title=title, size=size, right=width, count=6 if wide else 4
    )
    return picture(
        width,
        bottom + 2 * size + 13,
        hatches(key, [who(known, option.get("id")).slot for option in options]),
        ticks,
        *body,
        key=key,
        title="How sure each cost is",
        description=_summary(options, known, unit),
        size=size,
        class_="distributions",
    )


def _name(
    option: Mapping[str, Any],
    identity: Identity,
    y: float,
    base: float,
    *,
    size: float,
    width: float,
    column: float,
    several: bool,
) -> Svg:
    """Print who the row is and the chance that it is the cheapest."""
    chance = percent(option.get("chance_cheapest")) if several else ""
    if column:
        rows = wrap(identity.name, column - 14, size * BOLD)
        cut = identity.name if is_cut(rows) else ""
        top = base - 4 - (len(rows) - 1) * size * 1.15
        return group(
            *[label(0, top + at * size * 1.15, row, "name", whole=cut) for at, row in enumerate(rows)],
            label(width, base - 6, chance, "strong number", "end"),
            class_=identity.class_,
        )
    words = f"cheapest in {chance}" if chance else ""
    room = width - measure(words, size) - 12
    return group(
        label(0, y + size + 2, fit(identity.name, room, size * BOLD), "name", whole=identity.name),
        label(width, y + size + 2, words, "number", "end"),
        class_=identity.class_,
    )


def _ridge(
    option: Mapping[str, Any],
    identity: Identity,
    scale: Scale,
    base: float,
    height: float,
    *,
    unit: str,
    size: float,
    key: str,
) -> Svg:
    """Draw the histogram as an area, the 5–95% range as a line on its foot, and the median as a mark with its value."""
    parts: list[str] = []
    outline = _outline(_histogram(option), scale, base, height)
    if outline:
        parts.append(path(outline, "ridge", closed=True, fill=hatch(key, identity.slot)))
    parts.append(line(scale.start, base, scale.end, base, "foot"))
    p5, p50, p95 = (finite(option.get(name)) for name in ("p5", "p50", "p95"))
    if p5 is not None and p95 is not None:
        parts.append(line(scale(p5), base, scale(p95), base, "range"))
        parts.extend(line(scale(end), base - 5, scale(end), base + 5, "range") for end in (p5, p95))
    if p50 is not None:
        x, text = scale(p50), short(p50, unit)
        half = measure(text, size) / 2
        parts.append(line(x, base - height, x, base + 4, "median"))
        at = min(max(x, scale.start + half), scale.end - half)
        parts.append(label(at, base + size + 4, text, "strong number", "middle"))
    return group(*parts, class_=identity.class_)


def _histogram(option: Mapping[str, Any]) -> Histogram | None:
    """Return edges and counts where they are usable."""
    held = option.get("histogram") or {}
    edges = [number for number in map(finite, held.get("edges", ())) if number is not None]
    counts = [number for number in map(finite, held.get("counts", ())) if number is not None]
    usable = len(edges) == len(counts) + 1 and counts and sum(counts) > 0 and edges[-1] > edges[0]
    return (edges, counts) if usable else None


def _ends(options: Sequence[Mapping[str, Any]]) -> list[float]:
    """Return values that the common axis must hold: all but the outermost draws of each option."""
    ends: list[float] = []
    for option in options:
        ends += [number for name in ("p5", "p50", "p95") if (number := finite(option.get(name))) is not None]
        held = _histogram(option)
        if held is None:
            continue
        edges, counts = held
        whole, running = sum(counts), 0.0
        inside = []
        for index, count in enumerate(counts):
            if running + count > _TAIL * whole and running < (1 - _TAIL) * whole:
                inside += [edges[index], edges[index + 1]]
            running += count
        p5, p95 = finite(option.get("p5")), finite(option.get("p95"))
        # a bin that straddles the tail must not pull a logarithmic axis to zero: never further than the range again
        if inside and p5 is not None and p95 is not None:
            low, high = max(min(inside), p5 - (p95 - p5)), min(max(inside), p95 + (p95 - p5))
            ends += [max(low, p5 / 2) if p5 > 0 else low, high]
    return ends


def _outline(held: Histogram | None, scale: Scale, base: float, height: float) -> list[tuple[float, float]]:
    """Return the histogram's steps as points; on a logarithmic axis the density is that of the logarithm."""
    if held is None:
        return []
    edges, counts = held
    bars: list[tuple[float, float, float]] = []
    for left, right, count in zip(edges, edges[1:], counts, strict=False):
        if right <= scale.low or left >= scale.high or right <= left:
            continue
        if scale.log and left <= 0:
            continue
        span = math.log(right / left) if scale.log else right - left
        bars.append((scale(left), scale(right), count / span))
    peak = max((density for _, _, density in bars), default=0.0)
    if not peak:
        return []
    points = [(bars[0][0], base)]
    for x0, x1, density in bars:
        y = base - height * density / peak
        points += [(x0, y), (x1, y)]
    return [*points, (bars[-1][1], base)]


def _summary(options: Sequence[Mapping[str, Any]], known: Identities, unit: str) -> str:
    rows = []
    for option in options[:12]:
        p5, p50, p95 = (amount(option.get(name), unit) for name in ("p5", "p50", "p95"))
        chance = f", cheapest in {percent(option.get('chance_cheapest'))} of draws" if len(options) > 1 else ""
        rows.append(f"{who(known, option.get('id')).name}: median {p50}, 90% between {p5} and {p95}{chance}")
    return f"Costs in {unit_words(unit)}. " + "; ".join(rows) + "."
