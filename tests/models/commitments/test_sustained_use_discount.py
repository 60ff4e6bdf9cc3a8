"""Sustained use: the worked prices of an n1-standard-1."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from rackmath.errors import RackmathError
from rackmath.models.commitments.sustained_use_discount import sustained_use_discount

# 0.0475 $/h; 100, 80, 60 and 40 % of it in the four quarters of the month
# (https://cloud.google.com/compute/docs/sustained-use-discounts)
BASE: dict[str, Any] = {
    "base_price": 0.0475,
    "used_share_of_month": 1.0,
    "hours_per_month": 730.0,
    "tier_starts": [0.0, 0.25, 0.5, 0.75],
    "tier_rates": [1.0, 0.8, 0.6, 0.4],
}


@pytest.mark.parametrize(("used", "discount"), [(0.25, 0.0), (0.5, 0.1), (0.75, 0.2), (1.0, 0.3)])
def test_published_net_discounts(used: float, discount: float) -> None:
    found = sustained_use_discount(**BASE | {"used_share_of_month": used})
    assert found.notes["effective_discount"].value == pytest.approx(discount)


def test_a_whole_month() -> None:
    # 730 × 0.0475 = 34.675; × (1 + 0.8 + 0.6 + 0.4) / 4 = × 0.7 = 24.2725
    found = sustained_use_discount(**BASE)
    assert found.total == pytest.approx(24.2725)
    assert found.notes["hours"].value == 730


def test_each_quarter_at_its_published_hourly_price() -> None:
    # 182.5 h each at 0.0475, 0.0380, 0.0285, 0.0190
    quarters = np.array([0.0475, 0.0380, 0.0285, 0.0190]) * 182.5
    shares = np.array([0.25, 0.5, 0.75, 1.0])
    found = np.asarray(sustained_use_discount(**BASE | {"used_share_of_month": shares}).total)
    np.testing.assert_allclose(found, np.cumsum(quarters))


def test_never_run_costs_nothing() -> None:
    found = sustained_use_discount(**BASE | {"used_share_of_month": 0.0})
    assert found.total == 0
    assert found.notes["effective_discount"].value == 0


def test_before_the_first_start_the_base_price_holds() -> None:
    found = sustained_use_discount(**BASE | {"tier_starts": [0.5], "tier_rates": [0.5]})
    # half at 100 %, half at 50 %
    assert found.notes["effective_discount"].value == pytest.approx(0.25)


def test_lists_must_be_of_one_length() -> None:
    with pytest.raises(RackmathError, match="tier_rates"):
        sustained_use_discount(**BASE | {"tier_rates": [1.0]})
