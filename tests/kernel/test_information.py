"""What it is worth to know an input, against closed forms for normal costs."""

from __future__ import annotations

import math

import numpy as np
import pytest

from rackmath.kernel.decide import decide
from rackmath.kernel.information import perfect, worth_of
from rackmath.kernel.scenario import load

COUNT = 131_072


def normal_costs(mean: float, spread_a: float, spread_b: float):
    """Return the costs of two options, and the scores of the two inputs that their difference is made of."""
    draws = np.random.default_rng(1)
    a, b = draws.standard_normal((2, COUNT))
    return np.stack([np.full(COUNT, 10.0), 10 + mean + spread_a * a + spread_b * b]), {"a": a, "b": b}


def loss(mean: float, spread: float) -> float:
    """Return E[max(0, -d)] of d ~ N(mean, spread²): spread φ(m/s) - mean Φ(-m/s), the unit normal loss integral."""
    place = mean / spread
    density = math.exp(-place * place / 2) / math.sqrt(2 * math.pi)
    return spread * density - mean * math.erfc(place / math.sqrt(2)) / 2


@pytest.mark.parametrize("mean", [0.0, 0.5, 1.0])
def test_normal_differences_have_the_loss_integral_as_their_worth(mean):
    totals, scores = normal_costs(mean, 1.0, 0.5)
    # the first option is the cheaper on average by `mean`; it is left where the difference is below 0
    assert perfect(totals) == pytest.approx(loss(mean, math.hypot(1.0, 0.5)), rel=0.02)
    found = worth_of(totals, scores)
    for name, spread in (("a", 1.0), ("b", 0.5)):
        assert found[name].value == pytest.approx(loss(mean, spread), abs=3.5 * found[name].error + 0.001)
        assert found[name].value <= perfect(totals)


def test_what_changes_nothing_is_worth_nothing():
    totals, scores = normal_costs(0.5, 0.0, 1.0)
    assert worth_of(totals, scores)["a"].value == 0.0  # noise is not counted as knowledge
    dominated, scores = normal_costs(100.0, 1.0, 1.0)
    assert perfect(dominated) == 0.0
    assert [each.value for each in worth_of(dominated, scores).values()] == [0.0, 0.0]


def test_few_draws_do_not_invent_a_worth():
    found = []
    for seed in range(40):
        draws = np.random.default_rng(seed)
        totals = np.stack([np.full(200, 10.0), 10.3 + draws.standard_normal(200)])
        found.append(worth_of(totals, {"noise": draws.standard_normal(200)})["noise"].value)
    assert np.mean(np.array(found) > 0) < 0.1


def test_a_decision_says_what_to_find_out_first(evidence):
    text = """options:
  api: {model: toy.bill, inputs: {price: 0.5 to 2 USD/Mtok}}
  own: {model: toy.fleet, inputs: {fixed: 850 to 950 USD/month}}
samples: 50000
"""
    answer = decide(load(text, evidence), evidence)
    known = answer["information"]
    assert [each["input"] for each in known["inputs"]] == ["price", "fixed"]
    price, fixed = known["inputs"]
    assert 0 <= fixed["worth"] < 0.1 * price["worth"]
    assert price["worth"] <= known["perfect"]
    least = min(answer["options"], key=lambda each: each["mean"])
    assert known["against"] == least["id"]
    assert known["perfect"] == pytest.approx(least["expected_regret"], rel=1e-9)
    assert "it is worth most to know the price" in answer["recommendation"]["reason"]


def test_one_option_has_nothing_to_choose(evidence):
    answer = decide(load("options: {a: {model: toy.bill}}\nsamples: 500\n", evidence), evidence)
    assert answer["information"] == {"perfect": None, "against": None, "inputs": []}
