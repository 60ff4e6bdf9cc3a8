"""Floor price of perishable capacity: energy above idle, and wear; capital does not count."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from rackmath.models.commitments.capacity_floor import capacity_floor

BASE: dict[str, Any] = {
    "offered_price": 1.0,
    "full_price": 3.0,
    "loaded_power": 1200.0,
    "idle_power": 200.0,
    "pue": 1.25,
    "electricity_price": 0.08,
    "failure_rate": 0.0876,
    "replacement_price": 30_000.0,
    "wear_share": 1.0,
    "other_variable_cost": 0.0,
    "displaced_share": 0.0,
    "owned_hour_cost": 2.3,
    "hours_per_year": 8760.0,
}


def test_by_hand() -> None:
    # (1.2 - 0.2) kW × 1.25 × 0.08 = 0.10; 0.0876 × 30,000 / 8,760 = 0.30: floor 0.40, contribution 0.60
    found = capacity_floor(**BASE)
    assert found.lines["energy_above_idle"] == pytest.approx(-0.10)
    assert found.lines["wear"] == pytest.approx(-0.30)
    assert found.notes["floor_price"].value == pytest.approx(0.40)
    assert found.total == pytest.approx(0.60)
    assert found.notes["accept"].value == 1
    # 0.60 of the 2.30 that the hour costs anyway: worth taking, and no business
    assert found.notes["share_of_the_owned_hour_covered"].value == pytest.approx(0.6 / 2.3)
    assert "does not pay for the machine" in found.warnings[0]


@pytest.mark.parametrize(("price", "accept"), [(0.41, 1.0), (0.39, 0.0), (0.0, 0.0)])
def test_any_price_above_marginal_cost_and_none_below(price: float, accept: float) -> None:
    found = capacity_floor(**BASE | {"offered_price": price})
    assert found.notes["accept"].value == accept
    assert (found.total > 0) == (accept == 1)


def test_capital_moves_nothing() -> None:
    floors = capacity_floor(**BASE | {"owned_hour_cost": np.array([0.0, 2.3, 10.0])})
    np.testing.assert_allclose(np.broadcast_to(floors.notes["floor_price"].value, 3), 0.4)
    assert floors.notes["access_fee"].value.tolist() == [0, 2.3, 10]


def test_buyers_who_would_have_paid_in_full() -> None:
    # a third of them: each costs the margin 3 - 0.4 = 2.6, so 0.4 + 2.6 / 3
    found = capacity_floor(**BASE | {"displaced_share": 1 / 3})
    assert found.notes["floor_price"].value == pytest.approx(0.4 + 2.6 / 3)
    # all of them: the floor is the full price
    assert capacity_floor(**BASE | {"displaced_share": 1.0}).notes["floor_price"].value == pytest.approx(3.0)


def test_two_part_tariff_recovers_the_hour() -> None:
    # committed hours pay 2.30 for access and marginal cost for use; hours above pay marginal cost alone
    notes = capacity_floor(**BASE).notes
    assert notes["price_above_the_commitment"].value == pytest.approx(0.4)
    assert notes["access_fee"].value + notes["price_above_the_commitment"].value == pytest.approx(2.7)


def test_a_machine_that_draws_as_much_at_idle() -> None:
    found = capacity_floor(**BASE | {"idle_power": 1300.0, "wear_share": 0.0})
    assert found.notes["floor_price"].value == 0
    assert found.total == 1


def test_a_good_price_is_silent() -> None:
    assert capacity_floor(**BASE | {"offered_price": 2.8}).warnings == ()
    assert "loses money" in capacity_floor(**BASE | {"offered_price": 0.1}).warnings[0]
