"""Rows of a batch as configurations: names resolved, parallelism put right, what was changed said."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from rackmath.errors import RackmathError
from rackmath.models.serving.hardware import Accelerator, Format, arithmetic_on, find_accelerator, find_format
from rackmath.models.serving.shape import NUMERIC, Shape, find_shape, short
from rackmath.models.serving.step import Array, Constants

MEMORY_SHARE = 0.9  # what engines take of a device's memory unless told otherwise
MEMORY_OTHER = 4e9  # activations, graphs and communication buffers (bytes); 2 to 6 GB are reported
MEMORY_UNIT = 2.0**30  # the GB in the name of a memory is 2³⁰ bytes: an "80 GB" device has 85.5e9
LARGEST = 1e9


@dataclass(frozen=True)
class Layout:
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
    notes: list[str] = field(default_factory=list)


def _number(row: Mapping[str, str], name: str, default: float | None = None) -> float:
    text = (row.get(name) or "").strip()
    if not text:
        if default is None:
            raise RackmathError(f"{name} is empty")
        return default
    try:
        value = float(text)
    except ValueError:
        raise RackmathError(f"{name} is {text[:30]!r}, not a number") from None
    if not math.isfinite(value) or value < 0 or value > LARGEST:
        raise RackmathError(f"{name} is {text[:30]}; a number from 0 to {LARGEST:.0e} is wanted")
    return value


def _ranks(row: Mapping[str, str], name: str) -> int:
    value = _number(row, name, 1.0)
    if value != int(value) or value > 65536:
        raise RackmathError(f"{name} is {value:g}; a whole number up to 65,536 is wanted")
    return max(int(value), 1)  # empty and 0 both mean: not split


STATED = re.compile(r"_tp(\d+)(?:_0)?_ep(\d+)")


def layout_of(row: Mapping[str, str], prefix: str, shape: Shape, chip: Accelerator, notes: list[str]) -> Layout:
    """Return a row's layout. Recorded products of sizes are undone here, and only here; `notes` says which."""
    tp, dp = _ranks(row, f"{prefix}tp_size"), _ranks(row, f"{prefix}attention_dp_size")
    pp = _ranks(row, f"{prefix}pp_size")
    moe_tp, ep = _ranks(row, f"{prefix}moe_tp_size"), _ranks(row, f"{prefix}moe_ep_size")
    ranks = tp * dp
    if not shape.experts:
        return Layout(tp, dp, pp)
    named = STATED.search(row.get("id") or "")
    says_square = named is not None and int(named[1]) == int(named[2]) == ep
    if ep > 1 and moe_tp == ep and ranks == moe_tp * ep and (says_square or ranks > chip.domain):
        notes.append(f"{prefix}parallelism: {ranks} ranks read as {ep} (tensor and expert sizes were multiplied)")
        return Layout(1, ep, pp, 1, ep) if tp == 1 else Layout(ep, 1, pp, 1, ep)
    if dp > 1 and tp == dp and ep == tp * dp:
        notes.append(f"{prefix}parallelism: {ranks} ranks read as {tp} (data ranks repeat the tensor ranks)")
        return Layout(tp, 1, pp, 1, tp)
    if tp > 8 and dp == 1 and (ep > 1 or chip.domain >= tp) and shape.kv_rank:
        notes.append(f"{prefix}parallelism: attention taken as data-parallel over {tp} ranks")
        return Layout(1, tp, pp, 1, tp)
    if moe_tp * ep != ranks:
        fixed = min(ep, ranks) if ranks % min(ep, ranks) == 0 else 1
        if ep != fixed or moe_tp > 1:
            notes.append(f"{prefix}parallelism: experts read as {ranks // fixed} tensor × {fixed} expert ranks")
        moe_tp, ep = ranks // fixed, fixed
    return Layout(tp, dp, pp, moe_tp, ep)


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
    shape, chip = shapes(row.get("model_path") or ""), chips(row.get("system") or "")
    notes: list[str] = []
    weights, attention = _formats(row, shape, chip, notes)
    backend = (row.get("backend") or "").strip().lower() or "unknown"
    mode = (row.get("mode") or "agg").strip().lower()
    if mode not in {"agg", "disagg"}:
        raise RackmathError(f"mode is {mode[:20]!r}; agg or disagg")
    isl, osl = _number(row, "isl"), _number(row, "osl")
    concurrency = _number(row, "concurrency", 0.0)
    made = Configuration(
        id=row.get("id") or "",
        shape=shape,
        chip=chip,
        backend=backend,
        version=(row.get("backend_version") or "").strip(),
        weights=weights,
        attention=attention,
        cache_bytes=_cache_bytes(backend, weights, chip, row.get("model_path") or ""),
        isl=isl,
        osl=osl,
        concurrency=concurrency,
        layout=Layout(),
        notes=notes,
    )
    if mode == "agg":
        made.layout = layout_of(row, "", shape, chip, notes)
        if not concurrency:
            made.concurrency = _number(row, "batch_size", 0.0)
        if made.layout.devices > 8 and shape.kv_rank and chip.domain > 8:
            _split_wide(made)
    else:
        made.disaggregated = True
        made.layout = layout_of(row, "decode_", shape, chip, notes)
        made.prefill = layout_of(row, "prefill_", shape, chip, notes)
        made.prefill_workers = _number(row, "prefill_num_workers", 0.0)
        made.decode_workers = _number(row, "decode_num_workers", 0.0)
        if not concurrency:
            made.concurrency = _number(row, "decode_batch_size", 0.0) * max(made.decode_workers, 1.0) * made.layout.dp
    check(made)
    return made


def check(c: Configuration) -> None:
    """Raise RackmathError where a configuration asks for nothing, or for what cannot be laid out."""
    for name, value in (("isl", c.isl), ("osl", c.osl), ("concurrency", c.concurrency)):
        if value <= 0:
            raise RackmathError(f"{name} is {value:g}: without load there is no latency; give at least 1")
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


_TABLE: dict[Shape, tuple[float, ...]] = {}


def columns(configurations: Sequence[Configuration], k: Constants, *, prefill: bool = False) -> dict[str, Array]:
    """Return what the step model reads, one array an input; `prefill` takes the prefill pools' layouts.

    Rates are in FLOP/s with the fitted share of the peak already in them, bandwidths in bytes/s, sizes in elements.
    """
    for each in configurations:
        if each.shape not in _TABLE:
            _TABLE[each.shape] = tuple(float(getattr(each.shape, name)) for name in NUMERIC)
    numbers = np.array([_TABLE[each.shape] for each in configurations]).reshape(-1, len(NUMERIC))
    made: dict[str, Array] = {name: numbers[:, i] for i, name in enumerate(NUMERIC)}
    layouts = [each.prefill if prefill else each.layout for each in configurations]
    for name in ("tp", "dp", "pp", "moe_tp", "ep"):
        made[name] = np.array([float(getattr(each, name)) for each in layouts])
    seen: dict[tuple[str, str, str], tuple[float, ...]] = {}
    rows = []
    for each in configurations:
        key = (each.chip.name, each.weights.name, each.attention.name)
        if key not in seen or each.chip.url == "":
            seen[key] = _rates(each, k)
        rows.append((*seen[key], each.cache_bytes, each.isl, each.osl, each.concurrency))
    names = (
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
        "kv_bytes",
        "isl",
        "osl",
        "concurrency",
    )
    table = np.array(rows, dtype=float).reshape(-1, len(names))
    return made | {name: table[:, i] for i, name in enumerate(names)}


def _rates(c: Configuration, k: Constants) -> tuple[float, ...]:
    chip = c.chip

    def rate(format_: Format) -> float:
        arithmetic, widened = arithmetic_on(format_, chip)
        name = "fp8_block" if format_.name == "fp8_block" and not widened else arithmetic
        share = k["widened_compute"] if widened else k[f"{name}_compute"]
        return chip.peak("bf16" if widened else arithmetic) * share

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
    )


def group_names(c: Configuration) -> dict[str, str]:
    """Return the groups whose constants may differ from everybody's, from broad to narrow."""
    model, chip, backend, kind = short(c.shape.name), c.chip.name, c.backend, c.weights.name
    layout = c.layout
    return {
        "engine": backend,
        "accelerator": chip,
        "architecture": c.chip.architecture,
        "model": model,
        "format": kind,
        "version": f"{backend} {c.version}",
        "engine × accelerator": f"{backend} {chip}",
        "engine × model": f"{backend} {model}",
        "accelerator × model": f"{chip} {model}",
        "combination": f"{backend} {chip} {model} {kind}",
        "layout": f"{backend} {chip} {model} {kind} {layout.tp}/{layout.dp}/{layout.moe_tp}/{layout.ep}",
    }
