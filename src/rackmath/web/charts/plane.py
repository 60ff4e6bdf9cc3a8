"""Points of several series on two axes, some of them joined: a frontier, or what a rising load does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from rackmath.web.charts import axis
from rackmath.web.charts.identity import Identities, who
from rackmath.web.charts.scale import Scale, domain, log_domain, spread
from rackmath.web.charts.svg import BOLD, Svg, element, fit, group, label, line, measure, path, picture
from rackmath.web.numbers import full, short, unit_words

_WIDE = 520.0
Place = tuple[float, float]


@dataclass(frozen=True)
class Direction:
    """One axis: what it counts, its unit, whether it is logarithmic, and a limit drawn across it (in `unit`)."""

    title: str
    unit: str
    log: bool = True
    limit: float | None = None
    limit_words: str = ""


class Dot(NamedTuple):
    """A point: its place in the axes' units, words for whoever points at it, and where a click leads."""

    x: float
    y: float
    words: str = ""
    href: str = ""


class _Plot(NamedTuple):
    x: Scale
    y: Scale
    size: float

    def place(self, dot: Dot) -> Place:
        return self.x(dot.x), self.y(dot.y)


def plane(
    series: Mapping[str, Sequence[Dot]],
    *,
    x: Direction,
    y: Direction,
    known: Identities,
    key: str,
    title: str,
    summary: str,
    chosen: Dot | None = None,
    behind: Mapping[str, Sequence[Dot]] | None = None,
    width: float = 720.0,
) -> Svg:
    """Draw series of points, each joined in the order in which it comes and named at its end.

    Parameters
    ----------
    series
        Name to points. A point with an address is a link.
    known
        The names' looks.
    title, summary
        What the drawing is called, and what it says, for readers who do not see it.
    chosen
        A point that is marked: the one that the rest of the page is about.
    behind
        Points that lie behind the joined ones: small, without links.
    """
    wide = width >= _WIDE
    size = 13.0 if wide else 12.0
    dots = [dot for row in [*series.values(), *(behind or {}).values()] for dot in row]
    top = size + 14 + (size + 6 if x.limit is not None else 0.0)
    bottom = top + (340.0 if wide else 280.0)
    y_scale = Scale(*_reach([dot.y for dot in dots], y), bottom, top, y.log)
    left = axis.widest(y_scale, y.unit, size) + 8
    names = max((measure(who(known, name).name, size * BOLD) for name in series), default=0.0)
    margin = min(0.28 * width, names + 22)
    plot = _Plot(Scale(*_reach([dot.x for dot in dots], x), left, width - margin, x.log), y_scale, size)
    body = [
        label(0, size, f"{y.title}{' (logarithmic)' if y.log else ''}", "axis-title"),
        axis.vertical(y_scale, left=left, right=plot.x.end, unit=y.unit, size=size),
        axis.horizontal(
            plot.x,
            top=top,
            bottom=bottom,
            unit=x.unit,
            title=f"{x.title}{' (logarithmic)' if x.log else ''}",
            size=size,
            right=width,
            count=7 if wide else 4,
        ),
        *_limits(x, y, plot, top=top, bottom=bottom),
    ]
    for name, row in (behind or {}).items():
        # strokes of no length with round ends: a tenth of the bytes of circles
        small = "".join(f"M{px:.0f} {py:.0f}h0" for px, py in map(plot.place, row))
        body.append(element("path", d=small, class_=f"behind {who(known, name).class_}"))
    ends: list[tuple[str, Place]] = []
    for name, row in series.items():
        places = [plot.place(dot) for dot in row]
        marks = [_mark(dot, place) for dot, place in zip(row, places, strict=True)]
        body.append(
            group(*([path(places, "curve")] if len(places) > 1 else []), *marks, class_=who(known, name).class_)
        )
        if places:
            ends.append((name, max(places)))
    body.append(_names(ends, plot, known, width=width, top=top, bottom=bottom))
    if chosen is not None:
        body.append(_chosen(plot.place(chosen)))
    return picture(
        width,
        bottom + 2 * size + 13,
        *body,
        key=key,
        title=title,
        description=summary,
        size=size,
        class_="lines plane",
        linked=any(dot.href for row in series.values() for dot in row),
    )


def _reach(values: Sequence[float], direction: Direction) -> tuple[float, float]:
    """Return the range of an axis: the values, and the limit where that is not far from them."""
    held = list(values)
    if direction.limit is not None and held and direction.limit <= 3 * max(held) and direction.limit >= min(held) / 3:
        held.append(direction.limit)
    return log_domain(held, pad=0.05) if direction.log else domain(held, zero=True, pad=0.05)


def _limits(x: Direction, y: Direction, plot: _Plot, *, top: float, bottom: float) -> list[Svg]:
    """Draw the limits: an upright or level line with its words, where it lies within the axes."""
    parts: list[Svg] = []
    if x.limit is not None and plot.x.holds(x.limit):
        at = plot.x(x.limit)
        words = f"{x.limit_words} {short(x.limit, x.unit)}".strip()
        half = measure(words, plot.size * BOLD) / 2
        inside = min(max(at, plot.x.start + half), plot.x.end - half)
        parts.append(group(line(at, top, at, bottom, "today"), label(inside, top - 6, words, "strong over", "middle")))
    if y.limit is not None and plot.y.holds(y.limit):
        at = plot.y(y.limit)
        words = f"{y.limit_words} {short(y.limit, y.unit)}".strip()
        level = line(plot.x.start, at, plot.x.end, at, "today")
        parts.append(group(level, label(plot.x.start + 6, at - 6, words, "strong over")))
    return parts


def _mark(dot: Dot, place: Place) -> Svg:
    """Draw a point; one that leads somewhere has a ground large enough for a finger."""
    px, py = place
    inside = [element("circle", cx=px, cy=py, r=4, class_="mark")]
    if dot.words:
        inside.insert(0, element("title", dot.words))
    if not dot.href:
        return group(*inside)
    ground = element("circle", cx=px, cy=py, r=9, class_="ground")
    return element("a", ground, *inside, href=dot.href, aria_label=dot.words)


def _chosen(place: Place) -> Svg:
    px, py = place
    return group(
        element("circle", cx=px, cy=py, r=9, class_="ring halo"), element("circle", cx=px, cy=py, r=9, class_="ring")
    )


def _names(
    ends: Sequence[tuple[str, Place]], plot: _Plot, known: Identities, *, width: float, top: float, bottom: float
) -> Svg:
    """Name each series at its right end; names that would collide move apart and keep a leader."""
    placed = spread([place[1] for _, place in ends], plot.size * 1.3, top + plot.size, bottom - 4)
    room = width - plot.x.end - 18
    parts: list[Svg] = []
    for (name, (px, py)), at in zip(ends, placed, strict=True):
        identity = who(known, name)
        words = fit(identity.name, room, plot.size * BOLD)
        parts.append(
            group(
                line(px + 5, py, plot.x.end + 14, at, "leader"),
                label(plot.x.end + 18, at + plot.size * 0.35, words, "name", whole=identity.name),
                class_=identity.class_,
            )
        )
    return group(*parts, class_="ends")


def told(dot: Dot, x: Direction, y: Direction) -> str:
    """Return a point's place in words: ``41 tokens per second at 1 200 tokens per second per GPU``."""
    return f"{full(dot.y, y.unit)} at {full(dot.x, x.unit)}"


def axis_title(words: str, unit: str) -> str:
    """Return an axis' title: what it counts, then its unit."""
    return f"{words}, {unit_words(unit)}"


__all__ = ["Direction", "Dot", "axis_title", "plane", "told"]
