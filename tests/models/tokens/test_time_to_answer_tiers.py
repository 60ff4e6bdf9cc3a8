"""Tiers by time to answer: the cheapest that is in time, and what haste costs."""

from __future__ import annotations

import numpy as np
import pytest

from rackmath.models.tokens.cost_per_mtok import cost_per_mtok
from rackmath.models.tokens.time_to_answer_tiers import time_to_answer_tiers

HOUR = 3600.0
# 0.25 in and 2.00 out at list, 0.125 and 1.00 in batch within 24 h, as published for one small model:
# https://dev.to/kaeltiwari/gpu-economics-what-inference-actually-costs-in-2026-2goo
BASE = {
    "tolerated_wait": 1.0,
    "requests_waiting": 10.0,
    "input_price": 0.25,
    "output_price": 2.0,
    "input_share": 0.5,
    "batch_discount": 0.5,
    "spot_gpu_hour_price": 0.72,
    "total_throughput": 1000.0,
    "throughput_input_share": 0.5,
    "interactive_answer_time": 0.4,
    "batch_answer_time": 24.0,
    "queue_answer_time": 30.0,
    "queue_minimum": 100.0,
}


def chosen(**changes: object) -> str:
    notes = time_to_answer_tiers(**BASE | changes).notes
    tiers = [name.removesuffix("_chosen") for name, note in notes.items() if name.endswith("_chosen") and note.value]
    return " ".join(tiers)


def test_prices_of_the_three_tiers() -> None:
    notes = time_to_answer_tiers(**BASE).notes
    assert notes["interactive_price"].value == pytest.approx(1.125)  # (0.25 + 2.00) / 2
    assert notes["batch_price"].value == pytest.approx(0.5625)  # (0.125 + 1.00) / 2
    # 0.72 $/h / (1,000 × 3,600 token/h) = 0.20 $/Mtok
    assert notes["queue_price"].value == pytest.approx(0.20)


def test_the_longer_the_wait_the_cheaper_the_tier() -> None:
    assert chosen() == "interactive"
    assert chosen(tolerated_wait=23 * HOUR) == "interactive"
    assert chosen(tolerated_wait=24 * HOUR) == "batch"
    # enough requests wait: one's own queue answers after half an hour and is cheaper still
    assert chosen(tolerated_wait=24 * HOUR, requests_waiting=100.0) == "queue"
    assert chosen(tolerated_wait=0.5 * HOUR, requests_waiting=100.0) == "queue"
    assert chosen(tolerated_wait=0.4 * HOUR, requests_waiting=1000.0) == "interactive"


def test_price_of_haste() -> None:
    # interactive pays 1.125 where the cheapest tier of all would ask 0.20
    now = time_to_answer_tiers(**BASE)
    assert now.total == pytest.approx(1.125)
    assert now.notes["price_of_haste"].value == pytest.approx(1.125 - 0.20)
    assert now.notes["saving_share"].value == 0
    batch = time_to_answer_tiers(**BASE | {"tolerated_wait": 24 * HOUR})
    assert batch.notes["saving_share"].value == pytest.approx(0.5)
    assert "too few requests wait" in batch.warnings[0]


def test_a_dear_queue_is_not_taken() -> None:
    # 3.60 $/h is 1.00 $/Mtok, above the batch's 0.5625
    case = {"tolerated_wait": 48 * HOUR, "requests_waiting": 1e4, "spot_gpu_hour_price": 3.6}
    assert chosen(**case) == "batch"


def test_the_queue_costs_what_a_saturated_gpu_costs() -> None:
    saturated = cost_per_mtok(
        gpu_hour_price=0.72,
        output_throughput=1000,
        loaded_hours_share=1,
        throughput_measured="saturated",
        throughput_input_share=0,
    )
    assert time_to_answer_tiers(**BASE).notes["queue_price"].value == pytest.approx(saturated.total)


def test_nothing_answers_in_fifty_milliseconds() -> None:
    found = time_to_answer_tiers(**BASE | {"tolerated_wait": 0.05})
    assert np.isposinf(found.total)
    assert chosen(tolerated_wait=0.05) == ""
    assert "No tier answers" in found.warnings[0]
    assert found.notes["saving_share"].value == 0


def test_a_tie_goes_to_the_quicker_tier() -> None:
    assert chosen(tolerated_wait=48 * HOUR, batch_discount=0.0, spot_gpu_hour_price=3.6 * 1.125) == "interactive"


def test_workloads_are_classified_one_by_one() -> None:
    waits = np.array([0.05, 1.0, 2 * HOUR, 48 * HOUR])
    waiting = np.array([0.0, 10.0, 500.0, 10.0])
    found = time_to_answer_tiers(**BASE | {"tolerated_wait": waits, "requests_waiting": waiting})
    np.testing.assert_allclose(found.total, [np.inf, 1.125, 0.20, 0.5625])
    np.testing.assert_allclose(found.notes["interactive_chosen"].value, [0, 1, 0, 0])
    np.testing.assert_allclose(found.notes["queue_chosen"].value, [0, 0, 1, 0])
    np.testing.assert_allclose(found.notes["batch_chosen"].value, [0, 0, 0, 1])
