"""Runs: totals, draws, and receipts that give the same bytes."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from rackmath.errors import RackmathError
from rackmath.kernel.draws import pieces, summary
from rackmath.kernel.receipt import canonical_json, check_seal
from rackmath.kernel.run import rerun, run


def test_a_run_says_what_it_rests_on(evidence):
    answer = run("toy.cost", {"hour_price": 3.6, "loaded_share": 0.5}, evidence).to_json()
    assert answer["total"] == pytest.approx(2.1)  # 3.6/3600/1000 × 1e6 = 1 USD/Mtok, over 0.5, plus 0.1
    assert answer["lines"] == {"compute": pytest.approx(2.0), "overhead": 0.1}
    assert sum(answer["lines"].values()) == pytest.approx(answer["total"])
    assert answer["notes"] == {"hourly": {"value": 3.6, "unit": "USD/GPU_hour"}}
    inputs = {each["name"]: each for each in answer["inputs"]}
    assert inputs["speed"]["origin"] == "figure"
    assert inputs["speed"]["source"] == "https://shop.example/prices"
    assert inputs["hour_price"]["origin"] == "given"
    assert {"id", "unit", "total", "lines", "notes", "inputs", "receipt"} <= set(answer)


def test_draws_agree_with_the_closed_form(evidence):
    """A product of lognormals is lognormal: p5, median and p95 are known."""
    answer = run("toy.bill", {"price": "0.5 to 2 USD/Mtok"}, evidence, samples=200_000, seed=3).to_json()
    spread = answer["distribution"]
    # ln-scale sigma of 0.5..2 is ln 4 / (2 × 1.6449) = 0.4214; the error of a p5 over 200,000 draws is about 0.5 %
    assert spread["p5"] == pytest.approx(500, rel=0.02)
    assert spread["p50"] == pytest.approx(1000, rel=0.01)
    assert spread["p95"] == pytest.approx(2000, rel=0.02)
    assert spread["mean"] == pytest.approx(1000 * np.exp(0.4214**2 / 2), rel=0.01)


def test_another_input_never_moves_anothers_draws(evidence):
    def draws(given):
        bound = run("toy.cost", given, evidence).bound
        (_, piece), *_ = pieces(500, 7)
        return piece.value_of(bound.inputs["hour_price"])

    assert np.array_equal(draws({}), draws({"overhead": "0.1 to 0.3 USD/Mtok"}))


def test_more_draws_begin_with_the_same_draws(evidence):
    price = run("toy.cost", {}, evidence).bound.inputs["hour_price"]
    few, many = (
        np.concatenate([piece.value_of(price) for _, piece in pieces(count, 7)]) for count in (150_000, 300_000)
    )
    assert len(many) == 300_000
    assert np.array_equal(few, many[: len(few)])
    assert len(np.unique(many)) == 300_000  # no part repeats another


def test_inputs_with_other_bounds_do_not_share_their_draws(evidence):
    """One figure read by two inputs: each is cut to its own bounds, from the same scores."""
    price = run("toy.cost", {}, evidence).bound.inputs["hour_price"]
    narrow = replace(price, declared=replace(price.declared, maximum=3.0))
    (_, piece), *_ = pieces(5000, 7)
    wide_draws, narrow_draws = piece.value_of(price), piece.value_of(narrow)
    assert wide_draws.max() > 3.0
    assert narrow_draws.max() <= 3.0
    assert np.array_equal(np.argsort(wide_draws), np.argsort(narrow_draws))


def test_summary_knows_infinite_draws():
    values = np.array([1.0] * 50 + [np.inf] * 50)
    assert summary(values) == {"mean": np.inf, "p5": 1.0, "p50": np.inf, "p95": np.inf}


def test_an_infinite_total_is_null_with_its_reason(evidence):
    answer = run("toy.payback", {"monthly": 0}, evidence).to_json()
    assert answer["total"] is None
    assert answer["infinite"] == "nothing is saved"
    assert "NaN" not in json.dumps(answer, allow_nan=False)


@pytest.mark.parametrize(
    ("model", "given", "samples"),
    [
        ("toy.cost", {}, 0),
        (
            "toy.cost",
            {"hour_price": "3 to 6 USD/GPU_hour", "mode": "double", "loaded_share": {"low": 0.2, "high": 0.8}},
            1000,
        ),
        ("toy.payback", {"energy": "5 6 7 kWh", "monthly": {"low": 1, "mode": 2, "high": 3, "unit": "USD/month"}}, 500),
        ("toy.bill", {"price": {"model": "toy.cost", "inputs": {"speed": "900 to 1500 token/s/GPU"}}}, 500),
        ("toy.bill", {"price": {"samples": [1, 2, 3, 4.5], "unit": "USD/Mtok"}}, 500),
    ],
)
def test_a_receipt_runs_again_to_the_same_bytes(evidence, model, given, samples):
    first = run(model, given, evidence, samples=samples, seed=5).to_json()
    stored = json.loads(json.dumps(first))
    check_seal(stored["receipt"])
    again = rerun(stored["receipt"]).to_json()
    assert canonical_json(again) == canonical_json(first)


def test_a_receipt_that_was_altered_is_found(evidence):
    receipt = run("toy.cost", {}, evidence).to_json()["receipt"]
    receipt["inputs"][0]["value"] = 99.0
    with pytest.raises(RackmathError, match="altered"):
        check_seal(receipt)


@pytest.mark.parametrize(
    "receipt", [{}, {"model": "toy.cost"}, {"samples": 0, "seed": 0, "as_of": "", "model": "toy.cost"}]
)
def test_what_is_not_a_receipt(receipt):
    with pytest.raises(RackmathError):
        rerun(receipt)


@pytest.mark.parametrize(("samples", "seed"), [(5, 0), (10**9, 0), (1000, -1), (1000, 2**70)])
def test_bad_numbers_of_draws(evidence, samples, seed):
    with pytest.raises(RackmathError):
        run("toy.cost", {}, evidence, samples=samples, seed=seed)


def test_what_moves_the_total_most(evidence):
    """Fixed cost from 400 to 900 and 0.1 USD/Mtok on 1e9 tokens from 0.08 to 0.125: 500 against 45."""
    given = {"fixed": "400 to 900 USD/month", "price": "~0.1 USD/Mtok"}
    first, second = run("toy.fleet", given, evidence, samples=500).to_json()["sensitivity"]
    assert (first["input"], second["input"]) == ("fixed", "price")
    # 400 + 100 and 900 + 100; 600 (the geometric middle) + 80 and + 125
    assert (first["total_low"], first["total_high"]) == pytest.approx((500, 1000))
    assert (second["total_low"], second["total_high"]) == pytest.approx((680, 725))
    assert first["total_effect"] > 0.95
    assert "sensitivity" not in run("toy.fleet", given, evidence).to_json()


def test_an_infinite_answer_has_no_indices(evidence):
    given = {"monthly": {"low": -1, "high": 1, "unit": "USD/month"}}
    answer = run("toy.payback", given, evidence, samples=500).to_json()
    assert answer["distribution"]["p95"] is None
    assert answer["sensitivity"][0]["total_effect"] == 0.0
