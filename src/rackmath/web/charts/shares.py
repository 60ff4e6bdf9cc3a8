"""What a whole is made of: one strip, its parts told apart by colour, hatch and words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rackmath.web.charts.svg import Svg, element, group, picture, rect
from rackmath.web.numbers import percent

_LOOKS = {"good": 5, "half": 4, "open": 7, "bad": 2}
"""The colour of a look: that of `m.state` on the page."""


def shares(parts: Sequence[Mapping[str, Any]], *, key: str, title: str, width: float = 640.0) -> Svg:
    """Draw parts of a whole side by side; the words stand in the list below the strip, in the same order.

    Parameters
    ----------
    parts
        ``words``, ``count`` and ``look`` (good, half, open or bad) of each; looks that repeat are told apart by tint.
    key
        Unique on the page.
    """
    height = 18.0
    whole = sum(part["count"] for part in parts) or 1
    gap = 2.0
    room = width - gap * max(len(parts) - 1, 0)
    # a part that is there must be seen: four units at least, taken from the others
    wanted = [max(room * part["count"] / whole, 4.0) for part in parts]
    scale = room / sum(wanted) if wanted else 1.0
    body, x = [], 0.0
    seen: dict[str, int] = {}
    for part, size in zip(parts, wanted, strict=True):
        look = str(part["look"])
        turn = seen[look] = seen.get(look, -1) + 1
        told = f"{part['words']}: {part['count']} ({percent(part['count'] / whole)})"
        inside = [element("title", told), rect(x, 0, size * scale, height, f"share share-{look} turn-{turn % 4}")]
        body.append(group(*inside, class_=f"s{_LOOKS.get(look, 8)}"))
        x += size * scale + gap
    words = "; ".join(f"{part['words']} {part['count']}" for part in parts) or "nothing"
    return picture(width, height, *body, key=key, title=title, description=f"{words}.", size=12, class_="shares")
