"""Effective rate of a commitment: three ways to pay, leap hours, and interest."""

from __future__ import annotations

import math

import numpy as np
import pytest

from rackmath.errors import RackmathError
from rackmath.models.commitments.commitment_rate import commitment_rate

# c5d.4xlarge for three years, all upfront: 9,224.28 against 0.96 $/h
# (https://aws.amazon.com/compare/the-difference-between-on-demand-instances-and-reserved-instances/)
BASE = {
    "on_demand_price": 0.96,
    "upfront_payment": 9224.28,
    "committed_hourly_price": 0.0,
    "term": 3.0,
    "hours_per_year": 8760.0,
    "cost_of_capital": 0.0,
}


def test_all_upfront_for_three_years() -> None:
    # 3 × 8,760 = 26,280 h: 0.96 × 26,280 = 25,228.80; 9,224.28 / 26,280 = 0.351; 1 - 0.351 / 0.96 = 63.4 %
    found = commitment_rate(**BASE)
    assert found.total == pytest.approx(0.351)
    assert found.notes["on_demand_over_the_term"].value == pytest.approx(25_228.80)
    assert found.notes["paid_over_the_term"].value == pytest.approx(9224.28)
    assert found.notes["discount"].value == pytest.approx(0.634, abs=5e-4)
    assert found.notes["upfront_share"].value == 1


def test_no_upfront_for_a_year() -> None:
    # m5.xlarge 0.192 on demand, 0.121 committed (https://www.doit.com/blog/aws-ec2-pricing): 1 - 0.121 / 0.192 = 37.0 %
    case = {"on_demand_price": 0.192, "upfront_payment": 0.0, "committed_hourly_price": 0.121, "term": 1.0}
    found = commitment_rate(**BASE | case)
    assert found.notes["discount"].value == pytest.approx(0.3698, abs=1e-4)
    assert found.notes["upfront_share"].value == 0
    # paid hour by hour there is no interest to add
    assert commitment_rate(**BASE | case | {"cost_of_capital": 0.2}).total == found.total


def test_partial_upfront_lies_between() -> None:
    # half of it upfront: 4,612.14 / 26,280 + 0.1755 = 0.351 again, before interest
    half = BASE | {"upfront_payment": 4612.14, "committed_hourly_price": 0.1755}
    found = commitment_rate(**half)
    assert found.total == pytest.approx(0.351)
    assert found.notes["upfront_share"].value == pytest.approx(0.5)
    rates = [commitment_rate(**case | {"cost_of_capital": 0.1}).total for case in (BASE, half)]
    assert rates[0] > rates[1] > 0.351


def test_money_paid_early_costs_interest() -> None:
    # 10 % a year: δ = ln 1.1 = 0.09531, δT = 0.28593; δT / (1 - e^-δT) = 0.28593 / 0.24869 = 1.14976: 15.0 % on top
    found = commitment_rate(**BASE | {"cost_of_capital": 0.1})
    growth = 3 * math.log(1.1)
    assert growth / (1 - math.exp(-growth)) == pytest.approx(1.14976, abs=1e-5)
    assert found.lines["cost_of_paying_early"] == pytest.approx(0.351 * 0.14976, abs=1e-5)
    assert found.notes["advertised_rate"].value == pytest.approx(0.351)
    assert found.notes["advertised_discount"].value > found.notes["discount"].value


def test_interest_agrees_with_a_sum_over_hours() -> None:
    # the second road: equal hourly payments whose present value is the upfront payment, summed hour by hour
    hours = np.arange(3 * 8760) + 0.5
    present_value_of_a_dollar_an_hour = (1.1 ** -(hours / 8760)).sum()
    found = commitment_rate(**BASE | {"cost_of_capital": 0.1})
    assert found.total == pytest.approx(9224.28 / present_value_of_a_dollar_an_hour, rel=1e-6)


def test_interest_vanishes_smoothly() -> None:
    rates = np.array([0.0, 1e-12, 1e-9, 1e-8, 1e-6, 1e-4])
    found = np.asarray(commitment_rate(**BASE | {"cost_of_capital": rates}).lines["cost_of_paying_early"])
    # δT / 2 of the rate for small δ: 0.351 × 1.5 r
    np.testing.assert_allclose(found, 0.351 * 1.5 * rates, rtol=1e-3, atol=1e-12)
    assert (np.diff(found) >= 0).all()


def test_leap_hours_are_said_not_hidden() -> None:
    # three years with one leap day in each of them would be 26,352 h; one in three years is 26,304 = 3 × 8,768
    found = commitment_rate(**BASE | {"hours_per_year": 8768.0})
    assert found.notes["on_demand_over_the_term"].value == pytest.approx(0.96 * 26_304)
    assert found.total == pytest.approx(9224.28 / 26_304)


def test_a_commitment_that_costs_more_is_said_to() -> None:
    found = commitment_rate(**BASE | {"upfront_payment": 30_000.0})
    assert found.notes["discount"].value < 0
    assert "costs more" in found.warnings[0]
    assert commitment_rate(**BASE).warnings == ()


def test_published_discounts() -> None:
    # "up to 72 %": 0.28 of the on-demand price; about 40 % for one year and 60 % for three
    # (https://aws.amazon.com/ec2/pricing/reserved-instances/pricing/)
    for discount in (0.72, 0.40, 0.60):
        case = {"upfront_payment": 0.0, "committed_hourly_price": 0.96 * (1 - discount)}
        assert commitment_rate(**BASE | case).notes["discount"].value == pytest.approx(discount)


def test_free_and_impossible() -> None:
    free = commitment_rate(**BASE | {"upfront_payment": 0.0})
    assert free.total == 0
    assert free.notes["discount"].value == 1
    assert free.notes["upfront_share"].value == 0
    with pytest.raises(RackmathError, match="on_demand_price"):
        commitment_rate(**BASE | {"on_demand_price": 0.0})


@pytest.mark.parametrize(
    ("listed", "committed", "discount"),
    # TPU v5p 4.20 on demand, 2.94 for one year, 2.10 for three, 1.26 as spot
    # (https://blog.easecloud.io/ai-cloud/llm-throughput-with-google-tpu-v5p/): 30, 50 and 70 %;
    # Trainium at 40 and 65 % (https://www.cloudexpat.com/blog/aws-trainium-vs-google-tpu-v5e/) of 21.50 $/h
    [(4.20, 2.94, 0.30), (4.20, 2.10, 0.50), (4.20, 1.26, 0.70), (21.50, 12.90, 0.40), (21.50, 7.525, 0.65)],
)
def test_published_discounts_on_accelerators(listed: float, committed: float, discount: float) -> None:
    case = {"on_demand_price": listed, "upfront_payment": 0.0, "committed_hourly_price": committed}
    assert commitment_rate(**BASE | case).notes["discount"].value == pytest.approx(discount)


def test_a_dollar_a_day() -> None:
    # 365 $ paid upfront for a year are amortised at 1 $ a day
    # (https://docs.aws.amazon.com/cur/latest/userguide/what-is-cur.html)
    found = commitment_rate(**BASE | {"on_demand_price": 1.0, "upfront_payment": 365.0, "term": 1.0})
    assert found.total * 24 == pytest.approx(1)


def test_upfront_money_is_earned_back_after_so_many_hours() -> None:
    # 1,000 upfront, then 0.10 instead of 0.50 an hour: 1,000 / 0.40 = 2,500 h, at which both ways cost 1,250
    found = commitment_rate(
        **BASE | {"on_demand_price": 0.5, "upfront_payment": 1000.0, "committed_hourly_price": 0.1, "term": 2500 / 8760}
    )
    assert found.notes["paid_over_the_term"].value == pytest.approx(1250)
    assert found.notes["discount"].value == pytest.approx(0, abs=1e-12)
