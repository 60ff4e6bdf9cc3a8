"""Fit the serving model to measured rows, and score it on rows that were left out.

Two stages: the physical constants by robust least squares in logarithms, with priors; then the partly pooled offsets
of engines, chips and models. Intervals are the spread of what was left out in folds of each kind of novelty.
"""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rackmath.models.serving.calibrate import Offsets, Spreads, correct, fit_offsets
from rackmath.models.serving.constants import PRIORS
from rackmath.models.serving.latency import FIRST_PARTS, Pools, apart, together
from rackmath.models.serving.rows import Configuration, columns, group_names
from rackmath.models.serving.steady import PARTS
from rackmath.models.serving.step import Array

NAMES = tuple(PRIORS)
STEPS = 6
ROW_NOISE = 0.2  # of a row's logarithm in the first stage
TRUST = 0.1  # rows of one sweep err together: each counts for a tenth of a row
HALVES, COMBINATION_FOLDS = 2, 6
# Chosen by the error on the folds below.
TOKEN_SPREADS = Spreads(
    groups={
        "engine": 0.4,
        "accelerator": 0.4,
        "architecture": 0.3,
        "model": 0.7,
        "format": 0.4,
        "version": 0.7,
        "engine × accelerator": 0.5,
        "engine × model": 0.5,
        "accelerator × model": 0.5,
        "combination": 1.0,
        "layout": 0.6,
    },
    parts=dict(zip(PARTS, (0.15, 0.2, 0.2, 0.2, 0.15, 0.2, 0.25), strict=True)),
    slopes={"running": 0.03},
    noise=0.06,
)
FIRST_SPREADS = Spreads(
    groups={
        "everyone": 0.8,
        "engine": 0.7,
        "accelerator": 0.4,
        "architecture": 0.3,
        "model": 0.7,
        "format": 0.4,
        "version": 0.9,
        "engine × accelerator": 0.5,
        "engine × model": 0.36,
        "accelerator × model": 0.5,
        "combination": 0.8,
        "layout": 0.2,
    },
    parts=dict(zip(FIRST_PARTS, (0.5, 0.4, 0.2, 0.5, 0.2, 0.3, 0.1), strict=True)),
    slopes={"running": 0.036, "input": 0.036},
    noise=0.168,
)
APART_TOKEN_SPREADS = Spreads(
    groups={"everyone": 2.0, **TOKEN_SPREADS.groups}, parts=TOKEN_SPREADS.parts, slopes={"running": 0.06}, noise=0.12
)
APART_FIRST_SPREADS = Spreads(
    groups={**FIRST_SPREADS.groups}, parts=FIRST_SPREADS.parts, slopes={"running": 0.12, "input": 0.1}, noise=0.25
)
QUANTITIES = ("token", "first", "apart token", "apart first")
SPREADS = dict(zip(QUANTITIES, (TOKEN_SPREADS, FIRST_SPREADS, APART_TOKEN_SPREADS, APART_FIRST_SPREADS), strict=True))


@dataclass(frozen=True)
class Fitted:
    """Everything that a prediction needs: constants, their covariance (of logarithms), offsets and intervals.

    `intervals` maps quantity → novelty → family → (10 %, 90 %) of ln(measured ÷ predicted) on rows left out.
    """

    constants: Mapping[str, float]
    covariance: Array
    offsets: Mapping[str, Offsets]
    intervals: Mapping[str, Mapping[str, Mapping[str, tuple[float, float]]]]


Places = NDArray[np.intp]


@dataclass(frozen=True)
class Measured:
    """Configurations with what was measured: seconds per output token and to the first one."""

    configurations: Sequence[Configuration]
    token: Array
    first: Array

    def part(self, rows: Places) -> Measured:
        """Return some of the rows."""
        return Measured([self.configurations[i] for i in rows], self.token[rows], self.first[rows])


def times(configurations: Sequence[Configuration], k: Mapping[str, float]) -> Pools:
    """Return the uncorrected times of rows of one mode."""
    r = columns(configurations, k)
    if not configurations or not configurations[0].disaggregated:
        return together(r, k)
    workers = [np.array([getattr(c, name) for c in configurations]) for name in ("prefill_workers", "decode_workers")]
    return apart(r, columns(configurations, k, prefill=True), k, workers[0], workers[1])


def groups_of(configurations: Sequence[Configuration]) -> list[dict[str, str]]:
    """Return the groups of rows, "everyone" among them."""
    return [{"everyone": "all", **group_names(c)} for c in configurations]


def slopes_of(pools: Pools, configurations: Sequence[Configuration], spreads: Spreads) -> Array:
    """Return the features that offsets may lean on: logarithms of the running sequences and of the input."""
    made = {
        "running": (np.log(np.maximum(pools.running, 0.5)) - 3) / 2,
        "input": np.log([c.isl for c in configurations]) - 7.5,
    }
    return np.stack([made[name] for name in spreads.slopes], axis=1)


def fit_constants(data: Measured) -> tuple[dict[str, float], Array]:
    """Return the physical constants by robust regularised least squares on aggregated rows, and their covariance."""
    middle = np.log([prior.median for prior in PRIORS.values()])
    loose = np.array([prior.spread for prior in PRIORS.values()]) ** -2.0
    target = np.log(data.token)
    often = Counter(group_names(c)["combination"] for c in data.configurations)
    weight = np.array([often[group_names(c)["combination"]] ** -0.5 for c in data.configurations])
    weight *= TRUST / weight.mean() / ROW_NOISE**2

    def predicted(point: Array) -> Array:
        return np.log(times(data.configurations, dict(zip(NAMES, np.exp(point), strict=True))).token)

    point, curvature = middle.copy(), np.diag(loose)
    for _ in range(STEPS):
        now = predicted(point)
        slope = np.empty((len(target), len(NAMES)))
        for j in range(len(NAMES)):
            moved = point.copy()
            moved[j] += 0.05
            slope[:, j] = (predicted(moved) - now) / 0.05
        left = target - now
        trust = weight * np.minimum(1.0, 1.5 * ROW_NOISE / np.maximum(np.abs(left), 1e-9))
        curvature = (slope.T * trust) @ slope + np.diag(loose)
        pull = slope.T @ (trust * left) - (point - middle) * loose
        point = point + np.clip(np.linalg.solve(curvature, pull), -0.5, 0.5)
    return dict(zip(NAMES, (float(v) for v in np.exp(point)), strict=True)), np.asarray(
        np.linalg.inv(curvature), dtype=np.float64
    )


def fit_pools(data: Measured, k: Mapping[str, float], apart_mode: bool) -> dict[str, Offsets]:
    """Return the offsets of both quantities for rows of one mode."""
    if not data.configurations:
        return {}
    pools, groups = times(data.configurations, k), groups_of(data.configurations)
    made = {}
    for name, parts, measured in (("token", pools.token_parts, data.token), ("first", pools.first_parts, data.first)):
        quantity = f"apart {name}" if apart_mode else name
        slopes = slopes_of(pools, data.configurations, SPREADS[quantity])
        made[quantity] = fit_offsets(groups, parts, slopes, np.log(measured), SPREADS[quantity])
    return made


def predict_logs(
    configurations: Sequence[Configuration], k: Mapping[str, float], offsets: Mapping[str, Offsets], apart_mode: bool
) -> tuple[Array, Array, Pools, Array]:
    """Return ln of the token and first-token times of rows of one mode, the pools, and the token's parts (s)."""
    pools, groups = times(configurations, k), groups_of(configurations)
    prefix = "apart " if apart_mode else ""

    def corrected(name: str, parts: Array) -> tuple[Array, Array]:
        quantity = prefix + name
        if quantity not in offsets:
            return np.log(parts.sum(axis=1)), parts
        return correct(offsets[quantity], groups, parts, slopes_of(pools, configurations, SPREADS[quantity]))

    token, parts = corrected("token", pools.token_parts)
    first, _ = corrected("first", pools.first_parts)
    return token, first, pools, parts


def novelty(names: Mapping[str, str], known: Mapping[str, frozenset[str]]) -> str:
    """Say what of a row the fit had not met; "" where its combination was met."""
    new = [kind for kind in ("engine", "accelerator", "model") if names[kind] not in known[kind]]
    if new:
        return " and ".join(new)
    return "" if names["combination"] in known["combination"] else "combination"


def known_groups(configurations: Sequence[Configuration]) -> dict[str, frozenset[str]]:
    """Return the names that some rows hold, by kind of group."""
    names = [group_names(c) for c in configurations]
    return {kind: frozenset(each[kind] for each in names) for kind in ("engine", "accelerator", "model", "combination")}


def _hash(*parts: object) -> int:
    return zlib.crc32(" ".join(map(str, parts)).encode())


def fold_labels(configurations: Sequence[Configuration]) -> dict[str, list[str]]:
    """Return the fold of each row by kind of split; repeats of one measurement always share a fold."""
    names = [group_names(c) for c in configurations]
    return {
        "seen": [
            f"half {_hash(g['combination'], c.layout.devices, c.isl, c.osl, c.concurrency) % HALVES}"
            for g, c in zip(names, configurations, strict=True)
        ],
        "combination": [f"part {_hash(g['model'], g['accelerator'], g['format']) % COMBINATION_FOLDS}" for g in names],
        "model": [g["model"] for g in names],
        "accelerator": [g["accelerator"] for g in names],
    }


@dataclass(frozen=True)
class Scored:
    """Rows left out: the split, the fold, ln(predicted ÷ measured) of both quantities, and what was new to the fit."""

    split: str
    fold: str
    rows: Places
    token: Array
    first: Array
    new: list[str]


def cross_validate(
    data: Measured, apart_mode: bool, base: Measured | None = None, say: Callable[[str], None] = lambda _: None
) -> list[Scored]:
    """Fit on all folds but one and score that one, for every split; constants are fitted anew each time.

    `base` holds aggregated rows that the constants of disaggregated ones come from; those that share the left-out
    model or accelerator are left out of it too.
    """
    found = []
    for split, labels in fold_labels(data.configurations).items():
        marks = np.array(labels)
        for fold in sorted(set(labels)):
            out, kept = np.flatnonzero(marks == fold), np.flatnonzero(marks != fold)
            if not len(kept):
                continue
            train = data.part(kept)
            start = train
            if base is not None:
                names = [group_names(c) for c in base.configurations]
                held = np.array([i for i, g in enumerate(names) if g.get(split, "") != fold])
                start = base.part(held)
            k, _ = fit_constants(start)
            offsets = fit_pools(train, k, apart_mode)
            tested = data.part(out)
            token, first, _, _ = predict_logs(tested.configurations, k, offsets, apart_mode)
            known = known_groups(train.configurations)
            new = [novelty(group_names(c), known) for c in tested.configurations]
            found.append(Scored(split, fold, out, token - np.log(tested.token), first - np.log(tested.first), new))
            say(
                f"{split} {fold}: {len(out)} rows, per token {np.median(np.abs(np.expm1(found[-1].token))):.1%}, "
                f"first token {np.median(np.abs(np.expm1(found[-1].first))):.1%}"
            )
    return found


def interval_table(
    scored: Sequence[Scored], families: Sequence[str], quantity: str, few: int = 25
) -> dict[str, dict[str, tuple[float, float]]]:
    """Return the 10 % and 90 % of ln(measured ÷ predicted) by novelty and family; "all" where a family is rare."""
    found: dict[str, dict[str, list[float]]] = {}
    for each in scored:
        errors = each.token if quantity.endswith("token") else each.first
        for row, error, new in zip(each.rows, errors, each.new, strict=True):
            wanted = {"seen": "", "combination": "combination"}.get(each.split, each.split)
            if new == wanted:
                for family in (families[row], "all"):
                    found.setdefault(new, {}).setdefault(family, []).append(-float(error))
    return {
        new: {
            family: (float(np.quantile(values, 0.1)), float(np.quantile(values, 0.9)))
            for family, values in by.items()
            if len(values) >= few or family == "all"
        }
        for new, by in found.items()
    }
