"""Dedicated and regional capacity: a second region doubles the cost, a shortage forbids it."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from rackmath.models.commitments.dedicated_capacity import dedicated_capacity

BASE: dict[str, Any] = {
    "gpu_hour_price": 4.2,
    "gpus": 100.0,
    "hours_per_month": 730.0,
    "further_regions": 0.0,
    "share_in_further_regions": 1.0,
    "regional_price_ratio": 1.0,
    "dedication_premium": 0.0,
    "regional_fee": 0.0,
    "available_gpus": 1000.0,
}


def test_a_second_region_doubles_the_cost() -> None:
    # 4.2 × 100 × 730 = 306,600; training in two regions costs twice as much, without a discount for it
    # (https://siliconanalysts.com/tools/frontier)
    assert dedicated_capacity(**BASE).total == pytest.approx(306_600)
    two = dedicated_capacity(**BASE | {"further_regions": 1.0})
    assert two.total == pytest.approx(613_200)
    assert two.notes["multiple_of_the_plain_cost"].value == pytest.approx(2)
    assert two.notes["gpus_in_all"].value == 200


def test_dearer_regions_and_smaller_copies() -> None:
    # 1 + 2 × 0.5 × 1.4 = 2.4 times
    found = dedicated_capacity(
        **BASE | {"further_regions": 2.0, "share_in_further_regions": 0.5, "regional_price_ratio": 1.4}
    )
    assert found.notes["multiple_of_the_plain_cost"].value == pytest.approx(2.4)
    assert found.lines["regional_price_difference"] == pytest.approx(306_600 * 0.4)


def test_premium_and_fee() -> None:
    # 10 % of 613,200, and 2 $/h in each of two regions: 2 × 2 × 730
    found = dedicated_capacity(**BASE | {"further_regions": 1.0, "dedication_premium": 0.1, "regional_fee": 2.0})
    assert found.lines["dedication_premium"] == pytest.approx(61_320)
    assert found.lines["regional_fees"] == pytest.approx(2920)


def test_a_region_without_enough_gpus() -> None:
    found = dedicated_capacity(**BASE | {"available_gpus": 99.0})
    assert found.total == math.inf
    assert found.notes["gpus_missing_in_a_region"].value == 1
    assert "cannot be bought" in found.warnings[0]
    assert math.isfinite(float(dedicated_capacity(**BASE | {"available_gpus": 100.0}).total))


def test_nothing_needed_costs_nothing() -> None:
    found = dedicated_capacity(**BASE | {"gpus": 0.0, "regional_fee": 2.0, "available_gpus": 0.0})
    assert found.total == 0
    assert found.notes["multiple_of_the_plain_cost"].value == 1


def test_draws() -> None:
    found = dedicated_capacity(**BASE | {"gpus": np.array([10.0, 2000.0])})
    np.testing.assert_allclose(found.total, [30_660, math.inf])
