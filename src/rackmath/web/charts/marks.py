"""What a mark of a figure looks like: a shape and a colour for each kind of claimant, and signs for what it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from rackmath.web.charts.svg import Svg, element

UNSTATED = "unstated"


class Look(NamedTuple):
    """The word, colour (1 to 8) and shape of a kind of claimant."""

    word: str
    slot: int
    shape: str

    @property
    def class_(self) -> str:
        """Return the class that sets the colour."""
        return f"s{self.slot}"


_LOOKS = {
    "independent": Look("independent", 1, "disc"),
    "vendor": Look("vendor", 2, "square"),
    "analyst": Look("analyst", 3, "down"),
    "buyer": Look("buyer", 4, "up"),
    "filing": Look("filing", 5, "diamond"),
    "regulator": Look("regulator", 6, "hexagon"),
    "model": Look("model", 7, "cross"),
    UNSTATED: Look("claimant not stated", 8, "bar"),
}


def look_of(kind: str) -> Look:
    """Return the look of a kind of claimant; an unknown kind looks like one that is not stated."""
    return _LOOKS.get(kind, _LOOKS[UNSTATED])


def _ranged(row: Mapping[str, Any]) -> bool:
    return row.get("low") != row.get("high")


def _lasting(row: Mapping[str, Any]) -> bool:
    return row.get("end") is None or str(row.get("start"))[:7] != str(row.get("end"))[:7]


EXTRA: tuple[tuple[str, str, Callable[[Mapping[str, Any]], bool]], ...] = (
    ("reach", "stated range", _ranged),
    ("period", "period it holds for", _lasting),
    ("hollow", "forecast or target", lambda row: row.get("kind") in {"forecast", "target"}),
    ("clash", "ring: disagrees with another", lambda row: bool(row.get("conflicts"))),
    ("struck", "struck: deprecated", lambda row: row.get("rank") == "deprecated"),
)
"""Name, words and test of each sign that a mark may bear."""


NOTE_SHAPES = {
    "pov": "diamond",
    "methodology": "square",
    "watching": "ring",
    "thesis": "up",
    "reading": "disc",
    "observation": "down",
}


def kind_shape(kind: str, x: float, y: float, radius: float, class_: str) -> Svg:
    """Draw the sign of a kind of note; one of an unknown kind is a bar."""
    form = NOTE_SHAPES.get(kind, "bar")
    return shape(
        Look(kind, 0, "disc" if form == "ring" else form),
        x,
        y,
        radius,
        f"{class_} hollow" if form == "ring" else class_,
    )


def shape(look: Look, x: float, y: float, radius: float, class_: str) -> Svg:
    """Draw the shape of a look around a point; all have about the same area."""
    r = radius
    match look.shape:
        case "disc":
            return element("circle", cx=x, cy=y, r=r * 0.96, class_=class_)
        case "square":
            side = r * 1.72
            return element("rect", x=x - side / 2, y=y - side / 2, width=side, height=side, class_=class_)
        case "up":
            steps = [(0, -1.22), (1.16, 2.1), (-2.32, 0)]
        case "down":
            steps = [(0, 1.22), (1.16, -2.1), (-2.32, 0)]
        case "diamond":
            steps = [(0, -1.28), (1.28, 1.28), (-1.28, 1.28), (-1.28, -1.28)]
        case "hexagon":
            steps = [(-1.1, 0), (0.55, -0.95), (1.1, 0), (0.55, 0.95), (-0.55, 0.95), (-1.1, 0)]
        case "cross":
            a, b = 0.4, 0.75
            steps = [(-a, -a - b), (2 * a, 0), (0, b), (b, 0), (0, 2 * a), (-b, 0), (0, b), (-2 * a, 0), (0, -b)]
            steps += [(-b, 0), (0, -2 * a), (b, 0)]
        case _:
            steps = [(-1.25, -0.5), (2.5, 0), (0, 1), (-2.5, 0)]
    (start_x, start_y), *rest = steps
    turns = "".join(f"l{dx * r:.2f} {dy * r:.2f}" for dx, dy in rest)
    return element("path", d=f"M{x + start_x * r:.2f} {y + start_y * r:.2f}{turns}z", class_=class_)


CLAIMANTS = {
    "vendor": "Whoever sells the thing says so.",
    "buyer": "Whoever paid for it says so.",
    "independent": "Somebody with no part in the matter found it.",
    "filing": "It stands in a document that the law asks for.",
    "regulator": "A public authority says so.",
    "analyst": "Somebody who follows the market for others says so.",
    "model": "A model computed it.",
}
"""Kinds of claimants, and what they are to the matter."""

KNOWN = {
    "measured": "Somebody measured it.",
    "reported": "Somebody says that it is so.",
    "listed": "It stands in a price list or a data sheet.",
    "estimated": "Somebody judged it.",
    "forecast": "It is expected.",
    "target": "It is aimed at.",
    "derived": "It is computed from other figures.",
}
"""How a figure is known."""
