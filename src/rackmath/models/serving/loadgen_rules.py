"""The rules of MLPerf Inference for a run: its metric by scenario, its limits, and when it is valid.

Rules as of 20 August 2026, with the early stopping criterion (its appendix):
https://github.com/mlcommons/inference_policies/blob/ff7edba545fded369e7e7e3d5a2f0bab4a95eece/inference_rules.adoc
Earlier rounds had other benchmarks and fewer Interactive limits. A run that is valid here is no MLPerf result: that
takes the LoadGen of MLCommons, a submission and its review. MLPerf is a trademark of MLCommons.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rackmath.errors import RackmathError

Array = NDArray[np.float64]
MIN_SECONDS = 600.0
OFFLINE_SAMPLES = 24_576
STREAMS = 8
CONFIDENCE = 0.99
PERCENTILE = {"Server": 0.99, "Interactive": 0.99, "SingleStream": 0.9, "MultiStream": 0.99}
SCENARIOS = ("Offline", *PERCENTILE)


@dataclass(frozen=True)
class Limits:
    """Highest seconds to the first token and per later token, at the 99th percentile."""

    ttft: float
    tpot: float


@dataclass(frozen=True)
class Benchmark:
    """A language model's benchmark: samples of its data set, and the limits of its two loaded scenarios."""

    samples: int
    server: Limits
    interactive: Limits | None = None

    def limits(self, scenario: str) -> Limits | None:
        """Return the limits of a scenario; None for one that has none."""
        return {"Server": self.server, "Interactive": self.interactive}.get(scenario)


BENCHMARKS = {
    "llama3.1-8b": Benchmark(13_368, Limits(2.0, 0.100), Limits(0.5, 0.030)),
    "llama2-70b": Benchmark(24_576, Limits(2.0, 0.200), Limits(0.45, 0.040)),
    "llama3.1-405b": Benchmark(8_313, Limits(6.0, 0.175), Limits(4.5, 0.080)),
    "mixtral-8x7b": Benchmark(15_000, Limits(2.0, 0.200)),
    "deepseek-r1": Benchmark(4_388, Limits(2.0, 0.080), Limits(1.5, 0.015)),
    "gpt-oss-120b": Benchmark(6_396, Limits(3.0, 0.080), Limits(2.0, 0.020)),
}


@dataclass(frozen=True)
class Run:
    """What a load generator saw, a value a query, in seconds: scheduled arrival, first token and end after it.

    `first` and `tokens` are None for models that do not stream tokens. A failed query has no end (NaN).
    """

    scenario: str
    arrival: Array
    end: Array
    first: Array | None = None
    tokens: Array | None = None
    samples_per_query: int = 1

    def __post_init__(self) -> None:
        if self.scenario not in SCENARIOS:
            raise RackmathError(f"{self.scenario[:40]!r} is no scenario; known are {', '.join(SCENARIOS)}")
        if not len(self.arrival):
            raise RackmathError("a run without queries has no metric")
        if not np.isfinite(self.arrival).all() or (self.end[~np.isnan(self.end)] < 0).any():
            raise RackmathError("a query of the run has no arrival, or ends before it")
        if self.first is not None and np.isnan(self.first[self.complete]).any():
            raise RackmathError("a query was answered and has no time of its first token")

    @property
    def seconds(self) -> float:
        """Return the time from the first arrival to the last end."""
        return float(np.nanmax(self.arrival + self.end) - self.arrival.min()) if self.complete.any() else 0.0

    @property
    def complete(self) -> NDArray[np.bool_]:
        """Return which queries were answered."""
        return np.asarray(~np.isnan(self.end))

    @property
    def tpot(self) -> Array | None:
        """Return the mean time between tokens of each query; NaN where there is one token."""
        if self.first is None or self.tokens is None:
            return None
        return np.asarray((self.end - self.first) / np.where(self.tokens > 1, self.tokens - 1, np.nan))


@dataclass(frozen=True)
class Metric:
    """The result of a run by the rules of its scenario."""

    value: float
    unit: str
    queries_per_s: float


def metric(run: Run) -> Metric:
    """Return the metric of a run's scenario.

    Offline, Server and Interactive: tokens per second where tokens are known, otherwise samples per second; whether
    Server holds its limits is `problems`' to say. SingleStream and MultiStream: the 90th and 99th percentile of the
    latency, as early stopping estimates them.
    """
    done = run.complete
    if run.scenario in {"SingleStream", "MultiStream"}:
        return Metric(early_estimate(run.end[done], PERCENTILE[run.scenario]), "s", _rate(run, float(done.sum())))
    if run.tokens is not None:
        value, unit = float(run.tokens[done].sum()), "Tokens/s"
    else:
        value, unit = float(done.sum()) * run.samples_per_query, "Samples/s"
    return Metric(_rate(run, value), unit, _rate(run, float(done.sum())))


def _rate(run: Run, amount: float) -> float:
    if run.seconds <= 0:
        raise RackmathError("the run takes no time, so it has no rate")
    return amount / run.seconds


def most_over(queries: int, percentile: float) -> int:
    """Return how many of some queries may be over the limit, with 99 % confidence; −1 if there are too few queries.

    The most t with P(at most t of n are over | each is over with 1 − p) ≤ 0.01: early stopping with tolerance 0.

    >>> most_over(64, 0.9), most_over(63, 0.9), most_over(43, 0.9)
    (1, 0, -1)
    """
    from scipy.special import bdtr  # noqa: PLC0415  (only validity needs it)

    low, high = -1, int(queries * (1 - percentile)) + 1
    while low < high:  # the distribution rises with t
        middle = (low + high + 1) // 2
        if bdtr(middle, queries, 1 - percentile) <= 1 - CONFIDENCE:
            low = middle
        else:
            high = middle - 1
    return low


def fewest_queries(over: int, percentile: float) -> int:
    """Return how many queries a run needs of which some are over the limit.

    >>> fewest_queries(0, 0.99), fewest_queries(1, 0.99)
    (459, 662)
    """
    low, high = over + 1, 64
    while most_over(high, percentile) < over:
        low, high = high + 1, high * 2
    while low < high:
        middle = (low + high) // 2
        if most_over(middle, percentile) >= over:
            high = middle
        else:
            low = middle + 1
    return high


def early_estimate(latency: Array, percentile: float) -> float:
    """Return a percentile as early stopping estimates it: of n, the most t may be over; t − 1 are discarded.

    Raises
    ------
    RackmathError
        There are too few queries to be 99 % sure of the percentile.
    """
    over = most_over(len(latency), percentile)
    if over < 1:
        needed = fewest_queries(1, percentile)
        raise RackmathError(
            f"{len(latency)} queries are too few for the {percentile:.0%} percentile; it takes {needed}"
        )
    return float(np.sort(latency)[len(latency) - over])


def problems(
    run: Run,
    limits: Limits | None = None,
    *,
    samples: int = OFFLINE_SAMPLES,
    accuracy: float | None = None,
    reference: float | None = None,
    target: float = 0.99,
) -> list[str]:
    """Return why a run is not valid by the rules; none if it is.

    Parameters
    ----------
    limits
        Of the first and later tokens, for Server and Interactive.
    samples
        Of the data set; Offline needs that many, at most 24,576.
    accuracy, reference, target
        What was reached, what the reference model reaches, and the share of it that is asked for.
    """
    told = []
    failed = int((~run.complete).sum())
    if failed:
        told.append(f"{failed:,} queries were not answered; all must be")
    if run.seconds < MIN_SECONDS:
        told.append(f"takes {run.seconds:,.1f} s; at least {MIN_SECONDS:g} s are needed")
    count = len(run.arrival)
    if run.scenario == "Offline":
        needed, held = min(samples, OFFLINE_SAMPLES), count * run.samples_per_query
        if held < needed:
            told.append(f"{held:,} samples; at least {needed:,} are needed")
        if np.ptp(run.arrival) > 0:
            told.append("samples do not all arrive at the start")
    elif run.scenario in {"SingleStream", "MultiStream"}:
        if run.scenario == "MultiStream" and run.samples_per_query != STREAMS:
            told.append(f"a query has {run.samples_per_query} samples; {STREAMS} are needed")
        needed = fewest_queries(1, PERCENTILE[run.scenario])
        if count < needed:
            told.append(f"{count:,} queries; early stopping needs at least {needed:,}")
        if _overlap(run):
            told.append("a query is sent before the one before it has ended")
    else:
        told += _late(run, limits)
    return [*told, *_quality(accuracy, reference, target)]


def _overlap(run: Run) -> bool:
    ends = (run.arrival + run.end)[:-1]
    return bool((run.arrival[1:] < ends - 1e-6).any())


def _late(run: Run, limits: Limits | None) -> list[str]:
    if limits is None:
        raise RackmathError(f"{run.scenario} is valid within limits of latency; none are known of this benchmark")
    told = []
    for name, judged, most in judge(run, limits):
        over = int((judged > most).sum())
        allowed = most_over(len(judged), PERCENTILE[run.scenario]) if len(judged) else -1
        if allowed < 0:
            told.append(f"{name}: {len(judged):,} queries are too few; {fewest_queries(0, 0.99):,} or more are needed")
        elif over > allowed:
            told.append(
                f"{name}: {over:,} of {len(judged):,} queries are over {1e3 * most:g} ms; of so many {allowed:,} may "
                "be, to be 99% sure of the 99th percentile"
            )
    return told


def judge(run: Run, limits: Limits) -> list[tuple[str, Array, float]]:
    """Return, for first and later tokens, the seconds of each query that was answered, and the limit.

    A query of one token has no later ones, so that they take no time.
    """
    tpot = run.tpot
    if run.first is None or tpot is None:
        raise RackmathError("the run has no times of first tokens or no numbers of tokens, which the limits are of")
    return [
        (name, np.nan_to_num(values[run.complete]), most)
        for name, values, most in (("TTFT", run.first, limits.ttft), ("TPOT", tpot, limits.tpot))
    ]


def _quality(accuracy: float | None, reference: float | None, target: float) -> list[str]:
    if accuracy is None and reference is None:
        return []
    if accuracy is None or reference is None or not (reference > 0 and 0 <= accuracy < 1e9 and 0 < target <= 1):
        raise RackmathError("accuracy is judged against a reference above 0, with a target of 0 to 1; give both")
    if accuracy < target * reference:
        return [f"accuracy {accuracy:g} is {accuracy / reference:.2%} of the reference; {target:.1%} are needed"]
    return []
