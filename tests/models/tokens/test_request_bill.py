"""One request by the price list: four kinds of token that do not overlap."""

from __future__ import annotations

import pytest

from rackmath.models.tokens.request_bill import request_bill
from rackmath.models.tokens.workload_bill import workload_bill

BASE = {
    "fresh_input_tokens": 500.0,
    "cached_input_tokens": 2000.0,
    "cache_write_tokens": 0.0,
    "output_tokens": 400.0,
    "input_price": 3.0,
    "cached_input_price": 0.3,
    "cache_write_price": 3.75,
    "output_price": 15.0,
}


def test_adds_up_the_four_kinds() -> None:
    # 500 × 3 + 2,000 × 0.30 + 400 × 15 = 1,500 + 600 + 6,000 = 8,100 micro-dollars
    found = request_bill(**BASE)
    assert found.total == pytest.approx(0.0081)
    assert found.notes["per_thousand_requests"].value == pytest.approx(8.1)
    assert found.notes["output_share_of_price"].value == pytest.approx(6000 / 8100)
    assert found.notes["cached_share_of_input"].value == pytest.approx(0.8)
    # without a cache 2,500 × 3 + 6,000 = 13,500
    assert found.notes["price_without_cache"].value == pytest.approx(0.0135)


def test_cached_tokens_counted_in_the_input_too_are_paid_twice() -> None:
    # an API that reports 2,500 input tokens "of which 2,000 cached": entering 2,500 as fresh adds 2,000 × 3 = 6,000
    assert request_bill(**BASE | {"fresh_input_tokens": 2500.0}).total == pytest.approx(0.0141)


def test_agrees_with_the_monthly_bill() -> None:
    # a million requests of 2,500 input tokens, all of which could be cached: the same goods by share and by count
    requests = 1e6
    case = BASE | {"fresh_input_tokens": 0.0, "cache_write_tokens": 500.0}
    monthly = workload_bill(
        tokens_per_month=requests * 2900,
        input_share=2500 / 2900,
        input_price=3.0,
        output_price=15.0,
        cacheable_share=1.0,
        cache_hit_rate=2000 / 2500,
        cache_discount=0.9,
        cache_write_premium=0.25,
        batch_share=0.0,
        batch_discount=0.5,
        batch_and_cache="multiply",
    )
    # (2,000 × 0.30 + 500 × 3.75 + 400 × 15) µ$ × 1e6 = 600 + 1,875 + 6,000 = 8,475 $
    assert requests * request_bill(**case).total == pytest.approx(8475)
    assert monthly.total == pytest.approx(8475)


def test_an_empty_request_costs_nothing() -> None:
    counts = ("fresh_input_tokens", "cached_input_tokens", "cache_write_tokens", "output_tokens")
    found = request_bill(**BASE | dict.fromkeys(counts, 0.0))
    assert found.total == 0
    assert found.notes["cached_share_of_input"].value == 0
    assert found.notes["output_share_of_price"].value == 0


def test_output_only() -> None:
    found = request_bill(**BASE | {"fresh_input_tokens": 0.0, "cached_input_tokens": 0.0})
    assert found.total == pytest.approx(0.006)
    assert found.notes["output_share_of_price"].value == 1
