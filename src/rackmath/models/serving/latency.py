"""The time to the first token, as parts that add: what is waited for and how long, under a closed load.

A benchmark's first requests arrive all at once and later ones as others end, so the mean holds a share of the first
burst's queue; what does not fit in memory waits until something else has ended.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rackmath.models.serving.steady import Steady, memory_room, most_sequences, steady_state
from rackmath.models.serving.step import Array, Columns, Constants, kv_bytes_per_token, step_time

FIRST_PARTS = ("request", "prompt", "step", "burst", "queue", "memory", "transfer")
REQUEST = 0.03  # seconds in the server and client before a step begins; the fit sets it by engine
BURST_SHARE = 0.1  # benchmarks send about ten rounds of requests, the first of which arrives at once
MATCHED = 0.8  # load of a prompt pool whose workers are not stated: pools are sized to one another


@dataclass(frozen=True)
class Pools:
    """The times of rows: seconds per output token, and to the first token, by part (rows × parts)."""

    token: Array
    token_parts: Array
    first_parts: Array
    running: Array
    batch: Array
    steady: Steady


def _stack(steady: Steady) -> Array:
    return np.maximum(np.stack(list(steady.parts.values()), axis=1), 1e-9)


def together(r: Columns, k: Constants) -> Pools:
    """Return the times of aggregated rows: one pool does prompts and decoding."""
    s = steady_state(r, k)
    wanted = r["concurrency"] / r["dp"]
    occupied = np.minimum(s.running * s.each / np.maximum(r["osl"] * s.token, 1e-9), 0.95)
    parts = {
        "request": np.full_like(s.token, REQUEST),
        "prompt": s.first,
        "step": 0.5 * s.token,
        "burst": BURST_SHARE * np.maximum(np.minimum(wanted, s.most) - 1, 0) / 2 * s.each,
        "queue": s.each * occupied / (1 - occupied) / 2,
        "memory": np.maximum(wanted / np.maximum(s.most, 1.0) - 1, 0) * r["osl"] * s.token,
        "transfer": np.zeros_like(s.token),
    }
    first = np.maximum(np.stack([parts[name] for name in FIRST_PARTS], axis=1), 1e-7)
    return Pools(s.token, _stack(s), first, s.running, s.batch, s)


def apart(decode: Columns, prefill: Columns, k: Constants, prefill_workers: Array, decode_workers: Array) -> Pools:
    """Return the times of disaggregated rows: a pool of prompt workers hands its cache to a pool of decoders.

    Where a row does not state the workers of a pool there are as many as hold the load.
    """
    concurrency = decode["concurrency"]
    one = most_sequences(decode, memory_room(decode)) * decode["dp"]
    workers = np.where(decode_workers > 0, decode_workers, np.ceil(concurrency / np.maximum(one, 1.0)))
    s = steady_state({**decode, "concurrency": concurrency / workers}, k, mixed=False)
    new = prefill["isl"] - prefill["cached"]
    own = np.minimum(new, prefill["chunk"])
    none = np.zeros_like(own)
    step = sum(step_time(prefill, k, none, none, own, prefill["cached"] + new / 2, own / new).values())
    prompt = np.asarray(step) * new / own
    answer = decode["osl"] * s.token
    each_worker = prefill["dp"] * prefill["pp"]  # prompts at work at once: stages have one each
    matched = np.ceil(concurrency * prompt / answer / each_worker / MATCHED)
    servers = np.where(prefill_workers > 0, prefill_workers, matched) * each_worker
    each = prompt / servers
    bound = np.maximum(concurrency * each - answer, 0.0)
    load = np.minimum(concurrency * each / (answer + prompt), 0.95)
    moved = kv_bytes_per_token(prefill) * prefill["isl"] * prefill["tp"] / prefill["network"]
    held = np.minimum(concurrency / workers / decode["dp"], s.most)
    parts = {
        "request": np.full_like(prompt, REQUEST),
        "prompt": prompt,
        "step": 0.5 * s.token,
        "burst": BURST_SHARE * concurrency / 2 * each,
        "queue": each * servers * load / (1 - load) / 2 + bound,
        "memory": np.maximum(concurrency / workers / decode["dp"] / np.maximum(s.most, 1.0) - 1, 0) * answer,
        "transfer": moved,
    }
    first = np.maximum(np.stack([parts[name] for name in FIRST_PARTS], axis=1), 1e-7)
    return Pools(s.token, _stack(s), first, held, np.maximum(held / decode["pp"], np.minimum(held, 1.0)), s)


def fits(r: Columns) -> Array:
    """Return whether the weights leave room for a cache on each row's devices."""
    return np.asarray(memory_room(r) > 0)
