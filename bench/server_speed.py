"""Measure the server: how fast pages come and how much memory it takes, in a brain of 10,000 notes.

    .venv/bin/python bench/server_speed.py             # makes its vault in a temporary folder

It starts the real server on a free port and asks over one kept connection, as a browser does. Bars: a note's page under
50 ms at p95, a search under 60 ms, the server under 400 MB.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import quote, urlsplit

from made_notes import make_vault

WORDS = (
    "gpu price",
    "capacity contract",
    "power",
    "depreciation accelerators",
    "memory",
    "lease",
    "kind:thesis margin",
)
MORE = (
    "cooling",
    "training",
    "$3.50",
    "44%",
    "latency",
    "vendor audit",
    "yield",
    "cache",
    "spot",
    "batch size",
    "queue",
)


def memory(pid: int) -> tuple[float, float]:
    """Return what a process holds now and held at most, in MB."""
    told = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines() if ":" in line)
    return int(told["VmRSS"].split()[0]) / 1000, int(told["VmHWM"].split()[0]) / 1000


class Reader:
    """One kept connection."""

    def __init__(self, address: str) -> None:
        parts = urlsplit(address)
        self._line = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=120)

    def get(self, path: str, **headers: str) -> tuple[int, bytes, float]:
        """Return status, body and seconds."""
        started = time.perf_counter()
        self._line.request("GET", path, headers=headers)
        answer = self._line.getresponse()
        body = answer.read()
        return answer.status, body, time.perf_counter() - started

    def etag(self, path: str) -> str:
        """Return the ETag of a page."""
        self._line.request("HEAD", path)
        answer = self._line.getresponse()
        answer.read()
        return answer.headers["ETag"]


def measure(reader: Reader, name: str, paths: list[str], runs: int, bar: str = "") -> None:
    """Ask paths in turn, and print the median, the 95th percentile and the size."""
    reader.get(paths[0])  # what is made once for all pages of a kind
    times, sizes = [], []
    for run in range(1, runs + 1):
        path = paths[run % len(paths)]
        status, body, seconds = reader.get(path)
        if status != 200:
            raise SystemExit(f"{path} answered {status}")
        times.append(1000 * seconds)
        sizes.append(len(body) / 1000)
    p95 = statistics.quantiles(times, n=20)[-1] if len(times) > 1 else times[0]
    print(
        f"{name:<28} p50 {statistics.median(times):7.1f} ms   p95 {p95:7.1f} ms   {max(sizes):6.0f} kB   {bar}",
        flush=True,
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--notes", type=int, default=10_000)
    parser.add_argument("--runs", type=int, default=300)
    parser.add_argument("--rest", type=float, default=15.0, help="seconds between its start and the first question")
    parser.add_argument("--vault", type=Path, help="a vault that is there already")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        vault = given.vault or Path(folder) / "vault"
        if not vault.exists():
            make_vault(vault, given.notes, rich=True)
        command = [
            str(Path(sys.executable).with_name("rackmath")),
            "serve",
            "--vault",
            str(vault),
            "--no-starter",
            "--port",
            "0",
        ]
        started = time.perf_counter()
        environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as server:
            try:
                assert server.stdout is not None
                reader = Reader(server.stdout.readline().split()[0])
                print(f"ready after {time.perf_counter() - started:.1f} s (indexing included)", flush=True)
                time.sleep(given.rest)  # it makes the front page and others ahead, once
                _measure_all(reader, given.runs)
                now, most = memory(server.pid)
                print(f"memory {now:.0f} MB, at most {most:.0f} MB   under 400 MB", flush=True)
            finally:
                server.terminate()


def _measure_all(reader: Reader, runs: int) -> None:
    rng = random.Random(1)
    notes = []
    for offset in range(0, 2000, 500):
        found = json.loads(reader.get(f"/api/notes?limit=500&offset={offset}")[1])["notes"]
        notes += [each["href"] for each in found]
    rng.shuffle(notes)
    by = json.loads(reader.get("/api/notes?limit=1")[1])["notes"][0]["contributors"]
    measure(reader, "a note", notes, runs, "p95 under 50 ms")
    measure(reader, "the same note again, kept", notes[:1], runs)
    queries = [f"/search?q={quote(f'{one} {other}')}" for one in WORDS for other in MORE]
    measure(reader, "search, each query once", queries, len(queries) - 1, "p95 under 60 ms")
    pages = ["/", "/tags", "/sources", "/q", "/attention", *(f"/@{handle}" for handle in by[:1])]
    for path in pages:
        _, _, first = reader.get(path)
        _, _, again = reader.get(path)
        print(f"{path:<28} first {1000 * first:5.0f} ms   again {1000 * again:7.1f} ms", flush=True)
    measure(
        reader,
        "history of a note",
        [f"/n/{path.split('/')[-1].split('-')[0]}/history" for path in notes[:50]],
        runs // 3,
    )
    tag = reader.etag(notes[0])
    times = [1000 * reader.get(notes[0], **{"If-None-Match": tag})[2] for _ in range(runs)]
    print(f"{'unchanged (304)':<28} p50 {statistics.median(times):7.1f} ms")


if __name__ == "__main__":
    main()
