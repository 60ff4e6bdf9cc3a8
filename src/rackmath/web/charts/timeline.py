"""All figures of one quantity on a time axis: what was said of when, by what kind of claimant, and where they clash."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from rackmath.web.charts import axis, dates
from rackmath.web.charts.marks import EXTRA, UNSTATED, Look, look_of, shape
from rackmath.web.charts.scale import Scale, domain, log_domain, wants_log
from rackmath.web.charts.svg import Svg, element, fit, group, label, line, measure, picture, rect
from rackmath.web.numbers import finite, plural, short, unit_words

MARKS = 120
NARROW_MARKS = 60
"""The most figures in one drawing, and in one on a phone; the table beside it has all."""

_WIDE = 520.0
_HEIGHT = 300.0
_RADIUS = 5.5
_LINKS = 40
"""The most pairs in conflict that are joined by a line; each of them has its ring all the same."""

Row = Mapping[str, Any]


class _Mark(NamedTuple):
    """A figure in drawing units: its centre, its period along x, its range along y."""

    row: Row
    look: Look
    x: float
    y: float
    left: float
    right: float
    top: float
    bottom: float


def timeline(
    rows: Sequence[Row], *, unit: str, today: date, key: str, title: str = "Figures over time", width: float = 720.0
) -> Svg:
    """Draw figures against the time that they hold for.

    Parameters
    ----------
    rows
        Of each figure, in `unit`: ``id``; ``value`` (None for a bound); ``low`` and ``high`` (None where open);
        ``start`` and ``end`` of its period (ISO dates, ``end`` None while it lasts) and ``stated_on``; ``claimant``
        (a kind of claimant), ``kind`` (``forecast`` and ``target`` are drawn hollow), ``rank`` (``deprecated`` is
        struck through), ``conflicts`` (ids of figures it clashes with), ``label`` (a name to print beside it where
        there is room) and ``words`` (what it says, for whoever points at it).
    unit
        One unit for all of them.
    today
        The last day that an unfinished period reaches.
    key
        Unique on the page.
    width
        In CSS pixels.
    """
    wide = width >= _WIDE
    size = 13.0 if wide else 12.0
    usable = [row for row in rows if _ends(row) and dates.read_day(row.get("start"))]
    shown = chosen(usable, MARKS if wide else NARROW_MARKS)
    if not shown:
        return _empty(width, size, key=key, title=title)
    values = [value for row in shown for value in _ends(row)]
    log = wants_log(values)
    low, high = log_domain(values, pad=0.06) if log else domain(values, zero=_from_zero(values), pad=0.07)
    legend, top = _legend(shown, width=width, size=size)
    top += size + 12
    bottom = top + _HEIGHT
    upright = Scale(low, high, bottom, top, log)
    left = axis.widest(upright, unit, size) + 10
    first, last = dates.span([day for row in shown for day in _period(row, today)])
    along = Scale(first, last, left + _RADIUS, width - _RADIUS - 2)
    marks = _apart([_placed(row, along, upright, today) for row in shown])
    how = "logarithmic" if log else "from zero" if low == 0 else "not from zero"
    drawn = group(*[_period_line(mark) for mark in marks], *_links(marks), *[_drawn(mark) for mark in marks])
    left_out = [f"{plural(len(usable) - len(shown), 'figure')} more in the table"] if len(shown) < len(usable) else []
    if silent := len(rows) - len(usable):
        left_out.append(f"{silent} without a number")
    foot = bottom + size + 14
    return picture(
        width,
        foot + (size + 4 if left_out else 0) + 4,
        legend,
        label(0, top - size + 2, f"{unit_words(unit)}, {how}", "axis-title"),
        axis.vertical(upright, left=left, right=width, unit=unit, size=size),
        _calendar(along, top=top, bottom=bottom, size=size, width=width, count=7 if wide else 3),
        drawn,
        _names(marks, left=left, width=width, size=size - 1.5, top=top, bottom=bottom),
        label(0, foot + size, "; ".join(left_out) + ".", "muted") if left_out else Svg(),
        key=key,
        title=title,
        description=_summary(usable, unit),
        size=size,
        class_="timeline",
    )


def chosen(rows: Sequence[Row], most: int = MARKS) -> list[Row]:
    """Return at most `most` figures to draw: those in conflict and preferred ones first, then the newest."""
    if len(rows) <= most:
        return list(rows)

    def weight(row: Row) -> tuple[bool, bool, str, str]:
        return bool(row.get("conflicts")), row.get("rank") == "preferred", str(row.get("start")), str(row.get("id"))

    kept = {id(row) for row in sorted(rows, key=weight, reverse=True)[:most]}
    return [row for row in rows if id(row) in kept]


def _ends(row: Row) -> list[float]:
    """Return the finite ones of low, value and high."""
    return [number for name in ("low", "value", "high") if (number := finite(row.get(name))) is not None]


def _from_zero(values: Sequence[float]) -> bool:
    """Say whether a straight axis should reach zero: not when all values lie close together far from it."""
    low, high = min(values), max(values)
    return low < 0 or low < 0.5 * high


def _period(row: Row, today: date) -> tuple[date, date]:
    """Return the days that a figure is known to hold for."""
    start = dates.read_day(row.get("start")) or today
    end = dates.read_day(row.get("end"))
    if end is None:  # it still lasts: known until it was stated
        end = dates.read_day(row.get("stated_on")) or start
    return start, max(start, end)


def _placed(row: Row, along: Scale, upright: Scale, today: date) -> _Mark:
    start, end = _period(row, today)
    low, value, high = (finite(row.get(name)) for name in ("low", "value", "high"))
    middle = value if value is not None else low if low is not None else high
    assert middle is not None  # `timeline` keeps only rows with an end
    at = end if row.get("end") is None else dates.middle(start, end)
    y = upright(middle)
    # the arrow of a bound points into the open
    top = upright(high) if high is not None else max(y - 26, upright.end)
    bottom = upright(low) if low is not None else min(y + 26, upright.start)
    look = look_of(str(row.get("claimant") or UNSTATED))
    return _Mark(row, look, along(at.toordinal()), y, along(start.toordinal()), along(end.toordinal()), top, bottom)


def _apart(marks: Sequence[_Mark]) -> list[_Mark]:
    """Set marks that would cover each other side by side, by at most four widths."""
    step = 2 * _RADIUS + 1
    placed: list[_Mark] = []
    for mark in marks:
        options = [mark.x + step * shift for shift in (0, 1, -1, 2, -2, 3, -3, 4, -4)]
        free = (x for x in options if all(_distance(x, mark.y, other) >= step - 1 for other in placed))
        placed.append(mark._replace(x=next(free, mark.x)))
    return placed


def _distance(x: float, y: float, other: _Mark) -> float:
    return float(((x - other.x) ** 2 + (y - other.y) ** 2) ** 0.5)


def _period_line(mark: _Mark) -> Svg:
    """Draw the period as a line at the height of the value, where it is longer than the mark."""
    if mark.right - mark.left <= 2 * _RADIUS:
        return Svg()
    ends = [line(mark.left, mark.y - 3, mark.left, mark.y + 3, "period")]
    if mark.row.get("end") is not None:
        ends.append(line(mark.right, mark.y - 3, mark.right, mark.y + 3, "period"))
    return group(line(mark.left, mark.y, mark.right, mark.y, "period"), *ends, class_=mark.look.class_)


def _drawn(mark: _Mark) -> Svg:
    """Draw the range and the mark itself, with its words."""
    row = mark.row
    deprecated, expected = row.get("rank") == "deprecated", row.get("kind") in {"forecast", "target"}
    parts: list[str] = [element("title", str(row.get("words") or row.get("label") or ""))]
    if mark.bottom - mark.top > 1:
        parts.append(line(mark.x, mark.top, mark.x, mark.bottom, "reach"))
        for y, known, way in ((mark.top, row.get("high"), 1), (mark.bottom, row.get("low"), -1)):
            if finite(known) is not None:
                parts.append(line(mark.x - 3.5, y, mark.x + 3.5, y, "reach"))
            else:
                parts.append(
                    element("path", d=f"M{mark.x - 4:.1f} {y + 5 * way:.1f}l4 {-5 * way}l4 {5 * way}", class_="arrow")
                )
    if row.get("conflicts"):
        parts.append(element("circle", cx=mark.x, cy=mark.y, r=_RADIUS + 4, class_="clash"))
    parts.append(shape(mark.look, mark.x, mark.y, _RADIUS, "mark hollow" if expected else "mark"))
    if deprecated:
        parts.append(line(mark.x - 8, mark.y + 5, mark.x + 8, mark.y - 5, "struck"))
    return group(*parts, class_=f"{mark.look.class_} figure{' deprecated' if deprecated else ''}")


def _links(marks: Sequence[_Mark]) -> list[Svg]:
    """Join the two sides of each conflict, nearest pairs first when there are many."""
    by_id = {str(mark.row.get("id")): mark for mark in marks}
    pairs = {
        tuple(sorted((one, str(other))))
        for one, mark in by_id.items()
        for other in mark.row.get("conflicts") or ()
        if str(other) in by_id and str(other) != one
    }
    ends = [(by_id[one], by_id[other]) for one, other in sorted(pairs)]
    ends.sort(key=lambda pair: _distance(pair[0].x, pair[0].y, pair[1]))
    return [line(one.x, one.y, other.x, other.y, "against") for one, other in ends[:_LINKS]]


def _calendar(along: Scale, *, top: float, bottom: float, size: float, width: float, count: int) -> Svg:
    """Draw the time axis: a line up for each round date, its text below."""
    parts = []
    used = -1.0
    for at, text in dates.ticks(along.low, along.high, count):
        x, half = along(at), measure(text, size) / 2
        at_x = min(max(x, half), width - half)
        if at_x - half <= used:
            continue
        used = at_x + half + 4
        parts += [line(x, top, x, bottom, "grid"), label(at_x, bottom + size + 5, text, "tick", "middle")]
    return group(line(along.start - _RADIUS, bottom, width, bottom, "foot"), *parts, class_="axis")


def _names(marks: Sequence[_Mark], *, left: float, width: float, size: float, top: float, bottom: float) -> Svg:
    """Print names beside as many marks as have room for one, those in conflict, preferred and newest first."""
    r = _RADIUS + 5
    taken = [(mark.x - r, mark.y - r, mark.x + r, mark.y + r) for mark in marks]
    taken += [(mark.x - 4, mark.top, mark.x + 4, mark.bottom) for mark in marks]
    taken += [(mark.left, mark.y - 3, mark.right, mark.y + 3) for mark in marks]
    order = sorted(
        marks, key=lambda mark: (not mark.row.get("conflicts"), mark.row.get("rank") != "preferred", -mark.x, mark.y)
    )
    parts, seen = [], Counter[str]()
    for mark in order:
        words = fit(mark.row.get("label") or "", 0.3 * width, size)
        if not words or seen[words] >= 2:  # the same name over and over is noise
            continue
        long = measure(words, size)
        spots = (
            (mark.x + r, mark.y + size * 0.35, "start", mark.x + r),
            (mark.x - r, mark.y + size * 0.35, "end", mark.x - r - long),
            (mark.x, mark.y - r - 2, "middle", mark.x - long / 2),
            (mark.x, mark.y + r + size, "middle", mark.x - long / 2),
        )
        for x, y, anchor, from_x in spots:
            box = (from_x, y - size, from_x + long, y + 3)
            inside = box[0] >= left and box[2] <= width and box[1] >= top and box[3] <= bottom
            if inside and not any(_overlap(box, other) for other in taken):
                taken.append(box)
                seen[words] += 1
                parts.append(element("text", words, x=x, y=y, class_="named", text_anchor=anchor, font_size=size))
                break
    return group(*parts, class_="names") if parts else Svg()


def _overlap(one: tuple[float, float, float, float], other: tuple[float, float, float, float]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _legend(rows: Sequence[Row], *, width: float, size: float) -> tuple[Svg, float]:
    """Return the key to the shapes that occur, wrapped to the width, and its height."""
    counts = Counter(look_of(str(row.get("claimant") or UNSTATED)) for row in rows)
    entries: list[tuple[str, Look | None, str]] = []
    for look, count in sorted(counts.items(), key=lambda at: at[0].slot):
        entries.append((f"{look.word} ({count})", look, ""))
    entries += [(words, None, name) for name, words, holds in EXTRA if any(holds(row) for row in rows)]
    parts: list[Svg] = []
    x, y, pitch = 0.0, 0.0, size + 9
    for words, known, name in entries:
        long = 20 + measure(words, size)
        if x and x + long > width:
            x, y = 0.0, y + pitch
        middle = y + size * 0.65
        sign = shape(known, x + 7, middle, _RADIUS, "mark") if known else _sign(name, x + 7, middle)
        parts.append(group(sign, class_=known.class_ if known else "s0"))
        parts.append(label(x + 20, y + size, fit(words, width - 20, size), "side-by"))
        x += long + 14
    return group(*parts, class_="key"), y + pitch + 6


def _sign(name: str, x: float, y: float) -> Svg:
    """Return the sample of a mark's addition."""
    match name:
        case "hollow":
            return element("circle", cx=x, cy=y, r=_RADIUS - 0.5, class_="mark hollow")
        case "clash":
            return element("circle", cx=x, cy=y, r=6.5, class_="clash")
        case "struck":
            return group(
                rect(x - 4, y - 4, 8, 8, "mark"), line(x - 7, y + 5, x + 7, y - 5, "struck"), class_="deprecated"
            )
        case "reach":
            ends = [line(x - 3.5, y + end, x + 3.5, y + end, "reach") for end in (-6, 6)]
            return group(line(x, y - 6, x, y + 6, "reach"), *ends)
    return line(x - 7, y, x + 7, y, "period")


def _empty(width: float, size: float, *, key: str, title: str) -> Svg:
    words = "None of these figures gives a number to draw."
    return picture(width, 2 * size, label(0, size, words, "muted"), key=key, title=title, description=words, size=size)


def _summary(rows: Sequence[Row], unit: str) -> str:
    values = [value for row in rows for value in _ends(row)]
    days = sorted(str(row.get("start"))[:10] for row in rows)
    counts = Counter(look_of(str(row.get("claimant") or UNSTATED)).word for row in rows)
    by = ", ".join(f"{count} by {word}" for word, count in counts.most_common())
    clashes = sum(bool(row.get("conflicts")) for row in rows)
    told = f"; {clashes} of them disagree with another" if clashes else ""
    return (
        f"{plural(len(rows), 'figure')} from {short(min(values), unit)} to {short(max(values), unit)} in "
        f"{unit_words(unit)}, holding from {days[0]} on: {by}{told}. The table has each of them."
    )
