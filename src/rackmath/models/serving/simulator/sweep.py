"""Raise the load step by step until an engine breaks, and find the knee."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from rackmath.errors import RackmathError
from rackmath.models.serving.knee import FEWEST, find_knee
from rackmath.models.serving.simulator.engine import Engine
from rackmath.models.serving.simulator.outcome import Limits, Outcome, Spread
from rackmath.models.serving.simulator.simulate import simulate
from rackmath.models.serving.simulator.workload import Closed, Gamma, Poisson, Trace, Workload

LARGEST = 65_536
ROUNDS = 6  # of a closed load's concurrency, at least, are sent
FLAT = 1.03  # a doubled load that brings less is past the knee
SHARES = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 1.05)  # of the capacity
GOOD = 0.9  # share of requests within the limits, under which the service level is missed


@dataclass(frozen=True)
class Point:
    """One load: requests/s that arrive or requests in flight; seconds, None where there is no steady state."""

    load: float
    requests_per_s: float
    output_tokens_per_s: float
    ttft_p50: float | None
    ttft_p95: float | None
    tpot_p50: float | None
    tpot_p95: float | None
    e2e_mean: float | None
    goodput: float
    goodput_share: float
    running: float
    cache: float
    stable: bool


@dataclass(frozen=True)
class Sweep:
    """Points by rising load; the knee, where latency begins to rise faster than throughput; and where it breaks.

    `broken` is the first point that is unstable or leaves fewer than 90 % of requests within the limits; `best` the
    last one before it.
    """

    unit: str
    points: tuple[Point, ...]
    knee: Point | None
    best: Point | None
    broken: Point | None


def sweep(
    engine: Engine,
    workload: Workload,
    *,
    loads: Sequence[float] | None = None,
    limits: Limits | None = None,
    seed: int = 0,
    plain: bool = False,
    largest: int = LARGEST,
    say: Callable[[Point], None] = lambda _: None,
) -> Sweep:
    """Return how an engine takes rising loads of one kind: rates, or requests in flight where the workload is closed.

    Without `loads`, a closed one is doubled until it brings less than 3 % more or the service level is missed; an open
    one is raised to 105 % of the capacity. Each load draws the same requests. A closed one stops at `largest`.

    Raises
    ------
    RackmathError
        The workload is a trace (scale it instead), or loads are not above 0 and rising.
    """
    arrivals = workload.arrivals
    if isinstance(arrivals, Trace):
        raise RackmathError("a sweep raises a rate or a concurrency; simulate a trace at several scales instead")
    closed = isinstance(arrivals, Closed)
    finite = loads is None or (len(loads) and all(0 < load < math.inf for load in loads))
    if not finite or (loads is not None and list(loads) != sorted(set(loads))):
        raise RackmathError("loads must be finite, above 0 and rising")

    capacity: float | None = None

    def at(load: float) -> Outcome:
        nonlocal capacity
        if isinstance(arrivals, Closed):
            requests = max(workload.requests or 0, ROUNDS * int(load))
            changed = replace(workload, arrivals=Closed(int(load)), requests=requests)
        else:
            kind = Gamma(load, arrivals.cv) if isinstance(arrivals, Gamma) else Poisson(load)
            changed = replace(workload, arrivals=kind)
        made = simulate(engine, changed, seed=seed, limits=limits, plain=plain, capacity=capacity)
        capacity = made.capacity
        return made

    points: list[Point] = []
    for load in loads if loads is not None else _doubling(largest) if closed else _rates(at, arrivals):
        point = _point(load, at(load))
        points.append(point)
        say(point)
        flat = closed and len(points) > 1 and point.output_tokens_per_s < FLAT * points[-2].output_tokens_per_s
        if loads is None and (not point.stable or flat or point.goodput_share < GOOD):
            break
    broken = next((each for each in points if not each.stable or each.goodput_share < GOOD), None)
    before = points[: points.index(broken)] if broken else points
    return Sweep(
        "requests in flight" if closed else "requests/s",
        tuple(points),
        knee(points),
        before[-1] if before else None,
        broken,
    )


def _doubling(largest: int) -> Iterator[float]:
    load = 1.0
    while load <= largest:
        yield load
        load *= 2


def _rates(at: Callable[[float], Outcome], arrivals: Poisson | Gamma | Closed) -> Iterator[float]:
    assert not isinstance(arrivals, Closed)
    capacity = at(arrivals.rate).capacity
    if capacity is None:
        raise RackmathError("the capacity cannot be found from so few requests; send more")
    yield from (share * capacity for share in SHARES)


def _point(load: float, made: Outcome) -> Point:
    def of(spread: Spread | None, name: str) -> float | None:
        return getattr(spread, name) if spread else None

    return Point(
        load=load,
        requests_per_s=made.requests_per_s,
        output_tokens_per_s=made.output_tokens_per_s,
        ttft_p50=of(made.ttft, "p50"),
        ttft_p95=of(made.ttft, "p95"),
        tpot_p50=of(made.tpot, "p50"),
        tpot_p95=of(made.tpot, "p95"),
        e2e_mean=of(made.e2e, "mean"),
        goodput=made.goodput,
        goodput_share=made.goodput_share,
        running=made.running,
        cache=made.cache,
        stable=made.stable,
    )


def knee(points: Sequence[Point]) -> Point | None:
    """Return the point where latency over throughput hangs farthest below its chord; None with too few stable ones."""
    stable = [each for each in points if each.stable and each.e2e_mean is not None]
    throughput = [each.output_tokens_per_s for each in stable]
    if len(set(throughput)) < FEWEST:
        return None
    found = find_knee(throughput, throughput, [each.e2e_mean or 0.0 for each in stable]).by_latency
    return None if found is None else min(stable, key=lambda each: abs(each.output_tokens_per_s - found))
