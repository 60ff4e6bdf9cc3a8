"""A load generator by the rules of MLPerf Inference, run against any system that says when it answers.

Offline sends all samples at once, Server a Poisson stream at a rate, SingleStream one query after another, MultiStream
queries of eight samples. The system is a queue made from samples of service times, or a simulator with the same method.
Random numbers are of named streams, not those of MLCommons' LoadGen (its seeds are drawn anew for each round).
"""

from __future__ import annotations

import heapq
import math
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from rackmath.errors import RackmathError
from rackmath.models.serving.loadgen_rules import (
    MIN_SECONDS,
    OFFLINE_SAMPLES,
    STREAMS,
    Array,
    Limits,
    Metric,
    Run,
    fewest_queries,
    judge,
    metric,
    problems,
)
from rackmath.uncertainty.streams import stream

Indices = NDArray[np.int64]
MOST_QUERIES = 5_000_000
CLOSE = 0.005  # a rate is searched to within half a per cent
LONGER = 1.1
LONGEST = 270_336  # queries after which a Server run is given up: what the rules suggest without early stopping
HOPELESS = 0.0125  # share over a limit from which more queries will not help


@dataclass(frozen=True)
class Answers:
    """Seconds from each arrival to the first token and to the end, and the tokens."""

    first: Array
    end: Array
    tokens: Array


class System(Protocol):
    """What a load generator drives."""

    @property
    def samples(self) -> int:
        """Return how many different samples it can be asked."""

    def answer(self, arrivals: Array, samples: Indices) -> Answers:
        """Return when queries are answered that arrive at rising moments; `samples` says what each asks."""


@dataclass(frozen=True)
class Queue:
    """A system of equal servers that take queries in the order of arrival, each as long as its sample takes.

    Parameters
    ----------
    seconds
        Service time of each sample.
    first
        Seconds from the start of service to the first token; all of `seconds` unless given.
    tokens
        Output tokens of each sample; 1 unless given.
    servers
        How many queries are served side by side.
    """

    seconds: Array
    first: Array | None = None
    tokens: Array | None = None
    servers: int = 1

    def __post_init__(self) -> None:
        for name, values in (("seconds", self.seconds), ("first", self.first), ("tokens", self.tokens)):
            if values is None:
                continue
            if len(values) != len(self.seconds) or not len(values):
                raise RackmathError(f"{name}: {len(values)} values for {len(self.seconds)} samples")
            if not np.isfinite(values).all() or (values < 0).any() or (values > 1e9).any():
                at = int(np.argmin(np.isfinite(values) & (values >= 0) & (values <= 1e9)))
                raise RackmathError(f"sample {at + 1}: {name} is {values[at]:g}; a number from 0 to 1e9 is wanted")
        if not (self.seconds > 0).all():
            raise RackmathError("seconds: a service time is not above 0")
        if self.first is not None and (self.first > self.seconds).any():
            raise RackmathError("first: a first token comes after the end of its service")
        if self.tokens is not None and (self.tokens < 1).any():
            raise RackmathError("tokens: a sample has no output token")
        if self.servers < 1:
            raise RackmathError(f"servers: {self.servers} is not 1 or more")

    @property
    def samples(self) -> int:
        """Return how many samples there are."""
        return len(self.seconds)

    def answer(self, arrivals: Array, samples: Indices) -> Answers:
        """Return when queries are answered, in the order of arrival."""
        takes = self.seconds[samples]
        begins = self._begin(arrivals, takes)
        waits = begins - arrivals
        first = takes if self.first is None else self.first[samples]
        tokens = np.ones(len(takes)) if self.tokens is None else self.tokens[samples]
        return Answers(waits + first, waits + takes, tokens)

    def _begin(self, arrivals: Array, takes: Array) -> Array:
        if self.servers == 1:  # Lindley's recursion, solved: an end is the latest of "arrival + all work since"
            worked = np.cumsum(takes)
            return np.asarray(np.maximum.accumulate(arrivals - (worked - takes)) + worked - takes)
        free = [0.0] * min(self.servers, len(takes))
        begins = np.empty(len(takes))
        for at, (arrival, taken) in enumerate(zip(arrivals.tolist(), takes.tolist(), strict=True)):
            begin = max(heapq.heappop(free), arrival)
            begins[at] = begin
            heapq.heappush(free, begin + taken)
        return begins


@dataclass(frozen=True)
class Tested:
    """A scenario's run, its metric, and why it is not valid."""

    run: Run
    metric: Metric
    problems: tuple[str, ...]
    rate: float | None = None
    """Queries per second that were offered, in Server and Interactive."""


def offline(system: System, *, seed: int = 0, seconds: float = MIN_SECONDS) -> Tested:
    """Return an Offline run: every sample at once, and as many as keep the system busy for `seconds`."""
    count = OFFLINE_SAMPLES
    while True:
        run = _run(system, "Offline", np.zeros(count), seed)
        if run.seconds >= seconds:
            return Tested(run, metric(run), tuple(problems(run)))
        count = _enough(math.ceil(LONGER * count * seconds / run.seconds))


def server(
    system: System,
    rate: float,
    limits: Limits,
    *,
    scenario: str = "Server",
    seed: int = 0,
    seconds: float = MIN_SECONDS,
) -> Tested:
    """Return a Server or Interactive run at one rate of Poisson arrivals.

    Where more queries are over a limit than early stopping allows, the run goes on for as many as it would take.
    """
    if not (math.isfinite(rate) and rate > 0):
        raise RackmathError(f"rate {rate!r} is not a number of queries per second above 0")
    count = _enough(max(math.ceil(LONGER * rate * seconds), fewest_queries(0, 0.99)))
    while True:
        gaps = stream(seed, "loadgen:schedule").exponential(size=count)
        run = _run(system, scenario, np.cumsum(gaps) / rate, seed)
        over = max(int((judged > most).sum()) for _, judged, most in judge(run, limits))
        needed = fewest_queries(over, 0.99) if over <= HOPELESS * count else count
        if needed <= count or needed > LONGEST:
            return Tested(run, metric(run), tuple(problems(run, limits)), rate)
        count = needed


def highest_rate(
    system: System,
    limits: Limits,
    *,
    scenario: str = "Server",
    seed: int = 0,
    seconds: float = MIN_SECONDS,
) -> Tested:
    """Return the Server run of the highest rate whose first and later tokens hold their limits.

    The rate is halved between one that holds and one that does not, from the Offline rate down, with the same random
    numbers at each, so that only the rate differs.

    Raises
    ------
    RackmathError
        No rate holds the limits: even queries that wait for nothing are too slow.
    """
    high = 1.5 * offline(system, seed=seed, seconds=1.0).metric.queries_per_s
    low = high / 1024
    best = server(system, low, limits, scenario=scenario, seed=seed, seconds=seconds)
    if best.problems:
        raise RackmathError(f"no rate holds the limits: at {low:.3g} queries/s, {best.problems[0]}")
    while high / low > 1 + CLOSE:
        middle = math.sqrt(low * high)
        tried = server(system, middle, limits, scenario=scenario, seed=seed, seconds=seconds)
        if tried.problems:
            high = middle
        else:
            low, best = middle, tried
    return best


def single_stream(system: System, *, seed: int = 0, seconds: float = MIN_SECONDS) -> Tested:
    """Return a SingleStream run: one query after another, for as long as the rules ask."""
    return _one_after_another(system, "SingleStream", 1, seed, seconds)


def multi_stream(system: System, *, seed: int = 0, seconds: float = MIN_SECONDS) -> Tested:
    """Return a MultiStream run: eight samples in a query, the next query when all of them are answered."""
    return _one_after_another(system, "MultiStream", STREAMS, seed, seconds)


def _one_after_another(system: System, scenario: str, each: int, seed: int, seconds: float) -> Tested:
    draws = stream(seed, "loadgen:samples")
    now, count = 0.0, 0
    arrivals, ends = [], []
    needed = fewest_queries(1, 0.9 if scenario == "SingleStream" else 0.99)
    while now < seconds or count < needed:
        answers = system.answer(np.zeros(each), draws.integers(0, system.samples, each))
        arrivals.append(now)
        ends.append(float(answers.end.max()))
        now += ends[-1]
        count = _enough(count + 1)
    run = Run(scenario, np.array(arrivals), np.array(ends), samples_per_query=each)
    return Tested(run, metric(run), tuple(problems(run)))


def _run(system: System, scenario: str, arrivals: Array, seed: int) -> Run:
    samples = stream(seed, "loadgen:samples").integers(0, system.samples, len(arrivals))
    answers = system.answer(arrivals, samples)
    return Run(scenario, arrivals, answers.end, answers.first, answers.tokens)


def _enough(count: int) -> int:
    if count > MOST_QUERIES:
        raise RackmathError(f"a valid run would take {count:,} queries, over {MOST_QUERIES:,}; the system is too fast")
    return count
