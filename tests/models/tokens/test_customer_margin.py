"""Margins by customer: worked by hand, whatever the key, and with nothing to share."""

from __future__ import annotations

import numpy as np
import pytest

from rackmath.errors import RackmathError
from rackmath.models.tokens.customer_margin import customer_margin

BASE = {
    "revenue": np.array([1000.0, 400.0, 100.0]),
    "input_tokens": np.array([300.0, 500.0, 100.0]),
    "output_tokens": np.array([100.0, 100.0, 100.0]),
    "support_cost": np.array([50.0, 0.0, 10.0]),
    "input_cost": 0.5,
    "output_cost": 1.0,
    "shared_cost": 240.0,
    "shared_by": "tokens",
}


def margins(**changes: object) -> list[float]:
    return list(customer_margin(**BASE | changes).paths["margin_by_customer"].values)


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        # direct: 1000 - 250 - 50 = 700; 400 - 350 - 0 = 50; 100 - 150 - 10 = -60
        ("tokens", [700 - 80, 50 - 120, -60 - 40]),  # 400, 600, 200 of 1,200 tokens
        ("revenue", [700 - 160, 50 - 64, -60 - 16]),  # 1000, 400, 100 of 1,500 dollars
        ("customers", [620, -30, -140]),  # 80 each
    ],
)
def test_each_key_lays_the_same_shared_cost_elsewhere(key: str, expected: list[float]) -> None:
    found = customer_margin(**BASE | {"shared_by": key})
    assert found.paths["margin_by_customer"].values == pytest.approx(expected)
    assert found.total == pytest.approx(sum(expected)) == pytest.approx(450)
    assert found.notes["share_of_customers_at_a_loss"].value == pytest.approx(2 / 3)
    assert found.notes["loss_on_them"].value == pytest.approx(-sum(each for each in expected if each < 0))


def test_who_loses_before_any_shared_cost_is_told() -> None:
    found = customer_margin(**BASE)
    assert found.notes["share_of_customers_at_a_loss_before_shared_cost"].value == pytest.approx(1 / 3)
    assert any("before any shared cost" in warning for warning in found.warnings)
    assert any("more than half" in warning for warning in found.warnings)  # 1,000 of 1,500


def test_nobody_uses_or_pays_anything() -> None:
    nothing = np.zeros(3)
    found = customer_margin(**BASE | {"revenue": nothing, "input_tokens": nothing, "output_tokens": nothing})
    assert found.paths["margin_by_customer"].values == pytest.approx([-130, -80, -90])
    assert found.notes["margin_share_of_revenue"].value == 0


def test_arrays_of_costs_give_a_margin_for_each() -> None:
    found = customer_margin(**BASE | {"input_cost": np.array([0.5, 1.0])})
    # 900 Mtok of input at half a dollar more
    assert found.total == pytest.approx([450, 0])
    assert np.shape(found.paths["margin_by_customer"].values) == (2, 3)


def test_customers_must_be_the_same_everywhere() -> None:
    with pytest.raises(RackmathError, match="as many customers"):
        customer_margin(**BASE | {"support_cost": np.array([1.0])})
