"""From how many chips designing one's own pays."""

from __future__ import annotations

import math
from typing import Any

import numpy_financial as npf
import pytest

from rackmath.errors import RackmathError
from rackmath.models.ownership.asic_break_even import asic_break_even

BASE: dict[str, Any] = {
    "design_cost": 200e6,
    "bought_unit_price": 30_000,
    "own_unit_cost": 10_000,
    "power_saved": 0,
    "pue": 1.2,
    "electricity_price": 0.08,
    "useful_life": 4,
    "chips_per_year": 100_000,
    "generation_life": 3,
    "design_delay": 0,
    "write_off_chance": 0,
    "cost_of_capital": 0,
}


@pytest.mark.parametrize(
    ("cost", "chips"),
    # Bands by transistor (https://www.ncbi.nlm.nih.gov/pmc/articles/PMC8510296/) over $20,000 a chip
    [(1.6e6, 80), (5.4e6, 270), (40e6, 2_000), (106e6, 5_300), (163e6, 8_150), (542e6, 27_100)],
)
def test_bands_of_design_cost(cost: float, chips: float) -> None:
    assert asic_break_even(**{**BASE, "design_cost": cost}).total == pytest.approx(chips)


def test_planar_to_finfet_is_twenty_five_times() -> None:
    # A list that puts 16 nm among planar designs would take 80 chips for 2,000: the band goes by transistor
    flat, fins = (asic_break_even(**{**BASE, "design_cost": cost}).total for cost in (1.6e6, 40e6))
    assert fins / flat == pytest.approx(25)


@pytest.mark.parametrize(("lower", "chips"), [(0.40, 200e6 / 12_000), (0.65, 200e6 / 19_500)])
def test_published_savings_at_scale(lower: float, chips: float) -> None:
    own = {"own_unit_cost": 30_000 * (1 - lower)}
    assert asic_break_even(**{**BASE, **own}).total == pytest.approx(chips)


def test_revenue_that_carries_a_design() -> None:
    # 500 million carry 200 million of design: 40 %. 16,667 chips at $30,000 are 500 million.
    rule = {**BASE, "chips_per_year": 500e6 / 30_000 / 3}
    found = asic_break_even(**rule)
    assert found.notes["design_cost_share_of_spend"].value == pytest.approx(0.4)
    assert found.total == pytest.approx(10_000)


def test_electricity_saved_over_a_life() -> None:
    # 400 W × 1.2 × 8,760 h × $0.08 = $336.38 a year, four years at 10 %
    found = asic_break_even(**{**BASE, "power_saved": 400, "cost_of_capital": 0.1})
    worth = -npf.pv(0.1, 4, 0.4 * 1.2 * 8760 * 0.08)
    assert found.notes["saving_a_chip"].value == pytest.approx(20_000 + worth)


def test_delay_and_risk_raise_the_volume() -> None:
    # 18 to 24 months at 12 % and a chance of 30 % that nothing comes of it
    for months in (18, 24):
        found = asic_break_even(**{**BASE, "design_delay": months, "write_off_chance": 0.3, "cost_of_capital": 0.12})
        assert found.total == pytest.approx(10_000 * 1.12 ** (months / 12) / 0.7)
        years = months / 12 + found.total / 100_000
        assert found.notes["years_until_break_even"].value == pytest.approx(years)


def test_net_present_value_is_nothing_at_the_break_even() -> None:
    exact = asic_break_even(**{**BASE, "chips_per_year": 10_000 / 3})
    assert exact.notes["net_present_value"].value == pytest.approx(0, abs=1e-3)
    assert exact.total == pytest.approx(10_000)


def test_a_cap_of_volume_means_never() -> None:
    small = asic_break_even(**{**BASE, "chips_per_year": 3_000})
    assert math.isinf(small.total)
    assert small.notes["break_even_without_the_volume_cap"].value == pytest.approx(10_000)
    assert "More chips are needed" in small.warnings[0]


@pytest.mark.parametrize("worse", [{"own_unit_cost": 30_000}, {"own_unit_cost": 40_000}, {"write_off_chance": 1}])
def test_nothing_saved_never_pays(worse: dict[str, float]) -> None:
    assert math.isinf(asic_break_even(**{**BASE, **worse}).total)


def test_no_rate_is_the_limit_of_small_ones() -> None:
    saves = {**BASE, "power_saved": 400}
    tiny = asic_break_even(**{**saves, "cost_of_capital": 1e-9}).total
    assert asic_break_even(**saves).total == pytest.approx(tiny)


@pytest.mark.parametrize(("name", "value"), [("design_cost", -1), ("write_off_chance", 1.1), ("generation_life", 0)])
def test_bad_inputs_are_refused(name: str, value: float) -> None:
    with pytest.raises(RackmathError, match=name):
        asic_break_even(**{**BASE, name: value})
