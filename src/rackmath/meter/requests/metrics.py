"""What a request log says: latencies, throughput over a stated window, and goodput at a service level.

Definitions, of a request with arrival t₀ and n tokens at τ₁ … τₙ:

* TTFT is τ₁ − t₀, end to end τₙ − t₀, with the queue and, on a client's clock, the network in them.
* TPOT is (τₙ − τ₁) / (n − 1), weighted by request; a request of one token has none.
* itl_mean is Σ(τₙ − τ₁) / Σ(n − 1): the mean time between tokens, weighted by token. It needs no event times, so
  several tokens in one streamed event do not bend it.
* itl_jitter is the standard deviation of the times between streamed events.

The two middle names are both called inter-token latency by tools. Sources of the usages:
https://docs.nvidia.com/nim/benchmarking/llm/latest/metrics.html and https://docs.vllm.ai/en/latest/cli/bench/serve/
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from rackmath.errors import RackmathError
from rackmath.meter.requests.arrivals import OMISSION, Arrivals, in_flight, look
from rackmath.meter.requests.log import Array, Flags, Log
from rackmath.meter.requests.spread import Estimate, Spread, effective, share, spread

LEVELS = ("ttft", "tpot", "e2e")
FEW = 100
DRIFT = 1.5
THIN = 10


@dataclass(frozen=True)
class Measured:
    """The metrics of a log; times in seconds. None where the log does not hold what a metric needs."""

    requests: int
    failed: int
    cancelled: int
    one_token: int
    window: tuple[float, float] | None
    """Begin and end of the active window, in seconds from the first arrival."""
    seconds: float | None
    """Length of the window, or of the run as the file states it."""
    spreads: Mapping[str, Spread | None]
    itl_mean: float | None
    itl_jitter: float | None
    tokens_per_event: float | None
    output_tokens_per_s: float | None
    requests_per_s: float | None
    input_tokens_per_s: float | None
    concurrency: Mapping[str, float] | None
    """Requests in flight over time: mean, p50, p95, max."""
    goodput: float | None
    attained: Estimate | None
    arrivals: Arrivals
    remarks: tuple[str, ...]


def measure(
    log: Log,
    *,
    warmup: float = 0.0,
    cooldown: float = 0.0,
    level: Mapping[str, float] | None = None,
    seed: int = 0,
) -> Measured:
    """Return the metrics of a log.

    Parameters
    ----------
    warmup, cooldown
        Seconds that are cut off at the begin of the run and at its end. Latencies are of requests that arrive in
        between; tokens and requests per second count what is made in between, with a request's tokens after the first
        spread evenly up to its last.
    level
        Highest accepted seconds by name (ttft, tpot, e2e). A request is good when it succeeds and meets all of them.
    seed
        Of the intervals' draws.

    Raises
    ------
    RackmathError
        The window is empty, or a level speaks of what the log does not hold.
    """
    remarks = list(log.remarks)
    timed = not np.isnan(log.arrival).any()
    window = _window(log, timed, warmup, cooldown)
    kept = _arrived(log, window) if window and (warmup or cooldown) else np.ones(len(log), dtype=bool)
    seconds = window[1] - window[0] if window else log.duration
    ok = log.ok & kept
    tpot, tokens = log.tpot, log.output_tokens
    several = ok & ~np.isnan(tpot)
    streamed = float((log.e2e - log.ttft)[several].sum())
    gaps_made = float((tokens - 1)[several].sum())
    events = log.gaps[several[log.gap_owner]]
    per_event = gaps_made / len(events) if len(events) else None
    made = _made(log, window, seconds, ok)
    attained, goodput = _good(log, level or {}, kept, seconds)
    arrivals = look(log)
    spreads = {
        "ttft": spread(np.where(ok, log.ttft, np.nan), "ttft", seed),
        "tpot": spread(np.where(ok, tpot, np.nan), "tpot", seed),
        "e2e": spread(np.where(ok, log.e2e, np.nan), "e2e", seed),
        "e2e_per_token": spread(np.where(ok & (tokens > 0), log.e2e / np.maximum(tokens, 1), np.nan), "each", seed),
        "tokens_per_s_per_user": spread(_speed(np.where(ok, tpot, np.nan)), "speed", seed),
        "event_gap": spread(events, "gap", seed),
    }
    found = Measured(
        requests=int(kept.sum()),
        failed=int((kept & ~log.ok & ~log.cancelled).sum()),
        cancelled=int((kept & log.cancelled).sum()),
        one_token=int((ok & (tokens == 1)).sum()),
        window=window,
        seconds=seconds,
        spreads=spreads,
        itl_mean=streamed / gaps_made if gaps_made else None,
        itl_jitter=float(events.std()) if len(events) > 1 else None,
        tokens_per_event=per_event,
        output_tokens_per_s=made[0],
        requests_per_s=made[1],
        input_tokens_per_s=made[2],
        concurrency=_concurrency(log, window) if window else None,
        goodput=goodput,
        attained=attained,
        arrivals=arrivals,
        remarks=(),
    )
    remarks += _said(log, found, ok, warmup, cooldown)
    return Measured(**{**found.__dict__, "remarks": tuple(remarks)})


def _window(log: Log, timed: bool, warmup: float, cooldown: float) -> tuple[float, float] | None:
    if not all(np.isfinite(each) and each >= 0 for each in (warmup, cooldown)):
        raise RackmathError("warm-up and cool-down are seconds, 0 or more")
    if not timed:
        if warmup or cooldown:
            raise RackmathError(f"{log.name}: has no arrivals, so nothing can be cut off its begin or end")
        return None
    ends = np.where(np.isnan(log.e2e), log.arrival, log.arrival + log.e2e)
    window = (warmup, float(ends.max()) - cooldown)
    if window[1] <= window[0] and (warmup or cooldown):
        raise RackmathError(
            f"{log.name}: takes {ends.max():.3g} s; after {warmup:g} s of warm-up and {cooldown:g} s of cool-down "
            "nothing is left"
        )
    if (warmup or cooldown) and not _arrived(log, window).any():
        raise RackmathError(f"{log.name}: no request arrives between {window[0]:g} and {window[1]:g} s")
    return window


def _arrived(log: Log, window: tuple[float, float]) -> Flags:
    return np.asarray((log.arrival >= window[0]) & (log.arrival <= window[1]))


def _speed(tpot: Array) -> Array:
    with np.errstate(divide="ignore"):
        speed = 1 / tpot
    return np.where(np.isfinite(speed), speed, np.nan)  # no time between tokens: they came as one event


def _made(
    log: Log, window: tuple[float, float] | None, seconds: float | None, ok: Flags
) -> tuple[float | None, float | None, float | None]:
    """Return output tokens, requests and input tokens per second."""
    if not seconds or seconds <= 0:
        return None, None, None
    known = log.ok & ~np.isnan(log.e2e)
    tokens_known = not np.isnan(log.output_tokens[log.ok]).all()
    input_known = not np.isnan(log.input_tokens[log.ok]).all()
    if window is None:
        out, finished, into = log.output_tokens[ok], float(ok.sum()), log.input_tokens[ok]
        return (
            float(np.nansum(out)) / seconds if tokens_known else None,
            finished / seconds,
            float(np.nansum(into)) / seconds if input_known else None,
        )
    begin, end = window
    first = log.arrival + np.where(np.isnan(log.ttft), log.e2e, log.ttft)
    last = log.arrival + log.e2e
    inside = known & (last >= begin) & (last <= end)
    streaming = np.maximum(last - first, 1e-12)
    overlap = np.clip(np.minimum(last, end) - np.maximum(first, begin), 0, None) / streaming
    at_once = (last - first) <= 0
    part = np.where(at_once, ((last >= begin) & (last <= end)).astype(np.float64), overlap)
    rest = np.maximum(log.output_tokens - 1, 0) * part
    firsts = ((first >= begin) & (first <= end)) & (log.output_tokens > 0)
    return (
        float(np.nansum((rest + firsts)[known])) / seconds if tokens_known else None,
        float(inside.sum()) / seconds,
        float(np.nansum(log.input_tokens[inside])) / seconds if input_known else None,
    )


def _concurrency(log: Log, window: tuple[float, float]) -> dict[str, float] | None:
    times, running = in_flight(log)
    if not len(times) or window[1] <= window[0]:
        return None
    lasts = np.diff(np.clip(np.append(times, window[1]), *window))
    order = np.argsort(running, kind="stable")
    reached = np.cumsum(lasts[order])
    if reached[-1] <= 0:
        return None
    at = {f"p{q}": float(running[order][np.searchsorted(reached, q / 100 * reached[-1])]) for q in (50, 95)}
    return {"mean": float(running @ lasts / reached[-1]), **at, "max": float(running[lasts > 0].max())}


def _good(
    log: Log, level: Mapping[str, float], kept: Flags, seconds: float | None
) -> tuple[Estimate | None, float | None]:
    if not level:
        return None, None
    good = log.ok & kept
    for name, most in level.items():
        if name not in LEVELS:
            raise RackmathError(f"a service level has no {name!r}; it has {', '.join(LEVELS)}")
        if not (np.isfinite(most) and most > 0):
            raise RackmathError(f"{name}: {most!r} is no time above 0")
        values = log.tpot if name == "tpot" else log.ttft if name == "ttft" else log.e2e
        if np.isnan(values[log.ok]).all():
            raise RackmathError(f"{log.name}: holds nothing to judge a limit of {name} by")
        passes = values <= most
        if name == "tpot":
            passes = passes | (log.output_tokens <= 1)
        good &= passes
    count = int(good.sum())
    attained = share(count / int(kept.sum()), effective(good[kept].astype(np.float64)))
    return attained, count / seconds if seconds else None


def _said(log: Log, found: Measured, ok: Flags, warmup: float, cooldown: float) -> list[str]:
    said = []
    if found.arrivals.loop == "closed":
        said.append(OMISSION)
    if log.clock == "not said":
        said.append("the log does not say whose clock its times are of; on a client's the network is in them")
    if found.window and not (warmup or cooldown):
        said.append("nothing is cut off: ramp-up and ramp-down are in these numbers (--warmup, --cooldown)")
    if found.one_token:
        said.append(f"{found.one_token:,} of the requests have one token, and so no time per output token")
    per = found.tokens_per_event
    if per is not None and per > 1.05:
        said.append(f"a streamed event holds {per:.2f} tokens on average: gaps are between events, not tokens")
    missed = found.failed + found.cancelled
    if missed:
        said.append(
            f"{missed:,} of {found.requests:,} requests failed or were cancelled: their latencies do not count, and in "
            "goodput they are misses"
        )
    count = int(ok.sum())
    if 0 < count < FEW:
        said.append(f"the 99th percentile of {count} requests is the slowest one; {FEW} or more are needed")
    if not count:
        said.append("no request succeeded: there are no latencies")
    drift = _drift(np.where(ok, log.ttft, np.nan)) if found.window else None
    if drift is not None and not 1 / DRIFT <= drift <= DRIFT:
        way = "rises" if drift > 1 else "falls"
        said.append(f"the median time to first token {way} × {drift:.2f} from the first half to the second: not steady")
    alike = found.spreads["ttft"] or found.spreads["e2e"]
    thin = [q for q, over in alike.over.items() if over < THIN] if alike and alike.count >= FEW else []
    if thin:
        said.append(
            f"fewer than {THIN} independent slow requests lie above {', '.join(f'p{q}' for q in thin)}: intervals "
            "there are too narrow, run longer"
        )
    if alike is not None and alike.effective < 0.5 * alike.count:
        said.append(
            f"neighbouring requests are alike: {alike.count:,} are worth {alike.effective:,.0f} independent ones, and "
            "intervals are as wide as that"
        )
    return said


def _drift(values: Array) -> float | None:
    known = values[~np.isnan(values)]
    if len(known) < 2 * FEW:
        return None
    early, late = (float(np.median(half)) for half in np.array_split(known, 2))
    return late / early if early > 0 else None
