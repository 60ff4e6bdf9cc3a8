"""Rows of a batch as configurations: names resolved, parallelism put right, what was changed said."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from rackmath.errors import RackmathError
from rackmath.models.serving.hardware import Accelerator, Format, arithmetic_on, find_accelerator, find_format
from rackmath.models.serving.shape import NUMERIC, Shape, find_shape, short
from rackmath.models.serving.step import Array, Constants

MEMORY_SHARE = 0.9  # what engines take of a device's memory unless told otherwise
MEMORY_OTHER = 4e9  # activations, graphs and communication buffers (bytes); 2 to 6 GB are reported
MEMORY_UNIT = 2.0**30  # the GB in the name of a memory is 2³⁰ bytes: an "80 GB" device has 85.5e9
CHUNK = 8192.0  # prompt tokens of a mixed step unless told otherwise: the usual budget of the engines
LARGEST = 1e9
MAX_DRAFTS = 16
ACCEPTANCE = 0.7  # our judgement of what extra prediction layers reach on prose


class Layout(NamedTuple):
    """How one replica is spread: attention tensor ranks × data ranks × stages; experts tensor × expert ranks."""

    tp: int = 1
    dp: int = 1
    pp: int = 1
    moe_tp: int = 1
    ep: int = 1

    @property
    def devices(self) -> int:
        """Return the accelerators of one replica."""
        return self.tp * self.dp * self.pp


@dataclass
class Configuration:
    """One row: a model on a layout under a closed load of `concurrency` requests of `isl` in, `osl` out tokens."""

    id: str
    shape: Shape
    chip: Accelerator
    backend: str
    version: str
    weights: Format
    attention: Format
    cache_bytes: float
    isl: float
    osl: float
    concurrency: float
    layout: Layout
    disaggregated: bool = False
    prefill: Layout = field(default_factory=Layout)
    prefill_workers: float = 0.0  # 0: not stated
    decode_workers: float = 0.0
    drafts: float = 0.0  # tokens that a step guesses ahead, by extra prediction layers
    acceptance: float = 0.0  # chance that a guess is kept, given the one before
    chunk: float = CHUNK  # prompt tokens of a mixed step at most
    cached: float = 0.0  # input tokens whose cache is there already, from a prefix that was met before
    notes: list[str] = field(default_factory=list)

    @property
    def tokens_per_step(self) -> float:
        """Return the tokens that a step yields on average: 1 + p + p² + … over the drafts."""
        return sum(self.acceptance**each for each in range(int(self.drafts) + 1)) if self.drafts else 1.0


def _number(row: Mapping[str, str], name: str, default: float | None = None) -> float:
    return _value(row.get(name) or "", name, default)


@lru_cache(4096)
def _value(text: str, name: str, default: float | None) -> float:
    """Return the number that a cell holds, or what stands for an empty one."""
    if not text.strip():
        if default is None:
            raise RackmathError(f"{name} is empty")
        return default
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 <= value <= LARGEST:
        told = "not a number" if math.isnan(value) else f"a number from 0 to {LARGEST:.0e} is wanted"
        raise RackmathError(f"{name} is {text.strip()[:30]!r}; {told}")
    return value


@lru_cache(4096)
def _rank(text: str, name: str) -> int:
    value = _number({name: text}, name, 1.0)
    if value != int(value) or value > 65536:
        raise RackmathError(f"{name} is {value:g}; a whole number up to 65,536 is wanted")
    return int(value) or 1  # empty and 0 both mean: not split


SIZES = ("tp_size", "attention_dp_size", "pp_size", "moe_tp_size", "moe_ep_size")
SETUP = (
    "model_path",
    "system",
    "backend",
    "backend_version",
    "precision",
    "gemm_quant_mode",
    "mode",
    "speculative_tokens",
    "speculative_acceptance",
    "prefill_num_workers",
    "decode_num_workers",
    *(prefix + name for prefix in ("", "prefill_", "decode_") for name in SIZES),
)
"""The columns that say what runs; the others say under which load."""
STATED = re.compile(r"_tp(\d+)(?:_0)?_ep(\d+)")


def layout_of(
    row: Mapping[str, str], prefix: str, shape: Shape, chip: Accelerator, square: int, notes: list[str]
) -> Layout:
    """Return a row's layout. Recorded products of sizes are undone here, and only here; `notes` says which.

    `square` is the number of tensor ranks and of expert ranks that the row's name states, where they are one number.
    """
    sizes = [_rank(row.get(prefix + name) or "", prefix + name) for name in SIZES]
    if not shape.experts:
        return Layout(*sizes[:3])
    made, said = _layout(*sizes, square, chip.domain, shape.kv_rank > 0)
    notes += [f"{prefix}parallelism: {each}" for each in said]
    return made


@lru_cache(4096)
def _layout(
    tp: int, dp: int, pp: int, moe_tp: int, ep: int, square: int, domain: int, latent: bool
) -> tuple[Layout, tuple[str, ...]]:
    ranks = tp * dp
    if ep > 1 and moe_tp == ep and ranks == moe_tp * ep and (square == ep or ranks > domain):
        made = Layout(1, ep, pp, 1, ep) if tp == 1 else Layout(ep, 1, pp, 1, ep)
        return made, (f"{ranks} ranks read as {ep} (tensor and expert sizes were multiplied)",)
    if dp > 1 and tp == dp and ep == tp * dp:
        return Layout(tp, 1, pp, 1, tp), (f"{ranks} ranks read as {tp} (data ranks repeat the tensor ranks)",)
    if tp > 8 and dp == 1 and (ep > 1 or domain >= tp) and latent:
        return Layout(1, tp, pp, 1, tp), (f"attention taken as data-parallel over {tp} ranks",)
    said: tuple[str, ...] = ()
    if moe_tp * ep != ranks:
        fixed = min(ep, ranks) if ranks % min(ep, ranks) == 0 else 1
        if ep != fixed or moe_tp > 1:
            said = (f"experts read as {ranks // fixed} tensor × {fixed} expert ranks",)
        moe_tp, ep = ranks // fixed, fixed
    return Layout(tp, dp, pp, moe_tp, ep), said


def _formats(row: Mapping[str, str], shape: Shape, chip: Accelerator, notes: list[str]) -> tuple[Format, Format]:
    """Return the formats of the experts (or of all weights of a dense model) and of attention."""
    stated = (row.get("gemm_quant_mode") or "").strip() or (row.get("precision") or "").strip()
    if not stated:
        notes.append(f"precision is empty: taken as {shape.native}")
        stated = shape.native
    weights = find_format(stated)
    if shape.native == "mxfp4" and weights.name in {"nvfp4", "fp8"}:
        notes.append(f"weights of the experts are MXFP4, labelled {weights.name}")
        return find_format("mxfp4"), find_format("bf16")
    if weights.name == "nvfp4" and chip.fp4_tflops == 0:
        notes.append(f"{chip.name} has no FP4 arithmetic: weights are widened to BF16")
    if weights.name == "int4" and shape.experts:
        return weights, find_format("bf16")
    if weights.name == "nvfp4" and shape.kv_rank:
        return weights, find_format("bf16")
    return weights, weights


def _cache_bytes(backend: str, weights: Format, chip: Accelerator, model: str) -> float:
    """Return the bytes of a cache element by the engines' habits: FP8 or BF16.

    With weights of eight bits or fewer the measured saturation loads agree with an FP8 cache for TensorRT-LLM, on chips
    with FP4 arithmetic, and where the checkpoint says so (those that NVIDIA publishes do).
    """
    habit = backend == "trtllm" or chip.fp4_tflops > 0 or model.startswith("nvidia/")
    return 1.0 if habit and weights.bytes < 1.5 else 2.0


def _split_wide(c: Configuration) -> None:
    """Read an aggregated row of more ranks than a tensor group can have as separate pools, as such rows were run."""
    total = c.layout.devices
    decode = min(max(8 * ((total - 1) // 8), 8), 32)
    wide = c.concurrency / decode >= 8
    ranks = decode if wide else 8
    c.disaggregated = True
    c.layout = Layout(1, ranks, 1, 1, ranks) if wide else Layout(8, 1, 1, 1, 8)
    c.decode_workers = max(decode // ranks, 1)
    c.prefill = Layout(1, 4, 1, 1, 4)
    c.prefill_workers = max((total - decode) // 4, 1)
    c.notes.append(f"{total} ranks read as a decode pool of {decode} and a prefill pool of {total - decode}")


def _speculate(c: Configuration, row: Mapping[str, str]) -> None:
    """Read how many tokens are guessed ahead of each step, and how often a guess is kept."""
    c.drafts, c.acceptance = _number(row, "speculative_tokens", 0.0), _number(row, "speculative_acceptance", 0.0)
    if c.drafts > MAX_DRAFTS or c.acceptance > 1:
        raise RackmathError(f"speculative_tokens goes up to {MAX_DRAFTS}, speculative_acceptance from 0 to 1")
    if c.drafts and not c.acceptance:
        c.acceptance = ACCEPTANCE
        c.notes.append(f"speculative_acceptance is empty: taken as {ACCEPTANCE}")


Finder = Callable[[str], Shape]


def read_row(
    row: Mapping[str, str], shapes: Finder = find_shape, chips: Callable[[str], Accelerator] = find_accelerator
) -> Configuration:
    """Return the configuration of one row of the batch format.

    Raises
    ------
    RackmathError
        A name is unknown, a number is missing or impossible, or the model cannot be laid out so.
    """
    name = row.get("id") or ""
    named = STATED.search(name)
    square = int(named[1]) if named and int(named[1]) == int(named[2]) else 0
    setup = _setup(shapes, chips, square, *map(row.get, SETUP))
    load = _number(row, "concurrency", 0.0)
    read = {"id": name, "isl": _number(row, "isl"), "osl": _number(row, "osl"), "notes": setup.notes.copy()}
    if row.get("chunk_tokens"):
        read["chunk"] = max(_number(row, "chunk_tokens", CHUNK), 1.0)
    if row.get("cached_tokens"):
        read["cached"] = _number(row, "cached_tokens", 0.0)
    if setup.disaggregated:
        load = load or _number(row, "decode_batch_size", 0.0) * max(setup.decode_workers, 1.0) * setup.layout.dp
    else:
        batch = _number(row, "batch_size", 0.0)
        if not load or load > batch * setup.layout.devices > 0:
            load = batch  # several replicas behind one load state the batch of each
    made = Configuration(**{**vars(setup), **read, "concurrency": load})
    if not made.disaggregated and made.layout.devices > 8 and made.shape.kv_rank and made.chip.domain > 8:
        _split_wide(made)
    check(made)
    return made


@lru_cache(4096)
def _setup(shapes: Finder, chips: Callable[[str], Accelerator], square: int, *cells: str | None) -> Configuration:
    """Return what runs in a row, of which `cells` are those of `SETUP`, under no load yet; nobody changes it."""
    row = {name: cell or "" for name, cell in zip(SETUP, cells, strict=True)}
    shape, chip = shapes(row["model_path"]), chips(row["system"])
    notes: list[str] = []
    weights, attention = _formats(row, shape, chip, notes)
    backend = row["backend"].strip().lower() or "unknown"
    mode = (row["mode"] or "agg").strip().lower()
    if mode not in {"agg", "disagg"}:
        raise RackmathError(f"mode is {mode[:20]!r}; agg or disagg")
    made = Configuration(
        id="",
        shape=shape,
        chip=chip,
        backend=backend,
        version=row["backend_version"].strip(),
        weights=weights,
        attention=attention,
        cache_bytes=_cache_bytes(backend, weights, chip, row["model_path"]),
        isl=0.0,
        osl=0.0,
        concurrency=0.0,
        layout=Layout(),
        notes=notes,
    )
    if mode == "agg":
        made.layout = layout_of(row, "", shape, chip, square, notes)
    else:
        made.disaggregated = True
        made.layout = layout_of(row, "decode_", shape, chip, square, notes)
        made.prefill = layout_of(row, "prefill_", shape, chip, square, notes)
        made.prefill_workers = _number(row, "prefill_num_workers", 0.0)
        made.decode_workers = _number(row, "decode_num_workers", 0.0)
    if row["speculative_tokens"]:
        _speculate(made, row)
    return made


def check(c: Configuration) -> None:
    """Raise RackmathError where a configuration asks for nothing, or for what cannot be laid out."""
    for name, value in (("isl", c.isl), ("osl", c.osl), ("concurrency", c.concurrency)):
        if value <= 0:
            raise RackmathError(f"{name} is {value:g}: without load there is no latency; give at least 1")
    if c.cached and c.cached > c.isl - 1:
        raise RackmathError(f"cached_tokens is {c.cached:g} of {c.isl:g} input tokens; the last is always computed")
    for layout in (c.layout, c.prefill) if c.disaggregated else (c.layout,):
        if c.shape.heads % layout.tp:
            raise RackmathError(f"{layout.tp} tensor ranks do not divide the {c.shape.heads} heads of {c.shape.name}")
        if c.shape.experts and (layout.ep > c.shape.experts or layout.moe_tp * layout.ep != layout.tp * layout.dp):
            raise RackmathError(
                f"experts on {layout.moe_tp} tensor × {layout.ep} expert ranks do not fit {layout.tp} × {layout.dp} "
                f"attention ranks and {c.shape.experts} experts"
            )
        if layout.pp > c.shape.layers:
            raise RackmathError(f"{layout.pp} stages are more than the {c.shape.layers} layers of {c.shape.name}")


FIXED = (
    "bandwidth",
    "link",
    "network",
    "domain",
    "memory",
    "bf16_rate",
    "expert_rate",
    "dense_rate",
    "attention_rate",
    "expert_bytes",
    "dense_bytes",
    "attention_bytes",
    "head_bytes",
    "expert_reading",
    "dense_reading",
    "attention_reading",
    "expert_floor",
    "experts_quantised",
    "dense_quantised",
    "attention_quantised",
)
RANKS = ("tp", "dp", "pp", "moe_tp", "ep")
LOADS = ("kv_bytes", "isl", "osl", "concurrency", "drafts", "kept", "cached", "chunk")


def columns(configurations: Sequence[Configuration], k: Constants, *, prefill: bool = False) -> dict[str, Array]:
    """Return what the step model reads, one array an input; `prefill` takes the prefill pools' layouts.

    Rates are in FLOP/s with the fitted share of the peak already in them, bandwidths in bytes/s, sizes in elements.
    What rows share (model, accelerator, formats) is worked out once.
    """
    place: dict[tuple[int, int, str, str], int] = {}
    shared: list[list[float]] = []
    which, loads, ranks = [], [], []
    for c in configurations:
        key = (id(c.shape), id(c.chip), c.weights.name, c.attention.name)
        if key not in place:
            place[key] = len(shared)
            shared.append([*(float(getattr(c.shape, name)) for name in NUMERIC), *_rates(c, k)])
        which.append(place[key])
        loads.append((c.cache_bytes, c.isl, c.osl, c.concurrency, c.drafts, c.tokens_per_step, c.cached, c.chunk))
        ranks.append(c.prefill if prefill else c.layout)
    names = (*NUMERIC, *FIXED)
    fixed = np.array(shared, dtype=float).reshape(-1, len(names)).T[:, np.array(which, dtype=np.intp)]
    own = [np.array(each, dtype=float).reshape(-1, len(of)).T for each, of in ((ranks, RANKS), (loads, LOADS))]
    return dict(zip((*names, *RANKS, *LOADS), (*fixed, *own[0], *own[1]), strict=True))


def _rates(c: Configuration, k: Constants) -> tuple[float, ...]:
    chip = c.chip

    def rate(format_: Format) -> float:
        arithmetic, widened = arithmetic_on(format_, chip)
        name = "fp8_block" if format_.name == "fp8_block" and not widened else arithmetic
        share = k["widened_compute"] if widened else k[f"{name}_compute"]
        return chip.peak("bf16" if widened else arithmetic) * share

    def reading(format_: Format) -> float:
        return k["fp4_bandwidth"] if format_.bytes < 0.75 else 1.0

    def quantised(format_: Format) -> float:
        arithmetic, widened = arithmetic_on(format_, chip)
        return float(arithmetic != "bf16" and not widened)

    return (
        chip.bandwidth_gb_s * 1e9,
        chip.link_gb_s * 1e9,
        chip.network_gb_s * 1e9,
        float(chip.domain),
        chip.memory_gb * MEMORY_UNIT,
        chip.peak("bf16") * k["bf16_compute"],
        rate(c.weights),
        rate(c.weights),
        rate(c.attention),
        c.weights.bytes,
        c.weights.bytes,
        c.attention.bytes,
        2.0,
        (k["packed_bandwidth"] if c.weights.bytes < 1.5 else 1.0)
        * (k["narrow_bandwidth"] if c.weights.weight_only else 1.0),
        reading(c.weights),
        reading(c.attention),
        k["fused_experts"] if chip.fp4_tflops else 1.0,
        quantised(c.weights),
        quantised(c.weights),
        quantised(c.attention),
    )


def group_names(c: Configuration) -> Mapping[str, str]:
    """Return the groups whose constants may differ from everybody's, from broad to narrow."""
    shape, chip = c.shape, c.chip
    load = round(math.log2(c.isl)), round(math.log2(c.osl))
    return _names(
        c.backend, c.version, chip.name, chip.architecture, shape.name, shape.family, c.weights.name, c.layout, load
    )


@lru_cache(65536)
def _names(
    engine: str,
    version: str,
    chip: str,
    architecture: str,
    name: str,
    family: str,
    kind: str,
    layout: Layout,
    load: tuple[int, int],
) -> Mapping[str, str]:
    model = short(name)
    return {
        "everyone": "all",
        "engine": engine,
        "accelerator": chip,
        "architecture": architecture,
        "model": model,
        "format": kind,
        "version": f"{engine} {version}",
        "architecture × format": f"{architecture} {kind}",
        "kernels": f"{engine} {architecture} {kind} {family}",
        "engine × accelerator": f"{engine} {chip}",
        "engine × model": f"{engine} {model}",
        "accelerator × model": f"{chip} {model}",
        "combination": f"{engine} {chip} {model} {kind}",
        "layout": f"{engine} {chip} {model} {kind} {layout.tp}/{layout.dp}/{layout.moe_tp}/{layout.ep}",
        # Launch scripts, with their chunks and intervals, are written for an engine, a model and lengths: to an octave.
        "script": f"{engine} {model} {load[0]}/{load[1]}",
    }
