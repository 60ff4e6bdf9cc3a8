"""Share of energy: one site, three denominators."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from rackmath.models.energy.energy_share import energy_share

# one gigawatt: 0.9 billion a year to run, 0.6 of it energy, 8.5 with capital
# (https://epoch.ai/data-insights/ai-datacenter-cost-breakdown)
BASE: dict[str, Any] = {
    "site_power": 1e6,
    "mean_load_of_site": 1.0,
    "electricity_price": 0.6e9 / 8.76e9,
    "other_operating_cost": 0.3e9,
    "capital_cost": 7.6e9,
    "stated_energy_cost": 0.6e9,
    "denominator": "operating",
    "hours_per_year": 8760.0,
}


def test_the_implied_price() -> None:
    # 0.6e9 / (1e6 kW × 8,760 h) = 0.0685; at 80 % load the same bill is 0.0856
    found = energy_share(**BASE)
    assert found.notes["implied_price_at_full_load"].value == pytest.approx(0.0685, abs=5e-5)
    part = energy_share(**BASE | {"mean_load_of_site": 0.8})
    assert part.notes["implied_price"].value == pytest.approx(0.0685 / 0.8, abs=1e-4)
    assert part.notes["implied_price_at_full_load"].value == pytest.approx(0.0685, abs=5e-5)
    assert "implies" in part.warnings[0]
    assert found.warnings == ()


@pytest.mark.parametrize(
    ("denominator", "share"),
    # 0.6 / 0.9 = 66.7 %; 0.6 / 8.5 = 7.1 %; 0.6 / 7.6 = 7.9 cents for each dollar of capital
    [("operating", 2 / 3), ("operating-and-capital", 0.6 / 8.5), ("capital", 0.6 / 7.6)],
)
def test_three_shares_of_one_site(denominator: str, share: float) -> None:
    found = energy_share(**BASE | {"denominator": denominator})
    assert found.total == pytest.approx(share)
    assert found.notes["share_of_operating_cost"].value == pytest.approx(2 / 3)
    assert found.notes["share_of_all_cost"].value == pytest.approx(0.6 / 8.5)


def test_a_dollar_of_energy_for_a_dollar_of_chips_is_not_seen_here() -> None:
    # the rule of thumb of one dollar each would take a dozen times the energy of this site: it means the whole
    # data centre, whose capital without servers is of the size of the servers
    found = energy_share(**BASE | {"denominator": "capital"})
    assert 1 / float(found.total) > 12


@pytest.mark.parametrize(("other", "share"), [(0.9e9, 0.40), (0.4e9, 0.60), (3.4e9, 0.15), (1.8e9, 0.25)])
def test_what_other_statements_would_need(other: float, share: float) -> None:
    # energy at 40 to 60 % of operating cost, or 15 to 25 % with maintenance, differ by what else is counted: 0.9 to 0.4
    # billion beside energy, or 3.4 to 1.8
    assert energy_share(**BASE | {"other_operating_cost": other}).total == pytest.approx(share)


def test_ends() -> None:
    assert energy_share(**BASE | {"mean_load_of_site": 0.0}).total == 0
    assert energy_share(**BASE | {"other_operating_cost": 0.0}).total == 1
    nothing = energy_share(**BASE | {"mean_load_of_site": 0.0, "other_operating_cost": 0.0})
    assert nothing.total == 0


def test_shares_rise_with_the_price() -> None:
    found = energy_share(**BASE | {"electricity_price": np.array([0.0, 0.05, 0.10])})
    np.testing.assert_allclose(found.total, [0, 0.438 / 0.738, 0.876 / 1.176])
