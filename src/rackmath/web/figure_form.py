"""A figure as a form: its fields, what is wrong with each, and the entry that it becomes in a note."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from rackmath.errors import RackmathError, suggest
from rackmath.evidence import Quantity, read_period
from rackmath.evidence.figure import CLAIMANTS, KINDS
from rackmath.evidence.written import read_value
from rackmath.units import accepts, canonical
from rackmath.vault import Document, new_id, parse_yaml, slug
from rackmath.vault.yamltext import YamlProblem

NAMES = (
    "subject",
    "quantity",
    "value",
    "unit",
    "as_of",
    "kind",
    "claimant",
    "claimant_kind",
    "source",
    "as_written",
    "scope",
    "note",
)
_LONGEST = 500


@dataclass(frozen=True)
class Checked:
    """A form that was looked at: the entry it becomes, or what is wrong with which field."""

    entry: Mapping[str, Any] = field(default_factory=dict)
    problems: Mapping[str, str] = field(default_factory=dict)


def check_figure(
    typed: Mapping[str, str],
    quantities: Mapping[str, Quantity],
    has_source: Callable[[str], bool],
    mint: Callable[[str], str] = new_id,
) -> Checked:
    """Look at what was typed.

    Parameters
    ----------
    typed
        By the names of `NAMES`; `scope` as ``region: US, state: idle``.
    quantities
        The quantities that may be meant.
    has_source
        Whether a citekey has a file in the brain.
    mint
        Makes the figure's id.
    """
    given = {name: " ".join(typed.get(name, "").split())[:_LONGEST] for name in NAMES}
    problems: dict[str, str] = {}
    entry: dict[str, Any] = {"id": mint("fig")}
    if given["subject"] and slug(given["subject"]) == given["subject"]:
        entry["subject"] = given["subject"]
    else:
        problems["subject"] = f"write it in lower case with hyphens, such as {slug(given['subject'] or 'h100-sxm')}"
    quantity = quantities.get(given["quantity"])
    entry["quantity"] = given["quantity"]
    if quantity is None:
        near = suggest(given["quantity"], quantities)
        problems["quantity"] = f"it is not defined in vocab/quantities.yaml{near}" if given["quantity"] else "name one"
    try:
        entry["unit"] = _unit(given["unit"], quantity)
    except RackmathError as error:
        problems["unit"] = str(error)
    try:
        entry["value"] = _value(given["value"])
        read_value(entry["value"], entry.get("unit", ""))
    except RackmathError as error:
        problems["value"] = str(error)
    try:
        read_period(given["as_of"])
        entry["as_of"] = int(given["as_of"]) if len(given["as_of"]) == 4 else given["as_of"]
    except RackmathError as error:
        problems["as_of"] = str(error) if given["as_of"] else "since when is it true? Write 2026, 2026-11 or 2026-11-22"
    _who(given, entry, problems, has_source)
    try:
        if scope := _scope(given["scope"], quantity):
            entry["scope"] = scope
    except RackmathError as error:
        problems["scope"] = str(error)
    for name in ("as_written", "note"):
        if given[name]:
            entry[name] = given[name]
    return Checked(problems=problems) if problems else Checked(entry)


def _who(
    given: Mapping[str, str], entry: dict[str, Any], problems: dict[str, str], has_source: Callable[[str], bool]
) -> None:
    if given["kind"] in KINDS:
        entry["kind"] = given["kind"]
    else:
        problems["kind"] = f"choose one of {', '.join(KINDS)}"
    if not given["claimant"]:
        problems["claimant"] = "who says so?"
    elif given["claimant_kind"] and given["claimant_kind"] not in CLAIMANTS:
        problems["claimant_kind"] = f"choose one of {', '.join(CLAIMANTS)}"
    else:
        entry["claimant"] = {"who": given["claimant"]}
        if given["claimant_kind"]:
            entry["claimant"]["kind"] = given["claimant_kind"]
    citekey = given["source"].removeprefix("@")
    if not citekey:
        problems["source"] = "name the citekey of the source it stands in"
    elif not has_source(citekey):
        problems["source"] = f"this brain has no source {citekey!r}; add it first"
    entry["source"] = citekey


def _unit(text: str, quantity: Quantity | None) -> str:
    allowed = (quantity.unit, *quantity.units) if quantity is not None else ()
    if text in allowed:
        return text
    unit = canonical(text)
    if allowed and not any(accepts(unit, other) for other in allowed):
        named = " or ".join(other or "a plain ratio (empty)" for other in dict.fromkeys(allowed))
        raise RackmathError(f"it is measured in {named}")
    return unit


def _value(text: str) -> Any:
    """Return a value as YAML reads it: ``3.5``, ``0.15 to 0.8``, ``{at_least: 40}``."""
    if not text:
        raise RackmathError("write a number such as 3.5, a range such as 0.15 to 0.8, or {at_least: 40}")
    try:
        return parse_yaml(text).data
    except YamlProblem as problem:
        raise RackmathError(f"{text!r} cannot be read ({problem.message}); write 3.5 or 0.15 to 0.8") from None


def _scope(text: str, quantity: Quantity | None) -> dict[str, str]:
    found: dict[str, str] = {}
    for part in filter(None, (each.strip() for each in text.split(","))):
        axis, colon, value = part.partition(":")
        if not colon or not axis.strip() or not value.strip():
            raise RackmathError(f"{part!r} is not `axis: value`, such as region: US")
        found[axis.strip()] = value.strip()
    if quantity is not None and quantity.axes:
        for axis in found.keys() - set(quantity.axes):
            raise RackmathError(f"{axis!r} is not an axis of {quantity.id}{suggest(axis, quantity.axes)}")
    return found


def with_figure(text: str, entry: Mapping[str, Any]) -> str:
    """Return a note's text with one more figure: at the end of its first figures block, or in a block of its own.

    Raises
    ------
    RackmathError
        The block cannot be read or is never closed.
    """
    document = Document.parse(text)
    blocks = document.blocks()
    if not blocks:
        return document.adding_block([dict(entry)]).text
    if blocks[0].problem:
        raise RackmathError(f"the figures block cannot be read ({blocks[0].problem}); mend it first")
    data = blocks[0].written
    if data is not None and not isinstance(data, list):
        raise RackmathError("the figures block is not a list; mend it first")
    return document.with_block(0, [*(data or []), dict(entry)]).text
