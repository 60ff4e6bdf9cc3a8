"""Months until owning has paid back: dated flows, replacement, discounting, every crossing."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
import numpy_financial as npf
import pytest

from rackmath.errors import RackmathError
from rackmath.models.ownership.cumulative_crossover import cumulative_crossover
from rackmath.uncertainty import stream

HOURS = 730
# A server of $12,000 that costs $100 a month to keep, against $1,100 of rent a month: it saves $1,000 a month.
BASE: dict[str, Any] = {
    "server_price": 12_000,
    "running_cost": 100,
    "cloud_server_hour_price": 1_100 / HOURS,
    "rented_hours_share": 1,
    "rental_price_decline": 0,
    "useful_life": 15,
    "replacement_price_share": 1,
    "residual_share": 0,
    "resale_cost_share": 0,
    "cost_of_capital": 0,
    "horizon": 60,
    "extra_owner_spending": 0,
}


def _crossings(found: Any) -> list[tuple[int, float]]:
    steps = found.paths["crossing"].values
    return [(int(month), float(steps[month])) for month in np.flatnonzero(steps)]


def _by_hand(inputs: dict[str, Any]) -> tuple[list[float], list[float]]:
    """Return both running totals, summed month by month with plain Python."""
    owned, rented = [inputs["server_price"]], [0.0]
    extra = np.atleast_1d(inputs["extra_owner_spending"])
    life = round(inputs["useful_life"] * 12)
    for month in range(1, inputs["horizon"] + 1):
        factor = (1 + inputs["cost_of_capital"]) ** (-month / 12)
        spent = inputs["running_cost"] + (
            extra[0] if len(extra) == 1 else extra[month - 1] if month <= len(extra) else 0.0
        )
        if month % life == 0 and month < inputs["horizon"]:
            sold = min(inputs["residual_share"], inputs["replacement_price_share"]) * (1 - inputs["resale_cost_share"])
            spent += inputs["server_price"] * (inputs["replacement_price_share"] - sold)
        rent = inputs["cloud_server_hour_price"] * HOURS * inputs["rented_hours_share"]
        owned.append(owned[-1] + spent * factor)
        rented.append(rented[-1] + rent * math.exp(-inputs["rental_price_decline"] * month / 12) * factor)
    return owned, rented


def test_price_over_monthly_saving() -> None:
    found = cumulative_crossover(**BASE)
    assert found.total == 12  # 12,000 / (1,100 - 100)
    assert found.notes["ahead_for_good_from"].value == 12
    assert found.notes["saving_by_horizon"].value == pytest.approx(48_000)  # 60 × 1,000 - 12,000
    assert _crossings(found) == [(12, 1.0)]


def test_a_started_month_counts() -> None:
    assert cumulative_crossover(**{**BASE, "server_price": 12_001}).total == 13


def test_published_payback() -> None:
    # https://lenovopress.lenovo.com/lp2225.pdf: 833,806 / (98.32 - 0.87) = 8,556 h = 11.7 months of 730 h (11.9 months
    # in the source, of 720 h)
    lenovo = {"server_price": 833_806, "cloud_server_hour_price": 98.32, "running_cost": 0.87 * HOURS}
    assert cumulative_crossover(**{**BASE, **lenovo}).total == 12


def test_never_and_always() -> None:
    never = cumulative_crossover(**{**BASE, "cloud_server_hour_price": 100 / HOURS})
    assert math.isinf(never.total)
    assert math.isinf(never.notes["ahead_for_good_from"].value)
    assert never.notes["crossings"].value == 0
    too_late = cumulative_crossover(**{**BASE, "horizon": 11})
    assert math.isinf(too_late.total)
    always = cumulative_crossover(**{**BASE, "server_price": 0})
    assert always.total == 0
    assert always.notes["ahead_for_good_from"].value == 0


def test_replacement_makes_several_crossings() -> None:
    # $13,000, bought again after 2 and 4 years: ahead from month 13; in month 24 26,000 is spent and 24,000 saved, so
    # behind until month 26; in month 48 39,000 is spent and 48,000 saved, so still ahead.
    found = cumulative_crossover(**{**BASE, "useful_life": 2, "server_price": 13_000})
    assert _crossings(found) == [(13, 1.0), (24, -1.0), (26, 1.0)]
    assert found.total == 13
    assert found.notes["crossings"].value == 3
    assert found.notes["ahead_for_good_from"].value == 26
    assert "falls behind again" in found.warnings[0]
    # Who stops at the first crossing overlooks the years in which owning is behind again.
    assert cumulative_crossover(**{**BASE, "server_price": 13_000}).notes["crossings"].value == 1


def test_no_server_is_bought_at_the_horizon() -> None:
    at_horizon = cumulative_crossover(**{**BASE, "useful_life": 5})
    assert at_horizon.notes["saving_by_horizon"].value == pytest.approx(48_000)


def test_resale_and_a_cheaper_successor() -> None:
    # After 2 years: sell at 30 % less 10 % of that, buy at 80 %: 12,000 × (0.8 - 0.27) = 6,360, twice within five years
    found = cumulative_crossover(
        **{**BASE, "useful_life": 2, "residual_share": 0.3, "resale_cost_share": 0.1, "replacement_price_share": 0.8}
    )
    assert found.notes["saving_by_horizon"].value == pytest.approx(48_000 - 2 * 6_360)
    assert found.notes["resale_value_at_horizon"].value == pytest.approx(3_240)


def test_nobody_pays_more_for_old_than_for_new() -> None:
    # A successor at 20 % of the price caps what the old server fetches: no money is made by replacing.
    found = cumulative_crossover(**{**BASE, "useful_life": 2, "residual_share": 0.9, "replacement_price_share": 0.2})
    assert found.notes["saving_by_horizon"].value == pytest.approx(48_000)


def test_discounting_delays_the_crossing() -> None:
    found = cumulative_crossover(**{**BASE, "cost_of_capital": 0.2})
    assert found.total == 14
    # Net present value by numpy-financial at the monthly rate 1.2^(1/12) - 1
    flows = [-12_000.0] + [1_000.0] * 60
    assert found.notes["saving_by_horizon"].value == pytest.approx(npf.npv(1.2 ** (1 / 12) - 1, flows), rel=1e-12)
    # Discounted payback by numpy-financial: nper of the annuity, 13.2 months
    assert math.ceil(npf.nper(1.2 ** (1 / 12) - 1, 1_000, -12_000)) == 14


def test_falling_rent_can_undo_the_crossing() -> None:
    # Rent that halves every year: months 1 to t cost 1,100 × 16.8171 × (1 - 2^(-t/12)), where 16.8171 = q / (1 - q) and
    # q = 2^(-1/12). Month 28: 18,499 × 0.80157 = 14,828 >= 12,000 + 2,800; month 27: 14,610 < 14,700.
    found = cumulative_crossover(**{**BASE, "rental_price_decline": math.log(2)})
    assert found.total == 28
    # By month 60 the rent is 18,499 × (1 - 1/32) = 17,921 in all, and owning has cost 18,000: behind again.
    assert found.notes["saving_by_horizon"].value == pytest.approx(-79.2, abs=0.1)
    assert math.isinf(found.notes["ahead_for_good_from"].value)
    # A rate is not a share: falling by 50 % a year is a rate of ln 2 = 0.693, and 0.5 a fall of 39 %.
    assert 1 - math.exp(-0.5) == pytest.approx(0.393, abs=1e-3)


def test_dated_spending_is_added_in_its_month() -> None:
    # $5,000 in month 3 moves the crossing from 12 to 17; a single number is spent every month.
    assert cumulative_crossover(**{**BASE, "extra_owner_spending": [0.0, 0.0, 5_000.0]}).total == 17
    assert cumulative_crossover(**{**BASE, "extra_owner_spending": [250.0]}).total == 16  # 12,000 / 750
    assert cumulative_crossover(**{**BASE, "extra_owner_spending": 250.0}).total == 16


@pytest.mark.parametrize("seed", range(5))
def test_agrees_with_a_plain_loop(seed: int) -> None:
    draw = stream(seed, "crossover")
    inputs = {
        **BASE,
        "server_price": draw.uniform(5_000, 40_000),
        "running_cost": draw.uniform(0, 800),
        "rented_hours_share": draw.uniform(0.4, 1),
        "rental_price_decline": draw.uniform(-0.1, 0.3),
        "useful_life": draw.uniform(0.5, 5),
        "replacement_price_share": draw.uniform(0.3, 1.2),
        "residual_share": draw.uniform(0, 0.6),
        "resale_cost_share": draw.uniform(0, 0.3),
        "cost_of_capital": draw.uniform(0, 0.3),
        "horizon": int(draw.integers(20, 120)),
        "extra_owner_spending": draw.uniform(-100, 300, size=30),
    }
    found = cumulative_crossover(**inputs)
    owned, rented = _by_hand(inputs)
    assert found.paths["owned"].values == pytest.approx(owned)
    assert found.paths["rented"].values == pytest.approx(rented)
    ahead = [b >= a for a, b in zip(owned, rented, strict=True)]
    assert found.total == (ahead.index(True) if any(ahead) else math.inf)
    assert found.notes["crossings"].value == ahead[0] + sum(a != b for a, b in itertools.pairwise(ahead))


def test_draws_give_the_chance_of_crossing() -> None:
    # Saving 1,100 u - 100 a month with u uniform on 0..1: paid back within 60 months if u is at least
    # (12,000 / 60 + 100) / 1,100 = 0.2727, so in 72.7 % of draws (whole months do not change the last one).
    use = stream(3, "use").random(20_000)
    found = cumulative_crossover(**{**BASE, "rented_hours_share": use})
    assert np.isfinite(found.total).mean() == pytest.approx(1 - 300 / 1_100, abs=0.02)
    one = cumulative_crossover(**{**BASE, "rented_hours_share": float(use[7])})
    assert found.total[7] == one.total


def test_each_draw_has_its_own_horizon() -> None:
    found = cumulative_crossover(**{**BASE, "horizon": np.array([10.0, 12.0, 24.0])})
    assert found.total.tolist() == [math.inf, 12.0, 12.0]
    assert found.notes["saving_by_horizon"].value == pytest.approx([-2_000, 0, 12_000], abs=1e-6)


@pytest.mark.parametrize(
    ("name", "value"),
    [("horizon", 0), ("useful_life", 0), ("rented_hours_share", 1.1), ("server_price", -1), ("cost_of_capital", -0.1)],
)
def test_bad_inputs_are_refused(name: str, value: float) -> None:
    with pytest.raises(RackmathError, match=name):
        cumulative_crossover(**{**BASE, name: value})
