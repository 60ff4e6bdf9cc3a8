"""Inputs that move together: the copula against its closed forms, and what a scenario may say."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from rackmath.errors import Problems, RackmathError
from rackmath.kernel.correlation import Pair, Together
from rackmath.kernel.decide import decide, scenario_of
from rackmath.kernel.draws import Block
from rackmath.kernel.scenario import load
from rackmath.kernel.sensitivity import sobol

COUNT = 100_000


def test_draws_have_the_rank_correlation_that_was_asked_for():
    block = Block(1, 0, COUNT, Together((Pair("a", "b", 0.7), Pair("b", "c", -0.4))))
    a, b, c, d = (block.score(name) for name in "abcd")
    # the standard error of a rank correlation of 100,000 draws is about 0.003
    assert stats.spearmanr(a, b).statistic == pytest.approx(0.7, abs=0.01)
    assert stats.spearmanr(b, c).statistic == pytest.approx(-0.4, abs=0.01)
    assert stats.spearmanr(a, c).statistic == pytest.approx(0, abs=0.01)  # not given counts as 0
    assert stats.spearmanr(a, d).statistic == pytest.approx(0, abs=0.01)
    for each in (a, b, c):
        assert stats.kstest(each, "norm").pvalue > 1e-4


def test_the_scores_are_correlated_as_the_closed_form_says():
    block = Block(2, 0, COUNT, Together((Pair("a", "b", 0.5),)))
    # 2 sin(pi 0.5 / 6) = 0.5176
    expected = 2 * math.sin(math.pi * 0.5 / 6)
    assert np.corrcoef(block.score("a"), block.score("b"))[0, 1] == pytest.approx(expected, abs=0.01)


def test_what_is_not_joined_keeps_its_draws():
    alone, joined = Block(3, 0, 50), Block(3, 0, 50, Together((Pair("a", "b", 0.9),)))
    assert np.array_equal(alone.score("c"), joined.score("c"))
    assert not np.array_equal(alone.score("b"), joined.score("b"))


@pytest.mark.parametrize("rank", [1.0, -1.0, 1.5, math.nan])
def test_a_rank_of_one_or_more_is_refused(rank):
    with pytest.raises(RackmathError, match="between -1 and 1"):
        Pair("a", "b", rank)


def test_correlations_that_cannot_hold_together_are_refused():
    with pytest.raises(RackmathError, match="contradict each other"):
        Together((Pair("a", "b", 0.9), Pair("b", "c", 0.9), Pair("a", "c", -0.9)))
    with pytest.raises(RackmathError, match="given twice"):
        Together((Pair("a", "b", 0.9), Pair("b", "a", 0.8)))


def test_indices_of_a_correlated_pair_are_those_of_the_group():
    """y = a + b + c with equal variances: alone each has a third.

    With a Pearson correlation r of a and b, Var(a + b) = 2 + 2 r of 3 + 2 r in all; r = 2 sin(pi 0.6 / 6) = 0.6180.
    """

    def total(places):
        return sum(stats.norm.ppf(places[name]) for name in "abc")

    found = sobol(total, ["a", "b", "c"], 4, 20_000, Together((Pair("a", "b", 0.6),)))
    r = 2 * math.sin(math.pi * 0.6 / 6)
    assert found["a"] == found["b"]
    assert found["a"][1] == pytest.approx((2 + 2 * r) / (3 + 2 * r), abs=0.02)
    assert found["c"][1] == pytest.approx(1 / (3 + 2 * r), abs=0.02)


SCENARIO = """options:
  api: {model: toy.bill, inputs: {price: 0.5 to 2 USD/Mtok}}
  own: {model: toy.fleet, inputs: {fixed: 400 to 1600 USD/month}}
%s
samples: 20000
"""


def spread_of_the_lead(evidence, correlations):
    answer = decide(load(SCENARIO % correlations, evidence), evidence)
    return answer, {each["id"]: each for each in answer["options"]}


def test_a_positive_correlation_of_two_costs_leaves_less_to_regret(evidence):
    _, apart = spread_of_the_lead(evidence, "")
    answer, together = spread_of_the_lead(evidence, "correlations: [{inputs: [api.price, own.fixed], rank: 0.8}]")
    for name in ("api", "own"):  # each option alone is as uncertain as before
        assert together[name]["p95"] == pytest.approx(apart[name]["p95"], rel=0.03)
        assert together[name]["expected_regret"] < 0.7 * apart[name]["expected_regret"]
    rows = {each["input"]: each for each in answer["sensitivity"]}
    assert rows["price"]["together_with"] == ["fixed"]
    again = decide(scenario_of(answer["receipt"]))
    assert again["receipt"]["result"] == answer["receipt"]["result"]


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("correlations: 3", "must be a list"),
        ("correlations: [{inputs: [api.price], rank: 0.5}]", "must name two inputs"),
        ("correlations: [{inputs: [api.price, own.fixd], rank: 0.5}]", "did you mean 'fixed'"),
        ("correlations: [{inputs: [api.price, own.fixed], rank: high}]", "must be a number"),
        ("correlations: [{inputs: [api.price, own.fixed], rank: 1}]", "between -1 and 1"),
        ("correlations: [{inputs: [api.price, own.price], rank: 0.5}]", "one certain value"),
        ("correlations: [{inputs: [api.price, own.fixed], rank: 0.5, by: me}]", "unknown key 'by'"),
    ],
)
def test_what_a_scenario_says_wrongly_is_told_with_its_line(evidence, written, told):
    with pytest.raises(Problems) as problem:
        load(SCENARIO % written, evidence)
    assert told in str(problem.value)
    assert "scenario:4:" in str(problem.value)


def test_an_input_that_is_drawn_apart_must_be_named_with_its_option(evidence):
    text = """options:
  a: {model: toy.bill, inputs: {price: 1 to 2 USD/Mtok}}
  b: {model: toy.bill, inputs: {price: 1 to 2 USD/Mtok}}
  c: {model: toy.fleet}
correlations: [{inputs: [price, fixed], rank: 0.5}]
"""
    with pytest.raises(Problems, match="drawn apart"):
        load(text, evidence)
