"""Error tables: measured rows that were left out of the fit, and data sets that never were in it."""

from __future__ import annotations

import zlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from rackmath.models.serving import mlperf
from rackmath.models.serving.fitting import Measured, Scored, cross_validate, interval_table
from rackmath.models.serving.measured import DATA, read_measured
from rackmath.models.serving.published import SETS, answered, points
from rackmath.models.serving.rows import Configuration, group_names
from rackmath.models.serving.step import Array

MLPERF = "mlperf/mlperf_inference.csv"
FOLDS = 5
LEVELS = (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95)
EDGES = (0.25, 0.5, 0.67, 0.8, 0.9, 1.0, 1.11, 1.25, 1.5, 2.0, 4.0)
"""Bounds of the histograms: predicted ÷ measured; the first and last bins are open."""
WORST = 10
QUANTITIES = {"token": "time per output token", "first": "time to first token"}
Rows = Sequence[Mapping[str, str]]


@dataclass(frozen=True)
class Line:
    """One line of an error table: absolute errors as fractions, and predicted ÷ measured by quantile and bin.

    `covered` is the share inside 80 % intervals, None where the prediction has none.
    """

    data: str
    quantity: str
    split: str
    group: str
    rows: int
    median: float
    p90: float
    bias: float
    covered: float | None
    quantiles: tuple[float, ...]
    histogram: tuple[int, ...]


def line(data: str, quantity: str, split: str, group: str, errors: Array, inside: Array | None = None) -> Line:
    """Return the line of some ln(predicted ÷ measured), and whether the measured lay inside each interval."""
    share = np.abs(np.expm1(errors))
    counts = np.bincount(np.searchsorted(np.log(EDGES), errors), minlength=len(EDGES) + 1)
    return Line(
        data,
        quantity,
        split,
        group,
        len(errors),
        round(float(np.median(share)), 4),
        round(float(np.quantile(share, 0.9)), 4),
        round(float(np.median(errors)), 4),
        None if inside is None else round(float(np.mean(inside)), 3),
        tuple(round(float(each), 3) for each in np.exp(np.quantile(errors, LEVELS))),
        tuple(int(each) for each in counts),
    )


def lines(
    data: str, quantity: str, split: str, errors: Array, inside: Array | None, groups: Sequence[Sequence[str]]
) -> list[Line]:
    """Return the line of everything, and one for every group of each grouping."""
    found = [line(data, quantity, split, "all", errors, inside)]
    for labels in groups:
        marks = np.array(labels)
        for group in sorted(set(labels)):
            pick = marks == group
            found.append(line(data, quantity, split, group, errors[pick], None if inside is None else inside[pick]))
    return found


@dataclass(frozen=True)
class Miss:
    """One prediction that went wrong: the configuration, both values in milliseconds, and the likely reason."""

    data: str
    quantity: str
    split: str
    configuration: str
    measured_ms: float
    predicted_ms: float
    reason: str


@dataclass(frozen=True)
class Wrong:
    """A row's miss as it is found: ln(predicted ÷ measured), and where the row is."""

    error: float
    name: str
    data: Measured
    row: int
    quantity: str
    split: str


def error_table(name: str, data: Measured, scored: Sequence[Scored], quantity: str) -> tuple[list[Line], list[Wrong]]:
    """Return lines by split, family and fold, and every row's miss.

    The interval of a row is made from the other folds of its split alone, so that its coverage is honest.
    """
    configurations = data.configurations
    found: list[Line] = []
    misses: list[Wrong] = []
    for split in dict.fromkeys(each.split for each in scored):
        folds = [each for each in scored if each.split == split]
        rows, errors, inside, folds_of = [], [], [], []
        for each in folds:
            others = [other for other in folds if other is not each]
            table = interval_table(others, configurations, quantity)
            own = each.token if quantity == "token" else each.first
            for row, error, new in zip(each.rows, own, each.new, strict=True):
                by = table.get(new) or next(iter(table.values()), {})
                low, high = by.get(configurations[row].shape.family) or by.get("all", (-0.7, 0.7))
                rows.append(int(row))
                errors.append(float(error))
                inside.append(low <= -error <= high)
                folds_of.append(each.fold)
        families = [configurations[row].shape.family for row in rows]
        grouped = [families] if split in {"seen", "combination"} else [families, folds_of]
        found += lines(name, QUANTITIES[quantity], split, np.array(errors), np.array(inside), grouped)
        misses += [Wrong(error, name, data, row, quantity, split) for row, error in zip(rows, errors, strict=True)]
    return found, misses


def _miss(wrong: Wrong) -> Miss:
    c, layout = wrong.data.configurations[wrong.row], wrong.data.configurations[wrong.row].layout
    measured = float((wrong.data.token if wrong.quantity == "token" else wrong.data.first)[wrong.row])
    said = (
        f"{c.shape.name.rsplit('/', 1)[-1]} {c.weights.name} on {c.chip.name}, {c.backend} {c.version}, "
        f"tp {layout.tp} dp {layout.dp} ep {layout.ep}, {c.concurrency:g} at once, {c.isl:g} in, {c.osl:g} out"
    )
    predicted = measured * float(np.exp(wrong.error))
    reason = _reason(wrong.data, wrong.row, wrong.error, wrong.quantity)
    quantity = QUANTITIES[wrong.quantity]
    return Miss(wrong.name, quantity, wrong.split, said, round(1e3 * measured, 2), round(1e3 * predicted, 2), reason)


def _same(c: Configuration) -> tuple[object, ...]:
    return c.shape.name, c.chip.name, c.backend, c.weights.name, c.layout, c.isl, c.osl, c.concurrency


def _reason(data: Measured, row: int, error: float, quantity: str) -> str:
    """Return the likely reason of a miss, from what the rows themselves show."""
    c = data.configurations[row]
    values = data.token if quantity == "token" else data.first
    twins = [values[i] for i, other in enumerate(data.configurations) if _same(other) == _same(c)]
    if len(twins) > 1 and max(twins) > 1.5 * min(twins):
        return f"repeats of this configuration differ by {max(twins) / min(twins):.1f} times: drafts are not recorded"
    if c.disaggregated and not (c.prefill_workers and c.decode_workers):
        return "the row does not state how many workers the pools have"
    if quantity == "first" and data.first[row] > 0.25 * c.osl * data.token[row]:
        return "requests waited for others to end, which the memory as we count it does not explain"
    if quantity == "first" and error > 0:
        return "we expect requests to wait for memory; measured, they did not"
    like = sum(other.backend == c.backend and other.version == c.version for other in data.configurations)
    if like <= 20:
        return f"only {like} rows of {c.backend} {c.version or 'without a version'} were measured"
    return "engine, model and accelerator go together here in a way that no other row shows"


@dataclass(frozen=True)
class Left:
    """An MLPerf row left out: its index, ln(predicted ÷ measured), and how near the fit came."""

    row: int
    error: float
    near: str


def mlperf_folds(rows: Rows, key: Callable[[Mapping[str, str]], object] | None = None) -> list[Left]:
    """Return the errors of rows left out, fold by fold: by system, or all rows of one `key` at a time."""
    if key is None:
        labels: list[object] = [zlib.crc32((row.get("system_name") or "").encode()) % FOLDS for row in rows]
    else:
        labels = [key(row) for row in rows]
    found = []
    for each in dict.fromkeys(labels):
        out = [i for i, label in enumerate(labels) if label == each]
        offsets = mlperf.fit_results([rows[i] for i, label in enumerate(labels) if label != each])
        tested = [rows[i] for i in out]
        values = mlperf.predict_values(tested, offsets)
        for i, row, value in zip(out, tested, values, strict=True):
            near = mlperf.met(mlperf.features(row)[0], offsets)
            found.append(Left(i, float(np.log(value / float(row["value"]))), near))
    return found


def accelerator_of(row: Mapping[str, str]) -> str:
    """Return the accelerator of an MLPerf row, as its groups name it."""
    return mlperf.features(row)[0]["accelerator"]


def mlperf_lines(rows: Rows) -> list[Line]:
    """Return lines of MLPerf results with the system left out, and with the accelerator left out."""
    found = []
    for split, key in (("system", None), ("accelerator", accelerator_of)):
        left = mlperf_folds(rows, key)
        errors = np.array([each.error for each in left])
        groups = [each.near if key is None else accelerator_of(rows[each.row]) for each in left]
        found += lines("MLPerf Inference", "result", split, errors, None, [groups])
    return found


def published_lines(name: str, rows: Rows) -> list[Line]:
    """Return lines of one other data set, by what its rows are and by whether the fit met the combination."""
    _, read = SETS[name]
    found, _ = points(rows, read)
    by: dict[str, list[tuple[float, bool | None, str, str]]] = defaultdict(list)
    for point, each, said in answered(found):
        ranges = {"time per output token": (each.token_low, each.token_high)}
        ranges["time to first token"] = (each.first_low, each.first_high)
        met = "combination met" if "this combination was measured" in each.note else "combination not met"
        for quantity, measured in point.values.items():
            low, high = ranges.get(quantity, (None, None))
            inside = None if low is None or high is None else low <= measured <= high
            by[quantity].append((float(np.log(said[quantity] / measured)), inside, point.kind, met))
    made = []
    for quantity, values in by.items():
        errors, insides, kinds, met_ = zip(*values, strict=True)
        covered = None if insides[0] is None else np.array(insides)
        made += lines(name, quantity, "as packaged", np.array(errors), covered, [kinds, met_])
    return made


def report(tables: Callable[[str], Rows | None], kept: Mapping[str, Sequence[Scored]] | None = None) -> dict[str, Any]:
    """Return everything that pages draw: all lines, the bins, and the worst misses of fits that left a part out.

    `tables` reads a data set by its path, or returns None where it is not at hand; `kept` holds folds that were fitted
    already.
    """
    found: list[Line] = []
    misses: list[Wrong] = []
    rows = tables(DATA)
    if rows is not None:
        together, apart = read_measured(rows)
        for name, data, mode in (("aggregated", together, False), ("disaggregated", apart, True)):
            scored = kept[name] if kept else cross_validate(data, mode, together if mode else None)
            for quantity in QUANTITIES:
                some, wrong = error_table(name, data, scored, quantity)
                found += some
                misses += wrong
    for name, (path, _) in SETS.items():
        if (other := tables(path)) is not None:
            found += published_lines(name, other)
    if (results := tables(MLPERF)) is not None:
        found += mlperf_lines([row for row in results if mlperf.usable(row)])
    return {
        "levels": LEVELS,
        "edges": EDGES,
        "lines": [asdict(each) for each in found],
        "worst": [asdict(each) for each in worst(misses)],
    }


def worst(misses: Iterable[Wrong]) -> list[Miss]:
    """Return the largest misses, one of each combination and quantity."""
    kept: dict[tuple[str, str], Miss] = {}
    for each in sorted(misses, key=lambda each: -abs(each.error)):
        key = group_names(each.data.configurations[each.row])["combination"], each.quantity
        if key not in kept:
            kept[key] = _miss(each)
        if len(kept) == WORST:
            break
    return list(kept.values())
