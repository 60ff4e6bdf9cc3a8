"""Read what quantities and subjects mean from the vocabulary of a vault."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from rackmath.errors import RackmathError
from rackmath.evidence.figure import Quantity, Subject
from rackmath.units import canonical
from rackmath.vault import Vault, YamlProblem, parse_yaml


def word(value: Any) -> str:
    """Return a value of a hand-written file as text; nothing for nothing."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return ", ".join(map(word, value))
    return str(value)


def words(value: Any) -> tuple[str, ...]:
    """Return a list of a hand-written file as texts; one value counts as a list of one."""
    if value is None or value == "":
        return ()
    return tuple(map(word, value)) if isinstance(value, list) else (word(value),)


def _vocabulary(vault: Vault, rel: str, problems: list[str]) -> dict[str, tuple[str, Mapping[str, Any]]]:
    """Return the entries of a vocabulary file by id, each with its place."""
    if not vault.exists(rel):
        return {}
    text = ""
    try:
        text, _ = vault.read(rel)
        parsed = parse_yaml(text)
    except YamlProblem as error:
        problems.append(f"{vault.path / rel}:{1 + text.count(chr(10), 0, error.offset)}: {error.message}")
        return {}
    except RackmathError as error:
        problems.append(str(error))
        return {}
    if not isinstance(parsed.data, dict):
        if parsed.data is not None:
            problems.append(f"{vault.path / rel}:1: write a mapping from id to its description")
        return {}
    found: dict[str, tuple[str, Mapping[str, Any]]] = {}
    for entry in parsed.entries:
        where = f"{vault.path / rel}:{1 + text.count(chr(10), 0, entry.start)}"
        about = parsed.data[entry.key]
        if about is not None and not isinstance(about, dict):
            problems.append(f"{where}: {entry.key}: write its description as a mapping")
        else:
            found[entry.key] = (where, about or {})
    return found


def read_quantities(vault: Vault, problems: list[str]) -> dict[str, Quantity]:
    """Return the quantities that a vault defines; one that cannot be read becomes a problem."""
    found = {}
    for name, (where, about) in _vocabulary(vault, "vocab/quantities.yaml", problems).items():
        try:
            found[name] = _quantity(name, where, about)
        except RackmathError as error:
            problems.append(f"{where}: quantity {name}: {error}")
    return found


def _quantity(name: str, where: str, about: Mapping[str, Any]) -> Quantity:
    half_life, tolerance = _number(about, "half_life_days"), _number(about, "tolerance")
    if half_life is not None and half_life <= 0:
        raise RackmathError("half_life_days must be above 0; leave it out for what does not age")
    if tolerance is not None and not 0 <= tolerance < 1:
        raise RackmathError("tolerance is a share from 0 to 1")
    units = words(about.get("units"))
    axes = about.get("axes")
    named = axes if isinstance(axes, Mapping) else {}
    limits = about.get("plausible")
    if limits is None:
        limits = [None, None]
    if not isinstance(limits, list) or len(limits) != 2:
        raise RackmathError("plausible is [lowest, highest]")
    low, high = (_number({"plausible": limit}, "plausible") for limit in limits)
    return Quantity(
        id=name,
        name=word(about.get("name")),
        definition=word(about.get("definition")),
        unit=word(about.get("unit")) or (units[0] if units else ""),
        units=units,
        axes=words(list(named) if named else axes),
        axis_names=tuple(word(name) for name in named.values()),
        half_life_days=half_life,
        plausible=(low, high),
        tolerance=tolerance or 0.0,
        comparable_with=words(about.get("comparable_with")),
        where=where,
    )


def _number(about: Mapping[str, Any], key: str) -> float | None:
    value = about.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise RackmathError(f"{key}: {value!r} is not a number")
    return float(value)


def read_subjects(vault: Vault, problems: list[str]) -> dict[str, Subject]:
    """Return the subjects that a vault describes."""
    return {
        name: Subject(
            name,
            word(about.get("name")),
            word(about.get("kind")),
            words(about.get("part_of")),
            words(about.get("names")),
        )
        for name, (_, about) in _vocabulary(vault, "vocab/subjects.yaml", problems).items()
    }


def unit_problems(quantities: Iterable[Quantity]) -> list[str]:
    """Return a line for each quantity with a unit that is not in the vocabulary of units."""
    found = []
    for quantity in quantities:
        for unit in dict.fromkeys((quantity.unit, *quantity.units)):
            try:
                canonical(unit)
            except RackmathError as error:
                found.append(f"{quantity.where}: quantity {quantity.id}: {error}")
    return found
