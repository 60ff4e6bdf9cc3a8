"""A note and what it is linked with: who links to it on the left, what it links to on the right, by type of link.

Nothing is left to chance or to forces: notes stand in columns under the name of their link, so that every title can be
read and the same note always gives the same drawing. On a phone the columns become one tree.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from rackmath.web.charts.marks import kind_shape
from rackmath.web.charts.svg import BOLD, Svg, element, group, is_cut, label, line, measure, picture, rect, wrap
from rackmath.web.numbers import plural

NODES = 40
"""The most notes around the centre in one drawing; the list beside it has all."""

BETWEEN = 24
"""The most links among the neighbours that are drawn."""

_WIDE = 520.0
_LEADING = 1.22

TYPES = {
    "contradicts": ("contradicts", "contradicted by"),
    "supports": ("supports", "supported by"),
    "depends_on": ("depends on", "needed by"),
    "refines": ("refines", "refined by"),
    "updates": ("updates", "updated by"),
    "superseded_by": ("superseded by", "supersedes"),
    "example_of": ("is an example of", "has as example"),
    "refers_to": ("refers to", "referred to by"),
    "see_also": ("see also", "seen also from"),
    "mentions": ("mentions", "mentioned by"),
    "shares": ("rests on the same sources as", "rests on the same sources as"),
}
"""Types of link, most telling first: the words seen from the note they start at, and from the one they lead to."""

Node = Mapping[str, Any]


class _Spot(NamedTuple):
    """Where a neighbour stands: the middle of its sign, and the rows of its title."""

    node: Node
    x: float
    y: float
    rows: list[str]


def words_for(type_: str, *, incoming: bool) -> str:
    """Return what a link is called on the page of the note at one of its ends."""
    there = TYPES.get(type_, (type_.replace("_", " "), type_.replace("_", " ") + ", from"))
    return there[1 if incoming else 0]


def network(
    centre: Node,
    neighbours: Sequence[Node],
    between: Sequence[tuple[str, str, str]] = (),
    *,
    key: str,
    width: float = 960.0,
) -> Svg:
    """Draw the links of one note.

    Parameters
    ----------
    centre
        ``id``, ``title`` and ``kind`` of the note.
    neighbours
        Of each note linked with it, once: ``id``, ``title``, ``kind``, ``href``, ``type`` (one of `TYPES`),
        ``incoming`` (it links here), ``both`` (each links to the other) and ``words`` for whoever points at it.
    between
        Links among the neighbours: from, to, type.
    key
        Unique on the page.
    width
        In CSS pixels. Below 520 all stands in one column.
    """
    wide = width >= _WIDE
    size = 13.0 if wide else 12.5
    shown = chosen(neighbours)
    if wide:
        body, height = _columns(centre, shown, between, width, size)
    else:
        body, height = _tree(centre, shown, width, size)
    if more := len(neighbours) - len(shown):
        height += size + 8
        body.append(label(0, height - 6, f"{plural(more, 'note')} more in the list.", "muted"))
    return picture(
        width,
        height,
        *body,
        key=key,
        title=f"Links of {centre.get('title')}",
        description=_summary(neighbours),
        size=size,
        class_="network",
        linked=True,
    )


def chosen(neighbours: Sequence[Node]) -> list[Node]:
    """Return at most `NODES` neighbours, those with telling types of link first, in the order they are drawn."""
    order = list(TYPES)

    def weight(node: Node) -> tuple[int, bool]:
        type_ = str(node.get("type"))
        return order.index(type_) if type_ in TYPES else len(order), bool(node.get("incoming"))

    return sorted(neighbours, key=weight)[:NODES]


def _columns(
    centre: Node, shown: Sequence[Node], between: Sequence[tuple[str, str, str]], width: float, size: float
) -> tuple[list[Svg], float]:
    """Draw the note in the middle, or at one side when all links go one way."""
    coming = [node for node in shown if node.get("incoming")]
    going = [node for node in shown if not node.get("incoming")]
    box = 0.2 * width
    start = 0.4 * width if coming and going else 0.0 if going or not coming else width - box
    gap = 0.07 * width
    sides = ((coming, start - gap, start - gap - 16), (going, start + box + gap, width - start - box - gap - 16))
    heights = [_column_height(nodes, room, size) for nodes, _, room in sides]
    title = wrap(centre.get("title"), box - 20, size * BOLD, lines=6)
    tall = max(len(title) * size * _LEADING + 22, 44.0)
    height = max(*heights, tall + 8)
    middle = height / 2
    spots: dict[str, _Spot] = {}
    heads: list[Svg] = []
    edges: list[Svg] = []
    for (nodes, x, room), own, incoming in zip(sides, heights, (True, False), strict=True):
        placed, names = _stack(nodes, x, room, (height - own) / 2, size, incoming=incoming, leftward=incoming)
        heads += names
        near = start if incoming else start + box
        # the links fan out over the side of the box, in the order of what they lead to
        for place, spot in enumerate(placed):
            share = (place + 1) / (len(placed) + 1)
            at = middle + (share - 0.5) * min(tall - 10, 14.0 * len(placed))
            edges.append(_edge(spot, near, at, x + (9 if incoming else -9)))
            spots[str(spot.node.get("id"))] = spot
    across = [
        _across(spots[one], spots[other], type_)
        for one, other, type_ in between[: 4 * BETWEEN]
        if one in spots and other in spots and one != other
    ][:BETWEEN]
    nodes_ = [_node(spot, size, leftward=bool(spot.node.get("incoming"))) for spot in spots.values()]
    return [*across, *edges, _centre(centre, title, start, middle - tall / 2, box, tall, size), *heads, *nodes_], height


def _row_height(rows: Sequence[str], size: float) -> float:
    """Return the height of a title: at least what a finger can hit."""
    return max(28.0, len(rows) * size * _LEADING + 10)


def _titles(nodes: Sequence[Node], room: float, size: float) -> list[tuple[Node, list[str], bool]]:
    """Return each node with the rows of its title, and whether a heading comes before it."""
    found = []
    before = ""
    for node in nodes:
        type_ = str(node.get("type"))
        found.append((node, wrap(node.get("title"), room, size, lines=2), type_ != before))
        before = type_
    return found


def _column_height(nodes: Sequence[Node], room: float, size: float) -> float:
    return sum(_row_height(rows, size) + (size + 14 if head else 0) for _, rows, head in _titles(nodes, room, size))


def _stack(
    nodes: Sequence[Node], x: float, room: float, top: float, size: float, *, incoming: bool, leftward: bool
) -> tuple[list[_Spot], list[Svg]]:
    """Set nodes below each other under the words for their links."""
    spots, heads = [], []
    y = top
    for node, rows, head in _titles(nodes, room, size):
        if head:
            words = words_for(str(node.get("type")), incoming=incoming)
            anchor, at = ("end", x - 14) if leftward else ("", x + 14)
            heads.append(group(label(at, y + size + 4, words, "link-type", anchor), class_=_type_class(node)))
            y += size + 14
        tall = _row_height(rows, size)
        spots.append(_Spot(node, x, y + tall / 2, rows))
        y += tall
    return spots, heads


def _node(spot: _Spot, size: float, *, leftward: bool) -> Svg:
    """Draw a neighbour as a link: its sign, its title, and a ground to point at."""
    node, leading = spot.node, size * _LEADING
    long = max(measure(row, size) for row in spot.rows) + 26
    tall = _row_height(spot.rows, size)
    left = spot.x + 10 - long if leftward else spot.x - 10
    first = spot.y + size * 0.36 - (len(spot.rows) - 1) * leading / 2
    at, anchor = (spot.x - 14, "end") if leftward else (spot.x + 14, "")
    texts = [label(at, first + place * leading, row, "name", anchor) for place, row in enumerate(spot.rows)]
    whole = f"{node.get('title')}. " if is_cut(spot.rows) else ""
    told = f"{whole}{node.get('words') or ''}".strip()
    inside = [
        element("title", told) if told else Svg(),
        rect(max(left, 0.0), spot.y - tall / 2 + 1, long, tall - 2, "ground", rx=4),
        kind_shape(str(node.get("kind")), spot.x, spot.y, 5.5, "node"),
        *texts,
    ]
    return element("a", *inside, href=str(node.get("href") or ""), class_="to")


def _centre(centre: Node, rows: Sequence[str], x: float, y: float, width: float, height: float, size: float) -> Svg:
    """Draw the note itself as a box with its title."""
    leading = size * _LEADING
    first = y + height / 2 + size * 0.36 - (len(rows) - 1) * leading / 2
    texts = [label(x + width / 2, first + at * leading, row, "strong", "middle") for at, row in enumerate(rows)]
    sign = kind_shape(str(centre.get("kind")), x + width / 2, y, 6.5, "node")
    return group(rect(x + 0.5, y, width - 1, height, "centre", rx=6), sign, *texts)


def _type_class(node: Node) -> str:
    type_ = str(node.get("type"))
    return f"link-{type_ if type_ in TYPES else 'mentions'}"


def _edge(spot: _Spot, x0: float, y0: float, x1: float) -> Svg:
    """Draw the link between the box at `x0` and a neighbour, with an arrow where it leads."""
    node, y1 = spot.node, spot.y
    half = (x0 + x1) / 2
    data = f"M{x0:.1f} {y0:.1f}C{half:.1f} {y0:.1f} {half:.1f} {y1:.1f} {x1:.1f} {y1:.1f}"
    way = 1 if x1 > x0 else -1
    heads = []
    if node.get("type") != "shares":
        if not node.get("incoming") or node.get("both"):
            heads.append(_arrow(x1, y1, way))
        if node.get("incoming") or node.get("both"):
            heads.append(_arrow(x0, y0, -way))
    return group(element("path", d=data, class_="edge-line"), *heads, class_=_type_class(node))


def _arrow(x: float, y: float, way: int) -> Svg:
    return element("path", d=f"M{x:.1f} {y:.1f}l{-7 * way} -4v8z", class_="head")


def _across(one: _Spot, other: _Spot, type_: str) -> Svg:
    """Draw a link between two neighbours as a thin bow towards the middle."""
    ends = []
    for spot in (one, other):
        inward = 1 if spot.node.get("incoming") else -1
        ends.append((spot.x + inward * 9, spot.x + inward * 34))
    (x0, pull0), (x1, pull1) = ends
    data = f"M{x0:.1f} {one.y:.1f}C{pull0:.1f} {one.y:.1f} {pull1:.1f} {other.y:.1f} {x1:.1f} {other.y:.1f}"
    told = f"{one.node.get('title')} {words_for(type_, incoming=False)} {other.node.get('title')}"
    bow = element("path", element("title", told), d=data, class_="edge-line thin")
    return group(bow, class_=_type_class({"type": type_}))


def _tree(centre: Node, shown: Sequence[Node], width: float, size: float) -> tuple[list[Svg], float]:
    """Draw the note on top and its neighbours below it on branches; links among them are in the list only."""
    title = wrap(centre.get("title"), width - 28, size * BOLD, lines=4)
    tall = len(title) * size * _LEADING + 22
    body = [_centre(centre, title, 0.0, 8.0, width, tall, size)]
    trunk, x = 12.0, 44.0
    y = last = tall + 18
    room = width - x - 16
    for incoming in (False, True):
        nodes = [node for node in shown if bool(node.get("incoming")) is incoming]
        spots, heads = _stack(nodes, x, room, y, size, incoming=incoming, leftward=False)
        y += _column_height(nodes, room, size)
        body += heads
        for spot in spots:
            last = spot.y
            arrows = []
            if spot.node.get("type") != "shares":
                arrows += [_arrow(trunk + 2, spot.y, -1)] if incoming or spot.node.get("both") else []
                arrows += [_arrow(x - 9, spot.y, 1)] if not incoming or spot.node.get("both") else []
            branch = line(trunk, spot.y, x - 9, spot.y, "edge-line")
            body += [group(branch, *arrows, class_=_type_class(spot.node)), _node(spot, size, leftward=False)]
    if shown:
        body.insert(0, line(trunk, tall + 8, trunk, last, "trunk"))
    return body, y + 2


def _summary(nodes: Sequence[Node]) -> str:
    if not nodes:
        return "No note is linked with this one."
    counts = Counter(words_for(str(node.get("type")), incoming=bool(node.get("incoming"))) for node in nodes)
    told = ", ".join(f"{words} {count}" for words, count in counts.items())
    return f"{plural(len(nodes), 'note')} linked with this one: {told}. The list beside the drawing says the same."
