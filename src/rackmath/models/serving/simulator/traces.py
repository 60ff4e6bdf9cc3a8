"""Traces of requests from files: Azure's, Mooncake's, ServeGen's, and plain ones."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from rackmath.errors import RackmathError, require
from rackmath.models.serving.simulator.state import Floats, Whole
from rackmath.models.serving.simulator.workload import LONGEST, MOST_REQUESTS, Trace
from rackmath.uncertainty import stream

MAX_BYTES = 1_000_000_000
MOST_ROWS = 10_000_000
MOONCAKE_BLOCK = 512  # tokens of a hash: https://github.com/kvcache-ai/Mooncake
WINDOW = 600.0  # seconds of a window of ServeGen: https://github.com/alibaba/ServeGen
Columns = Mapping[str, Sequence[Any]]
PLAIN = ("arrival_s", "input_tokens", "output_tokens")
AZURE = ("TIMESTAMP", "ContextTokens", "GeneratedTokens")
MOONCAKE = ("timestamp", "input_length", "output_length")


def read_columns(path: Path) -> dict[str, Sequence[Any]]:
    """Return the columns of a CSV, JSON-lines or Parquet file, by its ending.

    Raises
    ------
    RackmathError
        The file is too large or not what its ending says; Parquet needs ``pip install 'rackmath[tables]'``.
    """
    if path.is_dir():
        raise RackmathError(f"{path}: is a folder; give a CSV, JSON-lines or Parquet file")
    if path.stat().st_size > MAX_BYTES:
        raise RackmathError(f"{path}: over {MAX_BYTES // 1_000_000:,} MB; take a part of it")
    try:
        if path.suffix == ".parquet":
            table = require("pyarrow.parquet", "tables").read_table(path)
            if table.num_rows > MOST_ROWS:
                raise RackmathError(f"{path}: more than {MOST_ROWS:,} rows; take a part of it")
            return {name: table.column(name).to_pylist() for name in table.column_names}
        with path.open(newline="", encoding="utf-8-sig") as file:
            rows: list[Any] = list(
                islice(map(json.loads, file), MOST_ROWS + 1)
                if path.suffix == ".jsonl"
                else islice(csv.DictReader(file), MOST_ROWS + 1)
            )
    except RackmathError:
        raise
    except UnicodeDecodeError as problem:
        raise RackmathError(f"{path}: byte {problem.start} is not UTF-8; save the file as UTF-8") from None
    except (csv.Error, ValueError, OSError, RecursionError) as problem:
        raise RackmathError(f"{path}: cannot be read as {path.suffix or 'CSV'} ({str(problem)[:120]})") from None
    if len(rows) > MOST_ROWS:
        raise RackmathError(f"{path}: more than {MOST_ROWS:,} rows; take a part of it")
    if not rows or not all(isinstance(row, dict) for row in rows):
        raise RackmathError(f"{path}: holds no rows with names")
    return {name: [row.get(name) for row in rows] for name in rows[0] if isinstance(name, str)}


def read_trace(path: Path) -> Trace:
    """Return the trace in a file: Azure's or Mooncake's columns, or ``arrival_s, input_tokens, output_tokens``."""
    try:
        return trace_of(read_columns(path))
    except RackmathError as problem:
        said = str(problem)
        raise RackmathError(said if said.startswith(str(path)) else f"{path}: {said}") from None


def trace_of(columns: Columns) -> Trace:
    """Return a trace from columns; which they are says what they mean.

    Raises
    ------
    RackmathError
        Columns are missing, a value is no number, a length is below 1, or time goes back.
    """
    if all(name in columns for name in AZURE):
        stamps = columns["TIMESTAMP"]
        try:
            moments = np.array([str(each) for each in stamps], dtype="datetime64[ns]")
        except ValueError:
            raise RackmathError(_no_time(stamps)) from None
        if np.isnat(moments).any():
            raise RackmathError(_no_time(stamps))
        seconds = (moments - moments[:1]).astype(np.int64) / 1e9
        return Trace(seconds, _tokens(columns, AZURE[1]), _tokens(columns, AZURE[2]))
    if all(name in columns for name in MOONCAKE):
        milliseconds = _numbers(columns, MOONCAKE[0])
        seconds, inputs = milliseconds / 1e3, _tokens(columns, MOONCAKE[1])
        outputs = _tokens(columns, MOONCAKE[2])
        if "hash_ids" not in columns:
            return Trace(seconds, inputs, outputs)
        hash_at, hashes = _hashes(columns["hash_ids"])
        return Trace(seconds, inputs, outputs, MOONCAKE_BLOCK, hash_at, hashes)
    if all(name in columns for name in PLAIN):
        return Trace(_numbers(columns, PLAIN[0]), _tokens(columns, PLAIN[1]), _tokens(columns, PLAIN[2]))
    raise RackmathError(
        "the columns are of no known trace: " + "; or ".join(", ".join(names) for names in (PLAIN, AZURE, MOONCAKE))
    )


def _no_time(stamps: Sequence[Any]) -> str:
    """Return which request's TIMESTAMP is no time."""
    for row, stamp in enumerate(stamps):
        try:
            if not np.isnat(np.datetime64(str(stamp), "ns")):
                continue
        except ValueError:
            pass
        return f"request {row + 1}: TIMESTAMP is {str(stamp)[:40]!r}; a date and time is wanted"
    return "TIMESTAMP holds something that is no time"


def _numbers(columns: Columns, name: str) -> Floats:
    try:
        made = np.array([float(value) for value in columns[name]], dtype=np.float64)
    except (TypeError, ValueError, OverflowError):
        for row, value in enumerate(columns[name]):
            try:
                float(value)
            except (TypeError, ValueError, OverflowError):
                shown = "empty" if value is None or value == "" else f"{str(value)[:30]!r}, not a number"
                raise RackmathError(f"request {row + 1}: {name} is {shown}") from None
        raise
    wrong = ~np.isfinite(made)
    if np.any(wrong):
        raise RackmathError(f"request {int(np.argmax(wrong)) + 1}: {name} is not a finite number")
    return made


def _tokens(columns: Columns, name: str) -> Whole:
    made = _numbers(columns, name)
    wrong = (made < 1) | (made > LONGEST) | (made != np.floor(made))
    if np.any(wrong):
        row = int(np.argmax(wrong))
        raise RackmathError(
            f"request {row + 1}: {name} is {made[row]:g}; a whole number from 1 to {LONGEST:,} is wanted"
        )
    return made.astype(np.int64)


def _hashes(column: Sequence[Any]) -> tuple[Whole, Whole]:
    """Return where each request's hashes begin, and all of them; text with spaces, or lists of numbers."""
    lists = [str(each or "").split() if isinstance(each, str) or each is None else list(each) for each in column]
    hash_at = np.concatenate([[0], np.cumsum([len(each) for each in lists])]).astype(np.int64)
    try:
        hashes = np.array([int(each) for part in lists for each in part], dtype=np.int64)
    except (TypeError, ValueError, OverflowError):
        raise RackmathError("hash_ids holds something that is not a whole number") from None
    return hash_at, hashes


def servegen_trace(
    windows: Columns,
    lengths: Columns,
    *,
    model: str,
    start: float,
    seconds: float,
    seed: int,
    category: str = "language",
) -> Trace:
    """Return requests drawn from ServeGen's clients: windows of arrivals by client, and summaries of their lengths.

    Within each ten-minute window a client's gaps follow its fitted shape, with the window's rate. Lengths are drawn
    from the line through a client's stated percentiles, in logarithms, of the last summary not after the window.
    """
    windows = _of_clients(windows, "windows", ("interarrival_dist",), ("window_start_s", "rate_req_s", "dist_param_1"))
    lengths = _of_clients(lengths, "lengths", ("field",), ("window_start_s", "p50", "p90", "p99"))
    chosen = [
        row
        for row in range(len(windows["client"]))
        if windows["model"][row] == model
        and windows["category"][row] == category
        and start <= windows["window_start_s"][row] < start + seconds
    ]
    if not chosen:
        known = ", ".join(sorted({str(each) for each in windows["model"]}))
        raise RackmathError(f"no windows of {model!r} from {start:g} s on; models: {known}")
    summaries = _summaries(lengths, model, category)
    random = stream(seed, f"simulator:servegen:{model}")
    times: list[Floats] = []
    inputs: list[Whole] = []
    outputs: list[Whole] = []
    count = 0
    for row in chosen:
        own = summaries.get(int(windows["client"][row]))
        rate = float(windows["rate_req_s"][row])
        if own is None or not (math.isfinite(rate) and rate > 0):
            continue
        if rate * WINDOW > MOST_REQUESTS:
            raise RackmathError(f"ServeGen's windows: row {row + 1} has {rate:g} requests/s; that is too many to draw")
        begin = float(windows["window_start_s"][row])
        shape = min(max(float(windows["dist_param_1"][row]), 0.01), 100.0)
        moments = _window_times(random, str(windows["interarrival_dist"][row]), shape, rate)
        count += len(moments)
        if count > MOST_REQUESTS:
            raise RackmathError(f"more than {MOST_REQUESTS:,} requests; take less time")
        at = max(sum(1 for since, *_ in own if since <= begin) - 1, 0)
        times.append(begin - start + moments)
        for made, level in zip((inputs, outputs), own[at][1:], strict=True):
            made.append(_lengths(random, level, len(moments)))
    if not count:
        raise RackmathError(f"no client of {model!r} has both arrivals and lengths in that time")
    joined = np.concatenate(times)
    order = np.argsort(joined, kind="stable")
    return Trace(joined[order], np.concatenate(inputs)[order], np.concatenate(outputs)[order])


def _of_clients(columns: Columns, what: str, texts: Sequence[str], numbers: Sequence[str]) -> Columns:
    """Return the columns of one of ServeGen's tables, numbers as floats, NaN where a cell is empty."""
    numbers = ("client", *numbers)
    missing = [name for name in ("model", "category", *texts, *numbers) if name not in columns]
    if missing:
        raise RackmathError(f"ServeGen's {what} have no column {', '.join(missing)}")
    filled = {name: [math.nan if each in {None, ""} else each for each in columns[name]] for name in numbers}
    try:
        return {**columns, **{name: [float(each) for each in filled[name]] for name in numbers}}
    except (TypeError, ValueError, OverflowError) as problem:
        raise RackmathError(f"ServeGen's {what}: {str(problem)[:80]}") from None


Levels = tuple[float, float, float]
Summary = tuple[float, Levels, Levels]


def _summaries(lengths: Columns, model: str, category: str) -> dict[int, list[Summary]]:
    """Return by client the percentiles of input and output lengths over time, oldest first."""
    found: dict[tuple[int, float], dict[str, Levels]] = {}
    for row in range(len(lengths["client"])):
        if lengths["model"][row] == model and lengths["category"][row] == category:
            key = (int(lengths["client"][row]), float(lengths["window_start_s"][row]))
            p50, p90, p99 = (max(float(lengths[name][row]), 1.0) for name in ("p50", "p90", "p99"))
            found.setdefault(key, {})[str(lengths["field"][row])] = (p50, max(p90, p50), max(p99, p90, p50))
    made: dict[int, list[Summary]] = {}
    for (client, since), fields in sorted(found.items()):
        if "input_tokens" in fields and "output_tokens" in fields:
            made.setdefault(client, []).append((since, fields["input_tokens"], fields["output_tokens"]))
    return made


def _window_times(random: np.random.Generator, kind: str, shape: float, rate: float) -> Floats:
    """Return the arrivals of one client within a window, from gaps of its shape and the window's rate."""
    mean = math.gamma(1 + 1 / shape) if kind == "Weibull" else shape
    made = np.zeros(0)
    while not len(made) or made[-1] < WINDOW:
        count = int(rate * WINDOW * 1.2) + 20
        gaps = random.weibull(shape, count) if kind == "Weibull" else random.gamma(shape, 1.0, count)
        made = np.concatenate([made, (made[-1] if len(made) else 0.0) + np.cumsum(gaps / mean / rate)])
    return np.asarray(made[made < WINDOW])


def _lengths(random: np.random.Generator, levels: Levels, count: int) -> Whole:
    """Return lengths whose logarithm is linear between 1 at 0 %, p50, p90, p99, and as steep beyond."""
    p50, p90, p99 = levels
    logs = np.log([1.0, p50, p90, p99, min(p99 * p99 / p90, 10 * p99)])
    drawn = np.exp(np.interp(random.random(count), [0.0, 0.5, 0.9, 0.99, 1.0], logs))
    return np.clip(np.rint(drawn), 1, LONGEST).astype(np.int64)
