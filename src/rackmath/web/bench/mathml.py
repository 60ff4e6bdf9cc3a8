"""LaTeX as MathML, made on the server: browsers set it without a script."""

from __future__ import annotations

import re
from functools import lru_cache

from rackmath.errors import require
from rackmath.web.charts.svg import Svg, escape

_DELIMITERS = {"lceil": "⌈", "rceil": "⌉", "lfloor": "⌊", "rfloor": "⌋", "langle": "⟨", "rangle": "⟩"} | {
    mark: mark for mark in "{}|"
}
"""What the converter leaves as a command after ``\\Bigl`` and its like."""

_LEFT_OVER = re.compile(r">\\(\w+|[{}|])<")
_TAG = re.compile(r"</?([a-zA-Z]+)([^>]*)>")
_ELEMENT = re.compile(
    r"math|m(row|i|n|o|text|space|frac|sub|sup|subsup|under|over|underover|sqrt|root|table|tr|td|style|padded)"
)


@lru_cache(maxsize=2048)
def mathml(latex: str, *, block: bool = False) -> Svg:
    """Return LaTeX as a ``math`` element; as code where the converter does not know a command of it.

    Raises
    ------
    RackmathError
        The `web` extra is not installed.
    """
    converter = require("latex2mathml.converter", extra="web")
    try:
        made: str = converter.convert(latex, display="block" if block else "inline")
    except Exception:  # its errors share no class; the reader gets the equation as it is written
        made = ""
    made = _LEFT_OVER.sub(lambda found: f">{_DELIMITERS.get(found[1], found[0][1:-1])}<", made)
    if not made or "\\" in made or not _is_mathml(made):
        return Svg(f"<code>{escape(latex)}</code>")
    return Svg(made.replace(' xmlns="http://www.w3.org/1998/Math/MathML"', ""))


def _is_mathml(made: str) -> bool:
    """Say whether a fragment holds nothing but presentation MathML."""
    return all(
        _ELEMENT.fullmatch(name) and "style=" not in f" {more}".replace("displaystyle=", "")
        for name, more in _TAG.findall(made)
    )
