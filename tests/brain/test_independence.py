"""Effective numbers of independent sources, against closed forms."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rackmath.brain.independence import Stream, effective_number, origins, triangulate
from rackmath.errors import RackmathError


def equal(count: int, between: float) -> list[list[float]]:
    return [[1.0 if one == two else between for two in range(count)] for one in range(count)]


@given(st.integers(1, 12), st.floats(0, 1))
def test_equal_streams_follow_the_closed_form(count: int, between: float):
    """n / (1 + (n − 1) ρ): n when ρ = 0, 1 when ρ = 1."""
    assert effective_number([1.0] * count, equal(count, between)) == pytest.approx(count / (1 + (count - 1) * between))


@given(st.lists(st.floats(0.01, 100), min_size=1, max_size=8), st.floats(0.001, 1000))
def test_it_depends_on_the_proportions_of_weights_alone(weights: list[float], scale: float):
    matrix = equal(len(weights), 0.3)
    first = effective_number(weights, matrix)
    assert effective_number([weight * scale for weight in weights], matrix) == pytest.approx(first)
    assert 1 - 1e-9 <= first <= len(weights) + 1e-9


def test_a_worked_example():
    # weights 2, 1, 1; the last two are one source: wᵀCw = 4 + 1 + 1 + 2·1 = 8, so 16 / 8 = 2
    assert effective_number([2, 1, 1], [[1, 0, 0], [0, 1, 1], [0, 1, 1]]) == pytest.approx(2.0)


@pytest.mark.parametrize(
    ("weights", "matrix", "words"),
    [
        ([], [], "at least one"),
        ([0.0, 0.0], equal(2, 0), "not all zero"),
        ([-1.0, 2.0], equal(2, 0), "none negative"),
        ([float("nan")], [[1]], "at least one"),
        ([1.0, 1.0], [[1.0]], "2 by 2"),
        ([1.0, 1.0], [[1, 0.5], [0.1, 1]], "symmetric"),
        ([1.0, 1.0], [[2, 0], [0, 2]], "diagonal"),
        ([1.0, 1.0], [[1, 3], [3, 1]], "between -1 and 1"),
        ([1.0, 1.0], [[1, -1], [-1, 1]], "cancel out"),
    ],
)
def test_what_is_no_correlation_is_refused(weights, matrix, words: str):
    with pytest.raises(RackmathError, match=words):
        effective_number(weights, matrix)


def stream(name: str, facet: str, origin: str, low: float = 1.0, high: float = 2.0) -> Stream:
    return Stream(name, facet, origin, low, high)


def test_proxies_of_one_construct_count_as_one():
    found = triangulate([stream("a", "busy", "x"), stream("b", "busy", "y"), stream("c", "busy", "z")])
    assert found.effective == pytest.approx(1.0)
    assert (found.triangulated, found.origins, found.facets) == (False, 3, 1)


def test_one_origin_in_many_facets_counts_as_one():
    found = triangulate([stream("a", "busy", "x"), stream("b", "power", "x")])
    assert found.effective == pytest.approx(1.0)
    assert not found.triangulated


def test_different_facets_and_origins_triangulate_when_they_agree():
    found = triangulate([stream("a", "busy", "x"), stream("b", "power", "y", 1.5, 3.0)])
    assert found.effective == pytest.approx(2.0)
    assert (found.triangulated, found.agreeing) == (True, (("a", "b"),))
    against = triangulate([stream("a", "busy", "x"), stream("b", "power", "y", 5.0, 6.0)])
    assert (against.triangulated, against.disagreeing) == (False, (("a", "b"),))
    assert triangulate([stream("a", "busy", "x"), stream("b", "power", "y")], between=0.5).effective == pytest.approx(
        4 / 3
    )
    with pytest.raises(RackmathError, match="no range"):
        triangulate([stream("a", "busy", "x", 2.0, 1.0)])


def test_pages_that_cite_each_other_have_one_origin():
    found = origins(["a", "b", "c", "d"], {"a": ["b"], "b": ["c"], "c": ["a"]})
    assert found["a"] == found["b"] == found["c"] != found["d"]
