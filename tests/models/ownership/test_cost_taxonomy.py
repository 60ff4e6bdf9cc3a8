"""Leaves that sum, blanks that are told from zeros."""

from __future__ import annotations

from typing import Any

import pytest

from rackmath.errors import RackmathError
from rackmath.models.ownership.cost_taxonomy import DIRECT, INDIRECT, OPERATIONS, cost_taxonomy

ZERO: dict[str, Any] = {
    **dict.fromkeys((*DIRECT, *OPERATIONS), 0.0),
    "outage_hours": 0.0,
    "downtime_hour_price": 0.0,
    "migration_cost": 0.0,
    "migration_chance": 1.0,
    "application_life": 8.0,
    "opportunity": 0.0,
    "security": 0.0,
    "compliance": 0.0,
}


def test_all_zeros_are_an_answer_and_all_blanks_are_none() -> None:
    zeros = cost_taxonomy(**ZERO)
    assert zeros.total == 0
    assert zeros.notes["completeness"].value == 1
    assert zeros.warnings == ()
    blank = cost_taxonomy(
        **{
            name: -1.0 if name not in {"outage_hours", "migration_chance", "application_life"} else ZERO[name]
            for name in ZERO
        }
    )
    assert blank.total == 0
    assert blank.notes["completeness"].value == 0
    assert "vector database" in blank.warnings[0]


def test_published_leaves_of_operations() -> None:
    # Monitoring 0 to 60, guardrails 0 to 80, load balancing 0 to 50, a vector database 3 to 15 thousand a year:
    # 3 to 205 (https://machine-learning-made-simple.medium.com/the-costly-open-source-llm-lie-f83fdc5d5701)
    most = {"monitoring": 60e3, "guardrails": 80e3, "load_balancing": 50e3, "vector_database": 15e3}
    assert cost_taxonomy(**{**ZERO, **most}).total == pytest.approx(205_000)
    assert cost_taxonomy(**{**ZERO, "vector_database": 3e3}).total == pytest.approx(3_000)


def test_the_minimal_deployment_is_more_than_a_person_and_a_server() -> None:
    # 125 to 190 thousand a year for the smallest one: with 3 to 15 for the database, half an engineer at 140 to 200 and
    # two rented GPUs at $2.50 (43.8) make 117 to 159; what is missing is in leaves that nobody has filled in.
    low = cost_taxonomy(**{**ZERO, "hardware": 43_800, "staff": 70_000, "vector_database": 3_000, "security": -1})
    assert low.total == pytest.approx(116_800)
    assert low.total < 125_000
    assert low.notes["completeness"].value == pytest.approx(13 / 14)


def test_hidden_leaves_by_hand() -> None:
    found = cost_taxonomy(
        **{
            **ZERO,
            "staff": 30_000,
            "outage_hours": 2.0,
            "downtime_hour_price": 500.0,
            "migration_cost": 40_000.0,
            "migration_chance": 0.5,
        }
    )
    # 24 hours a year at $500; half of 40,000 over eight years
    assert found.lines["downtime"] == pytest.approx(12_000)
    assert found.lines["migration"] == pytest.approx(2_500)
    assert found.notes["hidden_share"].value == pytest.approx(14_500 / 44_500)


def test_maintenance_as_three_quarters_of_a_budget_is_a_share_of_direct_cost() -> None:
    # "more than 75 % of the budget": 75 of 100 in staff, nothing hidden
    found = cost_taxonomy(**{**ZERO, "hardware": 25_000, "staff": 75_000})
    assert found.notes["hidden_share"].value == 0
    assert found.lines["staff"] / found.total == pytest.approx(0.75)


def test_every_leaf_is_a_line() -> None:
    assert tuple(cost_taxonomy(**ZERO).lines) == (*DIRECT, *OPERATIONS, *INDIRECT)


@pytest.mark.parametrize(("name", "value"), [("hardware", -2), ("migration_chance", 1.5), ("application_life", 0)])
def test_bad_inputs_are_refused(name: str, value: float) -> None:
    with pytest.raises(RackmathError, match=name):
        cost_taxonomy(**{**ZERO, name: value})
