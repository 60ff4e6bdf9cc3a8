"""From which volume hosting oneself wins: steps of GPUs, days and months, and the comparator."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from rackmath.errors import RackmathError
from rackmath.models.ownership.self_host_threshold import self_host_threshold

# Eight A100 for about $80,000 a year, no staff counted, with room for any volume in question
# (https://hakia.com/tech-insights/open-vs-closed-llms/)
EIGHT_A100: dict[str, Any] = {
    "tokens_per_month": 25e6,
    "api_price": 45,
    "peak_to_mean": 1,
    "total_throughput": 1e4,
    "allowed_load_share": 1,
    "gpus_per_replica": 8,
    "minimum_replicas": 1,
    "gpu_hour_price": 80_000 / 8_760 / 8,
    "hours_per_month": 730,
    "own_variable_cost": 0,
    "staff_need": 0,
    "staffing": "shared",
    "loaded_salary": 240_000,
}
# A replica of two GPUs at $2.50: $3,650 a month. It serves 2 × 4,000 × 0.75 / 3 = 2,000 tokens a second on average,
# 2,000 × 3,600 × 730 = 5,256 Mtok a month. Half an engineer at $240,000 a year: $10,000 a month.
CHAT: dict[str, Any] = {
    **EIGHT_A100,
    "tokens_per_month": 20e9,
    "api_price": 1.2,
    "peak_to_mean": 3,
    "total_throughput": 4_000,
    "allowed_load_share": 0.75,
    "gpus_per_replica": 2,
    "gpu_hour_price": 2.5,
    "staff_need": 0.5,
}


def _cheaper(
    volume: float, inputs: dict[str, Any], q: float = 5_256.0, s: float = 3_650.0, f: float = 10_000.0
) -> bool:
    replicas = max(math.ceil(volume / q - 1e-12), inputs["minimum_replicas"])
    own = f + replicas * s + inputs["own_variable_cost"] * volume
    return own <= inputs["api_price"] * volume * (1 + 1e-12)


def test_published_threshold_needs_an_api_price_of_hundreds_of_dollars() -> None:
    found = self_host_threshold(**EIGHT_A100)
    assert found.notes["cost_of_a_replica"].value == pytest.approx(6_666.67, abs=0.01)
    # Said to break even at 20 to 30 million tokens a month against GPT-4: 6,667 / 25 = $267 a million, not the
    # $30 to $60 that it cost.
    assert found.notes["api_price_that_breaks_even_at_this_volume"].value == pytest.approx(266.67, abs=0.01)


@pytest.mark.parametrize(("price", "threshold"), [(60, 111.1), (45, 148.1), (30, 222.2)])
def test_threshold_at_the_prices_gpt_4_had(price: float, threshold: float) -> None:
    # 6,667 / 60 = 111, / 45 = 148, / 30 = 222 million tokens a month
    assert self_host_threshold(**{**EIGHT_A100, "api_price": price}).total == pytest.approx(threshold, abs=0.1)


def test_days_and_months_are_told_apart() -> None:
    found = self_host_threshold(**EIGHT_A100)
    # 148.1 a month is 148.1 × 12 / 365 = 4.87 a day. Taking 20 to 30 million a month for a day is a factor of thirty.
    assert found.notes["threshold_a_day"].value == pytest.approx(4.87, abs=0.01)
    assert found.total / found.notes["threshold_a_day"].value == pytest.approx(365 / 12)


def test_a_doubled_bill_flips_the_decision() -> None:
    # 25 + 25 million tokens a day at $2.50 / $10 a million: 30 × (62.5 + 250) = $9,375 a month, $6.25 a million.
    # Printed as $18,750 it makes self-hosting at $10,200 to $12,200 look cheaper, which it is not.
    # (https://www.sitepoint.com/opensource-vs-commercial-llms-the-complete-guide-2026/)
    month = {**EIGHT_A100, "tokens_per_month": 1.5e9, "gpus_per_replica": 2, "gpu_hour_price": 4_200 / 730 / 2}
    month |= {"staff_need": 0.5, "loaded_salary": 168_000}  # $7,000 a month for half an engineer
    right = self_host_threshold(**{**month, "api_price": 6.25})
    assert right.notes["cost_at_this_volume"].value == pytest.approx(11_200)
    assert right.notes["saving_at_this_volume"].value == pytest.approx(9_375 - 11_200)
    assert right.total == pytest.approx(11_200 / 6.25)  # 1,792 Mtok a month: above the 1,500 of the example
    wrong = self_host_threshold(**{**month, "api_price": 12.5})
    assert wrong.notes["saving_at_this_volume"].value > 0


def test_the_comparator_is_worth_a_factor_of_ten() -> None:
    # The same eight GPUs against an open model's API at $0.60: 6,667 / 0.6 = 11,111 Mtok a month
    frontier, open_model = (self_host_threshold(**{**EIGHT_A100, "api_price": price}).total for price in (6.0, 0.6))
    assert open_model == pytest.approx(11_111, abs=1)
    assert open_model / frontier == pytest.approx(10)


def test_a_price_at_or_below_the_cost_of_a_token_means_never() -> None:
    below = self_host_threshold(**{**EIGHT_A100, "own_variable_cost": 45})
    assert math.isinf(below.total)
    assert "no volume" in below.warnings[0]
    # A full replica of CHAT costs 3,650 / 5,256 = $0.694 a million: an API at 0.69 is never beaten, one at 0.70 is.
    assert math.isinf(self_host_threshold(**{**CHAT, "api_price": 0.69}).total)
    assert math.isfinite(self_host_threshold(**{**CHAT, "api_price": 0.70}).total)
    # Without steps the formula promises a threshold that one replica could not serve.
    promised = self_host_threshold(**{**CHAT, "api_price": 0.69}).notes["threshold_if_the_minimum_served_any_volume"]
    assert promised.value == pytest.approx(13_650 / 0.69)
    assert promised.value > 5_256


def test_steps_by_hand() -> None:
    found = self_host_threshold(**CHAT)
    assert found.notes["volume_of_a_full_replica"].value == pytest.approx(5_256)
    # A full replica gains 5,256 × 1.2 - 3,650 = 2,657.2; four of them carry the 10,000: (10,000 + 4 × 3,650) / 1.2
    assert found.notes["replicas_at_threshold"].value == 4
    assert found.total == pytest.approx(24_600 / 1.2)  # 20,500
    # With a fifth, just above 4 × 5,256 = 21,024, the API (25,229) is cheaper than 28,250 again;
    # (10,000 + 3,650) / 2,657.2 = 5.14, so from the sixth on: (10,000 + 6 × 3,650) / 1.2
    assert found.notes["cheaper_for_good_above"].value == pytest.approx(31_900 / 1.2)
    assert "larger fleet" in found.warnings[0]


@pytest.mark.parametrize("price", [0.72, 0.8, 1.2, 2.0, 5.0, 30.0])
@pytest.mark.parametrize("replicas", [1, 3])
def test_agrees_with_a_search(price: float, replicas: int) -> None:
    inputs = {**CHAT, "api_price": price, "own_variable_cost": 0.01, "minimum_replicas": replicas}
    found = self_host_threshold(**inputs)
    top = found.notes["cheaper_for_good_above"].value * 1.2
    volumes = np.linspace(top / 20_001, top, 20_001)
    cheaper = np.array([_cheaper(volume, inputs) for volume in volumes])
    step = volumes[1] - volumes[0]
    assert found.total == pytest.approx(volumes[cheaper.argmax()], abs=step)
    dearer_last = volumes[np.flatnonzero(~cheaper)[-1]]
    assert found.notes["cheaper_for_good_above"].value == pytest.approx(dearer_last, abs=2 * step)


def test_staff_of_whole_people() -> None:
    shared, hired = (
        self_host_threshold(**{**EIGHT_A100, "staff_need": 0.5, "staffing": how}) for how in ("shared", "whole")
    )
    assert shared.notes["pay_of_staff"].value == pytest.approx(10_000)
    assert hired.notes["pay_of_staff"].value == pytest.approx(20_000)
    assert hired.total > shared.total


def test_no_tokens() -> None:
    found = self_host_threshold(**{**EIGHT_A100, "tokens_per_month": 0})
    assert found.notes["cost_at_this_volume"].value == pytest.approx(6_666.67, abs=0.01)
    assert math.isinf(found.notes["api_price_that_breaks_even_at_this_volume"].value)


def test_curves_cross_at_the_threshold() -> None:
    found = self_host_threshold(**{**EIGHT_A100, "tokens_per_month": 148.148148e6})
    own, api = (found.paths[name].values for name in ("own", "api"))
    assert own[20] == pytest.approx(api[20])  # at 100 % of the volume
    assert own[0] == pytest.approx(6_666.67, abs=0.01)
    assert api[40] == pytest.approx(2 * 6_666.67, abs=0.01)


@pytest.mark.parametrize(
    ("name", "value"),
    [("api_price", -1), ("total_throughput", 0), ("allowed_load_share", 0), ("peak_to_mean", 0.5)],
)
def test_bad_inputs_are_refused(name: str, value: float) -> None:
    with pytest.raises(RackmathError, match=name):
        self_host_threshold(**{**CHAT, name: value})


def test_the_threshold_says_how_it_moves() -> None:
    notes = self_host_threshold(**CHAT).notes
    # Each is the threshold of a run with that assumption a fifth lower or higher, in tokens a day.
    for name in ("api_price", "gpu_hour_price", "total_throughput", "peak_to_mean", "staff_need", "loaded_salary"):
        for said, factor in (("lower", 0.8), ("higher", 1.2)):
            moved = self_host_threshold(**{**CHAT, name: CHAT[name] * factor})
            assert notes[f"a_day_if_{name}_is_a_fifth_{said}"].value == pytest.approx(moved.total * 12 / 365), name
    # At a fifth less, 5,256 × 0.96 - 3,650 = 1,396 a replica: eight carry 10,000, (10,000 + 8 × 3,650) / 0.96 = 40,833
    # a month, against 20,500: an API that is a fifth cheaper doubles the threshold.
    assert notes["a_day_if_api_price_is_a_fifth_lower"].value == pytest.approx(40_833.3 * 12 / 365, rel=1e-6)


def test_a_share_is_not_moved_beyond_one() -> None:
    full = {**CHAT, "allowed_load_share": 0.95}
    moved = self_host_threshold(**full).notes["a_day_if_allowed_load_share_is_a_fifth_higher"]
    whole = self_host_threshold(**{**full, "allowed_load_share": 1.0})
    assert moved.value == pytest.approx(whole.notes["threshold_a_day"].value)


@pytest.mark.parametrize(
    ("megatokens", "price"),
    # 600 million tokens a month of code, 1.2 billion of chat, for eight GPUs at 8 × $3.50 × 720 h = $20,160
    # (https://www.digitalapplied.com/blog/self-host-frontier-models-tco-analysis-2026): they hold for an API at $33.60
    # and $16.80 a million, prices of frontier output tokens, and without the people who run it.
    [(600, 33.6), (1_200, 16.8)],
)
def test_published_monthly_thresholds_imply_a_frontier_price(megatokens: float, price: float) -> None:
    eight = {**EIGHT_A100, "gpu_hour_price": 3.5, "hours_per_month": 720}
    found = self_host_threshold(**{**eight, "api_price": price})
    assert found.notes["cost_of_a_replica"].value == pytest.approx(20_160)
    assert found.total == pytest.approx(megatokens)


@pytest.mark.parametrize(
    ("a_day", "price"),
    # 10 to 30 million a day in general, 2 to 5 against frontier models
    # (https://www.sitepoint.com/self-hosted-llm-costs-2026/). Two GPUs and half an engineer, $13,650 a month, break
    # even there at 13,650 × 12 / 365 / (10, 30, 2, 5) = $44.9, $15.0, $224 and $89.8 a million: the lower ones hold for
    # cheaper hardware, or for people who are not counted.
    [(10, 44.877), (30, 14.959), (2, 224.38), (5, 89.753)],
)
def test_published_daily_thresholds_name_their_price(a_day: float, price: float) -> None:
    found = self_host_threshold(**{**CHAT, "api_price": price})
    assert found.notes["threshold_a_day"].value == pytest.approx(a_day, rel=1e-4)


def test_below_a_million_a_month_the_api_is_cheaper_at_any_price() -> None:
    # One million tokens are $60 at the dearest list price; one rented GPU is $1,825 a month.
    single = {**EIGHT_A100, "gpus_per_replica": 1, "gpu_hour_price": 2.5, "tokens_per_month": 1e6, "api_price": 60}
    assert self_host_threshold(**single).notes["saving_at_this_volume"].value == pytest.approx(60 - 1_825)


@pytest.mark.parametrize(("load", "price"), [(0.15, 1.1574), (0.25, 0.69444)])
def test_dedicated_against_per_token_by_how_full_the_gpu_is(load: float, price: float) -> None:
    # 15 to 25 % full (https://lyceum.technology/magazine/pay-per-token-vs-dedicated-gpu-inference/) is a threshold over
    # the volume of a full GPU: $2.50 / (4,000 × 3,600 / 1e6 = 14.4 Mtok) = $0.174 a million full, over the load.
    single = {**EIGHT_A100, "gpus_per_replica": 1, "gpu_hour_price": 2.5, "total_throughput": 4_000}
    found = self_host_threshold(**{**single, "api_price": price})
    assert found.total / found.notes["volume_of_a_full_replica"].value == pytest.approx(load, rel=1e-4)
