"""Measure the search index: how long 10,000 notes take to index, and how long a query takes.

    .venv/bin/python bench/search_speed.py            # makes its vault in a temporary folder

Bars: indexed in under 60 s, 95 % of queries under 50 ms.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from pathlib import Path

from made_notes import make_vault, vocabulary

from rackmath.brain import search
from rackmath.brain.index import index_of


def queries(count: int, seed: int = 2) -> list[str]:
    """Return queries of one to six words, some with a phrase, a number or a filter."""
    rng = random.Random(1)
    known = vocabulary(20_000, rng)
    rng = random.Random(seed)
    made = []
    for _ in range(count):
        words = [known[min(int(rng.paretovariate(0.6)), len(known) - 1)] for _ in range(rng.randint(1, 6))]
        shape = rng.random()
        if shape < 0.1:
            words.append(f"{rng.randint(1, 99)}%")
        elif shape < 0.2:
            words = [f'"{words[0]} {words[-1]}"', *words]
        elif shape < 0.3:
            words.append("kind:thesis")
        made.append(" ".join(words))
    return made


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--notes", type=int, default=10_000)
    parser.add_argument("--queries", type=int, default=500)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        vault = Path(folder) / "vault"
        make_vault(vault, given.notes)
        index = index_of(vault)
        done = index.refresh()
        size = index.path.stat().st_size / 2**20 if index.path else 0
        print(f"indexed {done.indexed:,} notes in {done.seconds:.1f} s; index {size:.0f} MiB")
        again = index.refresh()
        print(f"looked again at {again.total:,} notes in {again.seconds * 1000:.0f} ms; {again.indexed} indexed")
        for name, clock in (("wall", time.perf_counter), ("processor", time.process_time)):
            times = []
            for query in queries(given.queries):
                start = clock()
                search(vault, query)
                times.append(clock() - start)
            times.sort()
            marks = ((0.5, "p50"), (0.95, "p95"), (0.99, "p99"))
            found = ", ".join(f"{mark} {times[int(share * len(times))] * 1000:.1f} ms" for share, mark in marks)
            print(f"{name:<10}{found}")


if __name__ == "__main__":
    main()
