"""Power roll-up: chip, server, cluster, facility; nameplate and mean."""

from __future__ import annotations

import numpy as np
import pytest

from rackmath.models.energy.facility_power import facility_power

# a server of eight GPUs of 700 W, 575 W around each, and 114 W each of network and storage:
# https://newsletter.semianalysis.com/p/ai-datacenter-energy-dilemma-race
BASE = {
    "gpus": 8.0,
    "chip_power": 700.0,
    "server_watts_per_chip_watt": 1.0,
    "server_overhead_power": 575.0,
    "network_and_storage_power": 114.0,
    "mean_load_of_nameplate": 1.0,
    "pue": 1.0,
    "gpus_per_server": 8.0,
    "servers_per_rack": 4.0,
}


def test_server_and_cluster() -> None:
    found = facility_power(**BASE)
    # 8 × (700 + 575) = 10,200 W; with 8 × 114 = 912 W it is 11,112 W, or 1,389 W a GPU
    assert found.notes["nameplate_server_power"].value == pytest.approx(10.2)
    assert found.notes["mean_it_power"].value == pytest.approx(11.112)
    assert found.notes["nameplate_power_per_gpu"].value == pytest.approx(1389)
    assert found.total == pytest.approx(11.112)


def test_network_and_storage_are_114_watts_not_189() -> None:
    # 1,389 - 1,275 = 114 per GPU; the 189 that is also told would make 8 × (1,275 + 189) = 11,712 W
    per_gpu = facility_power(**BASE).notes["nameplate_power_per_gpu"].value
    assert per_gpu - (700 + 575) == pytest.approx(114)
    assert facility_power(**BASE | {"network_and_storage_power": 189.0}).total == pytest.approx(11.712)


def test_chips_alone_are_half_of_their_server() -> None:
    # 8 × 700 = 5.6 kW is the chips' nameplate; the server draws 10.2
    bare = facility_power(**BASE | {"server_overhead_power": 0.0, "network_and_storage_power": 0.0})
    assert bare.total == pytest.approx(5.6)
    assert facility_power(**BASE).lines["chips"] == pytest.approx(5.6)


def test_facility_overhead_comes_on_top() -> None:
    # PUE 1.25: 11.112 × 0.25 = 2.778 more
    found = facility_power(**BASE | {"pue": 1.25})
    assert found.lines["facility_overhead"] == pytest.approx(2.778)
    assert found.total == pytest.approx(13.89)
    assert found.lines["server_overhead"] == pytest.approx(4.6)
    assert found.lines["network_and_storage"] == pytest.approx(0.912)


def test_mean_power_is_not_nameplate() -> None:
    # drawing 60 % of nameplate on average: 13.89 × 0.6 = 8.334 for the bill, 13.89 still to be connected
    found = facility_power(**BASE | {"pue": 1.25, "mean_load_of_nameplate": 0.6})
    assert found.total == pytest.approx(8.334)
    assert found.notes["nameplate_facility_power"].value == pytest.approx(13.89)


def test_rack_of_ten_blades() -> None:
    # ten blades of eight GPUs at about 1 kW each are 80 kW
    # (https://www.hanwhadatacenters.com/blog/power-requirements-for-ai-data-centers-resilient-infrastructure/)
    found = facility_power(
        **BASE | {"chip_power": 700.0, "server_overhead_power": 300.0, "servers_per_rack": 10.0, "gpus": 80.0}
    )
    assert found.notes["nameplate_rack_power"].value == pytest.approx(80)
    assert found.notes["racks"].value == 1
    assert "A rack of 80 kW" in found.warnings[0]
    # four servers of ordinary racks' size do not warn
    assert facility_power(**BASE | {"servers_per_rack": 1.0}).warnings == ()


def test_servers_and_racks_are_whole() -> None:
    found = facility_power(**BASE | {"gpus": 100.0})
    # 100 / 8 = 12.5 servers and 12.5 / 4 = 3.125 racks
    assert found.notes["servers"].value == 13
    assert found.notes["racks"].value == 4


def test_losses_of_the_power_supply() -> None:
    # 5 % lost on the way to the chip, where the overhead leaves that out: 700 × 1.05 = 735
    found = facility_power(**BASE | {"server_watts_per_chip_watt": 1.05})
    assert found.notes["nameplate_power_per_gpu"].value == pytest.approx(1389 + 35)


def test_linear_in_gpus() -> None:
    found = facility_power(**BASE | {"gpus": np.array([8.0, 16.0, 256.0])})
    np.testing.assert_allclose(found.total, [11.112, 22.224, 355.584])
