"""Load shift: filling the cheapest hours against the linear programme, and a battery by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from rackmath.errors import RackmathError
from rackmath.models.energy.load_shift import least_cost_draw, load_shift
from rackmath.uncertainty import stream

BASE: dict[str, Any] = {
    "hourly_prices": [0.04, 0.10],
    "hourly_load": [100.0, 100.0],
    "movable_share": 0.5,
    "spare_connection_share": 1.0,
    "storage_energy": 0.0,
    "storage_power": 0.0,
    "storage_efficiency": 0.9,
}


def test_by_hand() -> None:
    # 100 × 0.04 + 100 × 0.10 = 14; half of the dear hour moves: 150 × 0.04 + 50 × 0.10 = 11
    found = load_shift(**BASE)
    assert found.lines["bill_as_it_comes"] == pytest.approx(14)
    assert found.total == pytest.approx(11)
    np.testing.assert_allclose(found.paths["drawn_from_the_grid"].values, [150, 50], rtol=1e-9)
    assert found.notes["mean_price_before"].value == pytest.approx(0.07)
    assert found.notes["mean_price_after"].value == pytest.approx(0.055)


def test_the_connection_caps_the_cheap_hour() -> None:
    # 120 at most: 120 × 0.04 + 80 × 0.10
    assert load_shift(**BASE | {"spare_connection_share": 0.2}).total == pytest.approx(12.8)


@pytest.mark.parametrize("seed", range(6))
def test_filling_the_cheapest_hours_is_the_linear_programme(seed: int) -> None:
    # the second road: HiGHS on the same constraints
    draws = stream(seed, "shift")
    prices, load = draws.normal(0.06, 0.05, 24), draws.uniform(0, 5000, 24)
    movable, spare = draws.uniform(0, 1, 2)
    case = {"hourly_prices": prices, "hourly_load": load, "movable_share": movable, "spare_connection_share": spare}
    found = load_shift(**BASE | case)
    solved = least_cost_draw(prices, load, movable, spare, 0.0, 0.0, 0.9)
    assert found.total == pytest.approx((prices * solved).sum(), rel=1e-8)
    drawn = np.asarray(found.paths["drawn_from_the_grid"].values)
    assert drawn.sum() == pytest.approx(load.sum())
    assert drawn.max() <= (1 + spare) * load.max() * (1 + 1e-9)
    assert (drawn >= (1 - movable) * load - 1e-6).all()


def test_a_battery_of_next_to_nothing_changes_nothing() -> None:
    # the two ways of solving meet at the border between them
    day = {"hourly_prices": [0.04, 0.05, 0.12, 0.08], "hourly_load": [100.0, 80.0, 120.0, 60.0]}
    without = load_shift(**BASE | day)
    tiny = load_shift(**BASE | day | {"storage_energy": 1e-6, "storage_power": 1e-6})
    assert tiny.total == pytest.approx(float(without.total), rel=1e-7)


def test_too_many_programmes_are_refused_in_words() -> None:
    sizes = np.linspace(1.0, 2.0, 40_000)
    with pytest.raises(RackmathError, match="single numbers"):
        load_shift(**BASE | {"storage_energy": sizes, "storage_power": 1.0})
    # without a battery any number of draws is quick
    many = load_shift(**BASE | {"movable_share": np.linspace(0, 1, 40_000)})
    assert np.asarray(many.total)[-1] == pytest.approx(8)


def test_a_battery_by_hand() -> None:
    # nothing moves; 60 kWh at most are held and 90 % come back: take 60 / 0.9 at 0.04, give 60 instead of 0.10
    battery = BASE | {"movable_share": 0.0, "storage_energy": 60.0, "storage_power": 80.0}
    assert load_shift(**battery).notes["saving"].value == pytest.approx(60 * 0.10 - 60 / 0.9 * 0.04)
    # 50 kW limit the taking: 45 kWh come back
    weak = load_shift(**battery | {"storage_power": 50.0})
    assert weak.notes["saving"].value == pytest.approx(45 * 0.10 - 50 * 0.04)
    # a loss of more than the price ratio is not worth it
    assert load_shift(**battery | {"storage_efficiency": 0.39}).notes["saving"].value == pytest.approx(0, abs=1e-9)


def test_more_storage_never_costs() -> None:
    sizes = np.array([0.0, 10.0, 50.0, 200.0, 1e6])
    day = {"hourly_prices": [0.04, 0.05, 0.12, 0.08], "hourly_load": [100.0, 80.0, 120.0, 60.0]}
    found = load_shift(**BASE | day | {"storage_energy": sizes, "storage_power": 70.0})
    assert (np.diff(np.asarray(found.total)) <= 1e-9).all()


def test_nothing_to_gain() -> None:
    assert load_shift(**BASE | {"movable_share": 0.0}).total == pytest.approx(14)
    even = load_shift(**BASE | {"hourly_prices": [0.07, 0.07]})
    assert even.lines["saved_by_shifting"] == 0


def test_no_load_costs_nothing() -> None:
    found = load_shift(**BASE | {"hourly_load": [0.0, 0.0], "storage_energy": 10.0, "storage_power": 10.0})
    assert found.total == 0
    assert found.notes["mean_price_after"].value == 0


def test_hours_that_pay_for_being_used() -> None:
    # 150 × -0.02 + 50 × 0.10 = 2; without shifting -2 + 10 = 8
    found = load_shift(**BASE | {"hourly_prices": [-0.02, 0.10]})
    assert found.total == pytest.approx(2)
    assert "pay for being used" in found.warnings[0]
    # a battery in flat negative hours earns by its own loss alone: it takes 50 kW, gives back 0.9 of it, cyclic
    burns = load_shift(
        **BASE | {"hourly_prices": [-0.1, -0.1], "movable_share": 0.0, "storage_energy": 1e3, "storage_power": 50.0}
    )
    assert burns.notes["saving"].value > 0


def test_months_of_hours_with_a_battery_are_solved() -> None:
    draws = stream(9, "year")
    hours = 24 * 60
    prices, load = draws.normal(0.06, 0.03, hours), draws.uniform(500, 1000, hours)
    case = {"hourly_prices": prices, "hourly_load": load, "movable_share": 0.2, "spare_connection_share": 0.25}
    without = load_shift(**BASE | case)
    stored = load_shift(**BASE | case | {"storage_energy": 1000.0, "storage_power": 250.0})
    assert stored.total < without.total


def test_hours_must_match() -> None:
    with pytest.raises(RackmathError, match="hourly_load"):
        load_shift(**BASE | {"hourly_load": [1.0]})
