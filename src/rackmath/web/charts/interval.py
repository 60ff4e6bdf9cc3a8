"""A range in a table cell, and the chances of all options as one strip."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rackmath.web.charts import axis
from rackmath.web.charts.identity import Identities, hatch, hatches, who
from rackmath.web.charts.scale import Scale, domain, log_domain, wants_log
from rackmath.web.charts.svg import BOLD, Svg, element, fit, group, label, line, measure, picture, rect
from rackmath.web.numbers import amount, finite, percent

_HEIGHT = 22.0


def interval_bars(
    options: Sequence[Mapping[str, Any]], *, unit: str, known: Identities, key: str, width: float = 150.0
) -> list[Svg]:
    """Draw ``p5``–``p50``–``p95`` of each option on one common axis, a small picture each, in the order given.

    Parameters
    ----------
    key
        Unique on the page; each picture appends its place.
    width
        In CSS pixels.
    """
    scale = common_scale(options, width)
    pictures = []
    for place, option in enumerate(options):
        identity = who(known, option.get("id"))
        p5, p50, p95 = (finite(option.get(name)) for name in ("p5", "p50", "p95"))
        middle = _HEIGHT / 2
        parts: list[str] = [line(scale.start, middle, scale.end, middle, "foot")]
        if p5 is not None and p95 is not None:
            parts.append(rect(scale(p5), middle - 4, scale(p95) - scale(p5), 8, "bar fill"))
        if p50 is not None:
            parts.append(line(scale(p50), middle - 9, scale(p50), middle + 9, "median halo"))
            parts.append(line(scale(p50), middle - 9, scale(p50), middle + 9, "median"))
        low, central, high = (amount(option.get(name), unit) for name in ("p5", "p50", "p95"))
        pictures.append(
            picture(
                width,
                _HEIGHT,
                group(*parts, class_=identity.class_),
                key=f"{key}-{place + 1}",
                title=f"Range of {identity.name}",
                description=f"Median {central}; 90% of draws lie between {low} and {high}.",
                size=12,
                class_="interval",
            )
        )
    return pictures


def interval_axis(options: Sequence[Mapping[str, Any]], *, unit: str, key: str, width: float = 150.0) -> Svg:
    """Draw the axis that `interval_bars` of the same options share, for the head of their column."""
    scale = common_scale(options, width)
    size = 11.0
    parts: list[str] = []
    for tick, text in axis.spaced(scale, unit, size, 3):
        x, half = scale(tick), measure(text, size) / 2
        parts.append(line(x, size + 4, x, size + 8, "tick-mark"))
        parts.append(label(min(max(x, half), width - half), size, text, "tick", "middle"))
    return picture(
        width,
        size + 8,
        *parts,
        key=key,
        title="Axis of the ranges",
        description=f"From {amount(scale.low, unit)} to {amount(scale.high, unit)}.",
        size=size,
        class_="interval",
    )


def common_scale(options: Sequence[Mapping[str, Any]], width: float) -> Scale:
    """Return the axis on which all the options' ranges lie; logarithmic if they span more than thirtyfold."""
    names = ("p5", "p50", "p95")
    ends = [number for option in options for name in names if (number := finite(option.get(name))) is not None]
    log = wants_log(ends)
    low, high = log_domain(ends) if log else domain([*ends, 0.0] if ends and min(ends) > 0 else ends)
    return Scale(low, high, 2, width - 2, log)


def chances(options: Sequence[Mapping[str, Any]], *, known: Identities, key: str, width: float = 1000.0) -> Svg:
    """Draw how often each option is the cheapest as parts of one strip, named where the part is wide enough.

    Parameters
    ----------
    options
        ``id`` and ``chance_cheapest`` (0 to 1) of each.
    """
    size = 16.0 if width >= 900 else 12.0
    shares = [max(finite(option.get("chance_cheapest")) or 0.0, 0.0) for option in options]
    whole = sum(shares) or 1.0
    x, height = 0.0, 20.0
    parts: list[str] = []
    for option, share in zip(options, shares, strict=True):
        identity = who(known, option.get("id"))
        span = width * share / whole
        number = percent(share)
        inside: list[str] = [rect(x, 0, span, height, "part", fill=hatch(key, identity.slot))]
        room = span - 14
        if measure(number, size * BOLD) <= room:
            left = room - measure(f"{number} ", size * BOLD)
            name = fit(identity.name, left, size) if left > measure("mmmm", size) else ""
            words = [element("tspan", number, class_="strong"), element("tspan", name, dx=size * 0.4) if name else ""]
            entire = [element("title", identity.name)] if name != identity.name else []
            inside.append(element("text", *words, *entire, x=x + 1, y=height + size + 4, class_="name"))
        parts.append(group(*inside, class_=identity.class_))
        x += span
    names = [who(known, option.get("id")).name for option in options]
    rows = [f"{name} {percent(share)}" for name, share in zip(names, shares, strict=True)]
    return picture(
        width,
        height + size + 9,
        hatches(key, [who(known, option.get("id")).slot for option in options]),
        *parts,
        element("rect", x=0.5, y=0.5, width=width - 1, height=height - 1, class_="frame"),
        key=key,
        title="Chance of being the cheapest",
        description="Share of draws in which each option costs least: " + "; ".join(rows) + ".",
        size=size,
        class_="chances",
    )
