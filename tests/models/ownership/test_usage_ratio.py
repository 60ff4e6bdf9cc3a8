"""Usage ratio, against the worked comparison of Lenovo Press LP2225 (2025)."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from rackmath.errors import RackmathError
from rackmath.models.ownership.usage_ratio import usage_ratio

# https://lenovopress.lenovo.com/lp2225.pdf: a server of 8 H100 for $833,806 whose power and cooling cost $0.87 an hour,
# against p5.48xlarge at $98.32 an hour, over five years without resale. $0.87 at 0.15 $/kWh is 5.8 kW.
LENOVO: dict[str, Any] = {
    "server_price": 833_806,
    "cloud_server_hour_price": 98.32,
    "useful_life": 5,
    "maintenance_share": 0,
    "active_power": 5_800,
    "idle_power": 5_800,
    "pue": 1.0,
    "electricity_price": 0.15,
}


def test_usage_ratio_of_the_source() -> None:
    found = usage_ratio(**LENOVO)
    # owned 833,806 + 0.87 × 43,800 h = 871,912; cloud 98.32 × 43,800 = 4,306,416; ratio 0.202468
    assert found.total == pytest.approx(0.202468, abs=1e-6)
    assert found.notes["usage_ratio"].value == pytest.approx(0.202468, abs=1e-6)
    # 24 × 0.202468 = 4.859 hours a day
    assert found.notes["break_even_hours_a_day"].value == pytest.approx(4.859, abs=1e-3)


def test_power_follows_use() -> None:
    found = usage_ratio(**{**LENOVO, "idle_power": 0})
    # The source's break-even hours: 833,806 / (98.32 - 0.87) = 8,556.2 h, of 43,800 h: 0.195348
    assert found.total * 43_800 == pytest.approx(8_556.2, abs=0.1)
    # The plain ratio charges the power of 24 hours to a server that works fewer.
    assert found.total < found.notes["usage_ratio"].value


def test_idle_power_is_paid_for_unused_hours() -> None:
    # 2.9 kW at rest is $0.435 an hour: (833,806 + 0.435 × 43,800) / (43,800 × (98.32 - 0.435)) = 852,859 / 4,287,363
    assert usage_ratio(**{**LENOVO, "idle_power": 2_900}).total == pytest.approx(852_859 / 4_287_363, rel=1e-6)


def test_a_ratio_above_one_means_never() -> None:
    # At $18 an hour renting all day costs 788,400 in five years, less than the server.
    found = usage_ratio(**{**LENOVO, "cloud_server_hour_price": 18})
    assert found.notes["usage_ratio"].value == pytest.approx(871_912 / 788_400)
    assert math.isinf(found.total)
    assert usage_ratio.model.infinite


def test_cloud_cheaper_than_the_electricity_means_never() -> None:
    assert math.isinf(
        usage_ratio(**{**LENOVO, "server_price": 0, "idle_power": 0, "cloud_server_hour_price": 0.5}).total
    )


def test_the_crossing_is_where_both_cost_the_same() -> None:
    found = usage_ratio(**{**LENOVO, "idle_power": 1_000, "maintenance_share": 0.05, "pue": 1.3})
    hours = found.total * 43_800
    energy = 1.3 * 0.15 * (5.8 * hours + 1.0 * (43_800 - hours))
    assert 833_806 * (1 + 0.05 * 5) + energy == pytest.approx(98.32 * hours)


def test_usage_on_both_sides_of_the_inequality_is_another_number() -> None:
    # An often printed rule divides the owner's cost by the usage and multiplies the cloud's price by it:
    # cost / h < price × h, which "breaks even" at sqrt(871,912 / 98.32) = 94 hours in five years instead of 8,868.
    found = usage_ratio(**LENOVO)
    assert math.sqrt(871_912 / 98.32) == pytest.approx(94.2, abs=0.1)
    assert found.total * 43_800 == pytest.approx(871_912 / 98.32)  # 8,868 h


def test_shorter_lives_and_arrays() -> None:
    found = usage_ratio(**{**LENOVO, "useful_life": np.array([5.0, 3.0, 0.9])})
    # three years: (833,806 + 0.87 × 26,280) / (98.32 × 26,280) = 856,669.6 / 2,583,849.6 = 0.331548; 0.9 years never
    assert found.total[:2] == pytest.approx([0.202468, 0.331548], abs=1e-6)
    assert np.isinf(found.total[2])


def test_mixed_up_powers_are_told() -> None:
    assert usage_ratio(**LENOVO).warnings == ()
    assert "idle power is above" in usage_ratio(**{**LENOVO, "idle_power": 9_000}).warnings[0]


@pytest.mark.parametrize(
    ("name", "value"), [("pue", 0.9), ("useful_life", 0), ("server_price", -1), ("electricity_price", math.nan)]
)
def test_bad_inputs_are_refused(name: str, value: float) -> None:
    with pytest.raises(RackmathError, match=name):
        usage_ratio(**{**LENOVO, name: value})
