"""Cost per million tokens: the standard formula, its layers of load, and the ways to read it wrongly."""

from __future__ import annotations

import numpy as np
import pytest

from rackmath.errors import RackmathError
from rackmath.models.tokens.cost_per_mtok import cost_per_mtok
from rackmath.units import UnitError, convert

BASE = {
    "gpu_hour_price": 2.34,
    "output_throughput": 50.0,
    "loaded_hours_share": 1.0,
    "throughput_measured": "saturated",
    "throughput_input_share": 0.75,
}


def test_ten_per_cent_load_makes_a_token_ten_times_dearer() -> None:
    # 0.013 $/1K tokens at full load becomes 0.13 at 10 % load
    # (https://introl.com/blog/inference-unit-economics-true-cost-per-million-tokens-guide).
    # 2.34 $/h / (50 token/s × 3600 s/h) = 0.000013 $/token = 0.013 $/1K = 13 $/Mtok; / 0.1 = 0.13 $/1K
    full = cost_per_mtok(**BASE)
    assert full.total == pytest.approx(13.0)
    assert full.notes["per_thousand_tokens"].value == pytest.approx(0.013)
    tenth = cost_per_mtok(**BASE | {"loaded_hours_share": 0.1})
    assert tenth.notes["per_thousand_tokens"].value == pytest.approx(0.13)
    assert tenth.lines["idle_hours"] == pytest.approx(130 - 13)
    assert tenth.notes["idle_share_of_cost"].value == pytest.approx(0.9)


def test_a_rate_measured_under_load_is_not_divided_by_the_load_again() -> None:
    # 50 token/s saturated at 40 % of hours is a mean of 20 token/s: 2.34 / (20 × 3600) × 1e6 = 32.5 $/Mtok both ways
    saturated = cost_per_mtok(**BASE | {"loaded_hours_share": 0.4})
    under_load = cost_per_mtok(
        **BASE | {"loaded_hours_share": 0.4, "output_throughput": 20.0, "throughput_measured": "under-load"}
    )
    assert saturated.total == pytest.approx(32.5)
    assert under_load.total == pytest.approx(32.5)
    assert under_load.lines["idle_hours"] == 0
    assert "not applied again" in under_load.warnings[0]
    # the wrong reading: 32.5 / 0.4 = 81.25
    twice = cost_per_mtok(**BASE | {"loaded_hours_share": 0.4, "output_throughput": 20.0})
    assert twice.total == pytest.approx(81.25)


def test_a_replicas_rate_is_refused_where_a_gpus_is_meant() -> None:
    with pytest.raises(UnitError, match="GPU"):
        convert(400.0, "token/s/replica", "token/s/GPU")
    # eight GPUs that make 400 token/s together are 50 token/s and GPU; the eight-fold rate would be 13 / 8 = 1.625
    assert cost_per_mtok(**BASE | {"output_throughput": 400 / 8}).total == pytest.approx(13.0)
    assert cost_per_mtok(**BASE | {"output_throughput": 400}).total == pytest.approx(1.625)


def test_cost_on_both_kinds_of_token() -> None:
    # a quarter of the tokens in the measurement is output: 13 $ for a million output tokens is 13 × 0.25 = 3.25 for a
    # million of both kinds
    assert cost_per_mtok(**BASE).notes["per_mtok_of_both_kinds"].value == pytest.approx(3.25)
    only_output = cost_per_mtok(**BASE | {"throughput_input_share": 0.0})
    assert only_output.notes["per_mtok_of_both_kinds"].value == pytest.approx(only_output.total)


@pytest.mark.parametrize("load", [0.0, -0.1, 1.01])
def test_load_outside_its_bounds_is_refused(load: float) -> None:
    with pytest.raises(RackmathError, match="loaded_hours_share"):
        cost_per_mtok(**BASE | {"loaded_hours_share": load})


def test_no_throughput_is_refused() -> None:
    with pytest.raises(RackmathError, match="output_throughput"):
        cost_per_mtok(**BASE | {"output_throughput": 0.0})


def test_an_array_of_loads() -> None:
    loads = np.array([0.1, 0.5, 1.0])
    found = cost_per_mtok(**BASE | {"loaded_hours_share": loads}).total
    np.testing.assert_allclose(found, 13 / loads)


def test_a_free_gpu_hour_is_a_free_token() -> None:
    assert cost_per_mtok(**BASE | {"gpu_hour_price": 0.0}).total == 0
