"""Fit the serving model on measured rows; write the constants that the package carries and how far off it is.

`.venv/bin/python tools/fit_serving.py ../shared/data` takes some minutes. Rows come from
serving/inferencex_silicon_ttft_tpot.csv (InferenceX runs, Apache-2.0); intervals from rows left out, fold by fold. The
report, validation.json, keeps only errors of data sets whose licence does not let rows be passed on.
"""

from __future__ import annotations

import csv
import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from rackmath.models.serving import fitting, stored, validation
from rackmath.models.serving.measured import DATA, read_measured

PACKAGE = Path(stored.__file__).parent
SOURCE = "InferenceX and NVIDIA gap-analysis runs in https://github.com/ai-dynamo/aiconfigurator (Apache-2.0)"


def main() -> None:
    """Fit, score the folds, write; then score every data set."""
    start = time.monotonic()
    shared = Path(sys.argv[1] if len(sys.argv) > 1 else "../shared/data")

    def tables(path: str) -> list[dict[str, str]] | None:
        if not (shared / path).is_file():
            return None
        with (shared / path).open(newline="", encoding="utf-8") as file:
            return list(csv.DictReader(file))

    together, apart = read_measured(tables(DATA) or [])
    constants, covariance = fitting.fit_constants(together)
    offsets = {}
    intervals = {}
    kept: dict[str, Sequence[fitting.Scored]] = {}
    for title, data, mode in (("aggregated", together, False), ("disaggregated", apart, True)):
        offsets |= fitting.fit_pools(data, constants, mode)
        base = together if mode else None
        kept[title] = fitting.cross_validate(data, mode, base, say=lambda text: print(text, flush=True))
        for name in ("token", "first"):
            quantity = f"apart {name}" if mode else name
            intervals[quantity] = fitting.interval_table(kept[title], data.configurations, name)
    fit = fitting.Fitted(constants, covariance, offsets, intervals)
    everything = [*together.configurations, *apart.configurations]
    (PACKAGE / "constants.json").write_text(
        stored.as_json(fit, stored.known_list(everything), SOURCE), encoding="utf-8"
    )
    with (PACKAGE / "offsets.npz").open("wb") as out:
        stored.save_offsets(offsets, out)
    print(f"{len(together.token)} + {len(apart.token)} rows, {time.monotonic() - start:.0f} s", flush=True)

    made = validation.report(tables, kept)
    lines = ",\n".join(json.dumps(each, ensure_ascii=False) for each in made.pop("lines"))
    head = json.dumps(made, ensure_ascii=False, indent=1)[:-2]
    (PACKAGE / "validation.json").write_text(f'{head},\n "lines": [\n{lines}\n]\n}}\n', encoding="utf-8")
    print(f"{time.monotonic() - start:.0f} s; now run tools/fit_mlperf.py, which leans on these constants")


if __name__ == "__main__":
    main()
