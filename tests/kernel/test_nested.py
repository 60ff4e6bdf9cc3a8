"""Inputs taken from a model: evaluated with the rest, drawn with their error, swept, and shown whole in receipts."""

from __future__ import annotations

from typing import Annotated

import numpy as np
import pytest

from rackmath.errors import Problems
from rackmath.kernel import Param, Real, Result, model
from rackmath.kernel.bind import bind
from rackmath.kernel.decide import decide, scenario_of
from rackmath.kernel.receipt import canonical_json, record, restore
from rackmath.kernel.run import rerun, run_bound
from rackmath.kernel.scenario import load

FORECAST = {"model": "toy.forecast"}
TEXT = """title: Test
as_of: 2026-02-01
unit: USD/Mtok
options:
  one:
    model: toy.cost
    inputs:
      hour_price: 3.6 USD/GPU_hour
      loaded_share: 1
      speed: {model: toy.forecast, inputs: {load: 8}}
  two:
    model: toy.cost
    inputs:
      hour_price: 3.6 USD/GPU_hour
      loaded_share: 1
      speed: {model: toy.forecast, inputs: {load: 10}}
break_even:
  - {input: load, from: 1, to: 100, scale: log}
samples: 20000
seed: 4
"""


@model("toy.forecast", method="A00.5", title="Toy forecast", question="How fast?", unit="token/s/GPU")
def forecast(
    *,
    load: Annotated[Real, Param("", assumption="10", because="a test", minimum=1, maximum=100, help="load")],
    error: Annotated[
        Real,
        Param("", assumption="-1.645 to 1.645", because="a test", minimum=-4, maximum=4, its_own=True, help="error"),
    ],
) -> Result:
    """A hundred a load, times e to a fifth of the error."""
    speed = 100 * load * np.exp(0.2 * np.asarray(error))
    return Result("token/s/GPU", {"speed": speed}, notes={"seconds": (1.0 / speed, "s"), "from": ("a toy", "")})


@pytest.fixture(autouse=True)
def with_forecast(toy_models, monkeypatch):
    from rackmath.kernel import bind, catalogue, receipt, run, scenario

    toys = {**toy_models, "toy.forecast": forecast.model}
    for module in (bind, receipt, run, scenario):
        monkeypatch.setattr(module, "get", lambda name: toys.get(name) or catalogue.get(name))
    return toys


@pytest.fixture
def cost(with_forecast):
    return with_forecast["toy.cost"]


def test_an_input_from_a_model_is_the_models_answer(cost, evidence):
    bound = bind(cost, {"speed": FORECAST, "hour_price": 3.6, "loaded_share": 1}, evidence)
    # 3.6 USD an hour over 1,000 token/s is 1 USD for a million, and 0.1 on top
    assert bound.central().total == pytest.approx(1.1)
    assert [leaf.name for leaf in bound.leaves()] == ["hour_price", "load", "error", "loaded_share", "overhead", "mode"]


def test_its_error_is_drawn_with_the_rest(cost, evidence):
    bound = bind(cost, {"speed": FORECAST, "hour_price": 3.6, "loaded_share": 1, "overhead": 0}, evidence)
    made = run_bound(bound, samples=50_000, seed=3)
    assert made.distribution["p95"] == pytest.approx(np.exp(0.2 * 1.645), rel=0.01)
    assert made.distribution["p5"] == pytest.approx(np.exp(-0.2 * 1.645), rel=0.01)
    assert [each["input"] for each in made.sensitivity] == ["error"]


def test_the_same_question_errs_alike_and_another_one_apart(cost, evidence):
    def stream(**inputs):
        bound = bind(cost, {"speed": {**FORECAST, "inputs": inputs}}, evidence)
        return next(leaf.stream for leaf in bound.leaves() if leaf.name == "error")

    assert stream() == stream(load=10)
    assert stream(load=8) != stream(load=10)
    # a value that is given is drawn for the place where it is given, as every given value is
    assert stream(error="-1 to 1") == "speed.error"


def test_options_that_rest_on_two_forecasts_do_not_err_together(evidence):
    apart = decide(load(TEXT, evidence), evidence)
    alike = decide(load(TEXT.replace("load: 8", "load: 10"), evidence), evidence)
    one, two = sorted(apart["options"], key=lambda each: each["id"])
    # 8 of 10 as fast, errors of 0.2 each: P(one is cheaper) = Φ(ln 0.8 / (0.2 √2)), the error cut at ±4
    assert one["chance_cheapest"] == pytest.approx(0.215, abs=0.01)
    assert two["chance_cheapest"] == pytest.approx(0.785, abs=0.01)
    assert {each["expected_regret"] for each in alike["options"]} == {0.0}


def test_an_input_of_the_nested_model_is_swept(evidence):
    (sweep,) = decide(load(TEXT, evidence), evidence)["break_even"]
    assert (sweep["label"], sweep["today"], sweep["not_affected"]) == ("load", 8.0, [])
    at = np.array(sweep["grid"])
    np.testing.assert_allclose(sweep["curves"]["one"], 0.1 + 10 / at, rtol=1e-9)


def test_the_receipt_shows_the_nested_model_whole_and_runs_again(cost, evidence):
    made = run_bound(bind(cost, {"speed": FORECAST}, evidence), samples=1_000, seed=1).to_json()
    shown = next(each for each in made["inputs"] if each["name"] == "speed")
    assert shown["value"] == pytest.approx(1000)
    assert (shown["origin"], shown["text"]) == ("model", "model toy.forecast")
    nested = shown["model"]
    assert (nested["total"], nested["unit"]) == (pytest.approx(1000), "token/s/GPU")
    assert nested["lines"] == {"speed": pytest.approx(1000)}
    assert nested["notes"]["seconds"] == {"value": pytest.approx(1e-3), "unit": "s"}
    assert nested["notes"]["from"] == {"value": "a toy", "unit": ""}
    assert [each["name"] for each in nested["inputs"]] == ["load", "error"]
    assert nested["inputs"][1]["distribution"]["low"] == -1.645
    assert canonical_json(rerun(made["receipt"]).to_json()) == canonical_json(made)


def test_a_decision_runs_again_from_its_receipt(evidence):
    made = decide(load(TEXT, evidence), evidence)
    again = decide(scenario_of(made["receipt"]))
    assert again["receipt"]["result"] == made["receipt"]["result"]


def test_what_is_recorded_is_restored(cost, evidence):
    bound = bind(cost, {"speed": FORECAST}, evidence)
    assert canonical_json(record(restore(record(bound)))) == canonical_json(record(bound))


def test_a_nested_answer_outside_the_bounds_is_refused(with_forecast, evidence):
    tight = {"hour_price": {"model": "toy.cost", "inputs": {}}}
    with pytest.raises(Problems, match="cannot read"):
        bind(with_forecast["toy.cost"], tight, evidence)
    with pytest.raises(Problems, match=r"speed: load: .*too high"):
        bind(with_forecast["toy.cost"], {"speed": {**FORECAST, "inputs": {"load": 1000}}}, evidence)


def test_an_input_of_the_nested_model_is_overruled(evidence):
    scenario = load(TEXT, evidence, overrides={"one.speed.load": "20"})
    one, two = (option.bound.central().total for option in scenario.options)
    assert (one, two) == (pytest.approx(0.6), pytest.approx(1.1))


@pytest.mark.parametrize(
    ("target", "told"),
    [
        ("one.hour_price.load", "does not take this input from a model"),
        ("one.speed.lode", "has no input 'lode'; did you mean 'load'"),
        ("one.spede.load", "no option has this input"),
        ("three.speed.load", "no option has this input"),
    ],
)
def test_what_cannot_be_overruled_is_said(evidence, target, told):
    with pytest.raises(Problems, match=told):
        load(TEXT, evidence, overrides={target: "20"})
