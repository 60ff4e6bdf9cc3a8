"""Score choices by prediction on measured sweeps, and what errors have in common, with rows in the fit and left out.

    python bench/frontier_regret.py ../shared/data/serving/inferencex_silicon_ttft_tpot.csv

Takes a minute or two: the model is fitted anew for every part left out.
"""

from __future__ import annotations

import argparse
import csv
from pathlib import Path

import numpy as np
from scipy.stats import rankdata, spearmanr

from rackmath.models.serving.fitting import Measured, Scored, cross_validate, predict_logs
from rackmath.models.serving.measured import read_measured
from rackmath.models.serving.predict import interval
from rackmath.models.serving.rows import group_names
from rackmath.models.serving.search.regret import Regrets, choices, summary
from rackmath.models.serving.search.sureness import Spread, spread_of
from rackmath.models.serving.step import Array
from rackmath.models.serving.stored import fitted
from rackmath.uncertainty.distributions import score_of


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


def in_common(data: Measured, scored: list[Scored], split: str) -> tuple[float, float]:
    """Return the correlation of ranks of both times' errors, and how alike errors of a time are in a combination.

    The latter is the intra-class correlation of normal scores, by combination of engine, chip, model and format.
    """
    parts = [each for each in scored if each.split == split]
    token, first, rows = (
        np.concatenate([getattr(each, name) for each in parts]) for name in ("token", "first", "rows")
    )
    folds = [each.fold for each in parts for _ in each.rows]
    scores = score_of((rankdata(token) - 0.5) / len(token))
    groups: dict[tuple[str, str], list[float]] = {}
    for fold, row, score in zip(folds, rows, scores, strict=True):
        groups.setdefault((fold, group_names(data.configurations[row])["combination"]), []).append(score)
    many = [np.array(each) for each in groups.values() if len(each) > 1]
    pairs = sum((each.sum() ** 2 - (each**2).sum()) / (len(each) - 1) for each in many)
    return float(spearmanr(token, first)[0]), float(pairs / sum(len(each) for each in many))


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
    splits = ("seen", "combination", "model", "accelerator")
    for split in splits:
        token, first, spread = predicted(data, scored, split)
        rows = np.flatnonzero(np.isfinite(token))
        part, spread = data.part(rows), spread.part(rows)
        print(line(f"left out: {split}", summary(choices(part, token[rows], first[rows]))))
        print(line(f"left out: {split}, 80 % sure", summary(choices(part, token[rows], first[rows], spread))))
    print("\n| left out | token and first token, rank correlation | within a combination, intra-class |\n|---|---|---|")
    for split in splits:
        both, alike = in_common(data, scored, split)
        print(f"| {split} | {both:.2f} | {alike:.2f} |")


if __name__ == "__main__":
    main()
