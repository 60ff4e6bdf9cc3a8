"""Fit the serving model on measured rows and write the constants that the package carries.

`.venv/bin/python tools/fit_serving.py ../shared/data` takes a minute or two. Rows come from
serving/inferencex_silicon_ttft_tpot.csv (InferenceX runs, Apache-2.0); intervals from rows left out, fold by fold.
"""

from __future__ import annotations

import csv
import sys
import time
from pathlib import Path

from rackmath.models.serving import fitting, stored
from rackmath.models.serving.measured import DATA, read_measured

PACKAGE = Path(stored.__file__).parent
SOURCE = "InferenceX and NVIDIA gap-analysis runs in https://github.com/ai-dynamo/aiconfigurator (Apache-2.0)"


def main() -> None:
    """Fit, score the folds, write."""
    start = time.monotonic()
    shared = Path(sys.argv[1] if len(sys.argv) > 1 else "../shared/data")
    with (shared / DATA).open(newline="", encoding="utf-8") as file:
        together, apart = read_measured(csv.DictReader(file))
    constants, covariance = fitting.fit_constants(together)
    offsets = {}
    intervals = {}
    for data, mode in ((together, False), (apart, True)):
        offsets |= fitting.fit_pools(data, constants, mode)
        scored = fitting.cross_validate(
            data, mode, together if mode else None, say=lambda text: print(text, flush=True)
        )
        families = [c.shape.family for c in data.configurations]
        for name in ("token", "first"):
            quantity = f"apart {name}" if mode else name
            intervals[quantity] = fitting.interval_table(scored, families, name)
    fit = fitting.Fitted(constants, covariance, offsets, intervals)
    everything = [*together.configurations, *apart.configurations]
    (PACKAGE / "constants.json").write_text(
        stored.as_json(fit, stored.known_list(everything), SOURCE), encoding="utf-8"
    )
    with (PACKAGE / "offsets.npz").open("wb") as out:
        stored.save_offsets(offsets, out)
    print(f"{len(together.token)} + {len(apart.token)} rows, {time.monotonic() - start:.0f} s")


if __name__ == "__main__":
    main()
