"""The serving simulator beside measured points: a saturation table, and times to the first token of public rows.

    python bench/simulator_measured.py [--data ../shared/data]

The table is NVIDIA NIM's of Llama-3.3-70B in FP8 on two H100, 5,000 tokens in and 500 out, at rising concurrency
(https://docs.nvidia.com/nim/benchmarking/llm/1.0.0/performance.html). Nothing was fitted to it.
"""

from __future__ import annotations

import argparse
import csv
import zlib
from pathlib import Path

import numpy as np

from rackmath.models.serving.measured import DATA, read_measured
from rackmath.models.serving.predict import predict
from rackmath.models.serving.rows import Configuration, read_row
from rackmath.models.serving.simulator import Closed, Fixed, Outcome, Uniform, Workload, engine_of, simulate

# concurrency: time to the first token (ms), gap between tokens (ms), output tokens/s
NIM = {
    1: (407, 18.6, 51.7),
    5: (547, 21.8, 218),
    25: (689, 38.8, 623),
    50: (835, 59.7, 814),
    100: (7996, 92.9, 917),
    250: (88_605, 93.2, 920),
}
ROW = {
    "model_path": "Llama-3.3-70B-Instruct",
    "system": "h100_sxm",
    "backend": "trtllm",
    "precision": "fp8",
    "isl": "5000",
    "osl": "500",
    "tp_size": "2",
}
ONE_IN = 4  # of the public rows


def saturation() -> None:
    """Print the table, measured / simulated."""
    print(f"{'at once':>8} {'TTFT, ms':>18} {'ITL, ms':>16} {'output tokens/s':>18}")
    for concurrency, (first, gap, rate) in NIM.items():
        load = Workload(arrivals=Closed(concurrency), lengths=Fixed(5000, 500), requests=max(10 * concurrency, 40))
        made = simulate(engine_of(read_row({**ROW, "concurrency": str(concurrency)})), load, seed=1)
        assert made.ttft
        assert made.itl
        pairs = ((first, 1e3 * made.ttft.mean), (gap, 1e3 * made.itl.mean), (rate, made.output_tokens_per_s))
        print(f"{concurrency:>8}   " + "   ".join(f"{a:,.5g} / {b:,.5g}" for a, b in pairs))


def benchmarked(c: Configuration) -> Outcome:
    """Send what the public benchmark sends: a burst of all, ten rounds, lengths from 0.8 of nominal."""
    at_once = max(round(c.concurrency), 1)
    load = Workload(
        arrivals=Closed(at_once),
        lengths=Uniform(int(c.isl), int(c.osl)),
        requests=min(max(10 * at_once, 20), 4000),
        warm_up=0.0,
        drain=0.0,
    )
    return simulate(engine_of(c, sequences=min(1024, at_once)), load, seed=1)


def first_tokens(path: Path) -> None:
    """Print the errors on public rows that the fit has seen."""
    with path.open(encoding="utf-8") as file:
        together, _ = read_measured(csv.DictReader(file))
    chosen = [i for i, c in enumerate(together.configurations) if zlib.crc32(c.id.encode()) % ONE_IN == 0]
    rows = [together.configurations[i] for i in chosen]
    measured = together.first[np.array(chosen)]
    simulated = np.array([made.ttft.mean for made in map(benchmarked, rows) if made.ttft])
    closed = np.array([made.first or np.nan for made in predict(rows)])
    for name, found in (("closed form", closed), ("simulated", simulated)):
        off = np.abs(found / measured - 1)
        typical, far = np.median(off), np.quantile(off, 0.9)
        print(f"time to first token of {len(rows)} rows, {name}: {typical:.1%} median error, {far:.0%} p90")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path(__file__).resolve().parents[2] / "shared" / "data")
    path = parser.parse_args().data / DATA
    saturation()
    if path.exists():
        first_tokens(path)


if __name__ == "__main__":
    main()
