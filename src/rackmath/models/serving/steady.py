r"""A replica under a closed load: how many requests run at once, how long a token and how long the first one takes.

With B requests decoding at a mean context of I + O/2, each step does the prompts' work of B·I/O tokens on average
(fewer where a prefix of them is cached);
those ride along in mixed steps of at most a chunk of tokens. So the time per output token is
:math:`t_0 + \phi\,s\,(t_1 - t_0)`: t₀ a step that only decodes, t₁ a mixed one, s the share of mixed steps and φ
the fitted interference.

A replica of p pipeline stages has p micro-batches of B/p on the way, each of which passes all stages for a token. None
overtakes another, so that a round is as long as its slowest one: if a share s of the steps of each is mixed, so is
:math:`1-(1-s)^p` of the rounds.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rackmath.models.serving.rows import MEMORY_OTHER, MEMORY_SHARE
from rackmath.models.serving.step import (
    Array,
    Columns,
    Constants,
    fixed_bytes_per_sequence,
    kv_bytes_per_token,
    step_time,
    weight_bytes,
)

MEMORY_LIMIT = 0.96
TIGHT_SHARE = 0.5
PARTS = ("weights", "experts", "context", "collectives", "latency", "routing", "host", "prompts")
_PART_OF = {
    "attention weights": "weights",
    "feed-forward weights": "weights",
    "output head": "weights",
    "experts": "experts",
    "attention over context": "context",
    "tensor-parallel collectives": "collectives",
    "expert all-to-all": "collectives",
    "pipeline hand-over": "collectives",
    "layer latency": "latency",
    "expert-layer latency": "routing",
    "host": "host",
}


@dataclass(frozen=True)
class Steady:
    """What a replica does in the long run; arrays of one length, seconds and sequences per attention rank."""

    token: Array  # seconds per output token
    operators: dict[str, Array]  # seconds of a decoding step by operator
    parts: dict[str, Array]  # seconds per output token by part, prompts among them
    running: Array  # sequences that decode at once
    batch: Array  # those of one step: of a micro-batch where there are pipeline stages
    most: Array  # sequences that the memory holds
    first: Array  # seconds of one prompt's own prefill, in mixed steps
    each: Array  # seconds that one prompt occupies the rank
    room: Array  # bytes left for the cache (negative: the model does not fit)


def memory_room(r: Columns) -> Array:
    """Return the bytes left for the cache on one rank; negative where the weights do not fit.

    Engines are given more than the usual share when a model is tight, so half of what the weights leave is taken to be
    found as long as they stay under `MEMORY_LIMIT` of the memory.
    """
    held = sum(weight_bytes(r).values())
    usual = MEMORY_SHARE * r["memory"] - held - MEMORY_OTHER
    limit = MEMORY_LIMIT * r["memory"] - held
    return np.asarray(np.where(limit < 0, limit, np.maximum(usual, TIGHT_SHARE * (r["memory"] - held))))


def most_sequences(r: Columns, room: Array) -> Array:
    """Return how many sequences of mean length the cache holds on one rank; 0 where nothing fits."""
    mean = r["isl"] + r["osl"] / 2
    each = kv_bytes_per_token(r) * mean + fixed_bytes_per_sequence(r, mean)
    return np.asarray(np.maximum(room / np.maximum(each, 1.0), 0.0))


def _sum(operators: dict[str, Array]) -> Array:
    return np.asarray(sum(operators.values()))


def _with_drafts(r: Columns, k: Constants, running: Array, context: Array) -> dict[str, Array]:
    """Return the seconds of an output token where each step checks drafts, by operator.

    A step carries the drafts as further tokens, which share one read of the cache; a draft costs one more layer; and
    the step yields as many tokens as are kept.
    """
    drafts = running * r["drafts"]
    layers = r["full_layers"] + r["window_layers"] + r["linear_layers"]
    step = step_time(r, k, running, context, drafts, np.zeros_like(drafts), drafts)
    return {name: seconds * (1 + r["drafts"] / layers) / r["kept"] for name, seconds in step.items()}


def steady_state(r: Columns, k: Constants, *, mixed: bool = True) -> Steady:
    """Return the steady state under a closed load; `mixed` False leaves prompts to somebody else (a decode pool)."""
    room = memory_room(r)
    most = most_sequences(r, room)
    wanted = r["concurrency"] / r["dp"]
    running = np.maximum(np.minimum(wanted, most), np.minimum(wanted, 1.0))
    context = r["isl"] + r["osl"] / 2
    new = r["isl"] - r["cached"]  # a prefix that is cached takes memory and is read, but is not computed again
    seen = r["cached"] + new / 2
    none = np.zeros_like(context)
    first = none
    for _ in range(2):
        batch = np.maximum(running / r["pp"], np.minimum(running, 1.0))
        plain = step_time(r, k, batch, context, none, none, none)
        decode = _with_drafts(r, k, batch, context) if r["drafts"].any() else plain
        idle, alone = _sum(decode), _sum(plain)
        if not mixed:
            token, extra, each = idle, none, none
            break
        needed = running / r["pp"] * new / r["osl"] * r["kept"]
        chunk = np.clip(needed, np.minimum(new, r["chunk"]), r["chunk"])
        both = _sum(step_time(r, k, batch, context, chunk, seen, chunk / new))
        share = 1 - (1 - np.minimum(needed / chunk, 1.0)) ** r["pp"]
        extra = k["interference"] * share * (both - alone) / r["kept"]
        token = idle + extra
        own = np.minimum(new, r["chunk"])
        one = _sum(step_time(r, k, batch, context, own, seen, own / new))
        first = one * new / own
        each = (one - alone) * new / own / r["pp"]
        busy = r["osl"] * token / (r["osl"] * token + first)
        running = np.maximum(np.minimum(wanted * busy, most), np.minimum(wanted, 1.0))
    parts = {name: none.copy() for name in PARTS}
    for name, seconds in decode.items():
        parts[_PART_OF[name]] = parts[_PART_OF[name]] + seconds
    parts["prompts"] = extra
    return Steady(token, decode, parts, running, batch, most, first, each, room)
