"""Sensitivity against functions whose indices are known."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import sobol_indices, uniform

from rackmath.kernel.sensitivity import at_once, one_by_one, sobol

NAMES = ("x1", "x2", "x3")


def ishigami(at):
    """sin x1 + 7 sin² x2 + 0.1 x3⁴ sin x1 on (−π, π)³ (Ishigami and Homma 1990)."""
    x1, x2, x3 = ((np.asarray(at.get(name, 0.5)) * 2 - 1) * np.pi for name in NAMES)
    return np.sin(x1) + 7 * np.sin(x2) ** 2 + 0.1 * x3**4 * np.sin(x1)


def test_ishigami():
    found = sobol(ishigami, NAMES, seed=1, samples=65_536)
    # closed form with a = 7, b = 0.1: V = a²/8 + bπ⁴/5 + b²π⁸/18 + 1/2
    a, b, pi = 7.0, 0.1, np.pi
    variance = a**2 / 8 + b * pi**4 / 5 + b**2 * pi**8 / 18 + 0.5
    alone = (0.5 * (1 + b * pi**4 / 5) ** 2, a**2 / 8, 0.0)
    together = (b**2 * pi**8 * 8 / 225, 0.0, b**2 * pi**8 * 8 / 225)
    for name, first, joint in zip(NAMES, alone, together, strict=True):
        assert found[name][0] == pytest.approx(first / variance, abs=0.02)
        assert found[name][1] == pytest.approx((first + joint) / variance, abs=0.02)


def test_against_scipy():
    def func(x):
        return ishigami(dict(zip(NAMES, x, strict=True)))

    expected = sobol_indices(func=func, n=16_384, dists=[uniform()] * 3, rng=np.random.default_rng(1))
    found = sobol(ishigami, NAMES, seed=2, samples=65_536)
    for index, name in enumerate(NAMES):
        assert found[name][0] == pytest.approx(expected.first_order[index], abs=0.03)
        assert found[name][1] == pytest.approx(expected.total_order[index], abs=0.03)


def test_an_answer_that_does_not_vary_has_no_indices():
    assert sobol(lambda at: np.ones(8), NAMES, seed=1, samples=8) == dict.fromkeys(NAMES, (0.0, 0.0))


def test_much_is_asked_at_once_with_the_answers_of_asking_one_by_one():
    ends = np.array([0.05, 0.95])
    calls = [{"a": ends}, {"b": ends}, {"a": ends, "b": ends[::-1]}]

    def function(at):
        return 10 * at.get("a", 0.5) - at.get("b", 0.5)

    # a from 0.05 to 0.95 with b at 0.5: 0.5 - 0.5 to 9.5 - 0.5; b with a at 0.5: 5 - 0.05 to 5 - 0.95
    assert np.allclose(at_once(function, calls), [(0.0, 9.0), (4.95, 4.05), (0.5 - 0.95, 9.5 - 0.05)])
    for most in (1, 4, 100):
        assert np.array_equal(at_once(function, calls, most), one_by_one(function, calls))
