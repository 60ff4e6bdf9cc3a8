"""How fast the serving simulator is, beside its plain twin and a queue written by hand.

    python bench/simulator_speed.py [--requests 1000000]

The load is chat on one replica (Llama-3.1-70B in FP8 on four H100): 800 tokens in and 250 out on average, log-normal,
Poisson arrivals at half of the capacity. The hand-written loop is the least that simulates anything: Lindley's
recursion of one server, one line a request. Seconds are of the processor.
Aims: 100,000 requests/s, and a million requests under 1 GB.
"""

from __future__ import annotations

import argparse
import resource
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from rackmath.models.serving.rows import read_row
from rackmath.models.serving.simulator import (
    Cost,
    Empirical,
    Engine,
    LogNormal,
    Outcome,
    Poisson,
    Pool,
    Workload,
    engine_of,
    simulate,
)

ROW = {
    "model_path": "meta-llama/Llama-3.1-70B",
    "system": "h100_sxm",
    "backend": "vllm",
    "precision": "fp8",
    "isl": "800",
    "osl": "250",
    "concurrency": "32",
    "tp_size": "4",
}
PLAIN = 1500  # requests for the plain twin


def row(what: str, measured: str, aim: str = "") -> None:
    print(f"{what:<64} {measured:>16}   {aim}", flush=True)


def timed(work: Callable[[], Any]) -> tuple[float, float, Any]:
    """Return processor seconds, wall seconds, and what was made."""
    wall, clock = time.perf_counter(), time.process_time()
    made = work()
    return time.process_time() - clock, time.perf_counter() - wall, made


def chat(engine: Engine, rate: float, requests: int, *, plain: bool = False) -> Outcome:
    load = Workload(arrivals=Poisson(rate), lengths=LogNormal(800, 250), requests=requests)
    return simulate(engine, load, seed=1, plain=plain)


def lindley(arrivals: list[float], services: list[float]) -> float:
    """Return the mean wait of a queue with one server, by hand."""
    wait, total, before, service = 0.0, 0.0, 0.0, 0.0
    for arrival, own in zip(arrivals, services, strict=True):
        wait = max(0.0, wait + service - (arrival - before))
        total += wait
        before, service = arrival, own
    return total / len(arrivals)


def beside_lindley(count: int) -> None:
    """One server of exponential jobs: the event loop beside the recursion."""
    random = np.random.default_rng(1)
    tokens = np.maximum(np.rint(random.exponential(500, count)), 1).astype(np.int64)
    engine = Engine(pool=Pool(cost=Cost.given(sequences=1, step=1e-3), blocks=10**9, sequences=1))
    load = Workload(arrivals=Poisson(1.4), lengths=Empirical(np.ones(count, np.int64), tokens), requests=count)
    ours, _, _ = timed(lambda: simulate(engine, load, seed=1))
    arrivals = np.cumsum(random.exponential(1 / 1.4, count)).tolist()
    hand, _, _ = timed(lambda: lindley(arrivals, (tokens * 1e-3).tolist()))
    row(
        f"M/M/1, {count:,} requests: simulator / by hand in Python",
        f"{ours:.2f} / {hand:.2f} s",
        f"ratio {ours / hand:.1f}",
    )


def main(count: int = 1_000_000) -> None:
    """Print the table."""
    engine = engine_of(read_row(ROW))
    _, first, made = timed(lambda: chat(engine, 1.0, 1000))
    row("first simulation of a process: the compiled loop is loaded", f"{first:.1f} s")
    assert made.capacity is not None
    for share in (0.15, 0.5, 0.9):
        rate = share * made.capacity
        cpu, wall, done = timed(lambda rate=rate: chat(engine, rate, count))
        aim = "at least 100,000/s" if share == 0.5 else ""
        row(f"chat at {share:.0%} of capacity, {done.running:.0f} at once: requests/s", f"{count / cpu:,.0f}", aim)
        row(
            f"  {count:,} requests, processor and wall; steps of the engine",
            f"{cpu:.1f}, {wall:.1f} s",
            f"{done.steps:,}",
        )
    row(f"peak memory of this process after {count:,} requests", f"{peak():.0f} MB", "under 1,000 MB")
    rate = 0.5 * made.capacity
    plain, _, _ = timed(lambda: chat(engine, rate, PLAIN, plain=True))
    compiled, _, _ = timed(lambda: chat(engine, rate, PLAIN))
    row(
        f"plain Python / compiled, {PLAIN:,} requests",
        f"{plain:.2f} / {compiled:.3f} s",
        f"ratio {plain / compiled:.0f}",
    )
    beside_lindley(min(count, 300_000))


def peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=1_000_000)
    main(parser.parse_args().requests)
