"""Electricity per GPU: the length of a month, the overhead, and one GPU or two."""

from __future__ import annotations

import numpy as np
import pytest

from rackmath.errors import RackmathError
from rackmath.models.energy.electricity_cost import electricity_cost

# half a kilowatt at 13 cents: https://www.sitepoint.com/self-hosted-llm-costs-2026/
BASE = {
    "power_per_gpu": 500.0,
    "mean_load_of_nameplate": 1.0,
    "pue": 1.0,
    "electricity_price": 0.13,
    "hours_per_month": 720.0,
    "gpus": 1.0,
}


@pytest.mark.parametrize(
    ("hours", "cost"),
    [
        (720.0, 46.80),  # 0.5 kW × 720 h × 0.13, told as 47
        (730.0, 47.45),  # 0.5 kW × 730 h × 0.13
    ],
)
def test_a_month_of_720_or_730_hours(hours: float, cost: float) -> None:
    assert electricity_cost(**BASE | {"hours_per_month": hours}).total == pytest.approx(cost)


@pytest.mark.parametrize(("hours", "both"), [(720.0, 131.04), (730.0, 132.86)])
def test_131_dollars_are_for_two_gpus(hours: float, both: float) -> None:
    # 2 × 46.80 × 1.4 = 131.04; it reads as if it were for one, which costs 65.52
    found = electricity_cost(**BASE | {"pue": 1.4, "gpus": 2.0, "hours_per_month": hours})
    assert found.notes["all_gpus"].value == pytest.approx(both)
    assert found.total == pytest.approx(both / 2)


def test_overhead_has_its_own_line() -> None:
    found = electricity_cost(**BASE | {"pue": 1.4})
    assert found.lines["server"] == pytest.approx(46.80)
    assert found.lines["facility_overhead"] == pytest.approx(46.80 * 0.4)
    # 0.5 kW × 720 h × 1.4 = 504 kWh; 65.52 / 720 = 0.091 $/h
    assert found.notes["energy_at_facility"].value == pytest.approx(504)
    assert found.notes["per_gpu_hour"].value == pytest.approx(0.091)


def test_mean_load_scales_the_bill() -> None:
    assert electricity_cost(**BASE | {"mean_load_of_nameplate": 0.6}).total == pytest.approx(28.08)
    assert electricity_cost(**BASE | {"mean_load_of_nameplate": 0.0}).total == 0


def test_pue_below_one_is_refused() -> None:
    with pytest.raises(RackmathError, match="pue"):
        electricity_cost(**BASE | {"pue": 0.9})


def test_number_of_gpus_leaves_the_total_alone() -> None:
    found = electricity_cost(**BASE | {"gpus": np.array([0.0, 1.0, 8.0])})
    assert found.total == pytest.approx(46.80)
    np.testing.assert_allclose(found.notes["all_gpus"].value, [0, 46.80, 374.40])
