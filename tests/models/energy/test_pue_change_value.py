"""Value of a PUE change: absolute or relative, of the IT power or the site's."""

from __future__ import annotations

import numpy as np
import pytest

from rackmath.models.energy.pue_change_value import pue_change_value
from rackmath.units import UnitError, convert

# 100 MW, one per cent, 10 cents: "about 800,000 dollars a year", as it is told
BASE = {
    "it_power": 100e3,
    "mean_load_of_nameplate": 1.0,
    "pue_before": 1.10,
    "pue_reduction": 0.01,
    "change_kind": "absolute",
    "electricity_price": 0.10,
    "hours_per_year": 8760.0,
}


def test_one_per_cent_is_two_numbers() -> None:
    # absolute: 100,000 kW × 8,760 h × 0.01 × 0.10 = 876,000; relative: × 1.10 = 963,600
    absolute = pue_change_value(**BASE)
    relative = pue_change_value(**BASE | {"change_kind": "relative"})
    assert absolute.total == pytest.approx(876_000)
    assert relative.total == pytest.approx(963_600)
    assert absolute.notes["value_read_the_other_way"].value == pytest.approx(963_600)
    assert relative.notes["value_read_the_other_way"].value == pytest.approx(876_000)
    assert absolute.notes["pue_after"].value == pytest.approx(1.09)
    assert relative.notes["pue_after"].value == pytest.approx(1.089)


def test_the_load_factor_that_eight_hundred_thousand_needs() -> None:
    # 800 / 876 = 0.913 absolute, 800 / 963.6 = 0.830 relative
    assert pue_change_value(**BASE | {"mean_load_of_nameplate": 800 / 876}).total == pytest.approx(800_000)
    relative = BASE | {"change_kind": "relative", "mean_load_of_nameplate": 800 / 963.6}
    assert pue_change_value(**relative).total == pytest.approx(800_000)


def test_the_sites_power_is_not_the_its() -> None:
    # if 100 MW is the site's, 100 / 1.1 = 90.9 MW reach the IT equipment: 876,000 / 1.1 = 796,364
    found = pue_change_value(**BASE)
    assert found.notes["value_if_power_is_the_sites"].value == pytest.approx(876_000 / 1.1)
    assert pue_change_value(**BASE | {"it_power": 100e3 / 1.1}).total == pytest.approx(876_000 / 1.1)
    with pytest.raises(UnitError, match="boundary"):
        convert(100.0, "MW_facility", "kW_server")


@pytest.mark.parametrize(("points", "energy"), [(0.03, 1.5e6), (0.04, 2.0e6)])
def test_a_better_ups(points: float, energy: float) -> None:
    # 0.03 to 0.04 points are said to save 1.5 to 2.0 GWh a year
    # (https://digitalpower.huawei.com/en/blogs/data-center-power-usage):
    # 1.5e6 / (8,760 × 0.03) = 5,708 kW and 2.0e6 / (8,760 × 0.04) = 5,708 kW, the same 5.7 MW of IT at both ends
    found = pue_change_value(**BASE | {"it_power": 1.5e6 / (8760 * 0.03), "pue_reduction": points})
    assert found.notes["energy_saved"].value == pytest.approx(energy)


def test_no_more_than_the_overhead_can_be_saved() -> None:
    # from 1.10 at most 0.10 points: 100,000 × 8,760 × 0.10 × 0.10
    found = pue_change_value(**BASE | {"pue_reduction": 0.5})
    assert found.total == pytest.approx(8_760_000)
    assert found.notes["pue_after"].value == pytest.approx(1.0)
    assert "below 1" in found.warnings[0]
    relative = pue_change_value(**BASE | {"pue_reduction": 0.5, "change_kind": "relative"})
    assert relative.total == pytest.approx(8_760_000)


def test_a_worse_pue_costs() -> None:
    assert pue_change_value(**BASE | {"pue_reduction": -0.01}).total == pytest.approx(-876_000)
    assert pue_change_value(**BASE | {"pue_reduction": 0.0}).total == 0


def test_a_leap_year_has_a_day_more() -> None:
    # 876,000 × 8,784 / 8,760 = 878,400
    assert pue_change_value(**BASE | {"hours_per_year": 8784.0}).total == pytest.approx(878_400)


def test_linear_in_power_load_and_price() -> None:
    powers = np.array([0.0, 50e3, 100e3])
    np.testing.assert_allclose(pue_change_value(**BASE | {"it_power": powers}).total, [0, 438_000, 876_000])
