"""Decisions: ranks, chances, break-evens and sensitivities against answers known in closed form."""

from __future__ import annotations

import json

import numpy as np
import pytest
from scipy.stats import norm

from rackmath.kernel.decide import decide, scenario_of
from rackmath.kernel.receipt import canonical_json
from rackmath.kernel.scenario import load

TEXT = """title: Test
as_of: 2026-02-01
demand: {tokens_per_month: 1e9 token/month}
options:
  api:
    model: toy.bill
    inputs: {price: 1 USD/Mtok}
  own:
    title: Own it
    model: toy.fleet
    inputs: {fixed: 400 to 1600 USD/month, price: 0.1 USD/Mtok}
break_even:
  - {input: tokens_per_month, from: 1e7, to: 1e11, scale: log}
  - {input: fixed, from: 100, to: 10000, scale: linear}
samples: 100000
seed: 4
"""


@pytest.fixture
def answer(evidence):
    return decide(load(TEXT, evidence), evidence)


def options(answer):
    return {each["id"]: each for each in answer["options"]}


def test_totals_and_chances(answer):
    """Api costs 1,000; own costs 100 + a lognormal with median 800, so it wins when that is below 900."""
    api, own = options(answer)["api"], options(answer)["own"]
    assert (api["p5"], api["p50"], api["p95"]) == (1000, 1000, 1000)
    assert own["p50"] == pytest.approx(900, rel=0.01)  # sqrt(400 × 1600) + 100
    assert own["p5"] == pytest.approx(500, rel=0.01)
    sigma = np.log(4) / (2 * norm.ppf(0.95))
    chance = norm.cdf(np.log(900 / 800) / sigma)
    assert own["chance_cheapest"] == pytest.approx(chance, abs=0.005)
    assert own["chance_cheapest"] + api["chance_cheapest"] == 1.0
    assert answer["recommendation"]["option"] == "own"
    assert [each["id"] for each in answer["options"]] == ["own", "api"]


def test_lines_sum_to_the_total(answer):
    for option in answer["options"]:
        assert sum(line["central"] for line in option["lines"]) == pytest.approx(option["central"])
        assert sum(line["mean"] for line in option["lines"]) == pytest.approx(option["mean"], rel=1e-9)


def test_expected_regret_is_the_mean_loss_against_the_best_in_hindsight(answer):
    """The two regrets differ by exactly the difference of the means."""
    api, own = options(answer)["api"], options(answer)["own"]
    assert own["expected_regret"] - api["expected_regret"] == pytest.approx(own["mean"] - api["mean"], rel=1e-9)
    assert min(own["expected_regret"], api["expected_regret"]) > 0


def test_break_even(answer):
    volume, fixed = answer["break_even"]
    # 1e-6 V = 800 + 1e-7 V, so V = 800 / 0.9e-6 = 888.9e6
    assert [each["at"] for each in volume["crossings"]] == pytest.approx([800 / 0.9e-6])
    assert volume["crossings"][0]["cheaper_above"] == "own"
    # over the draws the fixed cost runs from 400 to 1,600, and the break-even with it
    assert volume["crossings"][0]["p5"] == pytest.approx(400 / 0.9e-6, rel=0.1)
    assert volume["crossings"][0]["p95"] == pytest.approx(1600 / 0.9e-6, rel=0.1)
    assert volume["crossings"][0]["chance"] == 1.0
    assert volume["today"] == 1e9
    assert (volume["crossings"][0]["count"], volume["crossings"][0]["cheaper_below"]) == (1, "api")
    # in the fixed cost itself it is 900 in every draw
    assert [each["at"] for each in fixed["crossings"]] == pytest.approx([900])
    assert fixed["crossings"][0]["cheaper_above"] == "api"
    assert fixed["not_affected"] == ["api"]


def test_sensitivity(answer):
    (fixed,) = answer["sensitivity"]
    assert fixed["input"] == "fixed"
    assert (fixed["low"], fixed["high"]) == pytest.approx((400, 1600))
    # lead of own: 1,000 - 100 - fixed
    assert (fixed["margin_low"], fixed["margin_high"]) == pytest.approx((500, -700))
    assert fixed["flips_at"] == pytest.approx(900)
    assert fixed["flips_to"] == "api"
    assert fixed["total_effect"] == pytest.approx(1, abs=0.1)


def test_options_that_rest_on_one_figure_share_its_draws(evidence):
    """The same uncertain price on both sides cancels: the cheaper one by a cent wins always."""
    text = """options:
  a: {model: toy.bill, inputs: {price: {model: toy.cost}}}
  b: {model: toy.bill, inputs: {price: {model: toy.cost, inputs: {overhead: 0.11}}}}
samples: 5000
"""
    answer = decide(load(text, evidence), evidence)
    assert options(answer)["a"]["chance_cheapest"] == 1.0
    assert {each["ref"] for each in answer["figures"]} == {"box/hour-price", "box/speed", "box/loaded-share"}
    price = next(each for each in answer["figures"] if each["ref"] == "box/hour-price")
    assert price["used_by"] == ["a.hour_price", "b.hour_price"]
    assert price["url"] == "https://shop.example/prices"


def test_figures_have_an_age(evidence):
    text = "as_of: 2026-07-01\noptions: {a: {model: toy.bill, inputs: {price: {model: toy.cost}}}}\nsamples: 500\n"
    price = next(each for each in decide(load(text, evidence), evidence)["figures"] if each["ref"] == "box/hour-price")
    # as of January 2026 (its last day the 31st): 151 days to 1 July, over the quantity's 90
    assert price["age_days"] == 151
    assert price["stale"] is True


def test_a_receipt_decides_again_to_the_same_bytes(answer):
    stored = json.loads(json.dumps(answer, allow_nan=False))
    again = decide(scenario_of(stored["receipt"]))
    assert again["receipt"]["result"] == answer["receipt"]["result"]
    for key in ("recommendation", "options", "break_even", "sensitivity", "information"):
        assert canonical_json(again[key]) == canonical_json(answer[key])


def test_another_seed_moves_the_draws_but_not_the_answer(evidence, answer):
    other = decide(load(TEXT, evidence).with_draws(None, 5), evidence)
    assert other["receipt"]["result"] != answer["receipt"]["result"]
    assert options(other)["own"]["p50"] == pytest.approx(options(answer)["own"]["p50"], rel=0.01)


def test_one_certain_option_has_nothing_to_compare(evidence):
    answer = decide(load("options: {a: {model: toy.bill, inputs: {price: 1}}}\nsamples: 200\n", evidence), evidence)
    assert answer["sensitivity"] == []
    assert answer["options"][0]["histogram"]["counts"] == [200]
    assert json.dumps(answer, allow_nan=False)


def test_moving_one_input_gives_what_evaluating_everything_gives(evidence):
    from rackmath.kernel.levers import Levers

    text = """options:
  a: {model: toy.bill, inputs: {price: {model: toy.cost}}}
  b: {model: toy.fleet, inputs: {fixed: 400 to 1600 USD/month, price: {model: toy.cost}}}
  c: {model: toy.bill, inputs: {price: 0.5 to 2 USD/Mtok}}
"""
    scenario = load(text, evidence)
    levers, draw = Levers(scenario), np.random.default_rng(1)
    first = {name: draw.random(20) for name in levers.uncertain}
    levers.costs(first)
    assert len(first) == 4  # the price and the load that a and b share, the fixed cost of b, the price of c
    for name in first:
        moved = {**first, name: draw.random(20)}
        anew = np.stack([levers.cost(option, moved) for option in scenario.options])
        assert np.array_equal(levers.costs(moved), anew)
    places = {name: np.array([0.1, 0.9]) for name in first}
    for name, rows in levers.each_moved(places).items():
        anew = np.stack([levers.cost(option, {name: places[name]}) * np.ones(2) for option in scenario.options])
        assert np.allclose(rows, anew, rtol=1e-12)
