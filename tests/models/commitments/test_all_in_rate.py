"""All-in rate: what surrounds compute dilutes a saving, and only what depends on the choice moves the break-even."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from rackmath.models.commitments.all_in_rate import all_in_rate

BASE: dict[str, Any] = {
    "gpu_hour_price": 1.0,
    "commitment_discount": 0.4,
    "ancillary_share_of_bill": 0.5,
    "ancillary_discount": 0.0,
    "extra_cost_of_committing": 0.0,
    "loaded_hours_share": 1.0,
    "term": 1.0,
}


def test_forty_per_cent_of_half_a_bill_is_twenty() -> None:
    # the bill of 2 becomes 0.6 + 1 = 1.6
    found = all_in_rate(**BASE)
    assert found.total == pytest.approx(1.6)
    assert found.notes["saving_of_the_bill"].value == pytest.approx(0.2)
    assert found.notes["ancillary_share_after_discount"].value == pytest.approx(1 / 1.6)


def test_a_third_of_a_database_bill() -> None:
    # up to 69 % off a third of the bill is 23 % of it
    # (https://redresscompliance.com/aws-rds-reserved-instances-database-optimisation.html)
    found = all_in_rate(**BASE | {"commitment_discount": 0.69, "ancillary_share_of_bill": 2 / 3})
    assert found.notes["saving_of_the_bill"].value == pytest.approx(0.23)


def test_transfer_can_eat_the_saving() -> None:
    # 40 % saved and transfer of 38 % of compute on top leave 2 %
    case = {"ancillary_share_of_bill": 0.0, "extra_cost_of_committing": 0.38}
    found = all_in_rate(**BASE | case)
    assert found.notes["saving_of_the_bill"].value == pytest.approx(0.02)
    assert found.total == pytest.approx(0.98)


def test_common_cost_leaves_the_break_even_where_it_is() -> None:
    shares = np.array([0.0, 0.4, 0.6])
    found = all_in_rate(**BASE | {"ancillary_share_of_bill": shares})
    np.testing.assert_allclose(found.notes["break_even_time_with_extra_cost"].value, 7.2)


@pytest.mark.parametrize(("extra", "months"), [(0.0, 7.2), (0.2333, 10.0), (0.3167, 11.0)])
def test_what_lengthens_it_to_ten_or_eleven_months(extra: float, months: float) -> None:
    # 12 × (1 - 0.4 + x): from 7.2 to 10 or 11 months takes 23 to 32 % of compute that only the commitment causes
    found = all_in_rate(**BASE | {"extra_cost_of_committing": extra})
    assert found.notes["break_even_time_of_the_discount"].value == pytest.approx(7.2)
    assert found.notes["break_even_time_with_extra_cost"].value == pytest.approx(months, abs=1e-2)


def test_more_than_the_saving_never_pays() -> None:
    found = all_in_rate(**BASE | {"extra_cost_of_committing": 0.4})
    assert "never pays" in found.warnings[0]
    assert found.notes["saving_of_the_bill"].value == pytest.approx(0)


def test_a_unit_that_is_delivered_carries_the_hours_that_are_not() -> None:
    found = all_in_rate(**BASE | {"loaded_hours_share": 0.4})
    assert found.total == pytest.approx(4.0)
    assert found.lines["hours_that_deliver_nothing"] == pytest.approx(2.4)
    # the saving of the bill is the same however much of it delivers
    assert found.notes["saving_of_the_bill"].value == pytest.approx(0.2)


def test_the_share_saved_is_a_weighted_mean() -> None:
    # (d - x)(1 - s) + d_a s on a grid, against bills made line by line
    for s, da, x in ((0.3, 0.1, 0.05), (0.6, 0.0, 0.2), (0.0, 0.5, 0.0)):
        case = {"ancillary_share_of_bill": s, "ancillary_discount": da, "extra_cost_of_committing": x}
        found = all_in_rate(**BASE | case)
        assert found.notes["saving_of_the_bill"].value == pytest.approx((0.4 - x) * (1 - s) + da * s)


def test_a_free_hour() -> None:
    found = all_in_rate(**BASE | {"gpu_hour_price": 0.0})
    assert found.total == 0
    assert found.notes["saving_of_the_bill"].value == 0
