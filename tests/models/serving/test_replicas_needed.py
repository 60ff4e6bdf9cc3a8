"""Replicas by memory, arithmetic and queue: Little's law against counted logs, and against simpler signals."""

from __future__ import annotations

import csv
from datetime import datetime

import numpy as np
import pytest

from conftest import shared_path
from rackmath.errors import RackmathError
from rackmath.models.serving._resident import resident
from rackmath.models.serving.replicas_needed import replicas_needed
from rackmath.uncertainty import stream

BASE = {
    "request_rate": 20.0,
    "median_prompt": 6909.0,
    "long_prompt": 39_550.0,
    "median_answer": 350.0,
    "long_answer": 698.0,
    "time_per_token": 30.0,
    "cache_per_token": 327_680.0,
    "cache_memory": 400.0,
    "memory_fill": 0.85,
    "prompt_throughput": 40_000.0,
    "output_throughput": 12_000.0,
    "allowed_load_share": 0.7,
    "waiting_tokens": 0.0,
    "drain_time": 10.0,
    "demand_growth": 0.0,
    "scale_out_time": 5.0,
    "requests_per_replica": 256.0,
}
EQUAL = BASE | {"median_prompt": 4000.0, "long_prompt": 4000.0, "median_answer": 500.0, "long_answer": 500.0}
RATES = {"prompt_rate": 40_000.0, "seconds_per_token": 0.03}


def test_equal_requests_by_hand() -> None:
    # read in 0.1 s, written in 15 s: 20 × 15.1 = 302 requests; 20 × (4,000 × 0.1 + 4,250 × 15) = 1.283 M tokens,
    # 420.4 GB of cache over 400 × 0.85; arithmetic 20 × (0.1 + 500 / 12,000) = 2.83, over 0.7: 4.05
    found = replicas_needed(**EQUAL)
    notes = found.notes
    assert notes["requests_at_once"].value == pytest.approx(302, rel=1e-6)
    assert notes["tokens_in_memory"].value == pytest.approx(1_283_000, rel=1e-6)
    assert notes["memory_need"].value == pytest.approx(1_283_000 * 327_680 / 340e9, rel=1e-6)
    assert notes["arithmetic_need"].value == pytest.approx(20 * (0.1 + 500 / 12_000) / 0.7, rel=1e-6)
    assert {name: float(line) for name, line in found.lines.items()} == {
        "memory": 2,
        "more_for_arithmetic": 3,
        "more_for_the_queue": 0,
        "more_for_growth": 0,
    }
    assert notes["replicas_by_request_count"].value == 2


def test_the_mean_load_is_that_of_a_counted_stream() -> None:
    draws = stream(3, "resident")
    count = 200_000
    arrivals = np.cumsum(draws.exponential(1 / 20.0, count))
    prompts = np.exp(np.log(6909) + np.log(39_550 / 6909) / 1.644854 * draws.standard_normal(count))
    answers = np.exp(np.log(350) + np.log(698 / 350) / 1.644854 * draws.standard_normal(count))
    moments = np.linspace(500, arrivals[-1] - 500, 20_000)
    counted = resident(moments, arrivals=arrivals, prompts=prompts, answers=answers, **RATES)
    notes = replicas_needed(**BASE).notes
    assert notes["requests_at_once"].value == pytest.approx(counted.requests.mean(), rel=0.02)
    assert notes["tokens_in_memory"].value == pytest.approx(counted.tokens.mean(), rel=0.03)


def test_counting_agrees_with_a_walk_through_the_requests() -> None:
    draws = stream(4, "resident")
    arrivals = 1e9 + np.sort(draws.uniform(0, 100, 300))
    prompts, answers = draws.integers(1, 50_000, 300) * 1.0, draws.integers(1, 800, 300) * 1.0
    moments = 1e9 + draws.uniform(-5, 150, 200)
    counted = resident(moments, arrivals=arrivals, prompts=prompts, answers=answers, **RATES)
    first = arrivals + prompts / 40_000
    end = first + answers * 0.03
    for at, requests, tokens in zip(moments, counted.requests, counted.tokens, strict=True):
        inside = (arrivals <= at) & (at < end)
        assert requests == inside.sum()
        written = np.maximum(at - first[inside], 0.0) / 0.03
        assert tokens == pytest.approx((prompts[inside] + written).sum(), abs=0.1)


def test_longer_prompts_at_the_same_count_escape_a_scaler_that_counts() -> None:
    # the same requests at once, yet each holds 16 times the tokens
    few, many = (replicas_needed(**EQUAL | {"median_prompt": n, "long_prompt": n}) for n in (4e3, 64e3))
    assert many.notes["replicas_by_request_count"].value == few.notes["replicas_by_request_count"].value == 2
    assert many.notes["memory_need"].value > 14 * few.notes["memory_need"].value
    assert many.notes["cache_filled_under_request_count"].value > 1
    assert "run out of cache memory" in many.warnings[0]


def test_slow_long_answers_fill_memory_while_gpus_look_idle() -> None:
    slow = replicas_needed(
        **EQUAL | {"request_rate": 1.0, "time_per_token": 1000.0, "median_prompt": 100_000.0, "long_prompt": 100_000.0}
    )
    assert slow.notes["replicas_by_gpu_load"].value < slow.lines["memory"]
    assert any("GPU load" in each for each in slow.warnings)


def test_a_queue_asks_for_replicas_until_it_is_gone() -> None:
    # 4 M tokens in 10 s at 40,000 a second each are ten replicas beside the 2.83 that are busy
    found = replicas_needed(**EQUAL | {"waiting_tokens": 4e6})
    assert found.notes["queue_need"].value == pytest.approx(12.83, abs=0.01)
    assert found.total == 13
    assert found.lines["more_for_the_queue"] == 13 - 5


def test_growth_while_replicas_start_is_counted_in() -> None:
    found = replicas_needed(**EQUAL | {"demand_growth": 6.0, "scale_out_time": 10.0})
    assert found.notes["rate_when_they_serve"].value == pytest.approx(20 * np.e)
    assert found.notes["arithmetic_need"].value == pytest.approx(4.0476 * np.e, rel=1e-3)
    assert found.total == 12
    assert found.lines["more_for_growth"] == 12 - 5
    assert replicas_needed(**EQUAL | {"demand_growth": 6.0, "scale_out_time": 0.0}).lines["more_for_growth"] == 0


def test_no_requests_leave_one_replica() -> None:
    found = replicas_needed(**BASE | {"request_rate": 0.0})
    assert found.total == 1
    assert found.notes["tokens_of_a_request_in_memory"].value == 0


@pytest.mark.parametrize(
    "bad",
    [
        {"prompts": [1.0, 2.0]},
        {"answers": [-1.0]},
        {"arrivals": [np.nan]},
        {"prompt_rate": 0.0},
    ],
)
def test_a_log_that_makes_no_sense_is_refused(bad: dict[str, object]) -> None:
    good = {"arrivals": [0.0], "prompts": [1.0], "answers": [1.0], **RATES}
    with pytest.raises(RackmathError):
        resident([0.0], **good | bad)


@pytest.mark.shared
@pytest.mark.parametrize(("name", "low", "high"), [("conv", 857, 1653), ("code", 681, 4350)])
def test_real_logs_follow_the_law_and_their_requests_weigh_differently(name: str, low: float, high: float) -> None:
    """Of the moments with at least five requests in memory, 98 of 100 hold `low` to `high` tokens a request.

    A scaler that counts requests is off by up to 1.9 times within an hour of conversations, 6.4 times within one of
    code completion.
    """
    with shared_path(f"data/traces/azure_llm_2023_{name}.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    stamps = np.array([datetime.fromisoformat(row["TIMESTAMP"][:26]).timestamp() for row in rows])
    prompts, answers = (np.array([float(row[key]) for row in rows]) for key in ("ContextTokens", "GeneratedTokens"))
    arrivals = stamps - stamps[0]
    seconds = np.arange(60.0, arrivals.max() - 60.0)
    counted = resident(seconds, arrivals=arrivals, prompts=prompts, answers=answers, **RATES)
    held = (prompts**2 / 40_000 + 0.03 * (prompts * answers + answers**2 / 2)).mean()
    assert counted.tokens.mean() == pytest.approx(len(rows) / arrivals.max() * held, rel=0.02)
    busy = counted.requests >= 5
    each = counted.tokens[busy] / counted.requests[busy]
    assert np.percentile(each, [1, 99]) == pytest.approx([low, high], rel=0.01)
