"""Simulate an engine under a workload."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from rackmath.errors import RackmathError
from rackmath.models.serving.simulator import state as s
from rackmath.models.serving.simulator.compiled import run_function
from rackmath.models.serving.simulator.engine import ROUTINGS, Engine
from rackmath.models.serving.simulator.outcome import (
    Limits,
    Outcome,
    Records,
    Series,
    share_within,
    spread_of,
    spread_of_gaps,
)
from rackmath.models.serving.simulator.workload import Closed, Drawn, Workload, draw

EVENTS = 200_000  # between two reports of progress
MOST_PLACES = 20_000_000  # of requests that decode at once, over all replicas
SATURATED = 20_000  # requests of the run that finds the capacity
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Ran:
    """A finished run of the loop: what was drawn, and the state at the end."""

    drawn: Drawn
    state: s.State


def simulate(
    engine: Engine,
    workload: Workload,
    *,
    seed: int = 0,
    limits: Limits | None = None,
    plain: bool = False,
    progress: Progress | None = None,
    capacity: float | None = None,
) -> Outcome:
    """Return what requests of a workload see of an engine, event by event; the same seed gives the same outcome.

    `limits` is the service level that goodput is counted at. `plain` runs the loop in plain Python, and `progress` is
    told the requests that have ended, and their number. `capacity` is what the engine serves of such requests
    (requests/s), where it is known already; else a run of its own finds it.

    Raises
    ------
    RackmathError
        A request is larger than the cache or has no tokens, or a hash block is no multiple of the engine's blocks.
    """
    if seed != int(seed) or not 0 <= seed < 2**63:
        raise RackmathError(f"the seed is {seed}; a whole number from 0 to 2**63 - 1 is wanted")
    drawn = draw(workload, seed)
    closed = isinstance(workload.arrivals, Closed)
    warm, drain = _dropped(workload)
    ran = run(engine, drawn, workload, warm, drain, plain=plain, progress=progress)
    offered = None if closed else _offered(drawn)
    if offered is not None and capacity is None:
        capacity = _capacity(engine, workload, drawn, plain)
    return _outcome(engine, ran, warm, drain, limits or Limits(), offered, capacity if offered is not None else None)


def _dropped(workload: Workload) -> tuple[int, int]:
    """Return how many requests are not counted at the start and at the end; a closed load's first burst warms up."""
    warm, drain = int(workload.warm_up * workload.count), int(workload.drain * workload.count)
    arrivals = workload.arrivals
    if isinstance(arrivals, Closed) and workload.warm_up > 0 and workload.count >= 3 * arrivals.concurrency:
        warm = max(warm, int(arrivals.concurrency) + 1)
    return warm, drain


def run(
    engine: Engine,
    drawn: Drawn,
    workload: Workload,
    warm: int = 0,
    drain: int = 0,
    *,
    fast_forward: bool = True,
    plain: bool = False,
    progress: Progress | None = None,
) -> Ran:
    """Run the event loop over drawn requests until all have ended."""
    count = len(drawn.inputs)
    arrivals = workload.arrivals
    concurrency = int(arrivals.concurrency) if isinstance(arrivals, Closed) else 0
    plan = _plan(engine, drawn, len(workload.classes), concurrency, warm, count - drain)
    plan = plan._replace(fast_forward=fast_forward)
    made = s.new_state(plan, drawn.hashes)
    made.of.due, made.of.prompt, made.of.output = drawn.arrivals, drawn.inputs, drawn.outputs
    made.of.priority, made.of.hash_at, made.of.hash_end = drawn.priority, drawn.hash_at[:-1], drawn.hash_at[1:]
    loop, compiled = run_function(plain)
    costs, seen = _costs(engine), made if compiled else s.plainly(made)
    while not loop(plan, costs, seen, EVENTS):
        if progress:
            progress(int(made.counts[s.FINISHED]), count)
    return Ran(drawn, made)


def _plan(engine: Engine, drawn: Drawn, classes: int, concurrency: int, warm: int, stop: int) -> s.Plan:
    pools = engine.pools
    prefillers = engine.prefill.replicas if engine.prefill else 0
    hash_blocks = 0
    if engine.prefix_cache and drawn.hash_count:
        if drawn.hash_tokens % engine.block:
            raise RackmathError(
                f"hashes name blocks of {drawn.hash_tokens} tokens, no multiple of the engine's {engine.block}"
            )
        hash_blocks = drawn.hash_tokens // engine.block
    if sum(pool.replicas * pool.ranks * pool.sequences for pool in pools) > MOST_PLACES:
        raise RackmathError(f"replicas × ranks × sequences are over {MOST_PLACES:,}; simulate fewer")
    for pool in pools:
        largest = drawn.inputs + (1 if pool is engine.prefill else drawn.outputs)
        room = (pool.blocks - engine.sequence_blocks) * engine.block
        if np.max(largest) > room:
            at = int(np.argmax(largest))
            raise RackmathError(
                f"request {at + 1} needs {largest[at]:,} tokens of cache and an attention rank holds {max(room, 0):,}; "
                "use more devices, fewer bits or shorter requests"
            )

    def each(name: str, *, by_rank: bool = True) -> s.Whole:
        values = [getattr(pool, name) * (pool.ranks if by_rank else 1) for pool in pools]
        return np.array(values + values[-1:], dtype=np.int64)

    return s.Plan(
        requests=len(drawn.inputs),
        replicas=sum(pool.replicas for pool in pools),
        prefillers=prefillers,
        concurrency=concurrency,
        blocks=each("blocks"),
        sequences=each("sequences"),
        budget=each("budget", by_rank=False),
        ranks=each("ranks", by_rank=False),
        sequence_blocks=engine.sequence_blocks,
        block=engine.block,
        hash_blocks=hash_blocks,
        hash_count=drawn.hash_count if hash_blocks else 0,
        reserve=engine.reserve,
        prefill_first=engine.policy == "prefill-first",
        routing=ROUTINGS[engine.routing],
        classes=classes,
        link_seconds=engine.link_seconds_per_token,
        first_after_transfer=engine.first_after_transfer and engine.prefill is not None,
        fast_forward=True,
        warm=warm,
        stop=stop,
    )


def _costs(engine: Engine) -> s.Costs:
    """Return the tables of the pools, padded to one length with what comes last; beyond it they are not read."""
    costs = [pool.cost for pool in engine.pools]

    def rows(name: str) -> s.Floats:
        tables = [getattr(cost, name) for cost in costs]
        longest = max(len(table) for table in tables)
        if name == "work":  # goes on as it ended
            tables = [np.concatenate([t, t[-1] + (t[-1] - t[-2]) * np.arange(1, longest - len(t) + 1)]) for t in tables]
        return np.array([np.pad(table, (0, longest - len(table)), mode="edge") for table in tables])

    rates = np.array([[cost.token, cost.pair, cost.prompt] for cost in costs])
    return s.Costs(np.stack([rows(name) for name in ("base", "slope", "scale")], axis=1), rows("work"), rates)


def _offered(drawn: Drawn) -> float | None:
    """Return the requests a second that arrive; None where they all come at once."""
    span = float(drawn.arrivals[-1] - drawn.arrivals[0])
    return (len(drawn.arrivals) - 1) / span if span > 0 else None


def _capacity(engine: Engine, workload: Workload, drawn: Drawn, plain: bool) -> float:
    """Return the requests a second that the engine serves when all are there at once."""
    count = len(drawn.inputs)
    pool = engine.pool
    each = float(np.mean(drawn.inputs + drawn.outputs / 2)) / engine.block + engine.sequence_blocks
    at_once = min(pool.sequences, pool.blocks / each) * pool.ranks * pool.replicas
    wanted = int(min(max(count if count < SATURATED else SATURATED, 10 * at_once), 5 * SATURATED))
    chosen = np.arange(wanted) % count
    if wanted < count and not drawn.hash_count:  # from all of the time; shared prefixes stay next to one another
        chosen = np.arange(wanted) * count // wanted
    lengths = np.diff(drawn.hash_at)[chosen]
    hash_at = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    within = np.arange(hash_at[-1]) - np.repeat(hash_at[:-1], lengths)
    waiting = replace(
        drawn,
        arrivals=np.zeros(wanted),
        inputs=drawn.inputs[chosen],
        outputs=drawn.outputs[chosen],
        priority=drawn.priority[chosen],
        hash_at=hash_at,
        hashes=drawn.hashes[np.repeat(drawn.hash_at[chosen], lengths) + within],
    )
    ended = np.sort(run(engine, waiting, workload, plain=plain).state.of.last)
    first, last = int(0.2 * (wanted - 1)), int(0.8 * (wanted - 1))
    return float((last - first) / (ended[last] - ended[first])) if ended[last] > ended[first] else float("inf")


def _outcome(
    engine: Engine, ran: Ran, warm: int, drain: int, limits: Limits, offered: float | None, capacity: float | None
) -> Outcome:
    z, o = ran.state, ran.state.of
    count = len(o.last)
    kept = slice(warm, count - drain)
    outside = engine.overhead + engine.overhead_per_token * ran.drawn.inputs
    waited = o.first - o.arrived + outside
    whole = o.last - o.arrived + outside
    outputs = ran.drawn.outputs
    with np.errstate(all="ignore"):
        token = np.where(outputs > 1, (o.last - o.first) / (outputs - 1), np.nan)
    records = Records(
        o.arrived[kept],
        waited[kept],
        token[kept],
        whole[kept],
        ran.drawn.inputs[kept],
        outputs[kept],
        o.hit[kept],
    )
    stable = capacity is None or offered is None or offered < capacity
    begin, end = z.clock[s.WINDOW_BEGIN], z.clock[s.WINDOW_END]
    seconds = float(end - begin)
    per_second = 1 / seconds if seconds > 0 else 0.0
    pools = engine.pools
    blocks = sum(pool.blocks * pool.ranks * pool.replicas for pool in pools)
    sampled = z.samples[: z.counts[s.SAMPLED]].T
    finished = float(np.sum((o.last > begin) & (o.last <= end))) * per_second
    share = share_within(records, limits) if stable else 0.0
    return Outcome(
        requests=count,
        counted=len(records.ttft),
        warm_up=warm,
        drain=drain,
        seconds=seconds,
        stable=stable,
        offered=offered,
        capacity=capacity,
        growth=0.0 if stable or offered is None or capacity is None else offered - capacity,
        ttft=spread_of(records.ttft) if stable else None,
        tpot=spread_of(records.tpot),
        itl=spread_of_gaps(z.gaps, float(z.clock[s.GAP_SECONDS])),
        e2e=spread_of(records.e2e) if stable else None,
        requests_per_s=finished,
        input_tokens_per_s=float(z.counts[s.TOKENS_IN]) * per_second,
        output_tokens_per_s=float(z.counts[s.TOKENS_OUT]) * per_second,
        goodput=share * finished,
        goodput_share=share,
        running=float(z.clock[s.RUNNING_SECONDS]) * per_second,
        waiting=float(z.clock[s.WAITING_SECONDS]) * per_second,
        cache=float(z.clock[s.BLOCK_SECONDS]) * per_second / blocks,
        cache_peak=float(sampled[3].max(initial=0.0)) / blocks,
        preemptions=int(z.counts[s.PREEMPTIONS]),
        prefix_hits=float(records.hit.sum() / records.input.sum()),
        steps=int(z.counts[s.ITERATIONS]),
        series=Series(sampled[0], sampled[1], sampled[2], sampled[3] / blocks),
        records=records,
    )
