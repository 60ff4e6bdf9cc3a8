"""What units multiply to: a figure as a value in seconds, joules, dollars, bytes and counted things."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from rackmath.audit.quantity import Quantity, seconds_of, singular

BASE = {
    "w": ({"J": 1, "s": -1}, 1.0),
    "wh": ({"J": 1}, 3600.0),
    "s": ({"s": 1}, 1.0),
    "month": ({"s": 1}, 86400.0 * 365 / 12),
    "byte/s": ({"byte": 1, "s": -1}, 1.0),
    "bit": ({"byte": 1}, 0.125),
    "bit/s": ({"byte": 1, "s": -1}, 0.125),
    "btu": ({"J": 1}, 1055.056),
}
THINGS = {
    "kwh": ({"J": 1}, 3.6e6),
    "mwh": ({"J": 1}, 3.6e9),
    "watt": ({"J": 1, "s": -1}, 1.0),
    "w": ({"J": 1, "s": -1}, 1.0),
    "kilowatt": ({"J": 1, "s": -1}, 1e3),
    "kilowatt-hour": ({"J": 1}, 3.6e6),
    "megawatt-hour": ({"J": 1}, 3.6e9),
    "mile": ({"mile": 1}, 1.0),
    "gpu-hour": ({"gpu": 1, "s": 1}, 3600.0),
    "btu": ({"J": 1}, 1055.056),
    "mmbtu": ({"J": 1}, 1055.056e6),
    "gb": ({"byte": 1}, 1e9),
    "tb": ({"byte": 1}, 1e12),
    "megabyte": ({"byte": 1}, 1e6),
    "gigabyte": ({"byte": 1}, 1e9),
    "terabyte": ({"byte": 1}, 1e12),
    "petabyte": ({"byte": 1}, 1e15),
    "megawatt": ({"J": 1, "s": -1}, 1e6),
    "gigawatt": ({"J": 1, "s": -1}, 1e9),
    "metre": ({"m": 1}, 1.0),
    "meter": ({"m": 1}, 1.0),
    "megalitre": ({"l": 1}, 1e6),
    "kw": ({"J": 1, "s": -1}, 1e3),
    "mw": ({"J": 1, "s": -1}, 1e6),
    "kg": ({"t": 1}, 1e-3),
    "kilo": ({"t": 1}, 1e-3),
    "kilogram": ({"t": 1}, 1e-3),
    "gram": ({"t": 1}, 1e-6),
    "cubic-metre": ({"l": 1}, 1e3),
    "cubic-meter": ({"l": 1}, 1e3),
    "tonne": ({"t": 1}, 1.0),
    "ton": ({"t": 1}, 1.0),
    "km": ({"m": 1}, 1e3),
    "kilometre": ({"m": 1}, 1e3),
    "kilometer": ({"m": 1}, 1e3),
    "hl": ({"l": 1}, 100.0),
    "hectolitre": ({"l": 1}, 100.0),
    "litre": ({"l": 1}, 1.0),
    "liter": ({"l": 1}, 1.0),
}

Dimension = tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Sized:
    """A figure's dimension, and what turns its value into base units."""

    dimension: Counter[str]
    factor: float


def sized(figure: Quantity) -> Sized | None:
    """Return the dimension of a figure, or None where it has none that could be told."""
    held: Counter[str] = Counter()
    factor = 1.0
    if figure.kind in ("share", "factor"):
        return Sized(held, 0.01 if figure.kind == "share" else 1.0) if not figure.per else None
    if figure.kind != "amount":
        return None
    if figure.unit:
        base, factor = BASE.get(figure.unit, ({figure.unit: 1}, 1.0))
        held.update(base)
    elif figure.noun:
        held[noun_of(figure)] += 1
    for thing in figure.per:
        seconds = seconds_of(thing)
        if seconds:
            held["s"] -= 1
            factor /= seconds
            continue
        name = thing.replace(" ", "-")
        if name in THINGS:
            base, more = THINGS[name]
            factor /= more
            for key, power in base.items():
                held[key] -= power
            continue
        first, _, last = name.rpartition("-")
        if first and (seconds := seconds_of(singular(last))):
            held[first] -= 1
            held["s"] -= 1
            factor /= seconds
        else:
            held[name] -= 1
    return Sized(held, factor)


def noun_of(figure: Quantity) -> str:
    """Return what a count counts, in the singular."""
    words = figure.noun.split(" ")
    return singular(words[0])


def nouns_of(figure: Quantity) -> set[str]:
    """Return every word of the noun phrase of a count, in the singular."""
    return {singular(word) for word in figure.noun.split(" ") if word}


def clean(held: Counter[str]) -> Dimension:
    """Return a dimension without what cancels out."""
    return tuple(sorted((key, power) for key, power in held.items() if power))
