"""Predict many configurations at once: times, 80 % intervals, and why the intervals are as wide as they are."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from rackmath.errors import RackmathError
from rackmath.models.serving.fitting import Fitted, novelty, predict_logs
from rackmath.models.serving.hardware import Accelerator, accelerators, find_accelerator
from rackmath.models.serving.rows import Configuration, group_names, read_row
from rackmath.models.serving.shape import Shape, find_shape
from rackmath.models.serving.steady import PARTS
from rackmath.models.serving.stored import fitted, known

EXTRA_NEW = (
    1.5  # with several things new, or an engine or architecture never met, errors are taken to be this much wider
)
STAGED = "pipeline stages were never measured: wider still"


@dataclass(frozen=True)
class Prediction:
    """One row's answer in seconds, 80 % intervals, parts of a token's time, and notes; or why there is none."""

    id: str
    note: str
    token: float | None = None
    token_low: float | None = None
    token_high: float | None = None
    first: float | None = None
    first_low: float | None = None
    first_high: float | None = None
    parts: Mapping[str, float] | None = None
    running: float | None = None


def interval(
    table: Mapping[str, Mapping[str, tuple[float, float]]], new: str, family: str, strange: bool = False
) -> tuple[float, float]:
    """Return the 10 % and 90 % of ln(actual ÷ predicted) for a kind of novelty; several things new add up.

    `strange` says that not even another accelerator of the architecture was met.
    """
    parts = [new] if new in table else [each for each in new.split(" and ") if each]
    found = []
    for each in parts:
        by = table.get(each) or table.get("model") or {}
        found.append(by.get(family) or by.get("all") or (-0.7, 0.7))
    if not found:
        found = [(-0.7, 0.7)]
    low = -float(np.sqrt(sum(min(each[0], 0.0) ** 2 for each in found)))
    high = float(np.sqrt(sum(max(each[1], 0.0) ** 2 for each in found)))
    wider = EXTRA_NEW if len(found) > 1 or "engine" in parts or strange else 1.0
    return low * wider, high * wider


def why(new: str, names: Mapping[str, str]) -> str:
    """Say in words what an interval rests on."""
    if not new:
        return "this combination was measured: interval from rows of known combinations left out"
    if new == "combination":
        return "model and accelerator were measured, not together so: wider interval"
    said = ", ".join(f"{kind} {names[kind] or 'unnamed'}" for kind in new.split(" and "))
    return f"not measured: {said}; everybody's constants are used and the interval is wider"


@dataclass(frozen=True)
class Basis:
    """What the intervals of a configuration rest on: what was not met, in words, and ln(actual ÷ predicted).

    `ends` are the 10 % and 90 % of the time per output token, then those of the time to the first one.
    """

    new: bool
    said: str
    ends: tuple[float, float, float, float]


def basis(c: Configuration, fit: Fitted, met: Mapping[str, frozenset[str]]) -> Basis:
    """Return what the intervals of a configuration rest on."""
    names = group_names(c)
    new, strange = novelty(names, met), names["architecture"] not in _built(met["accelerator"])
    prefix = "apart " if c.disaggregated else ""
    token, first = (
        interval(fit.intervals[f"{prefix}{name}"], new, c.shape.family, strange) for name in ("token", "first")
    )
    if c.layout.pp == c.prefill.pp == 1:
        return Basis(bool(new), why(new, names), (*token, *first))
    low, high, first_low, first_high = (EXTRA_NEW * end for end in (*token, *first))
    return Basis(True, f"{why(new, names)}; {STAGED}", (low, high, first_low, first_high))


@lru_cache(16)
def _built(names: frozenset[str]) -> frozenset[str]:
    """Return the architectures of accelerators."""
    return frozenset(accelerators()[name].architecture for name in names if name in accelerators())


def predict(
    configurations: Sequence[Configuration], fit: Fitted | None = None, met: Mapping[str, frozenset[str]] | None = None
) -> list[Prediction]:
    """Return a prediction for each configuration, in order. One that does not fit in memory says so."""
    fit, met = fit or fitted(), met or known()
    answers: list[Prediction | None] = [None] * len(configurations)
    for mode in (False, True):
        rows = [i for i, c in enumerate(configurations) if c.disaggregated == mode]
        if rows:
            found = _answers([configurations[i] for i in rows], fit, met, mode)
            for i, each in zip(rows, found, strict=True):
                answers[i] = each
    return [each for each in answers if each is not None]


def _answers(
    chosen: Sequence[Configuration], fit: Fitted, met: Mapping[str, frozenset[str]], mode: bool
) -> list[Prediction]:
    """Return the predictions of configurations of one mode."""
    with np.errstate(all="ignore"):
        token, first, pools, parts = predict_logs(chosen, fit.constants, fit.offsets, mode)
    said: dict[tuple[str, str, str, str, bool], Basis] = {}
    bases = []
    for c in chosen:
        key = c.backend, c.chip.name, c.shape.name, c.weights.name, c.layout.pp == c.prefill.pp == 1
        if (found := said.get(key)) is None:
            found = said[key] = basis(c, fit, met)
        bases.append(found)
    widths = np.array([each.ends for each in bases])
    logs = np.stack(
        [token, token + widths[:, 0], token + widths[:, 1], first, first + widths[:, 2], first + widths[:, 3]]
    )
    with np.errstate(all="ignore"):
        values = np.exp(logs).T.tolist()
    finite = [math.isfinite(sum(each)) for each in values]
    room, most, running = pools.steady.room.tolist(), pools.steady.most.tolist(), pools.running.tolist()
    shares = parts.tolist()
    answers = []
    for at, c in enumerate(chosen):
        if room[at] <= 0:
            answers.append(
                Prediction(
                    c.id,
                    f"does not fit: {c.shape.name} in {c.weights.name} needs {-room[at] / 1e9:.0f} GB more on each "
                    f"of {c.layout.devices} {c.chip.name}; use more devices or fewer bits",
                )
            )
            continue
        if not finite[at]:
            answers.append(Prediction(c.id, "the model has no finite answer for this row"))
            continue
        note = "; ".join((*c.notes, bases[at].said))
        if most[at] < c.concurrency / c.layout.dp / max(c.decode_workers, 1.0):
            note += f"; the cache holds {most[at]:.0f} sequences a rank: others wait"
        named = dict(zip(PARTS, shares[at], strict=True))
        ours, low, high, first_, first_low, first_high = values[at]
        answers.append(Prediction(c.id, note, ours, low, high, first_, first_low, first_high, named, running[at]))
    return answers


def predict_rows(
    rows: Sequence[Mapping[str, str]],
    shapes: Callable[[str], Shape] = find_shape,
    chips: Callable[[str], Accelerator] = find_accelerator,
) -> list[Prediction]:
    """Return an answer for every row of the batch format: a prediction, or a reason why there is none."""
    read: list[Configuration | Prediction] = []
    for row in rows:
        try:
            read.append(read_row(row, shapes, chips))
        except RackmathError as problem:
            read.append(Prediction(row.get("id") or "", str(problem)))
    answered = iter(predict([each for each in read if isinstance(each, Configuration)]))
    return [each if isinstance(each, Prediction) else next(answered) for each in read]
