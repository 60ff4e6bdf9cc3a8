"""What a figure says, read as a value or as a bound, with the precision it was printed with."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rackmath.errors import RackmathError
from rackmath.uncertainty import Distribution, Interval, Pert, Point, Samples, Stated, Uniform, parse_stated
from rackmath.units import convert
from rackmath.units.text import NUMBER
from rackmath.vault import Printed

_BOUND = re.compile(
    r"(?P<least>at[ _]least|>=|≥|>|more than|over)\s*(?P<low>.+)"
    r"|(?P<most>at[ _]most|<=|≤|<|up to|less than|under)\s*(?P<high>.+)",
    re.IGNORECASE | re.DOTALL,
)
_PRINTED = re.compile(rf"(?<![\w.]){NUMBER}")  # not the year in USD_2024
_PERCENTILE = re.compile(r"p\d{1,2}(?:\.\d+)?")
_SCALES = {"k": 1e3, "K": 1e3, "M": 1e6, "B": 1e9, "bn": 1e9, "T": 1e12}
_WORDS = {"thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12}


@dataclass(frozen=True, slots=True)
class Reading:
    """A value as a set of numbers: from `low` to `high` in `unit`, either of which may be infinite.

    `low_step` and `high_step` are half of the last printed digit of each end: 3.50 is 3.495 to 3.505.
    """

    kind: str  # value | range | at_least | at_most | unknown | none
    stated: Stated | None
    unit: str
    low: float
    high: float
    low_step: float = 0.0
    high_step: float = 0.0


def read_value(raw: Any, unit: str) -> Reading:
    """Read the `value` of a figure, with numbers given as printed text or as numbers.

    Raises
    ------
    RackmathError
        It is missing, cannot be read, or has a unit that does not fit `unit`.
    """
    if raw is None:
        raise RackmathError("value is missing; write a number, '3 to 6', or `unknown` when the source does not say")
    if isinstance(raw, str) and raw.strip().lower() in {"unknown", "none"}:
        return Reading(raw.strip().lower(), None, unit, -math.inf, math.inf)
    if isinstance(raw, Mapping) and raw.keys() & {"at_least", "at_most"}:
        return _bounds(raw, unit)
    if isinstance(raw, str) and (match := _BOUND.fullmatch(raw.strip())):
        key = "at_least" if match["least"] else "at_most"
        return _bounds({key: match["low"] or match["high"]}, unit)
    stated = parse_stated(_numbers(raw), unit=unit)
    if stated.unit != unit:
        convert(1.0, stated.unit, unit)  # raises when they measure different things
    low, high = _ends(stated.distribution)
    low_step, high_step = _steps(raw)
    kind = "value" if isinstance(stated.distribution, Point) else "range"
    return Reading(kind, stated, stated.unit, low, high, low_step, high_step)


def _numbers(raw: Any) -> Any:
    """Return a mapping with its samples as numbers; ends stay as printed, for their own errors."""
    if not isinstance(raw, Mapping) or not isinstance(raw.get("samples"), list):
        return raw
    samples = [float(item) if isinstance(item, Printed) else item for item in raw["samples"]]
    return {**raw, "samples": samples}


def _bounds(raw: Mapping[str, Any], unit: str) -> Reading:
    unknown = set(raw) - {"at_least", "at_most", "unit"}
    if unknown:
        raise RackmathError(f"unknown part {min(unknown)!r} beside at_least or at_most")
    ends: dict[str, Reading] = {}
    for key in ("at_least", "at_most"):
        if key in raw:
            end = read_value(raw[key], unit)
            if end.kind != "value":
                raise RackmathError(f"{key}: {raw[key]!r} is not one number")
            ends[key] = end
    low, high = ends.get("at_least"), ends.get("at_most")
    if low and high:
        if low.unit != high.unit or low.low > high.high:
            raise RackmathError(f"at_least {raw['at_least']} and at_most {raw['at_most']} do not make a range")
        stated = Stated(Uniform(low.low, high.high), low.unit, "") if low.low < high.high else low.stated
        return Reading("range", stated, low.unit, low.low, high.high, low.low_step, high.high_step)
    if low:
        return Reading("at_least", None, low.unit, low.low, math.inf, low.low_step)
    assert high is not None
    return Reading("at_most", None, high.unit, -math.inf, high.high, 0.0, high.high_step)


def _ends(distribution: Distribution) -> tuple[float, float]:
    match distribution:
        case Point(value):
            return value, value
        case Interval(low, high) | Uniform(low, high) | Pert(low, _, high):
            return low, high
        case Samples(values):
            return min(values), max(values)
    return distribution.central(), distribution.central()


def _steps(raw: Any) -> tuple[float, float]:
    """Return half the last printed digit of the lowest and of the highest number of a value."""
    if isinstance(raw, Mapping):
        ends = sorted((key for key in raw if _PERCENTILE.fullmatch(str(key))), key=lambda key: float(str(key)[1:]))
        ends = ends or [key for key in ("value", "low", "high") if key in raw]
        return (_steps(raw[ends[0]])[0], _steps(raw[ends[-1]])[1]) if ends else (0.0, 0.0)
    found = [_step(match) for match in _PRINTED.finditer(raw)] if isinstance(raw, str) else []
    return (found[0], found[min(1, len(found) - 1)]) if found else (0.0, 0.0)


def _step(match: re.Match[str]) -> float:
    decimals = len(match["digits"].partition(".")[2])
    power = match["exponent"] or (match["power"] or "0").replace("−", "-")
    scale = _SCALES.get(match["scale"] or "", 1.0) * _WORDS.get(match["word"] or "", 1.0)
    return 0.5 * 10.0 ** (int(power) - decimals) * scale
