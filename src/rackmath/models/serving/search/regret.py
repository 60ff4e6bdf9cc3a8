"""What choosing by prediction would have cost on measured sweeps: the regret against the best that was measured.

A sweep is all aggregated rows of one model, accelerator, input and output length: engines, formats, layouts and loads
to choose among. For a limit on the time per output token, the row with the highest predicted tokens/s for each device
among those predicted within the limit is chosen; then the measurement of that row is looked at.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rackmath.models.serving.fitting import Measured
from rackmath.models.serving.search.points import request_seconds
from rackmath.models.serving.search.sureness import Spread, score_at
from rackmath.models.serving.step import Array

LIMITS = (0.01, 0.02, 0.03, 0.05, 0.1)
FEWEST = 4
"""Rows within the limit that a sweep must have, so that there is something to choose."""


@dataclass(frozen=True)
class Choice:
    """One choice among the rows of a sweep; rows by their place in the data."""

    sweep: tuple[str, str, float, float]
    limit: float
    rows: int
    chosen: int | None
    """None: nothing was predicted within the limit, though something was measured there."""
    best: int
    regret: float
    """Share of the best measured tokens/s for each device that the chosen row lacks; 1 where nothing was chosen."""
    over: bool
    """That the chosen row was measured over the limit."""


@dataclass(frozen=True)
class Regrets:
    """Choices in short. Regrets are over the choices that held the limit when measured, or chose nothing."""

    choices: int
    median: float
    p90: float
    over: float
    """Share of choices that were measured over the limit."""
    none: float
    """Share of choices where nothing was predicted within the limit."""


def rates(data: Measured, token: Array, first: Array) -> Array:
    """Return output tokens a second and device of rows, from times in seconds."""
    load, osl, devices = (
        np.array([float(value) for value in column])
        for column in zip(*((c.concurrency, c.osl, c.layout.devices) for c in data.configurations), strict=True)
    )
    return np.asarray(load * osl / request_seconds(first, token, osl) / devices)


def choices(
    data: Measured,
    token: Array,
    first: Array,
    spread: Spread | None = None,
    confidence: float = 0.8,
    limits: Sequence[float] = LIMITS,
) -> list[Choice]:
    """Choose in every sweep under every limit by predicted times, and compare with what was measured.

    Parameters
    ----------
    data
        Aggregated rows with what was measured.
    token, first
        Predicted seconds of the same rows.
    spread
        How far the predicted times per token may be off; with it, rows must hold the limit with `confidence`.
    """
    safe = token if spread is None else token * np.exp(spread.at(np.full(len(token), score_at(confidence))))
    measured, predicted = rates(data, data.token, data.first), rates(data, token, first)
    sweeps: dict[tuple[str, str, float, float], list[int]] = {}
    for row, c in enumerate(data.configurations):
        sweeps.setdefault((c.shape.name, c.chip.name, c.isl, c.osl), []).append(row)
    found = []
    for sweep, places in sweeps.items():
        rows = np.array(places)
        for limit in limits:
            within = rows[data.token[rows] <= limit]
            if len(within) >= FEWEST:
                best = int(within[np.argmax(measured[within])])
                found.append(_choice(sweep, limit, rows, best, measured, predicted, safe <= limit, data.token))
    return found


def _choice(
    sweep: tuple[str, str, float, float],
    limit: float,
    rows: NDArray[np.intp],
    best: int,
    measured: Array,
    predicted: Array,
    allowed: NDArray[np.bool_],
    token: Array,
) -> Choice:
    open_to = rows[allowed[rows]]
    if not len(open_to):
        return Choice(sweep, limit, len(rows), None, best, 1.0, over=False)
    chosen = int(open_to[np.argmax(predicted[open_to])])
    lacks = float(1 - measured[chosen] / measured[best])
    return Choice(sweep, limit, len(rows), chosen, best, lacks, over=bool(token[chosen] > limit))


def summary(made: Sequence[Choice]) -> Regrets:
    """Return choices in short."""
    held = np.array([each.regret for each in made if not each.over])
    return Regrets(
        choices=len(made),
        median=float(np.median(held)),
        p90=float(np.quantile(held, 0.9)),
        over=float(np.mean([each.over for each in made])),
        none=float(np.mean([each.chosen is None for each in made])),
    )
