"""Run one model: bind, compute, draw, and seal the receipt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np

from rackmath.errors import RackmathError
from rackmath.kernel.bind import Bound, bind
from rackmath.kernel.catalogue import get
from rackmath.kernel.draws import check_samples, pieces, summary
from rackmath.kernel.params import Array
from rackmath.kernel.receipt import not_finite, plain, record, record_input, restore, seal
from rackmath.kernel.result import Result
from rackmath.kernel.sensitivity import at_once, sobol
from rackmath.shown import html_of
from rackmath.units import format_number, format_value

if TYPE_CHECKING:
    from rackmath.evidence import Evidence

SOBOL_ROWS, FEWEST_ROWS = 1024, 192
EVALUATIONS = 8_192
"""Evaluations that the indices of one run may take: they order the inputs, and a page must answer at once."""


@dataclass(frozen=True)
class Run:
    """A model's answer with everything that it was made from."""

    bound: Bound
    central: Result
    """At the median of every input."""
    distribution: dict[str, float] | None
    """Mean, p5, p50 and p95 of the total over the draws; None without draws, or where every input is certain."""
    sensitivity: list[dict[str, Any]]
    """What moves the total most, first; empty without draws."""
    samples: int
    seed: int
    as_of: str

    def __repr__(self) -> str:
        """Return the answer in a line or two."""
        model = self.bound.model
        total = float(np.asarray(self.central.total))
        said = format_value(total, model.unit, 4) if np.isfinite(total) else f"never: {model.infinite}"
        spread = self.distribution
        if spread is None:
            return f"{model.title}: {said}"
        ends = [format_number(spread[name], 4) if np.isfinite(spread[name]) else "∞" for name in ("p5", "p50", "p95")]
        return f"{model.title}: {said}\n  p5 {ends[0]}   median {ends[1]}   p95 {ends[2]}   ({self.samples:,} draws)"

    def _repr_html_(self) -> str | None:
        return html_of(self)

    def to_json(self) -> dict[str, Any]:
        """Return the answer as plain data.

        JSON has no infinity: such a number is None, `not_finite` lists where, and `infinite` says when it may be so.
        """
        model = self.bound.model
        body: dict[str, Any] = {
            "id": model.id,
            "title": model.title,
            "method": model.method,
            "unit": model.unit,
            "total": _scalar(self.central.total),
            "lines": {name: _scalar(value) for name, value in self.central.lines.items()},
            "notes": {
                name: {"value": _scalar(note.value), "unit": note.unit} for name, note in self.central.notes.items()
            },
            "warnings": list(self.central.warnings),
        }
        if self.central.paths:
            body["paths"] = {
                name: {"values": np.asarray(path.values).tolist(), "unit": path.unit, "axis": path.axis}
                for name, path in self.central.paths.items()
            }
        if self.distribution is not None:
            body["distribution"] = {**self.distribution, "samples": self.samples, "seed": self.seed}
            body["sensitivity"] = self.sensitivity
        body["inputs"] = [record_input(each) for each in self.bound.inputs.values()]
        beyond = not_finite(body)
        body = plain(body)
        if beyond:
            body |= {"infinite": model.infinite, "not_finite": beyond}
        content = {**record(self.bound), "as_of": self.as_of, "samples": self.samples, "seed": self.seed}
        return {**body, "receipt": seal({"kind": "run", **content}, body)}


def _scalar(value: Any) -> Any:
    if isinstance(value, str):
        return value
    return float(np.asarray(value))


def run_bound(bound: Bound, *, samples: int = 0, seed: int = 0, as_of: str = "") -> Run:
    """Run a bound model at its central values, and over `samples` draws when that is not 0.

    Raises
    ------
    RackmathError
        A bad number of samples, or inputs for which the model has no answer.
    """
    central = bound.central()
    spread, sensitivity = None, []
    if samples:
        check_samples(samples, seed)
    if samples and any(each.uncertain for each in bound.leaves()):
        totals = np.empty(samples)
        for part, piece in pieces(samples, seed):
            result = bound.evaluate(piece.value_of)
            totals[part] = result.total
        spread, sensitivity = summary(totals), _sensitivity(bound, seed)
    return Run(bound, central, spread, sensitivity, samples, seed, as_of)


def _sensitivity(bound: Bound, seed: int) -> list[dict[str, Any]]:
    """Return the total at the 5th and 95th percentile of each uncertain input, and its shares of the variance."""
    uncertain = {each.stream: each for each in bound.leaves() if each.uncertain}

    def total(probabilities: Mapping[str, Any]) -> Array:
        shape = np.broadcast_shapes(*(np.shape(places) for places in probabilities.values()))
        result = bound.evaluate(lambda each: each.at(probabilities.get(each.stream, 0.5)))
        return np.broadcast_to(np.asarray(result.total, dtype=np.float64), shape)

    names, ends = list(uncertain), np.array([0.05, 0.95])
    swings = dict(zip(names, at_once(total, [{name: ends} for name in names]), strict=True))
    rows = max(FEWEST_ROWS, min(SOBOL_ROWS, EVALUATIONS // (len(names) + 2)))
    shares = sobol(total, names, seed, rows, ask=at_once)
    found = [
        {
            "input": each.name,
            "unit": each.unit,
            "low": each.at(0.05),
            "high": each.at(0.95),
            "total_low": swings[name][0],
            "total_high": swings[name][1],
            "first_order": shares[name][0],
            "total_effect": shares[name][1],
        }
        for name, each in uncertain.items()
    ]
    return sorted(found, key=lambda one: (-one["total_effect"], one["input"]))


def run(
    model_id: str,
    given: Mapping[str, Any],
    evidence: Evidence,
    *,
    as_of: date | None = None,
    samples: int = 0,
    seed: int = 0,
) -> Run:
    """Bind the model's inputs and run it.

    Parameters
    ----------
    model_id
        Id of a registered model.
    given
        Input name to value, as `rackmath.kernel.bind.bind` reads them; the rest comes from `evidence`.
    evidence
        The brains that defaults come from.
    as_of
        Use what was known on that day.
    samples, seed
        Draws to make (0 for none) and the seed of their streams.
    """
    bound = bind(get(model_id), given, evidence, as_of=as_of)
    return run_bound(bound, samples=samples, seed=seed, as_of=as_of.isoformat() if as_of else "")


def rerun(receipt: Mapping[str, Any]) -> Run:
    """Run a receipt of kind ``run`` again, from what it holds alone."""
    try:
        samples, seed, as_of = int(receipt["samples"]), int(receipt["seed"]), str(receipt["as_of"])
    except (KeyError, TypeError, ValueError) as problem:
        raise RackmathError(f"this is not a receipt of a run: {problem!r}") from None
    return run_bound(restore(receipt), samples=samples, seed=seed, as_of=as_of)
