"""Effective savings rate: coverage and utilisation kept apart."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rackmath.models.commitments.commitment_break_even import commitment_break_even
from rackmath.models.commitments.effective_savings_rate import effective_savings_rate

BASE: dict[str, Any] = {
    "covered_share_of_usage": 1.0,
    "commitment_discount": 0.4,
    "used_share_of_committed_hours": 1.0,
}


def test_half_covered_and_half_used_are_not_the_same() -> None:
    # 37 % off (0.121 against 0.192): half covered and all used saves 18.5 %; all covered and half used loses 26 %
    # (https://www.doit.com/blog/aws-ec2-pricing)
    discount = BASE | {"commitment_discount": 1 - 0.121 / 0.192}
    assert effective_savings_rate(**discount | {"covered_share_of_usage": 0.5}).total == pytest.approx(0.1849, abs=1e-4)
    half_used = effective_savings_rate(**discount | {"used_share_of_committed_hours": 0.5})
    assert half_used.total == pytest.approx(-0.2604, abs=1e-4)
    assert "cost more" in half_used.warnings[0]


def test_the_average_and_the_mature() -> None:
    # 26 % on average: 70 % covered at 40 % off with 95.5 % used: 0.7 × (1 - 0.6 / 0.955) = 0.2602
    average = effective_savings_rate(**BASE | {"covered_share_of_usage": 0.7, "used_share_of_committed_hours": 0.955})
    assert average.total == pytest.approx(0.2602, abs=1e-4)
    # 30 to 40 % needs nearly all of it at such a discount
    assert effective_savings_rate(**BASE | {"covered_share_of_usage": 0.75}).total == pytest.approx(0.3)
    assert effective_savings_rate(**BASE).total == pytest.approx(0.4)
    assert effective_savings_rate(**BASE).warnings == ()
    assert "average" in effective_savings_rate(**BASE | {"covered_share_of_usage": 0.3}).warnings[0]


def test_break_even_does_not_depend_on_coverage() -> None:
    covered = np.array([0.1, 0.5, 1.0])
    found = effective_savings_rate(**BASE | {"covered_share_of_usage": covered, "used_share_of_committed_hours": 0.6})
    np.testing.assert_allclose(found.total, 0, atol=1e-12)
    assert found.notes["break_even_used_share"].value == pytest.approx(0.6)


def test_four_of_twelve_used_is_three_times_the_rate() -> None:
    # 12 reserved, 4 used: each used hour pays for three; it pays only from a discount of 2 / 3 on
    used = BASE | {"used_share_of_committed_hours": 4 / 12}
    assert effective_savings_rate(**used | {"commitment_discount": 0.0}).total == pytest.approx(-2)
    assert effective_savings_rate(**used | {"commitment_discount": 2 / 3}).total == pytest.approx(0)
    assert effective_savings_rate(**used | {"commitment_discount": 0.72}).total > 0


def test_nothing_covered_saves_nothing() -> None:
    found = effective_savings_rate(**BASE | {"covered_share_of_usage": 0.0, "used_share_of_committed_hours": 0.01})
    assert found.total == 0
    assert found.warnings == ()


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.floats(0, 1), st.floats(0, 1), st.floats(0.01, 1))
def test_the_identity(covered: float, discount: float, used: float) -> None:
    # paid = (1 - v) + v (1 - d) / u of the on-demand bill
    found = effective_savings_rate(
        covered_share_of_usage=covered, commitment_discount=discount, used_share_of_committed_hours=used
    )
    paid = (1 - covered) + covered * (1 - discount) / used
    assert found.total == pytest.approx(1 - paid, abs=1e-9)
    assert found.notes["paid_share_of_on_demand"].value == pytest.approx(paid, abs=1e-9)


def test_all_covered_is_the_effective_discount_of_the_commitment() -> None:
    # two roads: the break-even model's effective discount of a used hour
    for used in (0.3, 0.6, 1.0):
        hour = commitment_break_even(
            on_demand_price=1.0,
            commitment_discount=0.4,
            used_share_of_committed_hours=used,
            term=1.0,
            hours_per_year=8760.0,
        )
        found = effective_savings_rate(**BASE | {"used_share_of_committed_hours": used})
        assert found.total == pytest.approx(float(hour.notes["effective_discount"].value))
