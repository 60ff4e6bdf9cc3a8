"""What rests on what, in columns: what a thing is made of, the thing itself, and what is made of it, step by step.

Nothing is left to chance or to forces: a column is one step, the order within it is given, and the same answer always
gives the same drawing. On a phone the columns become rows that are read downwards.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rackmath.web.charts.svg import BOLD, Svg, element, group, is_cut, label, rect, rounded, wrap
from rackmath.web.numbers import plural

MOST = 12
"""Things of one step that are drawn; the table beside the drawing has all."""

STEPS = 3
"""Steps to each side that are drawn."""

_SIZE, _LEADING, _PAD, _GAP = 12.5, 15.5, 8.0, 12.0
SORTS = {"figure": 1, "run": 3, "note": 5}
"""The colour of each sort of thing."""

Node = Mapping[str, Any]


def layers(
    columns: Mapping[int, Sequence[Node]],
    edges: Sequence[tuple[str, str]],
    *,
    key: str,
    title: str,
    width: float = 960.0,
) -> Svg:
    """Draw who rests on what.

    Parameters
    ----------
    columns
        Things by step: 0 is the one asked about, negative is what it rests on, positive what rests on it. Each has
        ``id``, ``sort``, ``title``, ``words`` and ``href``.
    edges
        Pairs of ids, from what is rested on to what rests on it.
    key
        Unique on the page.
    width
        In CSS pixels; below 520 the steps stand below each other.
    """
    steps = [step for step in sorted(columns) if abs(step) <= STEPS and columns[step]]
    shown = {step: list(columns[step])[:MOST] for step in steps}
    wide = width >= 520
    room = (width - _GAP * 3 * (len(steps) - 1)) / max(len(steps), 1) if wide else width - 2
    room = min(room, 300.0) if wide else room
    spots: dict[str, tuple[float, float, float, float]] = {}
    boxes: list[Svg] = []
    heights = {step: [_height(node, room) for node in shown[step]] for step in steps}
    whole = max((sum(each) + _GAP * (len(each) - 1) for each in heights.values()), default=40.0)
    top, left = 0.0, 0.0
    for step in steps:
        y = (whole - sum(heights[step]) - _GAP * (len(heights[step]) - 1)) / 2 if wide else top
        for node, height in zip(shown[step], heights[step], strict=True):
            spots[str(node["id"])] = left, y, room, height
            boxes.append(_box(node, left, y, room, height, here=step == 0))
            y += height + _GAP
        if wide:
            left += (width - room) / max(len(steps) - 1, 1)
        else:
            top = y + 2 * _GAP
    lines = [_edge(spots[low], spots[high], wide=wide) for low, high in edges if low in spots and high in spots]
    height = whole if wide else max(top - 3 * _GAP, 40.0)
    count = sum(len(nodes) for nodes in columns.values()) - 1
    told = f"{plural(count, 'thing')} connected with it. The table beside the drawing says the same."
    return element(
        "svg",
        element("title", title, id=f"{key}-title"),
        element("desc", told, id=f"{key}-desc"),
        *(each for each in lines if each),
        *boxes,
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {rounded(width)} {rounded(height + 2)}",
        width=width,
        height=height + 2,
        # not an image to assistants: its boxes are links that can be walked through
        role="group",
        aria_labelledby=f"{key}-title {key}-desc",
        class_="chart layers",
        font_size=_SIZE,
    )


def _rows(node: Node, room: float) -> list[str]:
    return wrap(node.get("title"), room - 2 * _PAD - 6, _SIZE * BOLD, lines=3)


def _height(node: Node, room: float) -> float:
    return (len(_rows(node, room)) + len(_foot(node, room))) * _LEADING + 2 * _PAD


def _foot(node: Node, room: float) -> list[str]:
    """Return the sort and the value beneath a title, on two lines where one would cut the date off."""
    return wrap(f"{node.get('sort')}: {node.get('words')}", room - 2 * _PAD - 6, _SIZE, lines=2)


def _box(node: Node, x: float, y: float, width: float, height: float, *, here: bool) -> Svg:
    rows = _rows(node, width)
    words = f"{node.get('sort')}: {node.get('words')}"
    texts = [label(x + _PAD + 5, y + _PAD + 11 + place * _LEADING, row, "strong") for place, row in enumerate(rows)]
    beneath = y + _PAD + 11 + len(rows) * _LEADING
    inside = [
        element("title", f"{node.get('title')}. {words}") if is_cut(rows) else Svg(),
        rect(x + 0.5, y + 0.5, width - 1, height - 1, "layer here" if here else "layer", rx=4),
        rect(x + 0.5, y + 0.5, 4, height - 1, "fill"),
        *texts,
        *(label(x + _PAD + 5, beneath + at * _LEADING, row, "muted") for at, row in enumerate(_foot(node, width))),
    ]
    look = f"s{SORTS.get(str(node.get('sort')), 7)}"
    href = str(node.get("href") or "")
    return element("a", *inside, href=href, class_=f"to {look}") if href and not here else group(*inside, class_=look)


def _edge(low: tuple[float, float, float, float], high: tuple[float, float, float, float], *, wide: bool) -> Svg:
    """Draw the link from what is rested on to what rests on it, with an arrow at its end; none within a column."""
    if wide:
        x0, y0, x1, y1 = low[0] + low[2], low[1] + low[3] / 2, high[0], high[1] + high[3] / 2
        if x1 <= x0:
            return Svg("")
        half = (x0 + x1) / 2
        data = f"M{x0:.1f} {y0:.1f}C{half:.1f} {y0:.1f} {half:.1f} {y1:.1f} {x1:.1f} {y1:.1f}"
        head = f"M{x1:.1f} {y1:.1f}l-7 -4v8z"
    else:
        x, y0, y1 = low[0] + 22, low[1] + low[3], high[1]
        if y1 <= y0 or y1 - y0 > 3 * _GAP + 1:
            return Svg("")
        data, head = f"M{x:.1f} {y0:.1f}L{x:.1f} {y1:.1f}", f"M{x:.1f} {y1:.1f}l-4 -7h8z"
    return group(
        element("path", d=data, class_="edge-line"), element("path", d=head, class_="head"), class_="link-mentions"
    )
