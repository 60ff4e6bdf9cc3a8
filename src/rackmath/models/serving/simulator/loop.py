"""The event loop of the simulator: plain functions on arrays, which compiled.py compiles as they stand.

Time moves from event to event: an arrival, the end of a step, the end of a transfer. A replica's step is planned when
it begins and takes effect when it ends. A stretch of steps that only decode is planned in one go, up to the first that
ends a request or finds no free block; an arrival cuts the stretch at the next step's end. That is exact, because such
steps differ by the sum of contexts alone and their cost is linear in it.
"""

# mypy: disable-error-code="no-any-return"
from __future__ import annotations

import math

import numpy as np

from rackmath.models.serving.simulator.state import (
    ADMITTED,
    BASE,
    BLOCK_SECONDS,
    CLOCK,
    DECODERS,
    DISPATCHED,
    FAR,
    FILLERS,
    FINISHED,
    FRESH,
    GAP_BINS,
    GAP_HIGH,
    GAP_LOW,
    GAP_SECONDS,
    GAPS,
    HANDOFF_FIRST,
    HANDOFF_LAST,
    ITERATIONS,
    NEWER,
    NEXT_SAMPLE,
    OLDER,
    PAIR,
    PREEMPTIONS,
    PREFIX_AWARE,
    PROMPT,
    READY,
    REFERENCES,
    ROUND_ROBIN,
    RUNNING_SECONDS,
    SAMPLE_STEP,
    SAMPLED,
    SAMPLES,
    SCALE,
    SLOPE,
    SYSTEM_SECONDS,
    TOKEN,
    TOKENS_IN,
    TOKENS_OUT,
    TURN,
    WAITING_SECONDS,
    WINDOW_BEGIN,
    WINDOW_END,
    Costs,
    Plan,
    State,
)

SPAN = math.log(GAP_HIGH / GAP_LOW) / GAP_BINS
IMBALANCE = 32  # requests of difference above which a prefix is no reason to prefer a replica


def pool_of(p: Plan, r: int) -> int:
    """Return the pool of a replica: 0 in front, 1 decoders behind a prefill pool."""
    return 1 if p.prefillers > 0 and r >= p.prefillers else 0


def counting(p: Plan, z: State) -> bool:
    """Return whether what happens now is counted: after warm-up, before the drain."""
    return p.warm <= z.counts[DISPATCHED] <= p.stop


# --- blocks and the prefix cache


def unlink(z: State, r: int, h: int) -> None:
    """Take a cached block out of the list of idle ones."""
    before, after = z.cached[OLDER, r, h], z.cached[NEWER, r, h]
    if before >= 0:
        z.cached[NEWER, r, before] = after
    else:
        z.at.oldest[r] = after
    if after >= 0:
        z.cached[OLDER, r, after] = before
    else:
        z.at.newest[r] = before


def hold_block(p: Plan, z: State, r: int, h: int) -> None:
    """Refer to a block of the prefix cache once more, or for the first time."""
    if z.cached[REFERENCES, r, h] == 0:
        unlink(z, r, h)
        z.at.idle[r] -= p.hash_blocks
    if z.cached[REFERENCES, r, h] <= 0:
        z.at.used[r] += p.hash_blocks
        z.cached[REFERENCES, r, h] = 0
    z.cached[REFERENCES, r, h] += 1


def drop_block(p: Plan, z: State, r: int, h: int) -> None:
    """Refer to a block once less; the last one leaves it idle, newest of all."""
    z.cached[REFERENCES, r, h] -= 1
    if z.cached[REFERENCES, r, h] == 0:
        z.at.used[r] -= p.hash_blocks
        z.at.idle[r] += p.hash_blocks
        last = z.at.newest[r]
        z.cached[OLDER, r, h], z.cached[NEWER, r, h] = last, -1
        if last >= 0:
            z.cached[NEWER, r, last] = h
        else:
            z.at.oldest[r] = h
        z.at.newest[r] = h


def trim(p: Plan, z: State, r: int) -> None:
    """Forget the oldest idle blocks until what is used finds room."""
    room = p.blocks[pool_of(p, r)]
    while z.at.used[r] + z.at.idle[r] > room and z.at.idle[r] > 0:
        h = z.at.oldest[r]
        unlink(z, r, h)
        z.cached[REFERENCES, r, h] = -1
        z.at.idle[r] -= p.hash_blocks


def leading(p: Plan, z: State, r: int, i: int) -> int:
    """Return how many leading blocks of a prompt are cached on a replica."""
    found = 0
    if p.hash_blocks > 0:
        for at in range(z.of.hash_at[i], z.of.hash_end[i]):
            if z.cached[REFERENCES, r, z.hashes[at]] < 0:
                break
            found += 1
    return found


def blocks_for(p: Plan, tokens: int) -> int:
    """Return the blocks of one sequence of so many tokens."""
    return (tokens + p.block - 1) // p.block + p.sequence_blocks


def growth(p: Plan, z: State, r: int, steps: int) -> int:
    """Return the blocks that decoding takes in the next steps."""
    if p.reserve:
        return 0
    need = (steps // p.block) * z.at.decoding[r]
    for j in range(steps % p.block):
        need += z.residue[r, (z.at.steps[r] + j) % p.block]
    return need


def release(p: Plan, z: State, r: int, i: int) -> None:
    """Give back what a request holds on a replica; its prompt's last blocks are forgotten first."""
    z.at.used[r] -= z.of.held[i]
    z.of.held[i] = 0
    begin = z.of.hash_at[i]
    for at in range(begin + z.of.shared[i] - 1, begin - 1, -1):
        drop_block(p, z, r, z.hashes[at])
    z.of.shared[i] = 0


# --- queues


def push_back(z: State, r: int, i: int) -> None:
    """Put a request at the end of its class."""
    c = z.of.priority[i]
    z.of.following[i] = -1
    if z.tail[r, c] >= 0:
        z.of.following[z.tail[r, c]] = i
    else:
        z.head[r, c] = i
    z.tail[r, c] = i
    z.at.waiting[r] += 1


def push_front(z: State, r: int, i: int) -> None:
    """Put a preempted request in front of its class."""
    c = z.of.priority[i]
    z.of.following[i] = z.head[r, c]
    if z.head[r, c] < 0:
        z.tail[r, c] = i
    z.head[r, c] = i
    z.at.waiting[r] += 1


def first_waiting(p: Plan, z: State, r: int) -> int:
    """Return the request that is next, or -1."""
    for c in range(p.classes):
        if z.head[r, c] >= 0:
            return z.head[r, c]
    return -1


def pop(z: State, r: int, i: int) -> None:
    """Take the first request of a class out of its queue."""
    c = z.of.priority[i]
    z.head[r, c] = z.of.following[i]
    if z.head[r, c] < 0:
        z.tail[r, c] = -1
    z.at.waiting[r] -= 1


def dispatch(p: Plan, c: Costs, z: State, i: int, now: float) -> None:
    """Route a request that arrives."""
    front = p.prefillers if p.prefillers > 0 else p.replicas
    best = 0
    if p.routing == ROUND_ROBIN:
        best = z.counts[TURN] % front
        z.counts[TURN] += 1
    else:
        most, least = z.at.load[0], z.at.load[0]
        for r in range(1, front):
            most = max(most, z.at.load[r])
            if z.at.load[r] < least:
                least, best = z.at.load[r], r
        if p.routing == PREFIX_AWARE and most - least <= IMBALANCE:
            for r in range(front):
                cut(p, c, z, r, now)  # what will have been forgotten by then is not, now
                trim(p, z, r)
            longest = leading(p, z, best, i)
            for r in range(front):
                found = leading(p, z, r, i)
                if found > longest or (found == longest and found > 0 and z.at.load[r] < z.at.load[best]):
                    longest, best = found, r
    z.counts[DISPATCHED] += 1
    if z.counts[DISPATCHED] == max(p.warm, 1):
        z.clock[WINDOW_BEGIN] = now
    z.at.load[best] += 1
    z.of.arrived[i] = now
    z.of.replica[i] = best
    z.of.target[i] = z.of.prompt[i]
    push_back(z, best, i)
    z.at.wake[best] = 1


# --- steps


def decode_seconds(p: Plan, c: Costs, z: State, r: int, steps: int) -> float:
    """Return the seconds of the next steps that only decode."""
    pool, n = pool_of(p, r), z.at.decoding[r]
    first = c.by_sequences[pool, BASE, n] + c.by_sequences[pool, SLOPE, n] * (z.at.context[r] + n)
    return steps * first + c.by_sequences[pool, SLOPE, n] * n * 0.5 * steps * (steps - 1)


def work_of(c: Costs, pool: int, tokens: float) -> float:
    """Return the seconds of products on so many tokens of a rank; beyond the table it goes on as it ended."""
    last = c.work.shape[1] - 1
    if tokens >= last:
        return c.work[pool, last] + (tokens - last) * (c.work[pool, last] - c.work[pool, last - 1])
    low = int(tokens)
    return c.work[pool, low] + (tokens - low) * (c.work[pool, low + 1] - c.work[pool, low])


def preempt_last(p: Plan, z: State, r: int) -> None:
    """Take the last admitted request of the lowest class off the replica; it will be computed again."""
    victim, place, decodes = -1, -1, False
    for place_now in range(z.at.decoding[r] + z.at.filling[r]):
        decoder = place_now < z.at.decoding[r]
        i = z.lists[DECODERS, r, place_now] if decoder else z.lists[FILLERS, r, place_now - z.at.decoding[r]]
        if victim < 0 or (z.of.priority[i], z.of.admitted[i]) > (z.of.priority[victim], z.of.admitted[victim]):
            victim, place, decodes = i, place_now, decoder
    if decodes:
        tokens = leave(p, z, r, place)
        z.of.made[victim] += z.at.steps[r] - z.of.join_step[victim]
        if not p.reserve:
            z.of.held[victim] = blocks_for(p, tokens) - z.of.shared[victim] * p.hash_blocks
        z.of.target[victim] = z.of.prompt[victim] + z.of.made[victim]
        for j in range(z.at.fresh_count[r]):
            if z.lists[FRESH, r, j] == victim:
                z.at.fresh_count[r] -= 1
                z.lists[FRESH, r, j] = z.lists[FRESH, r, z.at.fresh_count[r]]
                break
        else:
            z.of.token_at[victim] = z.at.last_end[r]
    else:
        at = place - z.at.decoding[r]
        for j in range(at, z.at.filling[r] - 1):
            z.lists[FILLERS, r, j] = z.lists[FILLERS, r, j + 1]
        z.at.filling[r] -= 1
    release(p, z, r, victim)
    z.of.done[victim] = 0
    z.of.preempted[victim] += 1
    if counting(p, z):
        z.counts[PREEMPTIONS] += 1
    push_front(z, r, victim)


def leave(p: Plan, z: State, r: int, place: int) -> int:
    """Take a decoding request out of the batch, and return the tokens that its cache holds."""
    i = z.lists[DECODERS, r, place]
    tokens = z.of.join_tokens[i] + z.at.steps[r] - z.of.join_step[i]
    z.at.decoding[r] -= 1
    z.lists[DECODERS, r, place] = z.lists[DECODERS, r, z.at.decoding[r]]
    z.at.context[r] -= tokens
    z.residue[r, (z.of.join_step[i] - z.of.join_tokens[i]) % p.block] -= 1
    return tokens


def join(p: Plan, z: State, r: int, i: int) -> None:
    """Let a request whose prompt is done decode from the next step on."""
    tokens = z.of.target[i]
    z.lists[DECODERS, r, z.at.decoding[r]] = i
    z.at.decoding[r] += 1
    z.at.context[r] += tokens
    z.of.join_step[i], z.of.join_tokens[i] = z.at.steps[r], tokens
    z.of.end_step[i] = z.at.steps[r] + z.of.output[i] - z.of.made[i]
    z.at.next_end[r] = min(z.at.next_end[r], z.of.end_step[i])
    z.residue[r, (z.at.steps[r] - tokens) % p.block] += 1
    z.lists[FRESH, r, z.at.fresh_count[r]] = i
    z.at.fresh_count[r] += 1


def take_chunk(p: Plan, z: State, r: int, i: int, left: int) -> int:
    """Plan the next chunk of a prompt on a replica, as large as the budget and free blocks allow; 0 if none is."""
    pool = pool_of(p, r)
    chunk = min(z.of.target[i] - z.of.done[i], left, p.budget[pool])
    if not p.reserve:
        room = p.blocks[pool] - z.at.used[r] + z.of.held[i] + z.of.shared[i] * p.hash_blocks - p.sequence_blocks
        chunk = min(chunk, room * p.block - z.of.done[i])
        if chunk <= 0:
            return 0
        need = blocks_for(p, z.of.done[i] + chunk) - z.of.shared[i] * p.hash_blocks
        z.at.used[r] += need - z.of.held[i]
        z.of.held[i] = need
        trim(p, z, r)
    z.of.chunk[i] = chunk
    return chunk


def admit(p: Plan, z: State, r: int, i: int, left: int) -> int:
    """Admit a waiting request with its first chunk, if blocks allow; return the chunk's tokens, 0 if not admitted."""
    pool = pool_of(p, r)
    hits = leading(p, z, r, i)
    fresh = 0
    for at in range(z.of.hash_at[i], z.of.hash_at[i] + hits):
        fresh += p.hash_blocks if z.cached[REFERENCES, r, z.hashes[at]] == 0 else 0
    known = min(hits * p.hash_blocks * p.block, z.of.target[i] - 1)
    chunk = min(z.of.target[i] - known, left, p.budget[pool])
    total = known + chunk
    if p.reserve:
        total = z.of.prompt[i] + (1 if pool_of(p, r) == 0 and p.prefillers > 0 else z.of.output[i])
    need = max(blocks_for(p, total) - hits * p.hash_blocks, 0)
    if z.at.used[r] + fresh + need > p.blocks[pool]:
        return 0
    for at in range(z.of.hash_at[i], z.of.hash_at[i] + hits):
        hold_block(p, z, r, z.hashes[at])
    z.of.shared[i] = hits
    z.of.done[i] = known
    z.of.held[i] = need
    z.at.used[r] += need
    z.of.chunk[i] = chunk
    trim(p, z, r)
    pop(z, r, i)
    z.of.admitted[i] = z.counts[ADMITTED]
    z.counts[ADMITTED] += 1
    if z.of.made[i] == 0:
        z.of.hit[i] = known
    z.lists[FILLERS, r, z.at.filling[r]] = i
    z.at.filling[r] += 1
    return chunk


def fill(p: Plan, z: State, r: int, calm: bool) -> int:
    """Plan the chunks of prompts of the next step, and return their tokens; new requests are admitted if `calm`."""
    pool = pool_of(p, r)
    left = p.budget[pool] * p.ranks[pool] - (0 if p.prefill_first else z.at.decoding[r])
    tokens = 0
    own = growth(p, z, r, 1)
    z.at.used[r] += own  # the step's own decoding comes before prompts
    for j in range(z.at.filling[r]):
        z.of.chunk[z.lists[FILLERS, r, j]] = 0
        if tokens < left:
            tokens += take_chunk(p, z, r, z.lists[FILLERS, r, j], left - tokens)
    while calm and tokens < left and z.at.decoding[r] + z.at.filling[r] + z.at.reserved[r] < p.sequences[pool]:
        i = first_waiting(p, z, r)
        chunk = admit(p, z, r, i, left - tokens) if i >= 0 else 0
        if chunk == 0:
            break
        tokens += chunk
    z.at.used[r] -= own
    return tokens


def begin(p: Plan, c: Costs, z: State, r: int, now: float) -> None:
    """Plan the next step of an idle replica: who decodes, which prompts go on, who is admitted; and when it ends."""
    pool = pool_of(p, r)
    for j in range(z.at.ready_count[r]):
        join(p, z, r, z.lists[READY, r, j])
    z.at.reserved[r] -= z.at.ready_count[r]
    z.at.ready_count[r] = 0
    calm = True
    while z.at.used[r] + growth(p, z, r, 1) > p.blocks[pool]:
        preempt_last(p, z, r)
        calm = False
    tokens = fill(p, z, r, calm)
    while tokens == 0 and z.at.decoding[r] == 0 and z.at.filling[r] > 0:  # parts of prompts hold all blocks
        if r < p.prefillers and z.at.load[r] > z.at.filling[r] + z.at.waiting[r]:
            return  # a transfer will free some
        preempt_last(p, z, r)
        tokens = fill(p, z, r, False)
    if tokens == 0 and z.at.decoding[r] == 0:
        return
    z.at.begun[r] = now
    if tokens > 0:
        steps = 0 if p.prefill_first else min(z.at.decoding[r], 1)
        seconds = mixed_seconds(p, c, z, r, steps)
    else:
        steps = z.at.next_end[r] - z.at.steps[r] if p.fast_forward and calm else 1
        while steps > 1 and z.at.used[r] + growth(p, z, r, steps) > p.blocks[pool]:
            steps = steps // 2
        seconds = decode_seconds(p, c, z, r, steps)
    z.at.used[r] += growth(p, z, r, min(steps, 1))
    trim(p, z, r)
    z.at.used[r] += growth(p, z, r, steps) - growth(p, z, r, min(steps, 1))
    z.at.planned[r] = steps
    z.at.until[r] = now + seconds


def mixed_seconds(p: Plan, c: Costs, z: State, r: int, steps: int) -> float:
    """Return the seconds of a step that carries chunks of prompts, and decodes if `steps` is 1."""
    pool = pool_of(p, r)
    ranks = p.ranks[pool]
    tokens, pairs, prompts = 0.0, 0.0, 0
    for j in range(z.at.filling[r]):
        chunk = z.of.chunk[z.lists[FILLERS, r, j]]
        if chunk > 0:
            prompts += 1
            tokens += chunk
            pairs += chunk * (z.of.done[z.lists[FILLERS, r, j]] + 0.5 * chunk)
    share = math.ceil(prompts / ranks) / prompts  # the rank with the most prompts sets the pace
    n = z.at.decoding[r] * steps
    rank = n / ranks
    extra = work_of(c, pool, rank + tokens * share) - work_of(c, pool, rank)
    extra += share * (c.rates[pool, TOKEN] * tokens + c.rates[pool, PAIR] * pairs) + c.rates[pool, PROMPT] * prompts
    return (
        c.by_sequences[pool, BASE, n]
        + c.by_sequences[pool, SLOPE, n] * (z.at.context[r] + n) * steps
        + c.by_sequences[pool, SCALE, n] * extra
    )


def full(p: Plan, z: State, r: int) -> bool:
    """Return whether nothing that waits could be admitted at the next step's end."""
    taken = z.at.decoding[r] + z.at.filling[r] + z.at.reserved[r] - z.at.ready_count[r]
    return taken >= p.sequences[pool_of(p, r)]


def cut(p: Plan, c: Costs, z: State, r: int, now: float) -> None:
    """End a planned stretch of decoding at the first step's end that is not before now."""
    steps = z.at.planned[r]
    if steps <= 1:
        return
    low, high = 1, steps
    while low < high:
        middle = (low + high) // 2
        if z.at.begun[r] + decode_seconds(p, c, z, r, middle) >= now:
            high = middle
        else:
            low = middle + 1
    if low < steps:
        z.at.used[r] += growth(p, z, r, low) - growth(p, z, r, steps)
        z.at.planned[r] = low
        z.at.until[r] = z.at.begun[r] + decode_seconds(p, c, z, r, low)


def gap_bin(seconds: float) -> int:
    """Return the bin of a gap."""
    return min(max(int(math.log(max(seconds, GAP_LOW) / GAP_LOW) / SPAN), 0), GAP_BINS - 1)


def add_gaps(z: State, seconds: float, count: int) -> None:
    """Count gaps of one length."""
    z.gaps[gap_bin(seconds)] += count
    z.counts[GAPS] += count
    z.clock[GAP_SECONDS] += seconds * count


def count_decoded(p: Plan, c: Costs, z: State, r: int, steps: int, now: float) -> None:
    """Count the tokens and gaps of a stretch of `steps` that ends now; the state is that before it."""
    n = z.at.decoding[r]
    pool = pool_of(p, r)
    z.counts[TOKENS_OUT] += n * steps
    rest = 0.0
    slope = c.by_sequences[pool, SLOPE, n] * n
    if steps > 1:
        rest = decode_seconds(p, c, z, r, steps) - decode_seconds(p, c, z, r, 1)
    first_end = now - rest
    add_gaps(z, first_end - z.at.last_end[r], n - z.at.fresh_count[r])
    for j in range(z.at.fresh_count[r]):
        add_gaps(z, first_end - z.of.token_at[z.lists[FRESH, r, j]], 1)
    if steps > 1:
        step = decode_seconds(p, c, z, r, 1) + slope
        j = 1
        while j < steps:
            which = gap_bin(step)
            edge = GAP_LOW * math.exp((which + 1) * SPAN)
            end = steps if slope <= 0.0 else min(steps, j + max(int((edge - step) / slope), 1))
            z.gaps[which] += (end - j) * n
            step += (end - j) * slope
            j = end
        z.counts[GAPS] += (steps - 1) * n
        z.clock[GAP_SECONDS] += rest * n


def end_step(p: Plan, c: Costs, z: State, r: int, now: float) -> None:
    """Let a planned step take effect."""
    steps = z.at.planned[r]
    z.at.until[r] = np.inf
    z.at.planned[r] = 0
    z.counts[ITERATIONS] += max(steps, 1)
    counted = counting(p, z)
    trim(p, z, r)
    if steps > 0:
        if counted:
            count_decoded(p, c, z, r, steps, now)
        z.at.fresh_count[r] = 0
        z.at.last_end[r] = now
        z.at.steps[r] += steps
        z.at.context[r] += z.at.decoding[r] * steps
        if z.at.steps[r] >= z.at.next_end[r]:
            end_decoders(p, z, r, now)
    kept = 0
    for j in range(z.at.filling[r]):
        i = z.lists[FILLERS, r, j]
        z.of.done[i] += z.of.chunk[i]
        if counted:
            z.counts[TOKENS_IN] += z.of.chunk[i]
        z.of.chunk[i] = 0
        if z.of.done[i] < z.of.target[i]:
            z.lists[FILLERS, r, kept] = i
            kept += 1
        else:
            end_prompt(p, z, r, i, now, counted)
    z.at.filling[r] = kept
    z.at.wake[r] = 1


def end_decoders(p: Plan, z: State, r: int, now: float) -> None:
    """Let those go whose last token came, and find who is next."""
    place, soonest = 0, FAR
    while place < z.at.decoding[r]:
        i = z.lists[DECODERS, r, place]
        if z.of.end_step[i] <= z.at.steps[r]:
            tokens = leave(p, z, r, place)
            if not p.reserve:
                z.of.held[i] = blocks_for(p, tokens) - z.of.shared[i] * p.hash_blocks
            finish(p, z, r, i, now)
        else:
            soonest = min(soonest, z.of.end_step[i])
            place += 1
    z.at.next_end[r] = soonest


def finish(p: Plan, z: State, r: int, i: int, now: float) -> None:
    """Let a request go that has its last token."""
    release(p, z, r, i)
    z.of.last[i] = now
    z.at.load[r] -= 1
    z.counts[FINISHED] += 1


def end_prompt(p: Plan, z: State, r: int, i: int, now: float, counted: bool) -> None:
    """Let a finished prompt give its first token and its full blocks to the cache, and decode or be handed on."""
    again = z.of.made[i] > 0
    z.of.made[i] += 1
    if counted:
        z.counts[TOKENS_OUT] += 1
        if again:
            add_gaps(z, now - z.of.token_at[i], 1)
    z.of.token_at[i] = now
    if not again and not p.first_after_transfer:
        z.of.first[i] = now
    if p.hash_blocks > 0:
        for at in range(z.of.hash_at[i] + z.of.shared[i], z.of.hash_end[i]):
            hold_block(p, z, r, z.hashes[at])
            z.at.used[r] -= p.hash_blocks  # the copy of its own becomes the cached one
            z.of.held[i] -= p.hash_blocks
        z.of.shared[i] = z.of.hash_end[i] - z.of.hash_at[i]
    if z.of.made[i] >= z.of.output[i]:
        if p.first_after_transfer and not again:
            z.of.first[i] = now
        finish(p, z, r, i, now)
    elif r < p.prefillers:
        z.of.following[i] = -1
        if z.counts[HANDOFF_LAST] >= 0:
            z.of.following[z.counts[HANDOFF_LAST]] = i
        else:
            z.counts[HANDOFF_FIRST] = i
        z.counts[HANDOFF_LAST] = i
    else:
        join(p, z, r, i)


# --- between pools


def hand_on(p: Plan, c: Costs, z: State, now: float) -> None:
    """Begin transfers of caches to decoders that have room, first come first served."""
    while z.counts[HANDOFF_FIRST] >= 0:
        i = z.counts[HANDOFF_FIRST]
        need = blocks_for(p, z.of.prompt[i] + (z.of.output[i] if p.reserve else 1))
        best = -1
        for r in range(p.prefillers, p.replicas):
            taken = z.at.decoding[r] + z.at.filling[r] + z.at.reserved[r]
            if taken < p.sequences[1] and z.at.used[r] + need > p.blocks[1]:
                cut(p, c, z, r, now)  # blocks of steps that are not begun yet are free
            free = taken < p.sequences[1] and z.at.used[r] + need <= p.blocks[1]
            if free and (best < 0 or z.at.load[r] < z.at.load[best]):
                best = r
        if best < 0:
            return
        z.counts[HANDOFF_FIRST] = z.of.following[i]
        if z.counts[HANDOFF_FIRST] < 0:
            z.counts[HANDOFF_LAST] = -1
        origin = z.of.replica[i]
        z.at.used[best] += need
        trim(p, z, best)
        z.at.reserved[best] += 1
        z.at.load[best] += 1
        start = max(now, z.at.link_free[origin])
        z.at.link_free[origin] = start + z.of.prompt[i] * p.link_seconds
        z.of.transfer_end[i] = z.at.link_free[origin]
        z.of.join_tokens[i] = best  # kept here while on the way
        z.of.following[i] = -1
        if z.at.transfer_last[origin] >= 0:
            z.of.following[z.at.transfer_last[origin]] = i
        else:
            z.at.transfer_first[origin] = i
        z.at.transfer_last[origin] = i


def end_transfer(p: Plan, z: State, r: int, now: float) -> None:
    """Give the first cache on a link to its decoder, for its next step; the prefill replica forgets it."""
    i = z.at.transfer_first[r]
    z.at.transfer_first[r] = z.of.following[i]
    if z.at.transfer_first[r] < 0:
        z.at.transfer_last[r] = -1
    release(p, z, r, i)
    z.at.load[r] -= 1
    z.at.wake[r] = 1
    to = z.of.join_tokens[i]
    z.of.replica[i] = to
    z.of.held[i] = blocks_for(p, z.of.prompt[i] + (z.of.output[i] if p.reserve else 1))
    if not p.reserve:  # the block of the next token is taken by the step itself
        z.at.used[to] -= z.of.held[i] - blocks_for(p, z.of.prompt[i])
        z.of.held[i] = blocks_for(p, z.of.prompt[i])
    if p.first_after_transfer:
        z.of.first[i] = now
        z.of.token_at[i] = now
    z.lists[READY, to, z.at.ready_count[to]] = i
    z.at.ready_count[to] += 1
    z.at.wake[to] = 1


# --- the loop


def pass_time(p: Plan, z: State, now: float) -> None:
    """Add up what stands between two events, and take samples for the series over time."""
    span = now - z.clock[CLOCK]
    running, waiting, blocks = 0, 0, 0
    for r in range(p.replicas):
        running += z.at.decoding[r] + z.at.filling[r]
        waiting += z.at.waiting[r]
        blocks += z.at.used[r]
    if span > 0.0:
        if counting(p, z):
            z.clock[RUNNING_SECONDS] += running * span
            z.clock[WAITING_SECONDS] += waiting * span
            z.clock[BLOCK_SECONDS] += blocks * span
            z.clock[SYSTEM_SECONDS] += (z.counts[DISPATCHED] - z.counts[FINISHED]) * span
            z.clock[WINDOW_END] = now
        z.clock[CLOCK] = now
    if now >= z.clock[NEXT_SAMPLE]:
        if z.counts[SAMPLED] == SAMPLES:
            for j in range(SAMPLES // 2):
                for column in range(4):
                    z.samples[j, column] = z.samples[2 * j, column]
            z.counts[SAMPLED] = SAMPLES // 2
            z.clock[SAMPLE_STEP] = max(2 * z.clock[SAMPLE_STEP], now / SAMPLES)
        at = z.counts[SAMPLED]
        z.samples[at, 0], z.samples[at, 1], z.samples[at, 2], z.samples[at, 3] = now, running, waiting, blocks
        z.counts[SAMPLED] += 1
        z.clock[NEXT_SAMPLE] = now + z.clock[SAMPLE_STEP]


def run(p: Plan, c: Costs, z: State, events: int) -> bool:
    """Run at most so many events; True when every request has ended. Call again to go on."""
    due = 0
    for _ in range(events):
        if p.concurrency > 0:  # the next one is sent when one has ended
            due = min(p.requests, z.counts[FINISHED] + p.concurrency)
        while z.counts[DISPATCHED] < due:
            dispatch(p, c, z, z.counts[DISPATCHED], z.clock[CLOCK])
        for r in range(p.replicas):
            if z.at.wake[r] == 1:
                z.at.wake[r] = 0
                if z.at.until[r] == np.inf:
                    begin(p, c, z, r, z.clock[CLOCK])
                elif not full(p, z, r):
                    cut(p, c, z, r, z.clock[CLOCK])
        if z.counts[FINISHED] == p.requests:
            return True
        now, which, coming = np.inf, int(np.int64(-1)), False  # no literal, which would be compiled apart
        if p.concurrency == 0 and z.counts[DISPATCHED] < p.requests:
            now = z.of.due[z.counts[DISPATCHED]]
        for r in range(p.replicas):
            if z.at.until[r] < now:
                now, which = z.at.until[r], r
        for r in range(p.prefillers):
            if z.at.transfer_first[r] >= 0 and z.of.transfer_end[z.at.transfer_first[r]] < now:
                now, which, coming = z.of.transfer_end[z.at.transfer_first[r]], r, True
        pass_time(p, z, now)
        if coming:
            end_transfer(p, z, which, now)
        elif which >= 0:
            end_step(p, c, z, which, now)
        else:
            due = z.counts[DISPATCHED] + 1
        if p.prefillers > 0:
            hand_on(p, c, z, now)
    return False
