"""What a text claims beside what follows from its figures: the range that rounding allows, and both values on it."""

from __future__ import annotations

from rackmath.units import format_number
from rackmath.web.charts.scale import Scale, domain, log_domain, wants_log
from rackmath.web.charts.svg import BOLD, Svg, element, group, label, line, measure, picture, rect
from rackmath.web.numbers import finite

_SIZE, _HEIGHT, _AXIS = 12.5, 66.0, 33.0
LOOKS = {"wrong": 2, "ambiguous": 4, "rounds": 5, "holds": 5}
"""The colour of a verdict: that of its state on the page."""


def claimed_chart(
    claimed: float | None,
    recomputed: float | None,
    low: float | None,
    high: float | None,
    *,
    unit: str,
    verdict: str,
    key: str,
    width: float = 320.0,
) -> Svg:
    """Draw a claim on the axis of what was recomputed; nothing where one of the two has no finite value.

    Parameters
    ----------
    low, high
        Between what the recomputed value lies, given how its inputs are printed.
    key
        Unique on the page.
    """
    said, follows = finite(claimed), finite(recomputed)
    if said is None or follows is None:
        return Svg("")
    ends = [value for value in (finite(low), finite(high)) if value is not None] or [follows]
    values = [said, follows, *ends]
    low_end, high_end = log_domain(values, pad=0.12) if wants_log(values) else domain(values, pad=0.12)
    scale = Scale(low_end, high_end, 6.0, width - 6.0, wants_log(values))
    first, last = scale(min(ends)), scale(max(ends))
    x_said, x_follows = scale(said), scale(follows)
    says, gives = f"text: {_shown(said, unit)}", f"follows: {_shown(follows, unit)}"
    parts = [
        line(6.0, _AXIS, width - 6.0, _AXIS, "foot"),
        rect(min(first, last - 4), _AXIS - 5, max(last - first, 4.0), 10, "allowed"),
        line(x_follows, _AXIS - 9, x_follows, _AXIS + 9, "median"),
        element("path", d=f"M{x_said:.1f} {_AXIS - 8:.1f}l8 8 -8 8 -8 -8z", class_="said"),
        _label(x_said, _AXIS - 17, says, width, "strong"),
        _label(x_follows, _AXIS + 27, gives, width, ""),
    ]
    told = (
        f"{says}; {gives}, between {_shown(min(ends), unit)} and {_shown(max(ends), unit)} as its figures are printed."
    )
    return picture(
        width,
        _HEIGHT,
        group(*parts, class_=f"s{LOOKS.get(verdict, 8)}"),
        key=key,
        title="Claimed and recomputed",
        description=told,
        size=_SIZE,
        class_="claimed",
    )


def _label(x: float, y: float, words: str, width: float, class_: str) -> Svg:
    """Return a label around a place, moved so that it stays within the picture."""
    half = measure(words, _SIZE * (BOLD if class_ else 1.0)) / 2
    at = min(max(x, half), width - half) if 2 * half < width else width / 2
    return label(at, y, words, class_, "middle")


_SIGNS = {"USD": "$", "EUR": "€", "GBP": "£"}
_BASES = {"w": "W", "wh": "Wh", "b": "B", "bit": "bit", "flop": "FLOP"}
_PREFIXES = ((1e15, "P"), (1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"))


def _shown(value: float, unit: str) -> str:
    """Return a value as people print it: ``25%``, ``$131/month``, ``1.2 MW``."""
    base, slash, per = unit.partition("/")
    if base in ("%", "×"):
        return f"{format_number(value, 4)}{unit}"
    if base in _SIGNS:
        return f"{'−' if value < 0 else ''}{_SIGNS[base]}{format_number(abs(value), 4)}{slash}{per}"
    if base in _BASES:
        size, prefix = next(((size, prefix) for size, prefix in _PREFIXES if abs(value) >= size), (1.0, ""))
        return f"{format_number(value / size, 4)} {prefix}{_BASES[base]}{slash}{per}"
    return f"{format_number(value, 4)} {unit}".strip()
