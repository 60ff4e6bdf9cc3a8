"""Time a search of 10,000 configurations, and the same configurations row by row.

    python bench/frontier_speed.py

Prints processor seconds of the search (enumerated, predicted, priced, filtered), of one batch of rows, and of rows one
at a time (a sample, scaled up), with their ratios.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from rackmath.models.serving.predict import predict
from rackmath.models.serving.search import Frontier, Price, frontier
from rackmath.models.serving.stored import fitted, known

CHIPS = ("a100_sxm", "h100_sxm", "h200_sxm", "b200_sxm", "b300_sxm", "gb200", "mi300x", "mi355x")
PRICES = {chip: Price.of(2.0 + place) for place, chip in enumerate(CHIPS)}
SAMPLE, REPEATS = 300, 5


def searched() -> Frontier:
    """Search at least 10,000 configurations of a dense model."""
    found = frontier(
        "Llama-3.1-70B",
        CHIPS,
        isl=1024,
        osl=1024,
        engines=("vllm", "sglang", "trtllm"),
        loads=tuple(float(each) for each in range(2, 102, 2)),
        prices=PRICES,
    )
    assert len(found.pareto)
    assert len(found.pareto_cost)
    return found


def seconds(work: Callable[[], Any]) -> float:
    """Return the least processor seconds of a few repeats."""
    best = float("inf")
    for _ in range(REPEATS):
        start = time.process_time()
        work()
        best = min(best, time.process_time() - start)
    return best


def main() -> None:
    """Print the table."""
    fitted(), known()  # read once, as a program does
    found = searched()
    points = found.points
    rows = [
        replace(points.setups[setup], concurrency=float(load))
        for setup, load in zip(points.setup, points.concurrency, strict=True)
    ]
    search, batch = seconds(searched), seconds(lambda: predict(rows))
    alone = seconds(lambda: [predict([row]) for row in rows[:SAMPLE]]) * len(rows) / SAMPLE
    print(f"{found.enumerated:,} configurations enumerated, {len(points):,} fit")
    print(f"search, whole            {search:8.3f} s   {found.enumerated / search:10,.0f} configurations/s")
    print(f"those that fit, a batch  {batch:8.3f} s   {batch / search:10.1f} × the search")
    print(f"those that fit, by row   {alone:8.3f} s   {alone / search:10.1f} × the search")


if __name__ == "__main__":
    main()
