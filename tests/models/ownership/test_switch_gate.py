"""Four gates, each of which can fail; silence fails too."""

from __future__ import annotations

from typing import Any

import pytest

from rackmath.errors import RackmathError
from rackmath.models.ownership.switch_gate import switch_gate

# All four pass: 20 to 30 million tokens a day are enough, a gap of 1.7 % is borne where 3 to 5 points are
# (https://hakia.com/tech-insights/open-vs-closed-llms/).
PASS: dict[str, Any] = {
    "tokens_per_month": 1e9,
    "volume_threshold": 30e6,
    "quality_gap": 0.017,
    "tolerated_gap": 0.03,
    "engineers": 0.5,
    "engineers_needed": 0.5,
    "sovereignty": "needed",
    "policy": "all-gates",
    "price_ratio": 0.14,
    "training_day_tokens": -1,
}


def test_all_four_align() -> None:
    found = switch_gate(**PASS)
    assert found.total == 0
    assert found.notes["switch"].value == 1
    assert found.warnings == ()


@pytest.mark.parametrize(
    ("name", "value", "gate"),
    [
        ("tokens_per_month", 9e8, "volume"),  # 29.6 million a day: a month is 365 / 12 days
        ("quality_gap", 0.031, "quality"),
        ("quality_gap", -1, "quality"),
        ("engineers", 0.4, "engineers"),
        ("engineers", -1, "engineers"),
        ("sovereignty", "not-needed", "sovereignty"),
        ("sovereignty", "unanswered", "sovereignty"),
    ],
)
def test_each_gate_alone_stops_it(name: str, value: object, gate: str) -> None:
    found = switch_gate(**{**PASS, name: value})
    assert {key for key, line in found.lines.items() if line} == {gate}
    assert found.notes["switch"].value == 0
    assert gate in found.warnings[0]


def test_an_unanswered_question_fails_even_where_nothing_is_needed() -> None:
    assert switch_gate(**{**PASS, "engineers": -1, "engineers_needed": 0}).lines["engineers"] == 1
    assert "Not answered" in switch_gate(**{**PASS, "quality_gap": -1}).warnings[1]


def test_sovereignty_can_decide_alone() -> None:
    weak = {**PASS, "tokens_per_month": 1e6, "engineers": 0.1, "quality_gap": 0.2}
    assert switch_gate(**weak).notes["switch"].value == 0
    forced = switch_gate(**{**weak, "policy": "sovereignty-decides"})
    assert forced.notes["switch"].value == 1
    assert forced.total == 3  # the gates still say what is missing


def test_quality_adjusted_price() -> None:
    # 95 % of the performance at 15 % of the cost: 0.15 / 0.95 = 0.158; 86 % lower is 0.14, not 0.86
    found = switch_gate(**{**PASS, "quality_gap": 0.05, "price_ratio": 0.15})
    assert found.notes["quality_adjusted_price_ratio"].value == pytest.approx(0.15789, abs=1e-5)
    assert switch_gate(**PASS).notes["quality_adjusted_price_ratio"].value == pytest.approx(0.14 / 0.983)


def test_inference_over_a_training_day() -> None:
    # A model of one's own is said to pay above four times: 1e9 a month are 32.9 million a day
    found = switch_gate(**{**PASS, "training_day_tokens": 8e6})
    assert found.notes["inference_over_a_training_day"].value == pytest.approx(1e9 / (365 / 12) / 8e6)
    assert found.notes["inference_over_a_training_day"].value > 4


def test_no_volume() -> None:
    assert switch_gate(**{**PASS, "tokens_per_month": 0}).lines["volume"] == 1


@pytest.mark.parametrize(("name", "value"), [("quality_gap", 1.5), ("sovereignty", "maybe"), ("engineers", -2)])
def test_bad_inputs_are_refused(name: str, value: object) -> None:
    with pytest.raises(RackmathError, match=name):
        switch_gate(**{**PASS, name: value})
