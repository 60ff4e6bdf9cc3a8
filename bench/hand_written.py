"""The demo's four options written by hand in NumPy: what an engineer would write who knows every formula.

It is the yardstick for the models' speed, and a second road to the same totals. It knows nothing of rackmath: inputs
are plain arrays in the models' units, and only the totals of the four options come out.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.special import ndtr, ndtri

Values = dict[str, Any]


Lines = dict[str, Any]


def api_parts(v: Values) -> Lines:
    """USD per million tokens by kind, cache and batch discounts multiplied."""
    kept = 1 - v["batch_share"] * v["batch_discount"]
    hit, cacheable = v["cache_hit_rate"], v["cacheable_share"]
    paid = v["input_share"] * v["input_price"] * kept
    return {
        "fresh_input": paid * (1 - cacheable),
        "cached_input": paid * cacheable * hit * (1 - v["cache_discount"]),
        "cache_writes": paid * cacheable * (1 - hit) * (1 + v["cache_write_premium"]),
        "output": (1 - v["input_share"]) * v["output_price"] * kept,
    }


def api(v: Values) -> Lines:
    """USD a month at the API."""
    return {name: v["tokens_per_month"] * 1e-6 * part for name, part in api_parts(v).items()}


def replica_rate(v: Values) -> Any:
    """Tokens a second that a replica may serve, at this workload's mix and cache."""
    ratio, measured = v["output_token_time_ratio"], v["throughput_input_share"]
    cached = v["cacheable_share"] * v["cache_hit_rate"]
    takes = v["input_share"] * (1 - cached) + (1 - v["input_share"]) * ratio
    throughput = v["total_throughput"] * (measured + (1 - measured) * ratio) / np.maximum(takes, 1e-3)
    return throughput * v["gpus_per_replica"] * v["allowed_load_share"]


def replicas(v: Values) -> Any:
    """Whole replicas for the peak hour."""
    peak = v["tokens_per_month"] / v["hours_per_month"] / 3600 * v["peak_to_mean"]
    return np.maximum(np.ceil(peak / replica_rate(v)), v["minimum_replicas"])


def rent(v: Values) -> Lines:
    """USD a month on rented GPUs."""
    gpus = replicas(v) * v["gpus_per_replica"]
    return {
        "gpus": gpus * v["gpu_hour_price"] * v["hours_per_month"],
        "staff": v["staff_need"] * v["loaded_salary"] / 12,
    }


def own(v: Values) -> Lines:
    """USD a month on owned servers."""
    servers = np.ceil(replicas(v) / np.floor(v["gpus_per_server"] / v["gpus_per_replica"]))
    gpus = servers * v["gpus_per_server"]
    rate, life = v["cost_of_capital"], v["useful_life"]
    later = np.exp(-life * np.log1p(rate))
    factor = rate / (1 - later)
    price = v["server_price"] / v["gpus_per_server"]
    capital = price * (1 - v["residual_share"] * (1 - v["resale_cost_share"]) * later) * factor
    spares = capital * v["gpus_per_server"] * v["gpu_failure_rate"] * v["repair_time"] / 365
    network = price * v["network_cost_share"]
    rated = (v["chip_power"] + v["server_overhead_power"] + v["network_and_storage_power"]) / 1000
    hours = gpus * v["hours_per_month"]
    yearly = hours / 8760
    work = v["staff_need"] + servers / 100 * (v["monitoring_fte_per_100_servers"] + v["patching_fte_per_100_servers"])
    work = work + v["refresh_fte"] / life
    deploy = servers / v["servers_per_rack"] * v["deploy_hours_per_rack"] * v["technician_hour_price"] / life
    return {
        "servers": yearly * capital,
        "network": yearly * network * factor,
        "spares": yearly * spares,
        "electricity": hours * rated * v["mean_load_of_nameplate"] * v["pue"] * v["electricity_price"],
        "colocation": hours * rated * v["colocation_price"] / 730,
        "maintenance": yearly * (price + network) * v["maintenance_share"],
        "staff": (work * v["loaded_salary"] + deploy) / 12,
    }


def mix(v: Values) -> Lines:
    """USD a month with rented GPUs for the steady load and the API above it."""
    price = sum(api_parts(v).values())
    mean = v["tokens_per_month"] / v["hours_per_month"] / 3600
    each = replica_rate(v)
    full = v["gpu_hour_price"] * v["gpus_per_replica"] / each / 3600 * 1e6
    z = -ndtri(v["peak_hours_share"])
    sigma = np.maximum(z - np.sqrt(np.maximum(z * z - 2 * np.log(v["peak_to_mean"]), 0)), 1e-9)
    ratio = full / price
    best = mean * np.exp(-sigma * ndtri(np.minimum(ratio, 1)) - sigma * sigma / 2)
    step = each * v["replicas_per_step"]

    def spill(capacity: Any) -> Any:
        upper = np.log(mean / capacity) / sigma + sigma / 2
        return np.maximum(mean * ndtr(upper) - capacity * ndtr(upper - sigma), 0)

    least = np.ceil(v["minimum_replicas"] / v["replicas_per_step"])
    low, high = np.maximum(np.floor(best / step), least), np.maximum(np.ceil(best / step), least)
    spill_low, spill_high = spill(low * step), spill(high * step)
    more = ratio * (high - low) * step < spill_low - spill_high
    steps, spilled = np.where(more, high, low), np.where(more, spill_high, spill_low)
    gpus = steps * v["replicas_per_step"] * v["gpus_per_replica"]
    hours = v["hours_per_month"]
    return {
        "gpus": gpus * v["gpu_hour_price"] * hours,
        "api_spill": spilled * 3600e-6 * price * hours,
        "staff": v["staff_need"] * v["loaded_salary"] / 12,
    }


OPTIONS = {"api": api, "rent": rent, "own": own, "mix": mix}
