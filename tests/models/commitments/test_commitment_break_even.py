"""Break-even of a commitment: utilisation is not coverage."""

from __future__ import annotations

import numpy as np
import pytest

from rackmath.errors import RackmathError
from rackmath.models.commitments.commitment_break_even import commitment_break_even
from rackmath.models.commitments.commitment_rate import commitment_rate

BASE = {
    "on_demand_price": 0.192,
    "commitment_discount": 1 - 0.121 / 0.192,
    "used_share_of_committed_hours": 0.5,
    "term": 1.0,
    "hours_per_year": 8760.0,
}
C5D = {"on_demand_price": 0.96, "commitment_discount": 1 - 9224.28 / 25_228.80, "term": 3.0}


def test_half_used_is_a_loss_not_a_saving() -> None:
    # m5.xlarge, 0.192 on demand and 0.121 committed (https://www.doit.com/blog/aws-ec2-pricing): at half use each used
    # hour costs 0.121 / 0.5 = 0.242, 26 % more than on demand
    found = commitment_break_even(**BASE)
    assert found.total == pytest.approx(0.242)
    assert found.notes["effective_discount"].value == pytest.approx(-0.2604, abs=1e-4)
    assert found.lines["unused_hours"] == pytest.approx(0.121)
    assert "On demand would be cheaper" in found.warnings[0]


def test_the_156_is_coverage() -> None:
    # half of one's hours covered, the other half on demand: (0.121 + 0.192) / 2 = 0.1565, 18.5 % less than 0.192
    blend = commitment_break_even(**BASE).notes["price_if_share_is_coverage"].value
    assert blend == pytest.approx(0.1565)
    assert 1 - blend / 0.192 == pytest.approx(0.185, abs=1e-3)
    assert commitment_break_even(**BASE).total != pytest.approx(blend, rel=0.1)


def test_break_even_of_forty_per_cent() -> None:
    # 40 % for a year pays from 60 % use: 12 × 0.6 = 7.2 months, 8,760 × 0.6 = 5,256 h
    found = commitment_break_even(**BASE | {"commitment_discount": 0.4, "used_share_of_committed_hours": 1.0})
    assert found.notes["break_even_used_share"].value == pytest.approx(0.6)
    assert found.notes["break_even_time"].value == pytest.approx(7.2)
    assert found.notes["break_even_hours"].value == pytest.approx(5256)
    assert found.warnings == ()


def test_three_years_half_used() -> None:
    # c5d.4xlarge: on demand for half of 26,280 h is 12,614.40; committed 9,224.28 saves 3,390.12, which is 26.9 %;
    # it pays from 9,224.28 / 25,228.80 = 36.6 % use
    # (https://aws.amazon.com/compare/the-difference-between-on-demand-instances-and-reserved-instances/)
    found = commitment_break_even(**BASE | C5D)
    assert found.notes["saving_over_the_term"].value == pytest.approx(3390.12)
    assert found.notes["effective_discount"].value == pytest.approx(0.269, abs=5e-4)
    assert found.notes["break_even_used_share"].value == pytest.approx(0.366, abs=5e-4)
    assert found.total == pytest.approx(9224.28 / 13_140)
    assert found.warnings == ()


def test_committed_rate_is_the_fully_used_limit() -> None:
    # two roads: all upfront, every hour used, no interest
    rate = commitment_rate(
        on_demand_price=0.96,
        upfront_payment=9224.28,
        committed_hourly_price=0,
        term=3,
        hours_per_year=8760,
        cost_of_capital=0,
    )
    full = commitment_break_even(**BASE | C5D | {"used_share_of_committed_hours": 1.0})
    assert full.total == pytest.approx(float(rate.total))
    assert full.lines["unused_hours"] == 0


def test_at_break_even_it_costs_what_on_demand_costs() -> None:
    discounts = np.array([0.1, 0.37, 0.72])
    found = commitment_break_even(
        **BASE | {"commitment_discount": discounts, "used_share_of_committed_hours": 1 - discounts}
    )
    np.testing.assert_allclose(found.total, 0.192)
    np.testing.assert_allclose(found.notes["effective_discount"].value, 0, atol=1e-12)
    np.testing.assert_allclose(found.notes["saving_over_the_term"].value, 0, atol=1e-9)


def test_a_gift_pays_at_any_use() -> None:
    found = commitment_break_even(**BASE | {"commitment_discount": 1.0, "used_share_of_committed_hours": 0.01})
    assert found.total == 0
    assert found.notes["break_even_used_share"].value == 0


def test_leap_hours_move_the_hours_and_nothing_else() -> None:
    found = commitment_break_even(**BASE | {"commitment_discount": 0.4, "hours_per_year": 8784.0})
    assert found.notes["break_even_hours"].value == pytest.approx(0.6 * 8784)
    assert found.notes["break_even_time"].value == pytest.approx(7.2)


@pytest.mark.parametrize("used", [0.0, -0.5, 1.2])
def test_use_outside_its_bounds_is_refused(used: float) -> None:
    with pytest.raises(RackmathError, match="used_share_of_committed_hours"):
        commitment_break_even(**BASE | {"used_share_of_committed_hours": used})


def test_a_reserved_server_half_used() -> None:
    # 0.126 on demand, 0.074 reserved: 1,103.76 against 648.24 a year, 41.3 % less; at half use on demand costs 551.88
    # and wins; it pays from 0.074 / 0.126 = 58.73 %
    found = commitment_break_even(**BASE | {"on_demand_price": 0.126, "commitment_discount": 1 - 0.074 / 0.126})
    assert found.notes["break_even_used_share"].value == pytest.approx(0.5873, abs=5e-5)
    assert found.notes["saving_over_the_term"].value == pytest.approx(551.88 - 648.24)
    assert found.total * 8760 / 2 == pytest.approx(648.24)
    assert found.warnings


def test_a_year_paid_with_the_price_of_seven_months() -> None:
    # 5,256 $ for a year of what costs 1 $/h on demand: 5,256 / 8,760 = 60 %
    found = commitment_break_even(**BASE | {"on_demand_price": 1.0, "commitment_discount": 1 - 5256 / 8760})
    assert found.notes["break_even_used_share"].value == pytest.approx(0.6)
    assert found.notes["break_even_hours"].value == pytest.approx(5256)


def test_twelve_reserved_and_four_used() -> None:
    # each used hour pays for three: at no discount three times the rate, a loss unless the discount is above 2 / 3
    # (https://www.digitalapplied.com/blog/self-host-frontier-models-tco-analysis-2026)
    case = BASE | {"on_demand_price": 1.0, "used_share_of_committed_hours": 4 / 12}
    assert commitment_break_even(**case | {"commitment_discount": 0.0}).total == pytest.approx(3)
    assert commitment_break_even(**case | {"commitment_discount": 2 / 3}).total == pytest.approx(1)
