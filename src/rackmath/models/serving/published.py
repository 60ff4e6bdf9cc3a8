"""Other public measurements as rows of the batch format, with what was measured: never fitted, only scored."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from rackmath.errors import RackmathError
from rackmath.models.serving.predict import Prediction, predict
from rackmath.models.serving.rows import Configuration, check, read_row

Row = Mapping[str, str]
TOKEN, FIRST, RATE = "time per output token", "time to first token", "output tokens/s"
FULL = 4096.0  # requests that a run at maximum throughput keeps waiting: more than any memory here holds
HARDWARE_UNSAID = "h200_sxm"  # decode against context: eight devices that hold GLM-5 in FP8; the files name none
DRAFTS = "2"  # rows say that there were drafts, not how many: our estimate
INPUT = {"gpqa": 250, "lm-arena-chat": 100, "sourcegraph-fim": 600}  # mean input tokens by task: our estimates
ENGINES = {"trt": "trtllm", "dynamo-trt": "trtllm", "dynamo-sglang": "sglang", "mori-sglang": "sglang"}
CARDS = {"H100 SXM 80GB": "h100_sxm", "H200": "h200_sxm", "B200 180GB": "b200_sxm", "RTX6000PRO": "rtx_pro_6000"}
NAMES = {
    "Llama 4 Scout": "Llama-4-Scout-17B-16E-Instruct",
    "Llama 4 Maverick": "Llama-4-Maverick-17B-128E-Instruct",
    "Llama 3.3 70B": "Llama-3.1-70B",
    "Llama 3.1 405B": "Llama-3.1-405B",
    "Llama 3.1 8B": "Llama-3.1-8B-Instruct",
}


@dataclass(frozen=True)
class Point:
    """One published measurement: its configuration, and values by quantity (seconds, or output tokens a second)."""

    configuration: Configuration
    values: Mapping[str, float]
    kind: str = ""


def _seconds(row: Row, **names: str) -> dict[str, float]:
    found = {}
    for quantity, name in names.items():
        try:
            value = float(row.get(name) or "nan")
        except ValueError:
            continue
        if math.isfinite(value) and value > 0:
            found[{"token": TOKEN, "first": FIRST, "rate": RATE}[quantity]] = value
    return found


def dashboard(row: Row) -> Point:
    """Return a row of the InferenceX dashboard (DeepSeek-R1)."""

    def pool(side: str) -> dict[str, str]:
        tp, ep = int(row[f"{side}_tp"]), int(row[f"{side}_ep"])
        apart = row[f"{side}_dp_attention"] == "True"
        return {
            "tp_size": "1" if apart else str(tp),
            "attention_dp_size": str(tp) if apart else "1",
            "moe_ep_size": str(max(ep, tp) if apart else ep),
            "moe_tp_size": "1" if apart else str(max(tp // ep, 1)),
            "num_workers": row[f"{side}_num_workers"],
        }

    split = row["disagg"] == "True"
    sides = {f"{side}_{name}": value for side in ("prefill", "decode") for name, value in pool(side).items()}
    made = {
        "model_path": "DeepSeek-R1",
        "system": row["hardware"],
        "backend": ENGINES.get(row["framework"], row["framework"]),
        "precision": "nvfp4" if row["precision"] == "fp4" else row["precision"],
        "mode": "disagg" if split else "agg",
        "isl": row["isl"],
        "osl": row["osl"],
        "concurrency": row["conc"],
        "speculative_tokens": "" if row["spec_method"] == "none" else DRAFTS,
        **(sides if split else pool("decode")),
    }
    kind = [row["hardware"], "disaggregated" if split else "", "with drafts" if row["spec_method"] != "none" else ""]
    values = _seconds(row, token="mean_tpot", first="mean_ttft") or _seconds(row, token="median_tpot")
    return Point(read_row(made), values, " ".join(filter(None, kind)))


def context(row: Row) -> Point:
    """Return a row of decode speed against context length (vLLM)."""
    named = re.search(r"_(tp|tep|dep)(\d+)_isl(\d+)_osl(\d+)_conc(\d+)", row["file"])
    if named is None:
        raise RackmathError(f"{row['file'][:60]!r} does not say its layout")
    way, ranks = named[1], named[2]
    made = {
        "model_path": re.sub(r"-FP8$", "", row["model_id"]),
        "system": HARDWARE_UNSAID,
        "backend": "vllm",
        "precision": "fp8",
        "isl": named[3],
        "osl": named[4],
        "concurrency": named[5],
        "tp_size": "1" if way == "dep" else ranks,
        "attention_dp_size": ranks if way == "dep" else "1",
        "moe_ep_size": "1" if way == "tp" else ranks,
        "moe_tp_size": ranks if way == "tp" else "1",
    }
    return Point(read_row(made), _seconds(row, token="median_tpot", first="median_ttft"), row["model_id"])


def overview(row: Row) -> Point:
    """Return a row of TensorRT-LLM's table of maximum throughput."""
    model = NAMES.get(row["model"], row["model"])
    made = {
        "model_path": model,
        "system": CARDS.get(row["gpu"], row["gpu"]),
        "backend": "trtllm",
        "backend_version": "1.0.0",
        "precision": "nvfp4" if row["precision"] == "FP4" else "fp8",
        "isl": row["isl"],
        "osl": row["osl"],
        "concurrency": str(FULL),
        "tp_size": row["tp"],
        "pp_size": row["pp"],
        "moe_tp_size": row["tp"],
    }
    return Point(read_row(made), _seconds(row, rate="output_tok_s_total"), row["model"])


def energy(row: Row) -> Point:
    """Return a row of the ML.ENERGY leaderboard (vLLM), at the batch that it states."""
    tp, dp = int(float(row["tensor_parallel"])), int(float(row["data_parallel"]))
    ep = int(float(row["expert_parallel"]))
    if row["task"] not in INPUT:
        raise RackmathError(f"the input of {row['task']!r} is not text alone")
    model = re.sub(r"-(FP8|2507|0528)(?=-|$)|-Instruct-2507|-Thinking-2507", "", row["model_id"])
    made = {
        "model_path": model,
        "system": row["gpu_model"],
        "backend": "vllm",
        "precision": {"bfloat16": "bf16"}.get(row["weight_precision"], row["weight_precision"]),
        "isl": str(INPUT[row["task"]]),
        "osl": row["avg_output_len"],
        "concurrency": row["avg_batch_size"],
        "tp_size": str(tp),
        "attention_dp_size": str(dp),
        "moe_tp_size": "1" if ep > 1 else str(tp * dp),
        "moe_ep_size": str(tp * dp if ep > 1 else 1),
    }
    values = _seconds(row, token="median_itl_ms", rate="output_throughput_tokens_per_sec")
    if TOKEN in values:
        values[TOKEN] /= 1e3
    return Point(read_row(made), values, row["task"])


SETS: dict[str, tuple[str, Callable[[Row], Point]]] = {
    "InferenceX dashboard": ("serving/inferencex_dashboard_sample.csv", dashboard),
    "decode against context": ("serving/inferencex_decode_vs_context.csv", context),
    "TensorRT-LLM maximum throughput": ("serving/trtllm_perf_overview_v1.0.csv", overview),
    "ML.ENERGY v3": ("serving/mlenergy_v3.csv", energy),
}


def points(rows: Iterable[Row], read: Callable[[Row], Point]) -> tuple[list[Point], int]:
    """Return the points that can be read, and how many rows cannot: no language model, or a shape not known."""
    found, left = [], 0
    for row in rows:
        try:
            made = read(row)
            check(made.configuration)
        except (RackmathError, ValueError):
            left += 1
            continue
        if made.values:
            found.append(made)
        else:
            left += 1
    return found, left


def answered(found: list[Point]) -> list[tuple[Point, Prediction, dict[str, float]]]:
    """Return the points that have an answer, with their predictions by quantity in the units of the values."""
    made = []
    for point, each in zip(found, predict([p.configuration for p in found]), strict=True):
        if each.token is None or each.first is None or each.running is None:
            continue
        c = point.configuration
        rate = each.running * c.layout.dp / each.token
        made.append((point, each, {TOKEN: each.token, FIRST: each.first, RATE: rate}))
    return made
