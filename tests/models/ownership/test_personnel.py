"""Staff for owned servers: rates, steps, and the two readings of the shift of the break-even."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from rackmath.errors import RackmathError
from rackmath.models.ownership.personnel import personnel

# Rates as published: 0.1 to 0.3 engineers monitor 100 servers, 0.05 to 0.15 patch them, 0.1 plan a refresh, 40 to 80
# hours deploy a rack; a senior engineer costs $200,000 a year and more
# (https://www.digitalapplied.com/blog/self-host-frontier-models-tco-analysis-2026).
BASE: dict[str, Any] = {
    "servers": 100,
    "staff_need": 0.5,
    "monitoring_fte_per_100_servers": 0.2,
    "patching_fte_per_100_servers": 0.1,
    "refresh_fte": 0.1,
    "useful_life": 5,
    "loaded_salary": 200_000,
    "staffing": "shared",
    "deploy_hours_per_rack": 60,
    "servers_per_rack": 4,
    "technician_hour_price": 80,
    "break_even_without_staff": 0.5,
    "cloud_server_hour_price": 30,
}


def test_lines_by_hand() -> None:
    found = personnel(**BASE)
    assert found.lines == {
        "service": pytest.approx(100_000),  # 0.5 × 200,000
        "monitoring": pytest.approx(40_000),  # 0.2 × 200,000
        "patching": pytest.approx(20_000),  # 0.1 × 200,000
        "refresh": pytest.approx(4_000),  # 0.1 for one year in five: 0.02 × 200,000
        "whole_people": 0,
        "deployment": pytest.approx(24_000),  # 25 racks × 60 h × $80 = 120,000, once in five years
    }
    assert found.total == pytest.approx(188_000)
    assert found.notes["engineers"].value == pytest.approx(0.82)


def test_whole_people_are_never_rounded_down() -> None:
    # 0.82 engineers are one person: 0.18 × 200,000 = 36,000 more
    found = personnel(**{**BASE, "staffing": "whole"})
    assert found.notes["engineers"].value == 1
    assert found.lines["whole_people"] == pytest.approx(36_000)
    assert personnel(**{**BASE, "staffing": "whole", "staff_need": 1.0}).notes["engineers"].value == 2  # of 1.32


def test_a_small_fleet_still_needs_a_rota() -> None:
    # Three servers and no service of their own: 0.009 + 0.02 engineers; rounded to the nearest they would be nobody.
    small = {**BASE, "servers": 3, "staff_need": 0}
    assert personnel(**small).notes["engineers"].value == pytest.approx(0.029)
    assert personnel(**{**small, "staffing": "whole"}).notes["engineers"].value == 1
    assert personnel(**{**small, "staffing": "whole", "refresh_fte": 0, "servers": 1}).notes["engineers"].value == 1


def test_whole_numbers_stay_whole() -> None:
    # 0.7 + 0.2 + 0.1 is 0.9999999999999999 or 1.0000000000000002 in floats; it is one person, not two
    sums = {**BASE, "staff_need": 0.7, "monitoring_fte_per_100_servers": 0.2, "refresh_fte": 0, "staffing": "whole"}
    assert personnel(**sums).notes["engineers"].value == 1


def test_shift_of_the_break_even_has_two_readings() -> None:
    found = personnel(**BASE)
    # 188,000 / (100 servers × 8,760 h) = $0.21461 a server-hour, over $30: 0.715 points; over 50 %: 1.43 % of it
    assert found.notes["cost_per_server_hour"].value == pytest.approx(0.214612, abs=1e-6)
    assert found.notes["break_even_shift_in_points"].value == pytest.approx(0.0071537, abs=1e-7)
    assert found.notes["break_even_shift_relative"].value == pytest.approx(0.0143075, abs=1e-7)


def test_fifty_percent_to_the_right_is_not_fifty_points() -> None:
    # Four servers and one engineer: 200,000 / (4 × 8,760) = $5.708 an hour. Against a cloud server at $22.83 that is
    # 25 points: from 50 % to 75 % of the hours, which is 50 % more. Read as 50 points it would be 100 %: never.
    few = {
        **BASE,
        "servers": 4,
        "staff_need": 1,
        "monitoring_fte_per_100_servers": 0,
        "patching_fte_per_100_servers": 0,
        "refresh_fte": 0,
        "deploy_hours_per_rack": 0,
        "cloud_server_hour_price": 200_000 / (4 * 8_760) / 0.25,
    }
    found = personnel(**few)
    assert found.notes["break_even_shift_in_points"].value == pytest.approx(0.25)
    assert found.notes["break_even_shift_relative"].value == pytest.approx(0.5)
    assert found.notes["break_even_with_staff"].value == pytest.approx(0.75)
    # The published 40 to 60 % to the right of 70 %: relative it is 98 to 112 %, out of reach for most of the range.
    from_seventy = [0.7 * (1 + shift) for shift in (0.4, 0.6)]
    assert from_seventy == pytest.approx([0.98, 1.12])


def test_never_is_told() -> None:
    assert personnel(**BASE).warnings == ()
    found = personnel(**{**BASE, "servers": 1, "cloud_server_hour_price": 20})
    assert found.notes["break_even_with_staff"].value > 1
    assert "never breaks even" in found.warnings[0]


def test_an_engineer_is_not_worth_four_thousand_gpu_hours_a_year() -> None:
    # $200,000 a year set equal to 4,000 H100-hours would be $50 an hour. It holds for a month's pay:
    # 200,000 / 12 / 4,000 = $4.17 an hour. (https://dev.to/kaeltiwari/gpu-economics-what-inference-actually-costs-in-2026-2goo)
    one = {**BASE, "staff_need": 1, "monitoring_fte_per_100_servers": 0, "patching_fte_per_100_servers": 0}
    year = personnel(**{**one, "refresh_fte": 0, "deploy_hours_per_rack": 0}).total
    assert year / 4_000 == pytest.approx(50)
    assert year / 12 / 4_000 == pytest.approx(4.1667, abs=1e-4)
    # Set equal to 36 trillion tokens: 200,000 / 36 million Mtok = $0.0056 per Mtok; list prices are $0.125 to $2.
    assert year / 36e6 == pytest.approx(0.00556, abs=1e-5)


def test_large_fleets_cost_the_rates_alone() -> None:
    found = personnel(**{**BASE, "servers": np.array([100.0, 1e6])})
    # 0.003 × 200,000 + 60 × 80 / 4 / 5 = 600 + 240 = $840 a server
    assert found.total[1] / 1e6 == pytest.approx(840, rel=1e-3)


@pytest.mark.parametrize(("name", "value"), [("servers", 0), ("loaded_salary", -1), ("staffing", "halves")])
def test_bad_inputs_are_refused(name: str, value: object) -> None:
    with pytest.raises(RackmathError, match=name):
        personnel(**{**BASE, name: value})


def test_free_cloud_is_never_beaten() -> None:
    found = personnel(**{**BASE, "cloud_server_hour_price": 0})
    assert math.isinf(found.notes["break_even_shift_in_points"].value)
    assert math.isfinite(found.total)
