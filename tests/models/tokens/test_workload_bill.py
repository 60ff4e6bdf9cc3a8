"""Monthly bill: volume times the effective price, and how long a month is."""

from __future__ import annotations

import numpy as np
import pytest

from rackmath.models.tokens.effective_api_price import effective_api_price
from rackmath.models.tokens.workload_bill import workload_bill
from rackmath.units import convert

BASE = {
    "tokens_per_month": 1.5e9,
    "input_share": 0.5,
    "input_price": 2.5,
    "output_price": 10.0,
    "cacheable_share": 0.0,
    "cache_hit_rate": 0.0,
    "cache_discount": 0.5,
    "cache_write_premium": 0.0,
    "batch_share": 0.0,
    "batch_discount": 0.5,
    "batch_and_cache": "multiply",
}


def test_fifty_million_tokens_a_day() -> None:
    # 25M in and 25M out a day × 30 = 750 Mtok each: 750 × 2.50 + 750 × 10 = 1,875 + 7,500 = 9,375 $/month.
    # The 18,750 that was published for it is double
    # (https://www.sitepoint.com/opensource-vs-commercial-llms-the-complete-guide-2026/): it takes 50M each way.
    found = workload_bill(**BASE)
    assert found.total == pytest.approx(9375)
    assert found.lines["fresh_input"] == pytest.approx(1875)
    assert found.lines["output"] == pytest.approx(7500)
    assert workload_bill(**BASE | {"tokens_per_month": 3e9}).total == pytest.approx(18750)
    # and it turns the conclusion: self-hosting at 10,200 to 12,200 is dearer than the one and cheaper than the other
    self_hosted = np.array([10_200, 12_200])
    assert (found.total < self_hosted).all()
    assert (self_hosted < workload_bill(**BASE | {"tokens_per_month": 3e9}).total).all()


def test_a_month_is_not_thirty_days_unless_asked_for() -> None:
    # 50 Mtok/day × 365 / 12 = 1,520.8 Mtok: 9,375 × 30.4167 / 30 = 9,505.21
    a_day = 50e6
    month = convert(a_day, "token/day", "token/month")
    assert workload_bill(**BASE | {"tokens_per_month": month}).total == pytest.approx(9505.21, abs=0.01)
    thirty_days = convert(a_day, "token/day", "token/month30")
    assert thirty_days == pytest.approx(1.5e9)


def test_every_kind_of_token_has_its_line() -> None:
    # 1,000 Mtok, 80 % input, half of it cacheable, 75 % hits, prices 3/15, cached 0.30, written 3.75, a tenth in batch
    case = BASE | {
        "tokens_per_month": 1e9,
        "input_share": 0.8,
        "input_price": 3.0,
        "output_price": 15.0,
        "cacheable_share": 0.5,
        "cache_hit_rate": 0.75,
        "cache_discount": 0.9,
        "cache_write_premium": 0.25,
        "batch_share": 0.1,
    }
    found = workload_bill(**case)
    # a tenth at half price: × 0.95. Fresh 400 × 3, cached 300 × 0.30, written 100 × 3.75, output 200 × 15
    expected = {"fresh_input": 1200, "cached_input": 90, "cache_writes": 375, "output": 3000}
    assert found.lines == pytest.approx({name: 0.95 * value for name, value in expected.items()})
    assert found.notes["cache_hits"].value == pytest.approx(300)
    assert found.notes["cache_misses"].value == pytest.approx(100)
    # at list prices 800 × 3 + 200 × 15 = 5,400; paid 0.95 × 4,665 = 4,431.75; saved 17.9 %
    assert found.notes["bill_at_list_prices"].value == pytest.approx(5400)
    assert found.notes["saving_share"].value == pytest.approx(1 - 4431.75 / 5400)


def test_is_the_effective_price_times_the_volume() -> None:
    case = BASE | {"cacheable_share": 0.6, "cache_hit_rate": 0.7, "batch_share": 0.2}
    bill = workload_bill(**case)
    price = effective_api_price(**{name: value for name, value in case.items() if name != "tokens_per_month"})
    assert bill.total == pytest.approx(1500 * price.total)
    assert bill.notes["price_per_mtok"].value == pytest.approx(price.total)


def test_no_traffic_costs_nothing() -> None:
    found = workload_bill(**BASE | {"tokens_per_month": 0.0})
    assert found.total == 0
    assert found.notes["price_per_mtok"].value == pytest.approx(6.25)  # (2.5 + 10) / 2, still told
    assert found.notes["saving_share"].value == 0


def test_output_only() -> None:
    # 1,500 Mtok × 10
    assert workload_bill(**BASE | {"input_share": 0.0}).total == pytest.approx(15_000)


def test_warns_where_caching_costs_more_than_it_saves() -> None:
    case = BASE | {"cacheable_share": 0.5, "cache_hit_rate": 0.05, "cache_write_premium": 0.25}
    assert "costs more than it saves" in workload_bill(**case).warnings[0]
