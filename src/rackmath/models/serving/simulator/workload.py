"""What is asked of an engine: when requests arrive, how long they are, and which prefixes they share."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from rackmath.errors import RackmathError
from rackmath.models.serving.simulator.cost import finite
from rackmath.models.serving.simulator.state import Floats, Whole
from rackmath.uncertainty import stream

MOST_REQUESTS = 20_000_000
LONGEST = 100_000_000  # tokens of one request


@dataclass(frozen=True)
class Poisson:
    """Arrivals at random: `rate` requests a second."""

    rate: float

    def __post_init__(self) -> None:
        finite("the rate (requests/s)", self.rate, above=True)


@dataclass(frozen=True)
class Gamma:
    """Arrivals in bursts: gaps of a gamma distribution with coefficient of variation `cv`; 1 is Poisson.

    vLLM's burstiness is 1/cv².
    """

    rate: float
    cv: float

    def __post_init__(self) -> None:
        finite("the rate (requests/s)", self.rate, above=True)
        finite("cv", self.cv, above=True)


@dataclass(frozen=True)
class Closed:
    """As many requests in flight as `concurrency`: the next one is sent when one has ended."""

    concurrency: int

    def __post_init__(self) -> None:
        if self.concurrency != int(self.concurrency) or not 1 <= self.concurrency <= MOST_REQUESTS:
            raise RackmathError(f"concurrency is {self.concurrency}; a whole number of at least 1 is wanted")


@dataclass(frozen=True)
class Fixed:
    """Every request has so many tokens."""

    input: int
    output: int

    def draw(self, count: int, seed: int) -> tuple[Whole, Whole]:  # noqa: ARG002  (nothing is drawn)
        """Return the lengths of requests."""
        return np.full(count, self.input, dtype=np.int64), np.full(count, self.output, dtype=np.int64)


@dataclass(frozen=True)
class Uniform:
    """Whole lengths from `low` × nominal to nominal, both the same likely; 0.8 is what InferenceX sends."""

    input: int
    output: int
    low: float = 0.8

    def draw(self, count: int, seed: int) -> tuple[Whole, Whole]:
        """Return the lengths of requests."""
        if not 0 < finite("low", self.low) <= 1:
            raise RackmathError(f"low is {self.low:g}; a share above 0 and up to 1 is wanted")
        made = [
            stream(seed, f"simulator:{name}").integers(max(int(self.low * top), 1), max(top, 1) + 1, count)
            for name, top in (("input", self.input), ("output", self.output))
        ]
        return made[0], made[1]


@dataclass(frozen=True)
class LogNormal:
    """Log-normal lengths by their means and coefficients of variation, at least one token."""

    input: float
    output: float
    input_cv: float = 1.0
    output_cv: float = 1.0

    def draw(self, count: int, seed: int) -> tuple[Whole, Whole]:
        """Return the lengths of requests."""
        made = []
        for name, mean, cv in (("input", self.input, self.input_cv), ("output", self.output, self.output_cv)):
            finite(f"the mean {name} (tokens)", mean, above=True)
            spread = np.sqrt(np.log1p(finite(f"{name}_cv", cv) ** 2))
            score = stream(seed, f"simulator:{name}").standard_normal(count)
            tokens = np.exp(np.log(mean) - spread**2 / 2 + spread * score)
            made.append(np.clip(np.rint(tokens), 1, LONGEST).astype(np.int64))
        return made[0], made[1]


@dataclass(frozen=True)
class Empirical:
    """Lengths drawn from pairs that were seen."""

    inputs: Whole
    outputs: Whole

    def draw(self, count: int, seed: int) -> tuple[Whole, Whole]:
        """Return the lengths of requests."""
        if not len(self.inputs) == len(self.outputs) > 0:
            raise RackmathError("empirical lengths need as many inputs as outputs, and at least one")
        at = stream(seed, "simulator:lengths").integers(0, len(self.inputs), count)
        return np.asarray(self.inputs)[at].astype(np.int64), np.asarray(self.outputs)[at].astype(np.int64)


@dataclass(frozen=True)
class Trace:
    """Requests as they were seen: seconds of arrival in order, tokens in and out, and the hashes of prompt blocks.

    `hashes[hash_at[i]:hash_at[i + 1]]` names the blocks of `hash_tokens` tokens of prompt i; equal names, equal tokens.
    """

    arrivals: Floats
    inputs: Whole
    outputs: Whole
    hash_tokens: int = 0
    hash_at: Whole | None = None
    hashes: Whole | None = None

    def __post_init__(self) -> None:
        if not len(self.arrivals) == len(self.inputs) == len(self.outputs) > 0:
            raise RackmathError("a trace needs as many arrivals as inputs and outputs, and at least one request")
        wrong = ~np.isfinite(self.arrivals)
        if np.any(wrong):
            raise RackmathError(f"request {int(np.argmax(wrong)) + 1}: its time of arrival is not a finite number")
        back = np.diff(self.arrivals) < 0
        if np.any(back):
            raise RackmathError(
                f"request {int(np.argmax(back)) + 2}: time goes back; sort the trace by its time of arrival"
            )

    @property
    def rate(self) -> float:
        """Return the mean requests a second."""
        span = float(self.arrivals[-1] - self.arrivals[0])
        return (len(self.arrivals) - 1) / span if span > 0 else float("inf")

    def scaled(self, factor: float) -> Trace:
        """Return the trace with `factor` times its load: the same requests, nearer together."""
        finite("the trace's scale", factor, above=True)
        start = self.arrivals[0]
        return Trace(
            (self.arrivals - start) / factor, self.inputs, self.outputs, self.hash_tokens, self.hash_at, self.hashes
        )


Arrivals = Poisson | Gamma | Closed | Trace
Lengths = Fixed | Uniform | LogNormal | Empirical


@dataclass(frozen=True, kw_only=True)
class Workload:
    """A load: arrivals, lengths (a trace brings its own), and how many requests are sent.

    The first `warm_up` share of the requests (of a closed load at least the first burst) and the last `drain` share are
    simulated and not counted. `classes` gives
    the shares of priority classes, the most urgent first.
    """

    arrivals: Arrivals
    lengths: Lengths | None = None
    requests: int | None = None
    warm_up: float = 0.1
    drain: float = 0.05
    classes: tuple[float, ...] = field(default=(1.0,))

    def __post_init__(self) -> None:
        if isinstance(self.arrivals, Trace):
            if self.lengths is not None:
                raise RackmathError("a trace brings its own lengths; give no others")
        elif self.lengths is None or self.requests is None:
            raise RackmathError("give the lengths of requests and how many are sent")
        if self.requests is not None and not 1 <= self.requests <= MOST_REQUESTS:
            raise RackmathError(f"{self.requests:,} requests: from 1 to {MOST_REQUESTS:,} can be simulated")
        for name in ("warm_up", "drain"):
            finite(name, getattr(self, name))
        if self.warm_up + self.drain >= 1:
            raise RackmathError("warm_up and drain together leave no request; they are shares of all requests")
        if not 1 <= len(self.classes) <= 16 or not abs(sum(self.classes) - 1) <= 1e-6 or min(self.classes) < 0:
            raise RackmathError("classes (of priority) are 1 to 16 shares that add up to 1")

    @property
    def count(self) -> int:
        """Return how many requests are sent."""
        if isinstance(self.arrivals, Trace):
            return min(self.requests or MOST_REQUESTS, len(self.arrivals.arrivals))
        return self.requests or 0


@dataclass(frozen=True)
class Drawn:
    """Requests of a workload as arrays."""

    arrivals: Floats
    inputs: Whole
    outputs: Whole
    priority: Whole
    hash_at: Whole
    hashes: Whole
    hash_tokens: int
    hash_count: int


def draw(workload: Workload, seed: int) -> Drawn:
    """Return the requests of a workload under a seed; each property is drawn from a stream of its own."""
    count, arrivals = workload.count, workload.arrivals
    hash_at, hashes, hash_tokens, hash_count = np.zeros(count + 1, dtype=np.int64), np.zeros(0, dtype=np.int64), 0, 0
    if isinstance(arrivals, Trace):
        times = np.asarray(arrivals.arrivals[:count] - arrivals.arrivals[0], dtype=np.float64)
        inputs, outputs = (np.asarray(each[:count]).astype(np.int64) for each in (arrivals.inputs, arrivals.outputs))
        if arrivals.hash_tokens and arrivals.hash_at is not None and arrivals.hashes is not None:
            hash_at, hashes, hash_count = _full_blocks(arrivals, inputs)
            hash_tokens = arrivals.hash_tokens
    else:
        assert workload.lengths is not None  # the workload has checked it
        inputs, outputs = workload.lengths.draw(count, seed)
        times = _times(arrivals, count, seed)
    for name, tokens in (("input", inputs), ("output", outputs)):
        wrong = (tokens < 1) | (tokens > LONGEST)
        if np.any(wrong):
            at = int(np.argmax(wrong))
            raise RackmathError(f"request {at + 1}: {name} of {tokens[at]:,} tokens; 1 to {LONGEST:,} are wanted")
    priority = np.zeros(count, dtype=np.int64)
    if len(workload.classes) > 1:
        score = stream(seed, "simulator:class").random(count)
        priority = np.searchsorted(np.cumsum(workload.classes)[:-1], score, side="right").astype(np.int64)
    return Drawn(times, inputs, outputs, priority, hash_at, hashes, hash_tokens, hash_count)


def _times(arrivals: Poisson | Gamma | Closed, count: int, seed: int) -> Floats:
    if isinstance(arrivals, Closed):
        return np.zeros(count)
    cv = arrivals.cv if isinstance(arrivals, Gamma) else 1.0
    shape = cv**-2
    return np.cumsum(stream(seed, "simulator:arrivals").gamma(shape, 1 / (shape * arrivals.rate), count))


def _full_blocks(trace: Trace, inputs: Whole) -> tuple[Whole, Whole, int]:
    """Return the hashes of full prompt blocks, numbered from 0: a block in part is not kept for others."""
    assert trace.hash_at is not None
    assert trace.hashes is not None
    starts = trace.hash_at[: len(inputs)]
    lengths = np.minimum(np.diff(trace.hash_at[: len(inputs) + 1]), inputs // trace.hash_tokens)
    hash_at = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    within: NDArray[np.int64] = np.arange(hash_at[-1]) - np.repeat(hash_at[:-1], lengths)
    kept = trace.hashes[np.repeat(starts, lengths) + within]
    names, numbered = np.unique(kept, return_inverse=True)
    return hash_at, numbered.astype(np.int64), len(names)
