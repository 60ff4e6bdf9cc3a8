"""Compute the figures of the bundled brain that come from public data sets, and hold them against what it says.

Run it when a data set has a new version: ``python tools/starter_figures.py ../shared/data``. It prints each figure with
the value in the brain and the value computed now; the brain itself is edited by hand, with a note that says why.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from statistics import mean, median

import numpy as np

ON = "2026-11-22"  # the day on which list prices are read: a later start date is an announcement
Values = tuple[float, ...]  # one number, both ends of a range, or a list in a fixed order


def rows(path: Path) -> list[dict[str, str]]:
    """Read a CSV file as dictionaries."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def middle_ninety(values: Iterable[float]) -> Values:
    """Return the 5th and 95th percentile."""
    low, high = np.percentile(list(values), [5, 95])
    return float(low), float(high)


# -- rental prices ---------------------------------------------------------------------------------------------------

MARKETPLACES = {"akash", "salad", "spheron", "tensordock", "vast-ai"}
STALE_SPOT = {("runpod", "h100-sxm"), ("runpod", "a100-80gb")}  # above the seller's own on-demand price


def chip(row: Mapping[str, str]) -> str | None:
    """Return which chip an offer is for; nothing for a form factor that is kept apart."""
    model, link = row["gpu_model"].upper(), row["interconnect"].upper()
    if "GH200" in model or "GB300" in model:
        return None
    if "H100" in model:
        other = "PCIE" in model or link in {"PCIE", "NVL"} or model.endswith("NVL") or "NVLINK" in model
        return None if other else "h100-sxm"
    if "A100" in model:
        return "a100-80gb" if row["vram_gb"] == "80" else None
    named = {"H200": "h200-sxm", "B200": "b200-sxm", "B300": "b300-sxm", "L40S": "l40s"}
    return next((name for part, name in named.items() if part in model), None)


def rental(data: Path) -> Iterator[tuple[str, Values]]:
    """Percentiles over sellers, one price (the mean of its offers) a seller."""
    offers: dict[tuple[str, str, str], dict[str, list[float]]] = {}
    for row in rows(data / "cloud_gpu/gpu_offerings_2026-05.csv"):
        name, seller = chip(row), row["provider_id"]
        term = "spot" if row["is_spot"] == "1" else "on-demand"
        if name is None or (term == "spot" and (seller, name) in STALE_SPOT):
            continue
        market = "marketplace" if seller in MARKETPLACES or row["tier"] == "community" else "neocloud"
        for group in (market, "all"):
            prices = offers.setdefault((name, term, group), {}).setdefault(seller, [])
            prices.append(float(row["price_usd_hour"]))

    def over(name: str, term: str, group: str) -> Values:
        return middle_ninety(mean(prices) for prices in offers[name, term, group].values())

    yield "h100-sxm/rental-price?term=on-demand&market=neocloud", over("h100-sxm", "on-demand", "neocloud")
    yield "h100-sxm/rental-price?term=on-demand&market=marketplace", over("h100-sxm", "on-demand", "marketplace")
    yield "h100-sxm/rental-price?term=spot&market=independent", over("h100-sxm", "spot", "all")
    for name in ("h100-sxm", "a100-80gb", "h200-sxm", "b200-sxm", "b300-sxm", "l40s"):
        yield f"{name}/rental-price?term=on-demand", over(name, "on-demand", "all")
    for name in ("a100-80gb", "h200-sxm", "b200-sxm"):
        yield f"{name}/rental-price?term=spot", over(name, "spot", "all")


# -- token prices ----------------------------------------------------------------------------------------------------

MAKERS = ("anthropic", "deepseek", "google", "mistral", "openai", "x-ai")
HOSTS = {  # Llama 3.3 70B, in the order of the two price lists
    "aws": "meta.llama3-3-70b-instruct-v1:0",
    "cloudflare": "@cf/meta/llama-3.3-70b-instruct-fp8-fast",
    "databricks": "databricks-meta-llama-3-3-70b-instruct",
    "groq": "llama-3.3-70b-versatile",
    "novita": "meta-llama/llama-3.3-70b-instruct",
    "ovhcloud": "Meta-Llama-3_3-70B-Instruct",
    "together": "meta-llama/Llama-3.3-70B-Instruct-Turbo",
    **{
        f"huggingface_{host}": "meta-llama/Llama-3.3-70B-Instruct"
        for host in ("fireworks-ai", "hyperbolic", "nebius", "nscale", "sambanova")
    },
}
FLAGSHIPS = {
    "claude-opus-5-5": ("anthropic", "claude-opus-5-5"),
    "gpt-6-1-sol": ("openai", "gpt-6.1-sol"),
    "gemini-4-argon": ("google", "gemini-4-argon"),
    "grok-4-7": ("x-ai", "grok-4.7"),
}
PROVIDER = {"claude-opus-5-5": "anthropic", "gpt-6-1-sol": "openai", "gemini-4-argon": "google", "grok-4-7": "xai"}


def in_force(table: Sequence[Mapping[str, str]], variant: str) -> dict[tuple[str, str], Mapping[str, str]]:
    """Return the price of each model on the day, base context tier, deprecated models left out."""
    found: dict[tuple[str, str], Mapping[str, str]] = {}
    for row in sorted(table, key=lambda item: item["start_date"]):
        base = row["variant"] == variant and row["tier_start_tokens"] == "0" and not row["deprecated"]
        if base and row["start_date"] <= ON:
            found[row["provider"], row["model"]] = row
    return found


def below(row: Mapping[str, str], column: str, base: Mapping[str, str] | None = None) -> float | None:
    """Return by which share a price lies under the ordinary input price; nothing where either is missing."""
    full = (base or row)["input_usd_mtok"]
    return 1 - float(row[column]) / float(full) if row[column] and full and float(full) else None


def tokens(data: Path) -> Iterator[tuple[str, Values]]:
    """List prices, and the discounts that they imply."""
    table = rows(data / "llm_prices/genai_prices_0.2.3.csv")
    now, batch = in_force(table, "standard"), in_force(table, "processing=batch")
    hosts = [now[host] for host in HOSTS.items()]
    given = [float(row["input_usd_mtok"]) for row in hosts]
    made = [float(row["output_usd_mtok"]) for row in hosts]
    yield "open-70b/provider-input-prices", tuple(given)
    yield "open-70b/provider-output-prices", tuple(made)
    yield "open-70b/input-price", middle_ninety(given)
    yield "open-70b/output-price", middle_ninety(made)
    blends = [0.75 * first + 0.25 * second for first, second in zip(given, made, strict=True)]
    yield "open-70b/blended-price", middle_ninety(blends)
    for name, key in FLAGSHIPS.items():
        for quantity, column in (("input", "input"), ("output", "output"), ("cached-input", "cached_input")):
            yield f"{name}/{quantity}-price?provider={PROVIDER[name]}", (float(now[key][f"{column}_usd_mtok"]),)
    own = [row for row in now.values() if row["provider"] in MAKERS]
    cached = [(row["provider"], below(row, "cached_input_usd_mtok")) for row in own]
    known = [(maker, share) for maker, share in cached if share is not None]
    yield "api/cache-discount", middle_ninety(share for _, share in known)
    yield "api/cache-discount?provider=openai", middle_ninety(share for maker, share in known if maker == "openai")
    for maker in ("anthropic", "x-ai"):
        yield f"api/cache-discount?provider={maker}", (median(share for other, share in known if other == maker),)
    cuts = [below(row, "input_usd_mtok", now.get(key)) for key, row in batch.items() if key in now]
    yield "api/batch-discount", (median(share for share in cuts if share is not None),)
    extra = [below(row, "cache_write_usd_mtok") for row in own]
    yield "api/cache-write-premium", (-median(share for share in extra if share is not None),)
    hour = [below(row, "cache_write_1h_usd_mtok") for row in own]
    yield "api/cache-write-premium?lifetime=1 hour", (-median(share for share in hour if share is not None),)


# -- workload, power, throughput, specifications ---------------------------------------------------------------------


def workload(data: Path) -> Iterator[tuple[str, Values]]:
    """Lengths and peaks of the Azure traces of 2023."""
    means = {}
    for name in ("conv", "code"):
        trace = rows(data / f"traces/azure_llm_2023_{name}.csv")
        given, made = (mean(int(row[column]) for row in trace) for column in ("ContextTokens", "GeneratedTokens"))
        means[name] = given, made
        if name == "conv":
            minutes: dict[str, int] = {}
            for row in trace:
                minutes[row["TIMESTAMP"][:16]] = minutes.get(row["TIMESTAMP"][:16], 0) + 1
            peak = max(minutes.values()) / mean(minutes.values())
            where = "trace=Azure conversation 2023"
            yield f"chat-workload/peak-to-mean?{where}&window=minutes of one hour", (peak,)
            yield f"chat-workload/tokens-per-request?{where}", (given + made,)
            yield "chat-workload/output-tokens", (made,)
    for name, subject, trace_name in (
        ("conv", "chat-workload", "Azure conversation 2023"),
        ("code", "code-workload", "Azure code 2023"),
    ):
        given, made = means[name]
        yield f"{subject}/input-share?trace={trace_name}", (given / (given + made),)


def power(data: Path) -> Iterator[tuple[str, Values]]:
    """Means and a percentile of the published telemetry quantiles of two clusters."""
    samples: dict[tuple[str, str], list[float]] = {}
    for row in rows(data / "telemetry/acme_telemetry_quantiles.csv"):
        samples.setdefault((row["cluster"], row["metric"]), []).append(float(row["value"]))
    servers = samples["seren", "gpu_server_power_w"]
    where = "a100-8gpu-server/server-power?state="
    yield f"{where}measured mean&workload=research cluster, all hours", (mean(servers),)
    yield f"{where}5th percentile&workload=research cluster", (float(np.percentile(servers, 5)),)
    for name in ("Seren", "Kalos"):
        watts, busy = samples[name.lower(), "gpu_power_w"], samples[name.lower(), "gpu_util_pct"]
        yield f"acme-{name.lower()}/mean-gpu-power?cluster={name}", (mean(watts),)
        yield f"acme-{name.lower()}/mean-duty?cluster={name}", (mean(busy) / 100,)


def throughput(data: Path) -> Iterator[tuple[str, Values]]:
    """Read published maxima, and work out steady throughput from measured latencies."""
    for row in rows(data / "serving/trtllm_perf_overview_v1.0.csv"):
        if row["model"] == "Llama 3.3 70B" and row["gpu"] in {"H100", "H200", "B200"}:
            scope = f"isl={row['isl']}&osl={row['osl']}&precision={row['precision'].lower()}&tp={row['tp']}"
            scope += "&engine=TensorRT-LLM 1.0&scenario=all requests queued"
            where = f"llama-70b-on-{row['gpu'].lower()}/output-throughput?{scope}"
            yield where, (float(row["output_tok_s_per_gpu"]),)
    engines = {"vllm": "vLLM", "trtllm": "TensorRT-LLM"}
    for row in rows(data / "serving/inferencex_silicon_ttft_tpot.csv"):
        chips = {"h100_sxm": "h100", "b200_sxm": "b200"}
        if "Llama-3.1-70B" not in row["model_path"] or row["mode"] != "agg" or row["system"] not in chips:
            continue
        streams, given, made = (int(float(row[column])) for column in ("concurrency", "isl", "osl"))
        first, each = float(row["silicon_ttft_ms"]) / 1e3, float(row["silicon_tpot_ms"]) / 1e3
        gpus = int(float(row["tp_size"]) * float(row["pp_size"]))
        scope = f"isl={given}&osl={made}&precision={row['precision']}&tp={gpus}&concurrency={streams}"
        scope += f"&engine={engines[row['backend']]}"
        subject = f"llama-70b-on-{chips[row['system']]}"
        rate = streams / (first + made * each) * made / gpus
        yield f"{subject}/output-throughput?{scope}&scenario=steady concurrency", (rate,)
        yield f"{subject}/output-speed-per-user?{scope}", (1 / each,)


MLPERF = (  # subject, round, submitter, part of the accelerator's name, benchmark, scenario, precision as stated
    ("llama-70b-on-h100", "v5.0", "NVIDIA", "H100-SXM", "llama2-70b-99.9", "Offline", "fp8"),
    ("llama-70b-on-h100", "v4.1", "NVIDIA", "H100-SXM", "llama2-70b-99", "Server", "fp16"),
    ("llama-70b-on-h200", "v5.0", "NVIDIA", "H200-SXM-141GB", "llama2-70b-99.9", "Offline", "fp8"),
    ("llama-70b-on-b200", "v6.0", "Supermicro", "B200-SXM", "llama2-70b-99", "Offline", "fp4"),
    ("llama-70b-on-b200", "v6.0", "Supermicro", "B200-SXM", "llama2-70b-99", "Server", "fp4"),
    ("llama-70b-on-mi300x", "v6.0", "Dell", "MI300X", "llama2-70b-99", "Offline", "fp8"),
    ("llama-70b-on-mi300x", "v6.0", "Dell", "MI300X", "llama2-70b-99", "Server", "fp8"),
    ("llama-70b-on-mi355x", "v6.0", "Dell", "MI355X", "llama2-70b-99", "Offline", "fp4"),
    ("llama-70b-on-mi355x", "v6.0", "Dell", "MI355X", "llama2-70b-99", "Interactive", "fp4"),
    ("llama-405b-on-b200", "v6.0", "Google", "B200-SXM", "llama3.1-405b", "Offline", "fp4"),
)


def mlperf(data: Path) -> Iterator[tuple[str, Values]]:
    """Read chosen results of the closed division, per accelerator, the best of equal submissions."""
    table = [row for row in rows(data / "mlperf/mlperf_inference.csv") if row["division"] == "closed"]
    for subject, edition, submitter, accelerator, benchmark, scenario, precision in MLPERF:
        wanted = (edition, submitter, benchmark, scenario)
        values = [
            float(row["tokens_per_s_per_accelerator"])
            for row in table
            if (row["round"], row["submitter"], row["benchmark"], row["scenario"]) == wanted
            and accelerator in row["accelerator"]
            and "CTS" not in row["accelerator"]
            and row["total_accelerators"] == "8.0"
            and row["availability"] == "available"
        ]
        name = "Llama 3.1 405B" if "405b" in benchmark else "Llama 2 70B"
        scope = f"precision={precision}&scenario={scenario}&benchmark=MLPerf Inference {edition} {name}, closed"
        yield f"{subject}/output-throughput?{scope}", (max(values),)


SPECS = {
    "a100-80gb": "NVIDIA A100 SXM4 80 GB",
    "h100-sxm": "NVIDIA H100 SXM5 80GB",
    "h200-sxm": "NVIDIA H200 SXM",
    "b200-sxm": "NVIDIA B200",
    "b300-sxm": "NVIDIA B300 (Blackwell Ultra)",
    "mi300x": "AMD Instinct MI300X",
    "mi355x": "AMD Instinct MI355X",
}


def specifications(data: Path) -> Iterator[tuple[str, Values]]:
    """Power, memory, bandwidth and dense rate of seven chips."""
    table = {row["Hardware name"]: row for row in rows(data / "gpu_specs/epoch_ml_hardware_2026-01.csv")}
    for name, listed in SPECS.items():
        row = table[listed]
        yield f"{name}/chip-power", (float(row["TDP (W)"]),)
        if row["Memory (bytes)"]:
            yield f"{name}/memory", (float(row["Memory (bytes)"]) / 1e9,)
        yield f"{name}/memory-bandwidth", (float(row["Memory bandwidth (byte/s)"]) / 1e9,)
        rate = float(row["Tensor-FP16/BF16 performance (FLOP/s)"])
        yield f"{name}/peak-flops?precision=bf16 dense", (rate,)


# -- sets that need a reader for Parquet -----------------------------------------------------------------------------


def columnar(data: Path, read: Callable[[Path], Mapping[str, Sequence[float]]]) -> Iterator[tuple[str, Values]]:
    """Figures from Parquet files; `read` returns the columns of one."""
    for name, subject, trace in (
        ("conversation", "chat-workload", "Mooncake conversation"),
        ("synthetic", "agent-workload", "Mooncake synthetic"),
    ):
        table = read(data / f"traces/mooncake_{name}.parquet")
        seen, blocks = sum(table["prefix_hit_blocks_infinite_cache"]), sum(table["n_blocks"])
        yield f"{subject}/cacheable-share?trace={trace}", (seen / blocks,)
        if name == "conversation":
            given, made = sum(table["input_length"]), sum(table["output_length"])
            yield f"{subject}/input-share?trace={trace}", (given / (given + made),)
    table = read(data / "telemetry/helios_earth_vc_hourly.parquet")
    share = sum(table["running_gpu_num"]) / sum(table["total_gpu_num"])
    yield "helios-earth/loaded-hours-share?population=cluster Earth, May 2020&layer=allocated", (share,)
    table = read(data / "traces/servegen_client_windows.parquet")
    for model in ("m-large", "m-mid", "m-small"):
        windows: dict[float, float] = {}
        for name, start, rate in zip(table["model"], table["window_start_s"], table["rate_req_s"], strict=True):
            if name == model:
                windows[start] = windows.get(start, 0.0) + rate
        peak = max(windows.values()) / mean(windows.values())
        yield f"chat-workload/peak-to-mean?trace=ServeGen {model}&window=ten minutes of two weeks", (peak,)


PARTS = (rental, tokens, workload, power, throughput, mlperf, specifications)


def figures(data: Path) -> dict[str, Values]:
    """Return every figure that can be computed from CSV files, by its full reference."""
    return {reference: values for part in PARTS for reference, values in part(data)}


def main(arguments: Sequence[str]) -> int:
    """Print the brain's value beside the computed one."""
    from rackmath.evidence import Evidence  # noqa: PLC0415

    data = Path(arguments[0] if arguments else "../shared/data")
    stored = {figure.reference: figure for figure in Evidence.load().figures}
    for reference, values in figures(data).items():
        if reference in stored:
            print(f"{reference}: {stored[reference].as_written}; now {', '.join(f'{value:.4g}' for value in values)}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
