"""A model's form, made from its declaration: each input with its unit, default, source and age."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from rackmath.kernel.bind import FIGURE, Input
from rackmath.kernel.params import Choice, Declared, Series, label
from rackmath.units import spoken
from rackmath.web.numbers import capital, compact, per

if TYPE_CHECKING:
    from rackmath.evidence import Evidence
    from rackmath.kernel import Model

SHOWN = 7
"""Inputs that stand open in a long form: those that move the answer most; the others are folded away."""
LONG = 10
FAR = 1e12


def fields(
    model: Model,
    defaults: Mapping[str, Input],
    given: Mapping[str, str],
    problems: Mapping[str, str],
    evidence: Evidence,
    day: date,
) -> list[dict[str, Any]]:
    """Return the fields of a model's form in the order of its declaration, as plain data."""
    found = []
    for name, declared in model.parameters.items():
        default = defaults.get(name)
        found.append(
            {
                "name": name,
                "label": capital(label(name)),
                "help": declared.help,
                "unit": declared.unit,
                "unit_words": "share" if getattr(declared, "is_share", False) else unit_of(declared.unit),
                "bounds": _bounds(declared),
                "control": _control(declared),
                "options": list(declared.options) if isinstance(declared, Choice) else [],
                "axis": declared.axis if isinstance(declared, Series) else "",
                "value": given.get(name, ""),
                "given": name in given,
                "problem": problems.get(name, ""),
                "default": _default(default) if default else "",
                **(_origin(default, evidence, day) if default else _NOWHERE),
            }
        )
    return found


_NOWHERE = {
    "origin": "",
    "source": "",
    "source_title": "",
    "as_of": "",
    "figure": "",
    "figure_id": "",
    "age_days": None,
    "stale": False,
    "freshness": "",
}


def unit_of(unit: str) -> str:
    """Return a unit as it stands behind a field: ``USD per GPU-hour``; a ratio is a plain number."""
    return spoken(unit) or "number"


def _bounds(declared: Declared) -> str:
    """Return the bounds of a number: ``0 to 1``, ``above 0``; a bound so far away that nobody meets it is left out."""
    if isinstance(declared, Choice):
        return ""
    low = "" if math.isinf(declared.floor) else compact(declared.floor)
    high = "" if declared.maximum >= FAR else compact(declared.maximum)
    above = "above " if declared.above is not None else ""
    if low and high:
        return f"{above}{low} to {high}"
    return f"{above or 'at least '}{low}" if low else f"at most {high}" if high else ""


def _control(declared: Any) -> str:
    if isinstance(declared, Choice):
        return "choice"
    return "series" if isinstance(declared, Series) else "value"


def _default(default: Input) -> str:
    """Return a default as it can be typed into its field."""
    told = spoken(default.unit)
    return (
        default.text
        if not told or told in default.text or default.unit in default.text
        else (f"{default.text} {per(default.unit)}".strip())
    )


def _origin(default: Input, evidence: Evidence, day: date) -> dict[str, Any]:
    origin = default.origin
    found: dict[str, Any] = {
        **_NOWHERE,
        "origin": origin.kind,
        "source": origin.source,
        "source_title": origin.source_title,
        "as_of": origin.as_of,
        "figure": origin.figure,
        "figure_id": origin.figure_id,
    }
    if origin.kind == FIGURE:
        fresh = evidence.get(origin.figure_id).freshness(day)
        found |= {"age_days": fresh.age_days, "stale": fresh.stale, "freshness": fresh.reason}
    return found


def in_view(listed: list[dict[str, Any]], movers: list[str]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return the fields that stand open and those that are folded away, each in the order of the declaration.

    Parameters
    ----------
    movers
        Names of inputs, the one that moves the answer most first.
    """
    if len(listed) <= LONG:
        return listed, []
    open_ = {each["name"] for each in listed if each["given"] or each["problem"]}
    open_ |= set(movers[:SHOWN])
    for each in listed:  # a model with few uncertain inputs shows its first ones
        if len(open_) >= SHOWN:
            break
        open_.add(each["name"])
    return [each for each in listed if each["name"] in open_], [each for each in listed if each["name"] not in open_]
