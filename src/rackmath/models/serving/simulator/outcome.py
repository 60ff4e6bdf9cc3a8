"""What a simulation says: percentiles with their intervals, rates, goodput, memory and batch over time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import stdtrit

from rackmath.models.serving.simulator.cost import finite
from rackmath.models.serving.simulator.state import GAP_BINS, GAP_HIGH, GAP_LOW, Floats, Whole

QUANTILES = {"p50": 0.5, "p90": 0.9, "p95": 0.95, "p99": 0.99}
BATCHES = 20  # of consecutive requests, for batch means
FEWEST = 200  # requests: with fewer no interval is given


@dataclass(frozen=True)
class Limits:
    """A service level: the most seconds to the first token, per output token and in all; None does not limit."""

    ttft: float | None = None
    tpot: float | None = None
    e2e: float | None = None

    def __post_init__(self) -> None:
        for name in ("ttft", "tpot", "e2e"):
            if getattr(self, name) is not None:
                finite(f"the limit of {name} (s)", getattr(self, name), above=True)


@dataclass(frozen=True)
class Spread:
    """Mean and percentiles of a time in seconds, and 95 % intervals by batch means where there are enough requests."""

    mean: float
    p50: float
    p90: float
    p95: float
    p99: float
    intervals: Mapping[str, tuple[float, float]]


def _spread(values: Sequence[float], intervals: Mapping[str, tuple[float, float]]) -> Spread:
    mean, p50, p90, p95, p99 = map(float, values)
    return Spread(mean, p50, p90, p95, p99, intervals)


@dataclass(frozen=True)
class Series:
    """How the engine stood over time, at most 1,024 samples: seconds, requests, and share of the cache."""

    seconds: Floats
    running: Floats
    waiting: Floats
    cache: Floats


@dataclass(frozen=True)
class Records:
    """Each counted request in the order of arrival: seconds, and prompt tokens found in the prefix cache."""

    arrival: Floats
    ttft: Floats
    tpot: Floats  # NaN for answers of one token
    e2e: Floats
    input: Whole
    output: Whole
    hit: Whole


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """The result of a simulation. Rates are per second of the window that is counted.

    An open load above capacity has no steady state: `stable` is False, `ttft` and `e2e` are None, and the queue grows
    by `growth` requests a second. A closed load is always stable and has no `capacity`.
    """

    requests: int
    counted: int
    warm_up: int  # requests dropped at the start
    drain: int  # requests dropped at the end
    seconds: float  # of the window
    stable: bool
    offered: float | None  # requests/s that arrive; None under a closed load
    capacity: float | None  # requests/s that a full queue is served with
    growth: float  # requests/s
    ttft: Spread | None
    tpot: Spread | None
    itl: Spread | None  # gaps between tokens, pooled
    e2e: Spread | None
    requests_per_s: float
    input_tokens_per_s: float  # computed ones: prompt tokens found in the cache are not in it
    output_tokens_per_s: float
    goodput: float  # requests/s within the limits
    goodput_share: float
    running: float  # mean requests in the batch
    waiting: float
    cache: float  # mean share of the blocks in use
    cache_peak: float  # of the series' samples
    preemptions: int
    prefix_hits: float  # share of prompt tokens
    steps: int
    series: Series
    records: Records

    def within(self, limits: Limits) -> float:
        """Return the share of counted requests that are within limits; 0 where there is no steady state."""
        return share_within(self.records, limits) if self.stable else 0.0


def share_within(records: Records, limits: Limits) -> float:
    """Return the share of requests within all limits; an answer of one token has no time per token to miss."""
    good = np.ones(len(records.ttft), dtype=bool)
    for name in ("ttft", "tpot", "e2e"):
        most = getattr(limits, name)
        if most is not None:
            good &= ~(getattr(records, name) > most)
    return float(np.mean(good))


def spread_of(values: Floats) -> Spread | None:
    """Return mean, percentiles and batch-means intervals of times in the order of arrival; None without any."""
    values = values[np.isfinite(values)]
    if not len(values):
        return None
    levels = list(QUANTILES.values())
    found = [float(np.mean(values)), *(float(each) for each in np.quantile(values, levels))]
    names = ("mean", *QUANTILES)
    intervals = {}
    if len(values) >= FEWEST:
        batches = np.array_split(values, BATCHES)
        by_batch = np.array([[np.mean(each), *np.quantile(each, levels)] for each in batches])
        half = stdtrit(BATCHES - 1, 0.975) * by_batch.std(axis=0, ddof=1) / np.sqrt(BATCHES)
        intervals = {n: (max(v - float(h), 0.0), v + float(h)) for n, v, h in zip(names, found, half, strict=True)}
    return _spread(found, intervals)


def spread_of_gaps(gaps: Whole, seconds: float) -> Spread | None:
    """Return mean and percentiles of pooled gaps from their histogram (bins of 0.7 %); no intervals."""
    total = int(gaps.sum())
    if total == 0:
        return None
    edges = np.exp(np.linspace(np.log(GAP_LOW), np.log(GAP_HIGH), GAP_BINS + 1))
    reached = np.concatenate([[0.0], np.cumsum(gaps) / total])
    found = [float(np.interp(level, reached, edges)) for level in QUANTILES.values()]
    return _spread([seconds / total, *found], {})
