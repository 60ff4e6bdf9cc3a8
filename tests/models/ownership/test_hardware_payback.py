"""Days until hardware has paid for itself."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from rackmath.errors import RackmathError
from rackmath.models.ownership.hardware_payback import hardware_payback

# 30 million tokens a day on a desktop GPU, electricity $0.001 to $0.04 a million tokens, against GPT-5 mini at $0.25 in
# and $2.00 out (https://arxiv.org/html/2601.09527v1); half input, half output is $1.125 a million.
BASE: dict[str, Any] = {
    "server_price": 2_000,
    "tokens_per_day": 30,
    "api_price": 1.125,
    "electricity_per_mtok": 0.02,
    "gpus_per_server": 1,
    "total_throughput": 1_000,
    "allowed_load_share": 1,
    "peak_to_mean": 1,
    "staff_need": 0,
    "loaded_salary": 0,
}


def test_by_hand() -> None:
    # 2,000 / (30 × (1.125 - 0.02)) = 2,000 / 33.15 = 60.3 days
    assert hardware_payback(**BASE).total == pytest.approx(60.33, abs=0.01)


def test_published_range_of_days_is_one_of_desktop_prices() -> None:
    # 15 to 118 days at 30 million tokens a day: 15 × 33.15 = $497 and 118 × 33.15 = $3,912 of hardware
    for price, days in ((497, 15), (3_912, 118)):
        assert hardware_payback(**{**BASE, "server_price": price}).total == pytest.approx(days, abs=0.02)
    # A data-centre server of $280,000 for the same tokens takes 23 years.
    server = hardware_payback(**{**BASE, "server_price": 280_000})
    assert server.total / 365 == pytest.approx(23.1, abs=0.1)
    assert "longer than servers" in server.warnings[0]


def test_throughput_caps_what_is_saved() -> None:
    # 1,000 tokens a second are 86.4 million a day; a demand of 200 saves no more than one of 86.4
    capped = hardware_payback(**{**BASE, "tokens_per_day": 200})
    assert capped.total == pytest.approx(2_000 / (86.4 * 1.105))
    assert capped.notes["not_served"].value == pytest.approx(113.6)
    assert "above what one server can carry" in capped.warnings[0]
    # An uneven day that may fill three quarters of its peak hour carries 86.4 × 0.75 / 3 = 21.6
    uneven = hardware_payback(**{**BASE, "allowed_load_share": 0.75, "peak_to_mean": 3})
    assert uneven.notes["served"].value == pytest.approx(21.6)


def test_price_at_or_below_electricity_never_pays_back() -> None:
    assert math.isinf(hardware_payback(**{**BASE, "api_price": 0.02}).total)
    assert math.isinf(hardware_payback(**{**BASE, "api_price": 0.01}).total)
    assert math.isinf(hardware_payback(**{**BASE, "tokens_per_day": 0}).total)
    assert hardware_payback.model.infinite


def test_a_day_is_not_a_month() -> None:
    # 30 million a month are 0.986 a day: thirty times as many days
    month = hardware_payback(**{**BASE, "tokens_per_day": 30 * 12 / 365})
    assert month.total / hardware_payback(**BASE).total == pytest.approx(365 / 12)


def test_people_are_left_out_of_the_published_formula() -> None:
    # A tenth of an engineer at $200,000 is $54.79 a day, more than the 33.15 saved: with staff it never pays back.
    staffed = hardware_payback(**{**BASE, "staff_need": 0.1, "loaded_salary": 200_000})
    assert staffed.total == hardware_payback(**BASE).total
    assert math.isinf(staffed.notes["days_with_staff"].value)
    # A hundredth is $5.479 a day: 2,000 / 27.67
    some_help = hardware_payback(**{**BASE, "staff_need": 0.01, "loaded_salary": 200_000})
    assert some_help.notes["days_with_staff"].value == pytest.approx(2_000 / (33.15 - 5.4795), rel=1e-4)


def test_arrays_and_free_hardware() -> None:
    found = hardware_payback(**{**BASE, "server_price": np.array([0.0, 33.15, 66.3])})
    assert found.total == pytest.approx([0, 1, 2])


@pytest.mark.parametrize(("name", "value"), [("server_price", -1), ("tokens_per_day", -1), ("peak_to_mean", 0)])
def test_bad_inputs_are_refused(name: str, value: float) -> None:
    with pytest.raises(RackmathError, match=name):
        hardware_payback(**{**BASE, name: value})


def test_published_all_in_cost_needs_cheaper_hardware_than_its_days() -> None:
    # 0.02 to 0.09 dollars a million all in over two years of 30 million tokens a day, 21,900 Mtok: less 0.02 of
    # electricity that is hardware for at most (0.09 - 0.02) × 21,900 = $1,533, which pays back in 46 days; 118 days
    # belong to $3,912, or 0.179 + 0.02 a million. The two ranges are not of the same machines.
    assert hardware_payback(**{**BASE, "server_price": 1_533}).total == pytest.approx(46.2, abs=0.1)
    # "40 to 200 times cheaper" at 0.09 and 0.02 is an API at $3.60 to $4.00 a million, not $1.125: at 3.60 the same
    # hardware would pay back within 1,533 / (30 × 3.58) = 14 days
    assert hardware_payback(**{**BASE, "server_price": 1_533, "api_price": 3.6}).total == pytest.approx(14.3, abs=0.1)
