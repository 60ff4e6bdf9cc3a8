"""The arrays that the event loop works on: plan, costs, and the state, with requests and what becomes of them in it.

Numbers that are named here are compiled into the loop, and its cache looks at the date of loop.py alone: whoever
changes one must touch that file.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any, NamedTuple

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
(
    DISPATCHED,
    FINISHED,
    TOKENS_IN,
    TOKENS_OUT,
    PREEMPTIONS,
    ITERATIONS,
    TURN,
    ADMITTED,
    SAMPLED,
    GAPS,
    HANDOFF_FIRST,
    HANDOFF_LAST,
) = range(12)
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
DECODERS, FILLERS, FRESH, READY = range(4)  # lists of a replica's requests
REFERENCES, OLDER, NEWER = range(3)  # of a cached block: users (-1: not cached), and its neighbours among idle ones
BASE, SLOPE, SCALE = range(3)  # tables by sequences
TOKEN, PAIR, PROMPT = range(3)  # rates of prompts

BY_REPLICA = {
    "f8": "until begun last_end link_free",
    "i8": "context planned steps next_end used idle load reserved decoding filling fresh_count ready_count waiting "
    "wake oldest newest transfer_first transfer_last",
}
BY_REQUEST = {
    "f8": "due arrived first last token_at transfer_end",
    "i8": "prompt output hash_at hash_end following done target made held shared join_step join_tokens end_step "
    "admitted",
    "i4": "priority chunk hit preempted replica",
}


class Plan(NamedTuple):
    """What the engine is told; sizes in tokens or blocks, one pool after the other (front, decoders) in arrays."""

    requests: int
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
    """Step costs in seconds, one row a pool: see cost.py."""

    by_sequences: Floats
    work: Floats
    rates: Floats


class State(NamedTuple):
    """Everything that changes: records by replica (`at`) and by request (`of`), lists, caches, and counters.

    Few arrays, because each is handed from function to function; times of a request that did not happen are NaN.
    """

    at: Any
    of: Any
    hashes: Whole  # of prompt i: hashes[hash_at[i]:hash_end[i]]
    lists: Whole
    residue: Whole  # decoding requests by the step, modulo the block, that needs a new block
    head: Whole
    tail: Whole
    cached: Small
    gaps: Whole
    counts: Whole
    clock: Floats
    samples: Floats


def records(fields: Mapping[str, str], count: int) -> Any:
    """Return records that begin at 0."""
    kinds = [(name, kind) for kind, names in fields.items() for name in names.split()]
    return np.zeros(count, dtype=np.dtype(kinds, align=True)).view(np.recarray)


def new_state(plan: Plan, hashes: Whole) -> State:
    """Return the state before anything has arrived."""
    at, of = records(BY_REPLICA, plan.replicas), records(BY_REQUEST, plan.requests)
    at.until[:] = np.inf
    at.next_end[:] = FAR
    for name in ("oldest", "newest", "transfer_first", "transfer_last"):
        at[name][:] = -1
    for name in ("arrived", "first", "last"):
        of[name][:] = np.nan
    made = State(
        at=at,
        of=of,
        hashes=hashes,
        lists=np.zeros((4, plan.replicas, int(plan.sequences.max())), dtype=np.int64),
        residue=np.zeros((plan.replicas, plan.block), dtype=np.int64),
        head=np.full((plan.replicas, plan.classes), -1, dtype=np.int64),
        tail=np.full((plan.replicas, plan.classes), -1, dtype=np.int64),
        cached=np.full((3, plan.replicas, max(plan.hash_count, 1)), -1, dtype=np.int32),
        gaps=np.zeros(GAP_BINS, dtype=np.int64),
        counts=np.zeros(12, dtype=np.int64),
        clock=np.zeros(10),
        samples=np.zeros((SAMPLES, 4)),
    )
    made.counts[[HANDOFF_FIRST, HANDOFF_LAST]] = -1
    return made


def plainly(z: State) -> State:
    """Return the same state with each field of the records as an array of its own, which plain Python reads faster."""
    of, at = (SimpleNamespace(**{name: each[name] for name in each.dtype.names}) for each in (z.of, z.at))
    return z._replace(of=of, at=at)
