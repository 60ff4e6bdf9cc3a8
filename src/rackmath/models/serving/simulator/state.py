"""The arrays that the event loop works on: requests, plan, costs, state and what comes out."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
Small = NDArray[np.int32]

GAP_BINS = 4096  # of the histogram of gaps between tokens, evenly spaced in logarithms
GAP_LOW, GAP_HIGH = 1e-7, 1e5  # seconds: a bin is 0.7 % wide
FAR = 2**62  # a step that never comes
SAMPLES = 1024  # of the series over time; the interval doubles when they are full
ROUND_ROBIN, LEAST_LOADED, PREFIX_AWARE = 0, 1, 2
# Counters of the loop
DISPATCHED, FINISHED, TOKENS_IN, TOKENS_OUT, PREEMPTIONS, ITERATIONS, TURN, ADMITTED, SAMPLED, GAPS = range(10)
# Times and integrals of the loop
(
    CLOCK,
    WINDOW_BEGIN,
    WINDOW_END,
    RUNNING_SECONDS,
    WAITING_SECONDS,
    BLOCK_SECONDS,
    SYSTEM_SECONDS,
    GAP_SECONDS,
    NEXT_SAMPLE,
    SAMPLE_STEP,
) = range(10)


class Requests(NamedTuple):
    """Requests in the order of arrival; `hashes[hash_at[i]:hash_at[i + 1]]` names the full blocks of prompt i."""

    arrival: Floats
    prompt: Whole
    output: Whole
    priority: Whole
    hash_at: Whole
    hashes: Whole


class Plan(NamedTuple):
    """What the engine is told; sizes in tokens or blocks, one pool after the other (front, decoders) in arrays."""

    replicas: int
    prefillers: int  # 0: every replica does both
    concurrency: int  # 0: arrivals come by the clock
    blocks: Whole
    sequences: Whole
    budget: Whole
    ranks: Whole
    sequence_blocks: int
    block: int
    hash_blocks: int  # blocks of one hash; 0: no prefix cache
    hash_count: int
    reserve: bool
    prefill_first: bool
    routing: int
    classes: int
    link_seconds: float  # seconds on the link for each token of a prompt
    first_after_transfer: bool
    fast_forward: bool
    warm: int
    stop: int


class Costs(NamedTuple):
    """Step costs, one row a pool; seconds. See cost.py."""

    base: Floats
    slope: Floats
    scale: Floats
    work: Floats
    token: Floats
    context: Floats
    prompt: Floats


class State(NamedTuple):
    """Everything that changes: arrays by replica, by request, by cached block, and counters."""

    until: Floats
    begun: Floats
    last_end: Floats
    link_free: Floats
    context: Whole
    planned: Whole
    steps: Whole
    next_end: Whole
    used: Whole
    idle: Whole
    load: Whole
    reserved: Whole
    decoding: Whole
    decoders: Whole
    filling: Whole
    fillers: Whole
    fresh: Whole
    fresh_count: Whole
    ready: Whole
    ready_count: Whole
    residue: Whole
    head: Whole
    tail: Whole
    waiting: Whole
    wake: Whole
    transfer: Whole
    handoff: Whole
    lru: Small
    references: Small
    older: Small
    newer: Small
    following: Whole
    done: Whole
    target: Whole
    made: Whole
    held: Whole
    shared: Whole
    chunk: Whole
    join_step: Whole
    join_tokens: Whole
    end_step: Whole
    admitted: Whole
    token_at: Floats
    transfer_end: Floats
    gaps: Whole
    count: Whole
    clock: Floats
    samples: Floats


class Results(NamedTuple):
    """What is known of each request at the end; NaN where it did not happen."""

    arrival: Floats
    first: Floats
    last: Floats
    hit: Whole
    preempted: Whole
    replica: Whole


def new_state(plan: Plan, requests: int) -> State:
    """Return the state before anything has arrived."""
    replicas, most, hashes = plan.replicas, int(plan.sequences.max()), max(plan.hash_count, 1)

    def whole(*shape: int, value: int = 0) -> Whole:
        return np.full(shape, value, dtype=np.int64)

    def small(*shape: int, value: int = -1) -> Small:
        return np.full(shape, value, dtype=np.int32)

    by_replica = (
        "context planned steps next_end used idle load reserved decoding filling fresh_count ready_count waiting wake"
    )
    by_request = "following done target made held shared chunk join_step join_tokens end_step admitted"
    members = "decoders fillers fresh ready"
    made = State(
        **{name: np.zeros(replicas) for name in ("until", "begun", "last_end", "link_free")},
        **{name: whole(replicas) for name in by_replica.split()},
        **{name: whole(replicas, most) for name in members.split()},
        **{name: whole(requests) for name in by_request.split()},
        **{name: small(replicas, hashes) for name in ("references", "older", "newer")},
        residue=whole(replicas, plan.block),
        head=whole(replicas, plan.classes, value=-1),
        tail=whole(replicas, plan.classes, value=-1),
        transfer=whole(replicas, 2, value=-1),
        handoff=whole(2, value=-1),
        lru=small(replicas, 2),
        token_at=np.zeros(requests),
        transfer_end=np.zeros(requests),
        gaps=whole(GAP_BINS),
        count=whole(10),
        clock=np.zeros(10),
        samples=np.zeros((SAMPLES, 4)),
    )
    made.until[:] = np.inf
    made.next_end[:] = FAR
    return made


def new_results(requests: int) -> Results:
    """Return empty results."""
    times = np.full((3, requests), np.nan)
    return Results(*times, *(np.zeros(requests, dtype=np.int64) for _ in range(3)))
