"""Full-stack cost: nothing of the GPU's cost is lost, nothing is counted twice."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rackmath.errors import RackmathError
from rackmath.models.tokens.cost_per_mtok import cost_per_mtok
from rackmath.models.tokens.full_stack_cost import full_stack_cost

BASE = {
    "gpu_hour_price": 3.6,
    "output_throughput": 500.0,
    "loaded_hours_share": 0.5,
    "delivered_token_share": 1.0,
    "coordination_share": 0.1,
    "prefill_share": 0.3,
    "kv_memory_time_share": 0.25,
    "memory_price_share": 0.4,
    "power_billing": "extra",
    "loaded_power": 1000.0,
    "idle_power": 300.0,
    "pue": 1.2,
    "electricity_price": 0.1,
}
SHARE = st.floats(0, 1)


def test_each_line_by_hand() -> None:
    # delivered: 500 × 0.5 = 250 token/s = 0.9 Mtok/h
    # KV memory 3.6 × 0.4 × 0.25 = 0.36 $/h; the other 3.24 $/h go by time: working 0.5 × 0.9 = 0.45,
    # prefill 0.45 × 0.3 = 0.135, decode 0.315, coordination 0.5 × 0.1 = 0.05, idle 0.5
    # energy: loaded 0.5 × 1.0 kW × 1.2 × 0.1 = 0.06 $/h; idle 0.5 × 0.3 × 1.2 × 0.1 = 0.018 $/h
    lines = full_stack_cost(**BASE).lines
    by_hand = {
        "prefill": 3.24 * 0.135,
        "decode": 3.24 * 0.315,
        "kv_memory": 0.36,
        "coordination": 3.24 * 0.05,
        "idle_time": 3.24 * 0.5,
        "loaded_energy": 0.06,
        "idle_energy": 0.018,
    }
    assert lines == pytest.approx({name: value / 0.9 for name, value in by_hand.items()})


@settings(max_examples=60, deadline=None, derandomize=True, database=None)
@given(
    loaded=st.floats(0.01, 1), coordination=SHARE, prefill=SHARE, kv=SHARE, memory=SHARE, delivered=st.floats(0.01, 1)
)
def test_lines_sum_to_the_whole_cost(
    loaded: float, coordination: float, prefill: float, kv: float, memory: float, delivered: float
) -> None:
    # the identity: cost of a paid hour = price of the GPU-hour + its electricity, whatever the shares
    case = BASE | {
        "loaded_hours_share": loaded,
        "coordination_share": coordination,
        "prefill_share": prefill,
        "kv_memory_time_share": kv,
        "memory_price_share": memory,
        "delivered_token_share": delivered,
    }
    found = full_stack_cost(**case)
    energy = (loaded * 1.0 + (1 - loaded) * 0.3) * 1.2 * 0.1
    per_hour = 500 * loaded * delivered * 3600 / 1e6
    assert found.notes["cost_of_a_paid_hour"].value == pytest.approx(3.6 + energy)
    assert found.total * per_hour == pytest.approx(3.6 + energy)
    assert all(line >= 0 for line in found.lines.values())


def test_agrees_with_cost_per_mtok_when_power_is_included() -> None:
    # two roads to one number: 3.6 / (500 × 0.5 × 3600) × 1e6 = 4.0
    full = full_stack_cost(**BASE | {"power_billing": "in-gpu-hour"})
    plain = cost_per_mtok(
        gpu_hour_price=3.6,
        output_throughput=500,
        loaded_hours_share=0.5,
        throughput_measured="saturated",
        throughput_input_share=0,
    )
    assert plain.total == pytest.approx(4.0)
    assert full.total == pytest.approx(plain.total)
    # idle energy is not billed, but what it is worth is still told: 0.018 / 0.9
    assert full.lines["idle_energy"] == 0
    assert full.notes["worth_of_idle_energy"].value == pytest.approx(0.02)


def test_only_delivered_tokens_carry_the_cost() -> None:
    # a tenth of the tokens is thrown away: the rest costs 1 / 0.9 as much
    assert full_stack_cost(**BASE | {"delivered_token_share": 0.9}).total == pytest.approx(
        full_stack_cost(**BASE).total / 0.9
    )


def test_no_delivered_token_is_refused() -> None:
    with pytest.raises(RackmathError, match="delivered_token_share"):
        full_stack_cost(**BASE | {"delivered_token_share": 0.0})


def test_a_gpu_that_is_hardly_loaded_is_all_idle_cost() -> None:
    found = full_stack_cost(**BASE | {"loaded_hours_share": 1e-4, "kv_memory_time_share": 0.0})
    assert found.notes["idle_share_of_cost"].value == pytest.approx(1, abs=1e-3)
    full = full_stack_cost(**BASE | {"loaded_hours_share": 1.0})
    assert full.lines["idle_time"] == 0
    assert full.lines["idle_energy"] == 0
