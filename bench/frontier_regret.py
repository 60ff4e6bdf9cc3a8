"""Score choices by prediction on measured sweeps, with rows in the fit and left out of it.

    python bench/frontier_regret.py ../shared/data/serving/inferencex_silicon_ttft_tpot.csv

Takes a minute or two: the model is fitted anew for every part left out.
"""

from __future__ import annotations

import argparse
import csv
from pathlib import Path

import numpy as np

from rackmath.models.serving.fitting import Measured, Scored, cross_validate, predict_logs
from rackmath.models.serving.measured import read_measured
from rackmath.models.serving.predict import interval
from rackmath.models.serving.search.regret import Regrets, choices, summary
from rackmath.models.serving.search.sureness import Spread, spread_of
from rackmath.models.serving.step import Array
from rackmath.models.serving.stored import fitted


def predicted(data: Measured, scored: list[Scored], split: str) -> tuple[Array, Array, Spread]:
    """Return the times of all rows, each predicted without its own fold, and how far off they may be."""
    token, first, low, high = (np.full(len(data.configurations), np.nan) for _ in range(4))
    for each in scored:
        if each.split == split:
            token[each.rows] = data.token[each.rows] * np.exp(each.token)
            first[each.rows] = data.first[each.rows] * np.exp(each.first)
            for row, new in zip(each.rows, each.new, strict=True):
                family = data.configurations[row].shape.family
                low[row], high[row] = interval(fitted().intervals["token"], new, family)
    return token, first, spread_of(low, high)


def line(words: str, found: Regrets) -> str:
    """Return one line of the table."""
    return f"| {words} | {found.choices} | {found.median:.1%} | {found.p90:.0%} | {found.over:.0%} | {found.none:.0%} |"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    with parser.parse_args().data.open(newline="", encoding="utf-8") as file:
        data, _ = read_measured(list(csv.DictReader(file)))
    print("| rows | choices | regret: median | p90 | over the limit | none found |\n|---|---|---|---|---|---|")
    log_token, log_first, _, _ = predict_logs(data.configurations, fitted().constants, fitted().offsets, False)
    print(line("in the fit", summary(choices(data, np.exp(log_token), np.exp(log_first)))))
    scored = cross_validate(data, False)
    for split in ("seen", "combination", "model", "accelerator"):
        token, first, spread = predicted(data, scored, split)
        rows = np.flatnonzero(np.isfinite(token))
        part, spread = data.part(rows), spread.part(rows)
        print(line(f"left out: {split}", summary(choices(part, token[rows], first[rows]))))
        print(line(f"left out: {split}, 80 % sure", summary(choices(part, token[rows], first[rows], spread))))


if __name__ == "__main__":
    main()
