"""Numbers of request logs: columns that carry their unit in their name, and limits that nothing real exceeds."""

from __future__ import annotations

from rackmath.errors import RackmathError
from rackmath.meter.rows import Row

SUFFIXES = {"_ms": 1e-3, "_us": 1e-6, "_ns": 1e-9, "_sec": 1.0, "_seconds": 1.0, "_s": 1.0}
"""What a column's name may end in, and the seconds of one; without a suffix a duration is in seconds."""
TIMES = ("latency", "ttft", "tpot", "itl", "e2e", "wait", "time", "duration", "p50", "p90", "p95", "p99")
MOST_SECONDS = 1e9
MOST_TOKENS = 1e9


def in_seconds(column: str) -> float | None:
    """Return the seconds of one unit of a column of durations; None for a column of something else.

    >>> in_seconds("p99_ttft_ms"), in_seconds("e2e"), in_seconds("gpus")
    (0.001, 1.0, None)
    """
    return bare(column)[1] if any(word in column for word in TIMES) else None


def bare(column: str) -> tuple[str, float]:
    """Return a column's name without its unit, and the seconds of that unit.

    >>> bare("ttft_ms")
    ('ttft', 0.001)
    """
    for suffix, unit in SUFFIXES.items():
        if column.endswith(suffix) and len(column) > len(suffix):
            return column[: -len(suffix)], unit
    return column, 1.0


def number(row: Row, name: str) -> float:
    """Return a cell as a number; RackmathError with its row and column."""
    value = float(row.number(name))
    if abs(value) > MOST_SECONDS * 1e9:
        raise RackmathError(f"{row.where}, column {name!r}: {row.text(name)[:40]!r} is too large to be true")
    return value
