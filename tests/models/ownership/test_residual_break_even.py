"""Break-even at market residual values: a threshold belongs to its comparator."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy_financial as npf
import pytest

from rackmath.errors import RackmathError
from rackmath.models.ownership.residual_break_even import residual_break_even

# A server of 8 H100 for $250,000 ("over $250K", https://www.gmicloud.ai/blog/h100-gpu-pricing-2025-cloud-vs-on-premise-cost-analysis)
BASE: dict[str, Any] = {
    "server_price": 250_000,
    "cloud_server_hour_price": 28,  # 8 × $3.50
    "holding_time": 3,
    "residual_share": 0,
    "resale_cost_share": 0,
    "cost_of_capital": 0,
    "running_cost": 0,
    "book_life": 5,
}


def test_by_hand() -> None:
    # 250,000 / 3 = 83,333 a year, over 28 × 8,760 = 245,280
    assert residual_break_even(**BASE).total == pytest.approx(83_333.33 / 245_280, rel=1e-6)
    # sold at 30 %, a tenth of it lost: 250,000 × 0.73 / 3 + 10,000 = 70,833 a year
    sold = {"residual_share": 0.3, "resale_cost_share": 0.1, "running_cost": 10_000}
    assert residual_break_even(**{**BASE, **sold}).total == pytest.approx(70_833.33 / 245_280, rel=1e-6)


def test_interest_by_another_road() -> None:
    # numpy-financial: the yearly payment on 250,000 at 12 % with a balloon of 250,000 × 0.3 × 0.9 = 67,500
    inputs = {**BASE, "residual_share": 0.3, "resale_cost_share": 0.1, "cost_of_capital": 0.12}
    yearly = npf.pmt(0.12, 3, -250_000.0, 67_500.0)
    assert residual_break_even(**inputs).total == pytest.approx(yearly / 245_280, rel=1e-12)


def test_published_forty_and_seventy_five_percent_have_different_comparators() -> None:
    # Straight line over five years breaks even at 40 % against $14.27 an hour: 50,000 / (0.4 × 8,760).
    five = residual_break_even(**{**BASE, "holding_time": 5, "cloud_server_hour_price": 50_000 / (0.4 * 8_760)})
    assert five.total == pytest.approx(0.40)
    # Three years with a sale at 30 % against the same price: 250,000 × 0.7 / 3 = 58,333 a year, 46.7 %, not 75 %.
    same = {**BASE, "residual_share": 0.3, "cloud_server_hour_price": 50_000 / (0.4 * 8_760)}
    assert residual_break_even(**same).total == pytest.approx(0.4667, abs=1e-4)
    # Even without a buyer it would be 66.7 %.
    assert residual_break_even(**same).notes["break_even_without_a_buyer"].value == pytest.approx(2 / 3)
    # 75 % belongs to a rental price that is 1.607 times lower, $8.88 an hour.
    assert residual_break_even(**{**same, "cloud_server_hour_price": 8.879}).total == pytest.approx(0.75, abs=1e-4)


def test_published_fifty_three_percent() -> None:
    # 53 % over three years (https://www.spheron.network/blog/renting-gpus/) fits $250,000 at $17.95 an hour
    # ($2.24 a GPU); at $3.50 a GPU the same server breaks even at 34 %.
    assert residual_break_even(**{**BASE, "cloud_server_hour_price": 17.95}).total == pytest.approx(0.53, abs=1e-3)
    assert residual_break_even(**BASE).total == pytest.approx(0.34, abs=1e-2)


def test_published_seventy_and_eighty_percent_bracket_a_price() -> None:
    # Below 70 % of the hours cloud, above 80 % own, over three years: $250,000 / 3 / (0.7 and 0.8 × 8,760) is $13.59
    # and $11.89 an hour, $1.70 and $1.49 a GPU. At $3.50 a GPU the same server breaks even at 34 %.
    bare = {**BASE, "holding_time": 3, "residual_share": 0, "cost_of_capital": 0, "running_cost": 0}
    for share, price in ((0.7, 13.59), (0.8, 11.89)):
        found = residual_break_even(**{**bare, "server_price": 250_000, "cloud_server_hour_price": price})
        assert found.total == pytest.approx(share, abs=1e-3)


def test_effective_price_doubles_only_from_a_residual_of_one_half() -> None:
    # Without a buyer 50 % becomes 100 % of the price: twice. From 30 % it is 1 / 0.7 = 1.43 times, from 0 no change.
    found = residual_break_even(**{**BASE, "residual_share": np.array([0.5, 0.3, 0.0])})
    assert found.notes["price_multiple_without_a_buyer"].value == pytest.approx([2.0, 1 / 0.7, 1.0])


def test_book_value_is_not_what_the_market_pays() -> None:
    # The books over five years still hold 40 % after three; a market of 10 % makes the break-even 1.5 times as high.
    found = residual_break_even(**{**BASE, "residual_share": 0.1})
    assert found.notes["book_value_share_at_sale"].value == pytest.approx(0.4)
    assert found.notes["break_even_at_book_value"].value == pytest.approx(250_000 * 0.6 / 3 / 245_280)
    assert found.total == pytest.approx(1.5 * found.notes["break_even_at_book_value"].value)
    assert "flatters owning" in found.warnings[0]
    assert residual_break_even(**{**BASE, "residual_share": 0.4}).warnings == ()


def test_written_off_before_it_is_sold() -> None:
    assert residual_break_even(**{**BASE, "book_life": 2}).notes["book_value_share_at_sale"].value == 0


def test_never() -> None:
    # B200 at $1.71 an hour spot (https://www.spheron.network/blog/renting-gpus/): 8 × 1.71 × 8,760 = 119,837 a year is
    # less than a server of $400,000 held for three years
    found = residual_break_even(**{**BASE, "server_price": 400_000, "cloud_server_hour_price": 8 * 1.71})
    assert math.isinf(found.total)
    assert residual_break_even.model.infinite


def test_limits() -> None:
    # Sold for what it cost: interest and running cost are left. 250,000 × 0.1 + 5,000 = 30,000
    kept = {**BASE, "residual_share": 1.0, "cost_of_capital": 0.1, "running_cost": 5_000}
    assert residual_break_even(**kept).total == pytest.approx(30_000 / 245_280)
    # A rate of nothing is the limit of small rates.
    tiny = residual_break_even(**{**BASE, "cost_of_capital": 1e-12}).total
    assert tiny == pytest.approx(residual_break_even(**BASE).total, rel=1e-11)


@pytest.mark.parametrize(
    ("name", "value"),
    [("residual_share", 1.1), ("holding_time", 0), ("holding_time", -1), ("resale_cost_share", 1.5), ("book_life", 0)],
)
def test_a_residual_above_the_price_or_a_sale_before_service_is_refused(name: str, value: float) -> None:
    with pytest.raises(RackmathError, match=name):
        residual_break_even(**{**BASE, name: value})
