"""Effective price: hit rate and discount multiply, vendors stack differently, and output counts."""

from __future__ import annotations

import numpy as np
import pytest

from rackmath.errors import RackmathError
from rackmath.models.tokens.effective_api_price import effective_api_price

# a list price of 3 and 15 $/Mtok, all input cacheable, no premium for writing
# (https://www.finout.io/blog/openai-vs-anthropic-api-pricing-comparison)
BASE = {
    "input_price": 3.0,
    "output_price": 15.0,
    "input_share": 1.0,
    "cacheable_share": 1.0,
    "cache_hit_rate": 0.9,
    "cache_discount": 0.9,
    "cache_write_premium": 0.0,
    "batch_share": 0.0,
    "batch_discount": 0.5,
    "batch_and_cache": "multiply",
}


def effective_input(**changes: object) -> float:
    return float(effective_api_price(**BASE | changes).notes["effective_input_price"].value)


def test_a_ninety_per_cent_hit_rate_is_not_a_ninety_per_cent_saving() -> None:
    # 3 × [(1 - 0.9) + 0.9 × (1 - 0.9)] = 3 × (0.1 + 0.09) = 0.57
    assert effective_input() == pytest.approx(0.57)
    # the 0.30 that is often told needs every token to be a hit: 3 × 0.1
    assert effective_input(cache_hit_rate=1.0) == pytest.approx(0.30)


def test_cache_and_batch_together() -> None:
    # 0.57 × 0.5 = 0.285, 90.5 % less than 3; the 0.15 (95 % less) that is told needs a hit rate of 1
    both = effective_api_price(**BASE | {"batch_share": 1.0})
    assert both.notes["effective_input_price"].value == pytest.approx(0.285)
    assert both.notes["input_saving_share"].value == pytest.approx(0.905)
    assert both.notes["effective_output_price"].value == pytest.approx(7.5)
    assert effective_input(batch_share=1.0, cache_hit_rate=1.0) == pytest.approx(0.15)


def test_batch_alone_halves_both_prices() -> None:
    found = effective_api_price(**BASE | {"batch_share": 1.0, "cacheable_share": 0.0})
    assert found.notes["effective_input_price"].value == pytest.approx(1.5)
    assert found.notes["effective_output_price"].value == pytest.approx(7.5)


def test_the_whole_bill_saves_less_than_its_input() -> None:
    # half output, every input token a hit, all in batch: (0.15 + 7.5) / 2 = 3.825 of (3 + 15) / 2 = 9: 57.5 % saved
    found = effective_api_price(**BASE | {"input_share": 0.5, "cache_hit_rate": 1.0, "batch_share": 1.0})
    assert found.total == pytest.approx(3.825)
    assert found.notes["list_price"].value == pytest.approx(9.0)
    assert found.notes["saving_share"].value == pytest.approx(0.575)
    assert found.notes["input_saving_share"].value == pytest.approx(0.95)


def test_a_discount_of_ninety_per_cent_on_two_dollars_is_twenty_cents() -> None:
    # 2.00 × 0.1 = 0.20: a cached price of 0.30 is above it, not below
    assert effective_input(input_price=2.0, cache_hit_rate=1.0) == pytest.approx(0.20)
    assert effective_input(input_price=2.0, cache_hit_rate=1.0) < effective_input(cache_hit_rate=1.0)


def test_only_the_cacheable_part_can_hit() -> None:
    # h × s = 0.9 × 0.5 = 0.45: 3 × (0.55 + 0.45 × 0.1) = 1.785
    assert effective_input(cacheable_share=0.5) == pytest.approx(1.785)
    # the share of hits in all input, 0.45, entered as the hit rate of it all gives the same price
    assert effective_input(cache_hit_rate=0.45) == pytest.approx(1.785)


def test_misses_of_the_cacheable_part_pay_for_the_write() -> None:
    # write at 1.25 × 3 = 3.75: 0.9 × 0.30 + 0.1 × 3.75 = 0.27 + 0.375 = 0.645
    found = effective_api_price(**BASE | {"cache_write_premium": 0.25})
    assert found.total == pytest.approx(0.645)
    assert found.lines["cached_input"] == pytest.approx(0.27)
    assert found.lines["cache_writes"] == pytest.approx(0.375)
    assert found.lines["fresh_input"] == 0


def test_reads_a_write_that_pay_for_it() -> None:
    # caching pays when h × 0.9 > (1 - h) × 0.25, so from h = 0.25 / 1.15 = 0.217, that is 0.278 reads a write
    case = BASE | {"cache_write_premium": 0.25}
    assert effective_api_price(**case).notes["break_even_hit_rate"].value == pytest.approx(0.25 / 1.15)
    at_break_even = effective_api_price(**case | {"cache_hit_rate": 0.25 / 1.15})
    assert at_break_even.total == pytest.approx(3.0)
    assert at_break_even.warnings == ()
    below = effective_api_price(**case | {"cache_hit_rate": 0.1})
    assert below.total > 3.0
    assert "costs more than it saves" in below.warnings[0]
    # an hour's lifetime at twice the price: 1 / 1.9
    assert effective_api_price(**BASE | {"cache_write_premium": 1.0}).notes[
        "break_even_hit_rate"
    ].value == pytest.approx(1 / 1.9)


def test_storage_by_the_hour_as_a_premium() -> None:
    # kept for one hour at 4.50 $/Mtok and hour, with input at 1.25: premium 4.50 / 1.25 = 3.6;
    # ten reads a write (h = 10/11): 10/11 × 0.125 + 1/11 × (1.25 + 4.50) = 0.1136 + 0.5227 = 0.6364
    found = effective_input(input_price=1.25, cache_hit_rate=10 / 11, cache_write_premium=3.6)
    assert found == pytest.approx(10 / 11 * 0.125 + 1 / 11 * 5.75)


@pytest.mark.parametrize(
    ("stacking", "price"),
    [
        ("multiply", 0.15),  # 3 × 0.1 × 0.5
        ("better-one", 0.30),  # the larger discount alone: 3 × 0.1
        ("batch-uncached", 1.50),  # batches are not cached: 3 × 0.5
    ],
)
def test_stacking_is_what_the_vendor_allows(stacking: str, price: float) -> None:
    found = effective_input(cache_hit_rate=1.0, batch_share=1.0, batch_and_cache=stacking)
    assert found == pytest.approx(price)
    # without batch the choice makes no difference
    assert effective_input(cache_hit_rate=1.0, batch_and_cache=stacking) == pytest.approx(0.30)
    # half of the tokens in a batch lies halfway
    assert effective_input(cache_hit_rate=1.0, batch_share=0.5, batch_and_cache=stacking) == pytest.approx(
        (price + 0.30) / 2
    )


def test_better_one_takes_the_batch_discount_where_it_is_larger() -> None:
    # a cache discount of 25 % loses to the batch's 50 %: 3 × 0.5
    found = effective_input(cache_hit_rate=1.0, cache_discount=0.25, batch_share=1.0, batch_and_cache="better-one")
    assert found == pytest.approx(1.5)


def test_a_batch_that_is_not_cached_writes_nothing() -> None:
    found = effective_api_price(
        **BASE | {"batch_share": 1.0, "cache_write_premium": 0.25, "batch_and_cache": "batch-uncached"}
    )
    assert found.lines["cache_writes"] == 0
    assert found.lines["cached_input"] == 0
    assert found.lines["fresh_input"] == pytest.approx(1.5)


def test_no_hit_at_all() -> None:
    assert effective_input(cache_hit_rate=0.0) == pytest.approx(3.0)
    # with a premium every cacheable token is written for nothing: 3 × 1.25
    assert effective_input(cache_hit_rate=0.0, cache_write_premium=0.25) == pytest.approx(3.75)


def test_traffic_of_output_only() -> None:
    found = effective_api_price(**BASE | {"input_share": 0.0, "batch_share": 1.0})
    assert found.total == pytest.approx(7.5)
    assert found.lines["cached_input"] == 0
    assert found.notes["saving_share"].value == pytest.approx(0.5)


def test_a_free_api_saves_nothing() -> None:
    found = effective_api_price(**BASE | {"input_price": 0.0, "output_price": 0.0})
    assert found.total == 0
    assert found.notes["saving_share"].value == 0


@pytest.mark.parametrize("name", ["cache_hit_rate", "cacheable_share", "cache_discount", "batch_discount"])
@pytest.mark.parametrize("value", [-0.01, 1.01, 90.0])
def test_shares_outside_zero_to_one_are_refused(name: str, value: float) -> None:
    with pytest.raises(RackmathError, match=name):
        effective_api_price(**BASE | {name: value})


def test_arrays_equal_scalars() -> None:
    hits = np.linspace(0, 1, 5)
    together = effective_api_price(**BASE | {"cache_hit_rate": hits}).total
    np.testing.assert_allclose(together, [effective_api_price(**BASE | {"cache_hit_rate": h}).total for h in hits])
