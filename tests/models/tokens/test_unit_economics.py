"""Marginal and average cost from a year's invoices."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from rackmath.errors import RackmathError
from rackmath.models.tokens.unit_economics import unit_economics

BASE = {
    "cost_by_month": np.array([300.0, 400.0, 500.0, 600.0]),
    "volume_by_month": np.array([100.0, 200.0, 300.0, 400.0]),
    "price": 2.0,
    "estimate": "slope",
}


def curve(cost: object, volumes: np.ndarray) -> dict[str, np.ndarray]:
    return {"cost_by_month": np.vectorize(cost)(volumes).astype(float), "volume_by_month": volumes.astype(float)}


def test_fixed_and_variable_cost_come_apart() -> None:
    # C = 200 + 1 q: a further Mtok costs 1; the average is 1,800 / 1,000 = 1.8; margin 1 - 1/2
    found = unit_economics(**BASE)
    assert found.total == pytest.approx(1.0)
    assert found.notes["average_cost"].value == pytest.approx(1.8)
    assert found.notes["fixed_cost"].value == pytest.approx(200)
    assert found.notes["gross_margin"].value == pytest.approx(0.5)
    assert found.notes["marginal_over_average"].value == pytest.approx(1 / 1.8)
    assert found.warnings == ()


def test_slope_is_the_least_squares_line() -> None:
    # agrees with scipy's linear regression on numbers that lie on no line
    volumes, costs = np.array([120.0, 90, 300, 410, 260, 330]), np.array([310.0, 250, 480, 720, 500, 510])
    found = unit_economics(cost_by_month=costs, volume_by_month=volumes, price=2.0, estimate="slope")
    line = stats.linregress(volumes, costs)
    assert found.total == pytest.approx(line.slope)
    assert found.notes["fixed_cost"].value == pytest.approx(line.intercept)


def test_last_step() -> None:
    # (700 - 600) / (420 - 400) = 5, while the line through all months stays near 1
    case = {
        "cost_by_month": np.array([300.0, 400.0, 500.0, 600.0, 700.0]),
        "volume_by_month": np.array([100.0, 200.0, 300.0, 400.0, 420.0]),
    }
    assert unit_economics(**BASE | case | {"estimate": "last-step"}).total == pytest.approx(5.0)
    assert unit_economics(**BASE | case).total == pytest.approx(1.15, abs=0.05)


def test_average_flat_while_marginal_rises() -> None:
    # C = 100 + 0.6 q + 0.0016 q²: between 150 and 450 Mtok the growing part and the thinning fixed cost balance.
    # AC: 1.507 at 150, 1.380 at 200, 1.413 at 300, 1.542 at 450; MC = 0.6 + 0.0032 q: 1.08 to 2.04
    volumes = np.array([150.0, 200, 250, 300, 350, 450])
    found = unit_economics(**BASE | curve(lambda q: 100 + 0.6 * q + 0.0016 * q * q, volumes))
    low, high = (found.notes[f"marginal_cost_at_{part}_volume"].value for part in ("low", "high"))
    assert high > 1.3 * low
    assert found.notes["average_cost_at_high_volume"].value == pytest.approx(
        found.notes["average_cost_at_low_volume"].value, rel=0.06
    )
    assert any("average cost is flat while the marginal cost rises" in each for each in found.warnings)
    # a straight line does not warn
    straight = unit_economics(**BASE | curve(lambda q: q, volumes))
    assert straight.warnings == ()
    assert straight.total == pytest.approx(straight.notes["average_cost"].value)


def test_growth_at_a_loss() -> None:
    found = unit_economics(**BASE | {"price": 0.8})
    assert found.notes["gross_margin"].value == pytest.approx(1 - 1 / 0.8)
    assert "growth makes a loss" in found.warnings[0]


def test_cost_that_moves_in_steps() -> None:
    # a server more after the third month: most of the change is one step
    case = {
        "cost_by_month": np.array([1000.0, 1000, 1000, 2000, 2000, 2000]),
        "volume_by_month": np.array([100.0, 120, 140, 160, 180, 200]),
    }
    found = unit_economics(**BASE | {"price": 100.0} | case)
    assert any("one step" in each for each in found.warnings)
    # and the last step alone says that growth is free
    assert unit_economics(**BASE | case | {"estimate": "last-step"}).total == 0


def test_cost_that_falls_with_volume_is_doubted() -> None:
    case = {"cost_by_month": np.array([600.0, 500, 400, 300])}
    found = unit_economics(**BASE | case)
    assert found.total == pytest.approx(-1.0)
    assert "Cost falls as volume rises" in found.warnings[0]


def test_order_of_months_does_not_change_the_slope() -> None:
    shuffled = {name: BASE[name][[2, 0, 3, 1]] for name in ("cost_by_month", "volume_by_month")}
    first, second = unit_economics(**BASE), unit_economics(**BASE | shuffled)
    assert first.total == pytest.approx(second.total)
    assert first.notes["average_cost_at_low_volume"].value == pytest.approx(
        second.notes["average_cost_at_low_volume"].value
    )


@pytest.mark.parametrize("estimate", ["slope", "last-step"])
def test_volume_that_does_not_change_has_no_marginal_cost(estimate: str) -> None:
    with pytest.raises(RackmathError, match="volume does not change"):
        unit_economics(**BASE | {"volume_by_month": np.full(4, 250.0), "estimate": estimate})


def test_last_step_without_a_step_is_refused() -> None:
    with pytest.raises(RackmathError, match="between the last two months"):
        unit_economics(**BASE | {"volume_by_month": np.array([1.0, 2, 3, 3]), "estimate": "last-step"})


def test_no_volume_at_all_is_refused() -> None:
    with pytest.raises(RackmathError, match="no token was served"):
        unit_economics(**BASE | {"volume_by_month": np.zeros(4)})


@pytest.mark.parametrize("volumes", [np.array([1.0, 2.0]), np.array([1.0])])
def test_series_must_match(volumes: np.ndarray) -> None:
    with pytest.raises(RackmathError, match="as many months"):
        unit_economics(**BASE | {"volume_by_month": volumes})


def test_draws_come_before_the_months() -> None:
    costs = np.stack([BASE["cost_by_month"], 2 * BASE["cost_by_month"]])
    found = unit_economics(**BASE | {"cost_by_month": costs})
    np.testing.assert_allclose(found.total, [1.0, 2.0])
