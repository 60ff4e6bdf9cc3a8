"""Regret on measured sweeps: none for the truth, what was lost for an error, and bounds on the public data."""

from __future__ import annotations

import csv
from dataclasses import replace

import numpy as np
import pytest

from conftest import shared_path
from rackmath.models.serving.fitting import Measured, predict_logs
from rackmath.models.serving.measured import DATA, read_measured
from rackmath.models.serving.rows import Layout
from rackmath.models.serving.search import frontier
from rackmath.models.serving.search.regret import choices, summary
from rackmath.models.serving.search.sureness import spread_of
from rackmath.models.serving.stored import fitted

LOADS = (1.0, 2.0, 4.0, 8.0, 16.0)
TOKEN = np.array([0.010, 0.011, 0.013, 0.017, 0.025])
FIRST = np.full(5, 1e-9)


@pytest.fixture(scope="module")
def sweep() -> Measured:
    """Five loads of one deployment on one device."""
    (setup,) = frontier("Llama-3.1-8B-Instruct", ["h200_sxm"], isl=1024, osl=1024, precisions=("bf16",), most_devices=1,
                        loads=(1.0,)).points.setups  # fmt: skip
    return Measured([replace(setup, concurrency=load, layout=Layout()) for load in LOADS], TOKEN, FIRST)


def test_the_truth_has_no_regret(sweep):
    for each in choices(sweep, TOKEN, FIRST, limits=(0.02, 0.03)):
        assert each.regret == 0
        assert not each.over
        assert each.chosen == each.best
    assert [each.best for each in choices(sweep, TOKEN, FIRST, limits=(0.02, 0.03))] == [3, 4]


def test_a_slow_prediction_leaves_a_load_on_the_table(sweep):
    # a quarter too slow: 17 ms are taken for 21.25, so the load of 4 is chosen: 4/13 against 8/17 tokens a ms
    (found,) = choices(sweep, 1.25 * TOKEN, FIRST, limits=(0.02,))
    assert found.chosen == 2
    assert found.regret == pytest.approx(1 - (4 / 13) / (8 / 17), rel=1e-4)
    assert not found.over


def test_a_fast_prediction_breaks_the_limit(sweep):
    (found,) = choices(sweep, 0.75 * TOKEN, FIRST, limits=(0.02,))
    assert (found.chosen, found.over) == (4, True)  # 25 ms, taken for 18.75
    assert summary([found, *choices(sweep, TOKEN, FIRST, limits=(0.02,))]).over == 0.5
    # one that wants to be sure keeps a distance: at 80 % it counts 18.75 as more than 20
    spread = spread_of(np.full(5, -0.1), np.full(5, 0.2))
    (safe,) = choices(sweep, 0.75 * TOKEN, FIRST, spread, 0.8, limits=(0.02,))
    assert not safe.over


def test_nothing_predicted_within_the_limit_is_all_of_the_regret(sweep):
    (found,) = choices(sweep, 3 * TOKEN, FIRST, limits=(0.02,))
    assert (found.chosen, found.regret) == (None, 1.0)


@pytest.mark.shared
def test_choices_on_the_public_sweeps_lose_little():
    # rows are in the fit here; bench/frontier_regret.py fits anew without them
    with (shared_path("data") / DATA).open(newline="", encoding="utf-8") as file:
        data, _ = read_measured(list(csv.DictReader(file)))
    fit = fitted()
    token, first, _, _ = predict_logs(data.configurations, fit.constants, fit.offsets, False)
    found = summary(choices(data, np.exp(token), np.exp(first)))
    assert found.choices > 200
    assert found.median < 0.02
    assert found.p90 < 0.25  # on a step between 0.13 and 0.21: three choices of 330 move it from one to the other
    assert found.over < 0.10
