"""Delivered price of power: what stands between a contract and the meter."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from rackmath.models.energy.power_procurement import power_procurement

BASE: dict[str, Any] = {
    "supply": "ppa",
    "energy_charge": 0.06,
    "ppa_price": 0.04,
    "firming_price": 0.02,
    "onsite_price": 0.08,
    "delivery_price": 0.01,
    "loss_share": 0.05,
    "demand_charge": 14.6,
    "load_factor": 0.8,
    "demand_response_payment": 70.08,
    "flexible_share": 0.0,
    "assumed_price": 0.08,
    "power_share_of_revenue": 0.1,
    "gross_margin": 0.5,
}
BARE = BASE | {"firming_price": 0.0, "delivery_price": 0.0, "loss_share": 0.0, "demand_charge": 0.0}


def test_by_hand() -> None:
    # 0.04 + 0.02 = 0.06; / 0.95 adds 0.003158; delivery 0.01; 14.6 / (0.8 × 730) = 0.025: 0.098158
    found = power_procurement(**BASE)
    assert found.lines["losses"] == pytest.approx(0.06 * 0.05 / 0.95)
    assert found.lines["demand_charge"] == pytest.approx(0.025)
    assert found.total == pytest.approx(0.098158, abs=1e-6)


@pytest.mark.parametrize("price", [0.02, 0.04])
def test_a_cheap_agreement_is_not_a_cheap_kilowatt_hour(price: float) -> None:
    # agreements at 2 to 4 cents arrive at more than twice as much
    assert power_procurement(**BASE | {"ppa_price": price}).total > 2 * price
    # where nothing is added, it is the price
    assert power_procurement(**BARE | {"ppa_price": price}).total == pytest.approx(price)


def test_eleven_cents_instead_of_eight() -> None:
    # 0.11 / 0.08 - 1 = 37.5 % more for power; at 10 % of revenue the margin falls by 3.75 points
    found = power_procurement(**BARE | {"supply": "grid", "energy_charge": 0.11})
    assert found.notes["over_the_assumed_price"].value == pytest.approx(0.375)
    assert found.notes["margin_change"].value == pytest.approx(-0.0375)


def test_a_margin_that_shrinks_by_thirty_per_cent_needs_a_share_that_is_not_told() -> None:
    # 0.30 = s × 0.375 / m, so s / m = 0.8: power at 40 % of revenue with a margin of 50 %, or 24 with 30
    for share, margin in ((0.40, 0.50), (0.24, 0.30)):
        case = {"supply": "grid", "energy_charge": 0.11, "power_share_of_revenue": share, "gross_margin": margin}
        found = power_procurement(**BARE | case)
        assert found.notes["margin_change_of_the_margin"].value == pytest.approx(-0.30)


def test_four_supplies_side_by_side() -> None:
    found = power_procurement(**BASE)
    # grid: 0.06 / 0.95 + 0.01 + 0.025; beside a substation: 0.06 / 0.95 + 0.025; on-site: 0.08
    assert found.notes["price_by_grid"].value == pytest.approx(0.06 / 0.95 + 0.035)
    assert found.notes["price_by_substation"].value == pytest.approx(0.06 / 0.95 + 0.025)
    assert found.notes["price_by_on_site"].value == pytest.approx(0.08)
    assert found.notes["price_by_ppa"].value == pytest.approx(float(found.total))
    assert "on-site is cheaper" in found.warnings[0]
    for supply in ("grid", "substation", "on-site"):
        alone = power_procurement(**BASE | {"supply": supply})
        assert alone.total == pytest.approx(float(found.notes[f"price_by_{supply.replace('-', '_')}"].value))
    assert power_procurement(**BASE | {"supply": "on-site"}).warnings == ()


def test_a_steady_load_spreads_the_demand_charge() -> None:
    found = power_procurement(**BASE | {"load_factor": np.array([0.4, 0.8, 1.0])})
    np.testing.assert_allclose(found.lines["demand_charge"], [0.05, 0.025, 0.02])


def test_load_that_is_given_up_earns() -> None:
    # 70.08 $/kW a year on half of the peak at a load factor of 0.8: 35.04 / (0.8 × 8,760) = 0.005
    found = power_procurement(**BASE | {"flexible_share": 0.5})
    assert found.lines["demand_response"] == pytest.approx(-0.005)


def test_negative_prices_are_defined() -> None:
    found = power_procurement(**BARE | {"ppa_price": -0.02})
    assert found.total == pytest.approx(-0.02)
    assert "below zero" in found.warnings[0]
    assert power_procurement(**BASE | {"ppa_price": -0.02}).total > 0  # delivery is still paid for
