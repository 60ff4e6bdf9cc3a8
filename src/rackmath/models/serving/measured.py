"""Measured rows of the public data set as configurations with their times."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

import numpy as np

from rackmath.errors import RackmathError
from rackmath.models.serving.fitting import Measured
from rackmath.models.serving.rows import Configuration, read_row

DATA = "serving/inferencex_silicon_ttft_tpot.csv"


def read_measured(rows: Iterable[Mapping[str, str]]) -> tuple[Measured, Measured]:
    """Return the measured rows, aggregated and disaggregated; a row without a usable time is an error.

    Raises
    ------
    RackmathError
        A row cannot be read, or one of its measured times is not a finite number above 0.
    """
    found: dict[bool, list[tuple[Configuration, float, float]]] = {False: [], True: []}
    for row in rows:
        c = read_row(row)
        token, first = (_milliseconds(row, name, c.id) for name in ("silicon_tpot_ms", "silicon_ttft_ms"))
        found[c.disaggregated].append((c, token, first))
    both = [
        Measured([c for c, _, _ in each], np.array([t for _, t, _ in each]), np.array([f for _, _, f in each]))
        for each in (found[False], found[True])
    ]
    return both[0], both[1]


def _milliseconds(row: Mapping[str, str], name: str, where: str) -> float:
    try:
        value = float(row.get(name) or "")
    except ValueError:
        value = math.nan
    if not (math.isfinite(value) and value > 0):
        raise RackmathError(f"{where}: {name} is {str(row.get(name))[:30]!r}; a number above 0 is wanted")
    return value / 1e3
