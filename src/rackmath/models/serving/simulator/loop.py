"""The event loop of the simulator: plain functions on arrays, which compiled.py compiles as they stand.

Time moves from event to event: an arrival, the end of a step, the end of a transfer. A replica's step is planned when
it begins and takes effect when it ends. A stretch of steps that only decode is planned in one go, up to the first that
ends a request or finds no free block; an arrival cuts the stretch at the next step's end. That is exact, because such
steps differ by the sum of contexts alone and their cost is linear in it.
"""

from __future__ import annotations

import math

import numpy as np

from rackmath.models.serving.simulator.state import (
    ADMITTED,
    BLOCK_SECONDS,
    CLOCK,
    DISPATCHED,
    FAR,
    FINISHED,
    GAP_BINS,
    GAP_HIGH,
    GAP_LOW,
    GAP_SECONDS,
    GAPS,
    ITERATIONS,
    NEXT_SAMPLE,
    PREEMPTIONS,
    PREFIX_AWARE,
    ROUND_ROBIN,
    RUNNING_SECONDS,
    SAMPLE_STEP,
    SAMPLED,
    SAMPLES,
    SYSTEM_SECONDS,
    TOKENS_IN,
    TOKENS_OUT,
    TURN,
    WAITING_SECONDS,
    WINDOW_BEGIN,
    WINDOW_END,
    Costs,
    Plan,
    Requests,
    Results,
    State,
)

SPAN = math.log(GAP_HIGH / GAP_LOW) / GAP_BINS
IMBALANCE = 32  # requests of difference above which a prefix is no reason to prefer a replica


def pool_of(p: Plan, r: int) -> int:
    """Return the pool of a replica: 0 in front, 1 decoders behind a prefill pool."""
    return 1 if p.prefillers > 0 and r >= p.prefillers else 0


def counting(p: Plan, z: State) -> bool:
    """Return whether what happens now is counted: after warm-up, before the drain."""
    return p.warm <= z.count[DISPATCHED] <= p.stop


# --- blocks and the prefix cache


def unlink(z: State, r: int, h: int) -> None:
    """Take a cached block out of the list of idle ones."""
    before, after = z.older[r, h], z.newer[r, h]
    if before >= 0:
        z.newer[r, before] = after
    else:
        z.lru[r, 0] = after
    if after >= 0:
        z.older[r, after] = before
    else:
        z.lru[r, 1] = before


def hold_block(p: Plan, z: State, r: int, h: int) -> None:
    """Refer to a block of the prefix cache once more, or for the first time."""
    if z.references[r, h] == 0:
        unlink(z, r, h)
        z.idle[r] -= p.hash_blocks
    if z.references[r, h] <= 0:
        z.used[r] += p.hash_blocks
        z.references[r, h] = 0
    z.references[r, h] += 1


def drop_block(p: Plan, z: State, r: int, h: int) -> None:
    """Refer to a block once less; the last one leaves it idle, newest of all."""
    z.references[r, h] -= 1
    if z.references[r, h] == 0:
        z.used[r] -= p.hash_blocks
        z.idle[r] += p.hash_blocks
        last = z.lru[r, 1]
        z.older[r, h], z.newer[r, h] = last, -1
        if last >= 0:
            z.newer[r, last] = h
        else:
            z.lru[r, 0] = h
        z.lru[r, 1] = h


def trim(p: Plan, z: State, r: int) -> None:
    """Forget the oldest idle blocks until what is used finds room."""
    room = p.blocks[pool_of(p, r)]
    while z.used[r] + z.idle[r] > room and z.idle[r] > 0:
        h = z.lru[r, 0]
        unlink(z, r, h)
        z.references[r, h] = -1
        z.idle[r] -= p.hash_blocks


def leading(q: Requests, p: Plan, z: State, r: int, i: int) -> int:
    """Return how many leading blocks of a prompt are cached on a replica."""
    found = 0
    if p.hash_blocks > 0:
        for at in range(q.hash_at[i], q.hash_at[i + 1]):
            if z.references[r, q.hashes[at]] < 0:
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
    need = (steps // p.block) * z.decoding[r]
    for j in range(steps % p.block):
        need += z.residue[r, (z.steps[r] + j) % p.block]
    return need


def release(q: Requests, p: Plan, z: State, r: int, i: int) -> None:
    """Give back what a request holds on a replica; its prompt's last blocks are forgotten first."""
    z.used[r] -= z.held[i]
    z.held[i] = 0
    begin = q.hash_at[i]
    for at in range(begin + z.shared[i] - 1, begin - 1, -1):
        drop_block(p, z, r, q.hashes[at])
    z.shared[i] = 0


# --- queues


def push_back(q: Requests, z: State, r: int, i: int) -> None:
    """Put a request at the end of its class."""
    c = q.priority[i]
    z.following[i] = -1
    if z.tail[r, c] >= 0:
        z.following[z.tail[r, c]] = i
    else:
        z.head[r, c] = i
    z.tail[r, c] = i
    z.waiting[r] += 1


def push_front(q: Requests, z: State, r: int, i: int) -> None:
    """Put a preempted request in front of its class."""
    c = q.priority[i]
    z.following[i] = z.head[r, c]
    if z.head[r, c] < 0:
        z.tail[r, c] = i
    z.head[r, c] = i
    z.waiting[r] += 1


def first_waiting(p: Plan, z: State, r: int) -> int:
    """Return the request that is next, or -1."""
    for c in range(p.classes):
        if z.head[r, c] >= 0:
            return z.head[r, c]
    return -1


def pop(q: Requests, z: State, r: int, i: int) -> None:
    """Take the first request of a class out of its queue."""
    c = q.priority[i]
    z.head[r, c] = z.following[i]
    if z.head[r, c] < 0:
        z.tail[r, c] = -1
    z.waiting[r] -= 1


def dispatch(q: Requests, p: Plan, z: State, o: Results, i: int, now: float) -> None:
    """Route a request that arrives."""
    front = p.prefillers if p.prefillers > 0 else p.replicas
    best = 0
    if p.routing == ROUND_ROBIN:
        best = z.count[TURN] % front
        z.count[TURN] += 1
    else:
        most, least = z.load[0], z.load[0]
        for r in range(1, front):
            most = max(most, z.load[r])
            if z.load[r] < least:
                least, best = z.load[r], r
        if p.routing == PREFIX_AWARE and most - least <= IMBALANCE:
            longest = leading(q, p, z, best, i)
            for r in range(front):
                found = leading(q, p, z, r, i)
                if found > longest or (found == longest and found > 0 and z.load[r] < z.load[best]):
                    longest, best = found, r
    z.count[DISPATCHED] += 1
    if z.count[DISPATCHED] == max(p.warm, 1):
        z.clock[WINDOW_BEGIN] = now
    z.load[best] += 1
    o.arrival[i] = now
    o.replica[i] = best
    z.target[i] = q.prompt[i]
    push_back(q, z, best, i)
    z.wake[best] = 1


# --- steps


def decode_seconds(p: Plan, c: Costs, z: State, r: int, steps: int) -> float:
    """Return the seconds of the next steps that only decode."""
    pool, n = pool_of(p, r), z.decoding[r]
    first = c.base[pool, n] + c.slope[pool, n] * (z.context[r] + n)
    return steps * first + c.slope[pool, n] * n * 0.5 * steps * (steps - 1)


def work_of(c: Costs, pool: int, tokens: float) -> float:
    """Return the seconds of products on so many tokens of a rank; beyond the table it goes on as it ended."""
    last = c.work.shape[1] - 1
    if tokens >= last:
        return c.work[pool, last] + (tokens - last) * (c.work[pool, last] - c.work[pool, last - 1])
    low = int(tokens)
    return c.work[pool, low] + (tokens - low) * (c.work[pool, low + 1] - c.work[pool, low])


def preempt_last(q: Requests, p: Plan, z: State, o: Results, r: int) -> None:
    """Take the last admitted request of the lowest class off the replica; it will be computed again."""
    victim, place, decodes = -1, -1, False
    for place_now in range(z.decoding[r] + z.filling[r]):
        decoder = place_now < z.decoding[r]
        i = z.decoders[r, place_now] if decoder else z.fillers[r, place_now - z.decoding[r]]
        if victim < 0 or (q.priority[i], z.admitted[i]) > (q.priority[victim], z.admitted[victim]):
            victim, place, decodes = i, place_now, decoder
    if decodes:
        tokens = leave(p, z, r, place)
        z.made[victim] += z.steps[r] - z.join_step[victim]
        if not p.reserve:
            z.held[victim] = blocks_for(p, tokens) - z.shared[victim] * p.hash_blocks
        z.target[victim] = q.prompt[victim] + z.made[victim]
        for j in range(z.fresh_count[r]):
            if z.fresh[r, j] == victim:
                z.fresh_count[r] -= 1
                z.fresh[r, j] = z.fresh[r, z.fresh_count[r]]
                break
        else:
            z.token_at[victim] = z.last_end[r]
    else:
        at = place - z.decoding[r]
        for j in range(at, z.filling[r] - 1):
            z.fillers[r, j] = z.fillers[r, j + 1]
        z.filling[r] -= 1
    release(q, p, z, r, victim)
    z.done[victim] = 0
    o.preempted[victim] += 1
    if counting(p, z):
        z.count[PREEMPTIONS] += 1
    push_front(q, z, r, victim)


def leave(p: Plan, z: State, r: int, place: int) -> int:
    """Take a decoding request out of the batch, and return the tokens that its cache holds."""
    i = z.decoders[r, place]
    tokens = z.join_tokens[i] + z.steps[r] - z.join_step[i]
    z.decoding[r] -= 1
    z.decoders[r, place] = z.decoders[r, z.decoding[r]]
    z.context[r] -= tokens
    z.residue[r, (z.join_step[i] - z.join_tokens[i]) % p.block] -= 1
    return tokens


def join(q: Requests, p: Plan, z: State, r: int, i: int) -> None:
    """Let a request whose prompt is done decode from the next step on."""
    tokens = z.target[i]
    z.decoders[r, z.decoding[r]] = i
    z.decoding[r] += 1
    z.context[r] += tokens
    z.join_step[i], z.join_tokens[i] = z.steps[r], tokens
    z.end_step[i] = z.steps[r] + q.output[i] - z.made[i]
    z.next_end[r] = min(z.next_end[r], z.end_step[i])
    z.residue[r, (z.steps[r] - tokens) % p.block] += 1
    z.fresh[r, z.fresh_count[r]] = i
    z.fresh_count[r] += 1


def take_chunk(p: Plan, z: State, r: int, i: int, left: int) -> int:
    """Plan the next chunk of a prompt on a replica, as large as the budget and free blocks allow; 0 if none is."""
    pool = pool_of(p, r)
    chunk = min(z.target[i] - z.done[i], left, p.budget[pool])
    if not p.reserve:
        room = p.blocks[pool] - z.used[r] + z.held[i] + z.shared[i] * p.hash_blocks - p.sequence_blocks
        chunk = min(chunk, room * p.block - z.done[i])
        if chunk <= 0:
            return 0
        need = blocks_for(p, z.done[i] + chunk) - z.shared[i] * p.hash_blocks
        z.used[r] += need - z.held[i]
        z.held[i] = need
        trim(p, z, r)
    z.chunk[i] = chunk
    return chunk


def admit(q: Requests, p: Plan, z: State, o: Results, r: int, i: int, left: int) -> int:
    """Admit a waiting request with its first chunk, if blocks allow; return the chunk's tokens, 0 if not admitted."""
    pool = pool_of(p, r)
    hits = leading(q, p, z, r, i)
    fresh = 0
    for at in range(q.hash_at[i], q.hash_at[i] + hits):
        fresh += p.hash_blocks if z.references[r, q.hashes[at]] == 0 else 0
    known = min(hits * p.hash_blocks * p.block, z.target[i] - 1)
    chunk = min(z.target[i] - known, left, p.budget[pool])
    total = known + chunk
    if p.reserve:
        total = q.prompt[i] + (1 if pool_of(p, r) == 0 and p.prefillers > 0 else q.output[i])
    need = max(blocks_for(p, total) - hits * p.hash_blocks, 0)
    if z.used[r] + fresh + need > p.blocks[pool]:
        return 0
    for at in range(q.hash_at[i], q.hash_at[i] + hits):
        hold_block(p, z, r, q.hashes[at])
    z.shared[i] = hits
    z.done[i] = known
    z.held[i] = need
    z.used[r] += need
    z.chunk[i] = chunk
    trim(p, z, r)
    pop(q, z, r, i)
    z.admitted[i] = z.count[ADMITTED]
    z.count[ADMITTED] += 1
    if z.made[i] == 0:
        o.hit[i] = known
    z.fillers[r, z.filling[r]] = i
    z.filling[r] += 1
    return chunk


def fill(q: Requests, p: Plan, z: State, o: Results, r: int, calm: bool) -> int:
    """Plan the chunks of prompts of the next step, and return their tokens; new requests are admitted if `calm`."""
    pool = pool_of(p, r)
    left = p.budget[pool] * p.ranks[pool] - (0 if p.prefill_first else z.decoding[r])
    tokens = 0
    own = growth(p, z, r, 1)
    z.used[r] += own  # the step's own decoding comes before prompts
    for j in range(z.filling[r]):
        z.chunk[z.fillers[r, j]] = 0
        if tokens < left:
            tokens += take_chunk(p, z, r, z.fillers[r, j], left - tokens)
    while calm and tokens < left and z.decoding[r] + z.filling[r] + z.reserved[r] < p.sequences[pool]:
        i = first_waiting(p, z, r)
        chunk = admit(q, p, z, o, r, i, left - tokens) if i >= 0 else 0
        if chunk == 0:
            break
        tokens += chunk
    z.used[r] -= own
    return tokens


def begin(q: Requests, p: Plan, c: Costs, z: State, o: Results, r: int, now: float) -> None:
    """Plan the next step of an idle replica: who decodes, which prompts go on, who is admitted; and when it ends."""
    pool = pool_of(p, r)
    for j in range(z.ready_count[r]):
        join(q, p, z, r, z.ready[r, j])
    z.reserved[r] -= z.ready_count[r]
    z.ready_count[r] = 0
    calm = True
    while z.used[r] + growth(p, z, r, 1) > p.blocks[pool]:
        preempt_last(q, p, z, o, r)
        calm = False
    tokens = fill(q, p, z, o, r, calm)
    while tokens == 0 and z.decoding[r] == 0 and z.filling[r] > 0:  # parts of prompts hold all blocks
        if r < p.prefillers and z.load[r] > z.filling[r] + z.waiting[r]:
            return  # a transfer will free some
        preempt_last(q, p, z, o, r)
        tokens = fill(q, p, z, o, r, False)
    if tokens == 0 and z.decoding[r] == 0:
        return
    z.begun[r] = now
    if tokens > 0:
        steps = 0 if p.prefill_first else min(z.decoding[r], 1)
        seconds = mixed_seconds(p, c, z, r, steps)
    else:
        steps = z.next_end[r] - z.steps[r] if p.fast_forward and calm else 1
        while steps > 1 and z.used[r] + growth(p, z, r, steps) > p.blocks[pool]:
            steps = steps // 2
        seconds = decode_seconds(p, c, z, r, steps)
    z.used[r] += growth(p, z, r, steps)
    trim(p, z, r)
    z.planned[r] = steps
    z.until[r] = now + seconds


def mixed_seconds(p: Plan, c: Costs, z: State, r: int, steps: int) -> float:
    """Return the seconds of a step that carries chunks of prompts, and decodes if `steps` is 1."""
    pool = pool_of(p, r)
    ranks = p.ranks[pool]
    tokens, pairs, prompts = 0.0, 0.0, 0
    for j in range(z.filling[r]):
        chunk = z.chunk[z.fillers[r, j]]
        if chunk > 0:
            prompts += 1
            tokens += chunk
            pairs += chunk * (z.done[z.fillers[r, j]] + 0.5 * chunk)
    share = math.ceil(prompts / ranks) / prompts  # the rank with the most prompts sets the pace
    n = z.decoding[r] * steps
    rank = n / ranks
    extra = work_of(c, pool, rank + tokens * share) - work_of(c, pool, rank)
    extra += share * (c.token[pool] * tokens + c.context[pool] * pairs) + c.prompt[pool] * prompts
    return c.base[pool, n] + c.slope[pool, n] * (z.context[r] + n) * steps + c.scale[pool, n] * extra


def cut(p: Plan, c: Costs, z: State, r: int, now: float) -> None:
    """End a planned stretch of decoding at the first step's end that is not before now."""
    steps = z.planned[r]
    pool = pool_of(p, r)
    if steps <= 1 or z.decoding[r] + z.filling[r] + z.reserved[r] - z.ready_count[r] >= p.sequences[pool]:
        return
    low, high = 1, steps
    while low < high:
        middle = (low + high) // 2
        if z.begun[r] + decode_seconds(p, c, z, r, middle) >= now:
            high = middle
        else:
            low = middle + 1
    if low < steps:
        z.used[r] += growth(p, z, r, low) - growth(p, z, r, steps)
        z.planned[r] = low
        z.until[r] = z.begun[r] + decode_seconds(p, c, z, r, low)


def gap_bin(seconds: float) -> int:
    """Return the bin of a gap."""
    return min(max(int(math.log(max(seconds, GAP_LOW) / GAP_LOW) / SPAN), 0), GAP_BINS - 1)


def add_gaps(z: State, seconds: float, count: int) -> None:
    """Count gaps of one length."""
    z.gaps[gap_bin(seconds)] += count
    z.count[GAPS] += count
    z.clock[GAP_SECONDS] += seconds * count


def count_decoded(p: Plan, c: Costs, z: State, r: int, steps: int, now: float) -> None:
    """Count the tokens and gaps of a stretch of `steps` that ends now; the state is that before it."""
    n = z.decoding[r]
    pool = pool_of(p, r)
    z.count[TOKENS_OUT] += n * steps
    rest = 0.0
    slope = c.slope[pool, n] * n
    if steps > 1:
        rest = decode_seconds(p, c, z, r, steps) - decode_seconds(p, c, z, r, 1)
    first_end = now - rest
    add_gaps(z, first_end - z.last_end[r], n - z.fresh_count[r])
    for j in range(z.fresh_count[r]):
        add_gaps(z, first_end - z.token_at[z.fresh[r, j]], 1)
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
        z.count[GAPS] += (steps - 1) * n
        z.clock[GAP_SECONDS] += rest * n


def end_step(q: Requests, p: Plan, c: Costs, z: State, o: Results, r: int, now: float) -> None:
    """Let a planned step take effect."""
    steps = z.planned[r]
    z.until[r] = np.inf
    z.planned[r] = 0
    z.count[ITERATIONS] += max(steps, 1)
    counted = counting(p, z)
    if steps > 0:
        if counted:
            count_decoded(p, c, z, r, steps, now)
        z.fresh_count[r] = 0
        z.last_end[r] = now
        z.steps[r] += steps
        z.context[r] += z.decoding[r] * steps
        if z.steps[r] >= z.next_end[r]:
            end_decoders(q, p, z, o, r, now)
    kept = 0
    for j in range(z.filling[r]):
        i = z.fillers[r, j]
        z.done[i] += z.chunk[i]
        if counted:
            z.count[TOKENS_IN] += z.chunk[i]
        z.chunk[i] = 0
        if z.done[i] < z.target[i]:
            z.fillers[r, kept] = i
            kept += 1
        else:
            end_prompt(q, p, z, o, r, i, now, counted)
    z.filling[r] = kept
    z.wake[r] = 1


def end_decoders(q: Requests, p: Plan, z: State, o: Results, r: int, now: float) -> None:
    """Let those go whose last token came, and find who is next."""
    place, soonest = 0, FAR
    while place < z.decoding[r]:
        i = z.decoders[r, place]
        if z.end_step[i] <= z.steps[r]:
            tokens = leave(p, z, r, place)
            if not p.reserve:
                z.held[i] = blocks_for(p, tokens) - z.shared[i] * p.hash_blocks
            finish(q, p, z, o, r, i, now)
        else:
            soonest = min(soonest, z.end_step[i])
            place += 1
    z.next_end[r] = soonest


def finish(q: Requests, p: Plan, z: State, o: Results, r: int, i: int, now: float) -> None:
    """A request has its last token; under a closed load the next one arrives."""
    release(q, p, z, r, i)
    o.last[i] = now
    z.load[r] -= 1
    z.count[FINISHED] += 1
    if p.concurrency > 0 and z.count[DISPATCHED] < len(q.prompt):
        dispatch(q, p, z, o, z.count[DISPATCHED], now)


def end_prompt(q: Requests, p: Plan, z: State, o: Results, r: int, i: int, now: float, counted: bool) -> None:
    """A prompt is done: its first token comes out, its full blocks are cached, and it decodes or is handed on."""
    again = z.made[i] > 0
    z.made[i] += 1
    if counted:
        z.count[TOKENS_OUT] += 1
        if again:
            add_gaps(z, now - z.token_at[i], 1)
    z.token_at[i] = now
    if not again and not p.first_after_transfer:
        o.first[i] = now
    if p.hash_blocks > 0:
        for at in range(q.hash_at[i] + z.shared[i], q.hash_at[i + 1]):
            hold_block(p, z, r, q.hashes[at])
            z.used[r] -= p.hash_blocks  # the copy of its own becomes the cached one
            z.held[i] -= p.hash_blocks
        z.shared[i] = q.hash_at[i + 1] - q.hash_at[i]
    if z.made[i] >= q.output[i]:
        if p.first_after_transfer and not again:
            o.first[i] = now
        finish(q, p, z, o, r, i, now)
    elif r < p.prefillers:
        z.following[i] = -1
        if z.handoff[1] >= 0:
            z.following[z.handoff[1]] = i
        else:
            z.handoff[0] = i
        z.handoff[1] = i
    else:
        join(q, p, z, r, i)


# --- between pools


def hand_on(q: Requests, p: Plan, c: Costs, z: State, o: Results, now: float) -> None:
    """Begin transfers of caches to decoders that have room, first come first served."""
    while z.handoff[0] >= 0:
        i = z.handoff[0]
        need = blocks_for(p, q.prompt[i] + (q.output[i] if p.reserve else 1))
        best = -1
        for r in range(p.prefillers, p.replicas):
            taken = z.decoding[r] + z.filling[r] + z.reserved[r]
            if taken < p.sequences[1] and z.used[r] + need > p.blocks[1]:
                cut(p, c, z, r, now)  # blocks of steps that are not begun yet are free
            free = taken < p.sequences[1] and z.used[r] + need <= p.blocks[1]
            if free and (best < 0 or z.load[r] < z.load[best]):
                best = r
        if best < 0:
            return
        z.handoff[0] = z.following[i]
        if z.handoff[0] < 0:
            z.handoff[1] = -1
        origin = o.replica[i]
        z.used[best] += need
        trim(p, z, best)
        z.reserved[best] += 1
        z.load[best] += 1
        start = max(now, z.link_free[origin])
        z.link_free[origin] = start + q.prompt[i] * p.link_seconds
        z.transfer_end[i] = z.link_free[origin]
        z.join_tokens[i] = best  # kept here while on the way
        z.following[i] = -1
        if z.transfer[origin, 1] >= 0:
            z.following[z.transfer[origin, 1]] = i
        else:
            z.transfer[origin, 0] = i
        z.transfer[origin, 1] = i


def end_transfer(q: Requests, p: Plan, z: State, o: Results, r: int, now: float) -> None:
    """The first cache on a link has arrived: the prefill replica forgets it, the decoder takes it at its next step."""
    i = z.transfer[r, 0]
    z.transfer[r, 0] = z.following[i]
    if z.transfer[r, 0] < 0:
        z.transfer[r, 1] = -1
    release(q, p, z, r, i)
    z.load[r] -= 1
    z.wake[r] = 1
    to = z.join_tokens[i]
    o.replica[i] = to
    z.held[i] = blocks_for(p, q.prompt[i] + (q.output[i] if p.reserve else 1))
    if not p.reserve:  # the block of the next token is taken by the step itself
        z.used[to] -= z.held[i] - blocks_for(p, q.prompt[i])
        z.held[i] = blocks_for(p, q.prompt[i])
    if p.first_after_transfer:
        o.first[i] = now
        z.token_at[i] = now
    z.ready[to, z.ready_count[to]] = i
    z.ready_count[to] += 1
    z.wake[to] = 1


# --- the loop


def pass_time(p: Plan, z: State, now: float) -> None:
    """Add up what stands between two events, and take samples for the series over time."""
    span = now - z.clock[CLOCK]
    running, waiting, blocks = 0, 0, 0
    for r in range(p.replicas):
        running += z.decoding[r] + z.filling[r]
        waiting += z.waiting[r]
        blocks += z.used[r]
    if span > 0.0:
        if counting(p, z):
            z.clock[RUNNING_SECONDS] += running * span
            z.clock[WAITING_SECONDS] += waiting * span
            z.clock[BLOCK_SECONDS] += blocks * span
            z.clock[SYSTEM_SECONDS] += (z.count[DISPATCHED] - z.count[FINISHED]) * span
            z.clock[WINDOW_END] = now
        z.clock[CLOCK] = now
    if now >= z.clock[NEXT_SAMPLE]:
        if z.count[SAMPLED] == SAMPLES:
            for j in range(SAMPLES // 2):
                z.samples[j] = z.samples[2 * j]
            z.count[SAMPLED] = SAMPLES // 2
            z.clock[SAMPLE_STEP] = max(2 * z.clock[SAMPLE_STEP], now / SAMPLES)
        at = z.count[SAMPLED]
        z.samples[at, 0], z.samples[at, 1], z.samples[at, 2], z.samples[at, 3] = now, running, waiting, blocks
        z.count[SAMPLED] += 1
        z.clock[NEXT_SAMPLE] = now + z.clock[SAMPLE_STEP]


def run(q: Requests, p: Plan, c: Costs, z: State, o: Results, events: int) -> bool:
    """Run at most so many events; True when every request has ended. Call again to go on."""
    requests = len(q.prompt)
    if p.concurrency > 0 and z.count[DISPATCHED] == 0:
        for i in range(min(p.concurrency, requests)):
            dispatch(q, p, z, o, i, 0.0)
    for _ in range(events):
        for r in range(p.replicas):
            if z.wake[r] == 1:
                z.wake[r] = 0
                if z.until[r] == np.inf:
                    begin(q, p, c, z, o, r, z.clock[CLOCK])
                else:
                    cut(p, c, z, r, z.clock[CLOCK])
        if z.count[FINISHED] == requests:
            return True
        now, which = np.inf, -1
        if p.concurrency == 0 and z.count[DISPATCHED] < requests:
            now = q.arrival[z.count[DISPATCHED]]
        for r in range(p.replicas):
            if z.until[r] < now:
                now, which = z.until[r], r
        coming = False
        for r in range(p.prefillers):
            if z.transfer[r, 0] >= 0 and z.transfer_end[z.transfer[r, 0]] < now:
                now, which, coming = z.transfer_end[z.transfer[r, 0]], r, True
        pass_time(p, z, now)
        if coming:
            end_transfer(q, p, z, o, which, now)
        elif which >= 0:
            end_step(q, p, c, z, o, which, now)
        else:
            dispatch(q, p, z, o, z.count[DISPATCHED], now)
        if p.prefillers > 0:
            hand_on(q, p, c, z, o, now)
    return False
