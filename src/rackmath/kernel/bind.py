"""Bind what a person or a brain says to a model's inputs, and remember where each value came from.

A binding is plain data: for each input a distribution in the declared unit, inside the declared bounds, with its
origin. Everything after it (draws, sensitivity, receipts) works on bindings and never asks a brain again.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from rackmath.errors import Problems, RackmathError, suggest
from rackmath.kernel.catalogue import get
from rackmath.kernel.declare import Model
from rackmath.kernel.params import Array, Choice, Declared, Param, Series
from rackmath.kernel.result import Result
from rackmath.uncertainty import Distribution, Interval, Pert, Point, Samples, Stated, Uniform, parse_stated
from rackmath.uncertainty.distributions import probability_of, score_of
from rackmath.uncertainty.notation import describe
from rackmath.units import UnitError, canonical, convert, parse_number, spoken

if TYPE_CHECKING:
    from collections.abc import Callable

    from rackmath.evidence import Evidence

GIVEN, FIGURE, ASSUMPTION, MODEL = "given", "figure", "assumption", "model"
MAX_SERIES = 100_000
MAX_NESTING = 5
NEVER = 1e-12
"""A chance that no number of draws meets."""
HAIR = 1e-7
"""A chance so small that the values it stands for are moved to the bound, instead of reshaping the whole range."""


@dataclass(frozen=True)
class Origin:
    """Where a value came from."""

    kind: str
    """``given`` by the person, a ``figure`` of a brain, an ``assumption`` of the model, or another ``model``."""
    source: str = ""
    """URL of the source; for an assumption, why it is made."""
    source_title: str = ""
    as_of: str = ""
    figure: str = ""
    """Reference of the figure, ``subject/quantity``."""
    figure_id: str = ""
    place: str = ""
    """Where the figure stands in its brain: note id, file and line."""
    accessed: str = ""
    """The day on which the source was read."""


@dataclass(frozen=True)
class Input:
    """One bound input of a model."""

    name: str
    declared: Declared
    origin: Origin
    text: str
    """The value as it was written."""
    stream: str = ""
    """Name of the stream it draws from; inputs that rest on one figure share it."""
    distribution: Distribution | None = None
    """In the declared unit; None for a word, a series or a nested model."""
    fixed: Any = None
    """The word, or the series' array (last axis is the series)."""
    child: Bound | None = None

    @property
    def unit(self) -> str:
        """Return the declared unit."""
        return self.declared.unit

    @property
    def uncertain(self) -> bool:
        """Say whether the value is more than one number."""
        return self.distribution is not None and not isinstance(self.distribution, Point)

    def at(self, probability: Any) -> Any:
        """Return the value at a probability (0.5 is the median) of the part of its distribution inside the bounds.

        `probability` is a float or an array of any shape; the answer has its shape. A certain input is one value.
        """
        return self.at_score(score_of(np.asarray(probability, dtype=np.float64))) if self.uncertain else self._certain

    def at_score(self, score: Array) -> Any:
        """Return the value at a standard normal score, of the part of its distribution inside the bounds."""
        if self.distribution is None or not self.uncertain:
            return self._certain
        low, high = self._inside
        if low > 0 or high < 1:
            score = score_of(low + probability_of(score) * (high - low))
        value = self.distribution.at_score(score)
        if self._clip:
            value = np.clip(value, *self._clip)
        return value if value.ndim else float(value)

    @property
    def _certain(self) -> Any:
        return self.distribution.value if isinstance(self.distribution, Point) else self.fixed

    @cached_property
    def _outside(self) -> tuple[float, float]:
        """Return the chances of a value below and above the bounds."""
        if not isinstance(self.declared, Param) or not isinstance(self.distribution, Interval):
            return 0.0, 0.0  # every other family has hard ends, and they were found inside the bounds
        below, top = self.distribution.cdf(np.array([self.declared.floor, self.declared.maximum]))
        below, above = float(below), float(1 - top)
        return below if below > NEVER else 0.0, above if above > NEVER else 0.0

    @cached_property
    def _inside(self) -> tuple[float, float]:
        """Return the probabilities between which values are drawn, where more than a hair lies outside the bounds."""
        below, above = self._outside
        open_floor = isinstance(self.declared, Param) and self.declared.above is not None
        return (below if below > (0 if open_floor else HAIR) else 0.0), (1 - above if above > HAIR else 1.0)

    @cached_property
    def _clip(self) -> tuple[float, float] | None:
        """Return the bounds to which the few values beyond them are moved, where less than a hair lies outside."""
        (below, above), (low, high) = self._outside, self._inside
        if isinstance(self.declared, Param) and ((below and low == 0) or (above and high == 1)):
            return self.declared.floor, self.declared.maximum
        return None


@dataclass(frozen=True)
class Bound:
    """A model with every input bound."""

    model: Model
    inputs: dict[str, Input] = field(default_factory=dict)

    def leaves(self) -> list[Input]:
        """Return the inputs that are values, those of nested models included, in order."""
        found: list[Input] = []
        for each in self.inputs.values():
            found += _leaves(each)
        return found

    def evaluate(self, value_of: Callable[[Input], Any]) -> Result:
        """Run the model on the values that `value_of` gives for its leaves; the total is checked, notes are not."""
        values: dict[str, Any] = {}
        for name, each in self.inputs.items():
            if each.child is None:
                values[name] = value_of(each)
                continue
            nested = each.child.evaluate(value_of)
            values[name] = convert(nested.total, each.child.model.unit, each.unit)
            each.declared.check(f"{self.model.id}: {name} (from {each.child.model.id})", values[name])
        result = self.model.compute(**values)
        self.model.check_total(result)
        return result

    def central(self) -> Result:
        """Run the model at the median of every input, and check all that it says."""
        result = self.evaluate(lambda each: each.at(0.5))
        self.model.check_result(result)
        return result


def bind(
    model: Model,
    given: Mapping[str, Any],
    evidence: Evidence,
    *,
    as_of: date | None = None,
    label: Callable[[str], str] = lambda name: name,
) -> Bound:
    """Bind a model's inputs: what is `given` first, then figures of the brains, then declared assumptions.

    Parameters
    ----------
    model
        The model.
    given
        Name to value: a number in the declared unit, a text (``"3 to 6 USD/GPU_hour"``), a mapping
        (``{low, mode, high, unit}``), a figure (``"@h100-sxm/rental-price?term=spot"``), another model
        (``{model: id, inputs: {…}}``), or for a series a list.
    evidence
        The brains that figures come from.
    as_of
        Use what was known on that day; None for all that is known.
    label
        Gives the name of the stream that a given input draws from.

    Raises
    ------
    Problems
        Everything that is wrong, one line each.
    """
    return _Binder(evidence, as_of, label).bind(model, given)


@dataclass(frozen=True)
class _Binder:
    """Where values come from while a model, and the models nested in it, are bound."""

    evidence: Evidence
    as_of: date | None
    label: Callable[[str], str]
    depth: int = 0

    def bind(self, model: Model, given: Mapping[str, Any]) -> Bound:
        problems = [
            f"{model.id} has no input {str(name)[:80]!r}{suggest(str(name), model.parameters)}"
            for name in given
            if name not in model.parameters
        ]
        bound: dict[str, Input] = {}
        for name, declared in model.parameters.items():
            try:
                if name in given:
                    bound[name] = self._given(name, declared, given[name])
                elif declared.evidence:
                    bound[name] = self._figure(name, declared, declared.evidence)
                else:
                    bound[name] = _assumed(name, declared)
            except Problems as several:
                problems += [f"{name}: {problem}" for problem in several.problems]
            except RackmathError as problem:
                text = str(problem)
                problems.append(text if text.startswith(f"{name}:") else f"{name}: {text}")
        if problems:
            raise Problems(problems)
        return Bound(model, {name: _apart(each, model, bound) for name, each in bound.items()})

    def _given(self, name: str, declared: Declared, raw: Any) -> Input:
        if isinstance(raw, str) and raw.strip().startswith("@"):
            return self._figure(name, declared, raw.strip()[1:])
        if isinstance(raw, Mapping) and "model" in raw:
            return self._nested(name, declared, raw)
        return _value(name, declared, raw, Origin(GIVEN), self.label(name))

    def _nested(self, name: str, declared: Declared, raw: Mapping[str, Any]) -> Input:
        extra = sorted(set(map(str, raw)) - {"model", "inputs"})
        if extra:
            raise RackmathError(f"a nested model has `model` and `inputs` only, not {extra[0]!r}")
        if self.depth >= MAX_NESTING:
            raise RackmathError(f"models are nested more than {MAX_NESTING} deep")
        inner = get(str(raw["model"]))
        convert(1.0, inner.unit, declared.unit)  # refuses a unit that does not fit, before anything runs
        inputs = raw.get("inputs") or {}
        if not isinstance(inputs, Mapping):
            raise RackmathError("`inputs` of a nested model must name its inputs")
        outer = self.label
        inside = replace(self, label=lambda part: outer(f"{name}.{part}"), depth=self.depth + 1)
        origin = Origin(MODEL, source=inner.id, source_title=inner.title)
        return Input(name, declared, origin, f"model {inner.id}", child=inside.bind(inner, inputs))

    def _figure(self, name: str, declared: Declared, reference: str) -> Input:
        figure = self.evidence.get(reference, as_of=self.as_of)
        source = self.evidence.sources.get(figure.source)
        origin = Origin(
            FIGURE,
            source=source.url if source else "",
            source_title=source.title if source else figure.source,
            as_of=str(figure.as_of),
            figure=reference,
            figure_id=figure.id,
            place=f"{figure.note_id} {figure.path}:{figure.line}".strip(),
            accessed=source.accessed if source else "",
        )
        try:
            return _value(name, declared, figure.value, origin, f"figure:{figure.id}")
        except RackmathError as problem:
            raise RackmathError(f"figure {reference}: {problem}") from None


def _assumed(name: str, declared: Declared) -> Input:
    stream = f"assumption:{name}={declared.assumption}"
    return _value(name, declared, declared.assumption, Origin(ASSUMPTION, source=declared.because), stream)


def _apart(each: Input, model: Model, inputs: Mapping[str, Input]) -> Input:
    """Return an input that is assumed for this very answer with a stream of its own: the model and its other inputs."""
    if not (isinstance(each.declared, Param) and each.declared.its_own and each.origin.kind == ASSUMPTION):
        return each
    others = [leaf for name, one in inputs.items() if name != each.name for leaf in _leaves(one)]
    said = ", ".join(f"{leaf.name} {leaf.text}" for leaf in others)
    return replace(each, stream=f"{each.stream} of {model.id}: {said}")


def _leaves(each: Input) -> list[Input]:
    return each.child.leaves() if each.child else [each]


def _value(name: str, declared: Declared, raw: Any, origin: Origin, stream: str) -> Input:
    if isinstance(declared, Choice):
        word = str(raw).strip()
        declared.check(name, word)
        return Input(name, declared, origin, word, fixed=word)
    if isinstance(declared, Series):
        return _series(name, declared, raw, origin)
    stated = parse_stated(raw, declared.unit)
    distribution = _in_unit(stated, declared)
    declared.check(name, _ends(distribution))
    text = stated.text or describe(distribution, declared.unit)
    return Input(name, declared, origin, text, stream, distribution=distribution)


def _in_unit(stated: Stated, declared: Param) -> Distribution:
    """Return the distribution in the declared unit, of the family that the bounds call for."""
    if stated.unit == declared.unit or (stated.unit == "" and _plain(declared.unit)):
        factor = 1.0
    elif stated.unit == "":
        raise UnitError(f"{stated} has no unit; this input is in {declared.unit}")
    else:
        factor = convert(1.0, stated.unit, declared.unit)
    found = stated.distribution if factor == 1.0 else stated.distribution.scaled(factor)
    return found.within(declared.floor, declared.maximum)


def _plain(unit: str) -> bool:
    """Say whether a bare number may be entered for a unit: ratios, and ratios of the same thing at two boundaries."""
    return unit in {"", "W_facility/W_server", "W_server/W_chip"}


def _ends(distribution: Distribution) -> Array:
    match distribution:
        case Point(value):
            return np.array([value])
        case Interval(low, high) | Pert(low, _, high) | Uniform(low, high):
            return np.array([low, high])
        case Samples(values):
            return np.array([min(values), max(values)])
    return np.array([distribution.central()])


def _series(name: str, declared: Series, raw: Any, origin: Origin) -> Input:
    unit = declared.unit
    if isinstance(raw, Stated):
        if not isinstance(raw.distribution, Samples):
            raise RackmathError(f"is a series (one number a {declared.axis}); the figure holds a single value")
        raw, unit = list(raw.distribution.values), raw.unit or declared.unit
    if isinstance(raw, Mapping):
        unknown = set(raw) - {"values", "unit"}
        if unknown or "values" not in raw:
            raise RackmathError("write a list of numbers, or {values: […], unit: …}")
        unit = canonical(str(raw["unit"])) if raw.get("unit") else unit
        raw = raw["values"]
    if isinstance(raw, str):
        raw, unit = _series_text(raw, unit)
    if not isinstance(raw, Sequence | np.ndarray) or len(raw) == 0:
        raise RackmathError(f"needs a list of numbers, one a {declared.axis}")
    if len(raw) > MAX_SERIES:
        raise RackmathError(f"has {len(raw):,} numbers; at most {MAX_SERIES:,} are read")
    if any(isinstance(each, bool) or not isinstance(each, int | float | np.number) for each in raw):
        raise RackmathError("every entry of the list must be a number")
    values = np.asarray(raw, dtype=np.float64)
    if not np.isfinite(values).all():
        raise RackmathError(f"entry {int(np.argmin(np.isfinite(values))) + 1} is not a finite number")
    values = convert(values, unit, declared.unit)
    declared.check(name, values)
    shown = ", ".join(f"{value:g}" for value in values[:4]) + (
        f", … ({len(values)} numbers)" if len(values) > 4 else ""
    )
    return Input(name, declared, origin, f"{shown} {spoken(declared.unit)}".strip(), fixed=values)


def _series_text(text: str, unit: str) -> tuple[list[float], str]:
    """Read ``"120 118 131 kWh"`` or ``"120, 118, 131"``."""
    match = re.fullmatch(
        r"\s*\[?((?:[-+−\d.eE]+[kKMBT]?(?:\s*[,;]\s*|\s+|\s*(?=\]|$)))+)\]?\s*(\S.*)?", text[:2_000_000]
    )
    if match is None:
        raise RackmathError(f"{text[:60]!r} is not a list of numbers; write '120 118 131 kWh'")
    numbers = [parse_number(part) for part in re.split(r"[\s,;]+", match.group(1).strip(" ,;")) if part]
    return numbers, canonical(match.group(2)) if match.group(2) else unit
