"""From SaaS to IaaS: forecast, response curve, packing, price, and both definitions of the phases."""

from __future__ import annotations

import math
from typing import Any

import pytest

from rackmath.errors import RackmathError
from rackmath.models.ownership.saas_to_iaas import saas_to_iaas

BASE: dict[str, Any] = {
    "phases": "configure-then-price",
    "users": 1000,
    "user_growth": 0,
    "months_ahead": 12,
    "users_at_once": 0.1,
    "tested_users": [25, 50, 100],
    "tested_cores": [2.5, 5, 10],
    "tested_memory": [5, 10, 20],
    "tested_egress": [10, 20, 40],
    "instance_cores": [4, 8],
    "instance_memory": [16, 32],
    "instance_price": [100, 190],
    "request_time": 0,
    "promised_time": 1,
    "spare_machines": 0,
    "egress_price": 0.09,
    "margin": 0.2,
    "seat_price": 20,
    "study_cost": 6_000,
    "personnel_change": 4_000,
}


def test_four_phases_by_hand() -> None:
    found = saas_to_iaas(**BASE)
    # 1: 100 of 1,000 users at once. 2: in proportion, 10 cores, 20 GB, 40 GB out. 3: three machines of four cores cost
    # 300, two of eight 380, one of each 290. 4: (290 + 3.60) / 1,000 a seat, over 0.8.
    assert found.notes["active_users"].value == pytest.approx(100)
    assert found.notes["exponent_of_cores"].value == pytest.approx(1)
    assert found.lines["machines"] == pytest.approx(290)
    assert found.notes["cost_of_one_type_alone"].value == pytest.approx(300)
    assert found.notes["price_of_a_seat"].value == pytest.approx(0.2936 / 0.8)
    assert found.warnings == ()


def test_the_other_definition_counts_the_study_and_the_people() -> None:
    found = saas_to_iaas(**{**BASE, "phases": "study-then-compare"})
    assert found.lines["study"] == pytest.approx(500)
    assert found.lines["personnel"] == pytest.approx(4_000)
    assert found.notes["saving_against_bought_seats"].value == pytest.approx(20_000 - 4_793.6)
    assert "bought_seats" not in saas_to_iaas(**BASE).notes


def test_a_curve_that_bends() -> None:
    # Cores as the square of the users: 2, 8, 32 for 25, 50, 100. Twice the users tested would take 128.
    bent = saas_to_iaas(**{**BASE, "tested_cores": [2, 8, 32], "users": 2_000})
    assert bent.notes["exponent_of_cores"].value == pytest.approx(2)
    assert bent.notes["cores_needed"].value == pytest.approx(128)
    assert "extrapolated" in bent.warnings[0]
    assert bent.notes["largest_over_tested_users"].value == pytest.approx(2)


def test_growth_is_forecast() -> None:
    found = saas_to_iaas(**{**BASE, "user_growth": 0.05})
    assert found.notes["users_forecast"].value == pytest.approx(1_000 * 1.05**12)


def test_a_response_time_leaves_room() -> None:
    # 0.5 s alone and 1 s promised: half load, twice the cores
    assert saas_to_iaas(**{**BASE, "request_time": 0.5}).notes["cores_needed"].value == pytest.approx(20)


def test_an_infeasible_promise_is_never_kept() -> None:
    found = saas_to_iaas(**{**BASE, "request_time": 1.0})
    assert math.isinf(found.total)
    assert "shorter than a request takes" in found.warnings[0]


def test_no_users() -> None:
    found = saas_to_iaas(**{**BASE, "users": 0})
    assert found.total == 0
    assert math.isinf(found.notes["cost_of_a_seat"].value)


def test_spare_machines_are_the_largest() -> None:
    assert saas_to_iaas(**{**BASE, "spare_machines": 2}).lines["spare_machines"] == pytest.approx(380)


@pytest.mark.parametrize(
    ("name", "value"),
    [("tested_cores", [1.0, 2.0]), ("tested_users", [0.0, 1.0]), ("instance_price", [1.0]), ("margin", 1.0)],
)
def test_bad_inputs_are_refused(name: str, value: object) -> None:
    with pytest.raises(RackmathError, match=r"tested_users|instance_price|margin"):
        saas_to_iaas(**{**BASE, name: value})
