"""The knee of a load sweep, on curves whose knee is known in closed form."""

from __future__ import annotations

import csv
from collections import defaultdict

import numpy as np
import pytest

from conftest import shared_path
from rackmath.errors import RackmathError
from rackmath.models.serving.knee import find_knee

STEP = 0.005
RATES = np.arange(STEP, 0.95 + STEP / 2, STEP)
WAITS = 1 / (1 - RATES)  # M/M/1 with one service per second: W = 1 / (μ − λ)


def open_queue(limit: float | None = None):
    return find_knee(RATES, RATES, WAITS, limit, load_is="rate", requests=RATES)


def test_the_latency_knee_of_a_single_server_queue_is_where_its_slope_is_that_of_the_chord():
    # from load a to b the chord of 1/(1 − λ) has the slope 1 / ((1 − a)(1 − b)); the curve's slope is 1 / (1 − λ)²
    knee = 1 - np.sqrt((1 - RATES[0]) * (1 - RATES[-1]))
    assert knee == pytest.approx(0.777, abs=0.001)
    assert open_queue().by_latency == pytest.approx(knee, abs=STEP)


def test_the_power_of_a_single_server_queue_is_highest_at_half_its_capacity():
    # λ / W = λ(1 − λ), highest at λ = 1/2 (Kleinrock 1979), wherever the sweep ends
    assert open_queue().by_power == pytest.approx(0.5, abs=STEP)


def test_a_limit_breaks_where_the_queue_says():
    # 1 / (1 − λ) = 5 at λ = 0.8
    found = open_queue(limit=4.999)
    assert found.break_point == pytest.approx(0.8, abs=1e-4)
    assert found.within_limit == pytest.approx(0.795)


def test_the_knee_of_a_closed_system_is_its_saturation_point():
    # asymptotic bounds of a closed system with one bottleneck: X = min(N / (D + Z), 1 / D), knee at N* = (D + Z) / D
    demand, think = 0.1, 0.7
    users = np.arange(1, 33.0)
    rate = np.minimum(users / (demand + think), 1 / demand)
    latency = np.maximum(demand, users * demand - think)
    found = find_knee(users, rate, latency, requests=rate, mean_latency=latency + think)
    assert (demand + think) / demand == pytest.approx(8)
    assert found.by_throughput == found.by_latency == found.by_margin == 8
    assert found.little is not None
    assert found.little == pytest.approx(np.ones(32))
    assert found.capacity == pytest.approx(10)
    assert found.remarks == ()


def test_the_marginal_rule_on_a_balanced_network_of_queues():
    # X = N / (N + M − 1) / D: a per cent of load brings (M − 1) / (N + M − 1) per cent, 0.1 at N = 9 (M − 1)
    users = np.arange(1, 101.0)
    rate = users / (users + 4)
    found = find_knee(users, rate, users + 4, requests=rate)
    assert found.by_margin == pytest.approx(36, abs=1)
    # its throughput curve has the slope of its chord where (N + 4)² = (a + 4)(b + 4)
    assert found.by_throughput == pytest.approx(np.sqrt(5 * 104) - 4, abs=1)


def test_a_value_inside_the_sweep_is_read_from_the_line_between_loads():
    found = find_knee([1, 2, 4, 8], [10, 20, 40, 40], [1, 1, 1, 2])
    assert found.at(3) == (30, 1)
    with pytest.raises(RackmathError, match="from 1 to 8"):
        found.at(9)


def test_what_is_wrong_with_a_sweep_is_said():
    flat = find_knee([1, 2, 4], [1, 2, 4], [1, 1, 1], 5)
    told = " ".join(flat.remarks)
    for part in ("only 3 distinct loads", "ends before it is flat", "too straight", "no load breaks the limit"):
        assert part in told
    assert (flat.by_throughput, flat.by_latency, flat.by_margin, flat.break_point) == (None, None, None, None)
    thrash = find_knee([1, 2, 4, 8, 16, 32], [1, 2, 4, 4, 3, 2], [1, 1, 1, 2, 6, 16])
    assert "throughput is not monotone: at load 32 it is 50%" in " ".join(thrash.remarks)
    cold = find_knee([1, 2, 4, 8, 16, 32], [1, 2, 4, 5, 5, 5], [9, 1, 1, 2, 3, 6])
    assert "latency is not monotone" in " ".join(cold.remarks)
    repeats = find_knee([1, 2, 2, 4, 8], [1, 2, 3, 4, 4], [1, 1, 1, 1, 2])
    assert "repeats of load 2 differ" in " ".join(repeats.remarks)


def test_a_run_that_is_not_stationary_fails_littles_law():
    short = find_knee([1, 2, 4, 8], [1, 2, 4, 5], [1, 1, 1, 1.6], requests=[1, 2, 4, 3])
    assert "Little's law is off by 40% at load 8" in " ".join(short.remarks)


def test_load_above_capacity_is_unstable_and_not_a_long_wait():
    over = find_knee([1, 2, 4, 8], [1, 2, 4, 5], [1, 1, 2, 60], load_is="rate", requests=[1, 2, 4, 5])
    assert "unstable from 8 requests/s" in " ".join(over.remarks)


def test_errors_break_a_load_too():
    found = find_knee([1, 2, 4, 8], [1, 2, 4, 5], [1, 1, 1, 1], 2, errors=[0, 0, 0, 0.2])
    assert (found.within_limit, found.break_point) == (4, 8)
    assert "over 1% of requests fail" in " ".join(found.remarks)
    first = find_knee([1, 2, 4, 8], [1, 2, 4, 5], [3, 3, 3, 3], 2)
    assert first.within_limit is None
    assert "lowest load breaks the limit" in " ".join(first.remarks)


@pytest.mark.parametrize(
    ("columns", "told"),
    [
        (([1, 2], [1, 2], [1, 2]), "2 distinct loads"),
        (([1, 2, 2], [1, 2, 2], [1, 2, 2]), "2 distinct loads"),
        (([1, 2, 3], [1, 2], [1, 2, 3]), "as many values"),
        (([0, 1, 2], [1, 2, 3], [1, 2, 3]), "load: a value is not above 0"),
        (([1, 2, 3], [1, -2, 3], [1, 2, 3]), "throughput: a value"),
        (([1, 2, 3], [1, 2, 3], [1, float("nan"), 3]), "latency: must be a list of finite"),
        (([1, 2, 3], [1, 2, 1e300], [1, 2, 3]), "none above 1e\\+15"),
        (([], [], []), "0 distinct loads"),
    ],
)
def test_bad_sweeps_are_refused(columns, told):
    with pytest.raises(RackmathError, match=told):
        find_knee(*columns)


def test_a_limit_must_be_above_nothing():
    with pytest.raises(RackmathError, match="limit"):
        find_knee([1, 2, 3], [1, 2, 3], [1, 2, 3], -1)


SWEEP = ("hardware", "framework", "precision", "spec_method", "decode_tp", "decode_ep", "isl", "osl", "date")


@pytest.mark.shared
def test_measured_sweeps_obey_littles_law():
    """InferenceX measures closed loops with requests of 0.9 × the nominal output, so that both sides are known."""
    sweeps = defaultdict(list)
    with shared_path("data/serving/inferencex_dashboard_sample.csv").open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["disagg"] in {"0", "False"} and row["mean_e2el"] and row["p99_ttft"]:
                sweeps[tuple(row[name] for name in SWEEP)].append(row)
    found = []
    for rows in sweeps.values():
        if len({row["conc"] for row in rows}) < 5:
            continue
        made = {name: [float(row[name]) for row in rows] for name in ("conc", "output_tput_per_gpu", "mean_e2el")}
        rates = [
            float(row["output_tput_per_gpu"]) * float(row["num_decode_gpu"]) / (0.9 * float(row["osl"])) for row in rows
        ]
        ttft = [float(row["p99_ttft"]) for row in rows]
        knee = find_knee(
            made["conc"], made["output_tput_per_gpu"], ttft, requests=rates, mean_latency=made["mean_e2el"]
        )
        found.extend(knee.little)
    assert len(found) >= 25
    assert min(found) > 0.95
    assert max(found) < 1.02
