"""Fit the MLPerf predictor and write what the package carries: `.venv/bin/python tools/fit_mlperf.py ../shared/data`.

Rows come from mlperf/mlperf_inference.csv (MLCommons results, Apache-2.0); intervals from systems left out.
"""

from __future__ import annotations

import csv
import json
import sys
from pathlib import Path

import numpy as np

from rackmath.models.serving import mlperf
from rackmath.models.serving.validation import MLPERF, mlperf_folds


def main() -> None:
    """Fit, score the folds, write."""
    shared = Path(sys.argv[1] if len(sys.argv) > 1 else "../shared/data")
    with (shared / MLPERF).open(newline="", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if mlperf.usable(row)]
    offsets = mlperf.fit_results(rows)
    keys = sorted(offsets.index, key=lambda key: offsets.index[key])
    errors: dict[str, list[float]] = {}
    for each in mlperf_folds(rows):
        errors.setdefault(each.near, []).append(-each.error)
    widths: dict[str, tuple[float, float]] = {}
    low, high = 0.0, 0.0
    for near in mlperf.WHY:  # from near to far: an interval is never narrower than a nearer one's
        if len(errors.get(near, [])) >= 20:
            low, high = (
                min(low, float(np.quantile(errors[near], 0.1))),
                max(high, float(np.quantile(errors[near], 0.9))),
            )
        else:
            low, high = 1.5 * low, 1.5 * high
        widths[near] = (round(low, 4), round(high, 4))

    def text(value: object) -> np.ndarray:
        return np.frombuffer(json.dumps(value, ensure_ascii=False).encode(), dtype=np.uint8)

    with (Path(mlperf.__file__).parent / "mlperf.npz").open("wb") as out:
        np.savez_compressed(out, keys=text(keys), mean=offsets.mean.astype(np.float32), intervals=text(widths))
    print(len(rows), "rows", {near: len(values) for near, values in errors.items()}, widths)


if __name__ == "__main__":
    main()
