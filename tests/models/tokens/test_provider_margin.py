"""Provider margin: marginal cost, full cost, and the loss leader between and below them."""

from __future__ import annotations

import numpy as np
import pytest

from rackmath.models.tokens.cost_per_mtok import cost_per_mtok
from rackmath.models.tokens.provider_margin import provider_margin

# 1.80 $/h over 1,000 token/s is 1.80 / 3.6 = 0.50 $/Mtok on a GPU that is never idle
BASE = {
    "input_price": 0.6,
    "output_price": 0.6,
    "input_share": 0.75,
    "gpu_hour_price": 1.8,
    "total_throughput": 1000.0,
    "throughput_input_share": 0.75,
    "loaded_hours_share": 0.5,
    "avoidable_share": 0.2,
    "other_cost_per_mtok": 0.0,
}


def test_margin_by_hand() -> None:
    # avoidable 0.2 × 0.5 = 0.10; fixed 0.40 while serving and as much again while idle; 0.60 - 0.90 = -0.30
    found = provider_margin(**BASE)
    assert found.lines == pytest.approx(
        {
            "input_revenue": 0.45,
            "output_revenue": 0.15,
            "avoidable_serving_cost": -0.10,
            "fixed_serving_cost": -0.40,
            "idle_capacity": -0.40,
            "other_cost": 0.0,
        }
    )
    assert found.total == pytest.approx(-0.30)
    assert found.notes["marginal_cost"].value == pytest.approx(0.10)
    assert found.notes["break_even_price"].value == pytest.approx(0.90)
    assert found.notes["contribution"].value == pytest.approx(0.50)
    assert found.notes["gross_margin"].value == pytest.approx(-0.30 / 0.60)
    assert found.notes["markup_over_full_cost"].value == pytest.approx(-0.30 / 0.90)
    # 0.60 = 0.10 + 0.40 / u at u = 0.8
    assert found.notes["break_even_load"].value == pytest.approx(0.8)
    assert provider_margin(**BASE | {"loaded_hours_share": 0.8}).total == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize("price", [0.18, 0.20, 0.30, 0.60])
def test_market_prices_of_an_open_70b_model(price: float) -> None:
    # 0.18, 0.20 to 0.60, 0.30 and 0.60 $/Mtok are told for open 70B models
    # (https://www.digitalapplied.com/blog/self-host-frontier-models-tco-analysis-2026). On rented GPUs the whole hour
    # is avoidable, and marginal and full cost are the same 0.50.
    found = provider_margin(**BASE | {"input_price": price, "output_price": price, "avoidable_share": 1.0})
    assert found.total == pytest.approx(price - 0.5)
    assert bool(found.notes["loss_leader"].value) is (price < 0.5)
    assert found.notes["break_even_price"].value == pytest.approx(0.5)


def test_warnings_tell_the_three_ways_to_lose() -> None:
    def warning(price: float, **changes: float) -> str:
        return "".join(provider_margin(**BASE | {"input_price": price, "output_price": price} | changes).warnings)

    assert "loss leader" in warning(0.09)  # below the marginal 0.10
    assert "no load breaks even" in warning(0.4)  # below the 0.50 of a fleet that is never idle
    assert "not the whole fleet at this load" in warning(0.6)  # below the 0.90 of this load
    assert warning(0.95) == ""


def test_below_marginal_cost_no_load_breaks_even() -> None:
    found = provider_margin(**BASE | {"input_price": 0.05, "output_price": 0.05})
    assert np.isposinf(found.notes["break_even_load"].value)
    assert found.notes["loss_leader"].value == 1


def test_full_cost_is_the_cost_per_mtok_where_nothing_is_avoidable() -> None:
    # two roads: 0.50 / 0.5 = 1.00
    cost = cost_per_mtok(
        gpu_hour_price=1.8,
        output_throughput=1000,
        loaded_hours_share=0.5,
        throughput_measured="saturated",
        throughput_input_share=0,
    )
    found = provider_margin(**BASE | {"avoidable_share": 0.0})
    assert found.notes["break_even_price"].value == pytest.approx(cost.total)
    assert found.notes["marginal_cost"].value == 0


def test_rented_by_the_hour_the_load_makes_no_difference() -> None:
    loads = np.array([0.1, 0.5, 1.0])
    found = provider_margin(**BASE | {"avoidable_share": 1.0, "loaded_hours_share": loads})
    np.testing.assert_allclose(found.total, 0.10)  # 0.60 - 0.50
    assert np.all(found.notes["break_even_load"].value == 0)


def test_a_free_answer_has_no_margin_ratio() -> None:
    found = provider_margin(**BASE | {"input_price": 0.0, "output_price": 0.0})
    assert found.notes["gross_margin"].value == 0
    assert found.total == pytest.approx(-0.90)


def test_a_throughput_of_another_mix_is_told_of() -> None:
    found = provider_margin(**BASE | {"throughput_input_share": 0.5, "loaded_hours_share": 1.0})
    assert found.total == pytest.approx(0.10)  # 0.60 - 0.50: the number is the same, the doubt is said
    assert "another share of input tokens" in found.warnings[0]
