"""Owned servers while demand ramps up: purchase, loan, lease, waiting, replacement, sale, each by another road."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy_financial as npf
import pytest

from rackmath.errors import RackmathError
from rackmath.models.ownership.owned_over_months import owned_over_months
from rackmath.models.ownership.owned_service import owned_service

Inputs = dict[str, Any]
MONTHLY = 1.1 ** (1 / 12) - 1


@pytest.fixture
def base(workload: Inputs, ramp: Inputs, hardware: Inputs, helpers: Inputs) -> Inputs:
    servers = {name: value for name, value in hardware.items() if name != "mean_load_of_nameplate"}
    return {
        **workload,
        **ramp,
        **servers,
        **helpers,
        "replacement_price_share": 1.0,
        "book_life": 5,
        "acquisition": "purchase",
        "financed_share": 0.8,
        "loan_rate": 0.1,
        "lease_rate": 0.15,
        "lessor_residual_share": 0.1,
        "financing_term": 36,
        "lead_time": 0.0,
        "bridge": "rent",
        "gpu_hour_price": 2.5,
        "rental_price_decline": 0.0,
        "api_price": 0.6,
        "idle_power": 250,
        "loaded_power": 900,
        "hosting": "colocation",
        "room_price": 11_700,
        "room_life": 14,
    }


def test_a_whole_life_of_steady_demand_is_the_month_of_owned_service(
    base: Inputs, workload: Inputs, hardware: Inputs, helpers: Inputs
) -> None:
    """Two roads: dated flows, and the capital recovery factor; they differ in that months are paid at their ends."""
    month = owned_service(**workload, **hardware, **helpers)
    found = owned_over_months(**{**base, "horizon": 48})
    # what 12 monthly payments of 1 are worth at the end of a year, over 12
    late = ((1 + MONTHLY) ** 12 - 1) / MONTHLY / 12
    assert found.lines["servers"] + found.lines["resale"] == pytest.approx(
        (month.lines["servers"] + month.lines["spares"]) / late - found.lines["spares"]
    )
    for name in ("network", "maintenance", "staff"):
        assert found.lines[name] == pytest.approx(month.lines[name] / (late if name == "network" else 1))
    assert found.lines["hosting"] == pytest.approx(month.lines["colocation"])


def test_without_interest_by_hand(base: Inputs) -> None:
    found = owned_over_months(**{**base, "cost_of_capital": 0.0})
    # One server of 280,000 holds both replicas. After 36 of 48 months the market pays 0.2^(3/4) = 29.907 % of it, of
    # which a tenth is lost; 8 × 0.09 × 10 / 365 = 1.9726 % of a server stands by for repairs.
    sold = 280_000 * 0.2**0.75
    assert found.lines["servers"] == pytest.approx(280_000 / 36)
    assert found.lines["network"] == pytest.approx(28_000 / 36)
    assert found.lines["spares"] == pytest.approx(280_000 * 0.0197260 / 36, rel=1e-5)
    assert found.lines["resale"] == pytest.approx(-sold * 0.9 * 1.0197260 / 36, rel=1e-6)
    assert found.lines["hosting"] == pytest.approx(8 * 1.389 * 180)
    # 10e9 tokens a month over the 84.096e9 that eight GPUs at 4,000 a second make: 250 + 650 × 0.11891 + 114 W a GPU
    drawn = 8 * (364 + 650 * 10e9 / (8 * 4_000 * 730 * 3_600)) / 1e3
    assert found.lines["electricity"] == pytest.approx(drawn * 1.3 * 0.08 * 730)
    # Market and book: straight line over five years leaves 40 %
    assert found.notes["market_value_at_horizon"].value == pytest.approx(sold)
    assert found.notes["book_value_at_horizon"].value == pytest.approx(280_000 * 0.4)
    assert found.notes["market_less_book"].value == pytest.approx(sold - 112_000)


def test_servers_are_bought_when_demand_asks(base: Inputs) -> None:
    # A server of four replicas carries 21.024e9 tokens a month: 20e9, 40e9 and 60e9 take one, two and three.
    plan = {"tokens_per_month": 20e9, "demand_plan": [1.0, 2.0, 3.0], "horizon": 3, "cost_of_capital": 0.0}
    found = owned_over_months(**{**base, **plan, "replacement_price_share": 0.5})
    prices = [280_000 * 0.5 ** (month / 48) for month in range(3)]
    assert found.lines["servers"] == pytest.approx(sum(prices) / 3)
    worth = sum(price * 0.2 ** ((3 - month) / 48) for month, price in enumerate(prices))
    assert found.notes["market_value_at_horizon"].value == pytest.approx(worth)
    assert found.notes["servers_at_end"].value == 3


def test_replacement_after_a_life(base: Inputs) -> None:
    found = owned_over_months(**{**base, "useful_life": 1, "horizon": 24, "cost_of_capital": 0.0})
    assert found.lines["servers"] == pytest.approx(2 * 280_000 / 24)
    assert found.lines["resale"] == pytest.approx(-2 * 56_000 * 0.9 * 1.0197260 / 24, rel=1e-6)
    # Nobody pays more for the old one than for its successor
    cheap = owned_over_months(
        **{**base, "useful_life": 1, "horizon": 12, "cost_of_capital": 0.0, "replacement_price_share": 0.05}
    )
    assert cheap.lines["resale"] == pytest.approx(-280_000 * 0.05 * 0.9 * 1.0197260 / 12, rel=1e-6)


def test_a_loan_at_the_cost_of_capital_costs_what_cash_does(base: Inputs) -> None:
    loan = owned_over_months(**{**base, "acquisition": "loan"})
    assert loan.lines["financing"] == pytest.approx(0, abs=1e-6)
    assert loan.total == pytest.approx(owned_over_months(**base).total)


def test_a_dear_loan_by_numpy_financial(base: Inputs) -> None:
    dear = {**base, "acquisition": "loan", "loan_rate": 0.16, "financed_share": 1.0, "financing_term": 48}
    found = owned_over_months(**dear)
    rate, price = 1.16 ** (1 / 12) - 1, 280_000 * (1.1 + 8 * 0.09 * 10 / 365)
    payment = -npf.pmt(rate, 48, price)
    left = -npf.fv(rate, 36, -payment, price) * -1  # what is owed after 36 of 48 payments is paid at the horizon
    flows = [-price, *[payment] * 35, payment + abs(left)]
    level = npf.npv(MONTHLY, flows) / -npf.pv(MONTHLY, 36, 1)
    assert found.lines["financing"] == pytest.approx(level)


def test_a_lease_pays_rent_and_has_no_residual(base: Inputs) -> None:
    found = owned_over_months(**{**base, "acquisition": "lease"})
    price = 280_000 * (1.1 + 8 * 0.09 * 10 / 365)
    rent = -npf.pmt(1.15 ** (1 / 12) - 1, 36, price, -0.1 * price)
    bought = found.lines["servers"] + found.lines["network"] + found.lines["spares"]
    assert bought + found.lines["financing"] == pytest.approx(rent)
    assert found.lines["resale"] == 0
    assert found.notes["market_less_book"].value == 0
    # Cut short after a year, all 36 rents are paid
    short = owned_over_months(**{**base, "acquisition": "lease", "horizon": 12, "cost_of_capital": 0.0})
    hardware = sum(short.lines[name] for name in ("servers", "network", "spares", "financing"))
    assert hardware == pytest.approx(36 * rent / 12)


@pytest.mark.parametrize(("bridge", "month"), [("rent", 7_300.0), ("api", 6_000.0)])
def test_waiting_is_bridged(base: Inputs, bridge: str, month: float) -> None:
    # Two months and a half: two full months and half of the third on rented GPUs (two replicas) or the API
    wait = {"lead_time": 2.5 * 365 / 12, "bridge": bridge, "horizon": 12, "cost_of_capital": 0.0}
    found = owned_over_months(**{**base, **wait})
    assert found.lines["bridge"] == pytest.approx(2.5 * month / 12)
    assert found.lines["hosting"] == pytest.approx(8 * 1.389 * 180 * 9.5 / 12)
    # Bought at the start of the third month, so ten months old at the end
    assert found.notes["market_value_at_horizon"].value == pytest.approx(280_000 * 0.2 ** (10 / 48))


def test_sold_out_is_told(base: Inputs) -> None:
    found = owned_over_months(**{**base, "lead_time": 1_200.0})
    assert found.lines["servers"] == 0
    assert found.lines["bridge"] == pytest.approx(7_300)
    assert "arrive after the months looked at" in found.warnings[0]


def test_a_room_of_ones_own_is_paid_off(base: Inputs) -> None:
    found = owned_over_months(**{**base, "hosting": "own-room"})
    assert found.lines["hosting"] == pytest.approx(8 * 1.389 * npf.pmt(0.1, 14, -11_700) / 12)


def test_whole_engineers_come_in_steps(base: Inputs) -> None:
    # 600e9 tokens take 29 servers: 0.9 + 0.028 engineers for the first are one person, 0.9 + 0.112 are two. A quarter
    # of a rack's 60 h × $80 over four years is $25 a month and server.
    grown = {"staffing": "whole", "staff_need": 0.9, "demand_plan": [1.0, 60.0], "horizon": 2, "cost_of_capital": 0.0}
    found = owned_over_months(**{**base, **grown})
    assert found.notes["servers_at_end"].value == 29
    assert found.lines["staff"] == pytest.approx((20_000 + 25 + 40_000 + 29 * 25) / 2)


def test_no_demand_still_costs_a_server(base: Inputs) -> None:
    found = owned_over_months(**{**base, "tokens_per_month": 0.0})
    assert found.notes["servers_at_end"].value == 1
    assert np.isinf(found.notes["cost_per_mtok"].value)


@pytest.mark.parametrize("acquisition", ["purchase", "loan", "lease"])
def test_draws_match_single_runs(base: Inputs, acquisition: str) -> None:
    draws = {
        "horizon": np.array([7.0, 36.0, 90.0]),
        "useful_life": np.array([0.5, 3.0, 6.0]),
        "financing_term": np.array([6.0, 24.5, 60.0]),
        "lead_time": np.array([0.0, 45.0, 400.0]),
        "demand_growth": np.array([0.0, 0.05, -0.02]),
        "residual_share": np.array([0.0, 0.2, 0.9]),
    }
    fixed = {**base, "acquisition": acquisition}
    many = owned_over_months(**{**fixed, **draws})
    for index in range(3):
        one = owned_over_months(**{**fixed, **{name: float(values[index]) for name, values in draws.items()}})
        for name, line in one.lines.items():
            assert np.broadcast_to(many.lines[name], 3)[index] == pytest.approx(line, rel=1e-9, abs=1e-6), name
        for note in ("market_value_at_horizon", "book_value_at_horizon"):
            assert many.notes[note].value[index] == pytest.approx(one.notes[note].value, rel=1e-9, abs=1e-6)


def test_draws_may_have_two_axes(base: Inputs) -> None:
    tokens, lives = np.array([[1e9], [40e9]]), np.array([0.5, 2.0, 6.0])
    many = owned_over_months(**{**base, "tokens_per_month": tokens, "useful_life": lives})
    for row in range(2):
        for column in range(3):
            point = {"tokens_per_month": float(tokens[row, 0]), "useful_life": float(lives[column])}
            assert many.total[row, column] == pytest.approx(owned_over_months(**{**base, **point}).total)


@pytest.mark.parametrize(
    ("name", "value"), [("lead_time", -1), ("acquisition", "gift"), ("financed_share", 1.1), ("room_life", 0)]
)
def test_bad_inputs_are_refused(base: Inputs, name: str, value: object) -> None:
    with pytest.raises(RackmathError, match=name):
        owned_over_months(**{**base, name: value})
