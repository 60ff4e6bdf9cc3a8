"""Measure the search index: how long 10,000 notes take to index, and how long a query takes.

    .venv/bin/python bench/search_speed.py                     # makes its vault in a temporary folder
    .venv/bin/python bench/search_speed.py --notes 100000      # still works; takes minutes

Bars: indexed in under 60 s, 95 % of queries under 60 ms, one edited note taken in and found in under 100 ms.
"""

from __future__ import annotations

import argparse
import random
import resource
import tempfile
import time
from pathlib import Path

from made_notes import make_vault, vocabulary

from rackmath.brain.find import find
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
        path = next(vault.glob("notes/**/*.md"))
        for which, change in (("first", "one"), ("second", "two")):
            path.write_text(path.read_text("utf-8") + f"\nAnother line, number {change}.\n", "utf-8")
            start = time.perf_counter()
            index.touched([path.relative_to(vault).as_posix()])
            taken = time.perf_counter()
            find(index, "depreciation of servers", facets=False, look=False)
            found = time.perf_counter() - taken
            print(f"{which} edited note taken in in {(taken - start) * 1000:.0f} ms; next search {found * 1000:.0f} ms")
        for name, clock in (("wall", time.perf_counter), ("processor", time.process_time)):
            times = []
            for query in queries(given.queries):
                start = clock()
                find(index, query, facets=False)
                times.append(clock() - start)
            times.sort()
            marks = ((0.5, "p50"), (0.95, "p95"), (0.99, "p99"))
            told = ", ".join(f"{mark} {times[int(share * len(times))] * 1000:.1f} ms" for share, mark in marks)
            print(f"{name:<10}{told}")
        times = []
        for query in queries(100, seed=3):
            start = time.perf_counter()
            find(index, query)
            times.append(time.perf_counter() - start)
        times.sort()
        print(f"with facets p50 {times[50] * 1000:.1f} ms, p95 {times[95] * 1000:.1f} ms")
        print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB")


if __name__ == "__main__":
    main()
