"""Lognormal demand: closed forms against integration and simulation."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
from scipy import integrate, stats

from rackmath.models._demand import above, exceeded_in, excess, largest_peak, log_spread
from rackmath.uncertainty import stream

CASES = [(1.0, 0.3, 0.5), (1.0, 0.3, 1.0), (1.0, 0.9, 1.0), (5e4, 0.6, 9e4), (2.0, 1.5, 40.0), (10.0, 0.05, 9.5)]


def _distribution(mean: float, sigma: float) -> Any:
    return stats.lognorm(s=sigma, scale=mean * np.exp(-(sigma**2) / 2))


@pytest.mark.parametrize(("mean", "sigma", "capacity"), CASES)
def test_excess_is_the_integral_of_the_tail(mean: float, sigma: float, capacity: float) -> None:
    # E[(D - K)+] is also the integral of P(D > x) from K on: another road, by numerical integration.
    tail = _distribution(mean, sigma)
    upper = float(tail.isf(1e-15))
    points = np.geomspace(capacity, max(upper, capacity * 2), 30)
    integral = sum(integrate.quad(tail.sf, a, b, epsabs=0)[0] for a, b in itertools.pairwise(points))
    assert excess(mean, sigma, capacity) == pytest.approx(integral, rel=1e-8)


@pytest.mark.parametrize(("mean", "sigma", "capacity"), CASES)
def test_what_is_above_is_told_with_its_share(mean: float, sigma: float, capacity: float) -> None:
    over, share = above(sigma, capacity / mean)
    assert mean * over == pytest.approx(excess(mean, sigma, capacity), rel=1e-9)
    assert share == pytest.approx(_distribution(mean, sigma).sf(capacity), rel=1e-9, abs=1e-300)


def test_excess_agrees_with_simulation() -> None:
    mean, sigma, capacity = 100.0, 0.6, 130.0
    normal = stream(1, "hybrid demand").standard_normal(1_000_000)
    over = np.maximum(mean * np.exp(sigma * normal - sigma**2 / 2) - capacity, 0)
    # One million draws: the standard error of their mean is std / 1000; five of them are allowed.
    assert excess(mean, sigma, capacity) == pytest.approx(over.mean(), abs=5 * over.std() / 1000)


def test_excess_at_its_limits() -> None:
    assert excess(7.0, 0.5, 0.0) == 7.0  # no capacity: all of it
    assert excess(0.0, 0.5, 3.0) == 0.0  # no demand
    assert excess(0.0, 0.5, 0.0) == 0.0
    assert 0 <= excess(7.0, 0.5, 1e9) < 1e-300
    # No spread: (7 - 5)+ and (7 - 9)+
    assert excess(7.0, 1e-9, 5.0) == pytest.approx(2.0)
    assert excess(7.0, 1e-9, 9.0) == pytest.approx(0.0)


@pytest.mark.parametrize(
    ("peak_to_mean", "share"),
    [(1.0, 0.01), (1.2, 0.05), (2.0, 0.05), (3.0, 0.01), (3.0, 0.05), (8.0, 0.01), (8.0, 0.001), (1.02, 0.3)],
)
def test_spread_puts_the_peak_where_it_is_asked_for(peak_to_mean: float, share: float) -> None:
    sigma = log_spread(peak_to_mean, share)
    if peak_to_mean == 1.0:
        assert sigma < 1e-8
    else:
        # scipy's lognormal says the share of hours above peak_to_mean × mean
        assert _distribution(1.0, float(sigma)).sf(peak_to_mean) == pytest.approx(share, rel=1e-9)


def test_spread_by_hand() -> None:
    # A peak of 3 times the mean in 1 % of hours: z = 2.326348, sigma = z - sqrt(z^2 - 2 ln 3)
    #   = 2.326348 - sqrt(5.411894 - 2.197225) = 2.326348 - 1.792950 = 0.533398
    assert log_spread(3.0, 0.01) == pytest.approx(0.533398, abs=1e-6)


def test_there_is_a_spikiest_lognormal() -> None:
    # At 5 % of hours: exp(1.644854^2 / 2) = exp(1.352772) = 3.868
    assert largest_peak(0.05) == pytest.approx(3.868, abs=1e-3)
    assert log_spread(5.0, 0.05) == pytest.approx(1.644854, abs=1e-6)


@pytest.mark.parametrize("share", [0.9, 0.5, 0.1, 1e-3, 1e-12])
def test_exceeded_in_is_the_upper_quantile(share: float) -> None:
    assert exceeded_in(20.0, 0.7, share) == pytest.approx(_distribution(20.0, 0.7).isf(share), rel=1e-9)


def test_exceeded_in_all_hours_is_nothing() -> None:
    assert exceeded_in(20.0, 0.7, 1.0) == 0.0
    assert exceeded_in(20.0, 0.7, np.inf) == 0.0
    assert np.isfinite(exceeded_in(20.0, 0.7, 0.0))
