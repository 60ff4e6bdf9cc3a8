"""Distributions: quantiles, bounds, families, and scale."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from rackmath.errors import RackmathError
from rackmath.uncertainty import Interval, Pert, Point, Samples, Uniform, parse_stated
from rackmath.uncertainty.distributions import probability_of, score_of

P = np.array([0.001, 0.05, 0.3, 0.5, 0.8, 0.95, 0.999])


def test_interval_hits_its_percentiles():
    for interval in (
        Interval(3, 6).within(0, np.inf),
        Interval(-3, 6).within(-np.inf, np.inf),
        Interval(0.2, 0.9).within(0, 1),
        Interval(3, 6, 0.1, 0.9).within(0, np.inf),
    ):
        ends = interval.ppf(np.array([interval.low_probability, interval.high_probability]))
        assert ends == pytest.approx([interval.low, interval.high])


def test_few_values_and_many_have_the_same_scores():
    p = np.concatenate([np.geomspace(1e-300, 0.5, 40), 1 - np.geomspace(1e-15, 0.5, 40)])
    many = score_of(p)
    assert np.concatenate([score_of(each) for each in np.split(p, 16)]) == pytest.approx(many, rel=1e-12, abs=1e-13)
    assert many == pytest.approx(stats.norm.ppf(p))
    assert np.concatenate([probability_of(z) for z in np.split(many, 16)]) == pytest.approx(
        probability_of(many), rel=1e-12
    )
    assert score_of(np.array([0.0, 0.5, 1.0])).tolist() == [-np.inf, 0.0, np.inf]


def test_lognormal_against_scipy():
    # ln 3 and ln 6 are the 5th and 95th percentile of a normal: sigma = ln 2 / (2 × 1.6449), mean = ln sqrt(18)
    sigma = np.log(2) / (2 * stats.norm.ppf(0.95))
    expected = stats.lognorm(s=sigma, scale=np.sqrt(18)).ppf(P)
    assert Interval(3, 6).within(0, np.inf).ppf(P) == pytest.approx(expected)


def test_pert_against_scipy():
    # beta(1 + 4 (3-1)/9, 1 + 4 (10-3)/9) on 1..10, to a hundred-thousandth of the width also far out
    p = np.concatenate([P, np.geomspace(1e-9, 1e-2, 50), 1 - np.geomspace(1e-9, 1e-2, 50)])
    expected = 1 + 9 * stats.beta(1 + 8 / 9, 1 + 28 / 9).ppf(p)
    assert Pert(1, 3, 10).ppf(p) == pytest.approx(expected, abs=9e-5)
    # a mode at an end makes the density steepest there: beta(1, 5) has the inverse 1 - (1 - p)^(1/5)
    assert Pert(0, 0, 1).ppf(p) == pytest.approx(1 - (1 - p) ** 0.2, abs=1e-5)


@pytest.mark.parametrize(
    "distribution",
    [
        Interval(3, 6).within(0, np.inf),
        Interval(-3, 6).within(-np.inf, np.inf),
        Interval(0.2, 0.9).within(0, 1),
        Pert(1, 3, 10),
        Uniform(1, 4),
        Samples((1.0, 2.0, 5.0, 7.0)),
    ],
)
def test_cdf_inverts_ppf(distribution):
    assert distribution.cdf(distribution.ppf(P)) == pytest.approx(P, abs=1e-5)
    assert float(distribution.ppf(np.array([0.5]))[0]) == pytest.approx(distribution.central())


@given(st.floats(0.001, 0.4), st.floats(0.5, 0.999))
def test_shares_stay_shares(low, high):
    draws = Interval(low, high).within(0, 1).ppf(np.linspace(1e-12, 1 - 1e-12, 1001))
    assert (draws >= 0).all()
    assert (draws <= 1).all()


@given(st.floats(0.01, 1e6), st.floats(1.01, 100), st.floats(1e-6, 1e6))
def test_a_change_of_unit_changes_nothing(low, ratio, factor):
    interval = Interval(low, low * ratio).within(0, np.inf)
    scaled = interval.scaled(factor).within(0, np.inf)
    assert scaled.ppf(P) == pytest.approx(interval.ppf(P) * factor, rel=1e-6)


@pytest.mark.parametrize(
    "make",
    [
        lambda: Interval(6, 3),
        lambda: Interval(3, 3),
        lambda: Interval(3, float("nan")),
        lambda: Pert(1, 0, 2),
        lambda: Pert(1, 1, 1),
        lambda: Uniform(2, 1),
        lambda: Samples((1.0,)),
        lambda: Samples((1.0, float("inf"))),
        lambda: Point(float("inf")),
        lambda: Interval(1, 2, 0.9, 0.1),
    ],
)
def test_nonsense_is_refused(make):
    with pytest.raises(RackmathError):
        make()


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (3, Point(3.0)),
        ("3 USD/GPU_hour", Point(3.0)),
        ("3 to 6 USD/GPU_hour", Interval(3, 6)),
        ("$3–6 per GPU-hour", Interval(3, 6)),
        ("$1.49 to $3.99/GPU-hour", Interval(1.49, 3.99)),
        ("~0.4", Interval(0.32, 0.5)),  # a factor of 1.25 each way
        ("about 100 W", Interval(80, 125)),
        ({"p5": 3, "p95": 6}, Interval(3, 6)),
        ({"p10": 3, "p90": 6, "unit": "USD"}, Interval(3, 6, 0.1, 0.9)),
        ({"low": 1, "mode": 2, "high": 4}, Pert(1, 2, 4)),
        ({"low": 1, "high": 4}, Uniform(1, 4)),
        ({"samples": [1, 2, 4]}, Samples((1.0, 2.0, 4.0))),
        ("1e3 to 2e3 USD", Interval(1000, 2000)),
    ],
)
def test_notation(written, expected):
    assert parse_stated(written).distribution == expected


def test_notation_reads_units():
    assert parse_stated("$3–6 per GPU-hour").unit == "USD/GPU_hour"
    assert parse_stated("3 to 6", "USD").unit == "USD"
    assert parse_stated({"low": 1, "high": 4, "unit": "tokens/s"}).unit == "token/s"


@pytest.mark.parametrize(
    "written",
    [
        "nan",
        "inf USD",
        "-Infinity",
        float("nan"),
        True,
        None,
        [],
        {},
        {"p5": 1},
        {"low": 1},
        {"what": 1},
        "3 to",
        "to 6",
        "6 to 3",
        "3 USD to 6 GPU",
        {"samples": "1,2"},
        {"samples": [1, "x"]},
        {"p5": "a", "p95": 2},
        "x" * 5000,
    ],
)
def test_notation_refuses(written):
    with pytest.raises(RackmathError):
        parse_stated(written)
