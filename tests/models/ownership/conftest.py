"""One workload that the monthly services answer for."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.fixture
def workload() -> dict[str, Any]:
    """Ten billion tokens a month on replicas of two GPUs; round numbers, so that a test can follow them."""
    return {
        "tokens_per_month": 10e9,
        "input_share": 0.75,
        "cacheable_share": 0,
        "cache_hit_rate": 0,
        "peak_to_mean": 3,
        "total_throughput": 4_000,
        "throughput_input_share": 0.75,
        "output_token_time_ratio": 2,
        "allowed_load_share": 0.75,
        "gpus_per_replica": 2,
        "minimum_replicas": 1,
        "hours_per_month": 730,
        "staff_need": 0.5,
        "staffing": "shared",
        "loaded_salary": 240_000,
    }


@pytest.fixture
def hardware() -> dict[str, Any]:
    """Servers of eight GPUs in colocation."""
    return {
        "server_price": 280_000,
        "gpus_per_server": 8,
        "network_cost_share": 0.1,
        "useful_life": 4,
        "residual_share": 0.2,
        "resale_cost_share": 0.1,
        "cost_of_capital": 0.1,
        "chip_power": 700,
        "server_overhead_power": 575,
        "network_and_storage_power": 114,
        "mean_load_of_nameplate": 0.7,
        "pue": 1.3,
        "electricity_price": 0.08,
        "colocation_price": 180,
        "maintenance_share": 0.04,
        "gpu_failure_rate": 0.09,
        "repair_time": 10,
    }


@pytest.fixture
def helpers() -> dict[str, Any]:
    """Those who run owned servers besides the service's own engineers."""
    return {
        "monitoring_fte_per_100_servers": 0.2,
        "patching_fte_per_100_servers": 0.1,
        "refresh_fte": 0.1,
        "deploy_hours_per_rack": 60,
        "servers_per_rack": 4,
        "technician_hour_price": 80,
    }


@pytest.fixture
def api() -> dict[str, Any]:
    """An API at $0.60 a million tokens of either kind, without cache and batch."""
    return {
        "input_price": 0.6,
        "output_price": 0.6,
        "cacheable_share": 0,
        "cache_hit_rate": 0,
        "cache_discount": 0,
        "cache_write_premium": 0,
        "batch_share": 0,
        "batch_discount": 0,
        "batch_and_cache": "multiply",
    }


@pytest.fixture
def ramp() -> dict[str, Any]:
    """Three years of steady demand at 10 % a year, on a lognormal load curve."""
    return {
        "demand_growth": 0.0,
        "demand_ceiling": 1e18,
        "demand_plan": 1.0,
        "horizon": 36,
        "cost_of_capital": 0.1,
        "demand_form": "lognormal",
        "peak_hours_share": 0.01,
        "hourly_demand": 1.0,
    }
