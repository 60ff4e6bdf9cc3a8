"""Read an uncertain value as people write it.

======================================  ==========================================================================
written                                 read as
======================================  ==========================================================================
``3``, ``"$3/h"``, ``"44 %"``           that value
``"3 to 6 USD/h"``, ``"3–6 USD/h"``     5th and 95th percentile (lognormal; logit-normal for a share)
``"~0.4"``, ``"about 0.4"``             5th and 95th percentile 20 % below and 25 % above (a factor of 1.25 each way)
``{p5: 3, p95: 6}``                     those percentiles; any two of p1 to p99 may be named
``{low: 3, mode: 4, high: 6}``          beta-PERT between low and high
``{low: 3, high: 6}``                   uniform
``{samples: [3.1, 4.2, 3.9]}``          those draws
======================================  ==========================================================================

A mapping may carry ``unit``.
"""

from __future__ import annotations

import math
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rackmath.errors import RackmathError
from rackmath.uncertainty.distributions import Distribution, Interval, Pert, Point, Samples, Uniform
from rackmath.units import UnitError, canonical, format_number, parse, spoken

ABOUT = 1.25
_ABOUT = re.compile(r"^(?:~|≈|about\s|approximately\s|around\s|circa\s)\s*", re.IGNORECASE)
_PERCENTILE = re.compile(r"p(\d{1,2}(?:\.\d+)?)")
MAX_TEXT = 2_000


@dataclass(frozen=True)
class Stated:
    """An uncertain value with the unit that it was written in, and the text itself."""

    distribution: Distribution
    unit: str
    text: str

    def __str__(self) -> str:
        return self.text or describe(self.distribution, self.unit)


def describe(distribution: Distribution, unit: str) -> str:
    """Print a distribution as a person would write it."""
    match distribution:
        case Point(value):
            shown = format_number(value, 6)
        case Interval(low, high, 0.05, 0.95):
            shown = f"{format_number(low, 4)} to {format_number(high, 4)}"
        case Interval(low, high, low_probability, high_probability):
            ends = (low, low_probability), (high, high_probability)
            shown = " to ".join(f"{format_number(value, 4)} (p{share * 100:g})" for value, share in ends)
        case Pert(low, mode, high):
            shown = f"{format_number(low, 4)} … {format_number(mode, 4)} … {format_number(high, 4)}"
        case Uniform(low, high):
            shown = f"{format_number(low, 4)} to {format_number(high, 4)} (uniform)"
        case Samples(values):
            shown = f"{len(values)} samples, median {format_number(distribution.central(), 4)}"
        case _:
            shown = format_number(distribution.central(), 4)
    return f"{shown} {spoken(unit)}".rstrip()


def parse_stated(raw: object, unit: str = "") -> Stated:
    """Read `raw` (a number, a text or a mapping) as an uncertain value.

    Parameters
    ----------
    raw
        See the table above. A bare number or a text without a unit is in `unit`.
    unit
        The unit when the text names none.

    Raises
    ------
    RackmathError
        The text cannot be read, a number is not finite, or a range does not rise.
    """
    if isinstance(raw, Stated):
        return raw
    if isinstance(raw, bool) or raw is None:
        raise RackmathError(f"{raw!r} is not a value; write a number, '3 to 6' or {{low, mode, high}}")
    if isinstance(raw, int | float):
        if isinstance(raw, int) and abs(raw) > sys.float_info.max:
            raise RackmathError("a number of over 300 digits is too large")
        return Stated(Point(_finite(float(raw), str(raw))), unit, "")
    if isinstance(raw, str):
        return _from_text(raw, unit)
    if isinstance(raw, Mapping):
        return _from_mapping(raw, unit)
    raise RackmathError(f"{type(raw).__name__} is not a value; write a number, '3 to 6' or {{low, mode, high}}")


def _finite(value: float, text: str) -> float:
    if not math.isfinite(value):
        raise RackmathError(f"{text!r} is not a finite number")
    return value


def _from_text(raw: str, unit: str) -> Stated:
    text = raw.strip()
    if len(text) > MAX_TEXT:
        raise RackmathError(f"a value of {len(text):,} characters; at most {MAX_TEXT:,} are read")
    if re.fullmatch(r"[-+]?(nan|inf|infinity|∞)(\s.*)?", text, re.IGNORECASE):
        raise RackmathError(f"{text[:40]!r} is not a finite number")
    about = _ABOUT.match(text)
    if about:
        value, found = parse(text[about.end() :])
        if value == 0:
            raise RackmathError(f"{text!r}: about zero has no width; write a range")
        low, high = sorted((value / ABOUT, value * ABOUT))
        return Stated(Interval(low, high), found or unit, text)
    halves: list[str] = re.split(r"\s+to\s+|\s*–\s*|(?<=\d)\s*\.\.\.?\s*(?=[\d$])|\s*…\s*", text, maxsplit=1)
    if len(halves) == 2 and halves[0]:
        money = re.match(r"\s*(US\$|\$)", halves[0])
        low, low_unit = parse(halves[0])
        high, high_unit = parse(f"${halves[1]}" if money and "$" not in halves[1] else halves[1])
        found = high_unit or low_unit
        # "$3 to 6 per hour" names the money on the left and the rest on the right
        if low_unit and high_unit and low_unit != high_unit and not (money and low_unit == "USD"):
            raise UnitError(
                f"{text!r}: the ends have different units ({low_unit} and {high_unit}); write the unit once"
            )
        return Stated(Interval(low, high), found or unit, text)
    value, found = parse(text)
    return Stated(Point(value), found or unit, text)


_KEYS = {"unit", "low", "mode", "high", "samples", "value"}


def _from_mapping(raw: Mapping[Any, Any], unit: str) -> Stated:
    keys = {str(key) for key in raw}
    named = str(raw.get("unit", "") or "")
    unit = canonical(named) if named else unit
    percentiles = {key: _PERCENTILE.fullmatch(key) for key in keys - _KEYS}
    unknown = sorted(key for key, match in percentiles.items() if match is None)
    if unknown:
        raise RackmathError(
            f"unknown part {unknown[0]!r} of a value; "
            "write value, {p5, p95}, {low, mode, high}, {low, high} or samples"
        )

    def amount(key: str) -> float:
        value = raw[key]
        if isinstance(value, str):
            number, own = parse(value)
            if own and own != unit:
                raise UnitError(f"{key}: {value!r} has a unit of its own; give `unit` once beside it")
            return number
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise RackmathError(f"{key}: {value!r} is not a number")
        return _finite(float(value), f"{key}: {value}")

    body = keys - {"unit"}
    if body == {"value"}:
        stated = parse_stated(raw["value"], unit)
        if named and stated.unit != unit:
            raise UnitError(f"value {raw['value']!r} has another unit than `unit: {named}`")
        return stated
    distribution: Distribution
    if body == {"low", "mode", "high"}:
        distribution = Pert(amount("low"), amount("mode"), amount("high"))
    elif body == {"low", "high"}:
        distribution = Uniform(amount("low"), amount("high"))
    elif body == {"samples"}:
        values = raw["samples"]
        if not isinstance(values, list | tuple) or not all(
            isinstance(value, int | float) and not isinstance(value, bool) for value in values
        ):
            raise RackmathError("samples must be a list of numbers")
        distribution = Samples(tuple(float(value) for value in values))
    elif len(body) == 2 and len(percentiles) == 2:
        low, high = sorted(body, key=lambda key: float(key[1:]))
        distribution = Interval(amount(low), amount(high), float(low[1:]) / 100, float(high[1:]) / 100)
    else:
        raise RackmathError(
            f"cannot read a value from {{{', '.join(sorted(keys))}}}; "
            "write value, {p5, p95}, {low, mode, high}, {low, high} or samples"
        )
    return Stated(distribution, unit, "")
