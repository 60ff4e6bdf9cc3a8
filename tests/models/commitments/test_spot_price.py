"""Spot: the best interval, what is lost, and when nothing gets done."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from scipy import optimize

from rackmath.models.commitments.spot_price import spot_price
from rackmath.uncertainty import stream

BASE: dict[str, Any] = {
    "spot_price": 2.0,
    "on_demand_price": 4.0,
    "interruption_rate": 0.5,
    "servers": 1.0,
    "checkpoint_time": 36.0,
    "restart_time": 360.0,
    "warning_time": 120.0,
    "interval_rule": "best",
    "checkpoint_interval": 1800.0,
    "workload": "interruptible",
}


def test_by_hand() -> None:
    # once in two hours, 36 s = 0.01 h: T* = √(2 × 0.01 / 0.5) = 0.2 h = 720 s;
    # waste 0.01 / 0.2 + 0.5 × (0.1 + 0.1) = 0.05 + 0.05 + 0.05 = 15 %: 2 / 0.85
    found = spot_price(**BASE)
    assert found.notes["checkpoint_interval"].value == pytest.approx(720)
    assert found.total == pytest.approx(2 / 0.85)
    for name in ("checkpoints", "lost_work", "restarts"):
        assert found.lines[name] == pytest.approx((2 / 0.85 - 2) / 3)
    assert found.notes["time_between_interruptions"].value == pytest.approx(2)
    assert found.notes["saving_against_on_demand"].value == pytest.approx(1 - 2 / 0.85 / 4)
    assert found.warnings == ()


def test_no_other_interval_is_better() -> None:
    def at(interval: float) -> float:
        return float(spot_price(**BASE | {"interval_rule": "given", "checkpoint_interval": interval}).total)

    search = optimize.minimize_scalar(at, bounds=(60, 7200), method="bounded")
    assert search.x == pytest.approx(720, rel=1e-3)
    assert spot_price(**BASE).total == pytest.approx(search.fun)
    assert at(1800) > search.fun


def test_young_and_daly_with_a_published_setting() -> None:
    # 6,000 s between interruptions and 10 s to write: √(2 × 6,000 × 10) = 346 s. A page with a step of 15 s that adds
    # the repair time of 600 s to the 6,000 gets 363 s, 24 steps (https://changlan.org/posts/optimal-checkpointing/)
    case = {"interruption_rate": 3600 / 6000, "checkpoint_time": 10.0, "restart_time": 600.0}
    found = spot_price(**BASE | case)
    assert found.notes["checkpoint_interval"].value == pytest.approx(math.sqrt(2 * 6000 * 10))
    longer = spot_price(**BASE | case | {"interruption_rate": 3600 / 6600})
    assert longer.notes["checkpoint_interval"].value / 15 == pytest.approx(24.2, abs=0.1)


@pytest.mark.parametrize(
    ("price", "name"),
    [(2.25, "H100 at a large cloud"), (1.99, "community H100"), (1.26, "TPU v5p"), (1.71, "B200")],
)
def test_public_spot_prices_with_few_interruptions(price: float, name: str) -> None:
    # a fifth of the servers taken in a month is 3.06e-4 an hour; 60 s to write, 600 s to come back
    case = {"interruption_rate": -math.log(0.8) / 730, "checkpoint_time": 60.0, "restart_time": 600.0}
    found = spot_price(**BASE | case | {"spot_price": price, "on_demand_price": 4.2})
    # √(2 λ C) = √(2 × 3.06e-4 × 1 / 60) = 0.32 % and λ R = 0.005 %: less than half a per cent is lost
    assert price < float(found.total) < 1.005 * price, name


def test_a_simulation_takes_as_long_as_the_exact_form_says() -> None:
    # the second road: play interruptions out. Work in segments of 720 s and 36 s to write; an interruption loses the
    # segment, and each restart can itself be interrupted
    rate, segment, restart = 0.5 / 3600, 720.0 + 36.0, 360.0
    draws = stream(1, "spot")

    def through(length: float) -> np.ndarray[Any, Any]:
        """Return the time until a stretch without interruption, restarts included, many times over."""
        total = np.zeros(40_000)
        working = np.ones(total.shape, dtype=bool)
        while working.any():
            until = draws.exponential(1 / rate, total.shape)
            done = working & (until >= length)
            total[done] += length
            failed = working & ~done
            total[failed] += until[failed]
            recovering = failed.copy()
            while recovering.any():
                again = draws.exponential(1 / rate, total.shape)
                back = recovering & (again >= restart)
                total[back] += restart
                stuck = recovering & ~back
                total[stuck] += again[stuck]
                recovering = stuck
            working = failed
        return total

    spent = through(segment)
    error = 2.0 * spent.std() / math.sqrt(len(spent)) / 720
    assert error < 0.005  # fine enough to tell the exact form from the spot price, and from other forms of it
    exact = float(spot_price(**BASE).notes["price_exact"].value)
    assert spent.mean() / 720 * 2.0 == pytest.approx(exact, abs=4 * error)
    assert exact == pytest.approx(float(spot_price(**BASE).total), rel=0.02)


def test_first_order_and_exact_meet_when_interruptions_are_rare() -> None:
    rare = spot_price(**BASE | {"interruption_rate": 1e-4})
    assert rare.notes["price_exact"].value == pytest.approx(float(rare.total), rel=1e-4)


def test_without_interruptions_it_is_the_spot_price() -> None:
    found = spot_price(**BASE | {"interruption_rate": 0.0})
    assert found.total == 2
    assert found.notes["price_exact"].value == 2
    assert found.notes["checkpoint_interval"].value == math.inf
    kept = spot_price(**BASE | {"interruption_rate": 0.0, "interval_rule": "given"})
    assert kept.total == pytest.approx(2 / (1 - 36 / 1800))
    assert kept.notes["price_exact"].value == pytest.approx(2 * (1800 + 36) / 1800)


def test_a_job_over_many_servers_stops_whenever_one_is_taken() -> None:
    many = spot_price(**BASE | {"interruption_rate": 0.5 / 16, "servers": 16.0})
    assert many.total == pytest.approx(float(spot_price(**BASE).total))


def test_too_many_interruptions_never_finish() -> None:
    # ten an hour with six minutes each to come back: restarts alone take all the time
    found = spot_price(**BASE | {"interruption_rate": 10.0})
    assert found.total == math.inf
    assert found.notes["useful_share"].value == 0
    assert found.notes["feasible"].value == 0
    assert "no work gets done" in found.warnings[0]


@pytest.mark.parametrize(("warning", "feasible"), [(120.0, 1.0), (36.0, 1.0), (30.0, 0.0), (0.0, 0.0)])
def test_a_checkpoint_must_fit_into_the_warning(warning: float, feasible: float) -> None:
    found = spot_price(**BASE | {"warning_time": warning})
    assert found.notes["feasible"].value == feasible
    assert bool(found.warnings) == (feasible == 0)
    saved = float(found.notes["price_if_saved_on_each_warning"].value)
    # saving on each warning instead of at intervals: 2 / (1 - 0.5 × (36 + 360) / 3600)
    assert saved == (pytest.approx(2 / (1 - 0.055)) if feasible else math.inf)


def test_a_service_with_promised_latency_may_not() -> None:
    found = spot_price(**BASE | {"workload": "latency-bound"})
    assert found.total == math.inf
    assert found.notes["feasible"].value == 0
    assert "latency" in found.warnings[0]


def test_spot_that_costs_no_less_is_said_to() -> None:
    assert "no less" in spot_price(**BASE | {"on_demand_price": 2.3}).warnings[0]


def test_draws_with_and_without_an_answer() -> None:
    found = spot_price(**BASE | {"interruption_rate": np.array([0.0, 0.5, 10.0])})
    np.testing.assert_allclose(found.total, [2, 2 / 0.85, math.inf])
