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
ROW_NOISE, FIRST_NOISE = 0.2, 0.3  # of a row's two logarithms in the first stage
TRUST = 0.1  # rows of one sweep err together: each counts for a tenth of a row
HALVES, COMBINATION_FOLDS = 2, 6
FEW = 0.4
SHARED = 20  # combinations from which a family's own errors decide more than everybody's
# Chosen by climbing on every other fold of those below; the folds between were looked at only afterwards.
TOKEN_SPREADS = Spreads(
    groups={
        "engine": 0.1,
        "accelerator": 0.2,
        "architecture": 0.1,
        "model": 0.35,
        "format": 0.8,
        "version": 0.2,
        "architecture × format": 0.2,
        "kernels": 0.8,
        "engine × accelerator": 0.5,
        "engine × model": 0.25,
        "accelerator × model": 1.0,
        "combination": 0.5,
        "layout": 0.3,
    },
    parts=dict(zip(PARTS, (0.075, 0.1, 0.1, 0.1, 0.15, 0.25, 0.1, 0.25), strict=True)),
    slopes={"running": 0.03},
    noise=0.06,
)
FIRST_SPREADS = Spreads(
    groups={
        "everyone": 1.5,
        "engine": 0.5,
        "accelerator": 0.1,
        "architecture": 0.4,
        "model": 0.6,
        "format": 0.1,
        "version": 0.2,
        "architecture × format": 0.1,
        "kernels": 0.3,
        "engine × accelerator": 0.4,
        "engine × model": 0.15,
        "accelerator × model": 0.6,
        "combination": 0.5,
        "layout": 0.2,
        "script": 0.5,
    },
    parts=dict(zip(FIRST_PARTS, (1.0, 0.4, 0.1, 0.5, 0.2, 0.3, 0.1), strict=True)),
    slopes={"running": 0.036, "input": 0.036},
    noise=0.168,
)
ENGINE_SPREADS = Spreads(
    groups={"everyone": 3.0, "engine": 1.0}, parts=FIRST_SPREADS.parts, slopes={"running": 0.03}, noise=0.25
)
APART_TOKEN_SPREADS = Spreads(
    groups={
        "everyone": 2.0,
        "engine": 0.4,
        "accelerator": 0.4,
        "architecture": 0.3,
        "model": 0.7,
        "format": 0.4,
        "version": 0.7,
        "engine × accelerator": 0.5,
        "engine × model": 0.5,
        "accelerator × model": 0.5,
        "combination": 0.5,
        "layout": 0.6,
    },
    parts=dict(zip(PARTS, (0.15, 0.2, 0.2, 0.2, 0.15, 0.25, 0.2, 0.25), strict=True)),
    slopes={"running": 0.06},
    noise=0.25,
)
APART_FIRST_SPREADS = Spreads(
    groups={
        "everyone": 1.5,
        "engine": 0.5,
        "accelerator": 0.2,
        "architecture": 0.2,
        "model": 0.3,
        "format": 0.1,
        "version": 0.4,
        "architecture × format": 0.2,
        "kernels": 0.3,
        "engine × accelerator": 0.4,
        "engine × model": 0.6,
        "accelerator × model": 0.6,
        "combination": 0.25,
        "layout": 0.4,
        "script": 0.5,
    },
    parts=dict(zip(FIRST_PARTS, (0.5, 0.2, 0.2, 0.5, 0.4, 0.3, 0.1), strict=True)),
    slopes={"running": 0.12, "input": 0.05},
    noise=0.25,
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


def slopes_of(pools: Pools, configurations: Sequence[Configuration], spreads: Spreads) -> Array:
    """Return the features that offsets may lean on: logarithms of the sequences of a step and of the input."""
    made = {
        "running": (np.log(np.maximum(pools.batch, 0.5)) - 3) / 2,
        "input": np.log([c.isl for c in configurations]) - 7.5,
    }
    return np.stack([made[name] for name in spreads.slopes], axis=1)


def fit_constants(data: Measured) -> tuple[dict[str, float], Array]:
    """Return the physical constants by robust regularised least squares on aggregated rows, and their covariance.

    Both times take part: the first token's, of rows that do not wait for memory, tells how fast prompts are. What an
    engine adds to it is taken out first, by factors that everybody and each engine have on its parts.
    """
    middle = np.log([prior.median for prior in PRIORS.values()])
    loose = np.array([prior.spread for prior in PRIORS.values()]) ** -2.0
    often = Counter(group_names(c)["combination"] for c in data.configurations)
    weight = np.array([often[group_names(c)["combination"]] ** -0.5 for c in data.configurations])
    weight *= TRUST / weight.mean()
    groups, waits = [group_names(c) for c in data.configurations], FIRST_PARTS.index("memory")

    def pools(point: Array) -> Pools:
        return times(data.configurations, dict(zip(NAMES, np.exp(point), strict=True)))

    point, curvature = middle.copy(), np.diag(loose)
    for _ in range(STEPS):
        now = pools(point)
        prompt = now.first_parts[:, waits] < 1e-6
        slopes = slopes_of(now, data.configurations, ENGINE_SPREADS)
        engines = fit_offsets(groups, now.first_parts, slopes, np.log(data.first), ENGINE_SPREADS)

        def logs(each: Pools, engines: Offsets = engines, slopes: Array = slopes) -> Array:
            return np.concatenate([np.log(each.token), correct(engines, groups, each.first_parts, slopes)[0]])

        here = logs(now)
        slope = np.empty((len(here), len(NAMES)))
        for j in range(len(NAMES)):
            moved = point.copy()
            moved[j] += 0.05
            slope[:, j] = (logs(pools(moved)) - here) / 0.05
        left = np.concatenate([np.log(data.token), np.log(data.first)]) - here
        noise = np.repeat([ROW_NOISE, FIRST_NOISE], len(data.token))
        trust = np.concatenate([weight, weight * prompt]) / noise**2
        trust *= np.minimum(1.0, 1.5 * noise / np.maximum(np.abs(left), 1e-9))
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
    pools, groups = times(data.configurations, k), [group_names(c) for c in data.configurations]
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
    pools, groups = times(configurations, k), [group_names(c) for c in configurations]
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
    scored: Sequence[Scored], configurations: Sequence[Configuration], quantity: str
) -> dict[str, dict[str, tuple[float, float]]]:
    """Return the 80 % interval of ln(measured ÷ predicted) by novelty, of all rows and of each family.

    The ends of a family lean on everybody's the more, the fewer combinations of it there are.
    """
    found: dict[str, dict[str, list[tuple[float, str]]]] = {}
    names = [group_names(c)["combination"] for c in configurations]
    for each in scored:
        errors = each.token if quantity.endswith("token") else each.first
        wanted = {"seen": "", "combination": "combination"}.get(each.split, each.split)
        for row, error, new in zip(each.rows, errors, each.new, strict=True):
            if new == wanted:
                for group in ("all", configurations[row].shape.family):
                    found.setdefault(new, {}).setdefault(group, []).append((-float(error), names[row]))
    return {new: _by_family(groups) for new, groups in found.items()}


def _by_family(groups: Mapping[str, Sequence[tuple[float, str]]]) -> dict[str, tuple[float, float]]:
    """Return the interval of all errors, and those of families drawn towards it."""
    everybody = wide_interval(groups["all"])
    made = {"all": everybody}
    for family, values in groups.items():
        if family != "all":
            count = len({name for _, name in values})
            own = count / (count + SHARED)
            low, high = (own * a + (1 - own) * b for a, b in zip(wide_interval(values), everybody, strict=True))
            made[family] = low, high
    return made


def wide_interval(values: Sequence[tuple[float, str]]) -> tuple[float, float]:
    """Return what holds 80 % of next errors, from errors with the name of their combination.

    Errors of one combination go together, so that few combinations say less than many rows: each tail is cut further
    out by `FEW` ÷ combinations. Conformal prediction would take 0.9 if the rows of one were all alike, 0 if unrelated.
    """
    tail = max(0.1 - FEW / len({name for _, name in values}), 0.02)
    low, high = np.quantile([error for error, _ in values], [tail, 1 - tail])
    return float(low), float(high)
