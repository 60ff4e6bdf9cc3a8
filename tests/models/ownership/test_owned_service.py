"""A month on owned servers: composed of the cluster's GPU-hour and the team's pay."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy_financial as npf
import pytest

from rackmath.errors import RackmathError
from rackmath.models.ownership.cluster_gpu_hour import cluster_gpu_hour
from rackmath.models.ownership.owned_service import owned_service
from rackmath.models.ownership.personnel import personnel

Inputs = dict[str, Any]


@pytest.fixture
def base(workload: Inputs, hardware: Inputs, helpers: Inputs) -> Inputs:
    return {**workload, **hardware, **helpers}


def test_by_hand(base: Inputs) -> None:
    found = owned_service(**base)
    # Two replicas of two GPUs (see test_rented_service.py) fit in one server of eight; all eight are paid for.
    # numpy-financial: payment on 280,000 at 10 % over 4 years with a balloon of 280,000 × 0.2 × 0.9 = 50,400
    servers = npf.pmt(0.1, 4, -280_000.0, 50_400.0) / 12
    assert found.lines == {
        "servers": pytest.approx(servers),
        "network": pytest.approx(npf.pmt(0.1, 4, -28_000.0) / 12),
        "spares": pytest.approx(servers * 8 * 0.09 * 10 / 365),
        "electricity": pytest.approx(11.112 * 0.7 * 1.3 * 0.08 * 730),  # 11,112 W for eight GPUs
        "colocation": pytest.approx(11.112 * 180),
        "maintenance": pytest.approx(308_000 * 0.04 / 12),
        # 0.5 + 1 × 0.003 + 0.1 / 4 engineers at 240,000, and a quarter of a rack's 60 h × $80 over four years
        "staff": pytest.approx((0.528 * 240_000 + 0.25 * 60 * 80 / 4) / 12),
    }
    assert found.notes["servers"].value == 1
    assert found.notes["gpus"].value == 8
    assert found.notes["purchase_price"].value == pytest.approx(308_000)
    assert found.notes["power_at_the_meter"].value == pytest.approx(11.112 * 0.7 * 1.3)
    assert found.notes["cost_per_mtok"].value == pytest.approx(found.total / 10_000)


def test_is_made_of_the_other_models(base: Inputs, hardware: Inputs, helpers: Inputs) -> None:
    found = owned_service(**{**base, "tokens_per_month": 100e9})
    hour = cluster_gpu_hour(**hardware, cluster_gpus=40, staff_need=0, loaded_salary=0, loaded_hours_share=1)
    team = personnel(
        servers=5,
        staff_need=0.5,
        **helpers,
        useful_life=4,
        loaded_salary=240_000,
        staffing="shared",
        break_even_without_staff=0.5,
        cloud_server_hour_price=20,
    )
    # 20 replicas of two GPUs: five servers, 40 GPUs
    assert found.notes["servers"].value == 5
    assert found.total == pytest.approx(hour.total * 40 * 730 + team.total / 12)
    assert found.notes["gpu_hour_cost_without_staff"].value == pytest.approx(hour.total)


@pytest.mark.parametrize(
    ("gpus_per_replica", "tokens", "servers"),
    [
        (2, 1e9, 1),
        (2, 22e9, 2),  # five replicas of two, four in a server
        (3, 15e9, 1),  # two replicas of three fill a server of eight, two GPUs stay dark
        (3, 17e9, 2),  # the third does not fit
        (8, 22e9, 2),  # one replica a server: 25,114 / 24,000 tokens a second
        (16, 22e9, 2),  # a replica of two servers
        (12, 22e9, 2),  # a replica of one and a half servers takes two
    ],
)
def test_replicas_are_packed_into_whole_servers(
    base: Inputs, gpus_per_replica: int, tokens: float, servers: int
) -> None:
    found = owned_service(**{**base, "gpus_per_replica": gpus_per_replica, "tokens_per_month": tokens})
    assert found.notes["servers"].value == servers


def test_spare_gpus_of_a_server_are_paid_for(base: Inputs) -> None:
    # One replica needs two GPUs; the owner pays for eight, whatever the demand up to four replicas (21.024e9 tokens).
    few, more = (owned_service(**{**base, "tokens_per_month": tokens}) for tokens in (1e9, 21.024e9))
    assert few.total == pytest.approx(more.total)
    assert owned_service(**{**base, "tokens_per_month": 21.03e9}).total > more.total


def test_nameplate_is_not_what_is_drawn(base: Inputs) -> None:
    # Taking the rated power for the mean one charges 1 / 0.7 times the electricity; the rent of space is the same.
    rated = owned_service(**{**base, "mean_load_of_nameplate": 1.0})
    found = owned_service(**base)
    assert rated.lines["electricity"] / found.lines["electricity"] == pytest.approx(1 / 0.7)
    assert rated.lines["colocation"] == found.lines["colocation"]


def test_no_interest_and_no_resale_is_a_straight_line(base: Inputs) -> None:
    plain = {**base, "cost_of_capital": 0, "residual_share": 0}
    assert owned_service(**plain).lines["servers"] == pytest.approx(280_000 / 48)


def test_resale_after_its_cost(base: Inputs) -> None:
    # A residual of 20 % that costs 10 % to sell is worth 18 %; with no cost of selling the servers' line is lower.
    lines = [owned_service(**{**base, "resale_cost_share": cost}).lines["servers"] for cost in (0.0, 0.1, 1.0)]
    none = owned_service(**{**base, "residual_share": 0}).lines["servers"]
    assert lines[0] < lines[1] < lines[2] == pytest.approx(none)


def test_no_tokens_still_cost(base: Inputs) -> None:
    found = owned_service(**{**base, "tokens_per_month": 0})
    assert found.notes["servers"].value == 1
    assert math.isinf(found.notes["cost_per_mtok"].value)


def test_whole_engineers(base: Inputs) -> None:
    found = owned_service(**{**base, "staffing": "whole"})
    assert found.notes["engineers"].value == 1
    assert found.lines["staff"] == pytest.approx((240_000 + 300) / 12)


def test_throughput_is_scaled_to_the_mix(base: Inputs) -> None:
    # 4,000 tokens a second at three quarters input; all output takes 2 / 1.25 times as long: 2,500
    found = owned_service(**{**base, "input_share": 0})
    assert found.notes["throughput_at_this_mix"].value == pytest.approx(2_500)
    # 60 % cacheable, half of it hit: see test_rented_service.py
    cached = owned_service(**{**base, "cacheable_share": 0.6, "cache_hit_rate": 0.5})
    assert cached.notes["throughput_at_this_mix"].value == pytest.approx(4_000 * 1.25 / 1.025)
    far = owned_service(**{**base, "input_share": 0, "output_token_time_ratio": 8})
    assert "very different mix of tokens" in far.warnings[0]


def test_draws_match_single_runs(base: Inputs) -> None:
    draws = {
        "tokens_per_month": np.array([1e9, 30e9, 80e9]),
        "server_price": np.array([2e5, 3e5, 4e5]),
        "cost_of_capital": np.array([0.0, 0.1, 0.2]),
        "useful_life": np.array([3.0, 4.5, 6.0]),
        "gpus_per_replica": np.array([2.0, 3.0, 16.0]),
    }
    many = owned_service(**{**base, **draws})
    for index in range(3):
        one = owned_service(**{**base, **{name: float(values[index]) for name, values in draws.items()}})
        assert many.total[index] == pytest.approx(one.total, rel=1e-14)


@pytest.mark.parametrize(
    ("name", "value"),
    [("pue", 0.99), ("residual_share", 1.01), ("gpus_per_server", 0), ("useful_life", 0), ("cost_of_capital", -0.01)],
)
def test_bad_inputs_are_refused(base: Inputs, name: str, value: float) -> None:
    with pytest.raises(RackmathError, match=name):
        owned_service(**{**base, name: value})
