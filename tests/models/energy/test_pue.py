"""PUE: energy over a year, sums before ratios, and what the meters cover."""

from __future__ import annotations

import numpy as np
import pytest

from rackmath.errors import RackmathError
from rackmath.models.energy.pue import pue

BASE = {
    "facility_energy": np.full(12, 876e3),
    "it_energy": np.full(12, 730e3),
    "it_meter": "it-equipment",
    "scope": "whole-facility",
    "compared_with": "own-past",
}


def test_a_megawatt_with_two_tenths_of_overhead() -> None:
    # 1 MW of IT and 0.2 MW around it, for 730 h a month: 876 / 730 = 1.2
    # (https://cove.inc/blog/what-is-power-usage-effectiveness-pue-data-center-efficiency/)
    found = pue(**BASE)
    assert found.total == pytest.approx(1.2)
    assert found.notes["dcie"].value == pytest.approx(1 / 1.2)
    assert found.notes["overhead_of_it_energy"].value == pytest.approx(0.2)
    assert found.notes["overhead_of_facility_energy"].value == pytest.approx(0.2 / 1.2)
    assert found.warnings == ()


def test_two_means_a_watt_of_overhead_for_each_watt() -> None:
    found = pue(**BASE | {"facility_energy": np.full(12, 2 * 730e3)})
    assert found.total == pytest.approx(2.0)
    assert found.notes["overhead_of_it_energy"].value == pytest.approx(1.0)
    assert found.notes["overhead_of_facility_energy"].value == pytest.approx(0.5)


def test_ratio_of_sums_not_mean_of_ratios() -> None:
    # eleven full months of 1,000 IT at 1.1 and one of 100 at 3.0:
    # sums (11 × 1,100 + 300) / (11 × 1,000 + 100) = 12,400 / 11,100 = 1.117; the mean of ratios is (11 × 1.1 + 3) / 12
    it = np.array([1000.0] * 11 + [100.0])
    facility = np.array([1100.0] * 11 + [300.0])
    found = pue(**BASE | {"facility_energy": facility, "it_energy": it})
    assert found.total == pytest.approx(12_400 / 11_100)
    assert found.notes["mean_of_monthly_ratios"].value == pytest.approx(15.1 / 12)
    np.testing.assert_allclose(found.paths["pue_by_month"].values, [1.1] * 11 + [3.0])


def test_below_one_is_refused() -> None:
    with pytest.raises(RackmathError, match="cannot be"):
        pue(**BASE | {"facility_energy": np.full(12, 700e3)})


def test_meters_that_agree_give_one() -> None:
    found = pue(**BASE | {"facility_energy": BASE["it_energy"]})
    assert found.total == 1
    assert found.notes["overhead_of_facility_energy"].value == 0


def test_draws_below_one_are_told_of() -> None:
    facility = np.stack([np.full(12, 729e3), np.full(12, 760e3)])
    found = pue(**BASE | {"facility_energy": facility})
    np.testing.assert_allclose(found.total, [729 / 730, 760 / 730])
    assert "In some draws" in found.warnings[0]


@pytest.mark.parametrize(
    ("months", "words"), [(1, "do not make a year"), (11, "do not make a year"), (15, "not whole years"), (24, "")]
)
def test_less_than_a_year_is_not_a_pue(months: int, words: str) -> None:
    found = pue(**BASE | {"facility_energy": np.full(months, 876e3), "it_energy": np.full(months, 730e3)})
    assert found.total == pytest.approx(1.2)
    assert words in "".join(found.warnings)
    assert bool(found.warnings) is bool(words)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"it_meter": "ups-output"}, "upstream"),
        ({"it_meter": "rack-pdu"}, "upstream"),
        ({"scope": "zone"}, "partial PUE"),
        ({"compared_with": "other-sites"}, "between sites"),
    ],
)
def test_what_makes_it_incomparable_is_said(change: dict[str, str], words: str) -> None:
    assert words in pue(**BASE | change).warnings[0]


def test_months_must_match() -> None:
    with pytest.raises(RackmathError, match="as many months"):
        pue(**BASE | {"it_energy": np.full(11, 730e3)})


def test_a_month_without_energy_is_refused() -> None:
    with pytest.raises(RackmathError, match="it_energy"):
        pue(**BASE | {"it_energy": np.array([730e3] * 11 + [0.0])})


def test_a_month_below_one_is_said() -> None:
    # 90 of facility for 100 of IT in the first month cannot be; the year's 1.30 hides it
    energy = np.full(12, 130.0)
    energy[0] = 90.0
    found = pue(**BASE | {"facility_energy": energy, "it_energy": np.full(12, 100.0)})
    assert any("In a month the ratio is below 1" in warning for warning in found.warnings)
