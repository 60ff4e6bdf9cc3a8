"""Receipts: all that a result was made from, in a form that can be run again to the same bytes."""

from __future__ import annotations

import hashlib
import json
import math
import platform
from collections.abc import Mapping
from typing import Any

import numpy as np

from rackmath import __version__
from rackmath.errors import RackmathError
from rackmath.kernel.bind import ASSUMPTION, FIGURE, GIVEN, MODEL, Bound, Input, Origin
from rackmath.kernel.catalogue import get
from rackmath.kernel.params import Param, Series
from rackmath.kernel.result import Result
from rackmath.uncertainty import Distribution, Interval, parse_stated
from rackmath.units import convert


def plain(value: Any) -> Any:
    """Return `value` as plain JSON data; infinity becomes None (the text beside it says why)."""
    if isinstance(value, Mapping):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    if isinstance(value, np.ndarray):
        return plain(value.tolist())
    if isinstance(value, bool | np.bool_):
        return bool(value)
    if isinstance(value, int | np.integer):
        return int(value)
    if isinstance(value, float | np.floating):
        number = float(value)
        return number if math.isfinite(number) else None
    return value


def not_finite(value: Any, path: str = "") -> list[str]:
    """Return the places in plain data at which a number is infinite, such as ``distribution.p95``: `plain` drops it."""
    if isinstance(value, Mapping):
        return [each for key, inner in value.items() for each in not_finite(inner, f"{path}.{key}".lstrip("."))]
    if isinstance(value, list | tuple):
        return [each for place, inner in enumerate(value) for each in not_finite(inner, f"{path}[{place}]")]
    if isinstance(value, np.ndarray):
        return not_finite(value.tolist(), path)
    return [path] if isinstance(value, float | np.floating) and not math.isfinite(value) else []


def canonical_json(value: Any) -> str:
    """Return the one JSON text of plain data: sorted keys, no spaces, shortest floats, no NaN."""
    return json.dumps(plain(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def digest(value: Any) -> str:
    """Return the SHA-256 of plain data's canonical JSON."""
    return "sha256:" + hashlib.sha256(canonical_json(value).encode()).hexdigest()


def versions() -> dict[str, str]:
    """Return the versions that a result depends on."""
    return {"rackmath": __version__, "python": platform.python_version(), "numpy": np.__version__}


def seal(content: Mapping[str, Any], result: Any) -> dict[str, Any]:
    """Return a receipt of `content` for `result`: versions, the hash of the result, and a hash over all of it."""
    body = {**versions(), **plain(content), "result": digest(result)}
    return {**body, "hash": digest(body)}


def check_seal(receipt: Mapping[str, Any]) -> None:
    """Raise RackmathError when a receipt was altered after it was written."""
    body = {key: value for key, value in receipt.items() if key != "hash"}
    if receipt.get("hash") != digest(body):
        raise RackmathError("the receipt does not match its hash: it was altered, or cut short, after it was written")


def record(bound: Bound) -> dict[str, Any]:
    """Return a binding as plain data, from which `restore` makes it again."""
    return {"model": bound.model.id, "inputs": [record_input(each) for each in bound.inputs.values()]}


_PLACES = ("place", "accessed")
"""What a receipt says of a figure beside its source; receipts of before do not say it."""


def record_input(each: Input) -> dict[str, Any]:
    """Return one input as plain data: name, value, unit, origin, source, date, and the stream it draws from."""
    found: dict[str, Any] = {
        "name": each.name,
        "value": plain(each.at(0.5)),
        "unit": each.unit,
        "text": each.text,
        "origin": each.origin.kind,
        "source": each.origin.source,
        "source_title": each.origin.source_title,
        "as_of": each.origin.as_of,
        "figure": each.origin.figure,
        "figure_id": each.origin.figure_id,
    }
    for name in _PLACES:
        if told := getattr(each.origin, name):
            found[name] = told
    if each.uncertain and each.distribution is not None:
        found["distribution"] = _distribution(each.distribution)
        found["stream"] = each.stream
        found["low"], found["high"] = float(each.at(0.05)), float(each.at(0.95))
    if each.child:
        answer = each.child.central()
        found["value"] = float(convert(answer.total, answer.unit, each.unit))
        found["model"] = {**record(each.child), **_answer(answer)}
    return found


def _answer(result: Result) -> dict[str, Any]:
    """Return what a nested model says at the medians: beside its inputs, so that a receipt shows it whole."""
    notes = {
        name: {"value": note.value if isinstance(note.value, str) else plain(np.asarray(note.value)), "unit": note.unit}
        for name, note in result.notes.items()
    }
    return {
        "unit": result.unit,
        "total": plain(np.asarray(result.total)),
        "lines": {name: plain(np.asarray(value)) for name, value in result.lines.items()},
        "notes": notes,
        "warnings": list(result.warnings),
    }


def _distribution(distribution: Distribution) -> dict[str, Any]:
    if isinstance(distribution, Interval):
        return {
            "low": distribution.low,
            "high": distribution.high,
            "low_probability": distribution.low_probability,
            "high_probability": distribution.high_probability,
            "family": distribution.family,
        }
    written = distribution.to_json()
    return written if isinstance(written, dict) else {"value": written}


def _restore_distribution(written: Mapping[str, Any]) -> Distribution:
    if "family" in written:
        return Interval(**written)
    return parse_stated(written).distribution


def restore(written: Mapping[str, Any]) -> Bound:
    """Return the binding that `record` wrote.

    Raises
    ------
    RackmathError
        The record is incomplete, or the model has other inputs today.
    """
    try:
        model = get(str(written["model"]))
        inputs = {str(each["name"]): each for each in written["inputs"]}
        if list(inputs) != list(model.parameters):
            raise RackmathError(f"the receipt was made by another version of {model.id}: its inputs differ")
        bound = {name: _restore_input(name, model.parameters[name], inputs[name]) for name in inputs}
    except (KeyError, TypeError, AttributeError) as problem:
        raise RackmathError(f"this is not a receipt of rackmath: {problem!r}") from None
    return Bound(model, bound)


def _restore_input(name: str, declared: Any, written: Mapping[str, Any]) -> Input:
    if written["origin"] not in {GIVEN, FIGURE, ASSUMPTION, MODEL}:
        raise RackmathError(f"{name}: unknown origin {written['origin']!r} in the receipt")
    if written["unit"] != declared.unit:
        raise RackmathError(f"{name}: the receipt is in {written['unit']!r}, the model wants {declared.unit!r} today")
    origin = Origin(
        written["origin"],
        source=written["source"],
        source_title=written["source_title"],
        as_of=written["as_of"],
        figure=written["figure"],
        figure_id=written["figure_id"],
        **{name: str(written[name]) for name in _PLACES if name in written},
    )
    text = str(written["text"])
    if "model" in written:
        return Input(name, declared, origin, text, child=restore(written["model"]))
    if "distribution" in written:
        found = _restore_distribution(written["distribution"])
        return Input(name, declared, origin, text, str(written["stream"]), distribution=found)
    value = written["value"]
    if isinstance(declared, Series):
        value = np.asarray(value, dtype=np.float64)
    declared.check(name, value)
    if isinstance(declared, Param) and not isinstance(declared, Series):
        return Input(name, declared, origin, text, distribution=parse_stated(value).distribution)
    return Input(name, declared, origin, text, fixed=value)
