"""Amounts in a note as numbers with units, so that a search can compare: ``>3 USD/GPU_hour``, ``2..4 USD/Mtok``.

They come from the figures blocks, where the unit is given, and from the prose, where it can be read: ``$3.90 per
GPU-hour``, ``44%``, ``700 watts``. Units are kept as written; they are understood only when somebody compares, so that
indexing needs no table of units.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import isinf
from typing import Any

from rackmath.brain.numerals import measured
from rackmath.errors import RackmathError
from rackmath.vault import Document

MOST = 2000
"""Amounts of one note beyond this many are left out."""

_RATE = re.compile(
    r"(?:\s?/\s?|\s+(?:per|an?|each)\s+)(?:"
    r"(?P<gpu>(?:GPU|accelerator|chip)[-\s.]?(?:hours?|hrs?|h)\b)|(?P<hour>hours?\b|hrs?\b|h\b)"
    r"|(?P<mtok>(?:1\s?)?(?:M|million|mn)[-\s]?(?:(?:input|output|blended|cached)\s)?tok(?:ens?)?\b|1M\b)"
    r"|(?P<kwh>kWh\b|kilowatt[-\s]hours?\b)|(?P<gb>GB\b|gigabytes?\b)|(?P<month>months?\b|mo\b)|(?P<year>years?\b|yr\b)"
    r"|(?P<token>tokens?\b)|(?P<gpus>GPUs?\b)|(?P<second>seconds?\b|sec\b|s\b))",
    re.IGNORECASE,
)
_RATES = {
    "gpu": "GPU_hour",
    "hour": "hour",
    "mtok": "Mtok",
    "kwh": "kWh",
    "gb": "GB",
    "month": "month",
    "year": "year",
    "token": "token",
    "gpus": "GPU",
    "second": "s",
}
_THING = re.compile(
    r"[\s-]?(?P<unit>[kMGT]?Wh\b|[kMG]W\b|kilowatt[-\s]hours?\b|watts?\b|W\b|[GTP]B\b|hours?\b|days?\b|weeks?\b|months?\b"
    r"|years?\b|seconds?\b|minutes?\b|ms\b|milliseconds?\b|tokens?\b|GPUs?\b)"
)
_THINGS = {"kilowatt-hour": "kWh", "kilowatt hour": "kWh", "millisecond": "ms", "watt": "W", "gpu": "GPU"}


@dataclass(frozen=True, slots=True)
class Amount:
    """A number or range as printed, in a unit as written; ``USD`` for money, ``percent``, empty for a plain number."""

    low: float
    high: float
    unit: str


def amounts(document: Document, prose: str) -> list[Amount]:
    """Return the amounts of a note: first those of its figures, then those of its prose."""
    found: dict[Amount, None] = {}
    for amount in (*_figures(document), *_prose(prose)):
        found[amount] = None
        if len(found) >= MOST:
            break
    return list(found)


def _figures(document: Document) -> Iterator[Amount]:
    for block in document.blocks():
        items = block.data if isinstance(block.data, list) else ()
        for item in items:
            if isinstance(item, Mapping):
                ends = [_number(item.get(key)) for key in ("value", "low", "high")]
                known = [end for end in ends if end is not None]
                if known:
                    unit = item.get("unit")
                    name = unit.strip()[:80] if isinstance(unit, str) else ""
                    yield Amount(min(known), max(known), name or "ratio")  # a plain number in prose may be anything


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(str(value).replace(",", ""))
    except (ValueError, OverflowError):
        return None
    return number if abs(number) < 1e300 else None


def _prose(text: str) -> Iterator[Amount]:
    read = 0  # the "1M" of "$2 per 1M tokens" is no amount of its own
    for number in measured(text):
        if number.end <= read:
            continue
        unit = number.unit
        rest = text[number.end : number.end + 40]
        if unit in ("", "USD"):
            thing = "" if unit else _thing(rest)
            rate = _RATE.match(rest, len(thing))
            unit = unit or _plain(thing)
            if rate and rate.lastgroup:
                unit = f"{unit or 1}/{_RATES[rate.lastgroup]}"
                read = number.end + rate.end()
        yield Amount(number.low, number.high, unit)


def _thing(rest: str) -> str:
    match = _THING.match(rest)
    return match.group() if match else ""


def _plain(thing: str) -> str:
    name = thing.strip(" -\n\t")
    singular = name[:-1] if name.endswith("s") and len(name) > 2 else name
    return _THINGS.get(singular.casefold(), singular)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A comparison: amounts from `low` to `high` in `unit`; the ends count where `closed` says so.

    An empty unit means a number that is printed so, whatever it counts. `text` is what was typed.
    """

    low: float
    high: float
    unit: str
    closed: tuple[bool, bool]
    text: str

    def condition(self, units: list[str]) -> tuple[str, list[Any]]:
        """Return an SQL condition on the table ``amount``, given the units that stand there."""
        from rackmath.units import accepts, convert  # noqa: PLC0415  (units take 0.2 s; only a comparison needs them)

        parts, given = [], []
        for unit in units:
            try:
                ends = [self.low, self.high]
                if self.unit and unit != self.unit:
                    if not unit or not accepts(self.unit, unit):
                        continue
                    ends = [end if isinf(end) else convert(end, self.unit, unit) for end in ends]
            except RackmathError:  # a unit that nobody knows, or one that converts the other way only
                continue
            above, below = (">=" if self.closed[0] else ">"), ("<=" if self.closed[1] else "<")
            parts.append(f"(unit = ? AND high {above} ? AND low {below} ?)")
            given += [unit, *ends]
        return (" OR ".join(parts) or "0", given)
