"""Time `rackmath serving predict --csv`: rows for each processor second, from file to file.

    python bench/predict_speed.py [--rows 100000] [--data ../shared/data]

The rows are those of the public data set, again and again, each under another load. The clock is the processor's, so
that neighbours on the machine do not count; the ratio is to 20,000 rows, on one core.
"""

from __future__ import annotations

import argparse
import csv
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from click.testing import CliRunner

from rackmath.cli.serving.predict import predict
from rackmath.models.serving.measured import DATA

GOAL = 20_000


def write_rows(path: Path, data: Path, count: int) -> None:
    """Write the public rows until there are enough; each round is one request more at once."""
    with data.open(newline="", encoding="utf-8") as file:
        known = list(csv.DictReader(file))
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(known[0]))
        writer.writeheader()
        for at in range(count):
            row = known[at % len(known)]
            load = float(row["concurrency"] or 0) or 1.0
            writer.writerow({**row, "concurrency": f"{load + at // len(known)}"})


def main() -> None:
    """Print the rows for each processor second, of the first run and of the next."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--data", type=Path, default=Path(__file__).resolve().parents[2] / "shared" / "data")
    asked = parser.parse_args()
    with TemporaryDirectory() as folder:
        rows, answers = Path(folder) / "in.csv", Path(folder) / "out.csv"
        write_rows(rows, asked.data / DATA, asked.rows)
        for run in ("first run", "next run"):
            start = time.process_time()
            done = CliRunner().invoke(predict, ["--csv", str(rows), "--out", str(answers)])
            rate = asked.rows / (time.process_time() - start)
            assert done.exit_code == 0, done.output
            print(f"{run:>10}  {rate:10,.0f} rows/CPU s  {rate / GOAL:6.2f} × the goal  {done.output.strip()[:60]}")


if __name__ == "__main__":
    main()
