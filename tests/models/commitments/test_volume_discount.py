"""Volume discount on reservations: strict threshold, later purchases only, and the other two rules."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from rackmath.errors import RackmathError
from rackmath.models.commitments.volume_discount import volume_discount

# more than 500,000 dollars of list value in a region: 5 % off later purchases
# (https://aws.amazon.com/ec2/pricing/reserved-instances/pricing/)
BASE: dict[str, Any] = {
    "active_list_value": 0.0,
    "upfront_payments": [400_000.0, 400_000.0, 400_000.0],
    "hourly_prices": [0.0, 0.0, 0.0],
    "eligible_shares": [1.0, 1.0, 1.0],
    "term": 1.0,
    "hours_per_year": 8760.0,
    "tier_starts": [500_000.0],
    "tier_discounts": [0.05],
    "tier_rule": "later-purchases",
    "agreement_discount": 0.0,
}


def test_the_purchase_that_crosses_is_not_discounted() -> None:
    # before the three purchases stand 0, 400,000 and 800,000: only the third is above 500,000: 400,000 × 0.05 = 20,000
    found = volume_discount(**BASE)
    assert found.lines["volume_discount"] == pytest.approx(-20_000)
    assert found.total == pytest.approx(1_180_000)
    assert "splitting" in found.warnings[0]


def test_exactly_at_the_threshold_nothing_has_begun() -> None:
    one = {"upfront_payments": [100.0], "hourly_prices": [0.0], "eligible_shares": [1.0]}
    assert volume_discount(**BASE | one | {"active_list_value": 500_000.0}).total == 100
    assert volume_discount(**BASE | one | {"active_list_value": 500_000.01}).total == pytest.approx(95)


def test_the_portion_above_is_another_contract() -> None:
    # 1,200,000 - 500,000 = 700,000 lie above: × 0.05 = 35,000; the second purchase has 300,000 of it
    found = volume_discount(**BASE | {"tier_rule": "portion-above"})
    assert found.lines["volume_discount"] == pytest.approx(-35_000)
    assert found.warnings == ()


def test_all_units_reaches_back() -> None:
    # everything at the tier of the sum: 1,200,000 × 0.05 = 60,000
    found = volume_discount(**BASE | {"tier_rule": "all-units"})
    assert found.lines["volume_discount"] == pytest.approx(-60_000)
    below = BASE | {"tier_rule": "all-units", "upfront_payments": [200_000.0, 200_000.0, 100_000.0]}
    assert volume_discount(**below).lines["volume_discount"] == 0  # 500,000 is not above 500,000


def test_list_value_counts_the_hours_of_the_term() -> None:
    # 60 $/h × 8,760 × 3 = 1,576,800 and 100,000 upfront: 1,676,800
    case = {"upfront_payments": [100_000.0], "hourly_prices": [60.0], "eligible_shares": [1.0], "term": 3.0}
    found = volume_discount(**BASE | case)
    assert found.notes["list_value_that_counts"].value == pytest.approx(1_676_800)
    assert found.total == pytest.approx(1_676_800)


def test_other_regions_and_excluded_software_neither_count_nor_gain() -> None:
    found = volume_discount(**BASE | {"eligible_shares": [1.0, 0.0, 1.0]})
    # 400,000 stand before the third purchase: still below
    assert found.lines["volume_discount"] == 0
    assert found.notes["list_value_that_counts"].value == pytest.approx(800_000)
    third = volume_discount(**BASE | {"eligible_shares": [1.0, 1.0, 0.0]})
    assert third.lines["volume_discount"] == 0


def test_higher_tiers_can_be_entered() -> None:
    case = {"tier_starts": [500_000.0, 4_000_000.0], "tier_discounts": [0.05, 0.10], "active_list_value": 4_000_000.0}
    # 4,000,000 is not above 4,000,000: the first has 5 %, the others 10: 20,000 + 80,000
    found = volume_discount(**BASE | case)
    assert found.lines["volume_discount"] == pytest.approx(-100_000)
    assert found.notes["missing_to_the_next_tier"].value == 0
    assert volume_discount(**BASE).notes["missing_to_the_next_tier"].value == 0
    low = BASE | {"upfront_payments": [100_000.0] * 3, "tier_starts": [0.0, 500_000.0], "tier_discounts": [0.0, 0.05]}
    assert volume_discount(**low).warnings == ()
    assert volume_discount(**low).notes["missing_to_the_next_tier"].value == pytest.approx(200_000)


def test_an_agreement_is_taken_off_the_rest() -> None:
    # 10 % of 1,180,000
    found = volume_discount(**BASE | {"agreement_discount": 0.1})
    assert found.lines["agreement_discount"] == pytest.approx(-118_000)
    assert found.notes["effective_discount"].value == pytest.approx(138_000 / 1_200_000)


@pytest.mark.parametrize("rule", ["later-purchases", "portion-above", "all-units"])
def test_against_a_loop(rule: str) -> None:
    # the second road: purchase by purchase, a dollar at a time for the portion
    purchases = [300.0, 450.0, 20.0, 700.0]
    starts, discounts = [500.0, 900.0], [0.05, 0.1]

    def discount(value: float) -> float:
        return max([d for s, d in zip(starts, discounts, strict=True) if value > s], default=0.0)

    stood, off = 0.0, 0.0
    for each in purchases:
        if rule == "later-purchases":
            off += each * discount(stood)
        elif rule == "portion-above":
            off += sum(discount(stood + dollar + 0.5) for dollar in range(int(each)))
        else:
            off += each * discount(sum(purchases))
        stood += each
    case = {"upfront_payments": purchases, "hourly_prices": [0.0] * 4, "eligible_shares": [1.0] * 4}
    found = volume_discount(**BASE | case | {"tier_starts": starts, "tier_discounts": discounts, "tier_rule": rule})
    assert found.lines["volume_discount"] == pytest.approx(-off)


def test_nothing_bought_costs_nothing() -> None:
    found = volume_discount(**BASE | {"upfront_payments": [0.0, 0.0, 0.0]})
    assert found.total == 0
    assert found.notes["effective_discount"].value == 0


def test_lists_must_be_of_one_length() -> None:
    with pytest.raises(RackmathError, match="as many"):
        volume_discount(**BASE | {"hourly_prices": [0.0]})
    with pytest.raises(RackmathError, match="tier_discounts"):
        volume_discount(**BASE | {"tier_discounts": [0.05, 0.1]})


def test_draws_of_the_active_value() -> None:
    found = volume_discount(**BASE | {"active_list_value": np.array([0.0, 600_000.0])})
    np.testing.assert_allclose(found.lines["volume_discount"], [-20_000, -60_000])
