"""What waiting costs, for the lead times that are quoted."""

from __future__ import annotations

import math
from typing import Any

import pytest

from rackmath.errors import RackmathError
from rackmath.models.ownership.procurement_delay import procurement_delay

BASE: dict[str, Any] = {
    "availability": "orderable",
    "lead_time": 182.5,
    "cluster_gpus": 64,
    "bridged_share": 1,
    "gpu_hour_price": 2.5,
    "owned_gpu_hour_cost": 0,
    "value_of_a_month": 0,
    "purchase_price": 30_000,
    "prepaid_share": 0,
    "cost_of_capital": 0.1,
    "hours_per_month": 730,
}


@pytest.mark.parametrize(
    ("days", "cost"),
    # 8 GPUs at $2.50: $480 a day. Two to six weeks for H100 servers, four to eight for H200, five to six months for a
    # cluster (https://www.spheron.network/blog/llm-inference-on-premise-vs-cloud/): each at its own scope
    [(14, 6_720), (42, 20_160), (28, 13_440), (56, 26_880), (152, 72_960), (183, 87_840)],
)
def test_rent_for_the_quoted_lead_times(days: float, cost: float) -> None:
    assert procurement_delay(**{**BASE, "lead_time": days, "cluster_gpus": 8}).total == pytest.approx(cost)


def test_half_a_year_of_sixty_four() -> None:
    # 64 × 4,380 h × 2.5 = 0.7 million, a third of what they cost
    found = procurement_delay(**BASE)
    assert found.total == pytest.approx(700_800)
    assert found.notes["share_of_the_purchase_price"].value == pytest.approx(700_800 / 1_920_000)
    assert found.notes["cost_of_a_week"].value == pytest.approx(64 * 168 * 2.5)


def test_waiting_for_something_dearer_pays() -> None:
    # Renting at 2.50 while owning would cost 2.88 saves 0.38 an hour
    assert procurement_delay(**{**BASE, "owned_gpu_hour_cost": 2.88}).total == pytest.approx(-64 * 4_380 * 0.38)


def test_what_is_not_bridged_loses_its_value() -> None:
    found = procurement_delay(**{**BASE, "bridged_share": 0.25, "value_of_a_month": 3_000})
    assert found.lines["value_lost"] == pytest.approx(64 * 6 * 0.75 * 3_000)
    assert found.lines["rent_in_the_meantime"] == pytest.approx(175_200)


@pytest.mark.parametrize(("months", "interest"), [(12, 0.1), (24, 0.21)])
def test_a_greenfield_site_is_paid_for_before_it_earns(months: float, interest: float) -> None:
    # 12 to 24 months between outlay and revenue: 10 and 21 % of the price at 10 % a year
    site = {**BASE, "lead_time": months * 365 / 12, "prepaid_share": 1, "bridged_share": 0}
    assert procurement_delay(**site).total == pytest.approx(64 * 30_000 * interest)


def test_no_wait_costs_nothing() -> None:
    found = procurement_delay(**{**BASE, "lead_time": 0})
    assert found.total == 0
    assert found.notes["cost_of_a_week"].value == 0


def test_sold_out_has_no_end() -> None:
    assert math.isinf(procurement_delay(**{**BASE, "availability": "sold-out"}).total)


@pytest.mark.parametrize(("name", "value"), [("lead_time", -1), ("prepaid_share", 2), ("availability", "soon")])
def test_bad_inputs_are_refused(name: str, value: object) -> None:
    with pytest.raises(RackmathError, match=name):
        procurement_delay(**{**BASE, name: value})
