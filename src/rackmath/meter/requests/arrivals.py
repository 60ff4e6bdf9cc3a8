"""How requests were sent: an open loop, which sends whatever happens, or a closed one, which waits for answers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rackmath.meter.requests.log import Array, Log

ENOUGH = 20
SHARE_AT_CAP = 0.8
FULL = 0.8
STEADY = 0.2
LIKE_POISSON = (0.75, 1.3)
AT_ONCE = 0.01
OMISSION = (
    "a closed loop sends the next request only when one has ended, so a stall delays the requests that would have "
    "met it (coordinated omission): these latencies do not hold for users who come on their own"
)


@dataclass(frozen=True)
class Arrivals:
    """How requests came: `loop` is open, closed, all at once, or unknown; `told` says what shows it."""

    loop: str
    told: str
    variation: float | None = None
    """Standard deviation of the times between arrivals over their mean: 0 a fixed rate, 1 Poisson."""


def in_flight(log: Log) -> tuple[Array, Array]:
    """Return moments and the requests in flight from each on, over requests whose end is known."""
    known = ~np.isnan(log.arrival + log.e2e)
    start, end = log.arrival[known], (log.arrival + log.e2e)[known]
    times = np.concatenate([end, start])  # of one moment, ends count first
    steps = np.concatenate([-np.ones(len(end)), np.ones(len(start))])
    order = np.argsort(times, kind="stable")
    return times[order], np.cumsum(steps[order])


def look(log: Log) -> Arrivals:
    """Return how the requests of a log were sent, as their pattern shows."""
    if np.isnan(log.arrival).any():
        return Arrivals("unknown", "the log has no arrivals, so the loop cannot be seen")
    if len(log) < ENOUGH:
        return Arrivals("unknown", f"fewer than {ENOUGH} requests show no pattern")
    times, running = in_flight(log)
    if not len(times):
        return Arrivals("unknown", "no request has both an arrival and an end")
    gaps = np.diff(log.arrival)
    span = float(times[-1])
    if float(log.arrival[-1]) <= AT_ONCE * span:
        return Arrivals("all at once", "every request arrives in the first 1% of the run, as in an offline test")
    variation = float(gaps.std() / gaps.mean())
    known = np.sort(log.arrival[~np.isnan(log.arrival + log.e2e)])
    slack = 0.02 * float(np.nanmedian(log.e2e))  # a client takes a moment between an answer and its next request
    found = running[np.searchsorted(times, known + slack, side="right") - 1]
    cap = float(np.median(found))
    begun = int(cap)
    near = np.abs(found[begun:] - cap) <= 0.5 * np.sqrt(cap)  # of a Poisson number, 38% come as near as this
    full = float(near.mean()) if begun < len(found) else 0.0
    busy = float(running[:-1] @ np.diff(times)) / span / cap
    if full >= SHARE_AT_CAP and busy < FULL and variation > STEADY:
        return Arrivals("unknown", "one request at a time with pauses: open and closed loops look alike", variation)
    if full >= SHARE_AT_CAP and variation <= STEADY:
        return Arrivals(
            "unknown", "evenly spaced at a steady load: a fixed rate and a closed loop look alike", variation
        )
    if full >= SHARE_AT_CAP and busy >= FULL:
        return Arrivals("closed", f"{full:.0%} of arrivals find {cap:.0f} requests in flight", variation)
    if variation <= STEADY:
        return Arrivals("open", f"arrivals are evenly spaced (variation {variation:.2f})", variation)
    low, high = LIKE_POISSON
    kind = "like a Poisson process" if low <= variation <= high else "in bursts" if variation > high else "fairly even"
    return Arrivals("open", f"arrivals come {kind} (variation {variation:.2f})", variation)
