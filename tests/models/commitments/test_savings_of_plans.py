"""Savings of several commitments: sums before ratios, and what happens when nothing is used."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rackmath.errors import RackmathError
from rackmath.models.commitments.effective_savings_rate import effective_savings_rate
from rackmath.models.commitments.savings_of_plans import savings_of_plans

BASE: dict[str, Any] = {
    "committed_costs": [60.0, 7.0],
    "used_shares": [0.8, 1.0],
    "covered_costs": [80.0, 10.0],
    "uncovered_cost": 10.0,
    "negotiated_discount": 0.0,
}
amounts = st.floats(0.01, 1e6)


def test_two_plans() -> None:
    # paid 60 + 7 + 10 = 77 for what is 80 + 10 + 10 = 100 on demand: 23 %; used 48 + 7 = 55 of 67
    found = savings_of_plans(**BASE)
    assert found.total == pytest.approx(23)
    notes = {name: note.value for name, note in found.notes.items()}
    assert notes["effective_savings_rate"] == pytest.approx(0.23)
    assert notes["coverage"] == pytest.approx(0.9)
    assert notes["utilisation"] == pytest.approx(55 / 67)
    assert notes["discount_of_what_is_used"] == pytest.approx(1 - 55 / 90)
    assert found.lines["lost_on_what_is_unused"] == pytest.approx(-12)


def test_sums_are_divided_and_ratios_not_averaged() -> None:
    # the plans alone save 25 % and 30 %; together without the rest 1 - 67 / 90 = 25.6 %, not 27.5
    found = savings_of_plans(**BASE | {"uncovered_cost": 0.0})
    assert found.notes["effective_savings_rate"].value == pytest.approx(1 - 67 / 90)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.lists(st.tuples(amounts, st.floats(0.01, 1), amounts), min_size=1, max_size=5), st.floats(0, 1e6))
def test_the_identity_holds_for_any_number_of_plans(plans: list[tuple[float, float, float]], uncovered: float) -> None:
    committed, used, covered = (list(each) for each in zip(*plans, strict=True))
    found = savings_of_plans(
        committed_costs=committed,
        used_shares=used,
        covered_costs=covered,
        uncovered_cost=uncovered,
        negotiated_discount=0.0,
    )
    notes = {name: float(note.value) for name, note in found.notes.items()}
    rate = notes["coverage"] * (1 - (1 - notes["discount_of_what_is_used"]) / notes["utilisation"])
    assert notes["effective_savings_rate"] == pytest.approx(rate, rel=1e-9, abs=1e-9)


def test_one_plan_is_the_closed_form() -> None:
    one = savings_of_plans(
        committed_costs=[60.0], used_shares=[0.8], covered_costs=[80.0], uncovered_cost=20.0, negotiated_discount=0.0
    )
    closed = effective_savings_rate(
        covered_share_of_usage=0.8, commitment_discount=0.4, used_share_of_committed_hours=0.8
    )
    assert one.notes["effective_savings_rate"].value == pytest.approx(float(closed.total))


def test_an_agreement_is_not_a_commitment() -> None:
    # 10 % negotiated: the rest costs 9 instead of 10; paid 76 of 100 at list price and of 90 by contract
    found = savings_of_plans(**BASE | {"negotiated_discount": 0.1})
    assert found.lines["negotiated"] == pytest.approx(1)
    assert found.notes["effective_savings_rate"].value == pytest.approx(0.24)
    assert found.notes["rate_against_contract"].value == pytest.approx(1 - 76 / 90)


def test_no_usage_and_no_commitment() -> None:
    found = savings_of_plans(
        **BASE | {"committed_costs": [0.0, 0.0], "covered_costs": [0.0, 0.0], "uncovered_cost": 0.0}
    )
    assert found.total == 0
    assert found.notes["effective_savings_rate"].value == 0
    assert found.notes["coverage"].value == 0
    assert found.warnings == ()


def test_commitments_without_any_usage() -> None:
    found = savings_of_plans(**BASE | {"used_shares": [0.0, 0.0], "covered_costs": [0.0, 0.0], "uncovered_cost": 0.0})
    assert found.total == pytest.approx(-67)
    assert found.notes["effective_savings_rate"].value == -math.inf
    assert "lost" in found.warnings[0]


def test_draws() -> None:
    found = savings_of_plans(**BASE | {"uncovered_cost": np.array([10.0, 0.0])})
    np.testing.assert_allclose(found.total, [23, 23])
    np.testing.assert_allclose(found.notes["coverage"].value, [0.9, 1.0])


def test_lists_must_be_of_one_length() -> None:
    with pytest.raises(RackmathError, match="for a plan"):
        savings_of_plans(**BASE | {"used_shares": [0.5]})
