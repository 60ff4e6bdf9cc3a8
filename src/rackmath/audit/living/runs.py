"""Model runs that notes hold: a fenced ``runs`` block names a model and binds its inputs.

```runs
- id: run_h100_cost
  model: tokens.cost_per_mtok
  inputs: {gpu_hour_price: fig_01…, output_throughput: "@llama-70b/throughput", utilisation: 0.5}
```

An input is the id of a figure, a reference to one (``@subject/quantity``), another run, or a value. A run is evaluated
at the central value of what it is bound to. Whatever is wrong with one is a line for its author and costs no other.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from rackmath.errors import Problems, RackmathError, suggest
from rackmath.units import canonical, convert
from rackmath.vault import Document

if TYPE_CHECKING:
    from rackmath.audit.living.current import Current
    from rackmath.kernel.run import Run

NAME = re.compile(r"run_[0-9A-Za-z_-]{1,80}")
BLOCK = "runs"
KEYS = ("id", "model", "inputs", "show", "unit", "was")
MOST_RUNS = 1_000
"""Runs of one brain beyond this many are told of and left out."""

MOST_INPUTS = 100


@dataclass(frozen=True)
class RunSpec:
    """A run as its block says it: the model, what its inputs are bound to, and which of its values is shown.

    `was` holds what its inputs and its value were when the text was last brought up to date.
    """

    id: str
    model: str
    inputs: Mapping[str, Any]
    show: str
    unit: str
    was: Mapping[str, Any]
    note_id: str
    note_title: str
    path: str
    line: int

    @property
    def figures(self) -> tuple[str, ...]:
        """The figures and references that its inputs are bound to."""
        return tuple(raw.removeprefix("@") for raw in self.inputs.values() if _is_figure(raw))

    @property
    def runs(self) -> tuple[str, ...]:
        """The runs that its inputs are bound to."""
        return tuple(raw for raw in self.inputs.values() if _is_run(raw))


@dataclass(frozen=True)
class Value:
    """What a run gives: the shown value, its unit, what each bound input was, and the run with its receipt."""

    value: float
    unit: str
    inputs: Mapping[str, float]
    figures: Mapping[str, str]
    run: Run = field(repr=False)


def _is_figure(raw: object) -> bool:
    return isinstance(raw, str) and raw.startswith(("fig_", "@"))


def _is_run(raw: object) -> bool:
    return isinstance(raw, str) and NAME.fullmatch(raw) is not None


def runs_of(document: Document, path: str, problems: list[str]) -> list[RunSpec]:
    """Return the runs that a note holds; what cannot be read is a line in `problems`."""
    found: list[RunSpec] = []
    for block in document.blocks(BLOCK):
        problems += [f"{path}:{fault.line}: {fault.message}" for fault in block.faults]
        data = block.data
        items = data if isinstance(data, list) else [] if data is None else [data]
        lines = block.lines if isinstance(data, list) else [block.line + 1]
        for line, item in zip(lines, items, strict=False):
            try:
                found.append(_read(item, document, path, line))
            except RackmathError as problem:
                problems.append(f"{path}:{line}: {problem}")
    return found


def _read(item: Any, document: Document, path: str, line: int) -> RunSpec:
    if not isinstance(item, Mapping):
        raise RackmathError("a runs block is a list of entries with id, model and inputs")
    if unknown := sorted(map(str, set(item) - set(KEYS))):
        raise RackmathError(f"a run has no {unknown[0][:40]!r}{suggest(unknown[0], KEYS)}; it has {', '.join(KEYS)}")
    name, model = str(item.get("id") or ""), str(item.get("model") or "")
    if not NAME.fullmatch(name):
        raise RackmathError(f"the id of a run is run_ with letters and digits, not {name[:60]!r}")
    if not model:
        raise RackmathError(f"{name}: say which model it runs (`rackmath models` lists them)")
    inputs, was = item.get("inputs") or {}, item.get("was") or {}
    if not isinstance(inputs, Mapping) or not isinstance(was, Mapping) or len(inputs) > MOST_INPUTS:
        raise RackmathError(f"{name}: inputs are written {{name: value}}, at most {MOST_INPUTS} of them")
    for key, raw in inputs.items():
        if isinstance(raw, Mapping) and set(raw) & {"model"}:
            raise RackmathError(f"{name}: {key}: bind another run by its id instead of nesting a model")
    return RunSpec(
        id=name,
        model=model,
        inputs={str(key): raw for key, raw in inputs.items()},
        show=str(item.get("show") or "total"),
        unit=str(item.get("unit") or ""),
        was=was,
        note_id=str(document.front.get("id") or path),
        note_title=document.title() or path,
        path=path,
        line=line,
    )


class Runs:
    """The runs of one brain, each evaluated once and only when it is asked for."""

    def __init__(self, specs: Iterable[RunSpec], current: Current) -> None:
        self.specs: dict[str, RunSpec] = {}
        self.problems: list[str] = []
        self._current = current
        self._done: dict[str, Value | RackmathError] = {}
        for spec in specs:
            if spec.id in self.specs:
                first = self.specs[spec.id]
                self.problems.append(
                    f"{spec.path}:{spec.line}: {spec.id} is already a run of {first.path}:{first.line}; rename one"
                )
            elif len(self.specs) >= MOST_RUNS:
                self.problems.append(f"{spec.path}:{spec.line}: {spec.id}: only {MOST_RUNS:,} runs of a brain are read")
            else:
                self.specs[spec.id] = spec

    def value(self, name: str, within: tuple[str, ...] = ()) -> Value:
        """Return what a run gives.

        Raises
        ------
        RackmathError
            There is no such run, it needs itself, an input cannot be bound, or its value is not finite.
        """
        if name in within:
            raise RackmathError(f"{name} needs itself: {' → '.join([*within[within.index(name) :], name])}")
        if name not in self._done:
            try:
                self._done[name] = self._made(name, (*within, name))
            except Problems as several:
                self._done[name] = RackmathError(f"{name}: {several.problems[0]}")
            except RackmathError as problem:
                self._done[name] = problem
        found = self._done[name]
        if isinstance(found, RackmathError):
            raise found
        return found

    def _made(self, name: str, within: tuple[str, ...]) -> Value:
        from rackmath.kernel.run import run  # noqa: PLC0415  (only a brain with runs needs the models)

        spec = self.specs.get(name)
        if spec is None:
            raise RackmathError(f"no note has a run {name[:90]!r}{suggest(name, self.specs)}")
        given: dict[str, Any] = {}
        for key, raw in spec.inputs.items():
            if _is_run(raw):
                other = self.value(raw, within)
                given[key] = f"{other.value!r} {other.unit}".strip()
            else:
                given[key] = f"@{self._current.figure(raw.removeprefix('@')).id}" if _is_figure(raw) else raw
        done = run(spec.model, given, self._current.evidence, as_of=self._current.today)
        value, unit = _shown(spec, done)
        bound = {
            key: float(np.asarray(each.at(0.5)))
            for key, each in done.bound.inputs.items()
            if key in spec.inputs and each.child is None and each.distribution is not None
        }
        figures = {key: each.origin.figure_id for key, each in done.bound.inputs.items() if each.origin.figure_id}
        return Value(value, unit, bound, figures, done)

    def bound_now(self, spec: RunSpec) -> dict[str, Any]:
        """Return the inputs of a run with each pinned figure replaced by what has taken its place."""
        pinned = {key: raw for key, raw in spec.inputs.items() if _is_figure(raw) and not raw.startswith("@")}
        return {**spec.inputs, **{key: self._current.figure(raw).id for key, raw in pinned.items()}}


def _shown(spec: RunSpec, done: Run) -> tuple[float, str]:
    """Return the value that a run shows: its total, a line of it, or a note beside it."""
    central, model = done.central, done.bound.model
    value: Any
    if spec.show == "total":
        value, unit = central.total, model.unit
    elif spec.show in central.lines:
        value, unit = central.lines[spec.show], model.unit
    elif spec.show in central.notes:
        note = central.notes[spec.show]
        value, unit = note.value, note.unit
    else:
        known = ["total", *central.lines, *central.notes]
        raise RackmathError(f"{spec.id}: {spec.model} shows no {spec.show[:60]!r}{suggest(spec.show, known)}")
    if isinstance(value, str):
        raise RackmathError(f"{spec.id}: {spec.show} of {spec.model} is a word, not a number")
    number = float(np.asarray(value))
    if not np.isfinite(number):
        raise RackmathError(f"{spec.id}: {spec.model} gives no finite value ({model.infinite or 'no answer'})")
    if spec.unit:
        wanted = canonical(spec.unit)
        number, unit = float(convert(number, unit, wanted)), wanted
    return number, unit
