"""A year of 10,000 resources, hour by hour: made as Parquet, replayed and sized, with wall time and peak memory.

    python bench/replay_speed.py [FOLDER]

The usage is made, not measured: each resource runs always, by day, on weekdays, or comes and goes, as a fleet does.
Aims: replay under 10 s and 4 GB on two cores, sizing under 30 s.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

RESOURCES, HOURS = 10_000, 8_760
PROGRAM = Path(sys.executable).with_name("rackmath")
FAMILIES = ("m5", "m6i", "c5", "c6i", "r5", "r6i", "t3", "g5", "p4d", "i3en")
SIZES = {"large": 1, "xlarge": 2, "2xlarge": 4, "4xlarge": 8, "12xlarge": 24}
REGIONS = ("us-east-1", "us-west-2", "eu-west-1")
COMMITMENTS = """
commitments:
  - {id: zonal, kind: zonal-ri, account: "acc-01", instance_type: m5.xlarge, region: us-east-1, az: us-east-1a,
     count: 20, start: 2025-01-01, term: 3y, upfront: 20000, hourly: 1.4}
  - {id: regional, kind: regional-ri, account: "acc-02", instance_type: c5.large, region: us-west-2, count: 200,
     start: 2025-01-01, term: 1y, hourly: 6}
  - {id: family, kind: ec2-instance-sp, account: "acc-03", family: r6i, region: eu-west-1, commitment: 80,
     start: 2025-04-01, term: 3y, payment: partial, rates: [{discount: 45%}]}
  - {id: everything, kind: compute-sp, account: "acc-00", commitment: 900,
     start: 2025-02-01, term: 1y, payment: none, rates: [{family: p4d, discount: 40%}, {discount: 27%}]}
"""
RATES = """
cost_of_capital: 8%
narrow:
  - {id: family-1y, kind: ec2-instance-sp, term: 1y, payment: none, discount: 37%}
  - {id: family-3y, kind: ec2-instance-sp, term: 3y, payment: none, discount: 55%}
broad:
  - {id: compute-1y, kind: compute-sp, term: 1y, payment: none, discount: 27%}
  - {id: compute-3y, kind: compute-sp, term: 3y, payment: none, discount: 46%}
"""


def make(path: Path) -> int:
    """Write the year, in the order of a bill: hour after hour; return its rows."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    random = np.random.default_rng(1)
    types = [f"{family}.{size}" for family in FAMILIES for size in SIZES]
    rates = np.array([0.05 * (1 + place) * size for place in range(len(FAMILIES)) for size in SIZES.values()])
    zones = [f"{region}{letter}" for region in REGIONS for letter in "abc"]
    kind = random.choice(len(types), RESOURCES, p=_uneven(random, len(types)))
    zone = random.integers(0, len(zones), RESOURCES)
    texts = {
        "resource": (np.arange(RESOURCES), [f"i-{number:012x}" for number in range(RESOURCES)]),
        "account": (random.choice(20, RESOURCES, p=_uneven(random, 20)), [f"acc-{number:02d}" for number in range(20)]),
        "instance_type": (kind, types),
        "region": (zone // 3, list(REGIONS)),
        "az": (zone, zones),
        "os": ((random.random(RESOURCES) < 0.1).astype(int), ["linux", "windows"]),
        "tenancy": (np.zeros(RESOURCES, int), ["default"]),
    }
    rate = rates[kind] * np.where(zone // 3 == 2, 1.1, 1.0)
    habit = random.choice(4, RESOURCES, p=[0.55, 0.2, 0.1, 0.15])
    start = np.datetime64("2025-01-01T00", "us").astype(np.int64)
    schema = pa.schema(
        [
            ("hour", pa.timestamp("us", "UTC")),
            *((name, pa.dictionary(pa.int32(), pa.string())) for name in texts),
            ("hours", pa.float64()),
            ("on_demand_rate", pa.float64()),
        ]
    )
    rows = 0
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        for first in range(0, HOURS, 120):
            hour = np.arange(first, min(first + 120, HOURS))
            day, clock = (hour // 24)[:, None], (hour % 24)[:, None]
            office = (clock >= 8) & (clock < 20)
            on = np.select(
                [habit == 0, habit == 1, habit == 2],
                [np.ones((len(hour), 1)), office.astype(float), (office & (day % 7 < 5)).astype(float)],
                random.random((len(hour), RESOURCES)),
            )
            used = np.round(np.broadcast_to(on, (len(hour), RESOURCES)) * 3600).reshape(-1) / 3600
            columns = [pa.array(np.repeat(start + hour * 3_600_000_000, RESOURCES)).cast(pa.timestamp("us", "UTC"))]
            for codes, values in texts.values():
                indices = pa.array(np.tile(codes, len(hour)).astype(np.int32))
                columns.append(pa.DictionaryArray.from_arrays(indices, pa.array(values)))
            columns += [pa.array(used), pa.array(np.tile(rate, len(hour)))]
            writer.write_table(pa.Table.from_arrays(columns, schema=schema))
            rows += len(used)
    return rows


def _uneven(random: np.random.Generator, count: int) -> np.ndarray:
    share = 1 / (1 + np.arange(count))
    return random.permutation(share / share.sum())


def measure(words: list[str], runs: int) -> tuple[float, float, float]:
    """Return the least wall time, its processor time, and the peak memory in GB of a whole command."""
    best = (float("inf"), 0.0)
    peak = 0.0
    for _ in range(runs):
        started = time.perf_counter()
        child = subprocess.Popen(words, stdout=subprocess.DEVNULL)
        _, status, used = os.wait4(child.pid, 0)
        if status:
            sys.exit(f"{' '.join(words)}: status {status}")
        best = min(best, (time.perf_counter() - started, used.ru_utime + used.ru_stime))
        peak = max(peak, used.ru_maxrss / 1024 / 1024)
    return *best, peak


def main(folder: Path, runs: int = 3) -> None:
    """Make the year if it is not there, and measure both commands."""
    usage, bought, rates = folder / "usage.parquet", folder / "commitments.yaml", folder / "rates.yaml"
    if not usage.exists():
        print(f"made {make(usage):,} rows")
    print(f"{usage.stat().st_size / 1e6:.0f} MB of Parquet")
    bought.write_text(COMMITMENTS, encoding="utf-8")
    rates.write_text(RATES, encoding="utf-8")
    for name, words, aim in (
        ("replay", ["replay", "--usage", str(usage), "--commitments", str(bought), "--json"], "10 s, 4 GB"),
        ("size", ["size", "--usage", str(usage), "--rates", str(rates), "--json"], "30 s"),
    ):
        wall, processor, peak = measure([str(PROGRAM), "commitments", *words], runs)
        print(f"{name:<8} {wall:6.2f} s wall, {processor:6.2f} s of processor, {peak:5.2f} GB at most   (aim {aim})")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        main(Path(sys.argv[1]))
    else:
        with tempfile.TemporaryDirectory() as made:
            main(Path(made))
