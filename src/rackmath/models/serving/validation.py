"""Error tables on measured rows that were left out of the fit."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from rackmath.models.serving import mlperf
from rackmath.models.serving.fitting import Measured, Scored, interval_table
from rackmath.models.serving.step import Array

MLPERF = "mlperf/mlperf_inference.csv"
FOLDS = 5


@dataclass(frozen=True)
class Line:
    """One line of an error table: absolute errors as fractions, bias of the logarithm, coverage of 80 % intervals."""

    split: str
    group: str
    rows: int
    median: float
    p90: float
    bias: float
    covered: float


def line(split: str, group: str, errors: Array, low: Array | float, high: Array | float) -> Line:
    """Return the line of some ln(predicted ÷ measured), with the interval of ln(measured ÷ predicted)."""
    share = np.abs(np.expm1(errors))
    inside = (-errors >= low) & (-errors <= high)
    return Line(
        split,
        group,
        len(errors),
        float(np.median(share)),
        float(np.quantile(share, 0.9)),
        float(np.median(errors)),
        float(np.mean(inside)),
    )


def error_table(data: Measured, scored: Sequence[Scored], quantity: str) -> list[Line]:
    """Return lines by split, then by family and fold. Coverage is of intervals made from the other folds alone."""
    families = np.array([c.shape.family for c in data.configurations])
    found: list[Line] = []
    for split in dict.fromkeys(each.split for each in scored):
        folds = [each for each in scored if each.split == split]
        errors, lows, highs, kinds, names = [], [], [], [], []
        for each in folds:
            others = [other for other in folds if other is not each]
            own = each.token if quantity == "token" else each.first
            table = interval_table(others, list(families), quantity)
            for row, error, new in zip(each.rows, own, each.new, strict=True):
                by = table.get(new) or next(iter(table.values()), {})
                low, high = by.get(families[row]) or by.get("all") or (-0.7, 0.7)
                errors.append(error)
                lows.append(low)
                highs.append(high)
                kinds.append(families[row])
                names.append(each.fold)
        e, low_, high_, kind, name = map(np.array, (errors, lows, highs, kinds, names))
        found.append(line(split, "all", e, low_, high_))
        for marks in (kind, name):
            for group in dict.fromkeys(marks):
                pick = marks == group
                found.append(line(split, str(group), e[pick], low_[pick], high_[pick]))
    return found


@dataclass(frozen=True)
class Left:
    """An MLPerf row left out: its index, ln(predicted ÷ measured), and how near the fit came."""

    row: int
    error: float
    near: str


def mlperf_folds(rows: Sequence[Mapping[str, str]]) -> list[Left]:
    """Return the errors of rows whose system was left out, fold by fold (all rows of a system share one)."""
    fold = np.array([zlib.crc32((row.get("system_name") or "").encode()) % FOLDS for row in rows])
    found = []
    for each in range(FOLDS):
        out, kept = (np.flatnonzero(chosen).tolist() for chosen in (fold == each, fold != each))
        offsets = mlperf.fit_results([rows[i] for i in kept])
        tested = [rows[i] for i in out]
        values = mlperf.predict_values(tested, offsets)
        for i, row, value in zip(out, tested, values, strict=True):
            near = mlperf.met(mlperf.features(row)[0], offsets)
            found.append(Left(int(i), float(np.log(value / float(row["value"]))), near))
    return found
