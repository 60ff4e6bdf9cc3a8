"""The engine that is simulated: pools of replicas, their memory, their scheduler, and how requests reach them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rackmath.errors import RackmathError
from rackmath.models.serving.fitting import Fitted, times
from rackmath.models.serving.latency import FIRST_PARTS
from rackmath.models.serving.rows import Configuration, columns
from rackmath.models.serving.simulator.cost import Cost, cost_of, finite, with_offsets
from rackmath.models.serving.simulator.state import LEAST_LOADED, PREFIX_AWARE, ROUND_ROBIN
from rackmath.models.serving.steady import memory_room
from rackmath.models.serving.step import fixed_bytes_per_sequence, kv_bytes_per_token
from rackmath.models.serving.stored import fitted

ROUTINGS = {"round-robin": ROUND_ROBIN, "least-loaded": LEAST_LOADED, "prefix-aware": PREFIX_AWARE}
POLICIES = ("mixed", "prefill-first")
# What the engines take unless told otherwise, on data-centre devices: https://docs.vllm.ai/en/latest/configuration/
# engine_args, https://docs.sglang.ai/advanced_features/server_arguments.html, and the TensorRT-LLM build options.
BUDGET, SEQUENCES, BLOCK = 8192, 1024, 16
MOST_BLOCKS = 2**40


@dataclass(frozen=True, kw_only=True)
class Pool:
    """Replicas of one kind. Blocks, sequences and budget are those of one attention rank.

    `blocks` of the cache, at most `sequences` at once, at most `budget` tokens a step.
    """

    cost: Cost
    blocks: int
    sequences: int = SEQUENCES
    budget: int = BUDGET
    ranks: int = 1
    replicas: int = 1

    def __post_init__(self) -> None:
        for name in ("blocks", "sequences", "budget", "ranks", "replicas"):
            value = getattr(self, name)
            if value != int(value) or not 1 <= value <= MOST_BLOCKS:
                raise RackmathError(f"{name} is {value}; a whole number of at least 1 is wanted")
        if self.cost.sequences < self.sequences * self.ranks:
            raise RackmathError(
                f"the costs are known up to {self.cost.sequences} sequences, and {self.sequences * self.ranks} may run"
            )


@dataclass(frozen=True, kw_only=True)
class Engine:
    """One or more replicas behind a router.

    With `prefill`, prompts are computed in that pool and their cache moves to `pool` over a link of
    `link_seconds_per_token`, first come first served; `pool` takes it when it has room. `policy` "mixed" puts chunks
    of prompts into decoding steps (vLLM's V1, Sarathi); "prefill-first" computes prompts in steps of their own, before
    decoding goes on. `reserve` admits a request only when its whole answer fits (no preemption). A first token counts
    when the prompt is done, or once its cache has moved (`first_after_transfer`). `overhead` seconds a request,
    and `overhead_per_token` for each token of its prompt, pass outside the engine's steps, before the first token.
    """

    pool: Pool
    prefill: Pool | None = None
    link_seconds_per_token: float = 0.0
    block: int = BLOCK
    sequence_blocks: int = 0
    policy: str = "mixed"
    reserve: bool = False
    prefix_cache: bool = True
    routing: str = "round-robin"
    first_after_transfer: bool = False
    overhead: float = 0.0
    overhead_per_token: float = 0.0

    def __post_init__(self) -> None:
        if self.policy not in POLICIES:
            raise RackmathError(f"policy is {self.policy!r}; one of {', '.join(POLICIES)}")
        if self.routing not in ROUTINGS:
            raise RackmathError(f"routing is {self.routing!r}; one of {', '.join(ROUTINGS)}")
        if not 1 <= self.block <= 4096 or self.sequence_blocks < 0:
            raise RackmathError(
                f"block is {self.block}, sequence_blocks {self.sequence_blocks}: 1 to 4,096, at least 0"
            )
        for name in ("overhead", "overhead_per_token", "link_seconds_per_token"):
            finite(name, getattr(self, name))

    @property
    def pools(self) -> tuple[Pool, ...]:
        """Return the pools, the one in front first."""
        return (self.pool,) if self.prefill is None else (self.prefill, self.pool)


def engine_of(
    c: Configuration,
    *,
    replicas: int = 1,
    sequences: int = SEQUENCES,
    budget: int = BUDGET,
    block: int = BLOCK,
    policy: str | None = None,
    reserve: bool | None = None,
    prefix_cache: bool = True,
    routing: str = "round-robin",
    first_after_transfer: bool = False,
    fit: Fitted | None = None,
) -> Engine:
    """Return the engine of a configuration, with its fitted costs and the blocks that its memory leaves.

    Unless told otherwise SGLang computes prompts first, the others mix; TensorRT-LLM reserves. Each micro-batch of a
    pipeline is a replica with its share of the cache: its steps pass all stages, and it keeps the requests it took.

    Raises
    ------
    RackmathError
        The model does not fit in memory.
    """
    fit = fit or fitted()
    overhead, by_token = _overheads(c, fit)
    decode, beyond = _pool(c, fit, sequences, budget, block, False)
    decode_replicas = c.layout.pp * (max(int(c.decode_workers), 1) if c.disaggregated else 1)
    prefill, link = None, 0.0
    if c.disaggregated:
        made, _ = _pool(c, fit, sequences, budget, block, True)
        prefill = Pool(**{**vars(made), "replicas": max(int(c.prefill_workers), 1) * c.prefill.pp * replicas})
        r = columns([c], fit.constants, prefill=True)
        link = float((kv_bytes_per_token(r) * r["tp"] / r["network"])[0])
    return Engine(
        pool=Pool(**{**vars(decode), "replicas": decode_replicas * replicas}),
        prefill=prefill,
        link_seconds_per_token=link,
        block=block,
        sequence_blocks=beyond,
        policy=policy or ("prefill-first" if c.backend == "sglang" else "mixed"),
        reserve=c.backend == "trtllm" if reserve is None else reserve,
        prefix_cache=prefix_cache,
        routing=routing,
        first_after_transfer=first_after_transfer,
        overhead=overhead,
        overhead_per_token=by_token,
    )


def _pool(c: Configuration, fit: Fitted, sequences: int, budget: int, block: int, prefill: bool) -> tuple[Pool, int]:
    """Return a pool of one replica, and the blocks that each sequence holds beyond its tokens."""
    r = columns([c], fit.constants, prefill=prefill)
    room = float(memory_room(r)[0])
    if room <= 0:
        raise RackmathError(
            f"does not fit: {c.shape.name} in {c.weights.name} needs {-room / 1e9:.0f} GB more on each device; "
            "use more devices or fewer bits"
        )
    fixed = float(fixed_bytes_per_sequence(r, np.array([c.isl + c.osl / 2]))[0])
    each = max(float(kv_bytes_per_token(r)[0]) * block, 1.0)
    cost = cost_of(c, sequences=sequences, budget=budget, prefill=prefill, fit=fit)
    layout = c.prefill if prefill else c.layout
    blocks = int(min(max(room / each / layout.pp, 1.0), MOST_BLOCKS))
    pool = Pool(cost=cost, blocks=blocks, sequences=sequences, budget=budget, ranks=layout.dp)
    return pool, int(np.ceil(fixed / each))


def _overheads(c: Configuration, fit: Fitted) -> tuple[float, float]:
    """Return the seconds outside the engine's steps, as fitted: of a request, and for each token of its prompt.

    Measured first tokens ask for longer prompts than measured output tokens leave room for in the steps that both
    share; the difference passes outside of them (reading the text, sending it on).
    """
    parts = times([c], fit.constants).first_parts
    changed = with_offsets(c, fit, "first", parts)
    request, prompt = (FIRST_PARTS.index(name) for name in ("request", "prompt"))
    return float(changed[0, request]), max(float(changed[0, prompt] - parts[0, prompt]), 0.0) / c.isl
