"""Models as plain data: the list of them, and one with its inputs, their defaults and where these come from."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from rackmath.kernel.bind import bind
from rackmath.kernel.catalogue import registry
from rackmath.kernel.params import Choice
from rackmath.units import spoken

if TYPE_CHECKING:
    from rackmath.evidence import Evidence
    from rackmath.kernel.declare import Model

SHORT = ("id", "title", "unit", "method", "question")


def listed() -> list[dict[str, Any]]:
    """Return every model in short."""
    return [{key: getattr(each, key) for key in SHORT} for each in registry().values()]


def describe(model: Model, evidence: Evidence, as_of: date | None = None) -> dict[str, Any]:
    """Return a model's declaration with its defaults as the brains have them."""
    more = ("summary", "equation", "doc", "sources", "infinite")
    return {**{key: getattr(model, key) for key in (*SHORT, *more)}, "inputs": _inputs(model, evidence, as_of)}


def _inputs(model: Model, evidence: Evidence, as_of: date | None) -> list[dict[str, Any]]:
    bound = bind(model, {}, evidence, as_of=as_of)
    found = []
    for name, declared in model.parameters.items():
        each = bound.inputs[name]
        told = spoken(each.unit)
        found.append(
            {
                "name": name,
                "unit": declared.unit,
                "bounds": declared.describe_bounds(),
                "options": list(declared.options) if isinstance(declared, Choice) else [],
                "default": each.text if not told or told in each.text else f"{each.text} {each.unit}",
                "origin": each.origin.kind,
                "evidence": declared.evidence,
                "source": f"{each.origin.figure} ({each.origin.as_of}, {each.origin.source_title})"
                if each.origin.figure
                else f"assumed: {each.origin.source}",
                "url": each.origin.source if each.origin.figure else "",
                "as_of": each.origin.as_of,
                "help": declared.help,
            }
        )
    return found
