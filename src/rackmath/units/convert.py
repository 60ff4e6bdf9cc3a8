"""Convert between units, and check that they can be."""

from __future__ import annotations

import re
from functools import cache
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

from rackmath.errors import RackmathError
from rackmath.units.registry import registry

Array = NDArray[np.float64]

BOUNDARIES = ("chip", "server", "facility")
_WORDS = {"$": "USD", "US$": "USD", "per": "/", "%": "percent", "·": "*", "×": "*", "⋅": "*"}
_PLURALS = re.compile(
    r"\b(token|hour|day|week|month|year|second|minute|GPU|server|rack|replica|request|user|unit|FTE|watt|joule|byte|FLOP|dollar)s\b"
)
_ALLOWED = re.compile(r"[A-Za-z0-9_*/(). ^+-]*")


class UnitError(RackmathError):
    """A unit is unknown, or two units measure different things."""


@cache
def canonical(text: str) -> str:
    """Return the unit that a person wrote in the vocabulary's spelling: ``$ per GPU-hour`` becomes ``USD/GPU_hour``.

    Raises
    ------
    UnitError
        The text is not a unit of `definitions.txt`.
    """
    raw = text.strip()
    if not raw:
        return ""
    if len(raw) > 200:
        raise UnitError(f"unit text is {len(raw)} characters long; a unit is at most 200")
    unit = raw.replace("US$", "USD").replace("$", "USD ")
    for word, meant in _WORDS.items():
        unit = re.sub(rf"\b{word}\b", f" {meant} ", unit) if word.isalpha() else unit.replace(word, meant)
    unit = re.sub(r"\b(GPU|server)[\s-]+(hour|hr|h|second)s?\b", _joined, unit, flags=re.IGNORECASE)
    unit = re.sub(r"\b(GPU)\.(hour|hr|h)\b", _joined, unit, flags=re.IGNORECASE)
    unit = _PLURALS.sub(r"\1", unit)
    unit = re.sub(r"\b(?:1\s*)?(?:M|million)[\s*-]*tok(?:en)?\b", "Mtok", unit)
    unit = re.sub(r"\b(?:1\s*)?(?:[kK]|thousand)[\s*-]*tok(?:en)?\b", "ktok", unit)
    unit = re.sub(r"\s*([*/()])\s*", r"\1", unit.strip())
    unit = re.sub(r"\s+", "*", unit)
    unit = re.sub(r"\bUSD\*/", "USD/", unit)
    if re.search(r"[€£¥]", raw):
        raise UnitError(f"{raw!r}: rackmath counts in USD; convert the currency first and note the rate")
    if not _ALLOWED.fullmatch(unit):
        raise UnitError(f"{raw!r} is not a unit; write for example 'USD/GPU_hour', 'token/s' or 'kWh_facility'")
    _units(unit, raw)
    return unit


def _joined(match: re.Match[str]) -> str:
    what = "GPU" if match.group(1).lower() == "gpu" else "server"
    return f"{what}_second" if match.group(2).lower().startswith("s") else f"{what}_hour"


@cache
def _units(unit: str, raw: str) -> Any:
    import pint  # noqa: PLC0415

    try:
        return registry().parse_units(unit or "dimensionless")
    except (pint.UndefinedUnitError, AttributeError, KeyError) as problem:
        name = next(iter(getattr(problem, "unit_names", ()) or ()), unit)
        name = name if isinstance(name, str) else str(name)
        year = re.fullmatch(r"USD_(\d{4})", name)
        hint = (
            f"; no consumer price index is held for {year.group(1)}"
            if year
            else "; rackmath counts in USD: convert the currency first and note the rate"
            if name in {"EUR", "GBP", "CNY", "JPY", "INR", "CHF"}
            else _near(name)
        )
        raise UnitError(f"unknown unit {name!r} in {raw!r}{hint}") from None
    except Exception as problem:  # pint raises many kinds of error for malformed text
        raise UnitError(
            f"{raw!r} is not a unit ({type(problem).__name__}); write for example 'USD/GPU_hour' or 'token/s'"
        ) from None


def _near(name: str) -> str:
    from rackmath.errors import suggest  # noqa: PLC0415

    known = ["USD", "GPU_hour", "GPU", "Mtok", "token", "token/s", "hour", "day", "month", "year", "server", "replica"]
    known += ["kWh_facility", "W_chip", "W_server", "W_facility", "FTE", "GB", "GiB", "FLOP", "request", "rack"]
    return suggest(name, known) or "; units are such as USD/GPU_hour, USD/Mtok, token/s, GB, W, hour"


@cache
def _dimension(unit: str) -> Any:
    return _units(canonical(unit), unit).dimensionality


@cache
def _base(unit: str) -> tuple[float, Any]:
    """Return the factor to base units, and the dimension with the power boundaries taken off."""
    units = _units(canonical(unit), unit)
    factor = registry().Quantity(1.0, units).to_base_units().magnitude
    plain: dict[str, float] = {}
    for name, power in units.dimensionality.items():
        bare = "[power]" if name in {f"[power_{boundary}]" for boundary in BOUNDARIES} else name
        plain[bare] = plain.get(bare, 0) + power
    return float(factor), {name: power for name, power in plain.items() if power}


def compatible(first: str, second: str) -> bool:
    """Say whether two units measure the same thing."""
    return bool(_dimension(first) == _dimension(second))


def same_unit(first: str, second: str) -> bool:
    """Say whether two unit texts are the same unit (``USD/hour/GPU`` is ``USD/GPU_hour``)."""
    return compatible(first, second) and _factor(first, second) == 1.0


def _bounded(unit: str) -> bool:
    return any(f"[power_{boundary}]" in _dimension(unit) for boundary in BOUNDARIES)


def accepts(source: str, target: str) -> bool:
    """Say whether a value in `source` may be entered where `target` is declared.

    That is so when they are compatible, and also when `source` names plain watts or watt-hours and `target` says at
    which boundary they are measured: the name of the input says it then. Watts at another boundary are refused.
    """
    if compatible(source, target):
        return True
    return _bounded(target) and not _bounded(source) and _base(source)[1] == _base(target)[1]


@cache
def _factor(source: str, target: str) -> float:
    if source == target:
        return 1.0
    if not accepts(source, target):
        raise UnitError(_mismatch(source, target))
    return _ratio(source, target)


def _ratio(source: str, target: str) -> float:
    # Division of exact factors keeps 1 for equal units and avoids a round trip by base units in between.
    ratio = _base(source)[0] / _base(target)[0]
    nearest = round(ratio)
    return float(nearest) if nearest and abs(ratio / nearest - 1) < 1e-14 else ratio


def _mismatch(source: str, target: str) -> str:
    text = f"cannot read {source or 'a plain ratio'!r} as {target or 'a plain ratio'!r}"
    if _bounded(source) and _bounded(target) and _base(source)[1] == _base(target)[1]:
        return f"{text}: the power is measured at another boundary (chip, server or facility meter)"
    first, second = _dimension(source), _dimension(target)
    if ("[currency]" in first and "[real_currency]" in second) or (
        "[real_currency]" in first and "[currency]" in second
    ):
        return f"{text}: one is in dollars of the day, the other in dollars of one price year; deflate first"
    missing = [name for name in second if name not in first and name.startswith("[")]
    extra = [name for name in first if name not in second and name.startswith("[")]
    told = []
    if missing:
        told.append("it lacks " + ", ".join(sorted(missing)))
    if extra:
        told.append("it has " + ", ".join(sorted(extra)) + " too many")
    return text + (": " + " and ".join(told) if told else ": the powers of its parts differ")


@overload
def convert(value: float, source: str, target: str) -> float: ...
@overload
def convert(value: Array, source: str, target: str) -> Array: ...
@overload
def convert(value: float | Array, source: str, target: str) -> float | Array: ...
def convert(value: Any, source: str, target: str) -> Any:
    """Return `value`, given in `source`, in `target`.

    A float or an array (any shape) is multiplied by one factor, which is looked up once. A pint quantity is first
    checked to be a `source`, so that a model run with quantities proves its own units.

    Raises
    ------
    UnitError
        The units are unknown or measure different things.
    """
    if hasattr(value, "dimensionality"):
        return quantity_in(value, source).to(_units(canonical(target), target))
    factor = _factor(source, target)
    return value if factor == 1.0 else value * factor


def quantity_in(value: Any, unit: str) -> Any:
    """Return a pint quantity in `unit`; raise UnitError when it measures something else."""
    if value.dimensionality != _dimension(unit):
        raise UnitError(f"expected {unit or 'a plain ratio'!r}, got {value.units:~}")
    return value.to(_units(canonical(unit), unit))


def number(value: Any, unit: str) -> Any:
    """Return the plain number of `value` in `unit`: for exponents, logarithms and rounding only.

    A float or array is taken to be in `unit` already.
    """
    if hasattr(value, "dimensionality"):
        return quantity_in(value, unit).magnitude
    return value


def quantity(value: Any, unit: str) -> Any:
    """Return a pint quantity, for the tests that run a model with units attached."""
    return registry().Quantity(value, _units(canonical(unit), unit))
