"""The cheapest machines, against an integer programme."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import optimize

from rackmath.models.ownership._packing import cheapest
from rackmath.models.ownership._response import fit
from rackmath.uncertainty import stream


@pytest.mark.parametrize("case", range(12))
def test_against_an_integer_programme(case: int) -> None:
    draws = stream(case, "packing")
    cores, memory = draws.integers(2, 32, 4) * 1.0, draws.integers(8, 128, 4) * 1.0
    price = np.round(cores * 25 + memory * 3 + draws.uniform(0, 40, 4), 2)
    needs = draws.uniform(20, 200), draws.uniform(60, 900)
    found = cheapest(*needs, cores, memory, price)
    exact = optimize.milp(
        price,
        constraints=optimize.LinearConstraint(np.array([cores, memory]), lb=needs),
        integrality=np.ones(4),
        bounds=optimize.Bounds(0, np.inf),
    ).fun
    relaxed = optimize.linprog(price, A_ub=-np.array([cores, memory]), b_ub=[-each for each in needs]).fun
    assert relaxed - 1e-6 <= exact <= found.cost + 1e-6
    assert found.cost <= exact * 1.06  # a third type can save a little on the last machine
    assert found.cost <= found.of_one_type


def test_two_types_by_hand() -> None:
    # 12 cores and 40 GB: three small machines of 4 cores and 16 GB cost 300, two large ones 380, one of each 290.
    found = cheapest(12.0, 40.0, np.array([4.0, 8.0]), np.array([16.0, 32.0]), np.array([100.0, 190.0]))
    assert (float(found.cost), float(found.machines), float(found.of_one_type)) == (290, 2, 300)


def test_nothing_needs_no_machines() -> None:
    assert cheapest(0.0, 0.0, np.array([4.0]), np.array([16.0]), np.array([100.0])).cost == 0


def test_fit_is_exact_for_a_power() -> None:
    load = np.array([10.0, 30.0, 90.0])
    curve = fit(load, 2.5 * load**0.7)
    assert curve.exponent == pytest.approx(0.7)
    assert curve.at(50.0) == pytest.approx(2.5 * 50**0.7)
    assert curve.at(0.0) == 0


def test_fit_is_numpys_least_squares() -> None:
    draws = stream(3, "fit")
    load = np.geomspace(10, 1000, 8)
    taken = load**1.2 * draws.uniform(0.8, 1.25, 8)
    slope, level = np.polyfit(np.log(load), np.log(taken), 1)
    assert fit(load, taken) == pytest.approx((level, slope))


def test_one_experiment_is_taken_to_be_in_proportion() -> None:
    assert fit(np.array([50.0]), np.array([10.0])).at(100.0) == pytest.approx(20.0)
