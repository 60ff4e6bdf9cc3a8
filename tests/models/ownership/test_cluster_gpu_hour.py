"""GPU-hour of an owned cluster."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy_financial as npf
import pytest

from rackmath.errors import RackmathError
from rackmath.models.ownership.cluster_gpu_hour import cluster_gpu_hour

BASE: dict[str, Any] = {
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
    "cluster_gpus": 256,
    "staff_need": 2,
    "loaded_salary": 220_000,
    "loaded_hours_share": 0.8,
}
BARE = {
    **BASE,
    "network_cost_share": 0,
    "residual_share": 0,
    "cost_of_capital": 0,
    "electricity_price": 0,
    "colocation_price": 0,
    "maintenance_share": 0,
    "gpu_failure_rate": 0,
    "staff_need": 0,
}


def test_lines_by_hand() -> None:
    found = cluster_gpu_hour(**BASE)
    # 35,000 a GPU; 10 % over 4 years: factor 0.3154708, present value of 1: 0.6830135
    assert found.lines == {
        # 35,000 × (1 - 0.2 × 0.9 × 0.6830135) × 0.3154708 / 8,760 = 35,000 × 0.8770576 × 0.3154708 / 8,760
        "servers": pytest.approx(1.105481, abs=1e-6),
        "network": pytest.approx(0.126044, abs=1e-6),  # 3,500 × 0.3154708 / 8,760
        # one GPU in eight failing takes the server out: 8 × 0.09 × 10 / 365 = 0.0197260 of the servers' line
        "spares": pytest.approx(0.021807, abs=1e-6),
        "electricity": pytest.approx(0.101119, abs=1e-6),  # 1.389 kW × 0.7 × 1.3 × 0.08
        "colocation": pytest.approx(0.342493, abs=1e-6),  # 1.389 kW × 180 / 730
        "maintenance": pytest.approx(0.175799, abs=1e-6),  # 38,500 × 0.04 / 8,760
        "staff": pytest.approx(0.196204, abs=1e-6),  # 2 × 220,000 / 256 / 8,760
    }
    assert found.total == pytest.approx(2.068947, abs=1e-6)


def test_published_cluster_hour() -> None:
    # https://www.amcompute.com/blog/tco-own-vs-rent-gpu-clusters: 256 GPUs over three years are 6.73 million GPU-hours;
    # at $2.30 each that is $15.5 million. Used 80 % of the time a useful hour costs 2.30 / 0.8 = $2.875, "2.88".
    hours = 256 * 3 * 8_760
    assert hours == 6_727_680
    spent = {**BARE, "useful_life": 3, "server_price": 2.30 * hours / 256 * 8}
    found = cluster_gpu_hour(**spent)
    assert found.total == pytest.approx(2.30)
    assert found.notes["cost_per_useful_gpu_hour"].value == pytest.approx(2.875)


def test_capital_by_another_road() -> None:
    found = cluster_gpu_hour(**{**BARE, "residual_share": 0.2, "cost_of_capital": 0.1})
    # numpy-financial: payment on 35,000 with a balloon of 35,000 × 0.2 × 0.9 = 6,300
    assert found.total * 8_760 == pytest.approx(npf.pmt(0.1, 4, -35_000.0, 6_300.0), rel=1e-12)


def test_no_interest_is_a_straight_line() -> None:
    # 35,000 / 4 / 8,760; a rate of 1e-13 must give the same to twelve digits
    assert cluster_gpu_hour(**BARE).total == pytest.approx(35_000 / 4 / 8_760, rel=1e-14)
    assert cluster_gpu_hour(**{**BARE, "cost_of_capital": 1e-13}).total == pytest.approx(35_000 / 4 / 8_760, rel=1e-12)


def test_power_is_rolled_up_from_the_chip() -> None:
    notes = cluster_gpu_hour(**BASE).notes
    # https://newsletter.semianalysis.com/p/ai-datacenter-energy-dilemma-race: 8 × (700 + 575) = 10,200 W in the server,
    # 11,112 W with network and storage, 1,389 W a GPU. The chips alone would be 5,600 W.
    assert notes["rated_power_per_gpu"].value * 8 == pytest.approx(11_112)
    assert notes["rated_power_per_gpu"].value - 114 == pytest.approx(1_275)
    assert 8 * BASE["chip_power"] == 5_600
    assert notes["power_at_the_meter_per_gpu"].value == pytest.approx(1_389 * 0.7 * 1.3)


def test_space_is_paid_for_the_rating_and_power_for_the_draw() -> None:
    idle = cluster_gpu_hour(**{**BASE, "mean_load_of_nameplate": 0})
    assert idle.lines["electricity"] == 0
    assert idle.lines["colocation"] == cluster_gpu_hour(**BASE).lines["colocation"]


def test_idle_hours_cost_as_much_as_used_ones() -> None:
    half = cluster_gpu_hour(**{**BASE, "loaded_hours_share": np.array([1.0, 0.5, 0.1])})
    assert half.notes["cost_per_useful_gpu_hour"].value == pytest.approx(half.total / np.array([1.0, 0.5, 0.1]))
    assert np.ndim(half.total) == 0  # the hour that exists costs the same however it is used


def test_dearer_generation() -> None:
    # A DGX B200 at $600,000 to $800,000 is said to be 1.6 to 2 times an H100 server, which implies $375,000 to $400,000
    # for that (https://www.vamsitalkstech.com/opinion/gpu-economics-building-the-business-case-for-on-premise-vs-cloud-
    # gpu-infrastructure/): all else equal the GPU-hour rises with the price.
    h100, b200 = (cluster_gpu_hour(**{**BARE, "server_price": price}).total for price in (375_000, 600_000))
    assert b200 / h100 == pytest.approx(1.6)


@pytest.mark.parametrize(
    ("name", "value"),
    [("loaded_hours_share", 0), ("cluster_gpus", 0), ("gpus_per_server", 0), ("pue", 0.9), ("residual_share", 1.2)],
)
def test_bad_inputs_are_refused(name: str, value: float) -> None:
    with pytest.raises(RackmathError, match=name):
        cluster_gpu_hour(**{**BASE, name: value})


def test_electricity_is_that_of_the_energy_model() -> None:
    # the same rated watts, load, PUE and price, asked of the model that only knows electricity
    from rackmath.models.energy.electricity_cost import electricity_cost

    hour = cluster_gpu_hour(**BASE)
    rated = BASE["chip_power"] + BASE["server_overhead_power"] + BASE["network_and_storage_power"]
    shared = {name: BASE[name] for name in ("mean_load_of_nameplate", "pue", "electricity_price")}
    alone = electricity_cost(power_per_gpu=rated, hours_per_month=730, gpus=1, **shared)
    assert hour.lines["electricity"] == pytest.approx(alone.notes["per_gpu_hour"].value)
