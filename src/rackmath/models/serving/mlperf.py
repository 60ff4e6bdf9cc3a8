"""Predict MLPerf Inference results of language models from the accelerator, the benchmark and the scenario.

The base is the steady state of the benchmark's model on the fewest devices that hold it, at the concurrency that the
memory allows; partly pooled offsets of benchmark, scenario, round and accelerator carry what submissions have in
common. MLPerf is a trademark of MLCommons; predictions are not results and were not verified by MLCommons.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources

import numpy as np

from rackmath.errors import RackmathError
from rackmath.models.serving.calibrate import Offsets, Spreads, correct, fit_offsets
from rackmath.models.serving.fitting import times
from rackmath.models.serving.hardware import Accelerator, accelerators, find_format
from rackmath.models.serving.rows import Configuration, Layout
from rackmath.models.serving.shape import find_shape
from rackmath.models.serving.step import Array
from rackmath.models.serving.stored import fitted

# Benchmark: model, mean input and output tokens of its data set
# (https://github.com/mlcommons/inference/tree/master/language). Those of deepseek-r1, gpt-oss-120b and the qwen
# benchmarks are our estimates; a benchmark's fitted offset takes up what they are off by, where rows count tokens.
BENCHMARKS = {
    "llama2-70b": ("Llama-2-70b-hf", 294, 294),
    "llama3.1-8b": ("Llama-3.1-8B-Instruct", 778, 73),
    "llama3.1-405b": ("Llama-3.1-405B", 9428, 684),
    "gptj": ("gpt-j-6b", 512, 69),
    "mixtral-8x7b": ("Mixtral-8x7B-Instruct-v0.1", 275, 145),
    "deepseek-r1": ("DeepSeek-R1", 800, 3880),
    "gpt-oss-120b": ("gpt-oss-120b", 1000, 1300),
    "qwen3-vl-235b-a22b": ("Qwen3-235B-A22B", 2000, 128),
    "qwen3.6-27b": ("Qwen3-32B", 1000, 1000),
}
CHIPS = (
    (r"gb300", "gb300"),
    (r"b300", "b300_sxm"),
    (r"gb200", "gb200"),
    (r"b200", "b200_sxm"),
    (r"gh200", "gh200"),
    (r"h200.*nvl", "h200_nvl"),
    (r"h200", "h200_sxm"),
    (r"h100.*nvl", "h100_nvl"),
    (r"h100.*pcie", "h100_pcie"),
    (r"h100", "h100_sxm"),
    (r"a100.*pcie", "a100_pcie"),
    (r"a100", "a100_sxm"),
    (r"l40s", "l40s"),
    (r"l40", "l40"),
    (r"\bl4\b", "l4"),
    (r"rtx pro 6000", "rtx_pro_6000"),
    (r"rtx pro 4500", "rtx_pro_4500"),
    (r"4090", "rtx_4090"),
    (r"rubin", "rubin"),
    (r"arc.*b60", "arc_pro_b60"),
    (r"arc.*b70", "arc_pro_b70"),
    (r"mi355x", "mi355x"),
    (r"mi350x", "mi350x"),
    (r"mi325x", "mi325x"),
    (r"mi300x", "mi300x"),
    (r"gaudi\W*3", "gaudi3"),
    (r"gaudi\W*2", "gaudi2"),
    (r"v6e|trillium", "tpu_v6e"),
    (r"v5e", "tpu_v5e"),
    (r"v5p", "tpu_v5p"),
)
SPREADS = Spreads(
    groups={
        "everyone": 2.0,
        "benchmark": 0.6,
        "task": 0.6,
        "maker": 0.3,
        "architecture": 0.4,
        "accelerator": 0.5,
        "name": 0.25,
        "round": 0.2,
        "accelerator × benchmark": 0.35,
        "accelerator × task": 0.25,
        "round × task": 0.25,
        "accelerator × benchmark × round": 0.2,
        "submitter": 0.05,
        "format": 0.1,
        "kind": 0.3,
    },
    parts={"work": 1.0},
    slopes={"nodes": 0.05},
    noise=0.05,
)
STAND_INS = {"qwen3.6-27b": "Qwen3-32B"}
"""Benchmarks whose model's shape is not known here, and the model that stands in for it."""
UNKNOWN_CHIP = "h100_sxm"  # stands in for an accelerator that no data sheet is known of
EMPTY = {"value": "", "value_lo": "", "value_hi": ""}


def benchmark_of(name: str) -> str:
    """Return a benchmark's name without its accuracy target."""
    return re.sub(r"-(99\.9|99|edge)$", "", name.strip().lower())


def chip_of(text: str) -> Accelerator | None:
    """Return the accelerator that a submission names first, or None."""
    low = text.lower()
    found = [(match.start(), name) for pattern, name in CHIPS if (match := re.search(pattern, low))]
    if not found:
        return None
    first = min(at for at, _ in found)
    return accelerators()[next(name for at, name in found if at <= first + 1)]


def _plain_name(text: str) -> str:
    name = re.sub(r"nvidia|amd|instinct|intel|\(r\)|\(tm\)|®|hbm\w*|\(x[\dx]+\)|-cts| cts|superchip", " ", text.lower())
    return re.sub(r"[\s\-_]+", " ", name).strip()


def _maker(chip: Accelerator | None, text: str) -> str:
    """Return the second-level domain of the data sheet's address, or the first word of what a row states."""
    return chip.url.split("/")[2].split(".")[-2] if chip else text.lower().partition(" ")[0]


def _configuration(benchmark: str, chip: Accelerator) -> Configuration:
    model, isl, osl = BENCHMARKS[benchmark]
    shape = find_shape(model)
    kind = "mxfp4" if shape.native == "mxfp4" else "nvfp4" if chip.fp4_tflops else "fp8" if chip.fp8_tflops else "int8"
    format_ = find_format(kind)
    need = shape.parameters * format_.bytes * 1.3
    tp = 1
    while tp * chip.memory_gb * 1e9 * 0.9 < need and tp < 64 and shape.heads % (2 * tp) == 0:
        tp *= 2
    layout = Layout(tp=tp, moe_tp=tp)
    cache_bytes = 1.0 if format_.bytes < 1.5 else 2.0
    return Configuration(
        benchmark, shape, chip, "trtllm", "", format_, format_, cache_bytes, isl, osl, 1024.0 * tp, layout
    )


@cache
def _seconds(benchmark: str, chip: str) -> float:
    """Return the uncorrected device-seconds of one output token at saturation."""
    c = _configuration(benchmark, accelerators()[chip])
    pools = times([c], fitted().constants)
    return float(pools.token[0] / max(pools.running[0], 0.1) * c.layout.devices)


def features(row: Mapping[str, str]) -> tuple[dict[str, str], float, float, float]:
    """Return a row's groups, its accelerators, its uncorrected seconds of a token and its slope feature.

    Raises
    ------
    RackmathError
        The benchmark is no language model's, or the row states no accelerators.
    """
    benchmark = benchmark_of(row.get("benchmark") or "")
    if benchmark not in BENCHMARKS:
        raise RackmathError(f"benchmark {benchmark[:40]!r} is not one of the language models {', '.join(BENCHMARKS)}")
    try:
        count = float(row.get("total_accelerators") or row.get("summary_accelerators") or "nan")
    except ValueError:
        count = math.nan
    if not (math.isfinite(count) and 1 <= count <= 1e6):
        raise RackmathError("the row states no number of accelerators: throughput cannot be told")
    text = row.get("accelerator") or ""
    chip = chip_of(text)
    unit, scenario = (row.get("unit") or "Tokens/s").strip(), (row.get("scenario") or "").strip()
    task = f"{benchmark} {scenario} {unit}"
    name, round_ = chip.name if chip else _plain_name(text), row.get("round") or ""
    groups = {
        "everyone": "all",
        "benchmark": benchmark,
        "task": task,
        "maker": _maker(chip, text),
        "architecture": chip.architecture if chip else "unknown",
        "accelerator": name,
        "name": _plain_name(text),
        "round": round_,
        "accelerator × benchmark": f"{name} {benchmark}",
        "accelerator × task": f"{name} {task}",
        "round × task": f"{round_} {task}",
        "accelerator × benchmark × round": f"{name} {benchmark} {round_}",
        "submitter": row.get("submitter") or "",
        "format": (row.get("weight_data_types") or "").lower(),
        "kind": f"{row.get('division')} {row.get('suite')} {scenario}",
    }
    if "latency" in unit.lower():
        raise RackmathError("the latency of a single stream is not predicted, only throughput")
    seconds = _seconds(benchmark, chip.name if chip else UNKNOWN_CHIP)
    if unit.lower() in {"queries/s", "samples/s"}:  # how rounds before v4.1 count: a request of mean length at a time
        seconds *= BENCHMARKS[benchmark][2]
    return groups, count, seconds, (math.log(count) - 2) / 2


def fit_results(rows: Sequence[Mapping[str, str]]) -> Offsets:
    """Return the offsets of measured results (rows that `features` accepts, with a value above 0)."""
    made = [features(row) for row in rows]
    target = np.array([math.log(count / float(row["value"])) for (_, count, _, _), row in zip(made, rows, strict=True)])
    return fit_offsets(
        [m[0] for m in made], np.array([[m[2]] for m in made]), np.array([[m[3]] for m in made]), target, SPREADS
    )


def predict_values(rows: Sequence[Mapping[str, str]], offsets: Offsets) -> Array:
    """Return the predicted results of rows that `features` accepts, in their own unit."""
    made = [features(row) for row in rows]
    if not made:
        return np.zeros(0)
    log, _ = correct(offsets, [m[0] for m in made], np.array([[m[2]] for m in made]), np.array([[m[3]] for m in made]))
    return np.asarray(np.array([m[1] for m in made]) / np.exp(log))


def usable(row: Mapping[str, str]) -> bool:
    """Say whether a measured row can be learned from: a language model, counted accelerators, a value."""
    try:
        features(row)
        return float(row.get("value") or 0) > 0
    except ValueError:
        return False


def met(groups: Mapping[str, str], offsets: Offsets) -> str:
    """Return how near the fit came to a row: task, benchmark, accelerator or nothing."""
    for kind, said in (
        ("accelerator × task", "task"),
        ("accelerator × benchmark", "benchmark"),
        ("accelerator", "accelerator"),
    ):
        if (kind, groups[kind]) in offsets.index:
            return said
    return "nothing"


@cache
def _kept() -> tuple[Offsets, dict[str, tuple[float, float]]]:
    folder = resources.files(__package__)
    with folder.joinpath("mlperf.npz").open("rb") as file, np.load(file, allow_pickle=False) as arrays:
        keys = json.loads(arrays["keys"].tobytes().decode())
        index = {(kind, name): at for at, (kind, name) in enumerate(keys)}
        widths = {name: (low, high) for name, (low, high) in json.loads(arrays["intervals"].tobytes().decode()).items()}
        return Offsets(SPREADS, index, arrays["mean"].astype(np.float64)), widths


WHY = {
    "task": "this accelerator was measured on this benchmark and scenario",
    "benchmark": "this accelerator was measured on this benchmark, in another scenario: wider interval",
    "accelerator": "this accelerator was measured on other benchmarks only: wider interval",
    "nothing": "this accelerator was not measured: its data sheet only, widest interval",
}


def predict_results(rows: Sequence[Mapping[str, str]]) -> list[dict[str, str]]:
    """Return value, 80 % interval and note for every row; empty values and a reason where there is no answer."""
    offsets, widths = _kept()
    found: list[dict[str, str]] = []
    for row in rows:
        try:
            groups, *_ = features(row)
        except RackmathError as problem:
            found.append({**EMPTY, "note": str(problem)})
            continue
        value = float(predict_values([row], offsets)[0])
        near = met(groups, offsets)
        low, high = widths[near]
        note = WHY[near]
        if chip_of(row.get("accelerator") or "") is None and near == "nothing":
            told = f"no data sheet and no result is known of {(row.get('accelerator') or 'this accelerator')[:40]}"
            found.append({**EMPTY, "note": told})
            continue
        if stand_in := STAND_INS.get(groups["benchmark"]):
            note += f"; the shape of {stand_in} stands in for this model's"
        found.append(
            {
                "value": f"{value:.6g}",
                "value_lo": f"{value * math.exp(low):.6g}",
                "value_hi": f"{value * math.exp(high):.6g}",
                "note": note,
            }
        )
    return found
