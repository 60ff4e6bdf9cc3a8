"""Moving to custom silicon: months until it has paid, and the chance of having to move back."""

from __future__ import annotations

import math
from typing import Any

import pytest
from scipy import integrate

from rackmath.errors import RackmathError
from rackmath.models.ownership.silicon_migration import silicon_migration

BASE: dict[str, Any] = {
    "gpu_spend": 100_000,
    "cost_ratio": 0.6,
    "used_share_of_commitment": 1,
    "porting_weeks": 104,
    "loaded_salary": 250_000,
    "other_migration_cost": 0,
    "way_back_ratio": 1,
    "change_rate": 0,
    "stable_months": 24,
    "cost_of_capital": 0,
}


def test_by_hand() -> None:
    # Two person-years, $500,000, and $40,000 a month saved: 12.5 months, inside the published 12 to 18
    found = silicon_migration(**BASE)
    assert found.total == pytest.approx(12.5)
    assert found.notes["break_even_there_and_back"].value == pytest.approx(25)  # twice the cost
    assert found.notes["within_the_horizon"].value == 1
    assert found.notes["there_and_back_within_the_horizon"].value == 0
    assert "never has to move back" in found.warnings[0]


@pytest.mark.parametrize(("months", "moves"), [(6, 0), (12, 0), (18, 1), (36, 1)])
def test_short_work_stays_on_gpus(months: float, moves: float) -> None:
    assert silicon_migration(**{**BASE, "stable_months": months}).notes["within_the_horizon"].value == moves


def test_a_standard_network_is_ported_in_days() -> None:
    # One person-week, $4,808: 0.12 months at 40 % lower
    assert silicon_migration(**{**BASE, "porting_weeks": 1}).total == pytest.approx(250_000 / 52 / 40_000)


@pytest.mark.parametrize(("lower", "months"), [(0.3, 500 / 30), (0.5, 10.0), (0.8, 6.25)])
def test_published_savings(lower: float, months: float) -> None:
    # 30 to 50 % lower; five times cheaper is 80 % lower
    assert silicon_migration(**{**BASE, "cost_ratio": 1 - lower}).total == pytest.approx(months)


def test_of_the_baseline_is_not_below_it() -> None:
    # 54 % of the baseline saves 46 %, 54 % lower saves 54: 10.9 and 9.3 months
    of_it, below_it = (silicon_migration(**{**BASE, "cost_ratio": ratio}).total for ratio in (0.54, 0.46))
    assert (of_it, below_it) == (pytest.approx(500 / 46), pytest.approx(500 / 54))


def test_convolutional_networks_never_pay() -> None:
    # Three to five times dearer (https://www.medrxiv.org/content/10.64898/2025.12.23.25342933v1.full)
    found = silicon_migration(**{**BASE, "cost_ratio": 3})
    assert math.isinf(found.total)
    assert found.notes["net_present_value"].value < -500_000
    assert "stay on GPUs" in found.warnings[0]


def test_use_below_seventy_per_cent_saves_nothing() -> None:
    # 30 % lower on a commitment that is used at 70 %: 0.7 / 0.7 = 1
    thirty = {**BASE, "cost_ratio": 0.7}
    assert math.isinf(silicon_migration(**{**thirty, "used_share_of_commitment": 0.7}).total)
    assert silicon_migration(**{**thirty, "used_share_of_commitment": 0.75}).total == pytest.approx(500 / (100 / 15))
    assert silicon_migration(**thirty).notes["use_below_which_nothing_is_saved"].value == pytest.approx(0.7)


def test_net_present_value_by_integration() -> None:
    risky = {**BASE, "change_rate": 0.4, "cost_of_capital": 0.12, "stable_months": 30, "way_back_ratio": 1.5}
    found = silicon_migration(**risky)
    # until a change (rate 0.4 a year) 480,000 a year are saved; when it comes, 750,000 are paid; both discounted
    worth = integrate.quad(lambda t: math.exp(-0.4 * t) * 1.12**-t * (480_000 - 0.4 * 750_000), 0, 2.5)[0]
    assert found.notes["net_present_value"].value == pytest.approx(worth - 500_000)
    assert found.notes["chance_of_no_change"].value == pytest.approx(math.exp(-1))


def test_no_rates_are_the_limit_of_small_ones() -> None:
    assert silicon_migration(**BASE).notes["net_present_value"].value == pytest.approx(40_000 * 24 - 500_000)


def test_nothing_spent_saves_nothing() -> None:
    assert math.isinf(silicon_migration(**{**BASE, "gpu_spend": 0}).total)


@pytest.mark.parametrize(
    ("name", "value"), [("cost_ratio", -0.1), ("used_share_of_commitment", 0), ("change_rate", -1)]
)
def test_bad_inputs_are_refused(name: str, value: float) -> None:
    with pytest.raises(RackmathError, match=name):
        silicon_migration(**{**BASE, name: value})
