"""Read the front matter that people write: a text where a list is meant, a list where a text is, and worse.

Nothing here raises. A value of another shape than the one that is asked for counts as absent, and what is too long is
cut, so that a hostile file costs itself its meaning and nobody else anything.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from math import isfinite
from typing import Any

LONGEST = 2000
"""A text is cut to this many characters."""

MOST = 200
"""A list is cut to this many items."""

_DAY = re.compile(r"(\d{4}(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01]))?)?)(?:[T ].{0,40})?")


def text(value: Any, longest: int = LONGEST) -> str:
    """Return a value as one line of text; a mapping, a list or nothing as an empty one."""
    if value is None or isinstance(value, bool | Mapping | list | tuple):
        return ""
    return " ".join(str(value).split())[:longest].rstrip()


def texts(value: Any, most: int = MOST) -> tuple[str, ...]:
    """Return a list as texts, each once, in order; one text counts as a list of one."""
    items = value if isinstance(value, list | tuple) else [value]
    return tuple(dict.fromkeys(found for item in items[:most] if (found := text(item))))


def day(value: Any) -> str:
    """Return the date that a value begins with (a year, a month or a day), or an empty text."""
    match = _DAY.fullmatch(text(value, 60))
    return match[1] if match else ""


def share(value: Any) -> float:
    """Return a number from 0 to 1, cut to these bounds; what is none as 0."""
    try:
        number = float(text(value, 40))
    except ValueError:
        return 0.0
    return min(1.0, max(0.0, number)) if isfinite(number) else 0.0


def first(front: Mapping[str, Any], *keys: str) -> Any:
    """Return the value of the first of several keys that is there."""
    return next((front[key] for key in keys if front.get(key) not in (None, "", [])), None)
