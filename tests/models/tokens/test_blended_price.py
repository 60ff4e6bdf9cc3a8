"""Blended price: the 3:1 convention and what it hides."""

from __future__ import annotations

import pytest

from rackmath.errors import RackmathError
from rackmath.models.tokens.blended_price import blended_price

BASE = {"input_price": 3.0, "output_price": 15.0, "blend_input_share": 0.75, "input_share": 0.75}


@pytest.mark.parametrize(
    ("prices", "blend"),
    [
        ((3, 15), 6.0),  # 0.75 × 3 + 0.25 × 15
        ((15, 75), 30.0),  # 0.75 × 15 + 0.25 × 75
    ],
)
def test_three_to_one(prices: tuple[float, float], blend: float) -> None:
    # the convention of https://epoch.ai/data-insights/llm-inference-price-trends: three input tokens to one output
    found = blended_price(**BASE | {"input_price": prices[0], "output_price": prices[1]})
    assert found.total == pytest.approx(blend)
    assert found.notes["output_over_input_price"].value == pytest.approx(5.0)  # 15 / 3 and 75 / 15


def test_weighting_the_other_way_round_gives_another_number() -> None:
    # w is the share of input: 0.25 × 3 + 0.75 × 15 = 12, twice the right 6
    assert blended_price(**BASE | {"blend_input_share": 0.25}).total == pytest.approx(12.0)


def test_the_actual_mix_stands_beside_the_convention() -> None:
    # half and half: (3 + 15) / 2 = 9, half as much again as the blend of 6
    found = blended_price(**BASE | {"input_share": 0.5})
    assert found.total == pytest.approx(6.0)
    assert found.notes["price_at_actual_mix"].value == pytest.approx(9.0)
    assert found.notes["actual_over_blend"].value == pytest.approx(1.5)
    assert "actual mix" in found.warnings[0]
    assert blended_price(**BASE).warnings == ()


def test_limits_are_the_two_prices() -> None:
    assert blended_price(**BASE | {"blend_input_share": 1.0}).total == 3.0
    assert blended_price(**BASE | {"blend_input_share": 0.0}).total == 15.0


def test_a_free_model_is_free() -> None:
    found = blended_price(**BASE | {"input_price": 0.0, "output_price": 0.0})
    assert found.total == 0
    assert found.notes["output_over_input_price"].value == 0
    assert found.warnings == ()


def test_a_blend_is_a_share() -> None:
    with pytest.raises(RackmathError, match="blend_input_share"):
        blended_price(**BASE | {"blend_input_share": 3.0})  # "3:1" is 0.75
