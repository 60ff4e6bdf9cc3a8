"""How many requests of a given context a replica's memory holds at once."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Any

import numpy as np

from rackmath.kernel import Choice, Param, Real, Result, model
from rackmath.models._numbers import HAIR, some, tagged
from rackmath.models._terms import GpusPerReplica
from rackmath.models.serving._cache_terms import GB
from rackmath.models.serving._chip_terms import ChipMemory, Layers
from rackmath.models.serving._shapes import (
    CacheFormat,
    HeadDim,
    KvHeads,
    ModelShape,
    cache_columns,
    sizes_not_used,
)
from rackmath.models.serving.step import fixed_bytes_per_sequence, kv_bytes_per_token
from rackmath.units import number

GIB = 2.0**30


@model(
    "serving.kv_cache",
    method="A07.10",
    title="KV cache and concurrency",
    question="How many requests of a given context fit into a replica's memory at once?",
    unit="request/replica",
    sources=(
        "https://arxiv.org/abs/2211.05102",
        "https://arxiv.org/abs/2309.06180",
        "https://developer.nvidia.com/blog/optimizing-inference-for-long-context-and-large-batch-sizes-with-nvfp4-kv-cache/",
    ),
    increasing_in=("memory", "memory_share"),
    decreasing_in=("context", "weight_memory", "runtime_memory"),
)
def kv_cache(
    *,
    context: Annotated[
        Real,
        Param(
            "token/request",
            assumption="8192 token/request",
            because="a long chat or a few pages of documents; give the mean that requests reach",
            minimum=1,
            maximum=1e8,
            help="tokens that a request holds in the cache, prompt and answer together",
        ),
    ],
    model_shape: ModelShape,
    layers: Layers,
    kv_heads: KvHeads,
    head_dim: HeadDim,
    cache_format: CacheFormat,
    memory: ChipMemory,
    gpus_per_replica: GpusPerReplica,
    memory_share: Annotated[
        Real,
        Param(
            "",
            assumption="0.9",
            because="the share that vLLM takes unless it is told otherwise",
            minimum=0.01,
            maximum=1,
            help="share of the memory that the engine may take, for weights, cache and its own buffers",
        ),
    ],
    weight_memory: Annotated[
        Real,
        Param(
            "GB/replica",
            assumption="70.6 GB/replica",
            because="70.6 billion parameters in eight bits; sixteen bits need twice as much",
            minimum=0,
            maximum=1e6,
            help="memory that the weights of one copy of the model take on all its accelerators together",
        ),
    ],
    runtime_memory: Annotated[
        Real,
        Param(
            "GB/GPU",
            assumption="4 GB/GPU",
            because="activations, captured graphs and communication buffers take 2 to 6 GB",
            minimum=0,
            maximum=1e3,
            help="what the engine needs on each accelerator besides weights and cache",
        ),
    ],
    block_size: Annotated[
        Real,
        Param(
            "token",
            assumption="16 token",
            because="vLLM's default; a request takes whole blocks",
            minimum=1,
            maximum=4096,
            help="tokens in a block of the paged cache",
        ),
    ],
    attention_split: Annotated[
        str,
        Choice(
            "heads",
            "sequences",
            assumption="heads",
            because="tensor parallelism splits heads; large services of latent-attention models split sequences",
            help=(
                "what the accelerators of a replica share: the heads of every request (tensor parallel), or whole "
                "requests (data-parallel attention)"
            ),
        ),
    ],
) -> Result:
    r"""Divide the memory that weights and buffers leave by what a request of this context holds in the cache.

    .. math:: n = g' \left\lfloor \frac{M s - W/g - R}{k\,\lceil c/b \rceil\, b + f} \right\rfloor, \qquad
        k = 2\,L\,\max(h_{kv}/t, 1)\,d\,w

    where :math:`M` is memory, :math:`s` memory_share, :math:`W` weight_memory, :math:`g` gpus_per_replica, :math:`R`
    runtime_memory, :math:`c` context, :math:`b` block_size, :math:`L` layers, :math:`h_{kv}` kv_heads, :math:`d`
    head_dim and :math:`w` the bytes of an element. Split by heads, :math:`t = g` and :math:`g' = 1`: a rank holds at
    least one head, so that more accelerators than heads keep copies. Split by sequences, :math:`t = 1` and
    :math:`g' = g`. Latent attention keeps one narrow vector a token and layer, on every rank that shares its heads.
    :math:`f` is what windows and linear layers of the catalogue's models keep whatever the context. The lines start
    from memory that held nothing but cache, and say how many requests each other use of it displaces.

    Limits: a context twice as long halves the number; weights that do not fit leave 0.
    Not included: prefixes that requests share (each counts in full), offloading to host memory, preemption.
    Source: https://arxiv.org/abs/2309.06180

    >>> found = kv_cache(
    ...     context=131_072, model_shape="as-given", layers=80, kv_heads=8, head_dim=128, cache_format="bf16",
    ...     memory=80, gpus_per_replica=8, memory_share=0.9, weight_memory=141.2, runtime_memory=4, block_size=16,
    ...     attention_split="heads")
    >>> float(found.total), float(found.notes["cache_per_token"].value)
    (9.0, 327680.0)
    >>> {name: float(line) for name, line in found.lines.items()}
    {'all_memory_as_cache': 14.0, 'kept_back': -1.0, 'weights': -3.0, 'runtime': -1.0}
    """
    gpus = number(gpus_per_replica, "GPU/replica")
    split = attention_split == "heads"
    r = cache_columns(
        model_shape,
        layers=number(layers, "layer"),
        kv_heads=number(kv_heads, ""),
        head_dim=number(head_dim, ""),
        cache_format=cache_format,
        tensor_parallel=gpus if split else 1.0,
    )
    length, block = number(context, "token/request"), number(block_size, "token")
    blocks = np.ceil(length / block * (1 - HAIR)) * block
    each = kv_bytes_per_token(r) * blocks + fixed_bytes_per_sequence(r, np.asarray(length))
    places, copies = (1.0, gpus) if split else (gpus, 1.0)

    held = number(memory, "GB/GPU") * GB
    room = held * number(memory_share, "")
    weights = number(weight_memory, "GB/replica") * GB / gpus
    runtime = number(runtime_memory, "GB/GPU") * GB
    left = room - weights - runtime

    def whole_in(space: Any) -> Any:
        return places * np.floor(np.maximum(space, 0.0) / each * (1 + HAIR))

    stages = [whole_in(space) for space in (held, room, room - weights, left)]

    def note(value: Any, unit: str) -> tuple[Any, str]:
        return tagged(value, unit, context), unit

    per_token = kv_bytes_per_token(r) * copies

    def notes() -> dict[str, tuple[Any, str]]:
        return {
            "cache_per_token": note(per_token, "byte/token"),
            "cache_per_request": note(each * copies / GIB, "GiB/request"),
            "copies_of_each_head": note(per_token / _once(r), ""),
            "memory_for_cache": note(np.maximum(left, 0.0) * gpus / GIB, "GiB/replica"),
            "tokens_in_cache": note(stages[-1] * length, "token/replica"),
            "longest_single_request": note(_longest(r, left), "token/request"),
            "lost_to_part_filled_blocks": note(1 - length / blocks, ""),
        }

    def warnings() -> list[str]:
        found = sizes_not_used(model_shape)
        if some(left < 0):
            found.append("The weights and buffers take all the memory of a replica: no request fits.")
        elif some(stages[-1] == 0):
            found.append("A request of this context does not fit into what the weights leave.")
        if some(per_token > _once(r) * (1 + HAIR)):
            found.append(
                "The accelerators of a replica keep the same keys and values more than once: splitting by sequences "
                "would hold more."
            )
        return found

    names = ("all_memory_as_cache", "kept_back", "weights", "runtime")
    steps = [stages[0], *(after - before for before, after in pairwise(stages))]
    lines = {name: tagged(step, "request/replica", context) for name, step in zip(names, steps, strict=True)}
    return Result("request/replica", lines, notes=notes, warnings=warnings)


def _once(r: Any) -> Any:
    """Return the cache bytes of a token when nothing is kept twice."""
    return kv_bytes_per_token({**r, "tp": np.asarray(1.0)})


def _longest(r: Any, left: Any) -> Any:
    """Return the context of the one request that fills a rank; windows are taken as full."""
    windows = fixed_bytes_per_sequence(r, np.asarray(np.inf))
    return np.maximum(left - windows, 0.0) / kv_bytes_per_token(r)
