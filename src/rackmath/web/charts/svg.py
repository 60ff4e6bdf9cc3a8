"""Write SVG as text: escaped, rounded, and with nothing that a strict page policy forbids (no style, no script)."""

from __future__ import annotations

import math
import re
import unicodedata
from typing import Any

# what XML 1.0 cannot hold, and the marks that turn the direction of the text around them (a label could hide in those)
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")
_SPACES = re.compile(r"[ \t\r\n\u2028\u2029]+")
# a word with the space after it, or up to and with a hyphen inside it
_BREAKS = re.compile(r"[^\s-]*-+(?=\S)|\S+?-+(?=\S)|\S+\s*")
ELLIPSIS = "…"
BOLD = 1.13
"""How much wider bold letters are."""


class Svg(str):
    """Text that is already markup; a template inserts it as it is."""

    __slots__ = ()

    def __html__(self) -> str:
        """Tell a template engine that this needs no escaping."""
        return str(self)


def printable(text: object) -> str:
    """Return `text` without the characters that no XML document may hold or that turn the direction of others."""
    return _FORBIDDEN.sub("\ufffd", str(text))


def clean(text: object) -> str:
    """Return `text` printable and on one line."""
    return _SPACES.sub(" ", printable(text)).strip()


def escape(text: object) -> str:
    """Return `text` cleaned and safe as content or inside a quoted attribute."""
    safe = clean(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return safe.replace('"', "&quot;").replace("'", "&#39;")


def rounded(value: float) -> str:
    """Return a coordinate with at most two decimals."""
    if not math.isfinite(value):
        raise ValueError("a coordinate must be finite")
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def element(name: str, *children: str, **attributes: Any) -> Svg:
    """Return one element: plain strings are escaped, `Svg` is inserted, ``class_`` is written ``class``.

    An attribute whose value is None or an empty text is left out.
    """
    parts = [f"<{name}"]
    for key, value in attributes.items():
        if value is None or value == "":
            continue
        written = key.rstrip("_").replace("_", "-")
        shown = rounded(value) if isinstance(value, (int, float)) else escape(value)
        parts.append(f' {written}="{shown}"')
    inside = "".join(child if isinstance(child, Svg) else escape(child) for child in children)
    parts.append(f">{inside}</{name}>" if inside else "/>")
    return Svg("".join(parts))


def group(*children: str, **attributes: Any) -> Svg:
    """Return a ``<g>``."""
    return element("g", *children, **attributes)


def line(x1: float, y1: float, x2: float, y2: float, class_: str) -> Svg:
    """Return a straight line."""
    return element("line", x1=x1, y1=y1, x2=x2, y2=y2, class_=class_)


def rect(x: float, y: float, width: float, height: float, class_: str = "", **attributes: Any) -> Svg:
    """Return a rectangle; a negative width is drawn to the left."""
    return element("rect", x=min(x, x + width), y=y, width=abs(width), height=height, class_=class_, **attributes)


def label(x: float, y: float, words: str, class_: str = "", anchor: str = "", whole: str = "") -> Svg:
    """Return text; `whole` is the untruncated text for whoever points at it."""
    title = [element("title", whole)] if whole and whole != words else []
    return element("text", words, *title, x=x, y=y, class_=class_, text_anchor=anchor)


def path(points: list[tuple[float, float]], class_: str, *, closed: bool = False, **attributes: Any) -> Svg:
    """Return a polyline as a path, without the points that lie on the straight line between their neighbours."""
    kept: list[tuple[float, float]] = []
    for point in points:
        while len(kept) >= 2 and _straight(kept[-2], kept[-1], point):
            kept.pop()
        if not kept or math.dist(kept[-1], point) > 0.01:
            kept.append(point)
    data = "M" + "L".join(f"{_tenths(x)} {_tenths(y)}" for x, y in kept) + ("Z" if closed else "")
    return element("path", d=data, class_=class_, **attributes)


def _tenths(value: float) -> str:
    """Return a coordinate of a path, of which there are hundreds, with one decimal."""
    return rounded(round(value, 1))


def _straight(a: tuple[float, float], b: tuple[float, float], c: tuple[float, float]) -> bool:
    """Say whether `b` lies between `a` and `c` to within a tenth of a unit."""
    span = math.dist(a, c)
    if span < 0.05:
        return False
    across = abs((c[0] - a[0]) * (a[1] - b[1]) - (a[0] - b[0]) * (c[1] - a[1])) / span
    along = ((b[0] - a[0]) * (c[0] - a[0]) + (b[1] - a[1]) * (c[1] - a[1])) / span**2
    return across < 0.1 and 0 <= along <= 1


def picture(
    width: float,
    height: float,
    *body: str,
    key: str,
    title: str,
    description: str,
    size: float,
    class_: str = "",
    linked: bool = False,
) -> Svg:
    """Return the whole drawing: scales with its box, named and described for whoever does not see it.

    Parameters
    ----------
    key
        Unique on the page; the ids inside the drawing start with it.
    size
        Font size in drawing units, which are CSS pixels at full width.
    linked
        Whether its marks are links: then it is no image to assistants, but a group that can be walked through.
    """
    return element(
        "svg",
        element("title", title, id=f"{key}-title"),
        element("desc", description, id=f"{key}-desc"),
        *body,
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {rounded(width)} {rounded(height)}",
        width=width,
        height=height,
        role="group" if linked else "img",
        aria_labelledby=f"{key}-title {key}-desc",
        class_=f"chart {class_}".strip(),
        font_size=size,
    )


def measure(text: str, size: float) -> float:
    """Return how wide `text` is at most in a sans-serif face of `size`, in the same units.

    The face is the reader's; the estimate is that of a wide one (DejaVu Sans), so that words fit in any. For bold
    letters give `size` times `BOLD`.
    """
    return size * sum(_advance(letter) for letter in text)


def _advance(letter: str) -> float:
    if unicodedata.combining(letter):
        return 0.0
    if unicodedata.east_asian_width(letter) in "WF" or letter in "mwMW%@—→…<>=+&#":
        return 1.0
    if letter in "\N{NARROW NO-BREAK SPACE} .,:;'|!ilj":
        return 0.34
    if letter in "tfrI()[]/-":
        return 0.42
    return 0.7 if letter.isupper() else 0.64


def fit(text: object, width: float, size: float) -> str:
    """Return as much of `text` as fits in `width`, with an ellipsis where something is missing."""
    whole = clean(text)
    if measure(whole, size) <= width:
        return whole
    room = width - measure(ELLIPSIS, size)
    used = 0.0
    for index, letter in enumerate(whole):
        used += size * _advance(letter)
        if used > room:
            return whole[:index].rstrip() + ELLIPSIS
    return whole


def wrap(text: object, width: float, size: float, lines: int = 2) -> list[str]:
    """Return `text` on at most `lines` lines of `width`, broken at spaces and after hyphens.

    A word wider than a line, and the last line if it must be, are cut with an ellipsis; see `is_cut`.
    """
    pieces = _BREAKS.findall(clean(text))
    rows: list[str] = []
    while pieces and len(rows) < lines - 1:
        row = pieces.pop(0)
        while pieces and measure((row + pieces[0]).rstrip(), size) <= width:
            row += pieces.pop(0)
        rows.append(fit(row, width, size))
    if pieces:
        rows.append(fit("".join(pieces), width, size))
    return rows


def is_cut(rows: list[str]) -> bool:
    """Say whether `fit` or `wrap` left something out."""
    return any(row.endswith(ELLIPSIS) for row in rows)
